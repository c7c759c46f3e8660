"""`hrge-xl status`: who has answered, and how far each team is."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .common import given, jobs_option, the_day, today_option

if TYPE_CHECKING:
    from ..consolidate.rounds import TeamStatus

COLUMNS = ("team", "country", "state", "completeness", "errors", "days_late", "deadline", "version", "path")


@click.command()
@click.argument(
    "round_folder", metavar="ROUND", type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@click.option("--json", "as_json", is_flag=True, help="As JSON on stdout.")
@click.option("--xlsx", type=click.Path(path_type=Path), default=None, help="Also as a workbook.")
@today_option
@jobs_option
def command(
    round_folder: Path, as_json: bool, xlsx: Path | None, today: date | None, jobs: int | None
) -> None:
    """Team by team: issued, returned, accepted or late; completeness, errors, days late.

    \b
    hrge-xl status output/2026-H1
    """
    from ..consolidate.rounds import load_round, status
    from ..validation import validate

    round_ = load_round(round_folder)
    came = any(path.is_file() for path in (round_folder / "returned").rglob("*"))
    about = given([str(round_folder)], None, today, jobs) if came else None
    results = validate(about.files, about.asked) if about else []
    teams = status(round_, results, the_day(today))
    if as_json:
        rows = [asdict(team) | {"completeness": team.completeness} for team in teams]
        click.echo(json.dumps(rows, default=str, ensure_ascii=False, indent=2))
    else:
        _print(teams)
    if xlsx is not None:
        _workbook(teams, xlsx)
    counts = Counter(team.state for team in teams)
    click.echo(", ".join(f"{number} {state}" for state, number in counts.items()) + ".", err=True)
    refused = sum(result.verdict == "refused" for result in results)
    if refused:
        click.echo(f"{refused} files could not be read; see hrge-xl validate {round_folder}.", err=True)


def _shown(team: TeamStatus, column: str) -> str:
    value = getattr(team, column)
    if value is None or value == "":
        return ""
    return f"{value:.0%}" if column == "completeness" else str(value)


def _print(teams: list[TeamStatus]) -> None:
    rows = [[column.replace("_", " ") for column in COLUMNS]]
    rows += [[_shown(team, column) for column in COLUMNS] for team in teams]
    widths = [max(len(row[place]) for row in rows) for place in range(len(COLUMNS))]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _workbook(teams: list[TeamStatus], path: Path) -> None:
    from io import BytesIO

    from xlsxwriter.workbook import Workbook

    from ..paths import write_whole

    target = BytesIO()
    with Workbook(
        target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        sheet, bold = book.add_worksheet("Status"), book.add_format({"bold": True})
        for place, column in enumerate(COLUMNS):
            sheet.write_string(0, place, column.replace("_", " "), bold)
            for row, team in enumerate(teams, start=1):
                sheet.write_string(row, place, _shown(team, column))
        sheet.autofilter(0, 0, len(teams), len(COLUMNS) - 1)
        sheet.freeze_panes(1, 1)
        sheet.autofit()
    write_whole(path, target.getvalue())
