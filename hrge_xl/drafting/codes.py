"""Codes for sheets, lists and entries out of names that people gave."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

LONGEST_ITEM, LONGEST_LIST = 12, 24
LEADING_CODE = re.compile(r"([A-Z][0-9]{1,2}(?:\.[0-9]{1,2})?)(?![A-Za-z0-9.])")


def plain_letters(text: str) -> str:
    """Give the text in capitals, accents taken off, anything but A-Z and 0-9 as a blank."""
    flat = unicodedata.normalize("NFKD", text)
    flat = "".join(letter for letter in flat if not unicodedata.combining(letter)).upper()
    return re.sub(r"[^A-Z0-9]+", " ", flat).strip()


def unique(code: str, taken: set[str], longest: int = 40) -> str:
    """Give the code, with a number behind it if it is taken."""
    number, found = 2, code
    while found in taken:
        found = f"{code[: longest - len(str(number))]}{number}"
        number += 1
    return found


def tool_code(name: str, taken: set[str]) -> str:
    """Give the code that the name of a sheet starts with, such as `R1`, else a numbered one such as `S2`."""
    match = LEADING_CODE.match(name)
    if match and match[1] not in taken:
        return match[1]
    number = len(taken) + 1
    while f"S{number}" in taken:
        number += 1
    return f"S{number}"


def list_name(text: str) -> str:
    """Give the name of a vocabulary from a defined name or a header."""
    name = "_".join(plain_letters(text).split())[:LONGEST_LIST].rstrip("_")
    return name if name[:1].isalpha() else f"LIST_{name}".rstrip("_")


def item_codes(labels: Sequence[str]) -> Iterable[str]:
    """Give a code of at most twelve letters and digits for each label, all different."""
    taken: set[str] = set()
    for number, label in enumerate(labels, 1):
        code = plain_letters(label).replace(" ", "")[:LONGEST_ITEM] or f"I{number}"
        code = unique(code, taken, LONGEST_ITEM)
        taken.add(code)
        yield code
