"""From raw cells to answers: the original kept beside what it means, and the kinds of nothing kept apart."""

from __future__ import annotations

import math

from ..answer import Answer, State
from ..fields import Cell, ColumnKind, Field, Reading
from ..findings.value import NOT_A_DATE, NOT_A_NUMBER, NOT_IN_LIST
from ..words import tidy
from .expected import ExpectedWorkbook
from .raw import CellKind, RawCell
from .read_result import ReadResult

REMEMBERED, LONGEST_REMEMBERED = 4_096, 120  # readings of list entries that a plan keeps, and of what length
NOTHING = Reading()
TEXT, ANSWERED = CellKind.TEXT, State.ANSWERED
STATES = dict.fromkeys(CellKind, ANSWERED) | {
    CellKind.BLANK: None,
    CellKind.ERROR: State.ERROR,
    CellKind.NOT_CALCULATED: State.NOT_CALCULATED,
}


def answers(read: ReadResult, *, epoch_1904: bool) -> list[Answer]:
    """Give an answer for every cell that holds something.

    Where a format tells no formulas, a calculated cell counts as whole: nobody can say that it was typed over.
    """
    found: list[Answer] = []
    formulas_lost = "formulas" in read.lost
    for part, sheet, cell, raw in read.filled:
        state = _state(raw)
        if state is None:
            continue
        field = part.slot.field
        reading = read_cell(field, raw, read.plan, epoch_1904) if state is ANSWERED else NOTHING
        formula = raw.formula is not None or (formulas_lost and part.calculated)
        answer = Answer(*part.key, sheet, cell, state, raw.value, formula, calculated=part.calculated)
        answer.code, answer.text, answer.number, answer.day = reading[:4]
        answer.problem, answer.suggestion, answer.notes = reading[4:]
        found.append(answer)
    return found


def _state(raw: RawCell) -> State | None:
    """Give what kind of something or nothing a stored cell is; None where nobody wrote anything."""
    kind = raw.kind
    if kind is not TEXT:
        return STATES[kind]
    text = str(raw.value)
    if text[:1].isalnum() or tidy(text):
        return ANSWERED
    return None if raw.formula is None else State.EMPTY_TEXT


def read_cell(field: Field, raw: RawCell, plan: ExpectedWorkbook, epoch_1904: bool) -> Reading:
    """Read what a stored value means to its field."""
    if not field.type.repeats or (isinstance(raw.value, str) and len(raw.value) > LONGEST_REMEMBERED):
        return _read(field, raw, plan, epoch_1904)
    key = (field.type, field.vocabulary, raw.kind, raw.value, epoch_1904)
    known = plan.readings.get(key)
    if known is None:
        if len(plan.readings) >= REMEMBERED:
            plan.readings.clear()
        known = plan.readings[key] = _read(field, raw, plan, epoch_1904)
    return known


def _read(field: Field, raw: RawCell, plan: ExpectedWorkbook, epoch_1904: bool) -> Reading:
    value, kind = raw.value, field.type.kind
    if value is None or (
        isinstance(value, float) and not math.isfinite(value)
    ):  # which can be none of this kind
        problem = {ColumnKind.NUMBER: NOT_A_NUMBER, ColumnKind.DATE: NOT_A_DATE}.get(kind, NOT_IN_LIST)
        return Reading(problem=problem.code)
    return field.type.read(field, Cell(value, raw.kind is CellKind.DATE, epoch_1904), plan.vocabularies)
