"""What of a sheet is printed: rows in use of sheets in use, with every answer, in letters of eight points.

Excel works an area out when it prints. LibreOffice takes no formula for one, and prints such a sheet as a whole; in a
sample, whose answers are known, all areas are written out.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..layout import Grid, Layout, Place, Sheet
from ..layout.model import HIDDEN, MARK_COLUMN, TITLE_ROW
from ..spec.model import CollectBlock, ProblemsBlock
from .cell_writer import FormulaSheet
from .content import Content
from .formulas import (
    Formula,
    active_name,
    area,
    constant,
    function,
    if_,
    listed,
    on_sheet,
    ticked,
)

NOT_PRINTED = "$A$1:$A$1"  # the area of a sheet that is not: its key, which is hidden
SCALE = 80  # percent: letters of ten points are eight points high
MARGINS = {"left": 0.25, "right": 0.25, "top": 0.5, "bottom": 0.5}  # inches
# of a column's width: those of a character, and those around
PIXELS = 7
PADDING = 5
ACROSS = 1343  # pixels that go on A4 at that scale
UPRIGHT = 932
KEY = Place(1, 1)
FIRST = Place(TITLE_ROW, MARK_COLUMN)


def set_paper(sheet: FormulaSheet, layout: Layout, tool: Sheet) -> None:
    """Set what of a tool sheet is printed, and how large; the numbers of its rows are on every page across."""
    sheet.print_area_range = printed_area(layout, tool).text
    if any(drawn.left > MARK_COLUMN for drawn in tool.drawn):
        sheet.fit_to_pages(1, 1)
        return
    set_scale(sheet, [tool.widths[column] for column in _columns(tool)])
    sheet.repeat_columns(MARK_COLUMN - 1)
    sheet.print_across()


def set_scale(sheet: FormulaSheet, widths: Iterable[float]) -> None:
    """Have columns of these widths printed in letters that can be read: on one page where they nearly fill it."""
    sheet.set_margins(**MARGINS)
    room = UPRIGHT if sheet.orientation else ACROSS
    used = sum(PIXELS * width + PADDING for width in widths)
    if 0.9 * room < used <= room:
        sheet.fit_to_pages(1, 0)
    else:
        sheet.set_print_scale(SCALE)


def printed_area(layout: Layout, tool: Sheet) -> Formula:
    """Return the area as Excel works it out, and what it is with a content."""
    key = on_sheet(tool.name, [KEY])
    nothing = listed(key, key)
    if not (tool.tool.printed and tool.widths):
        return nothing
    rows = _last_row(tool)
    columns = _last_column(tool)
    lowest = tool.drawn[-1].last_row if tool.drawn else tool.last.row
    printed = function(
        f"{on_sheet(tool.name, [FIRST])}:INDEX",
        lambda _, row, column: area(tool.name, FIRST, Place(row, column)),
        listed(area(tool.name, KEY, Place(lowest, max(tool.widths))), ()),
        rows,
        columns,
    )
    if rows.text.isdecimal() and columns.text.isdecimal():
        cells = area(tool.name, FIRST, Place(int(rows.text), int(columns.text)))
        printed = listed(cells, cells)
    elif not tool.grids:
        return if_(rows > 0, printed, nothing)
    code = tool.tool.code
    in_use = Formula(ticked(layout, code), lambda content, _: content.ticked(code))
    return printed if in_use.text == "TRUE" else if_(in_use, printed, nothing)


def _last_row(tool: Sheet) -> Formula:
    """Return the last row that is printed: of a register the last one in use, or of a blank one the last one."""
    if not tool.grids:
        return _last_entry(tool)
    grid = tool.grids[0]
    last = max(row.index for each in tool.grids for row in each.rows if row.role != "note")
    rows = grid.data_rows
    if grid.kind != "register" or last > rows[-1].index:  # below it are totals
        return constant(last)
    counts = active_name(grid.tool.code)
    used = Formula(
        f"SUMPRODUCT(MAX(({counts}>0)*ROW({counts})))",
        lambda content, _: max(
            (row.index for row in rows if content.active(grid, row.code)), default=0
        ),
    )
    return if_(used > 0, used, last)


def _last_entry(tool: Sheet) -> Formula:
    """Return the last row of what a sheet shows; of a list that is alone on it the last entry, 0 where it has none."""
    drawn = tool.drawn[0]
    last = max(drawn.last_row for drawn in tool.drawn)
    if len(tool.drawn) > 1 or not isinstance(drawn.block, CollectBlock | ProblemsBlock):
        return constant(last)
    numbers = area(tool.name, Place(drawn.head + 1, drawn.left), Place(last, drawn.left))
    key = (tool.tool.code, drawn.number)

    def value(content: Content, _: int) -> int:
        kept = (rows for (*source, _), rows in content.kept_rows.items() if (*source,) == key)
        return min(sum(map(len, kept)), last - drawn.head)

    entries = Formula(f"COUNT({numbers})", value)
    return if_(entries > 0, entries + drawn.head, 0)


def _columns(tool: Sheet) -> list[int]:
    """Return the columns that may be printed: without what to write, what to do, and where a list leads."""
    if not tool.grids:
        links = [d for d in tool.drawn if isinstance(d.block, CollectBlock) and not d.block.compact]
        return sorted(tool.widths)[: len(tool.widths) - len(links)]
    grid = tool.grids[0]
    columns = [c.index for c in grid.columns if c.role not in (*HIDDEN, "status")]
    if grid.across or tool.grids[-1].across:
        columns = columns[: columns.index(grid.with_role("answer")[-1].index) + 1]
    return columns


def _last_column(tool: Sheet) -> Formula:
    """Return the last column that is printed: of bands that fold at the end that of the last one with an answer."""
    columns = _columns(tool)
    ends = []
    bands = tool.grids[0].bands if tool.grids and not tool.grids[-1].across else ()
    for band, away in reversed(bands):
        if not band.folded:
            break
        ends.append(_end_if_answered(tool, tool.grids[0], away[0].index, columns[-1]))
        columns = [index for index in columns if index < away[0].index]
    last = columns[-1]
    return function("MAX", lambda *lasts: max(lasts), last, *ends) if ends else constant(last)


def _end_if_answered(tool: Sheet, grid: Grid, first: int, last: int) -> Formula:
    """Return the last of some columns where anything stands in their rows, else 0."""
    rows = grid.data_rows
    cells = area(tool.name, Place(rows[0].index, first), Place(rows[-1].index, last))
    slots = [slot for slot in grid.slots if first <= slot.cells[0].column <= last]
    answered = Formula(
        f'COUNTIF({cells},"?*")+COUNT({cells})',
        lambda content, _: sum(content.is_answered(slot) for slot in slots),
    )
    return if_(answered > 0, last, 0)
