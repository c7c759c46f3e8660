"""What a kind of finding is: one block of the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding matters: return to the team, look at it, or what we normalised."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for info, 1 for warning, 2 for error."""
        return [*reversed(Severity)].index(self)


class Need(StrEnum):
    """What must be known about a file before a kind of finding can be seen; without it the check is not run."""

    FORMULAS = "formulas"  # which values are results of formulas, and what these show
    ERRORS = "errors"
    VALIDATIONS = "validations"
    PROTECTION = "protection"
    HIDDEN_ROWS = "hidden rows"  # and columns
    COMMENTS = "comments"
    NAMES = "names"
    PROPERTIES = "properties"
    MERGES = "merges"
    DRAWINGS = "drawings"
    SETTINGS = "settings"
    FORMATTING = "formatting"
    EDITION = "edition"  # its texts and formulas as they were issued
    VERSION = "version"  # that it is of the version in force: else what is not there may never have been
    KEY = "key"  # of the round


class InFeedback(StrEnum):
    """What becomes of a finding where a team gets its answers back in a fresh workbook."""

    STANDS = "stands"
    MENDED = "mended"  # it was of the file: the fresh workbook has put it right
    BESIDE = "beside"  # it is about a text that stands on the sheet “Without a place”


@dataclass(frozen=True, slots=True)
class Kind:
    """One block of the catalogue: everything that is said about one kind of finding.

    `message` and `remedy` are English sentences with `{placeholders}`; they are the keys under which
    the language catalogues hold their translations. The message names the place by its label, the value
    where there is one, and the reason; its first sentence stands alone. `refuses` marks what makes a
    file unreadable as a return (verdict *refused*, not *returned*). Whoever notices something names the kind
    itself; its code is what is stored and shown.
    """

    code: str
    name: str
    severity: Severity
    message: str
    remedy: str
    why: str
    example: str
    shown: Mapping[str, str] = field(default_factory=dict, compare=False)  # details as in the example
    refuses: bool = False
    message_of_value: str = ""  # the message where something stands in the cell all the same
    needs: tuple[Need, ...] = ()
    in_feedback: InFeedback = InFeedback.STANDS

    @property
    def family(self) -> str:
        """The letter of the code: F, I, S, V, R, X or P."""
        return self.code[0]


def by_code(kinds: Iterable[Kind]) -> Mapping[str, Kind]:
    """Index kinds by code; a code that is used twice is our bug and raises ValueError."""
    table: dict[str, Kind] = {}
    for kind in kinds:
        if kind.code in table:
            raise ValueError(f"finding code {kind.code} is used twice")
        table[kind.code] = kind
    return table


def codes(*kinds: Kind) -> tuple[str, ...]:
    """Give the codes of some kinds, for what is stored or was read from a store."""
    return tuple(kind.code for kind in kinds)
