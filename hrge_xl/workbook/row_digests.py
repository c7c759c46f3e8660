"""What a row was written with, as short digests: what somebody types over it later can be told from that."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from ..words import tidy

DIGITS = 6
FORMULA = "="  # before the number of a column that holds a formula


def row_digests(texts: Iterable[str], formulas: Iterable[int] = ()) -> str:
    """Write the digests of the texts of a row and the columns of its formulas, for the hidden first column."""
    return " ".join([*(f"{FORMULA}{column}" for column in formulas), *map(digest, filter(None, texts))])


def digest(text: str) -> str:
    """Give some digits that stand for a text, whatever its spaces: programs save these otherwise."""
    return sha256(tidy(text).encode()).hexdigest()[:DIGITS]
