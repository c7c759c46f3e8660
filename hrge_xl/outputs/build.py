"""Datasets to the report document: the same figures for every format."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa

from .. import __version__
from ..core.words import SOURCE_LANGUAGE
from ..dataset.dimensions import matrix_blocks
from ..dataset.reconciliation import Reconciliation
from ..dataset.returns import settled
from ..dataset.schema import MATRIX_ROWS
from ..dataset.store import Store
from ..findings import CATALOGUE, Kind
from ..layout.wording import Wording, explained
from ..privacy.sharing import SheetNames, sheet_names, under_shared_names
from ..rounds.datasets import Dataset
from ..spec.model import MatrixBlock, Rule, Spec
from .document import (
    SCHEMA,
    SEVERITIES,
    CodeRow,
    DatasetRow,
    DecisionRow,
    Document,
    FileRow,
    MatrixCell,
    MatrixRow,
    Names,
    Run,
    Summary,
    WaiverRow,
)
from .file_rows import FileRows, waiver_row

FINDINGS = (*reversed(SEVERITIES), "waived")
ENTERED = (  # what is said of each file besides its content, and decides what stands in the report
    "path", "dataset", "submission", "sha256", "status", "copy_of", "read_as", "read_for", "order", "arrived",
    "arrival", "checked",
)  # fmt: skip


class Facts(NamedTuple):
    """What is said of the run itself."""

    started: str
    today: date
    command: str
    language: str = "en"
    redacted: bool = False


def document(datasets: Sequence[Dataset], facts: Facts, made: list[FileRow] | None = None) -> Document:
    """Give the whole report of some datasets; `made` are its files, where somebody has made these rows already."""
    files = file_rows(datasets, facts.language, redacted=facts.redacted) if made is None else made
    about, waivers = [_dataset(each) for each in datasets], _waivers(datasets, files, facts)
    decisions = [
        row
        for n, each in enumerate(datasets, start=1)
        for row in _decisions(each, n, files, redacted=facts.redacted)
    ]
    run = _run(datasets, about, facts)
    run["id"] = run_id(run, files, waivers, decisions)
    return {
        "schema": SCHEMA,
        "run": run,
        "files": files,
        "summary": summary(totals(datasets), files),
        "codes": _codes(files, [each.spec for each in datasets if each.spec], facts.language),
        "matrices": list(_matrices(datasets, files, facts)),
        "waivers": waivers,
        "decisions": decisions,
        "names": _names([each.spec for each in datasets if each.spec], facts.language),
    }


def file_rows(
    datasets: Sequence[Dataset], language: str = SOURCE_LANGUAGE, *, redacted: bool = False
) -> list[FileRow]:
    """Give every file received, by dataset and path, with its findings in the language of the reader."""
    found: list[FileRow] = []
    for n, dataset in enumerate(datasets, start=1):
        every = dataset.of_round()
        if redacted:
            sheets, folder = _sheets(dataset, language), f"{n}/" if len(datasets) > 1 else ""
            every = [under_shared_names(each, sheets, folder) for each in every]
        rows = FileRows(n, dataset.order, settled(every), Wording(dataset.spec), language, redacted)
        some = [row for each in every for row in rows.of(each)]
        found += sorted(some, key=lambda row: (row["path"], row["submission"]))
    return found


def _run(datasets: Sequence[Dataset], about: list[DatasetRow], facts: Facts) -> Run:
    first = next((each.spec for each in datasets if each.spec), None)
    return {
        "id": "",
        "started": facts.started,
        "engine_version": __version__,
        "spec": first.name if first else "",
        "spec_version": first.version if first else "",
        "spec_title": first.title.say(facts.language) if first else "",
        "spec_digest": first.digest if first else "",
        "round": ", ".join(row["round"] for row in about if row["round"]) or None,
        "today": facts.today.isoformat(),
        "command": facts.command,
        "language": facts.language,
        "redacted": facts.redacted,
        "datasets": about,
    }


def _dataset(dataset: Dataset) -> DatasetRow:
    spec = dataset.spec
    return {
        "round": dataset.round.name if dataset.round else None,
        "spec": spec.name if spec else "",
        "spec_version": spec.version if spec else "",
        "spec_digest": spec.digest if spec else "",
        "spec_asked": dataset.spec_asked,
        "lasting": dataset.folder is not None,
        "holds_others": dataset.holds_others,
    }


def run_id(
    run: Run, files: Sequence[FileRow], waivers: Sequence[WaiverRow], decisions: Sequence[DecisionRow]
) -> str:
    """Give the number of a report: the digest of everything that went in, and of what counts of it."""
    about = [run["engine_version"], run["today"], run["redacted"], run["datasets"]]
    entered = [[file.get(key) for key in ENTERED] for file in files]
    text = json.dumps([about, entered, waivers, decisions], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


# sums


def totals(datasets: Iterable[Dataset]) -> Reconciliation:
    """Reconcile what some datasets received."""
    return sum((each.totals() for each in datasets), Reconciliation())


def summary(total: Reconciliation, files: Iterable[FileRow]) -> Summary:
    """Sum up what was received and what became of it, and count the findings of files that count, and of others."""
    counted, other = dict.fromkeys(FINDINGS, 0), dict.fromkeys(FINDINGS, 0)
    for file in files:
        sums = counted if file["counted"] else other
        for key in FINDINGS:
            sums[key] += file["counts"][key]
    said: dict[str, Any] = asdict(total)
    received = said.pop("received")
    row: Summary = {"files": received, **said, **counted, "other": other}  # type: ignore[typeddict-item]
    return row


def _matrices(datasets: Sequence[Dataset], files: Sequence[FileRow], facts: Facts) -> Iterator[MatrixRow]:
    for n, each in enumerate(datasets, start=1):
        ours = [file for file in files if file["dataset"] == n]
        yield from matrices(
            each.store, ours, n, facts.language, _sheets(each, facts.language) if facts.redacted else None
        )


def _sheets(dataset: Dataset, language: str) -> SheetNames:
    """Give what the sheets of the returns are called where the names that teams chose must not be told."""
    return sheet_names(dataset.of_round(), dataset.spec, language)


# what is explained


def _waivers(datasets: Iterable[Dataset], files: Sequence[FileRow], facts: Facts) -> list[WaiverRow]:
    """Give every waiver of the files at hand, also those that count no more."""
    ours = {file["sha256"]: file["path"] for file in reversed(files) if not file["copy_of"]}
    known = [*dict.fromkeys(waiver for each in datasets for waiver in each.waivers if waiver.sha256 in ours)]
    if facts.redacted:
        known = [replace(waiver, file=ours[waiver.sha256], sheet=None) for waiver in known]
    return [waiver_row(waiver) for waiver in known]


def _decisions(
    dataset: Dataset, number: int, files: Iterable[FileRow], *, redacted: bool
) -> Iterator[DecisionRow]:
    """Yield the decisions that hold about the files of a dataset, in the order in which they were made."""
    ours = {
        file["submission"]: file["path"]
        for file in files
        if file["dataset"] == number and not file["copy_of"]
    }
    for made in sorted(dataset.decisions, key=lambda made: made.n):
        if made.submission in ours:
            name = ours[made.submission] if redacted else made.file
            yield {
                "n": made.n, "choice": made.choice, "reason": made.reason, "day": made.day, "by": made.by,
                "known": made.known, "dataset": number, "submission": made.submission, "file": name,
            }  # fmt: skip


def _names(specs: Sequence[Spec], language: str) -> Names:
    """Give what the specs call their countries and sheets; the first spec goes before the others."""
    countries = [item for spec in specs if spec.countries for item in spec.vocabularies[spec.countries].items]
    return {
        "countries": {item.code: item.label.say(language) for item in reversed(countries)},
        "sheets": {tool.code: tool.sheet.say(language) for spec in reversed(specs) for tool in spec.tools},
    }


def _codes(files: Iterable[FileRow], specs: Iterable[Spec], language: str) -> list[CodeRow]:
    """Give the catalogue entries of the codes that occur, rules of the specs included."""
    used = sorted({finding["code"] for file in files for finding in file["findings"]})
    rules = {rule.code: rule for spec in specs for rule in spec.rules}
    known: Mapping[str, Kind | Rule] = {**rules, **CATALOGUE}
    return [_code(known[code], language) for code in used if code in known]


def _code(about: Kind | Rule, language: str) -> CodeRow:
    why, example, remedy = explained(about, language)
    name = about.called if isinstance(about, Rule) else about.name
    severity = about.severity.value
    return {
        "code": about.code, "name": name, "severity": severity, "why": why, "example": example, "remedy": remedy,
    }  # fmt: skip


# the risk matrices of a report

Crossing = tuple[str, str]  # the steps down and across
Places = Mapping[Crossing, Sequence[dict[str, str]]]


def matrices(
    store: Store, files: Sequence[FileRow], dataset: int, language: str, sheets: SheetNames | None = None
) -> Iterator[MatrixRow]:
    """Give every matrix of the spec of a dataset over the files that count, one a period; of none, without rows."""
    spec = store.schema.spec
    if spec is None or spec.matrix is None:
        return
    counted = {file["submission"]: file for file in files if file["counted"]}
    periods = sorted({file["period"] or "" for file in counted.values()}) or [""]
    for block in matrix_blocks(spec):
        found = _rows(store, block, counted, sheets)
        for period in periods:
            yield _matrix(spec, block, found.get(period, {}), dataset, period, language)


def _rows(
    store: Store, block: MatrixBlock, files: Mapping[str, FileRow], sheets: SheetNames | None
) -> Mapping[str, Places]:
    """Give every row of some files that stands in a matrix, by period and crossing, in the order of files and cells."""
    found: dict[str, dict[Crossing, list[dict[str, str]]]] = defaultdict(lambda: defaultdict(list))
    table = store.tables[MATRIX_ROWS.name].c
    columns = ("submission", "n", "matrix_row", "matrix_column", "team", "sheet", "cell", "row_code")
    wanted = sa.select(*(table[name] for name in columns)).where(
        table.current, table.tool.in_(block.sources),
        table.matrix_row_field == block.down, table.matrix_column_field == block.across,
    )  # fmt: skip
    rows = [(files[row[0]], *row) for row in store.select(wanted) if row[0] in files]
    for file, _, _, down, across, team, *place in sorted(rows, key=lambda row: (row[0]["path"], row[1:3])):
        said = dict(zip(("sheet", "cell", "row"), place, strict=True))
        if sheets is not None:
            said["sheet"] = sheets(file["submission"], said["sheet"])
        found[file["period"] or ""][down, across].append({"team": team or "", "file": file["path"], **said})
    return found


def _matrix(
    spec: Spec, block: MatrixBlock, rows: Places, dataset: int, period: str, language: str
) -> MatrixRow:
    matrix = spec.matrix
    assert matrix is not None
    down, across = spec.vocabularies[matrix.down], spec.vocabularies[matrix.across]
    fields = spec.tool[block.sources[0]].fields
    cells: list[MatrixCell] = [
        {
            "down": one, "across": other, "level": matrix.cells[one][other],
            "count": len(rows.get((one, other), ())), "rows": [*rows.get((one, other), ())],
        }
        for one in down.by_code
        for other in across.by_code
    ]  # fmt: skip
    return {
        "title": block.title.say(language),
        "dataset": dataset,
        "period": period,
        "tools": list(block.sources),
        "down_label": fields[block.down].label.say(language),
        "across_label": fields[block.across].label.say(language),
        "down": [(item.code, item.label.say(language)) for item in down.items],
        "across": [(item.code, item.label.say(language)) for item in across.items],
        "levels": [
            {"code": level.code, "label": level.label.say(language), "colour": level.colour}
            for level in matrix.levels
        ],
        "teams": len({place["team"] for places in rows.values() for place in places}),
        "cells": cells,
    }
