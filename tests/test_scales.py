"""Scales: chosen with their words, counted by the number in front, in the sheet and by the reader alike."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from hrge_xl import ExpectedReturn, Order, generate, load
from tests.face import FIELD_TYPES, Evidence, Layout, Submission, address, build, ooxml
from tests.in_words import in_words
from tests.made_specs import Files, write
from tests.read_and_check import check
from tests.test_made_parity import of_results, recalculated, said_differently
from tests.test_parity import sheet_verdicts
from tests.test_round_trip import read

TODAY = date(2026, 6, 30)
STEPS = [
    {
        "code": 1,
        "label": {"en": "Rare", "fr": "Rarement"},
        "anchor": {"en": "under 10 %", "fr": "moins de 10 %"},
    },
    {"code": 2, "label": {"en": "Likely", "fr": "Souvent"}, "anchor": {"en": "10–50 %", "fr": "10–50 %"}},
    {"code": 10, "label": {"en": "Sure", "fr": "Sûr"}},
]
FIELDS = [
    {"code": "S_1", "type": "scale", "vocabulary": "STEPS", "label": "How often"},
    {"code": "S_2", "type": "scale", "vocabulary": "STEPS", "label": "How much"},
    {"code": "S_L", "type": "calculated", "result": "level", "formula": "level(S_1, S_2)", "label": "Level"},
    {"code": "S_D", "type": "calculated", "formula": "S_1 * 2 + most(S_2, 0)", "label": "Figure"},
    {"code": "S_W", "type": "choice", "vocabulary": "WORDS", "label": "Word"},
    {"code": "S_R", "type": "reference", "to": ["S"], "label": "After"},
    {
        "code": "S_T",
        "type": "text",
        "label": "Why",
        "required": {"when": "S_1 >= 2 or lookup(S_R, S_1) == 10"},
    },
]
FIGURES = {
    "F_1": "count_if('S', S_1 >= 2)", "F_2": "sum('S', S_1)", "F_3": "min('S', S_1)", "F_4": "max('S', S_2)",
    "F_5": "sum('S', S_1 if S_2 == 10 else 0)", "F_6": "count_if('S', S_1 * S_2 > 2)",
    "F_7": "total(F_S, 3)", "F_8": "least(F_S, 5)",
}  # fmt: skip
SPEC: Files = {
    "workbook.yaml": {
        "name": "scales", "version": "1", "title": "Scales", "languages": ["en", "fr"], "sheets": ["F", "S", "L"],
    },
    "vocabularies.yaml": {
        "STEPS": {"items": STEPS},
        "WORDS": {"items": [{"code": "A", "label": "Word A"}, {"code": "B", "label": "Word B"}]},
    },
    "matrix.yaml": {
        "down": "STEPS", "across": "STEPS",
        "levels": [{"code": code, "label": f"Level {code}", "colour": "#FFE599"} for code in "LH"],
        "cells": {1: {1: "L", 2: "L", 10: "H"}, 2: {1: "L", 2: "H", 10: "H"}, 10: {1: "H", 2: "H", 10: "H"}},
    },
    "tools/f.yaml": {
        "code": "F", "sheet": "Form", "title": "Form", "always": True, "blocks": [{"kind": "form", "fields": [
            {"code": "F_S", "type": "scale", "vocabulary": "STEPS", "label": "Step", "required": "always"},
            *({"code": code, "type": "calculated", "label": code, "formula": text} for code, text in FIGURES.items()),
        ]}],
    },
    "tools/s.yaml": {
        "code": "S", "sheet": "Steps", "title": "Steps", "always": True,
        "blocks": [{"kind": "register", "id": "S-", "rows": 20, "fields": FIELDS}],
    },
    "tools/l.yaml": {
        "code": "L", "sheet": "Lists of it", "title": "Lists", "always": True, "blocks": [
            {"kind": "matrix", "sources": ["S"], "down": "S_1", "across": "S_2", "title": "Steps"},
            {"kind": "pivot", "source": "S", "down": "S_1", "across": "S_W", "highest": "S_2"},
            {"kind": "pivot", "source": "S", "down": "S_W", "across": "S_2"},
            {"kind": "collect", "rows": 9, "columns": {"a": "A", "b": "B"}, "sources": [
                {"tool": "S", "keep": "S_1 >= 2", "columns": {"a": "S_1", "b": "S_L"}},
            ]},
        ],
    },
    "rules.yaml": [
        {"code": "R-1", "tool": "S", "at": ["S_2"], "check": "S_2 <= S_1 + 1", "message": "Too much."},
        {"code": "R-2", "tool": "S", "at": ["S_1"], "check": "unique(S_1)", "message": "Twice."},
    ],
}  # fmt: skip
RIGHT = {  # what counts as a step, and as which
    "2 Likely (10–50 %)": 2, 2: 2, "2": 2, "2 Likely": 2, "2 likely": 2, " 10 Sure": 10, 10: 10, "1 RARE": 1,
    "2  LIKELY (10–50 %)": 2,
}  # fmt: skip
WRONG = ["?", "*", "7", 7, 2.5, "200%", "12", "[1]", "very", "2%", -1]
UNDERSTOOD = {
    "Likely": 2, "rarement": 1, "10.": 10, "２ Likely": 2, "2: Likely": 2, "1 Rarement": 1, "2 - Likely": 2,
    "2 Souvent (10–50 %)": 2, "2 likely 10-50%": 2, "2 (10–50 %)": 2, "1 – moins de 10 %": 1, "10 sur": 10,
    "١٠": 10, "2 ＬＩＫＥＬＹ": 2,
}  # fmt: skip
OF_ANOTHER = [  # a step in front, and behind it another step, a range or a figure
    "1 - 2",
    "1–2",
    "1 of 5",
    "2 but 10 in the north",
    "1 Likely (10–50 %)",
    "1 Likely",
    "10 Rarement",
    "2 %",
    "2 (under 10 %)",
    "1 or 2",
    "1 1/2",
    "2 ½",
    "1 ~ ٢",
    "10 四",
    "1 moins de 50",
]
BEHIND = {
    "2 likely, I think": 2,
    "10 in the north": 10,
    "1 ?": 1,
    "2 très": 2,
    "1 حسب المنطقة": 1,
    "1 - or less": 1,
}


@pytest.fixture(scope="module")
def where(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    return build(load(write(SPEC, tmp_path_factory.mktemp("spec"))), "en")


def filled(where: Layout, pairs: list[tuple[Any, Any]], one: Any = None) -> dict[tuple[str, str], Any]:
    """The cells with these two steps in each row, and one in the form."""
    cells: dict[tuple[str, str, str], Any] = {("F", "1", "F_S"): one}
    for number, (first, second) in enumerate(pairs, start=1):
        row = f"S-{number:02d}"
        cells |= {("S", row, "S_1"): first, ("S", row, "S_2"): second, ("S", row, "S_W"): "Word A"}
        cells["S", row, "S_R"] = f"S-{max(1, number - 1):02d}"
    return {
        (where.sheet[key[0]].name, address(*where.slots[key].cells[0])): value
        for key, value in cells.items()
        if value is not None
    }


def returned(where: Layout, cells: dict[tuple[str, str], Any]) -> Submission:
    """What is read of a workbook with these cells, without any program in between."""
    book = openpyxl.load_workbook(BytesIO(generate(where.spec, Order("T", TODAY, language=where.language))))
    for (sheet, cell), value in cells.items():
        book[sheet][cell].value = value
    stream = BytesIO()
    book.save(stream)
    return read(stream.getvalue(), ExpectedReturn(where.spec.folder))


def steps(submission: Submission) -> list[tuple[float | None, bool]]:
    """Each step that was read, with whether something was noted."""
    return [
        (each.number, bool(each.notes))
        for each in submission.answers
        if each.field == "S_1" and each.original
    ]


def test_the_number_in_front_is_what_counts(where: Layout) -> None:
    submission = returned(where, filled(where, [(each, None) for each in RIGHT]))
    assert steps(submission) == [(step, False) for step in RIGHT.values()]


def test_other_spellings_are_understood_and_noted(where: Layout) -> None:
    submission = returned(where, filled(where, [(each, None) for each in UNDERSTOOD]))
    assert steps(submission) == [(step, True) for step in UNDERSTOOD.values()]


@pytest.mark.parametrize("wrong", [WRONG, OF_ANOTHER])
def test_what_is_no_step_is_told_with_what_to_do(wrong: list[Any], where: Layout) -> None:
    submission = returned(where, filled(where, [(each, None) for each in wrong]))
    (outcome,) = check([(submission, where)], today=TODAY)
    told = [each for each in outcome.findings if each.code == "V002"]
    assert len(told) == len(wrong)
    assert {in_words(each, where).remedy for each in told} == {"Choose a step, or type its number."}
    assert not any(number for number, _ in steps(submission))


def test_what_else_stands_behind_a_step_is_quoted(where: Layout) -> None:
    """What LibreOffice's drag-fill makes of an entry is one of these, too: only its number is another one."""
    submission = returned(where, filled(where, [(each, None) for each in BEHIND]))
    assert steps(submission) == [(step, True) for step in BEHIND.values()]
    (outcome,) = check([(submission, where)], today=TODAY)
    told = {each.value: in_words(each, where).message for each in outcome.findings if each.code == "V110"}
    assert [*told] == [*BEHIND]
    assert told["10 in the north"] == (
        "How often: “10 in the north” was read as “10”; the rest of it was not counted."
    )


PAIRS = [(one, other) for one in RIGHT for other in ("2", "10 Sure")][:19]


@pytest.mark.office
@pytest.mark.parametrize(
    ("pairs", "one"),
    [
        (PAIRS, "10 Sure"),
        ([(each, each) for each in WRONG], "2"),
        ([*zip(WRONG, RIGHT, strict=False)], None),
        ([("1 Rare (under 10 %)", 1), ("", "10 Sure")], "1 Rare"),
        ([], "7"),
        ([(each, 2) for each in OF_ANOTHER], "1 Likely"),
        ([("1 - 2", 1), (1, "1 of 5"), (1, 2), ("2", "2 of 10")], "2 - 10"),
    ],
    ids=["right", "wrong", "mixed", "few", "none", "of another", "doubtful"],
)
def test_sheet_and_reader_count_the_same(
    pairs: list[tuple[Any, Any]], one: Any, where: Layout, office: Any
) -> None:
    cells = filled(where, pairs, one)
    assert list(said_differently(where, cells, Path(where.spec.folder), office)) == []


@pytest.mark.office
def test_a_sheet_asks_for_the_step_where_only_the_reader_understands(where: Layout, office: Any) -> None:
    """Its check tells so, and all that it shows follows from that."""
    folder, typed = Path(where.spec.folder), [*UNDERSTOOD, *BEHIND]
    cells = filled(where, [(each, 2) for each in typed], "2 très")
    saved, want = recalculated(where, cells, folder, office), ExpectedReturn(str(folder))
    said = sheet_verdicts(ooxml.read(saved.read_bytes()), where)
    assert {said["S", f"S-{n:02d}", "S_1"] for n, _ in enumerate(typed, start=1)} == {("V002", False)}
    assert said["F", "1", "F_S"] == ("V002", True)
    assert list(of_results(saved, where, want, frozenset({"S026", "S027", "S028"}))) == []


def test_a_cell_shows_the_words_and_its_dropdown_offers_them(where: Layout) -> None:
    order = Order("T", TODAY, language="fr", answers={("S", "S-01", "S_1"): 2.0, ("S", "S-02", "S_1"): 10.0})
    book = openpyxl.load_workbook(BytesIO(generate(where.spec, order)))
    french = build(where.spec, "fr")
    shown = [book["Steps"].cell(*french.slots["S", row, "S_1"].cells[0]).value for row in ("S-01", "S-02")]
    assert shown == ["2 Souvent (10–50 %)", "10 Sûr"]
    assert french.lists["STEPS"].labels == ("1 Rarement (moins de 10 %)", "2 Souvent (10–50 %)", "10 Sûr")
    rule = next(
        each for each in book["Steps"].data_validations.dataValidation if "list_STEPS" in each.formula1
    )
    assert rule.errorStyle == "information"  # else Excel would refuse a typed 2
    assert rule.prompt == "Choisissez un degré, ou saisissez son numéro."


def test_scales_of_another_workbook_are_recognised() -> None:
    scale = FIELD_TYPES["scale"]
    assert scale.guess(Evidence("list", labels=("1 Rare", "2 Likely"))) is not None
    assert scale.guess(Evidence("list", labels=("1", "2"))) is not None
    assert scale.guess(Evidence("list", labels=("1 Rare", "1 Likely"))) is None
    assert scale.guess(Evidence("list", labels=("Rare", "Likely"))) is None
