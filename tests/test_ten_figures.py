"""Ten figures of the overview are traced to their cells, and ten are those that the SQL of docs/analysing.md gives."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from hrge_xl import ExpectedReturn, Source, ValidationRequest, consolidate
from tests import two_rounds
from tests.command_line import ran
from tests.face import DATASET, Overview, open_dataset, overview, page_of
from tests.face import FigureSource as Row
from tests.fixture_types import Folders
from tests.test_analysing import SQL

pytestmark = pytest.mark.xdist_group("analysing")

TEAMS = ("AFG", "BGD", "PAK")
TODAY = date(2026, 7, 20)
TRACED = re.compile(
    r": (?P<value>.*?)(?: \(typed: “(?P<typed>.*)”\))? ← (?P<sheet>.+)!(?P<cell>[A-Z]+\d+) in (?P<file>.+)"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: Folders) -> Path:
    """A consolidated folder of three teams of the Toolkit."""
    base = tmp_path_factory.mktemp("figures")
    paths = [path for path in two_rounds.returns(base / "returned", two_rounds.LATER) if path.stem in TEAMS]
    consolidate(
        [Source(paths, ValidationRequest(ExpectedReturn("hrge_toolkit"), TODAY))],
        base / "dataset",
        formats=(),
    )
    return base / "dataset"


@pytest.fixture(scope="module")
def found(folder: Path) -> Overview:
    with open_dataset(folder) as store:
        return overview(store, TODAY, "en", None)


def asked(folder: Path, number: int) -> list[tuple[Any, ...]]:
    """What the SQL of one question of the page gives."""
    statement = next(text for title, text in SQL if title.startswith(f"{number}. "))
    with sqlite3.connect(folder / DATASET) as database:
        return database.execute(statement).fetchall()


def rows_behind(found: Overview) -> dict[str, list[Row]]:
    """Ten figures of the page, each with a row behind it."""
    assert found.indicators
    assert found.gaps
    assert found.risks
    people = next(each for each in found.indicators if each.code == "PA1").periods[0]
    female = next(part for split in people.splits for part in split.parts if part.label == "Female")
    worst = next(cell for cell in found.risks.maps[0].cells.values() if cell.total)
    return {
        "persons referred": list(people.behind.sources),
        "women among them": list(female.behind.sources),
        "teams that say no": list(found.gaps[0].behind.sources),
        "a crossing of the matrix": list(worst.sources[:1]),
        "the most serious risks": [risk.source for risk in found.risks.top[:2]],
    }


def traced(folder: Path, row: Row) -> re.Match[str]:
    """What `hrge-xl trace` says of the answer in the cell that a row of the page names."""
    with sqlite3.connect(folder / DATASET) as database:
        ((line, field),) = database.execute(
            'SELECT DISTINCT "row", field FROM answers WHERE team = ? AND sheet = ? AND cell = ?',
            (row.team, row.sheet, row.cell),
        ).fetchall()
    (told,) = [
        match
        for text in ran("trace", folder, "--team", row.team, "--row", line, "--field", field).out.splitlines()
        if (match := TRACED.search(text))
    ]
    return told


def test_ten_figures_lead_to_their_cells(folder: Path, found: Overview) -> None:
    """From the page to the command, from the command to the file, and there openpyxl reads the same."""
    page, sums, count = page_of(found), Counter[str](), 0
    for figure, rows in rows_behind(found).items():
        for row in rows:
            shown = f'<bdi>{row.file}</bdi> · <bdi>{row.sheet}</bdi> <b dir="ltr">{row.cell}</b>'
            assert shown in page, figure
            told = traced(folder, row)
            assert (Path(told["file"]).name, told["sheet"], told["cell"]) == (row.file, row.sheet, row.cell)
            book = openpyxl.load_workbook(folder / told["file"], data_only=True, read_only=True)
            value = book[told["sheet"]][told["cell"]].value
            assert str(value) == (told["typed"] or told["value"]), figure
            sums[figure] += value if isinstance(value, int) else 1
            count += 1
    assert count >= 10
    assert found.indicators
    assert found.gaps
    people = next(each for each in found.indicators if each.code == "PA1").periods[0]
    assert sums["persons referred"] == people.figures["total"]
    assert sums["women among them"] == people.splits[0].parts[0].number
    assert sums["teams that say no"] == found.gaps[0].figures["teams_no"]


def test_ten_figures_are_those_of_the_sql_of_the_guide(folder: Path, found: Overview) -> None:
    assert found.risks
    assert found.indicators
    assert found.gaps
    assert found.overdue is not None
    people = next(each for each in found.indicators if each.code == "PA1").periods[0]
    after = Counter[str]()
    for _, counts in found.risks.by_team:
        after.update(counts)
    labels = {level.code: level.label for level in found.risks.levels}
    returns, sheets, referred = asked(folder, 1), asked(folder, 2), asked(folder, 10)
    severe = {(team, cell) for _, team, *_, cell in asked(folder, 5)}
    before = next(parts for _, parts in found.risks.breakdowns)
    by_sql = {
        "returns": len(returns),
        "required answers given": sum(row[7] for row in returns),
        "completeness by sheet": {tool: (given, needed) for _, tool, given, needed, _ in sheets if needed},
        "risks after mitigation": {level: count for _, level, count in asked(folder, 4)},
        "severe risks before": len(severe),
        "questions answered with no": [(item, no) for _, item, no, _ in asked(folder, 6)][: len(found.gaps)],
        "total of an indicator": next(row[6] for row in asked(folder, 7) if row[1] == "PA1"),
        "persons by sex": {label: total for _, label, total, _ in asked(folder, 8)},
        "overdue actions": len({(row[0], row[1], row[2]) for row in asked(folder, 9)}),
        "cells of a total": sum(value for _, _, value, counted, *_ in referred if counted),
    }
    on_the_page = {
        "returns": found.counted,
        "required answers given": sum(team.answered for team in found.teams),
        "completeness by sheet": {
            tool.code: (tool.figures["answered"], tool.figures["required"])
            for tool in found.tools
            if tool.figures["required"]
        },
        "risks after mitigation": {labels[code]: count for code, count in after.items() if count},
        "severe risks before": sum(
            part.counts["before"].get(code, 0) for part in before for code in ("S", "H")
        ),
        "questions answered with no": [(gap.question, gap.figures["teams_no"]) for gap in found.gaps],
        "total of an indicator": people.figures["total"],
        "persons by sex": {part.label: part.number for part in people.splits[0].parts},
        "overdue actions": found.all_overdue,
        "cells of a total": people.figures["total"],
    }
    assert len(by_sql) == 10
    assert by_sql == on_the_page
