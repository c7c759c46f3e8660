"""What reading noticed of single cells: what stands there cannot be read, was normalised, or is odd."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from ..answer import Answer, State
from ..fields import ColumnKind, kind_of
from ..fields.text import EXPECTED
from ..findings import CATALOGUE, Kind
from ..findings import value as v
from ..numerals import shown
from ..spec.compiled import CompiledSpec
from ..spec.model import RegisterBlock
from ..words import CELL_LIMIT, fits_a_cell, fold_code, letters
from .answer_view import AnswerCell, AnswerView
from .hits import Hit, at_answer

ROW_CODE = re.compile(r"\w(?:[\w.-]*\w)?")  # as it may stand among words
STATES = {State.ERROR: v.ERROR_IN_CELL, State.NOT_CALCULATED: v.FORMULA_NEVER_CALCULATED}
PROBLEMS = {
    ColumnKind.CODE: (v.NOT_IN_LIST,),
    ColumnKind.TEXT: (),
    ColumnKind.NUMBER: (v.NOT_A_NUMBER, v.NOT_A_WHOLE_NUMBER, v.OTHER_CALENDAR, v.AMBIGUOUS_NUMBER),
    ColumnKind.DATE: (v.NOT_A_DATE, v.AMBIGUOUS_DATE, v.OTHER_CALENDAR),
}
NOTES = {
    ColumnKind.CODE: (
        v.LABEL_IN_ANOTHER_LANGUAGE, v.SPELLING_TIDIED, v.CODE_FOR_LABEL, v.OTHER_SPELLING, v.REST_NOT_COUNTED,
    ),
    ColumnKind.TEXT: (v.TEXT_LIKE_A_FORMULA, v.UNSEEN_CHARACTERS),
    ColumnKind.NUMBER: (v.DIGITS_CONVERTED, v.NUMBER_AS_TEXT, v.REST_NOT_COUNTED),
    ColumnKind.DATE: (v.DIGITS_CONVERTED, v.DATE_AS_TEXT, v.REST_NOT_COUNTED),
}  # fmt: skip


def readings(view: AnswerView) -> list[Hit]:
    """Give a hit for everything that reading noticed of a cell that people fill in."""
    found: list[Hit] = []
    chosen: dict[tuple[int, str | None], set[str]] = defaultdict(set)
    for cell in view.cells:
        answer, column, row, state, *_ = cell
        if not column.asked:
            continue
        kinds = [STATES[state]] if state in STATES else []
        if state is State.ANSWERED:
            kinds += [v.FORMULA_IN_ANSWER] if answer.formula else []
            if answer.problem or answer.notes:
                noted = (CATALOGUE[code] for code in (answer.problem, *answer.notes) if code)
                expected = {*view.program.spec.expects, *column.field.expects}
                kinds += [kind for kind in noted if EXPECTED.get(kind) not in expected]
            kinds += _of_text(cell, chosen)
            if column.field.to:
                kinds += _behind_code(view, answer)
        found += (at_answer(kind, column, row, answer) for kind in kinds)
    return found


def _of_text(cell: AnswerCell, chosen: dict[tuple[int, str | None], set[str]]) -> Iterator[Kind]:
    """Give what is odd about a text or code: chosen in another cell already, or too long for Excel."""
    column, row, text = cell.column, cell.row, cell.text
    if text and column.several:
        if text in chosen[column.number, row]:
            yield v.CHOSEN_TWICE
        chosen[column.number, row].add(text)
    if text and column.is_text and len(text) > CELL_LIMIT // 2 and not fits_a_cell(text):
        yield v.TEXT_TOO_LONG


def _behind_code(view: AnswerView, answer: Answer) -> Iterator[Kind]:
    """Give a reference with other words behind the code than those of its row; as V110 where they name another one."""
    behind, code, layout = str(answer.original).strip().partition(" ")[2], answer.code, view.layout
    grids = [layout.rows_of[tool] for tool in layout.slots[answer.key].field.to if tool in layout.rows_of]
    grid = next((grid for grid in grids if code in grid.row), None)
    if not behind or code is None or grid is None:
        return
    words = grid.row[code].label
    if isinstance(grid.block, RegisterBlock):
        column = view.program.columns[grid.tool.code, grid.block.shows or grid.block.fields[0].code]
        about = view.by_slot.get((column.number, code), ())
        seen = about[0].original if about else None
        if not column.asked and not isinstance(seen, str):  # calculated words, which some formats lose
            return
        words = shown(seen or "")
    if not letters(words).startswith(letters(behind)):
        known = {fold_code(row) for grid in grids for row in grid.row} - {fold_code(code)}
        named = known.intersection(ROW_CODE.findall(fold_code(behind)))
        yield v.REST_NOT_COUNTED if named else v.OTHER_SPELLING


def kinds_of(compiled: CompiledSpec) -> set[str]:
    """Give the codes of all findings of this sort that the fields of a spec can have."""
    kinds = {kind_of(field) for _, _, field in compiled.spec.places() if field.asked}
    found: set[Kind] = {v.FORMULA_IN_ANSWER, *STATES.values()} if kinds else set()
    for kind in kinds:
        found |= {*PROBLEMS[kind], *NOTES[kind]}
        found |= {v.TEXT_TOO_LONG, *EXPECTED} if kind is ColumnKind.TEXT else set()
        found |= {v.CHOSEN_TWICE} if kind is ColumnKind.CODE else set()
    return {kind.code for kind in found}
