"""Functions over lists, levels, tools and rows referred to: has, level, issued, ticked, completeness, lookup."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from ..function import Function, code_of, expect, in_cells, ref_of, worst_of
from ..tree import FIGURES, Call, Expr, Literal, Logic, Over, Ref, Type, walk

if TYPE_CHECKING:
    from ..targets import ColumnWriter, ErrorPropagation, Evaluator, SheetWriter, Typing
    from ..vectors import Integers, Vector


class Has(Function):
    """`has(several, code)`."""

    name = "has"
    example = "has(RSK_02, 'WOM')"
    takes_in_words = "several codes, code"
    takes = (Type.MANY, Type.TEXT)
    meaning = "one of the several answers is this code"
    blank = "false on blank"
    columnwise = True

    def typed(self, typing: Typing, node: ast.Call) -> Call:
        args = self.arguments(typing, node)
        typing.known_code(node.args[1], args[1], args[0])
        return self.call(*args)

    def in_sheet(self, *args: Expr) -> bool:
        return in_cells(args[0]) and isinstance(args[1], Literal)

    def excel(self, write: SheetWriter, *args: Expr) -> str:
        many = ref_of(args[0])
        cells, label = write.cell(many), write.entry(many.list, code_of(args[1]))
        return "FALSE" if cells is None or label is None else f"ISNUMBER(MATCH({label},{cells},0))"

    def excel_columns(self, write: ColumnWriter, *args: Expr) -> str:
        many = ref_of(args[0])
        label = write.entry(many.list, code_of(args[1])) or '""'
        return "(" + "+".join(f"({column}={label})" for column in write.columns(many)) + ")>0"

    def evaluate(self, run: Evaluator, *args: Expr) -> Vector:
        from ..vectors import truth

        many, code = (run.texts.folded(run.of(arg).data) for arg in args)
        return truth(((many == code[..., None]) & (code[..., None] >= 0)).any(axis=2))

    def error(self, errors: ErrorPropagation, call: Call) -> Integers:
        import numpy as np

        return np.where(errors.run.holds(call), -1, worst_of(errors, *call.args))


class Belongs(Function):
    """Whether an entry belongs to what is chosen in the field that decides its list."""

    name = "belongs"
    takes = (Type.CODE, Type.CODE)
    meaning = "the list says that the entry belongs to the other answer"
    blank = "true where one of them is blank"
    own = True

    def excel(self, write: SheetWriter, *args: Expr) -> str:
        child, parent = ref_of(args[0]), ref_of(args[1])
        above = write.cell(parent)
        if above is None:
            return "TRUE"
        known = (
            f"ISNUMBER(MATCH({above},list_{parent.list},0))"  # else it is the mistake, and this may be right
        )
        return f"IFERROR(OR(NOT({known}),{write.parent(child)}={above}),TRUE)"

    def evaluate(self, run: Evaluator, *args: Expr) -> Vector:
        from ..vectors import truth

        child, parent = ref_of(args[0]), run.texts.folded(run.of(args[1]).data)
        wanted = run.texts.folded(run.parents(child))
        return truth((wanted == parent) | (parent < 0) | (wanted < 0))


class Level(Function):
    """`level(down, across)`."""

    name = "level"
    example = "level(RSK_03, RSK_04)"
    takes = (Type.NUMBER, Type.NUMBER)
    gives = Type.LEVEL
    meaning = "level of the matrix (down, across)"
    blank = "blank on blank"

    def excel(self, write: SheetWriter, *args: Expr) -> str:
        row, column = (
            f"MATCH({write.number(side)},{name},0)"
            for side, name in zip(args, ("matrix_down", "matrix_across"), strict=True)
        )
        return f'IFERROR(INDEX(matrix_levels,{row},{column}),"")'

    def evaluate(self, run: Evaluator, *args: Expr) -> Vector:
        import numpy as np

        from ..vectors import text

        down, across = np.broadcast_arrays(*(run.of(arg).data for arg in args))
        result = np.full(down.shape, -1, dtype=np.int64)
        for (row, column), code in run.levels.items():
            result[(down == row) & (across == column)] = run.texts.id(code)
        return text(Type.LEVEL, result)

    def error(self, errors: ErrorPropagation, call: Call) -> Integers:
        return errors.worst([worst_of(errors, *call.args), *(errors.off_scale(arg) for arg in call.args)])


class OfTool(Function):
    """What is said of one tool: of that named in quotes, or with `row_code()` of that which the row stands for.

    A loop over the tools of a workbook is a rule on the list of its tools. Its call holds the tools that may come.
    """

    takes = (Type.TEXT,)
    takes_in_words = "code of a sheet, or `row_code()`"
    of_sheet = True

    def typed(self, typing: Typing, node: ast.Call) -> Call:
        if len(node.args) == 1 and isinstance(node.args[0], ast.Call):
            return self.call(*self._of_rows(typing, node.args[0]))
        args = self.arguments(typing, node)
        typing.tool(node.args[0])
        return self.call(*args)

    def _of_rows(self, typing: Typing, node: ast.Call) -> tuple[Expr, ...]:
        """Give the row, and the tools that its table lists."""
        row, tools = typing.expr(node), typing.scope.listed_tools()
        if not isinstance(row, Call) or row.name != "row_code" or ref_of(row.args[0]).outer:
            raise typing.refuse(node, f"{self.name}() takes the code of a sheet in quotes, or row_code().")
        if not tools:
            raise typing.refuse(
                node, f"{self.name}(row_code()) has a meaning only where each row is a sheet.",
                "Use it with the fields of a block of `items: {tools: true}`, or name one sheet in quotes.",
            )  # fmt: skip
        return (row, *(Literal(tool, Type.TEXT) for tool in tools))

    def excel(self, write: SheetWriter, *args: Expr) -> str:
        return self.excel_of(write, code_of(args[0]) if isinstance(args[0], Literal) else write.row_key())

    def excel_of(self, write: SheetWriter, tool: str) -> str:
        """Write it for one tool."""
        raise NotImplementedError

    def evaluate(self, run: Evaluator, *args: Expr) -> Vector:
        if isinstance(args[0], Literal):
            return self.evaluate_of(run, code_of(args[0]))
        from ..vectors import blank

        each = [self.evaluate_of(run, tool) for tool in run.rows_of(_row(args))]
        return run.side_by_side(each) if each else blank(self.gives)

    def evaluate_of(self, run: Evaluator, tool: str) -> Vector:
        """Work it out for one tool."""
        raise NotImplementedError

    def error(self, errors: ErrorPropagation, call: Call) -> Integers:
        if isinstance(call.args[0], Literal):
            return self.error_of(errors, code_of(call.args[0]))
        each = [self.error_of(errors, tool) for tool in errors.run.rows_of(_row(call.args))]
        return errors.side_by_side(each) if each else errors.worst([])

    def error_of(self, errors: ErrorPropagation, tool: str) -> Integers:
        """Give what makes it indeterminate for one tool."""
        raise NotImplementedError


def _row(args: Sequence[Expr]) -> Ref:
    """Give the answer by which `row_code()` knows its row."""
    (row, *_) = args
    assert isinstance(row, Call)
    return ref_of(row.args[0])


def tools_read(call: Call) -> tuple[str, ...]:
    """Give every tool that a call of such a function may be about."""
    return tuple(str(arg.value) for arg in call.args if isinstance(arg, Literal))


def differs_by_row(expr: Expr) -> bool:
    """Say whether the formula of an expression is another one in each row, not only for other cells."""
    return any(
        isinstance(part, Call) and isinstance(part.function, OfTool) and isinstance(part.args[0], Call)
        for part in walk(expr)
    )


class Issued(OfTool):
    """`issued('T1.1')`."""

    name = "issued"
    example = "issued('C1')"
    meaning = "this tool is in the workbook"
    blank = "true or false, whatever is blank"
    of_sheet = False

    def excel_of(self, write: SheetWriter, tool: str) -> str:
        return str(write.issued(tool)).upper()

    def evaluate_of(self, run: Evaluator, tool: str) -> Vector:
        from ..vectors import truth

        return truth(run.issued(tool))

    def error_of(self, errors: ErrorPropagation, tool: str) -> Integers:
        return errors.worst([])


class Ticked(OfTool):
    """`ticked('T1.1')`."""

    name = "ticked"
    example = "ticked('C1')"
    meaning = "this tool is ticked in the form"
    blank = "false on blank"

    def excel_of(self, write: SheetWriter, tool: str) -> str:
        return write.ticked(tool)

    def evaluate_of(self, run: Evaluator, tool: str) -> Vector:
        from ..vectors import truth

        return truth(run.used(tool))

    def error_of(self, errors: ErrorPropagation, tool: str) -> Integers:
        return errors.tick(tool)


class Completeness(OfTool):
    """`completeness('T1.1')`."""

    name = "completeness"
    example = "completeness('C1')"
    gives = Type.NUMBER
    meaning = "share of required answers given on a sheet, 0 to 1"
    blank = "blank when it asks for none"
    by_the_day = True  # what is required may wait for a day

    def excel_of(self, write: SheetWriter, tool: str) -> str:
        progress = write.progress(tool)
        return f'IFERROR(INDEX({progress},1,2)/INDEX({progress},1,1),"")' if progress else '""'

    def evaluate_of(self, run: Evaluator, tool: str) -> Vector:
        import numpy as np

        from ..vectors import figure

        required, answered = run.progress(tool)
        with np.errstate(divide="ignore", invalid="ignore"):
            return figure(Type.NUMBER, (answered / required)[:, None])

    def error_of(self, errors: ErrorPropagation, tool: str) -> Integers:
        return errors.progress(tool)


def one_issued(tools: Iterable[str]) -> Expr:
    """Give the condition that one of some tools is in the workbook."""
    return Logic("or", tuple(Issued().call(Literal(tool, Type.TEXT)) for tool in tools))


def sheets_named(expr: Expr) -> Iterator[str]:
    """Give every tool that an expression is about by name: over its rows, or what is said of it as a whole."""
    for part in walk(expr):
        if isinstance(part, Over):
            yield part.tool
        elif (
            isinstance(part, Call) and isinstance(part.function, OfTool) and isinstance(part.args[0], Literal)
        ):
            yield code_of(part.args[0])


def asks_what_is_issued(expr: Expr) -> bool:
    """Say whether an expression asks itself which sheets there are, or runs over the list of those that are."""
    calls = (part for part in walk(expr) if isinstance(part, Call))
    return differs_by_row(expr) or any(isinstance(call.function, Issued) for call in calls)


class LookUp(Function):
    """`lookup(reference, field)`."""

    name = "lookup"
    example = "lookup(RSK_08, CHK_01)"
    takes_in_words = "reference, field of the other sheet"
    gives_in_words = "what that field gives"
    takes = (Type.CODE, None)
    gives = Type.TEXT
    meaning = "a field of the row that a reference points to"
    blank = "blank on blank"
    of_column = True

    def typed(self, typing: Typing, node: ast.Call) -> Call:
        expect(typing, node, self.name, 2)
        reference = typing.expr(node.args[0])
        if not (isinstance(reference, Ref) and reference.targets):
            raise typing.refuse(node.args[0], "lookup() starts from a field of type reference.")
        target = typing.in_rows_of(reference.targets[0]).expr(node.args[1])
        if not isinstance(target, Ref) or target.last:
            raise typing.refuse(node.args[1], "lookup() ends at an answer of the other sheet.")
        return Call(self, (reference, target), target.type)

    def excel(self, write: SheetWriter, *args: Expr) -> str:
        target = ref_of(args[1])
        place = write.looked_up(ref_of(args[0]), target)
        return '""' if place is None else write.decoded(target, place)

    def evaluate(self, run: Evaluator, *args: Expr) -> Vector:
        import numpy as np

        from ..vectors import NAN, Vector, blank

        reference, target = ref_of(args[0]), args[1]
        row = run.row_numbers(run.of(reference).data, reference.targets[0])
        if row is None:
            return blank(target.type)
        vector = run.in_rows(target, reference.targets[0])
        found, submission = row >= 0, np.arange(len(row))[:, None]
        known = found[..., None] if vector.type is Type.MANY else found
        data = np.where(known, vector.data[submission, row], NAN if vector.type in FIGURES else -1)
        return Vector(vector.type, data, vector.filled[submission, row] & found)

    def error(self, errors: ErrorPropagation, call: Call) -> Integers:
        import numpy as np

        reference, target = ref_of(call.args[0]), call.args[1]
        doubt = np.maximum(errors.of(reference), errors.off_scale(reference))
        row = errors.run.row_numbers(errors.run.of(reference).data, reference.targets[0])
        if row is None:
            return doubt
        there = errors.in_rows(target, reference.targets[0])[np.arange(len(row))[:, None], row]
        return np.maximum(doubt, np.where(row >= 0, there, -1))
