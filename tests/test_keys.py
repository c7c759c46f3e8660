"""Filled in with the keyboard alone, in LibreOffice's own window: what was typed is what is read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from hrge_xl import ExpectedReturn, Order, ValidationRequest, generate, load, validate
from tests.answers import full, layout, plain_value
from tests.face import (
    Answers,
    Layout,
    Slot,
    Value,
    address,
    choose,
    layout_for,
    sample_order,
    starting_answers,
)
from tests.made_workbooks import issued
from tests.office.driver import Document, Office
from tests.office.screen import Screen
from tests.read_and_check import read

REWRITTEN = re.compile(r"['\"]| - |--|\.\.\.")  # what LibreOffice corrects while somebody types


@dataclass(frozen=True)
class Typist:
    """Somebody who fills in a register of a workbook without a mouse."""

    screen: Screen
    book: Document
    where: Layout
    tool: str

    @property
    def sheet(self) -> str:
        return self.where.sheet[self.tool].name

    @property
    def rows(self) -> list[str]:
        return [row.code for row in self.where.rows_of[self.tool].data_rows]

    def inputs(self, row: str) -> list[tuple[Slot, int]]:
        """What is to be filled in of a row, from left to right: the slots with the number of the cell."""
        slots = [
            slot
            for slot in self.where.sheet[self.tool].slots
            if slot.row == row and not slot.field.calculated
        ]
        cells = [(slot, number) for slot in slots for number in range(len(slot.cells))]
        return sorted(cells, key=lambda cell: cell[0].cells[cell[1]].column)

    def go_to(self, row: str, number: int = 0) -> None:
        """Put the cursor on an input of a row."""
        slot, part = self.inputs(row)[number]
        self.book.go_to(self.sheet, address(*slot.cells[part]))

    def enter(self, row: str, answers: Answers) -> None:
        """Fill in a row from its first input on, going from one to the next with Tab."""
        self.go_to(row)
        for number, (slot, part) in enumerate(self.inputs(row)):
            assert self.book.cursor() == (self.sheet, address(*slot.cells[part]))
            value = answers.get(slot.key)
            if part == 0 and value is not None:
                self.answer(slot, value, by_list=number % 2 == 1)
            self.screen.press("Tab")

    def answer(self, slot: Slot, value: Value, *, by_list: bool) -> None:
        """Give one answer: as a word that is typed, or chosen from the list that Alt and Down open."""
        code = value[0] if isinstance(value, tuple) else value
        text = f"{code:g}" if isinstance(code, float) else str(code)
        shown = self.where.lists.get(slot.field.list_name or "")
        codes = [] if shown is None or slot.field.to else list(shown.codes)
        at = codes.index(text) if codes else 0
        if codes:
            text = shown.labels[at]
        if slot.field.to or (codes and (by_list or REWRITTEN.search(text))):
            # The first entry is only pointed at when the list opens.
            self.screen.press("alt+Down", *(["Down"] * at or ["Down", "Up"]), "Return")
        else:
            self.screen.type(text)

    def run(self, row: str) -> range:
        """Find the inputs of a row that can be copied together: the longest run that stand side by side."""
        columns = [slot.cells[part].column for slot, part in self.inputs(row)]
        starts = [at for at in range(len(columns)) if at == 0 or columns[at] != columns[at - 1] + 1]
        runs = [range(start, end) for start, end in pairwise([*starts, len(columns)])]
        return max(runs, key=len)

    def copy(self, row: str, run: range) -> None:
        """Copy inputs of a row that stand side by side."""
        self.go_to(row, run.start)
        self.screen.press(*["shift+Right"] * (len(run) - 1), "ctrl+c")

    def paste(self, row: str, run: range) -> None:
        """Paste what was copied into another row."""
        self.go_to(row, run.start)
        self.screen.press("ctrl+v")


@contextmanager
def blank(screen: Screen, office: Office, name: str, tool: str, *others: str) -> Iterator[Typist]:
    """Open a workbook with a blank register and one row on other sheets; what is asked at the end is given up."""
    where = layout(name, "en", (tool, *others))
    rows = {key: value for key, value in full(where, rows=1).items() if key[0] in others}
    with TemporaryDirectory() as folder:
        path = Path(folder, "blank.xlsx")
        path.write_bytes(issued(name, "en", rows, (tool, *others)))
        with office.open(path) as book:
            try:
                yield Typist(screen, book, where, tool)
            finally:
                screen.press("Escape", "Escape")


def saved(typist: Typist, path: Path) -> Answers:
    """Save the workbook and read it as one that came back: what it says in the register."""
    values = read(typist.book.save_as(path).read_bytes()).values()
    return {key: value for key, value in values.items() if key[0] == typist.tool}


def answers_of(typist: Typist, row: str, inputs: range | None = None) -> Answers:
    """One valid answer to every input of a row, or to some."""
    cells = [
        (number, *cell)
        for number, cell in enumerate(typist.inputs(row))
        if inputs is None or number in inputs
    ]
    values = {
        slot.key: plain_value(typist.where, slot, number)
        for number, slot, part in cells
        if part == 0
    }
    return {key: value for key, value in values.items() if value is not None}


@pytest.mark.deep
def test_a_row_is_entered_copied_and_read(
    screen: Screen, windowed_office: Office, tmp_path: Path
) -> None:
    with blank(screen, windowed_office, "example", "R1", "C1") as typist:
        first, second, *_ = typist.rows
        run = typist.run(first)
        typist.enter(first, answers_of(typist, first))
        typist.copy(first, run)
        typist.paste(second, run)
        wanted = answers_of(typist, first) | answers_of(typist, second, run)
        assert saved(typist, tmp_path / "filled.xlsx") == wanted


@pytest.mark.deep
def test_what_is_not_in_the_list_is_refused(
    screen: Screen, windowed_office: Office, tmp_path: Path
) -> None:
    with blank(screen, windowed_office, "example", "R1", "C1") as typist:
        first = typist.rows[0]
        slots = [slot for slot, _ in typist.inputs(first)]
        typist.go_to(
            first, next(number for number, slot in enumerate(slots) if slot.field.list_name)
        )
        screen.type("Nobody in particular")
        screen.press("Tab")  # the alert comes
        screen.press("Return", "Escape")
        assert saved(typist, tmp_path / "filled.xlsx") == {}


def test_a_tick_is_one_key_a_step_its_number_and_a_row_its_code(
    screen: Screen, windowed_office: Office, tmp_path: Path
) -> None:
    with blank(screen, windowed_office, "example", "R1", "C1") as typist:
        where, keys = typist.where, {}
        for tool, text in (("C1", "x"), ("R1", "1")):
            keys["PLAN", tool, "USE_01"] = "Y"
            cell = where.slots["PLAN", tool, "USE_01"].cells[0]
            typist.book.go_to(where.sheet["PLAN"].name, address(*cell))
            screen.type(text)
            screen.press("Return")
        row = typist.rows[0]
        for code, text, value in (
            ("RSK_03", "2", 2.0),
            ("RSK_04", "3 Very", 3.0),
            ("RSK_08", "C1_02", "C1_02"),
        ):
            keys["R1", row, code] = value
            cell = address(*where.slots["R1", row, code].cells[0])
            typist.book.go_to(typist.sheet, cell)
            screen.type(text)
            screen.press("Return")
            screen.press("Return")  # it was told what the list has, and is kept
            assert typist.book.value(typist.sheet, cell).text == text  # with no other dialog
        values = read(typist.book.save_as(tmp_path / "filled.xlsx").read_bytes()).values()
        assert {key: values.get(key) for key in keys} == keys


@pytest.mark.deep
def test_a_date_is_taken_as_people_write_it(
    screen: Screen, windowed_office: Office, tmp_path: Path
) -> None:
    """In one stroke; where it stays a text, the sheet says how it counts it too, and what can be no date at all."""
    with blank(screen, windowed_office, "example", "R1", "C1") as typist:
        where, sheet, keys = typist.where, typist.where.sheet["PLAN"].name, {}
        sign = where.sheet["PLAN"].grids[0].with_role("sign")[0].index
        for code, text, says, day in (
            ("PLN_04", "15 May 2026", "! To look at", date(2026, 5, 15)),
            ("PLN_05", "30/06/2026", "! To look at", date(2026, 6, 30)),
            ("PLN_05", "2026-06-30", "✓ Complete", date(2026, 6, 30)),
            ("PLN_05", "soon", "✗ To correct", None),
        ):
            slot = where.slots["PLAN", "1", code]
            typist.book.go_to(sheet, address(*slot.cells[0]))
            screen.type(text)
            screen.press("Return")
            assert typist.book.value(sheet, address(*slot.cells[0])).text == text
            assert typist.book.value(sheet, address(slot.cells[0].row, sign)).text == says
            keys[slot.key] = day
            values = read(typist.book.save_as(tmp_path / "filled.xlsx").read_bytes()).values()
            assert {key: values.get(key) for key in keys} == keys


@pytest.mark.long
def test_a_register_is_filled_to_its_end(
    screen: Screen, windowed_office: Office, tmp_path: Path
) -> None:
    with blank(screen, windowed_office, "hrge_toolkit", "T3.2", "T4.A", "T4.B") as typist:
        first, *others = typist.rows
        run, wanted = typist.run(first), answers_of(typist, first)
        typist.enter(first, wanted)
        typist.copy(first, run)
        for row in others:
            typist.paste(row, run)
            wanted |= answers_of(typist, row, run)
        assert saved(typist, tmp_path / "filled.xlsx") == wanted


def typed(where: Layout, slot: Slot, value: Value) -> list[str]:
    """What a person types for an answer, one text a cell: steps by their number, rows by their code, x for a tick."""
    texts = []
    for part in value if isinstance(value, tuple) else (value,):
        text = f"{part:g}" if isinstance(part, float) else str(part)
        if slot.field.ticks:
            text = "x"
        elif slot.field.list_name and not slot.field.type.stepped:
            text = where.labels[slot.field.list_name][text]
        texts.append(text)
    return texts


@pytest.mark.long
def test_a_small_workbook_goes_from_blank_to_accepted(
    screen: Screen, windowed_office: Office, tmp_path: Path
) -> None:
    """Each answer is typed into its cell, rows that others refer to first; no dialog comes, and nothing is refused."""
    spec = load("hrge_toolkit")
    choice = choose(spec, "quick", ["3.4"])
    _, sample = sample_order(spec, "en", choice)
    order = Order("PAK", sample.today, "PAK", "en", choice.tools, choice.rows)
    path, where = tmp_path / "quick.xlsx", layout_for(spec, order)
    path.write_bytes(generate(spec, order))
    answers = starting_answers(where, sample) | {("FORM", "1", "FRM_04"): "PAK"}
    slots = [
        slot for key, slot in where.slots.items() if key in answers and not slot.field.calculated
    ]
    with windowed_office.open(path) as book:
        for slot in sorted(slots, key=lambda slot: bool(slot.field.to)):
            for place, text in zip(slot.cells, typed(where, slot, answers[slot.key]), strict=False):
                cell = where.sheet[slot.tool].name, address(*place)
                book.go_to(*cell)
                screen.type(text)
                screen.press("Tab")
                assert book.cursor() != cell, text  # or a dialog would be in the way
        saved = book.save_as(tmp_path / "filled.xlsx")
    (result,) = validate([saved], ValidationRequest(ExpectedReturn(), sample.today))
    assert (str(result.verdict), result.findings) == ("accepted", [])
