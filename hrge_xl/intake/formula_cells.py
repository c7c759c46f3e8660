"""The formula cells of a layout in one order, and how what they show is worked out from answers and check cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from operator import itemgetter
from typing import Any, NamedTuple

from ..layout import Layout
from ..layout.messages import ERROR, LEVEL, MISSING, REQUIRED, level_of, order_of
from ..submission import Answers
from ..workbook import Content
from ..workbook.collect import CollectNow
from ..workbook.content import Memory
from ..workbook.cover import Fact
from ..workbook.grid_now import RowNow
from ..workbook.live import Live
from .issued_cells import ExpectedCells, Result


class Cell(NamedTuple):
    """One formula cell: the issued name of its sheet, and where it was issued."""

    sheet: str
    row: int
    column: int


# Some cells out of all, the last one twice, so that they are several.
Take = Callable[[Mapping[int, int]], Sequence[int]]


@dataclass(frozen=True)
class _Row:
    """A row of answers: its check cells, its status and its helper cell, by their numbers among all formulas."""

    now: RowNow
    checks: Take
    status: int | None
    active: int | None


class FormulaCells:
    """The formula cells of all sheets of a layout, in one order, and how what they show is worked out."""

    def __init__(self, layout: Layout, issued: Mapping[str, ExpectedCells]) -> None:
        self.layout, self.sheets = layout, issued
        self.cells = [Cell(name, *place) for name, sheet in issued.items() for place in sheet.formula_places]
        self._number = {cell: number for number, cell in enumerate(self.cells)}
        sizes = accumulate((len(sheet.formula_places) for sheet in issued.values()), initial=0)
        self.first = dict(zip(issued, sizes, strict=False))  # the number of the first cell of each sheet

    @cached_property
    def checks(self) -> list[tuple[int, int]]:
        """The check cells in the order of the slots that have one, each with its place in its row, from 0."""
        checked = [slot for slot in self.layout.slots.values() if slot.check is not None]
        names = {sheet.tool.code: sheet.name for sheet in self.layout.sheets}
        return [
            (self._number[Cell(names[slot.tool], *slot.check)], slot.order) for slot in checked if slot.check
        ]

    def check_numbers(self, shown: Sequence[Result]) -> dict[int, int]:
        """What each check cell says; 0 for a number that none of them can show."""
        entries = len(self.layout.messages.entries)

        def said(value: Result, order: int) -> int:
            if not isinstance(value, float | int) or not 0 < value < (ERROR + 1) * LEVEL:
                return 0
            number = int(value)
            is_one = order_of(number) == order and 0 < number % REQUIRED <= entries
            return number if is_one or number == REQUIRED else 0

        return {cell: said(shown[cell], order) if shown[cell] else 0 for cell, order in self.checks}

    @cached_property
    def _spans(self) -> dict[str, Take]:
        """The check cells of each sheet, by the code of its tool."""
        tools = {sheet.name: sheet.tool.code for sheet in self.layout.sheets}
        found: dict[str, list[int]] = {}
        for number, _ in self.checks:
            found.setdefault(tools[self.cells[number].sheet], []).append(number)
        return {tool: itemgetter(*numbers, numbers[-1]) for tool, numbers in found.items()}

    @cached_property
    def _counted(self) -> list[tuple[str, str, int]]:
        """Every row of every grid whose answers are counted: tool, row (or record) and number of the grid."""
        return [
            (sheet.tool.code, row, grid.number)
            for sheet in self.layout.sheets
            for grid in sheet.grids
            for row in grid.by_row
        ]

    @cached_property
    def _rows(self) -> list[_Row]:
        return [
            self._row(name, live.now)
            for name, sheet in self.sheets.items()
            for live in sheet.issued.live
            if isinstance(live.now, RowNow) and live.now.checked
        ]

    def _row(self, name: str, now: RowNow) -> _Row:
        checks = [self._number[Cell(name, *slot.check)] for slot in now.checked if slot.check is not None]
        status, active = (
            self._number.get(Cell(name, *place)) if place is not None else None
            for place in (now.status_place, now.active_place)
        )
        return _Row(now, itemgetter(*checks, checks[-1]), status, active)

    @cached_property
    def lists(self) -> list[tuple[CollectNow, list[int]]]:
        """The collected lists, each with the cells that count the rows it keeps."""
        return [
            (live.now, [self._number[Cell(name, *place)] for place in live.places[: len(live.now.rows)]])
            for name, sheet in self.sheets.items()
            for live in sheet.issued.live
            if isinstance(live.now, CollectNow)
        ]

    @cached_property
    def _others(self) -> list[tuple[Live, list[int | None]]]:
        """Everything that is shown beside rows of answers."""
        return [
            (live, [self._number.get(Cell(name, *place)) for place in live.places])
            for name, sheet in self.sheets.items()
            for live in sheet.issued.live
            if not isinstance(live.now, RowNow | Fact)
        ]

    def remembered(self, shown: Sequence[Result], answers: Answers | None) -> Memory:
        """What the check cells say and, where answers are given, how many a row has: what all else follows from."""
        known: dict[Any, Any] = {}
        numbers_of = self.check_numbers(shown)
        for row in self._rows:
            known["checks", row.now.checked[0].key] = row.checks(numbers_of)[:-1]
        for tool, numbers in self._spans.items():
            known["progress", tool] = _progress(numbers(numbers_of))
        if answers is not None:
            counts = Counter[tuple[str, str]]()
            for (tool, code, _), value in answers.items():
                counts[tool, code] += len(value) if isinstance(value, tuple) else 1
            known |= {("active", tool, row, n): counts[tool, row] for tool, row, n in self._counted}
        return Memory(known)

    def expected(self, content: Content) -> Iterator[tuple[int, Result]]:
        """Each formula cell but calculated answers and checks, with what it should show beside these checks."""
        for row in self._rows:
            checks = content.checks(row.now.checked)
            if row.status is not None:
                yield row.status, row.now.status_words(content, checks)
            if row.active is not None:
                yield row.active, content.active(row.now.grid, row.now.slots[0].row)
        for live, numbers in self._others:
            for number, value in zip(numbers, live.now(content), strict=True):
                if number is not None:
                    yield number, value


def _progress(numbers: Sequence[int]) -> tuple[int, int, int]:
    """Required answers of a sheet, those given, and answers to correct, from its check cells; the last one is twice."""
    required = missing = wrong = 0
    times = Counter(numbers)
    times[numbers[-1]] -= 1
    for number, count in times.items():
        level = level_of(number)
        required += count * (number // REQUIRED % 10)
        missing += count * (level == MISSING)
        wrong += count * (level >= ERROR)
    return required, required - missing, wrong
