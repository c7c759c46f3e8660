"""The tool sheets of a returned workbook: which sheet is which tool, and which of its lines is which of the layout.

A sheet is known by its key, else by defined name, name or codes; its rows and columns by their codes.
"""

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
    OWN_SHEET_MISSING,
    ROW_DOUBLED,
    ROW_MISSING,
    SHEET_DOUBLED,
    SHEET_HIDDEN,
    SHEET_MISSING,
    SHEET_RENAMED,
    SHEET_UNREADABLE,
)
from ..layout import Layout, address
from ..layout.model import HEAD_ROW, Place
from ..spec.supplements import (
    COVER_KEY,
    FEEDBACK_KEY,
    GUIDE_KEY,
    IDENTITY_KEY,
    IDENTITY_SHEET,
    LAST_KEY,
    LAST_SHEET,
    LEFTOVER_KEY,
    LISTS_KEY,
)
from .expected import (
    CellSpec,
    ExpectedLines,
    ExpectedSheet,
    ExpectedWorkbook,
    ReadResult,
    observe_at,
)
from .raw import Area, CellKind, RawSheet, RawWorkbook, parse_area

GIVEN_BACK = (FEEDBACK_KEY, LEFTOVER_KEY)  # sheets of a workbook that was given back
WINDOW = 20  # rows and columns in which a key that moved is looked for


HOME: Place = Place(
    1, 1
)  # of the key of a sheet: its row holds the column codes, its column the row codes


class ToolSheet(NamedTuple):
    """The sheet that was taken for a tool."""

    plan: ExpectedSheet
    raw: RawSheet
    corner: Place = HOME
    area: Area | None = None  # what its defined name covers


@dataclass(slots=True)
class Assigned:
    """What became of every sheet of the file."""

    tools: dict[str, ToolSheet] = field(default_factory=dict)
    copies: list[ToolSheet] = field(default_factory=list)
    # no tools: by the name they were issued under
    own_sheets: list[tuple[str, RawSheet]] = field(default_factory=list)
    unknown_sheets: list[RawSheet] = field(default_factory=list)
    observations: list[Finding] = field(default_factory=list)


def named_area(workbook: RawWorkbook, name: str) -> tuple[str, Area] | None:
    """Sheet and area that a defined name stands for."""
    reference = workbook.defined_names.get(name, "").lstrip("=")
    sheet, mark, cells = reference.rpartition("!")
    area = parse_area(cells) if mark else None
    if area is None:
        return None
    if sheet.startswith("'") and sheet.endswith("'"):
        sheet = sheet[1:-1].replace("''", "'")
    return sheet, area


def area_of(workbook: RawWorkbook, name: str, sheet: RawSheet) -> Area | None:
    """Return the area that a defined name covers, if it is one of this sheet."""
    named = named_area(workbook, name)
    return named[1] if named is not None and named[0].casefold() == sheet.name.casefold() else None


def assign(workbook: RawWorkbook, plan: ExpectedWorkbook) -> Assigned:
    """Return every tool its sheet; what is left over is a copy, one of our own sheets, or unknown."""
    claims: dict[str, list[RawSheet]] = {}
    assigned = Assigned()
    for sheet in workbook.sheets:
        key = sheet.text_at(1, 1)
        if key in plan.sheets:
            claims.setdefault(key, []).append(sheet)
        elif (name := issued_name(sheet, key, plan.layout)) is not None:
            assigned.own_sheets.append((name, sheet))
        else:
            assigned.unknown_sheets.append(sheet)
    for tool, expected in plan.sheets.items():
        if tool in claims:
            _take(assigned, expected, claims[tool], workbook)
        else:
            _search(assigned, expected, workbook)
    for tool, tool_sheet in assigned.tools.items():
        raw = tool_sheet.raw
        name = tool_sheet.plan.sheet.name
        if raw.name != name:
            assigned.observations.append(SHEET_RENAMED.at(raw.name, None, tool, expected=name))
        if raw.state != "visible" and not tool_sheet.plan.sheet.hidden:
            assigned.observations.append(SHEET_HIDDEN.at(raw.name, None, tool))
    return assigned


def issued_name(sheet: RawSheet, key: str, layout: Layout) -> str | None:
    """Return the name under which a sheet of ours that is not a tool was issued, or its key; None for any other
    sheet.
    """
    names = {
        COVER_KEY: layout.cover_name,
        LISTS_KEY: layout.lists_name,
        IDENTITY_KEY: IDENTITY_SHEET,
    }
    if layout.guide_name:
        names[GUIDE_KEY] = layout.guide_name
    if layout.last:
        names[LAST_KEY] = LAST_SHEET
    if key in names or key in GIVEN_BACK:
        return names.get(key, key)
    return sheet.name if sheet.name in names.values() else None


def _take(
    assigned: Assigned, plan: ExpectedSheet, claimed: list[RawSheet], workbook: RawWorkbook
) -> None:
    """Take the sheet with the right name, else the first; the others are copies."""
    expected = plan.sheet.name
    winner = next((sheet for sheet in claimed if sheet.name == expected), claimed[0])
    assigned.tools[plan.tool] = ToolSheet(
        plan, winner, HOME, area_of(workbook, plan.sheet.name_in_book, winner)
    )
    for sheet in claimed:
        if sheet is not winner:
            assigned.copies.append(ToolSheet(plan, sheet))
            assigned.observations.append(
                SHEET_DOUBLED.at(sheet.name, None, plan.tool, expected=expected)
            )


def _search(assigned: Assigned, plan: ExpectedSheet, workbook: RawWorkbook) -> None:
    """Search for the sheet of a tool whose key is not where it should be, first where its name or area says."""
    free = [
        (sheet, area_of(workbook, plan.sheet.name_in_book, sheet))
        for sheet in assigned.unknown_sheets
    ]
    for sheet, area in sorted(
        free, key=lambda claim: (claim[1] is None, claim[0].name != plan.sheet.name)
    ):
        corner = _corner(sheet, plan, area)
        if corner is None and (area is not None or sheet.name == plan.sheet.name):
            corner = HOME if area is None else Place(*area[:2])
        if corner is not None:
            assigned.unknown_sheets.remove(sheet)
            assigned.tools[plan.tool] = ToolSheet(plan, sheet, corner, area)
            return
    missing = SHEET_MISSING if plan.parts else OWN_SHEET_MISSING
    assigned.observations.append(missing.at(plan.sheet.name, None, plan.tool))


def _corner(sheet: RawSheet, plan: ExpectedSheet, area: Area | None) -> Place | None:
    """Return the corner from which row and column codes of this tool can be read; its key, where it has none."""
    keys = [
        Place(row, column)
        for row in sorted(row for row in sheet.cells if row <= WINDOW)
        for column in sorted(column for column in sheet.cells[row] if column <= WINDOW)
        if sheet.text_at(row, column) == plan.tool
    ]
    if not plan.parts:
        return keys[0] if keys else None
    tried = (*([] if area is None else [Place(*area[:2])]), HOME, *keys)
    return next((corner for corner in tried if _has_codes(sheet, plan, corner)), None)


def _has_codes(sheet: RawSheet, plan: ExpectedSheet, corner: Place) -> bool:
    heads = (sheet.text_at(corner.row, column) for column in sheet.cells.get(corner.row, {}))
    return any(
        sheet.text_at(row, corner.column) in plan.rows.needed for row in sheet.cells
    ) and any(token in plan.columns.needed for head in heads for token in head.split())


# which row (column) of the layout each row (column) of a sheet is


Codes = Mapping[str, tuple[int, ...]]  # code -> its lines (rows or columns) in the layout


@dataclass(slots=True)
class Axis:
    """Where the lines of the layout are now. `copies` are lines whose code had been seen before."""

    places: dict[str, int] = field(default_factory=dict)  # code -> actual line
    origin: dict[int, int] = field(default_factory=dict)  # actual line -> line of the layout
    copies: dict[int, str] = field(default_factory=dict)  # actual line -> code
    unknown: set[int] = field(default_factory=set)  # actual lines with a code that nothing here has
    # actual lines without a code that are part of the layout
    own_lines: set[int] = field(default_factory=set)
    unmoved: bool = False

    def inside(self, line: int) -> bool:
        """Say whether a line stands between lines with codes."""
        return bool(self.origin) and min(self.origin) < line < max(self.origin)


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
    find_own: Callable[[set[int]], Collection[int]],
) -> None:
    """Tell the codeless lines of the layout (titles, heads, labels) from lines inserted by hand.

    Between two lines with codes that are as far apart as in the layout every line is where it was;
    elsewhere the texts that stand in a line decide: `ours` picks the lines that show some of the layout.
    """
    if axis.unmoved:
        axis.origin.update({line: line for line in codeless})
        return
    free = set(lines) - {*axis.origin, *axis.copies, *axis.unknown, corner}
    own_lines = find_own(free)
    anchors = sorted({**axis.origin, corner: 1}.items())
    for line in free:
        at = bisect(anchors, line, key=itemgetter(0))
        origin = None
        if 0 < at < len(anchors):
            (before, home) = anchors[at - 1]
            (after, home_after) = anchors[at]
            origin = home + line - before if after - before == home_after - home else None
        if origin is not None and origin in codeless:
            axis.origin[line] = origin
        elif line in own_lines:
            axis.own_lines.add(line)


class Axes(NamedTuple):
    """Both axes of one sheet."""

    rows: Axis
    columns: Axis

    @property
    def unmoved(self) -> bool:
        """Whether every cell is where it was issued."""
        return self.rows.unmoved and self.columns.unmoved


def by_codes(tool_sheet: ToolSheet) -> Axes:
    """Return both axes as the codes of the hidden row and column say."""
    raw = tool_sheet.raw
    (top, left) = tool_sheet.corner
    plan = tool_sheet.plan
    rows = {row: text for row in raw.cells if row != top and (text := raw.text_at(row, left))}
    for codes in plan.tables:
        rows = _sorted_by_hand(raw, rows, left + 1, codes, plan.rows.codes)
    heads = raw.cells.get(top, {})
    columns = [(column, raw.text_at(top, column)) for column in heads if column != left]
    return Axes(_read_axis(rows.items(), plan.rows.codes), _read_axis(columns, plan.columns.codes))


def _sorted_by_hand(
    raw: RawSheet, rows: dict[int, str], marks: int, codes: frozenset[str], home: Codes
) -> dict[int, str]:
    """Sorting a table moves the visible columns and leaves the hidden codes: then the marks tell the rows.

    Only where the codes stand in their order, and every row of the table shows its mark exactly once, is that certain.
    """
    shown = {row: mark for row in raw.cells if (mark := raw.text_at(row, marks)) in codes}
    stored = {row: code for row, code in rows.items() if code in codes}
    if (
        shown == stored
        or len(shown) != len(codes)
        or sorted(shown.values()) != sorted(stored.values())
    ):
        return rows
    lines = [home[code][0] for _, code in sorted(stored.items())]
    if lines != sorted(lines):  # the codes were moved, too: they are compared with the numbers
        return rows
    return {row: code for row, code in rows.items() if code not in codes} | shown


def read_axes(read_result: ReadResult, tool_sheet: ToolSheet) -> tuple[Axes | None, list[Finding]]:
    """Return rows and columns by code; by position where that is certain; None when neither is possible."""
    axes = by_codes(tool_sheet)
    raw = tool_sheet.raw
    corner = tool_sheet.corner
    plan = tool_sheet.plan
    lost_rows = [code for code in plan.rows.needed if code not in axes.rows.places]
    lost_columns = [code for code in plan.columns.needed if code not in axes.columns.places]
    if lost_rows or lost_columns:
        if read_result.same_layout and _certain(tool_sheet, axes, lost_rows, lost_columns):
            at_home = map(_home_axis, (plan.rows, plan.columns), corner)
            return Axes(*at_home), [CODES_DAMAGED.at(raw.name, None, plan.tool)]
        if len(lost_rows) == len(plan.rows.needed) or len(lost_columns) == len(plan.columns.needed):
            return None, [SHEET_UNREADABLE.at(raw.name, None, plan.tool)]
    first = min(axes.rows.origin, default=0)
    our_rows = partial(_our_rows, raw, plan, first)
    our_columns = partial(_our_columns, raw, plan)
    _find_own(axes.rows, raw.cells, corner.row, plan.rows.codeless, our_rows)
    used = chain.from_iterable(raw.cells.values())
    _find_own(axes.columns, used, corner.column, plan.columns.codeless, our_columns)
    return axes, [*_noticed(read_result.plan, plan, raw, axes)]


def _our_rows(raw: RawSheet, plan: ExpectedSheet, first: int, free: set[int]) -> set[int]:
    """Return those of some rows without a code that show a text of the layout; above the first with one also others.

    Those are the links and the progress.
    """
    own_rows: set[int] = set()
    for row in free:
        cells = raw.cells.get(row, {}).values()
        texts = [str(cell.value) for cell in cells if cell.kind is CellKind.TEXT]
        is_above = row < first and (
            plan.layout.cover_name in texts
            or any(cell.formula is not None for cell in cells)
            or any(map(plan.progress.match, texts))  # as other formats keep it, without its formula
            # what .xls shows of it
            or any(cell.kind is CellKind.NUMBER and cell.value == 0 for cell in cells)
        )
        if is_above or any(map(plan.known_text, texts)):
            own_rows.add(row)
    return own_rows


def _our_columns(raw: RawSheet, plan: ExpectedSheet, free: set[int]) -> set[int]:
    """Return those of some columns without a code that show a text of the layout."""
    own_columns: set[int] = set()
    for row, cells in raw.cells.items():
        for column in (cells.keys() & free) - own_columns:
            text = raw.text_at(row, column)
            if text and (plan.known_text(text) or fold(text) in plan.panel_texts):
                own_columns.add(column)
    return own_columns


# position


def _home_axis(expected: ExpectedLines, first: int) -> Axis:
    """Return an axis on which nothing has moved, but for what stands before the line with the key."""
    axis = Axis(unmoved=first == 1)
    shift = first - 1
    for code, lines in expected.codes.items():
        axis.places[code] = lines[0] + shift
        axis.origin.update({line + shift: line for line in lines})
    axis.origin.update({line + shift: line for line in expected.codeless})
    return axis


def _certain(
    tool_sheet: ToolSheet, axes: Axes, lost_rows: list[str], lost_columns: list[str]
) -> bool:
    """Say whether nothing has moved.

    That is so where the named area has its size, the codes that survive are in their places, and each row and column
    that lost its code still shows its label.
    """
    plan = tool_sheet.plan
    area = tool_sheet.area
    (top, left) = tool_sheet.corner
    raw = tool_sheet.raw
    if area != Area(top, left, top + plan.sheet.last.row - 1, left + plan.sheet.last.column - 1):
        return False
    if any(
        axis.copies or any(line != origin + first - 1 for line, origin in axis.origin.items())
        for axis, first in ((axes.rows, top), (axes.columns, left))
    ):
        return False
    for row in (plan.rows.codes[code][0] for code in lost_rows):
        actual = row + top - 1
        expected_texts = plan.row_texts[row]
        texts = (
            raw.text_at(actual, column) for column in raw.cells.get(actual, {}) if column != left
        )
        if expected_texts and not any(_head(text) in expected_texts for text in texts if text):
            return False
    heads = {
        column: _head(raw.text_at(HEAD_ROW + top - 1, column))
        for column in raw.cells.get(HEAD_ROW + top - 1, {})
    }
    lost = (plan.columns.codes[code][0] for code in lost_columns)
    return all((column, heads.get(column + left - 1)) in plan.heads for column in lost)


def _head(text: str) -> str:
    return fold(text.split("\n", 1)[0])


# what is missing or doubled


def _noticed(
    plan: ExpectedWorkbook, sheet: ExpectedSheet, raw: RawSheet, axes: Axes
) -> Iterator[Finding]:
    """Report the lines that are missing, then those that are there twice; rows first.

    Where a line is a whole record it is about all its fields, else about a question in all its records.
    """

    def about(kind: Kind, part: CellSpec, cell: str | None = None, **detail: str) -> Finding:
        seen = observe_at(kind, raw.name, cell, part, **detail)
        is_row = kind in (ROW_MISSING, ROW_DOUBLED)
        across = plan.layout.grid_of(part.slot).across
        return replace(seen, field=None) if across is not is_row else replace(seen, row=None)

    rows = axes.rows
    columns = axes.columns
    for missing, axis, needed, label in (
        (ROW_MISSING, rows, sheet.rows.needed, plan.row_label),
        (COLUMN_MISSING, columns, sheet.columns.needed, plan.column_label),
    ):
        absent = (part for code, part in needed.items() if code not in axis.places)
        yield from (about(missing, part, label=label(part)) for part in absent)
    for line, code in rows.copies.items():
        if (part := sheet.rows.needed.get(code)) is not None:
            cell = address(line, columns.places.get(part.column_code, part.column))
            yield about(ROW_DOUBLED, part, cell, row=code, label=plan.row_label(part))
    for line, code in columns.copies.items():
        if (part := sheet.columns.needed.get(code)) is not None:
            cell = address(rows.places.get(part.row_code, part.row), line)
            yield about(COLUMN_DOUBLED, part, cell, label=plan.column_label(part))
