"""Which issued texts are more than texts: those that answers stand under or beside, lists, numbers of rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from ..findings import Kind
from ..findings.structure import HEAD_CHANGED, ROW_NUMBER_CHANGED
from ..layout import Layout, Sheet
from ..layout.model import HEAD_ROW

Home = tuple[int, int]


@dataclass(frozen=True)
class Roles:
    """Which issued texts of a sheet are more than texts, and which formulas the checks look at anyway."""

    meanings: Mapping[Home, Kind] = field(default_factory=dict)
    calculated: Collection[Home] = frozenset()  # answers: what was typed over them is told apart by its value


def roles_of_tool(sheet: Sheet) -> Roles:
    """Give those of a tool sheet: heads and questions that answers stand under or beside, and the numbers of rows."""
    meanings: dict[Home, Kind] = {}
    for grid in sheet.grids:
        if not grid.slots:
            continue
        for column in grid.columns:
            if column.role in ("answer", "calculated"):
                meanings[HEAD_ROW, column.index] = HEAD_CHANGED
            kind = {"mark": ROW_NUMBER_CHANGED, "name": HEAD_CHANGED}.get(column.role)
            if kind is not None:
                meanings |= {(row.index, column.index): kind for row in grid.data_rows}
    calculated = {
        (cell.row, cell.column) for slot in sheet.slots for cell in slot.cells if slot.check is None
    }
    return Roles(meanings, calculated)


def roles_of_lists(layout: Layout) -> Roles:
    """Give those of the sheet with the lists: every entry and its code."""
    meanings: dict[Home, Kind] = {}
    for place in layout.lists.values():
        columns = range(place.column, place.column + place.width)
        rows = range(place.first, place.last + 1)
        meanings |= {(row, column): HEAD_CHANGED for row in rows for column in columns}
    return Roles(meanings)
