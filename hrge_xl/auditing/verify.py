"""Verifies a report: found files read and checked again, compared with it, and every cell read by openpyxl too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from .. import __version__
from ..dataset import seals
from ..dataset.decisions import history
from ..dataset.files import sha256_of
from ..dataset.ledger import NAME, Ledger
from ..dataset.seals import doubts
from ..dataset.waivers import waivers
from ..reports.document import Document, FileRow
from ..rounds.datasets import check_own
from ..rounds.rounds import (
    Round,
    copy_of,
    is_among_returns,
    is_round,
    load_round,
    round_around,
    spec_at,
    terms_of,
)
from ..spec.load import find as find_spec
from ..words import counted
from .again import Again, Known, not_compared, run_again
from .comparison import OF_ALL_FILES, Difference, Found, compare, contradictions, find
from .report_file import read_report
from .second_opinion import Opinion, explanations, second_opinion

SCHEMA = "hrge-xl/verification/1"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a verification: the report, where its files are, and what else is at hand."""

    report: Path
    returned: Sequence[Path]
    ledger: Path | None = None
    spec: str | None = None  # where the spec of the report is, if not under its name
    password: str | None = field(default=None, repr=False)
    jobs: int = 1
    redacted: bool = False


@dataclass(slots=True)
class Audit:
    """What a verification found. `problems` make it differ; `notes` say what was not compared, and why."""

    report: str
    sha256: str
    run: str
    redacted: bool
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    opinion: Opinion = field(default_factory=Opinion)
    seal: seals.Checked | None = None
    files: int = 0  # compared
    findings: int = 0  # of these files, in the report

    @property
    def identical(self) -> bool:
        """Whether nothing differs."""
        sealed = self.seal is None or self.seal.holds
        opinion = not self.opinion.differences and not self.opinion.failed
        return sealed and opinion and not self.problems and not self.differences

    def lines(self) -> Iterator[str]:
        """Everything, to read: what differs first, each its own line; the verdicts last."""
        yield from self.problems
        yield from (each.line(redacted=self.redacted) for each in self.differences)
        yield from self.opinion.failed
        yield from (each.line(redacted=self.redacted) for each in self.opinion.differences)
        yield from self.notes
        yield from self.opinion.not_read
        yield from explanations(self.opinion)
        if self.seal is not None:
            yield from seals.lines(self.seal, Path(self.report).name)
        yield self._again()
        yield self._second()

    def _again(self) -> str:
        if self.problems or self.differences:
            count = len(self.problems) + len(self.differences)
            return f"Made again: {counted(count, 'difference')} ({counted(self.files, 'file')} compared)."
        return f"Made again: identical ({counted(self.files, 'file')}, {counted(self.findings, 'finding')} compared)."

    def _second(self) -> str:
        found = self.opinion
        if found.differences or found.failed:
            differ, failed = counted(len(found.differences), "difference"), counted(len(found.failed), "file")
            return f"Read with openpyxl: {differ} in {counted(found.cells, 'cell')}; {failed} not read."
        read = f"{counted(found.cells, 'cell')} compared in {counted(found.files, 'file')}"
        return f"Read with openpyxl: identical ({read})."

    def data(self) -> dict[str, Any]:
        """Give the same as JSON data, schema `hrge-xl/verification/1`."""
        hidden = self.redacted
        return {
            "schema": SCHEMA,
            "report": self.report,
            "report_sha256": self.sha256,
            "run": self.run,
            "engine_version": __version__,
            "redacted": hidden,
            "identical": self.identical,
            "problems": self.problems,
            "notes": [*self.notes, *self.opinion.not_read],
            "files_compared": self.files,
            "findings_compared": self.findings,
            "differences": [each.data(redacted=hidden) for each in self.differences],
            "second_opinion": {
                "files": self.opinion.files,
                "cells": self.opinion.cells,
                "explained": dict(sorted(self.opinion.explained.items())),
                "failed": self.opinion.failed,
                "differences": [_cell(each, hidden) for each in self.opinion.differences],
            },
            "seal": None if self.seal is None else asdict(self.seal) | {"holds": self.seal.holds},
        }


def _cell(each: Any, hidden: bool) -> dict[str, Any]:
    row = {"file": each.file, "sheet": each.sheet, "cell": each.cell}
    for name, seen in (("ours", each.ours), ("openpyxl", each.theirs)):
        row |= {f"{name}_kind": seen.kind} | ({} if hidden else {name: seen.value})
    return row


def verify(asked: Asked) -> Audit:
    """Make a report again and compare.

    Raises `UsageError` for what is not a report, when its spec is not there, or for a ledger among returned files;
    `SpecError` and `RoundError` where these have mistakes.
    """
    if asked.ledger is not None:
        check_own(asked.ledger)
    given = read_report(asked.report)
    then = given.document
    audit = Audit(
        str(asked.report),
        sha256_of(asked.report),
        then["run"]["id"],
        asked.redacted or then["run"]["redacted"],
    )
    audit.problems += [*given.faults, *contradictions(then)]
    audit.notes += given.notes
    found, rounds = find(then["files"], asked.returned), _rounds(asked)
    _tell_of_files(audit, found)
    _tell_of_rounds(audit, _named(then), rounds)
    known = Known(list(_specs(asked, then)), rounds, asked.jobs, asked.password)
    again = run_again(then, found.here, known)
    _tell_of_circumstances(audit, then, again)
    audit.files, audit.findings = (
        len(found.here),
        sum(len(row["findings"]) for row in again.document["files"]),
    )
    audit.differences += compare(then, again.document, found)
    readings = [
        (result.submission, found.here[at])
        for at, result in again.results.items()
        if result.submission is not None
    ]
    audit.opinion = second_opinion(readings, jobs=asked.jobs, password=asked.password)
    _look_into_ledgers(audit, asked, then, rounds.values())
    return audit


def _tell_of_files(audit: Audit, found: Found) -> None:
    audit.problems += [*found.missing, *found.changed]
    audit.notes += [*found.unhashed, *found.closed]
    if found.incomplete:
        audit.notes.append(
            f"Not compared, as files are missing or changed: what counts, and {', '.join(OF_ALL_FILES)}."
        )
    if found.others:
        others = counted(found.others, "other file")
        audit.notes.append(f"{others} in the folders: the report does not speak of them.")


def _around(asked: Asked) -> list[Path]:
    """List the folders where a ledger, a round or a spec may be: named, above what came back, or around the report.

    Never among what came back: that is from teams, whatever it looks like.
    """
    above = [round_around(folder) or folder.resolve().parent for folder in asked.returned]
    around = [*above, *asked.report.resolve().parents[:2]]
    named = [asked.ledger] if asked.ledger else []
    return [*named, *(folder for folder in around if not is_among_returns(folder))]


def _rounds(asked: Asked) -> dict[str, Round]:
    """Give the rounds that are at hand, by name."""
    folders = dict.fromkeys(folder.resolve() for folder in _around(asked))
    found = (load_round(folder) for folder in reversed(folders) if is_round(folder))
    return {each.name: each for each in found}


def _named(then: Document) -> set[str]:
    """Give the rounds that files of the report were checked for."""
    return {file["read_for"] for file in then["files"] if file["read_for"] is not None}


def _specs(asked: Asked, then: Document) -> Iterator[str | None]:
    """Yield what each dataset's spec is loaded by: as named, as a folder at hand carries it, else by its name.

    Raises `UsageError` where there is none.
    """
    given = spec_at(asked.spec) if asked.spec else None
    for row in then["run"]["datasets"]:
        copies = (copy_of(folder, row["spec_digest"]) for folder in _around(asked))
        source = given or next(filter(None, copies), None) or row["spec"]
        if source:
            find_spec(source)
        yield source or None


def _tell_of_circumstances(audit: Audit, then: Document, again: Again) -> None:
    run = then["run"]
    if run["engine_version"] != __version__:
        audit.notes.append(
            f"hrge-xl {run['engine_version']} made the report; this is {__version__}. Differences may come from that."
        )
    audit.problems += [
        f"Another spec: the report was made with {old['spec']} {old['spec_version']} (digest "
        f"{old['spec_digest'][:16]}), here is {new['spec']} {new['spec_version']} ({new['spec_digest'][:16]})."
        for old, new in zip(run["datasets"], again.document["run"]["datasets"], strict=True)
        if old["spec_digest"] != new["spec_digest"]
    ]


def _tell_of_rounds(audit: Audit, named: Collection[str], at_hand: Mapping[str, Round]) -> None:
    missing = ", ".join(sorted(set(named) - set(at_hand)))
    if not missing:
        return
    others = [each for each in at_hand.values() if each.name not in named]
    audit.problems += [
        f"The report names the round {missing}; {each.folder} is the round {each.name}." for each in others
    ]
    audit.notes.append(f"{not_compared(missing)} Name it with --ledger.")


def _look_into_ledgers(audit: Audit, asked: Asked, then: Document, rounds: Iterable[Round]) -> None:
    """Check the seals of the report and the ledgers themselves, and whether the report tells what they tell."""
    folders = [folder for folder in dict.fromkeys(_around(asked)) if (folder / NAME).is_file()]
    if not folders or asked.ledger not in (None, folders[0]):
        audit.notes.append("No ledger was found, so seals were not checked. Name its folder with --ledger.")
        return
    terms = terms_of(rounds)
    with Ledger.open(folders[0], write=False) as ledger:
        audit.seal = seals.check(ledger, asked.report.name, audit.sha256, terms)
    for folder in sorted({each.resolve() for each in folders} - {folders[0].resolve()}):
        with Ledger.open(folder, write=False) as ledger:
            audit.problems += [f"{folder / NAME}: {told}" for told in doubts(ledger, terms)]
    told = told_by(folders)
    audit.problems += contradicted(then, told, of_report=asked.ledger is not None)
    audit.notes += left_out(then, told)


# what a report tells that no file says, held against the ledgers at hand

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
