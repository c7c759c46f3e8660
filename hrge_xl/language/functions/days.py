"""Functions over days: today, days_between, year, year_end."""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING, Any

from ...numerals import LAST_SERIAL, to_serial
from ..compiler import Compiled, Compiler
from ..function import Function
from ..tree import Expr, Type

if TYPE_CHECKING:
    from ..targets import SheetWriter

DAY_ZERO = date(1899, 12, 30).toordinal()
FIRST_RELIABLE_SERIAL = 61  # 1900-03-01; before it spreadsheets count a day that never was


class Today(Function):
    """`today()`."""

    name = "today"
    example = "FOL_02 < today()"
    gives = Type.DATE
    meaning = "the day of the check; in a sheet that of the clock"
    blank = "never blank"
    never_blank = True
    by_the_day = True

    def excel(self, write: SheetWriter, *args: Expr) -> str:
        return write.day

    def compile(self, to: Compiler, *args: Expr) -> Compiled:
        return lambda answers, row, this: answers.today


class DaysBetween(Function):
    """`days_between(first, last)`."""

    name = "days_between"
    example = "days_between(PLN_04, PLN_05)"
    takes = (Type.DATE, Type.DATE)
    gives = Type.NUMBER
    meaning = "days from the first date to the second"
    blank = "blank on blank"
    strict = True
    formula = "({1}-{0})"

    def of(self, *values: Any) -> float:
        first, last = values
        return float(last - first)


class Year(Function):
    """`year(day)`."""

    name = "year"
    example = "year(PLN_04)"
    takes = (Type.DATE,)
    gives = Type.NUMBER
    meaning = "year of a date"
    blank = "blank on blank"
    strict = True
    formula = "YEAR({0})"

    def of(self, *values: Any) -> float | None:
        serial = math.floor(values[0])
        if not 1 <= serial <= LAST_SERIAL:
            return None
        return float(date.fromordinal(DAY_ZERO + max(serial, FIRST_RELIABLE_SERIAL)).year)


class YearEnd(Function):
    """`year_end(year)`."""

    name = "year_end"
    example = "days_between(PLN_05, year_end(year(PLN_04)))"
    takes = (Type.NUMBER,)
    gives = Type.DATE
    meaning = "last day of a year; one before 1900 counts as 1900, one after 9999 as 9999"
    blank = "blank on blank"
    strict = True
    formula = "DATE(MEDIAN(1900,{0},9999),12,31)"

    def of(self, *values: Any) -> float:
        return float(to_serial(date(min(max(math.floor(values[0]), 1900), 9999), 12, 31)))
