"""Texts that no spreadsheet takes for a formula."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

_SIGNS = "=+\\-@＝＋－＠"
_OPENING = re.compile(rf"^\s*[{_SIGNS}]")
# What a program makes of the middle of a text that splits it at another separator than ours.
_INNER = re.compile(r"([;,\t\r\n][ \"']*)(?=[=@＝＠]|[+\-＋－][^;,\t\r\n]*[|(!])")
# Lines without any of these have nothing to make harmless: a quick look at many of them at once.
_MARKS = "=@＝＠＋－"
_LEADING = re.compile(r"[;,\t\r\n\"'][^\S\t\r\n]*[+\-\\]")
AT_ONCE = 500  # rows that are looked at together


def harmless(text: str) -> str:
    """Put an apostrophe where a spreadsheet would take a text for a formula, wherever it splits the line."""
    text = _INNER.sub(r"\1'", text)
    return f"'{text}" if _OPENING.match(text) else text


def harmless_lines(rows: Iterable[Sequence[Any]]) -> Iterator[tuple[str, bool]]:
    """Give rows as lines of CSV, some at a time, every text harmless; and whether one is not as it came."""
    for some in _portions(rows):
        lines = _lines(some)
        safe = some
        text = "\n" + "\n".join(lines)
        if any(mark in text for mark in _MARKS) or _LEADING.search(text):
            safe = [tuple(harmless(cell) if isinstance(cell, str) else cell for cell in row) for row in some]
        changed = safe != some
        yield _text(_lines(safe) if changed else lines), changed


def csv_text(rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Rows as lines of CSV, some at a time: commas, a line feed a row, quotes around texts with a line end in them."""
    return (_text(_lines(some)) for some in _portions(rows))


def _portions(rows: Iterable[Sequence[Any]]) -> Iterator[list[Sequence[Any]]]:
    coming = iter(rows)
    while some := list(islice(coming, AT_ONCE)):
        yield some


class _Written(list[str]):
    """Lines as a writer of CSV leaves them."""

    write = list.append


def _lines(rows: Sequence[Sequence[Any]]) -> list[str]:
    """Rows as lines without their ends. Before Python 3.13 a carriage return is quoted only if lines end in one."""
    written = _Written()
    csv.writer(written, lineterminator="\r\n").writerows(rows)
    return [line[:-2] for line in written]


def _text(lines: Sequence[str]) -> str:
    return "\n".join(lines) + "\n"
