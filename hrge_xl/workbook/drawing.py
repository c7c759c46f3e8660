"""A workbook drawn once, its live cells left open, and filled in with a content as a whole."""

from __future__ import annotations

import zipfile
from io import BytesIO
from itertools import pairwise
from math import isfinite

from xlsxwriter.workbook import Workbook

from ..errors import LimitError
from ..layout import address
from ..words import fits_a_cell
from .content import NUMBER, Content, Shown
from .package import CORE, CUSTOM, PART, Member, SharedTexts, core, custom, deflated, escaped, package
from .pen import FormulaSheet, Gap, no_cell_holds

EXACT = 10**15  # below it a whole number is written without a point


class DrawnSheet:
    """The part of one sheet in pieces, between which the ends of its live cells belong."""

    def __init__(self, part: str, sheet: FormulaSheet, text: str) -> None:
        self.name, self.part = sheet.name, part
        self.gaps = sheet.gaps
        bounds = [0, *(gap.at for gap in sheet.gaps), len(text)]
        self.pieces = [text[start:stop] for start, stop in pairwise(bounds)]
        number = {gap.place: cell for cell, gap in enumerate(sheet.gaps)}
        # Live cells that are worked out together, by their numbers in the order of the part.
        self.live = [([number.pop(place) for place in live.places], live.now) for live in sheet.live]
        if number:
            raise ValueError(f"{self.name}: nothing says what {min(number)} shows")
        self._last: tuple[list[str], Member] | None = None

    def member(self, content: Content, texts: SharedTexts) -> Member:
        """Give the part with a content; most sheets of most workbooks say the same as the one before."""
        values: dict[int, Shown] = {}
        for cells, now in self.live:
            values.update(zip(cells, now(content), strict=True))
        ends = [self._end(gap, values[cell], texts) for cell, gap in enumerate(self.gaps)]
        if self._last is None or self._last[0] != ends:
            whole = [""] * (len(self.pieces) + len(ends))
            whole[0::2], whole[1::2] = self.pieces, ends
            self._last = ends, deflated(self.part, "".join(whole).encode())
        return self._last[1]

    def _end(self, gap: Gap, value: Shown, texts: SharedTexts) -> str:
        """Give what stands between the open tag of a cell and the next piece."""
        if isinstance(value, NUMBER):
            if not isfinite(value):
                raise LimitError(
                    f"{self._where(gap)}: {value} is not a number that Excel knows. Correct the answer."
                )
            whole = isinstance(value, int) or (value.is_integer() and abs(value) < EXACT)
            return f">{gap.formula}<v>{int(value) if whole else value}</v></c>"
        if value and not fits_a_cell(value):
            raise LimitError(f"{self._where(gap)}: {no_cell_holds(value)}")
        if gap.formula:
            return f' t="str">{gap.formula}<v>{escaped(value) if value else ""}</v></c>'
        return f' t="s"><v>{texts.number(value)}</v></c>' if value else "/>"

    def _where(self, gap: Gap) -> str:
        return f"Sheet “{self.name}”, cell {address(*gap.place)}"


class Drawing:
    """What all workbooks of one layout have in common, with everything that differs left open."""

    def __init__(self, book: Workbook, data: bytes) -> None:
        """Take a workbook that was closed into `data` apart."""
        with zipfile.ZipFile(BytesIO(data)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        self.sheets = [
            DrawnSheet(part, sheet, parts[part].decode())
            for sheet in book.worksheets()
            if sheet.live
            for part in [f"xl/worksheets/sheet{sheet.index + 1}.xml"]
        ]
        self._texts = parts[PART].decode(), book.str_table.string_array
        self._core = parts[CORE]
        open_parts = {PART, CORE, CUSTOM, *(sheet.part for sheet in self.sheets)}
        self._members = {
            name: None if name in open_parts else deflated(name, part) for name, part in parts.items()
        }

    def filled(self, content: Content) -> bytes:
        """Give the workbook with a content. Raises `LimitError` where something does not fit into Excel."""
        texts, facts = SharedTexts(*self._texts), content.facts
        sheets = [sheet.member(content, texts) for sheet in self.sheets]
        properties = (deflated(CUSTOM, custom(facts)), deflated(CORE, core(self._core, facts)))
        found = {member.name: member for member in (*sheets, texts.member(), *properties)}
        return package([member or found[name] for name, member in self._members.items()])
