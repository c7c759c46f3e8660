"""What could not be read: the slots whose cells are not in a file, and what is missing there, in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from ..answer import CellKey
from ..layout import Sheet, Slot
from .answer_view import AnswerView


class Gap(NamedTuple):
    """A sheet, row or column of a file that could not be read, or that its older version does not have."""

    place: str
    older: bool
    slots: frozenset[tuple[int, str]]  # number of the column, and row


def gaps_of(view: AnswerView) -> list[Gap]:
    """Find what is missing in a return; nothing in one that does not say where its cells are."""
    submission, columns = view.submission, view.program.columns
    found = []
    for sheet in view.layout.sheets if submission.cells else ():
        there = submission.cells.get(sheet.tool.code, {})
        if len(there) < sheet.cell_count:
            name = submission.sheets.get(sheet.tool.code) or sheet.name
            for place, missing in _of_sheet(sheet, name, there, view.layout.language):
                slots = frozenset((columns[slot.tool, slot.field.code].number, slot.row) for slot in missing)
                found.append(Gap(place, submission.older, slots))
    return found


def _of_sheet(
    sheet: Sheet, name: str, there: Mapping[CellKey, str], language: str
) -> Iterator[tuple[str, list[Slot]]]:
    """Give each place of a sheet where something is missing, with the slots there: all of it, rows, or columns."""
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
