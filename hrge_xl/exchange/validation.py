"""Validates returned files: each is read and checked in a process of its own; one result a file, whatever the file is.

The process may be taken over by what it reads. It has no key: signatures are settled here, and so are waivers and the
verdict; what it answers is believed about its own file only.
"""

from __future__ import annotations

import logging
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Final

from ..answers.corrections import OfficeCorrection
from ..answers.submission import VALID, ClosedReturn, Identity, Outcome, Submission
from ..core import message_templates
from ..core.bounds import BoundedText
from ..core.dates import day_here
from ..core.errors import SpecError, error_context
from ..core.message_templates import MessageTemplate, is_ours
from ..core.notebook import html_table
from ..core.paths import check_several, path_text
from ..core.program import UnfitRow, isolate_failures, write_log
from ..core.work import track_progress
from ..findings import CATALOGUE, Finding, Severity, Waiver, Words, waived
from ..findings.file import CHANGED_WHILE_READ, ROW_WITHOUT_A_PLACE, STOPPED_BY_THIS_FILE
from ..findings.identity import SIGNATURE_INVALID
from ..layout import Layout
from ..layout.wording import text
from ..reader import ExpectedReturn, File, Refusal, spec_of, stamp_alone
from ..reader.gate import fingerprint, open_untrusted
from ..reader.identity import Elsewhere, is_read_by, settled, signed_copy, teams_named
from ..reader.limits import LIMITS, ReadLimits
from ..reader.worker import Died, NotStarted, WorkerPool, cores
from ..spec.carried import cache_to_tell, use_cache
from ..spec.load import find, is_path, load, spec_folders
from ..spec.model import Spec

_log = logging.getLogger(__name__)

ACCEPTED: Final = "accepted"
RETURNED: Final = "returned"
REFUSED: Final = "refused"
# that are told of a fault, and characters of each
MOST_FRAMES = 60
LONGEST_FRAME = 500


@dataclass
class Result:
    """What became of one file. `submission` and `outcome` are None for a refused one."""

    path: BoundedText
    sha256: BoundedText | None
    size: int | None
    verdict: BoundedText
    findings: list[Finding]
    submission: Submission | None = None
    outcome: Outcome | None = None
    not_run: dict[BoundedText, BoundedText | MessageTemplate] = field(default_factory=dict)
    checked: date | None = None  # the day of the check
    read_for: BoundedText | None = None  # the round whose key, teams and period it was checked by
    read_by: BoundedText | None = (
        None  # the spec that was asked for; None for the one that its stamp names
    )
    untouched: bool = False  # nothing stands in it that was not there when it was issued
    stamps: tuple[
        Identity, ...
    ] = ()  # both copies as they stand in the file, until its signature is checked
    team: BoundedText = ""  # whose it is: the team of the stamp, as its round calls it today

    def __repr__(self) -> str:
        counted = ", ".join(f"{severity}: {self.count(severity)}" for severity in Severity)
        return f"<Result {self.path!r}: {self.verdict}; {counted}>"

    def _repr_html_(self) -> str:
        """Show it in a notebook, with the first of its findings."""
        worded = ((finding, self.words(finding)) for finding in self.findings)
        rows = (
            (
                finding.code,
                finding.severity,
                finding.sheet or "",
                finding.cell or "",
                words.message,
                words.remedy,
            )
            for finding, words in worded
        )
        heads = ("code", "severity", "sheet", "cell", "what is wrong", "what to do")
        return html_table(self, heads, rows)

    @property
    def spec(self) -> Spec | None:
        """The spec that it was read by; None for a refused one."""
        return None if self.submission is None else spec_of(self.submission.identity, self.read_by)

    @property
    def layout(self) -> Layout | None:
        """The layout that it was read against; None for a refused one."""
        from ..reader.read import expected_return

        if self.submission is None:
            return None
        return expected_return(self.submission.identity, self.read_by).layout

    def count(self, severity: Severity) -> int:
        """Count the findings of this severity."""
        return sum(finding.severity is severity for finding in self.findings)

    def words(self, finding: Finding, language: str = "") -> Words:
        """Put one of its findings into words, in the language of its team where no other is named."""
        return text(finding, language, self.spec, self.path)


@dataclass(frozen=True)
class ValidationRequest:
    """What is asked of files: which spec, round, teams and key, and the day as of which new ones are checked."""

    wanted: ExpectedReturn = field(default_factory=ExpectedReturn)
    today: date = field(default_factory=day_here)
    jobs: int = 1
    # opens encrypted workbooks, with the extra `encrypted`
    password: str | None = field(default=None, repr=False)
    waivers: tuple[Waiver, ...] = ()  # as they stand on that day
    passwords: Sequence[tuple[str, str]] = field(
        default=(), repr=False
    )  # of teams, which open theirs
    corrections: tuple[OfficeCorrection, ...] = ()  # by the office, in force
    # on which contents were taken in, by hash: they are checked as of that day
    days: Mapping[str, date] = field(default_factory=dict, repr=False)
    # of a closed round what each content was on that day, by hash
    closing: Mapping[str, ClosedReturn] = field(default_factory=dict, repr=False)

    def day_of(self, sha256: str | None) -> date:
        """Return the day as of which a content is checked."""
        return self.days.get(sha256 or "", self.today)

    def passwords_for(self, path: Path) -> list[str]:
        """Return the passwords that may open a file, first those that are likeliest: it may bear the name of its
        team.
        """
        named = teams_named(path.name, [team for team, _ in self.passwords])
        by_name = sorted(self.passwords, key=lambda pair: pair[0] not in named)
        return [
            *dict.fromkeys(filter(None, [self.password, *(password for _, password in by_name)]))
        ]


Noticed = Callable[[str, str], Iterable[Finding]]


@dataclass(frozen=True)
class Source:
    """Files and what is asked of them: those of one round with its key and teams, or loose ones.

    `home` is the folder of that round, whose ledger rules them; `expected` are its teams, with country and deadline;
    `noticed` gives what no file says by itself: what is noticed about how a content came that is of a team. `before` is
    what the round before came to, as JSON; `notes` say what there is to know of all of it; `closed` is when it ended.
    """

    files: Sequence[Path]
    asked: ValidationRequest
    home: Path | None = None
    noticed: Noticed | None = None
    expected: Sequence[tuple[str, str, date | None]] = ()
    before: str = ""
    notes: Sequence[str] = ()
    closed: date | None = None

    def __post_init__(self) -> None:
        check_several("files", self.files)


def noticed_of(sources: Iterable[Source]) -> dict[str, Noticed]:
    """Return what is noticed about how returns came, by the name of their round."""
    return {
        source.asked.wanted.round: source.noticed
        for source in sources
        if source.noticed and source.asked.wanted.round
    }


def validate(
    paths: Sequence[str | Path],
    request: ValidationRequest,
    reader: Reader | None = None,
    meanwhile: Callable[[], object] | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> Iterator[Result]:
    """Return every file read and checked, as soon as it is, in the order given; files in = results out.

    `progress` hears how many files are done, and of how many. `meanwhile` is done here while another process reads the
    first file. Raises `UsageError` or `SpecError` when the wanted spec does not exist or has mistakes,
    and, at the file, `SpecError` where a stamp names a spec that has some.
    """
    check_several("paths", paths)
    if request.wanted.spec is not None:
        load(request.wanted.spec)

    def results() -> Iterator[Result]:
        with nullcontext(reader) if reader else Reader(request.jobs) as at_work:
            outcomes = validated(paths, request, at_work, meanwhile)
            tracked = track_progress(outcomes, len(paths), "Reading returned files")
            for count, result in enumerate(tracked, start=1):
                _log.info("%s: %s, %d findings", result.path, result.verdict, len(result.findings))
                if progress:
                    progress(count, len(paths))
                yield result

    return results()


# in a process of its own


@dataclass(frozen=True, slots=True)
class FileToCheck:
    """One file to read and check, what is expected of it, the day of the check, and what the office corrected in it."""

    file: File
    expected: ExpectedReturn
    today: date
    corrections: tuple[OfficeCorrection, ...] = ()


@dataclass(frozen=True, slots=True)
class ProgramFault:
    """An error of this program that showed with a file: its type, and where it was raised."""

    type: BoundedText
    frames: tuple[BoundedText, ...]

    @property
    def error(self) -> Exception:
        """The error as it can be put into a log here."""
        name = self.type if self.type.isidentifier() else "Exception"
        frames = "\n".join(frame[:LONGEST_FRAME] for frame in self.frames[:MOST_FRAMES])
        exception: Exception = type(name[:LONGEST_FRAME], (Exception,), {})(frames)
        return exception


@dataclass(frozen=True, slots=True)
class SpecBroken:
    """The spec of a file has mistakes, which is no fault of the file: whoever loads it finds them."""


def check_file(job: FileToCheck) -> Result | ProgramFault | SpecBroken:
    """Read and check one file: what a child process does."""
    from ..reader.read import read_content

    try:
        reading = read_content(job.file, job.expected)
        result = checked(reading, job.expected.spec, job.today, job.corrections)
        # by what it was read the parent knows; the name of that folder need not be text
        return replace(result, read_by=None) if isinstance(result, Result) else result
    except SpecError:
        return SpecBroken()


def check_with_cache(cache: str, job: FileToCheck) -> Result | ProgramFault | SpecBroken:
    """Read and check one file in a process without its user's environment, which is told where checked specs are."""
    use_cache(cache)
    return check_file(job)


def checked(
    reading: Submission | Refusal,
    spec_name: str | None,
    today: date,
    corrections: Sequence[OfficeCorrection] = (),
) -> Result | ProgramFault:
    """Check what was read of a file by the wanted spec, in this process; the verdict comes later.

    What the office corrected in it stands in place of what came.
    """
    if isinstance(reading, Refusal):
        return _refused(reading)
    from ..checks import check
    from ..reader.read import expected_return
    from .issuing import is_as_issued

    try:
        plan = expected_return(reading.identity, spec_name)
        layout = plan.layout
        outcome = check(reading, layout, today=today)
        if corrections:
            from .correcting import with_corrections

            reading, outcome = with_corrections(reading, outcome, corrections, plan, today)
        untouched = is_as_issued(reading, layout)
    except (MemoryError, SpecError):
        raise
    except Exception as fault:  # noqa: BLE001 - whatever nobody foresaw costs this file, and leaves a log
        frames = traceback.extract_tb(fault.__traceback__)
        trace = (
            f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}' for frame in frames
        )
        return ProgramFault(type(fault).__name__, tuple(trace))
    entered = [answer for answer in reading.answers if not answer.calculated]
    sent = replace(
        reading,
        answers=[*entered, *outcome.calculated],
        observations=[],
        shown_checks=None,
        shown_rows={},
        shown_otherwise=[],
        stamps=(),
    )
    findings = outcome.findings
    not_run = outcome.checks_not_run
    outcome = replace(outcome, findings=[], calculated=[], checks_not_run={})
    return Result(
        sent.path,
        sent.sha256,
        sent.size,
        ACCEPTED,
        findings,
        sent,
        outcome,
        not_run,
        read_by=spec_name,
        untouched=untouched,
        stamps=reading.stamps,
    )


# here


class Reader(WorkerPool[FileToCheck, Result | ProgramFault | SpecBroken]):
    """Processes that read and check files, each in its sandbox and under limits; they live until it is closed.

    They learn what files have in common: the next file costs what reading it costs. Threads may share a reader.
    """

    def __init__(self, jobs: int = 1, limits: ReadLimits = LIMITS) -> None:
        """Start nothing yet; `jobs` are processes (0: as many as this machine runs at a time)."""
        check = partial(check_with_cache, cache_to_tell())
        super().__init__(check, jobs or cores(), limits, spec_folders(), believed)

    def validate(
        self,
        paths: Sequence[str | Path],
        request: ValidationRequest | None = None,
        progress: Callable[[int, int], object] | None = None,
    ) -> Iterator[Result]:
        """Read and check files, and yield each result as soon as it is there."""
        return validate(paths, request or ValidationRequest(), self, progress=progress)

    def check(self, path: str | Path, request: ValidationRequest | None = None) -> Result:
        """Read and check one file, as of today and by the spec that its stamp names unless a request says otherwise."""
        return next(self.validate([path], request))


def validated(
    paths: Iterable[str | Path],
    request: ValidationRequest,
    pool: Reader,
    meanwhile: Callable[[], object] | None = None,
) -> Iterator[Result]:
    """Yield every file read and checked, as soon as it is. Takes and raises what `validate` does."""
    expected = request.wanted
    if expected.spec is not None:
        load(expected.spec)
        if is_path(expected.spec):
            folder = find(expected.spec)
            pool.allow(folder)
            expected = replace(
                expected, spec=str(folder)
            )  # a path from here leads nowhere from another folder
    expected_by_worker = (
        replace(expected, key=Elsewhere()) if isinstance(expected.key, bytes) else expected
    )
    waiting: deque[Result | FileToCheck] = deque()  # what was not yet handed out, in order

    def admitted() -> Iterator[FileToCheck]:
        for path in paths:
            (opened,) = isolate_failures(
                lambda files: [open_untrusted(file, request.passwords_for(file)) for file in files],
                [Path(path)],
                lambda path, fault: [
                    Refusal(path_text(path), *fingerprint(path), (stopped(path_text(path), fault),))
                ],
            )
            if isinstance(opened, Refusal):
                waiting.append(_refused(opened))
            else:
                corrections = tuple(
                    correction
                    for correction in request.corrections
                    if correction.sha256 == opened.sha256
                )
                day = request.day_of(opened.sha256)
                job = FileToCheck(opened, expected_by_worker, day, corrections)
                waiting.append(job)
                yield job
        first = next((job for job in waiting if isinstance(job, FileToCheck)), None)
        if first is not None:  # it is being read now, by another process
            with suppress(
                Exception
            ):  # whatever is wrong with its spec is told with the file itself
                _load_spec(first)
        if meanwhile:
            meanwhile()

    for outcome in pool.work(admitted()):
        while isinstance(head := waiting.popleft(), Result):
            yield _judged(head, request)
        yield _judged(_arrived(outcome, head, request, pool), request)
    yield from (_judged(result, request) for result in waiting if isinstance(result, Result))


def _load_spec(job: FileToCheck) -> None:
    """Load the spec that a file names at a glance. Raises `SpecError`."""
    identity = stamp_alone(job.file.data)
    if identity is not None:
        spec_of(identity, job.expected.spec)


def _arrived(
    outcome: Result | ProgramFault | SpecBroken | Died,
    job: FileToCheck,
    request: ValidationRequest,
    pool: Reader,
) -> Result:
    """Return what came back of a file. Whatever that is, it is about this file and no other."""
    file = job.file
    key = request.wanted.key
    try:
        result = _of_file(outcome, job)
        if isinstance(key, bytes):
            stamps = result.stamps
            signed = signed_copy(result.stamps, key)
            read_by = None if result.submission is None else result.submission.identity
            if signed is not None and not is_read_by(signed, stamps, read_by):
                again = replace(job, expected=replace(job.expected, key=Elsewhere(signed)))
                (outcome,) = pool.work([again])
                result = _of_file(outcome, again)
            if (sent := result.submission) is not None:
                sent.signature, untrue = settled(sent.identity, stamps, signed, key)
                result.findings = [
                    finding for finding in result.findings if finding.code != untrue.code
                ]
                codes = {finding.code for finding in result.findings}
                if sent.signature != VALID and SIGNATURE_INVALID.code not in codes:
                    unsigned = replace(
                        SIGNATURE_INVALID.at(file=file.name), language=sent.identity.language
                    )
                    result.findings.insert(0, unsigned)
        return replace(result, stamps=(), untouched=_is_as_issued(result, job))
    except (SpecError, NotStarted):
        raise
    except Exception as fault:  # noqa: BLE001 - a process that was taken over may answer anything
        return stopped_result(Result(file.path, file.sha256, file.size, REFUSED, []), fault)


def _is_as_issued(result: Result, job: FileToCheck) -> bool:
    """Say whether a return of a round is the file that was issued, or holds its answers and nothing else.

    What the office put into it on the word of the team is an answer of the team.
    """
    from .issuing import answers_digest, has_more_than_answers, issued_workbook

    sent = result.submission
    if result.untouched or sent is None or not job.expected.issued or job.corrections:
        return result.untouched
    issued = issued_workbook(Path(job.expected.issued), sent.identity.copy)
    if issued is None or has_more_than_answers(sent):
        return False
    return issued.sha256 == job.file.sha256 or issued.answers == answers_digest(sent.values())


def _of_file(outcome: Result | ProgramFault | SpecBroken | Died, job: FileToCheck) -> Result:
    """Return what came back as the result for the file that was handed over."""
    if isinstance(outcome, Result):
        return outcome
    if isinstance(outcome, ProgramFault):
        raise outcome.error
    if isinstance(outcome, SpecBroken):
        _load_spec(job)  # which raises what is wrong with it, if that is true
        outcome = Died("crash")
    return _refused(job.file.refused(outcome.observation))


def believed(
    job: FileToCheck, outcome: Result | ProgramFault | SpecBroken
) -> Result | ProgramFault | SpecBroken:
    """Return an answer about the file that was handed over, and in our own words; what else it says is left out.

    Raises an error for what no process of ours answers: it was taken over, and the next file is not for it.
    """
    if not isinstance(outcome, Result):
        return outcome
    file = job.file
    trusted = replace(
        outcome, path=file.path, sha256=file.sha256, size=file.size, read_by=job.expected.spec
    )
    spec = trusted.spec
    rules = spec.rules if spec else ()
    reader_only_reasons = {rule.code: rule.reader_only.source for rule in rules if rule.reader_only}
    reasons = (why for code, why in trusted.not_run.items() if why != reader_only_reasons.get(code))
    quoted = (detail for finding in trusted.findings for detail in finding.details.values())
    if not all(isinstance(why, MessageTemplate) and is_ours(why) for why in reasons) or not all(
        map(is_ours, quoted)
    ):
        raise ValueError("a text that is neither the program's nor the spec's")
    about = {rule.code: (rule.called, rule.severity) for rule in rules}
    about |= {code: (kind.name, kind.severity) for code, kind in CATALOGUE.items()}
    trusted.findings = [
        replace(finding, name=name, severity=severity, waiver=None, words=None)
        for finding in trusted.findings
        for name, severity in [about[finding.code]]
    ]
    if trusted.submission is None:
        return replace(trusted, verdict=REFUSED, outcome=None)
    if trusted.outcome is None or spec is None:
        raise ValueError("a result without all of its parts")
    trusted.submission.path = file.path
    trusted.submission.sha256 = file.sha256
    trusted.submission.size = file.size
    return replace(trusted, verdict=ACCEPTED)


def verdict_of(findings: Iterable[Finding]) -> str:
    """Say what a file with these findings is: accepted, too, where somebody has accepted its every error."""
    errors = any(finding.open and finding.severity is Severity.ERROR for finding in findings)
    return RETURNED if errors else ACCEPTED


def _judged(result: Result, request: ValidationRequest) -> Result:
    """Return a result with its waivers and its verdict."""
    with error_context(result.path):
        findings = waived(result.findings, result.sha256, request.waivers)
        day = request.day_of(result.sha256)
        result = replace(result, findings=findings, checked=day, read_for=request.wanted.round)
        if result.submission is not None:
            result.team = request.wanted.team_now(result.submission.identity.team)
        if result.verdict != REFUSED:
            result.verdict = verdict_of(findings)
            return _as_closed(result, request.closing.get(result.sha256 or ""))
        return result


def _as_closed(result: Result, closed: ClosedReturn | None) -> Result:
    """Return a result as it was when its round was closed: what only a later program finds in it is not told."""
    if closed is None or closed.verdict == REFUSED:
        return result
    known = [finding for finding in result.findings if finding.code in closed.codes]
    return replace(result, findings=known, verdict=closed.verdict, untouched=closed.untouched)


def stopped(path: str, fault: Exception) -> Finding:
    """Note that a fault of this program showed with a file, and write the log of it."""
    log = str(write_log(fault, [path]))
    if isinstance(fault, UnfitRow):
        return ROW_WITHOUT_A_PLACE.at(**fault.problem, log=log)
    return STOPPED_BY_THIS_FILE.at(reason=type(fault).__name__, log=log)


def stopped_result(about: Result, fault: Exception) -> Result:
    """Return the result, in place of another, for a file on which a fault of this program showed."""
    refused = _refused(Refusal(about.path, about.sha256, about.size, (stopped(about.path, fault),)))
    return replace(refused, checked=about.checked, read_for=about.read_for)


def changed_result(result: Result) -> Result:
    """Return the result of a file that was not the same all the time: what was read has no hash that could be named."""
    refused = _refused(Refusal(result.path, None, None, (CHANGED_WHILE_READ.at(),)))
    return replace(refused, checked=result.checked, read_for=result.read_for)


def _refused(refusal: Refusal) -> Result:
    not_run: dict[str, str | MessageTemplate] = dict.fromkeys("SVRXP", message_templates.NOT_READ)
    return Result(
        refusal.path,
        refusal.sha256,
        refusal.size,
        REFUSED,
        [*refusal.observations],
        not_run=not_run,
        stamps=refusal.stamps,
    )


def spec_of_results(request: ValidationRequest, results: Sequence[Result]) -> Spec | None:
    """Return the spec that the run was about: the one asked for, else that of the first file read."""
    if request.wanted.spec is not None:
        return load(request.wanted.spec)
    return next((result.spec for result in results if result.submission is not None), None)
