"""Writes the feedback on the returns of a dataset: a workbook and a text for each that needs it.

The text is for the team, in the language of its workbook; what became of each return is told as JSON data too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from ..answers.submission import INVALID, UNSIGNED, Key, Submission, Unplaced
from ..core.errors import Exit, LimitError
from ..core.numerals import shown
from ..core.paths import path_in, write_if_changed
from ..core.program import isolate_failures
from ..core.words import and_more, beginning, day, translator
from ..core.work import grouped, track_progress
from ..dataset.return_status import BLANK
from ..dataset.returns import Return, result
from ..dataset.store import Store
from ..dataset.workers import Workers, workers
from ..exchange.validation import ACCEPTED, RETURNED, Result, stopped
from ..findings import Finding, Severity, Words, sentence
from ..findings.causes import MOST_CAUSES
from ..findings.identity import MADE_FROM_OLDER_VERSION, SIGNATURE_INVALID
from ..layout import address
from ..layout.wording import text
from ..ledger.ledger import Ledger, look_up
from ..rounds.datasets import Dataset
from ..rounds.round_status import LeftOut, choose, file_name, issued_files
from ..rounds.rounds import Round
from ..rounds.teams import Team
from ..spec.load import load
from ..spec.model import Spec
from ..workbook import Correction, Urgency, corrections_by_cause
from .feedback import GivenBack, give_back
from .page import plain_environment

# returns: of fewer the feedback is there before another process has drawn a workbook
WORTH_A_PROCESS = 4
AT_ONCE = 32  # returns whose answers are held


class FeedbackOptions(NamedTuple):
    """What is wanted of the workbooks that are given back."""

    today: date
    output: Path
    spec: str | None = None  # where not the dataset's own
    tools: Sequence[str] | None = None  # other sheets than those issued
    all: bool = False  # also for those with nothing to correct or to look at
    reply_by: date | None = None  # where not the deadline of the workbook
    finished: Collection[str] = ()  # submissions whose feedback was given already
    teams: Collection[str] = ()  # only of these, by their codes; none: of all


class FeedbackJob(NamedTuple):
    """One return to give back, with all that its feedback is made from, so that another process can make it."""

    return_: Return
    sent: Result
    to_look_at: Sequence[Finding]  # what was noticed about its answers besides
    round: Round | None
    options: FeedbackOptions
    target: Path  # what the names of its files begin with


class JobResult(NamedTuple):
    """What became of one return, and what must be looked at before that is sent."""

    outcome: dict[str, Any] | LeftOut
    warnings: Sequence[str] = ()


@dataclass
class FeedbackResult:
    """What was given back, and what was not."""

    files: list[dict[str, Any]] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    names: set[str] = field(default_factory=set)  # of the workbooks
    warnings: list[str] = field(default_factory=list)  # what must be looked at before it is sent
    issued: list[Path] = field(
        default_factory=list
    )  # copies for teams without answers to give back
    totals: list[str] = field(
        default_factory=list
    )  # what was received and became of it, a sentence each


def give_all(
    dataset: Dataset, options: FeedbackOptions, outcome: FeedbackResult
) -> Iterator[dict[str, Any]]:
    """Write the workbooks and texts of a dataset, several at once, and give what became of each."""
    chosen, left_out = choose(dataset.of_round())
    if options.teams:
        chosen = [return_ for return_ in chosen if return_.team in options.teams]
        left_out = [skipped for skipped in left_out if skipped.found.team in options.teams]
    outcome.left_out += left_out
    named = [
        (return_, path_in(options.output, file_name(return_, dataset.spec, outcome.names)))
        for return_ in chosen
    ]
    waiting = [
        (return_, target) for return_, target in named if return_.submission not in options.finished
    ]
    jobs = min(dataset.source.asked.jobs, len(waiting) // WORTH_A_PROCESS)
    with workers(jobs) as pool:
        for job_result in track_progress(
            _all_made(dataset, options, waiting, pool), len(waiting), "Writing feedback"
        ):
            outcome.warnings += job_result.warnings
            if isinstance(job_result.outcome, LeftOut):
                outcome.left_out.append(job_result.outcome)
            else:
                outcome.files.append(job_result.outcome)
                yield job_result.outcome


def feedback_key(return_: Return, spec: Spec) -> str:
    """Return the key of feedback on a return: its content, what is found in it and accepted of that, and the spec."""
    texts = [
        f"{finding.code} {finding.sheet} {finding.cell} {finding.open}"
        for finding in return_.findings
    ]
    made_of = "\n".join([spec.digest, *sorted(texts)])
    digest = sha256(made_of.encode("utf-8", "surrogatepass")).hexdigest()
    return f"feedback:{return_.submission}:{digest[:8]}"


def note_given(dataset: Dataset, submissions: Collection[str]) -> None:
    """Write down that feedback on some returns of a round or consolidated folder was written."""
    if dataset.folder is None or dataset.spec is None:
        return
    returns = [return_ for return_ in dataset.returns() if return_.submission in submissions]
    with Ledger.open(dataset.folder) as ledger:
        for return_ in returns:
            key = feedback_key(return_, dataset.spec)
            ledger.put("datasets", {"name": key, "sha256": str(return_.sha256)})


def lacks_feedback(dataset: Dataset) -> bool:
    """Say whether a return was to get feedback that was not written yet, with what is found in it now.

    Of loose files nothing is written down, so that they always are.
    """
    if dataset.folder is None or dataset.spec is None:
        return True
    written_keys = look_up(dataset.folder, _known_feedback) or set()
    due_submissions = [
        return_.submission
        for return_ in choose(dataset.of_round(cells=False))[0]
        if return_.verdict == RETURNED or return_.status == BLANK
    ]
    if {*due_submissions} - {key.split(":")[1] for key in written_keys}:
        return True
    return any(
        feedback_key(return_, dataset.spec) not in written_keys
        for return_ in dataset.returns(due_submissions)
    )


def _known_feedback(ledger: Ledger) -> set[str]:
    """Return the keys of all feedback that was written, drafted as a mail or not."""
    keys = [*ledger.drafted(), *(row["name"] for row in ledger.rows_of("datasets"))]
    return {key for key in keys if key.startswith("feedback:")}


def give_issued(round_: Round, teams: Iterable[Team], output: Path) -> Iterator[Path]:
    """Write the workbooks of some teams as they were issued, and yield each. Raises `OutputError`."""
    issued = issued_files(round_)
    for team in teams:
        for code in team.codes:
            for workbook in issued.get(code, ()):
                copy = output / workbook.name
                write_if_changed(copy, workbook.read_bytes())
                yield copy


def _all_made(
    dataset: Dataset,
    options: FeedbackOptions,
    waiting: Sequence[tuple[Return, Path]],
    pool: Workers,
) -> Iterator[JobResult]:
    """Yield what became of each return, in order. The first one is made here: forked processes have its drawing
    then.
    """

    def jobs(some: Sequence[tuple[Return, Path]]) -> list[FeedbackJob | JobResult]:
        prepared: list[FeedbackJob | JobResult] = []
        for return_, target in some:
            sent = dataset.result(return_)
            to_look_at = [*answered_otherwise(dataset.store, return_, sent, dataset.of_round())]
            prepared.append(FeedbackJob(return_, sent, to_look_at, dataset.round, options, target))
        return prepared

    for first, last in pairwise([0, *range(1, len(waiting), AT_ONCE), len(waiting)]):
        some = isolate_failures(
            jobs, waiting[first:last], lambda batch, fault: [_stopped(batch[0], fault)]
        )
        yield from pool.map(make, some)


def make(job: FeedbackJob | JobResult) -> JobResult:
    """Write the workbook and the text for one return; one with which a fault of ours showed is left out already."""
    if isinstance(job, JobResult):
        return job
    (job_result,) = isolate_failures(
        _make, [job], lambda job, fault: [_stopped(job.return_, fault)]
    )
    return job_result


def _stopped(return_: Return, fault: Exception) -> JobResult:
    """Leave out a return that a fault of ours shows with."""
    finding = stopped(return_.path, fault)
    words = text(finding, path=return_.path)
    why = f"{finding.code} {words.message} {words.remedy}".rstrip(".")
    return JobResult(LeftOut(return_, why, return_.path, Exit.REFUSED))


def _make(jobs: Sequence[FeedbackJob]) -> list[JobResult]:
    ((return_, sent, to_look_at, round_, options, target),) = jobs
    assert return_.identity is not None  # it could be read
    try:
        spec = load(options.spec) if options.spec else sent.spec
        assert spec is not None
        team = (
            next((member for member in round_.teams if member.code == return_.team), None)
            if round_
            else None
        )
        day = options.reply_by or (team.deadline if team else None)
        deadline = day.isoformat() if day else return_.identity.deadline
        back = give_back(
            sent,
            spec,
            today=options.today,
            tools=options.tools,
            key=round_.key or None if round_ else None,
            contact=team.contact if team else "",
            deadline=deadline,
            to_look_at=to_look_at,
            leave_out=team is not None and team.leave_out,
        )
        is_blank = return_.status == BLANK
        if not (back.needed or options.all or is_blank):
            why = f"{return_.verdict}, nothing to correct or to look at (--all gives it back too)"
            return [JobResult(LeftOut(return_, why, return_.path, is_settled=True))]
        workbook, letter = (
            target.with_name(f"{target.name}_{end}") for end in ("feedback.xlsx", "message.txt")
        )
        write_if_changed(workbook, back.workbook)
        write_if_changed(
            letter, message(sent, back, options.today, deadline, is_blank=is_blank).encode()
        )
    except (
        LimitError
    ) as limit:  # something in this file: the others have their feedback all the same
        why = f"no workbook can be made: {str(limit).rstrip('.')}"
        return [JobResult(LeftOut(return_, why, return_.path, Exit.FINDINGS))]
    return [
        JobResult(as_data(return_, back, str(workbook), str(letter)), [*_warnings(return_, back)])
    ]


def _warnings(return_: Return, back: GivenBack) -> Iterator[str]:
    """Tell what must not be sent before somebody has looked at it."""
    for finding in return_.findings:
        if finding.code == MADE_FROM_OLDER_VERSION.code:
            words = text(finding)
            yield f"{finding.code} warning: {words.message} {words.remedy}"
    if not back.identity.signature and return_.signature not in (INVALID, UNSIGNED):
        yield (
            f"{return_.name}: issued with a signature, given back without one: the key is in the round folder. "
            f"Name the round folder, or it will be returned as unknown ({SIGNATURE_INVALID.code})."
        )


# what may get lost when a team goes on in an older copy

MOST_SHOWN = 300  # characters of an answer


def _later_versions(findings: Sequence[Finding]) -> list[str]:
    """Return the names of the files that a return should have been made from, and was not."""
    return [
        str(dict(finding.details)["other"])
        for finding in findings
        if finding.code == MADE_FROM_OLDER_VERSION.code and finding.open
    ]


def answered_otherwise(
    store: Store, return_: Return, sent: Result, returns: Sequence[Return]
) -> Iterator[Finding]:
    """Yield what the later version, from which a return was not made, had answered otherwise: to be looked at."""
    for name in _later_versions(return_.findings):
        same = [
            candidate
            for candidate in returns
            if candidate.name == name and candidate.about[0] == return_.about[0]
        ]
        if same and name:
            yield from _differences(
                sent, result(store, max(same, key=lambda candidate: candidate.age)), name
            )


def _differences(sent: Result, later: Result, name: str) -> Iterator[Finding]:
    if later.submission is None:
        return
    assert sent.layout is not None
    assert sent.submission is not None
    say = translator(sent.layout.language)
    values_sent = sent.submission.values()
    kind = MADE_FROM_OLDER_VERSION
    for key, value in later.submission.values().items():
        slot = sent.layout.slots.get(key)
        if slot is None or values_sent.get(key) == value:
            continue
        details = {"other": name, "answer": beginning(_typed(later.submission, key), MOST_SHOWN)}
        message = sentence(say("In {other} it was: {answer}"), details)
        remedy = say("Which of the two is right? Put that one into the cell.")
        yield Finding(
            kind.code,
            kind.name,
            Severity.WARNING,
            sent.layout.sheet[slot.tool].name,
            None,
            *key,
            value=_typed(sent.submission, key),
            language=sent.layout.language,
            words=Words(message, remedy),
        )


def _typed(sent: Submission, key: Key) -> str:
    """Return the answers to a question as they were typed."""
    cells = [answer for answer in sent.answers if answer.key == key and answer.value is not None]
    return "; ".join(shown(cell.original) for cell in cells if cell.original not in (None, ""))


# the words that go with a workbook: for the team in its language, for a program as JSON data

SCHEMA = "hrge-xl/feedback/1"
LISTED = 20  # places that the message names; the workbook lists them all
MOST_IMPORTANT = 3
MISSING_NAMED = 6  # cells of each sheet


def message(
    validation: Result, back: GivenBack, today: date, deadline: str = "", *, is_blank: bool = False
) -> str:
    """Return a short text to send along, in the language of the workbook. It quotes no answer."""
    beside = sum(text.sheet not in back.added_sheets for text in back.beside)
    later = next(iter(_later_versions(validation.findings)), "")
    some = {
        urgency: [correction for correction in back.corrections if correction.urgency is urgency]
        for urgency in Urgency
    }
    wrong = some[Urgency.WRONG]
    missing = some[Urgency.MISSING]
    new = validation.verdict == ACCEPTED and back.upgraded
    asking = [
        progress
        for progress in map(back.content.progress, back.content.layout.sheets)
        if progress[0]
    ]
    complete = sum(
        required <= answers and not problems for required, answers, problems, _ in asking
    )
    details = {
        "file": Path(validation.path).name,
        "other": later,
        "kept": str(back.kept),
        "complete": str(complete),
        "used": str(len(asking)),
        "wrong": str(len(wrong)),
        "missing": str(len(missing)),
        "warnings": str(len(some[Urgency.DOUBTFUL])),
        "homeless": str(len(back.homeless)),
        "more": str(len(back.homeless) - LISTED),
        "too_long": str(len(back.too_long)),
        "beside": str(beside),
        "version": back.version,
        "sent_version": back.sent_version,
        "deadline": day(date.fromisoformat(deadline), back.language) if deadline else "",
        "contact": back.contact,
    }
    translate = translator(back.language)
    template = plain_environment().get_template("message.txt.j2")
    return template.render(
        say=lambda text, **further: sentence(translate(text), details | further),
        back=back,
        blank=is_blank,
        accepted=validation.verdict == ACCEPTED,
        later=later,
        to_do=bool(wrong or missing),
        wrong=[
            f"{_place_and_question(cause.items[0])}{and_more(cause.total - 1)}: {cause.items[0].problem}"
            for cause in corrections_by_cause(wrong)[:MOST_IMPORTANT]
        ],
        # what was accepted lacks nothing but what it was never asked for
        asked_anew=[_place_and_question(correction) for correction in missing] if new else [],
        missing={} if new else _missing_cells(missing),
        most_sheets=MOST_CAUSES,
        beside=beside,
        most=LISTED,
        deadline=deadline,
        late=bool(deadline) and deadline < today.isoformat(),
    )


def _missing_cells(missing: Sequence[Correction]) -> dict[str, str]:
    """Name the first cells of each sheet whose answers are missing, and say how many more there are."""
    cells_by_sheet = grouped(
        (correction.sheet, address(*correction.place) if correction.place else correction.label)
        for correction in missing
    )
    return {
        sheet: ", ".join(cells[:MISSING_NAMED]) + and_more(len(cells) - MISSING_NAMED)
        for sheet, cells in cells_by_sheet.items()
    }


def _place_and_question(correction: Correction) -> str:
    """Name where something is wrong and what was asked, without what was answered."""
    cell = address(*correction.place) if correction.place else ""
    place = "!".join(filter(None, (correction.sheet, cell)))
    return ": ".join(
        filter(None, (place, " ".join(filter(None, (correction.row, correction.label)))))
    )


def as_data(return_: Return, back: GivenBack, workbook: str, text: str) -> dict[str, Any]:
    """Return what became of one return as JSON data; `workbook` and `text` are the files that were written."""

    def places(some: Sequence[Unplaced]) -> list[dict[str, str]]:
        return [
            {"sheet": text.sheet, "cell": text.cell, "question": text.question, "text": text.text}
            for text in some
        ]

    return {
        "path": return_.path,
        "submission": return_.submission,
        "sha256": return_.sha256,
        "verdict": return_.verdict,
        "team": return_.team,
        "intervention": return_.intervention or return_.project,
        "language": back.language,
        "spec": return_.spec,
        "sent_version": back.sent_version,
        "version": back.version,
        "workbook": workbook,
        "message": text,
        "answers_kept": back.kept,
        "to_correct": back.count(Urgency.WRONG),
        "missing": back.count(Urgency.MISSING),
        "to_look_at": back.count(Urgency.DOUBTFUL),
        "without_place": places(back.homeless),
        "too_long": places(back.too_long),
        "beside": places(back.beside),
    }
