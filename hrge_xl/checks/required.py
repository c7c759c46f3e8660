"""Which answers are required now, and why: by the field itself, or by a rule; and those that are missing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ..answer import State
from ..findings.value import ANSWER_MISSING
from ..language.vectors import Bools
from ..spec.compiled import FieldChecks, FieldKey, ParsedRule, Requirement
from ..spec.model import Rule
from .batch import Batch
from .cell_index import Column, Table, table_key
from .evaluator import Counts, Evaluator
from .hits import Hit
from .unread import READ

Reasons = NDArray[np.int16]
Scalar = TypeVar("Scalar", np.bool_, np.int64)
# The reason of requirement n of a field is FIRST + n; below nothing where it is asked for, but does not count.
NOT_REQUIRED, FIRST = 0, 1


class Requirements:
    """The reasons for which each field is required in each row; worked out when asked for, once."""

    def __init__(self, run: Evaluator) -> None:
        self.run, self.batch, self.program = run, run.batch, run.program
        self._reasons: dict[FieldKey, Reasons] = {}
        self._busy: set[FieldKey] = set()
        self._counts: dict[str, Counts] = {}
        run.counts = self.counts

    def reasons(self, column: Column) -> Reasons:
        """Say why each row needs this answer: 0 not, else the number of the first requirement that it meets."""
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
        """Give the reasons of all slots."""
        matrix = np.zeros((self.batch.size, self.batch.cell_index.slot_count), dtype=np.int16)
        for column in self.batch.cell_index.column_list:
            if column.asked:
                matrix[:, column.slots] = self.reasons(column)
        return matrix

    def rule(self, column: Column, reason: int) -> Rule | None:
        """Give the rule behind a reason, or None where it is the field itself."""
        parsed = self._of(column)[abs(reason) - FIRST].rule
        return parsed.rule if parsed is not None else None

    def _of(self, column: Column) -> tuple[Requirement, ...]:
        return self.program.fields.get(column.key, FieldChecks()).requirements

    def counts(self, tool: str) -> Counts:
        """For each submission the required answers of a sheet, and how many of them are given; worked out once."""
        if tool not in self._counts and not self._busy:  # what comes back to itself is not the whole yet
            self._counts[tool] = self._counted(tool)
        return self._counts[tool] if tool in self._counts else self._counted(tool)

    def _counted(self, tool: str) -> Counts:
        required, answered = np.zeros(self.batch.size), np.zeros(self.batch.size)
        for column in self.batch.cell_index.column_list:
            if column.table.tool.code == tool and column.asked:
                needed = self.reasons(column) > NOT_REQUIRED
                required += needed.sum(axis=1)
                answered += (needed & self.batch.replies[:, column.slots]).sum(axis=1)
        return required, answered

    def _work_out(self, column: Column) -> Reasons:
        active = self.batch.active(column.table)
        reasons = np.full(active.shape, NOT_REQUIRED, dtype=np.int16)
        for number, need in enumerate(self._of(column), start=FIRST):
            met = self.run.holds(need.when)
            if need.rule is not None:
                met = at_home(met, need.rule, column.table)
            if need.relevant is not None:
                met = met & self.run.holds(need.relevant)
            reasons[active & met & (reasons == NOT_REQUIRED)] = number if need.counts else -number
        return reasons


def missing(requirements: Requirements, reasons: Reasons) -> Iterator[Hit]:
    """Give a hit for every required slot that is blank, or where what stands there says nothing.

    That it is in error or cannot be read is a finding of its own.
    """
    batch = requirements.batch
    lost = (reasons != NOT_REQUIRED) & ~batch.replies & ~_broken(batch) & (batch.unread.slots == READ)
    mute = {
        (int(batch.submission[place]), int(batch.slot[place])): batch.answers[place]
        for place in np.flatnonzero(batch.mute).tolist()
    }
    for submission, slot in zip(*(axis.tolist() for axis in np.nonzero(lost)), strict=True):
        column, _ = batch.cell_index.place[slot]
        rule = requirements.rule(column, int(reasons[submission, slot]))
        yield Hit(rule or ANSWER_MISSING, submission, slot, 0, mute.get((submission, slot)))


def _broken(batch: Batch) -> Bools:
    broken = np.isin(batch.state, [State.ERROR.value, State.NOT_CALCULATED.value])
    matrix = np.zeros((batch.size, batch.cell_index.slot_count), dtype=bool)
    matrix[batch.submission[broken], batch.slot[broken]] = True
    return matrix


def at_home(condition: NDArray[Scalar], parsed: ParsedRule, table: Table) -> NDArray[Scalar]:
    """Give a condition of a rule (or a doubt about it) for the rows of the table that it points to.

    Where the rule runs over the rows of another table, one row that meets it is enough.
    """
    block = parsed.scope.block
    foreign = block is None or table_key(parsed.scope.tool, block) != table.key
    if foreign and condition.shape[1] > 1:
        return np.asarray(condition.max(axis=1, keepdims=True))
    return condition
