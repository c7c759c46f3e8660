"""The validation report as a document, the one shape that every report format is made from; its findings in groups.

It is plain JSON data, schema `hrge-xl/validation-report/1`. What the contract fixes may gain keys, never lose or rename
one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NotRequired

from typing_extensions import TypedDict

from ..dataset.return_status import ARRIVED, COUNTS, SAVED, STATUSES, Sums
from ..findings import CATALOGUE, Severity, problem
from ..findings.causes import Cause, by_cause
from ..findings.model import ACTIVE
from ..findings.value import DOES_NOT_FIT
from ..ledger.ledger import FIRST_SEEN, STATED

SCHEMA = "hrge-xl/validation-report/1"
MOST_MESSAGES = 4  # of several findings of one code that have no text in common


class DatasetRow(TypedDict):
    """A dataset that the report is of: a round, a consolidated folder, or loose files of one spec."""

    round: str | None
    spec: str
    spec_version: str
    spec_digest: str
    spec_asked: str | None  # the spec that every file had to be of; None: each file's own
    # kept in a folder with its ledger, which tells when files came; else it went with the command
    lasting: bool
    holds_others: bool  # besides the round, which alone is told of, it may hold others


class Run(TypedDict):
    """What ran: enough to run it again. Where there are several datasets, `spec…` is that of the first."""

    id: str  # digest of everything that went in
    started: str  # ISO 8601, UTC
    engine_version: str
    spec: str
    spec_version: str
    spec_title: str
    spec_digest: str
    round: str | None  # or several
    today: str  # the day of the report, by which waivers expire; each file says when it was checked
    command: str
    language: str
    redacted: bool
    datasets: list[DatasetRow]


class WaiverRow(TypedDict):
    """A finding of one file that somebody accepted as it is; expired and withdrawn ones count no more."""

    number: int  # in its ledger
    code: str
    sha256: str  # the content that it holds for
    file: str
    sheet: str | None
    cell: str | None  # None: every finding of the code in the file
    reason: str
    by: str
    day: str
    until: str | None
    withdrawn: str | None  # the day
    withdrawn_by: str | None
    state: str  # active, expired, withdrawn


class FindingRow(TypedDict):
    """One finding (see `hrge_xl.findings.Finding`); places are None where it concerns the file."""

    code: str
    name: str
    severity: str  # error, warning, info
    message: str
    remedy: str
    sheet: str | None
    cell: str | None  # "D12"
    tool: str | None
    row: str | None
    field: str | None
    label: str | None  # the question, in the language of the report
    value: str | None  # what stood in the cell; None when blank or redacted
    suggestion: str | None
    waiver: WaiverRow | None  # active: accepted as it is; expired: was accepted
    details: NotRequired[dict[str, str | None]]  # what the words tell besides; empty when redacted


class Skipped(TypedDict):
    """A check that did not run, and why."""

    code: str
    why: str


class Checks(TypedDict):
    """Codes of the checks that ran on a file, and those that could not."""

    run: list[str]
    not_run: list[Skipped]


class IdentityRow(TypedDict):
    """Who a file says it is from, by its stamp."""

    team: str  # by the code that its round has for it now
    country: str | None
    language: str
    round: str | None
    spec: str
    spec_version: str
    copy: str
    issued: str
    signature: str  # valid, invalid, unsigned, unchecked (there was no key)
    program: NotRequired[
        str
    ]  # the version of hrge_xl that issued it; those before 0.2.0 do not say so


class Progress(TypedDict):
    """How far one sheet is: required answers, those given, and problems."""

    tool: str
    sheet: str
    required: int
    answered: int
    errors: int


class UnplacedText(TypedDict):
    """Text found outside every known cell: kept, never dropped."""

    sheet: str
    cell: str
    text: str | None  # None when redacted


class FileRow(TypedDict):
    """One file received: what it is, what became of it, and all that was found in it.

    The same content in two places is two files: the second one is a copy, and says only that.
    """

    path: str
    dataset: int  # its number in `run.datasets`, from 1
    submission: str  # the content, as it is called in the dataset
    sha256: str | None
    size: int | None
    verdict: str  # accepted, returned, refused
    status: (
        str  # counts, superseded, waiting, doubled, conflict, excluded, withdrawn, blank, refused
    )
    counted: bool  # whether its answers and findings go into any sum
    settled: bool  # another file counts in its place: its findings are nobody's task
    reason: str | None  # why it does not count, or what was decided
    superseded_by: str | None  # the submission that it gives way to, or meets
    copy_of: str | None  # the path of the file that it is a copy of
    read_as: str | None  # the path under which it was read, where it has been moved since
    read_for: str | None  # the round whose key, teams and period it was checked by
    period: str | None
    order: int | None  # in which order contents came
    arrived: str | None
    arrival: str | None  # stated, first seen
    saved: str | None  # when it was last saved, as it says itself
    late_by: str | None  # which day lateness goes by: arrived, saved, first seen
    late_day: str | None
    checked: str  # the day that its verdict is of: that on which it was taken in
    identity: IdentityRow | None
    counts: dict[
        str, int
    ]  # error, warning, info; waived: how many of these are accepted as they are
    completeness: list[Progress]
    checks: Checks
    findings: list[FindingRow]
    unplaced: list[UnplacedText]


class CodeRow(TypedDict):
    """The catalogue entry of a code that occurs in the document, so that it explains itself offline."""

    code: str
    name: str
    severity: str
    why: str
    example: str
    remedy: str


class MatrixCell(TypedDict):
    """How many rows over all teams stand at one crossing, with the places behind the figure."""

    down: str
    across: str
    level: str
    count: int
    rows: list[dict[str, str]]  # team, file, sheet, cell, row


class MatrixRow(TypedDict):
    """A risk matrix over the files of one period that count."""

    title: str
    dataset: int
    period: str
    tools: list[str]
    down_label: str
    across_label: str
    down: list[tuple[str, str]]  # code, label
    across: list[tuple[str, str]]
    levels: list[dict[str, str]]  # code, label, colour
    teams: int
    cells: list[MatrixCell]


class DecisionRow(TypedDict):
    """What somebody decided about a return: that it counts, or is withdrawn."""

    n: int  # in its ledger
    dataset: int
    submission: str
    file: str
    choice: str  # counts, withdrawn
    reason: str
    by: str
    day: str
    known: int  # how many contents had come by then


class ReportSummary(Sums):
    """Files = accepted + returned + refused; accepted + returned = what became of them.

    Findings are counted over the files that count.
    """

    error: int
    warning: int
    info: int
    waived: int
    other: dict[str, int]  # error, warning, info, waived of the files that do not count


class Names(TypedDict):
    """What codes are called in the language of the report, by the specs of its datasets."""

    countries: dict[str, str]
    sheets: dict[str, str]  # by tool


class Document(TypedDict):
    """The whole validation report."""

    schema: str
    run: Run
    files: list[FileRow]
    summary: ReportSummary
    codes: list[CodeRow]
    matrices: list[MatrixRow]
    waivers: list[WaiverRow]
    decisions: list[DecisionRow]
    names: Names


def place_of(finding: FindingRow) -> str:
    """Return sheet and cell, or nothing where the whole file is meant."""
    return "!".join(filter(None, (finding["sheet"], finding["cell"])))


def is_waived(finding: FindingRow) -> bool:
    """Say whether somebody has accepted a finding as it is."""
    return finding["waiver"] is not None and finding["waiver"]["state"] == ACTIVE


def causes(files: Iterable[FileRow]) -> list[Cause[tuple[FileRow, FindingRow]]]:
    """Return the causes of the findings of some files, each finding with its file."""
    return by_cause(
        ([(file, finding) for finding in file["findings"]] for file in files),
        lambda pair: (pair[1]["code"], pair[1]["severity"]),
    )


def common_text(findings: Iterable[FindingRow], language: str) -> str:
    """Return a text that goes for all findings of one code: their own where they say the same."""
    messages = {finding["message"]: finding["code"] for finding in findings}
    code = next(iter(messages.values()), "")
    kind = CATALOGUE.get(code)
    if kind is not None and kind is not DOES_NOT_FIT and len(messages) > 1:
        return problem(kind, language)
    ellipsis = " …" if len(messages) > MOST_MESSAGES else ""
    return " ".join([*messages][:MOST_MESSAGES]) + ellipsis


# what the codes of a document are called
CALLED = {
    "accepted": "Accepted",
    "returned": "Returned",
    "refused": "Refused",
    **{status.code: status.word for status in STATUSES},
    COUNTS: "Counts",
    "error": "Error",
    "warning": "Warning",
    "info": "Info",
    "valid": "Valid",
    "invalid": "Not valid",
    "unsigned": "Unsigned",
    "unchecked": "Not checked",
    "no identity": "No identity",
    ACTIVE: "In force",
    "expired": "Expired",
    **{day: day for day in (STATED, ARRIVED, SAVED, FIRST_SEEN)},
}

# findings that belong together

VERDICTS = ("accepted", "returned", "refused")
SEVERITIES = tuple(severity.value for severity in Severity)
Numbered = Iterable[tuple[int, FileRow]]  # files of a document with their places in it


@dataclass
class FindingGroup:
    """Findings that belong together: how many of each severity, and in which files."""

    title: str
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SEVERITIES, 0))
    files: dict[int, int] = field(default_factory=dict)
    names: dict[str, None] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many findings."""
        return sum(self.counts.values())

    def add(self, file: int, finding: FindingRow) -> None:
        """Count one finding of one file."""
        self.counts[finding["severity"]] += 1
        self.files[file] = self.files.get(file, 0) + 1


def by_sheet_and_rule(
    files: Numbered, whole_file: str, sheets_called: Mapping[str, str]
) -> tuple[list[FindingGroup], list[FindingGroup]]:
    """Return the findings of some files by sheet and by code; `whole_file` is said of those that have no sheet.

    Sheets of the spec go by their names there, all others by their own.
    """
    sheets: dict[str, FindingGroup] = {}
    rules: dict[str, FindingGroup] = {}
    for at, file in files:
        for finding in file["findings"]:
            tool = finding["tool"] or finding["sheet"] or ""
            sheet = sheets.setdefault(tool, FindingGroup(tool))
            sheet.names[sheets_called.get(tool) or finding["sheet"] or whole_file] = None
            sheet.add(at, finding)
            rule = rules.setdefault(finding["code"], FindingGroup(finding["code"]))
            rule.names[finding["name"]] = None
            rule.add(at, finding)
    return [sheets[key] for key in sorted(sheets)], [rules[key] for key in sorted(rules)]


def by_team(
    files: Numbered, team: Callable[[FileRow], str], countries_called: Mapping[str, str]
) -> list[FindingGroup]:
    """Return the findings of some files by team, each with its countries by name."""
    teams: dict[str, FindingGroup] = {}
    for at, file in files:
        group = teams.setdefault(team(file), FindingGroup(team(file)))
        group.files[at] = len(file["findings"])
        country = file["identity"]["country"] if file["identity"] else None
        if country:
            group.names[countries_called.get(country, country)] = None
        for severity in SEVERITIES:
            group.counts[severity] += file["counts"][severity]
    return [teams[key] for key in sorted(teams)]


# text of a document, made safe to show in any format

_UNSHOWABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
_COLOUR = re.compile(r"#?([0-9A-Fa-f]{6})")


def fill(colour: str) -> str:
    """Return a colour as `#rrggbb`; white for what is none."""
    match = _COLOUR.fullmatch(colour)
    return f"#{match[1].lower()}" if match else "#ffffff"


def visible(text: str) -> str:
    """Replace what XML, HTML or UTF-8 cannot hold, and what turns the letters around it; the rest stays.

    A control character becomes its picture (U+0007 becomes ␇), a mark that turns letters its number (\\u202e), anything
    else the replacement character.
    """
    if _UNSHOWABLE.search(text) is None:
        return text
    return _UNSHOWABLE.sub(_picture, text.replace("\r\n", "\n"))


def _picture(match: re.Match[str]) -> str:
    point = ord(match[0])
    if point < 0x20:
        return chr(0x2400 + point)
    if 0x2028 <= point <= 0x2069:
        return f"\\u{point:04x}"
    return "\u2421" if point == 0x7F else "\ufffd"
