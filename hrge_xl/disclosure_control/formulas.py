"""What expressions of a spec read, what they add up, and when anybody can see that two sides of them are equal."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple, TypeGuard

from ..checks.program import FieldKey, prepare
from ..spec.expression import Arithmetic, Call, Compare, Expr, Literal, Over, Ref, Type, parts
from ..spec.model import Spec


class Term(NamedTuple):
    """What is added (1) or taken away (-1): an answer, the answers of many rows, or a number."""

    sign: int
    of: Expr


Terms = tuple[Term, ...]


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
    return {(ref.tool, ref.field.code) for ref in _refs(expressions)}


def numbers_read(*expressions: Expr) -> set[FieldKey]:
    """Return the fields whose numbers are read, without those that the spec fills in."""
    numbers = (ref for ref in _refs(expressions) if ref.type is Type.NUMBER and not ref.field.fixed)
    return {(ref.tool, ref.field.code) for ref in numbers}


def references_followed(expression: Expr) -> Iterator[FieldKey]:
    """Yield the fields by which an expression finds a row of another sheet."""
    if _is_lookup(expression):
        yield from fields_read(expression.args[0])
    for part in _inside(expression):
        yield from references_followed(part)


def _refs(expressions: Iterable[Expr]) -> Iterator[Ref]:
    for expression in expressions:
        if isinstance(expression, Ref):
            yield expression
        yield from _refs(_inside(expression))


def _inside(expression: Expr) -> tuple[Expr, ...]:
    """Return the direct parts of an expression, among them what it reads in every row of a table."""
    if isinstance(expression, Over):
        return () if expression.inner is None else (expression.inner,)
    return parts(expression)


def reading(fields: Collection[FieldKey], formulas: Mapping[FieldKey, Expr]) -> dict[FieldKey, Expr]:
    """Return the formulas that read some fields, directly or through others; what one reads comes before it."""
    found: dict[FieldKey, Expr] = {}
    seen: set[FieldKey] = set()

    def visit(key: FieldKey) -> None:
        if key in seen or key not in formulas:
            return
        seen.add(key)
        read = sorted(fields_read(formulas[key]))
        for other in read:
            visit(other)
        if any(other in fields or other in found for other in read):
            found[key] = formulas[key]

    for key in formulas:
        visit(key)
    return found


# what they add up


def terms(expression: Expr, sign: int = 1) -> Terms | None:
    """Return what an expression adds up; None where it does anything else with numbers."""
    if expression.type is not Type.NUMBER:
        return None
    if _is_term(expression):
        return (Term(sign, expression),)
    if isinstance(expression, Arithmetic) and expression.op in ("+", "-"):
        left = terms(expression.left, sign)
        right = terms(expression.right, sign if expression.op == "+" else -sign)
        return None if left is None or right is None else left + right
    if isinstance(expression, Call) and expression.name == "total" and all(map(_is_term, expression.args)):
        return tuple(Term(sign, arg) for arg in expression.args)  # a sum among them could be blank as a whole
    return None


def _is_term(expression: Expr) -> bool:
    if isinstance(expression, Over):
        return expression.name == "sum" and isinstance(expression.inner, Ref)
    return isinstance(expression, Literal | Ref) or _is_lookup(expression)


def _is_lookup(expression: Expr) -> TypeGuard[Call]:
    return isinstance(expression, Call) and expression.name == "lookup"


# what is seen to be equal


def equations(spec: Spec) -> Iterator[Equation]:
    """Yield what constraints and rules compare, and what formulas divide by."""
    program = prepare(spec)
    for (tool, _), constraint in program.constraints.items():
        yield from _compared(tool, constraint)
    for parsed in program.rules:
        if parsed.check is not None:
            yield from _compared(parsed.rule.tool, parsed.check)
    for (tool, _), formula in program.formulas.items():
        yield from _divided_by(tool, formula)


def _compared(tool: str, check: Expr) -> Iterator[Equation]:
    """Yield where a check asks whether two sides are equal, or how far they are from each other."""
    if isinstance(check, Compare):
        sides = check.left, check.right
        distance = next((side.args[0] for side in sides if _is_distance(side)), None)
        if distance is not None:
            yield Equation(tool, sides, terms(distance))
        elif check.op in ("==", "!="):
            yield Equation(tool, sides, terms(Arithmetic("-", *sides, Type.NUMBER)))
    for part in parts(check):
        yield from _compared(tool, part)


def _is_distance(expression: Expr) -> TypeGuard[Call]:
    return isinstance(expression, Call) and expression.name == "absolute"


def _divided_by(tool: str, formula: Expr) -> Iterator[Equation]:
    """Yield the divisors that add something up: when one is nought, the formula is blank and tells so."""
    if isinstance(formula, Arithmetic) and formula.op == "/":
        divisor = terms(formula.right)
        if divisor is not None:
            yield Equation(tool, (formula.right, Literal(0.0, Type.NUMBER)), divisor)
    for part in parts(formula):
        yield from _divided_by(tool, part)
