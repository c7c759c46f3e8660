"""Draws one tool sheet: what it is and where it leads, its grids and calculated blocks, and how to fill it in."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from xlsxwriter.workbook import Workbook

from ..layout import Layout, Place, Sheet, address, quoted
from ..layout.model import (
    CODE_COLUMN,
    HEAD_ROW,
    LINKS_ROW,
    MARK_COLUMN,
    PROGRESS_ROW,
    PURPOSE_ROW,
    TITLE_ROW,
    Column,
    lines_of,
    purpose,
)
from ..spec.model import Block, CollectBlock, MatrixBlock, PivotBlock, ProblemsBlock, ProgressBlock
from ..words import translator
from .calculated import BlockPainter
from .cell_ranges import absolute, active_name, area, column_range, row_codes, tick_name
from .collect import CollectPainter
from .crossings import MatrixPainter, PivotPainter
from .grids import GridPainter
from .last_sheet import draw_last_cells
from .pen import Pen
from .problems import ProblemsPainter
from .progress import SheetProgressPainter, progress_line
from .view import view

USUAL_WIDTH = 8  # characters, of a column that nothing else asks to be wider
PAINTERS: dict[type[Block], type[BlockPainter]] = {
    MatrixBlock: MatrixPainter, PivotBlock: PivotPainter, CollectBlock: CollectPainter, ProblemsBlock: ProblemsPainter,
    ProgressBlock: SheetProgressPainter,
}  # fmt: skip


def draw_tool_sheet(book: Workbook, pen: Pen, layout: Layout, sheet: Sheet) -> None:
    """Draw a sheet with everything on it. Raises `LimitError` where something does not fit into Excel."""
    _codes(pen, sheet)
    _top(pen, layout, sheet)
    for grid in sheet.grids:
        GridPainter(pen, layout, sheet, grid).draw()
        draw_last_cells(pen, layout, grid)
    _calculated_blocks(book, pen, layout, sheet)
    _panel(pen, sheet)
    _names(book, layout, sheet)
    view(pen.sheet, layout, sheet)


def _codes(pen: Pen, sheet: Sheet) -> None:
    """Write the hidden key of the sheet and the codes of its columns, of all grids that use them."""
    pen.text(Place(1, CODE_COLUMN), sheet.tool.code, "code")
    codes: dict[int, list[str]] = {}
    for grid in sheet.grids:
        for column in grid.columns:
            if column.code and column.code not in codes.setdefault(column.index, []):
                codes[column.index].append(column.code)
    for index, found in codes.items():
        if found:
            pen.text(Place(1, index), " ".join(found), "code")


def _top(pen: Pen, layout: Layout, sheet: Sheet) -> None:
    """Title, purpose, links, and how far the sheet is."""
    language = layout.language
    pen.text(Place(TITLE_ROW, MARK_COLUMN), sheet.tool.title.say(language), "title")
    pen.height(TITLE_ROW, "title")
    pen.text(Place(PURPOSE_ROW, MARK_COLUMN), purpose(sheet.tool, language), "purpose")
    for column, (name, text) in enumerate(_links(layout, sheet), start=MARK_COLUMN):
        last_one = column == MARK_COLUMN + 2 and not sheet.panel
        room = inf if last_one else sheet.widths.get(column, USUAL_WIDTH)
        pen.link(Place(LINKS_ROW, column), f"{quoted(name)}!A1", _link_text(text, name, room), name)
    if sheet.panel:
        target = f"{quoted(sheet.name)}!{address(HEAD_ROW, sheet.panel_column)}"
        first = _first_that_scrolls(sheet)
        text = translator(language)("How to fill in")
        pen.link(Place(LINKS_ROW, first), target, f"{text} ▶", text)
    pen.height(LINKS_ROW, "links")
    if sheet.check_columns:
        pen.formula(Place(PROGRESS_ROW, MARK_COLUMN), progress_line(layout, sheet), "progress")
    elif sheet.grids:
        pen.text(Place(PROGRESS_ROW, MARK_COLUMN), translator(language)("Nothing to fill in"), "progress")
    pen.height(PROGRESS_ROW, "progress")


def _links(layout: Layout, sheet: Sheet) -> Iterator[tuple[str, str]]:
    """Give the sheet before, the cover, and the sheet behind, each with what its link says around its name."""
    names = [layout.cover_name, *(each.name for each in layout.sheets), layout.lists_name]
    at = names.index(sheet.name)
    yield names[at - 1], "◀ {}"
    yield layout.cover_name, layout.cover_name
    yield names[at + 1], "{} ▶"


def _link_text(text: str, name: str, room: float) -> str:
    """Give the text of a link as far as there is room: a name, else its first word, else no more than an arrow."""
    words = (name, name.split(maxsplit=1)[0])
    found = (said for said in (text.format(each) for each in words) if lines_of(said, room) == 1)
    return next(found, text.format("").strip())


def _first_that_scrolls(sheet: Sheet) -> int:
    """Give the column of the first answer behind the links."""
    columns: list[Column] = [column for grid in sheet.grids for column in grid.columns]
    behind = MARK_COLUMN + 3
    return max(behind, min((c.index for c in columns if c.index > sheet.grids[0].frozen), default=behind))


def _panel(pen: Pen, sheet: Sheet) -> None:
    """Write what helps to fill the sheet in, right of its table."""
    for row, line in enumerate(sheet.panel, start=HEAD_ROW):
        if line.is_head:
            pen.text(Place(row, sheet.panel_column), line.text, "panel_head")
            continue
        pen.text(Place(row, sheet.panel_column), line.about, "panel_about")
        pen.text(Place(row, sheet.panel_column + 1), line.text, "panel_text")


def _calculated_blocks(book: Workbook, pen: Pen, layout: Layout, sheet: Sheet) -> None:
    free = first = max(sheet.widths, default=2) + 1
    for drawn in sheet.drawn:
        painter = PAINTERS[type(drawn.block)]
        free = painter(book, pen, layout, sheet, drawn, free).draw()
    if any(
        drawn.left > MARK_COLUMN for drawn in sheet.drawn
    ):  # one height, or a long text here leaves a gap there
        for row in range(sheet.drawn[0].first, max(drawn.last_row for drawn in sheet.drawn) + 1):
            pen.height(row, "side_by_side")
    if free > first:
        pen.sheet.set_column(first - 1, free - 2, 9, None, {"hidden": True})
    if sheet.tool.calculated and not sheet.drawn:
        say = translator(layout.language)
        text = say("The sheets that this one draws from are not in this workbook.")
        pen.text(Place(HEAD_ROW, MARK_COLUMN), text, "plain")


def _names(book: Workbook, layout: Layout, sheet: Sheet) -> None:
    """Define what formulas of other sheets call by name."""
    code = sheet.tool.code
    book.define_name(sheet.name_in_book, f"={area(sheet.name, Place(1, 1), sheet.last)}")
    table = layout.rows_of.get(code)
    if table is not None and not table.across:
        book.define_name(row_codes(code), f"={column_range(layout, table, CODE_COLUMN)}")
    active = [c.index for c in table.columns if c.role == "active"] if table is not None else []
    if table is not None and active:
        book.define_name(active_name(code), f"={column_range(layout, table, active[0])}")
    where, field = layout.spec.tick_field or ("", "")
    tick = layout.slots.get((where, code, field))
    if tick is not None:
        book.define_name(tick_name(code), f"={absolute(layout, where, tick.cells)}")
