"""The two axes of a sheet: which row (column) of the layout each actual row (column) is, by the codes."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from ..findings import Finding, Kind
from ..findings.structure import (
    CODES_DAMAGED,
    COLUMN_DOUBLED,
    COLUMN_MISSING,
    ROW_DOUBLED,
    ROW_MISSING,
    SHEET_UNREADABLE,
)
from ..layout import address
from ..words import fold
from .expected import CellSpec, ExpectedSheet, ExpectedWorkbook, observe_at
from .raw import CellKind, RawSheet
from .tool_sheets import ToolSheet, text_at

Codes = Mapping[str, tuple[int, ...]]  # code -> its lines (rows or columns) in the layout


@dataclass(slots=True)
class Axis:
    """Where the lines of the layout are now. `copies` are lines whose code had been seen before."""

    places: dict[str, int] = field(default_factory=dict)  # code -> actual line
    origin: dict[int, int] = field(default_factory=dict)  # actual line -> line of the layout
    copies: dict[int, str] = field(default_factory=dict)  # actual line -> code
    unknown: set[int] = field(default_factory=set)  # actual lines with a code that nothing here has
    own: set[int] = field(default_factory=set)  # actual lines without a code that are part of the layout
    unmoved: bool = False

    @property
    def last(self) -> int:
        """The last line with a code."""
        return max(self.origin, default=0)

    def inside(self, line: int) -> bool:
        """Say whether a line stands between lines with codes."""
        return bool(self.origin) and min(self.origin) < line < self.last


def _read_axis(lines: Iterable[tuple[int, str]], codes: Codes) -> Axis:
    """Match the codes found along a sheet (line, text of the code cell) with those of the layout."""
    axis = Axis()
    seen: dict[str, int] = {}
    for line, text in sorted(lines):
        tokens = [token for token in text.split() if token in codes]
        if text and not tokens:
            axis.unknown.add(line)
        for token in tokens:
            count = seen.get(token, 0)
            seen[token] = count + 1
            if count < len(codes[token]):
                axis.places.setdefault(token, line)
                axis.origin.setdefault(line, codes[token][count])
            else:
                axis.copies.setdefault(line, token)
    axis.unmoved = (
        not axis.copies
        and not axis.unknown
        and all(line == origin for line, origin in axis.origin.items())
        and len(axis.places) == len(codes)
    )
    return axis


def _find_own(
    axis: Axis, candidates: Iterable[int], corner: int, codeless: frozenset[int], ours: Callable[[int], bool]
) -> None:
    """Tell the codeless lines of the layout (titles, heads, labels) from lines inserted by hand.

    Between two lines with codes that are as far apart as in the layout every line is where it was;
    elsewhere the texts that stand in a line decide.
    """
    anchors = sorted({**axis.origin, corner: 1}.items())
    lines = [line for line, _ in anchors]
    for line in candidates:
        at = bisect(lines, line)
        origin = _between(anchors[at - 1], anchors[at], line) if 0 < at < len(anchors) else None
        if origin in codeless:
            axis.origin[line] = int(origin or 0)
        elif ours(line):
            axis.own.add(line)


def _between(before: tuple[int, int], after: tuple[int, int], line: int) -> int | None:
    same = after[0] - before[0] == after[1] - before[1]
    return before[1] + line - before[0] if same else None


@dataclass(frozen=True, slots=True)
class Axes:
    """Both axes of one sheet."""

    rows: Axis
    columns: Axis

    @property
    def unmoved(self) -> bool:
        """Whether every cell is where it was issued."""
        return self.rows.unmoved and self.columns.unmoved


def by_codes(tool_sheet: ToolSheet) -> Axes:
    """Give both axes as the codes of the hidden row and column say."""
    raw, (top, left), plan = tool_sheet.raw, tool_sheet.corner, tool_sheet.plan
    rows = {row: text for row in raw.cells if row != top and (text := text_at(raw, row, left))}
    for codes in plan.tables:
        rows = _sorted_by_hand(raw, rows, left + 1, codes, plan.row_codes)
    heads = raw.cells.get(top, {})
    columns = [(column, text_at(raw, top, column)) for column in heads if column != left]
    return Axes(_read_axis(rows.items(), plan.row_codes), _read_axis(columns, plan.column_codes))


def _sorted_by_hand(
    raw: RawSheet, rows: dict[int, str], marks: int, codes: frozenset[str], home: Codes
) -> dict[int, str]:
    """Sorting a table moves the visible columns and leaves the hidden codes: then the marks tell the rows.

    Only where the codes stand in their order, and every row of the table shows its mark exactly once, is that certain.
    """
    shown = {row: mark for row in raw.cells if (mark := text_at(raw, row, marks)) in codes}
    stored = {row: code for row, code in rows.items() if code in codes}
    if shown == stored or len(shown) != len(codes) or sorted(shown.values()) != sorted(stored.values()):
        return rows
    lines = [home[code][0] for _, code in sorted(stored.items())]
    if lines != sorted(lines):  # the codes were moved, too: they are compared with the numbers
        return rows
    return {row: code for row, code in rows.items() if code not in codes} | shown


def read_axes(
    tool_sheet: ToolSheet, plan: ExpectedWorkbook, *, same_layout: bool
) -> tuple[Axes | None, list[Finding]]:
    """Give rows and columns by code; by position where that is certain; None when neither is possible."""
    axes = by_codes(tool_sheet)
    raw, each = tool_sheet.raw, tool_sheet.plan
    lost_rows = [code for code in each.needed_rows if code not in axes.rows.places]
    lost_columns = [code for code in each.needed_columns if code not in axes.columns.places]
    if lost_rows or lost_columns:
        if same_layout and _certain(tool_sheet, axes, lost_rows, lost_columns):
            return _by_position(tool_sheet), [CODES_DAMAGED.at(raw.name, None, each.tool)]
        if len(lost_rows) == len(each.needed_rows) or len(lost_columns) == len(each.needed_columns):
            return None, [SHEET_UNREADABLE.at(raw.name, None, each.tool)]
    _find_own_lines(tool_sheet, axes)
    return axes, [*_noticed(plan, each, raw, axes)]


def _find_own_lines(tool_sheet: ToolSheet, axes: Axes) -> None:
    raw, corner, plan = tool_sheet.raw, tool_sheet.corner, tool_sheet.plan
    first = min(axes.rows.origin, default=0)
    if axes.rows.unmoved:
        axes.rows.origin.update({row: row for row in plan.codeless_rows})
    else:
        coded = {*axes.rows.origin, *axes.rows.copies, *axes.rows.unknown, corner.row}
        free = [row for row in raw.cells if row not in coded]
        ours = lambda row: _row_is_ours(raw, plan, row, above=row < first)  # noqa: E731
        _find_own(axes.rows, free, corner.row, plan.codeless_rows, ours)
    if axes.columns.unmoved:
        axes.columns.origin.update({column: column for column in plan.codeless_columns})
    else:
        coded = {*axes.columns.origin, *axes.columns.copies, *axes.columns.unknown, corner.column}
        used = {column for cells in raw.cells.values() for column in cells}
        _find_own(
            axes.columns,
            used - coded,
            corner.column,
            plan.codeless_columns,
            lambda c: _column_is_ours(raw, plan, c),
        )


def _row_is_ours(raw: RawSheet, plan: ExpectedSheet, row: int, *, above: bool) -> bool:
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


def _column_is_ours(raw: RawSheet, plan: ExpectedSheet, column: int) -> bool:
    return any(
        (text := text_at(raw, row, column)) and (plan.known_text(text) or plan.on_panel(text))
        for row in raw.cells
        if column in raw.cells[row]
    )


# position


def _by_position(tool_sheet: ToolSheet) -> Axes:
    """Give the axes of a sheet that was not changed, as far from home as its key is."""
    plan, (top, left) = tool_sheet.plan, tool_sheet.corner
    return Axes(
        _home_axis(plan.row_codes, top - 1, plan.codeless_rows),
        _home_axis(plan.column_codes, left - 1, plan.codeless_columns),
    )


def _home_axis(codes: Codes, shift: int, codeless: Iterable[int]) -> Axis:
    axis = Axis(unmoved=shift == 0)
    for code, lines in codes.items():
        axis.places[code] = lines[0] + shift
        axis.origin.update({line + shift: line for line in lines})
    axis.origin.update({line + shift: line for line in codeless})
    return axis


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


def _noticed(plan: ExpectedWorkbook, each: ExpectedSheet, raw: RawSheet, axes: Axes) -> Iterator[Finding]:
    """Report the lines that are missing, then those that are there twice; rows first."""
    rows = (ROW_MISSING, ROW_DOUBLED, axes.rows, each.needed_rows, plan.row_label)
    columns = (COLUMN_MISSING, COLUMN_DOUBLED, axes.columns, each.needed_columns, plan.column_label)
    for kind, _, axis, needed, label in (rows, columns):
        for part in (part for code, part in needed.items() if code not in axis.places):
            yield _about_line(
                kind, raw, None, part, whole=plan.across(part) is (axis is axes.columns), label=label(part)
            )
    for _, kind, axis, needed, label in (rows, columns):
        for line, code in axis.copies.items():
            if code in needed:
                part = needed[code]
                across = axes.columns.places.get(part.column_code, part.column)
                down = axes.rows.places.get(part.row_code, part.row)
                is_row = axis is axes.rows
                cell = address(line, across) if is_row else address(down, line)
                about = {"row": code, "label": label(part)} if is_row else {"label": label(part)}
                yield _about_line(kind, raw, cell, part, whole=plan.across(part) is not is_row, **about)


def _about_line(
    kind: Kind, raw: RawSheet, cell: str | None, part: CellSpec, *, whole: bool, **detail: str
) -> Finding:
    """Give what is about a whole record (all its fields), or else about a question (in all its records)."""
    seen = observe_at(kind, raw.name, cell, part, **detail)
    return replace(seen, field=None) if whole else replace(seen, row=None)
