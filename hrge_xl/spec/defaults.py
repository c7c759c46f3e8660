"""What cells hold before anybody has answered: `default`, as written in a spec, and what is wrong with one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ..numerals import FIRST_DAY, LAST_DAY, shown
from ..words import count_words
from .model import Field, FieldBlock, FieldType, RegisterBlock, Spec

NUMBERS = frozenset(
    {FieldType.INTEGER, FieldType.DECIMAL, FieldType.PERCENT, FieldType.YEAR, FieldType.SCALE}
)
WHOLE = NUMBERS - {FieldType.DECIMAL, FieldType.PERCENT}
UNSAID = {FieldType.PERCENT: (0.0, 1.0), FieldType.YEAR: (1900.0, 2100.0)}  # as their field types have it
YES_NO = ("Y", "N")
Value = str | float | date | tuple[str, ...]


def default_of(field: Field) -> Value | None:
    """Give the answer that a cell is issued with; None where it is blank."""
    if not field.default:
        return None
    if field.type is FieldType.MANY:
        return field.default
    (text,) = field.default
    if field.type in NUMBERS:
        return float(text)
    return date.fromisoformat(text) if field.type is FieldType.DATE else text


def wrong_default(spec: Spec, block: FieldBlock, field: Field) -> Iterator[tuple[str, str]]:
    """Give what is wrong with the default of a field, each as reason and remedy."""
    if not field.default:
        return
    if isinstance(block, RegisterBlock):
        yield "A default in open rows would make an answer of every row.", "Leave it out."
    elif field.fixed or field.parent is not None:
        what = "is filled in by `values` of the items" if field.fixed else "depends on another answer"
        yield f"The field {what}, so it has no default.", "Leave it out."
    elif field.type is not FieldType.MANY and len(field.default) > 1:
        yield "The field takes one answer, and these are several.", "Keep one."
    elif field.type in NUMBERS:
        yield from _number(spec, field)
    elif field.type is FieldType.DATE:
        yield from _day(field.default[0])
    elif field.type in (FieldType.TEXT, FieldType.LONG):
        yield from _text(field, field.default[0])
    else:
        yield from _codes(spec, field)


def _number(spec: Spec, field: Field) -> Iterator[tuple[str, str]]:
    (text,) = field.default
    try:
        number = float(text)
    except ValueError:
        yield f"'{text}' is no number.", "Write digits, with a point for decimals."
        return
    if field.type is FieldType.SCALE:
        yield from _codes(spec, field)
        return
    if field.type in WHOLE and not number.is_integer():
        yield f"{shown(number)} is no whole number.", "Write one."
    low, high = UNSAID.get(field.type, (None, None))
    low = low if field.minimum is None else field.minimum
    high = high if field.maximum is None else field.maximum
    if (low is not None and number < low) or (high is not None and number > high):
        ends = " and ".join("…" if end is None else shown(end) for end in (low, high))
        yield f"{shown(number)} is not between {ends}.", "Take a number that the field lets in."


def _day(text: str) -> Iterator[tuple[str, str]]:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        yield f"'{text}' is no day.", "Write it as year-month-day, for example 2026-03-31."
        return
    if not FIRST_DAY <= day <= LAST_DAY:
        yield f"{text} is not between {FIRST_DAY} and {LAST_DAY}.", "Take a day that the field lets in."


def _text(field: Field, text: str) -> Iterator[tuple[str, str]]:
    if field.characters is not None and len(text) > field.characters:
        yield f"The text has {len(text)} characters; the field takes {field.characters}.", "Shorten it."
    if field.words is not None and count_words(text) > field.words:
        yield f"The text has {count_words(text)} words; the field takes {field.words}.", "Shorten it."


def _codes(spec: Spec, field: Field) -> Iterator[tuple[str, str]]:
    listed = spec.vocabularies.get(field.vocabulary or "")
    known = YES_NO if field.type is FieldType.YESNO else tuple(listed.by_code) if listed else ()
    for code in field.default:
        if known and code not in known:
            yield f"'{code}' is not a code of this list.", f"Known are: {', '.join(known[:40])}."
    if len(field.default) > field.cells and field.type is FieldType.MANY:
        yield (
            f"{len(field.default)} answers do not fit into {field.cells} cells.",
            "Raise `cells`, or take fewer.",
        )
    if len(set(field.default)) < len(field.default):
        yield "The same code stands here twice.", "Keep one."
