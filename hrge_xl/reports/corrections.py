"""Turns findings about a return into what its team has to correct, to fill in or to look at."""

from __future__ import annotations

from collections.abc import Sequence

from ..findings import Finding, Severity, Words
from ..findings.value import ANSWER_MISSING
from ..layout import Grid, Layout, Place, Slot, address
from ..layout.messages import MISSING, prompt
from ..layout.wording import Wording
from ..workbook import Content, Correction, Urgency, least
from ..workbook.row_status import record_name

COLONS = " :：\u00a0\u202f"  # what languages put behind the name of a question


def corrections(findings: Sequence[Finding], content: Content) -> list[Correction]:
    """Give the most urgent first, in the order of the sheets; what was only normalised needs nothing."""
    wanted = [each for each in findings if each.severity is not Severity.INFO]
    number = {sheet.name: number for number, sheet in enumerate(content.layout.sheets)}
    wording, language = Wording(content.layout.spec), content.layout.language
    found = (_correction(each, wording.words(each, language), content) for each in wanted)
    return sorted(
        found, key=lambda each: (each.urgency, number.get(each.sheet, -1), each.place or Place(0, 0))
    )


def _correction(finding: Finding, words: Words, content: Content) -> Correction:
    layout, urgency = content.layout, _urgency(finding, content.layout)
    slot = layout.slots.get((finding.tool or "", finding.row or "", finding.field or ""))
    if slot is None:
        return Correction(
            urgency, finding.sheet or "", finding.row or "", None, None, words.label or "", finding.value or "",
            words.message, words.remedy,
        )  # fmt: skip
    places = {address(*place): place for place in slot.cells}
    return Correction(
        urgency, finding.sheet or "", row_code(slot, layout), places.get(finding.cell or ""),
        _watched(slot, urgency, content), question_of(slot, layout), finding.value or "", _reason(words),
        _what_to_do(finding.code, words, slot, layout),
    )  # fmt: skip


def _what_to_do(code: str, words: Words, slot: Slot, layout: Layout) -> str:
    """Give the remedy; where nothing is answered yet, with what may be given."""
    if code != ANSWER_MISSING.code:
        return words.remedy
    return f"{words.remedy} {prompt(slot.field, layout.language)}".strip()


def _urgency(finding: Finding, layout: Layout) -> Urgency:
    """Give what a finding asks of the team; missing is what the sheets call so."""
    if finding.severity is not Severity.ERROR:
        return Urgency.DOUBTFUL
    level = layout.messages.levels.get(finding.code)
    return Urgency.MISSING if level == MISSING else Urgency.WRONG


def _watched(slot: Slot, urgency: Urgency, content: Content) -> Slot | None:
    """Give the answer, where its check cell shows the finding: what only the reader sees it cannot tell."""
    return slot if slot.check is not None and content.check(slot) >= least(urgency) else None


def _reason(words: Words) -> str:
    """Say what is wrong, without the question in front: that stands in a column of its own."""
    label = words.label or ""
    if not (label and words.message.startswith(label)):
        return words.message
    rest = words.message[len(label) :].lstrip(COLONS)
    return rest[:1].upper() + rest[1:]


def row_code(slot: Slot, layout: Layout) -> str:
    """Give the code that stands before an answer: that of its row, or in a form that of the question."""
    return slot.field.code if grid_of(slot, layout).across else slot.row


def question_of(slot: Slot, layout: Layout) -> str:
    """Give what was asked, in a checklist with its statement in front, in a repeated form with the record."""
    label, grid = slot.field.label.say(layout.language), grid_of(slot, layout)
    if grid.across:
        return f"{record_name(grid)} {slot.row}: {label}" if grid.records > 1 else label
    statement = grid.row[slot.row].label
    return label if statement in ("", slot.row) else f"{statement}: {label}"


def grid_of(slot: Slot, layout: Layout) -> Grid:
    """Give the block that an answer belongs to."""
    return next(each for each in layout.sheet[slot.tool].grids if each.number == slot.grid)
