"""The cell behind each place in the files of a spec that is a workbook: they stand beside these, as long as they do."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from ..core.errors import Mistake
from ..layout import column_letters

FILE = ".hrge-xl-cells.json"  # in the folder of the spec


class SpecCell(NamedTuple):
    """A cell, its row and column counted from 1."""

    sheet: str
    row: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.sheet}!{column_letters(self.column)}{self.row}"


# line and column in a file, from 1, and what stands there
Places = list[tuple[int, int, SpecCell]]


class MistakeInCell(Mistake):
    """A mistake in a spec that is a workbook: `file` is the sheet."""

    def __str__(self) -> str:
        place = SpecCell(self.file, self.line, self.column)
        return f"{place}: {self.reason} {self.remedy}".rstrip()


def keep_cells(folder: Path, cells: Mapping[str, Places]) -> None:
    """Put down beside the files of a spec the cell of each place in them, in order."""
    (folder / FILE).write_text(json.dumps(cells), encoding="utf-8")


def placed(folder: str | Path, mistakes: Iterable[Mistake]) -> list[Mistake]:
    """Return mistakes in a spec with the cells that they are in, where it is a workbook that is open."""
    file = Path(folder, FILE)
    if not file.is_file():
        return [*mistakes]
    cells = json.loads(file.read_text(encoding="utf-8"))
    return list(
        dict.fromkeys(_placed(mistake, cells.get(mistake.file, ())) for mistake in mistakes)
    )


def _placed(mistake: Mistake, places: Places) -> Mistake:
    at = bisect_right(places, [mistake.line, mistake.column], key=lambda place: [*place[:2]])
    cell = SpecCell(*places[at - 1][2]) if at else SpecCell("settings")
    return MistakeInCell(*cell, mistake.reason, mistake.remedy)
