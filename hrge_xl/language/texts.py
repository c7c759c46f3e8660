"""Texts as numbers: every text of a batch once, so that comparing texts is comparing integers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..words import tidy_lines

BLANK, UNKNOWN = -1, -2
Ids = NDArray[np.int64]
Scalar = TypeVar("Scalar", bound=np.generic)


class Texts:
    """Numbers texts as they come; -1 stands for a blank."""

    def __init__(self) -> None:
        self.strings: list[str] = []
        self._ids: dict[str, int] = {}
        self._folds: dict[str, int] = {}
        self._fold_of: dict[str, int] = {}
        self._table: Ids = np.array([BLANK])

    def id(self, text: str) -> int:
        """Give the number of one text."""
        found = self._ids.setdefault(text, len(self.strings))
        if found == len(self.strings):
            self.strings.append(text)
        return found

    def ids(self, texts: Sequence[str | None] | NDArray[Any]) -> Ids:
        """Give the numbers of texts; None is blank."""
        known = (BLANK if text is None else self.id(text) for text in texts)
        return np.fromiter(known, dtype=np.int64, count=len(texts))

    def map(
        self, ids: Ids, function: Callable[[str], Any], blank: Any, kind: type[Scalar]
    ) -> NDArray[Scalar]:
        """Give what a function of one text yields for each; it runs once for each different text."""
        different, place = np.unique(ids, return_inverse=True)
        values = [blank if each < 0 else function(self.strings[each]) for each in different.tolist()]
        return np.array(values, dtype=kind)[place].reshape(ids.shape)

    def fold(self, text: str) -> int:
        """Give the number that all spellings of a text share which differ in case or spaces only."""
        found = self._fold_of.get(text)
        if found is None:
            found = self._folds.setdefault(tidy_lines(text).casefold(), len(self._folds))
            self._fold_of[text] = found
        return found

    def folded(self, ids: Ids) -> Ids:
        """Give the same for many texts by number; blank stays blank."""
        self._grow()
        found = self._table[ids]
        unknown = found == UNKNOWN
        if unknown.any():
            for each in np.unique(ids[unknown]).tolist():
                self._table[each] = self.fold(self.strings[each])
            found = self._table[ids]
        return found

    def _grow(self) -> None:
        """Make room for all texts so far. The last entry is that of the blank, whose number is -1."""
        if len(self._table) <= len(self.strings):
            wider = np.full(2 * len(self.strings) + 1, UNKNOWN)
            wider[: len(self._table) - 1] = self._table[:-1]
            wider[-1] = BLANK
            self._table = wider
