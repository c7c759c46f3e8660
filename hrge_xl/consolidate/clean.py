"""Texts that every database and file format can hold."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import IO, Any


def clean(text: str | None) -> str | None:
    """A text that every database and file format can hold: no zero characters, no halves of letters."""
    if not text or (text.isascii() and "\0" not in text):
        return text
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


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
