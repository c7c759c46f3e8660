"""Functions over lists, levels, tools and rows referred to: has, level, issued, ticked, completeness, lookup."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any

from ..compiler import Answers, Compiled, Compiler, Row, Unknown, fold, passing_on, worse
from ..function import Function, code_of, in_cells, ref_of
from ..parser import Parser
from ..tree import Call, Expr, Literal, Logic, Over, Ref, SheetWriter, Type, walk


class Has(Function):
    """`has(several, code)`.

    Takes: several codes, code
    Meaning: one of the several answers is this code
    Blanks: false on blank
    Example: has(RSK_02, 'WOM')
    """

    name = "has"
    takes = (Type.MANY, Type.TEXT)
    columnwise = True
    needs_answer = True

    def typed(self, typing: Parser, node: ast.Call) -> Call:
        args = self.arguments(typing, node)
        typing.known_code(node.args[1], args[1], args[0])
        return self.call(*args)

    def in_sheet(self, several: Expr, code: Expr) -> bool:
        return in_cells(several) and isinstance(code, Literal)

    def excel(self, write: SheetWriter, several: Ref, code: Expr) -> str:
        return write.has(several, code_of(code))

    def compile(self, to: Compiler, several: Expr, code: Expr) -> Compiled:
        several_value, code_value = to.value(several), to.value(code)

        def has(answers: Answers, row: Row, this: Row) -> bool | Unknown:
            codes = several_value(answers, row, this)
            sought = code_value(answers, row, this)
            if type(sought) is Unknown:
                return sought
            read = codes.seen if type(codes) is Unknown else codes or ()
            if sought is not None and (sought in read or fold(sought) in map(fold, read)):
                return True
            return codes if type(codes) is Unknown else False

        return has


class Belongs(Function):
    """Whether an entry belongs to what is chosen in the field that decides its list."""

    name = "belongs"
    internal = True

    def excel(self, write: SheetWriter, child: Ref, parent: Ref) -> str:
        above = write.cell(parent)
        if above is None:
            return "TRUE"
        # Else it is the mistake, and this may be right.
        is_entry = f"ISNUMBER(MATCH({above},list_{parent.list},0))"
        return f"IFERROR(OR(NOT({is_entry}),{write.parent(child)}={above}),TRUE)"

    def compile(self, to: Compiler, child: Ref, parent: Ref) -> Compiled:
        above = to.parents(child.list or "")

        def belongs(entry: str | None, chosen: str | None) -> bool:
            parent_code = None if entry is None else above.get(fold(entry))
            return parent_code is None or chosen is None or parent_code == fold(chosen)

        return passing_on(belongs, [to.value(child), to.value(parent)])


class MatrixLevel(Function):
    """`level(down, across)`.

    Meaning: level of the matrix (down, across)
    Blanks: blank on blank
    Example: level(RSK_03, RSK_04)
    """

    name = "level"
    takes = (Type.NUMBER, Type.NUMBER)
    gives = Type.LEVEL
    formula = 'IFERROR(INDEX(matrix_levels,MATCH({0},matrix_down,0),MATCH({1},matrix_across,0)),"")'

    def compile(self, to: Compiler, *args: Expr) -> Compiled:
        levels = to.levels
        sides = [to.value(arg) for arg in args]
        fits = [to.off_scale(arg) for arg in args]
        crossing = passing_on(lambda down, across: levels.get((down, across)), sides)
        return _where_on_scale(crossing, fits)


class OfTool(Function):
    """What is said of one tool: of that named in quotes, or with `row_code()` of that which the row stands for.

    A loop over the tools of a workbook is a rule on the list of its tools. Its call holds the tools that may come. The
    method of `Answers` by its own name works it out.
    """

    takes = (Type.TEXT,)
    of_sheet = True

    def typed(self, typing: Parser, node: ast.Call) -> Call:
        if len(node.args) == 1 and isinstance(node.args[0], ast.Call):
            return self.call(*self._of_rows(typing, node.args[0]))
        typing.expect(node, self.name, len(self.takes))
        typing.tool(node.args[0])
        return self.call(*self.arguments(typing, node))

    def _of_rows(self, typing: Parser, node: ast.Call) -> tuple[Expr, ...]:
        """Return the row, and the tools that its table lists."""
        row = typing.expr(node)
        tools = typing.scope.listed_tools()
        if not isinstance(row, Call) or row.name != "row_code" or ref_of(row.args[0]).outer:
            raise typing.refuse(
                node, f"{self.name}() takes the code of a sheet in quotes, or row_code()."
            )
        if not tools:
            raise typing.refuse(
                node,
                f"{self.name}(row_code()) has a meaning only where each row is a sheet.",
                "Use it with the fields of a block of `items: {tools: true}`, or name one sheet in quotes.",
            )
        return (row, *(Literal(tool, Type.TEXT) for tool in tools))

    def excel(self, write: SheetWriter, tool: Expr, *listed_tools: Expr) -> str:
        return self.excel_of(write, code_of(tool) if isinstance(tool, Literal) else write.record)

    def excel_of(self, write: SheetWriter, tool: str) -> str:
        """Write it for one tool."""
        raise NotImplementedError

    def compile(self, to: Compiler, *args: Expr) -> Compiled:
        of_return = attrgetter(self.name)
        if isinstance(args[0], Literal):
            tool = code_of(args[0])
            return lambda answers, row, this: of_return(answers)(tool)
        tools = {code_of(arg) for arg in args[1:]}
        return lambda answers, row, this: of_return(answers)(row) if row in tools else None


def differs_by_row(expr: Expr) -> bool:
    """Say whether the formula of an expression is another one in each row, not only for other cells."""
    calls = (
        part for part in walk(expr) if isinstance(part, Call) and isinstance(part.function, OfTool)
    )
    return any(isinstance(call.args[0], Call) for call in calls)


class Issued(OfTool):
    """`issued('T1.1')`.

    Takes: code of a sheet, or `row_code()`
    Meaning: this tool is in the workbook
    Blanks: true or false, whatever is blank
    Example: issued('C1')
    """

    name = "issued"
    of_sheet = False

    def excel_of(self, write: SheetWriter, tool: str) -> str:
        return str(write.issued(tool)).upper()


class Ticked(OfTool):
    """`ticked('T1.1')`.

    Takes: code of a sheet, or `row_code()`
    Meaning: this tool is ticked in the form
    Blanks: false on blank
    Example: ticked('C1')
    """

    name = "ticked"

    def excel_of(self, write: SheetWriter, tool: str) -> str:
        return write.ticked(tool)


class Completeness(OfTool):
    """`completeness('T1.1')`.

    Takes: code of a sheet, or `row_code()`
    Meaning: share of required answers given on a sheet, 0 to 1
    Blanks: blank when it asks for none
    Example: completeness('C1')
    """

    name = "completeness"
    gives = Type.NUMBER
    by_the_day = True  # what is required may wait for a day

    def excel_of(self, write: SheetWriter, tool: str) -> str:
        progress = write.progress(tool)
        return f'IFERROR(INDEX({progress},1,2)/INDEX({progress},1,1),"")' if progress else '""'


def one_issued(tools: Iterable[str]) -> Expr:
    """Return the condition that one of some tools is in the workbook."""
    return Logic("or", tuple(Issued().call(Literal(tool, Type.TEXT)) for tool in tools))


def sheets_named(expr: Expr) -> Iterator[str]:
    """Yield every tool that an expression is about by name: over its rows, or what is said of it as a whole."""
    for part in walk(expr):
        match part:
            case Over():
                yield part.tool
            case Call(function=OfTool(), args=(Literal() as tool, *_)):
                yield code_of(tool)


def asks_what_is_issued(expr: Expr) -> bool:
    """Say whether an expression asks itself which sheets there are, or runs over the list of those that are."""
    calls = (part for part in walk(expr) if isinstance(part, Call))
    return differs_by_row(expr) or any(isinstance(call.function, Issued) for call in calls)


class LookUp(Function):
    """`lookup(reference, field)`.

    Takes: reference, field of the other sheet
    Gives: what that field gives
    Meaning: a field of the row that a reference points to
    Blanks: blank on blank
    Example: lookup(RSK_08, CHK_01)
    """

    name = "lookup"
    takes = (Type.CODE, None)
    gives = Type.TEXT
    of_column = True

    def typed(self, typing: Parser, node: ast.Call) -> Call:
        typing.expect(node, self.name, 2)
        reference = typing.expr(node.args[0])
        if not (isinstance(reference, Ref) and reference.targets):
            raise typing.refuse(node.args[0], "lookup() starts from a field of type reference.")
        target = typing.in_rows_of(reference.targets[0]).expr(node.args[1])
        if not isinstance(target, Ref) or target.last:
            raise typing.refuse(node.args[1], "lookup() ends at an answer of the other sheet.")
        return Call(self, (reference, target), target.type)

    def excel(self, write: SheetWriter, reference: Ref, target: Ref) -> str:
        return write.looked_up(reference, target)

    def compile(self, to: Compiler, reference: Ref, target: Ref) -> Compiled:
        code, answer, table = to.value(reference), to.value(target), to.table(reference.targets[0])

        def look_up(answers: Answers, row: Row, this: Row) -> Any:
            named = code(answers, row, this)
            if type(named) is Unknown:
                return named
            target_row = answers.row_named(table, named)
            return None if target_row is None else answer(answers, target_row, this)

        return _where_on_scale(look_up, [to.off_scale(reference)])

    def compile_filled(self, to: Compiler, reference: Ref, target: Ref) -> Compiled:
        code, presence, table = (
            to.value(reference),
            to.filled(target),
            to.table(reference.targets[0]),
        )
        looked_up = self.compile(to, reference, target)

        def filled(answers: Answers, row: Row, this: Row) -> bool | Unknown:
            value = looked_up(answers, row, this)
            if value is not None:
                return value if type(value) is Unknown else True
            target_row = answers.row_named(table, code(answers, row, this))
            return target_row is not None and presence(answers, target_row, this)

        return filled


class InUse(Function):
    """Whether a reference leads to a row that is in use."""

    name = "in_use"
    internal = True

    def excel(self, write: SheetWriter, reference: Ref) -> str:
        return write.in_use(reference)

    def compile(self, to: Compiler, reference: Ref) -> Compiled:
        """Compile it: where none of the sheets that it may name is there, nobody can tell."""
        reference_value = to.value(reference)
        tools = reference.targets
        places = [(to.table(tool), to.offered(reference, tool)) for tool in tools]

        def in_use(answers: Answers, row: Row, this: Row) -> bool | Unknown:
            code = reference_value(answers, row, this)
            if type(code) is Unknown:
                return code
            if code is None or not any(answers.issued(tool) for tool in tools):
                return True
            for table, offered in places:
                target_row = answers.row_named(table, code)
                if target_row in answers.active_sets[table] and (
                    offered is None or target_row in offered
                ):
                    return True
            return False

        return in_use


def _where_on_scale(value: Compiled, fits: Sequence[Compiled]) -> Compiled:
    """Compile what has a meaning only where answers are steps of a scale or names of rows: elsewhere it is unknown."""

    def known(answers: Answers, row: Row, this: Row) -> Any:
        figure = value(answers, row, this)
        unknown = None
        for off_scale in fits:
            unknown = worse(unknown, off_scale(answers, row, this))
        return figure if unknown is None else worse(unknown, figure)

    return known
