"""Which rows stand at each crossing of a matrix: hidden columns join their codes down the rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..language.sheet_text import of_step, text_literal
from ..layout import Grid, Layout, ListPlace, Place, Slot
from ..spec.model import MatrixBlock
from .cell_ranges import absolute
from .content import Content, Shown
from .pen import Pen
from .runs import Run

LINE = "\n"  # between the codes of a cell
HELPERS = 2
DOWN = 1000  # a crossing as one number: the place of the step down, then that of the step across


@dataclass(frozen=True)
class Crossed:
    """One row of a register, and where its two steps stand."""

    code: str
    down: Slot
    across: Slot


def crossed_rows(grids: Sequence[Grid], block: MatrixBlock) -> list[Crossed]:
    """Give every row that a matrix shows."""
    rows = (each for grid in grids for each in grid.by_row.items())
    return [Crossed(code, slots[block.down], slots[block.across]) for code, slots in rows]


def crossing(down: ListPlace, across: ListPlace, steps: tuple[str, str]) -> int:
    """Give the number of a crossing: 0 is none."""
    return DOWN * (down.codes.index(steps[0]) + 1) + across.codes.index(steps[1]) + 1


class JoinedCodes:
    """Two hidden columns: at which crossing each row stands, and the codes of the rows there down to it."""

    def __init__(self, pen: Pen, layout: Layout, rows: Sequence[Crossed], corner: Place) -> None:
        last = corner.row + len(rows) - 1
        self.pen, self.layout, self.rows = pen, layout, rows
        self.crossing = Run(corner.column, corner.row, last)
        self.joined = Run(corner.column + 1, corner.row, last)

    def draw(self) -> Iterator[Place]:
        """Draw the two cells of each row, and give their places."""
        for offset, each in enumerate(self.rows):
            yield self.pen.formula(self.crossing.place(offset), self._crossing(each), "check")
            yield self.pen.formula(self.joined.place(offset), self._joined(offset, each.code), "check")

    def _crossing(self, each: Crossed) -> str:
        down, across = (self._step(slot) for slot in (each.down, each.across))
        return f"=IFERROR(MATCH({down},matrix_down,0)*{DOWN}+MATCH({across},matrix_across,0),0)"

    def _step(self, slot: Slot) -> str:
        """Write the step that an answer has, as a number."""
        cell = absolute(self.layout, slot.tool, slot.cells)
        if slot.field.calculated:
            return cell
        return f"--{of_step(cell, str(slot.field.vocabulary))}"

    def _joined(self, offset: int, code: str) -> str:
        """Give the codes above at the same crossing, and this one."""
        own = self.crossing.at(self.crossing.first + offset)
        code = text_literal(code)
        if not offset:
            return f'=IF({own}=0,"",{code})'
        before = Run(self.crossing.column, self.crossing.first, self.crossing.first + offset - 1)
        texts = Run(self.joined.column, before.first, before.last)
        above = f"{self._last(before, texts, own)}&CHAR(10)&{code}"
        return f'=IF({own}=0,"",IF(COUNTIF({before.whole},{own})=0,{code},{above}))'

    def at(self, number: int, level: str) -> str:
        """Write the codes at a crossing, or its level where no row stands there."""
        found = self._last(self.crossing, self.joined, str(number))
        return f"=IF(COUNTIF({self.crossing.whole},{number})=0,{text_literal(level)},{found})"

    @staticmethod
    def _last(crossings: Run, texts: Run, wanted: str) -> str:
        """Write what stands beside the last of some crossings that is the wanted one."""
        rows = f"ROW({crossings.whole})-{crossings.first - 1}"
        return f"INDEX({texts.whole},SUMPRODUCT(MAX(({crossings.whole}={wanted})*({rows}))))"


@dataclass(frozen=True)
class CodesNow:
    """The two hidden cells of each row, and the codes at each crossing."""

    rows: Sequence[Crossed]
    down: Mapping[str, int]  # the place of each step in its list, from 1
    across: Mapping[str, int]
    cells: Mapping[int, str]  # each crossing, with its level in words

    def __call__(self, content: Content) -> Sequence[Shown]:
        """In the order of the painter."""
        joined: dict[int, str] = {0: ""}
        values: list[Shown] = []
        for each in self.rows:
            number = self._crossing(content, each)
            if number:
                joined[number] = LINE.join(filter(None, (joined.get(number), each.code)))
            values += [number, joined[number]]
        return [*values, *(joined.get(cell, level) for cell, level in self.cells.items())]

    def _crossing(self, content: Content, each: Crossed) -> int:
        down, across = (next(iter(content.counted(slot)), "") for slot in (each.down, each.across))
        if down not in self.down or across not in self.across:
            return 0
        return DOWN * self.down[down] + self.across[across]


def steps_of_list(place: ListPlace) -> dict[str, int]:
    """Give the place of each step in its list, from 1."""
    return {code: number for number, code in enumerate(place.codes, start=1)}
