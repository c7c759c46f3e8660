"""A layout drawn as an .xlsx file, and filled in: the same input gives the same bytes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from io import BytesIO

from xlsxwriter.workbook import Workbook

from ..layout import Layout, Place, Sheet, address, quoted
from ..layout.model import CODE_COLUMN, FIRST_BLOCK_ROW, PROGRESS_ROW, PURPOSE_ROW, TITLE_ROW, purpose
from ..spec.model import Block, CollectBlock, MatrixBlock, PivotBlock, ProblemsBlock
from ..spec.own_sheets import IDENTITY_KEY, IDENTITY_SHEET
from ..stamp import FIELDS, PROPERTY_PREFIX, to_pairs
from ..submission import Identity
from ..words import right_to_left, translator
from .calculated import BlockPainter, MatrixPainter
from .collect import CollectPainter
from .content import Content
from .cover import COVER_FACTS, CoverPainter, Fact, ProgressLine, progress_sentence
from .drawing import Drawing
from .excel_formula import absolute, active_name, answer_name, column_name, column_range, row_codes, tick_name
from .feedback_sheets import FEEDBACK_WIDTHS, Feedback, feedback_sheets
from .grids import GridPainter
from .lists_sheet import ListsPainter
from .pen import Formats, Pen
from .pivot import PivotPainter
from .problems import ProblemsPainter
from .properties import DRAWN_ON
from .references import looked_up
from .shared_formulas import FormulaSheet

COVER_WIDTHS = {2: 34, 3: 30, 4: 18, 5: 18, 6: 24}
HEAD_ROWS_FROZEN = 8  # a table further down scrolls with its heads
PAGE_WIDTH = 235  # characters that stay readable (at about 60 %) on A4 across
PROTECTION = {
    "format_columns": True, "format_rows": True, "autofilter": True, "sort": True,
    "select_locked_cells": True, "select_unlocked_cells": True,
}  # fmt: skip
A4 = 9
LEADING = ("mark", "name", "status")  # the columns that stay in view
LISTS_SCALE = 60  # percent, in print
PAINTERS: dict[type[Block], type[BlockPainter]] = {
    MatrixBlock: MatrixPainter, PivotBlock: PivotPainter, CollectBlock: CollectPainter, ProblemsBlock: ProblemsPainter,
}  # fmt: skip


def write(
    content: Content, identity: Identity, *, contact: str = "", feedback: Feedback | None = None
) -> bytes:
    """The workbook as bytes. Raises `LimitError` where something does not fit into Excel."""
    facts = facts_of(identity, contact)
    return draw(content.layout, cover_lines(facts), feedback).filled(replace(content, facts=facts))


def facts_of(identity: Identity, contact: str = "") -> dict[str, str]:
    """What a workbook says of itself: the fields of its stamp, and whom to ask."""
    return {**dict(to_pairs(identity)), "contact": contact}


def cover_lines(facts: Mapping[str, str]) -> frozenset[str]:
    """The facts that the cover has a line for."""
    return frozenset(name for name in COVER_FACTS if facts[name])


def draw(layout: Layout, facts: Collection[str], feedback: Feedback | None = None) -> Drawing:
    """Everything but what differs between workbooks of a layout whose covers have lines for the same facts.

    Raises `LimitError` where something does not fit into Excel.
    """
    target = BytesIO()
    book = painted(layout, facts, feedback, target)
    book.close()
    return Drawing(book, target.getvalue())


def painted(
    layout: Layout, facts: Collection[str], feedback: Feedback | None = None, target: BytesIO | None = None
) -> Workbook:
    """The workbook with every cell in its place, not yet written into `target`. Raises `LimitError` as `draw`."""
    options = {"in_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
    book = Workbook(target or BytesIO(), options)
    book.set_calc_mode("auto")
    right = right_to_left(layout.language)
    formats = Formats(book, right_to_left=right)
    _properties(book, layout)
    sheets = _add_sheets(book, layout, feedback, right=right)
    CoverPainter(book, Pen(sheets[layout.cover_name], formats), layout, facts).draw()
    _finish(sheets[layout.cover_name], layout, COVER_WIDTHS, wide=False)
    if feedback is not None:
        for title, paint in feedback_sheets(layout, feedback):
            paint(Pen(sheets[title], formats))
            _finish(sheets[title], layout, FEEDBACK_WIDTHS, wide=True)
    for sheet in layout.sheets:
        _tool_sheet(book, Pen(sheets[sheet.name], formats), layout, sheet)
    _names(book, layout)
    lists = Pen(sheets[layout.lists_name], formats)
    ListsPainter(book, lists, layout).draw()
    _finish(lists.sheet, layout, {}, wide=True)
    lists.sheet.set_print_scale(LISTS_SCALE)
    _identity_sheet(Pen(sheets[IDENTITY_SHEET], formats))
    sheets[next(feedback_sheets(layout, feedback))[0] if feedback else layout.cover_name].activate()
    return book


def _properties(book: Workbook, layout: Layout) -> None:
    """A day and a property to be put right for each workbook."""
    title = layout.spec.title.say(layout.language)
    book.set_properties({"title": title, "author": "hrge_xl", "created": DRAWN_ON})
    book.set_custom_property(PROPERTY_PREFIX, "", "text")


def _add_sheets(
    book: Workbook, layout: Layout, feedback: Feedback | None, *, right: bool
) -> dict[str, FormulaSheet]:
    extra = [title for title, _ in feedback_sheets(layout, feedback)] if feedback else []
    tools = [sheet.name for sheet in layout.sheets]
    names = [layout.cover_name, *extra, *tools, layout.lists_name, IDENTITY_SHEET]
    sheets = {name: book.add_worksheet(name, FormulaSheet) for name in names}
    for sheet in sheets.values():
        if right:
            sheet.right_to_left()
        sheet.hide_gridlines(2)
    return sheets


def _tool_sheet(book: Workbook, pen: Pen, layout: Layout, sheet: Sheet) -> None:
    language = layout.language
    pen.text(Place(1, CODE_COLUMN), sheet.tool.code, "code")
    for column, codes in _column_codes(sheet).items():
        pen.text(Place(1, column), codes, "code")
    pen.text(Place(TITLE_ROW, 2), sheet.tool.title.say(language), "title")
    pen.height(TITLE_ROW, "title")
    pen.text(Place(PURPOSE_ROW, 2), purpose(sheet.tool, language), "purpose")
    if sheet.check_columns:
        formula, template = progress_sentence(layout, sheet)
        line = pen.formula(Place(PROGRESS_ROW, 2), formula, "progress")
        pen.live([line], ProgressLine(sheet, template))
    back = translator(language)("Back to the cover")
    column = 5 if sheet.check_columns else 2
    pen.link(Place(PROGRESS_ROW, column), f"{quoted(layout.cover_name)}!A1", back, layout.cover_name)
    pen.height(PROGRESS_ROW, "progress")
    for grid in sheet.grids:
        GridPainter(pen, layout, sheet, grid).draw()
    _calculated_blocks(book, pen, layout, sheet)
    _sheet_names(book, layout, sheet)
    _finish(pen.sheet, layout, sheet.widths or COVER_WIDTHS, wide=True)
    _view(pen.sheet, sheet)


def _names(book: Workbook, layout: Layout) -> None:
    """The answers given once, and the columns that references look something up in."""
    for code, (tool, _) in layout.spec.single_fields.items():
        slot = layout.slots.get((tool, "1", code))
        if slot is not None:
            book.define_name(answer_name(code), f"={absolute(layout, tool, slot)}")
    for grid, column in looked_up(layout):
        code = column.field.code if column.field is not None else ""
        place = column_range(layout, grid, column.index)
        book.define_name(column_name(grid.tool.code, code), f"={place}")


def _sheet_names(book: Workbook, layout: Layout, sheet: Sheet) -> None:
    """What formulas of other sheets call by name."""
    code = sheet.tool.code
    book.define_name(sheet.name_in_book, f"={quoted(sheet.name)}!$A$1:{_absolute(sheet.last)}")
    table = layout.rows_of.get(code)
    if table is not None and not table.across:
        book.define_name(row_codes(layout, code), f"={column_range(layout, table, CODE_COLUMN)}")
    active = [c.index for c in table.columns if c.role == "active"] if table is not None else []
    if table is not None and active:
        book.define_name(active_name(code), f"={column_range(layout, table, active[0])}")
    where, field = layout.spec.tick_field or ("", "")
    tick = layout.slots.get((where, code, field))
    if tick is not None:
        book.define_name(tick_name(code), f"={absolute(layout, where, tick)}")


def _column_codes(sheet: Sheet) -> dict[int, str]:
    """The codes of each column, of all grids that use it."""
    codes: dict[int, list[str]] = {}
    for grid in sheet.grids:
        for column in grid.columns:
            if column.code and column.code not in codes.setdefault(column.index, []):
                codes[column.index].append(column.code)
    return {index: " ".join(found) for index, found in codes.items() if found}


def _absolute(place: Place) -> str:
    letters = address(1, place.column)[:-1]
    return f"${letters}${place.row}"


def _calculated_blocks(book: Workbook, pen: Pen, layout: Layout, sheet: Sheet) -> None:
    free = first = max(sheet.widths, default=2) + 1
    for drawn in sheet.drawn:
        painter = PAINTERS[type(drawn.block)]
        free = painter(book, pen, layout, sheet, drawn, free).draw()
    if free > first:
        pen.sheet.set_column(first - 1, free - 2, 9, None, {"hidden": True})
    if sheet.tool.calculated and not sheet.drawn:
        say = translator(layout.language)
        pen.text(
            Place(FIRST_BLOCK_ROW, 2),
            say("The sheets that this one draws from are not in this workbook."),
            "plain",
        )


def _finish(sheet: FormulaSheet, layout: Layout, widths: dict[int, int], *, wide: bool) -> None:
    """Widths, hidden codes, protection, printing."""
    sheet.set_row(0, None, None, {"hidden": True})
    sheet.set_column(0, 0, 9, None, {"hidden": True})
    for column, width in widths.items():
        sheet.set_column(column - 1, column - 1, width)
    sheet.protect("", PROTECTION)
    sheet.set_paper(A4)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    if wide:
        sheet.set_landscape()
    sheet.set_footer(f"&L&8{layout.spec.name} {layout.spec.version}&C&8&A&R&8&P / &N")
    sheet.fit_to_pages(1, 0)


def _view(sheet: FormulaSheet, tool: Sheet) -> None:
    """Hidden check columns, frozen heads, filter, print area and titles."""
    checks = tool.check_columns
    last_visible = checks[0] - 1 if checks else max(tool.widths or COVER_WIDTHS)
    if checks:
        sheet.set_column(checks[0] - 1, checks[1] - 1, 9, None, {"hidden": True})
    tables = [grid for grid in tool.grids if not grid.across]
    table = tables[0] if tables else None
    repeated = any(grid.across and len(grid.with_role("answer")) > 1 for grid in tool.grids)
    lead = max((c.index for grid in tool.grids for c in grid.columns if c.role in LEADING), default=2)
    columns = lead if (table is not None and len(tool.grids) == len(tables)) or repeated else 0
    head = tool.grids[0].header_row if tool.grids else PROGRESS_ROW
    if table is not None and table.header_row <= HEAD_ROWS_FROZEN:
        head = table.header_row
    if len(tool.drawn) == 1 and not tool.grids:
        head, columns = tool.drawn[0].head, 2 if isinstance(tool.drawn[0].block, PivotBlock) else 0
        sheet.repeat_rows(head - 1, head - 1)
    sheet.freeze_panes(head, columns)
    if table is not None:
        rows = table.data_rows
        last = max(c.index for c in table.columns if c.role not in ("check", "active"))
        sheet.autofilter(table.header_row - 1, 1, rows[-1].index - 1, last - 1)
        if head == table.header_row:
            sheet.repeat_rows(table.header_row - 1, table.header_row - 1)
    last_row = max([tool.last.row, *(drawn.last_row for drawn in tool.drawn)])
    sheet.print_area(1, 1, last_row - 1, last_visible - 1)
    pages = _pages([tool.widths.get(column, 9) for column in range(2, last_visible + 1)], lead - 1)
    sheet.fit_to_pages(pages, 0)
    if pages > 1:
        sheet.repeat_columns(1, lead - 1)


def _pages(widths: list[int], leading: int) -> int:
    """How many pages across keep the columns readable, the first ones (number, name, status) on each of them."""
    if sum(widths) <= PAGE_WIDTH:
        return 1
    repeated = sum(widths[:leading])
    pages, used = 1, repeated
    for width in widths[leading:]:
        if used + width > PAGE_WIDTH:
            pages, used = pages + 1, repeated
        used += width
    return pages


def _identity_sheet(pen: Pen) -> None:
    pen.text(Place(1, 1), IDENTITY_KEY, "code")
    for row, name in enumerate(FIELDS, start=2):
        pen.text(Place(row, 1), name, "code", "@")
        pen.live([pen.entry(Place(row, 2), "code", "@")], Fact(name))
    pen.sheet.very_hidden()
    pen.sheet.protect("", {})
