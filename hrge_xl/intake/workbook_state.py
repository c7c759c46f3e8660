"""What a workbook says beside its answers: the day it was calculated, and the round before as its stamp has it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from ..answer import Answers, Key, Value
from ..fields import type_of
from ..findings.structure import TEXT_CHANGED
from ..language import FIGURES, Type
from ..last_answers import digest_of, read_last
from ..layout import Layout
from ..layout.model import CODE_COLUMN, CODE_ROW, TODAY_NAME
from ..numerals import Ambiguous, OtherCalendar, from_serial, parse_date, shown
from ..spec.own_sheets import COVER_KEY, LAST_KEY, LAST_SHEET
from ..submission import Identity
from ..workbook import Content
from ..workbook.issued import IssuedSheet
from ..workbook.last_sheet import TEXT_COLUMN, TEXT_ROWS
from .issued_cells import CellChange
from .raw import CellKind, RawCell, RawSheet, RawWorkbook, shown_cell
from .tool_sheets import named_area, text_at


def last_answers(workbook: RawWorkbook, layout: Layout, identity: Identity) -> Answers | None:
    """Read what was issued with a workbook of the answers before; None where that is not what its stamp says."""
    if not identity.last_digest:
        return {}
    text = _text(workbook)
    found = read_last(text) if digest_of(text) == identity.last_digest else None
    return found if found is not None and all(_fits(layout, *each) for each in found.items()) else None


def _text(workbook: RawWorkbook) -> str:
    sheets = [each for each in workbook.sheets if text_at(each, 1, 1) == LAST_KEY]
    sheets += [each for each in workbook.sheets if each.name == LAST_SHEET]
    return "".join(_piece(sheets[0], row) for row in TEXT_ROWS) if sheets else ""


def _piece(sheet: RawSheet, row: int) -> str:
    cell = sheet.cell(row, TEXT_COLUMN)
    return str(cell.value) if cell is not None and cell.kind is CellKind.TEXT else ""


def _fits(layout: Layout, key: Key, value: Value) -> bool:
    """Say whether a value is one that its field can have; fields that the version in force does not have fit anyway."""
    field = layout.spec.tool[key[0]].fields.get(key[2]) if key[0] in layout.spec.tool else None
    kind = Type.TEXT if field is None else type_of(field)
    if kind in FIGURES:
        return isinstance(value, date if kind is Type.DATE else float)
    return isinstance(value, tuple if kind is Type.MANY else str)


def differing(raw: RawSheet, issued: IssuedSheet, layout: Layout, last: Answers) -> Iterator[CellChange]:
    """Yield the cells of the hidden sheet that do not say what the answers were."""
    content = Content(layout, {}, last=last)
    for live in issued.live:
        for place, value in zip(live.places, live.now(content), strict=True):
            found, expected = shown_cell(raw.cell(*place)), "" if value is None else shown(value)
            if found != expected:
                yield CellChange(TEXT_CHANGED, *place, (place.row, place.column), expected, found)


DAYS = (CellKind.DATE, CellKind.NUMBER)


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
    return next((cell for cells in rows for cell in cells.values() if cell.kind in DAYS), None)


def _is_coded(cells: Mapping[int, RawCell]) -> bool:
    return CODE_COLUMN in cells and cells[CODE_COLUMN].value == TODAY_NAME


def _day_in(cell: RawCell, *, epoch_1904: bool) -> date | None:
    if cell.kind in DAYS and isinstance(cell.value, float | int):
        return from_serial(float(cell.value), epoch_1904=epoch_1904 and cell.kind is not CellKind.DATE)
    return _day(str(cell.value)) if cell.kind is CellKind.TEXT else None


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except (Ambiguous, OtherCalendar):
        return None
