"""What a returned workbook said, and what checking found: its stamp, answers with their addresses, findings."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from dataclasses import field as each_with
from datetime import date
from typing import NamedTuple

from ..core.message_templates import MessageTemplate
from ..core.numerals import shown
from ..findings import Finding
from ..findings.value import REST_NOT_COUNTED
from .answer import Answer, Answers, CellKey, Key

Period = tuple[date | None, date | None]  # first and last day, where they are known
Result = str | float | bool | None  # what a formula shows; None where it was never calculated


@dataclass(frozen=True, slots=True)
class Identity:
    """The stamp of an issued workbook."""

    spec: str
    spec_version: str
    layout: str  # digest of the layout
    language: str
    team: str = ""
    country: str = ""
    round: str = ""
    copy: str = ""
    issued: str = ""  # ISO date
    deadline: str = ""
    today: str = ""
    tools: str = ""  # codes of the tools issued, by comma
    rows: str = ""  # number of register rows where it is not the spec's own
    predecessor: str = ""  # the return whose answers it was given back with, where it is feedback
    edition: str = ""  # a digest of all texts and formulas that it was issued with
    last_round: str = ""  # the round whose answers it goes on from
    last_digest: str = ""  # of the answers of the round before that it shows and checks against
    sample: str = ""  # "yes" where it is a filled sample, and no workbook of anybody
    signature: str = ""


# how a stamp is written down, signed and verified

PROPERTY_PREFIX = "hrge_"  # of the custom document properties that hold the second copy
FIELDS = tuple(field.name for field in fields(Identity))
NEEDED = ("spec", "spec_version", "layout", "language")
# fields that are signed only where they say something
IF_SAID = ("predecessor", "edition", "last_round", "last_digest", "sample")
VALID, INVALID, UNSIGNED = "valid", "invalid", "unsigned"
UNCHECKED = "unchecked"  # signed, and no key to check it with


def to_pairs(identity: Identity) -> list[tuple[str, str]]:
    """Give every field of the stamp with its value, in one fixed order."""
    return [(name, str(getattr(identity, name))) for name in FIELDS]


def from_pairs(pairs: Mapping[str, str]) -> Identity | None:
    """Give the identity written down as pairs; None when one of the fields that nothing works without is missing.

    Keys that no field has are left alone: a later version may write more.
    """
    if not all(pairs.get(name) for name in NEEDED):
        return None
    return Identity(**{name: pairs[name] for name in FIELDS if name in pairs})


def canonical(identity: Identity) -> bytes:
    """Give the bytes to sign: the stamp without its signature, in one way only.

    Some fields are part of it only where they say something.
    """
    left_out = {"signature", *(name for name in IF_SAID if not getattr(identity, name))}
    signed = {name: value for name, value in to_pairs(identity) if name not in left_out}
    return json.dumps(signed, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def sign(identity: Identity, key: bytes) -> Identity:
    """Give the same identity with its signature under the key of the round."""
    return replace(identity, signature=hmac.new(key, canonical(identity), hashlib.sha256).hexdigest())


def verify(identity: Identity, key: bytes) -> str:
    """Say whether the signature is "valid", "invalid" or missing ("unsigned")."""
    if not identity.signature:
        return UNSIGNED
    right = sign(identity, key).signature.encode()
    return VALID if hmac.compare_digest(right, identity.signature.encode()) else INVALID


# what was read of a file


class ShownChecks(NamedTuple):
    """What the check cells show, in the order of the slots that have one; None where nothing was calculated.

    `places` are those of cells that have moved, by their number.
    """

    numbers: Sequence[Result]
    places: Mapping[int, tuple[int, int]]


class ShownRows(NamedTuple):
    """The rows that a collected list keeps, as its sheet counts them, and where its counts begin."""

    ranked: dict[str, float]  # the codes of the rows, each with its rank
    sheet: str
    cell: str


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A value found outside every known cell. `question` is what it answered, where that is known."""

    sheet: str
    cell: str
    text: str
    question: str = ""


@dataclass(slots=True)
class Submission:
    """One returned file, read. `answers` holds every known input cell, blank ones left out."""

    path: str
    sha256: str
    size: int
    identity: Identity
    signature: str = "unsigned"  # valid, invalid, unsigned
    answers: Sequence[Answer] = ()
    observations: list[Finding] = each_with(default_factory=list)
    unplaced: list[Unplaced] = each_with(default_factory=list)
    comments: list[Unplaced] = each_with(default_factory=list)
    not_run: dict[str, str | MessageTemplate] = each_with(default_factory=dict)  # check -> why
    sheets: dict[str, str] = each_with(default_factory=dict)  # tool -> sheet name in the file
    # tool -> where its cells are; of every tool where it was read out of a file
    cells: dict[str, Mapping[CellKey, str]] = each_with(default_factory=dict)
    calculated_on: date | None = None  # the day that its sheets counted from when they were calculated last
    period: Period = (None, None)  # of the round that it is read for
    shown_checks: ShownChecks | None = None  # where it is known which cells these are
    # by tool, block and source
    shown_rows: dict[tuple[str, int, int], ShownRows] = each_with(default_factory=dict)
    shown_otherwise: list[Finding] = each_with(default_factory=list)  # than follows from checks and answers
    replaced: frozenset[CellKey] = frozenset()  # calculated answers whose formula is not the issued one
    stamps: tuple[Identity, ...] = ()  # both copies as they stand in the file, where the key is elsewhere
    older: bool = False  # issued from an older version: what it does not have may never have been asked
    saved: str = ""  # when the file was last saved, as it says itself: never believed blindly
    last: str = ""  # the answers of the round before that it was issued with, as `last_to_text` writes them

    def values(self) -> Answers:
        """Give every answer by key; the cells of a field with several answers together."""
        found: Answers = {}
        for answer in self.answers:
            value, key = answer.value, answer.key
            if value is None or answer.calculated:
                continue
            if answer.part:
                before = found.get(key, ())
                found[key] = (*before, str(value)) if isinstance(before, tuple) else (str(value),)
            else:
                found[key] = value
        return found

    def calculated(self) -> Answers:
        """Give the values that formulas came to, as they were worked out again."""
        return {
            answer.key: answer.value
            for answer in self.answers
            if answer.calculated and answer.value is not None
        }

    def originals(self) -> dict[CellKey, str | float]:
        """Give answers that mean nothing, or less than stands there, as they stood; of several cells all of them."""
        return self._as_they_stood(
            {
                answer.key
                for answer in self.answers
                if not answer.calculated and (answer.value is None or REST_NOT_COUNTED.code in answer.notes)
            }
        )

    def otherwise_written(self) -> dict[CellKey, str | float]:
        """Give answers that may stand there in other words or signs than their sheet writes, as they stood."""
        return self._as_they_stood(
            {
                answer.key
                for answer in self.answers
                if answer.text is None and (answer.day is None or isinstance(answer.original, str))
            }
        )

    def _as_they_stood(self, keys: Collection[Key]) -> dict[CellKey, str | float]:
        """Give what stood in the cells of some answers, but for calculated ones."""
        return {
            answer.cell_key: answer.original
            if isinstance(answer.original, str | float)
            else shown(answer.original)
            for answer in self.answers
            if answer.key in keys and answer.original is not None and not answer.calculated
        }

    def cell(self, key: CellKey) -> str | None:
        """Give the cell of an answer in the file; None where it is not there."""
        return self.cells.get(key[0], {}).get(key)


# what checking finds


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the sheet's own check cell of one slot must say."""

    code: str  # '' for nothing, else the code of a finding ('V001', 'R-E01')
    required: bool  # required and active at the moment


@dataclass(slots=True)
class SheetProgress:
    """How far one sheet is: required answers, those of them given, and its findings by severity."""

    required: int = 0
    answered: int = 0
    errors: int = 0
    warnings: int = 0


@dataclass(slots=True)
class Outcome:
    """Everything that was found out about one submission.

    `calculated` has every cell that a formula fills, with what it comes to; `sheets` the name that each issued sheet
    has in the file, or was issued with where it is gone.
    """

    findings: list[Finding] = each_with(default_factory=list)
    verdicts: dict[Key, Verdict] = each_with(default_factory=dict)  # where they were asked for
    calculated: list[Answer] = each_with(default_factory=list)
    # the rows of collected lists, by tool, block and source, with their ranks
    kept: dict[tuple[str, int, int], dict[str, float]] = each_with(default_factory=dict)
    progress: dict[str, SheetProgress] = each_with(default_factory=dict)
    sheets: dict[str, str] = each_with(default_factory=dict)
    checks_run: list[str] = each_with(default_factory=list)
    checks_not_run: dict[str, str | MessageTemplate] = each_with(default_factory=dict)
