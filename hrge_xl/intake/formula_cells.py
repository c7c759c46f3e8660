"""The formula cells of a layout in one order, and how what they show is worked out from answers and check cells."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from operator import itemgetter
from typing import Any, NamedTuple

from ..layout import Layout, Sheet
from ..layout.messages import ERROR, MISSING, REQUIRED, level_of
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


@dataclass(frozen=True)
class _Row:
    """A row of answers: its check cells, its status and its helper cell, by their numbers among all formulas."""

    now: RowNow
    checks: Callable[[Sequence[Any]], Sequence[Any]]
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
    def checks(self) -> Sequence[int]:
        """The check cells in the order of the slots that have one."""
        checked = [slot for slot in self.layout.slots.values() if slot.check is not None]
        names = {sheet.tool.code: sheet.name for sheet in self.layout.sheets}
        return [self._number[Cell(names[slot.tool], *slot.check)] for slot in checked if slot.check]

    @cached_property
    def _spans(self) -> dict[str, tuple[Sheet, list[int]]]:
        """The check cells of each sheet, by the code of its tool."""
        names = {sheet.name: sheet for sheet in self.layout.sheets}
        found: dict[str, tuple[Sheet, list[int]]] = {}
        for number in self.checks:
            sheet = names[self.cells[number].sheet]
            found.setdefault(sheet.tool.code, (sheet, []))[1].append(number)
        return found

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

    def remembered(self, shown: Sequence[Result]) -> Memory:
        """What the check cells say, for all that follows from them."""
        known: dict[Any, Any] = {}
        for row in self._rows:
            known["checks", row.now.checked[0].key] = [int(each or 0) for each in row.checks(shown)[:-1]]
        for tool, (_, numbers) in self._spans.items():
            known["progress", tool] = _progress([int(shown[number] or 0) for number in numbers])
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


def _progress(checks: Sequence[int]) -> tuple[int, int, int]:
    """Required answers of a sheet, those given, and answers to correct, from the numbers of its check cells."""
    levels = [level_of(each) for each in checks if each > REQUIRED]
    required = sum(each // REQUIRED % 10 for each in checks if each)
    return required, required - levels.count(MISSING), sum(level >= ERROR for level in levels)
