"""Addresses of databases, and what of them may be shown: never what could be a password, however it was mistyped."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

HIDDEN = "***"
# bounded: a long word takes no square of its length
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,40}:/{1,3}")
_LETTER = r"[^\s\"'“”<>]"
# A name, a colon, a password, an @, with or without a scheme before it; a drive of Windows is not a name.
_BEFORE_AT = re.compile(rf"(?<!{_LETTER})(?![A-Za-z]:[\\/])[^:\s\"'“”<>]*:{_LETTER}*@")
# in its place may stand a password; behind a port, the end of a sentence
_NO_PORT = re.compile(rf"({_SCHEME.pattern}[^\s:/@]*):(?!\d+[:,.;]?(?:[/\s]|$))[^\s/]+")
_KEY = r"\b(?=\w*(?:password|passwd|passphrase|pwd|secret|token))(\w++=)"
_NAMED = re.compile(rf"{_KEY}(?:(?![&;]){_LETTER})+", re.I)
_NAMED_IN_WORD = re.compile(rf"{_KEY}[^&]+", re.I)  # in one that is known whole it may hold spaces


def is_address(text: str) -> bool:
    """Whether a text is meant as the address of a database, also one that was mistyped or whose slashes a path lost."""
    return _SCHEME.match(text) is not None or _BEFORE_AT.match(text) is not None


def masked(text: str, known: Iterable[str] = ()) -> str:
    """Give a text without what could be a password in an address.

    `known` are words that were given and that it may quote: in them a password may hold anything, spaces too.
    """
    words = {part for word in known for part in (word, word.partition("=")[2])}
    for word in sorted(filter(_tells, words), key=len, reverse=True):
        for form in dict.fromkeys((word, str(Path(word)))):
            text = text.replace(form, _without(form))
    text = _BEFORE_AT.sub(lambda match: f"{_scheme(match[0])}{HIDDEN}@", text)
    text = _NO_PORT.sub(rf"\1:{HIDDEN}", text)
    return _NAMED.sub(rf"\1{HIDDEN}", text)


def _tells(word: str) -> bool:
    """Say whether a word may hold a password."""
    return ("@" in word and ":" in word) or _NAMED.search(word) is not None


def _without(word: str) -> str:
    head, at, tail = word.rpartition("@")
    shown = f"{_scheme(head)}{HIDDEN}@{tail}" if at and ":" in head else word
    return _NAMED_IN_WORD.sub(rf"\1{HIDDEN}", shown)


def _scheme(text: str) -> str:
    found = _SCHEME.match(text)
    return found[0] if found else ""
