"""Where the answers of the round before stand on their hidden sheet: one column per field, in the rows of its sheet.

So a formula finds what an answer was in its own row of another sheet, and a whole column beside a whole column.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ..answers.answer import CLOSED, Key
from ..spec.compiled import compiled
from ..spec.model import RegisterBlock, Spec
from .model import Column, Place, Sheet

FIRST_COLUMN = 2
IN_FORM = "answer"  # in place of a field, in the one column of a form
ROLE = "last"  # of the columns in which people see them

Places = Mapping[Key, tuple[Place, ...]]


def last_places(spec: Spec, sheets: Sequence[Sheet]) -> Places:
    """Give a place to each cell of an answer that is known of the round before, by tool, row and field."""
    columns: dict[Key, int] = {}
    found: dict[Key, tuple[Place, ...]] = {}
    free = FIRST_COLUMN
    for key, column, row, cells in _wanted(spec, sheets):
        if column not in columns:
            columns[column] = free
            free += cells
        found[key] = tuple(Place(row, columns[column] + part) for part in range(cells))
    return found


def code_of(field: str) -> str:
    """Give the code of the column that shows what a field was."""
    return f"{ROLE}.{field}"


def field_of(column: Column) -> str:
    """Give the field of which a column shows what it was."""
    return column.code.removeprefix(f"{ROLE}.")


WantedCells = tuple[Key, Key, int, int]  # key, what shares a column, row, cells


def _wanted(spec: Spec, sheets: Sequence[Sheet]) -> Iterator[WantedCells]:
    """Give each cell; the answers of a table share a column, and so do those of one record of a form."""
    known = compiled(spec).last
    for sheet in sheets:
        across = {grid.number for grid in sheet.grids if grid.across}
        for slot in sheet.slots:
            tool, row, code = slot.key
            if (tool, code) in known:
                column = tool, row if slot.grid in across else "", code
                yield slot.key, column, slot.cells[0].row, len(slot.cells)
        for grid in sheet.grids:
            if isinstance(grid.block, RegisterBlock) and grid.block.closed is not None:
                for closing in grid.data_rows:
                    tool = grid.tool.code
                    yield (tool, closing.code, CLOSED), (tool, "", CLOSED), closing.index, 1
