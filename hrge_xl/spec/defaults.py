"""Answers that are written in a spec: what they are to the program, and what is wrong with one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ..fields import ColumnKind, Field
from ..numerals import from_serial, plain_number, shown
from ..suggest import NoSuch, remedy_for
from ..words import count_words
from .model import FieldBlock, RegisterBlock, Spec
from .scope import entries

Value = str | float | date | tuple[str, ...]
Wrong = Iterator[tuple[str, str]]


def default_of(field: Field) -> Value | None:
    """Give the answer that a cell is issued with; None where it is blank."""
    return value_of(field, field.default) if field.default else None


def value_of(field: Field, written: tuple[str, ...]) -> Value:
    """Give the answer to a field that is written so; in it nothing must be wrong."""
    if field.several:
        return written
    (text,) = written
    if field.type.kind is ColumnKind.NUMBER:
        return float(text)
    return date.fromisoformat(text) if field.type.kind is ColumnKind.DATE else text


def wrong_default(spec: Spec, block: FieldBlock, field: Field) -> Wrong:
    """Give what is wrong with the default of a field, each as reason and remedy."""
    if not field.default:
        return
    if isinstance(block, RegisterBlock):
        yield "A default in open rows would make an answer of every row.", "Leave it out."
    elif field.fixed or field.parent is not None:
        what = "is filled in by `values` of the items" if field.fixed else "depends on another answer"
        yield f"The field {what}, so it has no default.", "Leave it out."
    else:
        yield from wrong_answer(spec, field, field.default)


def wrong_answer(spec: Spec, field: Field, written: tuple[str, ...]) -> Wrong:
    """Give what is wrong with an answer to a field that is written so, each as reason and remedy."""
    if not field.several and len(written) > 1:
        yield "The field takes one answer, and these are several.", "Keep one."
    elif field.list_name is not None:
        yield from _codes(spec, field, written)
    else:
        kinds = {ColumnKind.NUMBER: _number, ColumnKind.DATE: _day}
        yield from kinds.get(field.type.kind, _text)(field, written[0])


def _number(field: Field, text: str) -> Wrong:
    number = plain_number(text)
    if number is None:
        yield f"'{text}' is not a number.", "Write digits, with a point for decimals."
        return
    limits = field.type.limits(field)
    if limits.type == "whole" and not number.is_integer():
        yield f"{shown(number)} is not a whole number.", "Write one."
    if _is_outside(number, limits.low, limits.high):
        ends = " and ".join("…" if end is None else shown(float(end)) for end in (limits.low, limits.high))
        yield f"{shown(number)} is not between {ends}.", "Take a number that the field lets in."


def _is_outside(number: float, low: float | None, high: float | None) -> bool:
    return (low is not None and number < low) or (high is not None and number > high)


def _day(field: Field, text: str) -> Wrong:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        yield f"'{text}' is not a date.", "Write it as year-month-day, for example 2026-03-31."
        return
    limits = field.type.limits(field)
    first, last = (from_serial(float(end or 0)) for end in (limits.low, limits.high))
    if first is not None and last is not None and not first <= day <= last:
        yield f"{text} is not between {first} and {last}.", "Take a day that the field lets in."


def _text(field: Field, text: str) -> Wrong:
    if field.characters is not None and len(text) > field.characters:
        yield f"The text has {len(text)} characters; the field takes {field.characters}.", "Shorten it."
    if field.words is not None and count_words(text) > field.words:
        yield f"The text has {count_words(text)} words; the field takes {field.words}.", "Shorten it."


def _codes(spec: Spec, field: Field, written: tuple[str, ...]) -> Wrong:
    known = entries(spec, field.list_name)
    for code in written:
        if known and code not in known:
            yield NoSuch(f"'{code}' is not a code of this list.", code), remedy_for(code, known)
    if len(written) > field.cells and field.several:
        yield (
            f"{len(written)} answers do not fit into {field.cells} cells.",
            "Raise `cells`, or take fewer.",
        )
    if len(set(written)) < len(written):
        yield "The same code appears twice here.", "Keep one."
