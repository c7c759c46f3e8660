"""Functions that only the checks of field types use: what can be read, whole numbers, calendars, rows referred to."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from ...numerals import to_serial, years_of_own_calendar
from ..function import Function, ref_of
from ..tree import Expr, Type

if TYPE_CHECKING:
    from ..targets import Evaluator, SheetWriter
    from ..vectors import Vector


class Readable(Function):
    """Whether an answer is of its type. To the reader every answer that it could read is."""

    name = "readable"
    takes = (None,)
    meaning = "the answer is of the type of its field"
    blank = "true on blank"
    own = True

    def excel(self, write: SheetWriter, *args: Expr) -> str:
        return write.readable(ref_of(args[0]))

    def evaluate(self, run: Evaluator, *args: Expr) -> Vector:
        import numpy as np

        from ..vectors import truth

        return truth(np.ones(run.of(args[0]).filled.shape, dtype=bool))


class Whole(Function):
    """Whether a number has no decimals."""

    name = "whole"
    takes = (Type.NUMBER,)
    meaning = "the number is whole"
    blank = "true on blank"
    own = True

    def excel(self, write: SheetWriter, *args: Expr) -> str:
        number = write.number(args[0])
        return f"{number}=INT({number})"

    def evaluate(self, run: Evaluator, *args: Expr) -> Vector:
        import numpy as np

        from ..vectors import truth

        data = run.of(args[0]).data
        return truth(np.isnan(data) | (data == np.floor(data)))


class OwnCalendar(Function):
    """Whether a year or day is none that the language of the workbook counts in a calendar of its own.

    To the reader every such answer is one that it could not read.
    """

    name = "own_calendar"
    takes = (None,)
    meaning = "the year is a Gregorian one"
    blank = "true on blank"
    own = True

    def excel(self, write: SheetWriter, *args: Expr) -> str:
        years, value = years_of_own_calendar(write.language()), write.number(args[0])
        if not years:
            return "TRUE"
        first, after = years.start, years.stop
        if args[0].type is Type.DATE:
            first, after = (to_serial(date(year, 1, 1)) for year in (first, after))
        return f"OR({value}<{first},{value}>={after})"

    def evaluate(self, run: Evaluator, *args: Expr) -> Vector:
        import numpy as np

        from ..vectors import truth

        return truth(np.ones(run.of(args[0]).filled.shape, dtype=bool))


class InUse(Function):
    """Whether a reference leads to a row that is in use."""

    name = "in_use"
    takes = (Type.CODE,)
    meaning = "the row that the answer names is in use"
    blank = "true on blank"
    own = True

    def excel(self, write: SheetWriter, *args: Expr) -> str:
        return write.in_use(ref_of(args[0]))

    def evaluate(self, run: Evaluator, *args: Expr) -> Vector:
        from ..vectors import truth

        return truth(run.in_use(ref_of(args[0])))
