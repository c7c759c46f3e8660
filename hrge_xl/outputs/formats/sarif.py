"""The validation report as SARIF 2.1.0, for tools that gather findings of many programs."""

from __future__ import annotations

import json
from pathlib import PureWindowsPath
from typing import Any
from urllib.parse import quote

from ..document import CodeRow, Document, FileRow, FindingRow, place_of, visible

SUFFIX = "sarif"
SCHEMA_URI = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
STANDING = (  # what is said of a file besides what was found in it
    "verdict",
    "status",
    "counted",
    "reason",
    "submission",
    "superseded_by",
    "copy_of",
    "period",
    "arrived",
    "arrival",
    "saved",
    "checked",
)
SAID = frozenset({"code", "severity", "message", "waiver"})  # each has its own place in a result
SUPPRESSION = {"active": "accepted", "expired": "rejected"}  # only what is accepted suppresses
LEVELS = {"error": "error", "warning": "warning", "info": "note"}


def render(document: Document) -> str:
    """Return the report as SARIF text; the same document gives the same text."""
    rules = _rules(document)
    index = {rule["id"]: at for at, rule in enumerate(rules)}
    run = document["run"]
    waivers = document["waivers"]
    aside = waivers or any(file["settled"] for file in document["files"])
    log = {
        "$schema": SCHEMA_URI,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {"name": "hrge_xl", "version": run["engine_version"], "rules": rules}
                },
                "automationDetails": {"id": f"{run['spec']}/{run['id']}"},
                "invocations": [
                    {
                        "commandLine": run["command"],
                        "startTimeUtc": run["started"],
                        "executionSuccessful": True,
                        "toolConfigurationNotifications": [
                            {
                                "message": {"text": f"{skip['code']}: {skip['why']}"},
                                "level": "note",
                                "associatedRule": {"id": skip["code"]},
                                "locations": [_location(file, at)],
                            }
                            for at, file in enumerate(document["files"])
                            for skip in file["checks"]["not_run"]
                        ],
                    }
                ],
                "artifacts": [_artifact(file) for file in document["files"]],
                "results": [
                    _result(finding, file, at, index)
                    | ({"suppressions": _suppressions(finding, file)} if aside else {})
                    for at, file in enumerate(document["files"])
                    for finding in file["findings"]
                ],
                "columnKind": "unicodeCodePoints",
                "properties": {
                    "run": run,
                    "summary": document["summary"],
                    "waivers": waivers,
                    "decisions": document["decisions"],
                },
            }
        ],
    }
    return json.dumps(_visible(log), ensure_ascii=False, indent=1) + "\n"


def _rules(document: Document) -> list[dict[str, Any]]:
    rules = [_rule(code) for code in document["codes"]]
    listed_codes = {code["code"] for code in document["codes"]}
    for file in document["files"]:
        named = [(row["code"], row["name"]) for row in file["findings"]]
        for code, name in (*named, *((skip["code"], "") for skip in file["checks"]["not_run"])):
            if code not in listed_codes:
                listed_codes.add(code)
                rules.append({"id": code, **({"name": name} if name else {})})
    return rules


def _rule(code: CodeRow) -> dict[str, Any]:
    return {
        "id": code["code"],
        "name": code["name"],
        "shortDescription": {"text": code["name"]},
        "fullDescription": {"text": code["why"]},
        "help": {"text": f"{code['remedy']}\n\n{code['example']}"},
        "defaultConfiguration": {"level": LEVELS[code["severity"]]},
    }


def _artifact(file: FileRow) -> dict[str, Any]:
    artifact: dict[str, Any] = {
        "location": {"uri": _uri(file["path"])},
        "roles": ["analysisTarget"],
        "properties": {
            "path": file["path"],
            **{key: dict(file)[key] for key in STANDING},
            "identity": file["identity"],
            "completeness": file["completeness"],
            "unplaced": file["unplaced"],
        },
    }
    if file["size"] is not None:
        artifact["length"] = file["size"]
    if file["sha256"] is not None:
        artifact["hashes"] = {"sha-256": file["sha256"]}
    return artifact


def _result(finding: FindingRow, file: FileRow, at: int, index: dict[str, int]) -> dict[str, Any]:
    location = _location(file, at)
    place = place_of(finding)
    if place:
        location["logicalLocations"] = [
            {"name": finding["cell"] or place, "fullyQualifiedName": place}
        ]
    return {
        "ruleId": finding["code"],
        "ruleIndex": index[finding["code"]],
        "level": LEVELS[finding["severity"]],
        "message": {"text": f"{finding['message']} {finding['remedy']}".strip()},
        "locations": [location],
        "properties": {
            **{
                key: value
                for key, value in finding.items()
                if key not in SAID and value is not None
            },
            "counted": file["counted"],
            "status": file["status"],
        },
    }


def _suppressions(finding: FindingRow, file: FileRow) -> list[dict[str, Any]]:
    """Its waiver, and why its file is settled. Where one result has suppressions, SARIF wants every one to say."""
    suppressions: list[tuple[str, str, dict[str, Any]]] = []
    waiver = finding["waiver"]
    if waiver is not None:
        justification = f"{waiver['reason']} ({waiver['by']}, {waiver['day']})"
        suppressions.append((SUPPRESSION[waiver["state"]], justification, dict(waiver)))
    if file["settled"]:
        about = {
            "status": file["status"],
            "superseded_by": file["superseded_by"],
            "copy_of": file["copy_of"],
        }
        suppressions.append(("accepted", file["reason"] or "", about))
    return [
        {"kind": "external", "status": status, "justification": why, "properties": about}
        for status, why, about in suppressions
    ]


def _location(file: FileRow, at: int) -> dict[str, Any]:
    return {"physicalLocation": {"artifactLocation": {"uri": _uri(file["path"]), "index": at}}}


def _uri(path: str) -> str:
    """Return a path as a relative or file URI: everything that is not plain is percent-encoded."""
    windows = PureWindowsPath(path)
    if windows.drive:
        return "file:///" + quote(windows.as_posix(), safe="/:", errors="replace")
    encoded = quote(path.replace("\\", "/"), errors="replace")
    return f"file://{encoded}" if encoded.startswith("/") else encoded


def _visible(json_value: Any) -> Any:
    """Return the same data with every text made safe to show."""
    if isinstance(json_value, str):
        return visible(json_value)
    if isinstance(json_value, dict):
        return {key: _visible(value) for key, value in json_value.items()}
    return (
        [_visible(element) for element in json_value]
        if isinstance(json_value, list)
        else json_value
    )
