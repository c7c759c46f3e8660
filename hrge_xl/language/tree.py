"""The typed tree of an expression: what the parser makes of its text, and every visitor walks over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Type(StrEnum):
    """What an expression yields. A level is a code of the matrix and can be compared by rank."""

    NUMBER = "number"
    TEXT = "text"
    CODE = "code"
    LEVEL = "level"
    MANY = "many"
    DATE = "date"
    BOOL = "bool"


FIGURES = (Type.NUMBER, Type.DATE)
TEXTS = (Type.TEXT, Type.CODE, Type.LEVEL)


@dataclass(frozen=True, slots=True)
class Literal:
    """A number or a text written in the expression."""

    value: str | float
    type: Type


@dataclass(frozen=True, slots=True)
class Ref:
    """An answer: of the same row (or record), or, when `single`, the one answer of a form anywhere.

    `list` names the list that it is drawn from, `targets` the tools whose rows it refers to; `steps` are the numbers of
    a scale, one of which stands in front of what its cell shows. Inside a function over the rows of a table, `outer`
    means the row that the whole expression stands in: `this.CODE`. `last`: what the answer was in the round before, as
    it was issued with the workbook. `fixed`: the spec itself says it, in one cell however many codes it has.
    """

    tool: str
    code: str
    type: Type
    single: bool = False
    list: str | None = None
    targets: tuple[str, ...] = ()
    calculated: bool = False
    outer: bool = False
    last: bool = False
    steps: tuple[str, ...] = ()
    fixed: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """Tool and code of the field."""
        return self.tool, self.code


@dataclass(frozen=True, slots=True)
class Compare:
    """Two sides compared: == != < <= > >=."""

    op: str
    left: Expr
    right: Expr
    type: Type = Type.BOOL


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Two numbers (or dates and days) combined: + - * / **; what has no result is blank."""

    op: str
    left: Expr
    right: Expr
    type: Type


@dataclass(frozen=True, slots=True)
class Logic:
    """`and` or `or` over conditions."""

    op: str
    parts: tuple[Expr, ...]
    type: Type = Type.BOOL


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of a condition."""

    part: Expr
    type: Type = Type.BOOL


@dataclass(frozen=True, slots=True)
class Choose:
    """`a if condition else b`."""

    condition: Expr
    then: Expr
    other: Expr
    type: Type


FUNCTIONS: dict[str, Operation] = {}  # by name; a class that has a name takes its place by itself


class Operation:
    """A function as the tree holds it, of its arguments or over the rows of a table; see `language.function`.

    What its docstring says stands in the guide to expressions. `own`: checks of field types use it, and specs do not.
    `never_blank`: the result is a figure whatever is blank. `strict`: it is blank where an argument is, and the formula
    of the sheet may take that for granted. `of_row`: it says which row it is: the answer that it holds leads to the
    table, and is not read.
    """

    name: str = ""
    gives: Type = Type.BOOL
    own: bool = False
    never_blank: bool = False
    strict: bool = False
    columnwise: bool = False  # whether a sheet can work it out over whole columns
    by_the_day: bool = False  # whether it may come out otherwise on another day
    of_sheet: bool = False  # whether it reads how a whole sheet stands
    of_column: bool = False  # whether it reads its answer in other rows, too
    of_row: bool = False

    typed: Callable[..., Expr]  # the call that an `ast.Call` means; raises what `Parser.refuse` makes
    # what each visitor makes of it, with its arguments or with what it works out in each row
    in_sheet: Callable[..., bool]
    excel: Callable[..., str]
    excel_records: Callable[..., str]
    compile: Callable[..., Any]
    compile_filled: Callable[..., Any]

    def __init_subclass__(cls) -> None:
        if cls.name:
            FUNCTIONS[cls.name] = cls()


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments."""

    function: Operation
    args: tuple[Expr, ...]
    type: Type

    @property
    def name(self) -> str:
        """The name of the function."""
        return self.function.name


@dataclass(frozen=True, slots=True)
class Over:
    """A figure over the rows of a table; `inner` is worked out in each of them."""

    function: Operation
    tool: str
    inner: Expr | None
    type: Type

    @property
    def name(self) -> str:
        """The name of the function."""
        return self.function.name


Expr = Literal | Ref | Compare | Arithmetic | Logic | Not | Choose | Call | Over
TRUE = Logic("and", ())


def parts(expr: Expr) -> tuple[Expr, ...]:
    """Give the direct parts of an expression; what stands inside a figure over rows is none."""
    match expr:
        case Compare() | Arithmetic():
            return (expr.left, expr.right)
        case Logic():
            return expr.parts
        case Not():
            return (expr.part,)
        case Choose():
            return (expr.condition, expr.then, expr.other)
        case Call() if not expr.function.of_row:
            return expr.args
    return ()


def seen_from(expr: Expr) -> Ref | None:
    """Give an answer of the row that `this` means, for one that is worked out in the rows of a table; None without."""
    if isinstance(expr, Ref):
        return expr if expr.outer else None
    inner = expr.args if isinstance(expr, Call) else parts(expr)
    return next(filter(None, map(seen_from, inner)), None)


def inside(expr: Expr) -> tuple[Expr, ...]:
    """Give the direct parts of an expression, among them what a figure over rows reads in each of them."""
    if isinstance(expr, Over):
        return () if expr.inner is None else (expr.inner,)
    return parts(expr)


def walk(expr: Expr) -> Iterator[Expr]:
    """Give an expression and everything inside it, outside in."""
    yield expr
    for part in inside(expr):
        yield from walk(part)


def refs(expr: Expr) -> Iterator[Ref]:
    """Give every answer that an expression reads, in the order written (those of the rows of a figure left out)."""
    if isinstance(expr, Ref):
        yield expr
    for part in parts(expr):
        yield from refs(part)


def refs_inside(expr: Expr) -> Iterator[Ref]:
    """Give every answer that an expression reads, those of the rows of a figure too."""
    return (part for part in walk(expr) if isinstance(part, Ref))
