"""Expressions over answers that are in error or could not be read: for every value what makes it doubtful.

Each yields an array of submissions by rows, as in `vectorised`, of numbers of causes; -1 where nothing is doubtful.
A condition is certain as soon as what is certain in it decides it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from ..spec.expression import Arithmetic, Call, Choose, Compare, Expr, Literal, Logic, Not, Over, Ref
from ..spec.model import When
from .batch import Bools
from .functions import row_numbers
from .hits import NO_SLOT, Hit
from .program import ParsedRule
from .required import at_home
from .universe import Column, Integers, Table, TableKey
from .unread import READ, Gap
from .vectorised import Evaluator

NONE = -1
CERTAIN = np.array([[NONE]], dtype=np.int64)
LOST = frozenset({"V011", "V013"})  # nobody knows what stands there, nor whether it is an answer
SPOILT = LOST | {"V002", "V003", "V005", "V006", "V007", "V018"}  # it means nothing
ASTRAY = frozenset({"V004", "V008", "V016"})  # it can be compared, but is no step of a matrix and no row


Cause = Hit | Gap


class Doubts:
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
        matrix = np.full((self.batch.size, self.batch.universe.slot_count), NONE, dtype=np.int64)
        for number, hit in enumerate(hits):
            if hit.code in codes and hit.slot != NO_SLOT:
                matrix[hit.submission, hit.slot] = number
        return matrix

    def is_gap(self, causes: Integers) -> Bools:
        """Which causes are something that could not be read; where there are several causes, one that is counts."""
        return causes >= len(self.hits)

    def in_use(self, table: Table) -> Integers:
        """What makes it doubtful whether a row counts in which nothing that can be read is answered."""
        found = self._in_use.get(table.key)
        if found is None:
            columns = [self.batch.universe.columns[table.tool.code, each.code] for each in table.fields]
            doubt = _worst([self.lost[:, each.slots] for each in columns if each.asked and table.open])
            open_ = self.batch.exists(table) & ~self.batch.active(table)
            found = self._in_use[table.key] = np.where(open_, doubt, NONE)
        return found

    def unsure_references(self) -> Iterator[tuple[Hit, int]]:
        """The references that seem to lead to a blank row, which may be in use, and what is to blame."""
        for hit in self.hits:
            if hit.code == "V016":
                column, row = self.batch.universe.place[hit.slot]
                causes = [self._of_row(target, column, hit, row) for target in column.field.to]
                if max(causes) != NONE:
                    yield hit, max(causes)

    def _of_row(self, target: str, column: Column, hit: Hit, row: int) -> int:
        """What makes it doubtful whether the row counts that a reference means."""
        table = self.batch.universe.rows_of(target)
        if table is None or not doubtful(self.in_use(table)):
            return NONE
        number = row_numbers(self.run, self.run.column(column).data, table)[hit.submission, row]
        return int(self.in_use(table)[hit.submission, number]) if number >= 0 else NONE

    def of(self, expr: Expr) -> Integers:
        """What makes the value of an expression doubtful."""
        return _DOUBT[type(expr)](self, expr)

    def broken(self, when: Expr | None, check: Expr) -> Integers:
        """The doubt whether a condition is met and a check is not."""
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
        """What makes each answer of a field doubtful; of a calculated one, what it is made from."""
        found = self._columns.get(column.key)
        if found is None:
            formula = self.run.program.formulas.get(column.key)
            self._columns[column.key] = CERTAIN  # meanwhile, for a formula that comes back to itself
            found = self.spoilt[:, column.slots] if formula is None else self.of(formula)
            self._columns[column.key] = found
        return found

    def _ref(self, expr: Ref) -> Integers:
        return self.column(self.batch.universe.columns[expr.tool, expr.field.code])

    def _presence(self, expr: Expr) -> Integers:
        """The doubt whether there is an answer at all: one that means nothing is one."""
        if isinstance(expr, Ref) and (expr.tool, expr.field.code) not in self.run.program.formulas:
            return self._slots(self.lost, expr)
        return self.of(expr)

    def _slots(self, matrix: Integers, expr: Ref) -> Integers:
        return matrix[:, self.batch.universe.columns[expr.tool, expr.field.code].slots]

    def _logic(self, expr: Logic) -> Integers:
        """One part that is certain may decide the whole."""
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

    def _call(self, expr: Call) -> Integers:
        special = _CALLS.get(expr.name)
        return special(self, expr) if special else _worst([self.of(arg) for arg in expr.args])

    def _count(self, expr: Call) -> Integers:
        return _worst([self._presence(arg) for arg in expr.args])

    def _unique(self, expr: Call) -> Integers:
        """What stands twice is certain; what seems to stand once may be what cannot be read elsewhere."""
        own = self.of(expr.args[0])
        twice = ~self.run.holds(expr) & (own == NONE)
        return np.where(twice, NONE, own.max(axis=1, keepdims=True, initial=NONE))

    def _level(self, expr: Call) -> Integers:
        off = [self._slots(self.astray, arg) for arg in expr.args if isinstance(arg, Ref)]
        return _worst([*off, *(self.of(arg) for arg in expr.args)])

    def _has(self, expr: Call) -> Integers:
        return np.where(self.run.holds(expr), NONE, _worst([self.of(arg) for arg in expr.args]))

    def _ticked(self, expr: Call) -> Integers:
        assert isinstance(expr.args[0], Literal)
        return self.ticked(str(expr.args[0].value))

    def ticked(self, tool: str) -> Integers:
        """The doubt whether a tool is in use."""
        spec = self.run.program.spec
        if spec.tool[tool].always or spec.tick_field is None:
            return CERTAIN
        column = self.batch.universe.columns[spec.tick_field]
        row = column.table.number.get(tool)
        return CERTAIN if row is None else self.spoilt[:, [column.slot + row]]

    def _lookup(self, expr: Call) -> Integers:
        reference, target = expr.args
        assert isinstance(reference, Ref)
        table = self.batch.universe.rows_of(reference.field.to[0])
        doubt = np.maximum(self.of(reference), self._slots(self.astray, reference))
        if table is None or not table.rows:
            return doubt
        row = row_numbers(self.run, self.run.of(reference).data, table)
        there = self._rows(self.of(target), table)[np.arange(self.batch.size)[:, None], row]
        return np.maximum(doubt, np.where(row >= 0, there, NONE))

    def _over(self, expr: Over) -> Integers:
        table = self.batch.universe.rows_of(expr.tool)
        assert table is not None
        active, doubt = self.batch.active(table), self.in_use(table)
        if expr.inner is not None:
            doubt = np.where(active, self._rows(self.of(expr.inner), table), doubt)
        worst: Integers = doubt.max(axis=1, keepdims=True, initial=NONE)
        if expr.name != "any_row" or expr.inner is None:
            return worst
        certain = active & (doubt == NONE) & self.run.over_rows(self.run.holds(expr.inner), table)
        return np.where(certain.any(axis=1, keepdims=True), NONE, worst)

    def _completeness(self, expr: Call) -> Integers:
        """How much is answered of what could not be read, or of what may not be asked."""
        assert isinstance(expr.args[0], Literal)
        tool = str(expr.args[0].value)
        if tool not in self._progress:
            self._progress[tool] = CERTAIN  # meanwhile, for a requirement that comes back to itself
            columns = [each for each in self.batch.universe.column_list if each.table.tool.code == tool]
            doubts = [self.required(each).max(axis=1, keepdims=True, initial=NONE) for each in columns]
            self._progress[tool] = _worst(doubts)
        return self._progress[tool]

    def required(self, column: Column) -> Integers:
        """What makes it doubtful whether an answer is missing that could be required."""
        worst = _worst([doubt for _, doubt in self.reasons(column)])
        return np.maximum(self.asking(column), np.where(self.batch.active(column.table), worst, NONE))

    def reasons(self, column: Column) -> Iterator[tuple[ParsedRule | str, Integers]]:
        """For each reason for which a field may be required, what makes it doubtful."""
        table, required, program = column.table, column.field.required, self.run.program
        if isinstance(required, When):
            yield "V001", self.of(program.conditions[column.key])
        elif required == "ticked" or (required == "always" and not table.open):
            yield "V001", self.ticked(table.tool.code)
        for number in program.requiring.get(column.key, ()):
            parsed = program.rules[number]
            if parsed.when is not None and doubtful(doubt := self.of(parsed.when)):
                met = at_home(self.run.holds(parsed.when) & (doubt == NONE), parsed, table)
                yield parsed, np.where(met, NONE, at_home(doubt, parsed, table))

    def asking(self, column: Column) -> Integers:
        """What keeps an answer from being missed that may be required: its cell is gone, or its row may not count."""
        asked = column.field.required != "optional" or column.key in self.run.program.requiring
        if not column.asked or not asked:
            return CERTAIN
        return np.maximum(self.unread[:, column.slots], self.in_use(column.table))

    def _rows(self, doubt: Integers, table: Table) -> Integers:
        return np.broadcast_to(doubt, (self.batch.size, len(table.rows)))

    def _certain(self, _expr: Expr) -> Integers:
        return CERTAIN


def doubtful(doubt: Integers) -> bool:
    """Whether anything is."""
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


_DOUBT: dict[type[Any], Callable[[Doubts, Any], Integers]] = {
    Literal: Doubts._certain,
    Ref: Doubts._ref,
    Compare: lambda doubts, expr: np.maximum(doubts.of(expr.left), doubts.of(expr.right)),
    Arithmetic: lambda doubts, expr: np.maximum(doubts.of(expr.left), doubts.of(expr.right)),
    Not: lambda doubts, expr: doubts.of(expr.part),
    Logic: Doubts._logic,
    Choose: Doubts._choose,
    Call: Doubts._call,
    Over: Doubts._over,
}
_CALLS: dict[str, Callable[[Doubts, Call], Integers]] = {
    "filled": Doubts._count,
    "blank": Doubts._count,
    "count_of": Doubts._count,
    "completeness": Doubts._completeness,
    "unique": Doubts._unique,
    "level": Doubts._level,
    "has": Doubts._has,
    "ticked": Doubts._ticked,
    "lookup": Doubts._lookup,
}
