"""Ticks: one key says yes, in whatever way people tick; the sheet and the reader take the same for one."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from hrge_xl import ExpectedReturn, Order, generate, load
from tests.face import FIELD_TYPES, Evidence, Layout, Submission, address, build
from tests.in_words import in_words
from tests.made_specs import Files, write
from tests.read_and_check import check
from tests.telling import telling
from tests.test_made_parity import said_differently
from tests.test_round_trip import read

TODAY = date(2026, 6, 30)
TICKED = ["x", "X", "✓", "✔", 1, "1", "yes", "Yes", " x ", True, "y", "oui"]
NOT_TICKED = ["No", "n", 0, "FALSE"]
NO_TICK = ["maybe", "?", "*", 2, "-x", "xx", "[x]"]
WIDE = "ｘ"  # what the reader understands, and no sheet
SPEC: Files = {
    "workbook.yaml": {
        "name": "ticks", "version": "1", "title": "Ticks", "languages": ["en", "fr"], "sheets": ["F", "T"],
    },
    "tools/f.yaml": {
        "code": "F", "sheet": "Form", "title": "Form", "always": True, "blocks": [
            {"kind": "checklist", "items": {"tools": True}, "fields": [
                {"code": "USED", "type": "tick", "ticks": True, "label": "Used"},
            ]},
            {"kind": "form", "fields": [
                {"code": "F_1", "type": "tick", "label": "One"},
                {"code": "F_2", "type": "text", "label": "Two", "required": {"when": "F_1 == 'Y'"}},
                {"code": "F_N", "type": "calculated", "label": "Ticks", "formula": "count_if('T', T_1 == 'Y')"},
                {"code": "F_M", "type": "calculated", "label": "None", "formula": "count_if('T', T_1 != 'Y')"},
                {"code": "F_T", "type": "calculated", "result": "text", "label": "Text", "formula": "join(F_1, '!')"},
            ]},
        ],
    },
    "tools/t.yaml": {
        "code": "T", "sheet": "Rows", "title": "Rows", "blocks": [
            {"kind": "register", "id": "T-", "rows": 30, "fields": [
                {"code": "T_1", "type": "tick", "label": "Tick"},
                {"code": "T_2", "type": "text", "label": "Why", "required": {"when": "T_1 == 'Y'"}},
                {"code": "T_3", "type": "text", "label": "Why not", "required": {"when": "T_1 == 'N'"}},
                {"code": "T_4", "type": "text", "label": "Always", "required": "ticked"},
            ]},
        ],
    },
    "rules.yaml": [
        {"code": "R-1", "tool": "F", "at": ["F_1"], "check": "any_row('T', T_1 == 'Y')", "message": "No tick."},
        {"code": "R-2", "tool": "F", "at": ["F_2"], "check": "ticked('T')", "message": "Not used."},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def where(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    return build(load(write(SPEC, tmp_path_factory.mktemp("spec"))), "en")


def filled(where: Layout, values: list[Any], used: Any, one: Any) -> dict[tuple[str, str], Any]:
    """The cells with these ticks, one a row, and in the form."""
    keys = [(("T", f"T-{n:02d}", "T_1"), value) for n, value in enumerate(values, start=1)]
    keys += [(("F", "T", "USED"), used), (("F", "1", "F_1"), one)]
    return {(where.sheet[key[0]].name, address(*where.slots[key].cells[0])): value for key, value in keys}


def returned(where: Layout, cells: dict[tuple[str, str], Any]) -> Submission:
    """What is read of a workbook with these cells, without any program in between."""
    book = openpyxl.load_workbook(BytesIO(generate(where.spec, Order("T", TODAY, language=where.language))))
    for (sheet, cell), value in cells.items():
        book[sheet][cell].value = value
    stream = BytesIO()
    book.save(stream)
    return read(stream.getvalue(), ExpectedReturn(where.spec.folder))


def test_whatever_is_a_tick_is_read_as_one_without_a_word(where: Layout) -> None:
    submission = returned(where, filled(where, [*TICKED, *NOT_TICKED], "x", "✓"))
    answers = [each for each in submission.answers if each.field in ("T_1", "USED", "F_1") and each.code]
    assert [each.code for each in answers if each.tool == "T"] == ["Y"] * len(TICKED) + ["N"] * len(
        NOT_TICKED
    )
    assert [each.code for each in answers if each.tool == "F"] == ["Y", "Y"]
    assert not any(each.notes or each.problem for each in answers)
    assert answers[-1].original == "FALSE"


def test_what_only_the_reader_understands_is_noted(where: Layout) -> None:
    submission = returned(where, filled(where, [WIDE], "x", "x"))
    (answer,) = [each for each in submission.answers if each.field == "T_1" and each.code]
    assert (answer.code, answer.notes) == ("Y", ("V102",))


def test_anything_else_is_told_with_what_to_do(where: Layout) -> None:
    submission = returned(where, filled(where, NO_TICK, "x", "perhaps"))
    (outcome,) = check([(submission, where)], today=TODAY)
    told = [each for each in outcome.findings if each.code == "V002"]
    assert len(told) == len(NO_TICK) + 1
    assert {in_words(each, where).remedy for each in told} == {"Type x, or leave the cell blank."}


@pytest.mark.office
@pytest.mark.parametrize("one", telling(["x", True, "No", "?"], "x", "?"), ids=repr)
def test_sheet_and_reader_take_the_same_for_a_tick(one: Any, where: Layout, office: Any) -> None:
    cells = filled(where, [*TICKED, *NOT_TICKED, *NO_TICK], one, one)
    assert list(said_differently(where, cells, Path(where.spec.folder), office)) == []


@pytest.mark.office
@pytest.mark.parametrize(
    "used",
    telling([*TICKED, "Y", "ДА", *NOT_TICKED], "x", "ДА", "No", "FALSE"),
    ids=repr,
)
def test_a_sheet_that_takes_it_for_a_tick_shows_nothing_else_than_it_should(
    used: Any, where: Layout, office: Any
) -> None:
    """One tick alone, in each way: what says whether a tool is ticked follows from it."""
    assert list(said_differently(where, filled(where, [], used, None), Path(where.spec.folder), office)) == []


def test_its_dropdown_lets_in_what_is_one_key(where: Layout) -> None:
    book = openpyxl.load_workbook(BytesIO(generate(where.spec, Order("T", TODAY, language="fr"))))
    (rule,) = [each for each in book["Rows"].data_validations.dataValidation if each.type == "list"]
    said = "Saisissez x, ou laissez la cellule vide."
    assert (rule.formula1, rule.prompt, rule.error) == ("list__TICK", said, said)
    sheet, cells = next(book.defined_names["list__TICK"].destinations)
    assert [cell.value for (cell,) in book[sheet][cells]] == ["✓", "x", 1]


def test_an_older_yes_is_shown_as_a_tick(where: Layout) -> None:
    answers = {("F", "T", "USED"): "Y", ("T", "T-01", "T_1"): "N"}
    book = openpyxl.load_workbook(BytesIO(generate(where.spec, Order("T", TODAY, answers=answers))))
    shown = {
        where.slots[key].cells[0]: book[where.sheet[key[0]].name].cell(*where.slots[key].cells[0]).value
        for key in answers
    }
    assert list(shown.values()) == ["✓", "No"]


@pytest.mark.parametrize(
    ("told", "guessed"),
    [
        (Evidence("list", labels=("✓",)), True),
        (Evidence(values=("x", "X", "✓")), True),
        (Evidence(values=("x", "no")), False),
        (Evidence("list", labels=("Yes", "No")), False),
    ],
)
def test_ticks_of_another_workbook_are_recognised(told: Evidence, guessed: bool) -> None:
    assert (FIELD_TYPES["tick"].guess(told) is not None) is guessed
