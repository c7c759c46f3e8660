"""Draws the hidden sheet with the answers of the round before, and the text in which they travel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlsxwriter.workbook import Workbook

from ..errors import LimitError
from ..last_answers import written
from ..layout import Layout, Place
from ..layout.model import CODE_ROW
from ..spec.own_sheets import LAST_KEY
from .cell_ranges import last_cells
from .content import Content, Shown
from .defined_names import last_name, last_rows
from .pen import Pen

TEXT_COLUMN, TEXT_ROWS = 1, range(2, 18)  # where that text stands, so much in each row
Cells = list[tuple[tuple[str, str, str], tuple[Place, ...]]]
PIECE = 16_000  # characters, which are never more than two units of a cell each


def draw_last_sheet(book: Workbook, pen: Pen, layout: Layout) -> None:
    """Draw the codes of columns and rows, and everything else as live cells, those of a sheet together."""
    pen.text(Place(CODE_ROW, 1), LAST_KEY, "code")
    pen.live([pen.entry(Place(row, TEXT_COLUMN), "code", "@") for row in TEXT_ROWS], travelling)
    tools: dict[str, Cells] = {}
    for key, places in layout.last.items():
        tools.setdefault(key[0], []).append((key, places))
    free = max(place.column for places in layout.last.values() for place in places) + 1
    for tool, cells in tools.items():
        for (_, _, field), places in cells:
            pen.text(Place(CODE_ROW, places[0].column), f"{tool} {field or 'closed'}", "code")
        now = LastOfTool(tuple((key, len(places)) for key, places in cells))
        pen.live([pen.entry(place, "code") for _, places in cells for place in places], now)
        free += _table(book, pen, layout, tool, free)
    pen.sheet.very_hidden()
    pen.sheet.protect("", {})


def _table(book: Workbook, pen: Pen, layout: Layout, tool: str, column: int) -> int:
    """Draw the codes of the rows of tables, and name them and the columns beside; how many columns that took."""
    rows = {
        row.index: row.code for grid in layout.sheet[tool].grids if not grid.across for row in grid.data_rows
    }
    if not rows:
        return 0
    pen.text(Place(CODE_ROW, column), tool, "code")
    for index, code in rows.items():
        pen.text(Place(index, column), code, "code")
    columns = {last_rows(tool): column}
    for (of, row, field), places in layout.last.items():
        if of == tool and len(places) == 1 and places[0].row in rows and rows[places[0].row] == row:
            columns[last_name(tool, field)] = places[0].column
    for name, each in columns.items():
        run = last_cells(Place(min(rows), each), Place(max(rows), each))
        book.define_name(name, f"={run}")
    return 1


@dataclass(frozen=True)
class LastOfTool:
    """What the answers of a sheet were, with how many cells each has."""

    keys: tuple[tuple[tuple[str, str, str], int], ...]

    def __call__(self, content: Content) -> Sequence[Shown]:
        """Give the cells one after the other."""
        return [shown for key, cells in self.keys for shown in content.shown_last(key, cells)]


def travelling(content: Content) -> Sequence[Shown]:
    """Give the answers as one text, in pieces. Raises `LimitError` where that is too long."""
    text = written(dict(content.last))
    pieces = [text[at : at + PIECE] for at in range(0, len(text), PIECE)]
    if len(pieces) > len(TEXT_ROWS):
        raise LimitError(
            f"The answers of the round before have {len(text):,} characters; a workbook takes "
            f"{PIECE * len(TEXT_ROWS):,}. Have fewer fields with `carry: last`."
        )
    return [*pieces, *[None] * (len(TEXT_ROWS) - len(pieces))]
