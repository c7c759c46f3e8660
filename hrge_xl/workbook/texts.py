"""The shared texts of a workbook: those that were drawn, and behind them those that are filled in."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .package import Deflation, Member

PART = "xl/sharedStrings.xml"
COUNTS = re.compile(r' count="[0-9]+" uniqueCount="[0-9]+"')  # both may be left out
NOT_PLAIN = re.compile("[&<>\0-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
MARKUP = "<r>"  # how XlsxWriter notes a text in several styles


class DrawnTexts:
    """The texts of a drawing, numbered, and deflated once for all workbooks made from it."""

    def __init__(self, part: str, texts: Sequence[str]) -> None:
        self.numbers = {text: number for number, text in enumerate(texts) if not text.startswith(MARKUP)}
        self.count = len(texts)
        self.part = Deflation().add(COUNTS.sub("", part, count=1).removesuffix("</sst>").encode())

    def more(self) -> MoreTexts:
        """Give the texts of one workbook, to be added to."""
        return MoreTexts(self)


class MoreTexts:
    """The texts of one workbook. Those that were not drawn are numbered in the order they are first asked for."""

    def __init__(self, drawn: DrawnTexts) -> None:
        self._drawn, self._more = drawn, dict[str, int]()
        self.asked = False  # whether any text was asked for

    def number(self, text: str) -> int:
        """Give the number of a text."""
        self.asked = True
        known = self._drawn.numbers.get(text)
        return self._more.setdefault(text, self._drawn.count + len(self._more)) if known is None else known

    def member(self) -> Member:
        """Give the part that holds them all."""
        entries = "".join(map(_entry, self._more))
        return self._drawn.part.add(f"{entries}</sst>".encode()).member(PART)


def _entry(text: str) -> str:
    kept = ' xml:space="preserve"' if text[0].isspace() or text[-1].isspace() else ""
    return f"<si><t{kept}>{escaped(text)}</t></si>"


def escaped(text: str) -> str:
    """Give a text as it stands between two tags; characters that XML cannot have in the spelling of the format."""
    return NOT_PLAIN.sub(_spelt, text) if NOT_PLAIN.search(text) else text


def _spelt(match: re.Match[str]) -> str:
    found = match[0]
    if len(found) > 1:  # looks like such a spelling, and is none
        return f"_x005F{found}"
    return ENTITIES.get(found) or f"_x{ord(found):04X}_"
