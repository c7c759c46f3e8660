"""Decisions in the ledger: which return somebody said counts, or took away, and why; none is ever deleted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from ..errors import UsageError
from ..findings.identity import SIGNATURE_INVALID
from ..kept_texts import said
from ..paths import name_of
from ..suggest import remedy_for
from ..validation import REFUSED
from .entries import Entry
from .kinds import DecisionMade
from .ledger import Ledger
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


def decisions(ledger: Ledger) -> dict[str, Decision]:
    """Submission → the decision in force about it."""
    return {made.submission: made.decision for made in history(ledger) if made.in_force}


def history(ledger: Ledger) -> list[Made]:
    """Give every decision ever made, oldest first."""
    entries = ledger.entries(DecisionMade)
    last = {content.submission: entry.n for entry, content in entries}
    return [
        Made(
            content.submission, content.file, _decision(entry, content),
            last[content.submission] == entry.n and content.choice != UNDONE,
        )
        for entry, content in entries
    ]  # fmt: skip


def _decision(entry: Entry, content: DecisionMade) -> Decision:
    return Decision(content.number, content.choice, content.reason, content.day, entry.by, content.known)


def copy_decisions(ledger: Ledger, made: Iterable[Made]) -> None:
    """Write down decisions as they are told."""
    for each in sorted(made, key=lambda each: each.decision.n):
        ledger.enter(_content(each.submission, each.file, each.decision), by=each.decision.by)


def _content(submission: str, file: str, decision: Decision) -> DecisionMade:
    return DecisionMade(
        number=decision.n, submission=submission, file=file, choice=decision.choice, reason=decision.reason,
        day=decision.day, known=decision.known,
    )  # fmt: skip


def decide(
    ledger: Ledger, returns: Sequence[Return], choice: str, *, reason: str, by: str, day: date
) -> None:
    """Write down what becomes of returns: `counts`, `withdrawn`, or `undone` for what was decided before.

    Raises `UsageError` where nothing is to be decided about one of them: then nothing is written.
    """
    for what, text in (("a reason", reason), ("a name", by)):
        if not text.strip():
            raise UsageError(f"A decision needs {what}: --reason TEXT --by NAME.")
    if choice not in CHOICES:
        raise UsageError(f"A return cannot be '{choice}'. {remedy_for(choice, CHOICES)}")
    rows, before = ledger.rows(), decisions(ledger)
    names = {row["submission"]: name_of(str(row["path"])) for row in rows}
    meant = list({each.submission: each for each in returns}.values())
    for each in meant:
        _refuse(each, choice, before)
    for number, each in enumerate(meant, start=ledger.next_number(DecisionMade)):
        made = Decision(number, choice, reason.strip(), day.isoformat(), by.strip(), len(rows))
        ledger.enter(_content(each.submission, names.get(each.submission, ""), made), by=made.by)


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
