"""What a condition comes to where one answer is blank, as far as its text alone tells."""

from __future__ import annotations

from .tree import Arithmetic, Call, Compare, Expr, Logic, Not, Ref

FieldKey = tuple[str, str]


def on_blank(expr: Expr, key: FieldKey) -> bool | None:
    """Say whether a condition holds while the answer to a field is blank; None where other answers decide."""
    match expr:
        case Compare():
            return False if _is_blank(expr.left, key) or _is_blank(expr.right, key) else None
        case Not():
            inner = on_blank(expr.part, key)
            return None if inner is None else not inner
        case Logic():
            return _joined(expr.op == "or", [on_blank(part, key) for part in expr.parts])
        case Call() if expr.function.name in ("filled", "blank") and _is_blank(expr.args[0], key):
            return expr.function.name == "blank"
    return None


def _joined(deciding: bool, parts: list[bool | None]) -> bool | None:
    """Join what is known of the parts; one that is `deciding` settles it."""
    if deciding in parts:
        return deciding
    return None if None in parts else not deciding


def _is_blank(expr: Expr, key: FieldKey) -> bool:
    match expr:
        case Ref():
            return expr.key == key and not expr.outer
        case Arithmetic():
            return _is_blank(expr.left, key) or _is_blank(expr.right, key)
        case Call():
            return expr.function.strict and any(_is_blank(arg, key) for arg in expr.args)
    return False
