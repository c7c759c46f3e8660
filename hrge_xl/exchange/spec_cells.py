"""The cell behind each place in the files of a spec that is a workbook, known for as long as the workbook is open.

Nothing of it is a file: whatever lies in the folder of a spec may come from somebody else.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from ..core.errors import Mistake
from ..layout import column_letters


class SpecCell(NamedTuple):
    """A cell, its row and column counted from 1."""

    sheet: str
    row: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.sheet}!{column_letters(self.column)}{self.row}"


# line and column in a file, from 1, and what stands there
Places = list[tuple[int, int, SpecCell]]
# by the folder of a spec: by file, in the order of lines
_OPEN: ContextVar[Mapping[str, Mapping[str, Places]]] = ContextVar(
    "open", default=MappingProxyType({})
)


class MistakeInCell(Mistake):
    """A mistake in a spec that is a workbook: `file` is the sheet."""

    def __str__(self) -> str:
        place = SpecCell(self.file, self.line, self.column)
        return f"{place}: {self.reason} {self.remedy}".rstrip()


@contextmanager
def knowing_cells(folder: Path, cells: Mapping[str, Places]) -> Iterator[None]:
    """Have `placed` know meanwhile the cell of each place in the files of a spec."""
    token = _OPEN.set({**_OPEN.get(), str(folder): cells})
    try:
        yield
    finally:
        _OPEN.reset(token)


def placed(folder: str | Path, mistakes: Iterable[Mistake]) -> list[Mistake]:
    """Return mistakes in a spec with the cells that they are in, where it is a workbook that is open."""
    cells = _OPEN.get().get(str(folder))
    if cells is None:
        return [*mistakes]
    in_cells = (_in_cell(mistake, cells.get(mistake.file, [])) for mistake in mistakes)
    return list(dict.fromkeys(in_cells))


def _in_cell(mistake: Mistake, places: Places) -> Mistake:
    at = bisect_right(places, (mistake.line, mistake.column), key=lambda place: place[:2])
    cell = places[at - 1][2] if at else SpecCell("settings")
    return MistakeInCell(*cell, mistake.reason, mistake.remedy)
