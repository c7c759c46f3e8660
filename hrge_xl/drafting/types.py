"""The type of a field: what the field types themselves guess from its validation, its number format and its values."""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl.styles.numbers import is_date_format

from ..fields import FIELD_TYPES, Evidence, FieldType, Guess
from .read import Cell, Rule

DESCRIBED = 60  # characters of a validation that a note quotes


def evidence(rule: Rule | None, cells: Sequence[Cell]) -> Evidence:
    """Put together what tells of a field: the first number format that says something, and every value."""
    formats = [cell.format for cell in cells if cell.format != "General"]
    shape = formats[0] if formats else "General"
    known = rule if rule is not None else Rule("", ())
    return Evidence(
        known.type, known.source[:DESCRIBED], known.labels, known.low, known.high, shape, bool(is_date_format(shape)),
        tuple(cell.value for cell in cells if cell.value is not None),
    )  # fmt: skip


def likeliest(told: Evidence) -> tuple[FieldType, Guess]:
    """Give the type that has most for it; anything can be a text."""
    guesses = [(each, each.guess(told)) for each in FIELD_TYPES.values()]
    return max(
        ((kind, guess) for kind, guess in guesses if guess is not None), key=lambda found: found[1].weight
    )


def notes(told: Evidence, guess: Guess) -> list[str]:
    """Say what was guessed, and which validation became nothing."""
    lost = told.rule not in ("", "any") and not guess.by_rule
    without = f"the validation '{told.rule}' ({told.described}) has no counterpart"
    return [*filter(None, [guess.note]), *([without] if lost else [])]
