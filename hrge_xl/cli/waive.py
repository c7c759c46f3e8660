"""`hrge-xl waive`: accept a finding of one file as it is, with a reason."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import UsageError
from .common import Day, password_option, the_day, today_option

if TYPE_CHECKING:
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
@password_option
@today_option
def command(  # noqa: PLR0913 (one parameter an option)
    code: str | None, file: str | None, reason: str, by: str, cell: str | None, until: date | None, listed: bool,
    withdraw: int | None, as_json: bool, ledger: Path, password: str | None,
    today: date | None,
) -> None:  # fmt: skip
    """Accept the findings with CODE of one file as they are. They stay in every report, marked as waived.

    \b
    hrge-xl waive V001 --file PAK.xlsx --cell "Plan!E6" --reason "No such unit there" --by "A. Name" --ledger 2026-H1
    hrge-xl waive --list --ledger 2026-H1
    hrge-xl waive --withdraw 1 --by "A. Name" --ledger 2026-H1
    """
    from ..rounds.find_file import check_folder

    check_folder(ledger)
    day = the_day(today)
    if listed or as_json:
        _list(ledger, day, as_json=as_json)
    elif withdraw is not None:
        _withdraw(ledger, withdraw, by, day)
    elif code and file:
        _waive(ledger, (code.upper(), file, cell), (reason, by, until), day, password)
    else:
        raise UsageError(
            "Say what to waive: hrge-xl waive CODE --file FILE --reason TEXT --by NAME; or --list."
        )


def _waive(
    folder: Path, what: tuple[str, str, str | None], said: tuple[str, str, date | None], day: date, password: str | None
) -> None:  # fmt: skip
    from ..dataset.ledger import Ledger
    from ..dataset.waivers import refuse_unwaivable, waive
    from ..rounds.find_file import find_file, wanted_in
    from ..validation import ValidationRequest, validate

    (code, file, cell), (reason, by, until) = what, said
    refuse_unwaivable(code)
    path = find_file(folder, file)
    result = validate([path], ValidationRequest(wanted_in(folder), day, password=password))[0]
    with Ledger.open(folder) as ledger:
        waiver, count = waive(
            ledger, result, code, reason=reason, by=by, day=day, until=until, place=_place(cell)
        )
    click.echo(_line(waiver))
    findings = f"{count} finding{'s' if count != 1 else ''}"
    click.echo(f"{findings} of {waiver.file} accepted. Reports and the next consolidation show it.", err=True)


def _place(cell: str | None) -> tuple[str, str] | None:
    if cell is None:
        return None
    sheet, mark, address = cell.rpartition("!")
    if not mark or not sheet or not address:
        raise UsageError(f"--cell {cell} names no cell. Write it as the reports do: Sheet!D12.")
    return sheet.strip("'"), address.replace("$", "")


def _withdraw(folder: Path, number: int, by: str, day: date) -> None:
    from ..dataset.ledger import Ledger
    from ..dataset.waivers import withdraw

    with Ledger.open(folder) as ledger:
        click.echo(_line(withdraw(ledger, number, by=by, day=day)))


def _list(folder: Path, day: date, *, as_json: bool) -> None:
    from .common import waivers_in

    found: Sequence[Waiver] = waivers_in([folder], day)
    if as_json:
        click.echo(json.dumps([asdict(each) for each in found], ensure_ascii=False, indent=2))
        return
    for each in found:
        click.echo(_line(each))
    click.echo(f"{len(found)} waiver{'s' if len(found) != 1 else ''}.", err=True)


def _line(waiver: Waiver) -> str:
    place = f" {waiver.place}" if waiver.place else ""
    withdrawn = f"; withdrawn {waiver.withdrawn} by {waiver.withdrawn_by}" if waiver.withdrawn else ""
    return (
        f"{waiver.number}: {waiver.code} {waiver.file}{place} ({waiver.sha256[:12]}) {waiver.told}{withdrawn}"
    )
