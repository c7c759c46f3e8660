"""Functions that only the checks of field types use: what can be read, whole numbers, calendars, rows referred to."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

from ...core.numerals import to_serial, years_of_own_calendar
from ..compiler import Answers, Compiled, Compiler, Row, Unknown
from ..function import Function
from ..targets import SheetWriter
from ..tree import Expr, Ref, Type


class Readable(Function):
    """Whether an answer is of its type. To the reader every answer that it could read is."""

    name = "readable"
    own = True

    def excel(self, write: SheetWriter, answer: Ref) -> str:
        return write.readable(answer)

    def of(self, *values: Any) -> bool:
        return True


class Whole(Function):
    """Whether a number has no decimals."""

    name = "whole"
    own = True
    formula = "{0}=INT({0})"

    def of(self, value: Any) -> bool:
        return value is None or value == math.floor(value)


class OwnCalendar(Function):
    """Whether a year or day is none that the language of the workbook counts in a calendar of its own.

    To the reader every such answer is one that it could not read.
    """

    name = "own_calendar"
    own = True

    def excel(self, write: SheetWriter, answer: Expr) -> str:
        years, value = years_of_own_calendar(write.language), write.number(answer)
        if not years:
            return "TRUE"
        first, after = years.start, years.stop
        if answer.type is Type.DATE:
            first, after = (to_serial(date(year, 1, 1)) for year in (first, after))
        return f"OR({value}<{first},{value}>={after})"

    def of(self, *values: Any) -> bool:
        return True


class InUse(Function):
    """Whether a reference leads to a row that is in use."""

    name = "in_use"
    own = True

    def excel(self, write: SheetWriter, reference: Ref) -> str:
        return write.in_use(reference)

    def compile(self, to: Compiler, reference: Ref) -> Compiled:
        """Compile it: where none of the sheets that it may name is there, nobody can tell."""
        given, tools = to.value(reference), reference.targets
        places = [(to.table(tool), to.offered(reference, tool)) for tool in tools]

        def in_use(answers: Answers, row: Row, this: Row) -> bool | Unknown:
            code = given(answers, row, this)
            if type(code) is Unknown:
                return code
            if code is None or not any(answers.issued(tool) for tool in tools):
                return True
            for table, offered in places:
                there = answers.row_named(table, code)
                if there in answers.active_sets[table] and (offered is None or there in offered):
                    return True
            return False

        return in_use
