"""Draws calculated blocks: what they share, and the matrix (rows of registers counted by two scales)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product

from xlsxwriter.workbook import Workbook

from ..findings import sentence
from ..language.sheet_text import is_step, text_literal, with_count
from ..layout import Drawn, Grid, Layout, ListPlace, Place, Sheet, address, column_letters
from ..layout.calculated import sources_of
from ..spec.model import Block, Level, Matrix, MatrixBlock
from ..words import Translate, right_to_left, translator
from .cell_ranges import column_range
from .content import Content, Shown
from .matrix_codes import HELPERS, CodesNow, JoinedCodes, crossed_rows, crossing, steps_of_list
from .pen import Pen
from .styles import LINES, ink_on

Crossing = tuple[str, str]  # a code of each of two scales


@dataclass(frozen=True)
class Summary:
    """What the line above a list says: that there is nothing, how many there are, or how many do not fit."""

    nothing: str
    fits: str
    too_many: str
    most: int

    def now(self, total: int) -> str:
        """Give the line for so many."""
        template = self.nothing if not total else self.too_many if total > self.most else self.fits
        return sentence(template, {"count": str(total), "rows": str(self.most)})


@dataclass
class BlockPainter:
    """What every calculated block needs; `free` is the first column that nothing stands in."""

    book: Workbook
    pen: Pen
    layout: Layout
    sheet: Sheet
    drawn: Drawn
    free: int
    say: Translate = field(init=False)

    def __post_init__(self) -> None:
        self.say = translator(self.layout.language)

    @property
    def left(self) -> int:
        """The first column of the block."""
        return self.drawn.left

    def draw(self) -> int:
        """Draw the block; the next free column."""
        raise NotImplementedError

    def top(self, block: Block) -> int:
        """Title and help; the row below them."""
        row = self.drawn.first
        for text, style in ((block.title, "block"), (block.help, "purpose")):
            if text:
                self.pen.band(row, self.left, self.left, text.say(self.layout.language), style)
                row += 1
        return row

    def heads(self, row: int, labels: list[str]) -> None:
        """Write the heads of a list, from the first column on."""
        for column, label in enumerate(labels, start=self.left):
            self.pen.text(Place(row, column), label, "head")

    def summarise(self, row: int, count: str, summary: Summary) -> Place:
        """Give the line above a list, with a formula that counts what is in it."""
        too_many, most = summary.too_many.replace("{rows}", str(summary.most)), summary.most
        some = f"IF({count}>{most},{with_count(too_many, count)},{with_count(summary.fits, count)})"
        formula = f"=IF({count}=0,{text_literal(summary.nothing)},{some})"
        return self.pen.formula(Place(row, self.left), formula, "progress")

    def frame_used(self, first: int, last: int, columns: int, state: int, words: dict[str, str]) -> None:
        """Lines around the rows in use, and the words of the state column in their colours.

        LibreOffice takes one conditional format a cell, so that those of the state column bring their lines along.
        """
        used = f'=${column_letters(self.left)}{first}<>""'
        end = self.left + columns - 1
        cell = f"=${column_letters(state)}{first}"
        for word, style in words.items():
            formula = f"{cell}={text_literal(word)}"
            self.pen.mark_when(Place(first, state), Place(last, state), formula, style, **LINES)
        for left, right in ((self.left, state - 1), (state, state), (state + 1, end)):
            if left <= right:
                self.pen.mark_when(Place(first, left), Place(last, right), used, "framed")

    def issued(self, block: Block) -> list[str]:
        """Give the tools of this workbook that the block draws from."""
        return sources_of(block, [sheet.tool.code for sheet in self.layout.sheets])

    @property
    def corner(self) -> str:
        """What the corner of a table says: which scale runs down, which across."""
        return "{down} ↓   {across} " + ("←" if right_to_left(self.layout.language) else "→")


def chosen(number: str, cases: list[str]) -> str:
    """Give a formula that takes one of several parts by their number, from 1."""
    return cases[0] if len(cases) == 1 else f"CHOOSE({number},{','.join(cases)})"


class MatrixPainter(BlockPainter):
    """Draws one matrix block: the crossing counts, then the number of rows at each level."""

    def draw(self) -> int:
        """Title, heads, one row per step of the scale (highest first), then the levels."""
        block, matrix = self.drawn.block, self.layout.spec.matrix
        assert isinstance(block, MatrixBlock)
        assert matrix is not None
        self.block, self.matrix = block, matrix
        self.tools = self.issued(block)
        self.codes = self._joined_codes() if block.codes else None
        self.cells: dict[Place, tuple[Crossing, ...]] = {}  # which crossings each live cell counts
        head = self.top(block)
        self.first = head + 1
        self._corner(head)
        down, across = self.scales
        across_style, down_style = ("head_codes", "step_codes") if block.codes else ("head", "cell_middle")
        for offset, code in enumerate(across.codes):
            self.pen.text(Place(head, self.left + 1 + offset), self._step(across, code), across_style)
        for row, code in enumerate(reversed(down.codes), start=self.first):
            self.pen.text(Place(row, self.left), self._step(down, code), down_style)
            self.pen.height(row, "step")
            for offset, other in enumerate(across.codes):
                self._count(Place(row, self.left + 1 + offset), code, other)
        if self.codes is not None:
            return self._live_codes(self.codes)
        self._levels(self.first + len(down.codes))
        grids = tuple(self.layout.rows_of[tool] for tool in self.tools)
        self.pen.live(self.cells, MatrixNow(grids, block, tuple(self.cells.values())))
        return self.free

    @property
    def scales(self) -> tuple[ListPlace, ListPlace]:
        """The lists of the steps down and across."""
        return self.layout.lists[self.matrix.down], self.layout.lists[self.matrix.across]

    def _live_codes(self, codes: JoinedCodes) -> int:
        """Give the hidden columns that the codes in the cells are taken from; the next free column."""
        places = [*codes.draw(), *self.cells]
        numbers = [crossing(*self.scales, each) for (each,) in self.cells.values()]
        down, across = map(steps_of_list, self.scales)
        cells = dict(zip(numbers, self._labels(), strict=True))
        self.pen.live(places, CodesNow(codes.rows, down, across, cells))
        return self.free + HELPERS

    def _step(self, scale: ListPlace, code: str) -> str:
        """Give a step in few words: a matrix has no room for where it lies."""
        vocabulary = self.layout.spec.vocabularies[scale.name]
        return vocabulary.by_code[code].numbered(self.layout.language)

    def _corner(self, row: int) -> None:
        if self.block.codes:  # too narrow for words: the title or the help of the block has them
            self.pen.text(Place(row, self.left), self.corner.format(down="", across="").strip(), "head")
            return
        fields = self.layout.spec.tool[self.tools[0]].fields
        down, across = (
            fields[code].label.say(self.layout.language) for code in (self.block.down, self.block.across)
        )
        self.pen.text(Place(row, self.left), self.corner.format(down=down, across=across), "head")

    def _labels(self) -> Iterator[str]:
        """Give the level of each cell in words."""
        for ((down, across),) in self.cells.values():
            yield self.matrix.level[self.matrix.cells[down][across]].label.say(self.layout.language)

    def _joined_codes(self) -> JoinedCodes:
        rows = crossed_rows([self.layout.rows_of[tool] for tool in self.tools], self.block)
        return JoinedCodes(self.pen, self.layout, rows, Place(self.drawn.first, self.free))

    def _count(self, place: Place, down: str, across: str) -> None:
        """Write the cell of a crossing: how many rows stand there, or which."""
        level = self.matrix.level[self.matrix.cells[down][across]]
        label = level.label.say(self.layout.language)
        quoted = label.replace('"', "'")
        form, formula = f'"{quoted}: "0;;"{quoted}"', self._number_of_rows(down, across)
        if self.codes is not None:
            form, formula = "", self.codes.at(crossing(*self.scales, (down, across)), label)
        colours = {"bg_color": level.colour, "font_color": ink_on(level.colour)}
        style = self.pen.formats("cell_centre" if self.codes is None else "cell_codes", form, **colours)
        self.cells[self.pen.styled_formula(place, formula, style)] = ((down, across),)

    def _number_of_rows(self, down: str, across: str) -> str:
        terms = []
        for tool in self.tools:
            grid = self.layout.rows_of[tool]
            columns = {
                c.field.code: c.index for c in grid.columns if c.field is not None and c.role == "answer"
            }
            ranges = [
                column_range(self.layout, grid, columns[code])
                for code in (self.block.down, self.block.across)
            ]
            entries = [
                text_literal(scale.labels[scale.codes.index(step)])
                for scale, step in zip(self.scales, (down, across), strict=True)
            ]
            terms.append(f"SUMPRODUCT({'*'.join(map(is_step, ranges, entries))})")
        return "=" + "+".join(terms)

    def _levels(self, first: int) -> None:
        """How many rows stand at each level, highest first."""
        self.pen.text(Place(first, self.left), self.say("Rows by level"), "head")
        self.pen.text(Place(first, self.left + 1), self.say("Number"), "head")
        for row, level in enumerate(reversed(self.matrix.levels), start=first + 1):
            label = self.pen.formats("cell_middle", bg_color=level.colour, font_color=ink_on(level.colour))
            self.pen.styled_text(Place(row, self.left), level.label.say(self.layout.language), label)
            self.pen.height(row, "step")
            cells = dict(self._cells_of(level))
            formula = "=" + "+".join(address(*place) for place in cells) if cells else "=0"
            place = self.pen.formula(Place(row, self.left + 1), formula, "cell_centre")
            self.cells[place] = tuple(cells.values())

    def _cells_of(self, level: Level) -> list[tuple[Place, Crossing]]:
        matrix: Matrix = self.matrix
        down, across = self.layout.lists[matrix.down].codes, self.layout.lists[matrix.across].codes
        found = []
        for row, one in enumerate(reversed(down), start=self.first):
            for column, other in enumerate(across, start=self.left + 1):
                if matrix.cells[one][other] == level.code:
                    found.append((Place(row, column), (one, other)))
        return found


@dataclass(frozen=True)
class MatrixNow:
    """The counts of a matrix, and of its levels."""

    grids: tuple[Grid, ...]
    block: MatrixBlock
    cells: tuple[tuple[Crossing, ...], ...]

    def __call__(self, content: Content) -> Sequence[Shown]:
        """For each cell the rows whose answers cross there."""
        found = Counter(
            crossing
            for grid in self.grids
            for row in grid.by_row.values()
            for crossing in product(
                content.counted(row[self.block.down]), content.counted(row[self.block.across])
            )
        )
        return [sum(found[crossing] for crossing in each) for each in self.cells]
