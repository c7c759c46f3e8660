"""Cell references ("B7", "A1:C9 E2") to and from numbers."""

from __future__ import annotations

import re

from hrge_xl.intake.raw import Area

LAST_ROW = 1_048_576
LAST_COLUMN = 16_384

_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})", re.ASCII)
_PART = re.compile(r"\$?([A-Za-z]{0,3})\$?([0-9]{0,7})", re.ASCII)


def column_number(letters: str) -> int:
    """1 for "A", 27 for "AA"."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(column: int) -> str:
    """The letters of a column, "AA" for 27."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def cell_name(row: int, column: int) -> str:
    """The address of a cell as people write it, "B7"."""
    return f"{column_letters(column)}{row}"


def parse_cell(reference: str) -> tuple[int, int] | None:
    """Row and column of a cell reference; None when it is none or lies outside every sheet."""
    match = _CELL.fullmatch(reference)
    if match is None:
        return None
    row, column = int(match[2]), column_number(match[1])
    return (row, column) if 1 <= row <= LAST_ROW and column <= LAST_COLUMN else None


def parse_area(reference: str) -> Area | None:
    """The rectangle of "B2", "B2:C9", whole columns "B:C" or whole rows "2:9"; None when it is none."""
    first, _, last = reference.partition(":")
    corners = _PART.fullmatch(first), _PART.fullmatch(last or first)
    if corners[0] is None or corners[1] is None:
        return None
    (left, top), (right, bottom) = corners[0].groups(), corners[1].groups()
    if bool(left) != bool(right) or bool(top) != bool(bottom) or not (left or top):
        return None
    if not last and not (left and top):
        return None
    columns = sorted((column_number(left), column_number(right))) if left else [1, LAST_COLUMN]
    rows = sorted((int(top), int(bottom))) if top else [1, LAST_ROW]
    if rows[0] < 1 or rows[1] > LAST_ROW or columns[1] > LAST_COLUMN:
        return None
    return Area(rows[0], columns[0], rows[1], columns[1])


def parse_areas(references: str) -> tuple[Area, ...] | None:
    """The rectangles of a space-separated list; None when one of them is no reference."""
    areas = tuple(parse_area(reference) for reference in references.split())
    found = tuple(area for area in areas if area is not None)
    return found if len(found) == len(areas) else None
