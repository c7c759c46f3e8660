"""A drawing with a blank content filled in, that stamps workbooks: what does not differ is copied as it is.

What is asked of the blank content while a cell is worked out is noted: as long as none of that differs, the cell
does not.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic

from .content import ANYTHING, TABLES, Content, Found, Memory, Shown, subject
from .drawing import Drawing, DrawnSheet, Unit
from .package import Member, MoreTexts


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
        tables: dict[str, Any] = {name: _NotedTable(getattr(content, name), self) for name in TABLES}
        self._content = replace(content, **tables, memory=_NotedMemory(self))

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


class BlankSheet:
    """One sheet of the blank workbook: the ends of its live cells, and the whole as a member to copy."""

    def __init__(self, drawn: DrawnSheet, notes: Notes, texts: MoreTexts) -> None:
        self.drawn = drawn
        self.units: list[tuple[Unit, Noted[Sequence[Shown]]]] = [
            (unit, notes.watch(unit.now)) for unit in drawn.units
        ]
        values = {
            cell: value
            for unit, noted in self.units
            for cell, value in zip(unit.cells, noted.found, strict=True)
        }
        self.ends = drawn.ends(values, texts)
        self.member = drawn.member(list(self.ends.values()))

    def stamped(self, content: Content, differing: set[str], texts: MoreTexts) -> Member:
        """Give the sheet with another content."""
        units = [unit for unit, noted in self.units if not noted.holds(differing)]
        changed = self.drawn.ends(self.drawn.values(content, units), texts)
        if all(self.ends[cell] == end for cell, end in changed.items()):
            return self.member
        return self.drawn.member(list((self.ends | changed).values()))


class Template:
    """Stamps workbooks of one drawing. Law: `stamped(content)` and `drawing.filled(content)` are the same bytes."""

    def __init__(self, drawing: Drawing, blank: Content) -> None:
        """`blank` has no answers; its facts do not count. Raises ValueError for one that has."""
        self.drawing, self.blank = drawing, replace(blank, facts=dict.fromkeys(blank.facts, ""))
        notes, texts = Notes(self.blank), drawing.texts.more()
        self.sheets = [BlankSheet(sheet, notes, texts) for sheet in drawing.sheets]
        self.known = notes.known
        if texts.asked:
            raise ValueError("a template is made from a blank content")

    def stamped(self, content: Content) -> bytes:
        """Give the workbook with a content. Raises `LimitError` where something does not fit into Excel."""
        differing, texts = content.differences(self.blank), self.drawing.texts.more()
        known = {key: noted.found for key, noted in self.known.items() if noted.holds(differing)}
        content = replace(content, memory=Memory(known))
        members = [sheet.stamped(content, differing, texts) for sheet in self.sheets]
        return self.drawing.packed(content, members, texts)
