"""Field types of figures: numbers, whole or with decimals, shares, years, days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from math import ceil, floor

from ..core.numerals import (
    BUDDHIST,
    FIRST_DAY,
    LAST_DAY,
    LAST_SERIAL,
    PHANTOM_LEAP_DAY,
    SOLAR_HIJRI,
    Ambiguous,
    OtherCalendar,
    from_serial,
    parse_date,
    parse_number,
    percentage,
    refuse_other_calendar,
    shown,
    shown_moment,
    to_serial,
    years_of_own_calendar,
)
from ..core.spec_parts import Wrong
from ..core.words import western_digits
from ..findings.value import (
    AMBIGUOUS_DATE,
    AMBIGUOUS_NUMBER,
    DATE_AS_TEXT,
    DIGITS_CONVERTED,
    NOT_A_DATE,
    NOT_A_NUMBER,
    NOT_A_WHOLE_NUMBER,
    NUMBER_AS_TEXT,
    OTHER_CALENDAR,
    OUT_OF_RANGE,
    REST_NOT_COUNTED,
)
from ..language import Compare, Expr, Literal, Logic, Ref, Type
from ..language.functions.answers import Readable
from ..language.functions.figures import NoDayInWords, OwnCalendar, Whole
from ..language.tree import NameScope
from .field import (
    CellValue,
    Check,
    Evidence,
    Field,
    FieldType,
    Guess,
    GuessSource,
    Names,
    Reading,
    Sampling,
    ValidationLimits,
    Vocabularies,
)

TOO_LONG = 1e15  # neither a cell nor a number here holds more than fifteen digits
YEARS = (1900, 2200)  # limits between these are those of years


class DecimalField(FieldType):
    """A number with decimals."""

    name = "decimal"
    meaning = "a number"
    yields = Type.NUMBER
    allows: Names = ("minimum", "maximum", "decimals", "people", "unit", "default")
    keeps: Names = ("text", "long")
    number_format = "#,##0.##########"
    style = "input_number"
    width = 12
    bounded = "Type a number ({limits})."
    refuses = (NOT_A_NUMBER,)
    whole = False
    measures = True
    least: float | None = None  # where the spec does not say otherwise
    most: float | None = None

    def read(self, field: Field, cell: CellValue, lists: Vocabularies) -> Reading:
        """Read the number; a text where it can only mean one number."""
        if isinstance(cell.value, bool) or cell.is_date:
            return Reading(problem=NOT_A_NUMBER.code)
        if isinstance(cell.value, str):
            return self._from_text(cell.value, lists.language)
        return self._read_whole(float(cell.value), (), lists.language)

    def _from_text(self, text: str, language: str) -> Reading:
        try:
            number = parse_number(text, language)
        except Ambiguous:
            return Reading(problem=AMBIGUOUS_NUMBER.code)
        if number is None:
            return Reading(problem=NOT_A_NUMBER.code)
        digits = () if western_digits(text) == text else (DIGITS_CONVERTED.code,)
        return self._read_whole(number, (NUMBER_AS_TEXT.code, *digits), language)

    def _read_whole(self, number: float, notes: Names, language: str) -> Reading:
        if abs(number) >= TOO_LONG:
            notes = (*notes, REST_NOT_COUNTED.code)
        if self.whole and not number.is_integer():
            return Reading(number=number, problem=NOT_A_WHOLE_NUMBER.code, notes=notes)
        return Reading(number=number, notes=notes)

    def limits(self, field: Field) -> ValidationLimits:
        """Between the bounds of the spec."""
        low = self.least if field.minimum is None else field.minimum
        return ValidationLimits(
            "whole" if self.whole else "decimal",
            low,
            self.most if field.maximum is None else field.maximum,
        )

    def wrong_limits(self, field: Field) -> Wrong:
        """Tell of a minimum above the maximum."""
        _, low, high = self.limits(field)
        if low is not None and high is not None and low > high:
            remedy = (
                "Give both of them." if None in (field.minimum, field.maximum) else "Swap them."
            )
            yield f"The minimum {low:g} is above the maximum {high:g}.", remedy

    def readable(self, field: Field, cell: str) -> str:
        """Write whether it is a number; to LibreOffice TRUE is one, too."""
        return f"AND(ISNUMBER({cell}),NOT(ISLOGICAL({cell})))"

    def checks(self, field: Field, value: Ref, scope: NameScope) -> Iterator[Check]:
        """Yield a number, whole where that is asked, and within its bounds."""
        yield Check(NOT_A_NUMBER, Readable().call(value))
        if self.whole:
            yield Check(NOT_A_WHOLE_NUMBER, Whole().call(value))
        bounds = self._bounds(field, value)
        if bounds:
            yield Check(OUT_OF_RANGE, bounds)

    def _bounds(self, field: Field, value: Ref) -> Expr | None:
        sides = zip((">=", "<="), self.limits(field)[1:], strict=True)
        parts = tuple(
            Compare(op, value, Literal(float(to), Type.NUMBER))
            for op, to in sides
            if to is not None
        )
        return Logic("and", parts) if parts else None

    def guess(self, evidence: Evidence) -> Guess | None:
        """Return a validation, a number format or values: with decimals, or of whole numbers."""
        if evidence.rule == ("whole" if self.whole else "decimal"):
            return Guess(GuessSource.RULE, evidence.bounds)
        if (
            not evidence.dated
            and "0" in evidence.format
            and self.whole == ("." not in evidence.format)
        ):
            return Guess(
                GuessSource.FORMAT, note=f"{self.name}, from the number format {evidence.format}"
            )
        if evidence.numbers and self.whole == all(
            float(number).is_integer() for number in evidence.numbers
        ):
            return Guess(GuessSource.VALUES, note=f"{self.name}, from its content", special=True)
        return None

    def sample(self, field: Field, sampling: Sampling) -> float | None:
        """Return a number within the limits, another one for each question where there is room."""
        _, low, high = self.limits(field)
        least = low if low is not None else min(0.0, high or 0.0)
        first = float(ceil(least)) if self.whole else least
        room = 100.0 if high is None else high - first
        step = sampling.number % 7
        return first + (step if step <= room else max(floor(room) if self.whole else room, 0))


class IntegerField(DecimalField):
    """A whole number."""

    name = "integer"
    meaning = "a whole number"
    allows = ("minimum", "maximum", "people", "unit", "default")
    keeps = ("text", "long", "decimal")
    number_format = "#,##0"
    width = 11
    bounded = "Type a whole number ({limits})."
    whole = True
    adds_up = True


class PercentField(DecimalField):
    """A share, stored as a fraction: 45 % is 0.45."""

    name = "percent"
    meaning = "a share; 45 % is 0.45, also in `minimum`"
    allows = ("minimum", "maximum", "decimals", "default")
    keeps = ()
    number_format = "0.##%"
    width = 11
    bounded = "Type a percentage ({limits})."
    unit = "share of 1"
    scaled = True
    least = 0.0
    most = 1.0

    def _from_text(self, text: str, language: str) -> Reading:
        bare = percentage(text)
        if bare is None:
            return super()._from_text(text, language)
        reading = super()._from_text(bare, language)
        number = None if reading.number is None else reading.number / 100
        return reading._replace(number=number)

    def guess(self, evidence: Evidence) -> Guess | None:
        """Return a number format with a percent sign."""
        if "%" not in evidence.format:
            return None
        if evidence.rule == "decimal":
            return Guess(
                GuessSource.RULE,
                evidence.bounds,
                note="percent, from the number format",
                special=True,
            )
        return Guess(
            GuessSource.FORMAT,
            note=f"percent, from the number format {evidence.format}",
            special=True,
        )

    def said(self, figure: float) -> str:
        """Return a share as people write it."""
        return f"{figure:.4%}".rstrip("0%").rstrip(".") + " %"


class YearField(DecimalField):
    """A Gregorian year."""

    name = "year"
    meaning = "a Gregorian year"
    allows = ("minimum", "maximum", "default")
    keeps = ("text", "long", "integer", "decimal")
    number_format = "0"
    style = "input_centre"
    width = 9
    bounded = "Type a year ({limits})."
    unit = "year"
    whole = True
    measures = False
    least = 1900
    most = 2100

    def _read_whole(self, number: float, notes: Names, language: str) -> Reading:
        try:
            if number.is_integer():
                refuse_other_calendar(int(number), language)
        except OtherCalendar:
            return Reading(problem=OTHER_CALENDAR.code)
        return super()._read_whole(number, notes, language)

    def guess(self, evidence: Evidence) -> Guess | None:
        """Return a validation of whole numbers whose limits are years."""
        low = evidence.low or 0
        high = evidence.high if evidence.high is not None else YEARS[1]
        if evidence.rule == "whole" and YEARS[0] <= low <= high <= YEARS[1]:
            return Guess(
                GuessSource.RULE, evidence.bounds, note="a year, from its limits", special=True
            )
        return None

    def _bounds(self, field: Field, value: Ref) -> Expr | None:
        bounds = super()._bounds(field, value)
        assert bounds
        return Logic("and", (bounds, OwnCalendar().call(value)))

    def wrong_limits(self, field: Field) -> Wrong:
        """Tell besides of years that are never read as Gregorian ones."""
        yield from super().wrong_limits(field)
        _, low, high = self.limits(field)
        for calendar, years in (("Solar Hijri", SOLAR_HIJRI), ("Buddhist", BUDDHIST)):
            if (low or 0) < years.stop and (high or 0) >= years.start:
                let_in = (
                    f"The limits let in {years[0]} to {years[-1]}, which are read as years of the"
                )
                yield (
                    f"{let_in} {calendar} calendar.",
                    "Take a minimum and a maximum that leave them out.",
                )


# the field type of dates


class DateField(FieldType):
    """A Gregorian day."""

    name = "date"
    meaning = "a Gregorian day"
    yields = Type.DATE
    allows = ("default",)
    keeps = ("text", "long")
    number_format = "yyyy-mm-dd"
    style = "input_centre"
    width = 12
    unit = "ISO 8601"
    refuses = (NOT_A_DATE, OUT_OF_RANGE)

    def read(self, field: Field, cell: CellValue, lists: Vocabularies) -> Reading:
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

    def limits(self, field: Field) -> ValidationLimits:
        """Return a day that a project of our time can have."""
        return ValidationLimits("date", to_serial(FIRST_DAY), to_serial(LAST_DAY))

    def readable(self, field: Field, cell: str) -> str:
        """Write whether it is a day; 60 is one that only Excel knows, and to LibreOffice TRUE is a number, too."""
        number = f"ISNUMBER({cell}),NOT(ISLOGICAL({cell}))"
        real = f"{number},{cell}>=1,{cell}<{LAST_SERIAL + 1},INT({cell})<>{PHANTOM_LEAP_DAY}"
        return f"IFERROR(AND({real}),FALSE)"

    def checks(self, field: Field, value: Ref, scope: NameScope) -> Iterator[Check]:
        """Yield a day that the sheet counts, too, and one of our time; the last one is in time until it is over."""
        limits = self.limits(field)
        yield Check(DATE_AS_TEXT, NoDayInWords().call(value))
        yield Check(NOT_A_DATE, Readable().call(value))
        low, end = (
            Literal(float(to or 0), Type.DATE) for to in (limits.low, (limits.high or 0) + 1)
        )
        bounds = Compare(">=", value, low), Compare("<", value, end), OwnCalendar().call(value)
        yield Check(OUT_OF_RANGE, Logic("and", bounds))

    def said(self, figure: float) -> str:
        """Return a day as people write it."""
        return shown(from_serial(figure))

    def guess(self, evidence: Evidence) -> Guess | None:
        """Return a validation of dates, a number format that shows days, or days."""
        if evidence.rule == "date":
            limited = evidence.low is not None or evidence.high is not None
            return Guess(
                GuessSource.RULE, note="the limits of the date became none" if limited else ""
            )
        if evidence.of_days:
            return Guess(
                GuessSource.FORMAT,
                note=f"a date, from the number format {evidence.format}",
                special=True,
            )
        if evidence.values and all(isinstance(value, date) for value in evidence.values):
            return Guess(GuessSource.VALUES, note="a date, from its content", special=True)
        return None

    def sample(self, field: Field, sampling: Sampling) -> date:
        """Return a day of the last year."""
        return sampling.today - timedelta(days=sampling.number % 365)
