"""Expressions over answers that are in error or could not be read: for every value what makes it doubtful.

Each yields an array of submissions by rows, as in `evaluator`, of numbers of causes; -1 where nothing is doubtful.
A condition is certain as soon as what is certain in it decides it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from ..findings import Kind, codes
from ..findings import value as v
from ..language import Arithmetic, Call, Choose, Compare, Expr, Literal, Logic, Not, Over, Ref
from ..language.vectors import Bools, Integers
from ..spec.compiled import FieldChecks
from ..spec.model import Rule
from .cell_index import Column, Table, TableKey
from .evaluator import Evaluator
from .hits import NO_SLOT, Hit
from .required import at_home
from .unread import READ, Gap

NONE = -1
CERTAIN = np.array([[NONE]], dtype=np.int64)
# Nobody knows what stands there, nor whether it is an answer.
LOST = frozenset(codes(v.ERROR_IN_CELL, v.FORMULA_NEVER_CALCULATED))
# It means nothing.
SPOILT = LOST.union(
    codes(v.NOT_IN_LIST, v.NOT_A_NUMBER, v.NOT_A_DATE, v.AMBIGUOUS_DATE, v.OTHER_CALENDAR, v.AMBIGUOUS_NUMBER)
)
# It can be compared, but is not a step of a matrix and no row.
ASTRAY = frozenset(codes(v.NOT_A_WHOLE_NUMBER, v.OUT_OF_RANGE, v.ROW_NOT_FOUND))


Cause = Hit | Gap


class ErrorPropagation:
    """For every expression the cause that makes its value doubtful, by submission and row: a hit, or a gap."""

    def __init__(self, run: Evaluator, hits: Sequence[Hit]) -> None:
        self.run, self.batch, self.hits = run, run.batch, hits
        gaps = self.batch.unread
        self.causes: Sequence[Cause] = [*hits, *gaps.gaps]
        self.unread = np.where(gaps.slots == READ, NONE, gaps.slots + len(hits))
        self.spoilt = np.maximum(self._matrix(hits, SPOILT), self.unread)
        self.lost = np.maximum(self._matrix(hits, LOST), self.unread)
        self._columns: dict[tuple[str, str], Integers] = {}
        self._in_use: dict[TableKey, Integers] = {}
        self._progress: dict[str, Integers] = {}
        self.astray = self._matrix(hits, ASTRAY)
        for hit, cause in self.unsure_references():
            self.astray[hit.submission, hit.slot] = cause

    def _matrix(self, hits: Sequence[Hit], codes: frozenset[str]) -> Integers:
        matrix = np.full((self.batch.size, self.batch.cell_index.slot_count), NONE, dtype=np.int64)
        for number, hit in enumerate(hits):
            if hit.code in codes and hit.slot != NO_SLOT:
                matrix[hit.submission, hit.slot] = number
        return matrix

    def is_gap(self, causes: Integers) -> Bools:
        """Say which causes are something that could not be read; where there are several causes, one that is counts."""
        return causes >= len(self.hits)

    def in_use(self, table: Table) -> Integers:
        """Give what makes it doubtful whether a row counts in which nothing that can be read is answered."""
        found = self._in_use.get(table.key)
        if found is None:
            columns = [self.batch.cell_index.columns[table.tool.code, each.code] for each in table.fields]
            doubt = _worst([self.lost[:, each.slots] for each in columns if each.asked and table.open])
            open_ = self.batch.exists(table) & ~self.batch.active(table)
            found = self._in_use[table.key] = np.where(open_, doubt, NONE)
        return found

    def unsure_references(self) -> Iterator[tuple[Hit, int]]:
        """Give the references that seem to lead to a blank row, which may be in use, and what is to blame."""
        for hit in self.hits:
            if hit.kind is v.ROW_NOT_FOUND:
                column, row = self.batch.cell_index.place[hit.slot]
                causes = [self._of_row(target, column, hit, row) for target in column.field.to]
                if max(causes) != NONE:
                    yield hit, max(causes)

    def _of_row(self, target: str, column: Column, hit: Hit, row: int) -> int:
        """Give what makes it doubtful whether the row counts that a reference means."""
        table = self.batch.cell_index.rows_of(target)
        if table is None or not doubtful(self.in_use(table)):
            return NONE
        numbers = self.run.row_numbers(self.run.column(column).data, target)
        number = NONE if numbers is None else int(numbers[hit.submission, row])
        return int(self.in_use(table)[hit.submission, number]) if number != NONE else NONE

    def of(self, expr: Expr) -> Integers:
        """Give what makes the value of an expression doubtful."""
        return _DOUBT[type(expr)](self, expr)

    def broken(self, when: Expr | None, check: Expr) -> Integers:
        """Give the doubt whether a condition is met and a check is not."""
        doubt = self.of(check)
        more = CERTAIN if when is None else self.of(when)
        worst = np.maximum(doubt, more)
        if not doubtful(worst):
            return CERTAIN
        settled = self.run.holds(check) & (doubt == NONE)
        if when is not None:
            settled = settled | (~self.run.holds(when) & (more == NONE))
        return np.where(settled, NONE, worst)

    def column(self, column: Column) -> Integers:
        """Give what makes each answer of a field doubtful; of a calculated one, what it is made from."""
        found = self._columns.get(column.key)
        if found is None:
            formula = self.run.program.formulas.get(column.key)
            self._columns[column.key] = CERTAIN  # meanwhile, for a formula that comes back to itself
            found = self.spoilt[:, column.slots] if formula is None else self.of(formula)
            self._columns[column.key] = found
        return found

    def _ref(self, expr: Ref) -> Integers:
        if expr.last:  # it was settled before the workbook was issued
            return CERTAIN
        return self.run.seen(self.column(self.batch.cell_index.columns[expr.key]), expr)

    # what functions ask for

    def worst(self, doubts: Sequence[Integers]) -> Integers:
        """Give what makes any of some values doubtful."""
        return _worst(doubts)

    def presence(self, expr: Expr) -> Integers:
        """Give what makes it doubtful whether there is an answer at all: one that means nothing is one."""
        if isinstance(expr, Ref) and not expr.last and expr.key not in self.run.program.formulas:
            return self._slots(self.lost, expr)
        return self.of(expr)

    def off_scale(self, expr: Expr) -> Integers:
        """Mark where an answer can be compared, but is not a step of a scale and names no row."""
        return self._slots(self.astray, expr) if isinstance(expr, Ref) and not expr.last else CERTAIN

    def _slots(self, matrix: Integers, expr: Ref) -> Integers:
        return self.run.seen(matrix[:, self.batch.cell_index.columns[expr.key].slots], expr)

    def tick(self, tool: str) -> Integers:
        """Give what makes it doubtful whether a tool is used."""
        spec = self.run.program.spec
        ticked = spec.tick_of(tool)
        if ticked is None or spec.tick_field is None:
            return CERTAIN
        column = self.batch.cell_index.columns[spec.tick_field]
        row = column.table.number.get(ticked)
        return CERTAIN if row is None else self.spoilt[:, [column.slot + row]]

    def side_by_side(self, doubts: Sequence[Integers]) -> Integers:
        """Put together what makes each row doubtful, one column each."""
        return np.concatenate([np.broadcast_to(doubt, (self.batch.size, 1)) for doubt in doubts], axis=1)

    def row_use(self, tool: str) -> Integers:
        """Give what makes it doubtful whether a blank row of a tool's table counts."""
        table = self.batch.cell_index.rows_of(tool)
        assert table is not None
        return self.in_use(table)

    def in_rows(self, expr: Expr, tool: str) -> Integers:
        """Give what makes an expression doubtful in every row of a tool's table."""
        table = self.batch.cell_index.rows_of(tool)
        assert table is not None
        return np.broadcast_to(self.of(expr), (self.batch.size, len(table.rows)))

    def progress(self, tool: str) -> Integers:
        """Give what makes it doubtful how much is answered: what could not be read, or may not be asked."""
        if tool not in self._progress:
            self._progress[tool] = CERTAIN  # meanwhile, for a requirement that comes back to itself
            columns = [each for each in self.batch.cell_index.column_list if each.table.tool.code == tool]
            doubts = [self.required(each).max(axis=1, keepdims=True, initial=NONE) for each in columns]
            self._progress[tool] = _worst(doubts)
        return self._progress[tool]

    def _logic(self, expr: Logic) -> Integers:
        """Give one part that is certain may decide the whole."""
        deciding = expr.op == "or"
        doubts = [self.of(part) for part in expr.parts]
        worst = _worst(doubts)
        if not doubtful(worst):
            return CERTAIN
        settled = [
            (self.run.holds(part) == deciding) & (doubt == NONE)
            for part, doubt in zip(expr.parts, doubts, strict=True)
        ]
        return np.where(_any(settled), NONE, worst)

    def _choose(self, expr: Choose) -> Integers:
        chosen = np.where(self.run.holds(expr.condition), self.of(expr.then), self.of(expr.other))
        return np.maximum(self.of(expr.condition), chosen)

    # requirements

    def required(self, column: Column) -> Integers:
        """Give what makes it doubtful whether an answer is missing that could be required."""
        worst = _worst([doubt for _, doubt in self.reasons(column)])
        return np.maximum(self.asking(column), np.where(self.batch.active(column.table), worst, NONE))

    def reasons(self, column: Column) -> Iterator[tuple[Kind | Rule, Integers]]:
        """For each reason for which a field may be required, what makes it doubtful."""
        for need in self.run.program.fields.get(column.key, FieldChecks()).requirements:
            doubt, kind = self.of(need.when), need.rule.rule if need.rule is not None else v.ANSWER_MISSING
            if need.rule is not None and doubtful(doubt):
                met = at_home(self.run.holds(need.when) & (doubt == NONE), need.rule, column.table)
                doubt = np.where(met, NONE, at_home(doubt, need.rule, column.table))
            if need.relevant is not None:
                doubt = self.where(need.relevant, doubt)
            if need.rule is None or doubtful(doubt):
                yield kind, doubt

    def where(self, relevant: Expr, doubt: Integers) -> Integers:
        """Keep doubts only where a condition holds; that it is not met may be certain."""
        own = self.of(relevant)
        not_asked = ~self.run.holds(relevant) & (own == NONE)
        return np.where(not_asked, NONE, np.maximum(doubt, own))

    def asking(self, column: Column) -> Integers:
        """Give what keeps a required answer from being missed: its cell is gone, or its row may not count."""
        if not self.run.program.fields.get(column.key, FieldChecks()).requirements:
            return CERTAIN
        return np.maximum(self.unread[:, column.slots], self.in_use(column.table))

    def _certain(self, _expr: Expr) -> Integers:
        return CERTAIN


def doubtful(doubt: Integers) -> bool:
    """Say whether anything is."""
    return bool((doubt != NONE).any())


def _worst(doubts: Sequence[Integers]) -> Integers:
    found = CERTAIN
    for doubt in doubts:
        found = np.maximum(found, doubt)
    return found


def _any(conditions: Sequence[Bools]) -> Bools:
    found = conditions[0]
    for condition in conditions[1:]:
        found = found | condition
    return found


_DOUBT: dict[type[Any], Callable[[ErrorPropagation, Any], Integers]] = {
    Literal: ErrorPropagation._certain,
    Ref: ErrorPropagation._ref,
    Compare: lambda doubts, expr: np.maximum(doubts.of(expr.left), doubts.of(expr.right)),
    Arithmetic: lambda doubts, expr: np.maximum(doubts.of(expr.left), doubts.of(expr.right)),
    Not: lambda doubts, expr: doubts.of(expr.part),
    Logic: ErrorPropagation._logic,
    Choose: ErrorPropagation._choose,
    Call: lambda doubts, expr: expr.function.error(doubts, expr),
    Over: lambda doubts, expr: expr.function.error(doubts, expr),
}
