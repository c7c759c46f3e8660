"""Findings by cause: those of one code together, and behind one what only follows from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from ..core.work import grouped
from . import CATALOGUE
from .model import Severity

ALIKE = 20  # findings of one cause in a file that are shown one by one; more are folded
MOST_CAUSES = 10  # on a first screen
COVERED = 0.9  # of all findings, by the causes on a first screen

Item = TypeVar("Item")
ORIGINS = {kind.code: origin for origin in CATALOGUE.values() for kind in origin.explains}


@dataclass(slots=True, eq=False)
class Cause(Generic[Item]):
    """Findings of one code, and by their codes those that follow from it."""

    code: str
    severity: str
    items: list[Item] = field(default_factory=list)
    consequences: dict[str, list[Item]] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many findings, with those that follow."""
        return len(self.items) + sum(map(len, self.consequences.values()))


def by_cause(
    files: Iterable[Iterable[Item]], key: Callable[[Item], tuple[str, str]]
) -> list[Cause[Item]]:
    """Return the causes of the findings of some files, the worst first, then the most frequent.

    `key` gives the code and the severity of a finding. It follows from another one only in the same file.
    """
    causes: dict[str, Cause[Item]] = {}
    for items in files:
        by_kind = grouped((key(finding), finding) for finding in items)
        severities = dict(by_kind.keys())  # by code
        for (code, severity), alike in by_kind.items():
            origin = ORIGINS.get(code)
            if origin is not None and origin.code in severities:
                cause = _cause(causes, origin.code, severities[origin.code])
                cause.consequences.setdefault(code, []).extend(alike)
            else:
                _cause(causes, code, severity).items.extend(alike)
    return sorted(causes.values(), key=_importance)


def _cause(causes: dict[str, Cause[Item]], code: str, severity: str) -> Cause[Item]:
    """Return the cause of a code, which is as bad as the worst of its findings."""
    cause = causes.setdefault(code, Cause(code, severity))
    cause.severity = max(cause.severity, severity, key=lambda name: Severity(name).rank)
    return cause


def _importance(cause: Cause[Item]) -> tuple[int, int]:
    return -Severity(cause.severity).rank, -cause.total


def first_screen(causes: Sequence[Cause[Item]]) -> tuple[list[Cause[Item]], list[Cause[Item]]]:
    """Return the causes for a first screen, and the others: at most ten that cover nine tenths of the findings.

    The fewest that cover so much are among them; the room that is left goes to the most important.
    """
    enough = COVERED * sum(cause.total for cause in causes)
    chosen: list[Cause[Item]] = []
    for cause in sorted(causes, key=lambda cause: -cause.total)[:MOST_CAUSES]:
        if sum(cause.total for cause in chosen) < enough:
            chosen.append(cause)
    for cause in causes:
        if len(chosen) < MOST_CAUSES and cause not in chosen:
            chosen.append(cause)
    codes = {cause.code for cause in chosen}
    first = [cause for cause in causes if cause.code in codes]
    later = [cause for cause in causes if cause.code not in codes]
    return first, later
