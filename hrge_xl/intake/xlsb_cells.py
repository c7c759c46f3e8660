"""The short cell records of .xlsb sheets made long, for the reader of that format passes over them silently.

A short record leaves its column out: it stands one column after the cell before it. Excel writes none; other
programs write them for every cell of a row but the first.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from .zip_package import ZipPackage, packed

_SHEET_BEGINS = b"\x81\x01\x00"
_ROW = 0
_LONG = range(1, 12)  # blank, number, error, truth value, text, formulas: all begin with their column
_SHORT = range(12, 19)  # blank to shared text, in the order of their long forms
_LONG_OF_SHORT = _SHORT.start - _LONG.start
_LAST_COLUMN = 0xFFFF_FFFF  # that the four bytes can name
_MORE, _BITS = 0x80, 0x7F


class _Record(NamedTuple):
    """One record: where it starts and stops, what it is, and its content."""

    start: int
    stop: int
    kind: int
    content: bytes


def with_long_cells(data: bytes, package: ZipPackage) -> bytes:
    """Give the same workbook, every cell of which names its column; `data` itself where nothing is short."""
    contents = {name: package.read(name) for name in package.names}
    longer = {
        name: long
        for name, content in contents.items()
        if content.startswith(_SHEET_BEGINS) and (long := lengthened(content)) is not None
    }
    return packed(contents | longer) if longer else data


def lengthened(sheet: bytes) -> bytes | None:
    """Give the records of a sheet with long cells only; None where it has no short ones."""
    pieces: list[bytes] = []
    kept, column = 0, -1
    for start, stop, kind, content in _records(sheet):
        if kind == _ROW:
            column = -1
        elif kind in _LONG:
            column = int.from_bytes(content[:4], "little")
        elif kind in _SHORT:
            column = min(column + 1, _LAST_COLUMN)
            long = column.to_bytes(4, "little") + content
            pieces += sheet[kept:start], bytes([kind - _LONG_OF_SHORT]), _size(len(long)), long
            kept = stop
    return b"".join([*pieces, sheet[kept:]]) if pieces else None


def _records(sheet: bytes) -> Iterator[_Record]:
    """Give every whole record; what follows a broken one is left to the reader, which refuses it."""
    place, end = 0, len(sheet)
    while place < end:
        start = place
        kind, place = _number(sheet, place, 2)
        size, place = _number(sheet, place, 4)
        if place + size > end:
            return
        yield _Record(start, place + size, kind, sheet[place : place + size])
        place += size


def _number(sheet: bytes, place: int, most: int) -> tuple[int, int]:
    """Give a number in groups of seven bits, and the place after it."""
    number = 0
    for group in range(most):
        byte = sheet[place] if place < len(sheet) else 0
        place += 1
        number |= (byte & _BITS) << (7 * group)
        if not byte & _MORE:
            break
    return number, place


def _size(size: int) -> bytes:
    found = bytearray()
    while size > _BITS:
        found.append(size & _BITS | _MORE)
        size >>= 7
    return bytes([*found, size])
