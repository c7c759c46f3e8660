"""What a sheet of an older version says about itself: what was asked in a cell, and which cells are nobody's answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl.utils.cell import coordinate_to_tuple

from hrge_xl import ExpectedReturn, read
from tests.face import OldSheet, RawSheet, RawWorkbook, Submission, raw_workbook, was_issued
from tests.raw_workbook import BLANK, insert, map_lines, put, text
from tests.test_upgrade import GONE
from tests.versions import second, workbook

HEADS = 6  # row of the heads of the checklist


@pytest.fixture
def book() -> RawWorkbook:
    """A workbook of version 1.0, filled in."""
    return raw_workbook(workbook(), "xlsx")


def old(book: RawWorkbook, name: str) -> OldSheet:
    return OldSheet(sheet(book, name))


def sheet(book: RawWorkbook, name: str) -> RawSheet:
    return next(each for each in book.sheets if each.name == name)


@pytest.mark.parametrize(
    ("name", "cell", "label"),
    [
        ("Plan", "E14", "Budget"),
        ("Plan", "E9", "Purpose of the workshop"),  # without the help below it
        ("Plan", "E20", "Groups invited"),  # the second cell of one question
        ("Plan", "E24", "C1 Used"),
        ("Checklist", "E11", "C1_03 Answer"),
        ("Checklist", "H9", "C1_02 Due date"),
        ("Risks", "F7", "K-01 Groups affected"),
        ("Risks", "K14", "K-08 Point of the checklist"),
    ],
)
def test_a_question_is_named_as_its_sheet_words_it(
    book: RawWorkbook, name: str, cell: str, label: str
) -> None:
    found, place = old(book, name), coordinate_to_tuple(cell)
    assert found.is_retired(*place)
    assert found.label(*place) == label
    found.known = frozenset({place})
    assert not found.is_retired(*place)


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("Plan", "E22"),  # calculated
        ("Plan", "C14"),
        ("Plan", "D14"),
        ("Plan", "E6"),
        ("Plan", "E23"),
        ("Plan", "K14"),
        ("Checklist", "E10"),  # a section
        ("Risks", "N7"),  # the level
        ("Risks", "O7"),
        ("Risks", "D15"),
        ("Summary", "C7"),
    ],
)
def test_nothing_was_asked_in_other_cells(book: RawWorkbook, name: str, cell: str) -> None:
    found, place = old(book, name), coordinate_to_tuple(cell)
    assert found.question(*place) is None
    assert not found.is_retired(*place)


def test_a_head_counts_to_the_end_of_its_line_and_one_that_is_gone_gives_way_to_the_code(
    book: RawWorkbook,
) -> None:
    put(sheet(book, "Checklist"), HEADS, 13, BLANK)
    put(sheet(book, "Plan"), 14, 4, BLANK)
    put(sheet(book, "Risks"), 6, 20, text("Risk\nIn a few words"))
    assert old(book, "Checklist").label(9, 5) == "C1_02 CHK_01"
    assert old(book, "Plan").label(14, 5) == "PLN_08"
    assert old(book, "Risks").label(7, 4) == "K-01 Risk"


def test_where_all_checks_of_a_question_are_gone_its_cells_are_answers(book: RawWorkbook) -> None:
    """Where only some are, those that are left tell."""
    checks = sheet(book, "Checklist")
    put(checks, 9, 13, BLANK)
    assert old(book, "Checklist").question(9, 5) is None
    assert old(book, "Checklist").question(8, 5) == "CHK_01"
    for row in (8, 9, 11):
        put(checks, row, 13, BLANK)
    assert [old(book, "Checklist").question(row, 5) for row in (8, 9, 10, 11)] == [
        "CHK_01", "CHK_01", None, "CHK_01",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "cell", "ours"),
    [
        ("Plan", "D14", True),
        ("Plan", "B3", True),  # above the questions
        ("Plan", "E23", True),  # beside a title between them
        ("Plan", "E26", False),  # below them
        ("Plan", "M14", False),  # behind the checks
        ("Risks", "S7", True),
        ("Risks", "D15", False),
        ("Summary", "C7", True),
        ("Summary", "Z99", True),  # nobody could type there
    ],
)
def test_cells_that_were_part_of_the_sheet(book: RawWorkbook, name: str, cell: str, ours: bool) -> None:
    assert old(book, name).ours(*coordinate_to_tuple(cell)) is ours


def test_an_inserted_row_and_an_unlocked_sheet_are_somebodys_own(book: RawWorkbook) -> None:
    map_lines(sheet(book, "Risks"), insert(9))
    put(sheet(book, "Risks"), 9, 4, text("One more risk"))
    sheet(book, "Summary").protected = False
    assert not old(book, "Risks").ours(9, 4)
    assert old(book, "Risks").ours(9, 16)  # between the columns that have codes
    assert not old(book, "Summary").ours(7, 3)


def other_name(book: RawWorkbook) -> None:
    """Another sheet under its name: what has its key is no longer where the name of its area leads."""
    sheet(book, "Risks").name = "Risks (2)"


def other_key(book: RawWorkbook) -> None:
    put(sheet(book, "Risks"), 1, 1, text("R9"))


def no_key(book: RawWorkbook) -> None:
    put(sheet(book, "Risks"), 1, 1, BLANK)


def test_sheets_that_were_issued(book: RawWorkbook) -> None:
    issued = [each.name for each in book.sheets if was_issued(each, book)]
    assert issued == ["Plan", "Checklist", "Risks", "Summary"]


@pytest.mark.parametrize("change", [other_name, other_key, no_key])
def test_sheets_that_were_not(book: RawWorkbook, change: Callable[[RawWorkbook], None]) -> None:
    risks = sheet(book, "Risks")
    change(book)
    assert not was_issued(risks, book)


def test_a_return_of_an_older_version_keeps_what_is_asked_no_more(tmp_path: Path) -> None:
    """A sheet that is gone, and questions of sheets that are still there."""
    (tmp_path / "PAK.xlsx").write_bytes(workbook())
    found = read(tmp_path / "PAK.xlsx", ExpectedReturn(spec=str(second(tmp_path / "second"))))
    assert isinstance(found, Submission)
    assert {(each.sheet, each.cell): (each.question, each.text) for each in found.unplaced} == GONE


def test_many_rows_without_a_code_take_no_longer_each(book: RawWorkbook) -> None:
    """A column that somebody filled down behind the checklist, with notes above it."""

    def seconds(count: int) -> float:
        raw = replace(sheet(book, "Checklist"), cells=dict(sheet(book, "Checklist").cells))
        for row in range(1_000, 1_000 + count):
            raw.cells[row] = {1: text(f"C9_{row}"), 5: text("Yes")} if row % 2 else {3: text("note")}
        found, started = OldSheet(raw), time.process_time()
        for row in range(1_000, 1_000 + count):
            found.ours(row, 5)
            found.label(row, 5)
        return time.process_time() - started

    assert seconds(8_000) < 10 * seconds(2_000)
