"""Decisions in the ledger: which return somebody said counts, or took away, and why; none is ever deleted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from ..errors import UsageError
from ..validation import REFUSED
from .ledger import Ledger
from .return_status import COUNTS, EXCLUDED, Decision
from .returns import Return

UNDONE = "undone"
FORGED = "I006"

DECIDED = sa.Table(
    "decided",
    sa.MetaData(),
    sa.Column("n", sa.Integer(), primary_key=True),
    *(sa.Column(name, sa.Text()) for name in ("submission", "choice", "reason", "day", "by")),
    sa.Column("known", sa.Integer()),  # how many files had come by then
)


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
    last = {row["submission"]: _decision(row) for row in ledger.entries(DECIDED)}
    return {name: decision for name, decision in last.items() if decision.choice != UNDONE}


def history(ledger: Ledger) -> list[Made]:
    """Every decision ever made, oldest first."""
    rows, files = ledger.entries(DECIDED), {row["submission"]: _file(row) for row in ledger.rows()}
    force = {decision.n for decision in decisions(ledger).values()}
    return [
        Made(row["submission"], files.get(row["submission"], ""), _decision(row), row["n"] in force)
        for row in rows
    ]


def copy_decisions(ledger: Ledger, made: Iterable[tuple[str, Decision]]) -> None:
    """Write down decisions as they are told, each with the submission that it is about."""
    for submission, decision in made:
        ledger.add(DECIDED, {"submission": submission, **asdict(decision)})


def _decision(row: dict[str, Any]) -> Decision:
    return Decision(**{name: row[name] for name in ("n", "choice", "reason", "day", "by", "known")})


def _file(row: dict[str, Any]) -> str:
    """The name of a file of the ledger."""
    return str(row["path"]).replace("\\", "/").rpartition("/")[2]


def decide(
    ledger: Ledger, returns: Sequence[Return], choice: str, *, reason: str, by: str, day: date
) -> None:
    """Write down what becomes of returns: `counts`, `withdrawn`, or `undone` for what was decided before.

    Raises `UsageError` where nothing is to be decided about one of them: then nothing is written.
    """
    for what, text in (("a reason", reason), ("a name", by)):
        if not text.strip():
            raise UsageError(f"A decision needs {what}: --reason TEXT --by NAME.")
    rows, before = ledger.rows(), decisions(ledger)
    meant = list({each.submission: each for each in returns}.values())
    for each in meant:
        _refuse(each, choice, before)
    for each in meant:
        made = {"submission": each.submission, "choice": choice, "reason": reason.strip(), "by": by.strip()}
        number = len(ledger.entries(DECIDED)) + 1
        ledger.add(DECIDED, {"n": number, **made, "day": day.isoformat(), "known": len(rows)})


def _refuse(each: Return, choice: str, before: dict[str, Decision]) -> None:
    if each.verdict == REFUSED:
        raise UsageError(f"{each.name} was refused: it could not be read, and counts in no case.")
    if choice == COUNTS and each.status == EXCLUDED and FORGED in (each.reason or ""):
        raise UsageError(
            f"{each.name} does not carry our signature ({FORGED}), and no decision makes it ours. "
            "Ask the team for the file it received, or issue it a new one."
        )
    if choice == UNDONE and each.submission not in before:
        known = ", ".join(sorted(before)) or "none"
        raise UsageError(f"Nothing was decided about {each.name}. Decisions in force are about: {known}.")
