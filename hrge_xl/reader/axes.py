"""The two axes of a sheet: which row (column) of the layout each actual row (column) is, by the codes."""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from operator import itemgetter
from typing import NamedTuple

from ..core.words import fold
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
from ..layout.model import HEAD_ROW
from .expected import CellSpec, ExpectedSheet, ExpectedWorkbook, ReadResult, observe_at
from .raw import Area, CellKind, RawSheet
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
    seen = Counter[str]()
    for line, text in sorted(lines):
        tokens = [token for token in text.split() if token in codes]
        if text and not tokens:
            axis.unknown.add(line)
        for token in tokens:
            count = seen[token]
            seen[token] += 1
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
    axis: Axis,
    lines: Iterable[int],
    corner: int,
    codeless: frozenset[int],
    ours: Callable[[set[int]], Collection[int]],
) -> None:
    """Tell the codeless lines of the layout (titles, heads, labels) from lines inserted by hand.

    Between two lines with codes that are as far apart as in the layout every line is where it was;
    elsewhere the texts that stand in a line decide: `ours` picks the lines that show some of the layout.
    """
    if axis.unmoved:
        axis.origin.update({line: line for line in codeless})
        return
    free = set(lines) - {*axis.origin, *axis.copies, *axis.unknown, corner}
    own = ours(free)
    anchors = sorted({**axis.origin, corner: 1}.items())
    for line in free:
        at = bisect(anchors, line, key=itemgetter(0))
        origin = None
        if 0 < at < len(anchors):
            (before, home), (after, home_after) = anchors[at - 1], anchors[at]
            origin = home + line - before if after - before == home_after - home else None
        if origin is not None and origin in codeless:
            axis.origin[line] = origin
        elif line in own:
            axis.own.add(line)


class Axes(NamedTuple):
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


def read_axes(found: ReadResult, tool_sheet: ToolSheet) -> tuple[Axes | None, list[Finding]]:
    """Give rows and columns by code; by position where that is certain; None when neither is possible."""
    axes, raw, corner, plan = by_codes(tool_sheet), tool_sheet.raw, tool_sheet.corner, tool_sheet.plan
    lost_rows = [code for code in plan.needed_rows if code not in axes.rows.places]
    lost_columns = [code for code in plan.needed_columns if code not in axes.columns.places]
    if lost_rows or lost_columns:
        if found.same_layout and _certain(tool_sheet, axes, lost_rows, lost_columns):
            at_home = Axes(
                _home_axis(plan.row_codes, corner.row - 1, plan.codeless_rows),
                _home_axis(plan.column_codes, corner.column - 1, plan.codeless_columns),
            )
            return at_home, [CODES_DAMAGED.at(raw.name, None, plan.tool)]
        if len(lost_rows) == len(plan.needed_rows) or len(lost_columns) == len(plan.needed_columns):
            return None, [SHEET_UNREADABLE.at(raw.name, None, plan.tool)]
    first = min(axes.rows.origin, default=0)
    our_rows = lambda free: {row for row in free if _row_is_ours(raw, plan, row, above=row < first)}  # noqa: E731
    _find_own(axes.rows, raw.cells, corner.row, plan.codeless_rows, our_rows)
    used, our_columns = chain.from_iterable(raw.cells.values()), partial(_our_columns, raw, plan)
    _find_own(axes.columns, used, corner.column, plan.codeless_columns, our_columns)
    return axes, [*_noticed(found.plan, plan, raw, axes)]


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


def _our_columns(raw: RawSheet, plan: ExpectedSheet, free: set[int]) -> set[int]:
    """Give those of some columns without a code that show a text of the layout."""
    found: set[int] = set()
    for row, cells in raw.cells.items():
        for column in (cells.keys() & free) - found:
            text = text_at(raw, row, column)
            if text and (plan.known_text(text) or fold(text) in plan.panel_texts):
                found.add(column)
    return found


# position


def _home_axis(codes: Codes, shift: int, codeless: Iterable[int]) -> Axis:
    axis = Axis(unmoved=shift == 0)
    for code, lines in codes.items():
        axis.places[code] = lines[0] + shift
        axis.origin.update({line + shift: line for line in lines})
    axis.origin.update({line + shift: line for line in codeless})
    return axis


def _certain(tool_sheet: ToolSheet, axes: Axes, lost_rows: list[str], lost_columns: list[str]) -> bool:
    """Say whether nothing has moved.

    That is so where the named area has its size, the codes that survive are in their places, and each row and column
    that lost its code still shows its label.
    """
    plan, area, (top, left), raw = tool_sheet.plan, tool_sheet.area, tool_sheet.corner, tool_sheet.raw
    if area != Area(top, left, top + plan.sheet.last.row - 1, left + plan.sheet.last.column - 1):
        return False
    if any(
        axis.copies or any(line != origin + first - 1 for line, origin in axis.origin.items())
        for axis, first in ((axes.rows, top), (axes.columns, left))
    ):
        return False
    for row in (plan.row_codes[code][0] for code in lost_rows):
        actual, wanted = row + top - 1, plan.row_texts[row]
        texts = (text_at(raw, actual, column) for column in raw.cells.get(actual, {}) if column != left)
        if wanted and not any(_head(text) in wanted for text in texts if text):
            return False
    heads = {
        column: _head(text_at(raw, HEAD_ROW + top - 1, column))
        for column in raw.cells.get(HEAD_ROW + top - 1, {})
    }
    lost = (plan.column_codes[code][0] for code in lost_columns)
    return all((column, heads.get(column + left - 1)) in plan.heads for column in lost)


def _head(text: str) -> str:
    return fold(text.split("\n", 1)[0])


# what is missing or doubled


def _noticed(plan: ExpectedWorkbook, each: ExpectedSheet, raw: RawSheet, axes: Axes) -> Iterator[Finding]:
    """Report the lines that are missing, then those that are there twice; rows first.

    Where a line is a whole record it is about all its fields, else about a question in all its records.
    """

    def about(kind: Kind, part: CellSpec, cell: str | None = None, **detail: str) -> Finding:
        seen, is_row = observe_at(kind, raw.name, cell, part, **detail), kind in (ROW_MISSING, ROW_DOUBLED)
        across = plan.layout.grid_of(part.slot).across
        return replace(seen, field=None) if across is not is_row else replace(seen, row=None)

    rows, columns = axes.rows, axes.columns
    for missing, axis, needed, label in (
        (ROW_MISSING, rows, each.needed_rows, plan.row_label),
        (COLUMN_MISSING, columns, each.needed_columns, plan.column_label),
    ):
        absent = (part for code, part in needed.items() if code not in axis.places)
        yield from (about(missing, part, label=label(part)) for part in absent)
    for line, code in rows.copies.items():
        if (part := each.needed_rows.get(code)) is not None:
            cell = address(line, columns.places.get(part.column_code, part.column))
            yield about(ROW_DOUBLED, part, cell, row=code, label=plan.row_label(part))
    for line, code in columns.copies.items():
        if (part := each.needed_columns.get(code)) is not None:
            cell = address(rows.places.get(part.row_code, part.row), line)
            yield about(COLUMN_DOUBLED, part, cell, label=plan.column_label(part))
