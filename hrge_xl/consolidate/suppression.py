"""Which further figures have to be masked, so that none of the small ones can be worked out from the others.

A masked figure is safe when another table with the same published figures has another figure in its place: then
nobody can tell the two apart. Such a table is looked for, and where there is none one more figure is masked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence, Set
from typing import Generic, NamedTuple, TypeVar

SMALL = range(1, 11)  # counts of people that could lead to a person
LEAST = 1  # of what is masked: a nought is always told
STEPS = 400  # of the search for another table

Key = TypeVar("Key", bound=Hashable)


class Sum(NamedTuple, Generic[Key]):
    """A figure that is the sum of others."""

    total: Key
    parts: tuple[Key, ...]


def is_small(number: float | None) -> bool:
    """Whether a count of people could lead to a person."""
    return number is not None and SMALL[0] <= number <= SMALL[-1]


def suppressed(numbers: Mapping[Key, float], sums: Sequence[Sum[Key]], small: Set[Key]) -> set[Key]:
    """The small figures, and those that have to be masked with them.

    `numbers` holds every figure that is to be published; sums that do not come out are left alone.
    """
    search = _Search(numbers, [each for each in sums if _comes_out(each, numbers)], set(small))
    for key in sorted(small, key=search.order):
        while not search.safe(key) and search.mask_one_more(key):
            pass
    return search.masked


def _comes_out(each: Sum[Key], numbers: Mapping[Key, float]) -> bool:
    known = all(key in numbers for key in (each.total, *each.parts))
    return known and abs(sum(numbers[key] for key in each.parts) - numbers[each.total]) < 1e-9


class _Search(Generic[Key]):
    """What is masked so far, and whether there is another table."""

    def __init__(self, numbers: Mapping[Key, float], sums: Sequence[Sum[Key]], masked: set[Key]) -> None:
        self.numbers, self.masked = numbers, masked
        self.members = [(each.total, *each.parts) for each in sums]
        self.sums_of: dict[Key, list[int]] = defaultdict(list)
        self.hidden: list[list[Key]] = [[] for _ in sums]  # masked members of each sum
        for number, members in enumerate(self.members):
            for key in members:
                self.sums_of[key].append(number)
        for key in sorted(masked, key=self.order):
            self._hide(key)

    def order(self, key: Key) -> tuple[float, str]:
        """Small figures first; the same order in every run."""
        return self.numbers[key], str(key)

    def _hide(self, key: Key) -> None:
        for number in self.sums_of.get(key, ()):
            self.hidden[number].append(key)

    # another table

    def safe(self, key: Key) -> bool:
        """Whether another table has one more or one less in this place, and the same in all that is published."""
        self.stuck: dict[int, None] = {}
        for step in (1, -1):
            if self.numbers[key] + step >= LEAST:
                self.steps = STEPS
                change: dict[Key, float] = {key: step}
                if self._balanced(change, list(self.sums_of.get(key, ()))):
                    return True
        return False

    def _balanced(self, change: dict[Key, float], touched: list[int]) -> bool:
        """Whether every sum that was touched can be made to come out again by changing what is masked."""
        self.steps -= 1
        number, off = self._first_off(change, touched)
        if number is None or self.steps < 0:
            return number is None
        moves = list(self._moves(number, off, change))
        if not moves:
            self.stuck[number] = None
        for key, step in moves:
            change[key] = step
            if self._balanced(change, [*touched, *self.sums_of[key]]):
                return True
            del change[key]
        return False

    def _moves(self, number: int, off: float, change: Mapping[Key, float]) -> Iterator[tuple[Key, float]]:
        """What can be changed in a sum to make it come out: the largest first, for it has most room."""
        total = self.members[number][0]
        for key in sorted(self.hidden[number], key=lambda each: -self.numbers[each]):
            step = off if key == total else -off
            if key not in change and self.numbers[key] + step >= LEAST:
                yield key, step

    def _first_off(self, change: Mapping[Key, float], touched: Sequence[int]) -> tuple[int | None, float]:
        for number in touched:
            total = self.members[number][0]
            off = sum(
                -change[key] if key == total else change[key] for key in self.hidden[number] if key in change
            )
            if off:
                return number, off
        return None, 0

    # one more

    def mask_one_more(self, key: Key) -> bool:
        """Mask one more figure where the search came to an end, else anywhere around; False when all is masked."""
        for number in (*self.stuck, *self._around(key)):
            total, *parts = self.members[number]
            shown = [part for part in parts if part not in self.masked and self.numbers[part] > 0]
            if not shown and total not in self.masked:
                shown = [total]
            if shown:
                chosen = min(shown, key=self._price)
                self.masked.add(chosen)
                self._hide(chosen)
                return True
        return False

    def _price(self, key: Key) -> tuple[int, float, str]:
        """What masking a figure costs: the sums that would have their first one, then how large it is."""
        return sum(not self.hidden[number] for number in self.sums_of[key]), *self.order(key)

    def _around(self, key: Key) -> Iterator[int]:
        """The sums of a figure, those with least that is masked first; then the sums of what is masked there."""
        seen: set[int] = set()
        edge = [key]
        while edge:
            near = {number for each in edge for number in self.sums_of.get(each, ())} - seen
            yield from sorted(near, key=lambda number: (len(self.hidden[number]), number))
            seen |= near
            edge = [each for number in sorted(near) for each in self.hidden[number] if each != key]
