"""From codes to cells: where every answer of the layout is in a returned workbook, or that it is missing."""

from __future__ import annotations

from ..findings import Need, needing
from ..layout import address
from .axes import Axes, read_axes
from .comparison import WorkbookComparison
from .dropdowns import ListNames
from .expected import FoundCells
from .overlays import note_overlays
from .raw import CellKind, RawWorkbook
from .read_result import ReadResult
from .retired_questions import OldSheet, was_issued
from .tampering import dates_by_format, formatting, formatting_beside, tampered
from .tool_sheets import ToolSheet, assign
from .unplaced import copied_answers, every_text, leftovers, old_sheet, unknown_sheet, unplaced_texts


def locate(workbook: RawWorkbook, found: ReadResult) -> None:
    """Find every cell of the layout in a workbook, and note everything that is not as issued."""
    plan = found.plan
    assigned = assign(workbook, plan)
    found.observations += assigned.observations
    found.sheets = {tool: tool_sheet.raw.name for tool, tool_sheet in assigned.tools.items()}
    found.cells = {tool: {} for tool in plan.sheets}
    named = found.identity is not None and "names" not in found.lost
    names = ListNames.of(workbook, plan.layout) if named else ListNames()
    with_answers = [sheet for sheet in assigned.tools.values() if sheet.plan.sheet.grids]
    read = [(sheet, _read_sheet(found, sheet, names)) for sheet in with_answers]
    if found.identity is not None:
        by_lines = [(sheet, axes) for sheet, axes in read if axes is not None]
        WorkbookComparison(found, found.identity).compare(assigned, by_lines)
    for copy in assigned.copies:
        copied_answers(found, copy)
    # those of an older version apart from those that nobody issued
    old = [sheet for sheet in assigned.unknown_sheets if found.older and was_issued(sheet, workbook)]
    for sheet in old:
        old_sheet(found, sheet)
    for sheet in assigned.unknown_sheets:
        if sheet not in old:
            unknown_sheet(found, sheet)
    found.observations += dates_by_format(found)
    found.observations += formatting_beside(workbook, found.unplaced)
    found.unplaced += found.replaced
    note_overlays(workbook, found)
    found.unplaced += leftovers(workbook)
    if found.older:
        found.observations = [each for each in found.observations if each.code not in needing(Need.VERSION)]


def _read_sheet(found: ReadResult, tool_sheet: ToolSheet, names: ListNames) -> Axes | None:
    """Read the answers of a sheet, and note what was done to it; where its lines are, None where nobody can say."""
    axes, observations = read_axes(found, tool_sheet)
    old = OldSheet(tool_sheet.raw, tool_sheet.corner) if found.older else None
    if axes is None and old is not None and old.checks:
        # every question of the sheet is another one now
        old_sheet(found, tool_sheet.raw, tool_sheet.corner)
        return None
    found.observations += observations
    if axes is None:
        every_text(found, tool_sheet)
        return None
    here = tool_sheet.plan.home if axes.unmoved else _found_cells(tool_sheet, axes)
    if old is not None:  # what was filled in then and is calculated now is not read
        here = FoundCells(
            tuple(
                (part, row, column)
                for part, row, column in here.cells
                if not (part.calculated and old.question(row, column) is not None)
            )
        )
        old.known = frozenset((row, column) for _, row, column in here.cells)
    _take(found, tool_sheet, here)
    found.observations += tampered(found, tool_sheet, here, names)
    unplaced_texts(found, tool_sheet, axes, old)
    found.observations += formatting(found, tool_sheet.raw, here)
    return axes


def _found_cells(tool_sheet: ToolSheet, axes: Axes) -> FoundCells:
    """Give every cell that was found, with its row and column."""
    rows, columns = axes.rows.places, axes.columns.places
    return FoundCells(
        tuple(
            (part, rows[part.row_code], columns[part.column_code])
            for part in tool_sheet.plan.parts
            if part.row_code in rows and part.column_code in columns
        )
    )


def _take(found: ReadResult, tool_sheet: ToolSheet, here: FoundCells) -> None:
    """Note where every cell is, and take the values of those that hold one."""
    at_home, raw, plan = here is tool_sheet.plan.home, tool_sheet.raw, tool_sheet.plan
    moved = {} if at_home else {part.key: address(row, column) for part, row, column in here.cells}
    found.cells[plan.tool] = plan.home_cells if at_home else moved
    blank, name, take = CellKind.BLANK, raw.name, found.filled.append
    for row, parts in here.by_row.items():
        stored = raw.cells.get(row)
        if not stored:
            continue
        for part, column in parts:
            cell = stored.get(column)
            if cell is not None and cell.kind is not blank:
                take((part, name, part.home if at_home else address(row, column), cell))
