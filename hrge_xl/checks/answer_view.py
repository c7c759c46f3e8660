"""The answers of one return as expressions see them, and what is worked out from them when it is asked for.

A return is looked at as its sheets do: what cannot be read is blank there. What is in doubt because of it, `doubts`
finds out with a second view.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from ..answers.submission import Answer, Key, State, Submission, read_last
from ..core.numerals import to_serial
from ..core.spec_parts import fixed_codes, localized
from ..core.words import NO_ANSWER, says_nothing, tidy_lines
from ..fields import figure_of
from ..language import Type
from ..language.compiler import Compiled, Known, Row, SlotKey, Unknown, Value, finite, fold, worse
from ..layout import Layout
from ..spec.model import FieldBlock, FormBlock
from .program import FieldColumn, FieldTable, NeedCheck, Program, table_key


class AnswerCell(NamedTuple):
    """An answer at its place among the tables, and what expressions see of it."""

    answer: Answer
    column: FieldColumn
    state: State
    text: str | None = None  # its code or text
    figure: float | None = None


class IssuedTables:
    """What a layout says of the tables: their rows, what stands in fixed columns, how entries of lists are called."""

    def __init__(self, program: Program, layout: Layout) -> None:
        self.program = program
        self.layout = layout
        self.rows = [_row_codes(layout, table) for table in program.table_list]
        self.row_sets = [frozenset(rows) for rows in self.rows]
        self.by_fold = [{fold(row): row for row in rows} for rows in self.rows]
        self.fixed = {
            column.number: self._read_fixed(column)
            for column in program.column_list
            if column.field.fixed
        }
        self._labels: dict[str, dict[str, str]] = {}

    def _read_fixed(self, column: FieldColumn) -> tuple[dict[Row, Known], dict[Row, int]]:
        """Return what a fixed column says in each row, and in how many of its cells something stands."""
        values: dict[Row, Known] = {}
        filled: dict[Row, int] = {}
        items = self.program.items(column.table)
        for row in self.rows[column.table.number]:
            written = items[row].values.get(column.field.code, "") if row in items else ""
            text = tidy_lines(str(localized(written, self.layout.language)))
            values[row] = text or None
            if text:
                filled[row] = 1
            if column.is_figure:
                values[row] = finite(figure_of(column.field, text))
            elif column.type is Type.MANY and text:
                codes = tuple(fixed_codes(text)[: column.field.cells])
                values[row] = codes or None
                filled[row] = len(codes) or 1
        return values, filled

    def cells(self, answers: Iterable[Answer]) -> Iterator[AnswerCell]:
        """Yield the answers that stand in cells of the layout."""
        for answer in answers:
            column = self.program.columns.get((answer.tool, answer.field))
            if column is None or answer.row not in self.row_sets[column.table.number]:
                continue
            parts = range(1, column.field.cells + 1) if column.several else (0,)
            if answer.part in parts:
                yield _read_cell(answer, column)

    def labels(self, vocabulary: str) -> Mapping[str, str]:
        """Return what the workbook calls the entries of a list, by their folded codes."""
        if vocabulary not in self._labels:
            labels = self.layout.labels.get(vocabulary, {})
            self._labels[vocabulary] = {fold(code): label for code, label in labels.items()}
        return self._labels[vocabulary]


def _row_codes(layout: Layout, table: FieldTable) -> list[str]:
    """Return the codes of the rows of a table, of forms the numbers of their records."""
    sheet = layout.sheet.get(table.tool.code)
    codes: list[str] = []
    for grid in sheet.grids if sheet is not None else ():
        block = grid.block
        assert isinstance(block, FieldBlock)
        if table_key(table.tool, block) != table.key:
            continue
        if isinstance(block, FormBlock):
            codes += map(str, range(1, block.records + 1))
        else:
            codes += (row.code for row in grid.data_rows)
    return [*dict.fromkeys(codes)]


def _read_cell(answer: Answer, column: FieldColumn) -> AnswerCell:
    text = answer.text if answer.code is None else answer.code
    original = answer.original
    if answer.state is not State.ANSWERED:
        return AnswerCell(answer, column, answer.state)
    if not text and isinstance(original, str) and not original.strip():  # spaces alone
        return AnswerCell(answer, column, State.EMPTY_TEXT)
    number = answer.number if answer.day is None else to_serial(answer.day)
    figure = None if number is None else finite(float(number))
    return AnswerCell(answer, column, State.ANSWERED, text, figure)


class AnswerView:
    """The answers of a return: by number of the column, then by row."""

    def __init__(self, issued: IssuedTables, submission: Submission, today: date) -> None:
        self.issued_tables = issued
        self.program = issued.program
        self.submission = submission
        self.labels = issued.labels
        self.layout = issued.layout
        self.today = float(to_serial(today))
        self.rows: Sequence[Sequence[str]] = issued.rows
        self.row_sets: Sequence[Collection[str]] = issued.row_sets
        self.unreadable: Mapping[SlotKey, Unknown] = {}
        self.off_scale: Mapping[SlotKey, Unknown] = {}
        size = len(self.program.column_list)
        self.values: list[dict[Row, Value]] = [{} for _ in range(size)]
        self.filled: list[dict[Row, int]] = [{} for _ in range(size)]
        # rows whose answer says something
        self.answered: list[set[Row]] = [set() for _ in range(size)]
        self._last = read_last(submission.last) or {}
        self.with_problem: set[SlotKey] = set()  # reading found something wrong with it
        self.broken: set[SlotKey] = set()  # an error stands there, or a formula never calculated
        for number, (values, filled) in issued.fixed.items():
            self.values[number] = dict(values)
            self.filled[number] = dict(filled)
        self.cells = [*issued.cells(submission.answers)]
        for cell in self.cells:
            if cell.column.asked:
                self._put(cell)
        self.active = [self._active_rows(table) for table in self.program.table_list]
        self.active_sets = [frozenset(rows) for rows in self.active]
        self._forget()

    def _put(self, cell: AnswerCell) -> None:
        """Put an answer among those of its column."""
        answer, column, state, text, figure = cell
        number = column.number
        row = answer.row
        if state in (State.ERROR, State.NOT_CALCULATED):
            self.broken.add((number, row))
        if state is not State.ANSWERED:
            return
        self.filled[number][row] = self.filled[number].get(row, 0) + 1
        if answer.problem:
            self.with_problem.add((number, row))
        if not (column.is_text and text and len(text) < len(NO_ANSWER) and says_nothing(text)):
            self.answered[number].add(row)
        value: Any = figure if column.is_figure else text
        if column.type is Type.MANY and value is not None:
            earlier_values: Any = self.values[number].get(row) or ()
            value = (*earlier_values, value)
        if value is not None:
            self.values[number][row] = value

    def _active_rows(self, table: FieldTable) -> Sequence[str]:
        """Return the rows that count: those of forms and lists always, open rows once anything is answered in them."""
        rows = self.rows[table.number]
        if not table.open:
            return rows
        columns = [self.program.columns[table.tool.code, field.code] for field in table.fields]
        used = {row for column in columns if column.asked for row in self.filled[column.number]}
        return [row for row in rows if row in used]

    def _forget(self) -> None:
        """Begin with nothing worked out."""
        self._busy: set[int] = set()
        self._once: dict[object, Any] = {}
        self._reasons: dict[int, dict[Row, NeedCheck]] = {}
        self._needing: set[int] = set()
        self._counts: dict[str, tuple[int, int]] = {}

    def on(self, day: date) -> AnswerView:
        """Return the same answers on another day."""
        view = copy(self)
        view.today = float(to_serial(day))
        view.values = list(self.values)
        for number in self.program.formulas:
            view.values[number] = {}
        view._forget()
        return view

    @cached_property
    def by_slot(self) -> Mapping[SlotKey, Sequence[Answer]]:
        """The answers in the cells of each slot, in their order."""
        answers_by_slot: dict[SlotKey, list[Answer]] = defaultdict(list)
        for cell in self.cells:
            answers_by_slot[cell.column.number, cell.answer.row].append(cell.answer)
        return {
            slot: sorted(answers, key=lambda answer: answer.part)
            for slot, answers in answers_by_slot.items()
        }

    def sheet_name(self, tool: str) -> str:
        """Return the name of a sheet in the file, or what it was issued with where it is gone."""
        return self.submission.sheets.get(tool) or self.layout.sheet[tool].name

    def address(self, slot: Key, part: int = 0) -> str:
        """Return where a cell of a slot is in the file; where that is not known, in the issued workbook."""
        cell = self.layout.cells_of[slot][part]
        return self.submission.cell(cell[:4]) or cell.address

    # what expressions ask for

    def once(self, key: object, work_out: Callable[[], Any]) -> Any:
        """Return what is worked out once."""
        if key not in self._once:
            self._once[key] = work_out()
        return self._once[key]

    def calculated(self, number: int, row: Row) -> Value:
        """Return the value of a calculated field; blank in rows that do not count."""
        active = row in self.active_sets[self.program.column_list[number].table.number]
        return self.worked_out(number, row) if active else None

    def worked_out(self, number: int, row: Row) -> Value:
        """Return what a formula comes to in any row; blank where it comes back to itself."""
        values = self.values[number]
        if row in values or number in self._busy:
            return values.get(row)
        self._busy.add(number)
        values[row] = self.program.formulas[number](self, row, None)
        self._busy.discard(number)
        return values[row]

    def last(self, column: FieldColumn, row: Row) -> Known:
        """Return what an answer was in the round before, as it was issued with the workbook."""
        tool, field = column.key
        value = self._last.get((tool, str(row), field))
        takes_several = column.type is Type.MANY
        if value is None or isinstance(value, tuple) != takes_several:
            return None
        if column.is_figure and isinstance(value, date):
            return float(to_serial(value))
        if column.is_figure:
            return finite(float(str(value)))
        return value if isinstance(value, tuple) else str(value)

    def row_named(self, table: int, code: str | None) -> Row:
        """Return the row of a table that a code names in capitals or not; None for none."""
        if code is None or code in self.row_sets[table]:
            return code
        return self.issued_tables.by_fold[table].get(fold(code))

    def possible_rows(self, table: int) -> Collection[Unknown]:
        """Return for each blank row that may count what keeps that from being known: the sheet knows of none."""
        return ()

    def issued(self, tool: str) -> bool:
        """Say whether a tool is in the workbook."""
        return tool in self.layout.sheet

    def ticked(self, tool: str) -> bool | Unknown:
        """Say whether a tool is in the workbook and marked as used."""
        spec = self.program.spec
        ticked = spec.tick_of(tool)
        if ticked is None or spec.tick_field is None or not self.issued(tool):
            return self.issued(tool)
        tick = self.values[self.program.columns[spec.tick_field].number].get(ticked)
        return tick if type(tick) is Unknown else isinstance(tick, str) and fold(tick) == "y"

    def completeness(self, tool: str) -> float | Unknown | None:
        """Return the share of required answers given on a sheet; None where it asks for none."""
        required, answered = self.counts(tool)
        return answered / required if required else None

    # what rules and requirements ask for

    def anywhere(
        self, table: FieldTable | None, column: FieldColumn, condition: Compiled, row: Row
    ) -> bool | Unknown:
        """Say whether a condition is met at a row of a column; of one over the rows of another table, one is enough."""
        if table is None or table is column.table:
            met: bool | Unknown = condition(self, row, None)
            return met
        return self.anywhere_in(table, condition)

    def anywhere_in(self, table: FieldTable | None, condition: Compiled) -> bool | Unknown:
        """Say whether a condition is met in any row of a table; of none, and where it has no rows, over the sheet."""
        doubt: Unknown | None = None
        rows: Sequence[Row] = self.rows[table.number] if table else ()
        for row in rows or [None]:
            met = condition(self, row, None)
            if type(met) is not Unknown and met:
                return True
            doubt = worse(met, doubt)
        return False if doubt is None else doubt

    def reasons(self, column: FieldColumn) -> Mapping[Row, NeedCheck]:
        """Return the rows in which a field is asked for, each with the first need that it meets."""
        number = column.number
        if number in self._reasons:
            return self._reasons[number]
        # a condition that comes back to itself
        if number in self._needing or number not in self.program.needs:
            return {}
        self._needing.add(number)
        first_needs: dict[Row, NeedCheck] = {}
        for row in self.active[column.table.number]:
            for need in self.program.needs[number]:
                if self.anywhere(need.table, column, need.when, row) and (
                    need.relevant is None or need.relevant(self, row, None)
                ):
                    first_needs[row] = need
                    break
        self._needing.discard(number)
        self._reasons[number] = first_needs
        return first_needs

    def required(self, column: FieldColumn) -> list[Row]:
        """Return the rows in which an answer is required, and not only asked for as advice."""
        return [row for row, need in self.reasons(column).items() if need.counts]

    def counts(self, tool: str, never_asked: Collection[SlotKey] = ()) -> tuple[int, int]:
        """Return the number of required answers of a sheet, and how many of them are given."""
        if tool in self._counts and not never_asked:
            return self._counts[tool]
        is_complete = not (self._needing or never_asked)
        required = 0
        answered = 0
        for number in self.program.needs:
            column = self.program.column_list[number]
            if column.table.tool.code == tool and column.asked:
                rows = [row for row in self.required(column) if (number, row) not in never_asked]
                required += len(rows)
                answered += sum(row in self.answered[number] for row in rows)
        if is_complete:  # what comes back to itself is not the whole yet
            self._counts[tool] = required, answered
        return required, answered
