"""Answers for every question of a workbook, made up but valid one by one: to try a spec out with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from math import ceil, floor

from .fields import ColumnKind, Field, kind_of
from .layout import Layout, Slot
from .spec.model import RegisterBlock
from .submission import Answers, Value

ROWS = 3  # of an open table; the others are like these


def sample_answers(layout: Layout, today: date) -> Answers:
    """An answer for each question, and for each in the first rows of open tables; always the same."""
    found: Answers = {}
    for number, slot in enumerate(_asked(layout)):
        value = _value(layout, slot, found, number, today)
        if value is not None:
            found[slot.key] = value
    return found


def _asked(layout: Layout) -> Iterator[Slot]:
    """The places that are filled in, those that decide the list of another one first."""
    for sheet in layout.sheets:
        for grid in sheet.grids:
            rows = [row.code for row in grid.data_rows]
            used = set(rows[:ROWS]) if isinstance(grid.block, RegisterBlock) else None
            slots = [slot for slot in grid.slots if used is None or slot.row in used]
            asked = [slot for slot in slots if not slot.field.calculated]
            yield from sorted(asked, key=lambda slot: slot.field.parent is not None)


def _value(layout: Layout, slot: Slot, known: Answers, number: int, today: date) -> Value | None:
    field = slot.field
    if kind_of(field) is ColumnKind.DATE:
        return today - timedelta(days=number % 365)
    if field.to:
        return next((rows[number % min(len(rows), ROWS)] for rows in _targets(layout, field)), None)
    if field.list_name is not None:
        return _from_list(layout, slot, known, number)
    limits = field.type.limits(field)
    if limits.type in ("whole", "decimal"):
        return _number(limits.low, limits.high, number, whole=limits.type == "whole")
    text = f"Answer {number + 1}"
    return text if field.characters is None else text[-field.characters :].strip()


def _targets(layout: Layout, field: Field) -> Iterator[Sequence[str]]:
    """The rows of each sheet that a reference can point to, where it was issued."""
    for code in field.to:
        if code in layout.rows_of:
            yield [row.code for row in layout.rows_of[code].data_rows]


def _from_list(layout: Layout, slot: Slot, known: Answers, number: int) -> Value | None:
    """The next entry of a list, of those that belong to the answer of the parent field."""
    field = slot.field
    codes = list(layout.lists[str(field.list_name)].codes)
    if field.parent is not None:
        above = known.get((slot.tool, slot.row, field.parent))
        table = layout.spec.vocabularies[str(field.vocabulary)].by_code
        codes = [code for code in codes if table[code].parent == above]
    if not codes:
        return None
    code = codes[number % len(codes)]
    if field.several:
        return tuple(dict.fromkeys([code, *codes]))[: len(slot.cells)]
    return float(code) if field.type.stepped else code


def _number(low: float | None, high: float | None, number: int, *, whole: bool) -> float:
    """A number between two bounds, another one for each question where there is room."""
    least = low if low is not None else min(0.0, high or 0.0)
    first = float(ceil(least)) if whole else least
    room = 100.0 if high is None else high - first
    step = number % 7
    return first + (step if step <= room else max(floor(room) if whole else room, 0))
