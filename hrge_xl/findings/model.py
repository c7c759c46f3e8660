"""What a finding is: a kind (the block in the catalogue) and one thing noticed at one place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .waiver import Waiver


class Severity(StrEnum):
    """How much a finding matters: return to the team, look at it, or what we normalised."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for info, 1 for warning, 2 for error."""
        return ("info", "warning", "error").index(self.value)


@dataclass(frozen=True, slots=True)
class Kind:
    """One block of the catalogue: everything that is said about one kind of finding.

    `message` and `remedy` are English sentences with `{placeholders}`; they are the keys under which
    the language catalogues hold their translations. The message names the place by its label, the value
    where there is one, and the reason; its first sentence stands alone. `refuses` marks what makes a
    file unreadable as a return (verdict *refused*, not *returned*).
    """

    code: str
    name: str
    severity: Severity
    message: str
    remedy: str
    why: str
    example: str
    refuses: bool = False
    message_of_value: str = ""  # the message where something stands in the cell all the same

    @property
    def family(self) -> str:
        """The letter of the code: F, I, S, V, R, X or P."""
        return self.code[0]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing noticed: what (code), how bad, where, and what to do about it (contract of the report).

    `waiver` is what accepts it as it is, in force or expired.
    """

    code: str
    name: str
    severity: Severity
    message: str
    remedy: str
    sheet: str | None = None
    cell: str | None = None
    tool: str | None = None
    row: str | None = None
    field: str | None = None
    label: str | None = None
    value: str | None = None
    suggestion: str | None = None
    waiver: Waiver | None = None

    @property
    def open(self) -> bool:
        """Whether nobody has accepted it."""
        return self.waiver is None or self.waiver.state != "active"


def by_code(kinds: Iterable[Kind]) -> Mapping[str, Kind]:
    """Index kinds by code; a code that is used twice is our bug and raises ValueError."""
    table: dict[str, Kind] = {}
    for kind in kinds:
        if kind.code in table:
            raise ValueError(f"finding code {kind.code} is used twice")
        table[kind.code] = kind
    return table
