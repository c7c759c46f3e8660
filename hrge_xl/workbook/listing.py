"""Draws a list to read: title, note, heads, and rows of which some are folded under a line of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..layout import Layout, Place, quoted
from ..layout.model import CODE_COLUMN, CODE_ROW, LEFTOVER_HEAD, TITLE_ROW, lines_of
from ..words import translator
from .formulas import Formula
from .pen import Pen
from .row_digests import row_digests

HEAD_ROW = LEFTOVER_HEAD
FIRST_COLUMN = 2
SHOWN = 5  # rows about one sheet that are not folded
MOST_LINES = 20  # that a row keeps free; it still grows with its text


class Listing:
    """Writes from top to bottom; each row holds the digests of its texts, so that nothing typed over it is lost.

    The sheet is not protected: on a protected one Excel folds and unfolds nothing.
    """

    def __init__(self, pen: Pen, layout: Layout, heads: Sequence[str], widths: Mapping[int, int]) -> None:
        self.pen, self.layout, self.heads, self.widths = pen, layout, heads, widths
        self.row = TITLE_ROW
        self._texts: dict[int, str] = {}
        self._formulas: list[int] = []

    def top(self, key: str, title: str, note: str) -> None:
        """Write what stands above the rows, with the way back to the cover."""
        self.pen.text(Place(CODE_ROW, CODE_COLUMN), key, "code")
        self.text(FIRST_COLUMN, title, "title")
        back = translator(self.layout.language)("Back to the cover")
        cover = self.layout.cover_name
        self.link(max(self.widths), f"{quoted(cover)}!A1", back, cover, "link")
        self.pen.height(self.row, "title")
        self.end_row()
        self.text(FIRST_COLUMN, note, "purpose")
        self.end_row()
        for column, head in enumerate(self.heads, start=FIRST_COLUMN):
            self.text(column, head, "head")
        self.end_row()
        self.pen.sheet.set_selection(HEAD_ROW, FIRST_COLUMN - 1, HEAD_ROW, FIRST_COLUMN - 1)
        self.pen.sheet.freeze_panes(HEAD_ROW, 0)
        self.pen.sheet.repeat_rows(HEAD_ROW - 1)
        self.pen.sheet.outline_settings(symbols_below=False)

    def text(self, column: int, text: str, style: str, number_format: str = "") -> None:
        """Write a text into the row."""
        self.pen.text(Place(self.row, column), text, style, number_format)
        self._texts[column] = text

    def link(self, column: int, target: str, text: str, tip: str, style: str = "link_cell") -> None:
        """Write a link into the row."""
        self.pen.link(Place(self.row, column), target, text, tip, style)
        self._texts[column] = text

    def formula(self, column: int, formula: Formula, style: str) -> None:
        """Write a formula into the row."""
        self.pen.formula(Place(self.row, column), formula, style)
        self._formulas.append(column)

    def end_row(self, *, fitted: bool = False) -> None:
        """Go on to the next row; one that is `fitted` keeps free the lines that its texts take."""
        code, place = row_digests(self._texts.values(), self._formulas), Place(self.row, CODE_COLUMN)
        if fitted:
            self.pen.row_code(place, code, self._lines())
        else:
            self.pen.text(place, code, "code")
        self._texts, self._formulas = {}, []
        self.row += 1

    def _lines(self) -> int:
        """Count the lines that the texts of the row take: programs that fit rows to a zoomed view cut the last one."""
        taken = (lines_of(text, self.widths[column]) for column, text in self._texts.items())
        return min(max(taken, default=1), MOST_LINES)

    def end(self) -> None:
        """Set what is printed."""
        self.pen.sheet.print_area(TITLE_ROW - 1, FIRST_COLUMN - 1, self.row - 2, max(self.widths) - 1)

    def fold(self, line: int, last: int) -> None:
        """Fold the rows below a line."""
        for row in range(line + 1, last + 1):
            self.pen.sheet.set_row(row - 1, None, None, {"level": 1, "hidden": True})
        self.pen.sheet.set_row(line - 1, None, None, {"collapsed": True})
