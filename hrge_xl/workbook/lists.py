"""Draws two kinds of lists: rows of several sheets under common columns, and the open problems of all sheets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
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
from ..spec.drawings import (
    DAYS_MAY_BE_WORDS,
    PEOPLE_SEE_NO_CODES,
    ROWS_WITH_SOMETHING_OPEN_ARE_COUNTED,
    SUMMARIES_STAND_AT_THE_END,
    UNBEGUN_SHEETS_ARE_NAMED,
)
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

BETWEEN = "; "  # several answers
OfSource = tuple[str, int, int]  # tool of the list, number of the block, number of the source


class ListColumn(NamedTuple):
    """A column of a list that people see."""

    head: str
    formula: Formula
    style: str = "listed"
    number_format: str = ""


class ListBlockWriter(BlockWriter):
    """Draws a list: what is in it in one line, heads, and lines that are taken from hidden columns."""

    def start(self, block: CollectBlock | ProblemsBlock) -> None:
        """Write what stands above the heads; note the number of lines and the row of the first one."""
        self.top(block)
        self.size = block.rows
        self.first = self.drawn.head + 1

    def fill_column(
        self, column: int, formula: Formula, style: str = "check", number_format: str = ""
    ) -> Formula:
        """Write a formula into a column of every line; return its cell in the line that asks."""
        run = ColumnRun.alike(column, self.first, self.size, formula)
        self.writer.fill(run, style, number_format)
        return run.own

    def write_columns(self, columns: Sequence[ListColumn]) -> None:
        """Write the heads and lines of the columns that people see, beside each other."""
        self.writer.texts(self.first - 1, self.left, [column.head for column in columns], "head")
        for number, column in enumerate(columns, self.left):
            self.fill_column(number, column.formula, column.style, column.number_format)

    def find_row(
        self, code: Formula, origin: Formula, sheets: Sequence[str], issued_row: Formula
    ) -> Formula:
        """Return the row where a code stands by now on one of some sheets; 0 where it stands on none.

        `origin` is the number of the sheet, `sheets` their defined names, `issued_row` the row as it was issued.
        """
        sheet = chosen(origin, [listed(name, ()) for name in sheets]).text
        text = f"IFERROR(MATCH({code.text},INDEX({sheet},0,{CODE_COLUMN}),0),0)"
        return Formula(text, issued_row.value)

    def summarise(self, count: Formula, nothing: str, fits: str, too_many: str) -> None:
        """Write above a list that there is nothing in it, how many there are, or how many do not fit."""
        too_many = too_many.replace("{rows}", str(self.size))
        is_too_long = count > self.size
        summary = if_(is_too_long, with_count(too_many, count), with_count(fits, count))
        place = Place(self.first - 2, self.left)
        self.writer.formula(place, if_(count.equals(0), nothing, summary), "progress")

    def frame_used(self, column_count: int, state_column: int, style_of: Mapping[str, str]) -> None:
        """Draw lines around the rows in use, and the words of the state column in their colours.

        LibreOffice takes one conditional format a cell, so that those of the state column bring their lines along.
        """
        first = self.first
        last = first + self.size - 1
        end = self.left + column_count - 1
        state = f"${column_letters(state_column)}{first}"
        for word, style in style_of.items():
            has_word = f"={state}={text_literal(word)}"
            self.writer.mark_column(state_column, (first, last), has_word, style, **LINES)
        is_used = f'=${column_letters(self.left)}{first}<>""'
        before = (self.left, state_column - 1)
        after = (state_column + 1, end)
        for left, right in (before, (state_column, state_column), after):
            if left <= right:
                self.writer.mark_when(Place(first, left), Place(last, right), is_used, "framed")


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
            first_slot = next(iter(self.grid.by_row[row.code].values()))
            yield ListedRow(self, row.code, row.code, first_slot.cells[0].row)


class ListedRow(NamedTuple):
    """One row of a source."""

    source: RowSource
    row: str  # its code, or the number of a record
    name: str  # the same as people see it
    line: int  # its row on the sheet, or the column of a record


@dataclass(frozen=True, eq=False)
class KeptRows:
    """Which rows its list keeps, as hidden cells show it: a count for each row, then, if `ranked`, a rank for each.

    A count is how many rows are kept down to that one; in a ranked list it is the place of the row in the list, from 1,
    and 0 where it is not kept.
    """

    rows: Sequence[ListedRow]
    ranked: bool

    def __call__(self, content: Content) -> Sequence[Shown]:
        """Return the counts, then the ranks."""
        return content.memory.once(self, lambda: self._counts_and_ranks(content))

    def _counts_and_ranks(self, content: Content) -> Sequence[Shown]:
        ranks = [content.kept_rows.get(row.source.key, {}).get(row.row) for row in self.rows]
        if not self.ranked:
            return list(accumulate(int(rank is not None) for rank in ranks))
        highest_first = sorted(
            (-rank, position) for position, rank in enumerate(ranks) if rank is not None
        )
        place_of = {position: place for place, (_, position) in enumerate(highest_first, start=1)}
        places = [place_of.get(position, 0) for position in range(len(ranks))]
        return [*places, *("" if rank is None else rank for rank in ranks)]

    def ranks_by_source(self, shown: Sequence[Shown]) -> dict[OfSource, dict[str, float]] | None:
        """Return the rows of each source that are kept where the cells show this, with their ranks.

        None where a cell shows no number.
        """
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


class CollectHelper(IntEnum):
    """The hidden columns of a collected list, from the first free one on."""

    # of each row of the sources
    COUNT = 0  # how many are kept down to it; in a ranked list, as which one it is listed
    SOURCE = 1
    CODE = 2  # or the column of a record
    NAME = 3
    # of each line of the list
    PICK = 4  # the position of its row among all; 0: the line is unused
    ORIGIN = 5  # the source of its row
    LINE = 6  # the row on the sheet of the source, or the column of a record
    # of each row of the sources again
    RANK = 7


class CollectWriter(ListBlockWriter):
    """Draws one collected list. Hidden columns count the rows to keep; the list takes the first, second … of them."""

    def draw(self) -> int:
        """Title, how many there are, heads, the list, and the hidden columns that it is taken from."""
        block = self.drawn.block
        assert isinstance(block, CollectBlock)
        self.block = block
        issued = [
            (number, source)
            for number, source in enumerate(block.sources)
            if source.tool in self.layout.sheet
        ]
        self.sources = [
            self._source(position, number, source)
            for position, (number, source) in enumerate(issued, start=1)
        ]
        self.rows = [row for source in self.sources for row in source.rows]
        self.start(block)
        self._write_candidates()
        count = once(function("MAX", max, self.counts)) if self.rows else constant(0)
        if block.summary:
            high = count_if(self.ranks, ">=", block.top)
            summary = sentence_of(block.summary.say(self.layout.language), count=count, top=high)
            at = Place(self.drawn.first, self.left + 2)
            style = "summary"
            if self.layout.spec.drawing >= SUMMARIES_STAND_AT_THE_END:
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
        self._write_list(block)
        return self.free + len(CollectHelper)

    def _source(self, position: int, number: int, spec: Collected) -> RowSource:
        key = (self.sheet.tool.code, self.drawn.number, number)
        sheet = self.layout.sheet[spec.tool]
        block = rule_scope(self.layout.spec, sheet.tool, tuple(spec.columns.values())).block
        grid = next(grid for grid in sheet.grids if grid.block is block)
        keeping = compiled(self.layout.spec).lists[key]
        return RowSource(key, position, spec, keeping, grid, sheet.name_in_book, sheet.name)

    # the hidden columns: one row for each row of the sources

    def _write_candidates(self) -> None:
        """Write every row of the sources, and which of them are kept."""
        free = self.free
        first = self.first
        rows = self.rows
        size = len(rows)
        kept_rows = KeptRows(rows, any(source.spec.rank is not None for source in self.sources))
        self._write_counts(kept_rows)
        hold = self.writer.constants
        codes = [row.line if row.source.grid.across else row.row for row in rows]
        positions = [row.source.position for row in rows]
        self.source_numbers = hold(free + CollectHelper.SOURCE, first, positions)
        self.codes = hold(free + CollectHelper.CODE, first, codes)
        self.names = hold(free + CollectHelper.NAME, first, [row.name for row in rows])
        self.counts = Formula(
            run_of(free + CollectHelper.COUNT, first, size),
            lambda content, row: kept_rows(content)[:size],
        )
        self.ranks = Formula(
            run_of(free + CollectHelper.RANK, first, size),
            lambda content, row: kept_rows(content)[size:],
        )

    def _write_counts(self, kept_rows: KeptRows) -> None:
        """Write beside each row its count and, where the list is ranked, its rank."""
        conditions: dict[int, str] = {}
        count_cells = []
        rank_cells = []
        for at, row in enumerate(kept_rows.rows, self.first):
            source = row.source
            differs = source.grid.across or differs_by_row(source.keeping.condition)
            if differs or source.position not in conditions:
                conditions[source.position] = self._condition(source, row.row)
            condition = conditions[source.position].replace(ROW, str(row.line))
            count_cell = Place(at, self.free + CollectHelper.COUNT)
            count = self._count(at, condition, ranked=kept_rows.ranked)
            self.writer.formula_text(count_cell, count, "check")
            count_cells.append(count_cell)
            if kept_rows.ranked:
                rank_cell = Place(at, self.free + CollectHelper.RANK)
                rank = f'IF({condition},{self._rank(row)},"")'
                self.writer.formula_text(rank_cell, rank, "check")
                rank_cells.append(rank_cell)
        self.writer.live([*count_cells, *rank_cells], kept_rows)

    def _condition(self, source: RowSource, row: str) -> str:
        """Return the text of a formula that says whether a row is kept, with `ROW` for its number on the sheet."""
        line_number = None if source.grid.across else ROW
        compiler = ExcelFormula(self.layout, source.grid, row, line_number, away=True)
        condition = compiler.condition(source.keeping.condition)
        place = self.layout.active_place(source.grid, row)
        if place is None:
            return condition
        active_row = line_number or f"${place.row}"
        active = f"{quoted(source.sheet)}!${column_letters(place.column)}{active_row}"
        return f"AND({active}>0,{condition})"

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
        if not ranked:
            column = f"${column_letters(self.free + CollectHelper.COUNT)}"
            count_above = f"{column}{row - 1}+" if row > self.first else ""
            return f"{count_above}IF({condition},1,0)"
        column = f"${column_letters(self.free + CollectHelper.RANK)}"
        ranks = run_of(self.free + CollectHelper.RANK, self.first, len(self.rows))
        own_rank = f"{column}{row}"
        # of rows of one rank the upper ones come first
        above = f"COUNTIF({column}${self.first}:{own_rank},{own_rank})-1"
        return f"IF(ISNUMBER({own_rank}),RANK({own_rank},{ranks})+{above},0)"

    # the list

    def _write_list(self, block: CollectBlock) -> None:
        say = self.say
        number = row_number(column_letters(self.left), self.first)
        position = iferror(match(number, self.counts), 0)
        pick = self.fill_column(self.free + CollectHelper.PICK, position)
        is_unused = pick.equals(0)
        source_number = if_(is_unused, 0, index(self.source_numbers, pick))
        origin = self.fill_column(self.free + CollectHelper.ORIGIN, source_number)
        line_number = if_(is_unused, 0, self._line_number(pick, origin))
        line = self.fill_column(self.free + CollectHelper.LINE, line_number)
        row_link = if_(is_unused, "", self._link(pick, origin, line))
        link = ListColumn(say("Row"), row_link, "listed_link")
        numbers = ListColumn(say("No."), if_(is_unused, "", number), "listed_mark")
        columns = [link if block.compact else numbers]
        for code, head in block.columns.items():
            value = self._value(code, origin, line)
            number_format = ""
            if code == block.bars:
                number_format = "0%"
            elif kind_of_column(self.layout.spec, block, code) is ColumnKind.DATE:
                number_format = "yyyy-mm-dd"
            label = head.say(self.layout.language)
            columns.append(ListColumn(label, value, number_format=number_format))
        state_column = self.left + len(columns)
        if block.due is not None:
            due = self._value(block.due, origin, line)
            due_column = self._column_of(block.due)
            shown_due = ColumnRun.alike(due_column, self.first, self.size, due).own
            state = if_(is_unused, "", self._state(shown_due))
            columns.append(ListColumn(say("On time?"), state))
        if not block.compact:
            sheet = chosen(origin, [source.sheet for source in self.sources])
            columns += [ListColumn(say("Sheet"), if_(is_unused, "", sheet)), link]
        self.write_columns(columns)
        if block.bars is not None:
            last = self.first + self.size - 1
            self.writer.bars(self._column_of(block.bars), (self.first, last))
        style_of = {say("Overdue"): "error", say("No date"): "missing", say("To look at"): "look"}
        self.frame_used(len(columns), state_column, style_of if block.due is not None else {})

    def _column_of(self, code: str) -> int:
        return self.left + 1 + list(self.block.columns).index(code)

    def _line_number(self, pick: Formula, origin: Formula) -> Formula:
        """Return the row on its sheet of what a line lists, wherever it is by now; the column of a record."""
        code = index(self.codes, pick)
        sheets = [source.name for source in self.sources]
        issued_row = index(listed("", [row.line for row in self.rows]), pick)
        row = self.find_row(code, origin, sheets, issued_row)
        return Formula(f"IF(ISNUMBER({code.text}),{code.text},{row.text})", issued_row.value)

    def _link(self, pick: Formula, origin: Formula, line: Formula) -> Formula:
        """Return the name of what a line lists, with a link to it."""
        target = constant("#") & chosen(
            origin, [self._address(source, line) for source in self.sources]
        )
        return function("HYPERLINK", lambda _, name: name, target, index(self.names, pick))

    def _state(self, due: Formula) -> Formula:
        today = Formula(TODAY_NAME, lambda content, row: content.today)
        overdue = if_(due < today, self.say("Overdue"), self.say("Not yet due"))
        is_day = function("ISNUMBER", lambda value: isinstance(value, int | float), due)
        no_day = constant(self.say("No date"))
        if self.layout.spec.drawing >= DAYS_MAY_BE_WORDS:
            # a day may stand there in words; what is shown at a glance may need none
            blank = "" if self.block.compact else no_day
            no_day = if_(due.equals(""), blank, self.say("To look at"))
        return if_(is_day, overdue, no_day)

    def _value(self, column: str, origin: Formula, line: Formula) -> Formula:
        """Return what a column shows of what a line lists."""
        value = chosen(origin, [self._answer(source, column, line) for source in self.sources])
        if kind_of_column(self.layout.spec, self.block, column) in (
            ColumnKind.DATE,
            ColumnKind.NUMBER,
        ):
            shown = if_(value.equals(""), "", value)
        else:
            shown = value & ""
        return if_(origin.equals(0), "", iferror(shown, ""))

    def _answer(self, source: RowSource, column: str, line: Formula) -> Formula:
        """Return the answer of a source that stands in a column; those of several cells are joined."""
        tool = source.spec.tool
        field = source.spec.columns.get(column, "")
        keys = {row.line: (tool, row.row, field) for row in source.rows}
        slots = {at: self.layout.slots[key] for at, key in keys.items() if key in self.layout.slots}
        if not slots:
            return constant("")
        codes = next(iter(slots.values())).codes
        cells = [
            f"INDEX({source.name},{_row_and_column(source, row_code, column_code, line)})"
            for row_code, column_code in codes
        ]

        def value(content: Content, row: int) -> Shown:
            shown = content.shown(slots[line.value(content, row)])
            values = [cell_value for cell_value in shown if cell_value is not None]
            return values[0] if len(values) == 1 else BETWEEN.join(map(as_text, values))

        return Formula(joined(cells, BETWEEN), value)

    def _address(self, source: RowSource, line: Formula) -> Formula:
        """Return the address of the first field of the row."""
        first_row = next(source.rows)
        field = next(iter(source.spec.columns.values()))
        row_code, column_code = self.layout.slots[source.spec.tool, first_row.row, field].codes[0]
        cell = _row_and_column(source, row_code, column_code, line)
        text = f"{text_literal(quoted(source.sheet) + '!')}&ADDRESS({cell},4)"
        return Formula(text, constant("").value)  # nobody sees it


def _row_and_column(source: RowSource, row_code: str, column_code: str, line: Formula) -> str:
    """Write the numbers of the row and the column of a field in a row, or a record, of a source.

    They are looked up by code, wherever a row or a column that somebody inserts moves the field.
    """
    name = source.name
    if source.grid.across:
        return f"MATCH({text_literal(row_code)},INDEX({name},0,{CODE_COLUMN}),0),{line.text}"
    return f"{line.text},MATCH({text_literal(column_code)},INDEX({name},{CODE_ROW},0),0)"


# draws the list of open problems

RANK = 100_000  # more rows than any workbook has
LAST_IN_ROW = 999  # the order of what comes after every check of its row
LONGEST_LABEL = 90


class ProblemHelper(IntEnum):
    """The hidden columns of a list of problems, from the first free one on."""

    # of each checked row
    WORST = 0  # its most urgent check number
    KEY = 1  # what rows are ranked by; 0: nothing is open
    SHEET = 2
    CODE = 3
    LABEL = 4
    ENTRY = 5  # the position of the first entry of its grid
    # of each entry: a check column, or a record of a form
    ABOUT = 6
    LETTERS = 7  # of the column of its answer
    # of each line of the list
    PICK = 8  # the position of its row among all; 0: the line is unused
    PICKED_WORST = 9
    ORIGIN = 10  # the sheet of its row
    LINE = 11  # the row on that sheet
    PICKED_ENTRY = 12
    # of each sheet, from drawing 2 on, and of each checked row, from drawing 3 on
    BLANK = 13
    MARK = 14


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
        self.rows: list[CheckedRow] = []
        for number, sheet in enumerate(self.sheets, start=1):
            self._add_rows(number, sheet)
        self._write_candidates()
        say = self.say  # one line is a row, whatever is open in it
        fits = say("Rows with something open: {count}. The most urgent come first.")
        too_many = say("Rows with something open: {count}. The {rows} most urgent are listed.")
        if self.layout.spec.drawing < ROWS_WITH_SOMETHING_OPEN_ARE_COUNTED:
            fits = say("{count} in total, most urgent first.")
            too_many = say("{count} in total; the {rows} most urgent are listed.")
        self.summarise(self.open_count, say("Nothing to correct."), fits, too_many)
        self._write_list()
        last_helper = ProblemHelper.PICKED_ENTRY
        if self.layout.spec.drawing >= PEOPLE_SEE_NO_CODES:
            last_helper = ProblemHelper.MARK
        elif self.layout.spec.drawing >= UNBEGUN_SHEETS_ARE_NAMED:
            last_helper = ProblemHelper.BLANK
        return self.free + last_helper + 1

    def _add_rows(self, number: int, sheet: Sheet) -> None:
        """Add the checked rows of a sheet and their entries; write the cell that says that the sheet is not begun."""
        for grid in sheet.grids:
            if not grid.with_role("check"):
                continue
            entry = len(self.entries) + 1
            self.entries += self._entries_of(grid)
            blank = None if number in self.blank else not_begun(self.layout, sheet)
            if blank is not None:  # one line for all of them, at the first
                place = Place(self.first + len(self.blank), self.free + ProblemHelper.BLANK)
                self.writer.formula(place, blank, "check")
                self.blank[number] = Formula(cells_of([place], mark="$"), blank.value)
                self.rows.append(CheckedRow(number, grid.data_rows[0], (), entry))
            for row in grid.data_rows:
                checks = grid.checked_rows.get(row.index)
                if checks:
                    self.rows.append(CheckedRow(number, row, checks, entry))

    def _entries_of(self, grid: Grid) -> list[tuple[str, str]]:
        """Return for each check column of a grid what it is about, and the letters of the column of the answer."""
        if grid.across:
            records = grid.with_role("answer")
            has_names = len(records) > 1
            return [
                (record.label if has_names else "", column_letters(record.index))
                for record in records
            ]
        checked = checked_answers(grid, self.layout.language)
        return [(label, column_letters(column)) for label, column in checked]

    # the hidden columns: one row for each row of the sheets, then one for each check column

    def _write_candidates(self) -> None:
        """Write how urgent each row is, and what the list says about it."""
        free = self.free
        first = self.first
        rows = self.rows
        worst_column = free + ProblemHelper.WORST
        worst = ColumnRun(worst_column, first, [self._worst(row) for row in rows])
        position = row_number(f"${column_letters(worst_column)}", first)
        # the most urgent first, and of those the upper ones
        key = if_(worst.own < LEVEL, 0, _level(worst.own) * RANK + RANK - position)
        keys = ColumnRun.alike(free + ProblemHelper.KEY, first, len(rows), key)
        self.writer.fill(worst, "check")
        self.writer.fill(keys, "check")
        self.worst = worst.cells
        self.keys = keys.cells
        self.open_count = once(count_if(self.keys, ">", 0)) if rows else constant(0)
        hold = self.writer.constants
        labels = [_short_label(row.row) for row in rows]
        about = [about for about, _ in self.entries]
        letters = [letters for _, letters in self.entries]
        self.sheet_numbers = hold(free + ProblemHelper.SHEET, first, [row.sheet for row in rows])
        self.codes = hold(free + ProblemHelper.CODE, first, [row.row.code for row in rows])
        self.labels = hold(free + ProblemHelper.LABEL, first, labels)
        self.first_entries = hold(free + ProblemHelper.ENTRY, first, [row.entry for row in rows])
        self.about = hold(free + ProblemHelper.ABOUT, first, about)
        self.letters = hold(free + ProblemHelper.LETTERS, first, letters)
        self.marks = self.codes
        if self.layout.spec.drawing >= PEOPLE_SEE_NO_CODES:
            self.marks = hold(free + ProblemHelper.MARK, first, [row.row.mark for row in rows])

    def _worst(self, row: CheckedRow) -> Formula:
        """Return the most urgent check number of a row; 0 where nothing is open."""
        blank = self.blank.get(row.sheet, constant(0))
        if not row.checks:
            not_begun_number = self.layout.messages.index[NOT_BEGUN]
            return if_(blank, MISSING * LEVEL + LAST_IN_ROW * ORDER + not_begun_number, 0)
        columns = [slot.check.column for slot in row.checks if slot.check is not None]
        cells = columns_run(columns, row.row.index)
        sheet = quoted(self.sheets[row.sheet - 1].name)
        checks = row.checks
        worst = Formula(f"MAX({sheet}!{cells})", lambda content, _: max(content.checks(checks)))
        return if_(blank, 0, worst) if row.sheet in self.blank else worst

    # the list

    def _write_list(self) -> None:
        say = self.say
        free = self.free
        number = row_number(column_letters(self.left), self.first)
        is_beyond = number > once(count_if(self.keys, ">", 0))
        position = if_(is_beyond, 0, match(large(self.keys, number), self.keys))
        pick = self.fill_column(free + ProblemHelper.PICK, iferror(position, 0))
        is_unused = pick.equals(0)
        picked_worst = if_(is_unused, 0, index(self.worst, pick))
        worst = self.fill_column(free + ProblemHelper.PICKED_WORST, picked_worst)
        sheet_number = if_(is_unused, 0, index(self.sheet_numbers, pick))
        origin = self.fill_column(free + ProblemHelper.ORIGIN, sheet_number)
        code = index(self.codes, pick)
        sheets = [sheet.name_in_book for sheet in self.sheets]
        issued_row = index(listed("", [row.row.index for row in self.rows]), pick)
        row = if_(is_unused, 0, self.find_row(code, origin, sheets, issued_row))
        line = self.fill_column(free + ProblemHelper.LINE, row)
        picked_entry = index(self.first_entries, pick) + order_in_row(worst, LAST_IN_ROW)
        entry = self.fill_column(free + ProblemHelper.PICKED_ENTRY, if_(is_unused, 0, picked_entry))
        mark = index(self.marks, pick)
        words = {WARNING: say("To look at"), MISSING: say("Missing"), ERROR: say("To correct")}
        status = chosen(_level(worst), list(words.values()))
        sheet = chosen(origin, [self.layout.shown(sheet.name) for sheet in self.sheets])
        columns = [
            ListColumn(say("No."), number, "listed_mark"),
            ListColumn(say("Status"), status),
            ListColumn(say("Sheet"), sheet),
            ListColumn(say("Row"), self._link(origin, entry, line, mark), "listed_link"),
            ListColumn(say("Question"), self._question(pick, entry)),
            ListColumn(say("What to do"), message_of(self.layout, worst, mark)),
        ]
        self.write_columns(
            [column._replace(formula=if_(is_unused, "", column.formula)) for column in columns]
        )
        style_of = {words[ERROR]: "error", words[MISSING]: "missing"}
        self.frame_used(len(columns), self.left + 1, style_of)

    def _link(self, origin: Formula, entry: Formula, line: Formula, mark: Formula) -> Formula:
        """Return what people know a row by, with a link to the answer that its most urgent check is about."""
        sheet = chosen(origin, [quoted(sheet.name) + "!" for sheet in self.sheets])
        target = constant("#") & sheet & index(self.letters, entry) & line
        return function("HYPERLINK", lambda _, shown: shown, target, mark)

    def _question(self, pick: Formula, entry: Formula) -> Formula:
        """Return the label of a row and of what is asked there; one of them where the other is blank."""
        label = index(self.labels, pick)
        about = index(self.about, entry)
        label_and_about = if_(about.equals(""), label, label & ": " & about)
        return if_(label.equals(""), about & "", label_and_about)


def _level(number: Formula) -> Formula:
    """Return how urgent a check number is."""
    return function("INT", int, number / LEVEL)


def _short_label(row: Row) -> str:
    """Name what a row is about; open rows have a code only."""
    if row.label == row.code:
        return ""
    if len(row.label) <= LONGEST_LABEL:
        return row.label
    return row.label[: LONGEST_LABEL - 1].rstrip() + "…"
