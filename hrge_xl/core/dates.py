"""Days and moments in ISO form, as stamps, properties, settings and options say them: nothing beyond what can be meant.

What lies outside the range is as if it were not said. Within it, arithmetic with days and zones never fails.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

EARLIEST = date(1900, 1, 1)
LATEST = date(2200, 12, 31)
RANGE = f"a day between {EARLIEST.year} and {LATEST.year}"


def day_here() -> date:
    """Return the day it is here."""
    return datetime.now().astimezone().date()


def is_possible(day: date) -> bool:
    """Say whether a day lies within the range."""
    return EARLIEST <= day <= LATEST


def parse_day(text: str) -> date | None:
    """Return the day that a text says, or None."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if is_possible(day) else None


def parse_moment(text: str) -> datetime | None:
    """Return the moment that a text says, in its own zone, or else in UTC; or None."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC) if is_possible(moment.date()) else None
