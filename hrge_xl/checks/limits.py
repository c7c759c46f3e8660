"""What a spec allows an answer to be: bounds, steps of a scale, words and characters."""

from __future__ import annotations

from dataclasses import dataclass

from ..fields import BEHAVIOURS, Kind, kind_of, word_limit
from ..language.vectors import NAN
from ..numerals import from_serial, shown
from ..spec.model import Field, FieldType, Spec
from ..words import CELL_LIMIT, cell_length


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


def in_words(field: Field, spec: Spec) -> tuple[str, str]:
    """Both bounds as people write them."""
    limits = bounds(field, spec)
    low, high = (said(field, each) for each in (limits.low, limits.high))
    return low, high


def said(field: Field, figure: float) -> str:
    """One bound as people write it."""
    if figure != figure:  # noqa: PLR0124  (NaN: no bound)
        return "…"
    if field.type is FieldType.DATE:
        return shown(from_serial(figure))
    return (
        f"{figure:.4%}".rstrip("0%").rstrip(".") + " %" if field.type is FieldType.PERCENT else shown(figure)
    )


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
