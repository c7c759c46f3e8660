"""What a file said, before anybody knows what it means: sheets of sparse cells, references and values.

Every reader (`ooxml`, `other_formats`) produces this one shape, whatever the workbook is read for.
Rows and columns count from 1, as people see them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from typing import NamedTuple
from xml.etree.ElementTree import Element

from ..core.numerals import from_serial, shown
from ..core.work import grouped
from ..findings import Finding
from ..layout import LAST_COLUMN, LAST_ROW, Place, column_letters, column_number, parse_cell


class CellKind(StrEnum):
    """What a stored cell holds. A cell that is not stored at all is absent from its sheet."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"  # a number under a date format; the value stays the serial number
    BOOL = "bool"
    ERROR = "error"  # the value is the error text, "#REF!"
    NOT_CALCULATED = "not-calculated"  # a formula without a stored result
    BLANK = "blank"  # stored for its format only


class Follower(str):
    """In place of the formula of a cell that shares that of another one: the number that both share it by."""

    __slots__ = ()


class RawCell(NamedTuple):
    """One stored cell: `value` is text, a number, a truth value or None by kind; empty text is TEXT ''."""

    kind: CellKind
    value: str | float | bool | None
    formula: str | None = None  # without the leading "="; a `Follower` where it is shared
    struck: str | None = None  # its text with ~~words~~ that are struck through


Run = tuple[int, int]  # first and last row or column


class Area(NamedTuple):
    """A rectangle of cells, first and last included."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


class Validation(NamedTuple):
    """A validation rule as stored, as far as it matters here."""

    type: str  # list, whole, decimal, date, textLength, custom, none …
    formula1: str
    areas: tuple[Area, ...]
    blocks: bool  # refuses wrong entries (error alert "stop")


class MasterFormula(NamedTuple):
    """A formula that other cells may share, and where it was written out."""

    text: str
    anchor: Place


class Look(NamedTuple):
    """What is odd about the formatting of a cell: what it holds may be seen otherwise, or not at all."""

    struck: bool  # through the whole cell
    invisible: bool  # letters in the colour of their ground, or too small to see
    number_format: str  # one that may show something else than the value, "" for others


ORDINARY = Look(False, False, "")


class Overlay(NamedTuple):
    """Something that lies on top of the cells, at the cell of its upper left corner (0, 0 where it has none).

    `shape` is its number in the file, for one thing may be described in several parts.
    """

    row: int
    column: int
    what: str  # shape, picture, background, chart, diagram, ink, control, object
    text: str = ""
    name: str = ""
    shape: str = ""


@dataclass(slots=True)
class RawSheet:
    """One worksheet. `cells` maps row to column to cell, sparse: never padded, never trimmed."""

    name: str
    state: str = "visible"  # visible, hidden, veryHidden
    cells: dict[int, Mapping[int, RawCell]] = field(default_factory=dict)
    validations: list[Validation] = field(default_factory=list)
    merges: list[Area] = field(default_factory=list)
    shared_formulas: dict[str, MasterFormula] = field(default_factory=dict)  # by their number
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[Run] = field(default_factory=list)
    protected: bool = False
    comments: list[tuple[int, int, str]] = field(default_factory=list)  # row, column, text
    drawn: list[Overlay] = field(default_factory=list)
    # headers and footers of its pages, and other words beside cells
    margins: list[str] = field(default_factory=list)
    looks: dict[tuple[int, int], Look] = field(default_factory=dict)  # row, column; of few cells

    @property
    def struck(self) -> dict[tuple[int, int], str]:
        """The texts of which words are struck through, by row and column."""
        return {
            (row, column): cell.struck
            for row, cells in self.cells.items()
            for column, cell in cells.items()
            if cell.struck is not None
        }

    def cell(self, row: int, column: int) -> RawCell | None:
        """Return the stored cell at this place, or None when nothing is stored there."""
        return self.cells.get(row, {}).get(column)

    def text_at(self, row: int, column: int) -> str:
        """Return the text of a cell without spaces around it; empty when it holds no text."""
        cell = self.cell(row, column)
        return str(cell.value).strip() if cell is not None and cell.kind is CellKind.TEXT else ""


@dataclass(slots=True)
class RawWorkbook:
    """A whole file: sheets in tab order, names and properties, and what was noticed while reading."""

    format: str  # xlsx, xlsm, xls, xlsb, ods
    sheets: list[RawSheet] = field(default_factory=list)
    defined_names: dict[str, str] = field(default_factory=dict)  # name -> reference, without "="
    properties: dict[str, str] = field(default_factory=dict)  # custom document properties, as text
    # typed about the file: its comment, keywords, comments of names
    words: list[str] = field(default_factory=list)
    saved: str = ""  # when it was last saved, as the program wrote it that saved it
    epoch_1904: bool = False
    observations: list[Finding] = field(default_factory=list)
    # what this format loses: "formulas", "validations" …
    cannot_tell: list[str] = field(default_factory=list)

    def own_sheet(self, key: str, name: str) -> RawSheet | None:
        """Return the sheet of ours that has this key in its first cell, else that of this name."""
        keyed = (sheet for sheet in self.sheets if sheet.text_at(1, 1) == key)
        return next(keyed, None) or next(
            (sheet for sheet in self.sheets if sheet.name == name), None
        )


class Unreadable(Exception):
    """This file cannot be read any further; `observation` says why. It never leaves the reader."""

    def __init__(self, observation: Finding) -> None:
        super().__init__(observation)
        self.observation = observation


# references to areas of cells ("A1:C9 E2") to and from numbers


_LETTERS = re.compile(r"[A-Za-z]{1,3}", re.ASCII)
_DIGITS = re.compile(r"[0-9]{1,7}", re.ASCII)


def parse_area(reference: str) -> Area | None:
    """Return the rectangle of "B2", "B2:C9", whole columns "B:C" or whole rows "2:9"; None when it is none."""
    first, colon, last = reference.partition(":")
    start = parse_cell(first)
    stop = parse_cell(last) if colon else start
    if start is None or stop is None:
        ends = [end.replace("$", "") for end in (first, last)]
        if all(_LETTERS.fullmatch(end) for end in ends):
            columns = sorted(column_number(end) for end in ends)
            return Area(1, columns[0], LAST_ROW, columns[1]) if columns[1] <= LAST_COLUMN else None
        if all(_DIGITS.fullmatch(end) for end in ends):
            rows = sorted(int(end) for end in ends)
            return (
                Area(rows[0], 1, rows[1], LAST_COLUMN)
                if rows[0] >= 1 and rows[1] <= LAST_ROW
                else None
            )
        return None
    (top, left) = start
    (bottom, right) = stop
    return Area(min(top, bottom), min(left, right), max(top, bottom), max(left, right))


def parse_areas(references: str) -> tuple[Area, ...] | None:
    """Return the rectangles of a space-separated list; None when one of them is not a reference."""
    areas = [*map(parse_area, references.split())]
    return None if None in areas else tuple(filter(None, areas))


def runs(areas: Iterable[Area], column: int) -> list[Run]:
    """Return the rows that some areas cover in one column, as few runs as possible."""
    merged_runs: list[Run] = []
    for first, last in sorted(
        (area.first_row, area.last_row)
        for area in areas
        if area.first_column <= column <= area.last_column
    ):
        if merged_runs and first <= merged_runs[-1][1] + 1:
            merged_runs[-1] = (merged_runs[-1][0], max(last, merged_runs[-1][1]))
        else:
            merged_runs.append((first, last))
    return merged_runs


def compact(cells: Iterable[tuple[int, int]]) -> str:
    """Return cells as ranges, column by column: `E7:E31, G4`."""
    ranges = []
    for column, areas in sorted(grouped((cell[1], Area(*cell, *cell)) for cell in cells).items()):
        letters = column_letters(column)
        for first, last in runs(areas, column):
            ranges.append(
                f"{letters}{first}" if first == last else f"{letters}{first}:{letters}{last}"
            )
    return ", ".join(ranges)


# what the stored text of a cell means: escapes, numbers, truth values and ISO dates


BLANK = RawCell(CellKind.BLANK, None)

_NEW = tuple.__new__  # a third of the time that the constructor of a named tuple takes
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_SURROGATE = re.compile("[\ud800-\udfff]")
_TRUTH = {"1": True, "true": True, "0": False, "false": False}
_DAY_SECONDS = 86_400
DAYS_BEFORE_1904 = 1_462  # that a day has more where it is counted from 1900, as all are here
_LEAST_SIZE = 1.0  # points of height, characters of width: below it nothing is seen


def is_true(value: str | None) -> bool:
    """Return an XML truth value; a missing one is false."""
    return value is not None and _TRUTH.get(value.strip().lower(), False)


def is_unseen(attributes: Mapping[str, str], size: str) -> bool:
    """Say whether a row or a column is hidden, or has a size (`ht`, `width`) that leaves nothing to see."""
    stated_size = parse_number(attributes.get(size, ""))
    return is_true(attributes.get("hidden")) or (
        stated_size is not None and stated_size < _LEAST_SIZE
    )


def struck_through(text: str) -> str:
    """Return a text as we write what is struck through: ~~text~~, spaces around it left outside."""
    bare = text.strip()
    return text.replace(bare, f"~~{bare}~~", 1) if bare else text


def rich_text(element: Element) -> tuple[str, str]:
    """Return the text of all runs but phonetic readings, and the same with ~~what is struck through~~ marked."""
    runs = []
    marked = []
    struck = False
    readings = {run for reading in element.iter("x|rPh") for run in reading.iter("x|t")}
    for part in element.iter():
        if part.tag == "x|strike":
            struck = is_true(part.get("val", "1"))
        elif part.tag == "x|t" and part not in readings:
            runs.append("".join(part.itertext()))
            marked.append(struck_through(runs[-1]) if struck else runs[-1])
            struck = False
    return "".join(runs), "".join(marked)


def unescape(text: str) -> str:
    """Decode `_xHHHH_`, by which OOXML writes characters that XML cannot hold, and literal underscores."""
    if "_x" not in text:
        return text
    decoded = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    if _SURROGATE.search(decoded):
        # Pairs become their character; a lone half could never be written out again.
        decoded = decoded.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return decoded


def parse_number(text: str) -> float | None:
    """Return a stored number; None for what Python would take and Excel would not ("1_000", "nan", "٣")."""
    try:
        number = float(text)
    except ValueError:
        return None
    plain = text.isascii() and "_" not in text and math.isfinite(number)
    return number if plain else None


def whole_number(text: str | None) -> int | None:
    """Return the number that a text of up to seven digits is; None for any other text."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 8 else None


def stored_cell(
    kind: str | None, text: str | None, formula: str | None, *, is_date: bool, epoch_1904: bool
) -> RawCell | None:
    """Return the cell of a stored type and text, but for shared texts; None when they do not fit together."""
    if text and (kind is None or kind == "n"):
        number = parse_number(text)
        if is_date and epoch_1904 and number is not None and number >= 1:
            number += DAYS_BEFORE_1904
        number_kind = CellKind.DATE if is_date else CellKind.NUMBER
        return None if number is None else _NEW(RawCell, (number_kind, number, formula, None))
    if text is None or (text == "" and kind in (None, "n", "b", "e", "d")):
        return BLANK if formula is None else RawCell(CellKind.NOT_CALCULATED, None, formula)
    if kind in ("str", "inlineStr"):
        return RawCell(CellKind.TEXT, unescape(text), formula)
    if kind == "e":
        return RawCell(CellKind.ERROR, text.strip(), formula)
    value = _TRUTH.get(text.strip()) if kind == "b" else iso_serial(text) if kind == "d" else None
    if value is None:
        return None
    return RawCell(CellKind.BOOL if kind == "b" else CellKind.DATE, value, formula)


def iso_serial(text: str) -> float | None:
    """Return the serial number of an ISO date, time or both; None if it has none."""
    try:
        if "T" in text.lstrip("T") or "-" in text:
            return date_serial(datetime.fromisoformat(text.strip()).replace(tzinfo=None))
        return day_fraction(time.fromisoformat(text.strip().lstrip("T")))
    except ValueError:
        return None


def day_fraction(moment: time) -> float:
    """Return a time of day as a fraction of a day."""
    seconds = moment.hour * 3600 + moment.minute * 60 + moment.second + moment.microsecond / 1e6
    return seconds / _DAY_SECONDS


def date_serial(moment: date | datetime) -> float | None:
    """Excel's number of a day; None before its calendar begins. 1900 counts a 29 February that never was."""
    days = moment.toordinal() - date(1904, 1, 1).toordinal() + DAYS_BEFORE_1904
    days -= days < 61
    if days < 1:
        return None
    fraction = day_fraction(moment.time()) if isinstance(moment, datetime) else 0.0
    return days + fraction


def shown_cell(cell: RawCell | None) -> str:
    """Return the text that a cell shows, if there is one; a formula that was never calculated shows itself."""
    if cell is None or cell.kind is CellKind.BLANK:
        return ""
    if (
        cell.kind is CellKind.DATE
        and isinstance(cell.value, float | int)
        and cell.value == cell.value // 1
    ):
        return shown(from_serial(float(cell.value)) or cell.value)
    if cell.kind is CellKind.NOT_CALCULATED:
        return f"={cell.formula}" if cell.formula and not isinstance(cell.formula, Follower) else ""
    return shown(cell.value)
