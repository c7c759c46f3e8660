"""Functions over days: today, days_between, year, year_end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...numerals import LAST_SERIAL
from ..function import Function
from ..tree import Expr, Type

if TYPE_CHECKING:
    from ..targets import Evaluator, SheetWriter
    from ..vectors import Vector

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
        return write.day()

    def evaluate(self, run: Evaluator, *args: Expr) -> Vector:
        from ..vectors import figure

        return figure(Type.DATE, run.today)


class DaysBetween(Function):
    """`days_between(first, last)`."""

    name = "days_between"
    example = "days_between(PLN_04, PLN_05)"
    takes = (Type.DATE, Type.DATE)
    gives = Type.NUMBER
    meaning = "days from the first date to the second"
    blank = "blank on blank"
    strict = True

    def excel(self, write: SheetWriter, *args: Expr) -> str:
        first, last = (write.number(arg) for arg in args)
        return f"({last}-{first})"

    def evaluate(self, run: Evaluator, *args: Expr) -> Vector:
        from ..vectors import figure

        first, last = (run.of(arg).data for arg in args)
        return figure(Type.NUMBER, last - first)


class Year(Function):
    """`year(day)`."""

    name = "year"
    example = "year(PLN_04)"
    takes = (Type.DATE,)
    gives = Type.NUMBER
    meaning = "year of a date"
    blank = "blank on blank"
    strict = True

    def excel(self, write: SheetWriter, *args: Expr) -> str:
        return f"YEAR({write.number(args[0])})"

    def evaluate(self, run: Evaluator, *args: Expr) -> Vector:
        import numpy as np

        from ..vectors import NAN, figure

        serials = np.floor(run.of(args[0]).data)
        possible = (serials >= 1) & (serials <= LAST_SERIAL)
        days = np.where(possible, np.maximum(serials, FIRST_RELIABLE_SERIAL), 0).astype("timedelta64[D]")
        years = (np.datetime64("1899-12-30") + days).astype("datetime64[Y]").astype(np.int64) + 1970
        return figure(Type.NUMBER, np.where(possible, years, NAN))


class YearEnd(Function):
    """`year_end(year)`."""

    name = "year_end"
    example = "days_between(PLN_05, year_end(year(PLN_04)))"
    takes = (Type.NUMBER,)
    gives = Type.DATE
    meaning = "last day of a year; one before 1900 counts as 1900, one after 9999 as 9999"
    blank = "blank on blank"
    strict = True

    def excel(self, write: SheetWriter, *args: Expr) -> str:
        return f"DATE(MEDIAN(1900,{write.number(args[0])},9999),12,31)"

    def evaluate(self, run: Evaluator, *args: Expr) -> Vector:
        import numpy as np

        from ..vectors import figure

        years = run.of(args[0]).data
        next_years = (np.nan_to_num(years).clip(1900, 9999).astype(np.int64) - 1969).astype("datetime64[Y]")
        ends = (next_years.astype("datetime64[D]") - np.datetime64("1899-12-31")).astype(np.float64)
        return figure(Type.DATE, np.where(np.isnan(years), years, ends))
