"""What a check cell says: one number that holds urgency, place in the row, requirement and message.

    level × 10,000,000 + (999 - order) × 10,000 + required × 1,000 + message

so that the largest number of a row is its most urgent problem, and the first of those. `message` counts the
entries of the message list on the Lists sheet from 1; without a problem only `required` is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ..core.errors import LimitError
from ..core.words import CELL_LIMIT, translator
from ..fields import ColumnKind, Constraint, Field
from ..findings import Kind, Severity, sentence, value
from ..findings.value import ANSWER_MISSING, DATE_AS_TEXT, DOES_NOT_FIT, ERROR_IN_CELL, NOT_A_DATE
from ..spec.compiled import compiled
from ..spec.drawings import MESSAGES_SAY_WHAT_TO_DO, UNBEGUN_SHEETS_ARE_NAMED
from ..spec.model import Rule, Spec

LEVEL = 10_000_000
ORDER = 10_000
REQUIRED = 1_000
ERROR = 3
MISSING = 2
WARNING = 1
NOT_BEGUN = ("", "")  # the key of what is said of a sheet that is ticked and blank
ROW_NAME = "{row}"  # in a message: the code of the row of a table


class Message(NamedTuple):
    """One entry of the message list: a finding code, how urgent, and what to do."""

    code: str
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
        """Return the number that a check cell shows; code "" for no problem."""
        if not code:
            return REQUIRED if required else 0
        number = self.index.get((code, field)) or self.index[code, ""]
        level = self.entries[number - 1].level
        return level * LEVEL + (999 - order) * ORDER + (REQUIRED if required else 0) + number

    def decode(self, value: int) -> Message | None:
        """Return the message that a check cell shows; None for no problem, and for a number without a message."""
        number = value % REQUIRED
        if not 0 < number <= len(self.entries):
            return None
        return self.entries[number - 1]


def build_messages(spec: Spec, language: str, tools: Sequence[str]) -> Messages:
    """Return the message list: checks of answers field by field, then rules, in the order of the spec."""
    say = translator(language)
    # by finding code, and field where it differs from field to field
    messages: dict[tuple[str, str], Message] = {}
    for kind, level in ((ANSWER_MISSING, MISSING), (ERROR_IN_CELL, ERROR)):
        messages[kind.code, ""] = Message(kind.code, level, say(kind.remedy))
    for (tool, code), field_checks in compiled(spec).fields.items():
        field = spec.tool[tool].fields[code]
        for check in field_checks.in_sheet if tool in tools else ():
            level = ERROR if check.kind.severity is Severity.ERROR else WARNING
            # where it stays a text when it is typed again, how to type it
            text = instruction_for(
                NOT_A_DATE if check.kind is DATE_AS_TEXT else check.kind, field, language
            )
            if check.kind is DOES_NOT_FIT and field.constraint is not None:
                text = _of_rule(spec, field.constraint, language)
            messages[check.kind.code, code] = Message(check.kind.code, level, text)
    for parsed in compiled(spec).rules:
        rule = parsed.rule
        if parsed.reader_only or rule.tool not in tools:
            continue
        level = WARNING
        if rule.severity is Severity.ERROR:
            level = MISSING if rule.require else ERROR
        messages[rule.code, ""] = Message(rule.code, level, _of_rule(spec, rule, language))
    if spec.drawing >= UNBEGUN_SHEETS_ARE_NAMED:
        messages[NOT_BEGUN] = Message("", MISSING, say("Not started"))
    unique = tuple(dict.fromkeys(messages.values()))
    if len(unique) >= REQUIRED:
        raise LimitError(
            f"{len(unique)} different messages; a workbook can show {REQUIRED - 1}. Use fewer rules."
        )
    number = {message: number for number, message in enumerate(unique, start=1)}
    return Messages(unique, {place: number[message] for place, message in messages.items()})


def _of_rule(spec: Spec, rule: Rule | Constraint, language: str) -> str:
    """Return what a sheet says of a rule: what is wrong and what to do; as sheets were drawn before, what is wrong."""
    parts = (
        (rule.message,) if spec.drawing < MESSAGES_SAY_WHAT_TO_DO else (rule.message, rule.remedy)
    )
    return " ".join(filter(None, (part.say(language) for part in parts)))


def order_of(value: int) -> int:
    """Say which field of the row (or record of the form) the problem is in, from 0."""
    return 999 - value // ORDER % 1000


def is_required(value: int) -> bool:
    """Say whether a check cell's number says that an answer is required."""
    return value // REQUIRED % 10 == 1


# what an answer has to be, in words: said once, for the prompt, the stop alert, the status cell and the finding

EMAIL_EXAMPLE = "name@example.org"
FIGURES = (value.NOT_A_NUMBER, value.NOT_A_WHOLE_NUMBER, value.OUT_OF_RANGE)


def prompt(field: Field, language: str) -> str:
    """Say what may be given; "" where anything may."""
    say = translator(language)
    if field.type.kind is not ColumnKind.TEXT:
        instruction = field.type.instruction
        return (
            say(instruction)
            if instruction
            else instruction_for(field.type.refuses[0], field, language)
        )
    words = field.words
    characters = field.characters
    limits = [
        say("At most {limit} words.").format(limit=words) if words else "",
        say("At most {limit} characters.").format(limit=characters) if characters else "",
    ]
    return " ".join(filter(None, limits))


def alert(field: Field, language: str) -> str:
    """Say what to give instead of what the sheet refuses."""
    texts = (instruction_for(kind, field, language) for kind in field.type.refuses)
    return " ".join(dict.fromkeys(texts))


def instruction_for(finding: Kind, field: Field, language: str) -> str:
    """Say what to do about a finding at a field: for a figure that is what its type asks for."""
    say = translator(language)
    if finding in FIGURES and field.type.kind is ColumnKind.NUMBER:
        within = limits_in_words(field, language)
        if within:
            return say(field.type.bounded).format(limits=within)
        is_whole = field.type.limits(field).type == "whole"
        return say((value.NOT_A_WHOLE_NUMBER if is_whole else value.NOT_A_NUMBER).remedy)
    if finding == value.NOT_IN_LIST and field.type.instruction:
        return say(field.type.instruction)
    return sentence(say(finding.remedy), limits(finding, field, language))


def limits(finding: Kind, field: Field, language: str) -> dict[str, str]:
    """Return the limits that message and remedy of a finding name."""
    if finding == value.OUT_OF_RANGE:
        return {"limits": limits_in_words(field, language)}
    if finding == value.TOO_MANY_WORDS:
        return {"limit": str(field.words)}
    if finding == value.WRONG_PATTERN:
        return {"example": field.example.say(language) or EMAIL_EXAMPLE}
    return {"limit": str(field.characters or CELL_LIMIT)} if finding == value.TEXT_TOO_LONG else {}


def limits_in_words(field: Field, language: str) -> str:
    """Return both bounds of a figure or date as people write them; "" where there is none."""
    say = translator(language)
    limits = field.type.limits(field)
    low = "" if limits.low is None else field.type.said(limits.low)
    high = "" if limits.high is None else field.type.said(limits.high)
    if low and high:
        return say("{low} to {high}").format(low=low, high=high)
    if low:
        return say("{low} or more").format(low=low)
    return say("{high} or less").format(high=high) if high else ""
