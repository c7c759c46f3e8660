"""What teams type, in the languages of the Toolkit: `typed_inputs.csv` says how each of 299 inputs has to be read.

Entries of lists come with the variants that keyboards and programs make; numbers, percentages and days with digits
and separators of the language, and with those of other calendars. What is read is a value, a code or a finding.
"""

from __future__ import annotations

import csv
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from tests.face import CellValue, Vocabularies, vocabularies
from tests.test_translations import FIELDS, SPOKEN, TOOLKIT
from tests.test_typed_text import reading, told

with (Path(__file__).parent / "typed_inputs.csv").open(encoding="utf-8", newline="") as stream:
    INPUTS = list(csv.DictReader(stream))
SCALES = {str(field.vocabulary): field for _, _, field in TOOLKIT.places() if field.type.stepped}
KINDS = {"number": "decimal", "percent": "percent", "date": "date"}


@cache
def lists(language: str) -> Vocabularies:
    return vocabularies(TOOLKIT, language, {})


def read(case: dict[str, str]) -> str:
    """What an input is read as, in the words of the table."""
    language, name, typed = case["language"], case["list"], case["typed"]
    if name in KINDS:
        found = told(reading(typed, language, KINDS[name]))
        return found.isoformat() if isinstance(found, date) else str(found).removesuffix(".0")
    field = FIELDS.get(name) or SCALES[name]
    one = field.type.read(field, CellValue(typed), lists(language))
    return one.problem or one.code or f"{one.number:g}"


def test_there_are_inputs_of_every_language_and_kind() -> None:
    assert len(INPUTS) >= 150
    assert {case["language"] for case in INPUTS} == {*SPOKEN}
    assert {*KINDS} < {case["list"] for case in INPUTS}


@pytest.mark.parametrize("language", SPOKEN)
def test_what_people_type_is_read_as_they_mean_it(language: str) -> None:
    ours = [case for case in INPUTS if case["language"] == language]
    assert [case | {"got": read(case)} for case in ours if read(case) != case["read"]] == []
