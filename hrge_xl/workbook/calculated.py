"""Draws the matrix: rows of registers counted by two scales, in the words and colours of the levels."""

from __future__ import annotations

from dataclasses import dataclass

from ..layout import Drawn, Layout, Place, address
from ..layout.calculated import sources_of
from ..spec.model import Level, Matrix, MatrixBlock
from ..words import translator
from .content import Content
from .excel_formula import column_range
from .pen import Pen

LABEL_COLUMN, FIRST_COUNT_COLUMN = 3, 4


@dataclass
class MatrixPainter:
    """Draws one matrix block: the crossing counts, then the number of rows at each level."""

    pen: Pen
    layout: Layout
    content: Content
    drawn: Drawn

    def draw(self) -> None:
        """Title, heads, one row a step of the scale (highest first), then the levels."""
        block, matrix = self.drawn.block, self.layout.spec.matrix
        assert isinstance(block, MatrixBlock)
        assert matrix is not None
        self.say, self.block, self.matrix = translator(self.layout.language), block, matrix
        issued = [sheet.tool.code for sheet in self.layout.sheets]
        self.tools = sources_of(block, issued)
        self._title()
        down, across = self.layout.lists[matrix.down], self.layout.lists[matrix.across]
        steps = list(zip(down.codes, down.labels, strict=True))[::-1]
        for offset, (code, label) in enumerate(zip(across.codes, across.labels, strict=True)):
            self.pen.text(Place(self.drawn.first + 1, FIRST_COUNT_COLUMN + offset), f"{code} {label}", "head")
        for row, (code, label) in enumerate(steps, start=self.drawn.first + 2):
            self.pen.text(Place(row, LABEL_COLUMN), f"{code} {label}", "cell")
            for offset, other in enumerate(across.codes):
                self._count(Place(row, FIRST_COUNT_COLUMN + offset), code, other)
        self._levels(self.drawn.first + 2 + len(steps))

    def _title(self) -> None:
        first = self.drawn.first
        self.pen.text(Place(first, 2), self.block.title.say(self.layout.language), "block")
        tool = self.layout.spec.tool[self.tools[0]]
        down, across = (
            tool.fields[code].label.say(self.layout.language) for code in (self.block.down, self.block.across)
        )
        self.pen.text(Place(first + 1, LABEL_COLUMN), f"{down} ↓   {across} →", "head")

    def _count(self, place: Place, down: str, across: str) -> None:
        level = self.matrix.level[self.matrix.cells[down][across]]
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
            terms.append(f"COUNTIFS({ranges[0]},{down},{ranges[1]},{across})")
        label = level.label.say(self.layout.language).replace('"', "'")
        form = f'"{label}: "0;;"{label}"'
        style = self.pen.formats("cell_centre", form, bg_color=level.colour)
        self.pen.styled_formula(place, "=" + "+".join(terms), style, self._counted(down, across))

    def _counted(self, down: str, across: str) -> int:
        rows = {key[:2] for key in self.content.answers if key[0] in self.tools}
        wanted = (float(down), float(across))
        fields = (self.block.down, self.block.across)
        return sum(tuple(self.content.answers.get((*row, f)) for f in fields) == wanted for row in rows)

    def _levels(self, first: int) -> None:
        """How many rows stand at each level, highest first."""
        self.pen.text(Place(first, LABEL_COLUMN), self.say("Rows by level"), "head")
        self.pen.text(Place(first, FIRST_COUNT_COLUMN), self.say("Number"), "head")
        for row, level in enumerate(reversed(self.matrix.levels), start=first + 1):
            label = self.pen.formats("cell", bg_color=level.colour)
            self.pen.styled_text(Place(row, LABEL_COLUMN), level.label.say(self.layout.language), label)
            cells = list(self._cells_of(level))
            cached = sum(self._counted(*codes) for _, codes in cells)
            formula = "=" + "+".join(address(*place) for place, _ in cells) if cells else "=0"
            self.pen.formula(Place(row, FIRST_COUNT_COLUMN), formula, "cell_centre", cached)

    def _cells_of(self, level: Level) -> list[tuple[Place, tuple[str, str]]]:
        matrix: Matrix = self.matrix
        down, across = self.layout.lists[matrix.down].codes, self.layout.lists[matrix.across].codes
        found = []
        for row, one in enumerate(reversed(down), start=self.drawn.first + 2):
            for column, other in enumerate(across, start=FIRST_COUNT_COLUMN):
                if matrix.cells[one][other] == level.code:
                    found.append((Place(row, column), (one, other)))
        return found
