"""What a function of the language is: one object that says everything about itself.

At the end stands what formulas are put together of: literals, words counted, the first word, steps of a scale.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from .compiler import Answers, Compiled, Compiler, Known, Row, Unknown, Value, passing_on, worse
from .parser import Parser
from .tree import (
    TEXTS,
    Arithmetic,
    Call,
    Choose,
    Expr,
    Literal,
    Operation,
    Over,
    Ref,
    SheetWriter,
    Type,
    parts,
    refs,
)


class Function(Operation):
    """A function of its arguments: its signature, its blanks, and what every visitor makes of it.

    `takes` names the type of each argument, None for any; the last one may stand several times where it `repeats`.
    `formula`: what a sheet writes, with its arguments as bare numbers in the places of {0}, {1} …
    """

    takes: tuple[Type | None, ...] = ()
    repeats: bool = False
    formula: str = ""

    def typed(self, typing: Parser, node: ast.Call) -> Expr:
        """Type a call with arguments that fit."""
        return self.call(*self.arguments(typing, node))

    def call(self, *args: Expr) -> Call:
        """Make a call of typed arguments."""
        return Call(self, args, self.gives)

    def arguments(self, typing: Parser, node: ast.Call) -> tuple[Expr, ...]:
        """Type the arguments, each as `takes` says."""
        args = tuple(typing.expr(arg) for arg in node.args)
        takes = self.takes
        if self.repeats:
            takes += (takes[-1],) * (len(args) - len(takes))
        typing.expect(node, self.name, len(takes))
        for arg, want, place in zip(args, takes, node.args, strict=True):
            fits = want in (None, arg.type) or (want is Type.TEXT and arg.type in TEXTS)
            if not fits:
                raise typing.refuse(place, f"{self.name}() needs a {want} here, not a {arg.type}.")
        return args

    def _always(self, *args: Expr) -> bool:
        return True

    def _by_formula(self, write: SheetWriter, *args: Expr) -> str:
        return self.formula.format(*map(write.number, args))

    def _of_values(self, to: Compiler, *args: Expr) -> Compiled:
        """Compile it over one return: unknown as soon as an argument is."""
        return passing_on(self.of, [to.value(arg) for arg in args], strict=self.strict)

    def _something(self, to: Compiler, *args: Expr) -> Compiled:
        """Compile whether anything comes out of it."""
        return passing_on(lambda value: value is not None, [self.compile(to, *args)])

    in_sheet: Callable[..., bool] = _always
    excel: Callable[..., str] = _by_formula
    compile: Callable[..., Compiled] = _of_values
    # from what its arguments come to: None where one is blank, never where it is `strict`
    of: Callable[..., Known]
    compile_filled: Callable[..., Compiled] = _something


class Record(NamedTuple):
    """One of several records side by side: what writes its cells, and whether it is in use."""

    write: SheetWriter
    active: str


class Aggregate(Operation):
    """A function over the rows of a table: of nothing, of a condition or of a number in each row."""

    gives: Type = Type.NUMBER
    inner: Type | None = Type.BOOL
    never_blank: bool = True
    # what one row comes to that decides the whole, whatever is unknown in others
    decided_by: Known = None

    def typed(self, typing: Parser, node: ast.Call) -> Expr:
        """Type a call with a sheet, and with what is worked out in each of its rows."""
        return self.over(typing, node)

    def over(self, typing: Parser, node: ast.Call) -> Over:
        """Return the figure over rows that a call means."""
        if self.inner is not None and len(node.args) == 1:
            field = ast.unparse(node.args[0])
            sheet = typing.sheet_with(field)
            if sheet:
                reason = f"{self.name}() goes over the rows of a sheet."
                raise typing.refuse(node, reason, f"Write {self.name}('{sheet}', {field}).")
        typing.expect(node, self.name, 1 if self.inner is None else 2)
        tool = typing.table(node.args[0])
        inner: Expr | None = None
        if self.inner is not None:
            rows = typing.in_rows_of(tool)
            parse_inner = rows.condition if self.inner is Type.BOOL else rows.number
            inner = parse_inner(node.args[1])
        return Over(self, tool, inner, self.gives)

    def in_sheet(self, inner: Expr | None) -> bool:
        """Say whether a sheet can work it out over whole columns."""
        return inner is None or in_columns(inner)

    of: Callable[[Sequence[Any]], Known]  # from what the rows that count come to

    def compile(self, to: Compiler, expr: Over) -> Compiled:
        """Compile it over one return; the rows are seen from the row that the whole expression stands in."""
        table = to.table(expr.tool)
        inner = None if expr.inner is None else to.value(expr.inner)

        def over(answers: Answers, row: Row, this: Row) -> Value:
            values = []
            unknown = None
            seen_from = row if this is None else this
            for each_row in answers.active[table]:
                value = True if inner is None else inner(answers, each_row, seen_from)
                if type(value) is Unknown:
                    unknown = worse(unknown, value)
                elif self.decided_by is not None and value is self.decided_by:
                    return self.of([value])
                else:
                    values.append(value)
            for doubt in answers.possible_rows(table):
                unknown = worse(unknown, doubt)
            return self.of(values) if unknown is None else unknown

        return over


def in_columns(expr: Expr) -> bool:
    """Say whether a sheet can work an expression out over whole columns.

    There is no way there to pass over a row in which a formula fails: nothing may fail where an answer is blank.
    """
    match expr:
        case Over() | Choose():
            return False
        case Call():
            return (
                expr.function.columnwise
                and expr.function.in_sheet(*expr.args)
                and all(isinstance(arg, Literal | Ref) for arg in expr.args)
            )
        case Arithmetic():
            calculated = any(ref.calculated for ref in refs(expr))
            return (
                expr.op in ("+", "-", "*") and not calculated and all(map(in_columns, parts(expr)))
            )
    return all(map(in_columns, parts(expr)))


def reader_only(expr: Expr) -> bool:
    """Say whether an expression uses what a sheet cannot work out."""
    match expr:
        case Over():
            return not expr.function.in_sheet(expr.inner)
        case Call() if not expr.function.in_sheet(*expr.args):
            return True
    return any(reader_only(part) for part in parts(expr))


def in_cells(expr: Expr) -> bool:
    """Say whether each of several answers stands in a cell of its own: a fixed column has them in one."""
    return isinstance(expr, Ref) and not expr.fixed


def code_of(expr: Expr) -> str:
    """Return the code that is written in an expression."""
    assert isinstance(expr, Literal)
    return str(expr.value)


def ref_of(expr: Expr | None) -> Ref:
    """Return the answer that an argument has to be."""
    assert isinstance(expr, Ref)
    return expr


# what formulas are put together of

SPACES = ("CHAR(9)", "CHAR(10)", '"\u00a0"', '"\u202f"', '"\u200b"')
SEVERAL = ", "  # between several answers that are one text
LONE_MARKS = ("/", "-", "\u2013", "\u2014", "&")


def text_literal(text: str) -> str:
    """Write a text as a formula does."""
    return '"' + text.replace('"', '""') + '"'


def number_literal(number: float) -> str:
    """Write a number as a formula does, whatever the language of the program."""
    return f"{number:.15g}"


def answers_in(cells: str) -> str:
    """Count the cells of a run that hold more than spaces; where one is an error, those that are not blank."""
    return f"IFERROR(SUMPRODUCT(--(LEN(TRIM({cells}))>0)),COUNTA({cells}))"


def word_count(cell: str) -> str:
    """Count the words of a cell that is not blank: spaces of all kinds made one, lone marks out, gaps counted."""
    text = cell
    for space in SPACES:
        text = f'SUBSTITUTE({text},{space}," ")'
    text = f'" "&{text}&" "'
    for mark in LONE_MARKS:
        text = f'SUBSTITUTE({text}," {mark} "," ")'
    text = f"TRIM({text})"
    return f'(LEN(SUBSTITUTE({text}," ","  "))-LEN({text})+1)'


def joined(cells: Sequence[str], between: str) -> str:
    """Write what stands in some cells as one text; those that are blank are passed over."""
    if len(cells) == 1:
        return cells[0]
    pieces = "&".join(f'IF({cell}="","",{text_literal(between)}&{cell})' for cell in cells)
    return f"MID({pieces},{len(between) + 1},32767)"


def is_step(cells: str, entries: str) -> str:
    """Write whether a cell, or each of a column, is an entry of a scale or begins it with whole words: 4, 4 Likely."""
    return f'(LEFT({entries}&" ",LEN(TRIM({cells}))+1)=TRIM({cells})&" ")'


def of_step(cell: str, scale: str, column: str = "code") -> str:
    """Write the code, or the entry in the `list`, of the step of a scale that a cell is; an error where it is none."""
    return f"LOOKUP(2,1/{is_step(cell, f'list_{scale}')},{column}_{scale})"


def of_steps(cells: str, entries: Sequence[str], worth: Sequence[str]) -> str:
    """Write an array of what each cell of a column is worth, 0 where it is no step.

    An array constant has its columns apart by commas.
    """
    shown = ",".join(map(text_literal, entries))
    return f"MMULT(--{is_step(cells, f'{{{shown}}}')},{{{';'.join(worth)}}})"


def first_word(cell: str) -> str:
    """Write what stands before the first space: the code of a row in a list of references."""
    return f'LEFT(TRIM({cell}),FIND(" ",TRIM({cell})&" ")-1)'
