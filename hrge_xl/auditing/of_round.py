"""What only the folder of its round can tell of a file: taken over from the report where the folder is not at hand.

Everything that follows from it (verdict, counts, whether the file counts, matrices) is worked out again all the same.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from pydantic import TypeAdapter

from ..dataset.finding_rows import finding_of
from ..dataset.update_statuses import OF_MAIL, OF_ROUND
from ..findings import CATALOGUE, Finding, Severity, Waiver, waived
from ..kept_texts import Kept
from ..layout.wording import placeholders
from ..reports.document import FindingRow
from ..validation import ACCEPTED, RETURNED, Result

LEFT_OUT = "…"


def not_compared(round_: str) -> str:
    """Say what of the files of a round, or of several, is not compared where its folder is not at hand."""
    return (
        f"The folder of the round {round_} is not available: signatures and teams ({', '.join(OF_ROUND)}) are not "
        "compared."
    )


def take_over(
    result: Result, row: Mapping[str, Any], waivers: Sequence[Waiver], *, at_hand: bool = False
) -> None:
    """Put into a result what the report says of its signature, and the findings that only the round can tell.

    Of a round at hand only those about the mail that a return came with: addresses of teams change.

    Whatever the row lacks is not there afterwards either, and so is a difference.
    """
    if result.submission is None or result.outcome is None:
        return
    for at, finding in _findings(row, OF_MAIL if at_hand else (*OF_MAIL, *OF_ROUND)):
        result.findings.insert(at, finding)
    if at_hand:
        return
    result.findings = waived(result.findings, result.sha256, waivers)
    errors = any(each.severity is Severity.ERROR and each.open for each in result.findings)
    result.verdict = RETURNED if errors else ACCEPTED
    result.submission.signature = str((row.get("identity") or {}).get("signature"))
    checks = row.get("checks") or {}
    result.outcome.checks_run = _of_round(result.outcome.checks_run, checks.get("run", ()))
    skipped = {skip.get("code"): str(skip.get("why")) for skip in checks.get("not_run", ())}
    told: dict[str, str | Kept] = {code: why for code, why in skipped.items() if code in OF_ROUND}
    others = {code: why for code, why in result.not_run.items() if code not in OF_ROUND}
    result.not_run = others | told


def _of_round(ours: Collection[str], told: Collection[str]) -> list[str]:
    """Give the codes of checks that ran: those of the round as the report has them."""
    return sorted(
        {*(code for code in ours if code not in OF_ROUND), *(code for code in told if code in OF_ROUND)}
    )


def _findings(row: Mapping[str, Any], codes: Collection[str]) -> Iterator[tuple[int, Finding]]:
    """Give the findings of the round with their places among the others."""
    for at, told in enumerate(row.get("findings") or ()):
        if told.get("code") in codes:
            with suppress(ValueError):  # one that is none is not there afterwards, and so is a difference
                row = TypeAdapter(FindingRow).validate_python({**told, "details": {}})
                yield at, _finding(dict(row), told.get("details") or {})


def _finding(row: dict[str, Any], details: object) -> Finding:
    """Give a finding as it is told; a value that was left out of a redacted report is left out once more."""
    kind = CATALOGUE.get(row["code"])
    if row["value"] is None and kind is not None and "value" in placeholders(kind.message):
        row["value"] = LEFT_OUT
    stored = (
        details if isinstance(details, str) else json.dumps(details)
    )  # as in a dataset, or as in a report
    return finding_of(row | {"details": stored, "waiver_number": None}, {}, "")
