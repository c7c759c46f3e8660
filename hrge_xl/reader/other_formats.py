"""xls, xlsb and ods to RawWorkbook through python-calamine, with what these readers lose said aloud."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from datetime import date, time, timedelta
from typing import Any, NamedTuple

from ..core.message_templates import NOT_TOLD, MessageTemplate
from ..findings import Finding, Need, needing
from ..findings.file import (
    ENCRYPTED_WORKBOOK,
    REDUCED_FORMAT,
    TOO_MANY_CELLS,
    TOO_MANY_SHEETS,
    UNREADABLE_OTHER_FORMAT,
)
from .limits import LIMITS, ReadLimits
from .raw import (
    Area,
    CellKind,
    RawCell,
    RawSheet,
    RawWorkbook,
    Unreadable,
    date_serial,
    day_fraction,
)
from .zip_package import ZipPackage, packed

_STATES = {"Visible": "visible", "Hidden": "hidden", "VeryHidden": "veryHidden"}
_ZIPPED = ("xlsb", "ods")


def read(data: bytes, format: str, limits: ReadLimits = LIMITS) -> RawWorkbook:
    """Return the values of a workbook in an older or another format; raises Unreadable when it cannot be read."""
    import python_calamine

    data, observations = _checked(data, format, limits) if format in _ZIPPED else (data, [])
    try:
        with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            workbook = _workbook(book, format, limits)
    except python_calamine.PasswordError as error:
        raise Unreadable(ENCRYPTED_WORKBOOK.at()) from error
    except (python_calamine.CalamineError, OSError, ValueError, OverflowError) as error:
        raise Unreadable(UNREADABLE_OTHER_FORMAT.at(format=f".{format}")) from error
    workbook.observations += observations
    return workbook


def _checked(data: bytes, format: str, limits: ReadLimits) -> tuple[bytes, list[Finding]]:
    """Inflate every part once within its promise (calamine would inflate whatever there is), and put it right."""
    package = ZipPackage(data, limits)
    contents = {name: package.read(name) for name in package.names}
    sound = {name: _readable(name, content, format) for name, content in contents.items()}
    return data if sound == contents else packed(sound), package.observations


def _readable(name: str, content: bytes, format: str) -> bytes:
    """Return a part as calamine reads it: cells name their columns, breaks are signs, and no text is between cells."""
    if format == "xlsb":
        return (content.startswith(_SHEET_BEGINS) and lengthened(content)) or content
    if name != "content.xml":
        return content
    return _BREAK.sub(lambda found: _SIGNS[found[1]], _BETWEEN.sub(b">", content))


def _workbook(book: Any, format: str, limits: ReadLimits) -> RawWorkbook:
    described = book.sheets_metadata
    if len(described) > limits.sheets:
        raise Unreadable(TOO_MANY_SHEETS.at(count=str(len(described)), limit=str(limits.sheets)))
    workbook = RawWorkbook(format)
    stored = 0
    merges_known = True
    for description in described:
        sheet, merges_known = _sheet(book, description)
        workbook.sheets.append(sheet)
        stored += sum(map(len, sheet.cells.values()))
        if stored > limits.cells:
            raise Unreadable(TOO_MANY_CELLS.at(sheet.name, limit=f"{limits.cells:,}"))
    workbook.cannot_tell = [need for need in NOT_TOLD if not (merges_known and need == Need.MERGES)]
    workbook.observations.append(REDUCED_FORMAT.at(format=f".{format}"))
    return workbook


def _sheet(book: Any, description: Any) -> tuple[RawSheet, bool]:
    """Return one sheet, and whether the reader knows its merged cells."""
    sheet = RawSheet(description.name, state=_STATES.get(_member(description.visible), "visible"))
    if _member(description.typ) not in ("WorkSheet", "MacroSheet", "DialogSheet"):
        return sheet, True
    content = book.get_sheet_by_name(description.name)
    # Not `iter_rows`: it leaves out empty columns on the left, and so shifts what stands to their right.
    for row, values in enumerate(content.to_python(skip_empty_area=False), start=1):
        # calamine says "" for blank, for error and for empty text alike
        row_cells = {
            column: _cell(value) for column, value in enumerate(values, start=1) if value != ""
        }
        if row_cells:
            sheet.cells[row] = row_cells
    merges = content.merged_cell_ranges
    for (top, left), (bottom, right) in merges or ():
        sheet.merges.append(Area(top + 1, left + 1, bottom + 1, right + 1))
    return sheet, merges is not None


def _member(value: object) -> str:
    """Return the name of an enumeration member of calamine, whose enumerations have no `name`."""
    return str(value).rpartition(".")[2]


def _cell(value: Any) -> RawCell:
    if isinstance(value, bool):
        return RawCell(CellKind.BOOL, value)
    if isinstance(value, int | float):
        return RawCell(CellKind.NUMBER, float(value))
    if isinstance(
        value, date
    ):  # back to the number that was stored; before 1900 by its distance to day 0
        serial = date_serial(value)
        day_0 = date(1899, 12, 30).toordinal()
        return RawCell(
            CellKind.DATE, float(value.toordinal() - day_0) if serial is None else serial
        )
    if isinstance(value, time):
        return RawCell(CellKind.DATE, day_fraction(value))
    if isinstance(value, timedelta):
        return RawCell(CellKind.DATE, value / timedelta(days=1))
    return RawCell(CellKind.TEXT, str(value))


_SHEET_BEGINS = b"\x81\x01\x00"
_ROW = 0
_LONG = range(
    1, 12
)  # blank, number, error, truth value, text, formulas: all begin with their column
_SHORT = range(12, 19)  # blank to shared text, in the order of their long forms
_LONG_OF_SHORT = _SHORT.start - _LONG.start
_LAST_COLUMN = 0xFFFF_FFFF  # that the four bytes can name
_MORE = 0x80
_BITS = 0x7F


class _Record(NamedTuple):
    """One record: where it starts and stops, what it is, and its content."""

    start: int
    stop: int
    kind: int
    content: bytes


def lengthened(sheet: bytes) -> bytes | None:
    """Return the records of a sheet with long cells only; None where it has no short ones."""
    pieces: list[bytes] = []
    copied_to = 0
    column = -1
    for start, stop, kind, content in _records(sheet):
        if kind == _ROW:
            column = -1
        elif kind in _LONG:
            column = int.from_bytes(content[:4], "little")
        elif kind in _SHORT:
            column = min(column + 1, _LAST_COLUMN)
            long = column.to_bytes(4, "little") + content
            pieces += sheet[copied_to:start], bytes([kind - _LONG_OF_SHORT]), _size(len(long)), long
            copied_to = stop
    return b"".join([*pieces, sheet[copied_to:]]) if pieces else None


def _records(sheet: bytes) -> Iterator[_Record]:
    """Yield every whole record; what follows a broken one is left to the reader, which refuses it."""
    place = 0
    end = len(sheet)
    while place < end:
        start = place
        kind, place = _number(sheet, place, 2)
        size, place = _number(sheet, place, 4)
        if place + size > end:
            return
        yield _Record(start, place + size, kind, sheet[place : place + size])
        place += size


def _number(sheet: bytes, place: int, most: int) -> tuple[int, int]:
    """Return a number in groups of seven bits, and the place after it."""
    number = 0
    for group in range(most):
        byte = sheet[place] if place < len(sheet) else 0
        place += 1
        number |= (byte & _BITS) << (7 * group)
        if not byte & _MORE:
            break
    return number, place


def _size(size: int) -> bytes:
    encoded = bytearray()
    while size > _BITS:
        encoded.append(size & _BITS | _MORE)
        size >>= 7
    return bytes([*encoded, size])


# White space before these elements stands between cells, rows and tables, or around the paragraphs of a cell, as
# gnumeric writes it: it is no text, and calamine refuses it. Within a paragraph, before a span for example, it may be.
_BETWEEN = re.compile(rb">[ \t\r\n]++(?=</?+(?:table:|office:|text:p[ />]))")
# What calamine leaves out of a text: a break or a tab within a paragraph, with what it stands for.
_BREAK = re.compile(rb"<text:(line-break|tab)\b[^<>]*+(?:(?<=/)>|></text:\1>)")
_SIGNS = {b"line-break": b"&#10;", b"tab": b"&#9;"}


def checks_lost(lost: Iterable[str], format: str) -> dict[str, MessageTemplate]:
    """Return the checks that a format leaves out, and why."""
    return {
        code: NOT_TOLD[need].format(format=f".{format}")
        for need in lost
        for code in needing(Need(need))
    }
