"""`hrge-xl feedback`: give each team its own answers back with what to correct."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .common import (
    exit_code,
    given,
    jobs_option,
    password_option,
    print_summary,
    quiet,
    spec_option,
    the_day,
    today_option,
)

if TYPE_CHECKING:
    from ..reports.feedback import GivenBack
    from ..validation import Result
    from .common import Given


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
@click.option("--tools", default=None, metavar="CODES", help="Other sheets than those issued: 1.1,3.2.")
@click.option("--json", "as_json", is_flag=True, help="What was given back, as JSON on stdout.")
@password_option
@spec_option
@today_option
@jobs_option
@click.pass_context
def command(  # noqa: PLR0913 (one parameter an option)
    ctx: click.Context, paths: tuple[str, ...], output: Path, tools: str | None, as_json: bool,
    password: str | None, spec: str | None, today: date | None, jobs: int | None,
) -> int:  # fmt: skip
    """A fresh workbook with the team's answers, the cells to correct marked, and a text to send along.

    A workbook of an older version comes back in the version in force. Answers that this one does not ask for any
    more stand on its sheet “Without a place”, in the text, and with --json in the output.

    \b
    hrge-xl feedback returned/ -o feedback
    """
    from ..reports.feedback_message import SCHEMA
    from ..validation import validate

    about = given(paths, spec, today, jobs, password=password)
    results = validate(about.files, about.asked)
    chosen = [code.strip() for code in tools.split(",") if code.strip()] if tools is not None else None
    files = []
    for result, name in zip(results, _names(results), strict=True):
        if result.submission is None:
            click.echo(f"{name}: refused, there are no answers to give back.", err=True)
            continue
        files.append(_give(result, about, today, chosen, output / name))
        if not as_json:
            click.echo(files[-1]["workbook"])
        if not quiet(ctx):
            _tell(files[-1])
    if as_json:
        click.echo(json.dumps({"schema": SCHEMA, "files": files}, ensure_ascii=False, indent=2))
    print_summary(results)
    return exit_code(results, "never")


def _give(
    result: Result, about: Given, today: date | None, tools: Sequence[str] | None, target: Path
) -> dict[str, Any]:  # fmt: skip
    """Write the workbook and the text for one file; what became of it."""
    from ..paths import write_whole
    from ..reports.feedback import give_back
    from ..reports.feedback_message import as_data, message
    from ..spec.load import load

    assert result.submission is not None
    identity = result.submission.identity
    current = load(about.asked.wanted.spec or identity.spec)
    teams = {team.code: team for team in about.round.teams} if about.round else {}
    team = teams.get(identity.team)
    back: GivenBack = give_back(
        result, current, today=the_day(today), tools=tools,
        key=about.round.key or None if about.round else None, contact=team.contact if team else "",
    )  # fmt: skip
    workbook, text = (target.with_name(f"{target.name}_{end}") for end in ("feedback.xlsx", "message.txt"))
    write_whole(workbook, back.workbook)
    write_whole(text, message(result, back, the_day(today), identity.deadline).encode())
    return as_data(result, back, str(workbook), str(text))


def _names(results: Sequence[Result]) -> Iterator[str]:
    """What the files are called without their suffix, each once: none takes the place of another."""
    seen: Counter[str] = Counter()
    for result in results:
        name = Path(result.path).stem
        seen[name.casefold()] += 1
        number = seen[name.casefold()]
        yield name if number == 1 else f"{name}_{number}"


def _tell(file: dict[str, Any]) -> None:
    """On stderr: which version it came from, and every answer that has no place any more; it quotes none."""
    homeless = file["without_place"]
    if file["version"] != file["sent_version"]:
        click.echo(f"  version {file['sent_version']} to {file['version']}", err=True)
    if homeless:
        click.echo(f"  {len(homeless)} without a place, kept on the sheet for them:", err=True)
    for each in homeless:
        click.echo(f"  {each['sheet']}!{each['cell']}: {each['question']}", err=True)
