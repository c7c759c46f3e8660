"""From codes to cells: where every answer of the layout is in a returned workbook, or that it is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..answer import CellKey
from ..findings import Need, needing
from ..layout import address
from .axes import Axes, read_axes
from .comparison import WorkbookComparison
from .dropdowns import ListNames
from .expected import CellSpec, ExpectedSheet, ExpectedWorkbook, FoundCells
from .overlays import note_overlays
from .raw import CellKind, RawSheet, RawWorkbook
from .read_result import ReadContext, ReadResult
from .retired_questions import OldSheet, was_issued
from .tampering import dates_by_format, formatting, formatting_beside, tampered
from .tool_sheets import ToolSheet, assign
from .unplaced import UnplacedTexts, copied_answers, every_text, old_sheet, unknown_sheets, unplaced_texts

NOWHERE: Mapping[CellKey, str] = {}  # the cells of a sheet that cannot be read


def locate(workbook: RawWorkbook, plan: ExpectedWorkbook, about: ReadContext | None = None) -> ReadResult:
    """Find every cell of the layout in a workbook, and note everything that is not as issued."""
    about = about or ReadContext()
    assigned = assign(workbook, plan)
    found = ReadResult(cells=dict.fromkeys(plan.sheets, NOWHERE), observations=assigned.observations)
    for tool, tool_sheet in assigned.tools.items():
        found.sheets[tool] = tool_sheet.raw.name
    named = about.identity is not None and "names" not in about.lost
    names = ListNames.of(workbook, plan.layout) if named else ListNames()
    with_answers = [sheet for sheet in assigned.tools.values() if sheet.plan.sheet.grids]
    read = [(sheet, _read_sheet(found, plan, sheet, about, names)) for sheet in with_answers]
    if about.identity is not None:
        by_lines = [(sheet, axes) for sheet, axes in read if axes is not None]
        WorkbookComparison(plan, about, found).compare(assigned, by_lines)
    for copy in assigned.copies:
        found.unplaced += copied_answers(copy)
    for left in _left_sheets(assigned.unknown_sheets, workbook, plan, about):
        found.add(left)
    found.observations += dates_by_format(found.filled, plan)
    found.observations += formatting_beside(workbook, found.unplaced)
    found.unplaced += found.replaced
    note_overlays(workbook, plan, found)
    if about.older:
        found.observations = [each for each in found.observations if each.code not in needing(Need.VERSION)]
    return found


def _left_sheets(
    sheets: list[RawSheet], workbook: RawWorkbook, plan: ExpectedWorkbook, about: ReadContext
) -> Iterator[UnplacedTexts]:
    """Yield the texts of sheets that no tool claims: those of an older version apart from those that nobody issued."""
    version = plan.layout.spec.version
    old = [sheet for sheet in sheets if about.older and was_issued(sheet, workbook)]
    yield from (old_sheet(sheet, version) for sheet in old)
    yield unknown_sheets([sheet for sheet in sheets if sheet not in old])


def _read_sheet(
    found: ReadResult, plan: ExpectedWorkbook, tool_sheet: ToolSheet, about: ReadContext, names: ListNames
) -> Axes | None:
    """Read the answers of a sheet, and note what was done to it; where its lines are, None where nobody can say."""
    axes, observations = read_axes(tool_sheet, plan, same_layout=about.same_layout)
    raw, version = tool_sheet.raw, plan.layout.spec.version
    if axes is None and about.older and OldSheet(raw, tool_sheet.corner).checks:
        # every question of the sheet is another one now
        found.add(old_sheet(raw, version, tool_sheet.corner))
        return None
    found.observations += observations
    if axes is None:
        found.unplaced += every_text(tool_sheet)
        return None
    here = tool_sheet.plan.home if axes.unmoved else FoundCells(tuple(_cells(tool_sheet.plan, axes)))
    old = None
    if about.older:
        here, old = _apart(tool_sheet, here)
    _take(found, tool_sheet, here)
    found.observations += tampered(tool_sheet, plan, here, about.lost, names)
    held = None if about.identity is None else plan.issued[tool_sheet.plan.sheet.name].held
    formulas = "formulas" not in about.lost
    found.add(unplaced_texts(tool_sheet, axes, old, held=held, formulas_known=formulas))
    found.observations += formatting(raw, plan, here)
    return axes


def _apart(tool_sheet: ToolSheet, here: FoundCells) -> tuple[FoundCells, OldSheet]:
    """Give the cells that are read, without those that were filled in then and are calculated now; and the rest."""
    old = OldSheet(tool_sheet.raw, tool_sheet.corner)
    cells = tuple(
        (part, row, column)
        for part, row, column in here.cells
        if not (part.calculated and old.question(row, column) is not None)
    )
    old.known = frozenset((row, column) for _, row, column in cells)
    return FoundCells(cells), old


def _cells(plan: ExpectedSheet, axes: Axes) -> Iterator[tuple[CellSpec, int, int]]:
    """Give every cell that was found, with its row and column."""
    rows, columns = axes.rows.places, axes.columns.places
    for part in plan.parts:
        row, column = rows.get(part.row_code), columns.get(part.column_code)
        if row is not None and column is not None:
            yield part, row, column


def _take(found: ReadResult, tool_sheet: ToolSheet, here: FoundCells) -> None:
    """Note where every cell is, and take the values of those that hold one."""
    at_home, raw, plan = here is tool_sheet.plan.home, tool_sheet.raw, tool_sheet.plan
    moved = {} if at_home else {part.key: address(row, column) for part, row, column in here.cells}
    found.cells[plan.tool] = plan.home_cells if at_home else moved
    blank, name, keep = CellKind.BLANK, raw.name, found.filled.append
    for row, parts in here.by_row.items():
        stored = raw.cells.get(row)
        if not stored:
            continue
        for part, column in parts:
            cell = stored.get(column)
            if cell is not None and cell.kind is not blank:
                keep((part, name, part.home if at_home else address(row, column), cell))
