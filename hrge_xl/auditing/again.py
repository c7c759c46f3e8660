"""A report made again: files read under their names, checked on their days, and put together as the report tells.

What no file says by itself (in which order files came and when, what was decided, what was waived) is the report's
own word; `verify` holds it against the ledger where one is at hand.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from ..dataset.decisions import Made
from ..dataset.ledger import Receipt
from ..dataset.received import under_their_names
from ..dataset.return_status import STATED, Decision
from ..dataset.rows import finding_of, reason_of
from ..dataset.temporary_dataset import dataset_as_told
from ..dataset.update_statuses import OF_MAIL, OF_ROUND
from ..findings import CATALOGUE, Finding, Severity, Waiver, waived
from ..intake import Wanted
from ..kept_texts import Kept
from ..layout.wording import placeholders
from ..paths import path_text
from ..reports.build import Facts, document
from ..reports.document import Document, FileRow, FindingRow
from ..reports.file_rows import waiver_of
from ..reports.formats.json import render
from ..rounds.datasets import Dataset
from ..rounds.rounds import Round
from ..spec.load import load
from ..validation import ACCEPTED, RETURNED, Readers, Result, Source, ValidationRequest, readers, validated

# Where the folder of a round would be, and a dataset kept apart.
HOME, ELSEWHERE = Path("round"), Path("dataset")


@dataclass(frozen=True, slots=True)
class Known:
    """What is at hand to make a report again: what the spec of each of its datasets is loaded by; rounds by name."""

    specs: Sequence[str | None]
    rounds: Mapping[str, Round]
    jobs: int = 1
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Again:
    """What the run gives today: results by the number of their row in the report, and the report."""

    results: Mapping[int, Result]
    document: Document


def run_again(then: Document, found: Mapping[int, Path], known: Known) -> Again:
    """Read, check and put together the files of a report once more, as it says.

    `found` is where they are, by the number of their row. Raises `SpecError` where a spec is wrong.
    """
    today = date.fromisoformat(then["run"]["today"])
    waivers = tuple(waiver_of(row).on(today) for row in then["waivers"])
    results: dict[int, Result] = {}
    with ExitStack() as stack:
        pool = stack.enter_context(readers(known.jobs))
        datasets = []
        for n in range(1, len(then["run"]["datasets"]) + 1):
            here = {at: path for at, path in found.items() if then["files"][at]["dataset"] == n}
            read = _read(then, n, here, known, waivers, pool)
            datasets.append(stack.enter_context(_dataset(then, n, here, read, known.specs[n - 1], waivers)))
            results |= read
        return Again(results, _plain(document(datasets, _facts(then))))


# reading


def _read(
    then: Document, number: int, found: Mapping[int, Path], known: Known, waivers: Sequence[Waiver], pool: Readers
) -> dict[int, Result]:  # fmt: skip
    """Read each content of a dataset once, for the round and on the day that the report says."""
    spec = known.specs[number - 1] if then["run"]["datasets"][number - 1]["spec_asked"] is not None else None
    setting = Setting(spec, known.rounds, {}, waivers, known.jobs, known.password)
    files = {at: _told(then, at, found[at]) for at in _each_once(then["files"], found)}
    read = {at: result for some in read_again(files, setting, pool) for at, result in some.items()}
    for at, result in read.items() if then["run"]["redacted"] else ():
        result.path = then["files"][at]["path"]
        if result.submission is not None:
            result.submission.path = result.path
    return read


def _each_once(files: Sequence[FileRow], found: Mapping[int, Path]) -> list[int]:
    """Give the rows that are read: of each content the one that is not a copy of another."""
    first: dict[str | None, int] = {}
    for at in sorted(found, key=lambda at: (files[at]["copy_of"] is not None, at)):
        first.setdefault(files[at]["sha256"], at)
    return sorted(first.values())


def _told(then: Document, at: int, path: Path) -> Told:
    """Give what is told of a file; a redacted report does not say what it was called, so it is read as it is now."""
    row = then["files"][at]
    name = path_text(path) if then["run"]["redacted"] else row["read_as"] or row["path"]
    return Told(path, name, row["read_for"], date.fromisoformat(row["checked"]), row)


# putting together


@contextmanager
def _dataset(
    then: Document, number: int, found: Mapping[int, Path], read: Mapping[int, Result], spec: str | None,
    waivers: Sequence[Waiver],
) -> Iterator[Dataset]:  # fmt: skip
    """Give a dataset of the report as it tells: what came when and in which order, and what was decided."""
    about = then["run"]["datasets"][number - 1]
    rows = [then["files"][at] for at in found]
    given: dict[str, list[str]] = {}
    for row in reversed(rows):
        given.setdefault(row["submission"], []).append(row["path"])
    made = list(_decisions(then, number))
    told = dataset_as_told(
        list(read.values()), load(spec) if spec else None, waivers, list(_receipts(rows)), made
    )
    with told as (store, _):
        asked = ValidationRequest(Wanted(spec if about["spec_asked"] else None), date.min)
        kept = (ELSEWHERE if about["holds_others"] else HOME) if about["lasting"] else None
        yield Dataset(
            store, tuple(waivers), _stand_in(about["round"], about["spec"]), kept,
            Source([Path(row["path"]) for row in rows], asked),
            given=given,
            order={row["sha256"] or "": row["order"] for row in rows if row["order"] is not None},
            decisions=tuple(made),
        )  # fmt: skip


def _stand_in(name: str | None, spec: str) -> Round | None:
    """Give the round of a dataset, of which no more is told here than its name."""
    return Round(HOME, name, spec, None, None, ()) if name is not None else None


def _receipts(rows: Sequence[FileRow]) -> Iterator[Receipt]:
    """Say when files came; where no ledger told the order, that of the report."""
    for at, row in enumerate(rows, start=1):
        if row["sha256"] is not None:
            day = date.fromisoformat(row["arrived"]) if row["arrived"] else None
            order = at if row["order"] is None else row["order"]
            yield Receipt(row["path"], row["sha256"], order, day, row["arrival"] == STATED)


def _decisions(then: Document, number: int) -> Iterator[Made]:
    for row in then["decisions"]:
        if row["dataset"] == number:
            made = Decision(row["n"], row["choice"], row["reason"], row["day"], row["by"], row["known"])
            yield Made(row["submission"], row["file"], made, in_force=True)


def _facts(then: Document) -> Facts:
    """Take over what the report says of its run, for nobody can know it today."""
    run = then["run"]
    today = date.fromisoformat(run["today"])
    return Facts(run["started"], today, run["command"], run["language"], run["redacted"])


def _plain(made: Document) -> Document:
    """As it comes back from JSON."""
    data: Document = json.loads(render(made))
    return data


# files read again

BATCH = 50  # files whose results are held at a time


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a file: where its bytes are, its path then, for which round and on which day it was checked.

    `row` is what was found in it, as a row of a report: what only the folder of its round could tell is taken from it
    where that is not at hand.
    """

    file: Path
    path: str
    read_for: str | None
    checked: date
    row: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Setting:
    """What every file is asked: the spec, where one was named; the rounds at hand, by name; and what was waived."""

    spec: str | None
    rounds: Mapping[str, Round]
    specs: Mapping[str, str] = field(default_factory=dict)  # by the round, where one has a version of its own
    waivers: Sequence[Waiver] = ()
    jobs: int = 1
    password: str | None = field(default=None, repr=False)

    def request(self, round_: str | None, day: date) -> ValidationRequest:
        """Ask for the files of a round, or of none, on a day."""
        wanted = Wanted(self.specs.get(round_ or "", self.spec))
        if round_ is not None and round_ in self.rounds:
            wanted = replace(self.rounds[round_].wanted, spec=wanted.spec)
        return ValidationRequest(wanted, day, self.jobs, self.password, tuple(self.waivers))


def read_again(files: Mapping[int, Told], setting: Setting, pool: Readers) -> Iterator[dict[int, Result]]:
    """Give the results by the number of their file, some at a time: a thousand are more than fits into memory."""
    groups: dict[tuple[str | None, date], list[int]] = defaultdict(list)
    for number, told in files.items():
        groups[told.read_for, told.checked].append(number)
    for (round_, day), numbers in groups.items():
        request = setting.request(round_, day)
        for start in range(0, len(numbers), BATCH):
            some = {number: files[number] for number in numbers[start : start + BATCH]}
            results = dict(zip(some, _results(list(some.values()), request, pool), strict=True))
            for number, told in some.items() if round_ is not None else ():
                take_over(results[number], told.row, setting.waivers, at_hand=round_ in setting.rounds)
            yield results


def _results(files: Sequence[Told], request: ValidationRequest, pool: Readers) -> list[Result]:
    with under_their_names([(told.file, told.path) for told in files]) as paths:
        results = [*validated(paths, request, pool)]
    for told, result in zip(files, results, strict=True):
        result.path, result.read_for = told.path, told.read_for
        if result.submission is not None:
            result.submission.path = told.path
    return results


# what only the folder of its round can tell of a file

LEFT_OUT = "…"


def not_compared(round_: str) -> str:
    """Say what of the files of a round, or of several, is not compared where its folder is not at hand."""
    return (
        f"The folder of the round {round_} is not available: signatures and teams ({', '.join(OF_ROUND)}) are not "
        "compared."
    )


def take_over(
    result: Result, row: Mapping[str, Any], waivers: Sequence[Waiver], *, at_hand: bool = False
) -> None:
    """Put into a result what the report says of its signature, and the findings that only the round can tell.

    Of a round at hand only those about the mail that a return came with: addresses of teams change.

    Whatever the row lacks is not there afterwards either, and so is a difference.
    """
    if result.submission is None or result.outcome is None:
        return
    for at, finding in _findings(row, OF_MAIL if at_hand else (*OF_MAIL, *OF_ROUND)):
        result.findings.insert(at, finding)
    if at_hand:
        return
    result.findings = waived(result.findings, result.sha256, waivers)
    errors = any(each.severity is Severity.ERROR and each.open for each in result.findings)
    result.verdict = RETURNED if errors else ACCEPTED
    result.submission.signature = str((row.get("identity") or {}).get("signature"))
    checks = row.get("checks") or {}
    result.outcome.checks_run = _of_round(result.outcome.checks_run, checks.get("run", ()))
    told = {skip["code"]: _reason(skip) for skip in checks.get("not_run", ()) if skip.get("code") in OF_ROUND}
    others = {code: why for code, why in result.not_run.items() if code not in OF_ROUND}
    result.not_run = others | told


def _reason(skipped: Mapping[str, Any]) -> str | Kept:
    with suppress(KeyError, ValueError):  # another program may have written it
        return reason_of(skipped)
    return str(skipped.get("why"))


def _of_round(ours: Collection[str], told: Collection[str]) -> list[str]:
    """Give the codes of checks that ran: those of the round as the report has them."""
    return sorted(
        {*(code for code in ours if code not in OF_ROUND), *(code for code in told if code in OF_ROUND)}
    )


def _findings(row: Mapping[str, Any], codes: Collection[str]) -> Iterator[tuple[int, Finding]]:
    """Give the findings of the round with their places among the others."""
    for at, told in enumerate(row.get("findings") or ()):
        if told.get("code") in codes:
            with suppress(ValueError):  # one that is none is not there afterwards, and so is a difference
                row = TypeAdapter(FindingRow).validate_python({**told, "details": {}})
                yield at, _finding(dict(row), told.get("details") or {})


def _finding(row: dict[str, Any], details: object) -> Finding:
    """Give a finding as it is told; a value that was left out of a redacted report is left out once more."""
    kind = CATALOGUE.get(row["code"])
    if row["value"] is None and kind is not None and "value" in placeholders(kind.message):
        row["value"] = LEFT_OUT
    # as in a dataset, or as in a report
    stored = details if isinstance(details, str) else json.dumps(details)
    return finding_of(row | {"details": stored, "waiver_number": None}, {}, "")
