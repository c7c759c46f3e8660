"""Figures over all teams, each of one period, with the number of teams and files behind it.

Only returns that count go in. A figure is one select over the tables of the dataset, made by the function that has the
name of its table; what is said of indicators over all teams is worked out from one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from datetime import date
from functools import partial
from itertools import chain
from pathlib import Path

import sqlalchemy as sa

from ...core.work import report_progress
from ..opening import opened
from ..schema import (
    DIMENSION,
    FACT,
    FIGURE,
    SUBMISSION_ID,
    TABLES,
    Record,
    Row,
    Rows,
    Schema,
    Table,
)
from ..store import DERIVED, Store, passing_store
from ..workers import Workers
from . import counts, risks
from .indicators import aggregate_indicators, aggregate_splits, indicators, lines_and_values, totals
from .sql import OF_COUNTRIES, Sources

FIGURES = [name for name, table in TABLES.items() if table.role == FIGURE]
SELECTS: dict[str, Callable[..., sa.Select[Row]]] = {
    name: vars(module)[name]
    for module in (counts, risks)
    for name in FIGURES
    if name in vars(module)
}
SELECTS |= {
    name + OF_COUNTRIES: partial(SELECTS[name], by=OF_COUNTRIES)
    for name in FIGURES
    if name + OF_COUNTRIES in FIGURES
}
OF_INDICATORS = {"indicators", "indicator_values", "aggregate_indicators", "aggregate_splits"}
LARGE = (
    ("aggregate_answers", "aggregate_answers_by_country"),
    ("aggregate_risks", "aggregate_risks_by_part", "top_risks"),
    (
        "aggregate_numbers",
        "aggregate_numbers_by_country",
        "aggregate_completeness",
        "aggregate_completeness_by_country",
        "aggregate_matrix",
    ),
)
SHARES = (*LARGE, tuple(name for name in FIGURES if name not in chain(*LARGE)))
"""The tables of figures, shared out: groups of about the same work, the largest first."""


def aggregates(
    store: Store, today: date, tables: Collection[str], periods: frozenset[str] | None = None
) -> Rows:
    """Return those of the wanted tables of figures that this dataset has.

    Those that are not of indicators can be of some `periods` alone: each of their lines is of one.
    """
    source = Sources(store, today)
    of_periods = Sources(store, today, periods)
    names = [name for name in tables if name in store.tables] if store.schema.spec else []
    rows_of_table = {
        name: [*store.select(SELECTS[name](of_periods).order_by("n"))]
        for name in names
        if name not in OF_INDICATORS
    }
    if not OF_INDICATORS.intersection(names):
        return rows_of_table
    lines = [*lines_and_values(store, source)]
    every = [value for _, value in lines]
    figures = totals(every, source.spec)
    records: dict[str, Iterable[Record]] = {
        "indicators": indicators(source.spec, every),
        "aggregate_indicators": aggregate_indicators(figures),
        "aggregate_splits": aggregate_splits(figures, source.spec),
    }
    for name, some in records.items():
        rows_of_table[name] = [
            TABLES[name].row(n=n, **record) for n, record in enumerate(some, start=1)
        ]
    return rows_of_table | {"indicator_values": [line for line, _ in lines]}


# the tables of figures are filled, out of what else a dataset holds


def compute_aggregates(
    store: Store, path: Path, today: date, pool: Workers, periods: frozenset[str] | None = None
) -> None:
    """Fill the figures of a dataset; its file at `path` is read, several shares of them at once.

    Where only some `periods` have changed, the lines of others stay.
    """
    with report_progress("Working out figures"):
        shares = [*pool.map(_share, SHARES, path, today, periods)]  # while they read nobody writes
        for rows in shares:
            _replace(store, rows, periods)


def _with_kept_lines(
    store: Store, name: str, rows: Sequence[Row], periods: frozenset[str] | None
) -> Sequence[Row]:
    """Return the lines of some periods among those of others that a table has, by period and numbered anew.

    Those of indicators, which are worked out of all periods, are all there.
    """
    if periods is None or name in OF_INDICATORS:
        return rows
    number_at = TABLES[name].at["n"]
    period_at = TABLES[name].at["period"]
    kept_rows = [row for row in store.rows(name) if (row[period_at] or "") not in periods]
    by_period = sorted([*kept_rows, *rows], key=lambda row: str(row[period_at] or "").encode())
    return [
        (*row[:number_at], n, *row[number_at + 1 :]) for n, row in enumerate(by_period, start=1)
    ]


def counted_returns(store: Store) -> dict[str, set[Row]]:
    """Return what is said of each return that counts, and of its sheets, by period: figures are made of these alone.

    What is answered in a return changes only where it is taken in again.
    """
    files = store["submissions"]
    sheets = store["sheets"]
    period = sa.func.coalesce(files.c.period, "")
    of_sheets = sa.select(period, sheets).join_from(
        sheets, files, files.c[SUBMISSION_ID] == sheets.c[SUBMISSION_ID]
    )
    by_period: dict[str, set[Row]] = {}
    for query in (sa.select(period, files), of_sheets):
        for name, *row in store.select(query.where(files.c.current)):
            by_period.setdefault(name, set()).add(tuple(row))
    return by_period


def changed_periods(store: Store, counted_before: Mapping[str, Set[Row]]) -> frozenset[str]:
    """Return the periods in which other returns count than before, or whose returns were taken in again."""
    counted = counted_returns(store)
    changed = {
        period
        for period in counted.keys() | counted_before.keys()
        if counted.get(period) != counted_before.get(period)
    }
    files = store["submissions"].c
    query = sa.select(files.submission, files.period).where(files.current)
    with_new_rows = {
        period or "" for submission, period in store.select(query) if submission in store.taken
    }
    return frozenset(changed | with_new_rows)


def compute_aggregates_here(store: Store, today: date) -> None:
    """Fill the figures of a dataset that is in use in this process only."""
    _replace(store, aggregates(store, today, FIGURES))
    store.set_fact(DERIVED, str(today))


@contextmanager
def of_some(store: Store, submissions: Collection[str], today: date) -> Iterator[Store]:
    """Yield a copy of a dataset that holds some of its submissions only, with the figures that follow from these.

    It lives as long as it is looked at.
    """
    files = store["submissions"].c
    wanted_ids = sa.select(files[SUBMISSION_ID]).where(files.submission.in_(submissions))

    def rows(table: Table) -> Iterable[Row]:
        if table.role not in (DIMENSION, FACT):
            return ()
        conditions = []
        if table.of_submissions:
            conditions.append(store[table.name].c[SUBMISSION_ID].in_(wanted_ids))
        return store.rows(table.name, *conditions, columns=table.names)

    with passing_store() as copy:
        copy.use(Schema(store.schema.spec))
        copy.fill(rows)
        compute_aggregates_here(copy, today)
        yield copy


def _share(tables: Sequence[str], path: Path, today: date, periods: frozenset[str] | None) -> Rows:
    """Work out some of the tables of figures, in a worker."""
    with opened(path) as store:
        return aggregates(store, today, tables, periods)


def _replace(store: Store, tables: Rows, periods: frozenset[str] | None = None) -> None:
    with store.transaction():
        for name, rows in tables.items():
            store.replace(name, _with_kept_lines(store, name, rows, periods))
