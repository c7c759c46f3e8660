"""What a returned workbook of a layout should hold, as tables to look it up in; and what was found in one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, TypeVar

from ..answers.submission import Answers, CellKey, Identity, Submission, Unplaced
from ..core.words import fold
from ..core.work import grouped
from ..fields import Field, Vocabularies
from ..findings import Finding, Kind
from ..layout import Layout, Sheet, Slot, address, keeps_others, reference_name
from ..layout.model import BAND_ROW, CODE_COLUMN, CODE_ROW, FIRST_ROW, HEAD_ROW, purpose
from ..spec.issuance import rows_of
from ..spec.lookup import Scope, vocabularies
from ..spec.model import FieldBlock
from ..workbook.book import issued_cover, issued_sheets
from ..workbook.cover import answered
from .issued_cells import ExpectedCells, SheetResults
from .raw import RawCell

ANY_RULE = "any"  # what cells are issued with, besides lists by name
SERVICE_ROLES = frozenset(
    {"sign", "status", "check", "active"}
)  # of columns that only formulas fill
OPEN = "?"  # stands before the name of a list whose dropdown refuses nothing


@dataclass(frozen=True, slots=True, eq=False)
class CellSpec:
    """One cell of a slot: the codes that find it and its place in the layout."""

    slot: Slot
    key: CellKey
    row_code: str
    column_code: str
    row: int
    column: int
    home: str  # its address while nothing has moved
    calculated: bool
    need: str  # the rule it is issued with: "any", a list by its name, or none ("")


Thing = TypeVar("Thing")
Needs = dict[tuple[str, int], dict[int, CellSpec]]  # kind of rule and column -> row -> cell


class LocatedCell(NamedTuple):
    """A cell of the layout, and where it is in the file."""

    part: CellSpec
    row: int
    column: int


class Tampering(NamedTuple):
    """What happened to one cell of a sheet, and what else is to be said of it."""

    kind: Kind
    sheet: str
    cell: LocatedCell
    details: Mapping[str, str] = {}


@dataclass(frozen=True)
class LocatedCells:
    """The cells of one sheet that were found, with the places where they are."""

    cells: Sequence[LocatedCell]

    @cached_property
    def by_row(self) -> dict[int, list[tuple[CellSpec, int]]]:
        """The cells by row, with their columns."""
        return grouped((row, (part, column)) for part, row, column in self.cells)

    @cached_property
    def columns(self) -> frozenset[int]:
        """The columns in which something is asked for."""
        return frozenset(column for part, _, column in self.cells if not part.calculated)

    @cached_property
    def calculated(self) -> Sequence[LocatedCell]:
        """The cells that a formula fills."""
        return tuple(cell for cell in self.cells if cell.part.calculated)

    @cached_property
    def needs(self) -> Needs:
        """The cells that were issued with a validation rule, by rule and column."""
        table: Needs = {}
        for part, row, column in self.cells:
            if part.need:
                table.setdefault((part.need, column), {})[row] = part
        return table


class ExpectedLines(NamedTuple):
    """The rows, or the columns, of a tool sheet."""

    codes: Mapping[str, tuple[int, ...]]  # with the lines that have each
    needed: Mapping[
        str, CellSpec
    ]  # codes of lines that hold answers, each with the first of its cells
    codeless: frozenset[int]

    @classmethod
    def of(
        cls,
        coded: Iterable[tuple[str, int]],
        parts: Iterable[tuple[str, CellSpec]],
        lines: Iterable[int],
    ) -> ExpectedLines:
        """Make them of codes with their lines, codes with their cells, and all lines that may have none."""
        codes = {code: tuple(sorted({*places})) for code, places in grouped(coded).items() if code}
        needed = {code: cells[0] for code, cells in grouped(parts).items()}
        return cls(codes, needed, frozenset(lines).difference(*codes.values()))


@dataclass(frozen=True)
class ExpectedSheet:
    """What one tool sheet should hold. Rows and columns are those of the layout."""

    sheet: Sheet
    layout: Layout

    @property
    def tool(self) -> str:
        """The code of the tool, which is the key of the sheet."""
        return self.sheet.tool.code

    @cached_property
    def parts(self) -> tuple[CellSpec, ...]:
        """Every cell of every slot, top down."""
        parts: list[CellSpec] = []
        for slot in self.sheet.slots:
            need = _need(self.layout, slot.field)
            calculated = slot.field.calculated
            for number, (place, codes) in enumerate(
                zip(slot.cells, slot.codes, strict=True), start=1
            ):
                key = (*slot.key, number if slot.field.several else 0)
                parts.append(CellSpec(slot, key, *codes, *place, address(*place), calculated, need))
        return tuple(parts)

    @cached_property
    def home(self) -> LocatedCells:
        """Every cell while nothing has moved."""
        return LocatedCells(tuple(LocatedCell(part, part.row, part.column) for part in self.parts))

    @cached_property
    def at(self) -> dict[tuple[int, int], CellSpec]:
        """The cells by place."""
        return {(part.row, part.column): part for part in self.parts}

    @cached_property
    def home_cells(self) -> dict[CellKey, str]:
        """Where every cell is while nothing has moved."""
        return {part.key: part.home for part in self.parts}

    @cached_property
    def rows(self) -> ExpectedLines:
        """The rows; those of titles, heads and sections have no code."""
        coded = ((row.code, row.index) for grid in self.sheet.grids for row in grid.rows)
        parts = ((part.row_code, part) for part in self.parts)
        return ExpectedLines.of(coded, parts, self.taken.keys() - {CODE_ROW})

    @cached_property
    def columns(self) -> ExpectedLines:
        """The columns; those of labels and help have no code."""
        coded = (
            (column.code, column.index) for grid in self.sheet.grids for column in grid.columns
        )
        parts = ((part.column_code, part) for part in self.parts)
        return ExpectedLines.of(coded, parts, range(CODE_COLUMN + 1, self.sheet.last.column + 1))

    @cached_property
    def not_only_service(self) -> frozenset[int]:
        """The columns with more than checks and what they come to; stacked blocks may use one for several things."""
        columns = (column for grid in self.sheet.grids for column in grid.columns)
        return frozenset(column.index for column in columns if column.role not in SERVICE_ROLES)

    @cached_property
    def taken(self) -> dict[int, frozenset[int]]:
        """The columns in which something may stand, by row. Rows of titles and heads belong to the engine."""
        whole = frozenset(range(1, self.sheet.last.column + 1))
        table = dict.fromkeys(range(CODE_ROW, FIRST_ROW), whole)
        for grid in self.sheet.grids:
            columns = frozenset({CODE_COLUMN, *(column.index for column in grid.columns)})
            answer_rows = {row.index for row in grid.data_rows}
            table.update(
                {row.index: columns if row.index in answer_rows else whole for row in grid.rows}
            )
        for row, _ in enumerate(self.sheet.panel, start=HEAD_ROW):
            panel_columns = {self.sheet.panel_column, self.sheet.panel_column + 1}
            table[row] = table.get(row, frozenset({CODE_COLUMN})) | panel_columns
        return table

    @cached_property
    def texts(self) -> frozenset[str]:
        """Every text of the table and above it, folded: it tells our rows and columns from theirs."""
        tool = self.sheet.tool
        texts = {text for words in (tool.title, tool.part) for text in words.by_language.values()}
        texts |= {purpose(tool, language) for language in tool.title.by_language}
        drawn = issued_sheets(self.layout)[self.sheet.name].constants
        above = (drawn.get(row, {}) for row in range(CODE_ROW + 1, HEAD_ROW))
        texts |= {str(text) for cells in above for text in cells.values()}
        for grid in self.sheet.grids:
            for row in grid.rows:
                texts |= {row.label, row.help, row.code}
            texts |= {column.label for column in grid.columns}
        return frozenset(fold(text) for text in texts) - {""}

    @cached_property
    def panel_texts(self) -> frozenset[str]:
        """Every text of the panel beside the table, folded; answers may well be written alike."""
        return frozenset(
            fold(text) for line in self.sheet.panel for text in (line.about, line.text)
        ) - {""}

    @cached_property
    def tables(self) -> tuple[frozenset[str], ...]:
        """The row codes of each block that people can sort: those that also show them as marks."""
        grids = (grid for grid in self.sheet.grids if not grid.across and grid.slots)
        return tuple(frozenset(row.code for row in grid.data_rows) for grid in grids)

    @cached_property
    def row_texts(self) -> dict[int, frozenset[str]]:
        """What tells each row with a code without looking at its code, folded."""
        rows = (row for grid in self.sheet.grids for row in grid.data_rows)
        return {
            row.index: frozenset({fold(row.label), fold(row.code)} if row.label else ())
            for row in rows
        }

    @cached_property
    def heads(self) -> frozenset[tuple[int, str]]:
        """The columns with their heads, folded."""
        columns = (column for grid in self.sheet.grids for column in grid.columns if column.label)
        return frozenset((column.index, fold(column.label)) for column in columns)

    @cached_property
    def foreign(self) -> bool:
        """Whether the sheet also shows calculated blocks, whose cells the layout does not place."""
        return any(not isinstance(block, FieldBlock) for block in self.sheet.tool.blocks)

    @cached_property
    def progress(self) -> re.Pattern[str]:
        """How the line begins that counts the answers of the sheet."""
        counted = re.escape(answered(self.layout.language))
        return re.compile(counted.replace(r"\{given\}", r"\d+").replace(r"\{required\}", r"\d+"))

    def known_text(self, text: str) -> bool:
        """Say whether a text is one of ours; labels may carry their help on further lines."""
        return fold(text.split("\n", 1)[0]) in self.texts

    def is_loose(self, row: int, column: int, text: str) -> bool:
        """Say whether a text is a band or a line of the panel, which go with no row or column that has a code."""
        bands = (
            band.label.say(self.layout.language)
            for grid in self.sheet.grids
            for band, _ in grid.bands
        )
        is_band = row == BAND_ROW and fold(text) in map(fold, bands)
        return is_band or (
            column - self.sheet.panel_column in (0, 1) and fold(text) in self.panel_texts
        )


@dataclass(frozen=True, eq=False)
class ExpectedWorkbook:
    """A layout made ready for reading; made once and used for every file of that layout."""

    layout: Layout
    covers: dict[frozenset[str], ExpectedCells] = field(default_factory=dict)

    @cached_property
    def sheets(self) -> dict[str, ExpectedSheet]:
        """The plan of every tool sheet by the code of its tool."""
        return {sheet.tool.code: ExpectedSheet(sheet, self.layout) for sheet in self.layout.sheets}

    @cached_property
    def parts(self) -> tuple[CellSpec, ...]:
        """Every cell of every sheet."""
        return tuple(part for sheet in self.sheets.values() for part in sheet.parts)

    @cached_property
    def vocabularies(self) -> Vocabularies:
        """Every way to write the entries of every list."""
        spec = self.layout.spec
        rows = dict[str, Iterable[str]](self.layout.row_codes)
        targets = {target for _, _, reference in spec.places() for target in reference.to}
        for target in targets - rows.keys():
            scope = Scope(spec, spec.tool[target]).rows_of(target)  # it was not issued
            if scope is not None and scope.block is not None:
                rows[target] = rows_of(spec, scope.block)
        return vocabularies(spec, self.layout.language, rows)

    @cached_property
    def issued(self) -> dict[str, ExpectedCells]:
        """What was issued on each sheet, by its name; but for the cover, whose lines differ."""
        tools = {sheet.name: sheet for sheet in self.layout.sheets}
        expected_cells = dict[str, ExpectedCells]()
        for name, issued in issued_sheets(self.layout).items():
            if name in tools:
                expected_cells[name] = ExpectedCells.of_tool(issued, tools[name])
            elif name == self.layout.lists_name:
                expected_cells[name] = ExpectedCells.of_lists(issued, self.layout)
            else:
                expected_cells[name] = ExpectedCells(issued)
        return expected_cells

    def cover(self, lines: frozenset[str]) -> ExpectedCells:
        """Return what was issued on the cover with lines for these facts."""
        if lines not in self.covers:
            self.covers[lines] = ExpectedCells(issued_cover(self.layout, lines))
        return self.covers[lines]

    def row_label(self, part: CellSpec) -> str:
        """Name a row as findings do: its number and item, or its question."""
        slot = part.slot
        grid = self.layout.grid_of(part.slot)
        if grid.across:
            return self.layout.question(slot)
        row = grid.row[slot.row]
        return row.mark if row.label == slot.row else shorten(f"{row.mark} {row.label}")

    def column_label(self, part: CellSpec) -> str:
        """Name a column as findings do, by what its head says."""
        return next(
            c.label for c in self.layout.grid_of(part.slot).columns if c.index == part.column
        )


def _need(layout: Layout, field: Field) -> str:
    name = f"list_{field.list_name}" if field.list_name else reference_name(layout, field)
    if name is not None:
        return (OPEN if keeps_others(layout.spec, field) else "") + name.casefold()
    bounds = field.type.limits(field).type
    return ANY_RULE if bounds in ("whole", "decimal", "date") else ""


def shorten(text: str, limit: int = 80) -> str:
    """Return a text for a sentence: one line, not too long."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def observe_at(kind: Kind, sheet: str, cell: str | None, part: CellSpec, **detail: str) -> Finding:
    """Return an observation about one answer."""
    return kind.at(sheet, cell, *part.slot.key, **detail)


def one_by_one(entries: Sequence[Thing], alone: int) -> Iterator[Sequence[Thing]]:
    """Yield what is told: the first ones each by itself, and all further ones together."""
    yield from ([entry] for entry in entries[:alone])
    if len(entries) > alone:
        yield entries[alone:]


# what is known of a file beyond its sheets, and everything that was found on them


Filled = tuple[CellSpec, str, str, RawCell]  # cell of the layout, sheet, address, what stands there


@dataclass(slots=True)
class ReadResult:
    """What a file is read against, the submission that it becomes, and what is needed until it is whole.

    `identity` is the stamp of a file whose every text and formula is known; None for any other.
    """

    plan: ExpectedWorkbook
    same_layout: bool  # it was issued with this very layout: positions can be trusted
    lost: frozenset[str]  # what the format of the file does not keep
    identity: Identity | None
    last: Answers | None  # of the round before; None where nobody knows what they were
    submission: Submission

    filled: list[Filled] = field(default_factory=list)
    # what was typed over texts and formulas
    overwriting: list[Unplaced] = field(default_factory=list)
    # the cells of each sheet that lost their dropdown or its alert
    lists_lost: dict[str, list[Tampering]] = field(default_factory=dict)
    # the cells of each sheet that were cut
    cells_cut: dict[str, set[tuple[int, int]]] = field(default_factory=dict)
    # of formulas, by the issued name of the sheet
    results: dict[str, SheetResults] = field(default_factory=dict)

    @property
    def drawn_otherwise(self) -> bool:
        """Whether its sheets are not those that this program draws: what they say of themselves counts."""
        return self.submission.older or self.identity is None
