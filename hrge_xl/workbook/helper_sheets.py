"""Draws the sheets that hold what others need: lists, the answers of the round before, and whose workbook this is.

On the Lists sheet stand vocabularies, the matrix, the messages of the checks, and the live lists of rows. The answers
of the round before travel as one text on their hidden sheet, and are shown beside what to answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import accumulate

from ..answers.submission import ONLY_ROW, SHEET_FIELDS, Key, last_to_text
from ..core.errors import LimitError
from ..core.words import translator
from ..core.work import grouped
from ..fields import ColumnKind, Narrowing, kind_of
from ..language import Call, walk
from ..language.function import ref_of, text_literal
from ..language.functions.choices import LookUp
from ..layout import (
    Grid,
    GridColumn,
    Layout,
    ListPlace,
    Place,
    Row,
    column_letters,
    offered_rows,
    reference_name,
)
from ..layout.lists import IN_FORM, LEVELS, ROLE, field_of
from ..layout.model import CODE_ROW
from ..spec.compiled import compiled
from ..spec.drawings import ENTRIES_ARE_OFFERED_TWICE
from ..spec.issuance import is_shown
from ..spec.model import RegisterBlock
from ..spec.supplements import IDENTITY_KEY, LAST_KEY, LAST_SHEET, LISTS_KEY
from .cell_writer import CellWriter
from .content import Content, Shown, fixed_label, label_length
from .cover import StampFact
from .formulas import (
    ROW,
    ColumnRun,
    Formula,
    absolute,
    answer_cells,
    area,
    constant,
    iferror,
    index,
    last_name,
    last_of_row,
    last_rows,
    match,
    on_sheet,
    once,
)
from .row_checks import MESSAGES
from .styles import number_format_of

HEAD_ROW = 4
FIRST = HEAD_ROW + 1
LIST_WIDTH = 60
ALWAYS = Formula("TRUE", lambda content, row: True)
Target = tuple[Grid, Row]  # a row that can be referred to


class ListsSheetWriter:
    """Draws lists from left to right, giving each its defined names."""

    def __init__(self, writer: CellWriter, layout: Layout) -> None:
        self.writer = writer
        self.layout = layout
        self.say = translator(layout.language)
        self.next_column = 2

    def draw(self) -> None:
        """All lists; nobody needs to read them, so they are plain."""
        self.writer.text(Place(1, 1), LISTS_KEY, "code")
        self.writer.text(Place(2, 2), self.say("Lists"), "title")
        self.writer.text(
            Place(3, 2),
            self.say("The dropdown lists of this workbook. Nothing to fill in."),
            "purpose",
        )
        for place in self.layout.lists.values():
            self._draw_list(place)
        self._draw_matrix()
        self._draw_messages()
        for name, (targets, narrowed) in reference_lists(self.layout).items():
            self._draw_rows(name, targets, narrowed)

    def _define_name(self, name: str, column: int, first: int, last: int, width: int = 0) -> None:
        cells = area(self.layout.lists_name, Place(first, column), Place(last, column + width))
        self.writer.name(name, cells)

    def _draw_column(
        self, name: str, column: int, texts: Sequence[str], form: str = "", first: int = FIRST
    ) -> None:
        """Write a column of texts, and name it."""
        self.writer.constants(column, first, texts, "list", form)
        self._define_name(name, column, first, first + len(texts) - 1)

    def _draw_list(self, place: ListPlace) -> None:
        title = self.say("Levels") if place.name == LEVELS else place.name.lstrip("_")
        vocabulary = self.layout.spec.vocabularies.get(place.name)
        note = vocabulary.note.say(self.layout.language) if vocabulary is not None else ""
        self.writer.two_lines(Place(HEAD_ROW, place.column), title, note, "head")
        self.writer.text(Place(HEAD_ROW, place.column + 1), self.say("Code"), "head")
        self._draw_entries(place)
        width = min(LIST_WIDTH, max(len(label) for label in place.labels) + 3)
        self.writer.sheet.set_column(place.column - 1, place.column - 1, max(width, 12))
        self.next_column = max(self.next_column, place.column + place.width)

    def _draw_entries(self, place: ListPlace) -> None:
        """Draw the labels of a list, beside them the codes, and then the codes above or the spellings."""
        first = place.first
        column = place.column
        name = place.name
        labels: list[str | float] = [*place.labels]
        if place.spellings:  # ticks are typed as numbers, too
            labels = [float(label) if label.isdecimal() else label for label in place.labels]
        self.writer.constants(column, first, labels, "list", "@")
        self.writer.constants(column, place.last + 1, place.steps, "list")
        self._define_name(f"list_{name}", column, first, place.last_offered)
        self._draw_column(f"code_{name}", column + 1, place.codes, "@", first)
        if place.parents:
            self._draw_column(f"parent_{name}", column + 2, place.parents, "@", first)
        if place.spellings:
            self._draw_column(f"spellings_{name}", column + 2, place.spellings, "@", first)

    def _draw_matrix(self) -> None:
        matrix = self.layout.spec.matrix
        if matrix is None:
            return
        first = self.next_column
        language = self.layout.language
        down = self.layout.lists[matrix.down].codes
        across = self.layout.lists[matrix.across].codes
        last = HEAD_ROW + len(down)
        width = len(across) - 1
        self.writer.text(Place(HEAD_ROW, first), self.say("Matrix"), "head")
        for column, step_across in enumerate(across, start=first + 1):
            self.writer.number(Place(HEAD_ROW, column), float(step_across), "head")
        for row, step_down in enumerate(down, start=FIRST):
            self.writer.number(Place(row, first), float(step_down), "list")
            levels = (
                matrix.level[matrix.cells[step_down][step_across]].label.say(language)
                for step_across in across
            )
            self.writer.texts(row, first + 1, levels, "list")
        self._define_name("matrix_down", first, FIRST, last)
        self._define_name("matrix_across", first + 1, HEAD_ROW, HEAD_ROW, width)
        self._define_name("matrix_levels", first + 1, FIRST, last, width)
        self.next_column += len(across) + 1

    def _draw_messages(self) -> None:
        column = self.next_column
        messages = self.layout.messages.entries
        self.writer.texts(HEAD_ROW, column, (self.say("Messages"), self.say("Code")), "head")
        self._draw_column(MESSAGES, column, [message.text for message in messages])
        self.writer.constants(column + 1, FIRST, [message.code for message in messages], "list")
        self.writer.sheet.set_column(column - 1, column - 1, LIST_WIDTH)
        self.next_column += 2

    def _draw_rows(self, name: str, targets: Sequence[Target], narrowed: Narrowing | None) -> None:
        """Draw the rows that a reference may name: all of them, or live those in use.

        Where a drawing says so, below all rows stand their codes, for the dropdown to take one as it is typed.
        """
        column = self.next_column
        self.writer.sheet.set_column(column - 1, column - 1, LIST_WIDTH)
        self.writer.text(Place(HEAD_ROW, column), self.say("Rows in use"), "head")
        codes = [
            row.code for _, row in targets if self.layout.spec.drawing in ENTRIES_ARE_OFFERED_TWICE
        ]
        if narrowed is None and not any(grid.kind == "register" for grid, _ in targets):
            labels = [fixed_label(self.layout, grid, row.code) for grid, row in targets]
            self._draw_column(name, column, [*labels, *codes])
            self.next_column += 2
            return
        entries = [label_of(self.layout, *target) for target in targets]
        entries += map(constant, codes)
        in_use = [is_in_use(self.layout, *target) for target in targets]
        shown = in_use
        if narrowed is not None:
            shown = [is_narrowed_to(self.layout, narrowed, row) for _, row in targets]
        self._draw_live_list(name, entries, [*shown, *in_use[: len(codes)]])

    def _draw_live_list(
        self, name: str, entries: Sequence[Formula], shown: Sequence[Formula]
    ) -> None:
        """Draw the entries that are shown, and beside them the running count of these and all entries."""
        column = self.next_column
        counts = ColumnRun(column + 1, FIRST, _count_running(column + 1, shown))
        labels = ColumnRun(column + 2, FIRST, entries)
        numbers = range(1, len(entries) + 1)
        places = [match(constant(number), counts.cells) for number in numbers]
        offered = [iferror(index(labels.cells, place), "") for place in places]
        for run in (ColumnRun(column, FIRST, offered), counts, labels):
            self.writer.fill(run, "list")
        sheet = self.layout.lists_name
        start = Place(FIRST, column)
        end = Place(HEAD_ROW + len(entries), column)
        count = f"MAX(1,{on_sheet(sheet, counts.places[-1:])})"
        shown_entries = f"{on_sheet(sheet, [start])}:INDEX({area(sheet, start, end)},{count})"
        self.writer.name(name, shown_entries)
        self.next_column += 3


def _count_running(column: int, conditions: Sequence[Formula]) -> list[Formula]:
    """Return a formula for each cell of a column: how many conditions hold down to that row."""
    counts = once(
        Formula("", lambda *at: [*accumulate(int(holds.value(*at)) for holds in conditions)])
    )
    formulas = []
    count_above = "0"
    for row, holds in enumerate(conditions, FIRST):
        text = f"{count_above}+({holds.text})"
        formulas.append(Formula(text, lambda content, row: counts.value(content, row)[row - FIRST]))
        count_above = f"${column_letters(column)}{row}"
    return formulas


def reference_lists(layout: Layout) -> dict[str, tuple[list[Target], Narrowing | None]]:
    """Return every list of rows that a workbook needs, by defined name, and what narrows it."""
    lists: dict[str, tuple[list[Target], Narrowing | None]] = {}
    for field in (slot.field for sheet in layout.sheets for slot in sheet.slots):
        name = reference_name(layout, field)
        if name is not None and name not in lists:
            grids = [layout.rows_of[code] for code in field.to if code in layout.rows_of]
            targets = [(grid, row) for grid in grids for row in offered_rows(grid, field)]
            lists[name] = targets, field.narrowed
    return lists


def looked_up(layout: Layout) -> Iterator[tuple[Grid, GridColumn]]:
    """Yield the columns that `lookup` reads anywhere in the spec."""
    parts = (part for expr in compiled(layout.spec).expressions() for part in walk(expr))
    calls = (part for part in parts if isinstance(part, Call) and isinstance(part.function, LookUp))
    keys = sorted({ref_of(call.args[1]).key for call in calls})
    for grid in layout.rows_of.values():
        for tool, code in keys:
            if tool == grid.tool.code:
                yield from ((grid, column) for column in grid.columns_of(code))


def label_of(layout: Layout, grid: Grid, row: Row) -> Formula:
    """Return the entry of a row in a list: its code and what it is about, in an open row as it is filled in."""
    code = row.code
    if not isinstance(grid.block, RegisterBlock):
        return constant(fixed_label(layout, grid, code))
    slot = grid.by_row[code][grid.block.named_by]
    cell = answer_cells(layout, slot, slot.cells[:1], away=True)
    text = f'"{code} "&LEFT({cell},{label_length(layout)})'
    return Formula(text, lambda content, _: content.row_label(grid, code))


def is_in_use(layout: Layout, grid: Grid, row: Row) -> Formula:
    """Say whether anything is answered in a row; fixed rows always count."""
    code = row.code
    place = layout.active_place(grid, code)
    if place is None or grid.kind != "register":
        return ALWAYS
    cell = absolute(layout, grid.tool.code, [place])
    return Formula(cell, lambda content, _: content.active(grid, code)) > 0


def is_narrowed_to(layout: Layout, by: Narrowing, row: Row) -> Formula:
    """Say whether a dropdown shows a row: unless the answer is another entry, one that stands for some rows only."""
    slot = layout.slots.get((layout.spec.single_fields[by.by][0], ONLY_ROW, by.by))
    row_code = row.item.values.get(by.column) if row.item is not None else None
    if slot is None or row_code in by.always:
        return ALWAYS
    other_labels = {
        label.casefold(): label
        for code, label in layout.labels_of[slot.key].items()
        if code not in (row_code, *by.always)
    }
    cell = answer_cells(layout, slot, slot.cells, away=True)
    conditions = [f"{cell}<>{text_literal(label)}" for label in other_labels.values()]
    return Formula(
        f"AND({','.join(conditions)})",
        lambda content, _: str(content.shown(slot)[0] or "").casefold() not in other_labels,
    )


# the answers of the round before

# where they stand as one text, a piece in each row
TEXT_COLUMN = 1
TEXT_ROWS = range(2, 18)
PIECE = 16_000  # characters, which are never more than two units of a cell each
BETWEEN = "; "  # several answers
Cells = list[tuple[Key, tuple[Place, ...]]]


def draw_last_sheet(writer: CellWriter, layout: Layout) -> None:
    """Draw the codes of columns and rows, and everything else as live cells, those of a sheet together."""
    writer.text(Place(CODE_ROW, 1), LAST_KEY, "code")
    writer.entries([Place(row, TEXT_COLUMN) for row in TEXT_ROWS], last_answers_text, "code", "@")
    next_column = max(place.column for places in layout.last.values() for place in places) + 1
    by_tool = grouped((key[0], (key, places)) for key, places in layout.last.items())
    for tool, cells in by_tool.items():
        for (_, _, field), places in cells:
            writer.text(Place(CODE_ROW, places[0].column), f"{tool} {field or 'closed'}", "code")
        all_places = [place for _, places in cells for place in places]
        writer.entries(all_places, partial(_show_last_answers, cells), "code")
        grids = (grid for grid in layout.sheet[tool].grids if not grid.across)
        rows = {row.index: row.code for grid in grids for row in grid.data_rows}
        if rows:
            _draw_table_codes(writer, tool, rows, cells, next_column)
            next_column += 1
    writer.sheet.very_hidden()
    writer.sheet.protect("", {})


def _draw_table_codes(
    writer: CellWriter, tool: str, rows: Mapping[int, str], cells: Cells, column: int
) -> None:
    """Draw the codes of the rows of tables in a column, and name it and those with their answers."""
    writer.text(Place(CODE_ROW, column), tool, "code")
    for row, code in rows.items():
        writer.text(Place(row, column), code, "code")
    columns = {last_rows(tool): column}
    for (_, row_code, field), places in cells:
        if len(places) == 1 and rows.get(places[0].row) == row_code:
            columns[last_name(tool, field)] = places[0].column
    for name, named_column in columns.items():
        ends = [Place(min(rows), named_column), Place(max(rows), named_column)]
        writer.name(name, on_sheet(LAST_SHEET, ends))


def _show_last_answers(cells: Cells, content: Content) -> Sequence[Shown]:
    """Return what the answers of a sheet were, in one cell after the other."""
    return [shown for key, places in cells for shown in content.shown_last(key, len(places))]


def last_answers_text(content: Content) -> Sequence[Shown]:
    """Return the answers as one text, in pieces. Raises `LimitError` where that is too long."""
    text = last_to_text(dict(content.last))
    pieces = [text[at : at + PIECE] for at in range(0, len(text), PIECE)]
    if len(pieces) > len(TEXT_ROWS):
        raise LimitError(
            f"The answers of the round before have {len(text):,} characters; a workbook takes "
            f"{PIECE * len(TEXT_ROWS):,}. Have fewer fields with `carry: last`."
        )
    return [*pieces, *[None] * (len(TEXT_ROWS) - len(pieces))]


# beside the cells to answer anew


def draw_last_cells(writer: CellWriter, layout: Layout, grid: Grid) -> None:
    """Draw these columns of a grid in grey; what they show is known when the workbook is issued, and never changes."""
    for column in grid.with_role(ROLE):
        for row in grid.data_rows:
            _draw_last_cell(writer, layout, grid, row, column)


def _draw_last_cell(
    writer: CellWriter, layout: Layout, grid: Grid, row: Row, column: GridColumn
) -> None:
    place = Place(row.index, column.index)
    key = _find_last_answer(layout, grid, row, column)
    if key is None:
        writer.text(place, "", "help")
        return
    last_places = layout.last[key]
    slot = layout.slots.get(key)
    form = ""
    if slot is not None and kind_of(slot.field) in (ColumnKind.NUMBER, ColumnKind.DATE):
        form = number_format_of(slot.field, layout.spec.drawing)
    if grid.across or len(last_places) > 1 or field_of(column) == IN_FORM:
        first, *further = (on_sheet(LAST_SHEET, [last_place]) for last_place in last_places)
        texts = [f'IF({first}="","",{first})']
        texts += (f'IF({cell}="","","{BETWEEN}"&{cell})' for cell in further)
        writer.formula_text(place, "&".join(texts), "last", form)
    else:
        was = last_of_row(grid.tool.code, field_of(column), ROW)
        last_row = grid.data_rows[-1].index
        writer.column_formula(place, last_row, f'IF({was}="","",{was})', "last", form)
    writer.live([place], partial(_join_last_answers, key, len(last_places)))


def _join_last_answers(key: Key, cells: int, content: Content) -> Sequence[Shown]:
    """Return what an answer was, as people see it."""
    values = [shown for shown in content.shown_last(key, cells) if shown is not None]
    return values if len(values) == 1 else [BETWEEN.join(map(str, values))]


def _find_last_answer(layout: Layout, grid: Grid, row: Row, column: GridColumn) -> Key | None:
    """Return the answer of the round before that a cell shows; None for none."""
    if row.part > 1:
        return None
    code = field_of(column)
    if code != IN_FORM:
        return grid.tool.code, row.code, code
    field = row.field or grid.slots[0].field  # of a list of items in a form, which has one
    if not is_shown(layout.spec, field):
        return None
    return grid.tool.code, ONLY_ROW if grid.across else row.code, field.code


# the stamp


def draw_identity_sheet(writer: CellWriter, layout: Layout) -> None:
    """Draw the stamp: the names of its fields, and beside each what it says of this workbook."""
    names = (name for name in SHEET_FIELDS if name != "lists" or layout.spec.left_out is not None)
    writer.text(Place(1, 1), IDENTITY_KEY, "code")
    for row, name in enumerate(names, start=2):
        writer.text(Place(row, 1), name, "code", "@")
        writer.entries([Place(row, 2)], StampFact(name), "code", "@")
    writer.sheet.very_hidden()
    writer.sheet.protect("", {})
