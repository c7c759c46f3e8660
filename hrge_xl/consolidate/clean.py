"""Texts that every database and file format can hold, and no spreadsheet takes for a formula."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from typing import IO, Any

_SIGNS = "=+\\-@＝＋－＠"
_OPENING = re.compile(rf"^\s*[{_SIGNS}]")
# What a program makes of the middle of a text that splits it at another separator than ours.
_INNER = re.compile(r"([;,\t\r\n][ \"']*)(?=[=@＝＠]|[+\-＋－][^;,\t\r\n]*[|(!])")
_SUSPICIOUS = re.compile(rf"\n\s*[{_SIGNS}]|{_INNER.pattern}")


def clean(text: str | None) -> str | None:
    """A text that every database and file format can hold: no zero characters, no halves of letters."""
    if not text or (text.isascii() and "\0" not in text):
        return text
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula, wherever it splits the line: an apostrophe stands before it."""
    text = _INNER.sub(r"\1'", text)
    return f"'{text}" if _OPENING.match(text) else text


def harmless_row(row: Sequence[Any]) -> Sequence[Any]:
    """A row with every text made harmless: the same row where there is nothing to do, as nearly always."""
    texts = [cell for cell in row if isinstance(cell, str)]
    if not _SUSPICIOUS.search("\n" + "\n".join(texts)):
        return row
    return [harmless(cell) if isinstance(cell, str) else cell for cell in row]


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
