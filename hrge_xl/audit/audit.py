"""`verify`: what there is, made again from received files and compared part by part; what is asked, and what was found.

A report and a dataset (a round, and what was exported beside it) say what their parts are and how they are made again:
see `report_again` and `dataset_again`. How two sides of a part are compared stands in `differences`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from math import comb
from pathlib import Path
from typing import Any, NamedTuple

from .. import __version__
from ..core.words import counted
from ..ledger import seals
from .differences import Difference
from .second_opinion import Opinion, explanations

MOST = 20  # differences of a part that are told one by one
FILE = "file"  # what a part is told by that is a file beside a dataset
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
    sample: int | None = (
        None  # of a dataset: how many returns are read again, chosen at random; None for all
    )
    store: str | None = None  # of a dataset: a database that holds the same
    password: str | None = field(default=None, repr=False)
    jobs: int = 1
    redacted: bool = False


class Part(NamedTuple):
    """Something that was made again: its name, what it is told by, and where the two sides of it differ."""

    name: str
    source: str  # report, dataset, ledger, file
    differences: Iterable[Difference]
    most: int | None = MOST  # of them that are told one by one; None for all


MadeAgain = Callable[[VerificationRequest, "Audit"], Iterator[Part]]


def verify(request: VerificationRequest, made_again: MadeAgain) -> Audit:
    """Make something again and compare.

    `made_again` yields its parts, each to be compared before the next one is asked for, and writes into the audit what
    is wrong besides. Raises what it raises.
    """
    audit = Audit(str(request.target), request.redacted)
    for part in made_again(request, audit):
        audit.take(part)
    return audit


@dataclass
class Audit:
    """What was found. `problems` and `differences` make it differ; `notes` say what was not compared, and why.

    `files` is how many were compared: those of a report, or those beside a dataset that were written again.
    """

    target: str  # the path
    redacted: bool = False
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    untold: dict[str, int] = field(default_factory=dict)  # how many more differences, by the part
    files: int = 0
    # of a dataset
    returns: int = 0  # in it
    read: int = 0  # of these, read again
    sampled: bool = False
    # of a report
    sha256: str = ""
    run: str = ""  # what it says that its number is
    findings: int = 0  # of the files compared
    opinion: Opinion | None = None
    seal: seals.LedgerCheck | None = None

    def take(self, part: Part) -> None:
        """Take up what differs in a part; of very many differences the first ones, and how many more there are."""
        differences = (replace(difference, source=part.source) for difference in part.differences)
        self.differences += islice(differences, part.most)
        if untold_count := sum(1 for _ in differences):
            self.untold[part.name] = self.untold.get(part.name, 0) + untold_count
        self.files += part.source == FILE

    @property
    def identical(self) -> bool:
        """Whether nothing differs; of a report also whether the second opinion agrees, and the seal holds."""
        agrees = self.opinion is None or self.opinion.agrees
        return not self._count and agrees and (self.seal is None or self.seal.holds)

    @property
    def _count(self) -> int:
        return len(self.problems) + len(self.differences) + sum(self.untold.values())

    def lines(self) -> Iterator[str]:
        """Everything, to read: what differs first, each its own line; the verdicts last."""
        yield from self.problems
        yield from (difference.line(redacted=self.redacted) for difference in self.differences)
        yield from (
            f"{name}: {untold_count:,} more differences like these."
            for name, untold_count in self.untold.items()
        )
        if self.opinion is not None:
            yield from self.opinion.failed
            yield from (
                difference.line(redacted=self.redacted) for difference in self.opinion.differences
            )
        yield from self.notes
        if self.opinion is not None:
            yield from explanations(self.opinion)
        if self.seal is not None:
            yield from seals.lines(self.seal, Path(self.target).name)
        if self.sampled:
            missed = (
                f"of {counted(count, 'forged return')} {self.missed(count):.1%}"
                for count in FORGED
                if count <= self.returns
            )
            yield f"A sample: the chance that it has none {'; '.join(missed)}."
        yield from self._verdicts()

    def _verdicts(self) -> Iterator[str]:
        compared = [counted(self.files, "file")]
        if self.opinion is None:
            compared.insert(0, f"{counted(self.read, 'return')} of {self.returns:,} read again")
        elif not self._count:
            compared.append(counted(self.findings, "finding"))
        verdict = counted(self._count, "difference") if self._count else "identical"
        yield f"Made again: {verdict} ({', '.join(compared)} compared)."
        if self.opinion is not None:
            cells = counted(self.opinion.cells, "cell")
            failed = counted(len(self.opinion.failed), "file")
            second = f"identical ({cells} compared in {counted(self.opinion.files, 'file')})."
            if not self.opinion.agrees:
                apart = counted(len(self.opinion.differences), "difference")
                second = f"{apart} in {cells}; {failed} not read."
            yield f"Read with openpyxl: {second}"

    def missed(self, forged: int) -> float:
        """Return the chance that a sample like this one has none of so many forged returns in it."""
        return comb(self.returns - forged, self.read) / comb(self.returns, self.read)

    def data(self) -> dict[str, Any]:
        """Return the same as JSON data, schema `hrge-xl/verification/1` or `hrge-xl/dataset-verification/1`."""
        schema: str = "hrge-xl/dataset-verification/1"
        about: dict[str, Any] = {"folder": self.target}
        compared: dict[str, Any] = {
            "returns": self.returns,
            "read_again": self.read,
            "sampled": self.sampled,
            "files_compared": self.files,
            "untold": self.untold,
        }
        last: dict[str, Any] = {}
        if self.opinion is not None:
            schema = "hrge-xl/verification/1"
            about = {"report": self.target, "report_sha256": self.sha256, "run": self.run}
            compared = {"files_compared": self.files, "findings_compared": self.findings}
            seal = None if self.seal is None else asdict(self.seal) | {"holds": self.seal.holds}
            last = {"second_opinion": self.opinion.data(redacted=self.redacted), "seal": seal}
        return {
            "schema": schema,
            **about,
            "engine_version": __version__,
            "redacted": self.redacted,
            "identical": self.identical,
            "problems": self.problems,
            "notes": self.notes,
            **compared,
            "differences": [
                difference.data(redacted=self.redacted) for difference in self.differences
            ],
            **last,
        }
