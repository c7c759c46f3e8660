"""Decisions in the ledger: which return somebody said counts, or took away, and why; none is ever deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date

from ..errors import UsageError
from ..findings.identity import SIGNATURE_INVALID
from ..kept_texts import said
from ..paths import name_of
from ..suggest import remedy_for
from ..validation import REFUSED
from .kinds import DecisionMade
from .ledger import Ledger, need_words
from .return_status import COUNTS, EXCLUDED, WITHDRAWN, Decision
from .returns import Return

UNDONE = "undone"
CHOICES = (COUNTS, WITHDRAWN, UNDONE)


@dataclass(frozen=True, slots=True)
class Made:
    """One decision ever made, and what it was about."""

    submission: str
    file: str
    decision: Decision
    in_force: bool

    @property
    def told(self) -> str:
        """The decision in a line."""
        made = self.decision
        past = "" if self.in_force else " (no longer in force)"
        return f"{made.day}: {self.file} ({self.submission}) {made.choice}, by {made.by}: {made.reason}{past}"

    def enter(self, ledger: Ledger) -> None:
        """Write it down."""
        told = asdict(self.decision)
        by = told.pop("by")
        ledger.enter(
            DecisionMade(number=told.pop("n"), submission=self.submission, file=self.file, **told), by=by
        )


def decisions(ledger: Ledger) -> dict[str, Decision]:
    """Submission → the decision in force about it."""
    return {made.submission: made.decision for made in history(ledger) if made.in_force}


def history(ledger: Ledger) -> list[Made]:
    """Give every decision ever made, oldest first."""
    found: dict[str, Made] = {}
    every = list[Made]()
    for entry, content in ledger.entries(DecisionMade):
        made = Decision(content.number, content.choice, content.reason, content.day, entry.by, content.known)
        every.append(Made(content.submission, content.file, made, content.choice != UNDONE))
        found[content.submission] = every[-1]
    return [made if made is found[made.submission] else replace(made, in_force=False) for made in every]


def decide(
    ledger: Ledger, returns: Sequence[Return], choice: str, *, reason: str, by: str, day: date
) -> None:
    """Write down what becomes of returns: `counts`, `withdrawn`, or `undone` for what was decided before.

    Raises `UsageError` where nothing is to be decided about one of them: then nothing is written.
    """
    need_words("A decision", reason, by)
    if choice not in CHOICES:
        raise UsageError(f"A return cannot be '{choice}'. {remedy_for(choice, CHOICES)}")
    rows, before = ledger.rows(), decisions(ledger)
    names = {row["submission"]: name_of(str(row["path"])) for row in rows}
    meant = list({each.submission: each for each in returns}.values())
    for each in meant:
        _refuse(each, choice, before)
    for number, each in enumerate(meant, start=ledger.next_number(DecisionMade)):
        made = Decision(number, choice, reason.strip(), day.isoformat(), by.strip(), len(rows))
        Made(each.submission, names.get(each.submission, ""), made, in_force=True).enter(ledger)


def possible(each: Return) -> tuple[str, ...]:
    """Give what can be decided about a return; no decision makes a stamp ours that is not."""
    forged = each.status == EXCLUDED and SIGNATURE_INVALID.code in said(each.reason)
    return (WITHDRAWN,) if forged else (COUNTS, WITHDRAWN)


def _refuse(each: Return, choice: str, before: dict[str, Decision]) -> None:
    if each.verdict == REFUSED:
        raise UsageError(f"{each.name} was refused: it could not be read, and counts in no case.")
    if choice == COUNTS and choice not in possible(each):
        raise UsageError(
            f"{each.name} does not carry our signature ({SIGNATURE_INVALID.code}), and no decision makes it ours. "
            "Ask the team for the file it received, or issue it a new one."
        )
    if choice == UNDONE and each.submission not in before:
        known = ", ".join(sorted(before)) or "none"
        raise UsageError(f"Nothing was decided about {each.name}. Decisions in force are about: {known}.")
