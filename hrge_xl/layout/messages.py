"""What a check cell says: one number that holds urgency, place in the row, requirement and message.

    level × 10,000,000 + (999 - order) × 10,000 + required × 1,000 + message

so that the largest number of a row is its most urgent problem, and the first of those. `message` counts the
entries of the message list on the Lists sheet from 1; without a problem only `required` is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import LimitError
from ..findings import Kind
from ..findings.value import (
    ANSWER_MISSING,
    DOES_NOT_FIT,
    ERROR_IN_CELL,
    NOT_A_DATE,
    NOT_A_NUMBER,
    NOT_A_WHOLE_NUMBER,
    NOT_IN_LIST,
    OUT_OF_RANGE,
    ROW_NOT_FOUND,
    TEXT_TOO_LONG,
    TOO_MANY_WORDS,
)
from ..spec.model import Spec
from ..words import translator

LEVEL, ORDER, REQUIRED = 10_000_000, 10_000, 1_000
ERROR, MISSING, WARNING = 3, 2, 1
SHEET_CHECKS = (
    ANSWER_MISSING,
    NOT_IN_LIST,
    NOT_A_NUMBER,
    NOT_A_WHOLE_NUMBER,
    NOT_A_DATE,
    OUT_OF_RANGE,
    TOO_MANY_WORDS,
    TEXT_TOO_LONG,
    ERROR_IN_CELL,
    ROW_NOT_FOUND,
)


@dataclass(frozen=True, slots=True)
class Message:
    """One entry of the message list: a finding code, the field whose constraint it words, how urgent."""

    code: str
    field: str
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Messages:
    """All messages that the sheets of a workbook can show, in one language."""

    entries: tuple[Message, ...]
    index: dict[tuple[str, str], int]

    @property
    def levels(self) -> dict[str, int]:
        """How urgent each code is."""
        return {message.code: message.level for message in self.entries}

    def encode(self, code: str, order: int, *, required: bool, field: str = "") -> int:
        """The number that a check cell shows; code "" for no problem."""
        if not code:
            return REQUIRED if required else 0
        number = self.index.get((code, field)) or self.index[code, ""]
        level = self.entries[number - 1].level
        return level * LEVEL + (999 - order) * ORDER + (REQUIRED if required else 0) + number

    def decode(self, value: int) -> Message | None:
        """The message of a check cell; None when it shows no problem, or a number that none of them stands for."""
        number = value % REQUIRED
        return self.entries[number - 1] if 0 < number <= len(self.entries) else None


def build_messages(spec: Spec, language: str, tools: Sequence[str]) -> Messages:
    """The message list: checks of single answers, then constraints, then rules, in spec order."""
    say = translator(language)
    entries = [Message(kind.code, "", _level(kind), say(kind.remedy)) for kind in SHEET_CHECKS]
    for tool, _, field in spec.places():
        if field.constraint is not None and tool.code in tools:
            entries.append(
                Message(DOES_NOT_FIT.code, field.code, ERROR, field.constraint.message.say(language))
            )
    for rule in spec.rules:
        if rule.tool in tools and not rule.reader_only:
            level = {"error": ERROR, "warning": WARNING, "info": WARNING}[rule.severity]
            level = MISSING if rule.require and level == ERROR else level
            entries.append(Message(rule.code, "", level, rule.message.say(language)))
    unique = tuple(dict.fromkeys(entries))
    if len(unique) >= REQUIRED:
        raise LimitError(
            f"{len(unique)} different messages; a workbook can show {REQUIRED - 1}. Use fewer rules."
        )
    return Messages(unique, {(m.code, m.field): number for number, m in enumerate(unique, start=1)})


def _level(kind: Kind) -> int:
    return MISSING if kind == ANSWER_MISSING else ERROR


def level_of(value: int) -> int:
    """How urgent a check cell's number is: 3 error, 2 missing, 1 warning, 0 nothing."""
    return value // LEVEL


def order_of(value: int) -> int:
    """Which field of the row (or record of the form) the problem is in, from 0."""
    return 999 - value // ORDER % 1000
