"""Draws the grids of a tool sheet: heads, rows, input cells with their validation, status, hidden checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..fields import ColumnKind, Field, figure_of, kind_of
from ..findings import sentence
from ..language.sheet_text import text_literal, word_count
from ..layout import Column, Grid, Layout, Place, Row, Sheet, Slot, column_letters
from ..layout.messages import ERROR, LEVEL, MISSING, ROW_NAME
from ..layout.model import CODE_COLUMN, MARK_COLUMN
from ..spec.compiled import compiled
from ..texts import said
from ..words import translator
from .check_formula import CheckFormulas, active_formula
from .excel_formula import ExcelFormula, absolute, cells_of, count_answers
from .grid_now import RecordCount, RowNow, Status, record_name
from .pen import Pen
from .shared_formulas import ROW
from .validation import validation

MESSAGES = "check_messages"  # defined name of the message texts


@dataclass
class GridPainter:
    """Draws one grid with a pen."""

    pen: Pen
    layout: Layout
    sheet: Sheet
    grid: Grid

    def draw(self) -> None:
        """Heads first, then row by row, then what spans columns."""
        self.say = translator(self.layout.language)
        self.compiled: dict[str, str] = {}
        self.words: dict[int | None, Status] = {}
        self.checks = CheckFormulas(self.layout, self.grid)
        self.last_row = self.grid.rows[-1].index
        for row in self.grid.rows:
            if row.role == "header":
                self._heads(row)
            elif row.role in ("title", "section"):
                self._band(row)
            else:
                self._row(row)
        self._columns()

    # heads

    def _heads(self, row: Row) -> None:
        for column in self.grid.columns:
            place = Place(row.index, column.index)
            if column.role in ("check", "active"):
                label = column.field.label.say(self.layout.language) if column.field else ""
                if not (self.grid.across and self._repeated):
                    self.pen.text(place, label, "check")
            else:
                hint = column.field.help.say(self.layout.language) if column.field else ""
                label = "" if column.role == "status" and not self.grid.with_role("check") else column.label
                self.pen.two_lines(place, label, hint if column.part < 2 else "", "head")
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
            if place is not None and place.row == self.grid.header_row:
                formula = active_formula(self.layout, self.grid, slot.row)
                self.pen.live([self.pen.formula(place, formula, "check")], RecordCount(self.grid, slot.row))

    def _band(self, row: Row) -> None:
        style = "block" if row.role == "title" else "section"
        last = MARK_COLUMN if row.role == "title" else max(c.index for c in self._visible())
        self.pen.band(row.index, MARK_COLUMN, last, row.label, style)

    def _visible(self) -> list[Column]:
        return [c for c in self.grid.columns if c.role not in ("check", "active")]

    # rows

    def _row(self, row: Row) -> None:
        self.pen.text(Place(row.index, 1), row.code, "row_code")
        slots = self._slots_of(row)
        by_place = {place: slot for slot in slots for place in slot.cells}
        for column in self.grid.columns:
            self._cell(row, column, by_place)
        if row.part < 2:
            self._live(row, slots)

    def _live(self, row: Row, slots: Sequence[Slot]) -> None:
        place = self._status(row, [slot for slot in slots if slot.check is not None])
        for slot in slots:
            self._check(slot)
        active = self.layout.active_place(self.grid, row.code) if self.grid.kind == "register" else None
        status = None if place is None else self._words(self._limit(row))
        now = RowNow(self.grid, tuple(slots), status, place, active)
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
                beside = self.grid.across and not self._repeated
                self.pen.two_lines(place, row.label, "" if beside else row.help, "name")
        elif column.role == "help":
            self.pen.text(place, row.help, "help")
        elif column.role == "status" and row.part > 1:
            self.pen.text(place, "", "status")
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
        codes = str(value or "").replace(";", ",").split(",") if field.vocabulary else []
        table = self.layout.spec.vocabularies[field.vocabulary].by_code if field.vocabulary else {}
        labels = [
            table[c.strip()].label.say(self.layout.language) if c.strip() in table else c for c in codes
        ]
        self.pen.text(place, ", ".join(labels) if codes else str(value or ""), "fixed")

    def _answer(self, slot: Slot, place: Place) -> None:
        if slot.field.calculated:
            self._calculated(slot, place)
            return
        style = "input" if self.grid.across else slot.field.type.style
        self.pen.entry(place, style, number_format_of(slot.field))

    def _calculated(self, slot: Slot, place: Place) -> None:
        form = (
            number_format_of(slot.field)
            if kind_of(slot.field) in (ColumnKind.NUMBER, ColumnKind.DATE)
            else ""
        )
        if self.grid.across or self._differs(slot):
            figure = self._figure(slot, None if self.grid.across else str(place.row))
            self.pen.formula(place, figure, "calculated", form)
            return
        key = f"={slot.field.code}"
        if key not in self.compiled:
            self.compiled[key] = self._figure(slot, ROW)
        self.pen.column_formula(place, self.last_row, self.compiled[key], "calculated", form)

    def _differs(self, slot: Slot) -> bool:
        """Say whether a formula is another one in each row, not only for the cells of that row."""
        return (slot.tool, slot.field.code) in compiled(self.layout.spec).row_by_row

    def _figure(self, slot: Slot, row: str | None) -> str:
        """The formula of a calculated answer; an open row without answers calculates nothing."""
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
            self.pen.formula(slot.check, formula, "check")
            return
        if code not in self.compiled:  # the first row: the others differ in their row number only
            self.compiled[code] = self.checks.of(slot)
        self.pen.column_formula(slot.check, self.last_row, self.compiled[code], "check")

    def _status(self, row: Row, checked: Sequence[Slot]) -> Place | None:
        """Draw the status cell; where it is, if it shows anything."""
        status = next((c for c in self.grid.columns if c.role == "status"), None)
        if status is None:
            return None
        place = Place(row.index, status.index)
        if not checked:
            self.pen.text(place, "", "status")
            return None
        if self.grid.across:
            return self.pen.formula(place, self._status_formula(checked, row, str(row.index)), "status")
        if "status" not in self.compiled:
            self.compiled["status"] = self._status_formula(checked, row, ROW)
        return self.pen.column_formula(place, self.last_row, self.compiled["status"], "status")

    def _words(self, limit: int | None) -> Status:
        if limit not in self.words:
            self.words[limit] = Status(self.layout, self.grid, limit)
        return self.words[limit]

    def _limit(self, row: Row) -> int | None:
        """The word limit that the status of a question counts against."""
        return row.field.words if row.field is not None and not self._repeated else None

    def _status_formula(self, checked: Sequence[Slot], of: Row, row: str) -> str:
        limit = self._limit(of)
        worst = f"MAX({_columns_run([s.check.column for s in checked if s.check], row)})"
        message = f"INDEX({MESSAGES},MOD({worst},1000))"
        if not self.grid.across and self.layout.messages.names_rows:
            message = f"SUBSTITUTE({message},{text_literal(ROW_NAME)},${column_letters(CODE_COLUMN)}{row})"
        if limit is not None:
            return self._counted(checked[0], limit, worst, message)
        return f"=IF({worst}>={LEVEL},{self._who(worst)}{message},{self._fine(checked, row)})"

    def _who(self, worst: str) -> str:
        """In front of a message: which column of a table, or which record of a repeated form."""
        position = f"1000-MOD(INT({worst}/10000),1000)"
        checks = self.grid.with_role("check")
        if not self.grid.across:
            head = self.grid.header_row
            first, last = (column_letters(checks[i].index) for i in (0, -1))
            return f'INDEX(${first}${head}:${last}${head},{position})&": "&'
        if self._repeated:
            return f'{text_literal(record_name(self.grid) + " ")}&({position})&": "&'
        return ""

    def _fine(self, slots: Sequence[Slot], row: str) -> str:
        own = None if self.grid.across else row
        return f'IF({count_answers(slots, row=own)}>0,{text_literal(self.say("Complete"))},"")'

    def _counted(self, slot: Slot, limit: int, worst: str, message: str) -> str:
        """A text with a word limit: the count, live, in front of what is wrong."""
        cell = cells_of(slot)
        pieces = self.say("{count} of {limit} words").replace("{limit}", str(limit)).split("{count}")
        count = "&".join(
            p for p in (_quoted_or_nothing(pieces[0]), word_count(cell), _quoted_or_nothing(pieces[1])) if p
        )
        text = f'IF(TRIM({cell})="","",{count})'
        return f'=IFERROR({text}&IF({worst}>={LEVEL},IF(TRIM({cell})="","",". ")&{message},""),{message})'

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
        """Input cells and status by urgency; the words say the same."""
        checks = {(c.field.code if c.field else "", c.record): c.index for c in self.grid.with_role("check")}
        for column in self.grid.with_role("answer"):
            code = "" if self.grid.across or column.field is None else column.field.code
            cell = f"${column_letters(checks[code, column.record])}{first}"
            for level, style in ((ERROR, "error"), (MISSING, "missing")):
                formula = f"={cell}>={level * LEVEL}"
                self.pen.mark_when(Place(first, column.index), Place(last, column.index), formula, style)
        status = next((c.index for c in self.grid.columns if c.role == "status"), None)
        if status is not None and checks:
            run = _columns_run(list(checks.values()), first)
            for level, style in ((ERROR, "error"), (MISSING, "missing")):
                formula = f"=MAX({run})>={level * LEVEL}"
                self.pen.mark_when(Place(first, status), Place(last, status), formula, style)


def number_format_of(field: Field) -> str:
    """The number format of a field's cells."""
    if field.decimals is not None and field.type.unit is None:
        return "#,##0" + ("." + "0" * field.decimals if field.decimals else "")
    if field.calculated:
        return "yyyy-mm-dd" if field.result == "date" else "General"
    return field.type.number_format


def _quoted_or_nothing(text: str) -> str:
    return text_literal(text) if text else ""


def _columns_run(columns: Sequence[int], row: int | str) -> str:
    return f"${column_letters(min(columns))}{row}:${column_letters(max(columns))}{row}"


__all__ = ["MESSAGES", "GridPainter", "absolute", "number_format_of"]
