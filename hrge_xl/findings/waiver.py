"""A waiver: somebody accepts a finding of one file as it is, with a reason, and says until when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

ACTIVE, EXPIRED, WITHDRAWN = "active", "expired", "withdrawn"
PRECEDENCE = (ACTIVE, EXPIRED)  # a withdrawn waiver stands beside no finding any more


@dataclass(frozen=True, slots=True)
class Waiver:
    """An accepted exception. It holds for one content of a file (`sha256`), never for a later version.

    Without a cell it covers every finding of the code in that file. Days are ISO texts.
    """

    number: int
    code: str
    sha256: str
    file: str  # the name that the file had
    sheet: str | None
    cell: str | None
    reason: str
    by: str
    day: str
    until: str | None = None
    withdrawn: str | None = None
    withdrawn_by: str | None = None
    state: str = ACTIVE

    def on(self, day: date) -> Waiver:
        """Give the same waiver as it stands on a day."""
        if self.withdrawn is not None:
            return replace(self, state=WITHDRAWN)
        expired = self.until is not None and date.fromisoformat(self.until) < day
        return replace(self, state=EXPIRED if expired else ACTIVE)

    @property
    def place(self) -> str:
        """Sheet and cell, or nothing where the whole file is meant."""
        return "!".join(part for part in (self.sheet, self.cell) if part)

    @property
    def told(self) -> str:
        """Who accepted it, when and until when, and why; one line."""
        until = f", until {self.until}" if self.until else ""
        return f"{self.state}: {self.reason} ({self.by}, {self.day}{until})"

    def covers(self, sha256: str | None, code: str, sheet: str | None, cell: str | None) -> bool:
        """Say whether a finding of this code at this place of a file is the one meant."""
        if (self.sha256, self.code) != (sha256, code):
            return False
        return self.cell is None or (self.cell == cell and self.sheet in (sheet, None))  # None: withheld


def waiver_of(
    waivers: Iterable[Waiver], sha256: str | None, code: str, sheet: str | None, cell: str | None
) -> Waiver | None:
    """Give the waiver that covers a finding: one in force before one that has expired, the newest first."""
    found = [each for each in waivers if each.state in PRECEDENCE and each.covers(sha256, code, sheet, cell)]
    return min(found, key=lambda each: (PRECEDENCE.index(each.state), -each.number), default=None)
