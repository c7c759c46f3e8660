"""The periods of a dataset, the latest one first: every figure belongs to one of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from ..core.errors import UsageError
from ..exchange.validation import REFUSED
from .aggregates.risks import stages
from .aggregates.sql import distinct, grouped, whole
from .schema import AGGREGATE_COMPLETENESS, AGGREGATE_RISKS, SUBMISSIONS
from .store import Store

Days = tuple[date, date]  # the last day of the period, else the day of issue; then the day of issue


@dataclass(frozen=True, slots=True)
class DatasetPeriod:
    """One period: its name, which is empty where the returns state none, and how many returns count in it."""

    name: str
    counted: int


def periods(store: Store) -> list[DatasetPeriod]:
    """Give every period that a file which could be read is of, the latest one first."""
    files = store[SUBMISSIONS]
    wanted = sa.select(files.c.period, files.c.current, files.c.period_end, files.c.issued)
    days: dict[str, Counter[Days]] = defaultdict(Counter)
    counted: Counter[str] = Counter()
    for name, current, end, issued in store.select(wanted.where(files.c.verdict != REFUSED)):
        days[name][end or issued or date.min, issued or date.min] += 1
        counted[name] += bool(current)
    names = sorted(days, key=lambda name: (_usual(days[name]), name), reverse=True)
    return [DatasetPeriod(name, counted[name]) for name in names]


def _usual(days: Counter[Days]) -> Days:
    """Give the days that most returns of a period state: one that mistypes the year does not make it a later one."""
    return max(days, key=lambda each: (days[each], each))


def choose(known: Sequence[DatasetPeriod], wanted: str | None) -> str | None:
    """Give the period that is asked for, else the latest one of which something counts; None where there is none.

    Raises `UsageError` with the periods that there are.
    """
    if wanted is None:
        return next((period.name for period in known if period.counted), known[0].name if known else None)
    if wanted not in [period.name for period in known]:
        told = ", ".join(f"'{period.name}'" for period in known) or "none"
        raise UsageError(f"There is no period '{wanted}' in this dataset. There are: {told}.")
    return wanted


# how the periods compare


@dataclass(frozen=True, slots=True)
class PeriodFigures:
    """What one period comes to, beside the others."""

    name: str
    returns: int
    teams: int
    answered: int
    required: int
    levels: Mapping[str, int]  # risks by level, at the last stage that the spec knows


def over_periods(store: Store) -> list[PeriodFigures]:
    """Give the periods of which something counts, the latest one first, each by itself."""
    teams, completeness, levels = _teams(store), _completeness(store), _levels(store)
    return [
        PeriodFigures(name, period.counted, teams[name], *completeness.get(name, (0, 0)), dict(levels[name]))
        for period in periods(store)
        for name in [period.name]
        if period.counted
    ]


def _teams(store: Store) -> Counter[str]:
    files = store[SUBMISSIONS]
    counted = sa.select(files).where(files.c.current).subquery()
    return Counter(dict(store.select(grouped(counted, "period", teams=distinct(counted.c.team)))))


def _completeness(store: Store) -> dict[str, tuple[int, int]]:
    """Give the required answers given and asked in each period, over all sheets."""
    table = store[AGGREGATE_COMPLETENESS]
    sums = {name: whole(sa.func.sum(table.c[name])) for name in ("answered", "required")}
    lines = store.select(grouped(table, "period", **sums))
    return {period: (answered, required) for period, answered, required in lines}


def _levels(store: Store) -> dict[str, Counter[str]]:
    """Give risks by level."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    figures = store.schema.spec.figures.risks if store.schema.spec else None
    if figures is not None:
        table, last = store[AGGREGATE_RISKS], list(stages(figures))[-1]
        counted = grouped(table, "period level", frequency=whole(sa.func.sum(table.c.frequency)))
        for period, level, count in store.select(counted.where(table.c.stage == last)):
            found[period][level] = count
    return found
