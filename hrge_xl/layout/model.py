"""The places of a workbook: sheets, grids, rows, columns, and the slots that answers go into.

Rows and columns count from 1, as people see them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as made
from functools import cache, cached_property
from math import ceil
from typing import NamedTuple

from ..answers.submission import Key
from ..core.words import begun_in_order, translator
from ..core.work import grouped
from ..fields import Band, Field
from ..spec.drawings import HELP_IS_SAID_ONCE, PEOPLE_SEE_NO_CODES
from ..spec.model import Block, Item, Spec, Tool
from .messages import Messages

CODE_ROW = 1  # hidden: the codes of the columns
CODE_COLUMN = 1  # hidden: the codes of the rows
TITLE_ROW = 2
PURPOSE_ROW = 3
LINKS_ROW = 4
PROGRESS_ROW = 5
HEAD_ROW = 6
BAND_ROW = PROGRESS_ROW  # right of the progress
FIRST_ROW = HEAD_ROW + 1
MARK_COLUMN = 2  # the first one that is seen
LEFTOVER_HEAD = 4  # the row of their heads
LEFTOVER_COLUMNS: tuple[int, int, int, int] = (3, 4, 6, 5)  # sheet, cell, text, question
TODAY_NAME = "today_of_check"
NARROW = 8  # characters: the head of a column that is asked to be narrower is turned on its side
HINT_LINES = 3  # of the help in the head of a column
CHARACTERS = 1.12  # of a text for one of a column's width
HIDDEN = ("check", "active")  # roles of columns that nobody sees
# that a sheet can have
LAST_ROW = 1_048_576
LAST_COLUMN = 16_384
_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})", re.ASCII)


class Place(NamedTuple):
    """One cell of a sheet."""

    row: int
    column: int


def purpose(tool: Tool, language: str) -> str:
    """Say what a sheet is for or, where the spec does not say so, what to do."""
    say = translator(language)
    if tool.purpose:
        return tool.purpose.say(language)
    if tool.calculated:
        return say("Nothing to fill in")
    return say("Fill in the yellow cells. Grey cells are calculated, white ones are to read.")


def lines_of(text: str, width: float) -> int:
    """Estimate the lines that a text takes in a column."""
    return sum(max(1, ceil(len(line) / (width * CHARACTERS))) for line in text.splitlines())


@cache
def column_letters(column: int) -> str:
    """`3` → `C`."""
    letters = ""
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(65 + letter) + letters
    return letters


def address(row: int, column: int) -> str:
    """`(12, 4)` → `D12`."""
    return f"{column_letters(column)}{row}"


def column_number(letters: str) -> int:
    """`AA` → 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


# A to ZZ: all that is common
COLUMNS = {column_letters(number): number for number in range(1, 703)}


def parse_cell(reference: str) -> tuple[int, int] | None:
    """`D12` or `$D$12` → `(12, 4)`; None for what is no cell of any sheet."""
    match = _CELL.fullmatch(reference)
    if match is None:
        return None
    row = int(match[2])
    column = COLUMNS.get(match[1]) or column_number(match[1])
    return (row, column) if 1 <= row <= LAST_ROW and column <= LAST_COLUMN else None


def quoted(sheet: str) -> str:
    """Return a sheet name as formulas and links need it."""
    return "'" + sheet.replace("'", "''") + "'"


@dataclass(frozen=True, slots=True)
class GridColumn:
    """One column of a grid.

    `role`: mark (the number of the row), sign (how it stands, in a word), name, fixed, answer, calculated, help, status
    (what to do, in a sentence), and hidden: check or active.
    """

    index: int
    role: str
    code: str  # what stands in the hidden row
    label: str
    width: int
    field: Field | None = None
    part: int = 0  # which cell of a field with several answers, from 1
    record: int = 0  # which answer column of a form, from 1

    @property
    def turned(self) -> bool:
        """Whether its head is turned on its side."""
        return self.width < NARROW and self.field is not None

    def hint(self, spec: Spec, language: str) -> str:
        """Return the help that its head has room for; all other help says how to fill in."""
        if spec.drawing >= HELP_IS_SAID_ONCE or self.field is None or self.part > 1 or self.turned:
            return ""
        text = self.field.help.say(language)
        return text if len(text) <= HINT_LINES * self.width * CHARACTERS else ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a grid. `role`: title, section, item, record, question; below the last one total, and note.

    The code of a total ends with what of the columns it shows.
    """

    index: int
    role: str
    code: str = ""  # what stands in the hidden column
    mark: str = ""  # what stands before it as its number
    label: str = ""
    help: str = ""
    item: Item | None = None
    field: Field | None = None  # of a question
    part: int = 0


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of one answer: its cells with the codes that find them, and the cell of its check."""

    tool: str
    row: str
    field: Field
    grid: int
    cells: tuple[Place, ...]
    codes: tuple[tuple[str, str], ...]  # (row code, column code) of each cell
    check: Place | None
    order: int  # position among the check cells of its row, from 0
    key: Key = made(init=False)  # tool, row and field, as in `hrge_xl.answers.submission.Answers`

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", (self.tool, self.row, self.field.code))


class CellOfSlot(NamedTuple):
    """A cell of a slot as an answer names it; `part` counts those of a field with several answers, from 1."""

    tool: str
    row: str
    field: str
    part: int
    sheet: str
    address: str


@dataclass(frozen=True)
class Grid:
    """One block with its rows, columns and slots."""

    number: int
    tool: Tool
    block: Block
    columns: tuple[GridColumn, ...]
    rows: tuple[Row, ...]
    slots: tuple[Slot, ...]
    leading: int = 1  # how many answers of a register stay in view

    @property
    def across(self) -> bool:
        """Whether records stand side by side (a form) and not below each other."""
        return self.kind == "form"

    @property
    def kind(self) -> str:
        """The kind of the block."""
        return str(self.block.kind)  # type: ignore[attr-defined]

    def with_role(self, role: str) -> tuple[GridColumn, ...]:
        """Return the columns of one role, from left to right."""
        return tuple(column for column in self.columns if column.role == role)

    def columns_of(self, code: str) -> tuple[GridColumn, ...]:
        """Return the columns of a field, its check left out."""
        return tuple(
            c for c in self.columns if c.field and c.field.code == code and c.role != "check"
        )

    @property
    def check_columns(self) -> dict[tuple[str, int], int]:
        """The columns of the check cells, by the code of the field in a table, by number of the record in a form."""
        columns = self.with_role("check")
        return {
            (column.field.code if column.field else "", column.record): column.index
            for column in columns
        }

    @cached_property
    def data_rows(self) -> tuple[Row, ...]:
        """The rows that hold answers."""
        return tuple(row for row in self.rows if row.role in ("item", "record", "question"))

    @cached_property
    def checked_rows(self) -> dict[int, list[Slot]]:
        """The slots that have a check cell, by the sheet row of that."""
        return grouped((slot.check.row, slot) for slot in self.slots if slot.check is not None)

    @cached_property
    def by_row(self) -> dict[str, dict[str, Slot]]:
        """The slots by row (or record) and field code."""
        table: dict[str, dict[str, Slot]] = {}
        for slot in self.slots:
            table.setdefault(slot.row, {})[slot.field.code] = slot
        return table

    @cached_property
    def cells_by_row(self) -> dict[str, dict[str, tuple[Place, ...]]]:
        """The cells by row (or record) and field code, those of fixed columns too."""
        table = {}
        for row, slots in self.by_row.items():
            table[row] = {code: slot.cells for code, slot in slots.items()}
        for column in self.with_role("fixed"):
            for place in self.data_rows:
                table.setdefault(place.code, {})[column.code] = (Place(place.index, column.index),)
        return table

    @cached_property
    def row(self) -> dict[str, Row]:
        """The rows that hold answers by their code."""
        return {row.code: row for row in reversed(self.data_rows)}

    @property
    def records(self) -> int:
        """How many records stand side by side; 0 in a table."""
        return int(getattr(self.block, "records", 0))

    @property
    def is_repeated(self) -> bool:
        """Whether it is a form that is asked several times, once a record."""
        return self.across and self.records > 1

    def same_records(self, grid: Grid) -> bool:
        """Say whether both are form blocks about the same records."""
        return self.across and grid.across and self.records == grid.records

    @cached_property
    def frozen(self) -> int:
        """The last of the columns that stay in view: those up to the name of the row, or its leading answers."""
        named = self.with_role("name")
        return named[-1].index if named else self.with_role("answer")[self.leading - 1].index

    @cached_property
    def bands(self) -> tuple[tuple[Band, tuple[GridColumn, ...]], ...]:
        """Each band with its columns, without those that stay in view."""
        bands: list[tuple[Band, list[GridColumn]]] = []
        for column in self.columns:
            if column.field is None or column.role in HIDDEN:
                continue
            if column.field.band is not None and column.part < 2:
                bands.append((column.field.band, []))
            if bands and column.index > self.frozen:
                bands[-1][1].append(column)
        return tuple((band, tuple(columns)) for band, columns in bands if columns)


class PanelLine(NamedTuple):
    """One line of what helps to fill in a sheet: a head, or a text with what it is about before it.

    Those of the `example` stand beside the others where there is room.
    """

    text: str
    about: str = ""
    is_head: bool = False
    example: bool = False


@dataclass(frozen=True, slots=True)
class Drawn:
    """The area of a calculated block: from `first` down to `last_row`, all columns, those seen with their widths."""

    block: Block
    number: int
    first: int
    last_row: int
    widths: dict[int, int]
    left: int = MARK_COLUMN

    @property
    def head(self) -> int:
        """The row of the column heads."""
        block = self.block
        summed_up = block.kind in ("collect", "problems") and not getattr(block, "summary", "")  # type: ignore[attr-defined]
        return self.first + bool(block.title) + bool(block.help) + summed_up


@dataclass(frozen=True)
class Sheet:
    """One tool sheet."""

    tool: Tool
    name: str
    grids: tuple[Grid, ...]
    widths: dict[int, int]
    last: Place
    drawn: tuple[Drawn, ...] = ()
    panel: tuple[PanelLine, ...] = ()
    panel_column: int = 0  # the first of its two columns, 0 where there is none
    guide: tuple[PanelLine, ...] = ()  # what stands on a sheet for all of them, in place of a panel
    hidden: bool = False

    @property
    def slots(self) -> Iterator[Slot]:
        """Every slot of the sheet, top down."""
        return (slot for grid in self.grids for slot in grid.slots)

    @cached_property
    def checked(self) -> tuple[Slot, ...]:
        """The slots that have a check cell."""
        return tuple(slot for slot in self.slots if slot.check is not None)

    @property
    def progress_name(self) -> str:
        """The defined name of its row on the cover: required, answered, to correct."""
        return "progress_" + self.tool.code.replace(".", "_")

    @property
    def name_in_book(self) -> str:
        """The defined name of the whole sheet: the second way in when its hidden codes are gone."""
        return "sheet_" + self.tool.code.replace(".", "_")

    @cached_property
    def check_columns(self) -> tuple[int, int] | None:
        """First and last column of the check cells."""
        columns = [c.index for grid in self.grids for c in grid.columns if c.role in HIDDEN]
        return (min(columns), max(columns)) if columns else None


@dataclass(frozen=True, slots=True)
class ListPlace:
    """Where a list stands on the Lists sheet: `column` its labels, `column + 1` its codes.

    `steps` are the numbers of a scale. They stand below its labels, for the dropdown to take them as they are typed.
    """

    name: str
    column: int
    first: int
    labels: tuple[str, ...]
    codes: tuple[str, ...]
    parents: tuple[str, ...] = ()  # labels of the parents, in `column + 2`
    spellings: tuple[str, ...] = ()  # what else is read as each entry, in `column + 2`
    steps: tuple[float, ...] = ()

    @property
    def offered(self) -> tuple[str, ...]:
        """The entries that the dropdown offers: of those of a tick all but the word for none."""
        return self.labels[:-1] if self.spellings else self.labels

    @property
    def last_offered(self) -> int:
        """Row of the last entry that the dropdown offers."""
        return self.first + len(self.offered) - 1

    @property
    def width(self) -> int:
        """How many columns it has."""
        return 3 if self.parents or self.spellings else 2

    @property
    def last(self) -> int:
        """Row of the last entry."""
        return self.first + len(self.labels) - 1


@dataclass(frozen=True, eq=False)
class Layout:
    """A spec laid out in one language, with the tools and the number of register rows chosen; equal to itself alone."""

    spec: Spec
    language: str
    sheets: tuple[Sheet, ...]
    lists: dict[str, ListPlace]
    messages: Messages
    cover_name: str
    lists_name: str
    guide_name: str  # "" where how to fill a sheet in stands beside its table
    blank_rows: int | None
    digest: str
    last: Mapping[Key, tuple[Place, ...]] = made(default_factory=dict)
    """Where on their hidden sheet the answers of the round before stand; empty where the workbook has none."""

    def shown(self, sheet: str) -> str:
        """Return the name of a sheet, or a code, as it stands in a cell."""
        return (
            sheet
            if self.spec.drawing < PEOPLE_SEE_NO_CODES
            else begun_in_order(sheet, self.language)
        )

    def __repr__(self) -> str:
        return f"<Layout of {self.spec.name} {self.spec.version} in {self.language}: {len(self.sheets)} sheets>"

    @property
    def own_names(self) -> list[str]:
        """The names of the sheets that people see besides those of the tools, but for what is given back."""
        return [*filter(None, (self.cover_name, self.guide_name, self.lists_name))]

    @cached_property
    def guide_rows(self) -> dict[str, int]:
        """For each tool the row of the guide where it begins."""
        rows = {}
        free = LINKS_ROW
        for sheet in self.sheets:
            if sheet.guide:
                rows[sheet.tool.code] = free
                beside = sum(line.example for line in sheet.guide)
                free += max(beside, len(sheet.guide) - beside) + 1
        return rows

    @cached_property
    def sheet(self) -> dict[str, Sheet]:
        """Every sheet by the code of its tool."""
        return {sheet.tool.code: sheet for sheet in self.sheets}

    @cached_property
    def labels(self) -> dict[str, dict[str, str]]:
        """For each list the labels by code; of a code that stands there twice the first."""
        return {
            name: dict(zip(reversed(place.codes), reversed(place.labels), strict=True))
            for name, place in self.lists.items()
        }

    @cached_property
    def labels_of(self) -> dict[Key, dict[str, str]]:
        """For each slot whose cells show labels these by code."""
        names = {
            key: slot.field.list_name
            for key, slot in self.slots.items()
            if not slot.field.type.stepped
        }
        return {key: self.labels[name] for key, name in names.items() if name is not None}

    @cached_property
    def cells_of(self) -> dict[Key, tuple[CellOfSlot, ...]]:
        """For each slot its cells with their addresses."""
        cells_of = {}
        for key, slot in self.slots.items():
            sheet = self.sheet[slot.tool].name
            first = 1 if slot.field.several else 0
            cells = enumerate(slot.cells, first)
            cells_of[key] = tuple(
                CellOfSlot(*key, part, sheet, address(*cell)) for part, cell in cells
            )
        return cells_of

    @cached_property
    def rows_of(self) -> dict[str, Grid]:
        """For each tool the grid that references and counts mean: its first table; of a sheet of forms the first."""
        grids = {}
        for sheet in self.sheets:
            is_form = all(getattr(block, "records", 2) == 1 for block in sheet.tool.field_blocks)
            tables = [
                grid for grid in sheet.grids if is_form or not grid.across or grid.is_repeated
            ]
            if tables:
                grids[sheet.tool.code] = tables[0]
        return grids

    @cached_property
    def row_codes(self) -> dict[str, tuple[str, ...]]:
        """For each tool the codes of the rows that references to it mean."""
        return {
            tool: tuple(row.code for row in grid.data_rows) for tool, grid in self.rows_of.items()
        }

    @cached_property
    def slots(self) -> dict[Key, Slot]:
        """Every slot by tool, row and field."""
        return {slot.key: slot for sheet in self.sheets for slot in sheet.slots}

    def leaves_out(self, field: Field, code: object) -> bool:
        """Say whether a code is one of the list of a field that stands nowhere in the workbook."""
        left_out = (self.spec.left_out or {}).get(field.vocabulary or "", ())
        return any(entry.code == code for entry in left_out)

    def grid_of(self, slot: Slot) -> Grid:
        """Return the grid that a slot belongs to."""
        return next(grid for grid in self.sheet[slot.tool].grids if grid.number == slot.grid)

    def question(self, slot: Slot) -> str:
        """Name a slot as findings do: its row, where it has one, and its question."""
        label = slot.field.label.say(self.language)
        return label if self.grid_of(slot).across else f"{self.spec.shown_code(slot.row)} {label}"

    def active_place(self, grid: Grid, row: str) -> Place | None:
        """Return the helper cell that counts the answers of a row of a register, or of a record of a repeated form."""
        if grid.kind == "register":
            (column,) = grid.with_role("active")
            return Place(next(iter(grid.by_row[row].values())).cells[0].row, column.index)
        if grid.is_repeated:
            first = next(
                neighbour
                for neighbour in self.sheet[grid.tool.code].grids
                if neighbour.same_records(grid)
            )
            return Place(HEAD_ROW, first.check_columns["", int(row)])
        return None
