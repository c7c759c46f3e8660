"""How a row of a grid stands: a sign with a word, a sentence that says what to do, and its other live cells."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import NamedTuple

from ..core.words import translator
from ..language.sheet_text import word_count
from ..layout import Grid, Layout, Place, Slot, column_letters
from ..layout.messages import ERROR, LEVEL, MISSING, ROW_NAME, WARNING, order_of
from ..layout.model import CODE_COLUMN, HEAD_ROW
from .cell_ranges import cells_of, count_answers
from .content import Content, Shown
from .formulas import ROW, Formula, constant, count_if, function, graded, if_, index, listed, with_count

MESSAGES = "check_messages"  # defined name of the message texts


class Status(NamedTuple):
    """The words of a row: how it stands, with a sign, and in a sentence what to do."""

    sign: Formula
    sentence: Formula


@dataclass(frozen=True)
class Statuses:
    """Writes how the rows of a grid stand."""

    layout: Layout
    grid: Grid

    def of(self, checked: Sequence[Slot], limit: int | None) -> Status:
        """Give the status of a question, or of all rows of a table; one with a word limit says how long it is, too."""
        table = not self.grid.across
        slots = {row: _checked(slots) for row, slots in self.grid.row_slots.items()}
        checks = Formula(
            columns_run([slot.check.column for slot in checked if slot.check]),
            lambda content, row: content.checks(slots[row]),
        )
        worst = Formula(f"MAX({checks.text})", lambda content, row: max(content.checks(slots[row])))
        given = Formula(
            count_answers(checked, row=ROW if table else None),
            lambda content, row: (
                content.active(self.grid, slots[row][0].row)
                if table
                else any(map(content.is_given, slots[row]))
            ),
        )
        codes = {row.index: row.code for row in self.grid.data_rows}
        # the cell of the code of a row of a table
        code = Formula(f"${column_letters(CODE_COLUMN)}{ROW}", lambda content, row: codes[row])
        message = message_of(self.layout, worst, code if table else None)
        if limit is None:
            sentence = if_(worst >= LEVEL, self._who(worst, message))
        else:
            sentence = self._counted(checked[0], limit, worst, message)
        return Status(self._sign(checks, worst, given), sentence)

    def _sign(self, checks: Formula, worst: Formula, given: Formula) -> Formula:
        """Give a sign with a word, and how many answers are meant where several can be."""
        say = translator(self.layout.language)
        one = self.grid.across and not self.grid.is_repeated
        grades: list[tuple[float, Formula | str]] = []
        for level, of_one, of_several in (
            (ERROR, say("✗ To correct"), say("✗ {count} to correct")),
            (MISSING, say("… Missing"), say("… {count} missing")),
            (WARNING, say("! To look at"), say("! {count} to look at")),
        ):
            least = level * LEVEL
            grades.append((least, of_one if one else with_count(of_several, count_if(checks, ">=", least))))
        return graded(worst, grades, if_(given > 0, say("✓ Complete")))

    def _who(self, worst: Formula, message: Formula) -> Formula:
        """Put in front of a message which column of a table, or which record of a repeated form it is about."""
        place, checks = order_in_row(worst, 1000), self.grid.with_role("check")
        if not self.grid.across:
            heads = [c.field.label.say(self.layout.language) if c.field else "" for c in checks]
            first, last = (column_letters(checks[i].index) for i in (0, -1))
            return index(listed(f"${first}${HEAD_ROW}:${last}${HEAD_ROW}", heads), place) & ": " & message
        if self.grid.is_repeated:
            number = Formula(f"({place.text})", place.value)
            return constant(record_name(self.grid) + " ") & number & ": " & message
        return message

    def _counted(self, slot: Slot, limit: int, worst: Formula, message: Formula) -> Formula:
        """Give a text with a word limit: the count, live, in front of what is wrong."""
        cell, slots = cells_of(slot.cells, row=ROW), self.grid.row_slots
        blank = Formula(f'TRIM({cell})=""', lambda content, row: not content.is_given(slots[row][0]))
        words = Formula(word_count(cell), lambda content, row: content.words(slots[row][0]))
        template = translator(self.layout.language)("{count} of {limit} words").replace("{limit}", str(limit))
        more = if_(worst >= LEVEL, if_(blank, "", ". ") & message)
        text = if_(blank, "", with_count(template, words)) & more
        return Formula(f"IFERROR({text.text},{message.text})", text.value)


def message_of(layout: Layout, number: Formula, code: Formula | None) -> Formula:
    """Give the message of a check number; where messages name the row, with its code."""
    texts = [message.text for message in layout.messages.entries]
    message = index(
        listed(MESSAGES, texts), Formula(f"MOD({number.text},1000)", lambda *at: number.value(*at) % 1000)
    )
    if code is None or not any(ROW_NAME in text for text in texts):
        return message
    return function("SUBSTITUTE", str.replace, message, ROW_NAME, code)


def order_in_row(number: Formula, last: int, first: Formula | None = None) -> Formula:
    """Give which check cell of its row a check number is about, from `last` - 999 on, or so many behind `first`."""
    order = Formula(
        f"{last}-MOD(INT({number.text}/10000),1000)",
        lambda content, row: last - 999 + order_of(number.value(content, row)),
    )
    return order if first is None else first + order


@dataclass(frozen=True)
class RowCells:
    """The answers and check cells of one row of a table, or of one question of a form: they differ together."""

    slots: tuple[Slot, ...]

    @cached_property
    def checked(self) -> tuple[Slot, ...]:
        """The slots that have a check cell."""
        return _checked(self.slots)

    @property
    def places(self) -> list[Place]:
        """Its cells, in the order of what they show."""
        cells = [place for slot in self.slots for place in slot.cells]
        return [*cells, *(slot.check for slot in self.checked if slot.check is not None)]

    def __call__(self, content: Content) -> Sequence[Shown]:
        """Give what they show."""
        values = chain.from_iterable(map(content.shown, self.slots))
        return [*values, *(content.checks(self.checked) if self.checked else ())]


@dataclass(frozen=True)
class BesideRow:
    """What stands beside the answers of a row: sign, sentence, and in an open row the cell that counts the answers."""

    grid: Grid
    first: Slot
    status: Status | None
    counted: bool

    def __call__(self, content: Content) -> Sequence[Shown]:
        """Give what the helper cell shows where there is one, then sign and sentence."""
        row, words = self.first.cells[0].row, self.status or ()
        active = [content.active(self.grid, self.first.row)] if self.counted else []
        return [*active, *(part.value(content, row) for part in words)]


def record_name(grid: Grid) -> str:
    """Name a record of a repeated form."""
    return grid.with_role("answer")[0].label.rsplit(" ", 1)[0]


def _checked(slots: Sequence[Slot]) -> tuple[Slot, ...]:
    return tuple(slot for slot in slots if slot.check is not None)


def columns_run(columns: Collection[int], row: int | str = ROW) -> str:
    """Write the cells of a row from the first to the last of some columns."""
    return f"${column_letters(min(columns))}{row}:${column_letters(max(columns))}{row}"
