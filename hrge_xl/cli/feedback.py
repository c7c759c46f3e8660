"""`hrge-xl feedback`: give each team its own answers back with what to correct."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

import hrge_xl

from ..errors import Exit
from .common import (
    CODES,
    DAY,
    folder_option,
    jobs_option,
    json_option,
    ledger_option,
    password_option,
    paths_argument,
    question,
    spec_option,
    today_option,
)
from .groups import said
from .terminal import line, print_json, print_lines


@click.command()
@paths_argument
@folder_option("output/feedback")
@click.option(
    "--all", "everybody", is_flag=True, help="Also for teams with nothing to correct or to look at."
)
@click.option("--tools", type=CODES, metavar="CODES", help="Sheets other than those issued: 1.1,3.2.")
@click.option(
    "--reply-by",
    type=DAY,
    metavar="DAY",
    help="The day by which the text asks for an answer (default: the deadline of the workbook).",
)
@json_option("What was given back, as JSON on stdout.")
@ledger_option
@password_option
@spec_option
@today_option
@jobs_option
def command(paths: tuple[str, ...], output: Path, as_json: bool, **how: Any) -> Exit:
    """Write a fresh workbook with the team's answers, the cells to correct marked, and a text to send along.

    There is one for each team and intervention that has something to correct or to look at, made from its latest
    return. Name the round folder; a file named on its own always gets its feedback. A workbook of an older version is
    given back in the version in force. Answers that this version no longer asks for are on its sheet “Without a place”,
    in the text, and with --json in the output.

    \b
    hrge-xl feedback 2026-H1 -o feedback

    Next: send each team its two files; later hrge-xl compare first.xlsx corrected.xlsx
    """
    from ..reports.feedback_message import SCHEMA

    given = hrge_xl.give_feedback(question(paths, how), output, **how)
    print_lines(given.warnings, err=True)
    for made in given.files:
        if not as_json:
            line(made["workbook"])
        if not said("quiet"):
            print_lines(_aside(made), err=True)
    if as_json:
        left_out = [
            {"path": each.path, "submission": each.found.submission, "team": each.found.team, "why": each.why}
            for each in given.left_out
        ]
        print_json({"schema": SCHEMA, "files": given.files, "left_out": left_out})
    if not said("quiet"):
        print_lines((f"{each.name}: {each.why}." for each in given.left_out), err=True)
    print_lines(given.totals, err=True)
    ends = (Exit.REFUSED if each.found.verdict == "refused" else each.ends for each in given.left_out)
    return max(ends, default=Exit.OK)


def _aside(file: dict[str, Any]) -> Iterator[str]:
    """Say which version it came from, and every answer that no longer has a place; it quotes none."""
    homeless = file["without_place"]
    if file["version"] != file["sent_version"]:
        yield f"  version {file['sent_version']} to {file['version']}"
    if homeless:
        yield f"  {len(homeless)} without a place, kept on the sheet for them:"
    yield from (f"  {each['sheet']}!{each['cell']}: {each['question']}" for each in homeless)
