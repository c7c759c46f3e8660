"""Functions over the rows of a table: count, count_if, any_row, sum, min, max, nth; the code and number of a row."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeGuard

from ..compiler import Answers, Compiled, Compiler, Row, Unknown, figure_of
from ..function import Aggregate, Function, Record, in_columns, ref_of
from ..parser import Parser
from ..tree import (
    Arithmetic,
    Call,
    Choose,
    ColumnWriter,
    Expr,
    Literal,
    Logic,
    Over,
    Ref,
    SheetWriter,
    Type,
)
from .answers import Filled
from .choices import LookUp
from .figures import Total


class RowCode(Function):
    """`row_code()`.

    Meaning: the code of the row, as references to it give it
    Blanks: never blank
    Example: row_code()
    """

    name = "row_code"
    gives = Type.CODE
    columnwise = True
    of_row = True

    def typed(self, typing: Parser, node: ast.Call) -> Call:
        typing.expect(node, self.name, 0)
        row = typing.scope.any_of_row()
        if row is None:
            raise typing.refuse(node, "There are no rows here that have a code.")
        return self.call(row)

    def excel(self, write: SheetWriter, answer: Ref) -> str:
        return write.row_code(answer)

    def compile(self, to: Compiler, answer: Ref) -> Compiled:
        table = to.table_of(answer)

        def row_code(answers: Answers, row: Row, this: Row) -> Row:
            code = this if answer.outer else row
            return code if code in answers.row_sets[table] else None

        return row_code


class RowNumber(RowCode):
    """`row_number()`.

    Meaning: which row of its sheet it is: 1, 2, 3 and so on
    Blanks: never blank
    Example: row_number()
    """

    name = "row_number"
    gives = Type.NUMBER
    columnwise = False

    def excel(self, write: SheetWriter, answer: Ref) -> str:
        return write.row_number(answer)

    def compile(self, to: Compiler, answer: Ref) -> Compiled:
        code, table = super().compile(to, answer), to.table_of(answer)

        def row_number(answers: Answers, row: Row, this: Row) -> float | None:
            row_code = code(answers, row, this)
            return None if row_code is None else answers.rows[table].index(row_code) + 1.0

        return row_number


class Nth(LookUp):
    """`nth('T1.1', number, field)`.

    Takes: sheet, number, field of that sheet
    Gives: what that field gives
    Meaning: a field of the row with this number in a sheet, counted from its first row
    Blanks: blank on blank, and where there is no such row
    Example: nth('R1', 2, RSK_03)
    """

    name = "nth"

    def typed(self, typing: Parser, node: ast.Call) -> Call:
        typing.expect(node, self.name, 3)
        tool = typing.table(node.args[0])
        number = typing.number(node.args[1])
        target = typing.in_rows_of(tool).expr(node.args[2])
        if not isinstance(target, Ref) or target.last or target.single:
            raise typing.refuse(node.args[2], "nth() ends at an answer in the rows of the sheet.")
        return Call(self, (number, target), target.type)

    def compile(self, to: Compiler, number: Expr, target: Ref) -> Compiled:
        row_place, answer, table = to.value(number), to.value(target), to.table(target.tool)

        def nth(answers: Answers, row: Row, this: Row) -> Any:
            place = row_place(answers, row, this)
            if place is None or type(place) is Unknown:
                return place
            rows = answers.rows[table]
            return (
                answer(answers, rows[int(place) - 1], this) if 1 <= place < len(rows) + 1 else None
            )

        return nth

    def compile_filled(self, to: Compiler, number: Expr, target: Ref) -> Compiled:
        return self._something(to, number, target)


class Count(Aggregate):
    """`count('T1.1')`.

    Takes: sheet
    Meaning: rows with any answer
    Blanks: 0 without rows
    Example: count('R1')
    """

    name = "count"
    inner = None

    def excel(self, write: ColumnWriter, inner: Expr | None) -> str:
        return f"SUMPRODUCT(--({write.active()}))"

    def excel_records(self, records: Sequence[Record], inner: Expr | None) -> str:
        return f"({'+'.join(f'IF({record.active},1,0)' for record in records)})"

    def of(self, values: Sequence[Any]) -> float:
        return float(len(values))


class CountIf(Aggregate):
    """`count_if('T1.1', condition)`.

    Meaning: rows for which a condition holds
    Blanks: 0 without rows
    Example: count_if('R1', RSK_06 == 'ACC')
    """

    name = "count_if"

    def excel(self, write: ColumnWriter, inner: Expr) -> str:
        return f"IFERROR(SUMPRODUCT(({write.active()})*({write.condition(inner)})),0)"

    def excel_records(self, records: Sequence[Record], inner: Expr) -> str:
        terms = [f"IF(AND({active},{write.condition(inner)}),1,0)" for write, active in records]
        return f"({'+'.join(terms)})"

    def of(self, values: Sequence[Any]) -> float | bool:
        return float(sum(values))


class AnyRow(CountIf):
    """`any_row('T1.1', condition)`.

    Meaning: whether a condition holds for one row at least
    Blanks: false without rows
    Example: any_row('R1', RSK_03 >= 2 and RSK_06 == 'ACC')
    """

    name = "any_row"
    gives = Type.BOOL
    decided_by = True

    def of(self, values: Sequence[Any]) -> bool:
        return any(values)


class _Number(Aggregate):
    """A figure over a number in each row."""

    inner = Type.NUMBER
    never_blank = False
    excel_name: str = ""
    neutral = "0"  # what changes nothing among the steps of a scale, which are never below 0

    def of(self, values: Sequence[Any]) -> float | None:
        return figure_of(self.excel_name, values)

    def in_sheet(self, inner: Expr | None) -> bool:
        return isinstance(inner, Ref) and not inner.outer

    def excel(self, write: ColumnWriter, ref: Ref) -> str:
        numbers = write.number(ref)
        has_number = write.known(ref)
        if not ref.steps:
            return self._over_cells([numbers])
        worth = numbers if self.neutral == "0" else f"{numbers}+(1-{has_number})*{self.neutral}"
        return f'IF(SUMPRODUCT({has_number})=0,"",SUMPRODUCT({self.excel_name}({worth})))'

    def excel_records(self, records: Sequence[Record], ref: Ref) -> str:
        cells = [record.write.number(ref) for record in records]
        return self._over_cells(cells, self.neutral if ref.steps else "")

    def _over_cells(self, ranges: list[str], neutral: str = "") -> str:
        """Write it over cells; where there is no step in one it is an error, and something neutral is taken."""
        worth = [f"IFERROR({cells},{neutral})" if neutral else cells for cells in ranges]
        return f'IF(COUNT({",".join(ranges)})=0,"",{self.excel_name}({",".join(worth)}))'


class SumOver(_Number):
    """`sum('T1.1', number)`, also of those rows only for which something holds: `number if condition else 0`.

    Meaning: sum of a number over the rows
    Blanks: blank without numbers
    Example: sum('R1', RSK_03)
    """

    name = "sum"
    excel_name = "SUM"

    def in_sheet(self, inner: Expr | None) -> bool:
        return super().in_sheet(inner) or (_is_partial(inner) and in_columns(inner.condition))

    def excel(self, write: ColumnWriter, inner: Ref | Choose) -> str:
        if isinstance(inner, Ref):
            return super().excel(write, inner)
        met = f"(({write.condition(inner.condition)})>0)"
        numbers = write.number(inner.if_true)
        has_figures = (
            f"SUMPRODUCT(({write.active()})*(1-{met}*(1-{write.known(ref_of(inner.if_true))})))"
        )
        return f'IF({has_figures}=0,"",SUMPRODUCT(({write.active()})*{met},{numbers}))'

    def excel_records(self, records: Sequence[Record], inner: Ref | Choose) -> str:
        if isinstance(inner, Ref):
            return super().excel_records(records, inner)
        figure_counts = []
        added = []
        for write, active in records:
            met = write.condition(inner.condition)
            number = write.number(inner.if_true)
            figure_counts.append(f"IF({active},IF({met},ISNUMBER({number})*1,1),0)")
            added.append(f"IF(AND({active},{met}),N({number}),0)")
        return f'IF({"+".join(figure_counts)}=0,"",{"+".join(added)})'


def _is_partial(expr: Expr | None) -> TypeGuard[Choose]:
    """Say whether a number is added where a condition holds, and 0 elsewhere."""
    return (
        isinstance(expr, Choose)
        and isinstance(expr.if_true, Ref)
        and not (expr.if_true.single or expr.if_true.outer)
        and isinstance(expr.if_false, Literal)
        and expr.if_false.value == 0
    )


class Mean(SumOver):
    """`mean('T1.1', number)`, also of those rows only for which something holds: `number if condition else 0`.

    Meaning: mean of a number over the rows
    Blanks: blank without numbers
    Example: mean('R1', RSK_03)
    """

    name = "mean"

    def typed(self, typing: Parser, node: ast.Call) -> Expr:
        """Type it as a sum, by the number of rows that have a number in it."""
        over = self.over(typing, node)
        number = over.inner
        counted: list[Expr] = []
        if _is_partial(number):
            counted.append(number.condition)
            number = number.if_true
        assert number is not None
        condition = Logic("and", (*counted, Filled().call(number)))
        added = Over(SumOver(), over.tool, over.inner, Type.NUMBER)
        rows = Over(CountIf(), over.tool, condition, Type.NUMBER)
        return Arithmetic("/", added, rows, Type.NUMBER)


class Minimum(_Number):
    """`min('T1.1', number)`.

    Meaning: smallest number over the rows
    Blanks: blank without numbers
    Example: min('R1', RSK_03)
    """

    name = "min"
    excel_name = "MIN"
    neutral = "1E9"


class Maximum(_Number):
    """`max('T1.1', number)`.

    Meaning: largest number over the rows
    Blanks: blank without numbers
    Example: max('R1', RSK_03)
    """

    name = "max"
    excel_name = "MAX"


# what an expression adds up: the terms of a sum, where it does nothing else with numbers


class Term(NamedTuple):
    """What is added (1) or taken away (-1): an answer, the answers of many rows, or a number."""

    sign: int
    of: Expr


Terms = tuple[Term, ...]


def terms(expression: Expr, sign: int = 1) -> Terms | None:
    """Return what an expression adds up; None where it does anything else with numbers."""
    if expression.type is not Type.NUMBER:
        return None
    if is_term(expression):
        return (Term(sign, expression),)
    match expression:
        case Arithmetic(op="+" | "-"):
            left = terms(expression.left, sign)
            right = terms(expression.right, sign if expression.op == "+" else -sign)
            return None if left is None or right is None else left + right
        case Call(function=Total(), args=args) if all(map(is_term, args)):
            # a sum among them could be blank as a whole
            return tuple(Term(sign, arg) for arg in args)
    return None


def is_term(expression: Expr) -> bool:
    """Say whether an expression is a number that can be added as it stands."""
    match expression:
        case (
            Literal()
            | Ref()
            | Over(function=SumOver(), inner=Ref())
            | Call(function=LookUp(name="lookup"))
        ):
            return True
    return False
