"""Expressions over answers that are in error: for every value the hit that makes it doubtful.

Each yields an array of submissions by rows, as in `vectorised`, of numbers of hits; -1 where nothing is doubtful.
A condition is certain as soon as what is certain in it decides it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..spec.expression import Arithmetic, Call, Choose, Compare, Expr, Literal, Logic, Not, Over, Ref
from .batch import Bools
from .functions import row_numbers
from .hits import NO_SLOT, Hit
from .universe import Column, Integers, Table
from .vectorised import Evaluator

NONE = -1
CERTAIN = np.array([[NONE]], dtype=np.int64)
LOST = frozenset({"V011", "V013"})  # nobody knows what stands there, nor whether it is an answer
SPOILT = LOST | {"V002", "V003", "V005", "V006", "V007", "V018"}  # it means nothing
ASTRAY = frozenset({"V004", "V008", "V016"})  # it can be compared, but is no step of a matrix and no row


class Doubts:
    """For every expression the hit that makes its value doubtful, by submission and row."""

    def __init__(self, run: Evaluator, hits: Sequence[Hit]) -> None:
        self.run, self.batch = run, run.batch
        self.spoilt = self._matrix(hits, SPOILT)
        self.lost = self._matrix(hits, LOST)
        self.astray = self._matrix(hits, ASTRAY)
        self._columns: dict[tuple[str, str], Integers] = {}

    def _matrix(self, hits: Sequence[Hit], codes: frozenset[str]) -> Integers:
        matrix = np.full((self.batch.size, self.batch.universe.slot_count), NONE, dtype=np.int64)
        for number, hit in enumerate(hits):
            if hit.code in codes and hit.slot != NO_SLOT:
                matrix[hit.submission, hit.slot] = number
        return matrix

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
        """The doubt whether there is an answer at all: one that cannot be read is one."""
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
        if expr.inner is None:
            return CERTAIN
        table = self.batch.universe.rows_of(expr.tool)
        assert table is not None
        active = self.batch.active(table)
        doubt = np.where(active, self._rows(self.of(expr.inner), table), NONE)
        worst: Integers = doubt.max(axis=1, keepdims=True, initial=NONE)
        if expr.name != "any_row":
            return worst
        certain = active & (doubt == NONE) & self.run.over_rows(self.run.holds(expr.inner), table)
        return np.where(certain.any(axis=1, keepdims=True), NONE, worst)

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
    "completeness": Doubts._certain,
    "unique": Doubts._unique,
    "level": Doubts._level,
    "has": Doubts._has,
    "ticked": Doubts._ticked,
    "lookup": Doubts._lookup,
}
