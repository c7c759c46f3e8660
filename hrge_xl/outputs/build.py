"""Datasets to the report document: one row a file received, and the same figures for every format."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from itertools import product
from typing import Any, NamedTuple

import sqlalchemy as sa

from .. import __version__
from ..core.message_templates import MessageTemplate, text_of
from ..core.words import SOURCE_LANGUAGE
from ..dataset.dimensions import matrix_blocks
from ..dataset.reconciliation import Reconciliation
from ..dataset.return_status import DOUBLED
from ..dataset.returns import ReceivedItem, Return, settled
from ..dataset.store import Store
from ..exchange.validation import REFUSED
from ..findings import CATALOGUE, Finding, Kind, Severity, Waiver
from ..findings.identity import SAME_FILE_TWICE
from ..layout.wording import Wording, explained
from ..privacy.sharing import SheetNames, sheet_names, under_shared_names
from ..rounds.datasets import Dataset
from ..spec.model import Matrix, MatrixBlock, Rule, Spec
from .document import (
    SCHEMA,
    SEVERITIES,
    CodeRow,
    DatasetRow,
    DecisionRow,
    Document,
    FileRow,
    FindingRow,
    IdentityRow,
    MatrixCell,
    MatrixRow,
    Names,
    ReportSummary,
    Run,
    WaiverRow,
)

FINDINGS = (*reversed(SEVERITIES), "waived")
NOTHING_RUN = ["F"]  # on a file that could not be read
ENTERED = (  # what is said of each file besides its content, and decides what stands in the report
    "path",
    "dataset",
    "submission",
    "sha256",
    "status",
    "copy_of",
    "read_as",
    "read_for",
    "order",
    "arrived",
    "arrival",
    "checked",
)


class Facts(NamedTuple):
    """What is said of the run itself."""

    started: str
    today: date
    command: str
    language: str = "en"
    redacted: bool = False


def document(
    datasets: Sequence[Dataset], facts: Facts, made: list[FileRow] | None = None
) -> Document:
    """Return the whole report of some datasets; `ready_rows` are its files, where they are made already."""
    files = file_rows(datasets, facts.language, redacted=facts.redacted) if made is None else made
    specs = [dataset.spec for dataset in datasets if dataset.spec]
    waivers = _waivers(datasets, files, facts)
    decisions = [*_decisions(datasets, files, facts)]
    run = _run(datasets, specs[0] if specs else None, facts)
    run["id"] = run_id(run, files, waivers, decisions)
    return {
        "schema": SCHEMA,
        "run": run,
        "files": files,
        "summary": summary(totals(datasets), files),
        "codes": list(_codes(files, specs, facts.language)),
        "matrices": list(_matrices(datasets, files, facts)),
        "waivers": waivers,
        "decisions": decisions,
        "names": _names(specs, facts.language),
    }


def file_rows(
    datasets: Sequence[Dataset], language: str = SOURCE_LANGUAGE, *, redacted: bool = False
) -> list[FileRow]:
    """Return every file received, by dataset and path, with its findings in the language of the reader."""
    rows: list[FileRow] = []
    for n, dataset in enumerate(datasets, start=1):
        returns = dataset.of_round()
        if redacted:
            sheets = sheet_names(returns, dataset.spec, language)
            folder = f"{n}/" if len(datasets) > 1 else ""
            returns = [under_shared_names(return_, sheets, folder) for return_ in returns]
        row_maker = _FileRows(
            n, dataset.order, settled(returns), Wording(dataset.spec), language, redacted
        )
        dataset_rows = [row for return_ in returns for row in row_maker.of(return_)]
        rows += sorted(dataset_rows, key=lambda row: (row["path"], row["submission"]))
    return rows


def _run(datasets: Sequence[Dataset], first: Spec | None, facts: Facts) -> Run:
    about: list[DatasetRow] = [
        {
            "round": dataset.round.name if dataset.round else None,
            "spec": dataset.spec.name if dataset.spec else "",
            "spec_version": dataset.spec.version if dataset.spec else "",
            "spec_digest": dataset.spec.digest if dataset.spec else "",
            "spec_asked": dataset.spec_asked,
            "lasting": dataset.folder is not None,
            "holds_others": dataset.holds_others,
        }
        for dataset in datasets
    ]
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


def run_id(
    run: Run,
    files: Sequence[FileRow],
    waivers: Sequence[WaiverRow],
    decisions: Sequence[DecisionRow],
) -> str:
    """Return the number of a report: the digest of everything that went in, and of what counts of it."""
    about = [run["engine_version"], run["today"], run["redacted"], run["datasets"]]
    entered = [[file.get(key) for key in ENTERED] for file in files]
    text = json.dumps([about, entered, waivers, decisions], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


# sums


def totals(datasets: Iterable[Dataset]) -> Reconciliation:
    """Reconcile what some datasets received."""
    return sum((dataset.totals() for dataset in datasets), Reconciliation())


def summary(total: Reconciliation, files: Iterable[FileRow]) -> ReportSummary:
    """Sum up what was received and what became of it, and count the findings of files that count, and of others."""
    counted = dict.fromkeys(FINDINGS, 0)
    not_counted = dict.fromkeys(FINDINGS, 0)
    for file in files:
        sums = counted if file["counted"] else not_counted
        for key in FINDINGS:
            sums[key] += file["counts"][key]
    sums_of_files: dict[str, Any] = asdict(total)
    received = sums_of_files.pop("received")
    row: ReportSummary = {"files": received, **sums_of_files, **counted, "other": not_counted}  # type: ignore[typeddict-item]
    return row


# the row of a file


@dataclass(frozen=True, slots=True)
class _FileRows:
    """Makes the rows of one dataset. `order` is in which order contents came, by hash."""

    dataset: int
    order: Mapping[str, int]
    settled: Collection[str]  # submissions
    wording: Wording
    language: str = SOURCE_LANGUAGE  # of the reader
    redacted: bool = False

    def of(self, return_: Return) -> Iterator[FileRow]:
        """Yield the row of a return, and one for each copy of it."""
        row = self._row(return_)
        yield row
        yield from (self._copy(row, return_, received) for received in return_.copies)

    def _row(self, return_: Return) -> FileRow:
        day, basis = return_.lateness
        return {
            "path": return_.item.path,
            "dataset": self.dataset,
            "submission": return_.submission,
            "sha256": return_.sha256,
            "size": return_.size,
            "verdict": return_.verdict,
            "status": return_.status,
            "counted": return_.current,
            "settled": return_.submission in self.settled,
            "reason": text_of(return_.reason, self.language) or None,
            "superseded_by": return_.superseded_by,
            "copy_of": None,
            "read_as": return_.path if return_.path != return_.item.path else None,
            "read_for": return_.read_for,
            "period": return_.period or None,
            "order": self.order.get(return_.sha256 or ""),
            "arrived": _iso(return_.arrived),
            "arrival": return_.arrival,
            "saved": return_.saved,
            "late_by": basis or None,
            "late_day": _iso(day),
            "checked": _iso(return_.checked) or "",
            "identity": _identity(return_),
            "counts": _counts(return_.findings),
            "completeness": [
                {
                    "tool": sheet.tool,
                    "sheet": sheet.sheet,
                    "required": sheet.required,
                    "answered": sheet.answered or 0,
                    "errors": sheet.errors or 0,
                }
                for sheet in return_.sheets
                if sheet.required is not None and (sheet.required or sheet.errors)
            ],
            "checks": {
                "run": [*return_.checks_run] or NOTHING_RUN,
                "not_run": [
                    {
                        "code": code,
                        "why": self.wording.reason(
                            code, why, self.language, redacted=self.redacted
                        ),
                    }
                    for code, why in sorted(return_.checks_not_run.items())
                ],
            },
            "findings": [self._finding(finding, return_.name) for finding in return_.findings],
            "unplaced": [
                {
                    "sheet": text.sheet,
                    "cell": text.cell,
                    "text": None if self.redacted else text.text,
                }
                for text in return_.unplaced
            ],
        }

    def _copy(self, row: FileRow, return_: Return, received: ReceivedItem) -> FileRow:
        """Return the row of a copy: it says which file it is a copy of, and repeats nothing that was found there."""
        name = row["path"].replace("\\", "/").rpartition("/")[2]
        finding = SAME_FILE_TWICE.at(other=name)
        finding_row = self._finding(finding, received.path)
        copy: FileRow = {
            **row,
            "path": received.path,
            "status": REFUSED if return_.verdict == REFUSED else DOUBLED,
            "counted": False,
            "settled": True,
            "reason": finding_row["message"],
            "superseded_by": None,
            "copy_of": row["path"],
            "read_as": None,
            "counts": _counts([finding]),
            "completeness": [],
            "checks": {"run": [], "not_run": []},
            "findings": [finding_row],
            "unplaced": [],
        }
        return copy

    def _finding(self, finding: Finding, path: str) -> FindingRow:
        """Return a finding as data."""
        finding = self.wording.worded(finding, self.language, path)
        finding = self.wording.unquoted(finding) if self.redacted else finding
        words = finding.words
        assert words is not None
        waiver: WaiverRow | None = asdict(finding.waiver) if finding.waiver else None  # type: ignore[assignment]
        details = {
            name: str(text) if isinstance(text, MessageTemplate) else text
            for name, text in finding.details.items()
        }
        return {
            "code": finding.code,
            "name": finding.name,
            "severity": finding.severity.value,
            "message": words.message,
            "remedy": words.remedy,
            "sheet": finding.sheet,
            "cell": finding.cell,
            "tool": finding.tool,
            "row": finding.row,
            "field": finding.field,
            "label": words.label,
            "value": finding.value,
            "suggestion": finding.suggestion,
            "waiver": waiver,
            "details": details,
        }


def _counts(findings: Sequence[Finding]) -> dict[str, int]:
    """Count findings by severity, and how many of them are waived."""
    severities = [finding.severity for finding in findings]
    counts = {severity.value: severities.count(severity) for severity in reversed(Severity)}
    return counts | {"waived": sum(not finding.open for finding in findings)}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _identity(return_: Return) -> IdentityRow | None:
    stamp = return_.identity
    if stamp is None:
        return None
    row: IdentityRow = {
        "team": return_.team,
        "country": stamp.country or None,
        "language": stamp.language,
        "round": stamp.round or None,
        "spec": stamp.spec,
        "spec_version": stamp.spec_version,
        "copy": stamp.copy,
        "issued": stamp.issued,
        "signature": return_.signature or "",
    }
    if stamp.program:  # else a report of an earlier version would differ from the same made again
        row["program"] = stamp.program
    return row


# what is explained


def _waivers(
    datasets: Iterable[Dataset], files: Sequence[FileRow], facts: Facts
) -> list[WaiverRow]:
    """Return every waiver of the files at hand, also those that count no more."""
    path_by_content = {
        file["sha256"]: file["path"] for file in reversed(files) if not file["copy_of"]
    }
    waivers = [
        *dict.fromkeys(
            waiver
            for dataset in datasets
            for waiver in dataset.waivers
            if waiver.sha256 in path_by_content
        )
    ]
    if facts.redacted:
        waivers = [
            replace(waiver, file=path_by_content[waiver.sha256], sheet=None) for waiver in waivers
        ]
    rows: list[WaiverRow] = [asdict(waiver) for waiver in waivers]  # type: ignore[misc]
    return rows


def waiver_of(row: WaiverRow) -> Waiver:
    """Return the waiver that a row tells of."""
    field_names = {field.name for field in fields(Waiver)}
    return Waiver(**{key: value for key, value in row.items() if key in field_names})  # type: ignore[arg-type]


def _decisions(
    datasets: Iterable[Dataset], files: Sequence[FileRow], facts: Facts
) -> Iterator[DecisionRow]:
    """Yield the decisions that hold about the files of each dataset, in the order in which they were made."""
    for number, dataset in enumerate(datasets, start=1):
        path_by_submission = {
            file["submission"]: file["path"]
            for file in files
            if file["dataset"] == number and not file["copy_of"]
        }
        for decision in sorted(dataset.decisions, key=lambda decision: decision.n):
            if decision.submission in path_by_submission:
                name = path_by_submission[decision.submission] if facts.redacted else decision.file
                yield {
                    "n": decision.n,
                    "choice": decision.choice,
                    "reason": decision.reason,
                    "day": decision.day,
                    "by": decision.by,
                    "known": decision.known,
                    "dataset": number,
                    "submission": decision.submission,
                    "file": name,
                }


def _names(specs: Sequence[Spec], language: str) -> Names:
    """Return what the specs call their countries and sheets; the first spec goes before the others."""
    countries = [
        entry
        for spec in specs
        if spec.countries
        for entry in spec.vocabularies[spec.countries].items
    ]
    return {
        "countries": {entry.code: entry.label.say(language) for entry in reversed(countries)},
        "sheets": {
            tool.code: tool.sheet.say(language) for spec in reversed(specs) for tool in spec.tools
        },
    }


def _codes(files: Iterable[FileRow], specs: Iterable[Spec], language: str) -> Iterator[CodeRow]:
    """Yield the catalogue entries of the codes that occur, rules of the specs included."""
    used = sorted({finding["code"] for file in files for finding in file["findings"]})
    rules = {rule.code: rule for spec in specs for rule in spec.rules}
    catalogue: Mapping[str, Kind | Rule] = {**rules, **CATALOGUE}
    for code in used:
        if code not in catalogue:
            continue
        about = catalogue[code]
        why, example, remedy = explained(about, language)
        name = about.called if isinstance(about, Rule) else about.name
        severity = about.severity.value
        yield {
            "code": about.code,
            "name": name,
            "severity": severity,
            "why": why,
            "example": example,
            "remedy": remedy,
        }


# the risk matrices of a report

Crossing = tuple[str, str]  # the steps down and across
Places = Mapping[Crossing, Sequence[dict[str, str]]]


def _matrices(
    datasets: Sequence[Dataset], files: Sequence[FileRow], facts: Facts
) -> Iterator[MatrixRow]:
    """Yield every matrix of the spec of a dataset over the files that count, one a period; of none, without rows."""
    for n, dataset in enumerate(datasets, start=1):
        spec = dataset.store.schema.spec
        if spec is None or spec.matrix is None:
            continue
        sheets = sheet_names(dataset.of_round(), spec, facts.language) if facts.redacted else None
        counted = {
            file["submission"]: file for file in files if file["dataset"] == n and file["counted"]
        }
        periods = sorted({file["period"] or "" for file in counted.values()}) or [""]
        for block in matrix_blocks(spec):
            rows_by_period = _rows(dataset.store, block, counted, sheets)
            for period in periods:
                yield _matrix(
                    spec,
                    spec.matrix,
                    block,
                    rows_by_period.get(period, {}),
                    n,
                    period,
                    facts.language,
                )


def _rows(
    store: Store, block: MatrixBlock, files: Mapping[str, FileRow], sheets: SheetNames | None
) -> Mapping[str, Places]:
    """Return every row of some files that stands in a matrix, by period and crossing, in the order of files and
    cells.
    """
    places: dict[str, dict[Crossing, list[dict[str, str]]]] = defaultdict(lambda: defaultdict(list))
    table = store["matrix_rows"].c
    columns = (
        "submission",
        "n",
        "matrix_row",
        "matrix_column",
        "team",
        "sheet",
        "cell",
        "row_code",
    )
    query = sa.select(*(table[name] for name in columns)).where(
        table.current,
        table.tool.in_(block.sources),
        table.matrix_row_field == block.down,
        table.matrix_column_field == block.across,
    )
    rows = [(files[row[0]], *row) for row in store.select(query) if row[0] in files]
    for file, _, _, down, across, team, *place in sorted(
        rows, key=lambda row: (row[0]["path"], row[1:3])
    ):
        cell = dict(zip(("sheet", "cell", "row"), place, strict=True))
        if sheets is not None:
            cell["sheet"] = sheets(file["submission"], cell["sheet"])
        places[file["period"] or ""][down, across].append(
            {"team": team or "", "file": file["path"], **cell}
        )
    return places


def _matrix(
    spec: Spec,
    matrix: Matrix,
    block: MatrixBlock,
    rows: Places,
    dataset: int,
    period: str,
    language: str,
) -> MatrixRow:
    down = spec.vocabularies[matrix.down].labels(language)
    across = spec.vocabularies[matrix.across].labels(language)
    fields = spec.tool[block.sources[0]].fields
    cells: list[MatrixCell] = []
    for crossing in product(down, across):
        step_down, step_across = crossing
        crossing_rows = rows.get(crossing, ())
        cells.append(
            {
                "down": step_down,
                "across": step_across,
                "level": matrix.cells[step_down][step_across],
                "count": len(crossing_rows),
                "rows": [*crossing_rows],
            }
        )
    return {
        "title": block.title.say(language),
        "dataset": dataset,
        "period": period,
        "tools": list(block.sources),
        "down_label": fields[block.down].label.say(language),
        "across_label": fields[block.across].label.say(language),
        "down": [*down.items()],
        "across": [*across.items()],
        "levels": [
            {"code": level.code, "label": level.label.say(language), "colour": level.colour}
            for level in matrix.levels
        ],
        "teams": len({place["team"] for places in rows.values() for place in places}),
        "cells": cells,
    }
