"""Draws calculated blocks: what each of them needs, then tables of rows by two of their answers.

These are the matrix (how many rows, or which ones) and the pivot. Lists have a module of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import NamedTuple

from ..core.words import Translate, right_to_left, translator
from ..language.function import is_step, of_step, text_literal
from ..layout import Drawn, Layout, ListPlace, Place, Sheet, Slot, address, column_letters
from ..layout.lists import LEVELS, sources_of
from ..spec.drawings import AXES_ARE_NAMED, LEVELS_WITHOUT_ROWS_ARE_PALE
from ..spec.model import Block, Level, MatrixBlock, PivotBlock
from .cell_writer import CellWriter
from .content import Content, Shown
from .formulas import (
    ROW,
    ColumnRun,
    Formula,
    Value,
    answer_cells,
    cells_of,
    column_range,
    run_of,
    total,
)
from .styles import level_colours, step_fills, tint

LINE = "\n"  # between the codes of a cell
MOST_CODES = 2  # in a cell, which is as high; of more the first and how many others
DOWN = 1000  # a crossing as one number: the place of the step down, then that of the step across
WILD = "~*?"  # what COUNTIFS does not take literally
Crossing = tuple[str, str]  # a code of each of two scales
Rows = Sequence[Mapping[str, Slot]]


@dataclass
class BlockWriter:
    """What every calculated block needs; `free` is the first column that nothing stands in."""

    writer: CellWriter
    layout: Layout
    sheet: Sheet
    drawn: Drawn
    free: int
    left: int = field(init=False)  # the first column of the block
    say: Translate = field(init=False)

    def __post_init__(self) -> None:
        self.left = self.drawn.left
        self.say = translator(self.layout.language)

    def draw(self) -> int:
        """Draw the block; the next free column."""
        raise NotImplementedError

    def top(self, block: Block) -> int:
        """Title and help; the row below them."""
        row = self.drawn.first
        for text, style in ((block.title, "block"), (block.help, "purpose")):
            if text:
                self.writer.band(row, self.left, self.left, text.say(self.layout.language), style)
                row += 1
        return row


@dataclass(frozen=True, eq=False)
class CrossedRows:
    """Rows by two of their answers; the one that runs down may be any of several."""

    rows: Rows
    down: Sequence[str]
    across: str

    def at(self, content: Content, crossing: Crossing) -> Rows:
        """Return the rows at a crossing."""
        return content.memory.once(self, lambda: self._all(content)).get(crossing, ())

    def _all(self, content: Content) -> Mapping[Crossing, Rows]:
        rows_at: dict[Crossing, list[Mapping[str, Slot]]] = {}
        for row in self.rows:
            down = {code for field in self.down for code in content.counted(row[field])}
            for crossing in product(down, content.counted(row[self.across])):
                rows_at.setdefault(crossing, []).append(row)
        return rows_at


class CrossingWriter(BlockWriter):
    """What matrix and pivot share."""

    def crossed(self, tools: Sequence[str], down: Sequence[str], across: str) -> CrossedRows:
        """Return the rows of some tools."""
        rows = [row for tool in tools for row in self.layout.rows_of[tool].by_row.values()]
        return CrossedRows(rows, down, across)

    def corner(self, row: int, down: str = "", across: str = "") -> None:
        """Write which scale runs down, which across."""
        self.writer.text(Place(row, self.left), self.axes(down, across), "head")

    def axes(self, down: str, across: str) -> str:
        """Say which scale runs down, which across."""
        arrow = "←" if right_to_left(self.layout.language) else "→"
        return f"{down} ↓   {across} {arrow}".strip()

    def label(self, tool: str, code: str) -> str:
        """Return the label of a field."""
        return self.layout.spec.tool[tool].fields[code].label.say(self.layout.language)


class MatrixWriter(CrossingWriter):
    """Draws one matrix block: how many rows stand at each crossing (or which), then how many at each level."""

    def draw(self) -> int:
        """Title, heads, one row per step of the scale (highest first), then the levels."""
        block = self.drawn.block
        matrix = self.layout.spec.matrix
        assert isinstance(block, MatrixBlock)
        assert matrix is not None
        self.block = block
        self.tools = sources_of(block, [*self.layout.sheet])
        self.down = self.layout.lists[matrix.down]
        self.across = self.layout.lists[matrix.across]
        self.rows = self.crossed(self.tools, (block.down,), block.across)
        head = self.top(block)
        language = self.layout.language
        axes = [self.label(self.tools[0], code) for code in (block.down, block.across)]
        if not block.codes:
            self.corner(head, *axes)
        else:  # too narrow for words, which stand beside the title
            self.corner(head)
            if block.title and self.layout.spec.drawing >= AXES_ARE_NAMED:
                at = Place(self.drawn.first, self.left + len(self.across.codes))
                self.writer.text(at, self.axes(*axes), "axes")
        across_style, down_style = (
            ("head_codes", "step_codes") if block.codes else ("head", "cell_middle")
        )
        codes = self._joined_codes() if block.codes else None
        columns = dict(enumerate(self.across.codes, start=self.left + 1))
        steps = (self._step(self.across, step_across) for step_across in self.across.codes)
        self.writer.texts(head, self.left + 1, steps, across_style)
        at_level: dict[str, list[Formula]] = {}
        for row, step_down in enumerate(reversed(self.down.codes), start=head + 1):
            self.writer.text(Place(row, self.left), self._step(self.down, step_down), down_style)
            self.writer.height(row, "step")
            for column, step_across in columns.items():
                level = matrix.level[matrix.cells[step_down][step_across]]
                place = Place(row, column)
                label = level.label.say(language)
                if codes is not None:
                    formula = codes((step_down, step_across), label)
                    style = "cell_codes"
                    form = ""
                else:
                    quoted = label.replace('"', "'")
                    formula = self._number_of_rows((step_down, step_across))
                    style = "cell_centre"
                    form = f'"{quoted}: "0;;"{quoted}"'
                if self.layout.spec.drawing < LEVELS_WITHOUT_ROWS_ARE_PALE:
                    self.writer.formula(place, formula, style, form, **level_colours(level))
                else:
                    self.writer.formula(place, formula, style, form, bg_color=tint(level.colour))
                    empty = text_literal(label) if block.codes else "0"
                    self.writer.mark_when(
                        place,
                        place,
                        f"={address(*place)}<>{empty}",
                        "filled",
                        **level_colours(level),
                    )
                at_level.setdefault(level.code, []).append(Formula(address(*place), formula.value))
        if codes is not None:
            return self.free + 2
        self._levels(head + 1 + len(self.down.codes), matrix.levels, at_level)
        return self.free

    def _step(self, scale: ListPlace, code: str) -> str:
        """Return a step in few words: a matrix has no room for where it lies."""
        return (
            self.layout.spec.vocabularies[scale.name].by_code[code].numbered(self.layout.language)
        )

    def _number_of_rows(self, crossing: Crossing) -> Formula:
        terms = []
        rows = self.rows
        sides = (self.block.down, self.down), (self.block.across, self.across)
        for grid in (self.layout.rows_of[tool] for tool in self.tools):
            tests = []
            for (code, scale), step in zip(sides, crossing, strict=True):
                (column,) = grid.columns_of(code)
                shown = text_literal(scale.labels[scale.codes.index(step)])
                tests.append(ColumnTest(column_range(self.layout, grid, column.index), shown))
            terms.append(_counted(tests))
        return Formula("+".join(terms), lambda content, row: len(rows.at(content, crossing)))

    def _levels(
        self, first: int, levels: Sequence[Level], cells: Mapping[str, Sequence[Formula]]
    ) -> None:
        """How many rows stand at each level, highest first."""
        self.writer.texts(first, self.left, (self.say("Rows by level"), self.say("Number")), "head")
        for row, level in enumerate(reversed(levels), start=first + 1):
            label = level.label.say(self.layout.language)
            self.writer.text(Place(row, self.left), label, "cell_middle", **level_colours(level))
            self.writer.height(row, "step")
            counts = cells.get(level.code, ())
            text = "+".join(count.text for count in counts) or "0"
            self.writer.formula(Place(row, self.left + 1), total(text, counts), "cell_centre")

    # which rows stand at a crossing: two hidden columns join their codes down the rows

    def _joined_codes(self) -> Callable[[Crossing, str], Formula]:
        """Draw at which crossing each row stands, and the codes of the rows there down to it; give what takes these."""
        slots = [(row[self.block.down], row[self.block.across]) for row in self.rows.rows]
        first = self.drawn.first
        codes = [down.row for down, _ in slots]
        crossings = ColumnRun(self.free, first, [self._crossing(*pair) for pair in slots])
        down_to = (codes[: end + 1] for end, _ in enumerate(codes))
        joined = ColumnRun(self.free + 1, first, [_joined(crossings, above) for above in down_to])
        for run in (crossings, joined):
            self.writer.fill(run, "check")

        def at(crossing: Crossing, level: str) -> Formula:
            number = self._number(*crossing)
            cells = crossings.cells.text
            count = f"COUNTIF({cells},{number})"
            text = _last(joined.cells.text, cells, first, str(number))
            shortened = f'LEFT({text},FIND(CHAR(10),{text}))&"+"&{count}-1'

            def value(content: Content, _: int) -> str:
                present_codes = _codes_at(crossings.values(content), codes, number).split(LINE)
                return (
                    LINE.join(present_codes)
                    if len(present_codes) <= MOST_CODES
                    else f"{present_codes[0]}{LINE}+{len(present_codes) - 1}"
                ) or level

            return Formula(
                f"IF({count}=0,{text_literal(level)},IF({count}>{MOST_CODES},{shortened},{text}))",
                value,
            )

        return at

    def _number(self, down: str, across: str) -> int:
        """Return the number of a crossing."""
        return DOWN * (self.down.codes.index(down) + 1) + self.across.codes.index(across) + 1

    def _crossing(self, *slots: Slot) -> Formula:
        """Say at which crossing a row stands: 0 is none."""
        numbers = []  # the step that each answer has, as a number
        for slot in slots:
            cell = answer_cells(self.layout, slot, slot.cells, away=True)
            calculated = slot.field.calculated
            numbers.append(cell if calculated else f"--{of_step(cell, str(slot.field.vocabulary))}")
        down, across = numbers
        scales = self.down.codes, self.across.codes

        def value(content: Content, _: int) -> int:
            steps = [next(iter(content.counted(slot)), "") for slot in slots]
            on_scale = all(step in codes for step, codes in zip(steps, scales, strict=True))
            return self._number(*steps) if on_scale else 0

        return Formula(
            f"IFERROR(MATCH({down},matrix_down,0)*{DOWN}+MATCH({across},matrix_across,0),0)", value
        )


def _joined(crossings: ColumnRun, codes: Sequence[str]) -> Formula:
    """Return the codes above at the same crossing, and this one."""
    column = crossings.column
    first = crossings.first
    above = len(codes) - 1
    own_cell = f"${column_letters(column)}{first + above}"
    code = text_literal(codes[-1])
    text = f'IF({own_cell}=0,"",{code})'
    if above:
        cells_above = run_of(column, first, above)
        joined = f"{_last(run_of(column + 1, first, above), cells_above, first, own_cell)}&CHAR(10)&{code}"
        text = f'IF({own_cell}=0,"",IF(COUNTIF({cells_above},{own_cell})=0,{code},{joined}))'

    def value(content: Content, row: int) -> str:
        numbers = crossings.values(content)
        return _codes_at(numbers, codes, numbers[above]) if numbers[above] else ""

    return Formula(text, value)


def _last(texts: str, crossings: str, first: int, number: str) -> str:
    """Write what stands beside the last of some crossings that is the wanted one."""
    return f"INDEX({texts},SUMPRODUCT(MAX(({crossings}={number})*(ROW({crossings})-{first - 1}))))"


def _codes_at(crossings: Sequence[int], codes: Sequence[str], crossing: int) -> str:
    return LINE.join(
        code for code, number in zip(codes, crossings, strict=False) if number == crossing
    )


class PivotStep(NamedTuple):
    """A step of the third field of a pivot, and the cell that shows it."""

    code: str
    label: str
    cell: str
    fill: str


class PivotWriter(CrossingWriter):
    """Draws one pivot block: the table, then the steps with their colours."""

    def draw(self) -> int:
        """Title, heads, one row per entry of the first list, then the steps, highest first."""
        block = self.drawn.block
        assert isinstance(block, PivotBlock)
        fields = self.layout.spec.tool[block.source].fields
        lists = self.layout.lists
        self.block = block
        self.stepped = {code for code, field in fields.items() if field.type.stepped}
        self.down, self.across = (
            lists[str(fields[code].vocabulary)] for code in (block.down, block.across)
        )
        self.scale: ListPlace | None = None  # without one rows are counted
        if block.highest is not None:
            highest = fields[block.highest]
            self.scale = lists[LEVELS if highest.calculated else str(highest.vocabulary)]
        self.cells = self._named_columns()
        self.head = self.top(block)
        self.last = self.head + len(self.down.codes)
        self.corner(
            self.head, *(self.label(block.source, code) for code in (block.down, block.across))
        )
        self.writer.texts(self.head, self.left + 1, self.across.labels, "head")
        self._table(self._legend())
        return self.free

    def _named_columns(self) -> dict[str, list[str]]:
        """Name each column of the source, by field: only so can one formula serve a whole column here.

        One field may stand on two sides; a name that is there twice breaks the file.
        """
        block = self.block
        grid = self.layout.rows_of[self.block.source]
        columns = dict[str, list[str]]()
        prefix = f"pivot_{self.sheet.tool.code}_{self.drawn.number}"
        for code in filter(None, dict.fromkeys((*block.all_down, block.across, block.highest))):
            names = [
                f"{prefix}_{code}_{part}".replace(".", "_")
                for part, _ in enumerate(grid.columns_of(code))
            ]
            for name, column in zip(names, grid.columns_of(code), strict=True):
                self.writer.name(name, column_range(self.layout, grid, column.index))
            columns[code] = names
        return columns

    def _legend(self) -> list[PivotStep]:
        """Write the steps below the table, and give them, the lowest first."""
        if self.scale is None:
            return []
        about = self.label(self.block.source, str(self.block.highest))
        self.writer.text(Place(self.last + 1, self.left), about, "head")
        codes = self.scale.codes
        labels = self.scale.labels
        steps = []
        for number, (code, label, fill) in enumerate(
            zip(codes, labels, step_fills(len(codes)), strict=True)
        ):
            place = Place(self.last + len(codes) + 1 - number, self.left)
            self.writer.text(place, label, "cell", bg_color=fill)
            steps.append(PivotStep(code, label, cells_of([place], mark="$"), fill))
        return steps

    def _table(self, steps: Sequence[PivotStep]) -> None:
        rows = self.crossed([self.block.source], self.block.all_down, self.block.across)
        for row, label in enumerate(self.down.labels, start=self.head + 1):
            self.writer.text(Place(row, self.left), label, "cell")
        for column, across in enumerate(self.across.codes, start=self.left + 1):
            value = self._value(rows, across, steps[::-1])
            formula = Formula(self._counted(column, steps), value)
            run = ColumnRun.alike(column, self.head + 1, len(self.down.codes), formula)
            self.writer.fill(run, "cell", "" if steps else "0;;")
        corner = Place(self.head + 1, self.left + 1)
        end = Place(self.last, self.left + len(self.across.codes))
        for step in steps:
            shows_step = f"={address(*corner)}={step.cell}"
            self.writer.mark_when(corner, end, shows_step, "step", bg_color=step.fill)

    def _value(self, rows: CrossedRows, across: str, highest_first: Sequence[PivotStep]) -> Value:
        """Return the highest step of the rows that have both codes, or how many such rows there are."""
        down = self.down.codes
        first = self.head + 1
        of = self.block.highest

        def value(content: Content, row: int) -> Shown:
            crossed = rows.at(content, (down[row - first], across))
            if of is None:
                return len(crossed)
            codes = {code for slots in crossed for code in content.counted(slots[of])}
            return next((step.label for step in highest_first if step.code in codes), "")

        return value

    def _counted(self, column: int, steps: Sequence[PivotStep]) -> str:
        head = f"{column_letters(column)}${self.head}"
        of = self.block.across
        counts = [
            (*row_tests, column_test)
            for row_tests, column_test in product(self._rows(), self._tests(of, head, self.across))
        ]
        if self.scale is None:
            return "+".join(map(_counted, counts))
        formula = '""'
        for number, step in enumerate(steps, start=1):  # the highest comes out in front
            entry = f"INDEX(list_{self.scale.name},{number})"
            step_tests = self._tests(str(self.block.highest), entry, self.scale)
            number_of_rows = "+".join(
                _counted((*tests, test)) for tests in counts for test in step_tests
            )
            formula = f"IF({number_of_rows}>0,{step.cell},{formula})"
        return formula

    def _rows(self) -> list[tuple[ColumnTest, ...]]:
        """List the tests for the rows which stand under an entry.

        Where rows are counted, each is found once: in the first of the fields that names the entry.
        """
        entry = f"${column_letters(self.left)}{ROW}"
        alternatives: list[tuple[ColumnTest, ...]] = []
        earlier_tests: tuple[ColumnTest, ...] = ()
        for code in self.block.all_down:
            tests = self._tests(code, entry, self.down)
            alternatives += [(*earlier_tests, test) for test in tests]
            if self.scale is None:
                earlier_tests += tuple(replace(test, unlike=True) for test in tests)
        return alternatives

    def _tests(self, code: str, shown: str, place: ListPlace) -> list[ColumnTest]:
        """Make the tests for the cells of a field: that they show an entry, or are its step."""
        return [
            ColumnTest(cells, shown, None if code in self.stepped else place)
            for cells in self.cells[code]
        ]


@dataclass(frozen=True)
class ColumnTest:
    """What is asked of a column: to show an entry of a list, or without a list to be that step of a scale."""

    cells: str
    shown: str
    place: ListPlace | None = None
    unlike: bool = False  # to show anything else

    @property
    def criterion(self) -> str:
        """As COUNTIFS must have it to find its text and nothing else."""
        assert self.place is not None
        text = self.shown
        labels = self.place.labels
        for mark in WILD:  # nothing that COUNTIFS would take for a pattern
            if any(mark in label for label in labels):
                text = f'SUBSTITUTE({text},"{mark}","~{mark}")'
        like_a_condition = self.place.name != LEVELS and any(label[:1] in "<>=" for label in labels)
        if self.unlike:
            return f'{self.cells},"<>"&{text}'
        return f'{self.cells},"="&{text}' if like_a_condition else f"{self.cells},{text}"

    @property
    def array(self) -> str:
        """As an array of 0 and 1."""
        alike = (
            is_step(self.cells, self.shown)
            if self.place is None
            else f"({self.cells}={self.shown})"
        )
        return f"(1-{alike})" if self.unlike else alike


def _counted(tests: Sequence[ColumnTest]) -> str:
    """Count the rows that meet all tests; COUNTIFS, which is quick, does not see what stands in front."""
    if all(test.place for test in tests):
        return f"COUNTIFS({','.join(test.criterion for test in tests)})"
    return f"SUMPRODUCT({'*'.join(test.array for test in tests)})"
