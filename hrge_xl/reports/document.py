"""The validation report as a document: the one shape that every report format is made from.

It is plain JSON data, schema `hrge-xl/validation-report/1`. What the contract fixes may gain keys,
never lose or rename one.
"""

from __future__ import annotations

from typing_extensions import TypedDict

SCHEMA = "hrge-xl/validation-report/1"


class Run(TypedDict):
    """What ran: enough to run it again."""

    id: str  # digest of everything that went in
    started: str  # ISO 8601, UTC
    engine_version: str
    spec: str
    spec_version: str
    spec_title: str
    spec_digest: str
    round: str | None
    today: str  # the day that overdue dates were measured against
    command: str
    language: str
    redacted: bool
    spec_asked: str | None  # the spec that every file had to be of; None: each file's own
    round_given: bool  # signatures and teams were checked against the folder of the round


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
    sheet: str | None
    cell: str | None  # "D12"
    tool: str | None
    row: str | None
    field: str | None
    label: str | None  # the question, in the team's language
    value: str | None  # what stood in the cell; None when blank or redacted
    message: str
    remedy: str
    suggestion: str | None
    waiver: WaiverRow | None  # active: accepted as it is; expired: was accepted


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

    team: str
    country: str | None
    language: str
    round: str | None
    spec: str
    spec_version: str
    copy: str
    issued: str
    signature: str  # valid, invalid, unsigned, unchecked (there was no key)


class Progress(TypedDict):
    """How far one sheet is: required answers, those given, and problems."""

    tool: str
    sheet: str
    required: int
    answered: int
    errors: int


class Unplaced(TypedDict):
    """Text found outside every known cell: kept, never dropped."""

    sheet: str
    cell: str
    text: str | None  # None when redacted


class FileRow(TypedDict):
    """One file: what it is, what became of it, and all that was found in it."""

    path: str
    sha256: str | None
    size: int | None
    verdict: str  # accepted, returned, refused
    identity: IdentityRow | None
    counts: dict[str, int]  # error, warning, info; waived: how many of these are accepted as they are
    completeness: list[Progress]
    checks: Checks
    findings: list[FindingRow]
    unplaced: list[Unplaced]


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
    """A risk matrix over all accepted and returned files."""

    title: str
    tools: list[str]
    down_label: str
    across_label: str
    down: list[tuple[str, str]]  # code, label
    across: list[tuple[str, str]]
    levels: list[dict[str, str]]  # code, label, colour
    teams: int
    cells: list[MatrixCell]


class Document(TypedDict):
    """The whole validation report."""

    schema: str
    run: Run
    files: list[FileRow]
    summary: dict[str, int]  # files, accepted, returned, refused, error, warning, info, waived
    codes: list[CodeRow]
    matrices: list[MatrixRow]
    waivers: list[WaiverRow]
