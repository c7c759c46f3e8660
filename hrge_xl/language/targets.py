"""The scope that an expression is typed in, and the visitors that write it into a sheet, as its functions see them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from .tree import Expr, Ref


class Scope(Protocol):
    """Where the names of an expression are looked up."""

    def find(self, name: str) -> Ref | None:
        """Give the answer that a name means here, or None."""

    def names(self) -> list[str]:
        """Give every name that may be used here."""

    def tools(self) -> Collection[str]:
        """Give the codes of all tools."""

    def rows_of(self, tool: str) -> Scope | None:
        """Give the scope inside the rows of a tool's table; None where it holds nothing to fill in."""

    def any_of_row(self) -> Ref | None:
        """Give any answer of the row; None where there are no rows."""

    def listed_tools(self) -> Sequence[str]:
        """Give the tools that the rows stand for; nothing where they are not a list of tools."""

    def codes(self, of: Expr) -> tuple[str, ...] | None:
        """Give the codes that an expression can yield; None where it is not drawn from a list."""


class SheetWriter(Protocol):
    """The visitor that writes formulas, for one row of a sheet or over all rows of a table at once."""

    @property
    def record(self) -> str:
        """The code of the row that is written."""

    @property
    def day(self) -> str:
        """The day of the check."""

    @property
    def language(self) -> str:
        """The language of the sheet."""

    @property
    def without_spaces(self) -> bool:
        """Whether the language of the sheet writes without spaces between words."""

    def condition(self, expr: Expr) -> str:
        """Write what is TRUE or FALSE, never an error; over all rows an array of 0 and 1."""

    def number(self, expr: Expr) -> str:
        """Write the bare number; its guards say when it is blank."""

    def value(self, expr: Expr) -> str:
        """Write what is empty text where blank, never an error."""

    def text(self, expr: Expr) -> str:
        """Write a text; codes as codes, not as labels."""

    def guarded(self, formula: str, blank: str, *figures: Expr) -> str:
        """Write a formula that is something else where one of some figures is blank."""

    def filled(self, expr: Expr) -> str:
        """Write whether something stands in the cells of an answer, or comes out of an expression."""

    def blank(self, expr: Expr) -> str:
        """Write the opposite of that."""

    def has(self, several: Ref, code: str) -> str:
        """Write whether one of several answers is a code."""

    def cell(self, ref: Ref) -> str | None:
        """Write the cell, or run of cells, of an answer; None where its sheet was not issued."""

    def column(self, ref: Ref) -> str | None:
        """Write all cells of the answer's column in its table; None for an answer given once."""

    def looked_up(self, reference: Ref, target: Ref) -> str:
        """Write the answer in the row that a reference leads to, codes as codes; blank where it leads nowhere."""

    def labels(self, expr: Expr) -> str:
        """Write the labels that the cells of an answer show, its own or one looked up, as one text."""

    def step_entry(self, ref: Ref) -> str:
        """Write the entry of a scale that the cell of an answer is; an error where it is none."""

    def issued(self, tool: str) -> bool:
        """Say whether a tool is in the workbook."""

    def ticked(self, tool: str) -> str:
        """Write whether a tool counts."""

    def progress(self, tool: str) -> str | None:
        """Write the range of required and given answers of a sheet; None where it was not issued."""

    def readable(self, ref: Ref) -> str:
        """Write whether a cell that is not blank holds what the type of its field can read."""

    def comparable(self, ref: Ref, shown: str) -> str:
        """Write what is the same for two cells, or for all of a column, where their answers are."""

    def in_use(self, ref: Ref) -> str:
        """Write whether the row that a reference names is in use."""

    def row_code(self, ref: Ref) -> str:
        """Write the code of the row that an answer stands in."""

    def parent(self, ref: Ref) -> str:
        """Write what the list says the entry in a cell belongs to, as shown."""


class ColumnWriter(SheetWriter, Protocol):
    """The same over all rows of a table at once."""

    def active(self) -> str:
        """Write 1 for the rows with any answer."""

    def known(self, ref: Ref) -> str:
        """Write 1 where there is a number, as an array."""
