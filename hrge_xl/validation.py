"""Validates returned files: read, check, verdict; one result a file, whatever the file is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from . import kept_texts
from .errors import looking_at
from .fault_isolation import apart, stopped
from .findings import Finding, Severity, Waiver, Words, waived
from .findings.file import CHANGED_WHILE_READ
from .intake import Readers, Refusal, Wanted, layout_of, read_many, readers
from .kept_texts import Kept
from .layout import Layout
from .layout.wording import text
from .paths import check_several
from .spec.load import load
from .spec.model import Spec
from .submission import Submission
from .under_way import steps

if TYPE_CHECKING:  # pandas is slow to import
    from .checks import Outcome

ACCEPTED, RETURNED, REFUSED = "accepted", "returned", "refused"


@dataclass
class Result:
    """What became of one file. `submission`, `layout` and `outcome` are None for a refused one."""

    path: str
    sha256: str | None
    size: int | None
    verdict: str
    findings: list[Finding]
    submission: Submission | None = None
    layout: Layout | None = None
    outcome: Outcome | None = None
    not_run: dict[str, str | Kept] = field(default_factory=dict)
    checked: date | None = None  # the day of the check
    read_for: str | None = None  # the round whose key, teams and period it was checked by

    def count(self, severity: Severity) -> int:
        """Count the findings of this severity."""
        return sum(finding.severity is severity for finding in self.findings)

    def words(self, finding: Finding, language: str = "") -> Words:
        """Put one of its findings into words, in the language of its team where no other is named."""
        return text(finding, language, self.layout.spec if self.layout else None, self.path)


@dataclass(frozen=True)
class ValidationRequest:
    """What is asked of files: which spec, round, teams and key, and the day of the check."""

    wanted: Wanted
    today: date  # what is overdue or in the future goes by it
    jobs: int = 1
    password: str | None = field(
        default=None, repr=False
    )  # opens encrypted workbooks, with the extra `encrypted`
    waivers: tuple[Waiver, ...] = ()  # as they stand on that day
    rejudge: bool = False  # files that a dataset has as they were checked on another day are checked again


Noticed = Callable[[str, str], Iterable[Finding]]


@dataclass(frozen=True)
class Source:
    """Files and what is asked of them: those of one round with its key and teams, or loose ones.

    `home` is the folder of that round, whose ledger rules them; `noticed` gives what no file says by itself: what is
    noticed about how a content came that is of a team.
    """

    files: Sequence[Path]
    asked: ValidationRequest
    home: Path | None = None
    noticed: Noticed | None = None

    def __post_init__(self) -> None:
        check_several("files", self.files)


def noticed_of(sources: Iterable[Source]) -> dict[str, Noticed]:
    """Give what is noticed about how returns came, by the name of their round."""
    return {
        each.asked.wanted.round: each.noticed for each in sources if each.noticed and each.asked.wanted.round
    }


def validate(paths: Sequence[Path], asked: ValidationRequest) -> list[Result]:
    """Give every file read and checked, in the order given; files in = results out."""
    check_several("paths", paths)
    with readers(asked.jobs) as pool:
        return validate_batch(paths, asked, pool)


def validate_batch(paths: Sequence[Path], asked: ValidationRequest, by: Readers) -> list[Result]:
    """Read some files, and check each as soon as it is read."""
    Thread(
        target=import_module, args=(f"{__package__}.checks.run",), daemon=True
    ).start()  # while others read
    readings = read_many(paths, asked.wanted, password=asked.password, by=by)
    return check_all(steps(readings, len(paths), "Reading returned files"), asked)


def check_all(readings: Iterable[Submission | Refusal], asked: ValidationRequest) -> list[Result]:
    """Check what was read; whatever goes wrong with one of the files is its own fault alone."""
    results = (result for each in readings for result in apart(partial(_check, asked), [each], _stopped))
    return [replace(result, checked=asked.today, read_for=asked.wanted.round) for result in results]


def _check(asked: ValidationRequest, readings: Sequence[Submission | Refusal]) -> list[Result]:
    from .checks import check

    (reading,) = readings
    if isinstance(reading, Refusal):
        return [_refused(reading)]
    with looking_at(reading.path):
        layout = layout_of(reading, asked.wanted)
        (outcome,) = check([(reading, layout)], today=asked.today)
        return [_checked(reading, layout, outcome, asked.waivers)]


def _checked(submission: Submission, layout: Layout, outcome: Outcome, waivers: Sequence[Waiver]) -> Result:
    """Give a file without an error is accepted, and so is one whose every error somebody has accepted as it is."""
    findings = waived(outcome.findings, submission.sha256, waivers)
    errors = any(finding.severity is Severity.ERROR and finding.open for finding in findings)
    return Result(
        submission.path,
        submission.sha256,
        submission.size,
        RETURNED if errors else ACCEPTED,
        findings,
        submission,
        layout,
        outcome,
        outcome.checks_not_run,
    )


def _stopped(reading: Submission | Refusal, fault: Exception) -> list[Result]:
    return [stopped_result(Result(reading.path, reading.sha256, reading.size, REFUSED, []), fault)]


def stopped_result(about: Result, fault: Exception) -> Result:
    """Give the result, in place of another, for a file on which a fault of this program showed."""
    return _instead(about, stopped(about.path, fault))


def changed_result(result: Result) -> Result:
    """Give the result of a file that was not the same all the time: what was read has no hash that could be named."""
    return _instead(replace(result, sha256=None, size=None), CHANGED_WHILE_READ.at())


def _instead(about: Result, why: Finding) -> Result:
    refused = _refused(Refusal(about.path, about.sha256, about.size, (why,)))
    return replace(refused, checked=about.checked, read_for=about.read_for)


def _refused(refusal: Refusal) -> Result:
    not_run: dict[str, str | Kept] = dict.fromkeys("SVRXP", kept_texts.NOT_READ)
    findings = list(refusal.observations)
    return Result(refusal.path, refusal.sha256, refusal.size, REFUSED, findings, not_run=not_run)


def spec_of(asked: ValidationRequest, results: Sequence[Result]) -> Spec | None:
    """Give the spec that the run was about: the one asked for, else that of the first file read."""
    if asked.wanted.spec is not None:
        return load(asked.wanted.spec)
    return next((result.layout.spec for result in results if result.layout is not None), None)
