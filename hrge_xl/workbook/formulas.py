"""What cells calculate, said once: each formula knows how Excel writes it, and what it comes to with a content.

Formulas that are the same in every row of a column hold `ROW` for the number of their row; what they come to depends
on that row as it does in Excel. Operators write their two sides as they are: a side that binds less than its operator
brings its own brackets.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from ..language.sheet_text import number_literal, text_literal
from ..layout import Place, column_letters
from .content import Content

ROW = "\ue000"  # stands for the row number in a formula that is compiled once for a whole column
Value = Callable[[Content, int], Any]  # with the row of the cell that asks
Term: TypeAlias = "Formula | str | float"


def _operator(sign: str, compute: Callable[[Any, Any], Any]) -> Callable[[Formula, Term], Formula]:
    def operation(left: Formula, other: Term) -> Formula:
        right = constant(other)
        one, two = left.value, right.value
        return Formula(f"{left.text}{sign}{right.text}", lambda *at: compute(one(*at), two(*at)))

    return operation


@dataclass(frozen=True, slots=True, eq=False)
class Formula:
    """A formula or a part of one: its text without "=", and its value. Holds on to nothing that is drawn with."""

    text: str
    value: Value

    __add__, __sub__ = _operator("+", operator.add), _operator("-", operator.sub)
    __mul__, __truediv__ = _operator("*", operator.mul), _operator("/", operator.truediv)
    __gt__, __ge__, __lt__ = (
        _operator(">", operator.gt),
        _operator(">=", operator.ge),
        _operator("<", operator.lt),
    )
    __and__ = _operator("&", lambda one, two: as_text(one) + as_text(two))
    equals = _operator("=", operator.eq)


def as_text(value: Any) -> str:
    """Give a value as `&` does."""
    return f"{value:.15g}" if isinstance(value, float) else "" if value is None else str(value)


def constant(value: Term) -> Formula:
    """Give a text or a number as a formula; a formula stays what it is."""
    if isinstance(value, Formula):
        return value
    text = text_literal(value) if isinstance(value, str) else number_literal(value)
    return Formula(text, lambda content, row: value)


def listed(text: str, values: Sequence[Any]) -> Formula:
    """Give cells that hold the same in every workbook, by the text that names them."""
    return Formula(text, lambda content, row: values)


def if_(condition: Formula, then: Term, other: Term = "") -> Formula:
    """`IF`."""
    test, (yes, no) = condition.value, (constant(then), constant(other))
    return Formula(
        f"IF({condition.text},{yes.text},{no.text})", lambda *at: (yes if test(*at) else no).value(*at)
    )


def graded(number: Formula, grades: Sequence[tuple[float, Formula | str]], other: Term) -> Formula:
    """Give what stands beside the first limit that a number reaches, from the highest on: `IF` in `IF`."""
    graded, cases = constant(other), [(limit, constant(case)) for limit, case in grades]
    for limit, case in reversed(cases):
        graded = if_(number >= limit, case, graded)
    return graded


def iferror(formula: Formula, other: Term) -> Formula:
    """`IFERROR`; what is an error in Excel is a `LookupError` here."""
    instead = constant(other)

    def value(*at: Any) -> Any:
        try:
            return formula.value(*at)
        except LookupError:
            return instead.value(*at)

    return Formula(f"IFERROR({formula.text},{instead.text})", value)


def function(name: str, compute: Callable[..., Any], *arguments: Term) -> Formula:
    """Give a function of Excel, and what it comes to with the values of its arguments."""
    parts = [constant(argument) for argument in arguments]
    return Formula(
        f"{name}({','.join(part.text for part in parts)})",
        lambda *at: compute(*(part.value(*at) for part in parts)),
    )


def index(cells: Formula, number: Formula) -> Formula:
    """`INDEX` of cells in one line."""
    return function("INDEX", lambda values, at: values[at - 1], cells, number)


def match(wanted: Formula, cells: Formula) -> Formula:
    """`MATCH`: the place of the first cell that holds something."""

    def value(*at: Any) -> int:
        held, looked_for = cells.value(*at), wanted.value(*at)
        if looked_for not in held:
            raise LookupError(looked_for)
        return int(held.index(looked_for)) + 1

    return Formula(f"MATCH({wanted.text},{cells.text},0)", value)


def large(cells: Formula, number: Formula) -> Formula:
    """`LARGE`: so many largest numbers in."""
    ordered = once(Formula(cells.text, lambda *at: sorted(cells.value(*at), reverse=True)))
    return function("LARGE", lambda values, at: values[at - 1], ordered, number)


def row_number(column: str, first: int) -> Formula:
    """Count the rows from the first one of a list to that of the cell that asks."""
    return Formula(f"ROWS({column}${first}:{column}{ROW})", lambda content, row: row - first + 1)


def once(formula: Formula) -> Formula:
    """Give a formula whose value is the same in every row: it is worked out once for a content."""
    return Formula(
        formula.text, lambda content, row: content.memory.once(formula, lambda: formula.value(content, row))
    )


def chosen(number: Formula, cases: Sequence[Formula | str]) -> Formula:
    """`CHOOSE`: one of several parts by their number, from 1; the only one as it is."""
    parts = [constant(case) for case in cases]
    if len(parts) == 1:
        return parts[0]
    return Formula(
        f"CHOOSE({number.text},{','.join(part.text for part in parts)})",
        lambda *at: parts[number.value(*at) - 1].value(*at),
    )


def count_if(cells: Formula, sign: str, limit: float) -> Formula:
    """`COUNTIF`: how many cells hold a number that is `>` or `>=` a limit."""
    reached = operator.gt if sign == ">" else operator.ge
    return Formula(
        f'COUNTIF({cells.text},"{sign}{limit}")',
        lambda *at: sum(reached(number, limit) for number in cells.value(*at)),
    )


def total(text: str, formulas: Sequence[Formula]) -> Formula:
    """Give a sum, as `text` writes it, of what some cells calculate."""
    return Formula(text, lambda *at: sum(formula.value(*at) for formula in formulas))


def sentence_of(template: str, **parts: Formula) -> Formula:
    """Give a sentence with formulas in place of its placeholders."""
    text = text_literal(template)
    for name, part in parts.items():
        text = text.replace("{" + name + "}", f'"&{part.text}&"')
    return Formula(
        text,
        lambda *at: template.format_map({name: as_text(part.value(*at)) for name, part in parts.items()}),
    )


def with_count(template: str, count: Formula) -> Formula:
    """Give a sentence with a formula in place of `{count}`, if that is in it."""
    found = sentence_of(template, count=count)
    return Formula(found.text.removeprefix('""&').removesuffix('&""'), found.value)


@dataclass(frozen=True, slots=True, eq=False)
class ColumnRun:
    """Cells below each other in one column, each with its formula; `shared`: it is the same but for the row."""

    column: int
    first: int
    formulas: Sequence[Formula]
    shared: bool = False

    @classmethod
    def alike(cls, column: int, first: int, size: int, formula: Formula) -> ColumnRun:
        """Give a run of so many cells with one formula."""
        return cls(column, first, [formula] * size, shared=True)

    @property
    def places(self) -> tuple[Place, ...]:
        """Its cells."""
        return tuple(Place(row, self.column) for row, _ in enumerate(self.formulas, self.first))

    def values(self, content: Content) -> Sequence[Any]:
        """Give what the cells show, worked out once for a content."""
        return content.memory.once(
            self, lambda: [f.value(content, row) for row, f in enumerate(self.formulas, self.first)]
        )

    @property
    def cells(self) -> Formula:
        """All of them."""
        return Formula(
            run_of(self.column, self.first, len(self.formulas)), lambda content, row: self.values(content)
        )

    @property
    def own(self) -> Formula:
        """The one in the row of the cell that asks."""
        return Formula(
            f"${column_letters(self.column)}{ROW}",
            lambda content, row: self.values(content)[row - self.first],
        )


def run_of(column: int, first: int, size: int) -> str:
    """`$C$6:$C$85`."""
    letters = column_letters(column)
    return f"${letters}${first}:${letters}${first + size - 1}"
