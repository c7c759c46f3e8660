"""What is written into a workbook: answers, and what its own checks say about them at that moment."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from ..fields import list_name
from ..layout import Grid, Layout, Sheet, Slot
from ..layout.lists import LEVELS
from ..layout.messages import ERROR, LEVEL, MISSING, REQUIRED, level_of, order_of
from ..numerals import to_serial
from ..spec.model import Field, FieldType, RegisterBlock
from ..submission import Answers, Key, Value
from ..words import count_words
from .references import LABEL_LENGTH


class Verdict(Protocol):
    """What the check of one answer says: a finding code or "", and whether the answer is required now."""

    @property
    def code(self) -> str:
        """Finding code, or ""."""

    @property
    def required(self) -> bool:
        """Whether the answer is required at the moment."""


Part = tuple[str, str, str, int]  # key of an answer, and which of its cells; 0 where it has one
Kept = Mapping[tuple[str, int, int], Collection[str]]
"""Rows that a collected list keeps: (its tool, number of the block, number of the source) → codes or records."""


@dataclass(frozen=True)
class Content:
    """Answers and calculated values by key, and verdicts of the same answers."""

    layout: Layout
    answers: Answers
    verdicts: Mapping[Key, Verdict] = field(default_factory=dict)
    calculated: Mapping[Key, Value] = field(default_factory=dict)
    kept: Kept = field(default_factory=dict)
    originals: Mapping[Part, str | float] = field(default_factory=dict)  # what could not be read, as it stood
    today: int = 0  # serial number of the day that due dates are measured against

    def check(self, slot: Slot) -> int:
        """The number of the slot's check cell."""
        verdict = self.verdicts.get(slot.key)
        if verdict is None:
            return 0
        code, name = verdict.code, slot.field.code
        return self.layout.messages.encode(code, slot.order, required=verdict.required, field=name)

    def shown(self, slot: Slot) -> tuple[str | float | None, ...]:
        """What each cell of the slot shows: a text, a number, or None when blank."""
        several = slot.field.type is FieldType.MANY
        return tuple(
            self.originals.get((*slot.key, part if several else 0), read)
            for part, read in enumerate(self._read(slot), start=1)
        )

    def _read(self, slot: Slot) -> tuple[str | float | None, ...]:
        value = self.answers.get(slot.key)
        if slot.field.type is FieldType.CALCULATED:
            return (self.show(slot.field, self.calculated.get(slot.key)),)
        if isinstance(value, tuple):
            parts = [self.show(slot.field, code) for code in value]
            return (*parts, *[None] * (len(slot.cells) - len(parts)))
        return (self.show(slot.field, value), *[None] * (len(slot.cells) - 1))

    def show(self, each: Field, value: Value | None) -> str | float | None:
        """A value as its cell shows it: labels for codes, serial numbers for dates."""
        if value is None or value == "":
            return None
        if isinstance(value, date):
            return to_serial(value)
        if each.type is FieldType.REFERENCE:
            return self._row_label(each, str(value))
        name = LEVELS if each.type is FieldType.CALCULATED and each.result == "level" else list_name(each)
        if name is not None and each.type is not FieldType.SCALE:
            place = self.layout.lists[name]
            return place.labels[place.codes.index(str(value))] if value in place.codes else str(value)
        return (
            value
            if isinstance(value, str | float)
            else float(value)
            if isinstance(value, int)
            else str(value)
        )

    def _row_label(self, each: Field, code: str) -> str:
        """What a reference shows: the entry of the list it is chosen from."""
        for target in each.to:
            grid = self.layout.rows_of.get(target)
            if grid is not None and any(row.code == code for row in grid.data_rows):
                return self.row_label(grid, code)
        return code

    def row_label(self, grid: Grid, code: str) -> str:
        """`R-01 what it is about`."""
        if not isinstance(grid.block, RegisterBlock):
            row = next(row for row in grid.data_rows if row.code == code)
            return f"{code} {row.label[:LABEL_LENGTH]}"
        about = grid.by_row[code][grid.block.shows or grid.block.fields[0].code]
        text = self.shown(about)[0]
        return f"{code} {'' if text is None else str(text)[:LABEL_LENGTH]}"

    def answered(self, slot: Slot) -> int:
        """How many cells of the slot hold something."""
        return sum(value is not None for value in self.shown(slot))

    def active(self, grid: Grid, row: str) -> int:
        """How many cells of a row (or of a record over all its blocks) hold something."""
        grids = (
            [grid] if not grid.across else [g for g in self.layout.sheet[grid.tool.code].grids if g.across]
        )
        slots = [slot for each in grids for slot in each.by_row.get(row, {}).values()]
        return sum(self.answered(slot) for slot in slots if slot.field.type is not FieldType.CALCULATED)

    def words(self, slot: Slot) -> int:
        """Words of a text."""
        return count_words(str(self.answers.get(slot.key, "")))

    def progress(self, sheet: Sheet) -> tuple[int, int, int]:
        """Required answers of a sheet, those given, and answers to correct."""
        checks = [self.check(slot) for slot in sheet.slots if slot.check is not None]
        required = sum(check // REQUIRED % 10 for check in checks)
        missing = sum(level_of(check) == MISSING for check in checks)
        return required, required - missing, sum(level_of(check) >= ERROR for check in checks)

    def problem(self, checks: list[int]) -> tuple[int, str] | None:
        """Order and message of the most urgent of some check numbers, or None."""
        worst = max(checks, default=0)
        message = self.layout.messages.decode(worst) if worst >= LEVEL else None
        return None if message is None else (order_of(worst), message.text)
