"""V001: required answers that are not there."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..language.vectors import Bools
from ..submission import State
from .batch import Batch
from .hits import Hit
from .required import NOT_REQUIRED, Reasons, Requirements
from .unread import READ


def missing(requirements: Requirements, reasons: Reasons) -> Iterator[Hit]:
    """A hit for every required slot that is blank, or where what stands there says nothing.

    That it is in error or cannot be read is a finding of its own.
    """
    batch = requirements.batch
    lost = (reasons != NOT_REQUIRED) & ~batch.replies & ~_broken(batch) & (batch.unread.slots == READ)
    mute = {
        (int(batch.submission[place]), int(batch.slot[place])): batch.answers[place]
        for place in np.flatnonzero(batch.mute).tolist()
    }
    for submission, slot in zip(*(axis.tolist() for axis in np.nonzero(lost)), strict=True):
        rule = requirements.rule(int(reasons[submission, slot]))
        yield Hit(rule.code if rule else "V001", submission, slot, 0, mute.get((submission, slot)), rule)


def _broken(batch: Batch) -> Bools:
    broken = np.isin(batch.state, [State.ERROR.value, State.NOT_CALCULATED.value])
    matrix = np.zeros((batch.size, batch.universe.slot_count), dtype=bool)
    matrix[batch.submission[broken], batch.slot[broken]] = True
    return matrix
