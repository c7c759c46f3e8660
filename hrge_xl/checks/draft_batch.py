"""Workbooks that are yet to be written, as a batch: their answers are values, each right as it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..answer import Answer, Answers, State
from ..answer_columns import AnswerViews
from ..language.texts import BLANK, Ids
from ..language.vectors import NAN, Bools, Floats, Integers
from ..layout import Layout
from ..numerals import to_serial
from ..submission import Identity, Submission
from .batch import Batch, Known
from .cell_index import CellIndex


class Plan(NamedTuple):
    """What a workbook will hold; its answers have cells in the layout."""

    identity: Identity
    layout: Layout
    answers: Answers
    today: date
    last: Answers  # of the round before


@dataclass
class DraftBatch(Batch):
    """Plans of one spec that are looked at together."""

    plans: Sequence[Plan] = ()

    @classmethod
    def to_be(cls, plans: Sequence[Plan]) -> DraftBatch:
        """Make a batch with the rows of all layouts numbered; each is judged as of its own day."""
        days = [each.today for each in plans]
        blank = [(Submission("", "", 0, each.identity, last=each.last), each.layout) for each in plans]
        bare = Batch.of(blank, days[0])
        return cls(bare.submissions, bare.layouts, bare.cell_index, bare.layout_of, days, plans)

    @cached_property
    def _known(self) -> Known:
        first_of = self.cell_index.first_cell_of
        counts: list[int] = []
        cells: list[int] = []
        for plan in self.plans:
            for key, value in plan.answers.items():
                if isinstance(value, tuple):
                    cells += range(first_of[key], first_of[key] + len(value))
                else:
                    cells.append(first_of[key])
            counts.append(len(cells) - sum(counts))
        every = np.arange(len(cells))
        return Known(every, np.repeat(np.arange(self.size), counts), np.array(cells, dtype=np.int64), every)

    @cached_property
    def _values(self) -> list[str | float | date]:
        every = (value for plan in self.plans for value in plan.answers.values())
        return [one for value in every for one in (value if isinstance(value, tuple) else (value,))]

    @property
    def answers(self) -> Sequence[Answer]:
        """As in any batch."""
        return _Values(self._values, self.cell, self.cell_index)

    @cached_property
    def state(self) -> NDArray[np.str_]:
        """As in any batch; spaces alone are an empty text."""
        states = np.full(len(self._values), State.ANSWERED.value, dtype="U14")
        states[[isinstance(each, str) and not each.strip() for each in self._values]] = State.EMPTY_TEXT.value
        return states

    @cached_property
    def text(self) -> Ids:
        """As in any batch."""
        texts = [each if isinstance(each, str) else None for each in self._values]
        return np.where(self.given, self.texts.ids(texts), BLANK)

    @cached_property
    def figure(self) -> Floats:
        """As in any batch."""
        numbers = [NAN if isinstance(each, str) else _number(each) for each in self._values]
        return np.array(numbers, dtype=np.float64)

    @cached_property
    def formula(self) -> Bools:
        """No formula stands in the cell of an answer."""
        return np.zeros(len(self._values), dtype=bool)

    @cached_property
    def problem(self) -> NDArray[np.str_]:
        """Each of them can be read."""
        return np.full(len(self._values), "", dtype="U8")

    @cached_property
    def notes(self) -> dict[str, list[int]]:
        """Nothing was normalised."""
        return {}


def _number(value: float | date) -> float:
    return float(to_serial(value)) if isinstance(value, date) else value


class _Values(AnswerViews):
    """The long list of a batch: answers are made for those places only that something is found at."""

    def __init__(self, values: list[str | float | date], cells: Integers, cell_index: CellIndex) -> None:
        self.values, self._cells, self._universe = values, cells, cell_index

    def __len__(self) -> int:
        return len(self.values)

    def make(self, number: int) -> Answer:
        """Make the answer at a place of the long list."""
        cell, value = int(self._cells[number]), self.values[number]
        column, row = self._universe.place[self._universe.slot_of_cell[cell]]
        part = cell - column.cell - row * column.parts + 1 if column.field.several else 0
        tool, code = column.key
        original = value if isinstance(value, str | float) else str(value)
        return Answer(tool, column.table.rows[row], code, part, "", "", State.ANSWERED, original)
