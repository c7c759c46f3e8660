"""`hrge-xl trace`: trace a figure to its file and cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

import hrge_xl

from ..addresses import is_address
from ..errors import UsageError
from .common import AS_SUITS, data_options, password_option, print_notes, today
from .groups import of_spec, teams
from .terminal import beside, line, output_to, print_json, print_lines, style, taken, width

if TYPE_CHECKING:
    from .. import Traced

HOW = "Say what to trace: ROUND --team TEAM --field CODE, or TABLE ROW. See: hrge-xl help trace"


@click.command()
@click.argument("words", metavar="[DATASET | TABLE ROW]", nargs=-1)
@click.option(
    "--team",
    default="",
    metavar="TEAM",
    shell_complete=teams,
    help="Of this team, by its code or its country.",
)
@click.option(
    "--field",
    default="",
    metavar="CODE",
    shell_complete=of_spec(lambda spec: dict.fromkeys(code for tool in spec.tools for code in tool.fields)),
    help="Answers to this question, by its code.",
)
@click.option("--row", default="", metavar="CODE", help="Answers in this row.")
@click.option(
    "--finding",
    default="",
    metavar="CODE",
    help="Findings of this kind, by code or by name, such as not-in-list.",
)
@click.option(
    "--data",
    "dataset",
    default="output/dataset",
    metavar="DATASET",
    show_default=True,
    help="Consolidated folder, round, or the address of a database.",
)
@data_options("The same as JSON on stdout.")
@password_option
def command(
    words: tuple[str, ...], dataset: str, as_json: bool, output: Path | None, password: str | None, **what: str
) -> None:  # fmt: skip
    """Print answers or findings with the file, sheet and cell that they come from; or one row of a table.

    Rows of a table are numbered from 1, as in data.xlsx without its headings. For a round, what is new is taken in
    first. If some of the returns count, the others are left out.

    \b
    hrge-xl trace output/2026-H1 --team Kabul --field PLN_02
    hrge-xl trace output/2026-H1 --finding V006
    hrge-xl trace answers 12 --data output/dataset

    Next: open the file at the cell; hrge-xl explain V006
    """
    is_asked = any(what.values())
    is_place = bool(words) and (is_address(words[0]) or Path(words[0]).exists() or is_asked)
    place, rest = (words[0], words[1:]) if is_place else (dataset, words)
    if len(rest) not in ((0,) if is_asked else (2,)):
        raise UsageError(HOW)
    with hrge_xl.one_dataset(place, today(), AS_SUITS, password) as opened, output_to(output):
        print_notes(opened)
        if is_asked:
            _print_answers(
                hrge_xl.trace_answers(opened, today(), **what), bool(what["finding"]), as_json=as_json
            )
            return
        table, row = rest
        if not (row.isdecimal() and int(row)):
            raise UsageError(f"'{row}' is not a number of a row: they begin with 1. {HOW}")
        found = hrge_xl.trace(opened, table, int(row), today())
        if as_json:
            print_json(dict(found))
        else:
            print_lines(f"{name}: {value}" for name, value in found)


def _print_answers(found: Sequence[Traced], are_findings: bool, *, as_json: bool) -> None:
    from ..words import counted

    if as_json:
        print_json([asdict(each) for each in found])
        return
    for each in found:
        aside = "" if each.status == "counts" else f" ({each.status})"
        text = f"{each.said} ← {each.place or 'the file'} in {each.file}{aside}"
        first, indent = f"{style(each.what, bold=True)}: ", taken(each.what) + 2
        print_lines(beside(first, text, width(), indent=indent))
    line(f"{counted(len(found), 'finding' if are_findings else 'answer')}.", err=True)
