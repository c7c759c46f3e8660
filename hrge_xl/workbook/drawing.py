"""A workbook drawn once, its live cells left open, and filled in with a content as a whole."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import chain, pairwise
from math import isfinite
from typing import Any, Generic

from xlsxwriter.workbook import Workbook

from ..errors import LimitError
from ..layout import address
from ..words import fits_a_cell
from .content import ANYTHING, NUMBER, TABLES, Content, Found, Memory, Shown, subject
from .package import (
    CORE,
    CUSTOM,
    PART,
    DrawnTexts,
    Member,
    MoreTexts,
    core,
    custom,
    deflated,
    escaped,
    package,
)
from .pen import FormulaSheet, Now, no_cell_holds

EXACT = 10**15  # below it a whole number is written without a point


@dataclass(frozen=True, slots=True)
class Unit:
    """Live cells of a sheet that are worked out together, by their numbers in the order of the part."""

    cells: tuple[int, ...]
    now: Now


class DrawnSheet:
    """The part of one sheet in pieces, between which the ends of its live cells belong."""

    def __init__(self, name: str, part: str, sheet: FormulaSheet, text: str) -> None:
        self.name, self.part = name, part
        self.places = [gap.place for gap in sheet.gaps]
        self.formulas = [gap.formula for gap in sheet.gaps]
        bounds = [0, *(gap.at for gap in sheet.gaps), len(text)]
        self.pieces = [text[start:stop] for start, stop in pairwise(bounds)]
        number = {place: cell for cell, place in enumerate(self.places)}
        self.units = [
            Unit(tuple(number.pop(place) for place in live.places), live.now) for live in sheet.live
        ]
        if number:
            raise ValueError(f"{name}: nothing says what {min(number)} shows")

    def values(self, content: Content, units: Sequence[Unit]) -> dict[int, Shown]:
        """Give what the cells of some units show."""
        found: dict[int, Shown] = {}
        for unit in units:
            found.update(zip(unit.cells, unit.now(content), strict=True))
        return found

    def ends(self, values: Mapping[int, Shown], texts: MoreTexts) -> dict[int, str]:
        """Give what stands between the open tags of some cells and the next pieces, from the first cell to the last."""
        found = {}
        for cell in sorted(values):
            value, formula = values[cell], self.formulas[cell]
            if isinstance(value, NUMBER):
                found[cell] = f">{formula}<v>{self._figure(cell, value)}</v></c>"
            elif value and not fits_a_cell(value):
                raise LimitError(f"{self._where(cell)}: {no_cell_holds(value)}")
            elif formula:
                found[cell] = f' t="str">{formula}<v>{escaped(value) if value else ""}</v></c>'
            else:
                found[cell] = f' t="s"><v>{texts.number(value)}</v></c>' if value else "/>"
        return found

    def _figure(self, cell: int, value: float) -> str:
        if not isfinite(value):
            raise LimitError(
                f"{self._where(cell)}: {value} is not a number that Excel knows. Correct the answer."
            )
        whole = isinstance(value, int) or (value.is_integer() and abs(value) < EXACT)
        return str(int(value) if whole else value)

    def _where(self, cell: int) -> str:
        return f"Sheet “{self.name}”, cell {address(*self.places[cell])}"

    def member(self, ends: Sequence[str]) -> Member:
        """Give the part with the ends of all its live cells."""
        whole = [""] * (len(self.pieces) + len(ends))
        whole[0::2], whole[1::2] = self.pieces, ends
        return deflated(self.part, "".join(whole).encode())


class Drawing:
    """What all workbooks of one layout have in common, with everything that differs left open."""

    def __init__(self, book: Workbook, data: bytes) -> None:
        """Take a workbook that was closed into `data` apart."""
        with zipfile.ZipFile(BytesIO(data)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        self.sheets = [
            DrawnSheet(sheet.name, part, sheet, parts[part].decode())
            for sheet in book.worksheets()
            if sheet.live
            for part in [f"xl/worksheets/sheet{sheet.index + 1}.xml"]
        ]
        self.texts = DrawnTexts(parts[PART].decode(), book.str_table.string_array)
        self._core = parts[CORE]
        open_parts = {PART, CORE, CUSTOM, *(sheet.part for sheet in self.sheets)}
        self._members = {
            name: None if name in open_parts else deflated(name, part) for name, part in parts.items()
        }

    def filled(self, content: Content) -> bytes:
        """Give the workbook with a content. Raises `LimitError` where something does not fit into Excel."""
        texts = self.texts.more()
        members = []
        for sheet in self.sheets:
            ends = sheet.ends(sheet.values(content, sheet.units), texts)
            members.append(sheet.member(list(ends.values())))
        return self.packed(content, members, texts)

    def packed(self, content: Content, sheets: Sequence[Member], texts: MoreTexts) -> bytes:
        """Give the workbook from its sheets, the texts that they ask for, and the facts of the stamp."""
        facts = content.facts
        properties = (deflated(CUSTOM, custom(facts)), deflated(CORE, core(self._core, facts)))
        found = {member.name: member for member in (*sheets, texts.member(), *properties)}
        return package([member or found[name] for name, member in self._members.items()])


# A drawing with a blank content filled in, that stamps workbooks. What is asked of that content while a cell is worked
# out is noted: as long as none of it differs, the cell does not.


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
        self.units = [(unit, notes.watch(unit.now)) for unit in drawn.units]
        cells = (zip(unit.cells, noted.found, strict=True) for unit, noted in self.units)
        self.ends = drawn.ends(dict(chain.from_iterable(cells)), texts)
        self.member = drawn.member(list(self.ends.values()))

    def stamped(self, content: Content, differing: set[str], texts: MoreTexts) -> Member:
        """Give the sheet with another content."""
        units = [unit for unit, noted in self.units if not noted.holds(differing)]
        changed = self.drawn.ends(self.drawn.values(content, units), texts)
        if changed.items() <= self.ends.items():
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
