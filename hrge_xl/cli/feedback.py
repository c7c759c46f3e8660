"""`hrge-xl feedback`: give each team its own answers back with what to correct."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from .common import asked, jobs_option, print_summary, spec_option, the_day, today_option


@click.command()
@click.argument("paths", nargs=-1, required=True)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("output/feedback"),
    show_default=True,
    help="Folder.",
)
@spec_option
@today_option
@jobs_option
def command(
    paths: tuple[str, ...], output: Path, spec: str | None, today: date | None, jobs: int | None
) -> None:
    """A fresh workbook with the team's answers, the cells to correct marked, and a text to send along.

    \b
    hrge-xl feedback returned/ -o feedback
    """
    from ..paths import expand, write_whole
    from ..reports.feedback import feedback, message
    from ..spec.load import load
    from ..validation import validate

    results = validate(expand(paths), asked(spec, today, jobs))
    for result in results:
        name = Path(result.path).stem
        if result.submission is None:
            click.echo(f"{name}: refused, there are no answers to give back.", err=True)
            continue
        current = load(spec or result.submission.identity.spec)
        write_whole(output / f"{name}_feedback.xlsx", feedback(result, current, today=the_day(today)))
        write_whole(
            output / f"{name}_message.txt", message(result, result.submission.identity.deadline).encode()
        )
        click.echo(str(output / f"{name}_feedback.xlsx"))
    print_summary(results)
