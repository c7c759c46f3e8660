"""Figures over all teams, each with the number of teams and files behind it; only returns that count go in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import date
from functools import cached_property

from ...spec.model import Spec
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
    Row,
    Rows,
)
from ..store import Store
from .answers import answers
from .common import BY_COUNTRY, BY_TOOL, TOTAL, numbered
from .completeness import completeness
from .gaps import aggregate_gaps
from .indicators import Figure, aggregate_indicators, aggregate_splits, totals
from .matrices import matrices
from .numbers import numbers
from .overdue import overdue
from .risks import aggregate_risks, top_risks
from .values import Value, indicator_values, values

__all__ = ["BY_COUNTRY", "BY_TOOL", "GROUPS", "TOTAL", "aggregates"]

INDICATORS = (INDICATOR_VALUES.name, AGGREGATE_INDICATORS.name, AGGREGATE_SPLITS.name)
GROUPS = (
    (AGGREGATE_ANSWERS.name,),
    (AGGREGATE_RISKS.name, "top_risks"),
    (AGGREGATE_NUMBERS.name, AGGREGATE_COMPLETENESS.name, AGGREGATE_MATRIX.name),
    (AGGREGATE_GAPS.name, "overdue", *INDICATORS),
)
"""The tables of figures, shared out: groups of about the same work, the largest first."""


def aggregates(store: Store, today: date, wanted: Collection[str]) -> Rows:
    """Those of the wanted tables of figures that this dataset has."""
    spec = store.schema.spec
    if spec is None:
        return {}
    makers = _makers(store, spec, today)
    return {name: numbered(makers[name]()) for name in wanted if name in store.tables}


def _makers(store: Store, spec: Spec, today: date) -> dict[str, Callable[[], Iterable[Row]]]:
    figures = _Indicators(store, spec)
    return {
        AGGREGATE_ANSWERS.name: lambda: answers(store, spec),
        AGGREGATE_NUMBERS.name: lambda: numbers(store, spec),
        AGGREGATE_COMPLETENESS.name: lambda: completeness(store),
        AGGREGATE_MATRIX.name: lambda: matrices(store, spec),
        AGGREGATE_RISKS.name: lambda: aggregate_risks(store, spec),
        "top_risks": lambda: top_risks(store, spec),
        INDICATOR_VALUES.name: lambda: indicator_values(store, spec, figures.values),
        AGGREGATE_INDICATORS.name: lambda: aggregate_indicators(figures.made),
        AGGREGATE_SPLITS.name: lambda: aggregate_splits(figures.made, spec),
        AGGREGATE_GAPS.name: lambda: aggregate_gaps(store, spec),
        "overdue": lambda: overdue(store, today),
    }


class _Indicators:
    """The values of indicators, for all tables of them."""

    def __init__(self, store: Store, spec: Spec) -> None:
        self._store, self._spec = store, spec

    @cached_property
    def values(self) -> list[Value]:
        """Every value."""
        return values(self._store, self._spec)

    @cached_property
    def made(self) -> list[Figure]:
        """What they come to."""
        return totals(self.values, self._spec)
