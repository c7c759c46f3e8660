"""A report made again: files read under their names, checked on their days, and put together as the report tells.

What no file says by itself (in which order files came and when, what was decided, what was waived) is the report's
own word; `verify` holds it against the ledger where one is at hand.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from ..dataset.decisions import Made
from ..dataset.ledger import Receipt
from ..dataset.return_status import STATED, Decision
from ..dataset.temporary_dataset import dataset_as_told
from ..findings import Waiver
from ..intake import Wanted
from ..path_text import path_text
from ..reports.build import Facts, document
from ..reports.document import Document, FileRow
from ..reports.file_rows import waiver_of
from ..reports.formats.json import render
from ..rounds.datasets import Dataset
from ..rounds.rounds import Round
from ..spec.load import load
from ..validation import Readers, Result, Source, ValidationRequest, readers
from .read_again import Setting, Told, read_again

# Where the folder of a round would be, and a dataset kept apart.
HOME, ELSEWHERE = Path("round"), Path("dataset")


@dataclass(frozen=True, slots=True)
class Known:
    """What is at hand to make a report again: what the spec of each of its datasets is loaded by; rounds by name."""

    specs: Sequence[str | None]
    rounds: Mapping[str, Round]
    jobs: int = 1
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Again:
    """What the run gives today: results by the number of their row in the report, and the report."""

    results: Mapping[int, Result]
    document: Document


def run_again(then: Document, found: Mapping[int, Path], known: Known) -> Again:
    """Read, check and put together the files of a report once more, as it says.

    `found` is where they are, by the number of their row. Raises `SpecError` where a spec is wrong.
    """
    today = date.fromisoformat(then["run"]["today"])
    waivers = tuple(waiver_of(row).on(today) for row in then["waivers"])
    results: dict[int, Result] = {}
    with ExitStack() as stack:
        pool = stack.enter_context(readers(known.jobs))
        datasets = []
        for n in range(1, len(then["run"]["datasets"]) + 1):
            here = {at: path for at, path in found.items() if then["files"][at]["dataset"] == n}
            read = _read(then, n, here, known, waivers, pool)
            datasets.append(stack.enter_context(_dataset(then, n, here, read, known.specs[n - 1], waivers)))
            results |= read
        return Again(results, _plain(document(datasets, _facts(then))))


# reading


def _read(
    then: Document, number: int, found: Mapping[int, Path], known: Known, waivers: Sequence[Waiver], pool: Readers
) -> dict[int, Result]:  # fmt: skip
    """Read each content of a dataset once, for the round and on the day that the report says."""
    spec = known.specs[number - 1] if then["run"]["datasets"][number - 1]["spec_asked"] is not None else None
    setting = Setting(spec, known.rounds, {}, waivers, known.jobs, known.password)
    files = {at: _told(then, at, found[at]) for at in _each_once(then["files"], found)}
    read = {at: result for some in read_again(files, setting, pool) for at, result in some.items()}
    for at, result in read.items() if then["run"]["redacted"] else ():
        result.path = then["files"][at]["path"]
        if result.submission is not None:
            result.submission.path = result.path
    return read


def _each_once(files: Sequence[FileRow], found: Mapping[int, Path]) -> list[int]:
    """Give the rows that are read: of each content the one that is not a copy of another."""
    first: dict[str | None, int] = {}
    for at in sorted(found, key=lambda at: (files[at]["copy_of"] is not None, at)):
        first.setdefault(files[at]["sha256"], at)
    return sorted(first.values())


def _told(then: Document, at: int, path: Path) -> Told:
    """Give what is told of a file; a redacted report does not say what it was called, so it is read as it is now."""
    row = then["files"][at]
    name = path_text(path) if then["run"]["redacted"] else row["read_as"] or row["path"]
    return Told(path, name, row["read_for"], date.fromisoformat(row["checked"]), row)


# putting together


@contextmanager
def _dataset(
    then: Document, number: int, found: Mapping[int, Path], read: Mapping[int, Result], spec: str | None,
    waivers: Sequence[Waiver],
) -> Iterator[Dataset]:  # fmt: skip
    """Give a dataset of the report as it tells: what came when and in which order, and what was decided."""
    about = then["run"]["datasets"][number - 1]
    rows = [then["files"][at] for at in found]
    given: dict[str, list[str]] = {}
    for row in reversed(rows):
        given.setdefault(row["submission"], []).append(row["path"])
    made = list(_decisions(then, number))
    told = dataset_as_told(
        list(read.values()), load(spec) if spec else None, waivers, list(_receipts(rows)), made
    )
    with told as (store, _):
        asked = ValidationRequest(Wanted(spec if about["spec_asked"] else None), date.min)
        kept = (ELSEWHERE if about["holds_others"] else HOME) if about["lasting"] else None
        yield Dataset(
            store, tuple(waivers), _stand_in(about["round"], about["spec"]), kept,
            Source([Path(row["path"]) for row in rows], asked),
            given=given,
            order={row["sha256"] or "": row["order"] for row in rows if row["order"] is not None},
            decisions=tuple(made),
        )  # fmt: skip


def _stand_in(name: str | None, spec: str) -> Round | None:
    """Give the round of a dataset, of which no more is told here than its name."""
    return Round(HOME, name, spec, None, None, ()) if name is not None else None


def _receipts(rows: Sequence[FileRow]) -> Iterator[Receipt]:
    """Say when files came; where no ledger told the order, that of the report."""
    for at, row in enumerate(rows, start=1):
        if row["sha256"] is not None:
            day = date.fromisoformat(row["arrived"]) if row["arrived"] else None
            order = at if row["order"] is None else row["order"]
            yield Receipt(row["path"], row["sha256"], order, day, row["arrival"] == STATED)


def _decisions(then: Document, number: int) -> Iterator[Made]:
    for row in then["decisions"]:
        if row["dataset"] == number:
            made = Decision(row["n"], row["choice"], row["reason"], row["day"], row["by"], row["known"])
            yield Made(row["submission"], row["file"], made, in_force=True)


def _facts(then: Document) -> Facts:
    """Take over what the report says of its run, for nobody can know it today."""
    run = then["run"]
    today = date.fromisoformat(run["today"])
    return Facts(run["started"], today, run["command"], run["language"], run["redacted"])


def _plain(made: Document) -> Document:
    """As it comes back from JSON."""
    data: Document = json.loads(render(made))
    return data
