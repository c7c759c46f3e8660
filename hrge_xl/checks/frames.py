"""One typed frame for each kind of answer: its value, and a column of truth values for each check.

The columns are named by the code of the finding; true means that nothing is wrong. The index is the place of
the answer in the long list of its batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..fields import Kind, kind_of
from ..spec.expression import Type
from ..spec.model import FieldType
from ..submission import State
from ..words import CELL_LIMIT, fits_a_cell, too_many_words
from . import limits
from .batch import Batch, Bools, Floats
from .functions import row_numbers
from .privacy import EXPECTED, PATTERNS, patterns
from .texts import BLANK
from .universe import Column, Integers
from .vectorised import FIGURES, Evaluator, Vector

Columns = dict[str, Bools]
PROBLEMS = {
    Kind.CODE: ("V002",),
    Kind.TEXT: (),
    Kind.NUMBER: ("V003", "V004", "V007", "V018"),
    Kind.DATE: ("V005", "V006", "V007"),
}
NOTES = {
    Kind.CODE: ("V101", "V102", "V106", "V107"),
    Kind.TEXT: ("V108", "V109"),
    Kind.NUMBER: ("V103", "V104"),
    Kind.DATE: ("V103", "V105"),
}


def frames(run: Evaluator) -> Iterator[tuple[Kind, pd.DataFrame]]:
    """The frame of each kind that the spec has."""
    batch = run.batch
    of_column = [_kind(column) for column in batch.universe.column_list]
    kinds = np.array([kind.value if kind else "" for kind in of_column])[
        batch.universe.column_of_cell[batch.cell]
    ]
    fits = _constraints(run)
    for kind in Kind:
        if kind in of_column:
            at = np.flatnonzero(kinds == kind.value)
            columns = _common(batch, kind, at) | OWN[kind](run, at) | {"V014": fits[at]}
            yield kind, pd.DataFrame({"value": _values(batch, kind, at)} | columns, index=at)


def failures(frame: pd.DataFrame) -> Iterator[tuple[str, int]]:
    """Code and place of everything that is wrong, column by column."""
    for code in frame.columns.drop("value"):
        yield from ((str(code), int(place)) for place in frame.index[~frame[code].to_numpy()])


def _kind(column: Column) -> Kind | None:
    return kind_of(column.field) if column.asked else None


def _values(batch: Batch, kind: Kind, at: Integers) -> pd.Series[str] | pd.Series[float]:
    if kind in (Kind.NUMBER, Kind.DATE):
        return pd.Series(batch.figure[at], index=at)
    return pd.Series(_strings(batch, at), index=at, dtype="str")


def _strings(batch: Batch, at: Integers) -> NDArray[np.object_]:
    numbers = batch.text[at]  # first, for reading it is what numbers the texts
    return np.array([*batch.texts.strings, None], dtype=object)[numbers]


def _common(batch: Batch, kind: Kind, at: Integers) -> Columns:
    state, given = batch.state[at], batch.given[at]
    columns = {
        "V011": state != State.ERROR.value,
        "V012": ~(given & batch.formula[at]),
        "V013": state != State.NOT_CALCULATED.value,
    }
    for code in (*PROBLEMS[kind], *sorted(set(batch.problem[at]) - {"", *PROBLEMS[kind]})):
        columns[code] = ~(given & (batch.problem[at] == code))
    for code in (*NOTES[kind], *sorted(set(batch.notes) - {c for codes in NOTES.values() for c in codes})):
        columns[code] = ~(given & np.isin(at, batch.notes.get(code, [])))
    return columns


# texts


def _texts(run: Evaluator, at: Integers) -> Columns:
    strings = _strings(run.batch, at)
    present = np.flatnonzero(run.batch.text[at] != BLANK)
    texts, lengths = strings[present], np.array([len(strings[place]) for place in present], dtype=np.float64)
    fits = {code: np.ones(len(at), dtype=bool) for code in ("V009", "V010", *PATTERNS)}
    fits["V010"][present] = ~(lengths > _limit(run, at[present], limits.characters))
    for place in np.flatnonzero(lengths > CELL_LIMIT // 2):  # a character counts twice at most
        fits["V010"][present[place]] &= fits_a_cell(texts[place])
    words = _limit(run, at[present], limits.words)
    for place in np.flatnonzero(lengths > 2 * words):  # a word and a space take two characters at least
        fits["V009"][present[place]] = not too_many_words(texts[place], int(words[place]))
    if run.batch.spoken_of:
        for code, found in patterns(pd.Series(texts, index=present, dtype="str")).items():
            fits[code][found.index] = ~found.to_numpy() | _expected(run, code, at[found.index])
    return fits


def _expected(run: Evaluator, code: str, at: Integers) -> Bools:
    """Whether the field of each answer, or the whole spec, expects this kind of personal data."""
    universe, kind = run.batch.universe, EXPECTED[code]
    anywhere = kind in universe.spec.expects
    of_column = np.array([anywhere or kind in column.field.expects for column in universe.column_list])
    return np.asarray(of_column[universe.column_of_cell[run.batch.cell[at]]])


def _limit(run: Evaluator, at: Integers, of: Callable[..., int | None]) -> Floats:
    universe = run.batch.universe
    each = np.array([of(column.field) or np.inf for column in universe.column_list])
    return np.asarray(each[universe.column_of_cell[run.batch.cell[at]]])


# numbers and dates


def _figures(run: Evaluator, at: Integers) -> Columns:
    batch, universe = run.batch, run.batch.universe
    bounds = [limits.bounds(column.field, universe.spec) for column in universe.column_list]
    column, figure = universe.column_of_cell[batch.cell[at]], batch.figure[at]
    low, high = (np.array([getattr(each, name) for each in bounds])[column] for name in ("low", "high"))
    whole = np.array([each.whole for each in bounds])[column]
    broken = (whole & (figure != np.floor(figure)) & ~np.isnan(figure)) | (batch.problem[at] == "V004")
    outside = (figure < low) | (figure > high)
    for number in {n for n, each in enumerate(bounds) if each.steps} & set(column.tolist()):
        own = column == number
        outside[own] |= ~np.isin(figure[own], bounds[number].steps) & ~np.isnan(figure[own])
    return {"V004": ~broken, "V008": ~(outside & ~broken)}


def _days(run: Evaluator, at: Integers) -> Columns:
    return {"V008": _figures(run, at)["V008"]}


# codes


def _codes(run: Evaluator, at: Integers) -> Columns:
    return {"V015": _once(run.batch, at), "V016": _found(run)[at]}


def _once(batch: Batch, at: Integers) -> Bools:
    chosen = pd.DataFrame(
        {
            "submission": batch.submission[at],
            "slot": batch.slot[at],
            "code": batch.text[at],
            "cell": batch.cell[at],
        }
    ).sort_values(["submission", "cell"])
    again = chosen.duplicated(["submission", "slot", "code"]) & (chosen["code"] != BLANK)
    return ~again.sort_index().to_numpy()


def _found(run: Evaluator) -> Bools:
    """For each answer that refers to a row whether that row is in use."""
    batch, found = run.batch, np.ones(len(run.batch.answers), dtype=bool)
    for column, at in answers_by_column(batch):
        if column.field.type is FieldType.REFERENCE and column.asked:
            fits = _in_use(run, column)
            found[at] = fits[batch.submission[at], batch.slot[at] - column.slot] | (batch.text[at] == BLANK)
    return found


def _in_use(run: Evaluator, column: Column) -> Bools:
    codes, targets = run.column(column).data, column.field.to
    layouts = [not any(target in layout.sheet for target in targets) for layout in run.batch.kinds]
    result = np.broadcast_to(np.array(layouts)[run.batch.layout_of, None], codes.shape).copy()
    for target in targets:  # where none of them is in the workbook, nothing can be said
        table = run.batch.universe.rows_of(target)
        if table is not None and table.rows:
            row = row_numbers(run, codes, table)
            active = run.batch.active(table)[np.arange(run.batch.size)[:, None], row]
            result |= active & (row >= 0)
    return result


# constraints


def _constraints(run: Evaluator) -> Bools:
    """For each answer whether it satisfies the constraint of its field; unreadable ones do not count."""
    batch, fits = run.batch, np.ones(len(run.batch.answers), dtype=bool)
    for column, at in answers_by_column(batch):
        constraint = run.program.constraints.get(column.key)
        if constraint is None or not column.asked:
            continue
        holds = run.over_rows(run.holds(constraint), column.table) | ~_readable(run.column(column))
        holds = holds | batch.silent(column)
        fits[at] = holds[batch.submission[at], batch.slot[at] - column.slot] | ~batch.given[at]
        if column.parts > 1:  # several cells, one question: said once, at the first
            fits[at] |= pd.Series(
                batch.submission[at] * batch.universe.slot_count + batch.slot[at]
            ).duplicated()
    return fits


def _readable(vector: Vector) -> Bools:
    if vector.type in FIGURES:
        return np.asarray(~np.isnan(vector.data))
    known = np.asarray(vector.data != BLANK)
    return np.asarray(known.any(axis=2)) if vector.type is Type.MANY else known


def answers_by_column(batch: Batch) -> Iterator[tuple[Column, Integers]]:
    """Each column that has answers, with their places."""
    columns = batch.universe.column_of_cell[batch.cell]
    order = np.argsort(columns, kind="stable")
    starts = np.flatnonzero(np.diff(columns[order], prepend=-1))
    for run in np.split(order, starts[1:]):
        if len(run):
            yield batch.universe.column_list[int(columns[run[0]])], run


OWN: dict[Kind, Callable[[Evaluator, Integers], Columns]] = {
    Kind.TEXT: _texts,
    Kind.NUMBER: _figures,
    Kind.DATE: _days,
    Kind.CODE: _codes,
}
