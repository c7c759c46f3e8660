"""What a returned workbook said: answers with their addresses, who sent it, and what was noticed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as each_with
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from .findings import Kind
from .numerals import shown

Value = str | float | date | tuple[str, ...]
Key = tuple[str, str, str]  # tool, row, field
CellKey = tuple[str, str, str, int]  # tool, row, field, part
Period = tuple[date | None, date | None]  # first and last day, where they are known
Result = str | float | bool | None  # what a formula shows; None where it was never calculated
Answers = dict[Key, Value]
"""Answers to write or as read: code for a choice, codes for several, float, date or text; no blanks."""


class State(StrEnum):
    """The four kinds of nothing, kept apart, and an answer."""

    ANSWERED = "answered"
    BLANK = "blank"
    EMPTY_TEXT = "empty-text"
    ERROR = "error"
    NOT_CALCULATED = "not-calculated"


@dataclass(slots=True)
class Answer:
    """One answer as it stood in one cell (`part` counts the cells of a field with several, from 1).

    `original` is what stood there; `code`, `text`, `number` and `day` what it means. `problem` is the code
    of the finding that says why it means nothing, `notes` the codes of what was normalised.
    """

    tool: str
    row: str
    field: str
    part: int
    sheet: str
    cell: str
    state: State
    original: str | float | bool | None = None
    formula: bool = False
    code: str | None = None
    text: str | None = None
    number: float | None = None
    day: date | None = None
    problem: str | None = None
    suggestion: str | None = None
    notes: tuple[str, ...] = ()
    calculated: bool = False  # shown by a formula: recomputed, never believed

    @property
    def key(self) -> Key:
        """Tool, row and field."""
        return self.tool, self.row, self.field

    @property
    def value(self) -> str | float | date | None:
        """What the answer means, or None."""
        for value in (self.code, self.number, self.day, self.text):
            if value is not None:
                return value
        return None


@dataclass(slots=True)
class Observation:
    """Something noticed while reading: the kind of finding, and the details that its message needs."""

    kind: Kind
    sheet: str | None = None
    cell: str | None = None
    tool: str | None = None
    row: str | None = None
    field: str | None = None
    value: str | None = None
    suggestion: str | None = None
    detail: dict[str, str] = each_with(default_factory=dict)

    @property
    def code(self) -> str:
        """The code of the finding."""
        return self.kind.code


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


class ShownChecks(NamedTuple):
    """What the check cells show, in the order of the slots that have one; None where nothing was calculated.

    `places` are those of cells that have moved, by their number.
    """

    numbers: Sequence[Result]
    places: Mapping[int, tuple[int, int]]


class ShownRows(NamedTuple):
    """The codes of the rows that a collected list keeps, as its sheet counts them; and where its counts begin."""

    codes: tuple[str, ...]
    sheet: str
    cell: str
    ranks: tuple[float, ...] = ()  # of a ranked list

    @property
    def ranked(self) -> dict[str, float]:
        """The rows, each with its rank."""
        return dict(zip(self.codes, self.ranks or [0.0] * len(self.codes), strict=True))


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
    answers: list[Answer] = each_with(default_factory=list)
    observations: list[Observation] = each_with(default_factory=list)
    unplaced: list[Unplaced] = each_with(default_factory=list)
    comments: list[Unplaced] = each_with(default_factory=list)
    not_run: dict[str, str] = each_with(default_factory=dict)  # check -> why
    sheets: dict[str, str] = each_with(default_factory=dict)  # tool -> sheet name in the file
    cells: dict[str, Mapping[CellKey, str]] = each_with(
        default_factory=dict
    )  # tool -> where its cells are; of every tool where it was read out of a file
    calculated_on: date | None = None  # the day that its sheets counted from when they were calculated last
    period: Period = (None, None)  # of the round that it is read for
    shown_checks: ShownChecks | None = None  # where it is known which cells these are
    shown_rows: dict[tuple[str, int, int], ShownRows] = each_with(
        default_factory=dict
    )  # as `checks.listed_rows` tells them
    shown_otherwise: list[Observation] = each_with(
        default_factory=list
    )  # than follows from checks and answers
    replaced: frozenset[CellKey] = frozenset()  # calculated answers whose formula is not the issued one
    stamps: tuple[Identity, ...] = ()  # both copies as they stand in the file, until its signature is checked
    older: bool = False  # issued from an older version: what it does not have may never have been asked
    saved: str = ""  # when the file was last saved, as it says itself: never believed blindly
    last: Answers = each_with(default_factory=dict)  # of the round before, as it was issued with them

    def values(self) -> Answers:
        """Every answer given by key; the cells of a field with several answers together."""
        found: Answers = {}
        for answer in self.answers:
            value = None if answer.calculated else answer.value
            if value is None:
                continue
            if answer.part:
                before = found.get(answer.key, ())
                found[answer.key] = (*before, str(value)) if isinstance(before, tuple) else (str(value),)
            else:
                found[answer.key] = value
        return found

    def originals(self) -> dict[CellKey, str | float]:
        """Give answers that mean nothing, as they stood; with several cells all of them: each keeps its place."""
        unread = {answer.key for answer in self.answers if answer.value is None and not answer.calculated}
        return self._as_they_stood(lambda answer: answer.key in unread)

    def otherwise_written(self) -> dict[CellKey, str | float]:
        """Give answers that may stand there in other words or signs than their sheet writes, as they stood."""
        other = {
            answer.key
            for answer in self.answers
            if answer.text is None and (answer.day is None or isinstance(answer.original, str))
        }
        return self._as_they_stood(lambda answer: answer.key in other)

    def _as_they_stood(self, wanted: Callable[[Answer], bool]) -> dict[CellKey, str | float]:
        return {
            (*answer.key, answer.part): answer.original
            if isinstance(answer.original, str | float)
            else shown(answer.original)
            for answer in self.answers
            if answer.original is not None and not answer.calculated and wanted(answer)
        }

    def cell(self, key: CellKey) -> str | None:
        """Where the cell of an answer is in the file; None where it is not there."""
        return self.cells.get(key[0], {}).get(key)
