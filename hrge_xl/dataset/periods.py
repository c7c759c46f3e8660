"""The periods of a dataset, the latest one first: every figure belongs to one of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from ..errors import UsageError
from ..validation import REFUSED
from .schema import SUBMISSIONS
from .store import Store

Days = tuple[date, date]  # the last day of the period, else the day of issue; then the day of issue


@dataclass(frozen=True, slots=True)
class Period:
    """One period: its name, which is empty where the returns state none, and how many returns count in it."""

    name: str
    counted: int


def periods(store: Store) -> list[Period]:
    """Every period that a file which could be read is of, the latest one first."""
    files = store.tables[SUBMISSIONS.name]
    wanted = sa.select(files.c.period, files.c.current, files.c.period_end, files.c.issued)
    days: dict[str, Counter[Days]] = defaultdict(Counter)
    counted: Counter[str] = Counter()
    for name, current, end, issued in store.select(wanted.where(files.c.verdict != REFUSED)):
        days[name][end or issued or date.min, issued or date.min] += 1
        counted[name] += bool(current)
    names = sorted(days, key=lambda name: (_usual(days[name]), name), reverse=True)
    return [Period(name, counted[name]) for name in names]


def _usual(days: Counter[Days]) -> Days:
    """The days that most returns of a period state: one that mistypes the year does not make it a later one."""
    return max(days, key=lambda each: (days[each], each))


def choose(known: list[Period], wanted: str | None) -> str | None:
    """The period that is asked for, else the latest one of which something counts; None where there is none.

    Raises `UsageError` with the periods that there are.
    """
    if wanted is None:
        return next((period.name for period in known if period.counted), known[0].name if known else None)
    if wanted not in [period.name for period in known]:
        told = ", ".join(f"'{period.name}'" for period in known) or "none"
        raise UsageError(f"There is no period '{wanted}' in this dataset. There are: {told}.")
    return wanted
