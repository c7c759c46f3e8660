"""The typed tree of an expression: what the parser makes of its text, and every visitor walks over; the visitors."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol


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
    if_true: Expr
    if_false: Expr
    type: Type


FUNCTIONS: dict[str, Operation] = {}  # by name; a class that has a name takes its place by itself


class Operation:
    """A function as the tree holds it, of its arguments or over the rows of a table; see `language.function`.

    What its docstring says stands in the guide to expressions. `internal`: checks of field types use it, and specs do
    not. `never_blank`: the result is a figure whatever is blank. `strict`: it is blank where an argument is, and the
    formula of the sheet may take that for granted. `of_row`: it says which row it is: the answer that it holds leads to
    the table, and is not read.
    """

    name: str = ""
    gives: Type = Type.BOOL
    internal: bool = False
    never_blank: bool = False
    strict: bool = False
    columnwise: bool = False  # whether a sheet can work it out over whole columns
    by_the_day: bool = False  # whether it may come out otherwise on another day
    of_sheet: bool = False  # whether it reads how a whole sheet stands
    of_column: bool = False  # whether it reads its answer in other rows, too
    of_row: bool = False
    needs_answer: bool = False  # whether it is false only because its first argument is blank

    # the call that an `ast.Call` means; raises what `Parser.refuse` makes
    typed: Callable[..., Expr]
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
    """Return the direct parts of an expression; what stands inside a figure over rows is none."""
    match expr:
        case Compare() | Arithmetic():
            return (expr.left, expr.right)
        case Logic():
            return expr.parts
        case Not():
            return (expr.part,)
        case Choose():
            return (expr.condition, expr.if_true, expr.if_false)
        case Call() if not expr.function.of_row:
            return expr.args
    return ()


def seen_from(expr: Expr) -> Ref | None:
    """Return an answer of the row that `this` means, for one that is worked out in the rows of a table; None
    without.
    """
    if isinstance(expr, Ref):
        return expr if expr.outer else None
    inner = expr.args if isinstance(expr, Call) else parts(expr)
    return next(filter(None, map(seen_from, inner)), None)


def inside(expr: Expr) -> tuple[Expr, ...]:
    """Return the direct parts of an expression, among them what a figure over rows reads in each of them."""
    if isinstance(expr, Over):
        return () if expr.inner is None else (expr.inner,)
    return parts(expr)


def walk(expr: Expr) -> Iterator[Expr]:
    """Yield an expression and everything inside it, outside in."""
    yield expr
    for part in inside(expr):
        yield from walk(part)


def refs(expr: Expr) -> Iterator[Ref]:
    """Yield every answer that an expression reads, in the order written (those of the rows of a figure left out)."""
    if isinstance(expr, Ref):
        yield expr
    for part in parts(expr):
        yield from refs(part)


def refs_inside(expr: Expr) -> Iterator[Ref]:
    """Return every answer that an expression reads, those of the rows of a figure too."""
    return (part for part in walk(expr) if isinstance(part, Ref))


# checks of specs whose expressions are of level 2


def unless_blank(condition: Expr, *, holds: bool = True) -> Expr:
    """Return a condition that holds, or does not, where a blank answer leaves it open."""
    match condition:
        case Not():
            return Not(unless_blank(condition.part, holds=not holds))
        case Choose():
            if_true = unless_blank(condition.if_true, holds=holds)
            if_false = unless_blank(condition.if_false, holds=holds)
            return Choose(condition.condition, if_true, if_false, Type.BOOL)
        case Logic():
            inner = [unless_blank(part, holds=holds) for part in condition.parts]
            return _joined(condition.op, inner)
        case Compare() | Call() if holds:
            blanks = (Call(FUNCTIONS["blank"], (part,), Type.BOOL) for part in _compared(condition))
            return _joined("or", [condition, *blanks])
    return condition


def _compared(condition: Compare | Call) -> list[Expr]:
    """Return what a comparison needs to be decided, as far as it can be blank."""
    if isinstance(condition, Compare):
        sides: tuple[Expr, ...] = (condition.left, condition.right)
    else:
        sides = condition.args[:1] if condition.function.needs_answer else ()
    return [
        side
        for side in sides
        if not isinstance(side, Literal)
        and not (isinstance(side, Call | Over) and side.function.never_blank)
    ]


def _joined(op: str, conditions: Iterable[Expr]) -> Expr:
    """Join conditions by `and` or `or`, each of them once."""
    flat: list[Expr] = []
    for condition in conditions:
        same = isinstance(condition, Logic) and condition.op == op
        flat += condition.parts if isinstance(condition, Logic) and same else (condition,)
    different = tuple(dict.fromkeys(flat))
    return different[0] if len(different) == 1 else Logic(op, different)


# the scope that an expression is typed in, and the visitors that write it into a sheet, as its functions see them


class NameScope(Protocol):
    """Where the names of an expression are looked up."""

    def find(self, name: str) -> Ref | None:
        """Return the answer that a name means here, or None."""

    def names(self) -> list[str]:
        """Return every name that may be used here."""

    def tools(self) -> Collection[str]:
        """Return the codes of all tools."""

    def rows_of(self, tool: str) -> NameScope | None:
        """Return the scope inside the rows of a tool's table; None where it holds nothing to fill in."""

    def any_of_row(self) -> Ref | None:
        """Return any answer of the row; None where there are no rows."""

    def listed_tools(self) -> Sequence[str]:
        """Return the tools that the rows stand for; nothing where they are not a list of tools."""

    def codes(self, of: Expr) -> tuple[str, ...] | None:
        """Return the codes that an expression can yield; None where it is not drawn from a list."""

    def worth(self, name: str) -> Mapping[str, float]:
        """Return the numbers that entries of a list have by their codes."""

    @property
    def level(self) -> int:
        """Of which level the expressions of the spec are: what has changed since the first one."""


class SheetWriter(Protocol):
    """The visitor that writes formulas, for one row of a sheet or over all rows of a table at once."""

    @property
    def record(self) -> str:
        """The code of the row that is written."""

    @property
    def day(self) -> str:
        """The day of the check."""

    @property
    def language(self) -> str:
        """The language of the sheet."""

    @property
    def without_spaces(self) -> bool:
        """Whether the language of the sheet writes without spaces between words."""

    def condition(self, expr: Expr) -> str:
        """Write what is TRUE or FALSE, never an error; over all rows an array of 0 and 1."""

    def number(self, expr: Expr) -> str:
        """Write the bare number; its guards say when it is blank."""

    def value(self, expr: Expr) -> str:
        """Write what is empty text where blank, never an error."""

    def text(self, expr: Expr) -> str:
        """Write a text; codes as codes, not as labels."""

    def guarded(self, formula: str, blank: str, *figures: Expr) -> str:
        """Write a formula that is something else where one of some figures is blank."""

    def filled(self, expr: Expr) -> str:
        """Write whether something stands in the cells of an answer, or comes out of an expression."""

    def blank(self, expr: Expr) -> str:
        """Write the opposite of that."""

    def has(self, several: Ref, code: str) -> str:
        """Write whether one of several answers is a code."""

    def cell(self, ref: Ref) -> str | None:
        """Write the cell, or run of cells, of an answer; None where its sheet was not issued."""

    def run(self, ref: Ref) -> str | None:
        """Write the cells of an answer that has several side by side; None for any other."""

    def column(self, ref: Ref) -> str | None:
        """Write all cells of the answer's column in its table; None for an answer given once."""

    def looked_up(self, row: Expr, target: Ref) -> str:
        """Write the answer in the row of a reference or a number, codes as codes; blank where there is none."""

    def labels(self, expr: Expr) -> str:
        """Write the labels that the cells of an answer show, its own or one looked up, as one text."""

    def worth(self, expr: Expr) -> str:
        """Write the number that the entry of an answer has, its own or one looked up; blank where it has none."""

    def step_entry(self, ref: Ref) -> str:
        """Write the entry of a scale that the cell of an answer is; an error where it is none."""

    def issued(self, tool: str) -> bool:
        """Say whether a tool is in the workbook."""

    def ticked(self, tool: str) -> str:
        """Write whether a tool counts."""

    def progress(self, tool: str) -> str | None:
        """Write the range of required and given answers of a sheet; None where it was not issued."""

    def readable(self, ref: Ref) -> str:
        """Write whether a cell that is not blank holds what the type of its field can read."""

    def comparable(self, ref: Ref, shown: str) -> str:
        """Write what is the same for two cells, or for all of a column, where their answers are."""

    def in_use(self, ref: Ref) -> str:
        """Write whether the row that a reference names is in use."""

    def row_code(self, ref: Ref) -> str:
        """Write the code of the row that an answer stands in."""

    def row_number(self, ref: Ref) -> str:
        """Write which row of its sheet an answer stands in."""

    def parent(self, ref: Ref) -> str:
        """Write what the list says the entry in a cell belongs to, as shown."""


class ColumnWriter(SheetWriter, Protocol):
    """The same over all rows of a table at once."""

    def active(self) -> str:
        """Write 1 for the rows with any answer."""

    def known(self, ref: Ref) -> str:
        """Write 1 where there is a number, as an array."""
