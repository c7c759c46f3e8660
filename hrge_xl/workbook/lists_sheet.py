"""Draws the Lists sheet: vocabularies, the matrix, the messages of the checks, and the live lists of rows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from xlsxwriter.workbook import Workbook

from ..layout import Layout, ListPlace, Place, column_letters
from ..layout.lists import LEVELS
from ..spec.own_sheets import LISTS_KEY
from ..words import translator
from .cell_ranges import area, on_sheet
from .formulas import Formula, Run, constant, iferror, index, match, once
from .pen import Pen
from .references import Target, is_in_use, label_of, reference_lists
from .row_status import MESSAGES

HEAD_ROW = 4
FIRST = HEAD_ROW + 1
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
        cells = area(self.layout.lists_name, Place(first, column), Place(last, column + width))
        self.book.define_name(name, f"={cells}")

    def _column(
        self, name: str, column: int, values: Sequence[str], form: str = "", first: int = FIRST
    ) -> None:
        """Write a column of texts, and name it."""
        self.pen.constants(column, first, values, "list", form)
        self._name(name, column, first, first + len(values) - 1)

    def _list(self, place: ListPlace) -> None:
        title = self.say("Levels") if place.name == LEVELS else place.name.lstrip("_")
        vocabulary = self.layout.spec.vocabularies.get(place.name)
        note = vocabulary.note.say(self.layout.language) if vocabulary is not None else ""
        self.pen.two_lines(Place(HEAD_ROW, place.column), title, note, "head")
        self.pen.text(Place(HEAD_ROW, place.column + 1), self.say("Code"), "head")
        first, column, name = place.first, place.column, place.name
        labels = [
            float(x) if place.spellings and x.isdecimal() else x for x in place.labels
        ]  # typed ticks, too
        self.pen.constants(column, first, labels, "list", "@")
        self._name(f"list_{name}", column, first, place.last_offered)
        self._column(f"code_{name}", column + 1, place.codes, "@", first)
        if place.parents:
            self._column(f"parent_{name}", column + 2, place.parents, "@", first)
        if place.spellings:
            self._column(f"spellings_{name}", column + 2, place.spellings, "@", first)
        width = min(LIST_WIDTH, max(len(label) for label in place.labels) + 3)
        self.pen.sheet.set_column(place.column - 1, place.column - 1, max(width, 12))
        self.next_column = max(self.next_column, place.column + place.width)

    def _matrix(self) -> None:
        matrix = self.layout.spec.matrix
        if matrix is None:
            return
        first = self.next_column
        down, across = self.layout.lists[matrix.down].codes, self.layout.lists[matrix.across].codes
        self.pen.text(Place(HEAD_ROW, first), self.say("Matrix"), "head")
        for column, other in enumerate(across, start=first + 1):
            self.pen.number(Place(HEAD_ROW, column), float(other), "head")
        for row, one in enumerate(down, start=FIRST):
            self.pen.number(Place(row, first), float(one), "list")
            for column, other in enumerate(across, start=first + 1):
                level = matrix.level[matrix.cells[one][other]]
                self.pen.text(Place(row, column), level.label.say(self.layout.language), "list")
        self._name("matrix_down", first, FIRST, HEAD_ROW + len(down))
        self._name("matrix_across", first + 1, HEAD_ROW, HEAD_ROW, len(across) - 1)
        self._name("matrix_levels", first + 1, FIRST, HEAD_ROW + len(down), len(across) - 1)
        self.next_column += len(across) + 1

    def _messages(self) -> None:
        column, entries = self.next_column, self.layout.messages.entries
        self.pen.text(Place(HEAD_ROW, column), self.say("Messages"), "head")
        self.pen.text(Place(HEAD_ROW, column + 1), self.say("Code"), "head")
        self._column(MESSAGES, column, [message.text for message in entries])
        self.pen.constants(column + 1, FIRST, [message.code for message in entries], "list")
        self.pen.sheet.set_column(column - 1, column - 1, LIST_WIDTH)
        self.next_column += 2

    def _rows(self, name: str, targets: list[Target]) -> None:
        """Write a live list: beside each row a running count of those in use, then the list of these."""
        column, first = self.next_column, FIRST
        self.pen.sheet.set_column(column - 1, column - 1, LIST_WIDTH)
        self.pen.text(Place(HEAD_ROW, column), self.say("Rows in use"), "head")
        self.next_column += 2
        if all(target.label_column is None for target in targets):
            self._column(name, column, [target.label for target in targets])
            return
        last = HEAD_ROW + len(targets)
        counter = f"${column_letters(column + 1)}"
        labels = Run(column + 2, first, [label_of(self.layout, target) for target in targets])
        used = [is_in_use(self.layout, target) for target in targets]
        running = once(Formula("", lambda *at: list(accumulate(int(each.value(*at)) for each in used))))
        counts = Run(
            column + 1,
            first,
            [
                Formula(
                    f"{counter + str(row - 1) if row > first else 0}+({each.text})",
                    lambda content, row: running.value(content, row)[row - first],
                )
                for row, each in enumerate(used, first)
            ],
        )
        places = (match(constant(number), counts.cells) for number, _ in enumerate(targets, 1))
        entries = Run(column, first, [iferror(index(labels.cells, place), "") for place in places])
        for run in (entries, counts, labels):
            self.pen.fill(run, "list")
        self.next_column += 1
        sheet, start, end = self.layout.lists_name, Place(first, column), Place(last, column)
        count = f"MAX(1,{on_sheet(sheet, [Place(last, column + 1)])})"
        self.book.define_name(name, f"={on_sheet(sheet, [start])}:INDEX({area(sheet, start, end)},{count})")
