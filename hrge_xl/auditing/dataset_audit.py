"""What a verification of a dataset found: to read, and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import comb
from typing import Any

from .. import __version__
from ..words import counted
from .differences import Difference

SCHEMA = "hrge-xl/dataset-verification/1"
MOST = 20  # differences of a file or table that are told one by one
FORGED = (1, 5)  # forged returns for which the chance to miss all of them is told


@dataclass(slots=True)
class DatasetAudit:
    """What was found. `problems` and `differences` make it differ; `notes` say what was not compared, and why."""

    folder: str
    redacted: bool = False
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    untold: dict[str, int] = field(default_factory=dict)  # how many more differences, by what has them
    returns: int = 0  # in the dataset
    read: int = 0  # of these, read again
    sampled: bool = False
    files: int = 0  # beside the dataset, written again and compared

    def tell(self, found: Iterable[Difference], what: str) -> None:
        """Take up what differs in a file or table; of very many the first ones, and how many more there are."""
        every = list(found)
        self.differences += every[:MOST]
        if every[MOST:]:
            self.untold[what] = self.untold.get(what, 0) + len(every) - MOST

    @property
    def identical(self) -> bool:
        """Whether nothing differs."""
        return not self.problems and not self.differences

    def lines(self) -> Iterator[str]:
        """Everything, to read: what differs first, each its own line; the verdict last."""
        yield from self.problems
        yield from (each.line(redacted=self.redacted) for each in self.differences)
        yield from (f"{what}: {more:,} more differences like these." for what, more in self.untold.items())
        yield from self.notes
        if self.sampled:
            yield self._chance()
        count = len(self.problems) + len(self.differences) + sum(self.untold.values())
        found = counted(count, "difference") if count else "identical"
        read = f"{counted(self.read, 'return')} of {self.returns:,} read again"
        yield f"Made again: {found} ({read}, {counted(self.files, 'file')} compared)."

    def _chance(self) -> str:
        forged = [count for count in FORGED if count <= self.returns]
        missed = "; ".join(
            f"of {counted(count, 'forged return')} {self.missed(count):.1%}" for count in forged
        )
        return f"A sample: the chance that it has none {missed}."

    def missed(self, forged: int) -> float:
        """Give the chance that a sample like this one has none of so many forged returns in it."""
        genuine = self.returns - forged
        return comb(genuine, self.read) / comb(self.returns, self.read) if genuine >= self.read else 0.0

    def data(self) -> dict[str, Any]:
        """Give the same as JSON data."""
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
            "untold": self.untold,
            "differences": [each.data(redacted=self.redacted) for each in self.differences],
        }
