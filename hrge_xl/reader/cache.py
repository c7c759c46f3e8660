"""What a reader worked out before, kept within a bounded size: the least lately used half is forgotten first.

Hundreds of returns of one workbook are alike in most of their bytes. What follows from bytes alone need be worked
out once in a process; it is found again by those very bytes, so that no file can change what another one says.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

OVERHEAD = 400  # bytes, about, that Python takes for a small thing besides its text

Key = TypeVar("Key")
Value = TypeVar("Value")


class Cache(Generic[Key, Value]):
    """Values in two generations of about `most` size each; what is alone larger than `largest` is not kept.

    `young` holds the later one, for whoever looks up very many.
    """

    def __init__(self, most: int, largest: int | None = None) -> None:
        self._most, self._largest = most, most if largest is None else largest
        self._size = 0
        self.young: dict[Key, Value] = {}
        self._old: dict[Key, Value] = {}

    def recall(self, key: Key, size: int, work_out: Callable[[], Value]) -> Value:
        """Return what is remembered, else what is worked out now; what is asked for stays in memory."""
        value = self.young.get(key)
        if value is not None:
            return value
        value = self._old.get(key)
        if value is None:
            value = work_out()
        if size <= self._largest:
            if self._size >= self._most:
                self._old, self.young, self._size = self.young, {}, 0
            self.young[key] = value
            self._size += size
        return value
