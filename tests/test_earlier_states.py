"""What was given out by earlier states of the program is read without a false finding.

Workbooks of the Toolkit from before there were releases: as issued with the profile *quick*, and given back with
feedback. Where this fails it is the program that has to change, as teams have these files.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

import hrge_xl

FILES = Path(__file__).parent / "fixtures" / "earlier_states"
TODAY = date(2026, 7, 20)
LEFT_BLANK = {"V001": 22, "R-F10": 1}
OVERDUE = {"R-R17": 1}
OLDER_VERSION = {"I004": 1}
EXPECTED = {
    "2026-11-25_feedback.xlsx": {
        **OLDER_VERSION,
        **OVERDUE,
        # version 1.0 asked something else: kept answers, and what version 2.5 asks besides
        "S019": 10,
        "R-P03": 8,
        "V001": 2,
        "V021": 7,
    },
    "2026-11-26_blank.xlsx": {**OLDER_VERSION, **LEFT_BLANK},
    "2026-11-26_feedback.xlsx": {**OLDER_VERSION, **OVERDUE},
    "2026-11-27_blank.xlsx": {**OLDER_VERSION, **LEFT_BLANK},
    "2026-11-27_feedback.xlsx": {**OLDER_VERSION, **OVERDUE},
    "2026-11-29_blank.xlsx": {**OLDER_VERSION, **LEFT_BLANK},
    "2026-11-29_feedback.xlsx": {**OLDER_VERSION, **OVERDUE},
    "2026-11-30_blank.xlsx": {**OLDER_VERSION, **LEFT_BLANK},
    "2026-11-30_feedback.xlsx": {**OLDER_VERSION, **OVERDUE},
}
QUICK = {"2026-11-26_feedback.xlsx", "2026-11-30_feedback.xlsx"}


def _cases() -> list[object]:
    return [
        pytest.param(name, marks=() if name in QUICK else pytest.mark.deep)
        for name in sorted(path.name for path in FILES.glob("*.xlsx"))
    ]


@pytest.mark.parametrize("name", _cases())
def test_a_workbook_of_an_earlier_state_is_read_without_a_false_finding(name: str) -> None:
    result = hrge_xl.check(FILES / name, today=TODAY)
    assert Counter(finding.code for finding in result.findings) == EXPECTED[name]
