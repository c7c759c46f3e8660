"""What shows only when returns are looked at together: their return_statuses, and the findings that tell of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from ..findings import Finding
from ..submission import Observation
from ..validation import Result, finding_of
from ..words import translator
from .decisions import decisions
from .ledger import NAME, Ledger
from .return_status import DOUBTS, Entry, ReturnStatus, moment, return_statuses
from .rows import return_key, submission_id

Arrived = Mapping[str, tuple[int, str]]  # hash → order and day


def look_together(
    results: Sequence[Result], folder: Path | None
) -> tuple[dict[str, ReturnStatus], dict[str, str]]:
    """The return_statuses of files, and by hash the day each came, as far as the ledger in a folder knows them."""
    with ExitStack() as stack:
        there = folder is not None and (folder / NAME).is_file()
        ledger = stack.enter_context(Ledger.open(folder, write=False)) if there and folder else None
        days = {sha256: day for sha256, (_, day) in ledger.arrived().items()} if ledger else {}
        return see_together(results, ledger), days


def see_together(results: Sequence[Result], ledger: Ledger | None = None) -> dict[str, ReturnStatus]:
    """The status of every file by its submission; where there is a ledger, with its order and its decisions."""
    arrived: Arrived = ledger.arrived() if ledger else {}
    by_name = {submission_id(each.sha256, each.path): each for each in sorted(results, key=lambda r: r.path)}
    entries = [_entry(name, each, n, arrived) for n, (name, each) in enumerate(by_name.items(), start=1)]
    return return_statuses(entries, decisions(ledger) if ledger else {})


def _entry(name: str, result: Result, n: int, arrived: Arrived) -> Entry:
    """A file that the ledger does not know yet comes after all others."""
    order, received = arrived.get(result.sha256 or "", (len(arrived) + n, ""))
    owner, sent = return_key(result), result.submission
    return Entry(
        name, order, result.verdict, owner.team, sent.identity.copy if sent else "", owner.project,
        owner.intervention, owner.country, owner.period,
        moment(sent.saved, sent.identity.issued, received) if sent else "",
        tuple(each.code for each in result.findings if each.code in DOUBTS and each.open),
    )  # fmt: skip


def mark_together(results: Sequence[Result], found: Mapping[str, ReturnStatus]) -> None:
    """Add to each file what its status makes of it."""
    by_name = {submission_id(each.sha256, each.path): each for each in results}
    for name, status in found.items():
        if status.code is not None:
            result, other = by_name[name], by_name.get(status.other or "")
            language = result.submission.identity.language if result.submission else None
            result.findings.append(
                status_finding(status, result.path, name, other.path if other else "", language)
            )


def status_finding(
    status: ReturnStatus, path: str, submission: str, other: str, language: str | None
) -> Finding:
    """The finding that tells of a status."""
    detail = {"other": Path(other).name, "submission": submission}
    made = status.decision
    if made is not None:
        detail |= {"reason": made.reason, "by": made.by, "day": made.day}
    note = Observation(status.code or "", detail=detail)
    return finding_of(note, path, translator(language or "en"))
