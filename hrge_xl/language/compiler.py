"""Compiles expressions into functions over one return, which give their values.

A value is a figure (of a day its serial number), a text, several codes or a truth value, None where it is blank, or
`Unknown`. Figures that differ in the last bits of a calculation only are equal, as they are in spreadsheets.
"""

from __future__ import annotations

import math
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Protocol

from ..core.words import remembered_if_short, tidy_lines
from .tree import FIGURES, Arithmetic, Call, Choose, Compare, Expr, Literal, Logic, Not, Ref, Type

Known = float | str | tuple[str, ...] | bool | None
SAME = 2.0**-48


class Unknown:
    """A value that nobody knows, because of an answer that is in error or a cell that could not be read.

    Of several causes the one of the highest rank counts. `seen` are the codes that can be read among several.
    """

    __slots__ = ("cause", "rank", "seen")

    def __init__(self, rank: int, cause: Any, seen: tuple[str, ...] = ()) -> None:
        self.rank = rank
        self.cause = cause
        self.seen = seen

    def __bool__(self) -> bool:
        raise TypeError("an unknown value was taken for a condition")


Value = Known | Unknown


def worse(first: Any, second: Any) -> Any:
    """Return the unknown value that counts of two values, one of which at least is unknown or both None."""
    if type(first) is not Unknown:
        return second
    return first if type(second) is not Unknown or first.rank >= second.rank else second


@remembered_if_short
def fold(text: str) -> str:
    """Return what all spellings of a text share that differ in case or spaces only."""
    return tidy_lines(text).casefold()


def same(first: float, second: float) -> bool:
    """Say whether two figures are equal but for the last bits."""
    return first == second or abs(first - second) < min(abs(first), abs(second)) * SAME


def finite(number: Any) -> float | None:
    """Return a number; None for what is not finite, or not real."""
    return number if type(number) is float and math.isfinite(number) else None


AMONG: Mapping[str, Callable[[list[float]], float]] = {"SUM": sum, "MIN": min, "MAX": max}


def figure_of(name: str, values: Iterable[float | None]) -> float | None:
    """Return the sum, smallest or largest of the figures that are not blank, by its name in Excel; None without any."""
    figures = [value for value in values if value is not None]
    return AMONG[name](figures) if figures else None


# from a typed expression to a Python function over one return

Row = str | None
SlotKey = tuple[int, Row]  # number of the column, and row


class Answers(Protocol):
    """One return, as functions of the language and leaves of expressions ask about it.

    Tables go by their numbers; what stands in cells goes by the number of the column, then by row.
    """

    today: float
    rows: Sequence[Sequence[str]]  # of each table
    row_sets: Sequence[Collection[str]]
    active: Sequence[Sequence[str]]  # the rows that count
    active_sets: Sequence[Collection[str]]
    values: Sequence[Mapping[Row, Value]]
    filled: Sequence[Mapping[Row, int]]  # in how many cells something stands, where it does
    unreadable: Mapping[SlotKey, Unknown]  # where nobody knows whether something stands
    # what can be compared, but is not a step of a scale and no row
    off_scale: Mapping[tuple[int, Row], Unknown]

    def possible_rows(self, table: int) -> Collection[Unknown]:
        """Return for each blank row of a table that may count what keeps that from being known."""

    def row_named(self, table: int, code: str | None) -> Row:
        """Return the row of a table that a code names; None for none."""

    def issued(self, tool: str) -> bool:
        """Say whether a tool is in the workbook."""

    def ticked(self, tool: str) -> bool | Unknown:
        """Say whether a tool is in the workbook and marked as used."""

    def completeness(self, tool: str) -> float | Unknown | None:
        """Return the share of required answers given on a sheet; None where it asks for none."""

    def labels(self, vocabulary: str) -> Mapping[str, str]:
        """Return what the workbook calls the entries of a list, by their folded codes."""

    def once(self, key: object, work_out: Callable[[], Any]) -> Any:
        """Return what is worked out once for a return."""


Compiled = Callable[[Any, Row, Row], Any]  # answers of a return, row, row of `this`


class Compiler(ABC):
    """Compiles the expressions of one spec, each once. How answers are read is said where they are kept."""

    ranks: Mapping[str, int]  # of levels, by their folded codes
    levels: Mapping[tuple[float, float], str]  # at each crossing of the matrix

    def __init__(self) -> None:
        # With the expressions, so that they keep their identity.
        self._compiled: dict[int, tuple[Compiled, Expr]] = {}

    @abstractmethod
    def answer(self, ref: Ref) -> Compiled:
        """Compile the value of an answer."""

    @abstractmethod
    def presence(self, ref: Ref) -> Compiled:
        """Compile whether an answer is there, readable or not."""

    @abstractmethod
    def count_cells(self, ref: Ref) -> Compiled:
        """Compile in how many cells of a field an answer stands."""

    @abstractmethod
    def off_scale(self, expr: Expr) -> Compiled:
        """Compile what makes an answer unfit as a step of a scale or the name of a row; None where nothing does."""

    @abstractmethod
    def parents(self, vocabulary: str) -> Mapping[str, str]:
        """Return the folded code that each entry of a list belongs to, by its own."""

    @abstractmethod
    def worth(self, vocabulary: str) -> Mapping[str, float]:
        """Return the numbers that entries of a list have by their folded codes."""

    @abstractmethod
    def offered(self, ref: Ref, tool: str) -> Collection[str] | None:
        """Return the rows of a tool's table that a reference may name; None where it may name all of them."""

    @abstractmethod
    def table(self, tool: str) -> int:
        """Return the table that references to a tool and figures over its rows mean."""

    @abstractmethod
    def table_of(self, ref: Ref) -> int:
        """Return the table that an answer stands in."""

    def value(self, expr: Expr) -> Compiled:
        """Compile an expression."""
        if id(expr) not in self._compiled:
            self._compiled[id(expr)] = self._compile(expr), expr
        return self._compiled[id(expr)][0]

    def _compile(self, expr: Expr) -> Compiled:
        match expr:
            case Literal():
                # as in a cell
                value = float(expr.value) if expr.type in FIGURES else str(expr.value) or None
                return lambda answers, row, this: value
            case Ref():
                return self.answer(expr)
            case Compare():
                return passing_on(
                    self._comparison(expr), [self.value(expr.left), self.value(expr.right)]
                )
            case Arithmetic():
                operands = [self.value(expr.left), self.value(expr.right)]
                return passing_on(_ARITHMETIC[expr.op], operands, strict=True)
            case Logic():
                return _logic([self.value(part) for part in expr.parts], deciding=expr.op == "or")
            case Not():
                return passing_on(lambda holds: not holds, [self.value(expr.part)])
            case Choose():
                return _choice(
                    self.value(expr.condition), self.value(expr.if_true), self.value(expr.if_false)
                )
        parts: tuple[Expr, ...] = expr.args if isinstance(expr, Call) else (expr,)
        compiled: Compiled = expr.function.compile(self, *parts)
        return compiled

    def _comparison(self, expr: Compare) -> Callable[[Any, Any], bool]:
        test = _COMPARISONS[expr.op]
        of_figures = expr.left.type in FIGURES
        if not of_figures and expr.op in ("==", "!="):
            equal = expr.op == "=="
            return lambda left, right: (
                left is not None
                and right is not None
                and (left == right or fold(left) == fold(right)) is equal
            )
        ranks = self.ranks

        def compare(left: Any, right: Any) -> bool:
            if left is None or right is None:
                return False
            if not of_figures:
                left = ranks.get(fold(left))
                right = ranks.get(fold(right))
            return left is not None and right is not None and test(left, right)

        return compare

    def filled(self, expr: Expr) -> Compiled:
        """Compile whether an answer stands in its cells, readable or not, or anything comes out of an expression."""
        match expr:
            case Ref() if not expr.last and not expr.calculated:
                return self.presence(expr)
            case Choose():
                return _choice(
                    self.value(expr.condition),
                    self.filled(expr.if_true),
                    self.filled(expr.if_false),
                )
            case Call():
                compiled: Compiled = expr.function.compile_filled(self, *expr.args)
                return compiled
        return passing_on(lambda value: value is not None, [self.value(expr)])

    def count(self, expr: Expr) -> Compiled:
        """Compile how many answers an expression stands for: several may be given to one question."""
        if expr.type is not Type.MANY:
            return self.filled(expr)
        if isinstance(expr, Ref) and not expr.last:
            return self.count_cells(expr)
        return passing_on(lambda codes: len(codes or ()), [self.value(expr)])


def passing_on(
    work_out: Callable[..., Any], parts: Sequence[Compiled], *, strict: bool = False
) -> Compiled:
    """Compile a function of values: unknown where one of them is; where it is `strict`, blank where one is."""
    if len(parts) == 1:
        (part,) = parts

        def of_one(answers: Answers, row: Row, this: Row) -> Any:
            value = part(answers, row, this)
            if type(value) is Unknown or (strict and value is None):
                return value
            return work_out(value)

        return of_one

    def of_several(answers: Answers, row: Row, this: Row) -> Any:
        values = []
        unknown = None
        for part in parts:
            value = part(answers, row, this)
            if type(value) is Unknown:
                unknown = worse(unknown, value)
            values.append(value)
        if unknown is not None:
            return unknown
        return None if strict and None in values else work_out(*values)

    return of_several


def _logic(parts: Sequence[Compiled], *, deciding: bool) -> Compiled:
    """Compile `and` or `or`: one part that is known may decide the whole."""

    def decide(answers: Answers, row: Row, this: Row) -> Any:
        unknown = None
        for part in parts:
            holds = part(answers, row, this)
            if type(holds) is Unknown:
                unknown = worse(unknown, holds)
            elif holds is deciding:
                return deciding
        return not deciding if unknown is None else unknown

    return decide


def _choice(condition: Compiled, if_true: Compiled, if_false: Compiled) -> Compiled:
    def choose(answers: Answers, row: Row, this: Row) -> Any:
        holds = condition(answers, row, this)
        if type(holds) is Unknown:
            return holds
        return (if_true if holds else if_false)(answers, row, this)

    return choose


_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "==": same,
    "!=": lambda left, right: not same(left, right),
    "<": lambda left, right: left < right and not same(left, right),
    "<=": lambda left, right: left <= right or same(left, right),
    ">": lambda left, right: left > right and not same(left, right),
    ">=": lambda left, right: left >= right or same(left, right),
}


def _raised(base: float, exponent: float) -> float | None:
    """Raise to a power; what spreadsheets do not agree about has no result: of nothing, and close to nothing."""
    if base == 0 and exponent <= 0:
        return None
    try:
        power = finite(base**exponent)
    except OverflowError:
        return None
    is_close_to_nothing = power is not None and abs(power) < sys.float_info.min
    return None if is_close_to_nothing and base != 0 else power


# a sum or difference that comes to the last bits only is nought
_ARITHMETIC: dict[str, Callable[[float, float], float | None]] = {
    "+": lambda left, right: 0.0 if same(left, -right) else finite(left + right),
    "-": lambda left, right: 0.0 if same(left, right) else finite(left - right),
    "*": lambda left, right: finite(left * right),
    "/": lambda left, right: None if right == 0 else finite(left / right),
    "**": _raised,
}
