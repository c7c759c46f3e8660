"""What is asked of a verification, and what it found: to read, and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import chain
from math import comb
from pathlib import Path
from typing import Any

from .. import __version__
from ..core.words import counted
from ..ledger import seals
from .differences import Difference
from .second_opinion import Opinion, explanations

MOST = 20  # differences of a file or table that are told one by one
FORGED = (1, 5)  # forged returns for which the chance to miss all of them is told


@dataclass(frozen=True, slots=True)
class VerificationRequest:
    """What is asked: a report or the folder of a dataset, and what else is at hand.

    `returned` are folders with what came back: the files of a report, or of rounds that a dataset holds too.
    """

    target: Path
    returned: Sequence[Path] = ()
    ledger: Path | None = None  # of a report: the folder of its ledger
    spec: str | None = None  # of a report: where its spec is, if not under its name
    sample: int | None = None  # of a dataset: how many returns are read again, chosen at random; None for all
    store: str | None = None  # of a dataset: a database that holds the same
    password: str | None = field(default=None, repr=False)
    jobs: int = 1
    redacted: bool = False


@dataclass
class Audit:
    """What was found. `problems` and `differences` make it differ; `notes` say what was not compared, and why."""

    target: str  # the path
    redacted: bool = False
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    files: int = 0  # compared

    @property
    def identical(self) -> bool:
        """Whether nothing differs."""
        return not self.problems and not self.differences

    def _lines(self, more: Iterable[str], verdicts: Iterable[str]) -> Iterator[str]:
        differences = (difference.line(redacted=self.redacted) for difference in self.differences)
        return chain(self.problems, differences, more, self.notes, verdicts)

    def _data(self, schema: str, about: dict[str, Any], compared: dict[str, Any]) -> dict[str, Any]:
        return {
            "schema": schema, **about, "engine_version": __version__, "redacted": self.redacted,
            "identical": self.identical, "problems": self.problems, "notes": self.notes, **compared,
            "differences": [difference.data(redacted=self.redacted) for difference in self.differences],
        }  # fmt: skip


@dataclass
class ReportAudit(Audit):
    """What the verification of a report found."""

    sha256: str = ""
    run: str = ""  # what the report says that its number is
    opinion: Opinion = field(default_factory=Opinion)
    seal: seals.Checked | None = None
    findings: int = 0  # of the files compared, in the report

    @property
    def identical(self) -> bool:
        """Whether nothing differs, the second opinion agrees, and the seal holds."""
        return super().identical and self.opinion.agrees and (self.seal is None or self.seal.holds)

    def lines(self) -> Iterator[str]:
        """Everything, to read: what differs first, each its own line; the verdicts last."""
        found, differ = self.opinion, len(self.problems) + len(self.differences)
        apart = (difference.line(redacted=self.redacted) for difference in found.differences)
        sealed = () if self.seal is None else seals.lines(self.seal, Path(self.target).name)
        files, cells = counted(self.files, "file"), counted(found.cells, "cell")
        again = f"identical ({files}, {counted(self.findings, 'finding')} compared)."
        if differ:
            again = f"{counted(differ, 'difference')} ({files} compared)."
        second = f"identical ({cells} compared in {counted(found.files, 'file')})."
        if not found.agrees:
            failed = counted(len(found.failed), "file")
            second = f"{counted(len(found.differences), 'difference')} in {cells}; {failed} not read."
        verdicts = (f"Made again: {again}", f"Read with openpyxl: {second}")
        return self._lines(chain(found.failed, apart), chain(explanations(found), sealed, verdicts))

    def data(self) -> dict[str, Any]:
        """Give the same as JSON data, schema `hrge-xl/verification/1`."""
        about = {"report": self.target, "report_sha256": self.sha256, "run": self.run}
        compared = {"files_compared": self.files, "findings_compared": self.findings}
        opinion = {
            "files": self.opinion.files,
            "cells": self.opinion.cells,
            "explained": dict(sorted(self.opinion.explained.items())),
            "failed": self.opinion.failed,
            "differences": [each.data(redacted=self.redacted) for each in self.opinion.differences],
        }
        seal = None if self.seal is None else asdict(self.seal) | {"holds": self.seal.holds}
        found = self._data("hrge-xl/verification/1", about, compared)
        return found | {"second_opinion": opinion, "seal": seal}


@dataclass
class DatasetAudit(Audit):
    """What the verification of a dataset found; `files` are those beside it that were written again."""

    untold: dict[str, int] = field(default_factory=dict)  # how many more differences, by what has them
    returns: int = 0  # in the dataset
    read: int = 0  # of these, read again
    sampled: bool = False

    def tell(self, found: Iterable[Difference], what: str, source: str = "dataset") -> None:
        """Take up what differs in a file or table; of very many the first ones, and how many more there are."""
        every = list(found)
        self.differences += [replace(difference, source=source) for difference in every[:MOST]]
        if every[MOST:]:
            self.untold[what] = self.untold.get(what, 0) + len(every) - MOST

    def lines(self) -> Iterator[str]:
        """Everything, to read: what differs first, each its own line; the verdict last."""
        untold = (f"{what}: {more:,} more differences like these." for what, more in self.untold.items())
        count = len(self.problems) + len(self.differences) + sum(self.untold.values())
        found = counted(count, "difference") if count else "identical"
        read = f"{counted(self.read, 'return')} of {self.returns:,} read again"
        verdict = f"Made again: {found} ({read}, {counted(self.files, 'file')} compared)."
        return self._lines(untold, [*([self._chance()] if self.sampled else []), verdict])

    def _chance(self) -> str:
        missed = "; ".join(
            f"of {counted(count, 'forged return')} {self.missed(count):.1%}"
            for count in FORGED
            if count <= self.returns
        )
        return f"A sample: the chance that it has none {missed}."

    def missed(self, forged: int) -> float:
        """Give the chance that a sample like this one has none of so many forged returns in it."""
        return comb(self.returns - forged, self.read) / comb(self.returns, self.read)

    def data(self) -> dict[str, Any]:
        """Give the same as JSON data."""
        compared = {
            "returns": self.returns, "read_again": self.read, "sampled": self.sampled, "files_compared": self.files,
            "untold": self.untold,
        }  # fmt: skip
        return self._data("hrge-xl/dataset-verification/1", {"folder": self.target}, compared)
