"""Functions over days (today, days_between, year, year_end) and over numbers (total, least, most, round and so on)."""

from __future__ import annotations

import ast
import math
from bisect import bisect_right
from datetime import date
from itertools import pairwise
from math import copysign, floor, log10
from operator import attrgetter
from typing import Any

from ...core.numerals import CENTURIES, LAST_SERIAL, to_serial, years_of_own_calendar
from ..compiler import Compiled, Compiler, figure_of
from ..function import Function, text_literal
from ..parser import Parser
from ..tree import Call, Expr, Literal, Ref, SheetWriter, Type

MOST_DECIMALS = 9
# from here on fifteen digits tell no halves, and a number has none
EXACT = 2.0**41
WHOLE = 2.0**52
DAY_ZERO = date(1899, 12, 30).toordinal()
FIRST_RELIABLE_SERIAL = 61  # 1900-03-01; before it spreadsheets count a day that never was


class Today(Function):
    """`today()`.

    Meaning: the day on which the return was taken in; in a sheet that of the clock
    Blanks: never blank
    Example: FOL_02 < today()
    """

    name = "today"
    gives = Type.DATE
    never_blank = True
    by_the_day = True

    def excel(self, write: SheetWriter) -> str:
        return write.day

    def compile(self, to: Compiler) -> Compiled:
        return lambda answers, row, this: answers.today


class DaysBetween(Function):
    """`days_between(first, last)`.

    Meaning: days from the first date to the second
    Blanks: blank on blank
    Example: days_between(PLN_04, PLN_05)
    """

    name = "days_between"
    takes = (Type.DATE, Type.DATE)
    gives = Type.NUMBER
    strict = True
    formula = "({1}-{0})"

    def of(self, first: Any, last: Any) -> float:
        return float(last - first)


class Year(Function):
    """`year(day)`.

    Meaning: year of a date
    Blanks: blank on blank
    Example: year(PLN_04)
    """

    name = "year"
    takes = (Type.DATE,)
    gives = Type.NUMBER
    strict = True
    formula = "YEAR({0})"

    def of(self, value: Any) -> float | None:
        serial = math.floor(value)
        if not 1 <= serial <= LAST_SERIAL:
            return None
        day = date.fromordinal(DAY_ZERO + max(serial, FIRST_RELIABLE_SERIAL))
        return float(self.part(day))

    part = attrgetter("year")


class MonthOf(Year):
    """`month_of(day)`.

    Meaning: month of a date, 1 to 12
    Blanks: blank on blank
    Example: month_of(PLN_04)
    """

    name = "month_of"
    formula = "MONTH({0})"
    part = attrgetter("month")


class DayOf(Year):
    """`day_of(day)`.

    Meaning: day of a date in its month, 1 to 31
    Blanks: blank on blank
    Example: day_of(PLN_04)
    """

    name = "day_of"
    formula = "DAY({0})"
    part = attrgetter("day")


class YearEnd(Function):
    """`year_end(year)`.

    Meaning: last day of a year; one before 1900 counts as 1900, one after 9999 as 9999
    Blanks: blank on blank
    Example: days_between(PLN_05, year_end(year(PLN_04)))
    """

    name = "year_end"
    takes = (Type.NUMBER,)
    gives = Type.DATE
    strict = True
    formula = "DATE(MEDIAN(1900,{0},9999),12,31)"

    def of(self, value: Any) -> float:
        return float(to_serial(date(min(max(math.floor(value), 1900), 9999), 12, 31)))


class _Among(Function):
    """A figure among several numbers, blanks left out."""

    takes = (Type.NUMBER,)
    gives = Type.NUMBER
    repeats = True
    excel_name: str = ""
    neutral = "0"  # what changes nothing, in the place of a step that is not there

    def of(self, *values: Any) -> float | None:
        return figure_of(self.excel_name, values)

    def excel(self, write: SheetWriter, *args: Expr) -> str:
        values = [write.number(arg) if isinstance(arg, Ref) else write.value(arg) for arg in args]
        worth = [self._worth(arg, value) for arg, value in zip(args, values, strict=True)]
        return f'IF(COUNT({",".join(values)})=0,"",{self.excel_name}({",".join(worth)}))'

    def _worth(self, arg: Expr, value: str) -> str:
        """Write what a figure is worth where it is blank: Excel leaves out texts in cells, and no others."""
        if isinstance(arg, Literal):
            return value
        if isinstance(arg, Ref):
            return f"IFERROR({value},{self.neutral})" if arg.steps else value
        return f"IF(ISNUMBER({value}),{value},{self.neutral})"


class Total(_Among):
    """`total(a, b, …)`.

    Meaning: sum of its arguments; `sum()` of several numbers is the same
    Blanks: blanks count 0; blank when all are
    Example: total(PLN_06, PLN_07)
    """

    name = "total"
    excel_name = "SUM"


class Least(_Among):
    """`least(a, b, …)`.

    Meaning: smallest of its arguments; `min()` of several numbers is the same
    Blanks: blanks left out
    Example: least(RSK_03, RSK_04)
    """

    name = "least"
    excel_name = "MIN"
    neutral = "1E307"


class Most(_Among):
    """`most(a, b, …)`.

    Meaning: largest of its arguments; `max()` of several numbers is the same
    Blanks: blanks left out
    Example: most(RSK_03, RSK_04)
    """

    name = "most"
    excel_name = "MAX"
    neutral = "-1E307"


class _Figure(Function):
    takes = (Type.NUMBER,)
    gives = Type.NUMBER
    strict = True


class Absolute(_Figure):
    """`absolute(x)`.

    Meaning: without its sign
    Blanks: blank on blank
    Example: absolute(PLN_06 - PLN_07)
    """

    name = "absolute"
    formula = "ABS({0})"

    def of(self, value: Any) -> float:
        return float(abs(value))


class SquareRoot(_Figure):
    """`sqrt(x)`.

    Meaning: square root
    Blanks: blank on blank, and on a number below 0
    Example: sqrt(PLN_06)
    """

    name = "sqrt"
    formula = "SQRT({0})"

    def of(self, value: Any) -> float | None:
        return None if value < 0 else math.sqrt(value)


class IntegerPart(_Figure):
    """`integer(x)`.

    Meaning: without its decimals, towards 0
    Blanks: blank on blank
    Example: integer(days_between(PLN_04, PLN_05) / 365.25)
    """

    name = "integer"
    formula = "TRUNC({0})"

    def of(self, value: Any) -> float:
        return float(math.trunc(value))


class Rounded(_Figure):
    """`round(x)`, `round(x, decimals)`; a half goes away from 0, as in spreadsheets.

    Takes: number, or number and decimals
    Meaning: rounded to a number of decimals, to a whole number without the second argument; a half goes away from
        0: `round(2.5)` is 3
    Blanks: blank on blank
    Example: round(PLN_08 / PLN_06, 2)
    """

    name = "round"
    formula = "ROUND({0},{1})"

    def typed(self, typing: Parser, node: ast.Call) -> Call:
        if len(node.args) not in (1, 2):
            raise typing.refuse(node, f"round() takes 1 or 2 arguments, not {len(node.args)}.")
        number, *decimals_given = node.args
        decimals = 0.0
        for arg in decimals_given:
            value = arg.value if isinstance(arg, ast.Constant) else None
            if type(value) is not int or not 0 <= value <= MOST_DECIMALS:
                raise typing.refuse(
                    arg, f"round() needs a whole number from 0 to {MOST_DECIMALS} here."
                )
            decimals = float(value)
        return self.call(typing.number(number), Literal(decimals, Type.NUMBER))

    def of(self, value: Any, decimals: Any) -> float:
        return rounded(value, int(decimals))


def rounded(value: float, decimals: int) -> float:
    """Round as spreadsheets do: by the first fifteen digits of a number, to which 1.005 has half a hundredth."""
    scale = 10.0**decimals
    above = abs(value) * scale + 0.5
    if not above < WHOLE:
        return value
    if above < EXACT:
        digits = 10.0 ** (14 - floor(log10(above)))
        above = floor(above * digits + 0.5) / digits
    whole = floor(above)
    return copysign(whole / scale, value) if whole else 0.0


class Bands(Function):
    """`bands(x, 10, 'low', 20, 'middle', 'high')`: below 10, from 10 to below 20, from 20.

    Takes: number, limit, name, …, name
    Meaning: the name of the band that a number is in: each limit is the first number above its band
    Blanks: blank on blank
    Example: bands(PLN_06, 1000, 'small', 10000, 'middle', 'large')
    """

    name = "bands"
    takes = (Type.NUMBER, None)
    gives = Type.TEXT

    def typed(self, typing: Parser, node: ast.Call) -> Call:
        if len(node.args) < 4 or len(node.args) % 2:
            raise typing.refuse(
                node,
                "bands() takes a number, then limit and name in turn, and a last name.",
                "For example bands(x, 10, 'low', 20, 'middle', 'high').",
            )
        number, *limits_and_names, last = node.args
        figure = typing.number(number)
        limits = [typing.number(limit) for limit in limits_and_names[::2]]
        names = [typing.expr(name) for name in (*limits_and_names[1::2], last)]
        if not all(isinstance(part, Literal) for part in (*limits, *names)):
            raise typing.refuse(
                node, "Limits and names of bands() are written out, not calculated."
            )
        if len({name.type for name in names}) > 1:
            raise typing.refuse(node, "The names of bands() are all texts, or all numbers.")
        values = [float(limit.value) for limit in limits if isinstance(limit, Literal)]
        if any(low >= high for low, high in pairwise(values)):
            raise typing.refuse(node, "The limits of bands() rise from one to the next.")
        return Call(self, (figure, *limits, *names), names[0].type)

    def excel(self, write: SheetWriter, *args: Expr) -> str:
        count = (len(args) - 2) // 2
        figure = write.number(args[0])
        reached = "+".join(f"({figure}>={write.number(limit)})" for limit in args[1 : count + 1])
        names = ",".join(
            write.number(name) if name.type is Type.NUMBER else write.text(name)
            for name in args[count + 1 :]
        )
        band = f"CHOOSE(1+{reached},{names})"  # MATCH in a list of limits is not the same in every program
        return write.guarded(band, '""', args[0])

    def of(self, *values: Any) -> float | str | None:
        number = values[0]
        count = (len(values) - 2) // 2
        if number is None:
            return None
        band: float | str = values[count + 1 + bisect_right(values[1 : count + 1], number)]
        return band


# only the checks of field types use these


class Whole(Function):
    """Whether a number has no decimals."""

    name = "whole"
    internal = True
    formula = "{0}=INT({0})"

    def of(self, value: Any) -> bool:
        return value is None or value == math.floor(value)


class NoDayInWords(Function):
    """Whether an answer is no text with a year in it, which only the reader may understand as a day."""

    name = "no_day_in_words"
    internal = True

    def excel(self, write: SheetWriter, answer: Expr) -> str:
        cell = write.number(answer)
        years = ",".join(f"FIND({text_literal(century)},{cell})" for century in CENTURIES)
        return f"NOT(AND(ISTEXT({cell}),COUNT({years})>0))"

    def of(self, *values: Any) -> bool:
        return True


class OwnCalendar(Function):
    """Whether a year or day is none that the language of the workbook counts in a calendar of its own.

    To the reader every such answer is one that it could not read.
    """

    name = "own_calendar"
    internal = True

    def excel(self, write: SheetWriter, answer: Expr) -> str:
        years = years_of_own_calendar(write.language)
        value = write.number(answer)
        if not years:
            return "TRUE"
        first = years.start
        end = years.stop
        if answer.type is Type.DATE:
            first, end = (to_serial(date(year, 1, 1)) for year in (first, end))
        return f"OR({value}<{first},{value}>={end})"

    def of(self, *values: Any) -> bool:
        return True
