"""Draws the grids of a tool sheet: heads, rows, input cells with their validation, status, hidden checks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
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
# that a blank row keeps free
MOST_LINES = 8
SIGN_LINES = 2
WORD_LENGTH = 6.5  # characters, with the space behind it


@dataclass
class GridWriter:
    """Draws one grid with a writer."""

    writer: CellWriter
    layout: Layout
    sheet: Sheet
    grid: Grid

    def draw(self) -> None:
        """Draw heads and bands first, then row by row, then what spans columns."""
        self.say = translator(self.layout.language)
        self.compiled: dict[str, str] = {}
        self.statuses: dict[str, Status] = {}
        self.formulas = RowFormulas(self.layout, self.grid)
        self.last_row = self.grid.rows[-1].index
        self._heads()
        for row in self.grid.rows:
            if row.role in TITLES:
                visible = (
                    column.index for column in self.grid.columns if column.role not in HIDDEN
                )
                last = MARK_COLUMN if row.role == "note" else max(visible)
                label = f"{row.label}: {row.help}" if row.help else row.label
                self.writer.band(row.index, MARK_COLUMN, last, label, TITLES[row.role])
            elif row.role == "total":
                self._totals(row)
            else:
                self.writer.row_code(Place(row.index, CODE_COLUMN), row.code, self._lines(row))
                if self.grid.across:
                    slots = [slot for slot in self.grid.slots if slot.field is row.field]
                else:
                    slots = list(self.grid.by_row.get(row.code, {}).values())
                by_place = {place: slot for slot in slots for place in slot.cells}
                for column in self.grid.columns:
                    self._cell(row, column, by_place)
                if row.part < 2:
                    self._live(row, slots)
        if self.writer.formats:
            self._columns()

    # heads

    @property
    def _leads(self) -> bool:
        """Whether the signs of its rows lead to their first open cells."""
        return self.layout.spec.drawing > 1 and not self.grid.across

    def _heads(self) -> None:
        """One row for all blocks of a sheet; the hidden columns have heads of their own."""
        for column in self.grid.columns:
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
        if self._leads:  # above each check where its answer stands
            answers = checked_answers(self.grid, self.layout.language)
            for column, (_, answer) in zip(self.grid.with_role("check"), answers, strict=True):
                self.writer.number(Place(BAND_ROW, column.index), answer, "check")
        for number, (band, columns) in enumerate(self.grid.bands):
            style = ("band", "band_next")[number % 2]
            label = band.label.say(self.layout.language)
            self.writer.band(BAND_ROW, columns[0].index, columns[-1].index, label, style)
        if self.grid.is_repeated:
            # Above the checks of the first block of a repeated form: how many answers each record has
            grid = self.grid
            if grid is next(sibling for sibling in self.sheet.grids if sibling.same_records(grid)):
                for record in grid.by_row:
                    above = self.layout.active_place(grid, record)
                    assert above is not None
                    self.writer.formula(above, answers_in_row(self.layout, grid, record), "check")

    # rows

    def _live(self, row: Row, slots: Sequence[Slot]) -> None:
        checked = [slot for slot in slots if slot.check is not None]
        places = tuple(
            Place(row.index, c.index) for c in self.grid.columns if c.role in ("sign", "status")
        )
        status = None
        if checked and places:  # one serves all rows of a table
            key = row.code if self.grid.across else ""
            status = self.statuses.get(key) or self.formulas.status(checked, self._limit(row))
            self.statuses[key] = status
        texts = (status.sign.text, status.sentence.text) if status else ("", "")
        for place, style, text in zip(places, ("sign", "status"), texts, strict=False):
            if text:
                self._formula(place, style, text, style)
            else:
                self.writer.text(place, "", style)
        for slot in checked:
            assert slot.check is not None
            key = f"{slot.field.code}:check"
            check = partial(self.formulas.check, slot)
            self._formula(slot.check, key, check, "check", by_row=self._differs(slot))
        active = (
            self.layout.active_place(self.grid, row.code) if self.grid.kind == "register" else None
        )
        cells = RowCells(tuple(slots))
        self.writer.live(cells.places, cells)
        if status or active:
            beside = BesideRow(self.grid, slots[0], status, counted=active is not None)
            self.writer.live([*filter(None, [active]), *(places if status else ())], beside)

    def _formula(
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
        self.writer.column_formula(place, self.last_row, self.compiled[key], style, form)

    def _cell(self, row: Row, column: GridColumn, slots: Mapping[Place, Slot]) -> None:
        place = Place(row.index, column.index)
        language = self.layout.language
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
                self._fixed(
                    place, column.field, localized(row.item.values.get(column.field.code), language)
                )
            case "active":
                self._formula(
                    place, "active", answers_in_row(self.layout, self.grid, row.code).text, "check"
                )
            case "calculated" | "answer":
                self._answer(slots[place], place)

    def _help(self, row: Row) -> str:
        """Return what to write: all that a prompt says, which would cover this cell."""
        if row.field is None or self.layout.spec.drawing < 4 or not row.label:
            return row.help
        return " ".join(text for _, text in prompt_parts(self.layout, row.field, self.say))

    def _totals(self, row: Row) -> None:
        """Draw a row that says one thing of every column whose field asks for it."""
        self.writer.row_code(Place(row.index, CODE_COLUMN), row.code, 1)
        shown = [column for column in self.grid.columns if column.role not in HIDDEN]
        self.writer.band(row.index, MARK_COLUMN, shown[-1].index, row.label, "column_total")
        kind = row.code.rpartition(":")[2]
        (first, *_, last) = (*self.grid.data_rows, *self.grid.data_rows)
        for column in shown:
            if column.field is not None and kind in column.field.total:
                cells = cells_of(
                    [Place(first.index, column.index), Place(last.index, column.index)]
                )
                slots = [slots[column.field.code] for slots in self.grid.by_row.values()]
                form = total_format_of(column.field, kind)
                formula = column_total(kind, cells, slots)
                self.writer.formula(Place(row.index, column.index), formula, "column_total", form)

    @property
    def _ticks(self) -> bool:
        """Whether its rows are tools to tick, which lead to their sheets."""
        return self.layout.spec.drawing > 1 and any(slot.field.ticks for slot in self.grid.slots)

    def _fixed(self, place: Place, field: Field, value: object) -> None:
        figure = figure_of(field, str(value))
        if figure is not None:
            self.writer.number(
                place, figure, "fixed", number_format_of(field, self.layout.spec.drawing)
            )
            return
        codes = fixed_codes(value) if field.list_name else []
        text = str(value or "")
        if codes:
            name = str(field.list_name)
            language = self.layout.language
            # also of a list that no dropdown offers
            vocabulary = self.layout.spec.vocabularies.get(name)
            if vocabulary is None:
                labels = self.layout.labels.get(name, {})
            else:
                listed_codes = (code for code in codes if code in vocabulary.by_code)
                labels = {
                    code: vocabulary.by_code[code].label.say(language) for code in listed_codes
                }
            text = SEVERAL.join(labels.get(code, code) for code in codes)
        self.writer.text(place, text, "fixed")

    def _answer(self, slot: Slot, place: Place) -> None:
        form = number_format_of(slot.field, self.layout.spec.drawing)
        field = slot.field
        if not field.calculated:
            style = "input" if self.grid.across else field.type.style
            first_side, last_side = ("top", "bottom") if self.grid.across else ("left", "right")
            no_borders = {}
            one_answer = not self.grid.across or self.layout.spec.drawing < 4
            if place != slot.cells[0] and one_answer:
                no_borders[first_side] = 0
            if place != slot.cells[-1] and one_answer:
                no_borders[last_side] = 0
            self.writer.text(place, "", style, form, **no_borders)
            return
        kind = kind_of(field)
        text = partial(self.formulas.figure, slot)
        form = form if kind in (ColumnKind.NUMBER, ColumnKind.DATE) else ""
        style = (
            "calculated_number"
            if kind is ColumnKind.NUMBER and not self.grid.across
            else "calculated"
        )
        self._formula(place, f"={field.code}", text, style, form, by_row=self._differs(slot))

    def _differs(self, slot: Slot) -> bool:
        """Say whether a formula is another one in each row, not only for the cells of that row."""
        return (slot.tool, slot.field.code) in compiled(self.layout.spec).row_by_row

    def _lines(self, row: Row) -> int:
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

    def _columns(self) -> None:
        first, last = (self.grid.data_rows[at].index for at in (0, -1))
        for field, column, start, end in self._areas(first, last):
            options = (
                None
                if field.calculated
                else validation(self.layout, self.grid, field, column, start.row)
            )
            if options:
                self.writer.validate(start, end, options)
        self._colours(first, last)
        # Grey the cells of questions that other answers make irrelevant
        if self.grid.across:
            for slot in self.grid.slots:
                self._grey(slot, slot.cells[0], slot.cells[-1], None)
            return
        below = last - first
        for slot in self.grid.by_row.get(self.grid.data_rows[0].code, {}).values():
            for cell in slot.cells:
                self._grey(slot, cell, Place(cell.row + below, cell.column), str(cell.row))

    def _areas(self, first: int, last: int) -> Iterator[tuple[Field, GridColumn, Place, Place]]:
        """Yield the cells in which the same may be answered, from the first to the last one."""
        columns = {column.index: column for column in self.grid.with_role("answer")}
        if self.grid.across:
            for slot in self.grid.slots:
                yield slot.field, columns[slot.cells[0].column], slot.cells[0], slot.cells[-1]
            return
        for index, column in columns.items():
            if column.field is not None:
                yield column.field, column, Place(first, index), Place(last, index)

    def _grey(self, slot: Slot, first: Place, last: Place, row: str | None) -> None:
        relevant = compiled(self.layout.spec).relevant.get((slot.tool, slot.field.code))
        if relevant is not None and slot.field.asked:
            condition = ExcelFormula(self.layout, self.grid, slot.row, row).condition(relevant)
            self.writer.mark_when(first, last, f"=NOT({condition})", "not_asked")

    def _colours(self, first: int, last: int) -> None:
        """Input cells, signs and sentences by urgency; the words say the same."""
        checks = self.grid.check_columns
        in_use = ticked(self.layout, self.sheet.tool.code)
        for column in self.grid.with_role("answer"):
            code = "" if self.grid.across or column.field is None else column.field.code
            cells = Place(first, column.index), Place(last, column.index)
            self._by_urgency(f"${column_letters(checks[code, column.record])}{first}", *cells)
            if in_use != "TRUE":  # cells of a sheet that is not ticked do not ask for anything
                idle = f"NOT({in_use})"
                if self.layout.spec.drawing > 3:  # heads of sections keep their colour
                    idle = f'AND({idle},$A{first}<>"")'
                self.writer.mark_when(*cells, f"={idle}", "idle")
        signs = self.grid.with_role("sign")
        for column in (*signs, *self.grid.with_role("status")) if checks else ():
            has_sign = f'(${column_letters(signs[0].index)}{first}<>"")'
            worst = f"{has_sign}*MAX({columns_run(checks.values(), first)})"
            links = {"underline": 1} if column.role == "sign" and self._leads else {}
            self._by_urgency(worst, Place(first, column.index), Place(last, column.index), **links)
        # Show calculated levels in the colours of the matrix
        matrix = self.layout.spec.matrix
        for slot in self.grid.slots if matrix is not None else ():
            place = slot.cells[0]
            field = slot.field
            if (
                field.calculated
                and field.result == "level"
                and (self.grid.across or place.row == first)
            ):
                cell = f"${address(*place)}"
                below = place if self.grid.across else Place(last, place.column)
                for level in matrix.levels if matrix else ():
                    shown = text_literal(level.label.say(self.layout.language))
                    self.writer.mark_when(
                        place, below, f"={cell}={shown}", "level", **level_colours(level)
                    )

    def _by_urgency(self, check: str, first: Place, last: Place, **overrides: int) -> None:
        for level, style in ((ERROR, "error"), (MISSING, "missing"), (WARNING, "look")):
            self.writer.mark_when(first, last, f"={check}>={level * LEVEL}", style, **overrides)


# the sheet's own validation

TITLE_LIMIT = 32


def validation(
    layout: Layout, grid: Grid, field: Field, column: GridColumn, first_row: int
) -> dict[str, Any] | None:
    """Return what XlsxWriter needs to validate the cells of a field; None where there is nothing to say."""
    say = translator(layout.language)
    rule = _rule(layout, grid, field, column, first_row)
    beside = grid.across and grid.with_role("help") and layout.spec.drawing > 3
    text = "" if beside else prompt_of(layout, field, say)
    if rule is None and not text:
        return None
    options = rule or {"validate": "any"}
    if text:
        options |= {"input_title": _title(field.label.say(layout.language)), "input_message": text}
    if rule is not None:
        keeps = keeps_others(layout.spec, field)
        texts = [alert(field, layout.language)]
        if keeps and layout.spec.drawing > 3:  # where the list does not offer it as well
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
    limits = field.type.limits(field)
    low = limits.low
    high = limits.high
    kind = "integer" if limits.type == "whole" else limits.type
    match limits.type:
        case "any":
            return None
        case "length":
            return {"validate": kind, "criteria": "<=", "value": int(high or 0)}
        case "date":
            # a text may be a day in words, which the check of the cell and the reader look at
            cell = f"{column_letters(column.index)}{first_row}"
            days = f"AND({cell}>={low:g},{cell}<{(high or 0) + 1:g})"
            return {"validate": "custom", "value": f"=OR(ISTEXT({cell}),{days})"}
    if (low is None) == (high is None):
        low, high = (-1e15, 1e15) if low is None else (low, high)
        return {"validate": kind, "criteria": "between", "minimum": low, "maximum": high}
    sign, value = ("<=", high) if low is None else (">=", low)
    return {"validate": kind, "criteria": sign, "value": value}


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
    """Help and what may be typed, broken into lines, within Excel's limit. Raises `LimitError` where they exceed it."""
    parts = prompt_parts(layout, field, say)
    count = 0
    for keep in range(len(parts), 0, -1):
        text = broken_lines(" ".join(text for _, text in parts[:keep]))
        count = cell_length(text)
        if count <= PROMPT_LIMIT:
            return text
    if parts:
        raise LimitError(
            f"{field.code}: the prompt has {count} characters, {count - PROMPT_LIMIT} more than the {PROMPT_LIMIT} "
            f"that Excel takes. Shorten its {parts[0][0]}."
        )
    return ""


def prompt_parts(layout: Layout, field: Field, say: Translate) -> list[tuple[str, str]]:
    """Return help, what may be typed and an example, as far as there are any, each with its name."""
    help_text = field.help.say(layout.language)
    type_hint = prompt(field, layout.language)
    hint = "" if fold(type_hint) in fold(help_text) else type_hint
    if layout.spec.drawing > 3 and (field.list_name or field.to):
        hint = ""  # the arrow beside the cell says it
    example = field.example.say(layout.language)
    shown = say("Example: {example}").format(example=example) if example else ""
    named = (("help", help_text), ("hint", hint), ("example", shown))
    return [(name, text) for name, text in named if text]


def _title(label: str) -> str:
    """As much of a label as the title of a prompt holds, in whole words."""
    line = " ".join(label.split())
    if cell_length(line) <= TITLE_LIMIT:
        return line
    return beginning(line, TITLE_LIMIT - 1).rsplit(" ", 1)[0].rstrip(" ,;:") + "…"
