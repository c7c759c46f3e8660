"""`hrge-xl trace`: trace a figure to its file and cell."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..addresses import is_address
from ..errors import UsageError
from .common import AS_SUITS, OUTPUT, password_option, print_notes, the_day
from .groups import fields, offered, teams
from .terminal import beside, data, line, output_to, style, taken, width

if TYPE_CHECKING:
    from ..dataset.store import Store
    from ..dataset.tracing import TraceQuery

HOW = "Say what to trace: ROUND --team TEAM --field CODE, or TABLE ROW. See: hrge-xl help trace"


@click.command()
@click.argument("words", metavar="[DATASET | TABLE ROW]", nargs=-1)
@click.option(
    "--team",
    default="",
    metavar="TEAM",
    shell_complete=offered(teams),
    help="Of this team, by its code or its country.",
)
@click.option(
    "--field",
    default="",
    metavar="CODE",
    shell_complete=offered(fields),
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
@click.option("--json", "as_json", is_flag=True, help="The same as JSON on stdout.")
@OUTPUT
@password_option
def command(  # noqa: PLR0913 (one parameter an option)
    words: tuple[str, ...], team: str, field: str, row: str, finding: str, dataset: str, as_json: bool,
    output: Path | None, password: str | None,
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
    from ..dataset.tracing import TraceQuery
    from ..rounds.datasets import one_dataset

    asked = TraceQuery(team, field, row, finding)
    is_asked = asked != TraceQuery()
    is_place = bool(words) and (is_address(words[0]) or Path(words[0]).exists() or is_asked)
    place, rest = (words[0], words[1:]) if is_place else (dataset, words)
    if len(rest) not in ((0,) if is_asked else (2,)):
        raise UsageError(HOW)
    with one_dataset(place, the_day(None), AS_SUITS, password) as opened, output_to(output):
        print_notes(opened)
        if is_asked:
            _print_asked(opened.store, asked, as_json=as_json)
        else:
            _print_row(opened.store, *rest, as_json=as_json)


def _print_row(store: Store, table: str, row: str, *, as_json: bool) -> None:
    from ..dataset.tracing import trace
    from ..exports.extract import table_of

    if not (row.isdecimal() and int(row)):
        raise UsageError(f"'{row}' is not a number of a row: they begin with 1. {HOW}")
    found = trace(store, table_of(store, table), int(row))
    if as_json:
        data(json.dumps(dict(found), ensure_ascii=False, indent=2, default=str))
        return
    for name, value in found:
        line(f"{name}: {value}")


def _print_asked(store: Store, asked: TraceQuery, *, as_json: bool) -> None:
    from ..dataset.tracing import trace_as_asked

    found = trace_as_asked(store, asked)
    if as_json:
        data(json.dumps([asdict(each) for each in found], ensure_ascii=False, indent=2))
        return
    for each in found:
        aside = "" if each.status == "counts" else f" ({each.status})"
        text = f"{each.said} ← {each.place or 'the file'} in {each.file}{aside}"
        for told in beside(f"{style(each.what, bold=True)}: ", text, width(), indent=taken(each.what) + 2):
            line(told)
    line(
        f"{len(found)} {'finding' if asked.finding else 'answer'}{'s' if len(found) != 1 else ''}.", err=True
    )
