"""A block or a whole sheet that is asked only under a condition: in the sheet, on return, in what is required."""

from __future__ import annotations

import copy
import random
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from hrge_xl import ExpectedReturn, Order, diff, generate, load
from tests.answers import TODAY
from tests.broken_specs import mistakes
from tests.face import Answers, build
from tests.made_specs import SPECS, write
from tests.parity import filled, said_differently
from tests.read_and_check import check, layout_of, read

VISITS = SPECS["visits"]
WITH, WITHOUT = ({("F", "1", "F_KIND"): kind} for kind in ("INP", "OUT"))
BEDS: Answers = {("F", "1", "F_BEDS"): 3.0, ("F", "1", "F_FREE"): 1.0}
WARDS: Answers = {("B", row, "B_SEEN"): "Y" for row in ("B_1", "B_2")}


@pytest.fixture
def spec(tmp_path: Path) -> str:
    return str(write(VISITS, tmp_path / "spec"))


def found(spec: str, answers: Answers) -> list[tuple[str, str | None, str | None]]:
    """Code, row and field of what is found in a return with these answers, as issued with them."""
    data = generate(load(spec), Order("TEST", TODAY, answers=answers))
    sent = read(data, ExpectedReturn(spec))
    (outcome,) = check([(sent, layout_of(sent, ExpectedReturn(spec)))], today=TODAY)
    return [(each.code, each.row, each.field) for each in (*sent.observations, *outcome.findings)]


def test_where_it_does_not_hold_nothing_is_asked(spec: str) -> None:
    assert found(spec, WITHOUT) == []
    assert found(spec, WITH | BEDS | WARDS) == []


def test_where_it_holds_everything_is(spec: str) -> None:
    missing = {("F", "1", "F_BEDS"), ("B", "B_1", "B_SEEN"), ("B", "B_2", "B_SEEN")}
    assert {field for _, _, field in found(spec, WITH)} == {field for *_, field in missing}
    assert {code for code, *_ in found(spec, WITH)} == {"V001"}
    # a question of the block may have a condition of its own
    assert ("V001", "1", "F_FREE") in found(spec, WITH | WARDS | {("F", "1", "F_BEDS"): 3.0})
    assert found(spec, WITH | WARDS | {("F", "1", "F_BEDS"): 2.0}) == []


def test_what_is_answered_all_the_same_is_told(spec: str) -> None:
    told = found(spec, WITHOUT | BEDS | WARDS)
    assert [(code, field) for code, _, field in told] == [
        ("V021", "F_BEDS"),
        ("V021", "F_FREE"),
        ("V021", "B_SEEN"),
        ("V021", "B_SEEN"),
    ]


def test_cells_are_grey_and_nothing_is_required(spec: str) -> None:
    book = openpyxl.load_workbook(
        BytesIO(generate(load(spec), Order("TEST", TODAY, answers=WITHOUT)))
    )
    for sheet, cells in (("Form", ("E9", "E10")), ("Wards", ("E7", "F7"))):
        grey = [
            str(area.sqref)
            for area in book[sheet].conditional_formatting
            for rule in area.rules
            if "answer_F_KIND" in str(rule.formula)
        ]
        assert all(
            any(cell in openpyxl.worksheet.cell_range.MultiCellRange(area) for area in grey)
            for cell in cells
        )
    shown = openpyxl.load_workbook(
        BytesIO(generate(load(spec), Order("TEST", TODAY, answers=WITHOUT))), data_only=True
    )
    assert "0 of 0" in str(shown["Wards"]["B5"].value)


@pytest.mark.office
@pytest.mark.parametrize("seed", range(4))
def test_the_office_and_the_reader_say_the_same(seed: int, office: Any, tmp_path: Path) -> None:
    where = build(load(write(VISITS, tmp_path)), "fr")
    assert list(said_differently(where, filled(where, random.Random(seed)), tmp_path, office)) == []


@pytest.mark.parametrize(
    ("file", "block", "condition", "said"),
    [
        (
            "f",
            1,
            "F_BEDS == 3",
            "tools/f.yaml:15:13: This decides whether 'F_BEDS' is asked, and hangs on its answer.",
        ),
        ("f", 1, "F_KIND", "yields a code, not true or false"),
        ("b", 0, "B_SEEN == 'Y'", "There is no field 'B_SEEN' in this row or in a form"),
        ("f", 0, "F_FREE > 3", "Whether something is asked leads back to itself"),
    ],
)
def test_what_cannot_decide_is_told(
    file: str, block: int, condition: str, said: str, tmp_path: Path
) -> None:
    files = copy.deepcopy(VISITS)
    files[f"tools/{file}.yaml"]["blocks"][block]["relevant"] = condition
    (told,) = mistakes(write(files, tmp_path))
    assert said in told


def test_a_condition_that_changed_has_answers_checked(spec: str, tmp_path: Path) -> None:
    files = copy.deepcopy(VISITS)
    del files["tools/b.yaml"]["relevant"]
    changes = diff(load(spec), load(str(write(files, tmp_path / "later")))).changes
    assert [(each.place, each.what, each.before) for each in changes if each.place == "B"] == [
        ("B", "relevant changed", "F_KIND == 'INP'")
    ]
