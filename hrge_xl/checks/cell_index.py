"""Numbers for everything: the rows, slots and cells of all layouts of a batch, one after the other.

A table is a set of rows that belong together: all single answers of a tool's forms (one row), the records
of its forms with several records, or one checklist, catalogue or register. Each field owns one run of slots
(one for each row of its table) and one run of cells (as many for each slot as the field has parts).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..answer import CellKey, Key
from ..answer_columns import ByPlaces
from ..fields import Field
from ..language.vectors import Integers
from ..layout import Grid, Layout
from ..spec.compiled import FieldKey
from ..spec.model import FieldBlock, FormBlock, Spec, Tool

TableKey = tuple[str, str]  # tool, 'single', 'records N' or 'block N'
SINGLE = "single"


@dataclass(frozen=True, eq=False)
class Table:
    """Rows that belong together."""

    key: TableKey
    tool: Tool
    kind: str  # form, register, checklist, catalogue
    rows: tuple[str, ...]
    fields: tuple[Field, ...]

    @property
    def open(self) -> bool:
        """Whether a row counts only once something is answered in it."""
        return self.kind == "register" or self.key[1].startswith("records")

    @property
    def itemised(self) -> bool:
        """Whether the rows are items with names of their own."""
        return self.kind in ("checklist", "catalogue")

    @cached_property
    def number(self) -> dict[str, int]:
        """Position of each row."""
        return {row: number for number, row in enumerate(self.rows)}


@dataclass(frozen=True, eq=False)
class Column:
    """One field over the rows of its table: where its slots and cells are numbered."""

    field: Field
    table: Table
    slot: int
    cell: int

    @cached_property
    def key(self) -> FieldKey:
        """Tool and field."""
        return self.table.tool.code, self.field.code

    @cached_property
    def parts(self) -> int:
        """Cells for each slot."""
        return self.field.cells if self.field.several else 1

    @cached_property
    def slots(self) -> slice:
        """The run of slots."""
        return slice(self.slot, self.slot + len(self.table.rows))

    @cached_property
    def cells(self) -> slice:
        """The run of cells."""
        return slice(self.cell, self.cell + len(self.table.rows) * self.parts)

    @cached_property
    def asked(self) -> bool:
        """Whether people fill it in."""
        return self.field.asked


@dataclass
class CellIndex:
    """Every table and column of a spec, with the rows that any of the layouts has."""

    spec: Spec
    tables: dict[TableKey, Table] = field(default_factory=dict)
    columns: dict[FieldKey, Column] = field(default_factory=dict)
    exists: dict[TableKey, NDArray[np.bool_]] = field(default_factory=dict)  # (layout, row)
    slot_count: int = 0
    cell_count: int = 0

    @cached_property
    def column_list(self) -> tuple[Column, ...]:
        """The columns in the order of their numbers."""
        return tuple(self.columns.values())

    @cached_property
    def column_of_cell(self) -> Integers:
        """For each cell the position of its column in `column_list`."""
        widths = [len(column.table.rows) * column.parts for column in self.column_list]
        return np.repeat(np.arange(len(widths)), widths)

    @cached_property
    def slot_of_cell(self) -> Integers:
        """For each cell its slot."""
        runs = [np.repeat(np.arange(c.slots.start, c.slots.stop), c.parts) for c in self.column_list]
        return np.concatenate(runs) if runs else np.empty(0, np.int64)

    @cached_property
    def cell_of(self) -> dict[CellKey, int]:
        """The number of each cell by tool, row, field and part (0 where there is only one)."""
        table: dict[CellKey, int] = {}
        for column in self.column_list:
            tool, code = column.key
            parts = range(1, column.parts + 1) if column.field.several else (0,)
            keys = ((tool, row, code, part) for row in column.table.rows for part in parts)
            table.update(zip(keys, range(column.cells.start, column.cells.stop), strict=True))
        return table

    @cached_property
    def cells_at(self) -> ByPlaces[Integers]:
        """The numbers of the cells at the places of a file, -1 of one that is not a cell here."""
        find = self.cell_of.get
        return ByPlaces(lambda places: np.array([find(each.key, -1) for each in places], dtype=np.int64))

    @cached_property
    def first_cell_of(self) -> dict[Key, int]:
        """The number of the first cell of each slot by tool, row and field."""
        table: dict[Key, int] = {}
        for column in self.column_list:
            tool, code = column.key
            keys = ((tool, row, code) for row in column.table.rows)
            table.update(zip(keys, range(column.cells.start, column.cells.stop, column.parts), strict=True))
        return table

    @cached_property
    def place(self) -> list[tuple[Column, int]]:
        """For each slot its column and row."""
        return [(column, row) for column in self.column_list for row in range(len(column.table.rows))]

    def rows_of(self, tool: str) -> Table | None:
        """Give the table that references to a tool and figures over it mean: its first that is not a single form."""
        tables = [table for table in self.tables.values() if table.tool.code == tool]
        return next((table for table in tables if table.key[1] != SINGLE), tables[0] if tables else None)


def number(spec: Spec, layouts: Sequence[Layout]) -> CellIndex:
    """Give numbers to the rows, slots and cells of several layouts of one spec; kept for the next batch of the same."""
    known = _LAST.get(spec.name)
    if known is None or known.cell_index.spec is not spec or not _are(known.layouts, layouts):
        known = _LAST[spec.name] = _Numbered(tuple(layouts), _numbered(spec, layouts))
    return known.cell_index


class _Numbered(NamedTuple):
    layouts: tuple[Layout, ...]
    cell_index: CellIndex


_LAST: dict[str, _Numbered] = {}  # by name of the spec, of which there are few


def _are(known: Sequence[Layout], wanted: Sequence[Layout]) -> bool:
    return len(known) == len(wanted) and all(one is other for one, other in zip(known, wanted, strict=True))


def _numbered(spec: Spec, layouts: Sequence[Layout]) -> CellIndex:
    cell_index = CellIndex(spec)
    for tool in spec.tools:
        for key, fields in _groups(tool).items():
            rows = [_rows(layout, key) for layout in layouts]
            every = tuple(dict.fromkeys(row for some in rows for row in some))
            if key[1] == SINGLE:
                every = ("1",)  # also where no workbook has the sheet: its answers are blank then
            table = Table(key, tool, _kind(tool, key), every, tuple(fields))
            cell_index.tables[key] = table
            known = [set(some) for some in rows]
            cell_index.exists[key] = np.array([[row in some for row in every] for some in known], dtype=bool)
            cell_index.exists[key].shape = (len(layouts), len(every))
            for each in fields:
                _add(cell_index, table, each)
    return cell_index


def _add(cell_index: CellIndex, table: Table, each: Field) -> None:
    column = Column(each, table, cell_index.slot_count, cell_index.cell_count)
    cell_index.columns[column.key] = column
    cell_index.slot_count = column.slots.stop
    cell_index.cell_count = column.cells.stop


def table_key(tool: Tool, block: FieldBlock) -> TableKey:
    """Say which table a block belongs to."""
    if isinstance(block, FormBlock):
        return tool.code, SINGLE if block.records == 1 else f"records {block.records}"
    return tool.code, f"block {tool.blocks.index(block)}"


def _groups(tool: Tool) -> dict[TableKey, list[Field]]:
    groups: dict[TableKey, list[Field]] = {}
    for block in tool.field_blocks:
        groups.setdefault(table_key(tool, block), []).extend(block.fields)
    return groups


def _kind(tool: Tool, key: TableKey) -> str:
    block = next(block for block in tool.field_blocks if table_key(tool, block) == key)
    return str(getattr(block, "kind", ""))


def _rows(layout: Layout, key: TableKey) -> tuple[str, ...]:
    sheet = layout.sheet.get(key[0])
    if sheet is None:
        return ()
    grids = (grid for grid in sheet.grids if table_key(sheet.tool, _block(grid)) == key)
    return tuple(dict.fromkeys(row for grid in grids for row in _codes(grid)))


def _codes(grid: Grid) -> Iterator[str]:
    block = _block(grid)
    if isinstance(block, FormBlock):
        yield from (str(record) for record in range(1, block.records + 1))
    else:
        yield from (row.code for row in grid.data_rows)


def _block(grid: Grid) -> FieldBlock:
    assert isinstance(grid.block, FieldBlock)
    return grid.block


def distinct(layouts: Iterable[Layout]) -> tuple[list[Layout], list[int]]:
    """Give the layouts that differ, and for each given one which of these it is."""
    seen: dict[tuple[str, str], int] = {}
    kinds: list[Layout] = []
    which = []
    for layout in layouts:
        key = (layout.language, layout.digest)
        if key not in seen:
            seen[key] = len(kinds)
            kinds.append(layout)
        which.append(seen[key])
    return kinds, which
