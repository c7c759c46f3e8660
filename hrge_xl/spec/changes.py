"""What one change of a spec is, and what it means for answers that were given before."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, TypeVar

from ..core.spec_parts import Text
from ..core.words import fold

Part = TypeVar("Part")
ALIKE = 60  # of 100: texts below this have hardly a word in common
LONGEST = 80  # of a value in a line of output


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
CODE_REMOVED = "code removed"


class Touch(NamedTuple):
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
    breaks: bool = field(init=False)
    touches: tuple[Touch, ...] = ()  # nothing where the answers are kept as they are
    questions: int = 0  # that are new

    def __post_init__(self) -> None:
        breaks = self.effect in (Effect.OTHER, Effect.LOST) or self.what == CODE_REMOVED
        object.__setattr__(self, "breaks", breaks)
        object.__setattr__(self, "touches", self.touches if self.effect in TOUCHING else ())


def both(old: Mapping[str, Part], new: Mapping[str, Part]) -> Iterator[tuple[str, Part | None, Part | None]]:
    """Give every part of two versions by its code, with None for the version that does not have it."""
    return ((code, old.get(code), new.get(code)) for code in dict.fromkeys([*old, *new]))


def reordered(old: Collection[str], new: Collection[str]) -> tuple[list[str], list[str]] | None:
    """Give the codes that are in both versions as each of them has them; None where these are in the same order."""
    before, after = [code for code in old if code in new], [code for code in new if code in old]
    return None if before == after else (before, after)


def meant_alike(before: Text, after: Text) -> bool:
    """Say whether two wordings have something in common in any language that both have."""
    from rapidfuzz import fuzz  # only where wordings differ

    shared = before.by_language.keys() & after.by_language.keys()
    pairs = [(before.by_language[tag], after.by_language[tag]) for tag in shared]
    pairs = pairs or [(before.say(""), after.say(""))]
    return any(fuzz.token_set_ratio(fold(one), fold(other)) >= ALIKE for one, other in pairs)


def short(value: object) -> str:
    """Give a value for a line of output."""
    text = value.say("") if isinstance(value, Text) else f"{value:g}" if isinstance(value, float) else value
    line = "" if text is None else " ".join(str(text).split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
