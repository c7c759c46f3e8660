"""Decisions in the ledger: which return somebody said counts, or took away, and why; none is ever deleted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from rapidfuzz import process

from ..errors import UsageError
from ..validation import REFUSED
from .ledger import Ledger
from .return_status import CONFLICT, COUNTS, EXCLUDED, Decision

UNDONE = "undone"
FORGED = "I006"
CLOSE = 70  # how alike a misspelt name must be
MOST_NAMES = 8  # told in an error
LEAST_DIGITS = 6  # of a submission's id, to name it by its beginning

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
    rows, files = ledger.entries(DECIDED), {row["submission"]: file_of(row) for row in ledger.rows()}
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


def file_of(row: dict[str, Any]) -> str:
    """The name of a file of the ledger."""
    return str(row["path"]).replace("\\", "/").rpartition("/")[2]


def decide(
    ledger: Ledger, names: Sequence[str], choice: str, *, reason: str, by: str, day: date
) -> list[dict[str, Any]]:
    """Write down what becomes of returns: `counts`, `withdrawn`, or `undone` for what was decided before.

    Each is named by its submission or its file. Gives their rows of the ledger. Raises `UsageError` where a name
    fits none or several, or where nothing is to be decided: then nothing is written.
    """
    for what, text in (("a reason", reason), ("a name", by)):
        if not text.strip():
            raise UsageError(f"A decision needs {what}: --reason TEXT --by NAME.")
    rows, before = ledger.rows(), decisions(ledger)
    meant = list({row["submission"]: row for row in (_meant(rows, name) for name in names)}.values())
    for row in meant:
        _refuse(row, choice, before)
    for row in meant:
        made = {"submission": row["submission"], "choice": choice, "reason": reason.strip(), "by": by.strip()}
        number = len(ledger.entries(DECIDED)) + 1
        ledger.add(DECIDED, {"n": number, **made, "day": day.isoformat(), "known": len(rows)})
    return meant


def _refuse(row: dict[str, Any], choice: str, before: dict[str, Decision]) -> None:
    name = file_of(row)
    if row["verdict"] == REFUSED:
        raise UsageError(f"{name} was refused: it could not be read, and counts in no case.")
    if choice == COUNTS and row["state"] == EXCLUDED and FORGED in (row["reason"] or ""):
        raise UsageError(
            f"{name} does not carry our signature ({FORGED}), and no decision makes it ours. "
            "Ask the team for the file it received, or issue it a new one."
        )
    if choice == UNDONE and row["submission"] not in before:
        known = ", ".join(sorted(before)) or "none"
        raise UsageError(f"Nothing was decided about {name}. Decisions in force are about: {known}.")


def _meant(rows: Sequence[dict[str, Any]], name: str) -> dict[str, Any]:
    """The return that a name means. Raises `UsageError` with what is possible."""
    found = [row for row in rows if _fits(row, name)]
    if len(found) == 1:
        return found[0]
    if found:
        several = "; ".join(_told(row) for row in found)
        raise UsageError(f"'{name}' may be several returns: {several}. Name it by what stands in brackets.")
    raise UsageError(f"There is no return '{name}' in the ledger. {_possible(rows, name)}")


def _fits(row: dict[str, Any], name: str) -> bool:
    digits = name.casefold()
    if len(digits) >= LEAST_DIGITS and any(
        (row[column] or "").startswith(digits) for column in ("submission", "sha256")
    ):
        return True
    path = name.replace("\\", "/")
    mine = str(row["path"]).replace("\\", "/")
    return mine == path or mine.endswith(f"/{path.removeprefix('./')}")


def _possible(rows: Sequence[dict[str, Any]], name: str) -> str:
    """What could have been meant: names alike, else what waits for a decision."""
    files = {file_of(row): row for row in rows}
    close = process.extract(Path(name).name, list(files), limit=3, score_cutoff=CLOSE)
    if close:
        return "Did you mean " + " or ".join(_told(files[found[0]]) for found in close) + "?"
    waiting = [row for row in rows if row["state"] == CONFLICT] or list(rows)
    told = "; ".join(_told(row) for row in waiting[:MOST_NAMES])
    more = f" and {len(waiting) - MOST_NAMES} more" if len(waiting) > MOST_NAMES else ""
    return f"There are: {told}{more}." if told else "It is empty: run hrge-xl consolidate first."


def _told(row: dict[str, Any]) -> str:
    about = " ".join(str(row[name]) for name in ("team", "received", "state") if row[name])
    return f"{file_of(row)} ({row['submission']}): {about}"
