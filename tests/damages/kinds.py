"""What a kind of damage is: something that was done to a correct workbook, and all that must be found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.damages.book import Book, block

Place = tuple[str, str | None, str | None]  # code, sheet, cell
Edit = Callable[[Book], None]


@dataclass(frozen=True)
class Kind:
    """One kind of damage. `calculated`: what the formulas showed before it stays in the file."""

    name: str
    edits: tuple[Edit, ...]
    expected: tuple[Place, ...]  # in order; one twice where it must be found twice
    calculated: bool = True
    file: str = "return.xlsx"
    by_day: bool = False  # LibreOffice, which calculates for the day it saves on, would show something else

    def __call__(self, book: Book) -> None:
        """Do it."""
        for edit in self.edits:
            edit(book)


def place(found: str) -> Place:
    """`V002 Form!E8` → the code, the sheet and the cell."""
    code, _, where = found.partition(" ")
    sheet, _, cell = where.partition("!")
    return code, sheet or None, cell or None


def places(found: str) -> tuple[Place, ...]:
    """The same of several, with semicolons between them; nothing where nothing must be found."""
    return tuple(sorted((place(each.strip()) for each in found.split(";") if each.strip()), key=str))


def kind(name: str, found: str, *edits: Edit, file: str = "return.xlsx") -> Kind:
    """Something that leaves the answers, and with them the results, as they were."""
    return Kind(name, edits, places(found), file=file)


def on_the_day(name: str, found: str, *edits: Edit) -> Kind:
    """Something that is found so in a workbook which was calculated on the day of issue."""
    return Kind(name, edits, places(found), by_day=True)


def answered(name: str, found: str, *edits: Edit) -> Kind:
    """Something that changes answers, in a program that calculates nothing."""
    return Kind(name, edits, places(found), calculated=False)


def at(where: str) -> tuple[str, str]:
    """`Form!E8` → the sheet and the cell."""
    sheet, _, cell = where.rpartition("!")
    return sheet, cell


# what people type


def text(where: str, said: str) -> Edit:
    """Type a text into a cell."""
    return lambda book: book.type_text(*at(where), said)


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
