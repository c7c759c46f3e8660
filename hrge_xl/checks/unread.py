"""What could not be read: the slots whose cells are not in a file, and what is missing there, in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..answer import CellKey
from ..language.vectors import Integers
from ..layout import Layout, Sheet, Slot
from ..submission import Submission
from .cell_index import CellIndex

READ = -1  # the number of no gap


class Gap(NamedTuple):
    """A sheet, row or column of a file that could not be read, or that its older version does not have."""

    submission: int
    place: str
    older: bool


@dataclass(frozen=True)
class Unread:
    """For every submission and slot the number of the gap that it is in."""

    slots: Integers
    gaps: Sequence[Gap] = ()

    def what(self, submission: int, slot: int) -> Gap | None:
        """Give the gap that a slot is in; None where it could be read."""
        number = int(self.slots[submission, slot])
        return None if number == READ else self.gaps[number]


def unread(submissions: Sequence[Submission], layouts: Sequence[Layout], cell_index: CellIndex) -> Unread:
    """Find what is missing in each submission; nothing in one that does not say where its cells are."""
    shape = len(submissions), cell_index.slot_count
    found = [
        (Gap(number, place, each.older), slots)
        for number, (each, layout) in enumerate(zip(submissions, layouts, strict=True))
        if each.cells
        for place, slots in _missing(each, layout)
    ]
    if not found:
        return Unread(np.broadcast_to(np.int64(READ), shape))
    matrix = np.full(shape, READ, dtype=np.int64)
    for number, (gap, slots) in enumerate(found):
        matrix[gap.submission, [_number(cell_index, slot) for slot in slots]] = number
    return Unread(matrix, [gap for gap, _ in found])


def _number(cell_index: CellIndex, slot: Slot) -> int:
    column = cell_index.columns[slot.tool, slot.field.code]
    return column.slot + column.table.number[slot.row]


def _missing(submission: Submission, layout: Layout) -> Iterator[tuple[str, list[Slot]]]:
    """Give each place where something is missing, with the slots there."""
    for sheet in layout.sheets:
        there = submission.cells.get(sheet.tool.code, {})
        if len(there) < sheet.cell_count:
            name = submission.sheets.get(sheet.tool.code) or sheet.name
            yield from _of_sheet(sheet, name, there, layout.language)


def _of_sheet(
    sheet: Sheet, name: str, there: Mapping[CellKey, str], language: str
) -> Iterator[tuple[str, list[Slot]]]:
    asked = [slot for slot in sheet.slots if not slot.field.calculated]
    missing = [slot for slot in asked if not all(key in there for key in _keys(slot))]
    if len(missing) == len(asked):
        if missing:
            yield name, missing
        return
    rows = _by_row(asked)
    gone = {row for row, slots in _by_row(missing).items() if len(slots) == len(rows[row]) > 1}
    places: dict[str, list[Slot]] = defaultdict(list)
    for slot in missing:
        row = slot.grid, slot.row
        places[slot.row if row in gone else slot.field.label.say(language)].append(slot)
    yield from ((f"{name}: {place}", slots) for place, slots in places.items())


def _by_row(slots: Iterable[Slot]) -> dict[tuple[int, str], list[Slot]]:
    rows: dict[tuple[int, str], list[Slot]] = defaultdict(list)
    for slot in slots:
        rows[slot.grid, slot.row].append(slot)
    return rows


def _keys(slot: Slot) -> Iterator[CellKey]:
    parts = range(1, len(slot.cells) + 1) if slot.field.several else (0,)
    return ((*slot.key, part) for part in parts)
