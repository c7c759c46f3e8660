"""The run of a report made again: the same files under the names that they had, the same spec, day and waivers."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from ..findings import Waiver
from ..intake import Wanted, readers
from ..reports.build import Facts, document
from ..reports.document import Document, FileRow, WaiverRow
from ..reports.json_text import render
from ..spec.model import Spec
from ..validation import BATCH, Result, ValidationRequest, mark_doubles, spec_of, validate_batch
from .found import name_of


@dataclass(frozen=True, slots=True)
class Again:
    """What the run gives today: results in the order of the report, the report, and the spec."""

    results: list[Result]
    document: Document
    spec: Spec | None


def run_again(
    then: Document, files: Sequence[tuple[FileRow, Path]], wanted: Wanted, jobs: int, password: str | None
) -> Again:
    """Read and check the files of a report once more, as its `run` says.

    Raises `UsageError` or `SpecError` when the wanted spec is not there or wrong.
    """
    today = date.fromisoformat(then["run"]["today"])
    waivers = tuple(_waiver(row).on(today) for row in then["waivers"])
    asked = ValidationRequest(wanted, today, jobs, password, waivers)
    results: list[Result] = []
    with readers(jobs) as pool:
        for start in range(0, len(files), BATCH):
            with _under_their_names(files[start : start + BATCH]) as paths:
                results += validate_batch(paths, asked, pool)
    for result, (row, _) in zip(results, files, strict=True):
        result.path = row["path"]
        if result.submission is not None:
            result.submission.path = row["path"]
    mark_doubles(results)
    spec = spec_of(asked, results)
    return Again(results, _plain(document(results, spec, _facts(then, waivers))), spec)


def _waiver(row: WaiverRow) -> Waiver:
    known = {field.name for field in fields(Waiver)}
    return Waiver(**{key: value for key, value in row.items() if key in known})  # type: ignore[arg-type]


@contextmanager
def _under_their_names(files: Sequence[tuple[FileRow, Path]]) -> Iterator[list[Path]]:
    """Copies under the names that the report has: findings speak of them."""
    with TemporaryDirectory(prefix="hrge-xl-") as folder:
        paths = []
        for number, (row, path) in enumerate(files):
            copy = Path(folder) / str(number) / name_of(row["path"])
            copy.parent.mkdir()
            shutil.copyfile(path, copy)
            paths.append(copy)
        yield paths


def _facts(then: Document, waivers: Sequence[Waiver]) -> Facts:
    """What the report says of its run: taken over, for nobody can know it today."""
    run = then["run"]
    return Facts(
        run["started"], date.fromisoformat(run["today"]), run["command"], run["language"], run["round"],
        run["redacted"], run["spec_asked"], run["round_given"], waivers,
    )  # fmt: skip


def _plain(made: Document) -> Document:
    """As it comes back from JSON."""
    data: Document = json.loads(render(made))
    return data
