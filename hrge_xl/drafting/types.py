"""The type of a field, from its validation, the format of its cells and what stands in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from openpyxl.styles.numbers import is_date_format

from .read import Cell, Rule

YES_NO = tuple(map(frozenset, (("yes", "no"), ("oui", "non"), ("نعم", "لا"), ("y", "n"), ("sí", "no"))))
LONG_TEXT, LIMIT = 100, 1e15
YEARS = (1900, 2200)


@dataclass(frozen=True)
class Column:
    """What stands in the cells of a field: the first format that says something, and the values."""

    format: str
    values: tuple[str | float | bool | date, ...]

    @classmethod
    def of(cls, cells: Sequence[Cell]) -> Column:
        """The column of these cells."""
        formats = [cell.format for cell in cells if cell.format != "General"]
        values = tuple(cell.value for cell in cells if cell.value is not None)
        return cls(formats[0] if formats else "General", values)


@dataclass
class Typed:
    """A type with its options, the entries of its list, and what was guessed."""

    type: str
    options: dict[str, object] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)


def typed(label: str, rule: Rule | None, column: Column) -> Typed:
    """The type of a field. A validation says it; without one it is guessed."""
    known = _by_rule(label, rule) if rule is not None else None
    if known is not None:
        if known.type == "decimal" and "%" in column.format:
            known.type = "percent"
            known.notes.append("percent, from the number format")
        return known
    found = _by_format(column.format) or _by_values(column.values)
    if rule is not None and rule.type not in ("any", ""):
        found.notes.append(f"the validation '{rule.type}' ({rule.source[:60]}) has no counterpart")
    return found


def _by_rule(label: str, rule: Rule) -> Typed | None:
    if rule.type == "list":
        return _list(rule)
    if rule.type == "date":
        limited = rule.low is not None or rule.high is not None
        return Typed("date", notes=["the limits of the date became none"] if limited else [])
    if rule.type == "textLength":
        return _text(rule)
    if rule.type in ("whole", "decimal"):
        limits = _limits(rule)
        if rule.type == "whole" and _is_year(rule):
            return Typed("year", limits, notes=["a year, from its limits"])
        return Typed("integer" if rule.type == "whole" else "decimal", limits)
    return None


def _is_year(rule: Rule) -> bool:
    low, high = rule.low or 0, rule.high if rule.high is not None else YEARS[1]
    return YEARS[0] <= low <= high <= YEARS[1]


def _limits(rule: Rule) -> dict[str, object]:
    pairs = (("minimum", rule.low), ("maximum", rule.high))
    low, high = rule.low, rule.high
    if low is not None and high is not None and low > high:
        return {}
    return {name: value for name, value in pairs if value is not None and abs(value) < LIMIT}


def _list(rule: Rule) -> Typed:
    labels = rule.labels
    if not labels:
        return Typed("text", notes=[f"a dropdown ({rule.source[:60]}) whose entries were not found"])
    if frozenset(each.casefold() for each in labels) in YES_NO:
        return Typed("yesno", notes=["yes or no, from its dropdown"])
    if len(labels) > 1 and all(each.isascii() and each.isdecimal() for each in labels):
        return Typed("scale", labels=labels, notes=["a scale, as all entries are numbers"])
    return Typed("choice", labels=labels)


def _text(rule: Rule) -> Typed:
    most = int(rule.high) if rule.high is not None and 0 < rule.high <= 32_000 else None
    options: dict[str, object] = {"characters": most} if most else {}
    return Typed("long" if most and most > LONG_TEXT else "text", options)


def _by_format(shape: str) -> Typed | None:
    note = f"from the number format {shape}"
    if shape in ("General", "@"):
        return None
    if "%" in shape:
        return Typed("percent", notes=[f"percent, {note}"])
    if is_date_format(shape):
        day = any(letter in shape.casefold() for letter in "dy")
        return Typed("date", notes=[f"a date, {note}"]) if day else Typed("text", notes=[f"a time, {note}"])
    if "0" in shape:
        kind = "decimal" if "." in shape else "integer"
        return Typed(kind, notes=[f"{kind}, {note}"])
    return None


def _by_values(values: Sequence[object]) -> Typed:
    if not values:
        return Typed("text", notes=["text, as nothing tells what is answered"])
    if all(isinstance(value, bool) for value in values):
        return Typed("yesno", notes=["yes or no, from what stands there"])
    if all(isinstance(value, date) for value in values):
        return Typed("date", notes=["a date, from what stands there"])
    numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(numbers) == len(values):
        kind = "integer" if all(float(value).is_integer() for value in numbers) else "decimal"
        return Typed(kind, notes=[f"{kind}, from what stands there"])
    longest = max(len(str(value)) for value in values)
    return Typed("long" if longest > LONG_TEXT else "text", notes=["text, from what stands there"])
