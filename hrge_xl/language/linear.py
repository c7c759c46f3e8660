"""What an expression adds up: the terms of a sum, where it does nothing else with numbers."""

from __future__ import annotations

from typing import NamedTuple

from .functions.choices import LookUp
from .functions.figures import Total
from .functions.rows import Sum
from .tree import Arithmetic, Call, Expr, Literal, Over, Ref, Type


class Term(NamedTuple):
    """What is added (1) or taken away (-1): an answer, the answers of many rows, or a number."""

    sign: int
    of: Expr


Terms = tuple[Term, ...]


def terms(expression: Expr, sign: int = 1) -> Terms | None:
    """Return what an expression adds up; None where it does anything else with numbers."""
    if expression.type is not Type.NUMBER:
        return None
    if is_term(expression):
        return (Term(sign, expression),)
    match expression:
        case Arithmetic(op="+" | "-"):
            left = terms(expression.left, sign)
            right = terms(expression.right, sign if expression.op == "+" else -sign)
            return None if left is None or right is None else left + right
        case Call(function=Total(), args=args) if all(map(is_term, args)):
            return tuple(Term(sign, arg) for arg in args)  # a sum among them could be blank as a whole
    return None


def is_term(expression: Expr) -> bool:
    """Say whether an expression is a number that can be added as it stands."""
    match expression:
        case Literal() | Ref() | Over(function=Sum(), inner=Ref()) | Call(function=LookUp()):
            return True
    return False
