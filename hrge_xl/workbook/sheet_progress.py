"""Draws how far each sheet is: a link to it, the share that is answered, and what is missing or wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..layout import Place, Sheet, address, quoted
from ..layout.calculated import to_fill_in
from ..spec.model import ProgressBlock
from .calculated import BlockPainter
from .content import Content, Shown


class SheetProgressPainter(BlockPainter):
    """Draws one progress block."""

    def draw(self) -> int:
        """Draw title and heads, then one row per sheet."""
        block, say = self.drawn.block, self.say
        assert isinstance(block, ProgressBlock)
        head = self.top(block)
        self.heads(head, [say("Sheet"), say("Answered"), say("Missing"), say("To correct")])
        codes = to_fill_in(self.layout.spec, [sheet.tool.code for sheet in self.layout.sheets])
        sheets = [self.layout.sheet[code] for code in codes]
        cells = [cell for row, sheet in enumerate(sheets, start=head + 1) for cell in self._line(row, sheet)]
        self.pen.live(cells, SheetProgressNow(tuple(sheets)))
        self._colours(head + 1, head + len(sheets))
        return self.free

    def _line(self, row: int, sheet: Sheet) -> Iterator[Place]:
        link, tip = f"{quoted(sheet.name)}!A1", self.say("Go to the sheet")
        self.pen.link(Place(row, self.left), link, sheet.name, tip, "link_cell")
        need, given, wrong = (f"INDEX({sheet.progress_name},1,{n})" for n in (1, 2, 3))
        share = f'=IF({need}=0,"",{given}/{need})'
        yield self.pen.formula(Place(row, self.left + 1), share, "cell_centre", "0%")
        yield self.pen.formula(Place(row, self.left + 2), f"={need}-{given}", "cell_centre", "0;;")
        yield self.pen.formula(Place(row, self.left + 3), f"={wrong}", "cell_centre", "0;;")

    def _colours(self, first: int, last: int) -> None:
        """Bars behind the shares; what is to correct stands out."""
        self.pen.bars(Place(first, self.left + 1), Place(last, self.left + 1))
        for column, style in ((self.left + 2, "missing"), (self.left + 3, "error")):
            formula = f"=N(${address(first, column)})>0"
            self.pen.mark_when(Place(first, column), Place(last, column), formula, style)


@dataclass(frozen=True)
class SheetProgressNow:
    """Three cells a sheet: the share of required answers that are given, how many are missing, how many wrong."""

    sheets: tuple[Sheet, ...]

    def __call__(self, content: Content) -> Sequence[Shown]:
        """In the order of the painter."""
        values: list[Shown] = []
        for sheet in self.sheets:
            need, given, wrong, _ = content.progress(sheet)
            values += [given / need if need else "", need - given, wrong]
        return values
