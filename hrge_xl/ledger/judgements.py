"""What people decided, waived and corrected, as it is in force; and what a ledger elsewhere takes over of it.

None of it is ever deleted. A round's own ledger rules its files. What came is received there first, whichever command
sees it; a ledger elsewhere then enters what that one has entered since, each event once. So it stands by itself, and is
verified like any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

from ..answers.corrections import OfficeCorrection, in_force
from ..answers.submission import ClosedReturn
from ..core.dates import parse_day
from ..core.paths import path_of, path_text, way_to
from ..exchange.validation import ValidationRequest
from ..findings import Waiver
from .events import (
    NEXT,
    AnswerCorrected,
    DecisionMade,
    FilesReceived,
    Judgement,
    RoundJudged,
    WaiverGiven,
    WaiverWithdrawn,
)
from .ledger import Ledger, look_up

UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided about a return, and why.

    `known` is how many files had come by then: those that came later were not meant. `n` is its place among all
    decisions: of two that cannot both hold, the later one does. `file` is the name that the return came under.
    """

    n: int
    choice: str  # COUNTS, WITHDRAWN or UNDONE
    reason: str
    day: str
    by: str
    known: int
    submission: str = ""
    file: str = ""
    in_force: bool = True

    @property
    def text(self) -> str:
        """The decision in a line."""
        past = "" if self.in_force else " (no longer in force)"
        return f"{self.day}: {self.file} ({self.submission}) {self.choice}, by {self.by}: {self.reason}{past}"


def history(ledger: Ledger) -> list[Decision]:
    """Return every decision ever made, oldest first."""
    decisions_made = ledger.events(DecisionMade)
    last = {event.submission: entry.n for entry, event in decisions_made}
    return [
        Decision(
            event.number,
            by=entry.by,
            in_force=event.choice != UNDONE and last[event.submission] == entry.n,
            **event.model_dump(exclude={"number", "of", "program"}),
        )
        for entry, event in decisions_made
    ]


def decisions(ledger: Ledger) -> dict[str, Decision]:
    """Submission → the decision in force about it."""
    return {decision.submission: decision for decision in history(ledger) if decision.in_force}


def waivers(ledger: Ledger, today: date) -> tuple[Waiver, ...]:
    """Return every waiver ever given, as it stands on a day; in a closed round at the latest on that of its end."""
    closed = closings(ledger)
    withdrawn = {
        event.waiver: (event.day.isoformat(), entry.by)
        for entry, event in reversed(ledger.events(WaiverWithdrawn))
    }
    return tuple(
        Waiver(
            waiver.number,
            waiver.code,
            waiver.sha256,
            waiver.file,
            waiver.sheet,
            waiver.cell,
            waiver.reason,
            entry.by,
            waiver.day.isoformat(),
            waiver.until.isoformat() if waiver.until else None,
            *withdrawn.get(waiver.number, (None, None)),
        ).on(min(today, closed.get(waiver.sha256, today)))
        for entry, waiver in ledger.events(WaiverGiven)
    )


def waivers_of(folder: Path, today: date) -> tuple[Waiver, ...]:
    """Return the waivers of the ledger in a folder, as they stand on a day; none of a folder without a ledger."""
    return look_up(folder, lambda ledger: waivers(ledger, today)) or ()


def closings(ledger: Ledger) -> dict[str, date]:
    """Return the day on which the round of a content was closed, by hash, of contents with waivers.

    What another program put in place of a day is none: `verify` names it.
    """
    days = {row["sha256"]: parse_day(str(row["day"])) for row in ledger.rows_of("closings")}
    return {sha256: day for sha256, day in days.items() if day is not None}


def waived_contents(ledger: Ledger) -> set[str]:
    """Return the hashes of the contents in which something was ever waived."""
    return {waiver.sha256 for _, waiver in ledger.events(WaiverGiven)}


def note_closing(ledger: Ledger, round_ledger: Ledger, closed: date | None) -> None:
    """Note of the contents that were waived in a round when it was closed; None: it is open."""
    noted = closings(ledger)
    for sha256 in sorted(waived_contents(round_ledger)):
        if noted.get(sha256) != closed:
            ledger.put("closings", {"sha256": sha256, "day": closed and closed.isoformat()})


def closing_verdicts(ledger: Ledger) -> dict[str, ClosedReturn]:
    """Return what each content was when the round of the ledger was closed last, by hash.

    None of a round that no program before this one closed, nor of one that never was.
    """
    last = next((event for _, event in reversed(ledger.events(RoundJudged))), None)
    return {return_.sha256: return_ for return_ in last.returns} if last else {}


def every_correction(ledger: Ledger) -> tuple[OfficeCorrection, ...]:
    """Return every correction ever made or taken back, oldest first."""
    return tuple(
        OfficeCorrection(
            by=entry.by,
            day=event.day.isoformat(),
            **event.model_dump(exclude={"of", "day", "program"}),
        )
        for entry, event in ledger.events(AnswerCorrected)
    )


def apply_judgements(
    request: ValidationRequest,
    ledgers: Iterable[Ledger],
    taken_in: Mapping[str, date] | None = None,
) -> ValidationRequest:
    """Return the request with what these ledgers say of its files, and nothing that it said before.

    That is the waivers as they stand on its day, the corrections in force, and the day as of which each content is
    checked, by hash. Where two ledgers disagree the later one rules, and `taken_in` over all of them.
    """
    every_waiver: list[Waiver] = []
    corrections: list[OfficeCorrection] = []
    days: dict[str, date] = {}
    for ledger in ledgers:
        every_waiver += waivers(ledger, request.today)
        corrections += in_force(every_correction(ledger))
        days |= ledger.days_of_verdicts()
    days.update(taken_in or {})
    return replace(
        request,
        waivers=tuple(dict.fromkeys(every_waiver)),
        corrections=in_force(corrections),
        days=days,
    )


def take_over(ledger: Ledger, round_ledger: Ledger, name: str, spec_digest: str) -> None:
    """Enter what the ledger of a round says and this one does not yet, and note how far that goes."""
    numbers = {event.of: event.number for _, event in ledger.events(Judgement) if event.of}
    waiver_digests = {
        event.number: entry.digest for entry, event in round_ledger.events(WaiverGiven)
    }
    own_order = ledger.order()
    order = round_ledger.order()
    for entry, event in round_ledger.events(Judgement):
        if entry.digest in numbers:
            continue
        new: dict[str, object] = {"number": NEXT, "of": entry.digest}
        if isinstance(event, DecisionMade):
            # how many of the files that had come there have come here
            known_there = [sha256 for sha256, n in order.items() if n <= event.known]
            new["known"] = max((own_order.get(sha256, 0) for sha256 in known_there), default=0)
        elif isinstance(event, WaiverWithdrawn):
            # the number of its waiver here, which was taken over too
            new["waiver"] = numbers.get(waiver_digests.get(event.waiver, ""), 0)
        copied_entry = ledger.enter(event.model_copy(update=new), by=entry.by)
        numbers[entry.digest] = copied_entry.event.number if copied_entry.event else 0
    row = {
        "name": name,
        "folder": path_text(way_to(round_ledger.home, ledger.home)),
        "spec_digest": spec_digest,
        "last": _last(round_ledger),
    }
    if row not in ledger.rows_of("rounds"):
        ledger.put("rounds", row)


def _last(ledger: Ledger) -> str:
    return next(
        (entry.digest for entry, _ in reversed(ledger.events(FilesReceived, Judgement))), ""
    )


class RoundElsewhere(NamedTuple):
    """A round in another folder, the version of the spec that it is read by, and how far it was taken over."""

    name: str
    folder: Path
    spec_digest: str
    last: str

    @property
    def is_ahead(self) -> bool:
        """Whether its ledger is at hand and says more by now."""
        return look_up(self.folder, _last) not in (None, self.last)


def rounds_elsewhere(ledger: Ledger) -> list[RoundElsewhere]:
    """Return the rounds that a ledger has taken over from."""
    home = ledger.home.resolve()

    def folder_of(row: Mapping[str, str]) -> Path:
        return Path(way_to(home / path_of(row["folder"]), Path()))

    return [
        RoundElsewhere(row["name"], folder_of(row), row["spec_digest"], row["last"])
        for row in ledger.rows_of("rounds")
    ]
