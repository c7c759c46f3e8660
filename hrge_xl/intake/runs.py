"""Runs of rows, and cells as ranges."""

from __future__ import annotations

from collections.abc import Iterable

from ..layout import column_letters
from .raw import Area

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
