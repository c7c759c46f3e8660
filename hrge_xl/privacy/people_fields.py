"""Which fields of a spec count people, and which others would give such a count away."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from ..dataset.schema import restricted_fields
from ..language import Arithmetic, Call, Compare, Expr, Literal, Type, parts, refs_inside, walk
from ..language.functions.choices import LookUp
from ..language.functions.figures import Absolute
from ..language.functions.rows import Terms, terms
from ..spec.compiled import FieldKey, compiled
from ..spec.model import Spec


class PeopleFields:
    """The fields that count people, and everything of a spec that bears on them.

    `asked` say so themselves; `calculated` are the formulas that read them, directly or through each other; `tied` are
    other numbers that the `equations` hold against them, and `from_tied` the formulas that read these. By the
    `references` formulas find the rows that they read.
    """

    def __init__(self, spec: Spec) -> None:
        formulas = compiled(spec).formulas
        self.asked = frozenset(
            (tool.code, field.code) for tool, _, field in spec.places() if field.people
        )
        self.calculated = reading(self.asked, formulas)
        people = self.asked | self.calculated.keys()
        about = [
            equation
            for equation in equations(spec)
            if not people.isdisjoint(fields_read(*equation.sides))
        ]
        self.tied = {
            key for equation in about for key in numbers_read(spec, *equation.sides)
        } - people
        self.equations = [
            equation
            for equation in about
            if equation.terms is not None or not self.tied.isdisjoint(fields_read(*equation.sides))
        ]
        self.from_tied = reading(self.tied, formulas)
        self.all = people | self.tied | self.from_tied.keys()
        read = [*self.calculated.values(), *self.from_tied.values()]
        read += [side for equation in self.equations for side in equation.sides]
        self.references = {key for expression in read for key in references_followed(expression)}


def never_shared(spec: Spec) -> set[FieldKey]:
    """Return the fields that must not leave the house: restricted questions, and what is calculated from them."""
    restricted = restricted_fields(spec)
    return restricted | reading(restricted, compiled(spec).formulas).keys()


# what expressions of a spec read, what they add up, and when anybody can see that two sides of them are equal


class Equation(NamedTuple):
    """Two sides that may be equal in a row of a sheet, and whether they are can be seen from findings and blanks.

    `terms` come to nought where the sides are equal; they are None where these do more than add up.
    """

    tool: str
    sides: tuple[Expr, Expr]
    terms: Terms | None


# what they read


def fields_read(*expressions: Expr) -> set[FieldKey]:
    """Return every field that expressions read, in rows of other sheets too."""
    return {ref.key for expression in expressions for ref in refs_inside(expression)}


def numbers_read(spec: Spec, *expressions: Expr) -> set[FieldKey]:
    """Return the fields whose numbers are read, without those that the spec fills in."""
    keys = {
        ref.key
        for expression in expressions
        for ref in refs_inside(expression)
        if ref.type is Type.NUMBER
    }
    return {(tool, code) for tool, code in keys if not spec.tool[tool].fields[code].fixed}


def references_followed(expression: Expr) -> Iterator[FieldKey]:
    """Yield the fields by which an expression finds a row of another sheet."""
    for part in walk(expression):
        if isinstance(part, Call) and isinstance(part.function, LookUp):
            yield from fields_read(part.args[0])


def reading(
    fields: Collection[FieldKey], formulas: Mapping[FieldKey, Expr]
) -> dict[FieldKey, Expr]:
    """Return the formulas that read some fields, directly or through others; what one reads comes before it."""
    reading_formulas: dict[FieldKey, Expr] = {}
    seen: set[FieldKey] = set()

    def visit(key: FieldKey) -> None:
        if key in seen or key not in formulas:
            return
        seen.add(key)
        read = sorted(fields_read(formulas[key]))
        for key_read in read:
            visit(key_read)
        if any(key_read in fields or key_read in reading_formulas for key_read in read):
            reading_formulas[key] = formulas[key]

    for key in formulas:
        visit(key)
    return reading_formulas


# what is seen to be equal


def equations(spec: Spec) -> Iterator[Equation]:
    """Yield what constraints and rules compare, and what formulas divide by."""
    expressions = compiled(spec)
    for (tool, _), checks in expressions.interdependent.items():
        for check in checks:
            yield from _compared(tool, check.holds)
    for parsed in expressions.rules:
        if parsed.check is not None:
            yield from _compared(parsed.rule.tool, parsed.check)
    for (tool, _), formula in expressions.formulas.items():
        yield from _divided_by(tool, formula)


def _compared(tool: str, check: Expr) -> Iterator[Equation]:
    """Yield where a check asks whether two sides are equal, or how far they are from each other."""
    if isinstance(check, Compare):
        sides = check.left, check.right
        distances = [
            side.args[0]
            for side in sides
            if isinstance(side, Call) and isinstance(side.function, Absolute)
        ]
        if distances:
            yield Equation(tool, sides, terms(distances[0]))
        elif check.op in ("==", "!="):
            yield Equation(tool, sides, terms(Arithmetic("-", *sides, Type.NUMBER)))
    for part in parts(check):
        yield from _compared(tool, part)


def _divided_by(tool: str, formula: Expr) -> Iterator[Equation]:
    """Yield the divisors that add something up: when one is nought, the formula is blank and tells so."""
    if isinstance(formula, Arithmetic) and formula.op == "/":
        divisor = terms(formula.right)
        if divisor is not None:
            yield Equation(tool, (formula.right, Literal(0.0, Type.NUMBER)), divisor)
    for part in parts(formula):
        yield from _divided_by(tool, part)
