"""What the live cells of a row of a grid show: answers, how many there are, what is missing or wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from ..findings import sentence
from ..layout import Grid, Layout, Place, Slot
from ..layout.messages import ERROR, MISSING, ROW_NAME, WARNING, level_of
from ..words import Translate, translator
from .content import Content, Shown


@dataclass(frozen=True)
class RecordCount:
    """Above the checks of a repeated form: how many answers one record has."""

    grid: Grid
    record: str

    def __call__(self, content: Content) -> Sequence[Shown]:
        """Give the one cell."""
        return [content.active(self.grid, self.record)]


class Status:
    """The words of a row: how it stands, with a sign, and in a sentence what to do."""

    def __init__(self, layout: Layout, grid: Grid, limit: int | None) -> None:
        self.say: Translate = translator(layout.language)
        self.limit = limit
        checks = grid.with_role("check")
        self.repeated = grid.across and grid.records > 1
        self.labels = (
            [] if grid.across else [c.field.label.say(layout.language) if c.field else "" for c in checks]
        )
        self.record = record_name(grid) if self.repeated else ""
        self.signs = signs(self.say, one=grid.across and not self.repeated)

    def sign(self, checks: Sequence[int], *, given: bool) -> str:
        """Say how the row stands beside some check numbers; `given`: something is answered in it."""
        levels = [level_of(number) for number in checks]
        worst = max(levels, default=0)
        if worst or given:
            return sentence(self.signs[worst], {"count": str(levels.count(worst))})
        return ""

    def words(self, content: Content, slots: Sequence[Slot], checks: Sequence[int]) -> str:
        """Give what to do about some slots with their check numbers; of a text with a limit also how long it is."""
        problem = content.problem(checks)
        if self.limit is not None:
            return self._counted(content, slots[0], problem[1] if problem else "")
        if problem is None:
            return ""
        order, text = problem
        if self.repeated:
            return f"{self.record} {order + 1}: {text}"
        return f"{self.labels[order]}: {text.replace(ROW_NAME, slots[0].row)}" if self.labels else text

    def _counted(self, content: Content, slot: Slot, problem: str) -> str:
        """Give a text with a word limit: the count in front of what is wrong."""
        if not content.is_given(slot):
            return problem
        details = {"count": str(content.words(slot)), "limit": str(self.limit)}
        count = sentence(self.say("{count} of {limit} words"), details)
        return f"{count}. {problem}" if problem else count


def signs(say: Translate, *, one: bool) -> dict[int, str]:
    """Give the words of the check column by level; `one`: only one thing can be missing or wrong in a row."""
    return {
        ERROR: say("✗ To correct") if one else say("✗ {count} to correct"),
        MISSING: say("… Missing") if one else say("… {count} missing"),
        WARNING: say("! To look at") if one else say("! {count} to look at"),
        0: say("✓ Complete"),
    }


@dataclass(frozen=True)
class RowNow:
    """One row of a table, or one question of a form."""

    grid: Grid
    slots: tuple[Slot, ...]
    status: Status | None = None
    status_places: tuple[Place, ...] = ()  # of its sign and of its sentence
    active_place: Place | None = None  # the helper cell that counts the answers of an open row

    @cached_property
    def checked(self) -> tuple[Slot, ...]:
        """The slots that have a check cell."""
        return tuple(slot for slot in self.slots if slot.check is not None)

    @property
    def places(self) -> list[Place]:
        """Its live cells, in the order of what they show."""
        cells = [place for slot in self.slots for place in slot.cells]
        active = [] if self.active_place is None else [self.active_place]
        checks = (slot.check for slot in self.checked if slot.check is not None)
        return [*cells, *active, *self.status_places, *checks]

    def status_words(self, content: Content, checks: Sequence[int]) -> tuple[str, ...]:
        """Give what its sign and its sentence show beside these check numbers; nothing where it has none."""
        if self.status is None:
            return ()
        if self.grid.across:
            given = any(map(content.is_given, self.checked))
        else:
            given = content.active(self.grid, self.slots[0].row) > 0
        return self.status.sign(checks, given=given), self.status.words(content, self.checked, checks)

    def __call__(self, content: Content) -> Sequence[Shown]:
        """Give what they show."""
        values: list[Shown] = list(chain.from_iterable(content.shown(slot) for slot in self.slots))
        checks = content.checks(self.checked) if self.checked else []
        if self.active_place is not None:
            values.append(content.active(self.grid, self.slots[0].row))
        return [*values, *self.status_words(content, checks), *checks]


def record_name(grid: Grid) -> str:
    """Name a record of a repeated form."""
    return grid.with_role("answer")[0].label.rsplit(" ", 1)[0]
