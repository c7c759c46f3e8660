"""`hrge-xl status`: who has answered, and how far each team is."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .common import given, jobs_option, password_option, the_day, today_option

if TYPE_CHECKING:
    from ..rounds.round_status import Received, TeamStatus

COLUMNS = (
    "team", "country", "state", "completeness", "errors", "days_late", "deadline", "received", "files",
    "version", "file", "note",
)  # fmt: skip


@click.command()
@click.argument(
    "round_folder", metavar="ROUND", type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@click.option(
    "--ledger", type=click.Path(exists=True, file_okay=False, path_type=Path), default=None, metavar="DATASET",
    help="Folder of the dataset with the days of arrival and the decisions (default: the round folder).",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="As JSON on stdout.")
@click.option("--xlsx", type=click.Path(path_type=Path), default=None, help="Also as a workbook.")
@password_option
@today_option
@jobs_option
def command(
    round_folder: Path, ledger: Path | None, as_json: bool, xlsx: Path | None, password: str | None,
    today: date | None, jobs: int | None,
) -> None:  # fmt: skip
    """Team by team: issued, late, returned, accepted or to decide; completeness, errors, days late.

    \b
    hrge-xl status output/2026-H1
    """
    from ..rounds.round_status import status
    from ..rounds.rounds import load_round

    round_ = load_round(round_folder)
    came = _came(round_folder, ledger or round_folder, today, jobs, password)
    teams = status(round_, came, the_day(today))
    if as_json:
        rows = [asdict(team) | {"completeness": team.completeness} for team in teams]
        click.echo(json.dumps(rows, default=str, ensure_ascii=False, indent=2))
    else:
        _print(teams)
    if xlsx is not None:
        _workbook(teams, xlsx)
    for line in _summary(round_folder, ledger or round_folder, teams, came):
        click.echo(line, err=True)


def _came(
    round_folder: Path, ledger_folder: Path, today: date | None, jobs: int | None, password: str | None
) -> list[Received]:
    """What lies in `returned/`, with its status; days and decisions come from the ledger, where there is one."""
    from ..dataset.cross_file_checks import look_together
    from ..rounds.round_status import received
    from ..validation import validate

    if not any(path.is_file() for path in (round_folder / "returned").rglob("*")):
        return []
    about = given([str(round_folder)], None, today, jobs, password=password)
    results = validate(about.files, about.asked)
    return received(results, *look_together(results, ledger_folder))


def _summary(
    folder: Path, ledger: Path, teams: Sequence[TeamStatus], came: Sequence[Received]
) -> Iterator[str]:
    """How many of each state, then what there is to do."""
    from ..rounds.round_status import OPEN, TO_DECIDE

    counts = Counter(team.state for team in teams)
    yield ", ".join(f"{number} {state}" for state, number in counts.items()) + "."
    silent = [team.team for team in teams if team.state in OPEN]
    if silent:
        yield f"Not answered: {', '.join(silent)}."
    if counts[TO_DECIDE]:
        yield f"To decide: hrge-xl decide {ledger}"
    unknown = sum(each.day is None and each.result.sha256 is not None for each in came)  # no hash: not kept
    if unknown:
        are = "file is" if unknown == 1 else "files are"
        yield f"{unknown} {are} not in the dataset yet: hrge-xl consolidate {folder}"


def _value(team: TeamStatus, column: str) -> Any:
    if column == "file":
        return Path(team.path).name
    return team.returns if column == "files" else getattr(team, column)


def _shown(team: TeamStatus, column: str) -> str:
    value = _value(team, column)
    if value is None or value == "" or (value == 0 and column in ("files", "errors", "days_late")):
        return ""
    return f"{value:.0%}" if column == "completeness" else str(value)


def _print(teams: Sequence[TeamStatus]) -> None:
    """A line a team; columns that say nothing about anybody are left out."""
    cells = {column: [_shown(team, column) for team in teams] for column in COLUMNS}
    used = [column for column in COLUMNS if any(cells[column])]
    widths = {column: max(len(cell) for cell in [*cells[column], column]) for column in used}
    click.echo("  ".join(column.replace("_", " ").ljust(widths[column]) for column in used).rstrip())
    for n in range(len(teams)):
        click.echo("  ".join(cells[column][n].ljust(widths[column]) for column in used).rstrip())


def _workbook(teams: Sequence[TeamStatus], path: Path) -> None:
    from io import BytesIO

    from xlsxwriter.workbook import Workbook

    from ..paths import write_whole

    target = BytesIO()
    with Workbook(
        target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        sheet, bold = book.add_worksheet("Status"), book.add_format({"bold": True})
        styles = {
            "completeness": book.add_format({"num_format": "0%"}),
            "deadline": book.add_format({"num_format": "yyyy-mm-dd"}),
            "received": book.add_format({"num_format": "yyyy-mm-dd"}),
        }
        for place, column in enumerate(COLUMNS):
            sheet.write_string(0, place, column.replace("_", " "), bold)
            for row, team in enumerate(teams, start=1):
                _cell(sheet, row, place, _value(team, column), styles.get(column))
        sheet.autofilter(0, 0, len(teams), len(COLUMNS) - 1)
        sheet.freeze_panes(1, 1)
        sheet.autofit()
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
    write_whole(path, target.getvalue())


def _cell(sheet: Any, row: int, place: int, value: Any, style: Any) -> None:
    """Figures and days as such, so that they can be sorted; texts never as formulas."""
    if isinstance(value, date):
        sheet.write_datetime(row, place, value, style)
    elif isinstance(value, int | float):
        sheet.write_number(row, place, value, style)
    elif value is not None:
        sheet.write_string(row, place, str(value), style)
