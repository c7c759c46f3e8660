"""Findings that belong together: by sheet, by rule and by team, counted once for every format."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from ..findings import Severity
from .document import FileRow, FindingRow

SEVERITIES = tuple(severity.value for severity in Severity)
Numbered = Iterable[tuple[int, FileRow]]  # files of a document with their places in it


@dataclass
class Group:
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
) -> tuple[list[Group], list[Group]]:
    """Give the findings of some files by sheet and by code; `whole_file` is said of those that have no sheet.

    Sheets of the spec go by their names there, all others by their own.
    """
    sheets: dict[str, Group] = {}
    rules: dict[str, Group] = {}
    for at, file in files:
        for finding in file["findings"]:
            tool = finding["tool"] or finding["sheet"] or ""
            sheet = sheets.setdefault(tool, Group(tool))
            sheet.names[sheets_called.get(tool) or finding["sheet"] or whole_file] = None
            sheet.add(at, finding)
            rule = rules.setdefault(finding["code"], Group(finding["code"]))
            rule.names[finding["name"]] = None
            rule.add(at, finding)
    return [sheets[key] for key in sorted(sheets)], [rules[key] for key in sorted(rules)]


def by_team(
    files: Numbered, team: Callable[[FileRow], str], countries_called: Mapping[str, str]
) -> list[Group]:
    """Give the findings of some files by team, each with its countries by name."""
    teams: dict[str, Group] = {}
    for at, file in files:
        group = teams.setdefault(team(file), Group(team(file)))
        group.files[at] = len(file["findings"])
        country = file["identity"]["country"] if file["identity"] else None
        if country:
            group.names[countries_called.get(country, country)] = None
        for severity in SEVERITIES:
            group.counts[severity] += file["counts"][severity]
    return [teams[key] for key in sorted(teams)]
