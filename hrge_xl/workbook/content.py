"""What is written into a workbook: answers, what its own checks say about them, and whom it is for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from typing import Any, TypeVar

from ..answers.submission import Key, Value, Verdict
from ..core.numerals import shown, to_serial
from ..fields import TICK, Field, step_of
from ..layout import Grid, Layout, Sheet, Slot
from ..layout.lists import LEVELS
from ..layout.messages import ERROR, MISSING, WARNING
from ..spec.drawings import LABELS_ARE_LONG
from ..spec.model import RegisterBlock

# what a cell shows: a text, a number (a date as its serial number), nothing
Shown = str | float | None
Found = TypeVar("Found")
BLANK = (None,)
EMPTY = (None, "")
NUMBER = (int, float)
TICKED = "Y"  # the code of a tick
SHORT_LABEL = 60  # characters of what a row is about, in a list
LONG_LABEL = 200


Part = tuple[str, str, str, int]  # key of an answer, and which of its cells; 0 where it has one
Kept = Mapping[tuple[str, int, int], Mapping[str, float]]
"""Rows that a collected list keeps: (its tool, number of the block, number of the source) → row or record → rank."""


class Memory:
    """What several cells need: worked out for the first of them."""

    def __init__(self, cache: dict[Hashable, Any]) -> None:
        self.cache = cache

    def once(self, key: Hashable, work_out: Callable[[], Found]) -> Found:
        """Return what is known by this key, worked out when it is first asked for."""
        if key not in self.cache:
            self.cache[key] = work_out()
        value: Found = self.cache[key]
        return value


@dataclass(frozen=True)
class Content:
    """Answers and calculated values by key, verdicts of the same answers, and the facts of the stamp."""

    layout: Layout
    answers: Mapping[Key, Value]
    verdicts: Mapping[Key, Verdict] = field(default_factory=dict)
    calculated: Mapping[Key, Value] = field(default_factory=dict)
    kept_rows: Kept = field(default_factory=dict)
    # what could not be read, as it stood
    originals: Mapping[Part, str | float] = field(default_factory=dict)
    # the fields of the stamp, and the contact
    facts: Mapping[str, str] = field(default_factory=dict)
    memory: Memory = field(default_factory=lambda: Memory({}))
    last: Mapping[Key, Value] = field(default_factory=dict)  # answers of the round before

    @property
    def today(self) -> int:
        """Serial number of the day that due dates are measured against, 0 where there is none."""
        day = self.facts["today"]
        return to_serial(date.fromisoformat(day)) if day else 0

    # one slot

    def check(self, slot: Slot) -> int:
        """Return the number of the slot's check cell."""
        verdict = self.verdicts.get(slot.key)
        if verdict is None:
            return 0
        return self.layout.messages.encode(
            verdict.code, slot.order, required=verdict.required, field=slot.field.code
        )

    def shown(self, slot: Slot) -> tuple[Shown, ...]:
        """Return what each cell of the slot shows."""
        key = slot.key
        cells = len(slot.cells)
        value = self.answers.get(key)
        if value is None:
            value = self.calculated.get(key)
        read = BLANK * cells if value is None else self._in_cells(slot, value, cells)
        if not self.originals:
            return read
        if not slot.field.several:
            return (self.originals.get((*key, 0), read[0]),)
        stood = tuple(self.originals.get((*key, part)) for part in range(1, cells + 1))
        return read if stood == BLANK * cells else stood

    def shown_last(self, key: Key, cells: int) -> tuple[Shown, ...]:
        """Return what the cells show that say what an answer was in the round before; of rows the code."""
        value = self.last.get(key)
        slot = self.layout.slots.get(key)
        if value is not None and slot is not None and not slot.field.to:
            return self._in_cells(slot, value, cells)
        return (None if value is None else str(value), *BLANK * (cells - 1))

    def _in_cells(self, slot: Slot, value: Value, cells: int) -> tuple[Shown, ...]:
        labels = self.layout.labels_of.get(slot.key)
        if labels is None:
            return (self.show(slot.field, value), *BLANK * (cells - 1))
        codes = value if isinstance(value, tuple) else (str(value),)
        return (*[labels.get(code, code) for code in codes], *BLANK * (cells - len(codes)))

    def is_answered(self, slot: Slot) -> bool:
        """Say whether one of the cells of the slot shows something."""
        return any(value is not None for value in self.shown(slot))

    def counted(self, slot: Slot) -> set[str]:
        """Return the codes that the sheet finds in the cells of a slot: it knows the labels, in whatever capitals."""
        shown = (value for value in self.shown(slot) if value is not None)
        seen = {value if isinstance(value, str) else f"{value:g}" for value in shown}
        name = LEVELS if slot.field.calculated else slot.field.list_name
        if slot.field.type.stepped:
            return {step_of(text, self.layout.lists[str(name)].labels) for text in seen}
        if name == TICK:
            place = self.layout.lists[name]
            spellings_by_code = zip(dict.fromkeys(place.codes), place.spellings, strict=True)
            return {
                code
                for code, spellings in spellings_by_code
                for text in seen
                if f"[{text.strip(' ').lower()}]" in spellings
            }
        if name is None or (slot.field.calculated and slot.field.result != "level"):
            return seen
        written = {text.casefold() for text in seen}
        return {
            code for code, label in self.layout.labels[name].items() if label.casefold() in written
        }

    def show(self, of: Field, value: Value | None) -> Shown:
        """Return a value as its cell shows it: labels for codes, serial numbers for dates, entries for steps and
        rows.
        """
        if isinstance(value, NUMBER):
            figure = float(value)
            return (
                self.layout.labels[str(of.list_name)].get(f"{value:g}", figure)
                if of.type.stepped
                else figure
            )
        if value is None or value == "":
            return None
        if isinstance(value, date):
            return to_serial(value)
        code = str(value)
        if of.calculated and of.result == "level":
            return self.layout.labels[LEVELS].get(code, code)
        for target in of.to:  # a reference shows the entry of the list it is chosen from
            grid = self.layout.rows_of.get(target)
            if grid is not None and code in grid.row:
                return self.row_label(grid, code)
        return code

    def row_label(self, grid: Grid, code: str) -> str:
        """`R-01 what it is about`."""
        if not isinstance(grid.block, RegisterBlock):
            return fixed_label(self.layout, grid, code)
        (text, *_) = self.shown(grid.by_row[code][grid.block.named_by])
        return f"{code} {'' if text is None else shown(text)[: label_length(self.layout)]}"

    def answered(self, slots: Iterable[Slot]) -> int:
        """Count the cells of some slots that hold something people filled in."""
        inputs = [slot for slot in slots if not slot.field.calculated]
        if self.originals:
            shown = (value for slot in inputs for value in self.shown(slot))
            return sum(value is not None and str(value).strip(" ") != "" for value in shown)
        values = [self.answers.get(slot.key) for slot in inputs]
        return sum(
            len(value) if isinstance(value, tuple) else 1 for value in values if value not in EMPTY
        )

    # rows and sheets

    def active(self, grid: Grid, row: str) -> int:
        """Count the cells of a row (or of a record over all its blocks) that hold something."""
        grids = self.layout.sheet[grid.tool.code].grids if grid.across else (grid,)
        slots = (
            sibling.by_row.get(row, {}).values()
            for sibling in grids
            if sibling.across is grid.across
        )
        return self.memory.once(
            ("active", grid.tool.code, row, grid.number),
            lambda: self.answered(chain.from_iterable(slots)),
        )

    def checks(self, slots: Sequence[Slot]) -> list[int]:
        """Return the check numbers of the slots of a row, always all of them."""
        key = ("checks", slots[0].key)
        return self.memory.once(key, lambda: [self.check(slot) for slot in slots])

    def progress(self, sheet: Sheet) -> tuple[int, int, int, int]:
        """Count the required answers of a sheet, those given, and answers to correct and to look at."""
        return self.memory.once(("progress", sheet.tool.code), lambda: self._progress(sheet))

    def _progress(self, sheet: Sheet) -> tuple[int, int, int, int]:
        by_slot = [self.verdicts.get(slot.key) for slot in sheet.checked]
        # a few, many times each
        different = {id(verdict): verdict for verdict in by_slot if verdict is not None}
        times_of = Counter(map(id, by_slot))
        levels = self.layout.messages.levels
        required = 0
        at = Counter[int]()
        for number, verdict in different.items():
            times = times_of[number]
            required += times * verdict.required
            at[levels[verdict.code] if verdict.code else 0] += times
        return required, required - at[MISSING], at[ERROR], at[WARNING]

    def ticked(self, tool: str) -> bool:
        """Say whether a tool counts: ticked in the form, or such that it always does."""
        spec = self.layout.spec
        ticked = spec.tick_of(tool)
        if ticked is None or spec.tick_field is None:
            return True
        form, field = spec.tick_field
        slot = self.layout.slots.get((form, ticked, field))
        return slot is not None and TICKED in self.counted(slot)


def fixed_label(layout: Layout, grid: Grid, code: str) -> str:
    """`T11_01 what it is about`, of a row that is always the same."""
    return f"{code} {grid.row[code].label[: label_length(layout)]}"


def label_length(layout: Layout) -> int:
    """Return how many characters a list shows of what a row is about."""
    return LONG_LABEL if layout.spec.drawing >= LABELS_ARE_LONG else SHORT_LABEL
