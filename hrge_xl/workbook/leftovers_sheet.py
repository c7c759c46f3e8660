"""Draws the sheet “Without a place”: what has no cell in the workbook that a team gets back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..findings import sentence
from ..layout import Layout
from ..layout.model import LEFTOVER_COLUMNS
from ..spec.own_sheets import LEFTOVER_KEY
from ..submission import Unplaced
from ..words import translator
from .listing import FIRST_COLUMN, SHOWN, Listing
from .pen import Pen

NUMBER = FIRST_COLUMN
SHEET, CELL, TEXT, QUESTION = LEFTOVER_COLUMNS
WHY = 7
LEFTOVERS_WIDTHS = {NUMBER: 5, SHEET: 18, CELL: 8, QUESTION: 42, TEXT: 65, WHY: 42}


@dataclass(frozen=True, slots=True)
class Leftover:
    """Something that has no cell in the new workbook, and why."""

    what: Unplaced
    why: str


class LeftoversPainter:
    """Draws one row for each text; where many came from one sheet, folded under one line."""

    def __init__(self, pen: Pen, layout: Layout, leftovers: Sequence[Leftover]) -> None:
        self.say = translator(layout.language)
        self.leftovers, self.number = leftovers, 0
        heads = ("No.", "Sheet", "Cell", "Question", "What it said", "Why it is here")
        self.list = Listing(pen, layout, [self.say(head) for head in heads], LEFTOVERS_WIDTHS)

    def draw(self) -> None:
        """Draw the heads, then sheet after sheet."""
        note = self.say(
            "This has no cell in this workbook. Nothing was deleted: "
            "copy what still matters to the cell that asks for it."
        )
        self.list.top(LEFTOVER_KEY, self.say("Without a place"), note)
        groups: dict[tuple[str, str], list[Leftover]] = {}
        for each in self.leftovers:
            groups.setdefault((each.why, each.what.sheet), []).append(each)
        for group in groups.values():
            self._group(group)
        self.list.end()

    def _group(self, group: Sequence[Leftover]) -> None:
        line = self.list.row
        if len(group) > SHOWN:
            self._line(group[0], len(group))
        for each in group:
            self._row(each)
        if len(group) > SHOWN:
            self.list.fold(line, self.list.row - 1)

    def _line(self, first: Leftover, count: int) -> None:
        """Write what stands for a whole sheet; it names no cell, so that nobody reads it as a text of the team."""
        self.list.text(NUMBER, "", "group")
        self.list.text(SHEET, first.what.sheet, "group", "@")
        self.list.text(CELL, "", "group")
        self.list.text(QUESTION, sentence(self.say("Texts: {count}"), {"count": str(count)}), "group")
        self.list.text(TEXT, "", "group")
        self.list.text(WHY, first.why, "group")
        self.list.end_row(fitted=True)

    def _row(self, each: Leftover) -> None:
        self.number += 1
        self.list.text(NUMBER, str(self.number), "mark")
        said = (each.what.sheet, each.what.cell, each.what.text, each.what.question)
        for column, text in zip(LEFTOVER_COLUMNS, said, strict=True):
            self.list.text(column, text, "cell", "@")
        self.list.text(WHY, each.why, "cell")
        self.list.end_row(fitted=True)
