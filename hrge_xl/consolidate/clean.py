"""Texts that every database and file format can hold, and no spreadsheet takes for a formula."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from itertools import islice
from typing import IO, Any

_SIGNS = "=+\\-@＝＋－＠"
_OPENING = re.compile(rf"^\s*[{_SIGNS}]")
# What a program makes of the middle of a text that splits it at another separator than ours.
_INNER = re.compile(r"([;,\t\r\n][ \"']*)(?=[=@＝＠]|[+\-＋－][^;,\t\r\n]*[|(!])")
# Lines without any of these have nothing to make harmless: a quick look at many of them at once.
_MARKS = "=@＝＠＋－"
_LEADING = re.compile(r"[;,\t\r\n\"'][\s\"']*[+\-\\]")
AT_ONCE = 500  # rows that are looked at together


def clean(text: str | None) -> str | None:
    """A text that every database and file format can hold: no zero characters, no halves of letters."""
    if not text or (text.isascii() and "\0" not in text):
        return text
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula, wherever it splits the line: an apostrophe stands before it."""
    text = _INNER.sub(r"\1'", text)
    return f"'{text}" if _OPENING.match(text) else text


def harmless_lines(rows: Iterable[Sequence[Any]]) -> Iterator[tuple[str, bool]]:
    """Rows as lines of CSV, some at a time, every text harmless; and whether one is not as it came."""
    coming = iter(rows)
    while some := list(islice(coming, AT_ONCE)):
        lines = csv_lines(some)
        safe = some if _is_harmless(lines) else [_harmless_row(row) for row in some]
        changed = safe != some
        yield csv_lines(safe) if changed else lines, changed


def _is_harmless(lines: str) -> bool:
    return not any(mark in lines for mark in _MARKS) and not _LEADING.search(f"\n{lines}")


def _harmless_row(row: Sequence[Any]) -> Sequence[Any]:
    return tuple(harmless(cell) if isinstance(cell, str) else cell for cell in row)


def csv_lines(rows: Iterable[Iterable[Any]]) -> str:
    """Rows as lines of CSV."""
    stream = StringIO(newline="")
    csv_rows(stream, rows)
    return stream.getvalue()


def csv_rows(stream: IO[str], rows: Iterable[Iterable[Any]]) -> None:
    """Rows as CSV: commas, a line feed a row, and quotes around every text with a line end of any kind in it."""
    csv.writer(_LineFeeds(stream), lineterminator="\r\n").writerows(rows)


class _LineFeeds:
    """Ends lines as the files do: before Python 3.13 a writer quotes a carriage return only if its lines end in one."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def write(self, line: str) -> int:
        """One row."""
        return self._stream.write(f"{line[:-2]}\n")
