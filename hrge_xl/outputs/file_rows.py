"""The files of a report: one row per item received, with what the dataset knows of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from ..core.message_templates import MessageTemplate, text_of
from ..core.words import SOURCE_LANGUAGE
from ..dataset.return_status import DOUBLED
from ..dataset.returns import ReceivedItem, Return
from ..exchange.validation import REFUSED
from ..findings import Finding, Severity, Waiver
from ..findings.identity import SAME_FILE_TWICE
from ..layout.wording import Wording
from .document import FileRow, FindingRow, IdentityRow, Progress, WaiverRow

NOTHING_RUN = ["F"]  # on a file that could not be read


@dataclass(frozen=True, slots=True)
class FileRows:
    """Makes the rows of one dataset. `order` is in which order contents came, by hash."""

    dataset: int
    order: Mapping[str, int]
    settled: Collection[str]  # submissions
    wording: Wording
    language: str = SOURCE_LANGUAGE  # of the reader
    redacted: bool = False

    def of(self, each: Return) -> Iterator[FileRow]:
        """Give the row of a return, and one for each copy of it."""
        row = self._row(each)
        yield row
        yield from (self._copy(row, each, item) for item in each.copies)

    def _row(self, each: Return) -> FileRow:
        day, basis = each.lateness
        return {
            "path": each.item.path,
            "dataset": self.dataset,
            "submission": each.submission,
            "sha256": each.sha256,
            "size": each.size,
            "verdict": each.verdict,
            "status": each.status,
            "counted": each.current,
            "settled": each.submission in self.settled,
            "reason": text_of(each.reason, self.language) or None,
            "superseded_by": each.superseded_by,
            "copy_of": None,
            "read_as": each.path if each.path != each.item.path else None,
            "read_for": each.read_for,
            "period": each.period or None,
            "order": self.order.get(each.sha256 or ""),
            "arrived": _iso(each.arrived),
            "arrival": each.arrival,
            "saved": each.saved,
            "late_by": basis or None,
            "late_day": _iso(day),
            "checked": _iso(each.checked) or "",
            "identity": _identity(each),
            "counts": counts(each.findings),
            "completeness": _completeness(each),
            "checks": {
                "run": [*each.checks_run] or NOTHING_RUN,
                "not_run": [
                    {
                        "code": code,
                        "why": self.wording.reason(code, why, self.language, redacted=self.redacted),
                    }
                    for code, why in sorted(each.checks_not_run.items())
                ],
            },
            "findings": [self._finding(one, each.name) for one in each.findings],
            "unplaced": [
                {"sheet": text.sheet, "cell": text.cell, "text": None if self.redacted else text.text}
                for text in each.unplaced
            ],
        }

    def _copy(self, row: FileRow, each: Return, item: ReceivedItem) -> FileRow:
        """Give the row of a copy: it says which file it is a copy of, and repeats nothing that was found there."""
        name = row["path"].replace("\\", "/").rpartition("/")[2]
        finding = SAME_FILE_TWICE.at(other=name)
        told = self._finding(finding, item.path)
        copy: FileRow = {
            **row,
            "path": item.path,
            "status": REFUSED if each.verdict == REFUSED else DOUBLED,
            "counted": False,
            "settled": True,
            "reason": told["message"],
            "superseded_by": None,
            "copy_of": row["path"],
            "read_as": None,
            "counts": counts([finding]),
            "completeness": [],
            "checks": {"run": [], "not_run": []},
            "findings": [told],
            "unplaced": [],
        }
        return copy

    def _finding(self, finding: Finding, path: str) -> FindingRow:
        """Give a finding as data."""
        finding = self.wording.worded(finding, self.language, path)
        finding = self.wording.unquoted(finding) if self.redacted else finding
        data: dict[str, Any] = asdict(finding)
        told = finding.details.items()
        data |= data.pop("words") | {
            "severity": finding.severity.value,
            "details": {
                name: str(text) if isinstance(text, MessageTemplate) else text for name, text in told
            },
        }
        del data["language"]
        row: FindingRow = {name: data[name] for name in dict.fromkeys([*FindingRow.__annotations__, *data])}  # type: ignore[assignment]
        return row


def counts(findings: Sequence[Finding]) -> dict[str, int]:
    """Count findings by severity, and how many of them are waived."""
    severities = [finding.severity for finding in findings]
    found = {severity.value: severities.count(severity) for severity in reversed(Severity)}
    return found | {"waived": sum(not finding.open for finding in findings)}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _identity(each: Return) -> IdentityRow | None:
    stamp = each.identity
    if stamp is None:
        return None
    return {
        "team": stamp.team,
        "country": stamp.country or None,
        "language": stamp.language,
        "round": stamp.round or None,
        "spec": stamp.spec,
        "spec_version": stamp.spec_version,
        "copy": stamp.copy,
        "issued": stamp.issued,
        "signature": each.signature or "",
    }


def _completeness(each: Return) -> list[Progress]:
    return [
        {
            "tool": sheet.tool,
            "sheet": sheet.sheet,
            "required": sheet.required,
            "answered": sheet.answered or 0,
            "errors": sheet.errors or 0,
        }
        for sheet in each.sheets
        if sheet.required is not None and (sheet.required or sheet.errors)
    ]


def waiver_row(waiver: Waiver) -> WaiverRow:
    """Give a waiver as data."""
    row: WaiverRow = asdict(waiver)  # type: ignore[assignment]
    return row


def waiver_of(row: WaiverRow) -> Waiver:
    """Give the waiver that a row tells of."""
    known = {field.name for field in fields(Waiver)}
    return Waiver(**{key: value for key, value in row.items() if key in known})  # type: ignore[arg-type]
