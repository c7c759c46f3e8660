"""`hrge-xl feedback`: give each team its own answers back with what to correct."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from .common import exit_code, given, jobs_option, print_summary, spec_option, the_day, today_option


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
) -> int:
    """A fresh workbook with the team's answers, the cells to correct marked, and a text to send along.

    \b
    hrge-xl feedback returned/ -o feedback
    """
    from ..paths import write_whole
    from ..reports.feedback import feedback, message
    from ..spec.load import load
    from ..validation import validate

    about = given(paths, spec, today, jobs)
    key, contacts = None, {}
    if about.round is not None:
        key = about.round.key or None
        contacts = {team.code: team.contact for team in about.round.teams}
    results = validate(about.files, about.asked)
    for result in results:
        name = Path(result.path).stem
        if result.submission is None:
            click.echo(f"{name}: refused, there are no answers to give back.", err=True)
            continue
        current = load(spec or result.submission.identity.spec)
        contact = contacts.get(result.submission.identity.team, "")
        workbook = feedback(result, current, today=the_day(today), key=key, contact=contact)
        write_whole(output / f"{name}_feedback.xlsx", workbook)
        write_whole(
            output / f"{name}_message.txt", message(result, result.submission.identity.deadline).encode()
        )
        click.echo(str(output / f"{name}_feedback.xlsx"))
    print_summary(results)
    return exit_code(results, "never")
