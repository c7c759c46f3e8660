"""A worksheet that takes formulas as they are, and stores the formula of a column once.

XlsxWriter runs fifty expressions over each formula to find functions newer than Excel 2010 (the rule language
has none), and writes the text of each again. A full workbook has ten thousand formulas in some hundred columns;
shared formulas (ECMA-376, 18.3.1.40) keep it at a third of the size.
Excel refuses a file in which a shared formula refers to another sheet or holds a constant array ([MS-XLSB]
2.5.98.98): those are written out, and what is needed everywhere goes by a defined name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from xlsxwriter.worksheet import CellFormulaTuple, Worksheet

from ..layout import Place, address
from .content import Content, Shown

_TEXTS = re.compile('"[^"]*"')
Now = Callable[[Content], Sequence[Shown]]


def sharable(formula: str) -> bool:
    """Say whether Excel takes the formula as a shared one: no other sheet, constant array or range of results."""
    bare = _TEXTS.sub("", formula)
    return not any(mark in bare for mark in ("!", "{", "#", "):"))


class SharedFormula(str):
    """A formula shared down a column: the first cell carries text and range, the others its number only."""

    __slots__ = ("number", "range")
    number: int
    range: str

    @classmethod
    def first(cls, formula: str, number: int, cells: str) -> SharedFormula:
        """Give the formula itself, in the first cell of the range."""
        shared = cls(formula.removeprefix("="))
        shared.number, shared.range = number, cells
        return shared

    @classmethod
    def follower(cls, number: int) -> SharedFormula:
        """Give a cell further down."""
        shared = cls("shared")
        shared.number, shared.range = number, ""
        return shared


@dataclass(frozen=True, slots=True)
class Live:
    """Cells that differ between workbooks of one layout, and what they show, which holds on to nothing drawn with."""

    places: tuple[Place, ...]
    now: Now


@dataclass(frozen=True, slots=True)
class Gap:
    """A live cell as it was drawn: its tag, left open at an offset of the part, and its formula if it has one."""

    place: Place
    at: int
    formula: str  # the element, empty where there is none


class FormulaSheet(Worksheet):  # type: ignore[misc]
    """A worksheet for plain and shared formulas, that leaves its live cells open."""

    def __init__(self) -> None:
        super().__init__()
        self.live: list[Live] = []
        self.gaps: list[Gap] = []  # in the order of the part, known once it has been written
        self._open: set[tuple[int, int]] = set()

    def _assemble_xml_file(self) -> None:
        self._open = {(place.row - 1, place.column - 1) for live in self.live for place in live.places}
        super()._assemble_xml_file()

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        return formula if isinstance(formula, SharedFormula) else formula.removeprefix("=")

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        formula = self._element(cell.formula) if isinstance(cell, CellFormulaTuple) else ""
        if not formula and (row, col) not in self._open:
            super()._write_cell(row, col, cell)
            return
        self.fh.write(f'<c r="{address(row + 1, col + 1)}" s="{cell.format._get_xf_index()}"')
        self.gaps.append(Gap(Place(row + 1, col + 1), self.fh.tell(), formula))

    def _element(self, formula: str) -> str:
        if not isinstance(formula, SharedFormula):
            return f"<f>{self._escape_data(formula)}</f>"
        if not formula.range:
            return f'<f t="shared" si="{formula.number}"/>'
        text = self._escape_data(formula)
        return f'<f t="shared" ref="{formula.range}" si="{formula.number}">{text}</f>'
