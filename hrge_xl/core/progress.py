"""How far a long piece of work is, told to whoever listens: the command line does, and shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import TypeVar

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
def under_way(text: str, total: int | None = None) -> Iterator[Advance]:
    """Announce what is being done, of how many steps where that is known; gives what is called after each."""
    listener = _LISTENER.get()
    if listener is None:
        yield _nobody
        return
    with listener(text, total) as advance:
        yield advance


def _nobody(_: int) -> None:
    """Do nothing: nobody listens."""


def steps(items: Iterable[Item], total: int, text: str) -> Iterator[Item]:
    """Yield some items, and say how far they are."""
    with under_way(text, total) as advance:
        for item in items:
            yield item
            advance(1)
