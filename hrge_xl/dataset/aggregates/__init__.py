"""Figures over all teams, each of one period, with the number of teams and files behind it.

Only returns that count go in. A figure is one select over the tables of the dataset; what is said of indicators over
all teams is worked out from one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

import sqlalchemy as sa

from ..schema import (
    AGGREGATE_ANSWERS,
    AGGREGATE_COMPLETENESS,
    AGGREGATE_GAPS,
    AGGREGATE_INDICATORS,
    AGGREGATE_MATRIX,
    AGGREGATE_NUMBERS,
    AGGREGATE_RISKS,
    AGGREGATE_SPLITS,
    INDICATOR_VALUES,
)
from ..store import Store
from ..table import Row, Rows
from .counts import answers, completeness, gaps, numbers, overdue
from .indicators import aggregate_indicators, aggregate_splits, totals
from .risks import aggregate_risks, matrices, top_risks
from .sql import Figure, Sources
from .values import indicator_values, lines_and_values

SELECTS: dict[str, Figure] = {
    AGGREGATE_ANSWERS.name: answers,
    AGGREGATE_NUMBERS.name: numbers,
    AGGREGATE_COMPLETENESS.name: completeness,
    AGGREGATE_MATRIX.name: matrices,
    AGGREGATE_RISKS.name: aggregate_risks,
    "top_risks": top_risks,
    AGGREGATE_GAPS.name: gaps,
    "overdue": overdue,
    INDICATOR_VALUES.name: indicator_values,
}
"""The tables of figures that are one select each."""

OF_INDICATORS = (INDICATOR_VALUES.name, AGGREGATE_INDICATORS.name, AGGREGATE_SPLITS.name)
GROUPS = (
    (AGGREGATE_ANSWERS.name,),
    (AGGREGATE_RISKS.name, "top_risks"),
    (AGGREGATE_NUMBERS.name, AGGREGATE_COMPLETENESS.name, AGGREGATE_MATRIX.name),
    (AGGREGATE_GAPS.name, "overdue", *OF_INDICATORS),
)
"""The tables of figures, shared out: groups of about the same work, the largest first."""


def aggregates(store: Store, today: date, wanted: Collection[str]) -> Rows:
    """Give those of the wanted tables of figures that this dataset has."""
    source = Sources.of(store, today)
    there = [name for name in wanted if name in store.tables] if store.schema.spec else []
    found = {name: _selected(store, SELECTS[name](source)) for name in there if name not in OF_INDICATORS}
    return found | (_of_indicators(store, source) if set(there) & set(OF_INDICATORS) else {})


def _selected(store: Store, figure: sa.Select[Row]) -> list[Row]:
    return [*store.select(figure.order_by("n"))]


def _of_indicators(store: Store, source: Sources) -> Rows:
    """Give every value of every indicator, and what all teams come to."""
    found = [*lines_and_values(store, source)]
    made = totals([value for _, value in found], source.spec)
    over_all = (aggregate_indicators(made), aggregate_splits(made, source.spec))
    tables = ([line for line, _ in found], *map(_numbered, over_all))
    return dict(zip(OF_INDICATORS, tables, strict=True))


def _numbered(lines: Iterable[Row]) -> list[Row]:
    return [(n, *line) for n, line in enumerate(lines, start=1)]
