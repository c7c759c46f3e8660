"""Issues workbooks: blank, prefilled or corrected, always the same call with other arguments."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from .fields import Kind, kind_of
from .layout import Layout, Slot, address, build
from .numerals import shown
from .spec.model import FieldType, Spec
from .stamp import sign
from .submission import Answer, Answers, Identity, State, Submission, Value
from .workbook import Content, Feedback, Part, write

COLUMNS = {Kind.CODE: "code", Kind.TEXT: "text", Kind.NUMBER: "number", Kind.DATE: "day"}


@dataclass(frozen=True)
class Order:
    """What a workbook is issued for. Days are the caller's: nothing here looks at a clock."""

    team: str
    today: date
    country: str = ""
    language: str = ""  # the first one of the spec when empty
    tools: tuple[str, ...] | None = None  # None: all
    blank_rows: int | None = None  # rows of registers, where not the spec's own
    round: str = ""
    deadline: str = ""
    contact: str = ""
    key: bytes | None = None  # signs the stamp
    answers: Answers = field(default_factory=dict)


def generate(spec: Spec, order: Order) -> bytes:
    """One workbook as the bytes of an .xlsx file; the same order gives the same bytes.

    Raises `UsageError` for an unknown language or tool, `LimitError` where something does not fit into Excel.
    """
    layout = build(spec, order.language or spec.languages[0], order.tools, order.blank_rows)
    identity = identity_of(spec, order, layout)
    submission = submission_of(layout, starting_answers(layout, order), identity)
    return render(layout, identity, submission, contact=order.contact)


def render(
    layout: Layout,
    identity: Identity,
    submission: Submission,
    *,
    contact: str = "",
    feedback: Feedback | None = None,
) -> bytes:
    """A workbook that holds the answers of a submission, what could not be read as it stood."""
    from .checks import check  # pandas is slow to import

    outcome = check([(submission, layout)], today=date.fromisoformat(identity.today))[0]
    content = Content(
        layout,
        submission.values(),
        outcome.verdicts,
        outcome.calculated,
        outcome.kept,
        originals_of(submission),
    )
    return write(content, identity, contact=contact, feedback=feedback)


def originals_of(submission: Submission) -> dict[Part, str | float]:
    """Answers that mean nothing, as they stood; with several cells all of them, so that each keeps its place."""
    unread = {answer.key for answer in submission.answers if answer.value is None}
    return {
        (*answer.key, answer.part): answer.original
        if isinstance(answer.original, str | float)
        else shown(answer.original)
        for answer in submission.answers
        if answer.key in unread and answer.original is not None
    }


def identity_of(spec: Spec, order: Order, layout: Layout) -> Identity:
    """The stamp, signed where there is a key."""
    identity = Identity(
        spec=spec.name,
        spec_version=spec.version,
        layout=layout.digest,
        language=layout.language,
        team=order.team,
        country=order.country,
        round=order.round,
        issued=order.today.isoformat(),
        today=order.today.isoformat(),
        deadline=order.deadline,
        tools="" if order.tools is None else ",".join(sheet.tool.code for sheet in layout.sheets),
        rows="" if order.blank_rows is None else str(order.blank_rows),
    )
    identity = replace(identity, copy=_copy_id(identity))
    return sign(identity, order.key) if order.key else identity


def _copy_id(identity: Identity) -> str:
    """Twelve hex digits that no other order shares, the same for the same order."""
    return hashlib.sha256(repr(identity).encode()).hexdigest()[:12]


def starting_answers(layout: Layout, order: Order) -> Answers:
    """The answers of the order that have a place in the layout, and the country where it is asked for."""
    answers: Answers = {}
    country = layout.spec.identity.country
    if country and order.country:
        tool, _ = layout.spec.single_fields[country]
        answers[tool, "1", country] = order.country
    answers.update(order.answers)
    return {key: value for key, value in answers.items() if key in layout.slots}


def submission_of(layout: Layout, answers: Answers, identity: Identity) -> Submission:
    """The submission that a workbook with these answers would come back as."""
    found = [
        answer
        for key, value in answers.items()
        if key in layout.slots and layout.slots[key].field.type is not FieldType.CALCULATED
        for answer in _answers(layout, layout.slots[key], value)
    ]
    return Submission("", "", 0, identity, answers=found)


def _answers(layout: Layout, slot: Slot, value: Value) -> Iterable[Answer]:
    sheet = layout.sheet[slot.tool].name
    several = slot.field.type is FieldType.MANY
    column = COLUMNS[kind_of(slot.field)]
    values = value if isinstance(value, tuple) else (value,)
    for part, (one, cell) in enumerate(zip(values, slot.cells, strict=False), start=1):
        original = one if isinstance(one, str | float) else str(one)
        place = (slot.tool, slot.row, slot.field.code, part if several else 0, sheet, address(*cell))
        answer = Answer(*place, State.ANSWERED, original)
        setattr(answer, column, float(one) if isinstance(one, int | float) else one)
        yield answer
