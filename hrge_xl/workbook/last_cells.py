"""Draws what was said in the round before in grey beside the cells to answer anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..fields import ColumnKind, kind_of
from ..layout import Column, Grid, Layout, Place, Row
from ..layout.last import IN_FORM, ROLE, field_of
from ..spec.rows import is_shown
from .cell_ranges import last_cells
from .content import Content, Shown
from .defined_names import last_of_row
from .grids import number_format_of
from .pen import Pen
from .shared_formulas import ROW

BETWEEN = "; "  # several answers
Key = tuple[str, str, str]


def draw_last_cells(pen: Pen, layout: Layout, grid: Grid) -> None:
    """Draw these columns of a grid; what they show is known when the workbook is issued, and never changes."""
    cells: list[tuple[Place, Key, int]] = []
    for row, column in ((row, column) for column in grid.with_role(ROLE) for row in grid.data_rows):
        place, key = Place(row.index, column.index), _key(layout, grid, row, column)
        if key is None:
            pen.text(place, "", "help")
        else:
            said = layout.last[key]
            if grid.across or len(said) > 1 or field_of(column) == IN_FORM:
                pen.formula(place, f"={_shown(said)}", "last", _format(layout, key))
            else:
                was = last_of_row(grid.tool.code, field_of(column), ROW)
                formula = f'=IF({was}="","",{was})'
                pen.column_formula(place, grid.data_rows[-1].index, formula, "last", _format(layout, key))
            cells.append((place, key, len(said)))
    if cells:
        pen.live([place for place, _, _ in cells], LastShown(tuple((key, n) for _, key, n in cells)))


def _key(layout: Layout, grid: Grid, row: Row, column: Column) -> Key | None:
    """Give the answer of the round before that a cell shows; None for none."""
    if row.part > 1:
        return None
    code = field_of(column)
    if code != IN_FORM:
        return grid.tool.code, row.code, code
    field = row.field or grid.slots[0].field  # of a list of items in a form, which has one
    record = "1" if grid.across else row.code
    return (grid.tool.code, record, field.code) if is_shown(layout.spec, field) else None


def _shown(said: Sequence[Place]) -> str:
    """Give a formula of one cell, or of several as one text."""
    first, *others = (last_cells(place, place) for place in said)
    more = (f'IF({cell}="","","{BETWEEN}"&{cell})' for cell in others)
    return "&".join([f'IF({first}="","",{first})', *more])


def _format(layout: Layout, key: Key) -> str:
    slot = layout.slots.get(key)
    figure = slot is not None and kind_of(slot.field) in (ColumnKind.NUMBER, ColumnKind.DATE)
    return number_format_of(slot.field) if slot is not None and figure else ""


@dataclass(frozen=True)
class LastShown:
    """What the answers were, as people see them."""

    keys: tuple[tuple[Key, int], ...]

    def __call__(self, content: Content) -> Sequence[Shown]:
        """Give one text or number for each."""
        return list(self._all(content))

    def _all(self, content: Content) -> Iterator[Shown]:
        for key, cells in self.keys:
            said = [each for each in content.shown_last(key, cells) if each is not None]
            yield said[0] if len(said) == 1 else BETWEEN.join(map(str, said))
