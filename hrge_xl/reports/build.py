"""Results to the report document: the same figures for every format."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from .. import __version__
from ..findings import CATALOGUE, Finding, Kind, Severity, Waiver, general
from ..spec.model import MatrixBlock, Rule, Spec
from ..validation import ACCEPTED, REFUSED, RETURNED, Result
from .document import (
    SCHEMA,
    CodeRow,
    Document,
    FileRow,
    FindingRow,
    IdentityRow,
    MatrixCell,
    MatrixRow,
    Progress,
    WaiverRow,
)


@dataclass(frozen=True)
class Facts:
    """What is said of the run itself."""

    started: str
    today: date
    command: str
    language: str = "en"
    round: str | None = None
    redacted: bool = False
    spec_asked: str | None = None
    round_given: bool = False  # with its key and teams
    waivers: Sequence[Waiver] = ()  # all that are known


def document(results: Sequence[Result], spec: Spec | None, facts: Facts) -> Document:
    """The whole report. `spec` is None when no file could be read and none was asked for."""
    files = [_file(result, facts) for result in results]
    return {
        "schema": SCHEMA,
        "run": {
            "id": _run_id(results, spec, facts),
            "started": facts.started,
            "engine_version": __version__,
            "spec": spec.name if spec else "",
            "spec_version": spec.version if spec else "",
            "spec_title": spec.title.say(facts.language) if spec else "",
            "spec_digest": spec.digest if spec else "",
            "round": facts.round,
            "today": facts.today.isoformat(),
            "command": facts.command,
            "language": facts.language,
            "redacted": facts.redacted,
            "spec_asked": facts.spec_asked,
            "round_given": facts.round_given,
        },
        "files": files,
        "summary": summary(files),
        "codes": _codes(files, spec, facts.language),
        "matrices": list(_matrices(results, spec, facts.language)) if spec else [],
        "waivers": _waivers(results, facts.waivers),
    }


def _run_id(results: Sequence[Result], spec: Spec | None, facts: Facts) -> str:
    digest = spec.digest if spec else ""
    files = [(result.path, result.sha256) for result in results]
    waivers = _waivers(results, facts.waivers)
    return run_id((__version__, digest, facts.today.isoformat(), facts.redacted), files, waivers)


def run_id(
    run: tuple[str, str, str, bool], files: Iterable[tuple[str, str | None]], waivers: Iterable[WaiverRow]
) -> str:
    """The number of a report: the same for the same engine, spec digest, day, redaction, files and waivers."""
    parts = [str(part) for part in run]
    parts += sorted(f"{path} {sha256}" for path, sha256 in files)
    parts += [json.dumps(row, sort_keys=True) for row in waivers]
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _file(result: Result, facts: Facts) -> FileRow:
    hidden = facts.redacted
    return {
        "path": result.path,
        "sha256": result.sha256,
        "size": result.size,
        "verdict": result.verdict,
        "identity": _identity(result),
        "counts": _counts(result),
        "completeness": _completeness(result),
        "checks": {
            "run": result.outcome.checks_run if result.outcome else ["F"],
            "not_run": [{"code": code, "why": why} for code, why in sorted(result.not_run.items())],
        },
        "findings": [_finding(finding, redacted=hidden) for finding in result.findings],
        "unplaced": [
            {"sheet": each.sheet, "cell": each.cell, "text": None if hidden else each.text}
            for each in (result.submission.unplaced if result.submission else [])
        ],
    }


def _counts(result: Result) -> dict[str, int]:
    counts = {severity.value: result.count(severity) for severity in reversed(Severity)}
    return counts | {"waived": sum(not finding.open for finding in result.findings)}


def _waivers(results: Iterable[Result], waivers: Iterable[Waiver]) -> list[WaiverRow]:
    """Every waiver of the files at hand, also those that count no more."""
    ours = {result.sha256 for result in results}
    return [_waiver(each) for each in waivers if each.sha256 in ours]


def _waiver(waiver: Waiver) -> WaiverRow:
    row: WaiverRow = asdict(waiver)  # type: ignore[assignment]
    return row


def _identity(result: Result) -> IdentityRow | None:
    if result.submission is None:
        return None
    identity = result.submission.identity
    return {
        "team": identity.team,
        "country": identity.country or None,
        "language": identity.language,
        "round": identity.round or None,
        "spec": identity.spec,
        "spec_version": identity.spec_version,
        "copy": identity.copy,
        "issued": identity.issued,
        "signature": result.submission.signature,
    }


def _completeness(result: Result) -> list[Progress]:
    if result.outcome is None or result.layout is None:
        return []
    return [
        {
            "tool": tool,
            "sheet": result.layout.sheet[tool].name,
            "required": progress.required,
            "answered": progress.answered,
            "errors": progress.errors,
        }
        for tool, progress in result.outcome.progress.items()
        if progress.required or progress.errors
    ]


def _finding(finding: Finding, *, redacted: bool) -> FindingRow:
    """A finding as data; redacted, neither the value nor a message that quotes it."""
    row: FindingRow = asdict(finding)  # type: ignore[assignment]
    row["severity"] = finding.severity.value
    if redacted and finding.value is not None:
        kind = CATALOGUE.get(finding.code)
        row["value"] = row["suggestion"] = None
        row["message"] = f"{finding.label or finding.name}: {kind.why if kind else finding.remedy}"
    return row


def summary(files: Sequence[FileRow]) -> dict[str, int]:
    """Files by verdict, findings by severity, and how many of these are waived."""
    counts = {"files": len(files)}
    for verdict in (ACCEPTED, RETURNED, REFUSED):
        counts[verdict] = sum(file["verdict"] == verdict for file in files)
    for key in (*(severity.value for severity in reversed(Severity)), "waived"):
        counts[key] = sum(file["counts"][key] for file in files)
    return counts


def _codes(files: Iterable[FileRow], spec: Spec | None, language: str) -> list[CodeRow]:
    """The catalogue entries of the codes that occur, rules of the spec included."""
    used = sorted({finding["code"] for file in files for finding in file["findings"]})
    rules = {rule.code: rule for rule in spec.rules} if spec else {}
    return [
        _kind(CATALOGUE[code]) if code in CATALOGUE else _rule(rules[code], language)
        for code in used
        if code in CATALOGUE or code in rules
    ]


def _kind(kind: Kind) -> CodeRow:
    return {
        "code": kind.code,
        "name": kind.name,
        "severity": kind.severity.value,
        "why": kind.why,
        "example": kind.example,
        "remedy": general(kind.remedy),
    }


def _rule(rule: Rule, language: str) -> CodeRow:
    message = general(rule.message.say(language))
    return {
        "code": rule.code,
        "name": rule.called,
        "severity": rule.severity,
        "why": rule.why or message,
        "example": message,
        "remedy": general(rule.remedy.say(language)),
    }


def _matrices(results: Sequence[Result], spec: Spec, language: str) -> Iterable[MatrixRow]:
    """Every risk matrix of the spec, counted over all files that could be read."""
    for tool in spec.tools:
        for block in tool.blocks:
            if isinstance(block, MatrixBlock) and spec.matrix is not None:
                yield _matrix(results, spec, block, language)


def _matrix(results: Sequence[Result], spec: Spec, block: MatrixBlock, language: str) -> MatrixRow:
    matrix = spec.matrix
    assert matrix is not None
    rows: dict[tuple[str, str], list[dict[str, str]]] = {}
    teams: set[str] = set()
    for result in results:
        for codes, place in _crossings(result, block):
            rows.setdefault(codes, []).append(place)
            teams.add(place["team"])
    down, across = spec.vocabularies[matrix.down], spec.vocabularies[matrix.across]
    fields = spec.tool[block.sources[0]].fields
    cells: list[MatrixCell] = [
        {
            "down": one, "across": other, "level": matrix.cells[one][other],
            "count": len(rows.get((one, other), [])), "rows": rows.get((one, other), []),
        }
        for one in down.by_code
        for other in across.by_code
    ]  # fmt: skip
    return {
        "title": block.title.say(language),
        "tools": list(block.sources),
        "down_label": fields[block.down].label.say(language),
        "across_label": fields[block.across].label.say(language),
        "down": [(item.code, item.label.say(language)) for item in down.items],
        "across": [(item.code, item.label.say(language)) for item in across.items],
        "levels": [
            {"code": level.code, "label": level.label.say(language), "colour": level.colour}
            for level in matrix.levels
        ],
        "teams": len(teams),
        "cells": cells,
    }


def _crossings(result: Result, block: MatrixBlock) -> Iterable[tuple[tuple[str, str], dict[str, str]]]:
    """The rows of one file that have both steps, with their place."""
    if result.submission is None:
        return
    steps: dict[tuple[str, str], dict[str, float]] = {}
    places: dict[tuple[str, str], tuple[str, str]] = {}
    for answer in result.submission.answers:
        if (
            answer.tool in block.sources
            and answer.field in (block.down, block.across)
            and answer.number is not None
        ):
            steps.setdefault((answer.tool, answer.row), {})[answer.field] = answer.number
            places[answer.tool, answer.row] = (answer.sheet, answer.cell)
    for key, found in steps.items():
        if len(found) == 2:
            sheet, cell = places[key]
            codes = f"{found[block.down]:g}", f"{found[block.across]:g}"
            team = result.submission.identity.team
            yield codes, {"team": team, "file": result.path, "sheet": sheet, "cell": cell, "row": key[1]}
