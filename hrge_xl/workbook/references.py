"""Live lists of rows: what a reference can point to is what has been filled in, in the order of the sheets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..fields import Field
from ..language import Call, Expr, walk
from ..language.function import ref_of
from ..language.functions.choices import LookUp
from ..layout import Column, Grid, Layout, Place, offered_rows, reference_name
from ..spec.compiled import compiled
from ..spec.model import RegisterBlock
from .cell_ranges import absolute
from .content import LABEL_LENGTH, fixed_label
from .formulas import Formula, constant


@dataclass(frozen=True, slots=True)
class Target:
    """One row that can be referred to: its code, its grid, and where its words stand."""

    grid: Grid
    row: int
    code: str
    label: str  # its entry in the list, of a fixed row
    label_column: int | None  # of an open row


def reference_lists(layout: Layout) -> dict[str, list[Target]]:
    """Give every list of rows that a workbook needs, by defined name."""
    lists: dict[str, list[Target]] = {}
    for sheet in layout.sheets:
        for slot in sheet.slots:
            name = reference_name(layout, slot.field) if slot.field.to else None
            if name is not None and name not in lists:
                grids = [layout.rows_of[code] for code in slot.field.to if code in layout.rows_of]
                lists[name] = [target for grid in grids for target in _targets(grid, slot.field)]
    return lists


def looked_up(layout: Layout) -> Iterator[tuple[Grid, Column]]:
    """Give the columns that `lookup` reads anywhere in the spec."""
    keys = {key for expr in compiled(layout.spec).expressions() for key in looked_up_in(expr)}
    for grid in layout.rows_of.values():
        for tool, code in sorted(keys):
            if tool == grid.tool.code:
                yield from ((grid, column) for column in grid.columns_of(code))


def looked_up_in(expr: Expr) -> Iterator[tuple[str, str]]:
    """Give the fields that `lookup` reads in an expression."""
    for part in walk(expr):
        if isinstance(part, Call) and isinstance(part.function, LookUp):
            yield ref_of(part.args[1]).key


def _targets(grid: Grid, field: Field) -> list[Target]:
    block = grid.block
    if not isinstance(block, RegisterBlock):
        rows = offered_rows(grid, field)
        return [Target(grid, row.index, row.code, fixed_label(grid, row.code), None) for row in rows]
    shows = block.shows or block.fields[0].code
    column = next(c.index for c in grid.columns if c.field is not None and c.field.code == shows)
    return [Target(grid, row.index, row.code, "", column) for row in grid.data_rows]


def label_of(layout: Layout, target: Target) -> Formula:
    """Give the entry of a row in a list: its code and what it is about, in an open row as it is filled in."""
    grid, code = target.grid, target.code
    if target.label_column is None:
        return constant(target.label)
    cell = absolute(layout, grid.tool.code, [Place(target.row, target.label_column)])
    return Formula(
        f'"{code} "&LEFT({cell},{LABEL_LENGTH})', lambda content, row: content.row_label(grid, code)
    )


def is_in_use(layout: Layout, target: Target) -> Formula:
    """Say whether anything is answered in a row; fixed rows always count."""
    grid, code = target.grid, target.code
    if target.label_column is None:
        return Formula("TRUE", lambda content, row: True)
    place = layout.active_place(grid, code)
    assert place is not None
    cell = absolute(layout, grid.tool.code, [place])
    return Formula(cell, lambda content, row: content.active(grid, code)) > 0
