"""A report made again: files read under their names, checked on their days, and put together as the report tells.

What no file says by itself (in which order files came and when, what was decided, what was waived) is the report's
own word; `verify_report` holds it against the ledger where one is at hand.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import TypeAdapter

from ..dataset.rows import finding_of, reason_of
from ..dataset.temporary_dataset import dataset_as_told
from ..dataset.update_statuses import OF_MAIL, OF_ROUND
from ..dates import parse_day
from ..findings import CATALOGUE, Finding, Waiver, waived
from ..grouping import grouped
from ..intake import ExpectedReturn
from ..kept_texts import Kept, is_ours
from ..layout.wording import LEFT_OUT, placeholders
from ..ledger.events import NEXT, FilesReceived, ReceivedFile
from ..ledger.files import under_their_names
from ..ledger.judgements import Decision
from ..ledger.ledger import STATED
from ..paths import path_text
from ..reports.build import Facts, document
from ..reports.document import Document, FileRow, FindingRow
from ..reports.file_rows import waiver_of
from ..reports.formats.json import render
from ..rounds.datasets import Dataset
from ..rounds.rounds import Round, is_round, load_round, round_around
from ..spec.load import load
from ..validation import Readers, Result, Source, ValidationRequest, readers, validated, verdict_of

# Where the folder of a round would be, and a dataset kept apart.
HOME, ELSEWHERE = Path("round"), Path("dataset")


def run_again(
    then: Document, found: Mapping[int, Path], specs: Sequence[str | None], setting: Setting
) -> tuple[dict[int, Result], Document]:
    """Read and check the files of a report once more; give results by the number of their row, and the report again.

    `found` is where they are, by the number of their row; `specs` what the spec of each dataset is loaded by. Raises
    `SpecError` where a spec is wrong.
    """
    run = then["run"]
    today = date.fromisoformat(run["today"])
    setting = replace(setting, waivers=tuple(waiver_of(row).on(today) for row in then["waivers"]))
    results: dict[int, Result] = {}
    datasets = []
    with ExitStack() as stack:
        pool = stack.enter_context(readers(setting.jobs))
        for number, (about, spec) in enumerate(zip(run["datasets"], specs, strict=True), start=1):
            here = {at: path for at, path in found.items() if then["files"][at]["dataset"] == number}
            asked = replace(setting, spec=spec if about["spec_asked"] is not None else None)
            read: dict[int, Result] = {}
            for some in read_again(dict(_each_once(then, here)), asked, pool):
                read |= some
            for at, result in read.items() if run["redacted"] else ():
                _call(result, then["files"][at]["path"])
            datasets.append(
                stack.enter_context(_dataset(then, number, here, read.values(), spec, setting.waivers))
            )
            results |= read
        # what only the command knew is the report's own word
        facts = Facts(run["started"], today, run["command"], run["language"], run["redacted"])
        made: Document = json.loads(render(document(datasets, facts)))
        return results, made


def _each_once(then: Document, found: Mapping[int, Path]) -> Iterator[tuple[int, ReportedFile]]:
    """Give the files that are read, by the number of their row: of each content the one that is no copy of another.

    A redacted report does not say what a file was called, so it is read under the name that it has now.
    """
    files = then["files"]
    first: dict[str | None, int] = {}
    for at in sorted(found, key=lambda at: (files[at]["copy_of"] is not None, at)):
        first.setdefault(files[at]["sha256"], at)
    for at in sorted(first.values()):
        row, path = files[at], found[at]
        name = path_text(path) if then["run"]["redacted"] else row["read_as"] or row["path"]
        yield at, ReportedFile(path, name, row["read_for"], date.fromisoformat(row["checked"]), row)


@contextmanager
def _dataset(
    then: Document, number: int, found: Iterable[int], read: Iterable[Result], spec: str | None,
    waivers: tuple[Waiver, ...],
) -> Iterator[Dataset]:  # fmt: skip
    """Give a dataset of the report as it tells: what came when and in which order, and what was decided.

    Of its round no more is told than its name.
    """
    about, rows = then["run"]["datasets"][number - 1], [then["files"][at] for at in found]
    given: dict[str, list[str]] = {}
    for row in reversed(rows):
        given.setdefault(row["submission"], []).append(row["path"])
    name, keys = about["round"], Decision.__dataclass_fields__
    decisions = [
        Decision(**{key: row[key] for key in keys if key in row})  # type: ignore[literal-required]
        for row in then["decisions"]
        if row["dataset"] == number
    ]
    loaded = load(spec) if spec else None
    with dataset_as_told(list(read), loaded, waivers, _receipts(rows), decisions) as (store, _):
        asked = ValidationRequest(ExpectedReturn(spec if about["spec_asked"] else None), date.min)
        yield Dataset(
            store, waivers, Round(HOME, name, about["spec"], None, None, ()) if name is not None else None,
            (ELSEWHERE if about["holds_others"] else HOME) if about["lasting"] else None,
            Source([Path(row["path"]) for row in rows], asked),
            given=given,
            order={row["sha256"] or "": row["order"] for row in rows if row["order"] is not None},
            decisions=tuple(decisions),
        )  # fmt: skip


def _receipts(rows: Iterable[FileRow]) -> Iterator[FilesReceived]:
    """Say when files came; where no ledger told the order, that of the report."""
    by_day = grouped(
        ((row["arrived"], row["arrival"] == STATED), (at if row["order"] is None else row["order"], row))
        for at, row in enumerate(rows, start=1)
    )
    for (day, stated), some in by_day.items():
        files = tuple(
            ReceivedFile(order=order, sha256=row["sha256"], path=row["path"], size=None)
            for order, row in some
            if row["sha256"] is not None
        )
        yield FilesReceived(number=NEXT, day=parse_day(day or ""), stated=stated, files=files)


# files read again

BATCH = 50  # files whose results are held at a time


class ReportedFile(NamedTuple):
    """A file that a report or a dataset tells of: where its bytes are, and its path, round and day when it was checked.

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
    waivers: tuple[Waiver, ...] = ()
    jobs: int = 1
    password: str | None = field(default=None, repr=False)

    def request(self, round_: str | None, day: date) -> ValidationRequest:
        """Ask for the files of a round, or of none, on a day."""
        wanted = ExpectedReturn(self.specs.get(round_ or "", self.spec))
        if round_ is not None and round_ in self.rounds:
            wanted = replace(self.rounds[round_].wanted, spec=wanted.spec)
        return ValidationRequest(wanted, day, self.jobs, self.password, self.waivers)


def rounds_at_hand(folders: Iterable[Path], returned: Iterable[Path] = ()) -> dict[Path, Round]:
    """Give the rounds at hand by their folder: some folders that are rounds, and those of what came back."""
    around = [*folders, *(round_around(folder) or folder for folder in returned)]
    there = dict.fromkeys(folder.resolve() for folder in around)
    return {folder: load_round(folder) for folder in there if is_round(folder)}


def read_again(
    files: Mapping[int, ReportedFile], setting: Setting, pool: Readers
) -> Iterator[dict[int, Result]]:
    """Give the results by the number of their file, some at a time: a thousand are more than fits into memory."""
    groups: dict[tuple[str | None, date], list[int]] = defaultdict(list)
    for number, file in files.items():
        groups[file.read_for, file.checked].append(number)
    for (round_, day), numbers in groups.items():
        request = setting.request(round_, day)
        for start in range(0, len(numbers), BATCH):
            some = [(number, files[number]) for number in numbers[start : start + BATCH]]
            with under_their_names([(file.file, file.path) for _, file in some]) as paths:
                results = [*validated(paths, request, pool)]
            for (_, file), result in zip(some, results, strict=True):
                _call(result, file.path)
                result.read_for = round_
                if round_ is not None:
                    copy_round_facts(result, file.row, setting.waivers, at_hand=round_ in setting.rounds)
            yield {number: result for (number, _), result in zip(some, results, strict=True)}


def _call(result: Result, path: str) -> None:
    """Give a result the path under which its file is told of."""
    result.path = path
    if result.submission is not None:
        result.submission.path = path


# what only the folder of its round can tell of a file


def not_compared(round_: str) -> str:
    """Say what of the files of a round, or of several, is not compared where its folder is not at hand."""
    return (
        f"The folder of the round {round_} is not available: signatures and teams ({', '.join(OF_ROUND)}) are not "
        "compared."
    )


def copy_round_facts(
    result: Result, row: Mapping[str, Any], waivers: Sequence[Waiver], *, at_hand: bool
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
    result.verdict = verdict_of(result.findings)
    result.submission.signature = str((row.get("identity") or {}).get("signature"))
    checks = row.get("checks") or {}
    ran = {code for code in result.outcome.checks_run if code not in OF_ROUND}
    result.outcome.checks_run = sorted(ran.union(set(OF_ROUND).intersection(checks.get("run", ()))))
    told = {skip["code"]: _reason(skip) for skip in checks.get("not_run", ()) if skip.get("code") in OF_ROUND}
    others = {code: why for code, why in result.not_run.items() if code not in OF_ROUND}
    result.not_run = others | told


def _reason(skipped: Mapping[str, Any]) -> str | Kept:
    """Give why a check did not run, as it was kept if that is a text of ours: another program may have written it."""
    with suppress(KeyError, ValueError):
        why = reason_of(skipped)
        if isinstance(why, Kept) and is_ours(why):
            return why
    return str(skipped.get("why"))


def _findings(row: Mapping[str, Any], codes: Collection[str]) -> Iterator[tuple[int, Finding]]:
    """Give the findings of the round with their places among the others.

    A value that was left out of a redacted report is left out once more.
    """
    for at, told in enumerate(row.get("findings") or ()):
        if told.get("code") in codes:
            with suppress(ValueError):  # one that is none is not there afterwards, and so is a difference
                found = dict(TypeAdapter(FindingRow).validate_python({**told, "details": {}}))
                kind = CATALOGUE.get(told["code"])
                if found["value"] is None and kind is not None and "value" in placeholders(kind.message):
                    found["value"] = LEFT_OUT
                details = told.get("details") or {}  # as in a dataset, or as in a report
                stored = details if isinstance(details, str) else json.dumps(details)
                yield at, finding_of(found | {"details": stored, "waiver_number": None}, {}, "")
