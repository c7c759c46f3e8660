"""Expressions worked out over all submissions at once: each yields an array of submissions by rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..language import (
    FIGURES,
    Arithmetic,
    Call,
    Choose,
    Compare,
    Expr,
    Literal,
    Logic,
    Not,
    Over,
    Ref,
    Type,
    seen_from,
)
from ..language.texts import BLANK, Ids
from ..language.vectors import NAN, Bools, Floats, Vector, blank, figure, limited, same, text, truth
from ..spec.compiled import CompiledSpec
from .batch import Batch, serials
from .cell_index import Column, Table
from .values import answers, fixed, items_of_table, last_answers

Counts = tuple[Floats, Floats]  # required and answered

ORDERED: dict[str, Callable[[Any, Any], Any]] = {
    "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal,
}  # fmt: skip
COMBINED: dict[str, Callable[[Any, Any], Any]] = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "**": np.power,
}  # fmt: skip


class Evaluator:
    """Evaluates expressions over a batch; calculated fields are evaluated when they are asked for, once.

    `days` says for each submission which day is today; the day of the check where it is left out.
    """

    def __init__(self, batch: Batch, program: CompiledSpec, days: Sequence[date] | None = None) -> None:
        self.batch, self.program, self.texts = batch, program, batch.texts
        self.today = serials(days or batch.days)
        self.counts: Callable[[str], Counts] | None = None  # how far a sheet is, for completeness()
        self._outer: int | None = None  # the row that `this` means
        self._columns: dict[tuple[str, str], Vector] = {}
        self._last: dict[tuple[str, str], Vector] = {}
        self._busy: set[tuple[str, str]] = set()

    def of(self, expr: Expr) -> Vector:
        """Give the value of an expression."""
        return _EVALUATE[type(expr)](self, expr)

    def holds(self, expr: Expr) -> Bools:
        """Mark where a condition holds."""
        return self.of(expr).data

    # answers

    def column(self, column: Column) -> Vector:
        """Give the values of a field."""
        found = self._columns.get(column.key)
        if found is None:
            found = self._columns[column.key] = self._calculated(column)
        return found

    def _calculated(self, column: Column) -> Vector:
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
        column = self.batch.cell_index.columns[expr.key]
        vector = self.last(column) if expr.last else self.column(column)
        return Vector(vector.type, self.seen(vector.data, expr), self.seen(vector.filled, expr))

    def last(self, column: Column) -> Vector:
        """Give the values that a field had in the round before."""
        found = self._last.get(column.key)
        if found is None:
            found = self._last[column.key] = last_answers(self.batch, column)
        return found

    def seen(self, of_rows: NDArray[Any], ref: Ref) -> NDArray[Any]:
        """Narrow what is said of the row that `this` means down to the one that is looked from."""
        if not ref.outer or self._outer is None or of_rows.shape[1] == 1:
            return of_rows
        return of_rows[:, [self._outer]]

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
        """Give the rank of levels by their codes; blank for anything else."""
        matrix = self.program.spec.matrix
        ranks = {self.texts.fold(code): n for n, code in enumerate(matrix.level if matrix else ())}
        return self.texts.map(levels, lambda each: ranks.get(self.texts.fold(each), NAN), NAN, np.float64)

    def _logic(self, expr: Logic) -> Vector:
        if not expr.parts:
            return truth(np.array([[expr.op == "and"]]))
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
        if (
            expr.op == "**"
        ):  # what spreadsheets do not agree about has no result; 1 to an unknown power is no 1
            tiny = (np.abs(result) < np.finfo(np.float64).tiny) & (left != 0)
            unclear = np.isnan(left) | np.isnan(right) | ((left == 0) & (right <= 0)) | tiny
            result = np.where(unclear, NAN, result)
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
        found: Vector = expr.function.evaluate(self, *expr.args)
        return found

    def _over(self, expr: Over) -> Vector:
        found: Vector = expr.function.evaluate(self, expr)
        return found

    # what functions ask for

    @cached_property
    def levels(self) -> Mapping[tuple[float, float], str]:
        """The level at each crossing of the matrix."""
        matrix = self.program.spec.matrix
        cells = matrix.cells.items() if matrix else ()
        return {(float(down), float(across)): code for down, row in cells for across, code in row.items()}

    def labels(self, name: str, codes: Ids) -> Ids:
        """Give what each workbook calls the entries of a list."""
        codes = np.broadcast_to(codes, (self.batch.size, *codes.shape[1:]))
        found = np.full(codes.shape, BLANK, dtype=np.int64)
        for number, layout in enumerate(self.batch.kinds):
            labels = {self.texts.fold(code): label for code, label in layout.labels.get(name, {}).items()}
            of_kind = self.batch.layout_of == number
            found[of_kind] = self.texts.map(codes[of_kind], self._called(labels), BLANK, np.int64)
        return found

    def _called(self, labels: Mapping[int, str]) -> Callable[[str], int]:
        """Give the function from a code to the number of its label."""

        def called(code: str) -> int:
            label = labels.get(self.texts.fold(code))
            return BLANK if label is None else self.texts.id(label)

        return called

    def cells(self, expr: Expr) -> Floats:
        """Count the cells in which an answer stands, readable or not."""
        vector = self.of(expr)
        if vector.type is not Type.MANY:
            return vector.filled.astype(np.float64)
        column = self.batch.cell_index.columns[expr.key] if isinstance(expr, Ref) and not expr.last else None
        if column is not None and not column.field.fixed:
            shape = self.batch.size, len(column.table.rows), column.parts
            counted = self.batch.filled[:, column.cells].reshape(shape).sum(axis=2)
            return np.asarray(counted, dtype=np.float64)
        return np.asarray((vector.data != BLANK).sum(axis=2), dtype=np.float64)

    def active(self, ref: Ref) -> Bools | None:
        """Say which rows of an answer's table count; None for an answer given once."""
        return None if ref.single else self.batch.active(self.batch.cell_index.columns[ref.key].table)

    def active_rows(self, tool: str) -> Bools:
        """Say which rows of a tool's table count."""
        return self.batch.active(self._table(tool))

    def _table(self, tool: str) -> Table:
        table = self.batch.cell_index.rows_of(tool)
        assert table is not None  # the parser refuses a tool that holds nothing to fill in
        return table

    def in_rows(self, expr: Expr, tool: str) -> Vector:
        """Work out an expression in every row of a tool's table."""
        vector, table = self.of(expr), self._table(tool)
        return Vector(vector.type, self.rows(vector, table), self.over_rows(vector.filled, table))

    def points_of_view(self, expr: Expr) -> Iterator[None]:
        """Look from each row that `this` means in an expression, one after the other; once where it means none."""
        outer, before = seen_from(expr), self._outer
        try:
            for row in [before] if outer is None else range(len(self.rows_of(outer))):
                self._outer = row
                yield
        finally:
            self._outer = before

    def rows_of(self, ref: Ref) -> Sequence[str]:
        """Give the codes of the rows that an answer's table has in any workbook."""
        return self.batch.cell_index.columns[ref.key].table.rows

    def side_by_side(self, vectors: Sequence[Vector]) -> Vector:
        """Put together what each row of a table comes out with, one column each."""
        size = (self.batch.size, 1)
        data, filled = (
            np.concatenate([np.broadcast_to(part, size) for part in parts], axis=1)
            for parts in zip(*((each.data, each.filled) for each in vectors), strict=True)
        )
        return Vector(vectors[0].type, data, filled)

    def row_codes(self, ref: Ref) -> Vector:
        """Give the codes of the rows that an answer's table has."""
        table = self.batch.cell_index.columns[ref.key].table
        ids = np.where(self.batch.exists(table), self.texts.ids(list(table.rows)), BLANK)
        return text(Type.CODE, self.seen(ids, ref))

    def row_numbers(self, codes: Ids, tool: str) -> Ids | None:
        """Say which row of a tool's table each code names; -1 for none, None where the tool has no rows."""
        table = self.batch.cell_index.rows_of(tool)
        if table is None or not table.rows:
            return None
        rows = {self.texts.fold(row): number for number, row in enumerate(table.rows)}
        row = self.texts.map(codes, lambda each: rows.get(self.texts.fold(each), -1), -1, np.int64)
        there = self.batch.exists(table)[np.arange(self.batch.size)[:, None], row]
        return np.where(there, row, -1)

    def in_use(self, ref: Ref) -> Bools:
        """Mark where the row that a reference names is in use; where none of its sheets is there, nobody can tell."""
        codes = self.of(ref).data
        issued = [any(target in layout.sheet for target in ref.targets) for layout in self.batch.kinds]
        found = np.broadcast_to(~np.array(issued)[self.batch.layout_of, None], codes.shape) | (codes == BLANK)
        for target in ref.targets:
            row = self.row_numbers(codes, target)
            if row is not None:
                in_use = self.active_rows(target) & self._offered(ref, target)
                found = found | (in_use[np.arange(self.batch.size)[:, None], row] & (row >= 0))
        return np.asarray(found)

    def _offered(self, ref: Ref, target: str) -> Bools:
        """Say which rows of a sheet a reference can name."""
        table, only = self._table(target), self.program.spec.tool[ref.tool].fields[ref.code].only
        items = items_of_table(self.batch, table) if only else {}
        return np.array([not only or (row in items and items[row].has(only)) for row in table.rows])

    def issued(self, tool: str) -> Bools:
        """Say in which submissions a tool is issued."""
        return np.array([[tool in layout.sheet] for layout in self.batch.layouts])

    def used(self, tool: str) -> Bools:
        """Say in which submissions a tool is issued and ticked."""
        spec, cell_index = self.program.spec, self.batch.cell_index
        issued = self.issued(tool)
        ticked = spec.tick_of(tool)
        if ticked is None or spec.tick_field is None:
            return issued
        column = cell_index.columns[spec.tick_field]
        row = column.table.number.get(ticked)
        if row is None:
            return np.zeros_like(issued)
        ticks = self.column(column).data[:, [row]]
        return np.asarray(issued & (self.texts.folded(ticks) == self.texts.fold("Y")))

    def progress(self, tool: str) -> Counts:
        """Count for each submission required answers of a sheet, and those of them that are given."""
        assert self.counts is not None
        return self.counts(tool)

    def parents(self, ref: Ref) -> Ids:
        """Give the code that the list says each chosen entry belongs to."""
        entries = self.program.spec.vocabularies[ref.list or ""].by_code
        above = {self.texts.fold(code): entry.parent for code, entry in entries.items() if entry.parent}
        parents = {code: self.texts.id(parent) for code, parent in above.items()}
        codes = self.of(ref).data
        return self.texts.map(codes, lambda each: parents.get(self.texts.fold(each), BLANK), BLANK, np.int64)

    # rows

    def rows(self, vector: Vector, table: Table) -> NDArray[Any]:
        """Give the values of a result for every row of a table."""
        shape = (self.batch.size, len(table.rows), *vector.data.shape[2:])
        return np.broadcast_to(vector.data, shape)

    def over_rows(self, condition: Bools, table: Table) -> Bools:
        """Give a condition for every row of a table."""
        return np.broadcast_to(condition, (self.batch.size, len(table.rows)))


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
