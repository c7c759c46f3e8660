"""The JSON Schema of the validation report for `docs/`, made from the types that the program itself uses."""

from __future__ import annotations

import json
from typing import Any

from pydantic import TypeAdapter

from tests.face import (
    ACCEPTED,
    COUNTS,
    REFUSED,
    RETURNED,
    SCHEMA,
    SEVERITIES,
    STATUSES,
    WITHDRAWN,
    Document,
)

VERDICTS = [ACCEPTED, RETURNED, REFUSED]
WAIVER_STATES = ["active", "expired", "withdrawn"]
SIGNATURES = ["valid", "invalid", "unsigned", "unchecked"]
_CLOSED = {
    ("FindingRow", "severity"): [*SEVERITIES],
    ("CodeRow", "severity"): [*SEVERITIES],
    ("FileRow", "verdict"): VERDICTS,
    ("FileRow", "status"): [*(each.code for each in STATUSES), REFUSED],
    ("DecisionRow", "choice"): [COUNTS, WITHDRAWN],
    ("IdentityRow", "signature"): SIGNATURES,
    ("WaiverRow", "state"): WAIVER_STATES,
}


def json_schema() -> dict[str, Any]:
    """Give the schema: the types, the closed lists of words, and the keys that every count has."""
    schema = TypeAdapter(Document).json_schema()
    types = schema["$defs"]
    for (name, key), words in _CLOSED.items():
        types[name]["properties"][key]["enum"] = words
    for name, key in (("FileRow", "counts"), ("ReportSummary", "other")):
        types[name]["properties"][key]["required"] = [*SEVERITIES, "waived"]
    schema["properties"]["schema"] = {"const": SCHEMA}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:{SCHEMA}",
        **schema,
    }


def render() -> str:
    return json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n"
