"""Hits: what a check found at one place, before it is put into words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from ..answer import Answer
from ..findings import Kind
from ..language.vectors import Bools, Integers
from ..spec.model import Rule
from .batch import Batch
from .cell_index import Column

NO_SLOT = -1


@dataclass(slots=True)
class Hit:
    """One thing found: its kind, or the rule that is broken; the submission, slot and part, and the answer there."""

    kind: Kind | Rule
    submission: int
    slot: int = NO_SLOT
    part: int = 0  # which cell of the slot, from 0
    answer: Answer | None = None
    detail: dict[str, str] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """The code of the finding."""
        return self.kind.code

    @property
    def rule(self) -> Rule | None:
        """The rule that is broken; None for a finding of the program."""
        return self.kind if isinstance(self.kind, Rule) else None


class Finder:
    """Makes hits from arrays, and finds the answers that stand in a slot."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch

    @cached_property
    def _position(self) -> Integers:
        matrix = np.full((self.batch.size, self.batch.cell_index.cell_count), -1, dtype=np.int64)
        matrix[self.batch.submission, self.batch.cell] = np.arange(len(self.batch.answers))
        return matrix

    def answers(self, submission: int, column: Column, row: int) -> list[Answer]:
        """Give the answers in the cells of a slot."""
        first = column.cell + row * column.parts
        found = self._position[submission, first : first + column.parts]
        return [self.batch.answers[place] for place in found.tolist() if place >= 0]

    def at_answer(self, kind: Kind, place: int) -> Hit:
        """Give a hit at one answer of the long list."""
        batch, answer = self.batch, self.batch.answers[place]
        part = max(answer.part - 1, 0)
        return Hit(kind, int(batch.submission[place]), int(batch.slot[place]), part, answer)

    def at_rows(self, kind: Kind | Rule, column: Column, where: Bools) -> Iterator[Hit]:
        """Give a hit for every row of a field where something is the case."""
        for submission, row in zip(*(axis.tolist() for axis in np.nonzero(where)), strict=True):
            answers = self.answers(submission, column, row)
            yield Hit(kind, submission, column.slot + row, 0, answers[0] if answers else None)
