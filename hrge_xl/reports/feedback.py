"""Gives a team its own answers back: a fresh workbook of the version in force, with what to correct."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from ..carry_over import carry_over
from ..dataset.rows import submission_id
from ..findings import CATALOGUE, Finding, InFeedback, Severity, codes
from ..findings.value import ERROR_IN_CELL, FORMULA_NEVER_CALCULATED
from ..intake.identity import register_rows
from ..issuing import Order, identity_of, layout_for, render
from ..layout import Layout, address
from ..spec.model import Spec
from ..stamp import INVALID, UNSIGNED
from ..submission import Identity, Submission, Unplaced
from ..validation import Result
from ..words import Translate, beginning, fits_a_cell, translator
from ..workbook import Correction, Feedback, Leftover

UNREADABLE = codes(ERROR_IN_CELL, FORMULA_NEVER_CALCULATED)  # whatever is typed there, the answer is lost
FOR_THE_OFFICE = ("I", "X")  # families that are no business of the team


@dataclass(frozen=True)
class GivenBack:
    """What a team gets back, and what has to be told about it.

    `homeless` are answers whose question, row or sheet the workbook does not have, `too_long` those that no cell of
    Excel holds; `beside` is what stood outside the cells to fill in, and comments. All of it stands on the sheet
    “Without a place”.
    """

    layout: Layout
    identity: Identity
    answers: Submission  # those that have a place
    contact: str
    sent_version: str  # of the workbook that came
    corrections: tuple[Correction, ...]
    homeless: tuple[Unplaced, ...]
    too_long: tuple[Unplaced, ...]
    beside: tuple[Unplaced, ...]
    leftovers: tuple[Leftover, ...]  # all of them, with the reason of each

    @cached_property
    def workbook(self) -> bytes:
        """The workbook, drawn when it is first asked for."""
        said = Feedback(self.corrections, self.leftovers)
        return render(self.layout, self.identity, self.answers, contact=self.contact, feedback=said)

    @property
    def language(self) -> str:
        """The language of the workbook."""
        return self.layout.language

    @property
    def version(self) -> str:
        """The version of the workbook that is given back."""
        return self.layout.spec.version

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

    def count(self, *, urgent: bool) -> int:
        """How many things are to be corrected (urgent), or only to be looked at."""
        return sum(each.urgent is urgent for each in self.corrections)


def feedback(
    result: Result, spec: Spec, *, today: date, key: bytes | None = None, contact: str = ""
) -> bytes:
    """The workbook for one returned file that could be read. Raises ValueError for a refused one.

    Law: reading what comes out gives every value that was read from what came in.
    """
    return give_back(result, spec, today=today, key=key, contact=contact).workbook


def give_back(
    result: Result, spec: Spec, *, today: date, key: bytes | None = None, contact: str = "",
    tools: Sequence[str] | None = None,
) -> GivenBack:  # fmt: skip
    """As `feedback`, with what is told about it. `tools` chooses other sheets than those that were issued."""
    sent = result.submission
    if sent is None or result.layout is None:
        raise ValueError(f"{result.path} was refused: there are no answers to give back")
    order = _order(sent, spec, today, key, contact, tools)
    layout = layout_for(spec, order)
    carried = carry_over(sent, result.layout, layout)
    identity = identity_of(spec, order, layout)
    fresh = Submission(
        sent.path,
        sent.sha256,
        sent.size,
        replace(identity, signature=""),
        answers=carried.kept,
        last=sent.last,
    )
    homeless = (*(each for each in sent.unplaced if each.question), *carried.homeless)
    beside = (*(each for each in sent.unplaced if not each.question), *sent.comments)
    still = list(_still(result, layout))
    found = [*(_moved(each, sent, layout) for each in still), *_anew(result, still, fresh, layout)]
    return GivenBack(
        layout, identity, fresh, contact, sent.identity.spec_version, tuple(_corrections(found, layout)), homeless,
        tuple(carried.too_long), beside, tuple(_leftovers(homeless, carried.too_long, sent, layout)),
    )  # fmt: skip


def _order(
    sent: Submission, spec: Spec, today: date, key: bytes | None, contact: str, chosen: Sequence[str] | None
) -> Order:
    """The order that the workbook was issued for, in the version of today; a stamp that is not ours is not signed.

    It stays the same workbook: what comes back is a newer version of it, and says of which return it was made.
    """
    stamp = sent.identity
    issued = tuple(code for code in stamp.tools.split(",") if code in spec.tool) if stamp.tools else None
    language = stamp.language if stamp.language in spec.languages else spec.languages[0]
    return Order(
        stamp.team, today, stamp.country, language, issued if chosen is None else tuple(chosen),
        register_rows(stamp), stamp.round, stamp.deadline, contact,
        None if sent.signature in (INVALID, UNSIGNED) else key, copy=stamp.copy,
        predecessor=submission_id(sent.sha256, sent.path), last=sent.last, last_round=stamp.last_round,
    )  # fmt: skip


# what is to correct


def _still(result: Result, layout: Layout) -> Iterator[Finding]:
    """What was found in the file and concerns the team, as far as the new workbook has it still."""
    assert result.layout is not None
    foreign = result.layout.spec.digest != layout.spec.digest  # then its answers are judged anew
    say = translator(layout.language)
    for finding in result.findings:
        gone = finding.tool is not None and finding.tool not in layout.sheet
        stale = foreign and finding.code[0] in "VRP" and finding.code not in UNREADABLE
        office = finding.code.startswith(FOR_THE_OFFICE) or (finding.code[0] == "F" and finding.cell is None)
        if gone or stale or office or _handled(finding, InFeedback.BESIDE) or not finding.open:
            continue
        yield _mended(finding, say) if _handled(finding, InFeedback.MENDED) else finding


def _handled(finding: Finding, how: InFeedback) -> bool:
    """Whether a fresh workbook deals with a finding in this way."""
    kind = CATALOGUE.get(finding.code)
    return kind is not None and kind.in_feedback is how


def _mended(finding: Finding, say: Translate) -> Finding:
    """What a fresh workbook has put right by itself is only to be looked at."""
    remedy = say("It is mended in this workbook. Look whether what stands there now is right.")
    severity = min(finding.severity, Severity.WARNING, key=lambda each: each.rank)
    return replace(finding, severity=severity, remedy=remedy)


def _anew(result: Result, still: Sequence[Finding], fresh: Submission, layout: Layout) -> Iterator[Finding]:
    """What is wrong in a workbook of another version or with other sheets: it may ask for more."""
    from ..checks import check

    if result.layout is not None and result.layout.digest == layout.digest:
        return
    outcome = check([(fresh, layout)], today=date.fromisoformat(fresh.identity.today))[0]
    told = {_about(each) for each in (*still, *(each for each in result.findings if not each.open))}
    yield from (each for each in outcome.findings if _about(each) not in told)


def _about(finding: Finding) -> tuple[str | None, ...]:
    """The cell that a finding is about; what is about more goes by its code."""
    return (finding.tool, finding.row, finding.field or finding.code)


def _moved(finding: Finding, sent: Submission, layout: Layout) -> Finding:
    """A finding about an answer at the cell that the answer has now."""
    key = (finding.tool or "", finding.row or "", finding.field or "")
    slot = layout.slots.get(key)
    if slot is None:
        return finding
    parts = (each.part for each in sent.answers if each.key == key and each.cell == finding.cell)
    place = slot.cells[min(max(next(parts, 1), 1), len(slot.cells)) - 1]
    return replace(finding, sheet=layout.sheet[slot.tool].name, cell=address(*place))


def _corrections(findings: Sequence[Finding], layout: Layout) -> Iterator[Correction]:
    """Errors first, then warnings; what was only normalised needs nothing."""
    wanted = [each for each in findings if each.severity is not Severity.INFO]
    for finding in sorted(wanted, key=lambda each: -each.severity.rank):
        slot = layout.slots.get((finding.tool or "", finding.row or "", finding.field or ""))
        places = {address(*place): place for place in slot.cells} if slot else {}
        yield Correction(
            finding.sheet or "", places.get(finding.cell or ""), finding.label or "", finding.value or "",
            finding.message, finding.remedy, finding.severity is Severity.ERROR,
        )  # fmt: skip


# what has no place


def _leftovers(
    homeless: Sequence[Unplaced], too_long: Sequence[Unplaced], sent: Submission, layout: Layout
) -> Iterator[Leftover]:
    """Everything without a place, with the reason: answers first."""
    say = translator(layout.language)
    for some, why in (
        (homeless, say("This workbook does not ask for it any more.")),
        (too_long, say("It is longer than a cell of Excel can be.")),
        (
            [each for each in sent.unplaced if not each.question],
            say("It stood outside the cells to fill in."),
        ),
        (sent.comments, say("A comment.")),
    ):
        yield from (Leftover(piece, why) for each in some for piece in _pieces(each))


def _pieces(whole: Unplaced) -> Iterator[Unplaced]:
    """A text that no cell holds as several, one after the other."""
    rest = whole.text
    while not fits_a_cell(rest):
        piece = beginning(rest)
        yield replace(whole, text=piece)
        rest = rest[len(piece) :]
    yield replace(whole, text=rest)
