"""The dashboard of the Toolkit: what it says at once is what an office program and the reader make of it."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from hrge_xl import ExpectedReturn
from tests.answers import TODAY, layout
from tests.face import Answers, Drawn, Value, kind_called
from tests.made_workbooks import issued, opened, recalculate_on
from tests.test_made_parity import OF_RESULTS, of_results

TYPED_OVER = kind_called("typed-over")

TOOLKIT = "hrge_toolkit"
PROGRESS, RISKS, DUE, INDICATORS, BEFORE, AFTER = range(6)
STEPS = {"R-SP-01": (2, 3), "R-SP-02": (5, 5), "R-LA-03": (4, 5), "R-PA-01": (2, 3), "R-CB-01": (1, 1)}


@cache
def answers() -> Answers:
    """Five risks with steps, one of them closed; actions around the day; two values of an indicator."""
    found: dict[tuple[str, str, str], Value] = {}
    for number, (row, (likely, grave)) in enumerate(STEPS.items()):
        tool = {"SP": "T3.2", "LA": "T3.3", "CB": "T3.4", "PA": "T3.6"}[row[2:4]]
        found |= {
            (tool, row, "RSK_07"): f"Event {number}", (tool, row, "RSK_16"): f"Measure {number}",
            (tool, row, "RSK_10"): float(likely), (tool, row, "RSK_11"): float(grave),
            (tool, row, "RSK_20"): 1.0, (tool, row, "RSK_21"): float(grave),
            (tool, row, "RSK_19"): TODAY + timedelta(days=15 * number - 20),
        }  # fmt: skip
    found["T3.6", "R-PA-01", "RSK_27"] = "CLO"
    found |= {
        ("T3.8", "LL-01", "T38_15"): "Ask earlier", ("T3.8", "LL-01", "T38_18"): TODAY - timedelta(days=40),
        ("T4.B", "IND-01", "T4B_13"): 20.0, ("T4.B", "IND-01", "T4B_15"): 60.0,
        ("T4.C", "V-01", "T4C_01"): "IND-01", ("T4.C", "V-01", "T4C_06"): 30.0,
        ("T4.C", "V-02", "T4C_01"): "IND-01",
        ("T1.1", "T11_01", "P1_REL"): "H", ("FORM", "T1.1", "FRM_26"): "Y",
    }  # fmt: skip
    return found


@cache
def workbook() -> bytes:
    """The Toolkit with them, issued once."""
    return issued(TOOLKIT, "en", answers())


def drawn(block: int) -> Drawn:
    """One block of the dashboard."""
    return layout(TOOLKIT).sheet["DASHBOARD"].drawn[block]


def table(sheet: Worksheet, block: Drawn, columns: int) -> list[tuple[Any, ...]]:
    """What stands below the heads of a block, down to its end; blank rows left out."""
    rows = sheet.iter_rows(
        min_row=block.head + 1, max_row=block.last_row, min_col=block.left, max_col=block.left + columns - 1,
        values_only=True,
    )  # fmt: skip
    found = [tuple("" if value is None else value for value in row) for row in rows]
    return [row for row in found if any(value != "" for value in row)]


@cache
def dashboard(data: bytes) -> Worksheet:
    return opened(data, values=True)[layout(TOOLKIT).sheet["DASHBOARD"].name]


def test_the_heaviest_risks_come_first_and_closed_ones_not_at_all() -> None:
    rows = table(dashboard(workbook()), drawn(RISKS), 7)
    assert [row[:2] for row in rows] == [
        ("R-SP-02", "Event 1"),
        ("R-LA-03", "Event 2"),
        ("R-SP-01", "Event 0"),
        ("R-CB-01", "Event 4"),
    ]
    assert rows[0][3] == "High"


def test_what_is_most_overdue_comes_first_and_what_is_due_later_is_left_out() -> None:
    rows = table(dashboard(workbook()), drawn(DUE), 7)
    assert [(row[1], row[6]) for row in rows] == [
        ("Ask earlier", "Overdue"),
        ("Measure 0", "Overdue"),
        ("Measure 1", "Overdue"),
        ("Measure 2", "Not yet due"),
    ]


def test_an_indicator_is_shown_between_baseline_and_target() -> None:
    ((row, *_, base, target, value, progress),) = table(dashboard(workbook()), drawn(INDICATORS), 7)
    assert (row, base, target, value, progress) == ("V-01", 20, 60, 30, 0.25)


def test_the_matrix_names_the_risks_at_each_crossing() -> None:
    rows = table(dashboard(workbook()), drawn(BEFORE), 6)
    cells = {row[0][0]: row[1:] for row in rows}  # by the step of likelihood
    assert cells["2"][2] == "R-SP-01\nR-PA-01"
    assert cells["5"][4] == "R-SP-02"
    assert cells["4"][4] == "R-LA-03"
    assert [text for row in cells.values() for text in row].count("R-CB-01") == 1
    assert cells["3"][4] == "High"  # nobody there
    after = {row[0][0]: row[1:] for row in table(dashboard(workbook()), drawn(AFTER), 6)}
    assert after["1"][4] == "R-SP-02\nR-LA-03"


def test_each_sheet_says_how_much_of_it_is_answered() -> None:
    where = layout(TOOLKIT)
    rows = {row[0]: row[1:] for row in table(dashboard(workbook()), drawn(PROGRESS), 4)}
    assert where.sheet["LIBRARY"].name not in rows
    share, missing, wrong = rows[where.sheet["T1.1"].name]
    assert 0 < share < 0.1
    assert missing > 10
    assert wrong == 0


def test_a_workbook_without_risks_has_a_dashboard_of_what_is_there() -> None:
    where = layout(TOOLKIT, "en", ("T1.1",))
    titles = [each.block.title.say("en") for each in where.sheet["DASHBOARD"].drawn]
    assert titles == ["Progress by sheet"]
    issued(TOOLKIT, "en", {}, ("T1.1",))


@pytest.mark.office
def test_the_office_and_the_reader_say_the_same(office: Any, tmp_path: Path) -> None:
    source, saved = tmp_path / "issued.xlsx", tmp_path / "saved.xlsx"
    source.write_bytes(workbook())
    recalculate_on(TODAY, office, source, saved)
    told = [
        {
            cell.coordinate: round(cell.value, 12) if isinstance(cell.value, float) else cell.value
            for row in sheet.iter_rows()
            for cell in row
            if cell.value not in (None, "")
        }
        for sheet in (dashboard(source.read_bytes()), dashboard(saved.read_bytes()))
    ]
    assert told[0] == told[1]
    assert (
        list(of_results(saved, layout(TOOLKIT), ExpectedReturn(), OF_RESULTS - {TYPED_OVER.code})) == []
    )  # the day is
