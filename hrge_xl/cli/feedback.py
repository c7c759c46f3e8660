"""`hrge-xl feedback`: give each team its own answers back with what to correct."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import Exit
from .common import (
    Day,
    ReturnedPath,
    jobs_option,
    ledger_option,
    password_option,
    print_notes,
    question,
    quiet,
    spec_option,
    today_option,
)
from .terminal import data, line

if TYPE_CHECKING:
    from ..reports.feedback_files import Given


@click.command()
@click.argument("paths", nargs=-1, required=True, type=ReturnedPath())
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("output/feedback"),
    show_default=True,
    help="Folder.",
)
@click.option("--all", "all_", is_flag=True, help="Also for teams with nothing to correct or to look at.")
@click.option("--tools", default=None, metavar="CODES", help="Sheets other than those issued: 1.1,3.2.")
@click.option(
    "--reply-by",
    type=Day(),
    default=None,
    metavar="DAY",
    help="The day by which the text asks for an answer (default: the deadline of the workbook).",
)
@click.option("--json", "as_json", is_flag=True, help="What was given back, as JSON on stdout.")
@ledger_option
@password_option
@spec_option
@today_option
@jobs_option
@click.pass_context
def command(  # noqa: PLR0913 (one parameter an option)
    ctx: click.Context, paths: tuple[str, ...], output: Path, all_: bool, tools: str | None,
    reply_by: date | None, as_json: bool, ledger: Path | None, password: str | None, spec: str | None,
    today: date | None, jobs: int | None,
) -> int:  # fmt: skip
    """Write a fresh workbook with the team's answers, the cells to correct marked, and a text to send along.

    There is one for each team and intervention that has something to correct or to look at, made from its latest
    return. Name the round folder; a file named on its own always gets its feedback. A workbook of an older version is
    given back in the version in force. Answers that this version no longer asks for are on its sheet “Without a place”,
    in the text, and with --json in the output.

    \b
    hrge-xl feedback 2026-H1 -o feedback

    Next: send each team its two files; later hrge-xl compare first.xlsx corrected.xlsx
    """
    from ..reports.feedback_files import Given, Wish, give_all
    from ..rounds.datasets import datasets

    asked = question(paths, today, spec=spec, jobs=jobs, ledger=ledger, password=password)
    chosen = [code.strip() for code in tools.split(",") if code.strip()] if tools is not None else None
    given = Given()
    with datasets(asked) as opened:
        print_notes(*opened)
        alone = not any(dataset.folder for dataset in opened) and sum(dataset.new for dataset in opened) == 1
        wish = Wish(asked.today, output, spec, chosen, all_ or alone or chosen is not None, reply_by)
        for made in (each for dataset in opened for each in give_all(dataset, wish, given)):
            while given.warnings:
                line(given.warnings.pop(0), err=True)
            if not as_json:
                line(made["workbook"])
            if not quiet(ctx):
                _tell(made)
        lines = [line for dataset in opened for line in dataset.totals().lines()]
    if as_json:
        _print_json(given)
    for each in [] if quiet(ctx) else given.left_out:
        line(f"{each.name}: {each.why}.", err=True)
    for told in lines:
        line(told, err=True)
    return int(_exit(given))


def _exit(given: Given) -> Exit:
    """Give the exit: refused files before others that have no feedback."""
    ends = {Exit.REFUSED if each.found.verdict == "refused" else each.ends for each in given.left_out}
    return max(ends, default=Exit.OK)


def _print_json(given: Given) -> None:
    from ..reports.feedback_message import SCHEMA

    left_out = [
        {"path": each.path, "submission": each.found.submission, "team": each.found.team, "why": each.why}
        for each in given.left_out
    ]
    document = {"schema": SCHEMA, "files": given.files, "left_out": left_out}
    data(json.dumps(document, ensure_ascii=False, indent=2))


def _tell(file: dict[str, Any]) -> None:
    """Say on stderr which version it came from, and every answer that no longer has a place; it quotes none."""
    homeless = file["without_place"]
    if file["version"] != file["sent_version"]:
        line(f"  version {file['sent_version']} to {file['version']}", err=True)
    if homeless:
        line(f"  {len(homeless)} without a place, kept on the sheet for them:", err=True)
    for each in homeless:
        line(f"  {each['sheet']}!{each['cell']}: {each['question']}", err=True)
