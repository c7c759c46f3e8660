"""What the live cells of a row of a grid show: answers, how many there are, what is missing or wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from ..findings import sentence
from ..layout import Grid, Layout, Place, Slot
from ..layout.messages import ROW_NAME
from ..words import Translate, translator
from .content import Content, Shown


@dataclass(frozen=True)
class RecordCount:
    """Above the checks of a repeated form: how many answers one record has."""

    grid: Grid
    record: str

    def __call__(self, content: Content) -> Sequence[Shown]:
        """The one cell."""
        return [content.active(self.grid, self.record)]


class Status:
    """The words of a status cell."""

    def __init__(self, layout: Layout, grid: Grid, limit: int | None) -> None:
        self.say: Translate = translator(layout.language)
        self.limit = limit
        checks = grid.with_role("check")
        self.repeated = grid.across and grid.records > 1
        self.labels = (
            [] if grid.across else [c.field.label.say(layout.language) if c.field else "" for c in checks]
        )
        self.record = record_name(grid) if self.repeated else ""

    def words(self, content: Content, slots: Sequence[Slot], checks: Sequence[int], given: bool) -> str:
        """What it says of some slots with their check numbers; `given`: something is answered in them."""
        problem = content.problem(checks)
        if self.limit is not None:
            return self._counted(content, slots[0], given, problem[1] if problem else "")
        if problem is None:
            return self.settled(given=given)
        order, text = problem
        if self.repeated:
            return f"{self.record} {order + 1}: {text}"
        return f"{self.labels[order]}: {text.replace(ROW_NAME, slots[0].row)}" if self.labels else text

    def settled(self, *, given: bool) -> str:
        """Say that nothing is missing or wrong in answers that are given."""
        return self.say("Complete") if given else ""

    def _counted(self, content: Content, slot: Slot, given: bool, problem: str) -> str:
        """A text with a word limit: the count in front of what is wrong."""
        if not given:
            return problem
        details = {"count": str(content.words(slot)), "limit": str(self.limit)}
        count = sentence(self.say("{count} of {limit} words"), details)
        return f"{count}. {problem}" if problem else count


@dataclass(frozen=True)
class RowNow:
    """One row of a table, or one question of a form."""

    grid: Grid
    slots: tuple[Slot, ...]
    status: Status | None = None
    status_place: Place | None = None
    active_place: Place | None = None  # the helper cell that counts the answers of an open row

    @cached_property
    def checked(self) -> tuple[Slot, ...]:
        """The slots that have a check cell."""
        return tuple(slot for slot in self.slots if slot.check is not None)

    @property
    def places(self) -> list[Place]:
        """Its live cells, in the order of what they show."""
        cells = [place for slot in self.slots for place in slot.cells]
        extra = [place for place in (self.active_place, self.status_place) if place is not None]
        return [*cells, *extra, *(slot.check for slot in self.checked if slot.check is not None)]

    def status_words(self, content: Content, checks: Sequence[int]) -> str | None:
        """What its status cell shows beside these check numbers; None where it has none."""
        if self.status is None:
            return None
        if self.grid.across:
            given = any(map(content.is_given, self.checked))
        else:
            given = content.active(self.grid, self.slots[0].row) > 0
        return self.status.words(content, self.checked, checks, given)

    def __call__(self, content: Content) -> Sequence[Shown]:
        """What they show."""
        shown = [content.shown(slot) for slot in self.slots]
        values: list[Shown] = list(chain.from_iterable(shown))
        checked = self.checked
        checks = content.checks(checked) if checked else []
        if self.active_place is not None:
            values.append(content.active(self.grid, self.slots[0].row))
        if self.status is not None:
            both = zip(self.slots, shown, strict=True)
            given = any(value is not None for slot, each in both if slot.check for value in each)
            values.append(self.status.words(content, checked, checks, given))
        return values + checks


def record_name(grid: Grid) -> str:
    """What a record of a repeated form is called."""
    return grid.with_role("answer")[0].label.rsplit(" ", 1)[0]
