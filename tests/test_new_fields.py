"""Forms of three other fields: short, without a mistake, issued and read back.

A school census with pupils by grade, sex and age; procurement in several currencies; the samples of a laboratory.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from hrge_xl import check_spec, load, spec_warnings
from tests.answers import TODAY
from tests.face import Answers, build
from tests.parity import placed, returned, said_differently
from tests.read_and_check import check

FOLDER = Path(__file__).parent / "fixtures" / "new_fields"
MOST_LINES = 240  # of all three; before lists of columns and checks of fields they took 464
PUPILS: Answers = {
    ("PUPILS", grade, f"PUP_{sex}_{age}"): 3
    for grade in ("GR1", "GR2", "GR3", "GR4")
    for sex in "GB"
    for age in (6, 7, 8, 9, 10)
}
FILLED: dict[str, Answers] = {
    "school_census": PUPILS
    | {("SCHOOL", "1", "SCH_08"): 4, ("PUPILS", "GR1", "PUP_REP"): 31}
    | {("TEACHERS", f"T-0{number}", "TEA_01"): f"P{number}" for number in (1, 2, 3)},
    "procurement": {
        ("CONTRACTS", "C-01", "CON_03"): "Direct award",
        ("CONTRACTS", "C-01", "CON_07"): "Euro",
        ("CONTRACTS", "C-01", "CON_08"): 10000,
        ("PAYMENTS", "P-01", "PAY_01"): "C-01",
        ("PAYMENTS", "P-01", "PAY_04"): "US dollar",
        ("PAYMENTS", "P-01", "PAY_05"): 12000,
    },
    "laboratory": {
        ("SAMPLES", "S-01", "SAM_01"): "WA17027",
        ("SAMPLES", "S-01", "SAM_06"): "Yes",
        ("RESULTS", "R-01", "RES_01"): "S-01",
        ("RESULTS", "R-01", "RES_02"): "Lead",
        ("RESULTS", "R-01", "RES_03"): "No",
        ("RESULTS", "R-01", "RES_04"): 12,
        ("RESULTS", "R-02", "RES_01"): "S-01",
        ("RESULTS", "R-02", "RES_02"): "Lead",
    },
}
FIGURES: dict[str, dict[str, Any]] = {  # worked out, in the first row
    "school_census": {"PUP_ALL": 30, "SCH_10": 120, "SCH_11": 30, "SCH_12": 40},
    "procurement": {"CON_09": 10800, "OFF_07": 10800, "OFF_08": 10800, "CON_11": 12000},
    "laboratory": {"SAM_08": 2, "LAB_05": 1, "LAB_07": 1, "RES_07": "above"},
}
WRONG = {
    "school_census": {"R-PUP_REP"},
    "procurement": {"R-02", "R-04", "R-PAY_04"},
    "laboratory": {"R-02"},
}


def test_they_are_short() -> None:
    files = [file.read_text(encoding="utf-8") for file in FOLDER.rglob("*.yaml")]
    assert sum(len(file.splitlines()) for file in files) <= MOST_LINES


@pytest.mark.parametrize("name", FILLED)
def test_each_is_a_spec_without_a_mistake(name: str) -> None:
    """Its workbook is made and read back, blank and with an answer to each question."""
    assert not spec_warnings(check_spec(FOLDER / name))


@pytest.mark.parametrize("name", FILLED)
def test_each_is_issued_read_and_checked(name: str) -> None:
    where = build(load(FOLDER / name), "en")
    submission = returned(where, placed(where, FILLED[name]))
    (outcome,) = check([(submission, where)], today=TODAY)
    figures: dict[str, Any] = {}
    for answer in outcome.calculated:
        value = answer.text if answer.number is None else answer.number
        figures.setdefault(answer.field, value)
    assert {field: figures[field] for field in FIGURES[name]} == FIGURES[name]
    codes = {finding.code for finding in outcome.findings if finding.code.startswith("R-")}
    assert codes == WRONG[name]


@pytest.mark.office
@pytest.mark.parametrize("name", FILLED)
def test_sheet_and_reader_say_the_same_of_each(name: str, office: Any, tmp_path: Path) -> None:
    spec = Path(shutil.copytree(FOLDER / name, tmp_path / "spec"))
    where = build(load(spec), "en")
    assert not list(said_differently(where, placed(where, FILLED[name]), spec, office))
