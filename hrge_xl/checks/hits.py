"""Hits: what a check found at one place, before it is put into words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ..answer import Answer
from ..findings import Kind
from ..language.compiler import Row
from ..spec.model import Rule
from .answer_view import AnswerView
from .program import Column

HitKey = tuple[str, int, Row]  # code, number of the column, row
NOWHERE = -1  # the number of the column of a hit that has no place of its own


@dataclass(slots=True, eq=False)
class Hit:
    """One thing found: its kind, or the rule that is broken; where, and the answer there. Without a column: nowhere."""

    kind: Kind | Rule
    column: Column | None = None
    row: Row = None
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

    @property
    def slot(self) -> tuple[int, Row]:
        """Number of the column, and row."""
        return NOWHERE if self.column is None else self.column.number, self.row

    @property
    def key(self) -> HitKey:
        """Code, number of the column, and row."""
        return self.code, *self.slot


def at_answer(kind: Kind, column: Column, row: Row, answer: Answer) -> Hit:
    """Give a hit at one answer."""
    return Hit(kind, column, row, max(answer.part - 1, 0), answer)


def at_rows(view: AnswerView, kind: Kind | Rule, column: Column, rows: Iterable[Row]) -> Iterator[Hit]:
    """Give a hit for each of some rows of a field, at the first answer that stands there."""
    for row in rows:
        answers = view.by_slot.get((column.number, row), ())
        yield Hit(kind, column, row, 0, answers[0] if answers else None)
