"""What the workbook of the next round has of the answers of this one: option `carry` of fields, with its default."""

from __future__ import annotations

from ..fields import Field
from .model import Spec

ANSWER, LAST, BOTH, NOTHING = "answer", "last", "both", "nothing"


def carry_of(spec: Spec, field: Field) -> str:
    """Give what `carry` says, else its default: every answer goes on, but for the days of the period."""
    if field.carry is not None:
        return field.carry
    return NOTHING if not field.asked or field.code in spec.identity.of_the_period else ANSWER


def goes_on(spec: Spec, field: Field) -> bool:
    """Say whether an answer stands in the next workbook as its answer."""
    return carry_of(spec, field) in (ANSWER, BOTH)


def is_shown(spec: Spec, field: Field) -> bool:
    """Say whether an answer stands in the next workbook beside the cell to answer anew."""
    return carry_of(spec, field) in (LAST, BOTH)
