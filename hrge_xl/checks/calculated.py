"""Calculated fields: worked out again, and compared with what the sheet shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..answer import Answer, Key, State, Value
from ..fields import Field
from ..findings.structure import FORMULA_OVERWRITTEN
from ..findings.value import CALCULATION_DIFFERS, CALCULATION_NOT_CURRENT
from ..language import FIGURES, Type
from ..language.functions.figures import rounded
from ..language.texts import BLANK
from ..language.vectors import Bools, Floats, Integers, Vector
from ..numerals import from_serial, shown, shown_moment
from ..spec.model import Spec
from ..words import and_more, tidy
from .cell_index import Column
from .evaluator import Evaluator
from .hits import Finder, Hit
from .readings import answers_by_column

CLOSE, ZERO = 1e-9, 1e-12
TYPED_ALONE, CELLS_NAMED = 3, 20  # typed results of a sheet that are told one by one; cells that are named


def columns(run: Evaluator) -> Iterator[Column]:
    """Give the calculated fields."""
    return (column for column in run.batch.cell_index.column_list if column.key in run.program.formulas)


def values(run: Evaluator) -> list[dict[Key, Value]]:
    """For each submission every calculated value that is there."""
    found: list[dict[Key, Value]] = [{} for _ in range(run.batch.size)]
    for column in columns(run):
        vector, (tool, code) = _rows(run, column), column.key
        for submission, row in zip(*(axis.tolist() for axis in np.nonzero(vector.known)), strict=True):
            value = _value(run, vector, submission, row)
            if value is not None:
                found[submission][tool, column.table.rows[row], code] = value
    return found


def overwritten(now: Evaluator, then: Evaluator, finder: Finder) -> Iterator[Hit]:
    """Give cells that show something else than what comes out (V017 typed, V019 by formula), and typed ones that agree.

    What depends on the day is compared with what came out then, when the sheets were calculated. Where more than a few
    of a sheet agree, values were pasted over all of it: that is told once.
    """
    pasted: dict[tuple[int, str], list[int]] = {}
    for column, at in answers_by_column(now.batch):
        if column.key not in now.program.formulas:
            continue
        run = then if column.key in now.program.dated else now
        differs, typed = _differs(run, column, at), ~run.batch.formula[at] & run.batch.given[at]
        for place in at[differs].tolist():
            yield _difference(run, finder, column, place)
        for place in at[typed & ~differs].tolist():
            pasted.setdefault((int(run.batch.submission[place]), column.key[0]), []).append(place)
    for places in pasted.values():
        hits = [finder.at_answer(FORMULA_OVERWRITTEN, place) for place in places]
        if len(hits) > TYPED_ALONE:
            answers = [hit.answer for hit in hits if hit.answer is not None]
            value = shown_answer(answers[0]) + and_more(len(hits) - 1)
            cells = ", ".join(answer.cell for answer in answers[:CELLS_NAMED]) + and_more(
                len(answers) - CELLS_NAMED
            )
            hits[0].detail |= {"label": cells, "value": value}
            del hits[1:]
        yield from hits


def _difference(run: Evaluator, finder: Finder, column: Column, place: int) -> Hit:
    replaced = _is_replaced(run, place)
    kind = CALCULATION_NOT_CURRENT if run.batch.formula[place] and not replaced else CALCULATION_DIFFERS
    hit = finder.at_answer(kind, place)
    vector, row = _rows(run, column), hit.slot - column.slot
    value = _value(run, vector, hit.submission, row)
    language = run.batch.layouts[hit.submission].language
    hit.detail["expected"] = said(value, column.field, run.program.spec, language)
    return hit


def _is_replaced(run: Evaluator, place: int) -> bool:
    """Say whether another formula than the issued one stands in the cell of an answer."""
    answer, submission = run.batch.answers[place], run.batch.submissions[int(run.batch.submission[place])]
    return (*answer.key, answer.part) in submission.replaced


def _differs(run: Evaluator, column: Column, at: Integers) -> Bools:
    batch, vector = run.batch, _rows(run, column)
    place = batch.submission[at], batch.slot[at] - column.slot
    state, expected = batch.state[at], vector.known[place]
    both = batch.given[at] & expected
    differs = (batch.given[at] != expected) | (state == State.ERROR.value)
    differs[both] = ~_equal(run, column, at[both], vector.data[place][both])
    # a row without answers calculates nothing; what its formula shows there does not matter
    idle = batch.formula[at] & ~batch.active(column.table)[place]
    return np.asarray(differs & (state != State.NOT_CALCULATED.value) & ~idle)


def _equal(run: Evaluator, column: Column, at: Integers, expected: NDArray[Any]) -> Bools:
    if column.field.result in ("number", "date"):
        return _same_figure(run.batch.figure[at], expected, column.field.decimals)
    seen: dict[tuple[str, int, int], bool] = {}
    languages = [run.batch.layouts[each].language for each in run.batch.submission[at].tolist()]
    keys = list(zip(languages, run.batch.text[at].tolist(), expected.tolist(), strict=True))
    for language, text, wanted in set(keys):
        seen[language, text, wanted] = _same_text(run, column.field, language, text, wanted)
    return np.array([seen[key] for key in keys], dtype=bool)


def _same_text(run: Evaluator, field: Field, language: str, text: int, wanted: int) -> bool:
    if text == BLANK:
        return False
    strings = run.texts.strings
    return tidy(strings[text]) == tidy(said(strings[wanted], field, run.program.spec, language))


def _same_figure(shown: Floats, expected: Floats, decimals: int | None) -> Bools:
    equal = np.isclose(shown, expected, rtol=CLOSE, atol=ZERO)
    if decimals is not None:  # a program may hold what it shows
        both = zip(shown.tolist(), expected.tolist(), strict=True)
        alike = [rounded(one, decimals) == rounded(other, decimals) for one, other in both]
        equal |= np.array(alike, dtype=bool)
    return equal


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


def _rows(run: Evaluator, column: Column) -> Vector:
    vector = run.column(column)
    return Vector(vector.type, run.rows(vector, column.table), run.over_rows(vector.filled, column.table))


def value_at(run: Evaluator, column: Column, submission: int, row: int) -> Value | None:
    """Give one calculated value, or None."""
    return _value(run, _rows(run, column), submission, row)


def _value(run: Evaluator, vector: Vector, submission: int, row: int) -> Value | None:
    value = vector.data[submission, row]
    if vector.type not in FIGURES:
        return run.texts.strings[int(value)] if value != BLANK else None
    if np.isnan(value):
        return None
    return from_serial(float(value)) if vector.type is Type.DATE else float(value)


def shown_answer(answer: Answer) -> str:
    """Return the text of a cell as a person sees it."""
    if answer.day is not None and not isinstance(answer.original, str):
        return shown_moment(answer.day, float(answer.original or 0))
    return "" if answer.original is None else shown(answer.original)
