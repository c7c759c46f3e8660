"""What one change of a spec is, and what it means for answers that were given before."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz import fuzz

from ..texts import Text
from ..words import fold

ALIKE = 60  # of 100: texts below this have hardly a word in common


class Group(StrEnum):
    """Under which heading a change is told."""

    WORKBOOK = "Workbook"
    SHEETS = "Sheets"
    QUESTIONS = "Questions"
    ROWS = "Rows"
    LISTS = "Lists"
    RULES = "Rules"
    CALCULATED = "Calculated"


class Effect(StrEnum):
    """What becomes of an answer that was given before."""

    KEPT = "kept"
    CHECK = "kept, to be checked again"
    OTHER = "would mean something else"
    LOST = "no longer has a place"
    NEW = "a new question"
    NONE = "no answer is concerned"


TOUCHING = (Effect.CHECK, Effect.OTHER, Effect.LOST)


@dataclass(frozen=True, slots=True)
class Touch:
    """Which answers: empty means any. `past` means only the cells after that many; `issued` only where a workbook
    was issued with the spec's own number of rows.
    """

    tool: str = ""
    row: str = ""
    field: str = ""
    code: str = ""
    language: str = ""
    past: int = 0
    issued: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs. `breaks` marks what must not happen to codes: they are for ever."""

    group: Group
    place: str  # codes: "PLAN / PLN_08"
    what: str
    effect: Effect
    note: str = ""
    before: str = ""
    after: str = ""
    breaks: bool = False
    touches: tuple[Touch, ...] = ()
    questions: int = 0  # that are new


def meant_alike(before: Text, after: Text) -> bool:
    """Say whether two wordings have something in common in any language that both have."""
    shared = before.by_language.keys() & after.by_language.keys()
    pairs = [(before.by_language[tag], after.by_language[tag]) for tag in shared] or [
        (before.say(""), after.say(""))
    ]
    return any(fuzz.token_set_ratio(fold(one), fold(other)) >= ALIKE for one, other in pairs)


def short(text: object, limit: int = 80) -> str:
    """Give a value for a line of output."""
    line = " ".join(str(text).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
