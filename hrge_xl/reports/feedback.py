"""Gives a team its own answers back: a fresh workbook of the current version, with what to correct."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

from ..fields import BEHAVIOURS, Cell, Vocabularies
from ..findings import Finding, Severity, sentence
from ..issuing import Order, identity_of, render
from ..layout import Layout, Slot, address, build
from ..numerals import shown
from ..spec.model import FieldType, Spec
from ..submission import Answer, State, Submission, Unplaced
from ..validation import Result
from ..words import translator
from ..workbook import Correction, Feedback


def feedback(
    result: Result, spec: Spec, *, today: date, key: bytes | None = None, contact: str = ""
) -> bytes:
    """The workbook for one returned file that could be read. Raises ValueError for a refused one.

    Law: reading what comes out gives every value that was read from what came in.
    """
    if result.submission is None:
        raise ValueError(f"{result.path} was refused: there are no answers to give back")
    sent = result.submission
    order = _order(sent, spec, today, key, contact)
    layout = build(spec, order.language, order.tools, order.blank_rows)
    kept, homeless = _placed(sent, layout)
    identity = replace(identity_of(spec, order, layout), signature="")
    fresh = Submission(sent.path, sent.sha256, sent.size, identity, answers=kept)
    leftovers = (*sent.unplaced, *sent.comments, *homeless)
    said = Feedback(tuple(_corrections(result.findings, layout)), leftovers)
    return render(layout, identity_of(spec, order, layout), fresh, contact=contact, feedback=said)


def _order(sent: Submission, spec: Spec, today: date, key: bytes | None, contact: str) -> Order:
    """The order that the workbook was issued for, in the version of today."""
    stamp = sent.identity
    tools = tuple(code for code in stamp.tools.split(",") if code in spec.tool) or None
    language = stamp.language if stamp.language in spec.languages else spec.languages[0]
    return Order(
        stamp.team, today, stamp.country, language, tools, int(stamp.rows) if stamp.rows else None,
        stamp.round, stamp.deadline, contact, key,
    )  # fmt: skip


def _placed(sent: Submission, layout: Layout) -> tuple[list[Answer], list[Unplaced]]:
    """The answers in the cells of the new layout, and those that it has no cell for."""
    lists = Vocabularies.of(layout.spec, layout.language)
    kept: list[Answer] = []
    homeless: list[Unplaced] = []
    for answer in sent.answers:
        if answer.calculated or answer.original is None:
            continue
        slot = layout.slots.get(answer.key)
        place = max(answer.part - 1, 0)
        if slot is None or place >= len(slot.cells) or slot.field.type is FieldType.CALCULATED:
            homeless.append(Unplaced(answer.sheet, answer.cell, shown(answer.original)))
        else:
            kept.append(_moved(answer, slot, layout, lists))
    return kept, homeless


def _moved(answer: Answer, slot: Slot, layout: Layout, lists: Vocabularies) -> Answer:
    """The answer at its new address; an error that was copied in becomes a text that is marked."""
    sheet = layout.sheet[slot.tool].name
    cell = address(*slot.cells[max(answer.part - 1, 0)])
    moved = replace(answer, sheet=sheet, cell=cell, formula=False, notes=())
    if answer.state is State.ERROR:
        text = str(answer.original)
        read = BEHAVIOURS[slot.field.type].read(slot.field, Cell(text), lists)
        return replace(
            moved, state=State.ANSWERED, original=text, text=read.text, code=read.code, problem=read.problem
        )
    return moved


def _corrections(findings: Iterable[Finding], layout: Layout) -> Iterable[Correction]:
    """Errors first, then warnings; what was only normalised needs nothing."""
    wanted = [each for each in findings if each.severity is not Severity.INFO]
    for finding in sorted(wanted, key=lambda each: -each.severity.rank):
        slot = layout.slots.get((finding.tool or "", finding.row or "", finding.field or ""))
        sheet = layout.sheet[slot.tool].name if slot else finding.sheet or ""
        place = slot.cells[0] if slot else None
        yield Correction(
            sheet, place, finding.label or "", finding.value or "", finding.message, finding.remedy,
            finding.severity is Severity.ERROR,
        )  # fmt: skip


def message(result: Result, deadline: str = "") -> str:
    """A short text to send along, in the language of the workbook."""
    language = result.submission.identity.language if result.submission else "en"
    say = translator(language)
    details = {
        "file": Path(result.path).name,
        "errors": str(result.count(Severity.ERROR)),
        "warnings": str(result.count(Severity.WARNING)),
        "deadline": deadline,
    }
    lines = [say("Thank you for {file}.")]
    if result.count(Severity.ERROR):
        lines.append(say("{errors} answers are to be corrected, {warnings} to be looked at."))
        lines.append(
            say("They stand on the sheet “To correct” of the workbook attached, with links to their cells.")
        )
    else:
        lines.append(say("It was accepted; {warnings} answers should be looked at."))
    if deadline:
        lines.append(say("Please send it back by {deadline}."))
    return "\n".join(sentence(line, details) for line in lines) + "\n"
