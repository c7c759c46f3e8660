"""How a sheet opens, scrolls and prints: widths, bands that fold, what stays in view, filter, pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..layout import Grid, Layout, Place, Sheet
from ..layout.model import HEAD_ROW, HIDDEN, LINKS_ROW, MARK_COLUMN, TITLE_ROW
from ..spec.model import PivotBlock
from .shared_formulas import FormulaSheet

A4, ZOOM = 9, 85  # percent: what a laptop shows of a sheet then can still be read
PAGE_WIDTH = 235  # characters that stay readable (at about 60 %) on A4 across
PROTECTION = {
    "format_columns": True, "format_rows": True, "autofilter": True,
    "select_locked_cells": True, "select_unlocked_cells": True,
}  # fmt: skip  # no sorting: the numbers of rows are locked, and Excel sorts no locked cell


def finish(
    sheet: FormulaSheet, layout: Layout, widths: Mapping[int, int], *, wide: bool, protected: bool = True
) -> None:
    """Set widths, hidden codes, protection and pages."""
    sheet.set_row(0, None, None, {"hidden": True})
    sheet.set_column(0, 0, 9, None, {"hidden": True})
    for column, width in widths.items():
        sheet.set_column(column - 1, column - 1, width)
    sheet.set_zoom(ZOOM)
    if protected:
        sheet.protect("", PROTECTION)
    sheet.set_paper(A4)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    if wide:
        sheet.set_landscape()
    sheet.set_footer(f"&L&8{layout.spec.name} {layout.spec.version}&C&8&A&R&8&P / &N")
    sheet.fit_to_pages(1, 0)


def view(sheet: FormulaSheet, layout: Layout, tool: Sheet) -> None:
    """Set what a tool sheet shows first, and what of it is printed."""
    finish(sheet, layout, tool.widths or {MARK_COLUMN: 40}, wide=not _is_form(tool))
    if tool.grids:
        _grids(sheet, tool)
    else:
        _blocks(sheet, tool)


def _is_form(tool: Sheet) -> bool:
    return any(grid.across and grid.records == 1 for grid in tool.grids)


def _blocks(sheet: FormulaSheet, tool: Sheet) -> None:
    """Set the view of a sheet of calculated blocks: the heads of the only one stay in view."""
    last = Place(max((drawn.last_row for drawn in tool.drawn), default=HEAD_ROW), max(tool.widths, default=2))
    sheet.print_area(1, 1, last.row - 1, last.column - 1)
    sheet.set_selection(TITLE_ROW - 1, MARK_COLUMN - 1, TITLE_ROW - 1, MARK_COLUMN - 1)
    if len(tool.drawn) != 1:
        sheet.freeze_panes(LINKS_ROW, 0)
    else:
        (drawn,) = tool.drawn
        sheet.freeze_panes(drawn.head, MARK_COLUMN if isinstance(drawn.block, PivotBlock) else 0)
        sheet.repeat_rows(drawn.head - 1)


def _grids(sheet: FormulaSheet, tool: Sheet) -> None:
    """Set the view of a sheet to fill in."""
    first, hidden = tool.grids[0], [c.index for g in tool.grids for c in g.columns if c.role in HIDDEN]
    if hidden:
        sheet.set_column(min(hidden) - 1, max(hidden) - 1, 9, None, {"hidden": True})
    lead = 0 if _is_form(tool) else first.frozen
    sheet.freeze_panes(HEAD_ROW, lead)
    _select_the_first_input(sheet, tool)
    if not first.across and not _is_form(tool):
        _fold(sheet, tool, first)
        last = max(c.index for c in first.columns if c.role not in HIDDEN)
        sheet.autofilter(HEAD_ROW - 1, MARK_COLUMN - 1, first.data_rows[-1].index - 1, last - 1)
    _print(sheet, tool, lead)


def _select_the_first_input(sheet: FormulaSheet, tool: Sheet) -> None:
    slots = (slot for slot in tool.slots if slot.field.asked)
    cell = min((slot.cells[0] for slot in slots), default=None)
    if cell is not None:
        sheet.set_selection(cell.row - 1, cell.column - 1, cell.row - 1, cell.column - 1)


def _fold(sheet: FormulaSheet, tool: Sheet, grid: Grid) -> None:
    """Outline the columns of bands that can be folded away, but for the first of each."""
    sheet.outline_settings(symbols_right=False)
    for band, columns in grid.bands:
        for column in columns[1:] if band.folded else ():
            width = tool.widths[column.index]
            sheet.set_column(column.index - 1, column.index - 1, width, None, {"level": 1})


def _print(sheet: FormulaSheet, tool: Sheet, lead: int) -> None:
    """Fit a form on one page across, a table on as many as keep it readable, without the bands at its end that fold."""
    columns = _printed(tool.grids[0]) if lead else _shown(tool)
    last = max(columns)
    rows = [row.index for grid in tool.grids for row in grid.rows if row.role != "note"]
    sheet.print_area(1, 1, max(rows) - 1, last - 1)
    sheet.repeat_rows(HEAD_ROW - 1)
    pages = _pages([tool.widths.get(column, 9) for column in range(MARK_COLUMN, last + 1)], lead - 1)
    sheet.fit_to_pages(pages, 0)
    if pages > 1:
        sheet.repeat_columns(1, lead - 1)


def _shown(tool: Sheet) -> set[int]:
    return {c.index for grid in tool.grids for c in grid.columns if c.role not in HIDDEN}


def _printed(grid: Grid) -> set[int]:
    """Give the columns that people talk about: not those that can be folded away at the end, and what explains them."""
    columns = [c.index for c in grid.columns if c.role not in (*HIDDEN, "status")]
    bands = list(grid.bands)
    while bands and bands[-1][0].folded:
        _, away = bands.pop()
        columns = [index for index in columns if index < away[0].index]
    return set(columns)


def _pages(widths: Iterable[int], leading: int) -> int:
    """Give how many pages across keep the columns readable, with number, check and name on each of them."""
    widths = list(widths)
    if sum(widths) <= PAGE_WIDTH:
        return 1
    repeated = sum(widths[:leading])
    pages, used = 1, repeated
    for width in widths[leading:]:
        if used + width > PAGE_WIDTH:
            pages, used = pages + 1, repeated
        used += width
    return pages
