"""How formulas call cells: by address, by the entry of a list, or by a defined name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from ..fields import TICK
from ..fields import ticked as is_ticked
from ..language.sheet_text import answers_in
from ..layout import Grid, Layout, Place, Slot, column_letters, quoted
from ..layout.model import CODE_COLUMN
from ..spec.supplements import LAST_SHEET


def cells_of(cells: Sequence[Place], *, row: str | None = None, mark: str = "") -> str:
    """Write a cell, or a run of cells, of this sheet; with `row` in place of the row number, which `mark` may fix."""
    ends = ((place.column, row or place.row) for place in (cells[0], cells[-1]))
    return ":".join(dict.fromkeys(f"${column_letters(column)}{mark}{at}" for column, at in ends))


def on_sheet(name: str, cells: Sequence[Place], *, row: str | None = None) -> str:
    """Write a cell, or a run of cells, of a sheet from any other one."""
    return f"{quoted(name)}!{cells_of(cells, row=row, mark='$')}"


def absolute(layout: Layout, tool: str, cells: Sequence[Place], *, row: str | None = None) -> str:
    """Write a cell, or a run of cells, of the sheet of a tool."""
    return on_sheet(layout.sheet[tool].name, cells, row=row)


def last_cells(first: Place, last: Place, *, row: str | None = None) -> str:
    """Write cells of the hidden sheet with the answers of the round before."""
    return on_sheet(LAST_SHEET, (first, last), row=row)


def area(name: str, first: Place, last: Place) -> str:
    """Write an area of a sheet from any other one, also one of a single cell."""
    return f"{on_sheet(name, [first])}:{cells_of([last], mark='$')}"


def column_range(layout: Layout, grid: Grid, column: int) -> str:
    """Give a whole column of a grid's data rows, from any sheet."""
    first, last = (Place(grid.data_rows[at].index, column) for at in (0, -1))
    return area(layout.sheet[grid.tool.code].name, first, last)


def count_answers(slots: Iterable[Slot], *, row: str | None = None) -> str:
    """Write how many cells of some slots are answered; cells side by side are counted together."""
    runs: list[tuple[Place, Place]] = []
    for cell in (cell for slot in slots for cell in slot.cells):
        first, last = runs[-1] if runs else (cell, cell)
        beside = first.row == last.row and cell == Place(last.row, last.column + 1)
        if beside or (first.column == last.column and cell == Place(last.row + 1, last.column)):
            runs[-1] = first, cell
        else:
            runs.append((cell, cell))
    return "+".join(answers_in(cells_of(run, row=row)) for run in runs)


def entry(layout: Layout, name: str | None, code: str) -> str | None:
    """Give the entry of a list that shows the label of a code."""
    place = layout.lists.get(name or "")
    return f"INDEX(list_{name},{place.codes.index(code) + 1})" if place and code in place.codes else None


def ticked(layout: Layout, tool: str) -> str:
    """Write whether a tool counts: ticked in the form, or such that it always does."""
    if tool not in layout.sheet:
        return "FALSE"
    own = layout.spec.tick_of(tool)
    if own is None or layout.spec.tick_field is None:
        return "TRUE"
    where, field = layout.spec.tick_field
    if (where, own, field) not in layout.slots:
        return "FALSE"
    of = layout.slots[where, own, field].field
    if of.list_name == TICK:
        return is_ticked(tick_name(own), "Y")
    return f"IFERROR({tick_name(own)}={entry(layout, str(of.list_name), 'Y')},FALSE)"


def _name(what: str, tool: str, code: str = "", part: int = 0) -> str:
    """Give the defined name of something of a tool, of one of its fields, of one of several cells of that."""
    parts = [what, tool, *([code] if code else []), *(["part", str(part)] if part else [])]
    return "_".join(parts).replace(".", "_")


tick_name = partial(_name, "tick")  # of the cell that ticks a tool
# of the cells that count the answers of each row of a register
active_name = partial(_name, "answers_in_rows_of")
row_codes = partial(_name, "rows_of")  # of the row codes of a tool's table
column_name = partial(_name, "column")  # of a column that references look something up in
last_rows = partial(_name, "last_rows_of")  # of the row codes beside what answers were in the round before


def answer_name(code: str) -> str:
    """Give the defined name of the cell of a question that is asked once."""
    return f"answer_{code}"


def last_name(tool: str, code: str) -> str:
    """Give the defined name of a column that says what answers were in the round before."""
    return _name("last", tool, code or "closed")


def last_of_row(tool: str, code: str, row: str) -> str:
    """Write what an answer of this row was, found by the code of the row, so that the formula can be shared."""
    return f"INDEX({last_name(tool, code)},MATCH(${column_letters(CODE_COLUMN)}{row},{last_rows(tool)},0))"
