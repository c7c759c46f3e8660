"""Paths as text that can be written anywhere: into databases, JSON, pages and workbooks.

A name of a file is bytes, and these need not be the UTF-8 of any text. What is not a character stands by its number,
behind the mark that stands for one: �E9. So two files are never taken for one. Neither does a name turn the letters
around it, nor look like another one: characters that nobody sees stand by their number too, �u202E.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

_MARK = "\ufffd"
UNSEEN = "\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff"  # joiners belong to words
_NO_LETTER = re.compile(f"[{UNSEEN}\ud800-\udfff]")  # the latter as Python holds what is not a character
_NUMBER = re.compile(f"{_MARK}(?:([0-9A-F]{{2}})|u([0-9A-F]{{4}}))")
_BYTES = 0xDC00  # added to a byte that is not a character


def path_text(path: str | os.PathLike[str]) -> str:
    """Give a path as text."""
    return _NO_LETTER.sub(_number, os.fspath(path))


def _number(match: re.Match[str]) -> str:
    point = ord(match[0])
    return f"{_MARK}{point - _BYTES:02X}" if _BYTES < point <= _BYTES + 0xFF else f"{_MARK}u{point:04X}"


def way_to(path: str | os.PathLike[str], folder: Path) -> str:
    """Give the way from a folder to a file: the same wherever one stands, and wherever both are moved to."""
    whole, home = Path(os.path.abspath(path)), Path(os.path.abspath(folder))  # noqa: PTH100 (`..` is followed)
    if not whole.is_relative_to(home):  # then links on the way count
        whole, home = whole.parent.resolve() / whole.name, home.resolve()
    try:
        return Path(os.path.relpath(whole, home)).as_posix()
    except ValueError:  # no way leads to another drive
        return str(whole)


def path_of(text: str) -> Path:
    """Give the path that a text stands for."""
    return Path(_NUMBER.sub(_character, text))


def _character(match: re.Match[str]) -> str:
    return chr(_BYTES + int(match[1], 16)) if match[1] else chr(int(match[2], 16))
