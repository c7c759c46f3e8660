"""What a team does with the mouse: cut, insert, sort, drag. Answers stay, and at most one thing is told of each act."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hrge_xl import ExpectedReturn, Order, generate, load
from tests.answers import TODAY
from tests.face import Answers, Layout, address, column_letters, layout_for
from tests.in_words import in_words
from tests.office.driver import Document
from tests.read_and_check import check, layout_of, read

SPEC = load("example")
RISKS: Answers = {
    ("R1", f"K-0{number}", code): value
    for number, event in enumerate(("No room", "No guide", "No water"), start=1)
    for code, value in {
        "RSK_01": event,
        "RSK_02": ("WOM",),
        "RSK_03": float(number),
        "RSK_04": 2.0,
        "RSK_06": "RED",
    }.items()
}
FORM: Answers = {("PLAN", "1", "PLN_01"): "WS-01", ("PLAN", "R1", "USE_01"): "Y"}
ORDER = Order("TEST", TODAY, answers=RISKS | FORM)
RISK_ROWS = 7, 8, 9  # on their sheet


class Hand:
    """A sheet that is open in LibreOffice, by its columns."""

    def __init__(self, document: Document, layout: Layout) -> None:
        self.document = document
        self.sheet = layout.sheet["R1"].name
        grid = layout.rows_of["R1"]
        inputs = [column.index for column in grid.with_role("answer")]
        self.first = column_letters(inputs[0])
        self.second = column_letters(inputs[1])
        self.last = column_letters(inputs[-1])
        self.end = column_letters(max(column.index for column in grid.columns))
        self.layout = layout

    def cut_row(self) -> None:
        self.document.cut(self.sheet, f"{self.first}8:{self.last}8", f"{self.first}11")

    def cut_cell(self) -> None:
        self.document.cut(self.sheet, f"{self.first}8", f"{self.first}11")

    def cut_in_form(self) -> None:
        slots = self.layout.slots
        code, title = (
            address(*slots["PLAN", "1", field].cells[0]) for field in ("PLN_01", "PLN_03")
        )
        self.document.cut(self.layout.sheet["PLAN"].name, code, title)

    def insert_row(self) -> None:
        self.document.unprotect(self.sheet)
        self.document.insert_rows(self.sheet, 8)

    def insert_column(self) -> None:
        self.document.unprotect(self.sheet)
        self.document.insert_columns(self.sheet, self.second)

    def sort_answers(self) -> None:
        cells = f"{self.first}7:{self.last}9"
        self.document.unprotect(self.sheet)
        self.document.sort(self.sheet, cells, self.first, ascending=False)

    def sort_rows(self) -> None:
        self.document.unprotect(self.sheet)
        self.document.sort(self.sheet, f"A7:{self.end}9", self.first, ascending=False)

    def drag_down(self) -> None:
        self.document.drag_down(self.sheet, f"{self.first}8:{self.first}9")


ACTS: dict[str, tuple[Callable[[Hand], None], set[str]]] = {
    "cut row": (Hand.cut_row, {"S041"}),
    "cut cell": (Hand.cut_cell, set()),
    "cut in form": (Hand.cut_in_form, {"S041"}),
    "insert row": (Hand.insert_row, {"S012"}),
    "insert column": (Hand.insert_column, {"S012"}),
    "sort answers": (Hand.sort_answers, {"S012"}),
    "sort rows": (Hand.sort_rows, {"S012", "S020"}),
    "drag down": (Hand.drag_down, set()),
}


@pytest.mark.office
@pytest.mark.parametrize("act", ACTS)
def test_one_thing_at_most_is_told_of_what_a_hand_does(
    act: str, office: Any, tmp_path: Path
) -> None:
    """And nothing of a hidden cell, and no formula; what the sheets show is what the reader says."""
    do, expected = ACTS[act]
    layout = layout_for(SPEC, ORDER)
    issued, returned = tmp_path / "issued.xlsx", tmp_path / "returned.xlsx"
    issued.write_bytes(generate(SPEC, ORDER))
    with office.open(issued) as document:
        do(Hand(document, layout))
        document.recalculate()
        document.save_as(returned)
    sent = read(returned.read_bytes(), ExpectedReturn("example"))
    (outcome,) = check([(sent, layout_of(sent, ExpectedReturn("example")))], today=TODAY)
    of_sheets = [finding for finding in outcome.findings if finding.code.startswith("S")]
    assert {finding.code for finding in of_sheets} == expected
    assert len(of_sheets) == len(expected)
    assert not any("=" in in_words(finding, layout).message for finding in of_sheets)


@pytest.mark.office
def test_a_row_that_was_cut_is_blank_and_the_other_one_is_whole(
    office: Any, tmp_path: Path
) -> None:
    issued = tmp_path / "issued.xlsx"
    issued.write_bytes(generate(SPEC, ORDER))
    with office.open(issued) as document:
        hand = Hand(document, layout_for(SPEC, ORDER))
        before = document.value(hand.sheet, "C8").text
        hand.cut_row()
        document.recalculate()
        assert document.value(hand.sheet, "C8").text == ""
        assert document.value(hand.sheet, "C11").text == before
