"""Draws one tool sheet: what it is and where it leads, its grids and calculated blocks, and how to fill it in.

And how a sheet opens, scrolls and prints: widths, bands that fold, what stays in view, filter, pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from math import inf

from xlsxwriter.workbook import Workbook

from ..core.words import right_to_left, translator
from ..layout import Grid, Layout, Place, Sheet, address, quoted
from ..layout.model import (
    CODE_COLUMN,
    HEAD_ROW,
    HIDDEN,
    LAST_COLUMN,
    LAST_ROW,
    LINKS_ROW,
    MARK_COLUMN,
    PROGRESS_ROW,
    PURPOSE_ROW,
    TITLE_ROW,
    PanelLine,
    lines_of,
    purpose,
)
from ..spec.drawings import (
    ARROWS_ARE_MIRRORED,
    FONTS_ARE_BY_NAME,
    HEADS_ARE_COMPACT,
    LINKS_ARE_FORMULAS,
    LINKS_SAY_WHERE_THEY_LEAD,
    LISTS_ARE_HIDDEN,
    PAPER_IS_LAID_OUT,
    TEXTS_OF_DIGITS_ARE_MEANT,
)
from ..spec.model import Block, CollectBlock, MatrixBlock, PivotBlock, ProblemsBlock, ProgressBlock
from ..spec.supplements import GUIDE_KEY
from .calculated import BlockWriter, MatrixWriter, PivotWriter
from .cell_writer import CellWriter, FormulaSheet
from .cover import GAP, ProgressWriter, progress_line, which_decides
from .formulas import absolute, active_name, area, column_range, row_codes, tick_name
from .grids import GridWriter
from .helper_sheets import draw_last_cells
from .lists import CollectWriter, ProblemsWriter
from .paper import NOT_PRINTED, set_paper, set_scale
from .plain_sheets import new_book
from .styles import FONT, FONT_BY_NAME

USUAL_WIDTH = 8  # characters, of a column that nothing else asks to be wider
BLOCK_WRITERS: dict[type[Block], type[BlockWriter]] = {
    MatrixBlock: MatrixWriter,
    PivotBlock: PivotWriter,
    CollectBlock: CollectWriter,
    ProblemsBlock: ProblemsWriter,
    ProgressBlock: ProgressWriter,
}


def draw_tool_sheet(writer: CellWriter, layout: Layout, sheet: Sheet) -> None:
    """Draw a sheet with everything on it. Raises `LimitError` where something does not fit into Excel."""
    # Write the hidden key of the sheet and the codes of its columns, of all grids that use them
    writer.text(Place(1, CODE_COLUMN), sheet.tool.code, "code")
    codes: dict[int, dict[str, None]] = {}
    for column in (column for grid in sheet.grids for column in grid.columns if column.code):
        codes.setdefault(column.index, {})[column.code] = None
    for index, of_column in codes.items():
        writer.text(Place(1, index), " ".join(of_column), "code")
    _top(writer, layout, sheet)
    for grid in sheet.grids:
        GridWriter(writer, layout, sheet, grid).draw()
        draw_last_cells(writer, layout, grid)
    _calculated_blocks(writer, layout, sheet)
    _panel(writer, Place(HEAD_ROW, sheet.panel_column), sheet.panel)
    _names(writer, layout, sheet)
    view(writer.sheet, layout, sheet)
    if sheet.hidden:
        writer.sheet.hide()


def _panel(writer: CellWriter, first: Place, lines: Iterable[PanelLine]) -> None:
    """Write what helps to fill a sheet in, from a cell downwards."""
    for row, line in enumerate(lines, start=first.row):
        if line.is_head:
            writer.text(Place(row, first.column), line.text, "panel_head")
            continue
        writer.text(Place(row, first.column), line.about, "panel_about")
        writer.text(Place(row, first.column + 1), line.text, "panel_text")


GUIDE_WIDTHS = dict(enumerate((26, 66, 3, 24, 44), start=MARK_COLUMN))


def draw_guide(writer: CellWriter, layout: Layout) -> None:
    """Draw how to fill in each sheet, with the way back to it and a filled row beside."""
    writer.text(Place(1, CODE_COLUMN), GUIDE_KEY, "code")
    writer.text(Place(TITLE_ROW, MARK_COLUMN), layout.guide_name, "title")
    writer.height(TITLE_ROW, "title")
    writer.link(
        Place(PURPOSE_ROW, MARK_COLUMN),
        f"{quoted(layout.cover_name)}!A1",
        layout.cover_name,
        layout.cover_name,
    )
    back, _ = _ways(layout)
    for code, row in layout.guide_rows.items():
        sheet = layout.sheet[code]
        writer.band(row, MARK_COLUMN, max(GUIDE_WIDTHS), "", "section")
        writer.text(Place(row, MARK_COLUMN + 1), sheet.tool.title.say(layout.language), "section")
        target = f"{quoted(sheet.name)}!A1"
        tip = translator(layout.language)("Go to the sheet")
        writer.link(
            Place(row, MARK_COLUMN),
            target,
            back.format(layout.shown(sheet.name)),
            tip,
            "group_link",
        )
        for column, example in ((MARK_COLUMN, False), (MARK_COLUMN + 3, True)):
            _panel(
                writer,
                Place(row + 1, column),
                (line for line in sheet.guide if line.example is example),
            )
    finish(writer.sheet, layout, GUIDE_WIDTHS, wide=True)
    writer.sheet.freeze_panes(PURPOSE_ROW, 0)
    writer.sheet.print_area(NOT_PRINTED)


def _ways(layout: Layout) -> tuple[str, str]:
    """Return the arrows of links back and forth, around their words."""
    mirrored = layout.spec.drawing >= ARROWS_ARE_MIRRORED and right_to_left(layout.language)
    return ("▶ {}", "{} ◀") if mirrored else ("◀ {}", "{} ▶")


def _top(writer: CellWriter, layout: Layout, sheet: Sheet) -> None:
    """Title, purpose, links, and how far the sheet is."""
    language = layout.language
    # all of it stays in view above a table
    compact = "_compact" if layout.spec.drawing >= HEADS_ARE_COMPACT else ""
    writer.text(Place(TITLE_ROW, MARK_COLUMN), sheet.tool.title.say(language), f"title{compact}")
    writer.height(TITLE_ROW, f"title{compact}")
    about = filter(None, (purpose(sheet.tool, language), which_decides(layout)))
    writer.text(Place(PURPOSE_ROW, MARK_COLUMN), GAP.join(about), "purpose")
    _links(writer, layout, sheet)
    writer.height(LINKS_ROW, f"links{compact}")
    if sheet.check_columns:
        writer.formula(Place(PROGRESS_ROW, MARK_COLUMN), progress_line(layout, sheet), "progress")
    elif sheet.grids:
        nothing = translator(language)("Nothing to fill in")
        writer.text(Place(PROGRESS_ROW, MARK_COLUMN), nothing, "progress")
    writer.height(PROGRESS_ROW, f"progress{compact}")


def _links(writer: CellWriter, layout: Layout, sheet: Sheet) -> None:
    """Draw the links to the sheet before, the cover, the sheet behind, and how to fill in this one."""
    back, forth = _ways(layout)
    names = [listed.name for listed in layout.sheets if not listed.hidden or listed is sheet]
    last_name = ""
    if layout.spec.drawing < LISTS_ARE_HIDDEN:
        last_name = layout.lists_name
    elif layout.spec.drawing < LINKS_SAY_WHERE_THEY_LEAD:
        last_name = layout.guide_name
    names = [layout.cover_name, *names, *filter(None, [last_name])]
    at = names.index(sheet.name)  # between the sheet before and the one behind, if there is any
    links = [(names[at - 1], back), (layout.cover_name, layout.cover_name)]
    links += ((name, forth) for name in names[at + 1 : at + 2])
    if layout.spec.drawing >= LINKS_SAY_WHERE_THEY_LEAD:
        links[0], links[1] = links[1], links[0]
        links = [link for link in links if link != (layout.cover_name, back)]
        free = _links_in_full(writer, layout, sheet, links)
    else:
        _links_in_one_column_each(writer, layout, sheet, links)
        free = MARK_COLUMN + 3
    if sheet.panel or sheet.guide:
        _link_to_guide(writer, layout, sheet, forth, free)


def _links_in_full(
    writer: CellWriter, layout: Layout, sheet: Sheet, links: Sequence[tuple[str, str]]
) -> int:
    """Draw links with their whole names, which run into the columns behind; return the next free column."""
    column = MARK_COLUMN
    for name, text in links:
        shown = text.format(layout.shown(name))
        writer.link(Place(LINKS_ROW, column), f"{quoted(name)}!A1", shown, name)
        room = 0.0
        while lines_of(shown, max(room, 1)) > 1:
            room += sheet.widths.get(column, USUAL_WIDTH)
            column += 1
    return column


def _links_in_one_column_each(
    writer: CellWriter, layout: Layout, sheet: Sheet, links: Sequence[tuple[str, str]]
) -> None:
    """Draw links with as much of their names as the width of a column holds, or no more than an arrow."""
    for column, (name, text) in enumerate(links, start=MARK_COLUMN):
        last_one = column == MARK_COLUMN + 2 and not (sheet.panel or sheet.guide)
        room = inf if last_one else sheet.widths.get(column, USUAL_WIDTH)
        # The name as far as there is room, else its first word, else no more than an arrow.
        shown = text.format("").strip()
        for words in (name.split(maxsplit=1)[0], name):
            candidate = text.format(layout.shown(words))
            if lines_of(candidate, room) == 1:
                shown = candidate
        writer.link(Place(LINKS_ROW, column), f"{quoted(name)}!A1", shown, name)


def _link_to_guide(
    writer: CellWriter, layout: Layout, sheet: Sheet, forth: str, behind: int
) -> None:
    """Draw the link to what says how to fill in the sheet: behind the other links, and where columns scroll."""
    target = f"{quoted(sheet.name)}!{address(HEAD_ROW, sheet.panel_column)}"
    if sheet.guide:
        row = layout.guide_rows[sheet.tool.code]
        target = f"{quoted(layout.guide_name)}!{address(row, MARK_COLUMN)}"
    frozen = sheet.grids[0].frozen
    columns = [column.index for grid in sheet.grids for column in grid.columns]
    scrolled = [index for index in columns if index > frozen]
    first = max(behind, min(scrolled, default=behind))
    text = translator(layout.language)("How to fill in")
    writer.link(Place(LINKS_ROW, first), target, forth.format(text), text)


def _calculated_blocks(writer: CellWriter, layout: Layout, sheet: Sheet) -> None:
    free = first = max(sheet.widths, default=2) + 1
    for drawn in sheet.drawn:
        block_writer = BLOCK_WRITERS[type(drawn.block)]
        free = block_writer(writer, layout, sheet, drawn, free).draw()
    if _side_by_side(sheet):
        # one height, or a long text here leaves a gap there
        for row in range(sheet.drawn[0].first, max(drawn.last_row for drawn in sheet.drawn) + 1):
            begins = [
                drawn.first == row for drawn in sheet.drawn if drawn.first <= row <= drawn.last_row
            ]
            writer.height(row, "titles_beside" if all(begins) else "side_by_side")
    if free > first:
        writer.sheet.set_column(first - 1, free - 2, 9, None, {"hidden": True})
    if sheet.tool.calculated and not sheet.drawn:
        say = translator(layout.language)
        text = say("The sheets that this one draws from are not in this workbook.")
        writer.text(Place(HEAD_ROW, MARK_COLUMN), text, "plain")


def _side_by_side(sheet: Sheet) -> bool:
    return any(drawn.left > MARK_COLUMN for drawn in sheet.drawn)


def _names(writer: CellWriter, layout: Layout, sheet: Sheet) -> None:
    """Define what formulas of other sheets call by name."""
    code = sheet.tool.code
    table = layout.rows_of.get(sheet.tool.code)
    writer.name(sheet.name_in_book, area(sheet.name, Place(1, 1), sheet.last))
    if table is not None and not table.across:
        writer.name(row_codes(code), column_range(layout, table, CODE_COLUMN))
        for column in table.with_role("active"):
            writer.name(active_name(code), column_range(layout, table, column.index))
    form, field = layout.spec.tick_field or ("", "")
    tick = layout.slots.get((form, code, field))
    if tick is not None:
        writer.name(tick_name(code), absolute(layout, form, tick.cells))


# how a sheet opens, scrolls and prints

# percent: letters of ten points are ten points high
A4 = 9
WHOLE_SHEET = f"A1:{address(LAST_ROW, LAST_COLUMN)}"
ZOOM = 100
PAGE_WIDTH = 250  # characters that stay readable (at about 57 %) on A4 across
# no sorting: the numbers of rows are locked, and Excel sorts no locked cell
PROTECTION = {
    "format_columns": True,
    "format_rows": True,
    "autofilter": True,
    "select_locked_cells": True,
    "select_unlocked_cells": True,
}


def empty_book(layout: Layout, target: BytesIO) -> Workbook:
    """Open a workbook in the font of all its cells."""
    return new_book(target, **(FONT if layout.spec.drawing < FONTS_ARE_BY_NAME else FONT_BY_NAME))


def formula_sheet(book: Workbook, layout: Layout, name: str) -> FormulaSheet:
    """Add an empty sheet to a workbook, which reads in the direction of its language."""
    sheet: FormulaSheet = book.add_worksheet(name, FormulaSheet)
    if right_to_left(layout.language):
        sheet.right_to_left()
        sheet.links_are_formulas = layout.spec.drawing >= LINKS_ARE_FORMULAS
    sheet.hide_gridlines(2)
    return sheet


def finish(
    sheet: FormulaSheet,
    layout: Layout,
    widths: Mapping[int, int],
    *,
    wide: bool,
    protected: bool = True,
) -> None:
    """Set widths, hidden codes, protection and pages."""
    sheet.set_row(0, None, None, {"hidden": True})
    sheet.set_column(0, 0, 9, None, {"hidden": True})
    for column, width in widths.items():
        sheet.set_column(column - 1, column - 1, width)
    sheet.set_zoom(ZOOM)
    if layout.spec.drawing >= TEXTS_OF_DIGITS_ARE_MEANT:  # numbers of questions, and codes
        sheet.ignore_errors({"number_stored_as_text": WHOLE_SHEET})
        _select(sheet, Place(TITLE_ROW, MARK_COLUMN))
    if protected:
        sheet.protect("", PROTECTION)
    sheet.set_paper(A4)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    if wide:
        sheet.set_landscape()
    sheet.set_footer(f"&L&8{layout.spec.name} {layout.spec.version}&C&8&A&R&8&P / &N")
    sheet.fit_to_pages(1, 0)
    if layout.spec.drawing >= PAPER_IS_LAID_OUT:
        set_scale(sheet, widths.values())


def view(sheet: FormulaSheet, layout: Layout, tool: Sheet) -> None:
    """Set what a tool sheet shows first, and what of it is printed."""
    finish(sheet, layout, tool.widths or {MARK_COLUMN: 40}, wide=not _is_form(tool))
    if tool.grids:
        _grids(sheet, tool)
    else:
        # Set the view of a sheet of calculated blocks: the heads of the only one stay in view
        last = Place(
            max((drawn.last_row for drawn in tool.drawn), default=HEAD_ROW),
            max(tool.widths, default=2),
        )
        sheet.print_area(1, 1, last.row - 1, last.column - 1)
        _select(sheet, Place(TITLE_ROW, MARK_COLUMN))
        if len(tool.drawn) != 1:
            sheet.freeze_panes(LINKS_ROW, 0)
            if _side_by_side(tool):
                sheet.fit_to_pages(1, 1)
        else:
            (drawn,) = tool.drawn
            sheet.freeze_panes(
                drawn.head, MARK_COLUMN if isinstance(drawn.block, PivotBlock) else 0
            )
            sheet.repeat_rows(drawn.head - 1)
    if not tool.tool.printed:
        sheet.print_area(NOT_PRINTED)
    if layout.spec.drawing >= PAPER_IS_LAID_OUT:
        set_paper(sheet, layout, tool)


def _is_form(tool: Sheet) -> bool:
    return any(grid.across and grid.records == 1 for grid in tool.grids)


def _grids(sheet: FormulaSheet, tool: Sheet) -> None:
    """Set the view of a sheet to fill in."""
    first = tool.grids[0]
    hidden = [c.index for g in tool.grids for c in g.columns if c.role in HIDDEN]
    if hidden:
        sheet.set_column(min(hidden) - 1, max(hidden) - 1, 9, None, {"hidden": True})
    lead = 0 if _is_form(tool) else first.frozen
    sheet.freeze_panes(HEAD_ROW, lead)
    first_input = min((slot.cells[0] for slot in tool.slots if slot.field.asked), default=None)
    if first_input is not None:
        _select(sheet, first_input)
    if not first.across and not _is_form(tool):
        sheet.outline_settings(symbols_right=False)
        for band, columns in first.bands:  # all that can be folded away, but for the first of each
            for column in columns[1:] if band.folded else ():
                width = tool.widths[column.index]
                at = column.index - 1
                sheet.set_column(at, at, width, None, {"level": 1})
        last = max(c.index for c in first.columns if c.role not in HIDDEN)
        sheet.autofilter(HEAD_ROW - 1, MARK_COLUMN - 1, first.data_rows[-1].index - 1, last - 1)
    # Fit a form on one page across, a table on as many as keep it readable, without the bands at its end that fold
    visible = [c.index for grid in tool.grids for c in grid.columns if c.role not in HIDDEN]
    last = max(_printed(tool.grids[0]) if lead else visible)
    rows = [row.index for grid in tool.grids for row in grid.rows if row.role != "note"]
    sheet.print_area(1, 1, max(rows) - 1, last - 1)
    sheet.repeat_rows(HEAD_ROW - 1)
    pages = _pages(
        [tool.widths.get(column, 9) for column in range(MARK_COLUMN, last + 1)], lead - 1
    )
    sheet.fit_to_pages(pages, 0)
    if pages > 1:
        sheet.repeat_columns(1, lead - 1)


def _select(sheet: FormulaSheet, cell: Place) -> None:
    sheet.set_selection(cell.row - 1, cell.column - 1, cell.row - 1, cell.column - 1)


def _printed(grid: Grid) -> list[int]:
    """Return the columns that people talk about: not those that can be folded away at the end, and what explains
    them.
    """
    columns = [c.index for c in grid.columns if c.role not in (*HIDDEN, "status")]
    for band, away in reversed(grid.bands):
        if not band.folded:
            break
        columns = [index for index in columns if index < away[0].index]
    return columns


def _pages(widths: Sequence[int], leading: int) -> int:
    """Return how many pages across keep the columns readable, with number, check and name on each of them."""
    if sum(widths) <= PAGE_WIDTH:
        return 1
    repeated = sum(widths[:leading])
    pages = 1
    used = repeated
    for width in widths[leading:]:
        if used + width > PAGE_WIDTH:
            pages = pages + 1
            used = repeated
        used += width
    return pages
