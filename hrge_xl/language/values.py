"""Values of expressions over one return: a figure, text, codes or truth value; None where blank; or unknown.

Days are their serial numbers. Figures that differ in the last bits of a calculation only are equal, as they are in
spreadsheets.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from ..words import tidy_lines

Known = float | str | tuple[str, ...] | bool | None
SAME = 2.0**-48


class Unknown:
    """A value that nobody knows, because of an answer that is in error or a cell that could not be read.

    Of several causes the one of the highest rank counts. `seen` are the codes that can be read among several.
    """

    __slots__ = ("cause", "rank", "seen")

    def __init__(self, rank: int, cause: Any, seen: tuple[str, ...] = ()) -> None:
        self.rank, self.cause, self.seen = rank, cause, seen

    def __bool__(self) -> bool:
        raise TypeError("an unknown value was taken for a condition")


Value = Known | Unknown


def worse(one: Any, other: Any) -> Any:
    """Give the unknown value that counts of two values, one of which at least is unknown or both None."""
    if type(one) is not Unknown:
        return other
    return one if type(other) is not Unknown or one.rank >= other.rank else other


@lru_cache(maxsize=100_000)
def fold(text: str) -> str:
    """Give what all spellings of a text share that differ in case or spaces only."""
    return tidy_lines(text).casefold()


def same(one: float, other: float) -> bool:
    """Say whether two figures are equal but for the last bits."""
    return one == other or abs(one - other) < min(abs(one), abs(other)) * SAME


def finite(number: Any) -> float | None:
    """Give a number; None for what is not finite, or not real."""
    return number if type(number) is float and math.isfinite(number) else None


def present(values: Iterable[float | None]) -> list[float]:
    """Give the figures that are not blank."""
    return [value for value in values if value is not None]
