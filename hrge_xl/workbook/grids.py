"""Draws the grids of a tool sheet: heads, rows, input cells with their validation, status, hidden checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from ..fields import ColumnKind, Field, figure_of, kind_of
from ..findings import sentence
from ..language.sheet_text import SEVERAL, text_literal
from ..layout import Column, Grid, Layout, Place, Row, Sheet, Slot, column_letters
from ..layout.messages import ERROR, LEVEL, MISSING, WARNING
from ..layout.model import BAND_ROW, CHARACTERS, CODE_COLUMN, HEAD_ROW, HIDDEN, MARK_COLUMN
from ..spec.compiled import compiled
from ..spec.model import Level
from ..texts import fixed_codes, said
from ..words import translator
from .check_formula import CheckFormulas, active_formula
from .defined_names import ticked
from .excel_formula import ExcelFormula
from .formulas import ROW, Formula
from .pen import Pen
from .row_status import RowCells, Status, Statuses
from .styles import ink_on, number_format_of
from .validation import validation

TITLES = {"title": "block", "section": "section", "note": "purpose"}  # rows without answers, and their styles
MOST_LINES = 8  # that a blank row keeps free
WORD_LENGTH = 6.5  # characters, with the space behind it


@dataclass
class GridPainter:
    """Draws one grid with a pen."""

    pen: Pen
    layout: Layout
    sheet: Sheet
    grid: Grid

    def draw(self) -> None:
        """Draw heads and bands first, then row by row, then what spans columns."""
        self.say = translator(self.layout.language)
        self.compiled: dict[str, str] = {}
        self.statuses: dict[str, Status] = {}
        self.checks = CheckFormulas(self.layout, self.grid)
        self.last_row = self.grid.rows[-1].index
        self._heads()
        for row in self.grid.rows:
            if row.role in TITLES:
                self._title(row)
            else:
                self._row(row)
        self._columns()

    # heads

    def _heads(self) -> None:
        """One row for all blocks of a sheet; the hidden columns have heads of their own."""
        for column in self.grid.columns:
            place = Place(HEAD_ROW, column.index)
            if column.role in HIDDEN:
                label = column.field.label.say(self.layout.language) if column.field else ""
                if not (self.grid.across and self._repeated):
                    self.pen.text(place, label, "check")
            elif self.grid is self.sheet.grids[0]:
                style = "head_turned" if column.turned else "head"
                self.pen.two_lines(place, column.label, column.hint(self.layout.language), style)
        if any(column.turned for column in self.grid.columns):
            self.pen.height(HEAD_ROW, "head_turned")
        for number, (band, columns) in enumerate(self.grid.bands):
            style = ("band", "band_next")[number % 2]
            label = band.label.say(self.layout.language)
            self.pen.band(BAND_ROW, columns[0].index, columns[-1].index, label, style)
        if self._repeated:
            self._record_counts()

    @property
    def _repeated(self) -> bool:
        return self.grid.across and bool(self.grid.block.records > 1)  # type: ignore[attr-defined]

    def _record_counts(self) -> None:
        """Above the checks of a repeated form: how many answers each record has."""
        for slots in self.grid.by_row.values():
            slot = next(iter(slots.values()))
            place = self.layout.active_place(self.grid, slot.row)
            if place is not None and self.grid is self._first_of_records:
                self.pen.formula(place, self._count_of(slot.row), "check")

    def _count_of(self, record: str) -> Formula:
        grid = self.grid
        text = active_formula(self.layout, grid, record)
        return Formula(text, lambda content, row: content.active(grid, record))

    @property
    def _first_of_records(self) -> Grid:
        """The first block about the same records."""
        return next(each for each in self.sheet.grids if each.same_records(self.grid))

    def _title(self, row: Row) -> None:
        last = MARK_COLUMN if row.role == "note" else max(c.index for c in self._visible())
        label = f"{row.label}: {row.help}" if row.help else row.label
        self.pen.band(row.index, MARK_COLUMN, last, label, TITLES[row.role])

    def _visible(self) -> list[Column]:
        return [c for c in self.grid.columns if c.role not in HIDDEN]

    # rows

    def _row(self, row: Row) -> None:
        self.pen.row_code(Place(row.index, CODE_COLUMN), row.code, self._lines(row))
        slots = self._slots_of(row)
        by_place = {place: slot for slot in slots for place in slot.cells}
        for column in self.grid.columns:
            self._cell(row, column, by_place)
        if row.part < 2:
            self._live(row, slots)

    def _live(self, row: Row, slots: Sequence[Slot]) -> None:
        status, places = self._status(row, [slot for slot in slots if slot.check is not None])
        for slot in slots:
            self._check(slot)
        active = self.layout.active_place(self.grid, row.code) if self.grid.kind == "register" else None
        now = RowCells(self.grid, tuple(slots), status, places, active)
        self.pen.live(now.places, now)

    def _slots_of(self, row: Row) -> list[Slot]:
        if self.grid.across:
            return [s for s in self.grid.slots if s.field is row.field]
        return list(self.grid.by_row.get(row.code, {}).values())

    def _cell(self, row: Row, column: Column, slots: Mapping[Place, Slot]) -> None:
        place = Place(row.index, column.index)
        if column.role == "mark":
            self.pen.text(
                place, "" if row.part > 1 else row.code.split(".")[0] if row.part else row.code, "mark"
            )
        elif column.role == "name":
            if row.part > 1:
                more = sentence(self.say("Answer {number}"), {"number": str(row.part)})
                self.pen.text(place, more, "name_more")
            else:
                self.pen.two_lines(place, row.label, "" if self.grid.with_role("help") else row.help, "name")
        elif column.role == "help":
            self.pen.text(place, row.help, "help")
        elif column.role in ("sign", "status") and row.part > 1:
            self.pen.text(place, "", column.role)
        elif column.role == "fixed" and row.item is not None and column.field is not None:
            value = said(row.item.values.get(column.field.code), self.layout.language)
            self._fixed(place, column.field, value)
        elif column.role == "active":
            formula = active_formula(self.layout, self.grid, row.code)
            self.pen.column_formula(place, self.last_row, formula, "check")
        elif column.role in ("answer", "calculated"):
            self._answer(slots[place], place)

    def _fixed(self, place: Place, field: Field, value: object) -> None:
        figure = figure_of(field, str(value))
        if figure is not None:
            self.pen.number(place, figure, "fixed", number_format_of(field))
            return
        codes = fixed_codes(value) if field.list_name else []
        labels = [self._label(str(field.list_name), code) for code in codes]
        self.pen.text(place, SEVERAL.join(labels) if codes else str(value or ""), "fixed")

    def _label(self, name: str, code: str) -> str:
        """Give the label of an entry, also of a list that no dropdown offers."""
        table = self.layout.spec.vocabularies
        if name in table and code in table[name].by_code:
            return table[name].by_code[code].label.say(self.layout.language)
        return self.layout.labels.get(name, {}).get(code, code)

    def _answer(self, slot: Slot, place: Place) -> None:
        if slot.field.calculated:
            self._calculated(slot, place)
            return
        style = "input" if self.grid.across else slot.field.type.style
        self.pen.text(place, "", style, number_format_of(slot.field), **self._joined(slot, place))

    def _joined(self, slot: Slot, place: Place) -> dict[str, int]:
        """No lines between the cells of one answer."""
        before, after = ("top", "bottom") if self.grid.across else ("left", "right")
        inner = {before: place != slot.cells[0], after: place != slot.cells[-1]}
        return {side: 0 for side, between in inner.items() if between}

    def _calculated(self, slot: Slot, place: Place) -> None:
        form = (
            number_format_of(slot.field)
            if kind_of(slot.field) in (ColumnKind.NUMBER, ColumnKind.DATE)
            else ""
        )
        if self.grid.across or self._differs(slot):
            figure = self._figure(slot, None if self.grid.across else str(place.row))
            self.pen.formula_text(place, figure, "calculated", form)
            return
        key = f"={slot.field.code}"
        if key not in self.compiled:
            self.compiled[key] = self._figure(slot, ROW)
        self.pen.column_formula(place, self.last_row, self.compiled[key], "calculated", form)

    def _differs(self, slot: Slot) -> bool:
        """Say whether a formula is another one in each row, not only for the cells of that row."""
        return (slot.tool, slot.field.code) in compiled(self.layout.spec).row_by_row

    def _figure(self, slot: Slot, row: str | None) -> str:
        """Give the formula of a calculated answer; an open row without answers calculates nothing."""
        expr = compiled(self.layout.spec).formulas[slot.tool, slot.field.code]
        formula = ExcelFormula(self.layout, self.grid, slot.row, row).value(expr)
        in_use = self.checks.in_use(slot)
        return f'=IF({in_use},{formula},"")' if in_use else f"={formula}"

    # status and checks

    def _check(self, slot: Slot) -> None:
        if slot.check is None:
            return
        code = slot.field.code
        if self.grid.across or self._differs(slot):
            formula = self.checks.of(slot).replace(ROW, str(slot.check.row))
            self.pen.formula_text(slot.check, formula, "check")
            return
        if code not in self.compiled:  # the first row: the others differ in their row number only
            self.compiled[code] = self.checks.of(slot)
        self.pen.column_formula(slot.check, self.last_row, self.compiled[code], "check")

    def _status(self, row: Row, checked: Sequence[Slot]) -> tuple[Status | None, tuple[Place, ...]]:
        """Draw how a row stands, with a sign and in a sentence; these and where they are, if anything is shown."""
        places = tuple(Place(row.index, c.index) for c in self.grid.columns if c.role in ("sign", "status"))
        if not checked:
            for place, style in zip(places, ("sign", "status"), strict=False):
                self.pen.text(place, "", style)
            return None, ()
        key = row.code if self.grid.across else ""
        if key not in self.statuses:
            self.statuses[key] = Statuses(self.layout, self.grid).of(checked, self._limit(row))
        status = self.statuses[key]
        for place, style, formula in zip(
            places, ("sign", "status"), (status.sign, status.sentence), strict=True
        ):
            if self.grid.across:
                self.pen.formula_text(place, formula.text, style)
            else:
                self.pen.column_formula(place, self.last_row, formula.text, style)
        return status if places else None, places

    def _lines(self, row: Row) -> int:
        """Give how many lines of a long answer are shown first; 1 in a table. Rows grow with their texts."""
        limit = self._limit(row)
        if limit is None:
            return 1
        width = self.grid.with_role("answer")[0].width
        return min(ceil(limit * WORD_LENGTH / (width * CHARACTERS)), MOST_LINES)

    def _limit(self, row: Row) -> int | None:
        """Give the word limit that the status of a question counts against."""
        return row.field.words if row.field is not None and not self._repeated else None

    # what spans columns

    def _columns(self) -> None:
        rows = self.grid.data_rows
        if not rows:
            return
        if self.grid.across:
            self._form_validations()
        else:
            self._table_validations(rows[0].index, rows[-1].index)
        self._colours(rows[0].index, rows[-1].index)
        self._not_asked(rows[0].index, rows[-1].index)

    def _form_validations(self) -> None:
        for slot in self.grid.slots:
            column = next(c for c in self.grid.columns if c.index == slot.cells[0].column)
            options = self._options(slot.field, column, slot.cells[0].row)
            if options:
                self.pen.validate(slot.cells[0], slot.cells[-1], options)

    def _table_validations(self, first: int, last: int) -> None:
        for column in self.grid.with_role("answer"):
            options = self._options(column.field, column, first)
            if options:
                self.pen.validate(Place(first, column.index), Place(last, column.index), options)

    def _options(self, field: Field | None, column: Column, row: int) -> dict[str, object] | None:
        if field is None or field.calculated:
            return None
        return validation(self.layout, self.grid, field, column, row)

    def _not_asked(self, first: int, last: int) -> None:
        """Grey the cells of questions that other answers make irrelevant."""
        if self.grid.across:
            for slot in self.grid.slots:
                self._grey(slot, slot.cells[0], slot.cells[-1], None)
            return
        below = last - first
        for slot in self.grid.by_row.get(self.grid.data_rows[0].code, {}).values():
            for cell in slot.cells:
                self._grey(slot, cell, Place(cell.row + below, cell.column), str(cell.row))

    def _grey(self, slot: Slot, first: Place, last: Place, row: str | None) -> None:
        relevant = compiled(self.layout.spec).relevant.get((slot.tool, slot.field.code))
        if relevant is not None and slot.field.asked:
            asked = ExcelFormula(self.layout, self.grid, slot.row, row).condition(relevant)
            self.pen.mark_when(first, last, f"=NOT({asked})", "not_asked")

    def _colours(self, first: int, last: int) -> None:
        """Input cells, signs and sentences by urgency; the words say the same."""
        checks = {(c.field.code if c.field else "", c.record): c.index for c in self.grid.with_role("check")}
        for column in self.grid.with_role("answer"):
            code = "" if self.grid.across or column.field is None else column.field.code
            cell = f"${column_letters(checks[code, column.record])}{first}"
            self._by_urgency(cell, Place(first, column.index), Place(last, column.index))
            self._idle(Place(first, column.index), Place(last, column.index))
        run = _columns_run(list(checks.values()), first) if checks else ""
        for column in (*self.grid.with_role("sign"), *self.grid.with_role("status")):
            if run:
                self._by_urgency(f"MAX({run})", Place(first, column.index), Place(last, column.index))
        self._levels(first, last)

    def _idle(self, first: Place, last: Place) -> None:
        """Cells of a sheet that is not ticked do not ask for anything."""
        in_use = ticked(self.layout, self.sheet.tool.code)
        if in_use != "TRUE":
            self.pen.mark_when(first, last, f"=NOT({in_use})", "idle")

    def _by_urgency(self, check: str, first: Place, last: Place) -> None:
        for level, style in ((ERROR, "error"), (MISSING, "missing"), (WARNING, "look")):
            self.pen.mark_when(first, last, f"={check}>={level * LEVEL}", style)

    def _levels(self, first: int, last: int) -> None:
        """Show calculated levels in the colours of the matrix."""
        matrix = self.layout.spec.matrix
        for slot in self.grid.slots if matrix is not None else ():
            if not (slot.field.calculated and slot.field.result == "level"):
                continue
            place = slot.cells[0]
            below = place if self.grid.across else Place(last, place.column)
            if self.grid.across or place.row == first:
                self._level_colours(matrix.levels if matrix else (), place, below)

    def _level_colours(self, levels: Sequence[Level], first: Place, last: Place) -> None:
        cell = f"${column_letters(first.column)}{first.row}"
        for level in levels:
            formula = f"={cell}={text_literal(level.label.say(self.layout.language))}"
            colours = {"bg_color": level.colour, "font_color": ink_on(level.colour)}
            self.pen.mark_when(first, last, formula, "level", **colours)


def _columns_run(columns: Sequence[int], row: int | str) -> str:
    return f"${column_letters(min(columns))}{row}:${column_letters(max(columns))}{row}"
