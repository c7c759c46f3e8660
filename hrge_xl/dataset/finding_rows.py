"""A finding as a row of the dataset, and back: what bears the name of a column stands in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from ..findings import Details, Finding, Severity, Waiver, Words
from ..kept_texts import Kept, from_data
from .clean import clean
from .schema import FINDINGS_FACT
from .table import SUBMISSION_ID, Row

MADE = ("details", "waiver")  # stand there in another shape
OWN = tuple(
    each.name for each in fields(Finding) if each.name in FINDINGS_FACT.names and each.name not in MADE
)
SAID = tuple(each.name for each in fields(Words))


def finding_row(finding: Finding, submission: int, n: int) -> Row:
    """Give the row of a finding that was put into words, the nth of its return."""
    waiver = finding.waiver
    values: dict[str, Any] = {name: clean(getattr(finding, name)) for name in OWN}
    values |= {name: clean(getattr(finding.words, name)) for name in SAID}
    values |= {
        SUBMISSION_ID: submission, "n": n, "severity": finding.severity.value, "waived": not finding.open,
        "waiver": clean(waiver.told) if waiver else None, "waiver_number": waiver.number if waiver else None,
        "details": details_as_text(finding.details),
    }  # fmt: skip
    return FINDINGS_FACT.row(**values)


def finding_of(row: Mapping[str, Any], waivers: Mapping[int, Waiver], language: str) -> Finding:
    """Give the finding of a row, in the words that stand there; `waivers` by number, `language` of the dataset."""
    own = {name: row[name] for name in OWN} | {"severity": Severity(row["severity"])}
    return Finding(
        **own, details=read_details(json.loads(row["details"] or "{}")), waiver=waivers.get(row["waiver_number"]),
        language=language, words=Words(**{name: row[name] for name in SAID}),
    )  # fmt: skip


def details_as_text(details: Details) -> str | None:
    """Give the details of a finding as JSON; None where there are none, as mostly."""
    told = {name: text.data if isinstance(text, Kept) else text for name, text in details.items()}
    return clean(json.dumps(told, ensure_ascii=False)) if told else None


def read_details(told: Mapping[str, Any]) -> Details:
    """Give the details of a finding as they were before; texts of an earlier version as they stand."""
    return {name: from_data(text) if isinstance(text, dict) else text for name, text in told.items()}
