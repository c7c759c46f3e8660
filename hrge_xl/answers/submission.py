"""What a returned workbook said, and what checking found: its stamp, answers with their addresses, findings.

One answer as it stood in one cell, what answers are known by, and the answers of the round before as one text.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from dataclasses import field as each_with
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from msgspec import Struct

from ..core.bounds import BoundedText
from ..core.dates import parse_day
from ..core.message_templates import MessageTemplate
from ..core.numerals import shown
from ..findings import Finding
from ..findings.value import REST_NOT_COUNTED

Value = str | float | date | tuple[str, ...]
Key = tuple[BoundedText, BoundedText, BoundedText]  # tool, row, field
CellKey = tuple[BoundedText, BoundedText, BoundedText, int]  # tool, row, field, part
ONLY_ROW = "1"  # of a form that asks its questions once
Answers = dict[Key, Value]
"""Answers to write or as read: code for a choice, codes for several, float, date or text; no blanks."""


class State(StrEnum):
    """The four kinds of nothing, kept apart, and an answer."""

    ANSWERED = "answered"
    BLANK = "blank"
    EMPTY_TEXT = "empty-text"
    ERROR = "error"
    NOT_CALCULATED = "not-calculated"


class Answer(Struct, array_like=True, gc=False):
    """One answer as it stood in one cell (`part` counts the cells of a field with several, from 1).

    `original` is what stood there; `code`, `text`, `number` and `day` what it means. `problem` is the code
    of the finding that says why it means nothing, `notes` the codes of what was normalised.
    """

    tool: BoundedText
    row: BoundedText
    field: BoundedText
    part: int
    sheet: BoundedText
    cell: BoundedText
    state: State
    original: BoundedText | float | bool | None = None
    formula: bool = False
    code: BoundedText | None = None
    text: BoundedText | None = None
    number: float | None = None
    day: date | None = None
    problem: BoundedText | None = None
    suggestion: BoundedText | None = None
    notes: tuple[BoundedText, ...] = ()
    calculated: bool = False  # shown by a formula: recomputed, never believed

    @property
    def key(self) -> Key:
        """Tool, row and field."""
        return self.tool, self.row, self.field

    @property
    def cell_key(self) -> CellKey:
        """Tool, row, field and part."""
        return self.tool, self.row, self.field, self.part

    @property
    def value(self) -> str | float | date | None:
        """What the answer means, or None."""
        for value in (self.code, self.number, self.day, self.text):
            if value is not None:
                return value
        return None


# The answers of the round before, as they travel in a workbook: one text, and a digest of it in the stamp. They hold
# what `last()` and the fields with `carry: last` read, by tool, row and field. Under the key of no field stands what a
# row of a register was about that was closed.

CLOSED = ""  # in place of a field: what a row was about that was closed in the round before
DAY = "day"  # marks a day among texts
DIGITS = 16


def last_to_text(last: Answers) -> str:
    """Write answers as one text, the same for the same answers; "" where there are none."""
    table: dict[str, dict[str, dict[str, Any]]] = {}
    for (tool, row, field), value in sorted(last.items()):
        plain = {DAY: value.isoformat()} if isinstance(value, date) else value
        table.setdefault(tool, {}).setdefault(row, {})[field] = plain
    return json.dumps(table, ensure_ascii=False, separators=(",", ":")) if table else ""


def last_digest(text: str) -> str:
    """Return what the stamp says of them; "" where there are none."""
    return hashlib.sha256(text.encode()).hexdigest()[:DIGITS] if text else ""


def read_last(text: str) -> Answers | None:
    """Read such a text; None where it is none."""
    try:
        table = json.loads(text) if text else {}
        return {
            (tool, row, field): _value(value)
            for tool, rows in table.items()
            for row, answers in rows.items()
            for field, value in answers.items()
        }
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None


def _value(value: Any) -> Value:
    """Raise ValueError for what is not an answer."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, list) and all(isinstance(code, str) for code in value):
        return tuple(value)
    day = parse_day(str(value[DAY])) if isinstance(value, dict) and value.keys() == {DAY} else None
    if day is None:
        raise ValueError(value)
    return day


# the stamp

Period = tuple[date | None, date | None]  # first and last day, where they are known
Result = (
    BoundedText | float | bool | None
)  # what a formula shows; None where it was never calculated


@dataclass(frozen=True, slots=True)
class Identity:
    """The stamp of an issued workbook."""

    spec: BoundedText
    spec_version: BoundedText
    layout: BoundedText  # digest of the layout
    language: BoundedText
    team: BoundedText = ""
    country: BoundedText = ""
    round: BoundedText = ""
    copy: BoundedText = ""
    issued: BoundedText = ""  # ISO date
    deadline: BoundedText = ""
    today: BoundedText = ""
    tools: BoundedText = ""  # codes of the tools issued, by comma
    rows: BoundedText = ""  # number of register rows where it is not the spec's own
    predecessor: BoundedText = (
        ""  # the return whose answers it was given back with, where it is feedback
    )
    edition: BoundedText = ""  # a digest of all texts and formulas that it was issued with
    last_round: BoundedText = ""  # the round whose answers it goes on from
    last_digest: BoundedText = (
        ""  # of the answers of the round before that it shows and checks against
    )
    sample: BoundedText = ""  # "yes" where it is a filled sample, and no workbook of anybody
    lists: BoundedText = (
        ""  # "short" where they leave out what is sensitive, which its stamp does not say either
    )
    signature: BoundedText = ""
    # the version of hrge_xl that issued it, which proves nothing: it is neither signed nor compared
    program: BoundedText = each_with(default="", compare=False)


# how a stamp is written down, signed and verified

SHORT = "short"
PROPERTY_PREFIX = "hrge_"  # of the custom document properties that hold the second copy
FIELDS = tuple(field.name for field in fields(Identity))
PROGRAM = "program"
SHEET_FIELDS = tuple(
    name for name in FIELDS if name != PROGRAM
)  # what the hidden sheet has rows for
NEEDED = ("spec", "spec_version", "layout", "language")
# fields that are signed only where they say something
IF_SAID = ("predecessor", "edition", "last_round", "last_digest", "sample", "lists")
VALID = "valid"
INVALID = "invalid"
UNSIGNED = "unsigned"
UNCHECKED = "unchecked"  # signed, and no key to check it with


def to_pairs(identity: Identity) -> list[tuple[str, str]]:
    """Return every field of the hidden sheet with its value, in one fixed order.

    `lists` is among them only where it says something.
    """
    names = (name for name in SHEET_FIELDS if name != "lists" or identity.lists)
    return [(name, str(getattr(identity, name))) for name in names]


def from_pairs(pairs: Mapping[str, str]) -> Identity | None:
    """Return the identity written down as pairs; None when one of the fields that nothing works without is missing.

    Keys that no field has are left alone: a later version may write more.
    """
    if not all(pairs.get(name) for name in NEEDED):
        return None
    return Identity(**{name: pairs[name] for name in FIELDS if name in pairs})


def canonical(identity: Identity) -> bytes:
    """Return the bytes to sign: the stamp without its signature, in one way only.

    Some fields are part of it only where they say something. What a later version adds to a stamp must not be part of
    it: the versions before leave out what they do not know, and would call the signature invalid.
    """
    left_out = {"signature", *(name for name in IF_SAID if not getattr(identity, name))}
    signed = {name: value for name, value in to_pairs(identity) if name not in left_out}
    return json.dumps(signed, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def sign(identity: Identity, key: bytes) -> Identity:
    """Return the same identity with its signature under the key of the round."""
    return replace(
        identity, signature=hmac.new(key, canonical(identity), hashlib.sha256).hexdigest()
    )


def verify(identity: Identity, key: bytes) -> str:
    """Say whether the signature is "valid", "invalid" or missing ("unsigned")."""
    if not identity.signature:
        return UNSIGNED
    right = sign(identity, key).signature.encode()
    return VALID if hmac.compare_digest(right, identity.signature.encode()) else INVALID


# what was read of a file


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A value found outside every known cell. `question` is what it answered, where that is known."""

    sheet: BoundedText
    cell: BoundedText
    text: BoundedText
    question: BoundedText = ""


@dataclass(slots=True)
class Submission:
    """One returned file, read. `answers` holds every known input cell, blank ones left out."""

    path: BoundedText
    sha256: BoundedText
    size: int
    identity: Identity
    signature: BoundedText = "unsigned"  # valid, invalid, unsigned
    answers: Sequence[Answer] = ()
    observations: list[Finding] = each_with(default_factory=list)
    unplaced: list[Unplaced] = each_with(default_factory=list)
    comments: list[Unplaced] = each_with(default_factory=list)
    not_run: dict[BoundedText, BoundedText | MessageTemplate] = each_with(
        default_factory=dict
    )  # check -> why
    sheets: dict[BoundedText, BoundedText] = each_with(
        default_factory=dict
    )  # tool -> sheet name in the file
    # tool -> where its cells are; of every tool where it was read out of a file
    cells: dict[BoundedText, Mapping[CellKey, BoundedText]] = each_with(default_factory=dict)
    calculated_on: date | None = (
        None  # the day that its sheets counted from when they were calculated last
    )
    period: Period = (None, None)  # of the round that it is read for
    # what the check cells show, in the order of the slots that have one, where it is known which cells these are;
    # None for those that were not calculated
    shown_checks: tuple[Result, ...] | None = None
    # the codes of the rows that each collected list keeps, with their ranks; by tool, block and source
    shown_rows: dict[tuple[BoundedText, int, int], dict[BoundedText, float]] = each_with(
        default_factory=dict
    )
    shown_otherwise: list[Finding] = each_with(
        default_factory=list
    )  # than follows from checks and answers
    replaced: frozenset[CellKey] = (
        frozenset()
    )  # calculated answers whose formula is not the issued one
    stamps: tuple[
        Identity, ...
    ] = ()  # both copies as they stand in the file, where the key is elsewhere
    older: bool = (
        False  # issued from an older version: what it does not have may never have been asked
    )
    # of the cells that the office corrected, as they came
    replaced_by_office: list[Answer] = each_with(default_factory=list)
    saved: BoundedText = (
        ""  # when the file was last saved, as it says itself: never believed blindly
    )
    last: BoundedText = (
        ""  # the answers of the round before that it was issued with, as `last_to_text` writes them
    )

    def __repr__(self) -> str:
        return f"<Submission {self.path!r} of {self.identity.team}: {len(self.answers)} answers>"

    def values(self) -> Answers:
        """Return every answer by key; the cells of a field with several answers together."""
        values: Answers = {}
        for answer in self.answers:
            value = answer.value
            key = answer.key
            if value is None or answer.calculated:
                continue
            if answer.part:
                earlier_codes = values.get(key, ())
                values[key] = (
                    (*earlier_codes, str(value))
                    if isinstance(earlier_codes, tuple)
                    else (str(value),)
                )
            else:
                values[key] = value
        return values

    def calculated(self) -> Answers:
        """Return the values that formulas came to, as they were worked out again."""
        return {
            answer.key: answer.value
            for answer in self.answers
            if answer.calculated and answer.value is not None
        }

    def originals(self) -> dict[CellKey, str | float]:
        """Return answers that mean nothing, or less than stands there, as they stood; of several cells all of them."""
        return self._as_they_stood(
            {
                answer.key
                for answer in self.answers
                if not answer.calculated
                and (answer.value is None or REST_NOT_COUNTED.code in answer.notes)
            }
        )

    def otherwise_written(self) -> dict[CellKey, str | float]:
        """Return answers that may stand there in other words or signs than their sheet writes, as they stood."""
        return self._as_they_stood(
            {
                answer.key
                for answer in self.answers
                if answer.text is None and (answer.day is None or isinstance(answer.original, str))
            }
        )

    def _as_they_stood(self, keys: Collection[Key]) -> dict[CellKey, str | float]:
        """Return what stood in the cells of some answers, but for calculated ones."""
        return {
            answer.cell_key: answer.original
            if isinstance(answer.original, str | float)
            else shown(answer.original)
            for answer in self.answers
            if answer.key in keys and answer.original is not None and not answer.calculated
        }

    def cell(self, key: CellKey) -> str | None:
        """Return the cell of an answer in the file; None where it is not there."""
        return self.cells.get(key[0], {}).get(key)


# what checking finds


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the sheet's own check cell of one slot must say."""

    code: BoundedText  # '' for nothing, else the code of a finding ('V001', 'R-E01')
    required: bool  # required and active at the moment


class SheetProgress(NamedTuple):
    """A sheet of a return under the name that it has there, and how far it is; None where nothing is asked."""

    tool: BoundedText
    sheet: BoundedText
    required: int | None = None
    answered: int | None = None
    errors: int | None = None
    warnings: int | None = None


@dataclass(frozen=True, slots=True)
class ClosedReturn:
    """What one content was when its round was closed: its verdict, the codes found in it, and whether it is blank."""

    sha256: str
    verdict: str
    codes: tuple[str, ...] = ()
    untouched: bool = False


@dataclass(slots=True)
class Outcome:
    """Everything that was found out about one submission.

    `calculated` has every cell that a formula fills, with what it comes to; `sheets` every issued sheet by its tool,
    under the name that it was issued with where it is gone.
    """

    findings: list[Finding] = each_with(default_factory=list)
    verdicts: dict[Key, Verdict] = each_with(default_factory=dict)  # where they were asked for
    calculated: list[Answer] = each_with(default_factory=list)
    # the rows of collected lists, by tool, block and source, with their ranks
    kept: dict[tuple[BoundedText, int, int], dict[BoundedText, float]] = each_with(
        default_factory=dict
    )
    sheets: dict[BoundedText, SheetProgress] = each_with(default_factory=dict)
    checks_run: list[BoundedText] = each_with(default_factory=list)
    checks_not_run: dict[BoundedText, BoundedText | MessageTemplate] = each_with(
        default_factory=dict
    )
