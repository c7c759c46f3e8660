"""Draws the pivot: for each pair of two answers the highest step of a third, or how many rows have both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from ..language.sheet_text import is_step
from ..layout import Grid, ListPlace, Place, address, column_letters
from ..layout.calculated import steps_of
from ..layout.lists import LEVELS
from ..spec.model import PivotBlock
from .calculated import BlockPainter, Crossing
from .cell_ranges import column_range
from .content import Content, Shown
from .shared_formulas import ROW
from .styles import step_fills

WILD = "~*?"  # what COUNTIFS does not take literally


class PivotPainter(BlockPainter):
    """Draws one pivot block: the table, then the steps with their colours."""

    def draw(self) -> int:
        """Title, heads, one row per entry of the first list, then the steps, highest first."""
        block = self.drawn.block
        assert isinstance(block, PivotBlock)
        self.block, self.grid = block, self.layout.rows_of[block.source]
        fields = self.layout.spec.tool[block.source].fields
        self.down, self.across = (
            self.layout.lists[str(fields[code].vocabulary)] for code in (block.down, block.across)
        )
        self.steps = steps_of(self.layout.spec, block)
        self.head = self.top(block)
        self.first = self.head + 1
        self.last = self.head + len(self.down.codes)
        down, across = (fields[code].label.say(self.layout.language) for code in (block.down, block.across))
        self.pen.text(Place(self.head, self.left), self.corner.format(down=down, across=across), "head")
        for column, label in enumerate(self.across.labels, start=self.left + 1):
            self.pen.text(Place(self.head, column), label, "head")
        self._names()
        self._legend()
        self._table()
        return self.free

    # the rows of the source

    def _parts(self, code: str) -> list[int]:
        return [c.index for c in self.grid.columns if c.field and c.field.code == code and c.role != "check"]

    def _name(self, code: str, part: int) -> str:
        return f"pivot_{self.sheet.tool.code}_{self.drawn.number}_{code}_{part}".replace(".", "_")

    def _cells_of(self, code: str) -> list[str]:
        """Give the names of the cells that a field has in each row."""
        return [self._name(code, part) for part, _ in enumerate(self._parts(code))]

    def _names(self) -> None:
        """Each column of the source by name: only so can one formula serve a whole column here."""
        codes = dict.fromkeys((*self.block.all_down, self.block.across, self.block.highest))
        for code in filter(
            None, codes
        ):  # one field may stand on two sides; a name that is there twice breaks the file
            for part, column in enumerate(self._parts(code)):
                self.book.define_name(
                    self._name(code, part), f"={column_range(self.layout, self.grid, column)}"
                )

    # the table

    def _table(self) -> None:
        number_format = "" if self.steps else "0;;"
        cells: dict[Place, Crossing] = {}
        for column, across in enumerate(self.across.codes, start=self.left + 1):
            formula = self._formula(column)
            for row, down in enumerate(self.down.codes, start=self.first):
                self.pen.text(Place(row, self.left), self.down.labels[row - self.first], "cell")
                place = Place(row, column)
                cells[self.pen.column_formula(place, self.last, formula, "cell", number_format)] = (
                    down,
                    across,
                )
        labels = dict(zip((code for _, code in self.steps), self._labels(), strict=True))
        self.pen.live(cells, PivotNow(self.grid, self.block, labels, tuple(cells.values())))
        corner = Place(self.first, self.left + 1)
        end = Place(self.last, self.left + 1 + len(self.across.codes) - 1)
        for step, fill in zip(self._step_cells(), step_fills(len(self.steps)), strict=True):
            self.pen.mark_when(corner, end, f"={address(*corner)}={step}", "step", bg_color=fill)

    def _formula(self, column: int) -> str:
        head = f"{column_letters(column)}${self.head}"
        across = [self._test(self.block.across, cells, head) for cells in self._cells_of(self.block.across)]
        counts = [(*one, other) for one, other in product(self._rows(), across)]
        if not self.steps:
            return "=" + "+".join(map(_counted, counts))
        formula = '""'
        for (name, code), cell in zip(
            self.steps, self._step_cells(), strict=True
        ):  # the highest comes out in front
            wanted = self._wanted(name, code)
            found = "+".join(_counted((*tests, step)) for tests in counts for step in wanted)
            formula = f"IF({found}>0,{cell},{formula})"
        return "=" + formula

    def _rows(self) -> list[tuple[Test, ...]]:
        """List the tests for the rows which stand under an entry.

        Where rows are counted, each is found once: in the first of the fields that names the entry.
        """
        entry = f"${column_letters(self.left)}{ROW}"
        found: list[tuple[Test, ...]] = []
        before: tuple[Test, ...] = ()
        for code in self.block.all_down:
            tests = [self._test(code, cells, entry) for cells in self._cells_of(code)]
            found += [(*before, test) for test in tests]
            before += () if self.steps else tuple(replace(test, unlike=True) for test in tests)
        return found

    def _wanted(self, name: str, code: str) -> list[Test]:
        """List the tests for the cells that hold the steps."""
        place = self.layout.lists[name]
        entry = f"INDEX(list_{name},{place.codes.index(code) + 1})"
        of = str(self.block.highest)
        if self._is_scale(of):
            return [Test(cells, entry) for cells in self._cells_of(of)]
        return [Test(cells, entry, place) for cells in self._cells_of(of)]

    def _test(self, code: str, cells: str, heading: str) -> Test:
        """Make the test for the cells of a field: that they show what a heading does, or are its step."""
        if self._is_scale(code):
            return Test(cells, heading)
        return Test(cells, heading, self.down if code in self.block.all_down else self.across)

    def _is_scale(self, code: str) -> bool:
        return self.layout.spec.tool[self.block.source].fields[code].type.stepped

    # the steps

    def _legend(self) -> None:
        if not self.steps:
            return
        fields = self.layout.spec.tool[self.block.source].fields
        self.pen.text(
            Place(self.last + 1, self.left),
            fields[str(self.block.highest)].label.say(self.layout.language),
            "head",
        )
        fills = step_fills(len(self.steps))
        for number, label in enumerate(self._labels()):
            form = self.pen.formats("cell", bg_color=fills[number])
            self.pen.styled_text(Place(self._step_row(number), self.left), label, form)

    def _labels(self) -> list[str]:
        labels = []
        for name, code in self.steps:
            place = self.layout.lists[name]
            labels.append(place.labels[place.codes.index(code)])
        return labels

    def _step_row(self, number: int) -> int:
        return self.last + 1 + len(self.steps) - number

    def _step_cells(self) -> list[str]:
        letters = column_letters(self.left)
        return [f"${letters}${self._step_row(number)}" for number in range(len(self.steps))]


@dataclass(frozen=True)
class PivotNow:
    """The content of each cell of the table."""

    grid: Grid
    block: PivotBlock
    labels: Mapping[str, str]  # of the steps, lowest first; none: rows are counted
    cells: tuple[Crossing, ...]

    def __call__(self, content: Content) -> Sequence[Shown]:
        """For each cell the highest step of the rows that have both codes, or how many such rows there are."""
        pairs: dict[Crossing, list[set[str]]] = {}
        for row in self.grid.by_row.values():
            steps = content.counted(row[self.block.highest]) if self.block.highest else set()
            down = {each for code in self.block.all_down for each in content.counted(row[code])}
            for pair in product(down, content.counted(row[self.block.across])):
                pairs.setdefault(pair, []).append(steps)
        return [self._cell(pairs.get(cell, [])) for cell in self.cells]

    def _cell(self, rows: Sequence[set[str]]) -> Shown:
        if not self.labels:
            return len(rows)
        steps = {step for row in rows for step in row}
        return next((label for code, label in reversed(list(self.labels.items())) if code in steps), "")


@dataclass(frozen=True)
class Test:
    """What is asked of a column: to show an entry of a list, or without a list to be that step of a scale."""

    cells: str
    shown: str
    place: ListPlace | None = None
    unlike: bool = False  # to show anything else

    @property
    def criterion(self) -> str:
        """As COUNTIFS takes it."""
        assert self.place is not None
        wanted = _literally(self.shown, self.place)
        return f"{self.cells}," + (f'"<>"&{_as_text(self.shown, self.place)}' if self.unlike else wanted)

    @property
    def array(self) -> str:
        """As an array of 0 and 1."""
        alike = is_step(self.cells, self.shown) if self.place is None else f"({self.cells}={self.shown})"
        return f"(1-{alike})" if self.unlike else alike


def _counted(tests: Sequence[Test]) -> str:
    """Count the rows that meet all tests; COUNTIFS, which is quick, does not see what stands in front."""
    if all(test.place for test in tests):
        return f"COUNTIFS({','.join(test.criterion for test in tests)})"
    return f"SUMPRODUCT({'*'.join(test.array for test in tests)})"


def _literally(cell: str, place: ListPlace) -> str:
    """Give a cell as COUNTIFS must have it to find its text and nothing else."""
    text = _as_text(cell, place)
    like_a_condition = place.name != LEVELS and any(label[:1] in "<>=" for label in place.labels)
    return f'"="&{text}' if like_a_condition else text


def _as_text(cell: str, place: ListPlace) -> str:
    """Give a cell without anything that COUNTIFS would take for a pattern."""
    labels = "".join(place.labels)
    for mark in WILD:
        if mark in labels:
            cell = f'SUBSTITUTE({cell},"{mark}","~{mark}")'
    return cell


__all__ = ["PivotPainter"]
