"""Answers for every question of a workbook, made up but valid one by one: to try a spec out with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from .answer import Answers, Value
from .fields import Field, Sampling
from .layout import Layout, Slot, offered_rows
from .spec.model import RegisterBlock

ROWS = 3  # of an open table; the others are like these


def sample_answers(layout: Layout, today: date) -> Answers:
    """Give an answer for each question, and for each in the first rows of open tables; always the same."""
    found: Answers = {}
    for number, slot in enumerate(_asked(layout)):
        value = _value(layout, slot, found, number, today)
        if value is not None:
            found[slot.key] = value
    return found


def _asked(layout: Layout) -> Iterator[Slot]:
    """Give the places that are filled in, those that decide the list of another one first."""
    for sheet in layout.sheets:
        for grid in sheet.grids:
            rows = [row.code for row in grid.data_rows]
            used = set(rows[:ROWS]) if isinstance(grid.block, RegisterBlock) else None
            slots = [slot for slot in grid.slots if used is None or slot.row in used]
            asked = [slot for slot in slots if not slot.field.calculated]
            yield from sorted(asked, key=lambda slot: slot.field.parent is not None)


def _value(layout: Layout, slot: Slot, known: Answers, number: int, today: date) -> Value | None:
    codes = tuple(_choices(layout, slot, known))
    return slot.field.type.sample(slot.field, Sampling(number, today, codes, len(slot.cells)))


def _choices(layout: Layout, slot: Slot, known: Answers) -> Sequence[str]:
    """List what can be chosen: the first rows that a reference can point to, or the entries of a list."""
    if slot.field.to:
        return next((codes[:ROWS] for codes in _targets(layout, slot.field)), ())
    return () if slot.field.list_name is None else _entries(layout, slot, known)


def _targets(layout: Layout, field: Field) -> Iterator[Sequence[str]]:
    """Give the rows of each sheet that a reference can point to, where it was issued."""
    for code in field.to:
        if code in layout.rows_of:
            yield [row.code for row in offered_rows(layout.rows_of[code], field)]


def _entries(layout: Layout, slot: Slot, known: Answers) -> Sequence[str]:
    """Give the entries of a list, of those that belong to the answer of the parent field."""
    field = slot.field
    codes = layout.lists[str(field.list_name)].codes
    if field.parent is None:
        return codes
    above = known.get((slot.tool, slot.row, field.parent))
    table = layout.spec.vocabularies[str(field.vocabulary)].by_code
    return [code for code in codes if table[code].parent == above]
