"""Which answers are required now, and why: by the field itself, or by a rule."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ..language.vectors import Bools
from ..spec.compiled import FieldKey, ParsedRule
from ..spec.model import Rule, When
from .universe import Column, Table, table_key
from .vectorised import Counts, Evaluator

Reasons = NDArray[np.int16]
Scalar = TypeVar("Scalar", np.bool_, np.int64)
NOT_REQUIRED, OWN = 0, 1
FIRST_RULE = 2  # the reason of rule n is FIRST_RULE + n


class Requirements:
    """The reasons for which each field is required in each row; worked out when asked for, once."""

    def __init__(self, run: Evaluator) -> None:
        self.run, self.batch, self.program = run, run.batch, run.program
        self._reasons: dict[FieldKey, Reasons] = {}
        self._busy: set[FieldKey] = set()
        self._counts: dict[str, Counts] = {}
        run.counts = self.counts

    def reasons(self, column: Column) -> Reasons:
        """Why each row needs this answer: 0 not, 1 by the field, 2 and more by a rule."""
        found = self._reasons.get(column.key)
        if found is not None:
            return found
        if column.key in self._busy or not column.asked:  # busy: the condition comes back to itself
            return np.zeros((self.batch.size, len(column.table.rows)), dtype=np.int16)
        self._busy.add(column.key)
        found = self._reasons[column.key] = self._work_out(column)
        self._busy.discard(column.key)
        return found

    def matrix(self) -> Reasons:
        """The reasons of all slots."""
        matrix = np.zeros((self.batch.size, self.batch.universe.slot_count), dtype=np.int16)
        for column in self.batch.universe.column_list:
            if column.asked:
                matrix[:, column.slots] = self.reasons(column)
        return matrix

    def rule(self, reason: int) -> Rule | None:
        """The rule behind a reason, or None where it is the field itself."""
        return self.program.rules[reason - FIRST_RULE].rule if reason >= FIRST_RULE else None

    def counts(self, tool: str) -> Counts:
        """For each submission the required answers of a sheet, and how many of them are given; worked out once."""
        if tool not in self._counts and not self._busy:  # what comes back to itself is not the whole yet
            self._counts[tool] = self._counted(tool)
        return self._counts[tool] if tool in self._counts else self._counted(tool)

    def _counted(self, tool: str) -> Counts:
        required, answered = np.zeros(self.batch.size), np.zeros(self.batch.size)
        for column in self.batch.universe.column_list:
            if column.table.tool.code == tool and column.asked:
                needed = self.reasons(column) != NOT_REQUIRED
                required += needed.sum(axis=1)
                answered += (needed & self.batch.replies[:, column.slots]).sum(axis=1)
        return required, answered

    def _work_out(self, column: Column) -> Reasons:
        reasons = np.where(self._by_field(column), OWN, NOT_REQUIRED).astype(np.int16)
        for number in self.program.requiring.get(column.key, ()):
            needed = self._by_rule(column, self.program.rules[number]) & (reasons == NOT_REQUIRED)
            reasons[needed] = FIRST_RULE + number
        return reasons

    def _by_field(self, column: Column) -> Bools:
        table, required = column.table, column.field.required
        active = self.batch.active(table)
        if isinstance(required, When):
            return active & self.run.holds(self.program.conditions[column.key])
        if required == "ticked" or (required == "always" and not table.open):
            return active & self.run.used(table.tool.code)
        return active & (required == "always")

    def _by_rule(self, column: Column, parsed: ParsedRule) -> Bools:
        active = self.batch.active(column.table)
        if parsed.when is None:
            return active
        return active & at_home(self.run.holds(parsed.when), parsed, column.table)


def at_home(condition: NDArray[Scalar], parsed: ParsedRule, table: Table) -> NDArray[Scalar]:
    """A condition of a rule (or a doubt about it) for the rows of the table that it points to.

    Where the rule runs over the rows of another table, one row that meets it is enough.
    """
    block = parsed.scope.block
    foreign = block is None or table_key(parsed.scope.tool, block) != table.key
    if foreign and condition.shape[1] > 1:
        return np.asarray(condition.max(axis=1, keepdims=True))
    return condition
