"""Answers in a file: JSON by tool, row and field, or a returned workbook."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from .answer import ONLY_ROW, Answers, Value
from .dates import parse_day
from .errors import UsageError
from .fields import ColumnKind, kind_of
from .intake.limits import LIMITS
from .layout import Layout
from .next_round import GoingOn, go_on
from .paths import read_regular


def from_mapping(table: Any, layout: Layout) -> Answers:
    """`{tool: {row: {field: value}}}` as answers; fields of a form may stand directly under the tool.

    Raises `UsageError` that names every place that the layout does not have.
    """
    answers: Answers = {}
    unknown: list[str] = []
    for tool, rows in _items(table):
        for row, fields in _items(rows):
            direct = not isinstance(fields, dict)
            for field, value in [(row, fields)] if direct else _items(fields):
                key = (tool, ONLY_ROW if direct else row, field)
                slot = layout.slots.get(key)
                if slot is None:
                    unknown.append(" / ".join(key))
                elif value is not None:
                    answers[key] = _value(value, key, slot.field)
    if unknown:
        raise UsageError(
            f"These answers have no place in the workbook: {'; '.join(unknown)}. Check their codes."
        )
    return answers


def _items(table: Any) -> list[tuple[str, Any]]:
    if not isinstance(table, dict):
        raise UsageError("The answers must be a table of tools, rows and fields.")
    return [(str(key), value) for key, value in table.items()]


def _value(value: Any, key: tuple[str, str, str], field: Any) -> Value:
    kind = kind_of(field)
    try:
        if field.several:
            return tuple(str(code) for code in (value if isinstance(value, list) else [value]))
        if kind is ColumnKind.DATE:
            return value if isinstance(value, date) else _day(str(value))
        return float(value) if kind is ColumnKind.NUMBER else str(value)
    except (TypeError, ValueError) as error:
        raise UsageError(
            f"{' / '.join(key)}: “{value}” is not valid for the type {kind}. Correct it in the answers."
        ) from error


def _day(text: str) -> date:
    day = parse_day(text)
    if day is None:
        raise ValueError(text)
    return day


def from_file(path: Path, layout: Layout, spec: str, today: date, password: str | None = None) -> GoingOn:
    """Give what a workbook begins with: the answers of a JSON file, or what goes on from a returned workbook of a spec.

    `spec` is its name or folder; `layout` has places for answers of the round before. Raises `UsageError`.
    """
    if path.suffix.lower() != ".json":
        return _from_return(path, layout, spec, today, password)
    try:
        table = json.loads(read_regular(path, LIMITS.file_bytes).decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(
            f"{path}: the answers cannot be read ({error}). Save them as JSON, in UTF-8."
        ) from error
    return GoingOn(from_mapping(table, layout))


def _from_return(path: Path, layout: Layout, spec: str, today: date, password: str | None) -> GoingOn:
    from .intake import Wanted
    from .validation import ValidationRequest, validate

    (result,) = validate([path], ValidationRequest(Wanted(spec=spec), today, password=password))
    if result.submission is None or result.layout is None:
        raise UsageError(f"{path}: no answers can be read from it. Try `hrge-xl validate` to see why.")
    return go_on(result.submission, result.layout, layout, today)
