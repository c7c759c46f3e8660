"""The language of checks: a parser, a typed tree, and one object for each function.

The text of an expression and a scope of names go in; a typed tree comes out, or a problem with its column, reason
and remedy. The tree is read twice: as the text of an Excel formula, and as a Python function over the answers of one
return.
"""

from .function import Aggregate, Function, in_columns, reader_only
from .functions import FUNCTIONS
from .parser import Problem, parse, parse_condition
from .tree import (
    FIGURES,
    TEXTS,
    TRUE,
    Arithmetic,
    Call,
    Choose,
    Compare,
    Expr,
    Literal,
    Logic,
    Not,
    Over,
    Ref,
    Type,
    inside,
    parts,
    refs,
    refs_inside,
    seen_from,
    walk,
)

__all__ = [
    "FIGURES",
    "FUNCTIONS",
    "TEXTS",
    "TRUE",
    "Aggregate",
    "Arithmetic",
    "Call",
    "Choose",
    "Compare",
    "Expr",
    "Function",
    "Literal",
    "Logic",
    "Not",
    "Over",
    "Problem",
    "Ref",
    "Type",
    "in_columns",
    "inside",
    "parse",
    "parse_condition",
    "parts",
    "reader_only",
    "refs",
    "refs_inside",
    "seen_from",
    "walk",
]
