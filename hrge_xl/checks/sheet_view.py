"""Answers as their sheet sees them: what only the reader understands is not an entry, number or date there."""

from __future__ import annotations

from dataclasses import replace

from ..answer import Answer
from ..answer_columns import AnswerColumns
from ..findings import value as v
from ..layout import Layout, Slot
from ..submission import Submission
from .verdicts import IN_THE_SHEET, OVERLOOKED, is_overlooked

NOT_UNDERSTOOD = {
    kind.code: IN_THE_SHEET[kind].code
    for kind in (
        v.LABEL_IN_ANOTHER_LANGUAGE, v.SPELLING_TIDIED, v.CODE_FOR_LABEL, v.OTHER_SPELLING,
        v.REST_NOT_COUNTED, v.NUMBER_AS_TEXT, v.DATE_AS_TEXT,
    )
}  # fmt: skip


def as_seen(submission: Submission, layout: Layout) -> Submission | None:
    """Give a return with its answers as its sheets see them; None where they understand all that the reader does."""
    answers = AnswerColumns.of(submission.answers)
    noted = [at for at, remarked in answers.columns.remarked.items() if remarked.notes]
    if all(_as_seen(answer, layout) is answer for answer in map(answers.make, noted)):
        return None
    return replace(submission, answers=[_as_seen(answer, layout) for answer in answers])


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
