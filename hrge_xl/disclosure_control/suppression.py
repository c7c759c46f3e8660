"""Which further figures have to be masked, so that none of the small ones can be worked out from the others.

A masked figure is safe when another table with the same published figures has another figure in its place: then
nobody can tell the two apart. Such a table is looked for, and where there is none one more figure is masked.
"""

from __future__ import annotations

from bisect import insort
from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence, Set
from itertools import islice, product
from typing import Generic, NamedTuple, TypeVar

SMALL = range(1, 11)  # counts of people that could lead to a person
LEAST = 1  # of what is masked: a nought is always told
STEPS = 300  # of a search for another table
DEEP = (5, 100)  # figures that another table may change: first few, for most are found so
BREADTH = 12  # figures that are tried in one sum

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
    same, distinct = _without_doubles(numbers, [each for each in sums if _comes_out(each, numbers)])
    small = {same.get(key, key) for key in small}
    search = _Search(numbers, distinct, small)
    for key in sorted(small, key=search.order):
        while key not in search.proven and not search.safe(key) and search.mask_one_more(key):
            pass
    return search.masked | {key for key, other in same.items() if other in search.masked}


def _without_doubles(
    numbers: Mapping[Key, float], sums: Sequence[Sum[Key]]
) -> tuple[dict[Key, Key], list[Sum[Key]]]:
    """Figures that are the same as another one, and the sums between those that are left.

    The total of a single figure is that figure, and two totals of the same figures are one; noughts add nothing.
    """
    same: dict[Key, Key] = {}

    def first(key: Key) -> Key:
        while key in same:
            key = same[key]
        return key

    left, before = list(sums), -1
    while len(same) != before:  # one figure that is another one can make others so
        before, known, rest = len(same), dict[tuple[Key, ...], Key](), left
        left = []
        for each in rest:
            total = first(each.total)
            parts = tuple(sorted((first(part) for part in each.parts if numbers[part]), key=str))
            other = first(parts[0] if len(parts) == 1 else known.setdefault(parts, total))
            if other != total:
                same[total] = other
            elif len(parts) > 1:
                left.append(Sum(total, parts))
    return {key: first(key) for key in same}, left


def _comes_out(each: Sum[Key], numbers: Mapping[Key, float]) -> bool:
    known = all(key in numbers for key in (each.total, *each.parts))
    return known and abs(sum(numbers[key] for key in each.parts) - numbers[each.total]) < 1e-9


class _Search(Generic[Key]):
    """What is masked so far, and whether there is another table."""

    def __init__(self, numbers: Mapping[Key, float], sums: Sequence[Sum[Key]], masked: set[Key]) -> None:
        self.numbers, self.masked = numbers, set[Key]()
        self.proven: set[Key] = set()  # another table was found that differs here
        self.members = sums
        self.sums_of: dict[Key, list[int]] = defaultdict(list)
        self.hidden: list[list[Key]] = [[] for _ in sums]  # masked members of each sum, the largest first
        for number, each in enumerate(sums):
            for key in (each.total, *each.parts):
                self.sums_of[key].append(number)
        for key in sorted(masked, key=self.order):
            self._mask(key)

    def order(self, key: Key) -> tuple[float, str]:
        """Small figures first; the same order in every run."""
        return self.numbers[key], str(key)

    def _mask(self, key: Key) -> None:
        self.masked.add(key)
        for number in self.sums_of.get(key, ()):
            insort(self.hidden[number], key, key=lambda each: -self.numbers[each])

    # another table

    def safe(self, key: Key) -> bool:
        """Whether another table has one more or one less in this place, and the same in all that is published."""
        self.stuck: dict[int, None] = {}
        for depth, step in product(DEEP, (1, -1)):
            change: dict[Key, float] = {}
            self.steps, self.off = STEPS, dict[int, float]()
            if self.numbers[key] + step >= LEAST and self._try(key, step, change, depth):
                self.proven.update(change)
                return True
        return False

    def _try(self, key: Key, step: float, change: dict[Key, float], depth: int) -> bool:
        """Change one figure, and whatever has to change with it; False leaves everything as it was."""
        change[key] = step
        self._shift(key, step)
        if self._balanced(change, depth - 1):
            return True
        self._shift(key, -step)
        del change[key]
        return False

    def _shift(self, key: Key, step: float) -> None:
        """How far the sums of a figure are off once it has changed."""
        for number in self.sums_of.get(key, ()):
            off = self.off.pop(number, 0) + (-step if key == self.members[number].total else step)
            if off:
                self.off[number] = off

    def _balanced(self, change: dict[Key, float], depth: int) -> bool:
        """Whether every sum that is off can be made to come out again by changing what is masked."""
        self.steps -= 1
        if not self.off:
            return True
        if self.steps < 0 or depth <= 0:
            return False
        number = min(self.off, key=lambda each: (len(self.hidden[each]), each))
        moves = list(islice(self._moves(number, change), BREADTH))
        if not moves:
            self.stuck[number] = None
        return any(self._try(key, step, change, depth) for key, step in moves)

    def _moves(self, number: int, change: Mapping[Key, float]) -> Iterator[tuple[Key, float]]:
        """What can be changed in a sum to make it come out: the largest first, for it has most room."""
        off = self.off[number]
        for key in self.hidden[number]:
            step = off if key == self.members[number].total else -off
            if key not in change and self.numbers[key] + step >= LEAST:
                yield key, step

    # one more

    def mask_one_more(self, key: Key) -> bool:
        """Mask one more figure where the search came to an end, else anywhere around; False when all is masked."""
        for number in (*self.stuck, *self._around(key)):
            total, parts = self.members[number]
            shown = [part for part in parts if part not in self.masked and self.numbers[part] > 0]
            if not shown and total not in self.masked:
                shown = [total]
            if shown:
                self._mask(min(shown, key=self._price))
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
