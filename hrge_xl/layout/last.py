"""Where the answers of the round before stand on their hidden sheet: one column a field, in the rows of its sheet.

So a formula finds what an answer was in its own row of another sheet, and a whole column beside a whole column.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ..last_answers import CLOSED
from ..spec.compiled import compiled
from ..spec.model import RegisterBlock, Spec
from .model import Grid, Place, Sheet, Slot

FIRST_COLUMN = 2

Places = Mapping[tuple[str, str, str], tuple[Place, ...]]


def last_places(spec: Spec, sheets: Sequence[Sheet]) -> Places:
    """Give a place to each cell of an answer that is known of the round before, by tool, row and field."""
    columns: dict[tuple[str, str, str], int] = {}
    found: dict[tuple[str, str, str], tuple[Place, ...]] = {}
    free = FIRST_COLUMN
    for key, column, row, cells in _wanted(spec, sheets):
        if column not in columns:
            columns[column] = free
            free += cells
        first = columns[column]
        found[key] = tuple(Place(row, first + part) for part in range(cells))
    return found


Wanted = tuple[tuple[str, str, str], tuple[str, str, str], int, int]  # key, what shares a column, row, cells


def _wanted(spec: Spec, sheets: Sequence[Sheet]) -> Iterator[Wanted]:
    known = compiled(spec).last
    for sheet in sheets:
        for slot in sheet.slots:
            if (slot.tool, slot.field.code) in known:
                yield slot.key, _column(slot, sheet), slot.cells[0].row, len(slot.cells)
        for grid in sheet.grids:
            yield from _rows_that_close(grid)


def _column(slot: Slot, sheet: Sheet) -> tuple[str, str, str]:
    """The answers of a table share a column, and so do those of one record of a form."""
    across = any(grid.number == slot.grid and grid.across for grid in sheet.grids)
    return slot.tool, slot.row if across else "", slot.field.code


def _rows_that_close(grid: Grid) -> Iterator[Wanted]:
    if isinstance(grid.block, RegisterBlock) and grid.block.closed is not None:
        tool = grid.tool.code
        for row in grid.data_rows:
            yield (tool, row.code, CLOSED), (tool, "", CLOSED), row.index, 1
