"""`hrge-xl waive`: accept a finding of one file as it is, with a reason."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import UsageError
from .common import (
    AS_SUITS,
    OUTPUT,
    Day,
    password_option,
    the_day,
    today_option,
    warn_of_ledgers,
)
from .terminal import data, line, output_to

if TYPE_CHECKING:
    from ..dataset.ledger import Ledger
    from ..dataset.returns import Return
    from ..findings import Waiver


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
@click.option("--until", type=Day(), default=None, metavar="DAY", help="Its last day (default: no end).")
@click.option("--list", "listed", is_flag=True, help="Every waiver of the folder.")
@click.option("--withdraw", type=int, metavar="NUMBER", help="Take a waiver back; it stays in the list.")
@click.option("--json", "as_json", is_flag=True, help="The list as JSON.")
@click.option(
    "--ledger",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path(),
    metavar="FOLDER",
    help="Round or consolidated folder (default: the current one).",
)
@click.option("--store", default=None, metavar="URL", help="The database that the dataset is also in.")
@OUTPUT
@password_option
@today_option
def command(  # noqa: PLR0913 (one parameter an option)
    code: str | None, file: str | None, reason: str, by: str, cell: str | None, until: date | None, listed: bool,
    withdraw: int | None, as_json: bool, ledger: Path, store: str | None, output: Path | None,
    password: str | None, today: date | None,
) -> None:  # fmt: skip
    """Accept the findings with CODE of one file as they are. They stay in every report, marked as waived.

    The dataset of the folder is updated at once; for a round, what is new is taken in first.

    \b
    hrge-xl waive V001 --file PAK.xlsx --cell "Plan!E6" --reason "No such unit there" --by "A. Name" --ledger 2026-H1
    hrge-xl waive --list --ledger 2026-H1
    hrge-xl waive --withdraw 1 --by "A. Name" --ledger 2026-H1

    Next: hrge-xl status 2026-H1
    """
    from ..rounds.datasets import check_folder

    check_folder(ledger)
    day = the_day(today)
    if listed or as_json:
        with output_to(output):
            _list(ledger, day, as_json=as_json)
    elif withdraw is not None:
        _withdraw(_Change(ledger, day, store, password), withdraw, by)
    elif code and file:
        _waive(_Change(ledger, day, store, password), (code, file, cell), (reason, by, until))
    else:
        raise UsageError(
            "Say what to waive: hrge-xl waive CODE --file FILE --reason TEXT --by NAME; or --list."
        )
    warn_of_ledgers(ledger)


@dataclass(frozen=True)
class _Change:
    """A change of the ledger of a folder: its day, the other database, and the password of what is new."""

    folder: Path
    day: date
    store: str | None
    password: str | None = field(repr=False)

    def amend(self) -> AbstractContextManager[tuple[Ledger, list[Return]]]:
        """Give the ledger to write in, with the returns."""
        from ..consolidation import amend

        return amend(self.folder, self.day, store=self.store, jobs=AS_SUITS, password=self.password)


def _waive(
    change: _Change, what: tuple[str, str, str | None], said: tuple[str, str, date | None]
) -> None:  # fmt: skip
    from ..dataset.opening import open_dataset
    from ..dataset.returns import find_return, heads
    from ..dataset.waivers import refuse_unwaivable, waive

    (code, file, cell), (reason, by, until) = what, said
    place = _place(cell)
    refuse_unwaivable(code)
    with change.amend() as (ledger, returns):
        found = find_return(returns, file)
        waiver, count = waive(
            ledger, found, code, reason=reason, by=by, day=change.day, until=until, place=place
        )
    with open_dataset(change.folder) as dataset:
        (after,) = heads(dataset, [found.submission])
    line(_line(waiver))
    findings = f"{count} finding{'s' if count != 1 else ''}"
    line(f"{findings} of {waiver.file} accepted. Verdict of the file: {after.verdict}.", err=True)


def _place(cell: str | None) -> tuple[str, str] | None:
    if cell is None:
        return None
    sheet, mark, address = cell.rpartition("!")
    if not mark or not sheet or not address:
        raise UsageError(f"--cell {cell} names no cell. Write it as the reports do: Sheet!D12.")
    return sheet.strip("'"), address.replace("$", "")


def _withdraw(change: _Change, number: int, by: str) -> None:
    from ..dataset.waivers import withdraw

    with change.amend() as (ledger, _):
        taken_back = withdraw(ledger, number, by=by, day=change.day)
    line(_line(taken_back))


def _list(folder: Path, day: date, *, as_json: bool) -> None:
    from ..rounds.datasets import waivers_of

    found: Sequence[Waiver] = waivers_of(folder, day)
    if as_json:
        data(json.dumps([asdict(each) for each in found], ensure_ascii=False, indent=2))
        return
    for each in found:
        line(_line(each))
    line(f"{len(found)} waiver{'s' if len(found) != 1 else ''}.", err=True)


def _line(waiver: Waiver) -> str:
    place = f" {waiver.place}" if waiver.place else ""
    withdrawn = f"; withdrawn {waiver.withdrawn} by {waiver.withdrawn_by}" if waiver.withdrawn else ""
    return (
        f"{waiver.number}: {waiver.code} {waiver.file}{place} ({waiver.sha256[:12]}) {waiver.told}{withdrawn}"
    )
