"""What every calculated block needs to be drawn: title, heads, the line above a list, frames around its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..core.words import Translate, translator
from ..language.sheet_text import text_literal
from ..layout import Drawn, Layout, Place, Sheet, column_letters
from ..layout.calculated import sources_of
from ..layout.model import CODE_COLUMN
from ..spec.model import Block, CollectBlock, ProblemsBlock
from .formulas import ColumnRun, Formula, chosen, if_, with_count
from .pen import Pen
from .styles import LINES


@dataclass
class BlockPainter:
    """What every calculated block needs; `free` is the first column that nothing stands in."""

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

    def issued(self, block: Block) -> list[str]:
        """Give the tools of this workbook that the block draws from."""
        return sources_of(block, [*self.layout.sheet])


class ListPainter(BlockPainter):
    """Draws a list: what is in it in one line, heads, and rows that are taken from hidden columns."""

    def start(self, block: CollectBlock | ProblemsBlock) -> None:
        """Write what stands above the line."""
        self.size, self.first = block.rows, self.top(block) + 2

    def column(self, column: int, formula: Formula, style: str = "check", number_format: str = "") -> Formula:
        """Write a column of the list; give its cell in the row of what asks."""
        run = ColumnRun.alike(column, self.first, self.size, formula)
        self.pen.fill(run, style, number_format)
        return run.own

    def columns(self, columns: Sequence[tuple[str, Formula, str, str]]) -> None:
        """Write the columns that are seen: head, formula, style and number format."""
        self.pen.texts(self.first - 1, self.left, [head for head, *_ in columns], "head")
        for number, (_, formula, style, number_format) in enumerate(columns, self.left):
            self.column(number, formula, style, number_format)

    def found(self, code: Formula, origin: Formula, sheets: Sequence[str], issued: Formula) -> Formula:
        """Find the row of a code on one of some sheets, wherever it is by now."""
        names = chosen(origin, [Formula(name, issued.value) for name in sheets]).text
        return Formula(f"IFERROR(MATCH({code.text},INDEX({names},0,{CODE_COLUMN}),0),0)", issued.value)

    def summarise(self, count: Formula, nothing: str, fits: str, too_many: str) -> None:
        """Write above a list that there is nothing in it, how many there are, or how many do not fit."""
        rows = too_many.replace("{rows}", str(self.size))
        line = if_(count > self.size, with_count(rows, count), with_count(fits, count))
        self.pen.formula(Place(self.first - 2, self.left), if_(count.equals(0), nothing, line), "progress")

    def frame_used(self, columns: int, state: int, words: Mapping[str, str]) -> None:
        """Lines around the rows in use, and the words of the state column in their colours.

        LibreOffice takes one conditional format a cell, so that those of the state column bring their lines along.
        """
        first, last = rows = self.first, self.first + self.size - 1
        end, cell = self.left + columns - 1, f"=${column_letters(state)}{first}"
        for word, style in words.items():
            self.pen.mark_column(state, rows, f"{cell}={text_literal(word)}", style, **LINES)
        used = f'=${column_letters(self.left)}{first}<>""'
        for left, right in ((self.left, state - 1), (state, state), (state + 1, end)):
            if left <= right:
                self.pen.mark_when(Place(first, left), Place(last, right), used, "framed")
