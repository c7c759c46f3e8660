"""Work over many things: grouped by what they share, in batches, with the collector put off, and told how far it is.

Who listens decides what is shown: the command line does, and shows it.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence, Set
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from itertools import islice
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)
Item = TypeVar("Item")
Advance = Callable[[int], None]  # so many steps more are done
# of a text and how many steps there are
Listener = Callable[[str, int | None], AbstractContextManager[Advance]]
_LISTENER: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Have a listener hear of the work that is done meanwhile."""
    token = _LISTENER.set(listener)
    try:
        yield
    finally:
        _LISTENER.reset(token)


@contextmanager
def watch_progress(report: Callable[[str, int, int | None], object]) -> Iterator[None]:
    """Have a function hear how far long work is: what is being done, how many steps are done, and of how many.

    The last is None where nobody knows. The function is called in the thread that works.
    """

    @contextmanager
    def listener(text: str, total: int | None) -> Iterator[Advance]:
        steps_done = 0

        def advance(steps: int) -> None:
            nonlocal steps_done
            steps_done += steps
            report(text, steps_done, total)

        report(text, steps_done, total)
        yield advance

    with listening(listener):
        yield


@contextmanager
def report_progress(text: str, total: int | None = None) -> Iterator[Advance]:
    """Announce what is being done, of how many steps where that is known; gives what is called after each."""
    listener = _LISTENER.get()
    if listener is None:
        yield lambda steps: None
        return
    with listener(text, total) as advance:
        yield advance


def track_progress(items: Iterable[Item], total: int, text: str) -> Iterator[Item]:
    """Yield some items, and say how far they are."""
    with report_progress(text, total) as advance:
        for element in items:
            yield element
            advance(1)


@contextmanager
def gc_paused() -> Iterator[None]:
    """Put off Python's search for cycles: among very many new objects it would take a quarter of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def grouped(pairs: Iterable[tuple[Key, Item]]) -> dict[Key, list[Item]]:
    """Return items by their keys: both in the order in which they come."""
    groups: dict[Key, list[Item]] = {}
    for key, member in pairs:
        groups.setdefault(key, []).append(member)
    return groups


def batched(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Yield items so many at a time, as `itertools` does from Python 3.12 on."""
    coming = iter(items)
    while some := list(islice(coming, size)):
        yield some


def who_is_in_each(groups: Sequence[Set[Key]]) -> set[Key]:
    """Return who is in the first group and in each of the others, but for others that have none of these."""
    same = {*groups[0]} if groups else set[Key]()
    for group in groups[1:]:
        shared = same & group
        if shared:
            same = shared
    return same
