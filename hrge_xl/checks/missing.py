"""V001: required answers that are not there."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..submission import State
from .batch import Batch, Bools
from .hits import Hit
from .required import NOT_REQUIRED, Reasons, Requirements


def missing(requirements: Requirements, reasons: Reasons) -> Iterator[Hit]:
    """A hit for every required slot that is blank; an error in the cell is a finding of its own."""
    batch = requirements.batch
    lost = (reasons != NOT_REQUIRED) & ~answered(batch) & ~_broken(batch)
    for submission, slot in zip(*(axis.tolist() for axis in np.nonzero(lost)), strict=True):
        rule = requirements.rule(int(reasons[submission, slot]))
        if _located(batch, submission, slot):
            yield Hit(rule.code if rule else "V001", submission, slot, rule=rule)


def answered(batch: Batch) -> Bools:
    """Which slots hold an answer in any of their cells."""
    matrix = np.zeros((batch.size, batch.universe.slot_count), dtype=bool)
    matrix[batch.submission[batch.given], batch.slot[batch.given]] = True
    return matrix


def _broken(batch: Batch) -> Bools:
    broken = np.isin(batch.state, [State.ERROR.value, State.NOT_CALCULATED.value])
    matrix = np.zeros((batch.size, batch.universe.slot_count), dtype=bool)
    matrix[batch.submission[broken], batch.slot[broken]] = True
    return matrix


def _located(batch: Batch, submission: int, slot: int) -> bool:
    """Whether the cell is there at all; that a sheet, row or column is gone is a finding of its own."""
    if not batch.submissions[submission].cells:
        return True
    column, row = batch.universe.place[slot]
    part = 1 if column.field.type == "many" else 0
    key = (*_key(column.key, column.table.rows[row]), part)
    return batch.submissions[submission].cell(key) is not None


def _key(field: tuple[str, str], row: str) -> tuple[str, str, str]:
    return field[0], row, field[1]
