"""What a workbook says beside its answers: the day it was calculated, and the round before as its stamp has it."""

from __future__ import annotations

from collections.abc import Iterator
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
    sheets = [each for each in workbook.sheets if text_at(each, 1, 1) == LAST_KEY]
    sheets += [each for each in workbook.sheets if each.name == LAST_SHEET]
    cells = (sheets[0].cell(row, TEXT_COLUMN) for row in TEXT_ROWS if sheets)
    text = "".join(str(cell.value) for cell in cells if cell is not None and cell.kind is CellKind.TEXT)
    found = read_last(text) if digest_of(text) == identity.last_digest else None
    return found if found is not None and all(_fits(layout, *each) for each in found.items()) else None


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
    if cell is not None and cell.kind in DAYS and isinstance(cell.value, float | int):
        return from_serial(
            float(cell.value), epoch_1904=workbook.epoch_1904 and cell.kind is not CellKind.DATE
        )
    return _day(str(cell.value)) if cell is not None and cell.kind is CellKind.TEXT else None


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
    rows = ((cells.get(CODE_COLUMN), cells) for cover in covers for cells in cover.cells.values())
    coded = (cells for code, cells in rows if code is not None and code.value == TODAY_NAME)
    return next((cell for cells in coded for cell in cells.values() if cell.kind in DAYS), None)


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except (Ambiguous, OtherCalendar):
        return None
