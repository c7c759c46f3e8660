"""Where the answers of the round before stand on their hidden sheet: one column per field, in the rows of its sheet.

So a formula finds what an answer was in its own row of another sheet, and a whole column beside a whole column.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from ..fields import Field
from ..findings import sentence
from ..last_answers import CLOSED
from ..spec.compiled import compiled
from ..spec.model import FieldBlock, RegisterBlock, Spec, Tool
from ..spec.rows import is_shown
from ..words import translator
from .model import Column, Place, Sheet

FIRST_COLUMN = 2
IN_FORM = "answer"  # in place of a field, in the one column of a form
ROLE = "last"  # of the columns in which people see them
WIDTH, CLOSED_WIDTH, FORM_WIDTH = 26, 22, 34
AROUND = 4  # characters around the longest word of a head

Key = tuple[str, str, str]  # tool, row, field
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


class LastColumns:
    """The columns in which people see what was said in the round before."""

    def __init__(self, spec: Spec, tool: Tool, language: str) -> None:
        self.spec, self.tool, self.language = spec, tool, language
        self.say = translator(language)

    def of_table(self, block: FieldBlock, width: Callable[[Field], int]) -> Iterator[Column]:
        """Give one for each field of a table whose answer is shown, and one for what rows were about that are over."""
        if isinstance(block, RegisterBlock) and block.closed is not None:
            yield Column(0, ROLE, code_of(CLOSED), self.say("Closed last time"), CLOSED_WIDTH)
        for field in block.fields:
            if is_shown(self.spec, field):
                label = sentence(self.say("Last time: {label}"), {"label": field.asks(self.language)})
                words = max(map(len, label.split()), default=0) + AROUND
                yield Column(0, ROLE, code_of(field.code), label, max(min(width(field), WIDTH), words))

    def of_form(self, *, single: bool) -> Iterator[Column]:
        """Give the one of a form that asks once, if any of its answers is shown."""
        if single and any(is_shown(self.spec, field) for field in self.tool.fields.values()):
            yield Column(0, ROLE, code_of(IN_FORM), self.say("Last time"), FORM_WIDTH)


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
