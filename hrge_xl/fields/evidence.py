"""What a column of somebody's own workbook tells of its field type, and what a type makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum

LIMIT = 1e15


class Source(IntEnum):
    """Where a guess comes from: what says most stands last."""

    NOTHING = 0
    VALUES = 1
    FORMAT = 2
    RULE = 3


@dataclass(frozen=True, slots=True)
class Evidence:
    """What stands in the cells of a field and about them: validation, number format, values.

    `rule` is the type of the validation as Excel names it, "" for none; `labels` the entries of its list, None where
    none were found; `format` the first number format that says something, `dated` whether it is one of days or times.
    """

    rule: str = ""
    described: str = ""  # the validation as it is written in the workbook
    labels: tuple[str, ...] | None = None
    low: float | None = None
    high: float | None = None
    format: str = "General"
    dated: bool = False
    values: tuple[str | float | bool | date, ...] = ()

    @property
    def time_of_day(self) -> bool:
        """Whether the number format shows a time without a day."""
        return self.dated and not self.of_days

    @property
    def of_days(self) -> bool:
        """Whether the number format shows days."""
        return self.dated and any(letter in self.format.casefold() for letter in "dy")

    @property
    def numbers(self) -> tuple[float, ...]:
        """The values where all of them are numbers; else nothing."""
        numbers = tuple(
            each for each in self.values if isinstance(each, int | float) and not isinstance(each, bool)
        )
        return numbers if len(numbers) == len(self.values) else ()

    @property
    def bounds(self) -> dict[str, object]:
        """The limits of a validation of numbers, as options of a field."""
        low, high = self.low, self.high
        if low is not None and high is not None and low > high:
            return {}
        pairs = (("minimum", low), ("maximum", high))
        return {name: value for name, value in pairs if value is not None and abs(value) < LIMIT}


@dataclass(frozen=True, slots=True)
class Guess:
    """That a field may be of a type: from what, with which options, and what is to be told about it.

    Of several guesses the one from the best source counts, and of these one that is `special`.
    """

    source: Source
    options: Mapping[str, object] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    note: str = ""
    special: bool = False
