"""Functions over whether answers are there: filled, blank, count_of, unique."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

from ..compiler import Answers, Compiled, Compiler, Row, Unknown, fold, passing_on, same, worse
from ..function import Function, answers_in, in_cells, is_step
from ..parser import Parser
from ..tree import FIGURES, Expr, Ref, SheetWriter, Type, refs


class _Presence(Function):
    takes = (None,)
    columnwise = True


class Filled(_Presence):
    """`filled(x)`.

    Meaning: the answer is there
    Blanks: false on blank
    Example: filled(PLN_12)
    """

    name = "filled"

    def excel(self, write: SheetWriter, answer: Expr) -> str:
        return write.filled(answer)

    def compile(self, to: Compiler, answer: Expr) -> Compiled:
        return to.filled(answer)


class Blank(_Presence):
    """`blank(x)`.

    Meaning: the answer is not there
    Blanks: true on blank
    Example: blank(RSK_07)
    """

    name = "blank"

    def excel(self, write: SheetWriter, answer: Expr) -> str:
        return write.blank(answer)

    def compile(self, to: Compiler, answer: Expr) -> Compiled:
        return passing_on(lambda filled: not filled, [to.filled(answer)])


class CountOf(_Presence):
    """`count_of(a, b, …)`: cells with an answer.

    Meaning: number of answers given among its arguments
    Blanks: 0 on blank
    Example: count_of(PLN_12, PLN_13)
    """

    name = "count_of"
    gives = Type.NUMBER
    repeats = True
    never_blank = True
    columnwise = False

    def in_sheet(self, *args: Expr) -> bool:
        return all(arg.type is not Type.MANY or in_cells(arg) for arg in args)

    def excel(self, write: SheetWriter, *args: Expr) -> str:
        counts = []
        for arg in args:
            cells = write.run(arg) if isinstance(arg, Ref) else None
            counts.append(answers_in(cells) if cells else f"({write.filled(arg)}*1)")
        return f"({'+'.join(counts)})"

    def compile(self, to: Compiler, *args: Expr) -> Compiled:
        return passing_on(lambda *counts: float(sum(counts)), [to.count(arg) for arg in args])


class Unique(Function):
    """`unique(x)`: no other row in use of the same table has this answer.

    Meaning: no other row of the table has this answer
    Blanks: true on blank
    Example: unique(RSK_01)
    """

    name = "unique"
    takes = (None,)
    of_column = True

    def in_sheet(self, answer: Expr) -> bool:
        return isinstance(answer, Ref) and answer.type is not Type.MANY and not answer.last

    def excel(self, write: SheetWriter, ref: Ref) -> str:
        column = write.column(ref)
        cell = write.cell(ref)
        if column is None or cell is None:
            return "TRUE"
        readable = "TRUE" if ref.fixed else write.readable(ref)
        has_answer = (
            f'TRIM({cell})<>""' if readable == "TRUE" else f'AND(TRIM({cell})<>"",{readable})'
        )
        if ref.steps:
            alike = is_step(column, write.step_entry(ref))
        else:
            alike = f"({write.comparable(ref, column)}={write.comparable(ref, cell)})"
        if ref.type in FIGURES:  # to a spreadsheet a blank cell is 0
            alike = f'(({column}<>"")*{alike})'
        return f"IFERROR(OR(NOT({has_answer}),SUMPRODUCT(--ISNUMBER(1/{alike}))<=1),TRUE)"  # an error is no number

    def compile(self, to: Compiler, answer: Expr) -> Compiled:
        """Compile it: what stands twice is certain; what stands once may also be in a cell that no one can read."""
        value = to.value(answer)
        ref = next((ref for ref in refs(answer) if not ref.single), None)
        if ref is None:  # the same in every row
            return passing_on(lambda _: True, [value])
        table = to.table_of(ref)

        def counted(
            answers: Answers, this: Row
        ) -> tuple[dict[str, Any], Counter[Any], Unknown | None]:
            values_by_row = {}
            unknown = None
            active = answers.active_sets[table]
            for row in answers.rows[table]:
                answer_of_row = value(answers, row, this)
                if type(answer_of_row) is Unknown:
                    unknown = worse(unknown, answer_of_row)
                elif answer_of_row is not None and row in active:
                    values_by_row[row] = answer_of_row
            values_by_row = _comparable(values_by_row)
            return values_by_row, Counter(values_by_row.values()), unknown

        def unique(answers: Answers, row: Row, this: Row) -> bool | Unknown:
            values_by_row, often, unknown = answers.once(
                (id(value), this), lambda: counted(answers, this)
            )
            if row in values_by_row and often[values_by_row[row]] > 1:
                return False
            return True if unknown is None else unknown

        return unique


def _comparable(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return for the values of some rows what is equal where they are; several answers in any order are the same."""
    figures = sorted({value for value in values.values() if isinstance(value, float)})
    first_of = dict(zip(figures[:1], figures[:1], strict=True))
    for previous, figure in pairwise(figures):
        first_of[figure] = first_of[previous] if same(previous, figure) else figure
    return {
        row: frozenset(map(fold, value))
        if isinstance(value, tuple)
        else fold(value)
        if isinstance(value, str)
        else first_of.get(value)
        for row, value in values.items()
    }


# the function over rounds


class Last(Function):
    """`last(field)`: an answer of the round before, which every visitor reads as it reads answers.

    Takes: field
    Gives: what that field gives
    Meaning: the answer of the round before, in the same row
    Blanks: blank where there was none, and in a workbook that continues no other
    Example: last(RSK_03)
    """

    name = "last"
    takes = (None,)
    gives = Type.TEXT

    def typed(self, typing: Parser, node: ast.Call) -> Ref:
        typing.expect(node, self.name, 1)
        ref = typing.expr(node.args[0])
        if not isinstance(ref, Ref) or ref.last:
            raise typing.refuse(
                node.args[0], "last() takes the code of a field.", "Write that alone."
            )
        return replace(ref, last=True)


# only the checks of field types use it


class Readable(Function):
    """Whether an answer is of its type. To the reader every answer that it could read is."""

    name = "readable"
    internal = True

    def excel(self, write: SheetWriter, answer: Ref) -> str:
        return write.readable(answer)

    def of(self, *values: Any) -> bool:
        return True
