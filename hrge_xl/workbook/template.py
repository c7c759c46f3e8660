"""A drawing with a blank content filled in, that stamps workbooks: what does not differ is copied as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .content import Content, Memory, Shown
from .drawing import Drawing, DrawnSheet, Unit
from .notes import Noted, Notes
from .package import Member
from .texts import MoreTexts


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
