"""What reading noticed of single cells: what stands there cannot be read, was normalised, or is odd."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cache

from ..answer import State
from ..fields import ColumnKind, kind_of
from ..findings import Kind
from ..findings import value as v
from ..spec.compiled import CompiledSpec
from ..words import CELL_LIMIT, fits_a_cell
from .answer_view import AnswerView, CellAt
from .hits import Hit, at_answer
from .privacy import EXPECTED, PATTERNS, kinds_in

STATES = {State.ERROR: v.ERROR_IN_CELL, State.NOT_CALCULATED: v.FORMULA_NEVER_CALCULATED}
PROBLEMS = {
    ColumnKind.CODE: (v.NOT_IN_LIST,),
    ColumnKind.TEXT: (),
    ColumnKind.NUMBER: (v.NOT_A_NUMBER, v.NOT_A_WHOLE_NUMBER, v.OTHER_CALENDAR, v.AMBIGUOUS_NUMBER),
    ColumnKind.DATE: (v.NOT_A_DATE, v.AMBIGUOUS_DATE, v.OTHER_CALENDAR),
}
NOTES = {
    ColumnKind.CODE: (v.LABEL_IN_ANOTHER_LANGUAGE, v.SPELLING_TIDIED, v.CODE_FOR_LABEL, v.OTHER_SPELLING),
    ColumnKind.TEXT: (v.TEXT_LIKE_A_FORMULA, v.UNSEEN_CHARACTERS),
    ColumnKind.NUMBER: (v.DIGITS_CONVERTED, v.NUMBER_AS_TEXT),
    ColumnKind.DATE: (v.DIGITS_CONVERTED, v.DATE_AS_TEXT),
}


def readings(view: AnswerView) -> list[Hit]:
    """Give a hit for everything that reading noticed of a cell that people fill in."""
    found: list[Hit] = []
    columns = view.answers.columns
    chosen: dict[tuple[int, str | None], set[str]] = defaultdict(set)
    for number, cell in enumerate(view.cells):
        if cell is None or not cell[0].asked:
            continue
        state, remarked = view.states[number], columns.remarked.get(number)
        kinds = [STATES[state]] if state in STATES else []
        if state is State.ANSWERED:
            kinds += [v.FORMULA_IN_ANSWER] if columns.formulas[number] else []
            if remarked is not None:
                kinds += [_kind(code) for code in (remarked.problem, *remarked.notes) if code]
            kinds += _of_text(view, cell, view.said[number], chosen)
        found += (at_answer(kind, cell[0], cell[1], view.answers[number]) for kind in kinds)
    return found


def _of_text(
    view: AnswerView, cell: CellAt, text: str | None, chosen: dict[tuple[int, str | None], set[str]]
) -> Iterator[Kind]:
    """Give what is odd about a text or code: chosen in another cell already, too long for Excel, about a person."""
    column, row, _ = cell
    if not text:
        return
    if column.several:
        if text in chosen[column.number, row]:
            yield v.CHOSEN_TWICE
        chosen[column.number, row].add(text)
    if column.is_text:
        if len(text) > CELL_LIMIT // 2 and not fits_a_cell(text):
            yield v.TEXT_TOO_LONG
        expected = {*view.program.spec.expects, *column.field.expects}
        yield from (kind for kind in kinds_in(text) if EXPECTED[kind] not in expected)


@cache
def _kind(code: str) -> Kind:
    """Give the finding that an answer carries by its code."""
    return next(kind for kind in vars(v).values() if isinstance(kind, Kind) and kind.code == code)


def kinds_of(compiled: CompiledSpec) -> set[str]:
    """Give the codes of all findings of this sort that the fields of a spec can have."""
    kinds = {kind_of(field) for _, _, field in compiled.spec.places() if field.asked}
    found: set[Kind] = {v.FORMULA_IN_ANSWER, *STATES.values()} if kinds else set()
    for kind in kinds:
        found |= {*PROBLEMS[kind], *NOTES[kind]}
        found |= {v.TEXT_TOO_LONG, *PATTERNS} if kind is ColumnKind.TEXT else set()
        found |= {v.CHOSEN_TWICE} if kind is ColumnKind.CODE else set()
    return {kind.code for kind in found}
