"""What a kind of damage is: something that was done to a correct workbook, and all that must be found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.damage import Place
from tests.damages.book import Book, block

Edit = Callable[[Book], None]


@dataclass(frozen=True)
class Kind:
    """One kind of damage. `calculated`: what the formulas showed before it stays in the file."""

    name: str
    edits: tuple[Edit, ...]
    expected: tuple[Place, ...]  # in order; one twice where it must be found twice
    calculated: bool = True
    file: str = "return.xlsx"
    by_day: bool = (
        False  # LibreOffice, which calculates for the day it saves on, would show something else
    )

    def __call__(self, book: Book) -> None:
        """Do it."""
        for edit in self.edits:
            edit(book)


def at(where: str) -> tuple[str, str]:
    """`Form!E8` → the sheet and the cell."""
    sheet, _, cell = where.rpartition("!")
    return sheet, cell


# what people type


def text(where: str, said: str) -> Edit:
    """Type a text into a cell."""
    return lambda book: book.type_text(*at(where), said)


def repeated(where: str, piece: str, count: int) -> Edit:
    """Type a long text into a cell."""
    return text(where, piece * count)


def number(where: str, value: float) -> Edit:
    """Type a number into a cell."""
    return lambda book: book.type_number(*at(where), value)


def formula(where: str, said: str, result: str | float | None = None) -> Edit:
    """Type a formula into a cell."""
    return lambda book: book.type_formula(*at(where), said, result)


def truth(where: str, value: int) -> Edit:
    """Type TRUE (1) or FALSE (0) into a cell."""
    return lambda book: book.put(*at(where), "b", f"<v>{value}</v>")


def error(where: str, said: str) -> Edit:
    """Let a cell hold an error, as after a copy that lost what it referred to."""
    return lambda book: book.put(*at(where), "e", f"<v>{said}</v>")


def clear(where: str) -> Edit:
    """Press Delete on one cell, or on an area."""
    sheet, cells = at(where)

    def edit(book: Book) -> None:
        for each in block(cells):
            book.clear(sheet, str(each))

    return edit


def shown(where: str, result: str | float) -> Edit:
    """Let a formula show something else."""
    return lambda book: book.show(*at(where), result)


DUE = range(21, 31)  # rows of the dashboard that list what is due


def no_level_of(rows: str) -> Edit:
    """Let the list of what is due show no level of these risks: which of them are on it depends on the day."""

    def edit(book: Book) -> None:
        for row in DUE:
            if book.text("Dashboard", f"G{row}").startswith(rows):
                book.show("Dashboard", f"K{row}", "")

    return edit
