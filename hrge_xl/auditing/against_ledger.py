"""What a report tells that no file says, held against the ledgers at hand: waivers, decisions, and when files came."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from ..dataset.decisions import history
from ..dataset.ledger import Ledger
from ..dataset.waivers import waivers
from ..reports.document import Document, FileRow

# What is said of each of them as it was given.
WAIVER = ("number", "code", "sha256", "file", "sheet", "cell", "reason", "by", "day", "until")
DECISION = ("n", "submission", "choice", "reason", "day", "by", "known")
Arrival = tuple[int, str | None, str]  # in which order, on which day, and what that day is


@dataclass(slots=True)
class Told:
    """What some ledgers tell: a report may be of several datasets, each with its own."""

    waivers: list[dict[str, Any]] = field(default_factory=list)
    decisions: list[dict[str, Any]] = field(default_factory=list)
    arrivals: dict[str, set[Arrival]] = field(default_factory=lambda: defaultdict(set))  # by hash


def told_by(folders: Iterable[Path]) -> Told:
    """Take up the ledgers of some folders."""
    told = Told()
    for folder in folders:
        with Ledger.open(folder, write=False) as ledger:
            told.waivers += [asdict(each) for each in waivers(ledger, date.min)]  # as they were given
            told.decisions += [
                {"submission": made.submission, **asdict(made.decision)} for made in history(ledger)
            ]
            for sha256, (first, *_) in ledger.sightings().items():
                told.arrivals[sha256].add((first.order, first.received or None, first.basis))
    return told


def contradicted(then: Document, told: Told, *, of_report: bool) -> Iterator[str]:
    """Yield what no ledger tells as a report does. `of_report`: the very ledger of its datasets is among them."""
    as_given = [key for key in WAIVER if not (then["run"]["redacted"] and key in ("file", "sheet"))]
    for waiver in then["waivers"]:
        if not _is_told(waiver, told.waivers, as_given):
            yield f"Waiver {waiver['number']} of the report is not in the ledger as the report states it."
    for decision in then["decisions"]:
        if not _is_told(decision, told.decisions, DECISION):
            yield f"Decision {decision['n']} of the report is not in the ledger as the report states it."
    for file in then["files"]:
        dataset = then["run"]["datasets"][file["dataset"] - 1]
        if dataset["lasting"] and (of_report or not dataset["holds_others"]):
            yield from _arrival(file, told.arrivals.get(file["sha256"] or "", set()))


def left_out(then: Document, told: Told) -> Iterator[str]:
    """Yield the decisions about files of a report that are not in it; they may have been made since."""
    names = {file["submission"]: file["path"] for file in then["files"]}
    last = {row["submission"]: row for row in told.decisions if row["submission"] in names}
    for submission, row in last.items():
        if not _is_told(row, then["decisions"], DECISION):
            yield f"Decision {row['n']} about {names[submission]} is not in the report: made since, or left out."


def _is_told(row: Any, known: Sequence[Any], keys: Sequence[str]) -> bool:
    """Say whether something was given as a report tells it; that it was withdrawn since is not a contradiction."""
    return any(all(row[key] == each[key] for key in keys) for each in known)


def _arrival(file: FileRow, known: set[Arrival]) -> Iterator[str]:
    if known and (file["order"], file["arrived"], file["arrival"]) not in known:
        order, day, basis = min(known)
        yield (
            f"{file['path']}: the ledger says that it arrived on {day} ({basis}), as number {order}; the report says "
            "otherwise."
        )
