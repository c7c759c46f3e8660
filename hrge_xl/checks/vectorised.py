"""Expressions over all submissions at once: each yields an array of submissions by rows.

Blanks are NaN in figures and -1 in texts. Figures that differ in the last bits of a calculation only are
equal, as they are in spreadsheets.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..spec.expression import Arithmetic, Call, Choose, Compare, Expr, Literal, Logic, Not, Over, Ref, Type
from .batch import NAN, Batch, Bools, Floats, serials
from .program import Program
from .texts import BLANK, Ids
from .universe import Column, Table

if TYPE_CHECKING:
    from .required import Requirements

SAME = 2.0**-48
FIGURES = (Type.NUMBER, Type.DATE)
ORDERED: dict[str, Callable[[Any, Any], Any]] = {
    "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal,
}  # fmt: skip
COMBINED: dict[str, Callable[[Any, Any], Any]] = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide,
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Vector:
    """The result of an expression: its values, and where an answer is there although it may be unreadable.

    `data` holds numbers and serial days, numbers of texts, or truth values; for several answers it has one
    more axis, of parts.
    """

    type: Type
    data: NDArray[Any]
    filled: Bools


def figure(kind: Type, data: Floats) -> Vector:
    """A result in numbers or days; what is not finite is blank."""
    data = np.where(np.isfinite(data), data, NAN)
    return Vector(kind, data, ~np.isnan(data))


def text(kind: Type, ids: Ids) -> Vector:
    """A result in texts or codes."""
    return Vector(kind, ids, ids != BLANK)


def truth(data: Bools) -> Vector:
    """A condition; it is never blank."""
    return Vector(Type.BOOL, data, np.ones(data.shape, dtype=bool))


def same(left: Floats, right: Floats) -> Bools:
    """Whether two figures are equal but for the last bits."""
    size = np.minimum(np.abs(left), np.abs(right))
    return np.asarray((left == right) | (np.abs(left - right) < size * SAME))


class Evaluator:
    """Evaluates expressions over a batch; calculated fields are evaluated when they are asked for, once.

    `days` says for each submission which day is today; the day of the check where it is left out.
    """

    def __init__(self, batch: Batch, program: Program, days: Sequence[date] | None = None) -> None:
        self.batch, self.program, self.texts = batch, program, batch.texts
        self.today = serials(days or batch.days)
        self.requirements: Requirements | None = None  # for completeness()
        self._columns: dict[tuple[str, str], Vector] = {}
        self._busy: set[tuple[str, str]] = set()

    def of(self, expr: Expr) -> Vector:
        """The value of an expression."""
        return _EVALUATE[type(expr)](self, expr)

    def holds(self, expr: Expr) -> Bools:
        """Where a condition holds."""
        return self.of(expr).data

    # answers

    def column(self, column: Column) -> Vector:
        """The values of a field."""
        found = self._columns.get(column.key)
        if found is None:
            found = self._columns[column.key] = self._calculated(column)
        return found

    def _calculated(self, column: Column) -> Vector:
        from .values import answers, fixed

        formula = self.program.formulas.get(column.key)
        if formula is None:
            return fixed(self.batch, column) if column.field.fixed else answers(self.batch, column)
        kind = Type(column.field.result)
        if column.key in self._busy:  # a formula that comes back to itself
            return blank(kind)
        self._busy.add(column.key)
        found = self.of(formula)
        self._busy.discard(column.key)
        return limited(found, self.batch.active(column.table))

    def _ref(self, expr: Ref) -> Vector:
        return self.column(self.batch.universe.columns[expr.tool, expr.field.code])

    def _literal(self, expr: Literal) -> Vector:
        if expr.type in FIGURES:
            return figure(expr.type, np.array([[float(expr.value)]]))
        return text(expr.type, np.array([[self.texts.id(str(expr.value))]]))

    # conditions

    def _compare(self, expr: Compare) -> Vector:
        left, right = self.of(expr.left), self.of(expr.right)
        if left.type in FIGURES:
            return truth(_compare_figures(expr.op, left.data, right.data))
        if expr.op in ORDERED:
            return truth(_compare_figures(expr.op, self.rank(left.data), self.rank(right.data)))
        known = (left.data != BLANK) & (right.data != BLANK)
        equal = self.texts.folded(left.data) == self.texts.folded(right.data)
        return truth(known & (equal if expr.op == "==" else ~equal))

    def rank(self, levels: Ids) -> Floats:
        """The rank of levels by their codes; blank for anything else."""
        matrix = self.program.spec.matrix
        ranks = {self.texts.fold(code): n for n, code in enumerate(matrix.level if matrix else ())}
        return self.texts.map(levels, lambda each: ranks.get(self.texts.fold(each), NAN), NAN, np.float64)

    def _logic(self, expr: Logic) -> Vector:
        result = self.holds(expr.parts[0])
        for part in expr.parts[1:]:
            result = result & self.holds(part) if expr.op == "and" else result | self.holds(part)
        return truth(result)

    def _not(self, expr: Not) -> Vector:
        return truth(~self.holds(expr.part))

    # values

    def _arithmetic(self, expr: Arithmetic) -> Vector:
        left, right = self.of(expr.left).data, self.of(expr.right).data
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            result = COMBINED[expr.op](left, right)
        if expr.op in "+-":  # a rest of the last bits is none
            result = np.where(same(left, right if expr.op == "-" else -right), 0.0, result)
        return figure(expr.type, result)

    def _choose(self, expr: Choose) -> Vector:
        yes, then, other = self.holds(expr.condition), self.of(expr.then), self.of(expr.other)
        filled = np.where(yes, then.filled, other.filled)
        if expr.type is Type.MANY:
            return Vector(expr.type, _either_many(yes, then.data, other.data), filled)
        return Vector(expr.type, np.where(yes, then.data, other.data), filled)

    def _call(self, expr: Call) -> Vector:
        from .functions import CALLS

        return CALLS[expr.name](self, expr)

    def _over(self, expr: Over) -> Vector:
        from .functions import over

        return over(self, expr)

    # rows

    def rows(self, vector: Vector, table: Table) -> NDArray[Any]:
        """The values of a result for every row of a table."""
        shape = (self.batch.size, len(table.rows), *vector.data.shape[2:])
        return np.broadcast_to(vector.data, shape)

    def over_rows(self, condition: Bools, table: Table) -> Bools:
        """A condition for every row of a table."""
        return np.broadcast_to(condition, (self.batch.size, len(table.rows)))


def blank(kind: Type) -> Vector:
    """Nothing."""
    if kind in FIGURES:
        return figure(kind, np.array([[NAN]]))
    return truth(np.array([[False]])) if kind is Type.BOOL else text(kind, np.array([[BLANK]]))


def limited(vector: Vector, where: Bools) -> Vector:
    """A result that is blank elsewhere."""
    data = np.where(where, vector.data, NAN if vector.type in FIGURES else BLANK)
    return Vector(vector.type, data, vector.filled & where)


def _compare_figures(op: str, left: Floats, right: Floats) -> Bools:
    known, equal = ~np.isnan(left) & ~np.isnan(right), same(left, right)
    if op in ORDERED:
        strict = np.asarray(ORDERED[op](left, right))
        return known & (strict | equal if "=" in op else strict & ~equal)
    return known & (equal if op == "==" else ~equal)


def _either_many(yes: Bools, then: Ids, other: Ids) -> Ids:
    parts = max(then.shape[2], other.shape[2])
    wide = [
        np.pad(each, ((0, 0), (0, 0), (0, parts - each.shape[2])), constant_values=BLANK)
        for each in (then, other)
    ]
    return np.where(yes[..., None], *wide)


_EVALUATE: dict[type[Any], Callable[[Evaluator, Any], Vector]] = {
    Literal: Evaluator._literal, Ref: Evaluator._ref, Compare: Evaluator._compare, Not: Evaluator._not,
    Arithmetic: Evaluator._arithmetic, Logic: Evaluator._logic, Choose: Evaluator._choose,
    Call: Evaluator._call, Over: Evaluator._over,
}  # fmt: skip
