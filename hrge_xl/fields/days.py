"""The field type of dates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from ..findings.value import (
    AMBIGUOUS_DATE,
    DATE_AS_TEXT,
    DIGITS_CONVERTED,
    NOT_A_DATE,
    OTHER_CALENDAR,
    OUT_OF_RANGE,
    REST_NOT_COUNTED,
)
from ..language import Compare, Literal, Logic, Ref, Type
from ..language.functions.own import OwnCalendar, Readable
from ..language.targets import Scope
from ..numerals import (
    FIRST_DAY,
    LAST_DAY,
    LAST_SERIAL,
    PHANTOM_LEAP_DAY,
    Ambiguous,
    OtherCalendar,
    from_serial,
    parse_date,
    shown,
    shown_moment,
    to_serial,
    years_of_own_calendar,
)
from ..words import western_digits
from .evidence import Evidence, Guess, Source
from .field import Cell, Check, ColumnKind, Field, FieldType, Limits, Reading, Sampling, Vocabularies


class DateField(FieldType):
    """A Gregorian day."""

    name = "date"
    meaning = "a Gregorian day"
    kind = ColumnKind.DATE
    yields = Type.DATE
    allows = frozenset({"default"})
    keeps = frozenset({"text", "long"})
    number_format = "yyyy-mm-dd"
    style = "input_centre"
    width = 12
    unit = "ISO 8601"
    refuses = (NOT_A_DATE, OUT_OF_RANGE)

    def read(self, field: Field, cell: Cell, lists: Vocabularies) -> Reading:
        """Read the day of a date cell, or of a text that can only mean one day."""
        if isinstance(cell.value, str):
            return self._from_text(cell.value, lists.language)
        if isinstance(cell.value, bool) or cell.day is None:
            return Reading(problem=NOT_A_DATE.code)
        if cell.day.year in years_of_own_calendar(lists.language):
            return Reading(problem=OTHER_CALENDAR.code)
        whole = shown_moment(cell.day, cell.value) == shown(cell.day)
        return Reading(day=cell.day, notes=() if whole else (REST_NOT_COUNTED.code,))

    def _from_text(self, text: str, language: str) -> Reading:
        try:
            day = parse_date(text, language)
        except Ambiguous:
            return Reading(problem=AMBIGUOUS_DATE.code)
        except OtherCalendar:
            return Reading(problem=OTHER_CALENDAR.code)
        if day is None:
            return Reading(problem=NOT_A_DATE.code)
        digits = () if western_digits(text) == text else (DIGITS_CONVERTED.code,)
        return Reading(day=day, notes=(DATE_AS_TEXT.code, *digits))

    def limits(self, field: Field) -> Limits:
        """Give a day that a project of our time can have."""
        return Limits("date", to_serial(FIRST_DAY), to_serial(LAST_DAY))

    def readable(self, field: Field, cell: str) -> str:
        """Write whether it is a day; 60 is one that only Excel knows, and to LibreOffice TRUE is a number, too."""
        number = f"ISNUMBER({cell}),NOT(ISLOGICAL({cell}))"
        real = f"{number},{cell}>=1,{cell}<{LAST_SERIAL + 1},INT({cell})<>{PHANTOM_LEAP_DAY}"
        return f"IFERROR(AND({real}),FALSE)"

    def checks(self, field: Field, value: Ref, scope: Scope) -> Iterator[Check]:
        """Give a day, and one of our time; the last one is in time until it is over."""
        limits = self.limits(field)
        yield Check(NOT_A_DATE, Readable().call(value))
        low, end = (Literal(float(to or 0), Type.DATE) for to in (limits.low, (limits.high or 0) + 1))
        bounds = Compare(">=", value, low), Compare("<", value, end), OwnCalendar().call(value)
        yield Check(OUT_OF_RANGE, Logic("and", bounds))

    def said(self, figure: float) -> str:
        """Give a day as people write it."""
        return shown(from_serial(figure))

    def guess(self, told: Evidence) -> Guess | None:
        """Give a validation of dates, a number format that shows days, or days."""
        if told.rule == "date":
            limited = told.low is not None or told.high is not None
            return Guess(Source.RULE, note="the limits of the date became none" if limited else "")
        if told.of_days:
            return Guess(Source.FORMAT, note=f"a date, from the number format {told.format}", special=True)
        if told.values and all(isinstance(value, date) for value in told.values):
            return Guess(Source.VALUES, note="a date, from its content", special=True)
        return None

    def sample(self, field: Field, given: Sampling) -> date:
        """Give a day of the last year."""
        return given.today - timedelta(days=given.number % 365)
