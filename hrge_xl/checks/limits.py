"""What a spec allows an answer to be: bounds, steps of a scale, words and characters."""

from __future__ import annotations

from dataclasses import dataclass

from ..fields import BEHAVIOURS, Kind, kind_of, word_limit
from ..spec.model import Field, FieldType, Spec
from ..words import CELL_LIMIT, cell_length
from .batch import NAN


@dataclass(frozen=True, slots=True)
class Bounds:
    """Lowest and highest figure (NaN where there is none), whole numbers only, and the steps of a scale."""

    low: float = NAN
    high: float = NAN
    whole: bool = False
    steps: tuple[float, ...] = ()


def bounds(field: Field, spec: Spec) -> Bounds:
    """The bounds of a number or date field."""
    if field.type is FieldType.SCALE:
        steps = tuple(float(code) for code in spec.vocabularies[field.vocabulary or ""].by_code)
        return Bounds(min(steps), max(steps), whole=True, steps=steps)
    if kind_of(field) not in (Kind.NUMBER, Kind.DATE) or field.type is FieldType.CALCULATED:
        return Bounds()
    limits = BEHAVIOURS[field.type].limits(field)
    low, high = (NAN if each is None else float(each) for each in (limits.low, limits.high))
    return Bounds(low, high, whole=limits.type == "whole")


def characters(field: Field) -> int | None:
    """How many characters a text may have."""
    return field.characters if kind_of(field) is Kind.TEXT else None


def length(field: Field, text: str) -> tuple[int, int]:
    """How many characters a text has that is too long, and how many it may have."""
    own = characters(field)
    return (len(text), own) if own is not None and len(text) > own else (cell_length(text), CELL_LIMIT)


def words(field: Field) -> int | None:
    """How many words a text may have."""
    return word_limit(field)
