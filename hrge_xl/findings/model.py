"""What a finding is: a kind (one block of the catalogue), one thing noticed at one place; and a waiver of one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as each_with
from datetime import date
from enum import StrEnum
from functools import partial

from ..core.bounds import BoundedText
from ..core.message_templates import MessageTemplate

EXCERPT = 200  # characters of a text that are quoted
Detail = BoundedText | MessageTemplate | None
Details = Mapping[BoundedText, Detail]


class Severity(StrEnum):
    """How much a finding matters: return to the team, look at it, or what we normalised."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for info, 1 for warning, 2 for error."""
        return [*reversed(Severity)].index(self)


class Need(StrEnum):
    """What must be known about a file before a kind of finding can be seen; without it the check is not run."""

    FORMULAS = "formulas"  # which values are results of formulas, and what these show
    ERRORS = "errors"
    VALIDATIONS = "validations"
    PROTECTION = "protection"
    HIDDEN_ROWS = "hidden rows"  # and columns
    COMMENTS = "comments"
    NAMES = "names"
    PROPERTIES = "properties"
    MERGES = "merges"
    DRAWINGS = "drawings"
    SETTINGS = "settings"
    FORMATTING = "formatting"
    EDITION = "edition"  # its texts and formulas as they were issued
    VERSION = (
        "version"  # that it is of the version in force: else what is not there may never have been
    )
    KEY = "key"  # of the round


class InFeedback(StrEnum):
    """What becomes of a finding where a team gets its answers back in a fresh workbook."""

    STANDS = "stands"
    MENDED = "mended"  # it was of the file: the fresh workbook has put it right
    TOLD = "told"  # the office did it: the team is asked to look at it
    BESIDE = "beside"  # it is about a text that stands on the sheet “Without a place”


@dataclass(frozen=True, slots=True)
class Words:
    """A finding in words of one language. `label` is what the question is called, or what stands in its place."""

    message: BoundedText
    remedy: BoundedText
    label: BoundedText | None = None


# a waiver: somebody accepts a finding of one file as it is, with a reason, and says until when

ACTIVE = "active"
EXPIRED = "expired"
WITHDRAWN = "withdrawn"
PRECEDENCE = (ACTIVE, EXPIRED)  # a withdrawn waiver stands beside no finding any more


@dataclass(frozen=True, slots=True)
class Waiver:
    """An accepted exception. It holds for one content of a file (`sha256`), never for a later version.

    Without a cell it covers every finding of the code in that file. Days are ISO texts.
    """

    number: int
    code: BoundedText
    sha256: BoundedText
    file: BoundedText  # the name that the file had
    sheet: BoundedText | None
    cell: BoundedText | None
    reason: BoundedText
    by: BoundedText
    day: BoundedText
    until: BoundedText | None = None
    withdrawn: BoundedText | None = None
    withdrawn_by: BoundedText | None = None
    state: BoundedText = ACTIVE

    def on(self, day: date) -> Waiver:
        """Return the same waiver as it stands on a day."""
        if self.withdrawn is not None:
            return replace(self, state=WITHDRAWN)
        expired = self.until is not None and date.fromisoformat(self.until) < day
        return replace(self, state=EXPIRED if expired else ACTIVE)

    @property
    def place(self) -> str:
        """Sheet and cell, or nothing where the whole file is meant."""
        return "!".join(part for part in (self.sheet, self.cell) if part)

    @property
    def told(self) -> str:
        """Who accepted it, when and until when, and why; one line."""
        until = f", until {self.until}" if self.until else ""
        return f"{self.state}: {self.reason} ({self.by}, {self.day}{until})"

    def covers(self, sha256: str | None, code: str, sheet: str | None, cell: str | None) -> bool:
        """Say whether a finding of this code at this place of a file is the one meant."""
        if (self.sha256, self.code) != (sha256, code):
            return False
        return self.cell is None or (
            self.cell == cell and self.sheet in (sheet, None)
        )  # None: withheld


# what is noticed


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing noticed: what (code), how bad, where, and what its words need besides.

    A place is None where the whole file, sheet or row is meant. `language` is that of the entries of lists that
    `details` quote, and of the `words` of one that was put into words already, as in a dataset.
    """

    code: BoundedText
    name: BoundedText
    severity: Severity
    sheet: BoundedText | None = None
    cell: BoundedText | None = None  # "D12"
    tool: BoundedText | None = None
    row: BoundedText | None = None
    field: BoundedText | None = None
    value: BoundedText | None = None
    suggestion: BoundedText | None = None
    details: Details = each_with(default_factory=dict, hash=False)
    waiver: Waiver | None = None  # what accepts it as it is, in force or expired
    language: BoundedText = ""
    words: Words | None = None

    def __repr__(self) -> str:
        place = "!".join(filter(None, (self.sheet, self.cell)))
        return f"<Finding {self.code} {self.severity}{f' at {place}' if place else ''}>"

    @property
    def key(self) -> tuple[str, str, str]:
        """Tool, row and field, as of an answer; blank where none is meant."""
        return self.tool or "", self.row or "", self.field or ""

    @property
    def open(self) -> bool:
        """Whether nobody has accepted it."""
        return self.waiver is None or self.waiver.state != "active"


@dataclass(frozen=True, slots=True)
class Kind:
    """One block of the catalogue: everything that is said about one kind of finding.

    `message` and `remedy` are English sentences with `{placeholders}`; they are the keys under which
    the language catalogues hold their translations. The message names the place by its label, the value
    where there is one, and the reason; its first sentence stands alone. `refuses` marks what makes a
    file unreadable as a return (verdict *refused*, not *returned*). Whoever notices something names the kind
    itself; its code is what is stored and shown.
    """

    code: str
    name: str = each_with(init=False, compare=False)  # the constant, in lower case and with hyphens
    severity: Severity
    message: str
    remedy: str
    why: str
    example: str
    shown: Mapping[str, str] = each_with(
        default_factory=dict, compare=False
    )  # details as in the example
    refuses: bool = False
    message_of_value: str = ""  # the message where something stands in the cell all the same
    needs: tuple[Need, ...] = ()
    in_feedback: InFeedback = InFeedback.STANDS
    explains: tuple[Kind, ...] = ()  # kinds that only follow from it where both are in one file

    def __set_name__(self, owner: object, name: str) -> None:
        object.__setattr__(self, "name", name.lower().replace("_", "-"))

    @property
    def family(self) -> str:
        """The letter of the code: F, I, S, V, R, X or P."""
        return self.code[0]

    def at(
        self,
        sheet: str | None = None,
        cell: str | None = None,
        tool: str | None = None,
        row: str | None = None,
        field: str | None = None,
        /,
        **details: Detail,
    ) -> Finding:
        """Return a finding of this kind at a place; `details` are what its words need besides."""
        value = excerpt(str(details.get("value") or "")) or None
        return Finding(
            self.code,
            self.name,
            self.severity,
            sheet,
            cell,
            tool,
            row,
            field,
            value,
            details=details,
        )


# a kind that makes a file unreadable as a return, and one of each severity
refusal = partial(Kind, severity=Severity.ERROR, refuses=True)
error = partial(Kind, severity=Severity.ERROR)
warning = partial(Kind, severity=Severity.WARNING)
info = partial(Kind, severity=Severity.INFO)


def codes(*kinds: Kind) -> tuple[str, ...]:
    """Return the codes of some kinds, for what is stored or was read from a store."""
    return tuple(kind.code for kind in kinds)


def excerpt(text: str) -> str:
    """Return the beginning of a long text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT else line[: EXCERPT - 1] + "…"


def waived(
    findings: Iterable[Finding], sha256: str | None, waivers: Iterable[Waiver]
) -> list[Finding]:
    """Return the findings of a file, each with the waiver that covers it."""
    waivers_of_file = [waiver for waiver in waivers if waiver.sha256 == sha256]
    if not waivers_of_file:
        return list(findings)
    return [
        replace(
            finding,
            waiver=waiver_of(waivers_of_file, sha256, finding.code, finding.sheet, finding.cell),
        )
        for finding in findings
    ]


def waiver_of(
    waivers: Iterable[Waiver], sha256: str | None, code: str, sheet: str | None, cell: str | None
) -> Waiver | None:
    """Return the waiver that covers a finding: one in force before one that has expired, the newest first."""
    covering = [
        waiver
        for waiver in waivers
        if waiver.state in PRECEDENCE and waiver.covers(sha256, code, sheet, cell)
    ]
    return min(
        covering, key=lambda waiver: (PRECEDENCE.index(waiver.state), -waiver.number), default=None
    )
