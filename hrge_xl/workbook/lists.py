"""Draws two kinds of lists: rows of several sheets under common columns, and the open problems of all sheets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from ..fields import ColumnKind
from ..language.function import joined, text_literal
from ..language.functions.choices import differs_by_row
from ..layout import Grid, Place, Row, Sheet, Slot, column_letters, quoted
from ..layout.lists import kind_of_column
from ..layout.messages import ERROR, LEVEL, MISSING, NOT_BEGUN, ORDER, WARNING
from ..layout.model import CODE_COLUMN, CODE_ROW, TODAY_NAME
from ..spec.compiled import Keeping, compiled
from ..spec.lookup import rule_scope
from ..spec.model import CollectBlock, Collected, ProblemsBlock
from .calculated import BlockWriter
from .content import Content, Shown
from .cover import not_begun
from .excel_formula import ExcelFormula
from .formulas import (
    ROW,
    ColumnRun,
    Formula,
    as_text,
    cells_of,
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
    run_of,
    sentence_of,
    with_count,
)
from .row_checks import checked_answers, columns_run, message_of, order_in_row
from .styles import LINES

COLLECT_HELPERS = 8
BETWEEN = "; "  # several answers
OfSource = tuple[str, int, int]  # tool of the list, number of the block, number of the source


class ListBlockWriter(BlockWriter):
    """Draws a list: what is in it in one line, heads, and rows that are taken from hidden columns."""

    def start(self, block: CollectBlock | ProblemsBlock) -> None:
        """Write what stands above the line."""
        self.top(block)
        self.size = block.rows
        self.first = self.drawn.head + 1

    def column(
        self, column: int, formula: Formula, style: str = "check", number_format: str = ""
    ) -> Formula:
        """Write a column of the list; give its cell in the row of what asks."""
        run = ColumnRun.alike(column, self.first, self.size, formula)
        self.writer.fill(run, style, number_format)
        return run.own

    def columns(self, columns: Sequence[tuple[str, Formula, str, str]]) -> None:
        """Write the columns that are seen: head, formula, style and number format."""
        self.writer.texts(self.first - 1, self.left, [head for head, *_ in columns], "head")
        for number, (_, formula, style, number_format) in enumerate(columns, self.left):
            self.column(number, formula, style, number_format)

    def row_of(
        self, code: Formula, origin: Formula, sheets: Sequence[str], issued: Formula
    ) -> Formula:
        """Find the row of a code on one of some sheets, wherever it is by now."""
        names = chosen(origin, [Formula(name, issued.value) for name in sheets]).text
        return Formula(
            f"IFERROR(MATCH({code.text},INDEX({names},0,{CODE_COLUMN}),0),0)", issued.value
        )

    def summarise(self, count: Formula, nothing: str, fits: str, too_many: str) -> None:
        """Write above a list that there is nothing in it, how many there are, or how many do not fit."""
        rows = too_many.replace("{rows}", str(self.size))
        line = if_(count > self.size, with_count(rows, count), with_count(fits, count))
        self.writer.formula(
            Place(self.first - 2, self.left), if_(count.equals(0), nothing, line), "progress"
        )

    def frame_used(self, columns: int, state: int, words: Mapping[str, str]) -> None:
        """Lines around the rows in use, and the words of the state column in their colours.

        LibreOffice takes one conditional format a cell, so that those of the state column bring their lines along.
        """
        first, last = rows = self.first, self.first + self.size - 1
        end = self.left + columns - 1
        cell = f"=${column_letters(state)}{first}"
        for word, style in words.items():
            self.writer.mark_column(state, rows, f"{cell}={text_literal(word)}", style, **LINES)
        used = f'=${column_letters(self.left)}{first}<>""'
        for left, right in ((self.left, state - 1), (state, state), (state + 1, end)):
            if left <= right:
                self.writer.mark_when(Place(first, left), Place(last, right), used, "framed")


@dataclass(frozen=True)
class RowSource:
    """One source of the list, and the grid whose rows (or records) it gives."""

    key: OfSource
    position: int  # among those issued, from 1
    spec: Collected
    keeping: Keeping  # which rows are listed, and their rank
    grid: Grid
    name: str  # the defined name of its sheet
    sheet: str

    @property
    def rows(self) -> Iterator[ListedRow]:
        """Its rows, or the records of a form."""
        if self.grid.across:
            for column in self.grid.with_role("answer"):
                yield ListedRow(self, str(column.record), column.label, column.index)
            return
        for row in self.grid.data_rows:
            first = next(iter(self.grid.by_row[row.code].values()))
            yield ListedRow(self, row.code, row.code, first.cells[0].row)


class ListedRow(NamedTuple):
    """One row of a source."""

    source: RowSource
    row: str  # its code, or the number of a record
    name: str  # the same as people see it
    line: int  # its row on the sheet, or the column of a record


@dataclass(frozen=True, eq=False)
class KeptRows:
    """Which rows its list keeps: what the cells show that count these down to each row and, if ranked, their ranks."""

    rows: Sequence[ListedRow]
    ranked: bool

    def __call__(self, content: Content) -> Sequence[Shown]:
        """Return the counts, then the ranks."""
        return content.memory.once(self, lambda: self._all(content))

    def _all(self, content: Content) -> Sequence[Shown]:
        ranks = [content.kept_rows.get(row.source.key, {}).get(row.row) for row in self.rows]
        if not self.ranked:
            return list(accumulate(int(rank is not None) for rank in ranks))
        ranking = sorted((-rank, place) for place, rank in enumerate(ranks) if rank is not None)
        number = {place: number for number, (_, place) in enumerate(ranking, start=1)}
        counts = (number.get(place, 0) for place, _ in enumerate(ranks))
        return [*counts, *("" if rank is None else rank for rank in ranks)]

    def kept(self, shown: Sequence[Shown]) -> dict[OfSource, dict[str, float]] | None:
        """Say which rows of each source such cells keep, with their ranks; None where one shows no number."""
        counts = shown[: len(self.rows)]
        ranks = shown[len(self.rows) :] or [0.0] * len(self.rows)
        ranks_of: dict[OfSource, dict[str, float]] = {row.source.key: {} for row in self.rows}
        count_above = 0.0
        for row, count, rank in zip(self.rows, counts, ranks, strict=True):
            if not isinstance(count, int | float):
                return None
            if count > count_above:
                ranks_of[row.source.key][row.row] = rank if isinstance(rank, int | float) else 0.0
            count_above = 0.0 if self.ranked else count
        return ranks_of


class CollectWriter(ListBlockWriter):
    """Draws one collected list. Hidden columns count the rows to keep; the list takes the first, second … of them."""

    def draw(self) -> int:
        """Title, how many there are, heads, the list, and the hidden columns that it is taken from."""
        block = self.drawn.block
        assert isinstance(block, CollectBlock)
        self.block = block
        issued = [
            (n, source)
            for n, source in enumerate(block.sources)
            if source.tool in self.layout.sheet
        ]
        self.sources = [
            self._source(position, *source) for position, source in enumerate(issued, start=1)
        ]
        self.rows = [row for source in self.sources for row in source.rows]
        self.start(block)
        self.counts = self._candidates()
        count = once(function("MAX", max, self.counts)) if self.rows else constant(0)
        if block.summary:
            high = count_if(self.ranks, ">=", block.top)
            summary = sentence_of(block.summary.say(self.layout.language), count=count, top=high)
            at = Place(self.drawn.first, self.left + 2)
            style = "summary"
            if self.layout.spec.drawing > 3:  # as far from the title as it can be
                at = Place(self.drawn.first, max(self.drawn.widths))
                style = "summary_at_end"
            self.writer.formula(at, summary, style)
        else:
            self.summarise(
                count,
                self.say("Nothing to list."),
                self.say("{count} in total."),
                self.say("{count} in total; the first {rows} are listed."),
            )
        self._list(block)
        return self.free + COLLECT_HELPERS

    def _source(self, position: int, number: int, spec: Collected) -> RowSource:
        key = (self.sheet.tool.code, self.drawn.number, number)
        sheet = self.layout.sheet[spec.tool]
        block = rule_scope(self.layout.spec, sheet.tool, tuple(spec.columns.values())).block
        grid = next(grid for grid in sheet.grids if grid.block is block)
        keeping = compiled(self.layout.spec).lists[key]
        return RowSource(key, position, spec, keeping, grid, sheet.name_in_book, sheet.name)

    # the hidden columns: one row for each row of the sources

    def _candidates(self) -> Formula:
        """Write the rows, and which of them are kept; give the cells that count these."""
        free = self.free
        first = self.first
        writer = self.writer
        rows = self.rows
        kept_rows = KeptRows(rows, any(source.spec.rank is not None for source in self.sources))
        conditions: dict[int, str] = {}
        counts = []
        ranks = []
        for at, row in enumerate(rows, first):
            source = row.source
            differs = source.grid.across or differs_by_row(source.keeping.condition)
            if differs or source.position not in conditions:
                conditions[source.position] = self._condition(source, row.row)
            condition = conditions[source.position].replace(ROW, str(row.line))
            counts.append(Place(at, free))
            count = self._count(at, condition, ranked=kept_rows.ranked)
            writer.formula_text(counts[-1], count, "check")
            if kept_rows.ranked:
                ranks.append(Place(at, free + 7))
                rank = f'IF({condition},{self._rank(row)},"")'
                writer.formula_text(ranks[-1], rank, "check")
        writer.live([*counts, *ranks], kept_rows)
        self.which = writer.constants(free + 1, first, [row.source.position for row in rows])
        find = [row.line if row.source.grid.across else row.row for row in rows]
        self.find = writer.constants(free + 2, first, find)
        self.named = writer.constants(free + 3, first, [row.name for row in rows])
        size = len(rows)
        self.ranks = Formula(
            run_of(free + 7, first, size), lambda content, row: kept_rows(content)[size:]
        )
        return Formula(run_of(free, first, size), lambda content, row: kept_rows(content)[:size])

    def _rank(self, row: ListedRow) -> str:
        """Return the text of a formula for the number by which a row is ranked; 0 where its source ranks none."""
        rank = row.source.keeping.rank
        if rank is None:
            return "0"
        line_number = None if row.source.grid.across else str(row.line)
        compiler = ExcelFormula(self.layout, row.source.grid, row.row, line_number, away=True)
        return f"N({compiler.value(rank)})"

    def _count(self, row: int, condition: str, *, ranked: bool) -> str:
        """Count the rows kept down to one, or say as which one it is listed where the list is ranked; 0 for none."""
        column = f"${column_letters(self.free)}"
        if not ranked:
            count_above = f"{column}{row - 1}+" if row > self.first else ""
            return f"{count_above}IF({condition},1,0)"
        column = f"${column_letters(self.free + 7)}"
        whole = run_of(self.free + 7, self.first, len(self.rows))
        own_rank = f"{column}{row}"
        above = f"COUNTIF({column}${self.first}:{own_rank},{own_rank})-1"
        return f"IF(ISNUMBER({own_rank}),RANK({own_rank},{whole})+{above},0)"

    def _condition(self, source: RowSource, row: str) -> str:
        line_number = None if source.grid.across else ROW
        compiler = ExcelFormula(self.layout, source.grid, row, line_number, away=True)
        condition = compiler.condition(source.keeping.condition)
        place = self.layout.active_place(source.grid, row)
        if place is None:
            return condition
        cell = f"{quoted(source.sheet)}!${column_letters(place.column)}{line_number or f'${place.row}'}"
        return f"AND({cell}>0,{condition})"

    # the list

    def _list(self, block: CollectBlock) -> None:
        say = self.say
        first = self.first
        left = self.left
        number = row_number(column_letters(left), first)
        pick = self.column(self.free + 4, iferror(match(number, self.counts), 0))
        unused = pick.equals(0)
        find = index(self.find, pick)
        origin = self.column(self.free + 5, if_(unused, 0, index(self.which, pick)))
        names = [source.name for source in self.sources]
        place = index(listed("", [row.line for row in self.rows]), pick)
        row = self.row_of(find, origin, names, place).text
        row_or_record = Formula(f"IF(ISNUMBER({find.text}),{find.text},{row})", place.value)
        line = self.column(self.free + 6, if_(unused, 0, row_or_record))
        addresses = [self._address(source, line) for source in self.sources]
        target = constant("#") & chosen(origin, addresses)
        name = function("HYPERLINK", lambda _, name: name, target, index(self.named, pick))
        link = (say("Row"), if_(unused, "", name), "listed_link", "")
        numbers = (say("No."), if_(unused, "", number), "listed_mark", "")
        columns = [link if block.compact else numbers]
        for code, head in block.columns.items():
            value = self._value(code, origin, line)
            form = ""
            if code == block.bars:
                form = "0%"
            elif kind_of_column(self.layout.spec, block, code) is ColumnKind.DATE:
                form = "yyyy-mm-dd"
            columns.append((head.say(self.layout.language), value, "listed", form))
        state = left + len(columns)
        if block.due is not None:
            column = left + 1 + list(block.columns).index(block.due)
            days = self._value(block.due, origin, line)
            due = ColumnRun.alike(column, first, self.size, days).own
            columns.append((say("On time?"), if_(unused, "", self._state(due)), "listed", ""))
        if not block.compact:
            sheets = chosen(origin, [source.sheet for source in self.sources])
            columns += [(say("Sheet"), if_(unused, "", sheets), "listed", ""), link]
        self.columns(columns)
        if block.bars is not None:
            bars = left + 1 + list(block.columns).index(block.bars)
            self.writer.bars(bars, (first, first + self.size - 1))
        words = {say("Overdue"): "error", say("No date"): "missing", say("To look at"): "look"}
        self.frame_used(len(columns), state, words if block.due is not None else {})

    def _state(self, due: Formula) -> Formula:
        today = Formula(TODAY_NAME, lambda content, row: content.today)
        late = if_(due < today, self.say("Overdue"), self.say("Not yet due"))
        is_day = function("ISNUMBER", lambda value: isinstance(value, int | float), due)
        none = constant(self.say("No date"))
        # a day may stand there in words; what is shown at a glance may need none
        if self.layout.spec.drawing > 1:
            none = if_(due.equals(""), "" if self.block.compact else none, self.say("To look at"))
        return if_(is_day, late, none)

    def _value(self, column: str, origin: Formula, line: Formula) -> Formula:
        value = chosen(origin, [self._cell(source, column, line) for source in self.sources])
        kind = kind_of_column(self.layout.spec, self.block, column)
        shown = (
            if_(value.equals(""), "", value)
            if kind in (ColumnKind.DATE, ColumnKind.NUMBER)
            else value & ""
        )
        return if_(origin.equals(0), "", iferror(shown, ""))

    def _cell(self, source: RowSource, column: str, line: Formula) -> Formula:
        """Return the cells of a field in one row of a source, joined where there are several."""
        tool = source.spec.tool
        code = source.spec.columns.get(column, "")
        keys = {row.line: (tool, row.row, code) for row in source.rows}
        slots = {at: self.layout.slots[key] for at, key in keys.items() if key in self.layout.slots}
        if not slots:
            return constant("")
        codes = next(iter(slots.values())).codes
        cells = [f"INDEX({source.name},{_row_and_column(source, *pair, line)})" for pair in codes]

        def value(content: Content, row: int) -> Shown:
            values = [
                shown
                for shown in content.shown(slots[line.value(content, row)])
                if shown is not None
            ]
            return values[0] if len(values) == 1 else BETWEEN.join(map(as_text, values))

        return Formula(joined(cells, BETWEEN), value)

    def _address(self, source: RowSource, line: Formula) -> Formula:
        """Return the address of the first field of the row."""
        first = next(source.rows)
        field = next(iter(source.spec.columns.values()))
        codes = self.layout.slots[source.spec.tool, first.row, field].codes[0]
        cell = _row_and_column(source, *codes, line)
        text = f"{text_literal(quoted(source.sheet) + '!')}&ADDRESS({cell},4)"
        return Formula(text, constant("").value)  # nobody sees it


def _row_and_column(source: RowSource, row: str, column: str, line: Formula) -> str:
    """Write the numbers of the row and the column of a field in a row, or a record, of a source.

    They are looked up by code, wherever a row or a column that somebody inserts moves the field.
    """
    if source.grid.across:
        return f"MATCH({text_literal(row)},INDEX({source.name},0,{CODE_COLUMN}),0),{line.text}"
    return f"{line.text},MATCH({text_literal(column)},INDEX({source.name},{CODE_ROW},0),0)"


# draws the list of open problems

PROBLEM_HELPERS = 13
RANK = 100_000  # more rows than any workbook has
LONGEST_LABEL = 90


class CheckedRow(NamedTuple):
    """One row of a grid that has check cells."""

    sheet: int  # position among the sheets, from 1
    row: Row
    checks: Sequence[Slot]  # none where it stands for all of its sheet
    entry: int  # position of the grid's first column (or record) among all of them, from 1


class ProblemsWriter(ListBlockWriter):
    """Draws one list of problems. Hidden columns rank the rows of all sheets; the list takes the first ranks.

    A sheet that is ticked and blank is one line, whatever is missing on it.
    """

    def draw(self) -> int:
        """Title, how many there are, heads, the list, and the hidden columns that it is taken from."""
        block = self.drawn.block
        assert isinstance(block, ProblemsBlock)
        self.start(block)
        self.sheets = [sheet for sheet in self.layout.sheets if sheet.check_columns]
        # by the number of its sheet, the cell that says it is not begun
        self.blank: dict[int, Formula] = {}
        # what a check cell is about, and the column of its answer
        self.entries: list[tuple[str, str]] = []
        self.rows = [
            row
            for number, sheet in enumerate(self.sheets, start=1)
            for row in self._checked_rows(number, sheet)
        ]
        self._candidates()
        say = self.say  # one line is a row, whatever is open in it
        fits = say("Rows with something open: {count}. The most urgent come first.")
        too_many = say("Rows with something open: {count}. The {rows} most urgent are listed.")
        if self.layout.spec.drawing < 3:
            fits = say("{count} in total, most urgent first.")
            too_many = say("{count} in total; the {rows} most urgent are listed.")
        self.summarise(self.some, say("Nothing to correct."), fits, too_many)
        self._list()
        return (
            self.free
            + PROBLEM_HELPERS
            + (self.layout.spec.drawing > 1)
            + (self.layout.spec.drawing > 2)
        )

    def _checked_rows(self, number: int, sheet: Sheet) -> Iterator[CheckedRow]:
        for grid in sheet.grids:
            if not grid.with_role("check"):
                continue
            entry = len(self.entries) + 1
            self.entries += self._entries_of(grid)
            blank = None if number in self.blank else not_begun(self.layout, sheet)
            if blank is not None:  # one line for all of them, at the first
                at = Place(self.first + len(self.blank), self.free + PROBLEM_HELPERS)
                self.writer.formula(at, blank, "check")
                self.blank[number] = Formula(cells_of([at], mark="$"), blank.value)
                yield CheckedRow(number, grid.data_rows[0], (), entry)
            for row in grid.data_rows:
                if checks := grid.checked_rows.get(row.index):
                    yield CheckedRow(number, row, checks, entry)

    def _entries_of(self, grid: Grid) -> list[tuple[str, str]]:
        """For each check column of a grid what it is about, and the letters of the column of the answer."""
        if grid.across:
            answers = grid.with_role("answer")
            return [(c.label if len(answers) > 1 else "", column_letters(c.index)) for c in answers]
        checked = checked_answers(grid, self.layout.language)
        return [(label, column_letters(column)) for label, column in checked]

    # the hidden columns: one row for each row of the sheets, then one for each check column

    def _candidates(self) -> None:
        """Write how urgent each row is, and what the list says about it."""
        free = self.free
        first = self.first
        rows = self.rows
        worst = ColumnRun(free, first, [self._worst(row) for row in rows])
        key = _level(worst.own) * RANK + RANK - row_number(f"${column_letters(free)}", first)
        keys = ColumnRun.alike(free + 1, first, len(rows), if_(worst.own < LEVEL, 0, key))
        for run in (worst, keys):
            self.writer.fill(run, "check")
        self.worst = worst.cells
        self.keys = keys.cells
        self.some = once(count_if(self.keys, ">", 0)) if rows else constant(0)
        hold = self.writer.constants
        self.place = hold(free + 2, first, [row.sheet for row in rows])
        self.code = hold(free + 3, first, [row.row.code for row in rows])
        self.label = hold(free + 4, first, [_short(row.row) for row in rows])
        self.entry = hold(free + 5, first, [row.entry for row in rows])
        self.about = hold(free + 6, first, [about for about, _ in self.entries])
        self.letters = hold(free + 7, first, [letters for _, letters in self.entries])
        self.mark = self.code
        if self.layout.spec.drawing > 2:
            self.mark = hold(free + PROBLEM_HELPERS + 1, first, [row.row.mark for row in rows])

    def _worst(self, row: CheckedRow) -> Formula:
        blank = self.blank.get(row.sheet, constant(0))
        messages = self.layout.messages
        if not row.checks:
            return if_(blank, MISSING * LEVEL + 999 * ORDER + messages.index[NOT_BEGUN], 0)
        columns = [slot.check.column for slot in row.checks if slot.check is not None]
        cells = columns_run(columns, row.row.index)
        checks = row.checks
        sheet = quoted(self.sheets[row.sheet - 1].name)
        worst = Formula(f"MAX({sheet}!{cells})", lambda content, _: max(content.checks(checks)))
        return worst if row.sheet not in self.blank else if_(blank, 0, worst)

    # the list

    def _list(self) -> None:
        say = self.say
        free = self.free
        number = row_number(column_letters(self.left), self.first)
        ranked = if_(
            number > once(count_if(self.keys, ">", 0)),
            0,
            match(large(self.keys, number), self.keys),
        )
        pick = self.column(free + 8, iferror(ranked, 0))
        unused = pick.equals(0)
        code = index(self.code, pick)
        mark = index(self.mark, pick)
        worst = self.column(free + 9, if_(unused, 0, index(self.worst, pick)))
        origin = self.column(free + 10, if_(unused, 0, index(self.place, pick)))
        row = index(listed("", [row.row.index for row in self.rows]), pick)
        names = [sheet.name_in_book for sheet in self.sheets]
        line = self.column(free + 11, if_(unused, 0, self.row_of(code, origin, names, row)))
        position = index(self.entry, pick) + order_in_row(worst, 999)
        entry_number = self.column(free + 12, if_(unused, 0, position))
        label = index(self.label, pick)
        about = index(self.about, entry_number)
        words = {WARNING: say("To look at"), MISSING: say("Missing"), ERROR: say("To correct")}
        status = chosen(_level(worst), list(words.values()))
        prefix = chosen(origin, [quoted(sheet.name) + "!" for sheet in self.sheets])
        target = constant("#") & prefix & index(self.letters, entry_number) & line
        sheet = chosen(origin, [self.layout.shown(sheet.name) for sheet in self.sheets])
        link = function("HYPERLINK", lambda _, shown: shown, target, mark)
        label_and_about = if_(about.equals(""), label, label & ": " & about)
        question = if_(label.equals(""), about & "", label_and_about)
        columns = (
            (say("No."), number, "listed_mark"),
            (say("Status"), status, "listed"),
            (say("Sheet"), sheet, "listed"),
            (say("Row"), link, "listed_link"),
            (say("Question"), question, "listed"),
            (say("What to do"), message_of(self.layout, worst, mark), "listed"),
        )
        self.columns(
            [(head, if_(unused, "", formula), style, "") for head, formula, style in columns]
        )
        styles = {words[ERROR]: "error", words[MISSING]: "missing"}
        self.frame_used(len(columns), self.left + 1, styles)


def _level(number: Formula) -> Formula:
    """Return how urgent a check number is."""
    return function("INT", int, number / LEVEL)


def _short(row: Row) -> str:
    """Name what a row is about; open rows have a code only."""
    if row.label == row.code:
        return ""
    return (
        row.label
        if len(row.label) <= LONGEST_LABEL
        else row.label[: LONGEST_LABEL - 1].rstrip() + "…"
    )
