"""Draws sheets that are only read: texts, links and heat maps. Workbooks to fill in have a writer of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import IO, Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from ..core.errors import LimitError
from ..core.words import CELL_LIMIT, beginning, direction, fits_a_cell
from .styles import ink_on

SHEET_NAME = 31  # characters
A4 = 9
Crossing = tuple[str, str]  # steps down and across
Steps = Sequence[tuple[str, str]]  # codes with their labels, the lowest first
Value = str | int | float | date | None


def new_book(target: IO[bytes], **cells: Any) -> Workbook:
    """Open a workbook in which every text is a text, whatever it looks like; `cells` is how all of them look."""
    texts = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
    return Workbook(target, {"in_memory": True, **texts, "default_format_properties": cells})


def add_sheet(book: Workbook, name: str, language: str) -> Worksheet:
    """Add a sheet that runs as its language does, to be printed across A4."""
    sheet = book.add_worksheet(beginning(name, SHEET_NAME))
    if direction(language) == "rtl":
        sheet.right_to_left()
    sheet.set_landscape()
    sheet.set_paper(A4)
    return sheet


def level_look(colour: str) -> dict[str, Any]:
    """Return how a count at a level looks: in its colour, in letters that can be read on it."""
    return {"bg_color": colour, "font_color": ink_on(colour), "align": "center", "border": 1}


def fitted(text: str, cut: str) -> str:
    """Return a text as a cell holds it: one that is too long ends in `cut`, with how many characters there are."""
    if fits_a_cell(text):
        return text
    note = cut.format(count=f"{len(text):,}")
    return beginning(text, CELL_LIMIT - len(note)) + note


class PlainSheet:
    """Writes texts, numbers, days and links into a sheet, in formats by their names; `cut` ends what is too long."""

    def __init__(self, sheet: Worksheet, formats: Mapping[str, Any], cut: str = "") -> None:
        self.sheet = sheet
        self.formats = formats
        self.cut = cut

    def put(self, row: int, at: int, value: Value, look: Any) -> None:
        """Write a value; `look` names a format, or is one. Raises `LimitError` where it does not fit."""
        style = self.formats[look] if isinstance(look, str) else look
        if value is None:
            status = self.sheet.write_blank(row, at, None, style)
        elif isinstance(value, str):
            status = self._put_text(row, at, fitted(value, self.cut), style)
        elif isinstance(value, bool):
            status = self.sheet.write_boolean(row, at, value, style)
        elif isinstance(value, date):
            status = self.sheet.write_datetime(row, at, value, style)
        else:
            status = self.sheet.write_number(row, at, value, style)
        if status != 0:
            raise LimitError(
                f"A text does not fit into row {row + 1} of “{self.sheet.get_name()}” (error {status} of the writer)."
            )

    def _put_text(self, row: int, at: int, text: str, style: Any) -> int:
        # XlsxWriter takes it for markup of its own
        if text.startswith("<r>") and text.endswith("</r>"):
            status: int = self.sheet.write_rich_string(row, at, text[:1], style, text[1:], style)
        else:
            status = self.sheet.write_string(row, at, text, style)
        return status

    def link(self, row: int, at: int, name: str, text: str = "", cell: str = "A1") -> None:
        """Write a link to a sheet, or to a cell of it."""
        quoted = name[:SHEET_NAME].replace("'", "''")
        self.sheet.write_url(
            row, at, f"internal:'{quoted}'!{cell}", self.formats["link"], text or name
        )

    def heat_map(
        self,
        top: int,
        title: str,
        corner: str,
        down: Steps,
        across: Steps,
        counts: Mapping[Crossing, int],
        looks: Mapping[Crossing, Any],
    ) -> int:
        """Draw how many rows stand at each crossing, the highest step on top; gives the first row below it."""
        self.put(top, 0, title, "title")
        for at, head in enumerate([corner, *(label for _, label in across)]):
            if head:
                self.put(top + 1, at, head, "head")
        for row, (step, label) in enumerate(reversed(down), start=top + 2):
            self.put(row, 0, label, "head")
            for at, (across_step, _) in enumerate(across, start=1):
                self.put(row, at, counts[step, across_step], looks[step, across_step])
        return top + 2 + len(down)
