"""A worksheet that takes formulas as they are, and stores the formula of a column once.

XlsxWriter runs fifty expressions over each formula to find functions newer than Excel 2010 (the rule language
has none), and writes the text of each again. A full workbook has ten thousand formulas in some hundred columns;
shared formulas (ECMA-376, 18.3.1.40) keep it at a third of the size.
Excel refuses a file in which a shared formula refers to another sheet or holds a constant array ([MS-XLSB]
2.5.98.98): those are written out, and what is needed everywhere goes by a defined name.
"""

from __future__ import annotations

import re
from typing import Any

from xlsxwriter.worksheet import Worksheet

ROW = "\ue000"  # stands for the row number in a formula that is compiled once for a whole column
_TEXTS = re.compile('"[^"]*"')


def sharable(formula: str) -> bool:
    """Whether Excel takes the formula as a shared one: no other sheet, constant array or range of results."""
    bare = _TEXTS.sub("", formula)
    return not any(mark in bare for mark in ("!", "{", "#", "):"))


class SharedFormula(str):
    """A formula shared down a column: the first cell carries text and range, the others its number only."""

    __slots__ = ("number", "range")
    number: int
    range: str

    @classmethod
    def first(cls, formula: str, number: int, cells: str) -> SharedFormula:
        """The formula itself, in the first cell of the range."""
        shared = cls(formula.removeprefix("="))
        shared.number, shared.range = number, cells
        return shared

    @classmethod
    def follower(cls, number: int) -> SharedFormula:
        """A cell further down."""
        shared = cls("shared")
        shared.number, shared.range = number, ""
        return shared


class FormulaSheet(Worksheet):  # type: ignore[misc]
    """A worksheet for plain and shared formulas."""

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        return formula if isinstance(formula, SharedFormula) else formula.removeprefix("=")

    def _xml_formula_element(self, formula: str, result: Any, attributes: Any = ()) -> None:
        if result == "":  # XlsxWriter leaves the type out, and readers then take it for never calculated
            attributes = [*(pair for pair in attributes if pair[0] != "t"), ("t", "str")]
        if not isinstance(formula, SharedFormula):
            super()._xml_formula_element(formula, result, attributes)
            return
        cell = "".join(f' {key}="{self._escape_attributes(value)}"' for key, value in attributes)
        text = f'<f t="shared" si="{formula.number}"/>'
        if formula.range:
            text = (
                f'<f t="shared" ref="{formula.range}" si="{formula.number}">{self._escape_data(formula)}</f>'
            )
        self.fh.write(f"<c{cell}>{text}<v>{self._escape_data(result)}</v></c>")
