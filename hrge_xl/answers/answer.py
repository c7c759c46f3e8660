"""One answer as it stood in one cell, what answers are known by, and the answers of the round before as one text."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from enum import StrEnum
from typing import Any

from msgspec import Struct

from ..core.dates import parse_day

Value = str | float | date | tuple[str, ...]
Key = tuple[str, str, str]  # tool, row, field
CellKey = tuple[str, str, str, int]  # tool, row, field, part
ONLY_ROW = "1"  # of a form that asks its questions once
Answers = dict[Key, Value]
"""Answers to write or as read: code for a choice, codes for several, float, date or text; no blanks."""


class State(StrEnum):
    """The four kinds of nothing, kept apart, and an answer."""

    ANSWERED = "answered"
    BLANK = "blank"
    EMPTY_TEXT = "empty-text"
    ERROR = "error"
    NOT_CALCULATED = "not-calculated"


class Answer(Struct, array_like=True, gc=False):
    """One answer as it stood in one cell (`part` counts the cells of a field with several, from 1).

    `original` is what stood there; `code`, `text`, `number` and `day` what it means. `problem` is the code
    of the finding that says why it means nothing, `notes` the codes of what was normalised.
    """

    tool: str
    row: str
    field: str
    part: int
    sheet: str
    cell: str
    state: State
    original: str | float | bool | None = None
    formula: bool = False
    code: str | None = None
    text: str | None = None
    number: float | None = None
    day: date | None = None
    problem: str | None = None
    suggestion: str | None = None
    notes: tuple[str, ...] = ()
    calculated: bool = False  # shown by a formula: recomputed, never believed

    @property
    def key(self) -> Key:
        """Tool, row and field."""
        return self.tool, self.row, self.field

    @property
    def cell_key(self) -> CellKey:
        """Tool, row, field and part."""
        return self.tool, self.row, self.field, self.part

    @property
    def value(self) -> str | float | date | None:
        """What the answer means, or None."""
        for value in (self.code, self.number, self.day, self.text):
            if value is not None:
                return value
        return None


# The answers of the round before, as they travel in a workbook: one text, and a digest of it in the stamp. They hold
# what `last()` and the fields with `carry: last` read, by tool, row and field. Under the key of no field stands what a
# row of a register was about that was closed.

CLOSED = ""  # in place of a field: what a row was about that was closed in the round before
DAY = "day"  # marks a day among texts
DIGITS = 16


def last_to_text(last: Answers) -> str:
    """Write answers as one text, the same for the same answers; "" where there are none."""
    table: dict[str, dict[str, dict[str, Any]]] = {}
    for (tool, row, field), value in sorted(last.items()):
        plain = {DAY: value.isoformat()} if isinstance(value, date) else value
        table.setdefault(tool, {}).setdefault(row, {})[field] = plain
    return json.dumps(table, ensure_ascii=False, separators=(",", ":")) if table else ""


def last_digest(text: str) -> str:
    """Give what the stamp says of them; "" where there are none."""
    return hashlib.sha256(text.encode()).hexdigest()[:DIGITS] if text else ""


def read_last(text: str) -> Answers | None:
    """Read such a text; None where it is none."""
    try:
        table = json.loads(text) if text else {}
        return {
            (tool, row, field): _value(value)
            for tool, rows in table.items()
            for row, fields in rows.items()
            for field, value in fields.items()
        }
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None


def _value(value: Any) -> Value:
    """Raise ValueError for what is not an answer."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, list) and all(isinstance(code, str) for code in value):
        return tuple(value)
    day = parse_day(str(value[DAY])) if isinstance(value, dict) and value.keys() == {DAY} else None
    if day is None:
        raise ValueError(value)
    return day
