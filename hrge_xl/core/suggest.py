"""What may have been meant by a name that nothing has: the nearest one, else all that are known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

CLOSE = 65  # how alike a misspelt name must be to be taken for one, of 100
MOST = 40  # names that are listed
_NUMBER = re.compile(r"\d+")


def alike(wrong: object, known: Sequence[str], most: int = 3, close: int = CLOSE) -> list[str]:
    """Give the known names that are most like a wrong one, the nearest first."""
    from rapidfuzz import process  # only once something is wrong

    text, folded = str(wrong).casefold(), {name.casefold(): name for name in known}
    found = process.extract(text, list(folded), limit=None, score_cutoff=close)
    found.sort(key=lambda each: (-each[1], each[0][:1] != text[:1]))  # of equals those that begin alike
    return [folded[name] for name, _, _ in found[:most]]


def nearest(wrong: object, known: Sequence[str], close: int = CLOSE) -> str | None:
    """Give the known name that is most like a wrong one; None where none is like it, or it is one itself."""
    if str(wrong) in known:
        return None
    return next(iter(alike(wrong, known, 1, close)), None)


def did_you_mean(wrong: object, known: Sequence[str], close: int = CLOSE) -> str:
    """Ask whether the nearest name was meant, with a space behind; nothing where none is near."""
    found = nearest(wrong, known, close)
    return f"Did you mean '{found}'? " if found else ""


def remedy_for(wrong: object, known: Sequence[str]) -> str:
    """Ask whether the nearest name was meant; else list what is known, or say that nothing is."""
    return did_you_mean(wrong, known).rstrip() or f"Known are: {listed(known)}."


def plain(code: str) -> str:
    """Give a code or name as it is compared: without case, marks between, and zeros before a number."""
    letters = "".join(letter for letter in code.casefold() if letter.isalnum())
    return _NUMBER.sub(lambda match: match[0].lstrip("0") or "0", letters)


def listed(names: Sequence[str], most: int = MOST) -> str:
    """Give some names in their order, with how many more there are."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "") or "none"


class NoSuch(str):
    """The reason of a mistake that lies in a name: nothing is called by it.

    Where the part that bears the name could not be read, it is no mistake of its own.
    """

    __slots__ = ("name",)
    name: str

    def __new__(cls, reason: str, name: str) -> NoSuch:
        """Give the reason, with the name."""
        made = super().__new__(cls, reason)
        made.name = name
        return made


def no_such(reason: str, name: str, known: Iterable[str]) -> tuple[str, str]:
    """Give reason and remedy of a mistake that lies in a name: it is none of those known."""
    return NoSuch(reason, name), remedy_for(name, list(known))


def reworded(reason: str, words: str) -> str:
    """Give the same reason in other words."""
    return NoSuch(words, reason.name) if isinstance(reason, NoSuch) else words
