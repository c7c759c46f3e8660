"""What the formulas of a returned workbook show, held against what follows from its answers and check cells.

What the check cells say, and which rows the collected lists keep, is taken as it is shown; whoever knows the rules
looks at these (`checks.results`). Everything else follows from them as it does in the workbook itself: it differs only
where somebody made it differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ..answer import Key, Value
from ..findings import Finding
from ..findings.structure import RESULT_DIFFERS
from ..last_answers import read_last
from ..layout import Layout, address
from ..layout.lists import LEVELS
from ..numerals import shown as said
from ..submission import Result, ShownChecks, ShownRows, Submission
from ..words import and_more
from ..workbook import Content, facts_of
from .as_issued import REPORTED_ALONE
from .formula_cells import FormulaCells
from .issued_cells import SheetResults
from .keys import shorten


class Differing(NamedTuple):
    """A cell, by its number, that shows something else than it should."""

    number: int
    shown: Result
    expected: Result


class ShownResults:
    """What the formulas of one file show."""

    def __init__(self, cells: FormulaCells, layout: Layout, found: Mapping[str, SheetResults]) -> None:
        self.cells, self.layout, self.found = cells, layout, found
        self.shown: list[Result] = []
        for name, sheet in cells.sheets.items():
            results = found.get(name)
            self.shown += results.values if results is not None else [None] * len(sheet.formula_places)

    @property
    def calculated(self) -> bool:
        """Whether anything was ever calculated."""
        return any(value is not None for value in self.shown)

    def checks(self) -> ShownChecks:
        """Give what the check cells show."""
        numbers = self.cells.take_checks(self.shown)
        elsewhere = {name for name, results in self.found.items() if results.places is not None}
        checks = enumerate(cell for cell, _ in self.cells.checks) if elsewhere else ()
        moved = {
            place: self.place(cell)[1:] for place, cell in checks if self.cells.cells[cell].sheet in elsewhere
        }
        return ShownChecks(numbers, moved)

    def rows(self) -> dict[tuple[str, int, int], ShownRows]:
        """Say which rows the collected lists keep, for each of their sources."""
        found: dict[tuple[str, int, int], ShownRows] = {}
        for now, cells in self.cells.lists:
            ranked = now.kept([self.shown[cell] for cell in cells])
            if not cells or ranked is None:
                continue
            sheet, *place = self.place(cells[0])
            at = sheet, address(*place)
            found |= {key: ShownRows(tuple(rows), *at, tuple(rows.values())) for key, rows in ranked.items()}
        return found

    def differing(self, submission: Submission) -> Iterator[Finding]:
        """Give one observation for each cell that shows something else than follows from the answers and the checks."""
        content = self._content(submission)
        by_sheet: dict[str, list[Differing]] = {}
        for number, value in self.cells.differing(content, self.shown):
            sheet = self.cells.cells[number].sheet
            by_sheet.setdefault(sheet, []).append(Differing(number, self.shown[number], value))
        for some in by_sheet.values():
            yield from (self._about([each]) for each in some[:REPORTED_ALONE])
            if len(some) > REPORTED_ALONE:
                yield self._about(some[REPORTED_ALONE:])

    def _content(self, submission: Submission) -> Content:
        last = read_last(submission.last) or {}
        facts, day = facts_of(submission.identity), submission.calculated_on
        facts["today"] = day.isoformat() if day is not None else facts["today"]
        kept = {key: rows.ranked for key, rows in submission.shown_rows.items()}
        answers, unread = submission.values(), submission.originals()
        memory = self.cells.remembered(self.cells.cleaned(self.shown), None if unread else answers)
        calculated, originals = _calculated(submission, self.layout), unread | submission.otherwise_written()
        return Content(self.layout, answers, {}, calculated, kept, originals, facts, memory, last)

    def _about(self, found: Sequence[Differing]) -> Finding:
        first = found[0]
        sheet, row, column = self.place(first.number)
        issued = self.cells.cells[first.number].sheet
        tool = next((each.tool.code for each in self.layout.sheets if each.name == issued), None)
        value, expected = (
            shorten("" if each is None else said(each)) for each in (first.shown, first.expected)
        )
        at = address(row, column)
        value += and_more(len(found) - 1)
        return RESULT_DIFFERS.at(sheet, at, tool, value=value, expected=expected, cells=at)

    def place(self, number: int) -> tuple[str, int, int]:
        """Give the name of the sheet in the file, and where on it a formula cell is now."""
        cell = self.cells.cells[number]
        results = self.found.get(cell.sheet)
        if results is None or results.places is None:
            return results.sheet if results is not None else cell.sheet, cell.row, cell.column
        return results.sheet, *results.places[number - self.cells.first[cell.sheet]]


def _calculated(submission: Submission, layout: Layout) -> dict[Key, Value]:
    """Give what calculated answers show, levels by their code."""
    codes = {label: code for code, label in layout.labels.get(LEVELS, {}).items()}
    return {
        answer.key: codes.get(str(answer.value), answer.value)
        for answer in submission.answers
        if answer.calculated and answer.value is not None
    }
