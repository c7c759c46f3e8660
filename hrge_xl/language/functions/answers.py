"""Functions over whether answers are there: filled, blank, count_of, unique."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..function import Function, in_cells, ref_of, worst_of
from ..sheet_text import answers_in, is_step
from ..tree import FIGURES, Call, Expr, Ref, Type

if TYPE_CHECKING:
    from ..targets import ColumnWriter, ErrorPropagation, Evaluator, SheetWriter
    from ..vectors import Bools, Integers, Vector


def write_filled(write: SheetWriter, arg: Expr) -> str:
    """Write whether something stands in the cells of an answer, or comes out of an expression."""
    if not isinstance(arg, Ref):
        return f'IFERROR({write.value(arg)}<>"",FALSE)'
    cell = write.cell(arg)
    if cell is None:
        return "FALSE"
    if ":" in cell:
        return f"({answers_in(cell)}-SUMPRODUCT(--ISERROR({cell})))>0"
    return f'IFERROR(TRIM({cell})<>"",FALSE)'


class _Presence(Function):
    takes = (None,)
    columnwise = True

    def error(self, errors: ErrorPropagation, call: Call) -> Integers:
        return errors.worst([errors.presence(arg) for arg in call.args])


class Filled(_Presence):
    """`filled(x)`."""

    name = "filled"
    example = "filled(PLN_12)"
    meaning = "the answer is there"
    blank = "false on blank"

    def excel(self, write: SheetWriter, *args: Expr) -> str:
        return write_filled(write, args[0])

    def excel_columns(self, write: ColumnWriter, *args: Expr) -> str:
        return f"({'+'.join(_not_empty(write, args[0]))})>0"

    def evaluate(self, run: Evaluator, *args: Expr) -> Vector:
        from ..vectors import truth

        return truth(run.of(args[0]).filled)


class Blank(_Presence):
    """`blank(x)`."""

    name = "blank"
    example = "blank(RSK_07)"
    meaning = "the answer is not there"
    blank = "true on blank"

    def excel(self, write: SheetWriter, *args: Expr) -> str:
        return f"NOT({write_filled(write, args[0])})"

    def excel_columns(self, write: ColumnWriter, *args: Expr) -> str:
        return f"({'+'.join(_not_empty(write, args[0]))})=0"

    def evaluate(self, run: Evaluator, *args: Expr) -> Vector:
        from ..vectors import truth

        return truth(~run.of(args[0]).filled)


def _not_empty(write: ColumnWriter, arg: Expr) -> list[str]:
    return [f'(TRIM({column})<>"")' for column in write.columns(arg)]


class CountOf(_Presence):
    """`count_of(a, b, …)`: cells with an answer."""

    name = "count_of"
    example = "count_of(PLN_12, PLN_13)"
    gives = Type.NUMBER
    meaning = "number of answers given among its arguments"
    blank = "0 on blank"
    repeats = True
    never_blank = True
    columnwise = False

    def in_sheet(self, *args: Expr) -> bool:
        return all(arg.type is not Type.MANY or in_cells(arg) for arg in args)

    def excel(self, write: SheetWriter, *args: Expr) -> str:
        return "(" + "+".join(self._count(write, arg) for arg in args) + ")"

    def _count(self, write: SheetWriter, arg: Expr) -> str:
        cell = write.cell(arg) if isinstance(arg, Ref) else None
        return answers_in(cell) if cell and ":" in cell else f"({write_filled(write, arg)}*1)"

    def evaluate(self, run: Evaluator, *args: Expr) -> Vector:
        import numpy as np

        from ..vectors import figure

        counts = [run.cells(arg) for arg in args]
        return figure(Type.NUMBER, np.asarray(sum(counts[1:], start=counts[0])))


class Unique(Function):
    """`unique(x)`: no other row in use of the same table has this answer."""

    name = "unique"
    example = "unique(RSK_01)"
    takes = (None,)
    meaning = "no other row of the table has this answer"
    blank = "true on blank"
    of_column = True

    def in_sheet(self, *args: Expr) -> bool:
        return isinstance(args[0], Ref) and args[0].type is not Type.MANY and not args[0].last

    def excel(self, write: SheetWriter, *args: Expr) -> str:
        ref = ref_of(args[0])
        column, cell = write.column(ref), write.cell(ref)
        if column is None or cell is None:
            return "TRUE"
        readable = "TRUE" if ref.fixed else write.readable(ref)
        known = f'TRIM({cell})<>""' if readable == "TRUE" else f'AND(TRIM({cell})<>"",{readable})'
        if ref.steps:
            alike = is_step(column, write.step_entry(ref))
        else:
            alike = f"({write.comparable(ref, column)}={write.comparable(ref, cell)})"
        if ref.type in FIGURES:  # to a spreadsheet a blank cell is 0
            alike = f'(({column}<>"")*{alike})'
        return f"IFERROR(OR(NOT({known}),SUMPRODUCT(--ISNUMBER(1/{alike}))<=1),TRUE)"  # an error is no number

    def evaluate(self, run: Evaluator, *args: Expr) -> Vector:
        import numpy as np

        from ..tree import refs
        from ..vectors import truth

        vector = run.of(args[0])
        active = next((run.active(ref) for ref in refs(args[0]) if not ref.single), None)
        if active is None or vector.data.shape[1] == 1:
            return truth(np.ones(vector.data.shape[:2], dtype=bool))
        counted = active & vector.known
        places = np.nonzero(counted)
        rows = np.column_stack([places[0], _comparable(run, vector)[places]])
        _, which, often = np.unique(rows, axis=0, return_inverse=True, return_counts=True)
        result = np.ones(counted.shape, dtype=bool)
        result[places] = (often == 1)[which.ravel()]
        return truth(result)

    def error(self, errors: ErrorPropagation, call: Call) -> Integers:
        """Give the doubts: what stands twice is certain; what stands once may also be in a cell no one can read."""
        import numpy as np

        own = worst_of(errors, *call.args)
        twice: Bools = ~errors.run.holds(call) & (own < 0)
        return np.where(twice, -1, own.max(axis=1, keepdims=True, initial=-1))


def _comparable(run: Evaluator, vector: Vector) -> Integers:
    """Give values that are equal where the answers are; several answers in any order are the same."""
    import numpy as np

    from ..vectors import same

    if vector.type in FIGURES:
        order = np.argsort(vector.data, axis=1)
        ordered = np.take_along_axis(vector.data, order, axis=1)
        groups = np.zeros(order.shape, dtype=np.int64)
        groups[:, 1:] = np.cumsum(~same(ordered[:, 1:], ordered[:, :-1]), axis=1)
        return np.take_along_axis(groups, np.argsort(order, axis=1), axis=1)
    if vector.type is Type.BOOL:
        return vector.data
    folded = run.texts.folded(vector.data)
    if vector.type is not Type.MANY:
        return folded
    ordered = np.sort(folded, axis=2)
    again = np.zeros(ordered.shape, dtype=bool)
    again[..., 1:] = ordered[..., 1:] == ordered[..., :-1]
    return np.sort(np.where(again, -1, ordered), axis=2)
