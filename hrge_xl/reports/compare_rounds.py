"""Compares two rounds return by return: pairs of one project, intervention, country and team.

One pair is in memory at a time: a dataset gives the rows of one return when they are asked for, and files that are
read for the comparison wait on the disk.
"""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa

from ..checks import Outcome
from ..dataset.cross_file_checks import see_together
from ..dataset.ledger import NAME, Ledger
from ..dataset.return_status import COUNTS, DOUBTS, ReturnStatus
from ..dataset.rows import return_key, submission_id
from ..dataset.store import Store
from ..validation import Result, ValidationRequest, validate
from ..words import fold
from .compare import Comparison, Noted, Said, between, said

AT_ONCE = 100  # files that are in memory together
PairKey = tuple[str, str, str, str]  # project, intervention, country, team


@dataclass(frozen=True, slots=True)
class Return:
    """One return that counts: what it is about, and where it came from."""

    submission: str
    path: str
    sha256: str
    verdict: str
    project: str
    intervention: str
    country: str
    team: str
    period: str

    @property
    def key(self) -> PairKey:
        """What makes it the same as one of another round."""
        return fold(self.project), fold(self.intervention), self.country, self.team


class Side(Protocol):
    """One of the two rounds. `left_out` counts returns that do not count, by why."""

    returns: list[Return]
    left_out: Counter[str]

    def said(self, each: Return) -> Said:
        """What one of its returns said."""


class DatasetSide:
    """The returns of a consolidated folder, from its dataset."""

    def __init__(self, store: Store) -> None:
        self._store, meta = store, sa.MetaData()
        names = ("submissions", "answers", "findings")
        tables = (sa.Table(name, meta, autoload_with=store.engine) for name in names)
        self._submissions, self._answers, self._findings = tables
        self.left_out: Counter[str] = Counter()
        self.returns = list(self._returns())

    def _returns(self) -> Iterator[Return]:
        table = self._submissions.c
        names = (
            "submission",
            "path",
            "sha256",
            "verdict",
            "project",
            "intervention",
            "country",
            "team",
            "period",
        )
        wanted = sa.select(table.current, *(table[name] for name in names)).order_by(table.submission)
        for current, *texts in self._store.select(wanted):
            each = Return(*(text or "" for text in texts))
            if current:
                yield each
            else:
                self.left_out["refused" if each.verdict == "refused" else "not counted"] += 1

    def said(self, each: Return) -> Said:
        """The answers and findings of one return."""
        found, table = Said(), self._answers.c
        wanted = sa.select(
            table.tool, table.row, table.field, table.part, table.code, table.number, table.date, table.text,
            table.original, table.sheet, table.cell,
        ).where(table.submission == each.submission, sa.not_(table.calculated)).order_by(table.n)  # fmt: skip
        for tool, row, name, part, *values, original, sheet, cell in self._store.select(wanted):
            value = next((value for value in values if value is not None), None)
            found.add((tool, row, name), part or 0, value, original, f"{sheet}!{cell}")
        table = self._findings.c
        noted = sa.select(
            table.code, table.tool, table.row, table.field, table.value, table.severity, table.sheet, table.cell,
            table.message,
        ).where(table.submission == each.submission).order_by(table.n)  # fmt: skip
        for code, tool, row, name, value, severity, sheet, cell, message in self._store.select(noted):
            found.note(
                (code, tool, row, name, value), Noted(code, severity, sheet or "", cell or "", message or "")
            )
        return found


class FilesSide:
    """Returned files, read now: what they said waits in `folder` until it is compared."""

    def __init__(
        self, files: Sequence[Path], asked: ValidationRequest, folder: Path, ledger: Path | None
    ) -> None:
        self._folder = folder
        self.left_out: Counter[str] = Counter()
        lean: list[Result] = []
        for start in range(0, len(files), AT_ONCE):
            results = validate(files[start : start + AT_ONCE], asked)
            lean += [self._put_away(result) for result in results]
        self.returns = list(self._returns(lean, ledger))

    def _put_away(self, result: Result) -> Result:
        """Keep what a file said on the disk, and in memory only what tells which return it is."""
        if result.submission is None:
            self.left_out["refused"] += 1
            return result
        with self._file(submission_id(result.sha256, result.path)).open("wb") as target:
            pickle.dump(said(result), target)
        return _lean(result)

    def _file(self, submission: str) -> Path:
        return self._folder / f"{submission}.pickle"

    def _returns(self, results: Sequence[Result], ledger: Path | None) -> Iterator[Return]:
        return_statuses = _return_statuses(results, ledger)
        by_name = {submission_id(each.sha256, each.path): each for each in results if each.submission}
        for name, result in sorted(by_name.items()):
            if return_statuses[name].state != COUNTS:
                self.left_out["not counted"] += 1
                continue
            owner = return_key(result)
            yield Return(
                name, result.path, result.sha256 or "", result.verdict, owner.project, owner.intervention,
                owner.country, owner.team, owner.period,
            )  # fmt: skip

    def said(self, each: Return) -> Said:
        """What a file said, as this process wrote it a moment ago."""
        with self._file(each.submission).open("rb") as source:
            found: Said = pickle.load(source)
        return found


def _return_statuses(results: Sequence[Result], ledger: Path | None) -> dict[str, ReturnStatus]:
    if ledger is None or not (ledger / NAME).is_file():
        return dict(see_together(results))
    with Ledger.open(ledger, write=False) as opened:
        return dict(see_together(results, opened))


def _lean(result: Result) -> Result:
    """A result without its answers, but for those that say which return it is."""
    assert result.submission is not None
    assert result.layout is not None
    codes = {code for code in result.layout.spec.identity.model_dump().values() if code}
    answers = [each for each in result.submission.answers if each.field in codes]
    calculated = result.outcome.calculated if result.outcome else {}
    return replace(
        result,
        submission=replace(
            result.submission, answers=answers, observations=[], unplaced=[], comments=[], cells={}
        ),
        outcome=Outcome(calculated={key: value for key, value in calculated.items() if key[2] in codes}),
        findings=[each for each in result.findings if each.code in DOUBTS],
    )


# pairs


@dataclass(frozen=True, slots=True)
class Pair:
    """One return of both rounds, and what differs."""

    before: Return
    after: Return
    found: Comparison


@dataclass(slots=True)
class Rest:
    """What could not be paired. `several`: one round has more than one return of the key, for different periods."""

    only_before: list[Return] = field(default_factory=list)
    only_after: list[Return] = field(default_factory=list)
    several: list[Return] = field(default_factory=list)


def paired(before: Side, after: Side) -> tuple[list[tuple[Return, Return]], Rest]:
    """The returns of both sides by their key; never a guess which of several is meant."""
    sides = [_by_key(side.returns) for side in (before, after)]
    pairs: list[tuple[Return, Return]] = []
    rest = Rest()
    for key in sorted({*sides[0], *sides[1]}):
        old, new = (side.get(key, []) for side in sides)
        if len(old) > 1 or len(new) > 1:
            rest.several += [*old, *new]
        elif old and new:
            pairs.append((old[0], new[0]))
        else:
            rest.only_before += old
            rest.only_after += new
    return pairs, rest


def _by_key(returns: Sequence[Return]) -> dict[PairKey, list[Return]]:
    found: dict[PairKey, list[Return]] = {}
    for each in returns:
        found.setdefault(each.key, []).append(each)
    return found


def compared(before: Side, after: Side, pairs: Sequence[tuple[Return, Return]]) -> Iterator[Pair]:
    """One pair after the other."""
    for old, new in pairs:
        yield Pair(old, new, between(before.said(old), after.said(new)))
