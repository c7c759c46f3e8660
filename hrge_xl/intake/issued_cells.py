"""Every cell of a sheet held against what was issued in it: texts, numbers of rows, formulas; and what these show.

Hundreds of returns are alike in nearly all of this. So whole rows are compared at once, and the formulas as some
program writes them are remembered once they were found to be the issued ones.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property, lru_cache
from math import isclose
from operator import itemgetter
from typing import Any, NamedTuple

from ..findings import Kind
from ..findings.structure import HEAD_CHANGED, ROW_NUMBER_CHANGED
from ..layout import Layout, Sheet
from ..layout.model import CODE_COLUMN, CODE_ROW, HEAD_ROW
from ..submission import Result
from ..words import tidy
from ..workbook.issued import IssuedFormula, IssuedSheet
from .cell_values import shown_cell
from .formula_forms import Anchor, counted_from, normal_form
from .raw import CellKind, Follower, RawCell, RawSheet, SharedFormula

MOST_WRITINGS = 6  # ways in which programs write the formulas of one sheet, remembered at a time
LONGEST = 2 * 8_192  # characters of a formula that any program may have made of ours, which have half as many
NEVER = CellKind.NOT_CALCULATED


class What(StrEnum):
    """What became of an issued cell."""

    CHANGED = "changed"  # another text or number, or nothing
    TYPED_OVER = "typed over"  # a formula that gave way to a text or number
    REPLACED = "replaced"  # a formula by another one
    CLEARED = "cleared"  # a formula by nothing


class Difference(NamedTuple):
    """One cell that is not as issued: where it is in the file, where it was, what stood there and what stands there."""

    what: What
    row: int
    column: int
    home: tuple[int, int]
    issued: str
    found: str


@dataclass
class SheetResults:
    """What every issued formula of a sheet shows, row by row; None where it was never calculated.

    `sheet` is the name in the file; `places` says where they are now, unless they are where they were issued.
    """

    sheet: str
    values: list[Result] = field(default_factory=list)
    places: list[tuple[int, int]] | None = None


@dataclass(frozen=True)
class Moved:
    """Where the rows and columns of the layout are in a file."""

    rows: Mapping[int, int]
    columns: Mapping[int, int]

    def place(self, row: int, column: int) -> tuple[int, int] | None:
        """Say where a cell is now; None where its row or column is gone."""
        here = self.rows.get(row), self.columns.get(column)
        return None if here[0] is None or here[1] is None else (here[0], here[1])


@dataclass
class Compared:
    """What was found on one sheet. `results` are those of the issued formulas, in the order of `formula_places`.

    `moved` says where its rows and columns are, None that all are where they were issued.
    """

    results: SheetResults
    differences: list[Difference] = field(default_factory=list)
    moved: Moved | None = None


@dataclass(frozen=True)
class Formulas:
    """How the formulas of a file can be compared.

    `kept`: its format keeps them; `exact`: nothing has moved, else all cells that they refer to are alike; `sheets`:
    names of sheets as issued by those in the file, in lower case, where they differ.
    """

    kept: bool = True
    exact: bool = True
    sheets: Mapping[str, str] = field(default_factory=dict)


@dataclass
class _Writing:
    """The formulas of a sheet as one program writes them: those that are shared, and row by row those that hold."""

    shared: dict[str, SharedFormula]
    rows: dict[int, list[str | None]] = field(default_factory=dict)


class _Row(NamedTuple):
    """Issued cells of one row."""

    row: int
    columns: tuple[int, ...]
    take: Callable[[Any], tuple[RawCell, ...]]  # from the stored cells of the row


class ExpectedCells:
    """One issued sheet, made ready to be compared with."""

    def __init__(self, issued: IssuedSheet) -> None:
        self.issued = issued
        self._writings: list[_Writing] = []

    @cached_property
    def held(self) -> dict[int, frozenset[int]]:
        """The columns in which something was issued or may be filled in, by row."""
        table: dict[int, set[int]] = {}
        for source in (self.issued.constants, self.issued.formulas):
            for row, cells in source.items():
                table.setdefault(row, set()).update(cells)
        for live in self.issued.live:
            for place in live.places:
                table.setdefault(place.row, set()).add(place.column)
        return {row: frozenset(columns) for row, columns in table.items()}

    @cached_property
    def formula_places(self) -> list[tuple[int, int]]:
        """Where the formulas were issued, row by row."""
        return [(row, column) for row, cells in self.issued.formulas.items() for column in cells]

    @cached_property
    def _constants(self) -> list[tuple[_Row, tuple[RawCell, ...]]]:
        return [
            (_row(row, cells), tuple(map(_constant, _twice(list(cells.values())))))
            for row, cells in self.texts.items()
        ]

    @cached_property
    def texts(self) -> dict[int, dict[int, str | float]]:
        """The constants but for the hidden codes, which tell where everything is."""
        found = {
            row: {column: each for column, each in cells.items() if not is_code(row, column)}
            for row, cells in self.issued.constants.items()
        }
        return {row: cells for row, cells in found.items() if cells}

    @cached_property
    def codes(self) -> dict[tuple[int, int], str]:
        """The hidden codes, by their places."""
        return {
            (row, column): str(each)
            for row, cells in self.issued.constants.items()
            for column, each in cells.items()
            if is_code(row, column)
        }

    @cached_property
    def _formulas(self) -> list[_Row]:
        return [_row(row, cells) for row, cells in self.issued.formulas.items()]

    def compare(self, raw: RawSheet, moved: Moved | None, formulas: Formulas) -> Compared:
        """Compare a sheet. `moved` says where its rows and columns are, None that all are where they were issued."""
        found = Compared(SheetResults(raw.name), moved=moved)
        if moved is None:
            self._compare_home(raw, found, formulas)
        else:
            self._compare_moved(raw, moved, found, formulas)
        return found

    # where nothing has moved: row by row

    def _compare_home(self, raw: RawSheet, found: Compared, formulas: Formulas) -> None:
        cells = raw.cells
        for (row, column), code in self.codes.items():
            cell = cells.get(row, {}).get(column)
            if cell is None or (cell.value != code and not _is_same(code, cell)):
                found.differences.append(_difference(What.CHANGED, (row, column), (row, column), code, cell))
        for line, expected in self._constants:
            stored = cells.get(line.row, {})
            if _taken(line, stored) != expected:
                found.differences += self._changed(line.row, stored)
        writing = self._writing(raw.shared_formulas)
        for line in self._formulas:
            stored = cells.get(line.row, {})
            taken = _taken(line, stored)
            if taken is None:
                taken = tuple(stored.get(column, _NOTHING) for column in _twice(line.columns))
            found.results.values += [
                None if each.kind is NEVER else each.value for each in taken[: len(line.columns)]
            ]
            if formulas.kept:
                differences = list(self._written(line, taken, writing, formulas))
                found.differences += differences
                for each in differences:  # what another formula shows is not a result of the issued one
                    found.results.values[line.columns.index(each.column) - len(line.columns)] = None

    def _changed(self, row: int, stored: Mapping[int, RawCell]) -> Iterator[Difference]:
        for column, issued in self.texts[row].items():
            cell = stored.get(column)
            if not _is_same(issued, cell):
                yield _difference(What.CHANGED, (row, column), (row, column), _text(issued), cell)

    def _writing(self, shared: dict[str, SharedFormula]) -> _Writing:
        for each in self._writings:
            if each.shared == shared:
                return each
        self._writings = [*self._writings[1 - MOST_WRITINGS :], _Writing(dict(shared))]
        return self._writings[-1]

    def _written(
        self, line: _Row, taken: Sequence[RawCell], writing: _Writing, formulas: Formulas
    ) -> Iterator[Difference]:
        texts = [each.formula for each in taken]
        if writing.rows.get(line.row) == texts:
            return
        whole = formulas.exact and not formulas.sheets
        for column, cell in zip(line.columns, taken, strict=False):
            place, issued = (line.row, column), self.issued.formulas[line.row][column]
            what = _fate(cell, place, issued, writing.shared, formulas)
            if what is not None:
                whole = False
                yield _difference(what, place, place, f"={issued.text}", cell)
        if whole:
            writing.rows[line.row] = texts

    # where something has moved: cell by cell

    def _compare_moved(self, raw: RawSheet, moved: Moved, found: Compared, formulas: Formulas) -> None:
        for home, cell, here in _at(self.texts, raw, moved):
            issued = self.texts[home[0]][home[1]]
            if not _is_same(issued, cell):
                found.differences.append(_difference(What.CHANGED, here, home, _text(issued), cell))
        results = dict[tuple[int, int], Result].fromkeys(self.formula_places)
        places = dict(zip(self.formula_places, self.formula_places, strict=True))
        for home, cell, here in _at(self.issued.formulas, raw, moved):
            results[home], places[home] = None if cell is None or cell.kind is NEVER else cell.value, here
            formula = self.issued.formulas[home[0]][home[1]]
            what = _fate(cell, here, formula, raw.shared_formulas, formulas) if formulas.kept else None
            if what is not None:
                results[home] = None
                found.differences.append(_difference(what, here, home, f"={formula.text}", cell))
        found.results.values, found.results.places = list(results.values()), list(places.values())


def _fate(
    cell: RawCell | None,
    here: tuple[int, int],
    issued: IssuedFormula,
    shared: Mapping[str, SharedFormula],
    formulas: Formulas,
) -> What | None:
    """Tell what became of a formula; None if it still stands there."""
    if cell is None or cell.formula is None:
        blank = cell is None or cell.kind is CellKind.BLANK or cell.value == ""
        return What.CLEARED if blank else What.TYPED_OVER
    text, anchor = cell.formula, here
    if isinstance(text, Follower):
        first = shared.get(text)
        if first is None:
            return What.REPLACED
        text, anchor = first.text, (first.row, first.column)
    if (text, anchor) == (issued.text, tuple(issued.anchor)):
        return None
    if len(text) > LONGEST:
        return What.REPLACED
    at = Anchor(*anchor) if formulas.exact else None
    if at is not None and not formulas.sheets and counted_from(text, at) == _counted(issued):
        return None
    same = normal_form(text, at, formulas.sheets) == _normal(issued, exact=formulas.exact)
    return None if same else What.REPLACED


_NOTHING = RawCell(CellKind.BLANK, None)


def _twice(columns: Sequence[Any]) -> Sequence[Any]:
    """At least two, so that they are always taken as a tuple."""
    return columns if len(columns) > 1 else [*columns, *columns]


def _row(row: int, cells: Iterable[int]) -> _Row:
    columns = tuple(cells)
    return _Row(row, columns, itemgetter(*_twice(columns)))


def _taken(line: _Row, stored: Mapping[int, RawCell]) -> tuple[RawCell, ...] | None:
    try:
        return line.take(stored)
    except KeyError:
        return None


def _at(
    issued: Mapping[int, Mapping[int, object]], raw: RawSheet, moved: Moved
) -> Iterator[tuple[tuple[int, int], RawCell | None, tuple[int, int]]]:
    """Give every issued cell whose row and column are there: its home, what stands there now, and where that is."""
    for row, cells in issued.items():
        here = moved.rows.get(row)
        stored = raw.cells.get(here, {}) if here is not None else {}
        for column in cells:
            across = moved.columns.get(column)
            if here is not None and across is not None:
                yield (row, column), stored.get(across), (here, across)


def _constant(value: str | float) -> RawCell:
    return RawCell(CellKind.TEXT if isinstance(value, str) else CellKind.NUMBER, value)


def _is_same(issued: str | float, cell: RawCell | None) -> bool:
    if cell is None or cell.formula is not None:
        return False
    if isinstance(issued, str):
        return issued == cell.value or tidy(issued) == tidy(str(cell.value or ""))
    return isinstance(cell.value, int | float) and isclose(issued, cell.value, rel_tol=1e-12)


def is_code(row: int, column: int) -> bool:
    """Say whether hidden codes stand in this place."""
    return row == CODE_ROW or column == CODE_COLUMN


def _difference(
    what: What, here: tuple[int, int], home: tuple[int, int], issued: str, cell: RawCell | None
) -> Difference:
    return Difference(what, *here, home, issued, _found(what, cell))


def _found(what: What, cell: RawCell | None) -> str:
    if cell is None:
        return ""
    if what is What.REPLACED and not isinstance(cell.formula, Follower):
        return f"={cell.formula}"
    return shown_cell(cell)


def _text(issued: str | float) -> str:
    return issued if isinstance(issued, str) else f"{issued:.15g}"


@lru_cache(maxsize=40_000)
def _normal(issued: IssuedFormula, *, exact: bool) -> str:
    return normal_form(issued.text, Anchor(*issued.anchor) if exact else None)


@lru_cache(maxsize=40_000)
def _counted(issued: IssuedFormula) -> str:
    return counted_from(issued.text, Anchor(*issued.anchor))


Home = tuple[int, int]


@dataclass(frozen=True)
class Roles:
    """Which issued texts of a sheet are more than texts, and which formulas the checks look at anyway."""

    meanings: Mapping[Home, Kind] = field(default_factory=dict)
    calculated: Collection[Home] = frozenset()  # answers: what was typed over them is told apart by its value


def roles_of_tool(sheet: Sheet) -> Roles:
    """Give those of a tool sheet: heads and questions that answers stand under or beside, and the numbers of rows."""
    meanings: dict[Home, Kind] = {}
    for grid in sheet.grids:
        if not grid.slots:
            continue
        for column in grid.columns:
            if column.role in ("answer", "calculated"):
                meanings[HEAD_ROW, column.index] = HEAD_CHANGED
            kind = {"mark": ROW_NUMBER_CHANGED, "name": HEAD_CHANGED}.get(column.role)
            if kind is not None:
                meanings |= {(row.index, column.index): kind for row in grid.data_rows}
    calculated = {
        (cell.row, cell.column) for slot in sheet.slots for cell in slot.cells if slot.check is None
    }
    return Roles(meanings, calculated)


def roles_of_lists(layout: Layout) -> Roles:
    """Give those of the sheet with the lists: every entry and its code."""
    meanings: dict[Home, Kind] = {}
    for place in layout.lists.values():
        columns = range(place.column, place.column + place.width)
        rows = range(place.first, place.last + 1)
        meanings |= {(row, column): HEAD_CHANGED for row in rows for column in columns}
    return Roles(meanings)
