"""Whether the workbooks that a round issued are as they were issued: read as if they had come back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from ..findings import Severity
from ..rounds.rounds import ISSUED, Round
from ..validation import ValidationRequest, validate
from ..words import and_more

OF_WORKBOOK = ("F", "I", "S")  # families of findings that say nothing of answers


def faults_of_issued(round_: Round, today: date, jobs: int) -> Iterator[str]:
    """Yield which workbooks were changed since, each with the first place where that shows."""
    folder = round_.folder / ISSUED
    paths = sorted(path for path in folder.rglob("*.xlsx") if path.is_file())
    for result in validate(paths, ValidationRequest(round_.wanted, today, jobs)):
        found = [
            each
            for each in result.findings
            if each.code.startswith(OF_WORKBOOK) and each.severity is not Severity.INFO
        ]
        if found:
            name = Path(result.path).relative_to(folder).as_posix()
            place = f" at {found[0].sheet}!{found[0].cell}" if found[0].cell else ""
            more = and_more(len(found) - 1)
            message = result.words(found[0]).message
            yield f"{ISSUED}/{name} is not as it was issued: {found[0].code}{place}{more}. {message}"
