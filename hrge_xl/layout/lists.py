"""What a workbook holds beside its questions: lists, the answers of the round before, calculated blocks.

Every vocabulary in use, in one language, side by side on the Lists sheet. On a hidden sheet what was answered in the
round before: one column per field, in the rows of its sheet, so that a formula finds what an answer was in its own row
of another sheet, and a whole column beside a whole column. On the sheets of the tools, calculated blocks: how many rows
and columns each takes, and how wide these are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..answers.submission import CLOSED, Key
from ..core.words import translator
from ..fields import OFFERED, TICK, YES_NO, ColumnKind, Field, kind_of, tick_spellings
from ..spec.compiled import compiled
from ..spec.drawings import (
    ENTRIES_ARE_OFFERED_ONCE,
    ENTRIES_ARE_OFFERED_TWICE,
    WORDS_ARE_KEPT_WHOLE,
)
from ..spec.model import (
    Block,
    CalculatedBlock,
    CollectBlock,
    MatrixBlock,
    PivotBlock,
    ProblemsBlock,
    ProgressBlock,
    RegisterBlock,
    Spec,
    Tool,
    Vocabulary,
)
from ..spec.translations import written_languages
from .model import MARK_COLUMN, Drawn, Grid, GridColumn, Layout, ListPlace, Place, Row, Sheet

FIRST_ROW = 5  # below the hidden codes, the title, the note and the heads
FIRST_COLUMN = 2
LEVELS = "_LEVEL"


def build_lists(spec: Spec, language: str, tools: Sequence[str]) -> dict[str, ListPlace]:
    """Return every list that a field of these tools draws from, by the name of its vocabulary."""
    say = translator(language)
    places = dict[str, ListPlace]()
    parents = {}  # of each dependent vocabulary the one that decides which of its entries apply
    for _, block, field in spec.places():
        if field.parent is not None:
            above = next(
                decisive_field
                for decisive_field in block.fields
                if decisive_field.code == field.parent
            )
            parents[str(field.vocabulary)] = spec.vocabularies[str(above.vocabulary)]
    column = FIRST_COLUMN
    for name in [YES_NO, *sorted(_used(spec, tools))]:
        if name == YES_NO:
            place = ListPlace(YES_NO, column, FIRST_ROW, (say("Yes"), say("No")), ("Y", "N"))
        elif name == TICK:
            ways = tick_spellings(written_languages(spec, language)).values()
            texts = tuple("".join(f"[{spelling}]" for spelling in spellings) for spellings in ways)
            shown = (*OFFERED, say("No"))
            codes = (*["Y"] * len(OFFERED), "N")
            place = ListPlace(TICK, column, FIRST_ROW, shown, codes, spellings=texts)
        else:
            place = _place(spec, name, language, column, parents.get(name))
        places[name] = place
        column += place.width
    if spec.matrix is not None:
        labels = tuple(level.label.say(language) for level in spec.matrix.levels)
        places[LEVELS] = ListPlace(LEVELS, column, FIRST_ROW, labels, tuple(spec.matrix.level))
    return places


def reference_name(layout: Layout, field: Field) -> str | None:
    """Return the defined name of the list of rows that a reference chooses from; None when none were issued."""
    issued = [code for code in field.to if code in layout.rows_of]
    parts = [*issued, *(part for pair in field.only.items() for part in pair)]
    if field.narrowed is not None:
        parts.append(field.narrowed.by)
    return "rows_" + "_".join(re.sub(r"\W", "_", part) for part in parts) if issued else None


def keeps_others(spec: Spec, field: Field) -> bool:
    """Say whether a dropdown keeps what it does not offer, with a message: numbers of steps, and codes of rows."""
    return field.type.tolerant or (bool(field.to) and spec.drawing >= ENTRIES_ARE_OFFERED_ONCE)


def offered_rows(grid: Grid, field: Field) -> list[Row]:
    """Return the rows of a grid that a reference can name."""
    return [row for row in grid.data_rows if row.item is None or row.item.has(field.only)]


def _used(spec: Spec, tools: Sequence[str]) -> set[str]:
    fields = (field for tool, _, field in spec.places() if tool.code in tools and not field.fixed)
    list_names = {name for field in fields if (name := field.list_name) is not None}
    if spec.matrix is not None:
        list_names |= {spec.matrix.down, spec.matrix.across}
    names = {
        spec.tool[tool].fields[code].list_name
        for tool, code in compiled(spec).read
        if tool in tools
    }
    return (list_names | {name for name in names if name in (TICK, *spec.vocabularies)}) - {YES_NO}


def _place(
    spec: Spec, name: str, language: str, column: int, above: Vocabulary | None
) -> ListPlace:
    items = list(spec.vocabularies[name].items)
    if above is not None:  # a dependent list is looked up as one run of rows for each parent
        order = list(above.by_code)
        items.sort(key=lambda entry: order.index(str(entry.parent)))
    scale = name in spec.scales
    codes = tuple(entry.code for entry in items)
    return ListPlace(
        name,
        column,
        FIRST_ROW,
        tuple(entry.as_step(language) if scale else entry.label.say(language) for entry in items),
        codes,
        tuple(above.by_code[str(entry.parent)].label.say(language) for entry in items)
        if above
        else (),
        steps=tuple(map(float, codes))
        if scale and spec.drawing in ENTRIES_ARE_OFFERED_TWICE
        else (),
    )


# the answers of the round before

IN_FORM = "answer"  # in place of a field, in the one column of a form
ROLE = "last"  # of the columns in which people see them

Places = Mapping[Key, tuple[Place, ...]]


def last_places(spec: Spec, sheets: Sequence[Sheet]) -> Places:
    """Return a place to each cell of an answer that is known of the round before, by tool, row and field."""
    columns: dict[Key, int] = {}
    places: dict[Key, tuple[Place, ...]] = {}
    free = FIRST_COLUMN
    for key, column, row, cells in _wanted(spec, sheets):
        if column not in columns:
            columns[column] = free
            free += cells
        places[key] = tuple(Place(row, columns[column] + part) for part in range(cells))
    return places


def code_of(field: str) -> str:
    """Return the code of the column that shows what a field was."""
    return f"{ROLE}.{field}"


def field_of(column: GridColumn) -> str:
    """Return the field of which a column shows what it was."""
    return column.code.removeprefix(f"{ROLE}.")


WantedCells = tuple[Key, Key, int, int]  # key, what shares a column, row, cells


def _wanted(spec: Spec, sheets: Sequence[Sheet]) -> Iterator[WantedCells]:
    """Yield each cell; the answers of a table share a column, and so do those of one record of a form."""
    last_columns = compiled(spec).last
    for sheet in sheets:
        across = {grid.number for grid in sheet.grids if grid.across}
        for slot in sheet.slots:
            tool, row, code = slot.key
            if (tool, code) in last_columns:
                column = tool, row if slot.grid in across else "", code
                yield slot.key, column, slot.cells[0].row, len(slot.cells)
        for grid in sheet.grids:
            if isinstance(grid.block, RegisterBlock) and grid.block.closed is not None:
                for closing in grid.data_rows:
                    tool = grid.tool.code
                    yield (tool, closing.code, CLOSED), (tool, "", CLOSED), closing.index, 1


# calculated blocks

LABEL_WIDTH = 40
COUNT_WIDTH = 19
STEP_WIDTH = 17
GAP_WIDTH = 2
SCALE_WIDTH = 11
CODES_WIDTH = 9
CODE_WIDTH = 9
PROGRESS_WIDTHS = [18, 10, 8, 8]
NUMBER_WIDTH = 6
DAY_WIDTH = 13
TEXT_WIDTH = 26
FIRST_TEXT_WIDTH = 52
COMPACT_STATE_WIDTH = 11
STATE_WIDTH = 15
SHEET_WIDTH = 24
ROW_WIDTH = 16
PROBLEMS_WIDTHS = [NUMBER_WIDTH, STATE_WIDTH, SHEET_WIDTH, 10, 48, 60]  # … question, what to do


def drawn_blocks(
    spec: Spec, tool: Tool, first: int, issued: Sequence[str], language: str
) -> tuple[Drawn, ...]:
    """Place the calculated blocks of a sheet that have sources, below each other or beside those before."""
    drawn: list[Drawn] = []
    top = first
    left_column = MARK_COLUMN
    for number, block in enumerate(tool.blocks):
        if not isinstance(block, CalculatedBlock) or not sources_of(block, issued):
            continue
        if block.beside and drawn:
            first = top
            left_column = max(column for earlier in drawn for column in earlier.widths) + 2
        below, of_columns = _size(spec, block, issued, language)
        rows = bool(block.title) + bool(block.help) + below
        widths = dict(enumerate(of_columns, start=left_column))
        if left_column > MARK_COLUMN:
            widths[left_column - 1] = GAP_WIDTH
        drawn.append(Drawn(block, number, first, first + rows - 1, widths, left_column))
        first += rows
    return tuple(drawn)


def sources_of(block: Block, issued: Sequence[str]) -> list[str]:
    """Return the tools that a calculated block draws from, as far as they were issued."""
    match block:
        case MatrixBlock():
            tools: Iterable[str] = block.sources
        case PivotBlock():
            tools = [block.source]
        case CollectBlock():
            tools = [source.tool for source in block.sources]
        case _:
            tools = issued
    return [code for code in tools if code in issued]


def to_fill_in(spec: Spec, issued: Sequence[str]) -> list[str]:
    """Return the tools with something to fill in, as far as they were issued."""
    return [
        code for code in issued if any(field.asked for field in spec.tool[code].fields.values())
    ]


def kind_of_column(spec: Spec, block: CollectBlock, column: str) -> ColumnKind | None:
    """Return the kind of what a column of a collected list shows; None where its sources differ."""
    of = [spec.tool[s.tool].fields[s.columns[column]] for s in block.sources if column in s.columns]
    kinds = set(map(kind_of, of))
    return kinds.pop() if len(kinds) == 1 else None


def _size(spec: Spec, block: Block, issued: Sequence[str], language: str) -> tuple[int, list[int]]:
    """Return the rows of a block below its title, and the widths of its visible columns.

    The rows are heads, the rows themselves, and what stands above and below them.
    """
    match block, spec.matrix:
        case MatrixBlock(), matrix if matrix is not None:
            label, cell = (SCALE_WIDTH, CODES_WIDTH) if block.codes else (LABEL_WIDTH, COUNT_WIDTH)
            down, across = (
                spec.vocabularies[scale].items for scale in (matrix.down, matrix.across)
            )
            below = 0 if block.codes else 1 + len(matrix.levels)
            return 1 + len(down) + below, [label, *[cell] * len(across)]
        case PivotBlock(), matrix:
            rows = 1 + len(_entries(spec, block, block.down))
            if block.highest is not None:
                of_levels = spec.tool[block.source].fields[block.highest].calculated
                steps = (
                    matrix.levels if matrix and of_levels else _entries(spec, block, block.highest)
                )
                rows += 1 + len(steps)
            return rows, [LABEL_WIDTH, *[STEP_WIDTH] * len(_entries(spec, block, block.across))]
        case CollectBlock(), _:
            widths = [CODE_WIDTH if block.compact else NUMBER_WIDTH]
            text = FIRST_TEXT_WIDTH
            for column in block.columns:
                usual = (
                    DAY_WIDTH if kind_of_column(spec, block, column) is ColumnKind.DATE else text
                )
                width = block.widths.get(column, usual)
                if spec.drawing >= WORDS_ARE_KEPT_WHOLE:
                    words = block.columns[column].say(language).split()
                    width = max(width, max(map(len, words), default=0) + 2)
                widths.append(width)
                text = TEXT_WIDTH
            if block.due is not None:
                widths.append(COMPACT_STATE_WIDTH if block.compact else STATE_WIDTH)
            above = 1 if block.summary else 2
            return above + block.rows, widths if block.compact else [
                *widths,
                SHEET_WIDTH,
                ROW_WIDTH,
            ]
        case ProblemsBlock(), _:
            return 2 + block.rows, PROBLEMS_WIDTHS
        case ProgressBlock(), _:
            return 1 + len(to_fill_in(spec, issued)), PROGRESS_WIDTHS
    return 1, [LABEL_WIDTH]


def _entries(spec: Spec, block: PivotBlock, code: str) -> list[str]:
    field = spec.tool[block.source].fields[code]
    return [entry.code for entry in spec.vocabularies[str(field.vocabulary)].items]
