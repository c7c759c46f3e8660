"""Verifies a report: found files read and checked again, compared with it, and every cell read by openpyxl too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from .. import __version__
from ..ledger import seals
from ..ledger.events import OfRounds
from ..ledger.files import sha256_of
from ..ledger.judgements import history, waivers
from ..ledger.ledger import NAME, Ledger
from ..outputs.document import Document
from ..rounds.datasets import check_own
from ..rounds.rounds import Round, copy_of, is_among_returns, round_around, spec_at, terms_of
from ..spec.load import find as find_spec
from .again import Setting, not_compared, rounds_at_hand
from .audit import ReportAudit, VerificationRequest
from .report_again import compare, contradictions, find, run_again
from .report_file import read_report
from .second_opinion import second_opinion


def verify_report(asked: VerificationRequest) -> ReportAudit:
    """Make a report again and compare.

    Raises `UsageError` for what is not a report, when its spec is not there, or for a ledger among returned files;
    `SpecError` and `RoundError` where these have mistakes.
    """
    if asked.ledger is not None:
        check_own(asked.ledger)
    given = read_report(asked.target)
    then = given.document
    redacted = asked.redacted or then["run"]["redacted"]
    audit = ReportAudit(str(asked.target), redacted, sha256=sha256_of(asked.target), run=then["run"]["id"])
    found = find(then["files"], asked.returned)
    audit.problems += [*given.faults, *contradictions(then), *found.problems]
    audit.notes += [*given.notes, *found.notes]
    around = _around(asked)
    rounds = {each.name: each for each in reversed(rounds_at_hand(around).values())}
    _tell_of_rounds(audit, then, rounds)
    setting = Setting(None, rounds, jobs=asked.jobs, password=asked.password)
    results, again = run_again(then, found.here, list(_specs(asked, then, around)), setting)
    _tell_of_circumstances(audit, then, again)
    audit.files = len(found.here)
    audit.findings = sum(len(row["findings"]) for row in again["files"])
    audit.differences += compare(then, again, found)
    _look_into_ledgers(audit, asked, then, around, terms_of(rounds.values()))
    readings = [
        (result.submission, found.here[at]) for at, result in results.items() if result.submission is not None
    ]
    audit.opinion = second_opinion(readings, jobs=asked.jobs, password=asked.password)
    audit.notes += audit.opinion.not_read
    return audit


def _around(asked: VerificationRequest) -> list[Path]:
    """List the folders where a ledger, a round or a spec may be: named, above what came back, or around the report.

    Never among what came back: that is from teams, whatever it looks like.
    """
    above = [round_around(folder) or folder.resolve().parent for folder in asked.returned]
    around = [*above, *asked.target.resolve().parents[:2]]
    named = [asked.ledger] if asked.ledger else []
    return [*named, *(folder for folder in around if not is_among_returns(folder))]


def _specs(asked: VerificationRequest, then: Document, around: Sequence[Path]) -> Iterator[str | None]:
    """Yield what each dataset's spec is loaded by: as named, as a folder at hand carries it, else by its name.

    Raises `UsageError` where there is none.
    """
    given = spec_at(asked.spec) if asked.spec else None
    for row in then["run"]["datasets"]:
        copies = (copy_of(folder, row["spec_digest"]) for folder in around)
        source = given or next(filter(None, copies), None) or row["spec"]
        if source:
            find_spec(source)
        yield source or None


def _tell_of_circumstances(audit: ReportAudit, then: Document, again: Document) -> None:
    run = then["run"]
    if run["engine_version"] != __version__:
        audit.notes.append(
            f"hrge-xl {run['engine_version']} made the report; this is {__version__}. Differences may come from that."
        )
    audit.problems += [
        f"Another spec: the report was made with {old['spec']} {old['spec_version']} (digest "
        f"{old['spec_digest'][:16]}), here is {new['spec']} {new['spec_version']} ({new['spec_digest'][:16]})."
        for old, new in zip(run["datasets"], again["run"]["datasets"], strict=True)
        if old["spec_digest"] != new["spec_digest"]
    ]


def _tell_of_rounds(audit: ReportAudit, then: Document, at_hand: Mapping[str, Round]) -> None:
    named = {file["read_for"] for file in then["files"] if file["read_for"] is not None}
    missing = ", ".join(sorted(named - at_hand.keys()))
    if missing:
        audit.problems += [
            f"The report names the round {missing}; {each.folder} is the round {each.name}."
            for each in at_hand.values()
            if each.name not in named
        ]
        audit.notes.append(f"{not_compared(missing)} Name it with --ledger.")


def _look_into_ledgers(
    audit: ReportAudit, asked: VerificationRequest, then: Document, around: Sequence[Path], terms: OfRounds
) -> None:  # fmt: skip
    """Check the seals of the report and the ledgers themselves, and whether the report tells what they tell."""
    folders = [folder for folder in dict.fromkeys(around) if (folder / NAME).is_file()]
    if not folders or asked.ledger not in (None, folders[0]):
        audit.notes.append("No ledger was found, so seals were not checked. Name its folder with --ledger.")
        return
    kept: dict[str, list[dict[str, Any]]] = {"waivers": [], "decisions": []}
    arrivals: dict[str, set[Arrival]] = defaultdict(set)  # by hash
    for folder in dict.fromkeys(
        each.resolve() for each in folders
    ):  # a report may be of several datasets, each with its own
        with Ledger.open(folder, write=False) as ledger:
            if folder == folders[0].resolve():
                audit.seal = seals.check(ledger, seals.of_report(asked.target), terms)
            else:
                audit.problems += [f"{folder / NAME}: {told}" for told in seals.doubts(ledger, terms)]
            kept["waivers"] += map(asdict, waivers(ledger, date.min))  # as they were given
            kept["decisions"] += map(asdict, history(ledger))
            for sha256, (first, *_) in ledger.locations().items():
                arrivals[sha256].add((first.order, first.received or None, first.basis))
    audit.problems += _contradicted(then, kept, arrivals, of_report=asked.ledger is not None)
    audit.notes += _left_out(then, kept["decisions"])


# what a report tells that no file says, held against the ledgers at hand

# What is said of each of them as it was given.
WAIVER = ("number", "code", "sha256", "file", "sheet", "cell", "reason", "by", "day", "until")
DECISION = ("n", "submission", "choice", "reason", "day", "by", "known")
Arrival = tuple[int, str | None, str]  # in which order, on which day, and what that day is


Rows = Sequence[Mapping[str, Any]]


def _contradicted(
    then: Document, kept: Mapping[str, Rows], arrivals: Mapping[str, set[Arrival]], *, of_report: bool
) -> Iterator[str]:
    """Yield what no ledger tells as a report does. `of_report`: the very ledger of its datasets is among them."""
    as_given = [key for key in WAIVER if not (then["run"]["redacted"] and key in ("file", "sheet"))]
    for waiver in _untold(then["waivers"], kept["waivers"], as_given):
        yield f"Waiver {waiver['number']} of the report is not in the ledger as the report states it."
    for decision in _untold(then["decisions"], kept["decisions"], DECISION):
        yield f"Decision {decision['n']} of the report is not in the ledger as the report states it."
    for file in then["files"]:
        dataset = then["run"]["datasets"][file["dataset"] - 1]
        known = arrivals.get(file["sha256"] or "")
        if not known or not dataset["lasting"] or (dataset["holds_others"] and not of_report):
            continue
        if (file["order"], file["arrived"], file["arrival"]) not in known:
            order, day, basis = min(known)
            yield (
                f"{file['path']}: the ledger says that it arrived on {day} ({basis}), as number {order}; the report "
                "says otherwise."
            )


def _left_out(then: Document, made: Rows) -> Iterator[str]:
    """Yield the decisions about files of a report that are not in it; they may have been made since."""
    names = {file["submission"]: file["path"] for file in then["files"]}
    last = {row["submission"]: row for row in made if row["submission"] in names}
    for row in _untold(list(last.values()), then["decisions"], DECISION):
        name = names[row["submission"]]
        yield f"Decision {row['n']} about {name} is not in the report: made since, or left out."


def _untold(rows: Any, known: Any, keys: Sequence[str]) -> list[Any]:
    """Give what was given otherwise than it is told; that it was withdrawn since is not a contradiction."""
    given = [[row[key] for key in keys] for row in known]
    return [row for row in rows if [row[key] for key in keys] not in given]
