"""Numbers and dates that were typed as text: read where they can only mean one thing, never guessed."""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date, timedelta

from .words import tidy, western_digits

EPOCH_1900, EPOCH_1904 = date(1899, 12, 30), date(1904, 1, 1)
LAST_SERIAL = 2_958_465  # 9999-12-31
PHANTOM_LEAP_DAY = 60  # 1900-02-29, which only Excel knows
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2100, 12, 31)  # what a date in a workbook can be
SOLAR_HIJRI, BUDDHIST = range(1300, 1500), range(2500, 2650)

_PLAIN = re.compile(r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_GROUPED = re.compile(r"[-+]?\d{1,3}(?:(?P<sep>[, '\u2019.])\d{3})(?:(?P=sep)\d{3})*(?:[.,]\d+)?")
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]00:00(?::00)?)?")
_DAY_FIRST_OR_NOT = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})")


class Ambiguous(ValueError):
    """The text could mean two different things."""


class OtherCalendar(ValueError):
    """The year belongs to another calendar than the Gregorian."""


def parse_number(text: str) -> float | None:
    """The number a text can only mean, or None. Raises `Ambiguous` for `1,234` and `1.234,5` alike.

    Digits of every script, one decimal comma, spaces between thousands are understood.
    """
    plain = _visible(text)
    if _PLAIN.fullmatch(plain):
        return _finite(plain)
    grouped = _GROUPED.fullmatch(plain)
    if grouped is None:
        return _finite(plain.replace(",", ".")) if re.fullmatch(r"[-+]?\d+,\d+", plain) else None
    separator = grouped["sep"]
    rest = plain.replace(separator, "")
    if separator in ",." and rest.lstrip("+-").isdigit() and plain.count(separator) == 1:
        raise Ambiguous(text)
    return _finite(rest.replace(",", "."))


def _finite(digits: str) -> float | None:
    """The number, unless it is too large for any cell: 1e999."""
    number = float(digits)
    return number if math.isfinite(number) else None


def _visible(text: str) -> str:
    """The text with western digits, without what nobody sees: marks of direction and zero-width spaces."""
    shown = "".join(c for c in text if unicodedata.category(c) != "Cf")
    return tidy(western_digits(shown))


def parse_date(text: str) -> date | None:
    """The date a text can only mean, or None. Raises `Ambiguous` or `OtherCalendar`."""
    plain = _visible(text)
    iso = _ISO.fullmatch(plain)
    if iso:
        return _date(int(iso[1]), int(iso[2]), int(iso[3]))
    other = _DAY_FIRST_OR_NOT.fullmatch(plain)
    if other is None:
        return None
    first, second, year = int(other[1]), int(other[2]), int(other[3])
    if first <= 12 and second <= 12 and first != second:
        refuse_other_calendar(year)
        raise Ambiguous(text)
    return _date(year, second, first) if first > 12 else _date(year, first, second)


def _date(year: int, month: int, day: int) -> date | None:
    refuse_other_calendar(year)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def refuse_other_calendar(year: int) -> None:
    """Raises `OtherCalendar` for a year that can only be Solar Hijri or Buddhist."""
    if year in SOLAR_HIJRI or year in BUDDHIST:
        raise OtherCalendar(str(year))


def from_serial(serial: float, *, epoch_1904: bool = False) -> date | None:
    """The day of a spreadsheet serial number; None for 0, 60, negative and impossible ones."""
    if epoch_1904:
        return EPOCH_1904 + timedelta(days=int(serial)) if 0 <= serial <= LAST_SERIAL - 1462 else None
    whole = int(serial)
    if serial < 1 or whole == PHANTOM_LEAP_DAY or whole > LAST_SERIAL:
        return None
    return EPOCH_1900 + timedelta(days=whole if whole > PHANTOM_LEAP_DAY else whole + 1)


def to_serial(day: date) -> int:
    """The serial number of a day in the 1900 system (from March 1900 on)."""
    return (day - EPOCH_1900).days


def shown(value: object) -> str:
    """A cell value as a person would see it: whole numbers without a point."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    return value.isoformat() if isinstance(value, date) else str(value)
