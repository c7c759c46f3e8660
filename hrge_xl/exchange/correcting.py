"""Puts what the office corrected in place of the answers of a return; all that follows from them is found anew.

What was done to the file is told as it came: what its formulas show followed from the answers that stood there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from msgspec.structs import replace as changed

from ..answers.corrections import OfficeCorrection, corrected_finding
from ..answers.submission import Answer, Outcome, State, Submission
from ..checks import check
from ..core.numerals import to_serial
from ..core.words import tidy
from ..fields import CellValue
from ..findings import codes
from ..findings.structure import FORMULA_OVERWRITTEN, RESULT_DIFFERS
from ..findings.value import (
    CALCULATION_DIFFERS,
    CALCULATION_NOT_CURRENT,
    REST_NOT_COUNTED,
)
from ..reader.expected import ExpectedWorkbook

OF_RESULTS = codes(
    CALCULATION_DIFFERS, CALCULATION_NOT_CURRENT, FORMULA_OVERWRITTEN, RESULT_DIFFERS
)  # about what formulas show, or what was typed over them


def with_corrections(
    came: Submission,
    outcome: Outcome,
    corrections: Sequence[OfficeCorrection],
    plan: ExpectedWorkbook,
    today: date,
) -> tuple[Submission, Outcome]:
    """Return a return with its corrections, and what is found in it then; `outcome` is what was found as it came."""
    answers = {answer.cell_key: answer for answer in came.answers}
    shown = {
        answer.key: changed(answer, code=None, text=None, number=None, day=None)
        for answer in came.answers
        if answer.calculated
    }
    places = {(*key[:3], cell): key for cells in came.cells.values() for key, cell in cells.items()}
    replaced = list[Answer]()
    for correction in corrections:
        key = places.get((*correction.key, correction.cell))
        if key is None:  # the spec in force asks something else there
            continue
        blank = Answer(*key, correction.sheet, correction.cell, State.BLANK)
        replaced.append(answers.pop(key, blank))
        answer = _corrected_answer(blank, correction, plan)
        if answer is not None:
            answers[key] = answer
    order = {part.key: number for number, part in enumerate(plan.parts)}
    entered = [answer for answer in answers.values() if not answer.calculated]
    of_results = [finding for finding in outcome.findings if finding.code in OF_RESULTS]
    corrected = replace(
        came,
        answers=sorted(entered, key=lambda answer: order[answer.cell_key]),
        replaced_by_office=replaced,
        observations=[*came.observations, *of_results, *map(corrected_finding, corrections)],
        shown_checks=None,
        shown_rows={},
        shown_otherwise=[],
    )
    again = check(corrected, plan.layout, today=today)
    worked_out = {
        answer.key: _as_shown(answer, shown.get(answer.key, answer)) for answer in again.calculated
    }
    again.calculated = [*(shown | worked_out).values()]
    return corrected, again


def _corrected_answer(
    blank: Answer, correction: OfficeCorrection, plan: ExpectedWorkbook
) -> Answer | None:
    """Return what was typed as the answer of its cell; None where that is nothing."""
    typed = correction.value or ""
    if not tidy(typed):
        return None
    field = plan.layout.slots[blank.key].field
    reading = field.type.read(field, CellValue(typed), plan.vocabularies)
    answer = changed(blank, state=State.ANSWERED, original=typed, **reading._asdict())
    # as the sheet writes it: how it was typed here is no business of the team
    if reading.code is not None:
        labels = plan.layout.labels_of.get(blank.key, {})
        answer.original = labels.get(reading.code, typed)
    elif reading.number is not None:
        answer.original = reading.number
    elif reading.day is not None:
        answer.original = float(to_serial(reading.day))
    else:
        return answer
    answer.notes = tuple(note for note in reading.notes if note == REST_NOT_COUNTED.code)
    return answer


def _as_shown(answer: Answer, came: Answer) -> Answer:
    """Return a result as it was worked out, with what the sheet showed when it came."""
    return changed(
        answer, original=came.original, state=came.state, formula=came.formula, cell=came.cell
    )
