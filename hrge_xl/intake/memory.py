"""What a reader worked out before, kept within a bounded size: the least lately used half is forgotten first.

Hundreds of returns of one workbook are alike in most of their bytes. What follows from bytes alone need be worked
out once in a process; it is found again by those very bytes, so that no file can change what another one says.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


MOST_ONCE = 40_000  # keys that are known to have come once


class Memory(Generic[Key, Value]):
    """Values in two generations of about `most` size each; what is alone larger than `largest` is not kept.

    With `twice` a value is kept when it comes for the second time: what only one file says takes no room.
    """

    def __init__(self, most: int, largest: int | None = None, *, twice: bool = False) -> None:
        self._most = most
        self._once: set[int] | None = set() if twice else None
        self._largest = most if largest is None else largest
        self._size = 0
        self._young: dict[Key, tuple[Value, int]] = {}
        self._old: dict[Key, tuple[Value, int]] = {}

    def get(self, key: Key) -> Value | None:
        """Return what is remembered, None if nothing is; what is asked for stays in memory."""
        found = self._young.get(key)
        if found is None:
            found = self._old.get(key)
            if found is None:
                return None
            self._keep(key, *found)
        return found[0]

    def put(self, key: Key, value: Value, size: int) -> None:
        """Remember a value of this size."""
        if size > self._largest or self._is_first(key):
            return
        self._keep(key, value, size)

    def _is_first(self, key: Key) -> bool:
        """Say whether a key that has to come twice came for the first time."""
        if self._once is None or hash(key) in self._once:
            return False
        if len(self._once) >= MOST_ONCE:
            self._once.clear()
        self._once.add(hash(key))
        return True

    def _keep(self, key: Key, value: Value, size: int) -> None:
        if self._size >= self._most:
            self._old, self._young, self._size = self._young, {}, 0
        self._young[key] = value, size
        self._size += size

    def recall(self, key: Key, size: int, work_out: Callable[[], Value]) -> Value:
        """Return what is remembered, else what is worked out now."""
        value = self.get(key)
        if value is None:
            value = work_out()
            self.put(key, value, size)
        return value
