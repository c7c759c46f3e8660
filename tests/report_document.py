"""Validation reports to render: like real ones, of any size, with texts that want to break out."""

import hashlib
import random
from collections import Counter
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

from tests.face import CATALOGUE, COUNTS, SCHEMA, Document, sentence
from tests.face import STATUSES as KINDS_OF_STATUS

MADE_OF: dict[str, Any] = yaml.safe_load(
    Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8")
)
TEAMS, SHEETS = (tuple(MADE_OF[name].items()) for name in ("teams", "sheets"))
NASTY = (*MADE_OF["nasty"], "".join(map(chr, range(0x20))), "x" * 40_000)
REFUSALS = tuple(code for code, kind in CATALOGUE.items() if kind.refuses)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def build(files: int = 12, findings: int = 150, nasty: bool = True, seed: int = 1) -> Document:
    """Make a document of so many files and findings; the same arguments make the same document."""
    chance = random.Random(seed)
    made = [_file(at, chance) for at in range(files)]
    open_files = [file for file in made if file["verdict"] == "returned"]
    texts = list(NASTY) if nasty else []
    left = findings - sum(len(file["findings"]) for file in made)
    for number in range(max(left, 0) if open_files else 0):
        file = open_files[number % len(open_files)]
        file["findings"].append(_finding(file, texts.pop(0) if texts else None, chance))
    for file in made:
        severities = Counter(row["severity"] for row in file["findings"])
        file["counts"] = {key: severities[key] for key in ("error", "warning", "info")} | {
            "waived": 0
        }
        if file["verdict"] == "returned" and not file["counts"]["error"]:
            file["verdict"] = "accepted"
    seen = sorted({row["code"] for file in made for row in file["findings"]})
    spec, parts = {"spec_digest": digest("spec")}, deepcopy(MADE_OF)
    run = parts["run"] | spec | {"id": digest(f"{files} {findings} {nasty} {seed}")[:16]}
    document: Any = {
        "schema": SCHEMA,
        "run": run | {"datasets": [parts["dataset"] | spec]},
        "files": made,
        "summary": _summary(made),
        "codes": [_of_kind(code, "why", "example", "remedy") for code in seen],
        "matrices": [_matrix(made, chance, parts["matrix"])],
        "waivers": [],
        "decisions": [],
        "names": parts["names"]
        | {"sheets": {tool: name for tool, name in SHEETS if tool != "FORM"}},
    }
    made_document: Document = document
    return made_document


def recount(document: Document) -> Counter[str]:
    """Count files by verdict and findings by severity and code, from the files themselves."""
    counts: Counter[str] = Counter()
    for file in document["files"]:
        counts.update(("files", file["verdict"], file["status"]))
        for row in file["findings"]:
            counts.update((row["severity"], row["code"]))
    return counts


def _summary(files: list[Any]) -> dict[str, Any]:
    verdicts = Counter(file["verdict"] for file in files)
    statuses = Counter(file["status"] for file in files)
    kinds = ("error", "warning", "info", "waived")
    counting, others = (
        [file for file in files if file["counted"] is counts] for counts in (True, False)
    )
    return {
        "files": len(files),
        **{verdict: verdicts[verdict] for verdict in ("accepted", "returned", "refused")},
        "counted": statuses["counts"],
        **{status: statuses[status] for kind in KINDS_OF_STATUS if (status := kind.code) != COUNTS},
        **{key: sum(file["counts"][key] for file in counting) for key in kinds},
        "other": {key: sum(file["counts"][key] for file in others) for key in kinds},
    }


def _file(at: int, chance: random.Random) -> Any:
    team, language = TEAMS[at % len(TEAMS)]
    verdict = "refused" if at % 12 == 11 else "accepted" if at % 3 == 0 else "returned"
    refused = verdict == "refused"
    path = f"returned/{team}_{2026 + at // len(TEAMS)}_HRGE.xlsx"
    status = "refused" if refused else MADE_OF["statuses"].get(at % 12, "counts")
    not_run = [{"code": code, "why": "The file could not be read."} for code in "PRSVX" if refused]
    identity = MADE_OF["identity"] | {
        "team": team,
        "country": team,
        "language": language,
        "copy": digest(f"copy {at}")[:12],
        "signature": ("valid", "valid", "valid", "unsigned", "valid", "invalid")[at % 6],
    }
    file = MADE_OF["file"] | {
        "path": path,
        "submission": digest(path)[:16],
        "sha256": digest(path),
        "size": 180_000 + at * 317,
        "verdict": verdict,
        "status": status,
        "counted": status == "counts",
        "settled": status in ("superseded", "withdrawn"),
        "reason": MADE_OF["reasons"].get(status),
        "period": None if refused else "2026-H1",
        "order": at + 1,
        "arrival": "stated" if at % 2 else "first seen",
        "late_by": "arrived" if at % 2 else "saved",
        "late_day": "2026-03-20" if at % 2 else "2026-03-18",
        "identity": None if refused else identity,
        "counts": {},
        "completeness": [] if refused else _completeness(language, chance),
        "checks": {"run": ["F001", "F002"] if refused else sorted(CATALOGUE), "not_run": not_run},
        "findings": [],
        "unplaced": [],
    }
    if refused:
        file["findings"].append(_row(REFUSALS[at % len(REFUSALS)], {"file": path}))
    elif at % 4 == 1:
        not_run.append({"code": "X003", "why": "Only one round was given."})
        text = "To discuss with <the ministry>"
        file["unplaced"].append({"sheet": "1.1 Legislation", "cell": "K14", "text": text})
    return file


def _completeness(language: str, chance: random.Random) -> list[dict[str, Any]]:
    rows = []
    for (tool, sheet), arabic in zip(SHEETS, MADE_OF["sheets_ar"], strict=True):
        required = chance.choice((0, 12, 18, 24, 40))
        answered = chance.randint(required // 2, required)
        row = {"tool": tool, "sheet": arabic if language == "ar" else sheet, "required": required}
        rows.append(row | {"answered": answered, "errors": chance.randint(0, 3)})
    return rows


def _finding(file: Any, nasty: str | None, chance: random.Random) -> Any:
    rtl = file["identity"] is not None and file["identity"]["language"] == "ar"
    at = chance.randrange(len(SHEETS))
    label = chance.choice(MADE_OF["questions_ar" if rtl else "questions"])
    code = "V002" if nasty else chance.choice(MADE_OF["codes"])
    value = nasty or (None if code in ("V001", "S011") else chance.choice(MADE_OF["values"]))
    number, (tool, sheet) = chance.randint(5, 60), SHEETS[at]
    row = _row(code, {"label": label, "value": value[:60] if value else None, "cell": "D9"}) | {
        "sheet": MADE_OF["sheets_ar"][at] if rtl else sheet,
        "tool": tool,
        "cell": f"{chance.choice('CDEFGH')}{number}",
        "row": f"T{tool[1:].replace('.', '')}_{number:02}",
        "field": "STATUS",
        "label": label,
        "value": value,
        "suggestion": "Partly" if code == "V002" else None,
    }
    if nasty:
        row |= {
            "message": f"{label}: “{nasty}” is not in the list.",
            "label": f"{label} {nasty[:80]}",
        }
        row["suggestion"] = nasty[:80]
    return row


def _of_kind(code: str, *more: str) -> dict[str, Any]:
    kind = CATALOGUE[code]
    about = {"code": code, "name": kind.name, "severity": kind.severity.value}
    return about | {name: getattr(kind, name) for name in more}


def _row(code: str, details: dict[str, str | None]) -> dict[str, Any]:
    said = {
        name: sentence(getattr(CATALOGUE[code], name), details) for name in ("message", "remedy")
    }
    empty = ("sheet", "cell", "tool", "row", "field", "label", "value", "suggestion", "waiver")
    return _of_kind(code) | dict.fromkeys(empty) | said


def _matrix(files: list[Any], chance: random.Random, matrix: dict[str, Any]) -> dict[str, Any]:
    read = [file for file in files if file["counted"]]
    matrix |= {name: [tuple(step) for step in matrix[name]] for name in ("down", "across")}
    cells = []
    for down, _ in matrix["down"]:
        for across, _ in matrix["across"]:
            score = int(down) * int(across)
            level = "LOW" if score < 4 else "MOD" if score < 9 else "HIGH" if score < 16 else "CRIT"
            count = chance.choice((0, 0, 1, 2, 3, len(read) // 4))
            rows = [_risk(chance.choice(read), chance) for _ in range(count if read else 0)]
            cells.append(
                {"down": down, "across": across, "level": level, "count": len(rows), "rows": rows}
            )
    teams = {file["identity"]["team"] for file in read if file["identity"]}
    return matrix | {"teams": len(teams), "cells": cells}


def _risk(file: Any, chance: random.Random) -> dict[str, str]:
    number = chance.randint(5, 24)
    team = file["identity"]["team"] if file["identity"] else ""
    where = {"sheet": "3.2 Risk strategy", "cell": f"F{number}", "row": f"T32_R{number:02}"}
    return {"team": team, "file": file["path"]} | where
