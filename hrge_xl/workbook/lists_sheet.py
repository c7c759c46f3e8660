"""Draws the Lists sheet: vocabularies, the matrix, the messages of the checks, and the live lists of rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, chain

from xlsxwriter.workbook import Workbook

from ..language.sheet_text import text_literal
from ..layout import Layout, ListPlace, Place, column_letters, quoted
from ..layout.lists import LEVELS
from ..spec.own_sheets import LISTS_KEY
from ..words import translator
from .content import Content, Shown, fixed_label
from .grids import MESSAGES
from .pen import Pen
from .references import Target, active_cell, label_formula, reference_lists

HEAD_ROW = 4
LIST_WIDTH = 60


class ListsPainter:
    """Draws lists from left to right, giving each its defined names."""

    def __init__(self, book: Workbook, pen: Pen, layout: Layout) -> None:
        self.book, self.pen, self.layout = book, pen, layout
        self.say = translator(layout.language)
        self.next_column = 2

    def draw(self) -> None:
        """All lists; nobody needs to read them, so they are plain."""
        self.pen.text(Place(1, 1), LISTS_KEY, "code")
        self.pen.text(Place(2, 2), self.say("Lists"), "title")
        self.pen.text(
            Place(3, 2), self.say("The dropdown lists of this workbook. Nothing to fill in."), "purpose"
        )
        for place in self.layout.lists.values():
            self._list(place)
        self._matrix()
        self._messages()
        for name, targets in reference_lists(self.layout).items():
            self._rows(name, targets)

    def _name(self, name: str, column: int, first: int, last: int, width: int = 0) -> None:
        left, right = column_letters(column), column_letters(column + width)
        self.book.define_name(name, f"={quoted(self.layout.lists_name)}!${left}${first}:${right}${last}")

    def _list(self, place: ListPlace) -> None:
        title = self.say("Levels") if place.name == LEVELS else place.name.lstrip("_")
        vocabulary = self.layout.spec.vocabularies.get(place.name)
        note = vocabulary.note.say(self.layout.language) if vocabulary is not None else ""
        self.pen.two_lines(Place(HEAD_ROW, place.column), title, note, "head")
        self.pen.text(Place(HEAD_ROW, place.column + 1), self.say("Code"), "head")
        for offset, (label, code) in enumerate(zip(place.labels, place.codes, strict=True)):
            self._entry(place, Place(place.first + offset, place.column), label)
            self.pen.text(Place(place.first + offset, place.column + 1), code, "list", "@")
        self._name(f"list_{place.name}", place.column, place.first, place.last_offered)
        self._name(f"code_{place.name}", place.column + 1, place.first, place.last)
        if place.parents:
            for offset, parent in enumerate(place.parents):
                self.pen.text(Place(place.first + offset, place.column + 2), parent, "list", "@")
            self._name(f"parent_{place.name}", place.column + 2, place.first, place.last)
        if place.spellings:
            self._spellings(place)
        width = min(LIST_WIDTH, max(len(label) for label in place.labels) + 3)
        self.pen.sheet.set_column(place.column - 1, place.column - 1, max(width, 12))
        self.next_column = max(self.next_column, place.column + place.width)

    def _entry(self, place: ListPlace, cell: Place, label: str) -> None:
        """One entry; of a tick a figure is one, for what people type is compared with it."""
        if place.spellings and label.isdecimal():
            self.pen.number(cell, float(label), "list")
        else:
            self.pen.text(cell, label, "list", "@")

    def _spellings(self, place: ListPlace) -> None:
        """For a tick, and for none, everything that is read as it."""
        for offset, text in enumerate(place.spellings):
            self.pen.text(Place(place.first + offset, place.column + 2), text, "list", "@")
        last = place.first + len(place.spellings) - 1
        self._name(f"spellings_{place.name}", place.column + 2, place.first, last)

    def _matrix(self) -> None:
        matrix = self.layout.spec.matrix
        if matrix is None:
            return
        first = self.next_column
        down, across = self.layout.lists[matrix.down].codes, self.layout.lists[matrix.across].codes
        self.pen.text(Place(HEAD_ROW, first), self.say("Matrix"), "head")
        for column, other in enumerate(across, start=first + 1):
            self.pen.number(Place(HEAD_ROW, column), float(other), "head")
        for row, one in enumerate(down, start=HEAD_ROW + 1):
            self.pen.number(Place(row, first), float(one), "list")
            for column, other in enumerate(across, start=first + 1):
                level = matrix.level[matrix.cells[one][other]]
                self.pen.text(Place(row, column), level.label.say(self.layout.language), "list")
        self._name("matrix_down", first, HEAD_ROW + 1, HEAD_ROW + len(down))
        self._name("matrix_across", first + 1, HEAD_ROW, HEAD_ROW, len(across) - 1)
        self._name("matrix_levels", first + 1, HEAD_ROW + 1, HEAD_ROW + len(down), len(across) - 1)
        self.next_column += len(across) + 1

    def _messages(self) -> None:
        column, entries = self.next_column, self.layout.messages.entries
        self.pen.text(Place(HEAD_ROW, column), self.say("Messages"), "head")
        self.pen.text(Place(HEAD_ROW, column + 1), self.say("Code"), "head")
        for offset, message in enumerate(entries, start=1):
            self.pen.text(Place(HEAD_ROW + offset, column), message.text, "list")
            self.pen.text(Place(HEAD_ROW + offset, column + 1), message.code, "list")
        self._name(MESSAGES, column, HEAD_ROW + 1, HEAD_ROW + len(entries))
        self.pen.sheet.set_column(column - 1, column - 1, LIST_WIDTH)
        self.next_column += 2

    def _rows(self, name: str, targets: list[Target]) -> None:
        """Write a live list: beside each row a running count of those in use, then the list of these."""
        column, first = self.next_column, HEAD_ROW + 1
        self.pen.sheet.set_column(column - 1, column - 1, LIST_WIDTH)
        self.pen.text(Place(HEAD_ROW, column), self.say("Rows in use"), "head")
        self.next_column += 2
        if all(target.label_column is None for target in targets):
            self._fixed_rows(name, targets, column)
            return
        last = HEAD_ROW + len(targets)
        counter = f"${column_letters(column + 1)}"
        cells: list[Place] = []
        for offset, target in enumerate(targets):
            row = first + offset
            before = f"{counter}{row - 1}" if offset else "0"
            count = f"={before}+({self._active(target)})"
            pick = f"MATCH({offset + 1},{counter}${first}:{counter}${last},0)"
            texts = f"${column_letters(column + 2)}${first}:${column_letters(column + 2)}${last}"
            cells += [
                self.pen.formula(Place(row, column), f'=IFERROR(INDEX({texts},{pick}),"")', "list"),
                self.pen.formula(Place(row, column + 1), count, "list"),
                self.pen.formula(Place(row, column + 2), text_formula(self.layout, target), "list"),
            ]
        self.pen.live(cells, RowsInUse(tuple(targets)))
        self.next_column += 1
        start = f"{quoted(self.layout.lists_name)}!${column_letters(column)}${first}"
        whole = f"{quoted(self.layout.lists_name)}!${column_letters(column)}${first}:${column_letters(column)}${last}"
        count = f"MAX(1,{quoted(self.layout.lists_name)}!{counter}${last})"
        self.book.define_name(name, f"={start}:INDEX({whole},{count})")

    def _fixed_rows(self, name: str, targets: list[Target], column: int) -> None:
        for offset, target in enumerate(targets, start=1):
            self.pen.text(Place(HEAD_ROW + offset, column), fixed_label(target.grid, target.code), "list")
        self._name(name, column, HEAD_ROW + 1, HEAD_ROW + len(targets))

    def _active(self, target: Target) -> str:
        return f"{active_cell(self.layout, target)}>0" if target.label_column is not None else "TRUE"


@dataclass(frozen=True)
class RowsInUse:
    """A live list of rows: its next entry, how many rows are in use so far, and the entry of this row."""

    targets: tuple[Target, ...]

    def __call__(self, content: Content) -> Sequence[Shown]:
        """Three cells a row."""
        labels = [content.row_label(target.grid, target.code) for target in self.targets]
        active = [_in_use(content, target) for target in self.targets]
        listed: list[Shown] = [label for label, used in zip(labels, active, strict=True) if used]
        listed += [""] * (len(labels) - len(listed))
        return list(chain.from_iterable(zip(listed, accumulate(map(int, active)), labels, strict=True)))


def _in_use(content: Content, target: Target) -> bool:
    return target.label_column is None or content.active(target.grid, target.code) > 0


def text_formula(layout: Layout, target: Target) -> str:
    """Give the entry of one row, as a formula."""
    if target.label_column is None:
        return "=" + text_literal(f"{target.code} {target.label[:60]}")
    return "=" + label_formula(layout, target)
