"""The sheets that a workbook was given back with: what had no place comes along, what was typed on them is kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..layout.model import CODE_COLUMN, LEFTOVER_COLUMNS, LEFTOVER_HEAD
from ..spec.own_sheets import LEFTOVER_KEY
from ..submission import Unplaced
from ..workbook.row_digests import FORMULA, digest
from .cell_values import shown_cell
from .raw import RawCell, RawSheet, RawWorkbook
from .tool_sheets import HOME
from .unplaced import TypedText, UnplacedTexts, single_texts

Cells = Mapping[int, RawCell]


def leftovers(workbook: RawWorkbook) -> list[Unplaced]:
    """Give what had no place in an earlier return and was given back on a sheet of its own: still kept."""
    return [
        Unplaced(*(_said(cells, column) for column in LEFTOVER_COLUMNS))
        for sheet in workbook.sheets
        if _holds_leftovers(sheet)
        for row, cells in sorted(sheet.cells.items())
        if _is_leftover(row, cells)
    ]


def typed_on(sheet: RawSheet, *, formulas_known: bool) -> UnplacedTexts:
    """Give what somebody typed on such a sheet, beside, below or over what it was given back with."""
    found = [
        TypedText(row, column, text)
        for row in sorted(sheet.cells)
        for column, text in _typed(sheet, row, formulas_known=formulas_known)
    ]
    return single_texts(sheet, None, found)


def _typed(sheet: RawSheet, row: int, *, formulas_known: bool) -> Iterator[tuple[int, str]]:
    cells = sheet.cells[row]
    issued = frozenset(_said(cells, CODE_COLUMN).split())
    ours = _holds_leftovers(sheet) and _is_leftover(row, cells)
    read = {CODE_COLUMN, *(LEFTOVER_COLUMNS if ours else ())}
    for column, cell in sorted(cells.items()):
        text = shown_cell(cell)
        calculated = f"{FORMULA}{column}" in issued and (cell.formula is not None or not formulas_known)
        if column not in read and text.strip() and not calculated and digest(text) not in issued:
            yield column, text


def _holds_leftovers(sheet: RawSheet) -> bool:
    """Say whether a sheet is the one on which such texts are given back."""
    return _said(sheet.cells.get(HOME.row, {}), HOME.column) == LEFTOVER_KEY


def _is_leftover(row: int, cells: Cells) -> bool:
    """Say whether a row of it names sheet, cell and text of something that had no place."""
    return row > LEFTOVER_HEAD and all(_said(cells, column) for column in LEFTOVER_COLUMNS[:3])


def _said(cells: Cells, column: int) -> str:
    cell = cells.get(column)
    return shown_cell(cell) if cell is not None else ""
