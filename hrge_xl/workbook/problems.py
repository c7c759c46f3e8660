"""Draws the list of open problems: the worst of each row of every sheet, most urgent first, with links."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..layout import Grid, Row, Sheet, Slot, column_letters, quoted
from ..layout.messages import ERROR, LEVEL, MISSING, WARNING
from ..spec.model import ProblemsBlock
from .calculated import ListPainter
from .formulas import (
    Formula,
    Run,
    chosen,
    constant,
    count_if,
    function,
    if_,
    iferror,
    index,
    large,
    listed,
    match,
    once,
    row_number,
)  # fmt: skip
from .row_status import columns_run, message_of, order_in_row

HELPERS = 13
RANK = 100_000  # more rows than any workbook has
LABEL_LENGTH = 90


@dataclass(frozen=True)
class Watched:
    """One row of a grid that has check cells."""

    sheet: int  # position among the sheets, from 1
    grid: Grid
    row: Row
    checks: tuple[Slot, ...]
    entry: int  # position of the grid's first column (or record) among all of them, from 1


class ProblemsPainter(ListPainter):
    """Draws one list of problems. Hidden columns rank the rows of all sheets; the list takes the first ranks."""

    def draw(self) -> int:
        """Title, how many there are, heads, the list, and the hidden columns that it is taken from."""
        block = self.drawn.block
        assert isinstance(block, ProblemsBlock)
        self.sheets = [sheet for sheet in self.layout.sheets if sheet.check_columns]
        self.entries: list[tuple[str, str]] = []  # what a check cell is about, and the column of its answer
        self.rows = [
            row for number, sheet in enumerate(self.sheets, start=1) for row in self._watch(number, sheet)
        ]
        self.start(block)
        self._candidates()
        self.summarise(
            self.some,
            self.say("Nothing to correct."),
            self.say("{count} in total, most urgent first."),
            self.say("{count} in total; the {rows} most urgent are listed."),
        )
        self._list()
        return self.free + HELPERS

    def _watch(self, number: int, sheet: Sheet) -> Iterator[Watched]:
        for grid in sheet.grids:
            if not grid.with_role("check"):
                continue
            entry = len(self.entries) + 1
            self.entries += self._entries_of(grid)
            for row in grid.data_rows:
                checks = tuple(s for s in grid.row_slots.get(row.index, ()) if s.check is not None)
                if checks:
                    yield Watched(number, grid, row, checks, entry)

    def _entries_of(self, grid: Grid) -> list[tuple[str, str]]:
        """For each check column of a grid what it is about, and the letters of the column of the answer."""
        if grid.across:
            answers = grid.with_role("answer")
            return [(c.label if len(answers) > 1 else "", column_letters(c.index)) for c in answers]
        found = []
        for check in grid.with_role("check"):
            assert check.field is not None
            column = next(c for c in grid.with_role("answer") if c.field is check.field)
            found.append((check.field.label.say(self.layout.language), column_letters(column.index)))
        return found

    # the hidden columns: one row for each row of the sheets, then one for each check column

    def _candidates(self) -> None:
        """Write how urgent each row is, and what the list says about it."""
        free, first, rows = self.free, self.first, self.rows
        worst = Run(free, first, [self._worst(row) for row in rows])
        key = _level(worst.own) * RANK + RANK - row_number(f"${column_letters(free)}", first)
        keys = Run.alike(free + 1, first, len(rows), if_(worst.own < LEVEL, 0, key))
        for run in (worst, keys):
            self.pen.fill(run, "check")
        self.worst, self.keys = worst.cells, keys.cells
        self.some = once(count_if(self.keys, ">", 0)) if rows else constant(0)
        hold = self.pen.constants
        self.place = hold(free + 2, first, [row.sheet for row in rows])
        self.code = hold(free + 3, first, [row.row.code for row in rows])
        self.label = hold(free + 4, first, [_short(row.row) for row in rows])
        self.entry = hold(free + 5, first, [row.entry for row in rows])
        self.about = hold(free + 6, first, [about for about, _ in self.entries])
        self.letters = hold(free + 7, first, [letters for _, letters in self.entries])

    def _worst(self, row: Watched) -> Formula:
        columns = [slot.check.column for slot in row.checks if slot.check is not None]
        cells, checks = columns_run(columns, row.row.index), row.checks
        sheet = quoted(self.sheets[row.sheet - 1].name)
        return Formula(f"MAX({sheet}!{cells})", lambda content, _: max(content.checks(checks)))

    # the list

    def _list(self) -> None:
        say, free = self.say, self.free
        number = row_number(column_letters(self.left), self.first)
        ranked = if_(
            number > once(count_if(self.keys, ">", 0)), 0, match(large(self.keys, number), self.keys)
        )
        pick = self.column(free + 8, iferror(ranked, 0))
        unused, code = pick.equals(0), index(self.code, pick)
        worst = self.column(free + 9, if_(unused, 0, index(self.worst, pick)))
        origin = self.column(free + 10, if_(unused, 0, index(self.place, pick)))
        row = index(listed("", [row.row.index for row in self.rows]), pick)
        names = [sheet.name_in_book for sheet in self.sheets]
        found = self.column(free + 11, if_(unused, 0, self.found(code, origin, names, row)))
        what = self.column(free + 12, if_(unused, 0, order_in_row(worst, 999, index(self.entry, pick))))
        label, about = index(self.label, pick), index(self.about, what)
        words = {WARNING: say("To look at"), MISSING: say("Missing"), ERROR: say("To correct")}
        prefix = chosen(origin, [quoted(sheet.name) + "!" for sheet in self.sheets])
        target = constant("#") & prefix & index(self.letters, what) & found
        columns = (
            (say("No."), number, "listed_mark"),
            (say("Status"), chosen(_level(worst), list(words.values())), "listed"),
            (say("Sheet"), chosen(origin, [sheet.name for sheet in self.sheets]), "listed"),
            (say("Row"), function("HYPERLINK", lambda _, shown: shown, target, code), "listed_link"),
            (
                say("Question"),
                if_(label.equals(""), about & "", if_(about.equals(""), label, label & ": " & about)),
                "listed",
            ),
            (say("What to do"), message_of(self.layout, worst, code), "listed"),
        )
        self.columns([(head, if_(unused, "", formula), style, "") for head, formula, style in columns])
        self.frame_used(len(columns), self.left + 1, {words[ERROR]: "error", words[MISSING]: "missing"})


def _level(number: Formula) -> Formula:
    """Give how urgent a check number is."""
    return function("INT", int, number / LEVEL)


def _short(row: Row) -> str:
    """Name what a row is about; open rows have a code only."""
    if row.label == row.code:
        return ""
    return row.label if len(row.label) <= LABEL_LENGTH else row.label[: LABEL_LENGTH - 1].rstrip() + "…"
