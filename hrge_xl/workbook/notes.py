"""What is asked of a content while something is worked out: as long as none of that differs, the result does not."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from .content import ANYTHING, Content, Memory, subject

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Noted(Generic[Found]):
    """A result, with the tools and facts that it was worked out from."""

    found: Found
    asked: frozenset[str]

    def holds(self, differing: set[str]) -> bool:
        """Say whether it is the same for a content that differs in these."""
        return self.asked.isdisjoint(differing)


class Notes:
    """Asks a content, and notes what for."""

    def __init__(self, content: Content) -> None:
        self._asked: set[str] = set()
        self.known: dict[Hashable, Noted[Any]] = {}  # what several results need
        self._content = replace(  # who asks for an original has asked for the answer
            content,
            answers=_NotedTable(content.answers, self),
            verdicts=_NotedTable(content.verdicts, self),
            calculated=_NotedTable(content.calculated, self),
            kept=_NotedTable(content.kept, self),
            facts=_NotedTable(content.facts, self),
            last=_NotedTable(content.last, self),
            memory=_NotedMemory(self),
        )

    def watch(self, work_out: Callable[[Content], Found]) -> Noted[Found]:
        """Work something out."""
        before, self._asked = self._asked, set()
        found = work_out(self._content)
        noted = Noted(found, frozenset(self._asked))
        self._asked |= before
        return noted

    def ask(self, about: Iterable[str]) -> None:
        """Note what is asked for."""
        self._asked.update(about)


class _NotedMemory(Memory):
    def __init__(self, notes: Notes) -> None:
        super().__init__({})
        self._notes = notes

    def once(self, key: Hashable, work_out: Callable[[], Found]) -> Found:
        known = self._notes.known
        if key not in known:
            known[key] = self._notes.watch(lambda _: work_out())
        noted: Noted[Found] = known[key]
        self._notes.ask(noted.asked)
        return noted.found


class _NotedTable(Mapping[Any, Any]):
    def __init__(self, table: Mapping[Any, Any], notes: Notes) -> None:
        self._table, self._notes = table, notes

    def __getitem__(self, key: Any) -> Any:
        self._notes.ask((subject(key),))
        return self._table[key]

    def __iter__(self) -> Iterator[Any]:
        self._notes.ask((ANYTHING,))
        return iter(self._table)

    def __len__(self) -> int:
        self._notes.ask((ANYTHING,))
        return len(self._table)
