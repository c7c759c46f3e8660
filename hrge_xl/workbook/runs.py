"""Runs of cells of one column."""

from __future__ import annotations

from ..layout import Place, column_letters


class Run:
    """Rows of a list: a run of cells of one column, and the first of them for formulas that are shared."""

    def __init__(self, column: int, first: int, last: int) -> None:
        self.column, self.first, self.last = column, first, last

    @property
    def whole(self) -> str:
        """`$C$6:$C$85`."""
        letters = column_letters(self.column)
        return f"${letters}${self.first}:${letters}${self.last}"

    def at(self, row: int | str) -> str:
        """Write the cell of a row: `$C12`."""
        return f"${column_letters(self.column)}{row}"

    def place(self, offset: int) -> Place:
        """Give the cell that many rows down."""
        return Place(self.first + offset, self.column)
