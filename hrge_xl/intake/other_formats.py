"""xls, xlsb and ods to RawWorkbook through python-calamine, with what these readers lose said aloud."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from ..findings import Finding
from ..findings.file import (
    ENCRYPTED_WORKBOOK,
    REDUCED_FORMAT,
    TOO_MANY_CELLS,
    TOO_MANY_SHEETS,
    UNREADABLE_OTHER_FORMAT,
)
from .cell_values import date_serial, day_fraction
from .limits import LIMITS, Limits
from .ods_content import as_calamine_reads
from .raw import Area, CellKind, RawCell, RawSheet, RawWorkbook, Unreadable
from .xlsb_cells import with_long_cells
from .zip_package import ZipPackage

_LOST = (
    "formulas",
    "errors",
    "validations",
    "protection",
    "hidden rows",
    "comments",
    "names",
    "properties",
    "drawings",
    "formatting",
    "settings",
    "merges",
)
_STATES = {"Visible": "visible", "Hidden": "hidden", "VeryHidden": "veryHidden"}
_ZIPPED = ("xlsb", "ods")


def read(data: bytes, format: str, limits: Limits = LIMITS) -> RawWorkbook:
    """Give the values of a workbook in an older or another format; raises Unreadable when it cannot be read."""
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


def _checked(data: bytes, format: str, limits: Limits) -> tuple[bytes, list[Finding]]:
    """Inflate every part once within its promise (calamine would inflate whatever there is), and put it right."""
    package = ZipPackage(data, limits)
    sound = with_long_cells(data, package) if format == "xlsb" else as_calamine_reads(data, package)
    return sound, package.observations


def _workbook(book: Any, format: str, limits: Limits) -> RawWorkbook:
    described = book.sheets_metadata
    if len(described) > limits.sheets:
        raise Unreadable(TOO_MANY_SHEETS.at(count=str(len(described)), limit=str(limits.sheets)))
    workbook = RawWorkbook(format)
    stored, merges_known = 0, True
    for description in described:
        sheet, merges_known = _sheet(book, description)
        workbook.sheets.append(sheet)
        stored += sum(map(len, sheet.cells.values()))
        if stored > limits.cells:
            raise Unreadable(TOO_MANY_CELLS.at(sheet.name, limit=f"{limits.cells:,}"))
    lost = _LOST if not merges_known else _LOST[:-1]
    workbook.cannot_tell = list(lost)
    workbook.observations.append(REDUCED_FORMAT.at(format=f".{format}"))
    return workbook


def _sheet(book: Any, description: Any) -> tuple[RawSheet, bool]:
    """Give one sheet, and whether the reader knows its merged cells."""
    sheet = RawSheet(description.name, state=_STATES.get(_member(description.visible), "visible"))
    if _member(description.typ) not in ("WorkSheet", "MacroSheet", "DialogSheet"):
        return sheet, True
    content = book.get_sheet_by_name(description.name)
    # Not `iter_rows`: it leaves out empty columns on the left, and so shifts what stands to their right.
    for row, values in enumerate(content.to_python(skip_empty_area=False), start=1):
        row_cells = dict(_cells(values))
        if row_cells:
            sheet.cells[row] = row_cells
    merges = content.merged_cell_ranges
    for (top, left), (bottom, right) in merges or ():
        sheet.merges.append(Area(top + 1, left + 1, bottom + 1, right + 1))
    return sheet, merges is not None


def _member(value: object) -> str:
    """Give the name of an enumeration member of calamine, whose enumerations have no `name`."""
    return str(value).rpartition(".")[2]


def _cells(values: list[Any]) -> Iterator[tuple[int, RawCell]]:
    """Give the cells of one padded row: calamine says "" for blank, for error and for empty text alike."""
    for column, value in enumerate(values, start=1):
        if value != "":
            yield column, _cell(value)


def _cell(value: Any) -> RawCell:
    if isinstance(value, bool):
        return RawCell(CellKind.BOOL, value)
    if isinstance(value, int | float):
        return RawCell(CellKind.NUMBER, float(value))
    if isinstance(value, date):
        return RawCell(CellKind.DATE, _serial(value))
    if isinstance(value, time):
        return RawCell(CellKind.DATE, day_fraction(value))
    if isinstance(value, timedelta):
        return RawCell(CellKind.DATE, value / timedelta(days=1))
    return RawCell(CellKind.TEXT, str(value))


def _serial(moment: date | datetime) -> float:
    """Back to the number that was stored; what lies before 1900 keeps its distance to day 0."""
    serial = date_serial(moment)
    return float(moment.toordinal() - date(1899, 12, 30).toordinal()) if serial is None else serial
