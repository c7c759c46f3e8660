"""The two axes of a sheet: which row (column) of the layout each actual row (column) is, by the codes."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from .raw import RawSheet
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


def read_axis(lines: Iterable[tuple[int, str]], codes: Codes) -> Axis:
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


def home_axis(codes: Codes, shift: int) -> Axis:
    """Give the axis of a sheet that was not changed, `shift` lines further on."""
    axis = Axis(unmoved=shift == 0)
    for code, lines in codes.items():
        axis.places[code] = lines[0] + shift
        axis.origin.update({line + shift: line for line in lines})
    return axis


def find_own(
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
    return Axes(read_axis(rows.items(), plan.row_codes), read_axis(columns, plan.column_codes))


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
