"""A writer for one worksheet: XlsxWriter with every silent refusal raised as our own error.

What stands in each cell is noted as it is written: a returned workbook is compared with that. Where nothing else is
wanted of a drawing, nobody looks at it, and formats, rules and colours are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from textwrap import wrap
from typing import Any, NamedTuple, Self

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import CellFormulaTuple, Worksheet

from ..core.errors import LimitError
from ..core.words import CELL_LIMIT, cell_length, fits_a_cell
from ..layout import Place, address
from .content import Content, Shown
from .formulas import ROW, ColumnRun, Formula, constant, listed, run_of
from .styles import COLOURS, HEIGHTS, LINE_OF_CODE, STYLES, TALL

FORMULA_LIMIT = 8_192
SHORTEN = "`hrge-xl spec check` says which part of the spec to shorten."
PROMPT_LINE = 60
MIRRORED = {"left": {"align": "right"}, "right": {"align": "left"}}


Rows = tuple[int, int]  # the first and the last


class Formats:
    """Cell formats of one workbook by style name and number format, made once each."""

    def __init__(self, book: Workbook, *, right_to_left: bool) -> None:
        self.book = book
        self._made = dict[tuple[Any, ...], Format]()
        self._mirrored = right_to_left

    def __call__(
        self, style: str, number_format: str = "", *, bare: bool = False, **overrides: Any
    ) -> Format:
        """Return the format of a style with a number format, and what else differs; `bare`: with nothing but these."""
        key = (style, number_format, bare, *sorted(overrides.items()))
        if key not in self._made:
            properties = {**({} if bare else STYLES["base"]), **STYLES[style], **overrides}
            if self._mirrored and not bare:
                properties |= {"reading_order": 2, **MIRRORED.get(properties.get("align", ""), {})}
            if number_format:
                properties["num_format"] = number_format
            self._made[key] = self.book.add_format(properties)
        return self._made[key]


class CellWriter:
    """Writes cells of one sheet; rows and columns from 1. Without formats it notes them, and writes nothing."""

    def __init__(self, sheet: FormulaSheet, formats: Formats | None) -> None:
        self.sheet = sheet
        self.formats = formats
        self._shared: dict[tuple[int, int], tuple[int, IssuedFormula] | None] = {}
        self._formulas = 0

    def text(
        self, place: Place, text: str, style: str, number_format: str = "", **overrides: Any
    ) -> None:
        """Write a text; empty text leaves a formatted blank cell. `more` differs from the style."""
        if not fits_a_cell(text):
            raise LimitError(
                f"{format_place(self.sheet.name, place)}: {no_cell_holds(text)}",
                at=(self.sheet.name, *place),
            )
        self.sheet.note(place, text)
        if not self.formats:
            return
        form = self.formats(style, number_format, **overrides)
        if not text:
            self._write(self.sheet.write_blank, place, None, form)
        # XlsxWriter takes it for markup of its own
        elif text.startswith("<r>") and text.endswith("</r>"):
            self._write(
                self.sheet.write_rich_string, place, text[:1], self.formats("plain"), text[1:], form
            )
        else:
            self._write(self.sheet.write_string, place, text, form)

    def texts(self, row: int, first: int, texts: Iterable[str], style: str) -> None:
        """Write texts beside each other."""
        for column, text in enumerate(texts, first):
            self.text(Place(row, column), text, style)

    def band(self, row: int, first: int, last: int, text: str, style: str) -> None:
        """Write a text over a run of cells that look like one: the others stay empty, so that it may run into them."""
        for column in range(last, first - 1, -1):
            self.text(Place(row, column), text if column == first else "", style)
        self.height(row, style)

    def row_code(self, place: Place, code: str, lines: int) -> None:
        """Write the hidden code of a row: its size keeps so many lines free, and the row still grows with its text."""
        self.sheet.note(place, code)
        if self.formats:
            look = self.formats("row_code", font_size=code_size(lines))
            self._write(self.sheet.write_string, place, code, look)

    def height(self, row: int, style: str) -> None:
        """Set the height of a row of one line; rows of several lines are fitted by the program that opens them."""
        if style in HEIGHTS:
            self.sheet.set_row(row - 1, HEIGHTS[style])

    def number(self, place: Place, number: float, style: str, number_format: str = "") -> None:
        """Write a number (a date as its serial number)."""
        self.sheet.note(place, float(number))
        if self.formats:
            self._write(self.sheet.write_number, place, number, self.formats(style, number_format))

    def formula(
        self, place: Place, formula: Formula, style: str, number_format: str = "", **overrides: Any
    ) -> None:
        """Write a formula; `more` differs from the style."""
        self.formula_text(place, formula.text, style, number_format, **overrides)
        value = formula.value
        self.live([place], lambda content: [value(content, place.row)])

    def fill(self, run: ColumnRun, style: str, number_format: str = "") -> None:
        """Write the formulas of a run of cells."""
        places = run.places
        for place, formula in zip(places, run.formulas, strict=True):
            if run.shared:
                self.column_formula(place, places[-1].row, formula.text, style, number_format)
            else:
                self.formula_text(place, formula.text, style, number_format)
        self.live(places, run.values)

    def constants(
        self,
        column: int,
        first: int,
        values: Sequence[str | float],
        style: str = "check",
        text_format: str = "",
    ) -> Formula:
        """Write a column of what formulas look up; the cells as these name them."""
        for row, value in enumerate(values, first):
            if isinstance(value, str):
                self.text(Place(row, column), value, style, text_format)
            else:
                self.number(Place(row, column), value, style)
        return listed(run_of(column, first, len(values)), values)

    def column_formula(
        self, place: Place, last_row: int, formula: str, style: str, number_format: str = ""
    ) -> None:
        """Write a formula that is the same in every row of a column but for `ROW`: stored once where Excel lets it."""
        key = (place.column, last_row)
        first = key not in self._shared
        if first:
            issued = IssuedFormula(_in_row(formula, place), place)
            self._shared[key] = (self._formulas, issued) if sharable(formula) else None
            self._formulas += 1
        shared = self._shared[key]
        if shared is None:
            self.formula_text(place, formula, style, number_format)
            return
        number, issued = shared
        cells = (
            f"{address(*place)}:{address(last_row, place.column)}" if first and self.formats else ""
        )
        self._formula(
            place, issued, SharedFormula(issued.text, number, cells), style, number_format
        )

    def formula_text(
        self, place: Place, formula: str, style: str, number_format: str = "", **overrides: Any
    ) -> None:
        """Write a formula whose value is known with the cells beside it."""
        text = _in_row(formula, place)
        self._formula(place, IssuedFormula(text, place), text, style, number_format, **overrides)

    def _formula(
        self,
        place: Place,
        issued: IssuedFormula,
        written: str,
        style: str,
        number_format: str = "",
        **overrides: Any,
    ) -> None:
        length = cell_length(issued.text)
        if length > FORMULA_LIMIT:
            limit = f"the formula has {length} characters; Excel takes {FORMULA_LIMIT}"
            raise LimitError(
                f"{format_place(self.sheet.name, place)}: {limit}. {SHORTEN}",
                at=(self.sheet.name, *place),
            )
        self.sheet.note(place, issued)
        if self.formats:
            self._write(
                self.sheet.write_formula,
                place,
                written,
                self.formats(style, number_format, **overrides),
            )

    def entries(
        self,
        places: Iterable[Place],
        cached_values: CachedValues,
        style: str,
        number_format: str = "",
    ) -> None:
        """Write live cells without formulas, and note what they show."""
        cells = tuple(places)
        for place in cells:
            self.text(place, "", style, number_format)
        self.live(cells, cached_values)

    def live(self, places: Iterable[Place], cached_values: CachedValues) -> None:
        """Note what live cells show that are worked out together."""
        self.sheet.live.append(LiveCells(tuple(places), cached_values))

    def two_lines(self, place: Place, first: str, second: str, style: str) -> None:
        """Write a text with a quieter one below it in the same cell."""
        if not second:
            self.text(place, first, style)
            return
        self.sheet.note(place, f"{first}\n{second}")
        if self.formats:
            bold = self.formats(f"{style}_bold")
            quiet = self.formats(f"{style}_help")
            parts = [bold, first, quiet, "\n" + second, self.formats(style)]
            self._write(self.sheet.write_rich_string, place, *parts)

    def link(self, place: Place, target: str, text: str, tip: str, style: str = "link") -> None:
        """Write a link to a place in the same workbook."""
        if self.formats:
            self._write(
                self.sheet.write_url, place, f"internal:{target}", self.formats(style), text, tip
            )
        if self.sheet.links_are_formulas:
            self.formula(place, constant(text), style)
        else:
            self.sheet.note(place, text)

    def validate(self, first: Place, last: Place, options: dict[str, Any]) -> None:
        """Add a validation rule with prompt and stop alert over a run of cells."""
        self._write(self.sheet.data_validation, first, last.row - 1, last.column - 1, options)

    def mark_when(
        self, first: Place, last: Place, formula: str, style: str, **overrides: Any
    ) -> None:
        """Add a conditional format that applies where a formula holds."""
        if self.formats:
            look = self.formats(style, bare=True, **overrides)
            options = {"type": "formula", "criteria": formula, "format": look}
            self._write(
                self.sheet.conditional_format, first, last.row - 1, last.column - 1, options
            )

    def mark_column(
        self, column: int, rows: Rows, formula: str, style: str, **overrides: Any
    ) -> None:
        """Add one over a column, from the first to the last of some rows."""
        first, last = rows
        self.mark_when(Place(first, column), Place(last, column), formula, style, **overrides)

    def bars(self, column: int, rows: Rows) -> None:
        """Put bars behind the shares of a column, from nothing to all."""
        options = {
            "type": "data_bar",
            "data_bar_2010": True,
            "bar_solid": True,
            "bar_color": COLOURS["bar_fill"],
            "min_type": "num",
            "min_value": 0,
            "max_type": "num",
            "max_value": 1,
        }
        first, last = rows
        self._write(
            self.sheet.conditional_format, Place(first, column), last - 1, column - 1, options
        )

    def name(self, name: str, cells: str) -> None:
        """Define a name in the workbook."""
        if self.formats:
            self.formats.book.define_name(name, f"={cells}")

    def _write(self, write: Callable[..., Any], place: Place, *arguments: Any) -> None:
        """Have XlsxWriter write something. Raises `LimitError` where it refuses."""
        status = write(place.row - 1, place.column - 1, *arguments)
        if isinstance(status, int) and status < 0:
            raise LimitError(
                f"{format_place(self.sheet.name, place)}: Excel does not take this text, list or formula ({status}). "
                "Shorten it.",
                at=(self.sheet.name, *place),
            )


def _in_row(formula: str, place: Place) -> str:
    """Return a formula as it stands in one row, without "="."""
    return formula.replace(ROW, str(place.row)).removeprefix("=")


def code_size(lines: int) -> int:
    """Return the size of the hidden code of a row that keeps so many lines free."""
    size: int = max(TALL, round(lines * LINE_OF_CODE))
    return size


def format_place(sheet: str, place: Place) -> str:
    """Say which cell something is about."""
    return f"Sheet “{sheet}”, cell {address(*place)}"


def no_cell_holds(text: str) -> str:
    """Say how long a text is that no cell holds, and what to do."""
    return f"{cell_length(text)} characters; Excel takes {CELL_LIMIT}. Shorten the text."


def broken_lines(text: str) -> str:
    """Return the text with a line break about every 60 characters: LibreOffice shows prompts as one line."""
    words = " ".join(text.split())
    return "\n".join(wrap(words, PROMPT_LINE, break_long_words=False, break_on_hyphens=False))


# A worksheet that takes formulas as they are, and stores the formula of a column once. XlsxWriter runs fifty
# expressions over each to find functions newer than Excel 2010, and writes the text of each again. A full workbook has
# ten thousand in some hundred columns; shared formulas (ECMA-376, 18.3.1.40) keep it at a third of the size.

_TEXTS = re.compile('"[^"]*"')
CachedValues = Callable[[Content], Sequence[Shown]]


def sharable(formula: str) -> bool:
    """Say whether Excel takes the formula as a shared one: no other sheet, constant array or range of results.

    It refuses a file with any other ([MS-XLSB] 2.5.98.98). What is needed everywhere goes by a defined name.
    """
    bare = _TEXTS.sub("", formula)
    return not any(mark in bare for mark in ("!", "{", "#", "):"))


class SharedFormula(str):
    """A formula shared down a column: the first cell carries text and range, the others its number only."""

    __slots__ = ("number", "range")
    number: int
    range: str

    def __new__(cls, formula: str, number: int, cells: str = "") -> Self:
        """Make a cell with the formula itself, for a range of cells; without one a cell further down."""
        shared = super().__new__(cls, formula)
        shared.number = number
        shared.range = cells
        return shared


class IssuedFormula(NamedTuple):
    """A formula, and the cell that its relative references are counted from."""

    text: str  # without "="
    anchor: Place


class LiveCells(NamedTuple):
    """Cells that differ between workbooks of one layout, and what they show, which holds on to nothing drawn with."""

    places: tuple[Place, ...]
    cached_values: CachedValues


class OpenCell(NamedTuple):
    """A live cell as it was drawn: its tag, left open at an offset of the part, and its formula if it has one."""

    place: Place
    at: int
    formula: str  # the element, empty where there is none


class FormulaSheet(Worksheet):  # type: ignore[misc]
    """A worksheet for plain and shared formulas, that knows what it holds and leaves its live cells open."""

    def __init__(self) -> None:
        super().__init__()
        self.noted: dict[Place, str | float | IssuedFormula] = {}
        self.live: list[LiveCells] = []
        self.gaps: list[OpenCell] = []  # in the order of the part, known once it has been written
        # LibreOffice mixes up the words of a linked text that reads from right to left, not those of a formula
        self.links_are_formulas = False
        self._open: set[tuple[int, int]] = set()

    def note(self, place: Place, content: str | float | IssuedFormula) -> None:
        """Note what stands in a cell, in place of what stood there; an empty text is nothing."""
        if content == "":
            self.noted.pop(place, None)
        else:
            self.noted[place] = content

    def _assemble_xml_file(self) -> None:
        self._open = {
            (place.row - 1, place.column - 1) for live in self.live for place in live.places
        }
        super()._assemble_xml_file()

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        return formula if isinstance(formula, SharedFormula) else formula.removeprefix("=")

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        formula = self._element(cell.formula) if isinstance(cell, CellFormulaTuple) else ""
        if not formula and (row, col) not in self._open:
            super()._write_cell(row, col, cell)
            return
        self.fh.write(f'<c r="{address(row + 1, col + 1)}" s="{cell.format._get_xf_index()}"')
        self.gaps.append(OpenCell(Place(row + 1, col + 1), self.fh.tell(), formula))

    def _element(self, formula: str) -> str:
        if not isinstance(formula, SharedFormula):
            return f"<f>{self._escape_data(formula)}</f>"
        if not formula.range:
            return f'<f t="shared" si="{formula.number}"/>'
        text = self._escape_data(formula)
        return f'<f t="shared" ref="{formula.range}" si="{formula.number}">{text}</f>'
