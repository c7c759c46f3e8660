"""Gives a team its own answers back: a fresh workbook of the version in force, with what to correct."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from ..answers.submission import INVALID, SHORT, UNSIGNED, Identity, Submission, Unplaced, read_last
from ..core.dates import day_here
from ..core.errors import UsageError
from ..core.words import beginning, fits_a_cell, translator
from ..core.work import gc_paused
from ..dataset.rows import submission_id
from ..exchange.issuing import Order, content_of, identity_of, layout_for
from ..exchange.prefill import carry_over
from ..exchange.validation import Result
from ..findings import CATALOGUE, Finding, InFeedback, Severity, Words, codes
from ..findings.value import (
    ANSWER_MISSING,
    DOES_NOT_FIT,
    ERROR_IN_CELL,
    FORMULA_NEVER_CALCULATED,
)
from ..layout import Layout, Place, Slot, address
from ..layout.messages import MISSING, instruction_for, prompt
from ..layout.wording import Wording
from ..reader.identity import register_rows
from ..spec.drawings import PEOPLE_SEE_NO_CODES
from ..spec.model import Spec
from ..workbook import Content, Correction, Feedback, Leftover, Urgency, least, write
from ..workbook.row_checks import record_name

UNREADABLE = codes(
    ERROR_IN_CELL, FORMULA_NEVER_CALCULATED
)  # whatever is typed there, the answer is lost
FOR_THE_OFFICE = ("I", "X")  # families that are no business of the team


@dataclass(frozen=True)
class GivenBack:
    """What a team gets back, and what has to be told about it.

    `homeless` are answers whose question, row or sheet the workbook does not have, `too_long` those that no cell of
    Excel holds; `beside` is what stood outside the cells to fill in, and comments. All of it stands on the sheet
    “Without a place”.
    """

    identity: Identity
    content: Content  # with the answers that have a place
    answers: Submission
    contact: str
    sent_version: str  # of the workbook that came
    corrections: tuple[Correction, ...]
    homeless: tuple[Unplaced, ...]
    too_long: tuple[Unplaced, ...]
    beside: tuple[Unplaced, ...]
    added_sheets: tuple[str, ...]  # those of them that the workbook does not have, by name
    leftovers: tuple[Leftover, ...]  # all of them, with the reason of each

    @cached_property
    def workbook(self) -> bytes:
        """The workbook, drawn when it is first asked for."""
        feedback_sheets = Feedback(self.corrections, self.leftovers)
        return write(self.content, self.identity, contact=self.contact, feedback=feedback_sheets)

    @property
    def language(self) -> str:
        """The language of the workbook."""
        return self.content.layout.language

    @property
    def version(self) -> str:
        """The version of the workbook that is given back."""
        return self.content.layout.spec.version

    @property
    def kept(self) -> int:
        """How many answers stand in their cells."""
        return len(self.answers.answers)

    @property
    def upgraded(self) -> bool:
        """Whether it is of another version than the one that came."""
        return self.version != self.sent_version

    @property
    def needed(self) -> bool:
        """Whether there is anything to correct, to look at or to go on with."""
        return bool(self.corrections or self.leftovers) or self.upgraded

    def count(self, urgency: Urgency) -> int:
        """Count the things that are to be corrected, are missing, or are only to be looked at."""
        return sum(correction.urgency is urgency for correction in self.corrections)


def feedback(
    result: Result,
    spec: Spec,
    *,
    today: date | None = None,
    key: bytes | None = None,
    contact: str = "",
) -> bytes:
    """Return the workbook for one returned file that could be read. Raises `UsageError` for a refused one.

    Law: reading what comes out gives every value that was read from what came in.
    """
    today = today or day_here()
    return give_back(result, spec, today=today, key=key, contact=contact).workbook


@gc_paused()
def give_back(  # noqa: PLR0913 (one parameter an option)
    validation: Result,
    spec: Spec,
    *,
    today: date,
    key: bytes | None = None,
    contact: str = "",
    deadline: str = "",
    tools: Sequence[str] | None = None,
    to_look_at: Sequence[Finding] = (),
    leave_out: bool = False,
) -> GivenBack:
    """As `feedback`, with what is told about it. `deadline` and `tools` are others than those that were issued;
    `to_look_at` is what was noticed about its answers besides. `leave_out` spares a team what is sensitive from now on.
    """
    sent = validation.submission
    if sent is None or validation.layout is None:
        raise UsageError(
            "it was refused: there are no answers to give back.", place=validation.path
        )
    order = _order(sent, spec, today, key, tools)
    order = replace(
        order,
        team=validation.team,
        contact=contact,
        deadline=deadline or order.deadline,
        leave_out=leave_out or order.leave_out,
    )
    layout = layout_for(spec, order)
    carried = carry_over(sent, validation.layout, layout)
    identity = identity_of(order, layout)
    fresh = Submission(
        sent.path,
        sent.sha256,
        sent.size,
        replace(identity, signature=""),
        answers=carried.fitted,
        last=sent.last,
    )
    homeless = (*(text for text in sent.unplaced if text.question), *carried.orphaned)
    beside = (*(text for text in sent.unplaced if not text.question), *sent.comments)
    still = list(_carry_findings(validation, layout))
    parts = {
        (*answer.key, answer.cell): answer.part for answer in reversed(sent.answers) if answer.cell
    }
    to_correct = [
        *(_moved(finding, parts, layout) for finding in (*still, *to_look_at)),
        *_check_anew(validation, still, fresh, layout),
    ]
    content = content_of(layout, identity, fresh, contact=contact)
    added = _added(beside, sent, layout)
    return GivenBack(
        identity,
        content,
        fresh,
        contact,
        sent.identity.spec_version,
        tuple(corrections(to_correct, content)),
        homeless,
        tuple(carried.too_long),
        beside,
        added,
        tuple(_leftovers(homeless, carried.too_long, sent, added, layout)),
    )


def _order(
    sent: Submission, spec: Spec, today: date, key: bytes | None, chosen: Sequence[str] | None
) -> Order:
    """Return the order that the workbook was issued for, in the version of today; a stamp that is not ours is not
    signed.

    It stays the same workbook: what comes back is a newer version of it, and says of which return it was made.
    """
    stamp = sent.identity
    issued = (
        tuple(code for code in stamp.tools.split(",") if code in spec.tool) if stamp.tools else None
    )
    language = stamp.language if stamp.language in spec.languages else spec.languages[0]
    return Order(
        stamp.team,
        today,
        stamp.country,
        language,
        issued if chosen is None else tuple(chosen),
        register_rows(stamp),
        stamp.round,
        stamp.deadline,
        key=None if sent.signature in (INVALID, UNSIGNED) else key,
        copy=stamp.copy,
        predecessor=submission_id(sent.sha256, sent.path),
        last=read_last(sent.last) or {},
        last_round=stamp.last_round,
        leave_out=stamp.lists == SHORT,
    )


# what is to correct


def _carry_findings(validation: Result, layout: Layout) -> Iterator[Finding]:
    """Yield what was found in the file and concerns the team, as far as the new workbook still has it."""
    assert validation.layout is not None
    foreign = (
        validation.layout.spec.digest != layout.spec.digest
    )  # then its answers are judged anew
    wording = Wording(validation.layout.spec)
    say = translator(layout.language)
    for finding in validation.findings:
        gone = finding.tool is not None and finding.tool not in layout.sheet
        kind = CATALOGUE.get(finding.code)
        handled = kind.in_feedback if kind else None
        of_answer = finding.code[0] in "VRP" and handled is not InFeedback.TOLD
        stale = foreign and of_answer and finding.code not in UNREADABLE
        office = finding.code.startswith(FOR_THE_OFFICE) or (
            finding.code[0] == "F" and finding.cell is None
        )
        if gone or stale or office or handled is InFeedback.BESIDE or not finding.open:
            continue
        worded = wording.worded(finding, layout.language, validation.path)
        if handled is InFeedback.MENDED:  # by the fresh workbook: it is only to be looked at
            remedy = say(
                "It has been fixed in this workbook. Check that what the cell says now is right."
            )
            severity = min(finding.severity, Severity.WARNING, key=lambda level: level.rank)
            assert worded.words is not None
            worded = replace(worded, severity=severity, words=replace(worded.words, remedy=remedy))
        elif handled is InFeedback.TOLD:
            worded = replace(worded, severity=Severity.WARNING)
        yield worded


def _check_anew(
    validation: Result, still: Sequence[Finding], fresh: Submission, layout: Layout
) -> Iterator[Finding]:
    """Yield what is wrong in a workbook of another version or with other sheets: it may ask for more."""
    from ..checks import check

    sent = validation.submission
    if (
        validation.layout is not None
        and sent
        and validation.layout.digest == layout.digest == sent.identity.layout
    ):
        return
    outcome = check(fresh, layout, today=date.fromisoformat(fresh.identity.today))
    waived = [finding for finding in validation.findings if not finding.open]
    places = {_about(finding) for finding in (*still, *waived)}
    yield from (finding for finding in outcome.findings if _about(finding) not in places)


def _about(finding: Finding) -> tuple[str | None, ...]:
    """Return the cell that a finding is about; what is about more goes by its code."""
    return (finding.tool, finding.row, finding.field or finding.code)


def _moved(
    finding: Finding, parts: Mapping[tuple[str, str, str, str], int], layout: Layout
) -> Finding:
    """Return a finding about an answer at the cell that the answer has now; `parts` of the answers by key and cell."""
    slot = layout.slots.get(finding.key)
    if slot is None:
        return finding
    place = slot.cells[
        min(max(parts.get((*finding.key, finding.cell or ""), 1), 1), len(slot.cells)) - 1
    ]
    return replace(finding, sheet=layout.sheet[slot.tool].name, cell=address(*place))


# what has no place


def _added(beside: Sequence[Unplaced], sent: Submission, layout: Layout) -> tuple[str, ...]:
    """Return the sheets that something stood on and that the workbook does not have: copies, and those of teams."""
    say = translator(layout.language)
    names_of_program = *layout.own_names, say("To correct"), say("Without a place")
    known_names = {*sent.sheets.values(), *names_of_program}
    return tuple(dict.fromkeys(text.sheet for text in beside if text.sheet not in known_names))


def _leftovers(
    homeless: Sequence[Unplaced],
    too_long: Sequence[Unplaced],
    sent: Submission,
    added: Sequence[str],
    layout: Layout,
) -> Iterator[Leftover]:
    """Yield everything without a place, with the reason: answers first."""
    say = translator(layout.language)
    beside = [text for text in sent.unplaced if not text.question]
    for texts, why in (
        (homeless, say("This workbook no longer asks for it.")),
        (too_long, say("It is longer than an Excel cell can hold.")),
        (
            [text for text in beside if text.sheet not in added],
            say("It was outside the cells to fill in."),
        ),
        (
            [text for text in beside if text.sheet in added],
            say("It was on a sheet that this workbook does not have; such sheets are not read."),
        ),
        (sent.comments, say("A comment.")),
    ):
        yield from (Leftover(piece, why) for text in texts for piece in _pieces(text))


def _pieces(whole: Unplaced) -> Iterator[Unplaced]:
    """Yield a text that no cell holds as several, one after the other."""
    remainder = whole.text
    while not fits_a_cell(remainder):
        piece = beginning(remainder)
        yield replace(whole, text=piece)
        remainder = remainder[len(piece) :]
    yield replace(whole, text=remainder)


# turns findings about a return into what its team has to correct, to fill in or to look at

COLONS = " :：\u00a0\u202f"  # what languages put behind the name of a question


def corrections(findings: Sequence[Finding], content: Content) -> list[Correction]:
    """Return the most urgent first, in the order of the sheets; what was only normalised needs nothing."""
    relevant = [finding for finding in findings if finding.severity is not Severity.INFO]
    number = {sheet.name: number for number, sheet in enumerate(content.layout.sheets)}
    wording = Wording(content.layout.spec)
    language = content.layout.language
    unsorted = (
        _correction(
            finding, wording.words(finding, language), wording.problem(finding, language), content
        )
        for finding in relevant
    )
    return sorted(
        unsorted,
        key=lambda correction: (
            correction.urgency,
            number.get(correction.sheet, -1),
            correction.place or Place(0, 0),
        ),
    )


def _correction(finding: Finding, words: Words, problem: str, content: Content) -> Correction:
    layout = content.layout
    urgency = Urgency.DOUBTFUL
    if finding.severity is Severity.ERROR:  # missing is what the sheets call so
        missing = layout.messages.levels.get(finding.code) == MISSING
        urgency = Urgency.MISSING if missing else Urgency.WRONG
    slot = layout.slots.get(finding.key)
    if slot is None:
        return Correction(
            urgency,
            finding.sheet or "",
            finding.row or "",
            None,
            None,
            words.label or "",
            finding.value or "",
            words.message,
            words.remedy,
            finding.code,
            problem,
        )
    row, question = _describe_question(slot, layout)
    reason = words.message
    label = words.label
    remedy = words.remedy
    if label and reason.startswith(label):  # the question stands in a column of its own
        reason_alone = reason[len(label) :].lstrip(COLONS)
        reason = reason_alone[:1].upper() + reason_alone[1:]
    if finding.code == ANSWER_MISSING.code:  # nothing is answered yet: say what may be given
        remedy = f"{remedy} {prompt(slot.field, layout.language)}".strip()
    if finding.suggestion:
        remedy = f"{remedy} → “{finding.suggestion}”?"
    kind = CATALOGUE.get(finding.code)  # none where a rule of the spec says it itself
    if kind is not None and kind is not DOES_NOT_FIT:
        problem = f"{problem} {instruction_for(kind, slot.field, layout.language)}"
    # what only the reader sees the check cell cannot tell
    watched = slot.check is not None and content.check(slot) >= least(urgency)
    places = {address(*place): place for place in slot.cells}
    return Correction(
        urgency,
        finding.sheet or "",
        row,
        places.get(finding.cell or ""),
        slot if watched else None,
        question,
        finding.value or "",
        reason,
        remedy,
        finding.code,
        problem,
    )


def _describe_question(slot: Slot, layout: Layout) -> tuple[str, str]:
    """Return what stands before an answer, the code of its row, and what was asked.

    In a checklist the statement stands in front of the question, in a repeated form the record.
    """
    label = slot.field.label.say(layout.language)
    grid = layout.grid_of(slot)
    if grid.across:
        question = f"{record_name(grid)} {slot.row}: {label}" if grid.records > 1 else label
        return slot.field.code if layout.spec.drawing < PEOPLE_SEE_NO_CODES else "", question
    row = grid.row[slot.row]
    statement = row.label
    return row.mark, label if statement in ("", slot.row) else f"{statement}: {label}"
