"""Returned files read again, under the names that they came with and checked on their days."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import TypeAdapter

from ..core.message_templates import MessageTemplate, is_ours
from ..core.work import grouped
from ..dataset.rows import finding_of, reason_of
from ..dataset.update_statuses import OF_MAIL, OF_ROUND
from ..exchange.validation import Readers, Result, ValidationRequest, validated, verdict_of
from ..findings import CATALOGUE, Finding, Waiver, waived
from ..layout.wording import LEFT_OUT, placeholders
from ..ledger.files import sha256_of, under_their_names
from ..outputs.document import FindingRow
from ..reader import ExpectedReturn
from ..rounds.rounds import Round, is_round, load_round, round_around

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
    groups = grouped(((file.read_for, file.checked), number) for number, file in files.items())
    for (round_, day), numbers in groups.items():
        request = setting.request(round_, day)
        for start in range(0, len(numbers), BATCH):
            some = [(number, files[number]) for number in numbers[start : start + BATCH]]
            with under_their_names([(file.file, file.path) for _, file in some]) as paths:
                results = [*validated(paths, request, pool)]
            for (_, file), result in zip(some, results, strict=True):
                set_path(result, file.path)
                result.read_for = round_
                if round_ is not None:
                    copy_round_facts(result, file.row, setting.waivers, at_hand=round_ in setting.rounds)
            yield {number: result for (number, _), result in zip(some, results, strict=True)}


def set_path(result: Result, path: str) -> None:
    """Tell of a file under another path than that of the copy it was read from."""
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


def _reason(skipped: Mapping[str, Any]) -> str | MessageTemplate:
    """Give why a check did not run, as it was kept if that is a text of ours: another program may have written it."""
    with suppress(KeyError, ValueError):
        why = reason_of(skipped["why"], skipped.get("details"))
        if isinstance(why, MessageTemplate) and is_ours(why):
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
                kept = {"details": stored, "waiver_number": None, "row_code": found["row"]}
                yield at, finding_of(found | kept, {}, "")


def sha256_by_path(folders: Iterable[Path], closed: list[str]) -> Iterator[tuple[Path, str]]:
    """Give every file of some folders with its hash; what there is to say of those that cannot be opened is added."""
    for folder in folders:
        for path in sorted(folder.rglob("*")) if folder.is_dir() else [folder]:
            if path.is_symlink() or not path.is_file():
                continue
            try:
                yield path, sha256_of(path)
            except OSError as error:
                closed.append(f"{path} cannot be opened ({error.strerror}): it was not looked at.")
