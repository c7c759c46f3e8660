"""The answers of the round before, as they travel in a workbook: one text, and a digest of it in the stamp.

They hold what `last()` and the fields with `carry: last` read, by tool, row and field. Under the key of no field stands
what a row of a register was about that was closed.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Any

from ..core.dates import parse_day
from .answer import Answers, Value

CLOSED = ""  # in place of a field: what a row was about that was closed in the round before
DAY = "day"  # marks a day among texts
DIGITS = 16


def written(last: Answers) -> str:
    """Write answers as one text, the same for the same answers; "" where there are none."""
    table: dict[str, dict[str, dict[str, Any]]] = {}
    for (tool, row, field), value in sorted(last.items()):
        plain = {DAY: value.isoformat()} if isinstance(value, date) else value
        table.setdefault(tool, {}).setdefault(row, {})[field] = plain
    return json.dumps(table, ensure_ascii=False, separators=(",", ":")) if table else ""


def digest_of(text: str) -> str:
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
