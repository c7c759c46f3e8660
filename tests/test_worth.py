"""Numbers attached to the entries of a list: points, ceilings, sizes of samples. `worth()` gives them."""

from __future__ import annotations

import copy
import random
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from hrge_xl import ExpectedReturn, Order, generate, load
from tests.answers import TODAY
from tests.broken_specs import mistakes
from tests.face import Answers, build
from tests.made_specs import SPECS, write
from tests.parity import filled, placed, said_differently
from tests.read_and_check import calculated, check, layout_of, read

POINTS = SPECS["points"]
ANSWERS: Answers = {
    ("F", "1", "F_SIZE"): "SML",
    ("T", "T-01", "T_GRADE"): "MET",
    ("T", "T-01", "T_COST"): 100.0,
    ("T", "T-02", "T_GRADE"): "PRT",
    ("T", "T-02", "T_COST"): 100.5,
    ("T", "T-02", "T_LIKE"): "T-01",
    ("T", "T-03", "T_GRADE"): "NAP",
}


@pytest.fixture
def spec(tmp_path: Path) -> str:
    return str(write(POINTS, tmp_path / "spec"))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_an_answer_is_worth_what_its_entry_says(language: str, spec: str) -> None:
    """In the sheet as on return; an entry without a number is worth nothing."""
    data = generate(load(spec), Order("TEST", TODAY, language=language, answers=ANSWERS))
    sent = read(data, ExpectedReturn(spec))
    (outcome,) = check([(sent, layout_of(sent, ExpectedReturn(spec)))], today=TODAY)
    come_to = {key[1:]: value for key, value in calculated(outcome).items()}
    assert come_to == {
        ("1", "F_SUM"): 2.5,
        ("T-01", "T_WORTH"): 2.0,
        ("T-02", "T_WORTH"): 0.5,
        ("T-02", "T_SAME"): 3.0,
    }
    assert [(each.code, each.row, each.field) for each in outcome.findings] == [
        ("R-1", "T-02", "T_COST")
    ]
    book = openpyxl.load_workbook(BytesIO(data), data_only=True)
    (total,) = (row for row in book["Points"].iter_rows(values_only=True) if row[0] == "total:sum")
    assert 2.5 in total


@pytest.mark.office
@pytest.mark.parametrize("seed", range(3))
def test_the_office_and_the_reader_say_the_same(seed: int, office: Any, tmp_path: Path) -> None:
    where = build(load(write(POINTS, tmp_path)), "en")
    assert list(said_differently(where, filled(where, random.Random(seed)), tmp_path, office)) == []


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("worth(T_WHAT)", "worth() takes one answer from a list whose entries have a `value`"),
        ("worth(T_COST)", "worth() takes one answer from a list whose entries have a `value`"),
        ("worth('MET')", "worth() takes one answer from a list whose entries have a `value`"),
        ("worth(T_GRADE, 2)", "worth() takes 1 argument(s), not 2"),
    ],
)
def test_what_is_worth_nothing_is_told(formula: str, said: str, tmp_path: Path) -> None:
    files = copy.deepcopy(POINTS)
    files["tools/t.yaml"]["blocks"][0]["fields"][4]["formula"] = formula
    (told,) = mistakes(write(files, tmp_path))
    assert said in told


def test_numbers_of_entries_may_stand_in_a_csv_file(tmp_path: Path) -> None:
    files = copy.deepcopy(POINTS)
    files["vocabularies.yaml"]["SIZE"] = {"file": "sizes.csv"}
    folder = write(files, tmp_path)
    (folder / "sizes.csv").write_text(
        "code,label,value\nSML,Small,100\nBIG,Big,1000.5\n", encoding="utf-8"
    )
    assert load(str(folder)).worth("SIZE") == {"SML": 100, "BIG": 1000.5}


@pytest.mark.office
@pytest.mark.parametrize("size", [30, 31])
def test_a_long_list_is_worth_what_its_entries_say(size: int, office: Any, tmp_path: Path) -> None:
    """LibreOffice takes no more than 30 cases of one CHOOSE."""
    spec = copy.deepcopy(POINTS)
    entries = [
        {"code": f"G{number}", "label": f"Grade {number}", "value": number / 4}
        for number in range(5, size + 1)
    ]
    spec["vocabularies.yaml"]["GRADE"]["items"] += entries
    layout = build(load(write(spec, tmp_path)), "en")
    answers = {("T", "T-01", "T_GRADE"): "Grade 5", ("T", "T-02", "T_GRADE"): f"Grade {size}"}
    assert list(said_differently(layout, placed(layout, answers), tmp_path, office)) == []
