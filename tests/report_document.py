"""Validation reports to render: like real ones, of any size, with texts that want to break out."""

import hashlib
import random
from collections import Counter
from typing import Any

from tests.face import (
    CATALOGUE,
    COUNTS,
    SCHEMA,
    CodeRow,
    Document,
    FileRow,
    FindingRow,
    IdentityRow,
    MatrixCell,
    MatrixRow,
    Progress,
    sentence,
)
from tests.face import STATUSES as KINDS_OF_STATUS
from tests.face import ReportSummary as Summary

TEAMS = (
    ("PAK", "en"), ("AFG", "en"), ("IRQ", "ar"), ("IRN", "en"), ("BGD", "en"), ("BRA", "en"), ("COL", "en"),
    ("EGY", "ar"), ("KGZ", "en"), ("LAO", "en"), ("MLI", "fr"), ("MAR", "fr"), ("NPL", "en"), ("NER", "fr"),
)  # fmt: skip
SHEETS = (
    ("FORM", "Form"), ("T1.1", "1.1 Legislation"), ("T1.3", "1.3 Identification"),
    ("T3.2", "3.2 Risk strategy"), ("T4.B", "4.B Framework"), ("T4.C", "4.C Values"),
)  # fmt: skip
SHEETS_RTL = (
    "النموذج",
    "1.1 التشريعات",
    "1.3 تحديد الهوية",
    "3.2 مخاطر الاستراتيجية",
    "4.B الإطار",
    "4.C القيم",
)
QUESTIONS = (
    "Does the law define trafficking in persons with the act, the means and the purpose?",
    "Are victims protected from punishment for acts that they were made to commit?",
    "Which group of right holders does this risk concern?",
    "Likelihood before mitigation",
    "Impact before mitigation",
    "Who owns the mitigation, by name of the office?",
    "When is the mitigation due?",
    "Expected change in at most 150 words",
    "Value of the indicator in this period, women",
    "Source of the figure",
)
QUESTIONS_RTL = (
    "هل يعرّف القانون الاتجار بالأشخاص بالفعل والوسيلة والغرض؟",
    "هل يُعفى الضحايا من العقاب على أفعال أُجبروا عليها؟",
    "الاحتمال قبل التخفيف",
    "من المسؤول عن التخفيف؟",
)
VALUES = (
    "Partially",
    "about ten",
    "04/05/2026",
    "12 persons",
    "Ministry of Interior",
    "6",
    "  ",
    "n/a",
    "جزئيًا",
)
NASTY = (
    "=cmd|' /C calc'!A0",
    "+1+1",
    "@SUM(A1)",
    "-2",
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    "</style><img src=x onerror=alert(3)>",
    "javascript:alert(4)",
    "https://example.org/",
    "internal:'Codes'!A1",
    '"><b onmouseover="alert(5)">',
    "' onclick='alert(6)",
    "{{ 7 * 7 }}{% raw %}",
    "]]>&amp;<!--",
    "\u202egnitsil\u2066 مرحبا",
    "".join(chr(point) for point in range(0x20)),
    "lone \ud800 and \udfff surrogates, \ufffe and \uffff",
    "_x0041_",
    "{=1+1}",
    "x" * 40_000,
)
KINDS = ("V001", "V002", "V003", "V005", "V006", "S011", "S013", "S008", "P001")
STATUSES = {4: "superseded", 7: "waiting", 8: "conflict", 10: "excluded"}
REASONS = {
    "superseded": "A newer version of the same workbook counts.",
    "waiting": "It has errors; the accepted version counts until a corrected one arrives.",
    "conflict": "Another workbook is about the same team, intervention and period.",
    "excluded": "It is not the return of this team in this round (I007).",
    "refused": "The file could not be read as a return.",
}
REFUSALS = tuple(code for code, kind in CATALOGUE.items() if kind.refuses)
LEVELS = (
    ("LOW", "Low", "#63BE7B"),
    ("MOD", "Moderate", "#FFEB84"),
    ("HIGH", "High", "#F8A05A"),
    ("CRIT", "Critical", "#C00000"),
)
DOWN = (("5", "Almost certain"), ("4", "Likely"), ("3", "Possible"), ("2", "Unlikely"), ("1", "Rare"))
ACROSS = (("1", "Negligible"), ("2", "Minor"), ("3", "Moderate"), ("4", "Major"), ("5", "Severe"))


def build(files: int = 12, findings: int = 150, nasty: bool = True, seed: int = 1) -> Document:
    """Make a document of so many files and findings; the same arguments make the same document."""
    chance = random.Random(seed)
    made = [_file(at, chance) for at in range(files)]
    open_files = [at for at in range(files) if made[at]["verdict"] == "returned"]
    texts = list(NASTY) if nasty else []
    left = findings - sum(len(file["findings"]) for file in made)
    for number in range(max(left, 0) if open_files else 0):
        file = made[open_files[number % len(open_files)]]
        file["findings"].append(_finding(file, texts.pop(0) if texts else None, chance))
    for file in made:
        _count(file)
        if file["verdict"] == "returned" and not file["counts"]["error"]:
            file["verdict"] = "accepted"
    seen = sorted({row["code"] for file in made for row in file["findings"]})
    return {
        "schema": SCHEMA,
        "run": {
            "id": hashlib.sha256(f"{files} {findings} {nasty} {seed}".encode()).hexdigest()[:16],
            "started": "2026-03-31T08:15:00Z",
            "engine_version": "0.1.0",
            "spec": "hrge_toolkit",
            "spec_version": "1.0.0",
            "spec_title": "Human rights and gender equality: country workbook",
            "spec_digest": hashlib.sha256(b"spec").hexdigest(),
            "round": "2026-H1",
            "today": "2026-03-31",
            "command": "hrge-xl validate round/returned --json --spec hrge_toolkit",
            "language": "en",
            "redacted": False,
            "datasets": [
                {
                    "round": "2026-H1",
                    "spec": "hrge_toolkit",
                    "spec_version": "1.0.0",
                    "spec_digest": hashlib.sha256(b"spec").hexdigest(),
                    "spec_asked": "hrge_toolkit",
                    "lasting": True,
                    "holds_others": False,
                }
            ],
        },
        "files": made,
        "summary": _summary(made),
        "codes": [_code(code) for code in seen],
        "matrices": [_matrix(made, chance)],
        "waivers": [],
        "decisions": [],
        "names": {
            "countries": {"AFG": "Afghanistan", "IRQ": "Iraq"},
            "sheets": {tool: name for tool, name in SHEETS if tool != "FORM"},
        },
    }


def recount(document: Document) -> Counter[str]:
    """Count files by verdict and findings by severity and code, from the files themselves."""
    counts: Counter[str] = Counter()
    for file in document["files"]:
        counts.update(("files", file["verdict"], file["status"]))
        for row in file["findings"]:
            counts[row["severity"]] += 1
            counts[row["code"]] += 1
    return counts


def _summary(files: list[FileRow]) -> Summary:
    verdicts = Counter(file["verdict"] for file in files)
    statuses = Counter(file["status"] for file in files)
    kinds = ("error", "warning", "info", "waived")
    counting, others = ([file for file in files if file["counted"] is counts] for counts in (True, False))
    said: Any = {
        "files": len(files),
        **{verdict: verdicts[verdict] for verdict in ("accepted", "returned", "refused")},
        "counted": statuses["counts"],
        **{status: statuses[status] for kind in KINDS_OF_STATUS if (status := kind.code) != COUNTS},
        **{key: sum(file["counts"][key] for file in counting) for key in kinds},
        "other": {key: sum(file["counts"][key] for file in others) for key in kinds},
    }
    summary: Summary = said
    return summary


def _file(at: int, chance: random.Random) -> FileRow:
    team, language = TEAMS[at % len(TEAMS)]
    verdict = "refused" if at % 12 == 11 else "accepted" if at % 3 == 0 else "returned"
    path = f"returned/{team}_{2026 + at // len(TEAMS)}_HRGE.xlsx"
    sha256 = hashlib.sha256(path.encode()).hexdigest()
    status = "refused" if verdict == "refused" else STATUSES.get(at % 12, "counts")
    file: FileRow = {
        "path": path,
        "dataset": 1,
        "submission": sha256[:16],
        "sha256": sha256,
        "size": 180_000 + at * 317,
        "verdict": verdict,
        "status": status,
        "counted": status == "counts",
        "settled": status in ("superseded", "withdrawn"),
        "reason": REASONS.get(status),
        "superseded_by": None,
        "copy_of": None,
        "read_as": None,
        "read_for": "2026-H1",
        "period": None if verdict == "refused" else "2026-H1",
        "order": at + 1,
        "arrived": "2026-03-20",
        "arrival": "stated" if at % 2 else "first seen",
        "saved": "2026-03-18T10:00:00Z",
        "late_by": "arrived" if at % 2 else "saved",
        "late_day": "2026-03-20" if at % 2 else "2026-03-18",
        "checked": "2026-03-31",
        "identity": None if verdict == "refused" else _identity(team, language, at),
        "counts": {},
        "completeness": [] if verdict == "refused" else _completeness(language, chance),
        "checks": {
            "run": sorted(CATALOGUE) if verdict != "refused" else ["F001", "F002"],
            "not_run": [
                {"code": code, "why": "The file could not be read."}
                for code in "PRSVX"
                if verdict == "refused"
            ],
        },
        "findings": [],
        "unplaced": [],
    }
    if verdict == "refused":
        file["findings"].append(_row(REFUSALS[at % len(REFUSALS)], {"file": path}))
    elif at % 4 == 1:
        file["checks"]["not_run"].append({"code": "X003", "why": "Only one round was given."})
        file["unplaced"].append(
            {"sheet": "1.1 Legislation", "cell": "K14", "text": "To discuss with <the ministry>"}
        )
    return file


def _identity(team: str, language: str, at: int) -> IdentityRow:
    return {
        "team": team,
        "country": team,
        "language": language,
        "round": "2026-H1",
        "spec": "hrge_toolkit",
        "spec_version": "1.0.0",
        "copy": hashlib.sha256(f"copy {at}".encode()).hexdigest()[:12],
        "issued": "2026-01-15",
        "signature": ("valid", "valid", "valid", "unsigned", "valid", "invalid")[at % 6],
    }


def _completeness(language: str, chance: random.Random) -> list[Progress]:
    rows: list[Progress] = []
    for at, (tool, sheet) in enumerate(SHEETS):
        required = chance.choice((0, 12, 18, 24, 40))
        answered = chance.randint(required // 2, required)
        name = SHEETS_RTL[at] if language == "ar" else sheet
        rows.append(
            {
                "tool": tool,
                "sheet": name,
                "required": required,
                "answered": answered,
                "errors": chance.randint(0, 3),
            }
        )
    return rows


def _finding(file: FileRow, nasty: str | None, chance: random.Random) -> FindingRow:
    rtl = file["identity"] is not None and file["identity"]["language"] == "ar"
    at = chance.randrange(len(SHEETS))
    label = chance.choice(QUESTIONS_RTL if rtl else QUESTIONS)
    code = "V002" if nasty else chance.choice(KINDS)
    value = nasty or (None if code in ("V001", "S011") else chance.choice(VALUES))
    row = _row(code, {"label": label, "value": value[:60] if value else None, "cell": "D9"})
    row["sheet"] = SHEETS_RTL[at] if rtl else SHEETS[at][1]
    row["tool"] = SHEETS[at][0]
    number = chance.randint(5, 60)
    row["cell"] = f"{chance.choice('CDEFGH')}{number}"
    row["row"] = f"T{SHEETS[at][0][1:].replace('.', '')}_{number:02}"
    row["field"] = "STATUS"
    row["label"] = label
    row["value"] = value
    row["suggestion"] = "Partly" if code == "V002" else None
    if nasty:
        row["message"] = f"{label}: “{nasty}” is not in the list."
        row["label"] = f"{label} {nasty[:80]}"
        row["suggestion"] = nasty[:80]
    return row


def _row(code: str, details: dict[str, str | None]) -> FindingRow:
    kind = CATALOGUE[code]
    return {
        "code": code,
        "name": kind.name,
        "severity": kind.severity.value,
        "sheet": None,
        "cell": None,
        "tool": None,
        "row": None,
        "field": None,
        "label": None,
        "value": None,
        "message": sentence(kind.message, details),
        "remedy": sentence(kind.remedy, details),
        "suggestion": None,
        "waiver": None,
    }


def _count(file: FileRow) -> None:
    severities = Counter(row["severity"] for row in file["findings"])
    file["counts"] = {key: severities[key] for key in ("error", "warning", "info")} | {"waived": 0}


def _code(code: str) -> CodeRow:
    kind = CATALOGUE[code]
    return {
        "code": code,
        "name": kind.name,
        "severity": kind.severity.value,
        "why": kind.why,
        "example": kind.example,
        "remedy": kind.remedy,
    }


def _matrix(files: list[FileRow], chance: random.Random) -> MatrixRow:
    read = [file for file in files if file["counted"]]
    cells: list[MatrixCell] = []
    for down, _ in DOWN:
        for across, _ in ACROSS:
            score = int(down) * int(across)
            level = "LOW" if score < 4 else "MOD" if score < 9 else "HIGH" if score < 16 else "CRIT"
            count = chance.choice((0, 0, 1, 2, 3, len(read) // 4))
            rows = [_risk(chance.choice(read), chance) for _ in range(count if read else 0)]
            cells.append({"down": down, "across": across, "level": level, "count": len(rows), "rows": rows})
    return {
        "title": "Risks before mitigation",
        "dataset": 1,
        "period": "2026-H1",
        "tools": ["T3.2"],
        "down_label": "Likelihood",
        "across_label": "Impact",
        "down": list(DOWN),
        "across": list(ACROSS),
        "levels": [{"code": code, "label": label, "colour": colour} for code, label, colour in LEVELS],
        "teams": len({file["identity"]["team"] for file in read if file["identity"]}),
        "cells": cells,
    }


def _risk(file: FileRow, chance: random.Random) -> dict[str, str]:
    number = chance.randint(5, 24)
    team = file["identity"]["team"] if file["identity"] else ""
    return {
        "team": team,
        "file": file["path"],
        "sheet": "3.2 Risk strategy",
        "cell": f"F{number}",
        "row": f"T32_R{number:02}",
    }
