"""Calculated fields: worked out again, and compared with what the sheet shows."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date

from msgspec.structs import replace

from ..answers.answer import Answer, Key, State, Value
from ..core.numerals import from_serial, shown, shown_moment
from ..core.words import and_more, tidy
from ..fields import ColumnKind, Field
from ..findings.structure import FORMULA_OVERWRITTEN
from ..findings.value import CALCULATION_DIFFERS, CALCULATION_NOT_CURRENT, OTHER_CALENDAR
from ..language import Type
from ..language.compiler import Unknown
from ..language.functions.figures import rounded
from ..spec.model import Spec
from .answer_view import AnswerCell, AnswerView
from .hits import Hit, at_answer
from .program import FieldColumn

CLOSE, ZERO = 1e-9, 1e-12
TYPED_ALONE, CELLS_NAMED = 3, 20  # typed results of a sheet that are told one by one; cells that are named


def calculated_answers(view: AnswerView, unknown: Collection[Key] = ()) -> list[Answer]:
    """Give every calculated cell that shows something or comes to something, with what it comes to.

    Of those that are `unknown`, what they come to is left out.
    """
    found = {
        answer.key: replace(answer, code=None, text=None, number=None, day=None)
        for answer in view.submission.answers
        if answer.calculated
    }
    for column in view.program.calculated:
        (tool, code), number = column.key, column.number
        for row in view.active[column.table.number]:
            value, key = as_value(column, view.calculated(number, row)), (tool, row, code)
            if value is not None and key not in unknown:
                answer = found.get(key)
                if answer is None:  # it shows nothing
                    at = view.sheet_name(tool), view.address(key)
                    answer = Answer(*key, 0, *at, State.BLANK, calculated=True)
                meaning = "code" if column.field.result == "level" else "text"
                if isinstance(value, date | float):
                    meaning = "day" if isinstance(value, date) else "number"
                found[key] = replace(answer, **{meaning: value})
    return list(found.values())


def as_value(column: FieldColumn, worked_out: object) -> Value | None:
    """Give what a formula comes to as an answer: days as days."""
    if isinstance(worked_out, Unknown | bool) or not isinstance(worked_out, float | str | tuple):
        return None
    return (
        from_serial(worked_out) if column.type is Type.DATE and isinstance(worked_out, float) else worked_out
    )


def overwritten(now: AnswerView, then: AnswerView) -> Iterator[Hit]:
    """Give cells that show something else than comes out (V017 typed, V019 by formula), and typed ones that agree.

    What depends on the day is compared with what came out `then`, when the sheets were calculated. Where more than a
    few of a sheet agree, values were pasted over all of it: that is told once.
    """
    pasted: dict[str, list[Hit]] = defaultdict(list)
    for cell in now.cells:
        answer, column, row, *_ = cell
        if column.number not in now.program.formulas:
            continue
        view = then if column.number in now.program.dated else now
        value = view.calculated(column.number, row)
        if _differs(now, cell, value):
            replaced = answer.cell_key in now.submission.replaced
            kind = CALCULATION_NOT_CURRENT if answer.formula and not replaced else CALCULATION_DIFFERS
            hit = at_answer(kind, column, row, answer)
            language = now.layout.language
            hit.detail["expected"] = said(as_value(column, value), column.field, now.program.spec, language)
            yield hit
        elif cell.state is State.ANSWERED and not answer.formula:
            pasted[answer.tool].append(at_answer(FORMULA_OVERWRITTEN, column, row, answer))
    for hits in pasted.values():
        yield from hits if len(hits) <= TYPED_ALONE else [_pasted(hits)]


def _pasted(hits: Sequence[Hit]) -> Hit:
    """Give the first of some typed results of a sheet, which stands for all of them."""
    answers = [hit.answer for hit in hits if hit.answer is not None]
    cells = ", ".join(answer.cell for answer in answers[:CELLS_NAMED]) + and_more(len(answers) - CELLS_NAMED)
    first, column = hits[0], hits[0].column
    assert column is not None
    first.detail |= {"label": cells, "value": shown_answer(answers[0], column) + and_more(len(hits) - 1)}
    return first


def _differs(view: AnswerView, cell: AnswerCell, value: object) -> bool:
    """Say whether a cell shows something else than the value that comes out."""
    answer, column, row, state, text, figure = cell
    if state is State.NOT_CALCULATED:
        return False
    if answer.formula and row not in view.active_sets[column.table.number]:
        return False  # a row without answers calculates nothing; what its formula shows there does not matter
    given = state is State.ANSWERED
    if not given or value is None:
        return state is State.ERROR or given is not (value is not None)
    if isinstance(value, float):
        return figure is None or not _same_figure(figure, value, column.field.decimals)
    expected = said(as_value(column, value), column.field, view.program.spec, view.layout.language)
    return text is None or tidy(text) != tidy(expected)


def _same_figure(stands: float, expected: float, decimals: int | None) -> bool:
    if math.isclose(stands, expected, rel_tol=CLOSE, abs_tol=ZERO):
        return True
    # a program may hold what it shows
    return decimals is not None and rounded(stands, decimals) == rounded(expected, decimals)


def said(value: Value | None, field: Field, spec: Spec, language: str) -> str:
    """Give a calculated value as the sheet shows it: levels by their label."""
    if value is None:
        return ""
    matrix = spec.matrix
    if field.result == "level" and matrix is not None and value in matrix.level:
        return matrix.level[str(value)].label.say(language)
    if isinstance(value, float):
        return shown(value if field.decimals is None else rounded(value, field.decimals))
    return shown(value)


def shown_answer(answer: Answer | None, column: FieldColumn) -> str:
    """Return the text of a cell as a person sees it."""
    if answer is None:
        return ""
    kind = column.field.type
    other_calendar = kind.kind is ColumnKind.DATE and answer.problem == OTHER_CALENDAR.code
    if (kind.scaled or other_calendar) and isinstance(answer.original, int | float):
        return kind.said(float(answer.original))
    if answer.day is not None and not isinstance(answer.original, str):
        return shown_moment(answer.day, float(answer.original or 0))
    return "" if answer.original is None else shown(answer.original)
