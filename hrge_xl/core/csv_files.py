"""CSV as this program writes it, all of it: no spreadsheet takes a text in it for a formula.

Such a text has an apostrophe in front; a reader of such a file that needs the text as it came takes that away. Numbers
are written as they are. Only what goes on to another format, and is gone afterwards, is written raw.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from .work import batched

_SIGNS = "=+\\-@＝＋－＠"
_OPENING = re.compile(rf"^\s*[{_SIGNS}]")
# What a program makes of the middle of a text that splits it at another separator than ours.
_INNER = re.compile(r"([;,\t\r\n][ \"']*)(?=[=@＝＠]|[+\-＋－][^;,\t\r\n]*[|(!])")
# Lines without any of these have nothing to make harmless: a quick look at many of them at once.
_MARKS = "=@＝＠＋－"
_LEADING = re.compile(r"[;,\t\r\n\"'][^\S\t\r\n]*[+\-\\]")
AT_ONCE = 500  # rows that are looked at together


def csv_text(rows: Iterable[Sequence[Any]]) -> str:
    """Return a whole table as CSV, every text harmless."""
    return "".join(lines for lines, _ in harmless_lines(rows))


def harmless_lines(rows: Iterable[Sequence[Any]]) -> Iterator[tuple[str, bool]]:
    """Yield rows as lines of CSV, some at a time, every text harmless; and whether one is not as it came."""
    for some in batched(rows, AT_ONCE):
        text = _text(some)
        safe = some
        if any(mark in text for mark in _MARKS) or _LEADING.search(f"\n{text}"):
            safe = [
                tuple(harmless(cell) if isinstance(cell, str) else cell for cell in row)
                for row in some
            ]
        changed = safe != some
        yield _text(safe) if changed else text, changed


def harmless(text: str) -> str:
    """Put an apostrophe where a spreadsheet would take a text for a formula, wherever it splits the line."""
    text = _INNER.sub(r"\1'", text)
    return f"'{text}" if _OPENING.match(text) else text


def raw_csv_lines(rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Rows as lines of CSV, some at a time: commas, a line feed a row, quotes around texts with a line end in them."""
    return map(_text, batched(rows, AT_ONCE))


class _Written(list[str]):
    """Lines as a writer of CSV leaves them."""

    write = list.append


def _text(rows: Sequence[Sequence[Any]]) -> str:
    """Rows as lines of CSV. Before Python 3.13 a carriage return is quoted only if lines end in one."""
    written = _Written()
    csv.writer(written, lineterminator="\r\n").writerows(rows)
    return "".join(f"{line[:-2]}\n" for line in written)
