"""A finding: one thing noticed about a return, as plain values. Words are made of it where somebody reads them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as each_with

from ..kept_texts import Kept
from .model import Kind, Severity
from .waiver import Waiver, waiver_of

EXCERPT = 200  # characters of a text that are quoted
Detail = str | Kept | None
Details = Mapping[str, Detail]


@dataclass(frozen=True, slots=True)
class Words:
    """A finding in words of one language. `label` is what the question is called, or what stands in its place."""

    message: str
    remedy: str
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing noticed: what (code), how bad, where, and what its words need besides.

    A place is None where the whole file, sheet or row is meant. `language` is that of the entries of lists that
    `details` quote, and of the `words` of one that was put into words already, as in a dataset.
    """

    code: str
    name: str
    severity: Severity
    sheet: str | None = None
    cell: str | None = None  # "D12"
    tool: str | None = None
    row: str | None = None
    field: str | None = None
    value: str | None = None
    suggestion: str | None = None
    details: Details = each_with(default_factory=dict, hash=False)
    waiver: Waiver | None = None  # what accepts it as it is, in force or expired
    language: str = ""
    words: Words | None = None

    @classmethod
    def of(  # noqa: PLR0913 (a finding has so many places)
        cls, kind: Kind, sheet: str | None = None, cell: str | None = None, tool: str | None = None,
        row: str | None = None, field: str | None = None, *, value: str | None = None, details: Details | None = None,
    ) -> Finding:  # fmt: skip
        """Give a finding of a kind of the catalogue."""
        details = details or {}
        quoted = excerpt(value or str(details.get("value") or "")) or None
        return cls(kind.code, kind.name, kind.severity, sheet, cell, tool, row, field, quoted, None, details)

    @property
    def open(self) -> bool:
        """Whether nobody has accepted it."""
        return self.waiver is None or self.waiver.state != "active"


def excerpt(text: str) -> str:
    """Give the beginning of a long text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT else line[: EXCERPT - 1] + "…"


def waived(findings: Iterable[Finding], sha256: str | None, waivers: Iterable[Waiver]) -> list[Finding]:
    """Give the findings of a file, each with the waiver that covers it."""
    ours = [each for each in waivers if each.sha256 == sha256]
    if not ours:
        return list(findings)
    return [
        replace(each, waiver=waiver_of(ours, sha256, each.code, each.sheet, each.cell)) for each in findings
    ]
