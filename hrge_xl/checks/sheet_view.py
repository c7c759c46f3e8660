"""Answers as their sheet sees them: what only the reader understands is not an entry, number or date there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..answer import Answer
from ..answer_columns import AnswerColumns
from ..findings import value as v
from ..layout import Layout, Slot
from ..submission import Submission
from .batch import Batch
from .verdicts import IN_THE_SHEET, OVERLOOKED, is_overlooked

NOT_UNDERSTOOD = {
    kind.code: IN_THE_SHEET[kind].code
    for kind in (
        v.LABEL_IN_ANOTHER_LANGUAGE, v.SPELLING_TIDIED, v.CODE_FOR_LABEL, v.OTHER_SPELLING,
        v.REST_NOT_COUNTED, v.NUMBER_AS_TEXT, v.DATE_AS_TEXT,
    )
}  # fmt: skip


def is_seen_otherwise(batch: Batch, number: int) -> bool:
    """Say whether the sheets of a submission do not understand some of the answers that the reader did."""
    layout, answers = batch.layout(number), AnswerColumns.of(batch.submissions[number].answers)
    remarked = (answers[at] for at, each in answers.columns.remarked.items() if each.notes)
    return any(_as_seen(answer, layout) is not answer for answer in remarked)


def as_seen(batch: Batch, numbers: Sequence[int]) -> Batch:
    """Give some submissions of a batch, with their answers as their sheets see them."""
    pairs = [(_submission(batch.submissions[n], batch.layout(n)), batch.layout(n)) for n in numbers]
    return replace(Batch.of(pairs, batch.days[0]), days=[batch.days[n] for n in numbers])


def _submission(read: Submission, layout: Layout) -> Submission:
    return replace(read, answers=[_as_seen(answer, layout) for answer in read.answers])


def _as_seen(answer: Answer, layout: Layout) -> Answer:
    """Give an answer as its sheet sees it; the very same where that is as it was read."""
    problem = next((NOT_UNDERSTOOD[note] for note in answer.notes if note in NOT_UNDERSTOOD), None)
    slot = layout.slots.get(answer.key)
    if problem is None or slot is None or answer.problem or _tidied_alike(answer, slot, layout):
        return answer
    if slot.field.to:  # the sheet takes the first word for the code of a row
        return replace(answer, code=str(answer.original).strip(" ").split(" ")[0], notes=())
    return replace(answer, code=None, number=None, day=None, problem=problem, notes=())


def _tidied_alike(answer: Answer, slot: Slot, layout: Layout) -> bool:
    return any(kind.code in answer.notes for kind in OVERLOOKED) and is_overlooked(answer, slot.field, layout)
