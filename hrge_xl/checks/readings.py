"""What reading noticed of single cells: what stands there cannot be read, was normalised, or is odd."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from ..answer import State
from ..fields import ColumnKind, kind_of
from ..fields.personal_data import EXPECTED
from ..findings import CATALOGUE, Kind
from ..findings import value as v
from ..language.texts import BLANK
from ..language.vectors import Bools, Integers
from ..numerals import shown
from ..spec.compiled import CompiledSpec
from ..spec.model import RegisterBlock
from ..words import CELL_LIMIT, fits_a_cell, fold_code, letters
from .batch import Batch
from .cell_index import Column
from .hits import Finder, Hit

ROW_CODE = re.compile(r"\w(?:[\w.-]*\w)?")  # as it may stand among words
STATES = {v.ERROR_IN_CELL: State.ERROR, v.FORMULA_NEVER_CALCULATED: State.NOT_CALCULATED}
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


def readings(batch: Batch, finder: Finder) -> Iterator[Hit]:
    """Give a hit for everything that reading noticed of a cell that people fill in."""
    for kind, at in _noticed(batch, _asked_of(batch)):
        yield from (finder.at_answer(kind, place) for place in at.tolist())
    referring = np.array([bool(column.field.to) for column in batch.cell_index.column_list], dtype=bool)
    yield from _behind_codes(
        batch, finder, np.flatnonzero(batch.given & referring[batch.cell_index.column_of_cell[batch.cell]])
    )


def kinds_of(compiled: CompiledSpec) -> set[str]:
    """Give the codes of all findings of this sort that the fields of a spec can have."""
    kinds = {kind_of(field) for _, _, field in compiled.spec.places() if field.asked}
    found: set[Kind] = {v.FORMULA_IN_ANSWER, *STATES} if kinds else set()
    for kind in kinds:
        found |= {*PROBLEMS[kind], *NOTES[kind]}
        found |= {v.TEXT_TOO_LONG, *EXPECTED} if kind is ColumnKind.TEXT else set()
        found |= {v.CHOSEN_TWICE} if kind is ColumnKind.CODE else set()
    return {kind.code for kind in found}


def _asked_of(batch: Batch) -> Bools:
    """Say for each answer whether people fill its cell in."""
    asked = np.array([column.asked for column in batch.cell_index.column_list], dtype=bool)
    return np.asarray(asked[batch.cell_index.column_of_cell[batch.cell]])


def _noticed(batch: Batch, asked: Bools) -> Iterator[tuple[Kind, Integers]]:
    """Give each kind of finding with the places of its answers."""
    for kind, state in STATES.items():
        yield kind, np.flatnonzero(asked & (batch.state == state.value))
    given = asked & batch.given
    yield v.FORMULA_IN_ANSWER, np.flatnonzero(given & batch.formula)
    for code in sorted(set(batch.problem[given].tolist()) - {""}):
        yield CATALOGUE[code], np.flatnonzero(given & (batch.problem == code))
    for code, places in sorted(batch.notes.items()):
        kind, at = CATALOGUE[code], np.array(places, dtype=np.int64)
        at = at[given[at]]
        yield kind, at[~_expected(batch, kind, at)] if kind in EXPECTED else at
    yield v.CHOSEN_TWICE, _chosen_again(batch, given)
    yield v.TEXT_TOO_LONG, _too_long(batch, np.flatnonzero(given & _is_text(batch)))


def _is_text(batch: Batch) -> Bools:
    texts = np.array(
        [kind_of(each.field) is ColumnKind.TEXT for each in batch.cell_index.column_list], dtype=bool
    )
    return np.asarray(texts[batch.cell_index.column_of_cell[batch.cell]])


def _chosen_again(batch: Batch, given: Bools) -> Integers:
    """Give the cells of a question in which an entry is chosen that another of its cells holds already."""
    several = np.array([column.parts > 1 for column in batch.cell_index.column_list], dtype=bool)
    at = np.flatnonzero(given & several[batch.cell_index.column_of_cell[batch.cell]] & (batch.text != BLANK))
    if not len(at):
        return at
    at = at[np.lexsort((batch.cell[at], batch.submission[at]))]
    chosen = np.column_stack([batch.submission[at], batch.slot[at], batch.text[at]])
    _, first = np.unique(chosen, axis=0, return_index=True)
    return np.sort(np.delete(at, first))


def _behind_codes(batch: Batch, finder: Finder, at: Integers) -> Iterator[Hit]:
    """Give references with other words behind the code than those of their row; as V110 where they name another one."""
    for place in at.tolist():
        answer, number = batch.answers[place], int(batch.submission[place])
        behind, code, layout = (
            str(answer.original).strip().partition(" ")[2],
            answer.code,
            batch.layout(number),
        )
        grids = [layout.rows_of[tool] for tool in layout.slots[answer.key].field.to if tool in layout.rows_of]
        grid = next((grid for grid in grids if code in grid.row), None)
        if not behind or code is None or grid is None:
            continue
        words = grid.row[code].label
        if isinstance(grid.block, RegisterBlock):
            column = batch.cell_index.columns[grid.tool.code, grid.block.shows or grid.block.fields[0].code]
            about = finder.answers(number, column, column.table.number[code])
            seen = about[0].original if about else None
            if not column.asked and not isinstance(seen, str):  # calculated words, which some formats lose
                continue
            words = shown(seen or "")
        if not letters(words).startswith(letters(behind)):
            known = {fold_code(each) for grid in grids for each in grid.row} - {fold_code(code)}
            named = known.intersection(ROW_CODE.findall(fold_code(behind)))
            yield finder.at_answer(v.REST_NOT_COUNTED if named else v.OTHER_SPELLING, place)


def _too_long(batch: Batch, at: Integers) -> Integers:
    """Give texts that no cell of Excel could hold."""
    ids = batch.text[at]
    different = np.unique(ids[ids != BLANK])
    strings = [batch.texts.strings[number] for number in different.tolist()]
    long = [len(text) > CELL_LIMIT // 2 and not fits_a_cell(text) for text in strings]
    return at[np.isin(ids, different[long])]


def _expected(batch: Batch, kind: Kind, at: Integers) -> Bools:
    """Say of which answers the field, or the whole spec, expects this kind of personal data."""
    cell_index, data = batch.cell_index, EXPECTED[kind]
    anywhere = data in cell_index.spec.expects
    of_column = np.array(
        [anywhere or data in each.field.expects for each in cell_index.column_list], dtype=bool
    )
    return np.asarray(of_column[cell_index.column_of_cell[batch.cell[at]]])


def answers_by_column(batch: Batch) -> Iterator[tuple[Column, Integers]]:
    """Give each column that has answers, with their places."""
    columns = batch.cell_index.column_of_cell[batch.cell]
    order = np.argsort(columns, kind="stable")
    starts = np.flatnonzero(np.diff(columns[order], prepend=-1))
    for run in np.split(order, starts[1:]):
        if len(run):
            yield batch.cell_index.column_list[int(columns[run[0]])], run
