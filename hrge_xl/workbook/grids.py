"""Draws the grids of a tool sheet: heads, rows, input cells with their validation, status, hidden checks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from math import ceil
from typing import Any

from ..core.errors import LimitError
from ..core.spec_parts import fixed_codes, localized
from ..core.words import PROMPT_LIMIT, Translate, beginning, cell_length, fold, translator
from ..fields import ColumnKind, Field, figure_of, kind_of
from ..findings import sentence
from ..language.function import SEVERAL, text_literal
from ..layout import (
    Grid,
    GridColumn,
    Layout,
    ListPlace,
    Place,
    Row,
    Sheet,
    Slot,
    address,
    column_letters,
    keeps_others,
    quoted,
    reference_name,
)
from ..layout.messages import ERROR, LEVEL, MISSING, WARNING, alert, prompt
from ..layout.model import BAND_ROW, CHARACTERS, CODE_COLUMN, HEAD_ROW, HIDDEN, MARK_COLUMN
from ..spec.compiled import compiled
from ..spec.drawings import (
    BLOCKS_OF_A_FORM_HAVE_BORDERS,
    ENTRIES_ARE_OFFERED_ONCE,
    HELP_IS_SAID_ONCE,
    SECTION_HEADS_KEEP_THEIR_COLOUR,
    SIGNS_LEAD_TO_OPEN_CELLS,
    TICKS_LEAD_TO_SHEETS,
)
from .cell_writer import CellWriter, broken_lines
from .excel_formula import ExcelFormula
from .formulas import cells_of, column_total, ticked
from .row_checks import (
    BesideRow,
    RowCells,
    RowFormulas,
    Status,
    answers_in_row,
    checked_answers,
    columns_run,
)
from .styles import level_colours, number_format_of, total_format_of

# rows without answers, and their styles
TITLES = {
    "title": "block",
    "section": "section",
    "note": "purpose",
}
# lines that a blank row keeps free
MOST_LINES = 8
SIGN_LINES = 2
WORD_LENGTH = 6.5  # characters, with the space behind it


class GridWriter:
    """Draws one grid with a writer."""

    def __init__(self, writer: CellWriter, layout: Layout, sheet: Sheet, grid: Grid) -> None:
        self.writer = writer
        self.layout = layout
        self.sheet = sheet
        self.grid = grid
        self.drawing = layout.spec.drawing
        self.say = translator(layout.language)
        self.formulas = RowFormulas(layout, grid)
        self.compiled: dict[str, str] = {}  # formulas of whole columns
        self.statuses: dict[str, Status] = {}  # by the code of the row; one serves all of a table
        self.visible = [column for column in grid.columns if column.role not in HIDDEN]

    def draw(self) -> None:
        """Draw heads and bands first, then row by row, then what spans columns."""
        self._draw_heads()
        for row in self.grid.rows:
            if row.role in TITLES:
                last = MARK_COLUMN if row.role == "note" else self.visible[-1].index
                label = f"{row.label}: {row.help}" if row.help else row.label
                self.writer.band(row.index, MARK_COLUMN, last, label, TITLES[row.role])
            elif row.role == "total":
                self._draw_totals(row)
            else:
                self._draw_row(row)
        if self.writer.formats:
            self._validate_answers()
            self._colour_answers()
            self._colour_signs()
            self._colour_levels()
            self._grey_irrelevant()

    # heads

    @property
    def _leads(self) -> bool:
        """Whether the signs of its rows lead to their first open cells."""
        return self.drawing >= SIGNS_LEAD_TO_OPEN_CELLS and not self.grid.across

    def _draw_heads(self) -> None:
        """Draw one row for all blocks of a sheet; the hidden columns have heads of their own."""
        for column in self.grid.columns:
            self._draw_head(column)
        if self._leads:  # above each check where its answer stands
            answers = checked_answers(self.grid, self.layout.language)
            for column, (_, answer) in zip(self.grid.with_role("check"), answers, strict=True):
                self.writer.number(Place(BAND_ROW, column.index), answer, "check")
        for number, (band, columns) in enumerate(self.grid.bands):
            style = ("band", "band_next")[number % 2]
            label = band.label.say(self.layout.language)
            self.writer.band(BAND_ROW, columns[0].index, columns[-1].index, label, style)
        if self.grid.is_repeated:
            self._draw_counts()

    def _draw_head(self, column: GridColumn) -> None:
        place = Place(HEAD_ROW, column.index)
        if column.role in HIDDEN:
            if not self.grid.is_repeated:
                label = column.field.label.say(self.layout.language) if column.field else ""
                self.writer.text(place, label, "check")
        elif self.grid is self.sheet.grids[0]:
            style = "head_turned" if column.turned else "head"
            hint = column.hint(self.layout.spec, self.layout.language)
            self.writer.two_lines(place, column.label, hint, style)
        if column.turned:
            self.writer.height(HEAD_ROW, "head_turned")

    def _draw_counts(self) -> None:
        """Draw how many answers each record of a repeated form has, above the checks of its first block."""
        grid = self.grid
        if grid is next(sibling for sibling in self.sheet.grids if sibling.same_records(grid)):
            for record in grid.by_row:
                above = self.layout.active_place(grid, record)
                assert above is not None
                self.writer.formula(above, answers_in_row(self.layout, grid, record), "check")

    # rows

    def _draw_row(self, row: Row) -> None:
        """Draw a row with answers; beside the first cell of each of them stands how the row is."""
        self.writer.row_code(Place(row.index, CODE_COLUMN), row.code, self._count_lines(row))
        if self.grid.across:
            slots = [slot for slot in self.grid.slots if slot.field is row.field]
        else:
            slots = list(self.grid.by_row.get(row.code, {}).values())
        slots_by_place = {place: slot for slot in slots for place in slot.cells}
        for column in self.grid.columns:
            self._draw_cell(row, column, slots_by_place)
        if row.part < 2:
            self._draw_status(row, slots)

    def _draw_status(self, row: Row, slots: Sequence[Slot]) -> None:
        """Draw sign, sentence and checks of a row, and note what of it differs between workbooks."""
        checked = [slot for slot in slots if slot.check is not None]
        columns = [column for column in self.visible if column.role in ("sign", "status")]
        places = [Place(row.index, column.index) for column in columns]
        status = self._status_of(row, checked) if checked and places else None
        for place, column in zip(places, columns, strict=True):
            if status is None:
                self.writer.text(place, "", column.role)
            else:
                words = status.sign if column.role == "sign" else status.sentence
                self._draw_formula(place, column.role, words.text, column.role)
        for slot in checked:
            assert slot.check is not None
            key = f"{slot.field.code}:check"
            check = partial(self.formulas.check, slot)
            self._draw_formula(slot.check, key, check, "check", by_row=self._differs(slot))
        cells = RowCells(tuple(slots))
        self.writer.live(cells.places, cells)
        live_places = places if status else []
        counted = self.grid.kind == "register"
        if counted:
            counter = self.layout.active_place(self.grid, row.code)
            assert counter is not None
            live_places = [counter, *live_places]
        if live_places:
            self.writer.live(live_places, BesideRow(self.grid, slots[0], status, counted=counted))

    def _status_of(self, row: Row, checked: Sequence[Slot]) -> Status:
        key = row.code if self.grid.across else ""
        if key not in self.statuses:
            self.statuses[key] = self.formulas.status(checked, self._limit(row))
        return self.statuses[key]

    def _draw_formula(
        self,
        place: Place,
        key: str,
        text: str | Callable[[], str],
        style: str,
        form: str = "",
        *,
        by_row: bool = False,
    ) -> None:
        """Write a formula, for a whole column at once where its rows differ in their number only."""
        if self.grid.across or by_row:
            self.writer.formula_text(place, text if isinstance(text, str) else text(), style, form)
            return
        if key not in self.compiled:
            self.compiled[key] = text if isinstance(text, str) else text()
        last_row = self.grid.rows[-1].index
        self.writer.column_formula(place, last_row, self.compiled[key], style, form)

    def _draw_cell(self, row: Row, column: GridColumn, slots: Mapping[Place, Slot]) -> None:
        place = Place(row.index, column.index)
        match column.role:
            case "mark" if self._ticks and row.code in self.layout.sheet:
                target = f"{quoted(self.layout.sheet[row.code].name)}!A1"
                self.writer.link(place, target, row.mark, self.say("Go to the sheet"), "mark_link")
            case "mark":
                self.writer.text(place, row.mark, "mark")
            case "name" if row.part > 1:
                continued = sentence(self.say("Answer {number}"), {"number": str(row.part)})
                self.writer.text(place, continued, "name_more")
            case "name":
                hint = "" if self.grid.with_role("help") else row.help
                self.writer.two_lines(place, row.label, hint, "name")
            case "help":
                self.writer.text(place, self._help(row), "help")
            case "sign" | "status" if row.part > 1:
                self.writer.text(place, "", column.role)
            case "fixed" if row.item is not None and column.field is not None:
                value = row.item.values.get(column.field.code)
                self._draw_fixed(place, column.field, localized(value, self.layout.language))
            case "active":
                count = answers_in_row(self.layout, self.grid, row.code)
                self._draw_formula(place, "active", count.text, "check")
            case "calculated" | "answer":
                self._draw_answer(slots[place], place)

    def _help(self, row: Row) -> str:
        """Return what to write: all that a prompt says, which would cover this cell."""
        if row.field is None or self.drawing < HELP_IS_SAID_ONCE or not row.label:
            return row.help
        return " ".join(text for _, text in prompt_parts(self.layout, row.field, self.say))

    def _draw_totals(self, row: Row) -> None:
        """Draw a row that says one thing of every column whose field asks for it."""
        self.writer.row_code(Place(row.index, CODE_COLUMN), row.code, 1)
        last_column = self.visible[-1].index
        self.writer.band(row.index, MARK_COLUMN, last_column, row.label, "column_total")
        kind = row.code.rpartition(":")[2]
        for column in self.visible:
            field = column.field
            if field is not None and kind in field.total:
                cells = cells_of([Place(at.index, column.index) for at in self.grid.data_rows])
                slots = [slots[field.code] for slots in self.grid.by_row.values()]
                formula = column_total(kind, cells, slots)
                form = total_format_of(field, kind)
                self.writer.formula(Place(row.index, column.index), formula, "column_total", form)

    @property
    def _ticks(self) -> bool:
        """Whether its rows are tools to tick, which lead to their sheets."""
        return self.drawing >= TICKS_LEAD_TO_SHEETS and any(
            slot.field.ticks for slot in self.grid.slots
        )

    def _draw_fixed(self, place: Place, field: Field, value: object) -> None:
        figure = figure_of(field, str(value))
        if figure is not None:
            self.writer.number(place, figure, "fixed", number_format_of(field, self.drawing))
            return
        codes = fixed_codes(value) if field.list_name else []
        text = str(value or "")
        if codes:
            labels = self._labels_of(str(field.list_name))
            text = SEVERAL.join(labels.get(code, code) for code in codes)
        self.writer.text(place, text, "fixed")

    def _labels_of(self, name: str) -> Mapping[str, str]:
        """Return the labels of a list, also of one that no dropdown offers."""
        vocabulary = self.layout.spec.vocabularies.get(name)
        if vocabulary is None:
            return self.layout.labels.get(name, {})
        return vocabulary.labels(self.layout.language)

    def _draw_answer(self, slot: Slot, place: Place) -> None:
        field = slot.field
        form = number_format_of(field, self.drawing)
        if not field.calculated:
            style = "input" if self.grid.across else field.type.style
            self.writer.text(place, "", style, form, **self._inner_borders(slot, place))
            return
        kind = kind_of(field)
        is_aligned = kind is ColumnKind.NUMBER and not self.grid.across
        style = "calculated_number" if is_aligned else "calculated"
        if kind not in (ColumnKind.NUMBER, ColumnKind.DATE):
            form = ""
        text = partial(self.formulas.figure, slot)
        self._draw_formula(place, f"={field.code}", text, style, form, by_row=self._differs(slot))

    def _inner_borders(self, slot: Slot, place: Place) -> dict[str, int]:
        """Return the borders that a cell goes without, so that all cells of an answer look like one."""
        if self.grid.across and self.drawing >= BLOCKS_OF_A_FORM_HAVE_BORDERS:
            return {}
        first_side, last_side = ("top", "bottom") if self.grid.across else ("left", "right")
        borders = {}
        if place != slot.cells[0]:
            borders[first_side] = 0
        if place != slot.cells[-1]:
            borders[last_side] = 0
        return borders

    def _differs(self, slot: Slot) -> bool:
        """Say whether a formula is another one in each row, not only for the cells of that row."""
        return (slot.tool, slot.field.code) in compiled(self.layout.spec).row_by_row

    def _count_lines(self, row: Row) -> int:
        """Return how many lines a row shows first: those of a long answer, in a table those of its sign.

        Rows grow with their texts, but not in Excel with what a formula says.
        """
        limit = self._limit(row)
        if limit is None:
            return 1 if self.grid.across else SIGN_LINES
        width = self.grid.with_role("answer")[0].width
        return min(ceil(limit * WORD_LENGTH / (width * CHARACTERS)), MOST_LINES)

    def _limit(self, row: Row) -> int | None:
        """Return the word limit that the status of a question counts against."""
        return row.field.words if row.field is not None and not self.grid.is_repeated else None

    # what spans columns

    @property
    def _first(self) -> int:
        return self.grid.data_rows[0].index

    @property
    def _last(self) -> int:
        return self.grid.data_rows[-1].index

    def _validate_answers(self) -> None:
        for field, column, first, last in self._areas():
            options = validation(self.layout, self.grid, field, column, first.row)
            if options is not None:
                self.writer.validate(first, last, options)

    def _areas(self) -> Iterator[tuple[Field, GridColumn, Place, Place]]:
        """Yield the cells in which the same may be answered, from the first to the last one."""
        columns = {column.index: column for column in self.grid.with_role("answer")}
        if self.grid.across:
            for slot in self.grid.slots:
                if not slot.field.calculated:
                    yield slot.field, columns[slot.cells[0].column], slot.cells[0], slot.cells[-1]
            return
        for index, column in columns.items():
            if column.field is not None:
                yield column.field, column, Place(self._first, index), Place(self._last, index)

    def _colour_answers(self) -> None:
        """Colour the cells to fill in by the urgency of their checks."""
        checks = self.grid.check_columns
        in_use = ticked(self.layout, self.sheet.tool.code)
        for column in self.grid.with_role("answer"):
            first = Place(self._first, column.index)
            last = Place(self._last, column.index)
            code = "" if self.grid.across or column.field is None else column.field.code
            check = column_letters(checks[code, column.record])
            self._colour_by_urgency(f"${check}{first.row}", first, last)
            if in_use != "TRUE":  # cells of a sheet that is not ticked do not ask for anything
                idle = f"NOT({in_use})"
                if self.drawing >= SECTION_HEADS_KEEP_THEIR_COLOUR:
                    idle = f'AND({idle},$A{first.row}<>"")'
                self.writer.mark_when(first, last, f"={idle}", "idle")

    def _colour_signs(self) -> None:
        """Colour signs and sentences by urgency; the words say the same."""
        checks = self.grid.check_columns
        if not checks:
            return
        signs = self.grid.with_role("sign")
        has_sign = f'(${column_letters(signs[0].index)}{self._first}<>"")'
        worst = f"{has_sign}*MAX({columns_run(checks.values(), self._first)})"
        for column in (*signs, *self.grid.with_role("status")):
            first = Place(self._first, column.index)
            last = Place(self._last, column.index)
            links = {"underline": 1} if column.role == "sign" and self._leads else {}
            self._colour_by_urgency(worst, first, last, **links)

    def _colour_by_urgency(self, check: str, first: Place, last: Place, **overrides: int) -> None:
        for level, style in ((ERROR, "error"), (MISSING, "missing"), (WARNING, "look")):
            self.writer.mark_when(first, last, f"={check}>={level * LEVEL}", style, **overrides)

    def _colour_levels(self) -> None:
        """Show calculated levels in the colours of the matrix."""
        matrix = self.layout.spec.matrix
        if matrix is None:
            return
        for slot in self.grid.slots:
            place = slot.cells[0]
            is_level = slot.field.calculated and slot.field.result == "level"
            if not is_level or not (self.grid.across or place.row == self._first):
                continue
            last = place if self.grid.across else Place(self._last, place.column)
            for level in matrix.levels:
                label = text_literal(level.label.say(self.layout.language))
                formula = f"=${address(*place)}={label}"
                self.writer.mark_when(place, last, formula, "level", **level_colours(level))

    def _grey_irrelevant(self) -> None:
        """Grey the cells of questions that other answers make irrelevant."""
        if self.grid.across:
            for slot in self.grid.slots:
                self._grey(slot, slot.cells[0], slot.cells[-1], None)
            return
        for slot in self.grid.by_row.get(self.grid.data_rows[0].code, {}).values():
            for cell in slot.cells:
                self._grey(slot, cell, Place(self._last, cell.column), str(cell.row))

    def _grey(self, slot: Slot, first: Place, last: Place, row: str | None) -> None:
        relevant = compiled(self.layout.spec).relevant.get((slot.tool, slot.field.code))
        if relevant is not None and slot.field.asked:
            condition = ExcelFormula(self.layout, self.grid, slot.row, row).condition(relevant)
            self.writer.mark_when(first, last, f"=NOT({condition})", "not_asked")


# the sheet's own validation

TITLE_LIMIT = 32


def validation(
    layout: Layout, grid: Grid, field: Field, column: GridColumn, first_row: int
) -> dict[str, Any] | None:
    """Return what XlsxWriter needs to validate the cells of a field; None where there is nothing to say."""
    say = translator(layout.language)
    rule = _rule(layout, grid, field, column, first_row)
    has_help_beside = (
        grid.across and grid.with_role("help") and layout.spec.drawing >= HELP_IS_SAID_ONCE
    )
    prompt_text = "" if has_help_beside else prompt_of(layout, field, say)
    if rule is None and not prompt_text:
        return None
    options = rule or {"validate": "any"}
    if prompt_text:
        title = _title(field.label.say(layout.language))
        options |= {"input_title": title, "input_message": prompt_text}
    if rule is not None:
        keeps = keeps_others(layout.spec, field)
        texts = [alert(field, layout.language)]
        if keeps and layout.spec.drawing >= ENTRIES_ARE_OFFERED_ONCE:
            texts.append(say("Choose OK to keep a number or code that you typed."))
        options |= {
            "error_title": say("Check this answer")[:TITLE_LIMIT],
            "error_message": broken_lines(" ".join(texts)),
            "error_type": "information" if keeps else "stop",
        }
    return options


def _rule(
    layout: Layout, grid: Grid, field: Field, column: GridColumn, first_row: int
) -> dict[str, Any] | None:
    if field.to:
        name = reference_name(layout, field)
        return {"validate": "list", "source": f"={name}"} if name else None
    if field.list_name is not None:
        offered = layout.lists[field.list_name]
        return {"validate": "list", "source": _list_source(offered, grid, field, column, first_row)}
    kind, low, high = field.type.limits(field)
    match kind:
        case "any":
            return None
        case "length":
            return {"validate": kind, "criteria": "<=", "value": int(high or 0)}
        case "date":
            # a text may be a day in words, which the check of the cell and the reader look at
            cell = f"{column_letters(column.index)}{first_row}"
            days = f"AND({cell}>={low:g},{cell}<{(high or 0) + 1:g})"
            return {"validate": "custom", "value": f"=OR(ISTEXT({cell}),{days})"}
        case "whole":
            kind = "integer"
    if low is None and high is not None:
        return {"validate": kind, "criteria": "<=", "value": high}
    if high is None and low is not None:
        return {"validate": kind, "criteria": ">=", "value": low}
    lowest, highest = (low, high) if low is not None else (-1e15, 1e15)
    return {"validate": kind, "criteria": "between", "minimum": lowest, "maximum": highest}


def _list_source(
    offered: ListPlace, grid: Grid, field: Field, column: GridColumn, first_row: int
) -> str:
    """Write the source: the whole list, or the run of it for the parent's answer in the same row or record."""
    name = offered.name
    if offered.steps:  # with the numbers below it, so that no message comes for one
        return f"=OFFSET(list_{name},0,0,{len(offered.labels) + len(offered.steps)})"
    if field.parent is None:
        return f"=list_{name}"
    if grid.across:
        (place,) = grid.by_row[str(column.record)][field.parent].cells
        cell = f"${column_letters(place.column)}${place.row}"
    else:
        cell = f"${column_letters(grid.columns_of(field.parent)[0].index)}{first_row}"
    start = f"MATCH({cell},parent_{name},0)"
    return f"=INDEX(list_{name},{start}):INDEX(list_{name},{start}+COUNTIF(parent_{name},{cell})-1)"


def prompt_of(layout: Layout, field: Field, say: Translate) -> str:
    """Return the prompt, broken into lines, with as many of its parts as fit into Excel's limit.

    Raises `LimitError` where not even the first does.
    """
    parts = prompt_parts(layout, field, say)
    if not parts:
        return ""
    count = 0
    for part_count in range(len(parts), 0, -1):
        text = broken_lines(" ".join(text for _, text in parts[:part_count]))
        count = cell_length(text)
        if count <= PROMPT_LIMIT:
            return text
    raise LimitError(
        f"{field.code}: the prompt has {count} characters, {count - PROMPT_LIMIT} more than the {PROMPT_LIMIT} "
        f"that Excel takes. Shorten its {parts[0][0]}."
    )


def prompt_parts(layout: Layout, field: Field, say: Translate) -> list[tuple[str, str]]:
    """Return help, what may be typed and an example, as far as there are any, each with its name."""
    help_text = field.help.say(layout.language)
    type_hint = prompt(field, layout.language)
    hint = "" if fold(type_hint) in fold(help_text) else type_hint
    if layout.spec.drawing >= HELP_IS_SAID_ONCE and (field.list_name or field.to):
        hint = ""  # the arrow beside the cell says it
    example = field.example.say(layout.language)
    shown = say("Example: {example}").format(example=example) if example else ""
    parts = {"help": help_text, "hint": hint, "example": shown}
    return [(name, text) for name, text in parts.items() if text]


def _title(label: str) -> str:
    """Return as much of a label as the title of a prompt holds, in whole words."""
    line = " ".join(label.split())
    if cell_length(line) <= TITLE_LIMIT:
        return line
    return beginning(line, TITLE_LIMIT - 1).rsplit(" ", 1)[0].rstrip(" ,;:") + "…"
