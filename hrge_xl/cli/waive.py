"""`hrge-xl waive`: accept a finding of one file as it is, with a reason."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import hrge_xl

from ..errors import UsageError
from .common import (
    AS_SUITS,
    DAY,
    FOLDER,
    dataset_store_option,
    json_option,
    output_option,
    password_option,
    today_option,
    warn_of_ledgers,
)
from .terminal import line, output_to, print_json, print_lines

if TYPE_CHECKING:
    from .. import Waiver


@click.command()
@click.argument("code", required=False)
@click.option(
    "--file", "file", metavar="FILE|SHA", help="The file: path, name or first digits of its SHA-256."
)
@click.option("--reason", default="", metavar="TEXT", help="Why it is accepted; every report shows this.")
@click.option("--by", default="", metavar="NAME", help="Who accepts it.")
@click.option(
    "--cell", metavar="SHEET!CELL", help="Only the finding in this cell (default: all of the code)."
)
@click.option("--until", type=DAY, metavar="DAY", help="Its last day (default: no end).")
@click.option("--list", "listed", is_flag=True, help="Every waiver of the folder.")
@click.option("--withdraw", type=int, metavar="NUMBER", help="Take a waiver back; it stays in the list.")
@json_option("The list as JSON.")
@click.option(
    "--ledger",
    type=FOLDER,
    default=Path(),
    metavar="FOLDER",
    help="Round or consolidated folder (default: the current one).",
)
@dataset_store_option
@output_option
@password_option
@today_option
def command(  # noqa: PLR0913 (one parameter an option)
    code: str | None, file: str | None, cell: str | None, listed: bool, withdraw: int | None, as_json: bool,
    ledger: Path, output: Path | None, today: date, by: str, reason: str, until: date | None, **how: Any,
) -> None:  # fmt: skip
    """Accept the findings with CODE of one file as they are. They stay in every report, marked as waived.

    The dataset of the folder is updated at once; for a round, what is new is taken in first.

    \b
    hrge-xl waive V001 --file PAK.xlsx --cell "Plan!E6" --reason "No such unit there" --by "A. Name" --ledger 2026-H1
    hrge-xl waive --list --ledger 2026-H1
    hrge-xl waive --withdraw 1 --by "A. Name" --ledger 2026-H1

    Next: hrge-xl status 2026-H1
    """
    from ..words import counted

    how |= {"by": by, "day": today, "jobs": AS_SUITS}
    if listed or as_json:
        with output_to(output):
            _list(ledger, today, as_json=as_json)
    elif withdraw is not None:
        line(_told(hrge_xl.withdraw(ledger, withdraw, **how)))
    elif code and file:
        made = hrge_xl.waive(ledger, code, file, reason=reason, until=until, place=_place(cell), **how)
        line(_told(made))
        accepted = f"{counted(made.count, 'finding')} of {made.file} accepted."
        line(f"{accepted} Verdict of the file: {made.verdict}.", err=True)
    else:
        raise UsageError(
            "Say what to waive: hrge-xl waive CODE --file FILE --reason TEXT --by NAME; or --list."
        )
    warn_of_ledgers(ledger)


def _place(cell: str | None) -> tuple[str, str] | None:
    if cell is None:
        return None
    sheet, _, address = cell.rpartition("!")
    if not sheet or not address:
        raise UsageError(f"--cell {cell} names no cell. Write it as the reports do: Sheet!D12.")
    return sheet.strip("'"), address.replace("$", "")


def _list(folder: Path, day: date, *, as_json: bool) -> None:
    from ..words import counted

    found = hrge_xl.waivers(folder, day)
    if as_json:
        print_json([asdict(each) for each in found])
        return
    print_lines(map(_told, found))
    line(f"{counted(len(found), 'waiver')}.", err=True)


def _told(waiver: Waiver) -> str:
    place = f" {waiver.place}" if waiver.place else ""
    withdrawn = f"; withdrawn {waiver.withdrawn} by {waiver.withdrawn_by}" if waiver.withdrawn else ""
    return (
        f"{waiver.number}: {waiver.code} {waiver.file}{place} ({waiver.sha256[:12]}) {waiver.told}{withdrawn}"
    )
