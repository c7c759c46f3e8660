"""A workbook drawn once, its live cells left open, and filled in with a content as a whole."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise
from math import isfinite

from xlsxwriter.workbook import Workbook

from ..errors import LimitError
from ..layout import address
from ..words import fits_a_cell
from .content import NUMBER, Content, Shown
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
from .pen import no_cell_holds
from .shared_formulas import FormulaSheet, Now

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
                figure = value if isinstance(value, int) else self._number(cell, value)
                found[cell] = f">{formula}<v>{figure}</v></c>"
            elif value and not fits_a_cell(value):
                raise LimitError(f"{self._where(cell)}: {no_cell_holds(value)}")
            elif formula:
                found[cell] = f' t="str">{formula}<v>{escaped(value) if value else ""}</v></c>'
            else:
                found[cell] = f' t="s"><v>{texts.number(value)}</v></c>' if value else "/>"
        return found

    def _number(self, cell: int, value: float) -> str:
        if value.is_integer() and abs(value) < EXACT:
            return str(int(value))
        if not isfinite(value):
            raise LimitError(
                f"{self._where(cell)}: {value} is not a number that Excel knows. Correct the answer."
            )
        return repr(value)

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
