"""From codes to cells: where every answer of the layout is in a returned workbook, or that it is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..answer import CellKey
from ..findings import Kind, Need
from ..findings.structure import (
    CODES_DAMAGED,
    COLUMN_DOUBLED,
    COLUMN_MISSING,
    ROW_DOUBLED,
    ROW_MISSING,
    SHEET_UNREADABLE,
)
from ..layout import address
from ..observation import Observation
from ..words import fold
from .axes import Axes, Axis, by_codes, find_own, home_axis
from .comparison import Comparison
from .dropdowns import ListNames
from .keys import Here, Part, Plan, SheetPlan, observe, observe_at
from .located import Circumstances, Located
from .overlays import beside_cells, comments, drawn
from .raw import CellKind, RawSheet, RawWorkbook
from .retired_questions import OldSheet, was_issued
from .tampering import dates_by_format, formatting, formatting_beside, tampered
from .tool_sheets import ToolSheet, assign, text_at
from .unplaced import UnplacedTexts, copied_answers, every_text, old_sheet, strangers, unplaced_texts

NOWHERE: Mapping[CellKey, str] = {}  # the cells of a sheet that cannot be read


def locate(workbook: RawWorkbook, plan: Plan, about: Circumstances | None = None) -> Located:
    """Find every cell of the layout in a workbook, and note everything that is not as issued."""
    about = about or Circumstances()
    assigned = assign(workbook, plan)
    found = Located(cells=dict.fromkeys(plan.sheets, NOWHERE), observations=assigned.observations)
    for tool, tool_sheet in assigned.tools.items():
        found.sheets[tool] = tool_sheet.raw.name
    issued = Comparison(plan, about, found, workbook) if about.identity is not None else None
    for tool_sheet in assigned.tools.values():
        _read_sheet(found, plan, tool_sheet, about, issued)
    if issued is not None:
        issued.compare(assigned)
    for copy in assigned.copies:
        found.unplaced += copied_answers(copy)
    for left in _left_sheets(assigned.strangers, workbook, plan, about):
        found.add(left)
    found.observations += dates_by_format(found.filled, plan)
    found.observations += formatting_beside(workbook, found.unplaced)
    found.unplaced += found.replaced
    commented = comments(workbook, found.sheets, found.cells, plan)
    found.comments += commented.unplaced
    found.observations += commented.observations
    overlays = drawn(workbook, found.sheets, found.cells, plan)
    found.unplaced += overlays.unplaced
    found.observations += overlays.observations
    found.add(beside_cells(workbook, plan))
    if about.older:
        found.observations = [each for each in found.observations if Need.VERSION not in each.kind.needs]
    return found


def _left_sheets(
    sheets: list[RawSheet], workbook: RawWorkbook, plan: Plan, about: Circumstances
) -> Iterator[UnplacedTexts]:
    """Yield the texts of sheets that no tool claims: those of an older version apart from those that nobody issued."""
    version = plan.layout.spec.version
    old = [sheet for sheet in sheets if about.older and was_issued(sheet, workbook)]
    yield from (old_sheet(sheet, version) for sheet in old)
    yield strangers([sheet for sheet in sheets if sheet not in old])


def _read_sheet(
    found: Located,
    plan: Plan,
    tool_sheet: ToolSheet,
    about: Circumstances,
    issued: Comparison | None,
) -> None:
    if not tool_sheet.plan.sheet.grids:
        return
    axes, observations = read_axes(tool_sheet, plan, same_layout=about.same_layout)
    if axes is None and about.older and OldSheet(tool_sheet.raw, tool_sheet.corner).checks:
        version = plan.layout.spec.version  # every question of the sheet is another one now
        left = old_sheet(tool_sheet.raw, version, tool_sheet.corner)
        found.add(left)
        return
    found.observations += observations
    if axes is None:
        found.unplaced += every_text(tool_sheet)
        return
    here = tool_sheet.plan.home if axes.unmoved else Here(tuple(_cells(tool_sheet.plan, axes)))
    old = None
    if about.older:
        here, old = _apart(tool_sheet, here)
    _take(found, tool_sheet, here)
    names = issued.list_names if issued is not None else ListNames()
    found.observations += tampered(tool_sheet, plan, here, about.lost, names)
    held = issued.held(tool_sheet, axes) if issued is not None else None
    formulas = "formulas" not in about.lost
    found.add(unplaced_texts(tool_sheet, axes, old, held=held, formulas_known=formulas))
    found.observations += formatting(tool_sheet.raw, plan, here)


def _apart(tool_sheet: ToolSheet, here: Here) -> tuple[Here, OldSheet]:
    """Give the cells that are read, without those that were filled in then and are calculated now; and the rest."""
    old = OldSheet(tool_sheet.raw, tool_sheet.corner)
    cells = tuple(
        (part, row, column)
        for part, row, column in here.cells
        if not (part.calculated and old.question(row, column) is not None)
    )
    old.known = frozenset((row, column) for _, row, column in cells)
    return Here(cells), old


def _cells(plan: SheetPlan, axes: Axes) -> Iterator[tuple[Part, int, int]]:
    """Give every cell that was found, with its row and column."""
    rows, columns = axes.rows.places, axes.columns.places
    for part in plan.parts:
        row, column = rows.get(part.row_code), columns.get(part.column_code)
        if row is not None and column is not None:
            yield part, row, column


def _take(found: Located, tool_sheet: ToolSheet, here: Here) -> None:
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


def read_axes(
    tool_sheet: ToolSheet, plan: Plan, *, same_layout: bool
) -> tuple[Axes | None, list[Observation]]:
    """Give rows and columns by code; by position where that is certain; None when neither is possible."""
    axes = by_codes(tool_sheet)
    raw, each = tool_sheet.raw, tool_sheet.plan
    lost_rows = [code for code in each.needed_rows if code not in axes.rows.places]
    lost_columns = [code for code in each.needed_columns if code not in axes.columns.places]
    if lost_rows or lost_columns:
        if same_layout and _certain(tool_sheet, axes, lost_rows, lost_columns):
            return _by_position(tool_sheet), [observe(CODES_DAMAGED, raw.name, tool=each.tool)]
        if len(lost_rows) == len(each.needed_rows) or len(lost_columns) == len(each.needed_columns):
            return None, [observe(SHEET_UNREADABLE, raw.name, tool=each.tool)]
    _find_own_lines(tool_sheet, axes)
    noticed = [*_missing(plan, each, raw, lost_rows, lost_columns), *_doubled(plan, each, raw, axes)]
    return axes, noticed


def _find_own_lines(tool_sheet: ToolSheet, axes: Axes) -> None:
    raw, corner, plan = tool_sheet.raw, tool_sheet.corner, tool_sheet.plan
    first = min(axes.rows.origin, default=0)
    if axes.rows.unmoved:
        axes.rows.origin.update({row: row for row in plan.codeless_rows})
    else:
        coded = {*axes.rows.origin, *axes.rows.copies, *axes.rows.unknown, corner.row}
        free = [row for row in raw.cells if row not in coded]
        ours = lambda row: _row_is_ours(raw, plan, row, above=row < first)  # noqa: E731
        find_own(axes.rows, free, corner.row, plan.codeless_rows, ours)
    if axes.columns.unmoved:
        axes.columns.origin.update({column: column for column in plan.codeless_columns})
    else:
        coded = {*axes.columns.origin, *axes.columns.copies, *axes.columns.unknown, corner.column}
        used = {column for cells in raw.cells.values() for column in cells}
        find_own(
            axes.columns,
            used - coded,
            corner.column,
            plan.codeless_columns,
            lambda c: _column_is_ours(raw, plan, c),
        )


def _row_is_ours(raw: RawSheet, plan: SheetPlan, row: int, *, above: bool) -> bool:
    """Say whether a row without a code shows a text of the layout, or above all blocks the links or the progress."""
    cells = raw.cells.get(row, {}).values()
    texts = [str(cell.value) for cell in cells if cell.kind is CellKind.TEXT]
    if above and (
        plan.layout.cover_name in texts
        or any(cell.formula is not None for cell in cells)
        or any(map(plan.progress.match, texts))  # as other formats keep it, without its formula
        or any(cell.kind is CellKind.NUMBER and cell.value == 0 for cell in cells)  # what .xls shows of it
    ):
        return True
    return any(map(plan.known_text, texts))


def _column_is_ours(raw: RawSheet, plan: SheetPlan, column: int) -> bool:
    return any(
        (text := text_at(raw, row, column)) and (plan.known_text(text) or plan.on_panel(text))
        for row in raw.cells
        if column in raw.cells[row]
    )


# position


def _by_position(tool_sheet: ToolSheet) -> Axes:
    plan, corner = tool_sheet.plan, tool_sheet.corner
    axes = Axes(home_axis(plan.row_codes, corner.row - 1), home_axis(plan.column_codes, corner.column - 1))
    axes.rows.origin.update({row + corner.row - 1: row for row in plan.codeless_rows})
    axes.columns.origin.update({column + corner.column - 1: column for column in plan.codeless_columns})
    return axes


def _certain(tool_sheet: ToolSheet, axes: Axes, lost_rows: list[str], lost_columns: list[str]) -> bool:
    """Say whether nothing has moved: the named area has its size, codes that survive are in their places, and
    each row and column that lost its code still shows its label.
    """
    plan, area, corner = tool_sheet.plan, tool_sheet.area, tool_sheet.corner
    if area is None or corner != (area.first_row, area.first_column):
        return False
    size = (area.last_row - area.first_row + 1, area.last_column - area.first_column + 1)
    if size != tuple(plan.sheet.last):
        return False
    return (
        _in_place(axes.rows, corner.row - 1)
        and _in_place(axes.columns, corner.column - 1)
        and all(_row_shows_label(tool_sheet, plan.row_codes[code][0]) for code in lost_rows)
        and all(_column_shows_label(tool_sheet, plan.column_codes[code][0]) for code in lost_columns)
    )


def _in_place(axis: Axis, shift: int) -> bool:
    return not axis.copies and all(line == origin + shift for line, origin in axis.origin.items())


def _row_shows_label(tool_sheet: ToolSheet, row: int) -> bool:
    wanted = tool_sheet.plan.row_texts[row]
    corner, raw = tool_sheet.corner, tool_sheet.raw
    actual = row + corner.row - 1
    texts = (text_at(raw, actual, column) for column in raw.cells.get(actual, {}) if column != corner.column)
    return not wanted or any(_head(text) in wanted for text in texts if text)


def _column_shows_label(tool_sheet: ToolSheet, column: int) -> bool:
    plan, corner, raw = tool_sheet.plan, tool_sheet.corner, tool_sheet.raw
    actual = column + corner.column - 1
    return any(
        _head(text_at(raw, row + corner.row - 1, actual)) == fold(label)
        for row, label in plan.heads[column]
        if label
    )


def _head(text: str) -> str:
    return fold(text.split("\n", 1)[0])


# what is missing or doubled


def _missing(
    plan: Plan, each: SheetPlan, raw: RawSheet, lost_rows: list[str], lost_columns: list[str]
) -> Iterator[Observation]:
    for code in lost_rows:
        part = each.needed_rows[code]
        yield _about_line(ROW_MISSING, raw, part, plan.row_label(part), whole_row=not plan.across(part))
    for code in lost_columns:
        part = each.needed_columns[code]
        yield _about_line(COLUMN_MISSING, raw, part, plan.column_label(part), whole_row=plan.across(part))


def _about_line(kind: Kind, raw: RawSheet, part: Part, label: str, *, whole_row: bool) -> Observation:
    """About a whole record (all its fields) or a whole question (in all its records)."""
    seen = observe_at(kind, raw.name, None, part, label=label)
    if whole_row:
        seen.field = None
    else:
        seen.row = None
    return seen


def _doubled(plan: Plan, each: SheetPlan, raw: RawSheet, axes: Axes) -> Iterator[Observation]:
    for row, code in axes.rows.copies.items():
        if code in each.needed_rows:
            part = each.needed_rows[code]
            cell = address(row, axes.columns.places.get(part.column_code, part.column))
            seen = _about_line(ROW_DOUBLED, raw, part, plan.row_label(part), whole_row=not plan.across(part))
            yield _at(seen, cell, row=code)
    for column, code in axes.columns.copies.items():
        if code in each.needed_columns:
            part = each.needed_columns[code]
            cell = address(axes.rows.places.get(part.row_code, part.row), column)
            seen = _about_line(
                COLUMN_DOUBLED, raw, part, plan.column_label(part), whole_row=plan.across(part)
            )
            yield _at(seen, cell)


def _at(seen: Observation, cell: str, **detail: str) -> Observation:
    seen.cell = cell
    seen.detail |= {"cell": cell, **detail}
    return seen
