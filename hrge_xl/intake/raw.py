"""What a file said, before anybody knows what it means: sheets of sparse cells with their addresses.

Every reader (`ooxml`, `other_formats`) produces this one shape, whatever the workbook is read for.
Rows and columns count from 1, as people see them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from ..findings import Finding


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


class Area(NamedTuple):
    """A rectangle of cells, first and last included."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass(frozen=True, slots=True)
class Validation:
    """A validation rule as stored: `extended` for the x14 kind that Excel writes for other sheets' lists."""

    type: str  # list, whole, decimal, date, textLength, custom, none …
    operator: str
    formula1: str
    formula2: str
    areas: tuple[Area, ...]
    blocks: bool  # refuses wrong entries (error alert "stop")
    extended: bool = False


class SharedFormula(NamedTuple):
    """A formula that other cells share, where it was written out."""

    row: int
    column: int
    text: str


class Look(NamedTuple):
    """What is odd about the formatting of a cell: what it holds may be seen otherwise, or not at all."""

    struck: bool  # through the whole cell
    invisible: bool  # letters in the colour of their ground, or too small to see
    number_format: str  # one that may show something else than the value, "" for others


ORDINARY = Look(False, False, "")


class Drawn(NamedTuple):
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
    shared_formulas: dict[str, SharedFormula] = field(default_factory=dict)  # by their number
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    protected: bool = False
    filtered: bool = False  # a filter that hides rows is active
    comments: list[tuple[int, int, str]] = field(default_factory=list)  # row, column, text
    drawn: list[Drawn] = field(default_factory=list)
    # headers and footers of its pages, and other words beside cells
    margins: list[str] = field(default_factory=list)
    looks: dict[tuple[int, int], Look] = field(default_factory=dict)  # row, column; of few cells
    # texts with ~~words~~ that are struck through
    struck: dict[tuple[int, int], str] = field(default_factory=dict)

    def cell(self, row: int, column: int) -> RawCell | None:
        """Give the stored cell at this place, or None when nothing is stored there."""
        return self.cells.get(row, {}).get(column)


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


class Unreadable(Exception):
    """This file cannot be read any further; `observation` says why. It never leaves `intake`."""

    def __init__(self, observation: Finding) -> None:
        super().__init__(observation)
        self.observation = observation
