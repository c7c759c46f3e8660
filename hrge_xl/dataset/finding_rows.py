"""A finding as a row of the dataset, and back: what bears the name of a column stands in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ..findings import Finding, Severity, Waiver, Words
from ..kept_texts import as_json, from_json
from .clean import clean
from .schema import FINDINGS_FACT
from .table import SUBMISSION_ID, Row

OWN = Finding.__dataclass_fields__.keys() & FINDINGS_FACT.at.keys()


def finding_row(finding: Finding, submission: int, n: int) -> Row:
    """Give the row of a finding that was put into words, the nth of its return."""
    values, waiver = asdict(finding), finding.waiver
    values |= values.pop("words") | {
        SUBMISSION_ID: submission, "n": n, "severity": finding.severity.value, "waived": not finding.open,
        "waiver": waiver and waiver.told, "waiver_number": waiver and waiver.number,
        "details": as_json(finding.details),
    }  # fmt: skip
    return tuple(
        clean(value) if isinstance(value, str) else value for value in map(values.get, FINDINGS_FACT.names)
    )


def finding_of(row: Mapping[str, Any], waivers: Mapping[int, Waiver], language: str) -> Finding:
    """Give the finding of a row, in the words that stand there; `waivers` by number, `language` of the dataset."""
    own = {name: row[name] for name in OWN} | {
        "severity": Severity(row["severity"]), "details": from_json(row["details"]), "language": language,
        "waiver": waivers.get(row["waiver_number"]), "words": Words(row["message"], row["remedy"], row["label"]),
    }  # fmt: skip
    return Finding(**own)
