"""Figures over all teams, each of one period, with the number of teams and files behind it.

Only returns that count go in. A figure is one select over the tables of the dataset, made by the function that has the
name of its table; what is said of indicators over all teams is worked out from one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ...core.progress import under_way
from ..opening import opened
from ..schema import (
    AGGREGATE_INDICATORS,
    AGGREGATE_SPLITS,
    FIGURE,
    INDICATOR_VALUES,
    INDICATORS,
    TABLES,
    Row,
    Rows,
    Table,
)
from ..store import DERIVED, Store
from ..workers import Workers
from . import counts, risks, values
from .indicators import aggregate_indicators, aggregate_splits, indicators, totals
from .sql import OF_COUNTRIES, Sources

FIGURES = [name for name, table in TABLES.items() if table.role == FIGURE]
SELECTS: dict[str, Callable[..., sa.Select[Row]]] = {
    name: vars(module)[name] for module in (counts, risks, values) for name in FIGURES if name in vars(module)
}
SELECTS |= {
    name + OF_COUNTRIES: partial(SELECTS[name], by=OF_COUNTRIES)
    for name in FIGURES
    if name + OF_COUNTRIES in FIGURES
}
OF_INDICATORS = {
    table.name for table in (INDICATORS, INDICATOR_VALUES, AGGREGATE_INDICATORS, AGGREGATE_SPLITS)
}
LARGE = (
    ("aggregate_answers", "aggregate_answers_by_country"), ("aggregate_risks", "aggregate_risks_by_part", "top_risks"),
    (
        "aggregate_numbers", "aggregate_numbers_by_country", "aggregate_completeness",
        "aggregate_completeness_by_country", "aggregate_matrix",
    ),
)  # fmt: skip
GROUPS = (*LARGE, tuple(name for name in FIGURES if name not in chain(*LARGE)))
"""The tables of figures, shared out: groups of about the same work, the largest first."""


def aggregates(store: Store, today: date, wanted: Collection[str]) -> Rows:
    """Give those of the wanted tables of figures that this dataset has."""
    source = Sources.of(store, today)
    there = [name for name in wanted if name in store.tables] if store.schema.spec else []
    found = {name: _selected(store, SELECTS[name](source)) for name in there if name not in OF_INDICATORS}
    return found | (_of_indicators(store, source) if OF_INDICATORS.intersection(there) else {})


def _selected(store: Store, figure: sa.Select[Row]) -> list[Row]:
    return [*store.select(figure.order_by("n"))]


def _of_indicators(store: Store, source: Sources) -> Rows:
    """Give every value of every indicator, and what all teams come to."""
    found = [*values.lines_and_values(store, source)]
    made = totals([value for _, value in found], source.spec)
    return {
        "indicators": _numbered(INDICATORS, indicators(source.spec, [value for _, value in found])),
        "indicator_values": [line for line, _ in found],
        "aggregate_indicators": _numbered(AGGREGATE_INDICATORS, aggregate_indicators(made)),
        "aggregate_splits": _numbered(AGGREGATE_SPLITS, aggregate_splits(made, source.spec)),
    }


def _numbered(table: Table, lines: Iterable[Mapping[str, Any]]) -> list[Row]:
    return [table.row(n=n, **line) for n, line in enumerate(lines, start=1)]


# fills the tables of figures, which are made out of what else a dataset holds


def derive(stores: Sequence[Store], path: Path, today: date, pool: Workers) -> None:
    """Fill the figures of datasets that hold the same; the file at `path` is read, several groups of them at once."""
    with under_way("Working out figures"):
        found = [*pool.map(_figures, GROUPS, path, today)]  # while they read nobody writes
        for store in stores:
            for rows in found:
                _replace(store, rows)


def derive_here(store: Store, today: date) -> None:
    """Do the same for a dataset that is in use in this process only."""
    _replace(store, aggregates(store, today, [name for group in GROUPS for name in group]))
    store.set_fact(DERIVED, str(today))


def _figures(wanted: Sequence[str], path: Path, today: date) -> Rows:
    """Work out some of the tables of figures, in a worker."""
    with opened(path) as store:
        return aggregates(store, today, wanted)


def _replace(store: Store, tables: Rows) -> None:
    with store.transaction() as connection:
        for name, rows in tables.items():
            store.replace(connection, name, rows)
