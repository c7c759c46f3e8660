"""What stands in each cell of a workbook as it is issued: taken from the very drawing, so that nothing can drift."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from typing import NamedTuple

from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import (
    CellFormulaTuple,
    CellNumberTuple,
    CellRichStringTuple,
    CellStringTuple,
)

from ..layout import Layout, Place
from .book import painted
from .cover import COVER_FACTS, CoverPainter, StampFact
from .pen import Formats, FormulaSheet, Live, Pen, SharedFormula


class IssuedFormula(NamedTuple):
    """A formula, and the cell that its relative references are counted from."""

    text: str  # without "="
    anchor: Place


@dataclass(frozen=True)
class IssuedSheet:
    """What was drawn on one sheet. Rows and columns from 1; cells that hold nothing are absent."""

    name: str
    constants: dict[int, dict[int, str | float]] = field(default_factory=dict)
    formulas: dict[int, dict[int, IssuedFormula]] = field(default_factory=dict)
    facts: dict[Place, StampFact] = field(default_factory=dict)  # what differs with the stamp
    live: tuple[Live, ...] = ()  # what formulas show, with the answers among them


@lru_cache(maxsize=1)  # they are large
def issued_sheets(layout: Layout) -> dict[str, IssuedSheet]:
    """Give every sheet of a layout by its name, to read; of the layout asked for last they are drawn once."""
    book = painted(layout, COVER_FACTS)
    texts: list[str] = list(book.str_table.string_table)
    return {sheet.name: _sheet(sheet, texts) for sheet in book.worksheets()}


@lru_cache(maxsize=32)
def edition_of(layout: Layout) -> str:
    """Give a digest of every text and formula: workbooks of one edition can be compared cell by cell."""
    total = hashlib.sha256()
    for name, sheet in issued_sheets(layout).items():
        total.update(f"[{name}]".encode())
        for row, cells in sorted(sheet.constants.items()):
            total.update(repr((row, sorted(cells.items()))).encode())
        for row, formulas in sorted(sheet.formulas.items()):
            total.update(repr((row, sorted(formulas.items()))).encode())
    return total.hexdigest()[:12]


def issued_cover(layout: Layout, lines: Collection[str]) -> IssuedSheet:
    """Give the cover with lines for these facts."""
    book = Workbook(BytesIO(), {"in_memory": True})
    sheet = book.add_worksheet(layout.cover_name, FormulaSheet)
    formats = Formats(book, right_to_left=False)
    CoverPainter(Pen(sheet, formats), layout, lines).draw()
    return _sheet(sheet, list(book.str_table.string_table))


def _sheet(drawn: FormulaSheet, texts: Sequence[str]) -> IssuedSheet:
    facts = {
        place: live.now for live in drawn.live if isinstance(live.now, StampFact) for place in live.places
    }
    found = IssuedSheet(drawn.name, live=tuple(drawn.live), facts=facts)
    masters: dict[int, IssuedFormula] = {}
    for row, cells in sorted(drawn.table.items()):
        for column, cell in sorted(cells.items()):
            place = Place(row + 1, column + 1)
            constant: str | float
            match cell:
                case CellFormulaTuple():
                    formula = _formula(cell.formula, place, masters)
                    found.formulas.setdefault(place.row, {})[place.column] = formula
                    continue
                case CellNumberTuple():
                    constant = float(cell.number)
                case CellRichStringTuple():
                    constant = str(cell.raw_string)
                case CellStringTuple():
                    constant = texts[cell.string]
                case _:
                    continue
            found.constants.setdefault(place.row, {})[place.column] = constant
    return found


def _formula(formula: str, place: Place, masters: dict[int, IssuedFormula]) -> IssuedFormula:
    if not isinstance(formula, SharedFormula):
        return IssuedFormula(formula, place)
    if formula.range:
        masters[formula.number] = IssuedFormula(str(formula), place)
    return masters[formula.number]
