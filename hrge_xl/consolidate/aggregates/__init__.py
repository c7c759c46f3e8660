"""Figures over all teams, each with the number of teams and files behind it; only returns that count go in."""

from __future__ import annotations

from datetime import date

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
    Rows,
)
from ..store import Store
from .answers import answers
from .common import BY_COUNTRY, BY_TOOL, TOTAL, numbered
from .completeness import completeness
from .gaps import aggregate_gaps
from .indicators import aggregate_indicators, aggregate_splits, totals
from .matrices import matrices
from .numbers import numbers
from .overdue import overdue
from .risks import aggregate_risks, top_risks
from .values import indicator_values, values

__all__ = ["BY_COUNTRY", "BY_TOOL", "TOTAL", "aggregates"]


def aggregates(store: Store, today: date) -> Rows:
    """Every table of figures that this dataset has."""
    spec = store.schema.spec
    if spec is None:
        return {}
    found = values(store, spec)
    made = totals(found, spec)
    lines = {
        AGGREGATE_ANSWERS.name: answers(store, spec),
        AGGREGATE_NUMBERS.name: numbers(store, spec),
        AGGREGATE_COMPLETENESS.name: completeness(store),
        AGGREGATE_MATRIX.name: matrices(store, spec),
        AGGREGATE_RISKS.name: aggregate_risks(store, spec),
        "top_risks": top_risks(store, spec),
        INDICATOR_VALUES.name: indicator_values(store, spec, found),
        AGGREGATE_INDICATORS.name: aggregate_indicators(made),
        AGGREGATE_SPLITS.name: aggregate_splits(made, spec),
        AGGREGATE_GAPS.name: aggregate_gaps(store, spec),
        "overdue": overdue(store, today),
    }
    return {name: numbered(rows) for name, rows in lines.items() if name in store.tables}
