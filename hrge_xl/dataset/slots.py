"""The numbers of the cells that can hold an answer: each cell of a spec has one, the same in every dataset."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from ..answer import CellKey
from ..layout import Layout, laid_out
from ..spec.model import Spec
from .schema import list_of, spec_language
from .table import Row

HASHED = (
    1 << 48
)  # numbers of cells that only some workbooks have, such as further rows, come after all others


class Known(NamedTuple):
    """A cell that a dataset knows: its number, where it is in the language of the spec, and its list."""

    slot: int
    cell: str
    list: str | None


class Slots:
    """The cells of a spec as it is issued by default, by tool, row, field and part."""

    def __init__(self, spec: Spec) -> None:
        self._layout = laid_out(spec, spec_language(spec))
        cells = enumerate(_cells(self._layout), start=1)
        self._known = {key: Known(n, cell, its_list) for n, (key, cell, its_list) in cells}

    def known(self, key: CellKey) -> Known | None:
        """Give the number of a cell; None for one that is not in every workbook."""
        return self._known.get(key)

    def further(self, layout: Layout) -> dict[CellKey, Known]:
        """Give the numbers of the cells of a layout that are not in every workbook."""
        cells = (each for each in _cells(layout) if each[0] not in self._known)
        return {key: Known(_hashed(key), cell, its_list) for key, cell, its_list in cells}

    def rows(self) -> list[Row]:
        """Give the rows of all cells that are in every workbook."""
        return rows_of(self._known, self._layout)


def rows_of(cells: Mapping[CellKey, Known], layout: Layout) -> list[Row]:
    """Give rows of `slots` for some cells of a layout."""
    return [
        (known.slot, *key, layout.sheet[key[0]].name, known.cell, known.list, _is_calculated(layout, key))
        for key, known in cells.items()
    ]


def _is_calculated(layout: Layout, key: CellKey) -> bool:
    return layout.slots[key[:3]].field.calculated


def _cells(layout: Layout) -> Iterator[tuple[CellKey, str, str | None]]:
    """Give every cell in the order of the workbook, with its address and its list."""
    for key, cells in layout.cells_of.items():
        its_list = list_of(layout.slots[key].field)
        for cell in cells if cells[0].part else cells[:1]:
            yield (cell.tool, cell.row, cell.field, cell.part), cell.address, its_list


def _hashed(key: CellKey) -> int:
    digest = hashlib.sha256("\0".join(str(part) for part in key).encode()).digest()
    return HASHED + int.from_bytes(digest[:6], "big")


@lru_cache(maxsize=8)
def slots_of(spec: Spec) -> Slots:
    """Give the cells of a spec, worked out once a process."""
    return Slots(spec)
