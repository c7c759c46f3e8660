"""References to areas of cells ("A1:C9 E2") to and from numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..layout import LAST_COLUMN, LAST_ROW, column_letters, column_number, parse_cell
from .raw import Area

_LETTERS = re.compile(r"[A-Za-z]{1,3}", re.ASCII)
_DIGITS = re.compile(r"[0-9]{1,7}", re.ASCII)


def parse_area(reference: str) -> Area | None:
    """Give the rectangle of "B2", "B2:C9", whole columns "B:C" or whole rows "2:9"; None when it is none."""
    first, colon, last = reference.partition(":")
    start = parse_cell(first)
    stop = parse_cell(last) if colon else start
    if start is None or stop is None:
        return _parse_band(first, last)
    (top, left), (bottom, right) = start, stop
    return Area(min(top, bottom), min(left, right), max(top, bottom), max(left, right))


def _parse_band(first: str, last: str) -> Area | None:
    """Whole columns or whole rows."""
    ends = [end.replace("$", "") for end in (first, last)]
    if all(_LETTERS.fullmatch(end) for end in ends):
        columns = sorted(column_number(end) for end in ends)
        return Area(1, columns[0], LAST_ROW, columns[1]) if columns[1] <= LAST_COLUMN else None
    if all(_DIGITS.fullmatch(end) for end in ends):
        rows = sorted(int(end) for end in ends)
        return Area(rows[0], 1, rows[1], LAST_COLUMN) if rows[0] >= 1 and rows[1] <= LAST_ROW else None
    return None


def parse_areas(references: str) -> tuple[Area, ...] | None:
    """Give the rectangles of a space-separated list; None when one of them is not a reference."""
    areas: list[Area] = []
    for reference in references.split():
        area = parse_area(reference)
        if area is None:
            return None
        areas.append(area)
    return tuple(areas)


Run = tuple[int, int]  # first and last row


def runs(areas: Iterable[Area], column: int) -> list[Run]:
    """Give the rows that some areas cover in one column, as few runs as possible."""
    found: list[Run] = []
    for first, last in sorted(
        (area.first_row, area.last_row) for area in areas if area.first_column <= column <= area.last_column
    ):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return found


def compact(cells: Iterable[tuple[int, int]]) -> str:
    """Give cells as ranges, column by column: `E7:E31, G4`."""
    by_column: dict[int, list[int]] = {}
    for row, column in cells:
        by_column.setdefault(column, []).append(row)
    ranges = []
    for column in sorted(by_column):
        areas = (Area(row, column, row, column) for row in by_column[column])
        letters = column_letters(column)
        for first, last in runs(areas, column):
            ranges.append(f"{letters}{first}" if first == last else f"{letters}{first}:{letters}{last}")
    return ", ".join(ranges)
