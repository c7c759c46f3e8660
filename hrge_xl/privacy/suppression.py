"""Which figures are suppressed: the sensitive ones, and those that would give them away.

Official statistics call the first primary and the others secondary (or complementary) suppression. A suppressed
figure is safe when another table with the same published figures has another figure in its place: then nobody can
tell the two apart. Such a table is looked for, and where there is none one more figure is suppressed.
"""

from __future__ import annotations

from bisect import insort
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence, Set
from itertools import islice, product
from typing import Generic, NamedTuple, TypeVar

THRESHOLD = 10  # counts of people from 1 up to it could lead to a person
LEAST = 1  # of a count that is suppressed: a nought is always published
STEPS = 300  # of a search for another table
DEEP = (5, 100)  # figures that another table may change: first few, for most are found so
BREADTH = 12  # figures that are tried in one sum
LAST_BITS = 1e-9  # by which sums of decimals may be off

Key = TypeVar("Key", bound=Hashable)


class AdditiveRelation(NamedTuple, Generic[Key]):
    """A total that is the sum of other figures (`parts`), less some, and of what is published anyway (`published`)."""

    total: Key
    parts: tuple[Key, ...]
    less: tuple[Key, ...] = ()
    published: float = 0.0

    @property
    def keys(self) -> tuple[Key, ...]:
        """Return every figure in it."""
        return self.total, *self.parts, *self.less


def is_sensitive(number: float | None) -> bool:
    """Say whether a count of people could lead to a person."""
    return number is not None and 1 <= number <= THRESHOLD


def difference(added: AdditiveRelation[Key], numbers: Mapping[Key, float]) -> float:
    """Return by how much the total differs from what is added up; figures without a number count as noughts."""
    parts = sum(numbers.get(key, 0.0) for key in added.parts)
    less = sum(numbers.get(key, 0.0) for key in added.less)
    off = numbers.get(added.total, 0.0) - (parts - less + added.published)
    return 0.0 if abs(off) < LAST_BITS else off


def suppress(
    numbers: Mapping[Key, float],
    sums: Sequence[AdditiveRelation[Key]],
    sensitive: Set[Key],
    signed: Set[Key] = frozenset(),
) -> set[Key]:
    """Return the sensitive figures, and those that have to be suppressed with them.

    `numbers` holds every figure that is to be published; sums that do not come out are left alone. Of the `signed`
    figures nobody knows that they are more than nought.
    """
    true = [
        added
        for added in sums
        if all(key in numbers for key in added.keys) and not difference(added, numbers)
    ]
    same, distinct = _without_doubles(numbers, true, signed)
    first = {same.get(key, key) for key in sensitive}
    bounded = {same.get(key, key) for key in numbers.keys() - signed}
    search = _Search(numbers, distinct, first, bounded)
    for key in sorted(first, key=search.order):
        while key not in search.proven and not search.safe(key) and search.suppress_one_more(key):
            pass
    return search.suppressed | {
        key for key, representative in same.items() if representative in search.suppressed
    }


def _without_doubles(
    numbers: Mapping[Key, float], sums: Sequence[AdditiveRelation[Key]], signed: Set[Key]
) -> tuple[dict[Key, Key], list[AdditiveRelation[Key]]]:
    """Return figures that are the same as another one, and the sums between those that are left.

    The total of a single figure is that figure, and two totals of the same figures are one; noughts add nothing.
    """
    same: dict[Key, Key] = {}

    def first(key: Key) -> Key:
        while key in same:
            key = same[key]
        return key

    def counted(keys: tuple[Key, ...]) -> tuple[Key, ...]:
        return tuple(sorted((first(key) for key in keys if numbers[key] or key in signed), key=str))

    distinct = list(sums)
    count_before = -1
    while len(same) != count_before:  # one figure that is another one can make others so
        count_before = len(same)
        totals = dict[tuple[object, ...], Key]()
        sums_left = distinct
        distinct = []
        for added in sums_left:
            total = first(added.total)
            parts = counted(added.parts)
            less = counted(added.less)
            alone = len(parts) == 1 and not less and not added.published
            representative = first(
                parts[0] if alone else totals.setdefault((parts, less, added.published), total)
            )
            if representative != total:
                same[total] = representative
            elif not alone and (parts or less or added.published or total in signed):
                distinct.append(AdditiveRelation(total, parts, less, added.published))
    return {key: first(key) for key in same}, list(dict.fromkeys(distinct))


class _Search(Generic[Key]):
    """Knows what is suppressed so far, and looks for another table."""

    def __init__(
        self,
        numbers: Mapping[Key, float],
        sums: Sequence[AdditiveRelation[Key]],
        sensitive: Set[Key],
        bounded: Set[Key],
    ) -> None:
        self.numbers = numbers
        self.sums = sums
        self.bounded = bounded
        self.suppressed = set[Key]()
        self.proven: set[Key] = set()  # another table was found that differs here
        self.weights = [_weights(added) for added in sums]
        self.sums_of: dict[Key, list[int]] = defaultdict(list)
        self.hidden: list[list[Key]] = [
            [] for _ in sums
        ]  # suppressed figures of each sum, the largest first
        for number, weights in enumerate(self.weights):
            for key in weights:
                self.sums_of[key].append(number)
        for key in sorted(sensitive, key=self.order):
            self._suppress(key)

    def order(self, key: Key) -> tuple[float, str]:
        """Return what figures are sorted by: small ones first, in the same order in every run."""
        return self.numbers[key], str(key)

    def _suppress(self, key: Key) -> None:
        self.suppressed.add(key)
        for number in self.sums_of.get(key, ()):
            insort(self.hidden[number], key, key=lambda figure: -self.numbers[figure])

    # another table

    def safe(self, key: Key) -> bool:
        """Say whether another table has one more or one less here, and the same in all that is published."""
        self.stuck: dict[int, None] = {}
        for depth, step in product(DEEP, (1.0, -1.0)):
            change: dict[Key, float] = {}
            self.steps = STEPS
            self.off = dict[int, float]()
            if self._possible(key, step) and self._try(key, step, change, depth):
                self.proven.update(change)
                return True
        return False

    def _possible(self, key: Key, step: float) -> bool:
        return key not in self.bounded or self.numbers[key] + step >= LEAST

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
        """Note how far the sums of a figure are off once it has changed."""
        for number in self.sums_of.get(key, ()):
            off = self.off.pop(number, 0) + step * self.weights[number][key]
            if off:
                self.off[number] = off

    def _balanced(self, change: dict[Key, float], depth: int) -> bool:
        """Say whether every sum that is off comes out again when more of what is suppressed changes."""
        self.steps -= 1
        if not self.off:
            return True
        if self.steps < 0 or depth <= 0:
            return False
        number = min(self.off, key=lambda sum_: (len(self.hidden[sum_]), sum_))
        moves = list(islice(self._moves(number, change), BREADTH))
        if not moves:
            self.stuck[number] = None
        return any(self._try(key, step, change, depth) for key, step in moves)

    def _moves(self, number: int, change: Mapping[Key, float]) -> Iterator[tuple[Key, float]]:
        """Yield what can change in a sum to make it come out: the largest first, for it has most room."""
        for key in self.hidden[number]:
            step = -self.off[number] / self.weights[number][key]
            if key not in change and step.is_integer() and self._possible(key, step):
                yield key, step

    # one more

    def suppress_one_more(self, key: Key) -> bool:
        """Suppress one more figure where the search came to an end, else anywhere around; False when none is left."""
        for number in (*self.stuck, *self._around(key)):
            total = self.sums[number].total
            shown = [part for part in self.weights[number] if part != total and self._can_go(part)]
            if not shown and total in self.weights[number] and self._can_go(total):
                shown = [total]
            if shown:
                self._suppress(min(shown, key=self._price))
                return True
        return False

    def _can_go(self, key: Key) -> bool:
        return key not in self.suppressed and (key not in self.bounded or self.numbers[key] > 0)

    def _price(self, key: Key) -> tuple[int, float, str]:
        """Return what suppressing a figure costs: sums that would have their first one, then how large it is."""
        return sum(not self.hidden[number] for number in self.sums_of[key]), *self.order(key)

    def _around(self, key: Key) -> Iterator[int]:
        """Yield the sums of a figure, those with least that is suppressed first; then those around them."""
        seen: set[int] = set()
        edge = [key]
        while edge:
            near = {number for figure in edge for number in self.sums_of.get(figure, ())} - seen
            yield from sorted(near, key=lambda number: (len(self.hidden[number]), number))
            seen |= near
            edge = [
                figure for number in sorted(near) for figure in self.hidden[number] if figure != key
            ]


def _weights(added: AdditiveRelation[Key]) -> dict[Key, int]:
    """Return how often each figure stands in a sum; below nought for the total, and for what is taken away."""
    weights = Counter({added.total: -1})
    weights.update(added.parts)
    weights.subtract(added.less)
    return {key: weight for key, weight in weights.items() if weight}
