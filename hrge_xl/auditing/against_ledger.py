"""What a report tells that no file says, held against a ledger: waivers, decisions, and when files came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..dataset.decisions import DECIDED
from ..dataset.ledger import Ledger, Sighting
from ..dataset.waivers import WAIVERS
from ..reports.document import Document, FileRow

WAIVER = ("code", "sha256", "file", "sheet", "cell", "reason", "by", "day", "until")  # as it was given
DECISION = ("submission", "choice", "reason", "day", "by", "known")


def contradicted(then: Document, ledger: Ledger, *, of_report: bool) -> Iterator[str]:
    """Yield what a ledger tells otherwise than a report. `of_report`: it must be the very ledger of its datasets."""
    waivers = {int(row["number"]): row for row in ledger.entries(WAIVERS)}
    for waiver in then["waivers"]:
        if not _same(waiver, waivers.get(waiver["number"]), WAIVER):
            yield f"Waiver {waiver['number']} of the report is not in the ledger as the report tells it."
    decisions = {int(row["n"]): row for row in ledger.entries(DECIDED)}
    for decision in then["decisions"]:
        if not _same(decision, decisions.get(decision["n"]), DECISION):
            yield f"Decision {decision['n']} of the report is not in the ledger as the report tells it."
    sightings = ledger.sightings()
    for file in then["files"]:
        dataset = then["run"]["datasets"][file["dataset"] - 1]
        if dataset["lasting"] and (of_report or not dataset["holds_others"]):
            yield from _arrival(file, sightings.get(file["sha256"] or "", ()))


def left_out(then: Document, ledger: Ledger) -> Iterator[str]:
    """Yield the decisions of a ledger about files of a report that are not in it; they may have been made since."""
    told = {row["n"] for row in then["decisions"]}
    names = {file["submission"]: file["path"] for file in then["files"]}
    last = {row["submission"]: row["n"] for row in ledger.entries(DECIDED)}
    for submission, n in last.items():
        if submission in names and n not in told:
            yield f"Decision {n} of the ledger about {names[submission]} is not in the report: made since, or left out."


def _same(row: Any, known: Mapping[str, Any] | None, keys: Sequence[str]) -> bool:
    """Whether something was given as a report tells it; that it was withdrawn since is no contradiction."""
    return known is not None and all(row[key] == known[key] for key in keys)


def _arrival(file: FileRow, known: Sequence[Sighting]) -> Iterator[str]:
    if known:
        first = known[0]
        came = first.order, first.received or None, first.basis
        if came != (file["order"], file["arrived"], file["arrival"]):
            yield (
                f"{file['path']}: the ledger says that it came on {first.received} ({first.basis}), as number "
                f"{first.order}; the report says otherwise."
            )
