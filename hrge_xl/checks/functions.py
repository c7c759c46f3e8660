"""The functions of the rule language, one Python function each. Their blanks are as `FUNCTIONS` says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..numerals import LAST_SERIAL, from_serial, shown
from ..spec.expression import Call, Literal, Over, Ref, Type
from ..words import count_words
from .batch import NAN, Bools, Floats
from .texts import BLANK, Ids
from .universe import Table
from .vectorised import FIGURES, Evaluator, Vector, blank, figure, text, truth

EPOCH = np.datetime64("1899-12-30")
FIRST_RELIABLE_SERIAL = 61  # 1900-03-01; before it spreadsheets count a day that never was
SEVERAL = ", "  # between several answers joined to a text


def filled(run: Evaluator, call: Call) -> Vector:
    """`filled(x)`."""
    return truth(run.of(call.args[0]).filled)


def blank_(run: Evaluator, call: Call) -> Vector:
    """`blank(x)`."""
    return truth(~run.of(call.args[0]).filled)


def words(run: Evaluator, call: Call) -> Vector:
    """`words(text)`."""
    return _of_text(run, call, count_words)


def length(run: Evaluator, call: Call) -> Vector:
    """`length(text)`."""
    return _of_text(run, call, len)


def _of_text(run: Evaluator, call: Call, function: Callable[[str], int]) -> Vector:
    return figure(Type.NUMBER, run.texts.map(run.of(call.args[0]).data, function, 0, np.float64))


def count_of(run: Evaluator, call: Call) -> Vector:
    """`count_of(a, b, …)`: cells with an answer."""
    counts = [_cells(run, arg) for arg in call.args]
    return figure(Type.NUMBER, np.asarray(sum(counts[1:], start=counts[0])))


def _cells(run: Evaluator, arg: Any) -> Floats:
    vector = run.of(arg)
    if vector.type is not Type.MANY:
        return vector.filled.astype(np.float64)
    if isinstance(arg, Ref) and not arg.field.fixed:  # unreadable ones too
        column = run.batch.universe.columns[arg.tool, arg.field.code]
        shape = run.batch.size, len(column.table.rows), column.parts
        cells = run.batch.filled[:, column.cells].reshape(shape)
        return np.asarray(cells.sum(axis=2), dtype=np.float64)
    return np.asarray((vector.data != BLANK).sum(axis=2), dtype=np.float64)


def total(run: Evaluator, call: Call) -> Vector:
    """`total(a, b, …)`."""
    return figure(Type.NUMBER, _sum(_stacked(run, call)))


def least(run: Evaluator, call: Call) -> Vector:
    """`least(a, b, …)`."""
    return figure(Type.NUMBER, np.fmin.reduce(_stacked(run, call)))


def most(run: Evaluator, call: Call) -> Vector:
    """`most(a, b, …)`."""
    return figure(Type.NUMBER, np.fmax.reduce(_stacked(run, call)))


def _stacked(run: Evaluator, call: Call) -> Floats:
    return np.stack(np.broadcast_arrays(*(run.of(arg).data for arg in call.args)))


def _sum(stack: Floats, axis: int = 0) -> Floats:
    known = ~np.isnan(stack)
    return np.where(known.any(axis=axis), np.where(known, stack, 0.0).sum(axis=axis), NAN)


def absolute(run: Evaluator, call: Call) -> Vector:
    """`absolute(x)`."""
    return figure(Type.NUMBER, np.abs(run.of(call.args[0]).data))


def level(run: Evaluator, call: Call) -> Vector:
    """`level(down, across)`."""
    matrix = run.program.spec.matrix
    if matrix is None:
        return blank(Type.LEVEL)
    down, across = (run.of(arg).data for arg in call.args)
    result = np.full(np.broadcast_shapes(down.shape, across.shape), BLANK, dtype=np.int64)
    for row, cells in matrix.cells.items():
        for column, code in cells.items():
            result[np.broadcast_to((down == float(row)) & (across == float(column)), result.shape)] = (
                run.texts.id(code)
            )
    return text(Type.LEVEL, result)


def today(run: Evaluator, call: Call) -> Vector:
    """`today()`."""
    return figure(Type.DATE, run.today)


def days_between(run: Evaluator, call: Call) -> Vector:
    """`days_between(first, last)`."""
    first, last = (run.of(arg).data for arg in call.args)
    return figure(Type.NUMBER, last - first)


def year(run: Evaluator, call: Call) -> Vector:
    """`year(day)`."""
    serials = np.floor(run.of(call.args[0]).data)
    possible = (serials >= 1) & (serials <= LAST_SERIAL)
    days = np.where(possible, np.maximum(serials, FIRST_RELIABLE_SERIAL), 0).astype("timedelta64[D]")
    years = (EPOCH + days).astype("datetime64[Y]").astype(np.int64) + 1970
    return figure(Type.NUMBER, np.where(possible, years, NAN))


def join(run: Evaluator, call: Call) -> Vector:
    """`join(a, b, …)`: blank as soon as one of them is, for a code with a hole in it is none."""
    vectors = [run.of(arg) for arg in call.args]
    pieces = np.broadcast_arrays(*(_strings(run, vector) for vector in vectors))
    there = np.logical_and.reduce(np.broadcast_arrays(*(vector.filled for vector in vectors)))
    joined = np.where(there, sum(pieces[1:], start=pieces[0]), "")
    flat = [each or None for each in joined.ravel()]
    return text(Type.TEXT, run.texts.ids(flat).reshape(joined.shape))


def _strings(run: Evaluator, vector: Vector) -> NDArray[Any]:
    if vector.type in FIGURES:
        return _shown(vector.data, vector.type is Type.DATE)
    if vector.type is Type.BOOL:
        return np.where(vector.data, "TRUE", "FALSE").astype(object)
    strings = np.array([*run.texts.strings, ""], dtype=object)[vector.data]
    return _listed(strings) if vector.type is Type.MANY else strings


def _listed(strings: NDArray[Any]) -> NDArray[Any]:
    result = strings[..., 0]
    for part in range(1, strings.shape[-1]):
        both = (result != "") & (strings[..., part] != "")
        result = result + np.where(both, SEVERAL, "").astype(object) + strings[..., part]
    return result


def _shown(figures: Floats, is_date: bool) -> NDArray[Any]:
    place, different = pd.factorize(figures.ravel(), use_na_sentinel=False)
    seen = ["" if np.isnan(each) else _one(float(each), is_date) for each in different]
    return np.array(seen, dtype=object)[place].reshape(figures.shape)


def _one(value: float, is_date: bool) -> str:
    day = from_serial(value) if is_date else None
    return shown(day if day is not None else value)


def unique(run: Evaluator, call: Call) -> Vector:
    """`unique(x)`: no other active row of the same table has this answer."""
    vector, table = run.of(call.args[0]), _table_of(run, call.args)
    if table is None or vector.data.shape[1] == 1:
        return truth(np.ones(vector.data.shape[:2], dtype=bool))
    counted = run.batch.active(table) & ~_is_blank(vector)
    places = np.nonzero(counted)
    frame = pd.DataFrame(_comparable(run, vector)[places]).assign(submission=places[0])
    result = np.ones(counted.shape, dtype=bool)
    result[places] = ~frame.duplicated(keep=False).to_numpy()
    return truth(result)


def _comparable(run: Evaluator, vector: Vector) -> NDArray[Any]:
    if vector.type in (*FIGURES, Type.BOOL):
        return vector.data
    folded = run.texts.folded(vector.data)
    if vector.type is not Type.MANY:
        return folded
    ordered = np.sort(folded, axis=2)  # the same answers in another order are the same
    again = np.zeros(ordered.shape, dtype=bool)
    again[..., 1:] = ordered[..., 1:] == ordered[..., :-1]
    return np.sort(np.where(again, BLANK, ordered), axis=2)


def _is_blank(vector: Vector) -> Bools:
    if vector.type is Type.MANY:
        return np.asarray((vector.data == BLANK).all(axis=2))
    if vector.type in FIGURES:
        return np.asarray(np.isnan(vector.data))
    return ~vector.filled if vector.type is Type.BOOL else np.asarray(vector.data == BLANK)


def _table_of(run: Evaluator, args: Iterable[Any]) -> Table | None:
    from ..spec.expression import refs

    found = (ref for arg in args for ref in refs(arg) if not ref.single)
    ref = next(found, None)
    return run.batch.universe.columns[ref.tool, ref.field.code].table if ref else None


def ticked(run: Evaluator, call: Call) -> Vector:
    """`ticked('T1.1')`."""
    return truth(in_force(run, _code(call)))


def in_force(run: Evaluator, code: str) -> Bools:
    """For each submission whether a tool is in its workbook, and used."""
    spec, universe = run.program.spec, run.batch.universe
    issued = np.array([[code in layout.sheet] for layout in run.batch.layouts])
    if spec.tool[code].always or spec.tick_field is None:
        return issued
    column = universe.columns[spec.tick_field]
    row = column.table.number.get(code)
    if row is None:
        return np.zeros_like(issued)
    ticks = run.column(column).data[:, [row]]
    return np.asarray(issued & (run.texts.folded(ticks) == run.texts.fold("Y")))


def completeness(run: Evaluator, call: Call) -> Vector:
    """`completeness('T1.1')`."""
    assert run.requirements is not None
    required, answered = run.requirements.counts(_code(call))
    with np.errstate(divide="ignore", invalid="ignore"):
        return figure(Type.NUMBER, (answered / required)[:, None])


def _code(call: Call) -> str:
    assert isinstance(call.args[0], Literal)
    return str(call.args[0].value)


def has(run: Evaluator, call: Call) -> Vector:
    """`has(several, code)`."""
    many, code = (run.texts.folded(run.of(arg).data) for arg in call.args)
    return truth(((many == code[..., None]) & (code[..., None] != BLANK)).any(axis=2))


def lookup(run: Evaluator, call: Call) -> Vector:
    """`lookup(reference, field)`."""
    reference, target = call.args
    assert isinstance(reference, Ref)
    assert isinstance(target, Ref)
    table = run.batch.universe.rows_of(reference.field.to[0])
    vector = run.of(target)
    if table is None or not table.rows:
        return blank(vector.type)
    row = row_numbers(run, run.of(reference).data, table)
    found, submission = row >= 0, np.arange(run.batch.size)[:, None]
    data = run.rows(vector, table)[submission, row]
    there = run.over_rows(vector.filled, table)[submission, row] & found
    known = found[..., None] if vector.type is Type.MANY else found
    return Vector(vector.type, np.where(known, data, NAN if vector.type in FIGURES else BLANK), there)


def row_numbers(run: Evaluator, codes: Ids, table: Table) -> Ids:
    """Which row of a table each code means; -1 where the workbook has no such row."""
    rows = {run.texts.fold(row): number for number, row in enumerate(table.rows)}
    if not rows:
        return np.full(np.broadcast_shapes(codes.shape, (run.batch.size, 1)), -1)
    row = run.texts.map(codes, lambda each: rows.get(run.texts.fold(each), -1), -1, np.int64)
    there = run.batch.exists(table)[np.arange(run.batch.size)[:, None], row]
    return np.where(there, row, -1)


def matches(run: Evaluator, call: Call) -> Vector:
    """`matches(text, pattern)`; the whole text must fit."""
    texts, patterns = (run.of(arg).data for arg in call.args)
    pattern = re.compile(run.texts.strings[int(patterns.flat[0])])
    return truth(run.texts.map(texts, lambda each: bool(pattern.fullmatch(each)), False, np.bool_))


CALLS: dict[str, Callable[[Evaluator, Call], Vector]] = {
    "filled": filled, "blank": blank_, "words": words, "length": length, "count_of": count_of, "total": total,
    "least": least, "most": most, "absolute": absolute, "level": level, "today": today, "year": year,
    "days_between": days_between, "join": join, "unique": unique, "ticked": ticked, "has": has,
    "completeness": completeness, "lookup": lookup, "matches": matches,
}  # fmt: skip


def over(run: Evaluator, expr: Over) -> Vector:
    """A figure over the active rows of a tool's table, for each submission."""
    table = run.batch.universe.rows_of(expr.tool)
    assert table is not None
    active = run.batch.active(table)
    if expr.inner is None:
        return figure(Type.NUMBER, active.sum(axis=1, keepdims=True).astype(np.float64))
    inner = run.rows(run.of(expr.inner), table)
    if expr.inner.type is Type.BOOL:
        counts = (inner & active).sum(axis=1, keepdims=True)
        return truth(counts > 0) if expr.name == "any_row" else figure(Type.NUMBER, counts.astype(np.float64))
    return figure(Type.NUMBER, _figure_over(expr.name, np.where(active, inner, NAN)))


def _figure_over(name: str, figures: Floats) -> Floats:
    if name == "sum":
        return _sum(figures, axis=1)[:, None]
    reduce = np.fmin.reduce if name == "min" else np.fmax.reduce
    padded = np.concatenate([figures, np.full((len(figures), 1), NAN)], axis=1)
    return np.asarray(reduce(padded, axis=1, keepdims=True))
