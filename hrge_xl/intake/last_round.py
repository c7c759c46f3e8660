"""The answers of the round before as they travel in a workbook: believed only as the stamp says them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ..answer import Answers, Key, Value
from ..fields import type_of
from ..language import FIGURES, Type
from ..last_answers import digest_of, read_last
from ..layout import Layout
from ..numerals import shown
from ..spec.own_sheets import LAST_KEY, LAST_SHEET
from ..submission import Identity
from ..workbook import Content
from ..workbook.issued import IssuedSheet
from ..workbook.last_sheet import TEXT_COLUMN, TEXT_ROWS
from .cell_values import shown_cell
from .issued_cells import Difference, What
from .raw import CellKind, RawSheet, RawWorkbook
from .tool_sheets import text_at


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


def differing(raw: RawSheet, issued: IssuedSheet, layout: Layout, last: Answers) -> Iterator[Difference]:
    """Yield the cells of the hidden sheet that do not say what the answers were."""
    content = Content(layout, {}, last=last)
    for live in issued.live:
        for place, value in zip(live.places, live.now(content), strict=True):
            cell = raw.cell(*place)
            found, expected = "" if cell is None else shown_cell(cell), "" if value is None else shown(value)
            if found != expected:
                yield Difference(What.CHANGED, *place, (place.row, place.column), expected, found)
