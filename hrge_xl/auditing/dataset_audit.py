"""What a verification of a dataset found: to read, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import comb
from typing import Any

from .. import __version__
from .differences import Difference

SCHEMA = "hrge-xl/dataset-verification/1"
FORGED = (1, 5)  # forged returns for which the chance to miss all of them is told


@dataclass(slots=True)
class DatasetAudit:
    """What was found. `problems` and `differences` make it differ; `notes` say what was not compared, and why."""

    folder: str
    redacted: bool = False
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    more: list[str] = field(
        default_factory=list
    )  # how many differences there are that are not told one by one
    returns: int = 0  # in the dataset
    read: int = 0  # of these, read again
    sampled: bool = False
    files: int = 0  # beside the dataset, written again and compared

    @property
    def identical(self) -> bool:
        """Whether nothing differs."""
        return not self.problems and not self.differences

    def lines(self) -> Iterator[str]:
        """Everything, to read: what differs first, each its own line; the verdict last."""
        yield from self.problems
        yield from (each.line(redacted=self.redacted) for each in self.differences)
        yield from self.more
        yield from self.notes
        if self.sampled:
            yield self._chance()
        compared = (
            f"{_n(self.read, 'return')} of {self.returns:,} read again, {_n(self.files, 'file')} compared"
        )
        count = len(self.problems) + len(self.differences)
        yield (
            f"Made again: identical ({compared})."
            if not count
            else f"Made again: {_n(count, 'difference')} ({compared})."
        )

    def _chance(self) -> str:
        forged = [count for count in FORGED if count <= self.returns]
        missed = "; ".join(f"of {_n(count, 'forged return')} {self.missed(count):.1%}" for count in forged)
        return f"A sample: the chance that it has none {missed}."

    def missed(self, forged: int) -> float:
        """The chance that a sample like this one has none of so many forged returns in it."""
        genuine = self.returns - forged
        return comb(genuine, self.read) / comb(self.returns, self.read) if genuine >= self.read else 0.0

    def data(self) -> dict[str, Any]:
        """The same as JSON data."""
        return {
            "schema": SCHEMA,
            "folder": self.folder,
            "engine_version": __version__,
            "redacted": self.redacted,
            "identical": self.identical,
            "problems": self.problems,
            "notes": self.notes,
            "returns": self.returns,
            "read_again": self.read,
            "sampled": self.sampled,
            "files_compared": self.files,
            "more": self.more,
            "differences": [each.data(redacted=self.redacted) for each in self.differences],
        }


def _n(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
