"""The day that the sheets of a workbook counted from when they were calculated last."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from ..layout.model import CODE_COLUMN, CODE_ROW, TODAY_NAME
from ..numerals import Ambiguous, OtherCalendar, from_serial, parse_date
from ..spec.own_sheets import COVER_KEY
from ..submission import Identity
from .raw import CellKind, RawCell, RawWorkbook
from .tool_sheets import named_area, text_at

FIGURES = (CellKind.DATE, CellKind.NUMBER)


def day_of_calculation(workbook: RawWorkbook, identity: Identity) -> date | None:
    """Give the day on the cover, by formula or typed; else that of issue, on which the sheets were right."""
    return day_on_cover(workbook) or _day(identity.today)


def day_on_cover(workbook: RawWorkbook) -> date | None:
    """Give the day that the cover shows; None where it shows none."""
    cell = _by_name(workbook) or _by_code(workbook)
    return _day_in(cell, epoch_1904=workbook.epoch_1904) if cell is not None else None


def _by_name(workbook: RawWorkbook) -> RawCell | None:
    named = named_area(workbook, TODAY_NAME)
    if named is None:
        return None
    name, area = named
    sheet = next((each for each in workbook.sheets if each.name == name), None)
    return sheet.cell(area.first_row, area.first_column) if sheet is not None else None


def _by_code(workbook: RawWorkbook) -> RawCell | None:
    """Give the one figure of the row with its code: some formats keep no names."""
    covers = (each for each in workbook.sheets if text_at(each, CODE_ROW, CODE_COLUMN) == COVER_KEY)
    rows = (cells for cover in covers for cells in cover.cells.values() if _is_coded(cells))
    return next((cell for cells in rows for cell in cells.values() if cell.kind in FIGURES), None)


def _is_coded(cells: Mapping[int, RawCell]) -> bool:
    return CODE_COLUMN in cells and cells[CODE_COLUMN].value == TODAY_NAME


def _day_in(cell: RawCell, *, epoch_1904: bool) -> date | None:
    if cell.kind in FIGURES and isinstance(cell.value, float | int):
        return from_serial(float(cell.value), epoch_1904=epoch_1904 and cell.kind is not CellKind.DATE)
    return _day(str(cell.value)) if cell.kind is CellKind.TEXT else None


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except (Ambiguous, OtherCalendar):
        return None
