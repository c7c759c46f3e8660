"""What the formulas of a returned workbook show, held against what follows from its answers and check cells.

What the check cells say, and which rows the collected lists keep, is taken as it is shown; whoever knows the rules
looks at these (`checks.sheet_results`). Everything else follows from them as it does in the workbook itself: it differs
only where somebody made it differ.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from math import isclose
from operator import itemgetter
from typing import Any, NamedTuple

from ..answers.submission import Key, Result, Submission, read_last
from ..core.numerals import shown as said
from ..core.words import and_more, tidy
from ..core.work import grouped
from ..findings import Finding
from ..findings.structure import RESULT_DIFFERS
from ..layout import address
from ..layout.lists import LEVELS
from ..layout.messages import (
    ERROR,
    LEVEL,
    MISSING,
    REQUIRED,
    WARNING,
    Messages,
    is_required,
    order_of,
)
from ..workbook import Content, facts_of
from ..workbook.cell_writer import LiveCells
from ..workbook.content import Found, Memory
from ..workbook.cover import StampFact
from ..workbook.lists import KeptRows, OfSource
from ..workbook.row_checks import BesideRow, RowCells
from .expected import ExpectedWorkbook, one_by_one, shorten
from .issued_cells import ALONE, SheetResults


class ShownResults:
    """What the formulas of one file show."""

    def __init__(
        self, plan: ExpectedWorkbook, results_by_sheet: Mapping[str, SheetResults]
    ) -> None:
        self.cells = formula_cells(plan)
        self.layout = plan.layout
        self.results_by_sheet = results_by_sheet
        self.shown: list[Result] = []
        for name, sheet in self.cells.sheets.items():
            sheet_results = results_by_sheet.get(name)
            self.shown += (
                sheet_results.values
                if sheet_results is not None
                else [None] * len(sheet.formula_places)
            )

    def checks(self) -> tuple[Result, ...]:
        """Return what the check cells show."""
        return tuple(self.cells.take_checks(self.shown))

    def rows(self) -> dict[OfSource, dict[str, float]]:
        """Return the rows that the collected lists keep, with their ranks, for each of their sources."""
        shown_rows: dict[OfSource, dict[str, float]] = {}
        for rows, cells in self.cells.lists:
            ranked = rows.ranks_by_source([self.shown[cell] for cell in cells])
            if cells and ranked is not None:
                shown_rows |= ranked
        return shown_rows

    def differing(self, submission: Submission) -> Iterator[Finding]:
        """Yield one observation for each cell that shows something else than follows from the answers and the
        checks.
        """
        codes = {label: code for code, label in self.layout.labels.get(LEVELS, {}).items()}
        calculated = {
            answer.key: codes.get(str(answer.value), answer.value)
            for answer in submission.answers
            if answer.calculated and answer.value is not None
        }
        facts = facts_of(submission.identity)
        day = submission.calculated_on
        facts["today"] = day.isoformat() if day is not None else facts["today"]
        answers = submission.values()
        unread = submission.originals()
        # with 0 for what no check cell can say
        messages = self.layout.messages
        cleaned = list(self.shown)
        for (cell, order), value in zip(
            self.cells.checks, self.cells.take_checks(self.shown), strict=True
        ):
            if value not in (0, REQUIRED):
                cleaned[cell] = _check_number(value, order, messages)
        memory = self.cells.remembered(self.shown, cleaned)
        originals = unread | submission.otherwise_written()
        last = read_last(submission.last) or {}
        content = Content(
            self.layout,
            answers,
            {},
            calculated,
            submission.shown_rows,
            originals,
            facts,
            memory,
            last,
        )
        differing = self.cells.differing(content, self.shown)
        for issued, some in grouped(
            (self.cells.cells[cell[0]].sheet, cell) for cell in differing
        ).items():
            tool = next(
                (sheet.tool.code for sheet in self.layout.sheets if sheet.name == issued), None
            )
            for cells_together in one_by_one(some, ALONE):
                yield self._about(tool, cells_together)

    def _about(self, tool: str | None, cells_differing: Sequence[Expected]) -> Finding:
        number, due = cells_differing[0]
        sheet, *place = self.place(number)
        shown, expected = (
            shorten("" if value is None else said(value)) for value in (self.shown[number], due)
        )
        at = address(*place)
        value = shown + and_more(len(cells_differing) - 1)
        return RESULT_DIFFERS.at(sheet, at, tool, value=value, expected=expected, cells=at)

    def place(self, number: int) -> tuple[str, int, int]:
        """Return the name of the sheet in the file, and where on it a formula cell is now."""
        cell = self.cells.cells[number]
        results = self.results_by_sheet.get(cell.sheet)
        if results is None or results.places is None:
            return results.sheet if results is not None else cell.sheet, cell.row, cell.column
        return results.sheet, *results.places[number - self.cells.first[cell.sheet]]


class _BrokenCheck(Exception):
    """Asked for what check cells say, some of which say nothing."""


class _MemoryOfChecks(Memory):
    """What the check cells say: all else follows from it. Nothing sums up those that show no number."""

    def once(self, key: Hashable, work_out: Callable[[], Found]) -> Found:
        """Raise `_BrokenCheck` for what sums up check cells of which one shows no number."""
        if key not in self.cache and isinstance(key, tuple) and key[0] in ("checks", "progress"):
            raise _BrokenCheck
        return super().once(key, work_out)


class FormulaCell(NamedTuple):
    """One formula cell: the issued name of its sheet, and where it was issued."""

    sheet: str
    row: int
    column: int


Expected = tuple[int, Result]  # a cell, by its number, and what it should show
Take = Callable[[Sequence[Any]], Sequence[Any]]  # some cells out of all


def _take(numbers: Sequence[int]) -> Take:
    """Return a tuple of some cells, however few."""
    return (
        itemgetter(*numbers) if len(numbers) > 1 else lambda cells: tuple(cells[n] for n in numbers)
    )


class FormulaCells:
    """The formula cells of all sheets of a layout, in one order, and how what they show is worked out."""

    def __init__(self, plan: ExpectedWorkbook) -> None:
        self.layout = plan.layout
        self.sheets = plan.issued
        self.cells = [
            FormulaCell(name, *place)
            for name, sheet in self.sheets.items()
            for place in sheet.formula_places
        ]
        numbers: dict[tuple[str, int, int], int] = {
            cell: number for number, cell in enumerate(self.cells)
        }
        sizes = accumulate((len(sheet.formula_places) for sheet in self.sheets.values()), initial=0)
        self.first = dict(
            zip(self.sheets, sizes, strict=False)
        )  # the number of the first cell of each sheet

        checks = [
            (slot.tool, numbers[self.layout.sheet[slot.tool].name, *slot.check], slot.order)
            for slot in self.layout.slots.values()
            if slot.check is not None
        ]
        # in the order of the slots that have a check cell, each with its place in its row, from 0
        self.checks = [(cell, order) for _, cell, order in checks]
        self.take_checks = _take([cell for cell, _ in self.checks])
        by_tool = grouped((tool, cell) for tool, cell, _ in checks)
        self._checks_of_tools = {tool: _take(cells) for tool, cells in by_tool.items()}
        # of each row of answers, with the key of the first of these that has one
        self._checks_of_rows: list[tuple[Key, Take]] = []
        # the collected lists, each with the cells that count the rows it keeps, and those that rank them
        self.lists: list[tuple[KeptRows, list[int]]] = []
        # everything that people see beside answers, that of their own rows first
        self._others: list[tuple[LiveCells, list[int | None]]] = []
        for name, sheet in self.sheets.items():
            for live in sheet.issued.live:
                if isinstance(live.cached_values, KeptRows):
                    self.lists.append(
                        (live.cached_values, [numbers[name, *place] for place in live.places])
                    )
                if not isinstance(live.cached_values, RowCells | StampFact):
                    seen_numbers = [
                        numbers.get((name, *place)) if sheet.issued.shows(place.column) else None
                        for place in live.places
                    ]
                    self._others.append((live, seen_numbers))
                elif isinstance(live.cached_values, RowCells) and (
                    checked := live.cached_values.checked
                ):
                    cells = [numbers[name, *slot.check] for slot in checked if slot.check]
                    self._checks_of_rows.append((checked[0].key, _take(cells)))
        self._others.sort(key=lambda shown: not isinstance(shown[0].cached_values, BesideRow))

    def remembered(self, shown: Sequence[Result], cleaned: Sequence[Any]) -> Memory:
        """Return what the check cells say, as far as they show numbers."""
        remembered: dict[Any, Any] = {
            ("checks", key): checks(cleaned)
            for key, checks in self._checks_of_rows
            if all(map(_is_number, checks(shown)))
        }
        whole = all(map(_is_number, self.take_checks(shown)))
        for tool, numbers in self._checks_of_tools.items() if whole else ():
            required = 0
            at = Counter[int]()
            for value, count in Counter(numbers(cleaned)).items():
                number = int(value or 0)
                at[number // LEVEL] += count
                required += count * is_required(number)
            remembered["progress", tool] = required, required - at[MISSING], at[ERROR], at[WARNING]
        return _MemoryOfChecks(remembered)

    def differing(self, content: Content, shown: Sequence[Result]) -> Iterator[tuple[int, Result]]:
        """Yield each formula cell that shows something else than follows from the checks, with what it should show.

        Hidden cells and calculated answers are left out, and what was never calculated; where a check cell shows no
        number, also what sums these up.
        """
        for live, numbers in self._others:
            try:
                values = live.cached_values(content)
            except _BrokenCheck:
                continue
            for n, value in zip(numbers, values, strict=True):
                if n is not None and value != shown[n] and not _is_same(shown[n], value):
                    yield n, value


formula_cells = lru_cache(maxsize=32)(FormulaCells)  # worked out once for all files of a layout


def _is_number(value: Result) -> bool:
    return isinstance(value, float | int)


def _check_number(value: Result, order: int, messages: Messages) -> int:
    """Return what a check cell can say at this place of its row; 0 for everything else."""
    if not isinstance(value, float | int) or not 0 < value < (ERROR + 1) * LEVEL:
        return 0
    number = int(value)
    return number if order_of(number) == order and messages.decode(number) is not None else 0


def _is_same(shown: Result, expected: Result) -> bool:
    """Say whether a cell shows what it should, or nothing that can be compared."""
    if shown is None:
        return True
    if expected is None or expected == "":
        return shown in ("", 0)
    if isinstance(expected, str):
        return isinstance(shown, str) and tidy(shown) == tidy(expected)
    return isinstance(shown, int | float) and isclose(shown, expected, rel_tol=1e-9, abs_tol=1e-12)
