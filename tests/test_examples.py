"""Every example that a workbook shows, typed into its cell: the cell takes it, and so does the reader."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.answers import TODAY, layout
from tests.face import FIRST_DAY, LAST_DAY, ColumnKind, Layout, Slot, address
from tests.made_workbooks import issued
from tests.office.driver import Office
from tests.office.screen import Screen
from tests.parity import Cells, returned
from tests.read_and_check import check
from tests.telling import telling
from tests.test_translations import SPOKEN

TOOLKIT = "hrge_toolkit"


class Shown(NamedTuple):
    """An example, and the cell that it is typed into."""

    slot: Slot
    part: int
    text: str

    @property
    def typed(self) -> str | float | date:
        """What any program makes of it as it is typed."""
        kind = self.slot.field.type.kind
        if kind is ColumnKind.DATE:
            return date.fromisoformat(self.text)
        digits = self.text.replace(",", ".")
        is_number = kind is ColumnKind.NUMBER and digits.replace(".", "", 1).isdecimal()
        return float(digits) if is_number else self.text


@cache
def examples(language: str) -> tuple[Shown, ...]:
    """Those in the guide, in the last row of their table or the first of a form, and those in prompts."""
    return tuple(_examples(layout(TOOLKIT, language)))


def _examples(where: Layout) -> Iterator[Shown]:
    for sheet in where.sheets:
        codes = [*sheet.tool.guide.example]
        labels = [sheet.tool.fields[code].label.say(where.language) for code in codes]
        _, *lines = [line for line in sheet.guide if line.example] or [None]
        assert [line.about for line in lines if line] == labels
        for code, line in zip(codes, filter(None, lines), strict=True):
            slots = [slot for slot in sheet.slots if slot.field.code == code]
            parts = line.text.split("; ") if slots[0].field.several else [line.text]
            for part, text in enumerate(parts):
                yield Shown(slots[-1], part, text.strip())
        for slot in sheet.slots:
            if slot.field.example:
                yield Shown(slot, 0, slot.field.example.say(where.language))


def referred_to(where: Layout) -> Iterator[tuple[Slot, str]]:
    """What the rows are called that examples name as if they were there."""
    for shown in examples(where.language):
        code, _, name = shown.text.partition(" ")
        for tool in shown.slot.field.to:
            grid = where.rows_of.get(tool)
            if grid is not None and grid.kind == "register" and code in grid.row:
                slots = grid.by_row[code]
                named = slots[grid.block.named_by]
                yield next(slot for slot in (named, *slots.values()) if slot.field.asked), name


def cells_of(where: Layout) -> Cells:
    rows = {
        (where.sheet[s.tool].name, address(*s.cells[0])): name for s, name in referred_to(where)
    }
    typed = {
        (where.sheet[one.slot.tool].name, address(*one.slot.cells[one.part])): one.typed
        for one in examples(where.language)
    }
    return rows | typed


def is_let_in(where: Layout, one: Shown) -> bool:
    """Say whether the validation of the cell takes it, without any dialog."""
    field, typed = one.slot.field, one.typed
    if field.to:
        named = {slot.row: f"{slot.row} {name}" for slot, name in referred_to(where)}
        fixed = {
            row.code: f"{row.code} {row.label[:60]}"
            for tool in field.to
            for row in where.rows_of[tool].rows
        }
        return typed in (one.text.split(" ")[0], (fixed | named).get(one.text.split(" ")[0]))
    if field.list_name is not None:
        place = where.lists[field.list_name]
        return typed in (*place.offered, *place.steps)
    limits = field.type.limits(field)
    if isinstance(typed, date):
        return FIRST_DAY <= typed <= LAST_DAY
    if limits.type == "length":
        return len(str(typed)) <= (limits.high or 0)
    if limits.type == "any":
        return True
    low, high = (
        (-1e15 if limits.low is None else limits.low),
        (1e15 if limits.high is None else limits.high),
    )
    return (
        isinstance(typed, float)
        and low <= typed <= high
        and (limits.type != "whole" or typed.is_integer())
    )


@pytest.mark.parametrize("language", telling(["en", *SPOKEN], "fa"))
def test_the_cell_takes_every_example_and_so_does_the_reader(language: str) -> None:
    where = layout(TOOLKIT, language)
    assert len(examples(language)) > 120
    assert [one for one in examples(language) if not is_let_in(where, one)] == []
    submission = returned(where, cells_of(where))
    found = check([(submission, where)], today=TODAY)[0].findings
    keys = {one.slot.key for one in examples(language)}
    wrong = [
        f
        for f in found
        if f.code[0] == "V" and f.code != "V001" and (f.tool, f.row, f.field) in keys
    ]
    assert [(f.code, f.tool, f.row, f.field, f.value) for f in wrong] == []
    read = {answer.key for answer in submission.answers}
    assert keys <= read


@pytest.mark.long
def test_they_are_typed_without_a_dialog(
    screen: Screen, windowed_office: Office, tmp_path: Path
) -> None:
    """With real keys, which a dialog would swallow; of a step the number, of a row the code."""
    where, path = layout(TOOLKIT), tmp_path / "issued.xlsx"
    path.write_bytes(issued(TOOLKIT, "en", {slot.key: name for slot, name in referred_to(where)}))
    with windowed_office.open(path) as book:
        try:
            for one in examples("en"):
                sheet, cell = where.sheet[one.slot.tool].name, address(*one.slot.cells[one.part])
                book.go_to(sheet, cell)
                field = one.slot.field
                screen.type(one.text.split(" ")[0] if field.to or field.type.stepped else one.text)
                screen.press("Return")
                assert book.value(sheet, cell).text, one
        finally:
            screen.press("Escape", "Escape")
