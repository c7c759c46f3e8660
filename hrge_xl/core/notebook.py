"""What a notebook shows of a value: its short text, and a table of what it holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from itertools import islice

MOST_SHOWN = 20


def html_table(value: object, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a value with the first rows of its table as HTML."""
    cells = (
        "".join(f"<td>{escape(str(cell))}" for cell in row) for row in islice(rows, MOST_SHOWN)
    )
    return f"<p>{escape(repr(value))}<table><tr><th>{'<th>'.join(heads)}<tr>{'<tr>'.join(cells)}</table>"
