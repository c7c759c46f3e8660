"""Draws the answers of the round before: their hidden sheet, the text they travel in, and beside what to answer."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from ..answers.answer import Key, last_to_text
from ..core.errors import LimitError
from ..core.work import grouped
from ..fields import ColumnKind, kind_of
from ..layout import Column, Grid, Layout, Place, Row
from ..layout.last import IN_FORM, ROLE, field_of
from ..layout.model import CODE_ROW
from ..spec.issuance import is_shown
from ..spec.supplements import LAST_KEY
from .cell_ranges import last_cells, last_name, last_of_row, last_rows
from .content import Content, Shown
from .formulas import ROW
from .pen import Pen
from .styles import number_format_of

TEXT_COLUMN, TEXT_ROWS = 1, range(2, 18)  # where that text stands, so much in each row
BETWEEN = "; "  # several answers
Cells = list[tuple[Key, tuple[Place, ...]]]
PIECE = 16_000  # characters, which are never more than two units of a cell each


def draw_last_sheet(pen: Pen, layout: Layout) -> None:
    """Draw the codes of columns and rows, and everything else as live cells, those of a sheet together."""
    pen.text(Place(CODE_ROW, 1), LAST_KEY, "code")
    pen.entries([Place(row, TEXT_COLUMN) for row in TEXT_ROWS], travelling, "code", "@")
    free = max(place.column for places in layout.last.values() for place in places) + 1
    for tool, cells in grouped((key[0], (key, places)) for key, places in layout.last.items()).items():
        for (_, _, field), places in cells:
            pen.text(Place(CODE_ROW, places[0].column), f"{tool} {field or 'closed'}", "code")
        pen.entries([place for _, places in cells for place in places], partial(_shown_in, cells), "code")
        free += _table(pen, layout, tool, free)
    pen.sheet.very_hidden()
    pen.sheet.protect("", {})


def _table(pen: Pen, layout: Layout, tool: str, column: int) -> int:
    """Draw the codes of the rows of tables, and name them and the columns beside; how many columns that took."""
    grids = (grid for grid in layout.sheet[tool].grids if not grid.across)
    rows = {row.index: row.code for grid in grids for row in grid.data_rows}
    if not rows:
        return 0
    pen.text(Place(CODE_ROW, column), tool, "code")
    for index, code in rows.items():
        pen.text(Place(index, column), code, "code")
    columns = {last_rows(tool): column}
    for (of, row, field), places in layout.last.items():
        if of == tool and len(places) == 1 and rows.get(places[0].row) == row:
            columns[last_name(tool, field)] = places[0].column
    for name, each in columns.items():
        pen.name(name, last_cells(Place(min(rows), each), Place(max(rows), each)))
    return 1


def _shown_in(cells: Cells, content: Content) -> Sequence[Shown]:
    """Give what the answers of a sheet were, in one cell after the other."""
    return [shown for key, places in cells for shown in content.shown_last(key, len(places))]


def travelling(content: Content) -> Sequence[Shown]:
    """Give the answers as one text, in pieces. Raises `LimitError` where that is too long."""
    text = last_to_text(dict(content.last))
    pieces = [text[at : at + PIECE] for at in range(0, len(text), PIECE)]
    if len(pieces) > len(TEXT_ROWS):
        raise LimitError(
            f"The answers of the round before have {len(text):,} characters; a workbook takes "
            f"{PIECE * len(TEXT_ROWS):,}. Have fewer fields with `carry: last`."
        )
    return [*pieces, *[None] * (len(TEXT_ROWS) - len(pieces))]


# beside the cells to answer anew


def draw_last_cells(pen: Pen, layout: Layout, grid: Grid) -> None:
    """Draw these columns of a grid in grey; what they show is known when the workbook is issued, and never changes."""
    for row, column in ((row, column) for column in grid.with_role(ROLE) for row in grid.data_rows):
        place, key = Place(row.index, column.index), _key(layout, grid, row, column)
        if key is None:
            pen.text(place, "", "help")
            continue
        said, slot, form = layout.last[key], layout.slots.get(key), ""
        if slot is not None and kind_of(slot.field) in (ColumnKind.NUMBER, ColumnKind.DATE):
            form = number_format_of(slot.field)
        if grid.across or len(said) > 1 or field_of(column) == IN_FORM:
            first, *others = (last_cells(place, place) for place in said)
            more = (f'IF({cell}="","","{BETWEEN}"&{cell})' for cell in others)
            pen.formula_text(place, "&".join([f'IF({first}="","",{first})', *more]), "last", form)
        else:
            was = last_of_row(grid.tool.code, field_of(column), ROW)
            last_row = grid.data_rows[-1].index
            pen.column_formula(place, last_row, f'IF({was}="","",{was})', "last", form)
        pen.live([place], partial(_joined, key, len(said)))


def _joined(key: Key, cells: int, content: Content) -> Sequence[Shown]:
    """Give what an answer was, as people see it."""
    said = [shown for shown in content.shown_last(key, cells) if shown is not None]
    return said if len(said) == 1 else [BETWEEN.join(map(str, said))]


def _key(layout: Layout, grid: Grid, row: Row, column: Column) -> Key | None:
    """Give the answer of the round before that a cell shows; None for none."""
    if row.part > 1:
        return None
    code = field_of(column)
    if code != IN_FORM:
        return grid.tool.code, row.code, code
    field = row.field or grid.slots[0].field  # of a list of items in a form, which has one
    record = "1" if grid.across else row.code
    return (grid.tool.code, record, field.code) if is_shown(layout.spec, field) else None
