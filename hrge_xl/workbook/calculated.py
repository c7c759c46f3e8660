"""What every calculated block needs to be drawn: title, heads, the line above a list, frames around its rows."""

from __future__ import annotations

from dataclasses import dataclass, field

from xlsxwriter.workbook import Workbook

from ..language.sheet_text import text_literal
from ..layout import Drawn, Layout, Place, Sheet, column_letters
from ..layout.calculated import sources_of
from ..spec.model import Block
from ..words import Translate, translator
from .formulas import Formula, if_, with_count
from .pen import Pen
from .styles import LINES


@dataclass
class BlockPainter:
    """What every calculated block needs; `free` is the first column that nothing stands in."""

    book: Workbook
    pen: Pen
    layout: Layout
    sheet: Sheet
    drawn: Drawn
    free: int
    say: Translate = field(init=False)

    def __post_init__(self) -> None:
        self.say = translator(self.layout.language)

    @property
    def left(self) -> int:
        """The first column of the block."""
        return self.drawn.left

    def draw(self) -> int:
        """Draw the block; the next free column."""
        raise NotImplementedError

    def top(self, block: Block) -> int:
        """Title and help; the row below them."""
        row = self.drawn.first
        for text, style in ((block.title, "block"), (block.help, "purpose")):
            if text:
                self.pen.band(row, self.left, self.left, text.say(self.layout.language), style)
                row += 1
        return row

    def heads(self, row: int, labels: list[str]) -> None:
        """Write the heads of a list, from the first column on."""
        for column, label in enumerate(labels, start=self.left):
            self.pen.text(Place(row, column), label, "head")

    def summarise(self, row: int, count: Formula, nothing: str, fits: str, too_many: str, most: int) -> None:
        """Write above a list that there is nothing in it, how many there are, or how many do not fit."""
        rows = too_many.replace("{rows}", str(most))
        line = if_(count > most, with_count(rows, count), with_count(fits, count))
        self.pen.formula(Place(row, self.left), if_(count.equals(0), nothing, line), "progress")

    def frame_used(self, first: int, last: int, columns: int, state: int, words: dict[str, str]) -> None:
        """Lines around the rows in use, and the words of the state column in their colours.

        LibreOffice takes one conditional format a cell, so that those of the state column bring their lines along.
        """
        used = f'=${column_letters(self.left)}{first}<>""'
        end = self.left + columns - 1
        cell = f"=${column_letters(state)}{first}"
        for word, style in words.items():
            formula = f"{cell}={text_literal(word)}"
            self.pen.mark_when(Place(first, state), Place(last, state), formula, style, **LINES)
        for left, right in ((self.left, state - 1), (state, state), (state + 1, end)):
            if left <= right:
                self.pen.mark_when(Place(first, left), Place(last, right), used, "framed")

    def issued(self, block: Block) -> list[str]:
        """Give the tools of this workbook that the block draws from."""
        return sources_of(block, [sheet.tool.code for sheet in self.layout.sheets])
