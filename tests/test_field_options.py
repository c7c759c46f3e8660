"""The options `parent`, `relevant` and `pattern` of fields: in the sheet, and when it comes back."""

from __future__ import annotations

import shutil
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

from hrge_xl import ExpectedReturn, Order, generate, load, read
from tests.face import Answers, Spec, SpecError, Submission, in_a_sheet
from tests.in_words import in_words
from tests.office.driver import Office
from tests.read_and_check import check, layout_of

TODAY = date(2026, 3, 2)
REGIONS = {"AWD": "Awdal", "BAY": "Bay"}
DISTRICTS = {"BOR": ("Borama", "AWD"), "ZEI": ("Zeila", "AWD"), "BAI": ("Baidoa", "BAY")}
PLACE = [
    {"code": "REG_1", "type": "choice", "vocabulary": "REGION", "label": "Region"},
    {"code": "DIS_1", "type": "choice", "vocabulary": "DISTRICT", "parent": "REG_1", "label": "District"},
]
ASKED = [
    {"code": "REF_1", "type": "yesno", "label": "Refused"},
    {"code": "WHY_1", "type": "text", "label": "Why", "relevant": "REF_1 == 'Y'", "required": "always"},
    {
        "code": "REF_2",
        "type": "text",
        "label": "Reference",
        "pattern": "[A-Z]{2}-[0-9]{2,4}",
        "example": "WS-01",
    },
    {"code": "MAI_1", "type": "text", "label": "E-mail", "pattern": "email", "expects": ["email"]},
    {"code": "ODD_1", "type": "text", "label": "Odd", "pattern": "(ab|cd)+", "example": "abcd"},
]


def renamed(fields: list[dict[str, Any]], letter: str) -> list[dict[str, Any]]:
    """The same fields for another sheet."""
    text = yaml.safe_dump(fields)
    for code in ("REG_1", "DIS_1", "REF_1", "WHY_1", "REF_2", "MAI_1", "ODD_1"):
        text = text.replace(code, f"{letter}{code}")
    found: list[dict[str, Any]] = yaml.safe_load(text)
    return found


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> Spec:
    """A foreign spec: the questions once in a form, once in a register."""
    folder = tmp_path_factory.mktemp("spec")
    (folder / "tools").mkdir()
    files: dict[str, Any] = {
        "workbook.yaml": {
            "name": "places", "version": "1.0", "title": "Places", "languages": ["en"], "sheets": ["F", "R"],
        },
        "vocabularies.yaml": {
            "REGION": {"items": [{"code": code, "label": label} for code, label in REGIONS.items()]},
            "DISTRICT": {
                "items": [{"code": c, "label": label, "parent": above} for c, (label, above) in DISTRICTS.items()]
            },
        },
        "tools/f.yaml": {
            "code": "F", "sheet": "Form", "title": "Form",
            "blocks": [{"kind": "form", "fields": renamed([*PLACE, *ASKED], "F")}],
        },
        "tools/r.yaml": {
            "code": "R", "sheet": "Rows", "title": "Rows",
            "blocks": [{"kind": "register", "id": "R-", "rows": 4, "fields": renamed([*PLACE, *ASKED], "R")}],
        },
    }  # fmt: skip
    for name, content in files.items():
        (folder / name).write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return load(folder)


def found(sent: Submission, spec: Spec) -> set[tuple[str | None, str | None, str]]:
    """Sheet, field and code of every finding about an answer."""
    layout = layout_of(sent, ExpectedReturn(spec.folder))
    (outcome,) = check([(sent, layout)], today=TODAY)
    return {(each.row, each.field, each.code) for each in outcome.findings}


def made(spec: Spec, answers: Answers, folder: Path, **cells: str) -> Path:
    """A workbook with these answers, and whatever was typed into cells besides."""
    book = openpyxl.load_workbook(BytesIO(generate(spec, Order("T", TODAY, answers=answers))))
    for place, text in cells.items():
        sheet, cell = place.split("_")
        book[sheet][cell] = text
    path = folder / "sent.xlsx"
    book.save(path)
    return path


def sent_of(path: Path, spec: Spec) -> Submission:
    """What comes out of a file."""
    sent = read(path, ExpectedReturn(spec.folder))
    assert isinstance(sent, Submission), sent
    return sent


ANSWERS: Answers = {
    ("F", "1", "FREG_1"): "AWD", ("F", "1", "FDIS_1"): "BAI",
    ("F", "1", "FREF_1"): "N", ("F", "1", "FWHY_1"): "No reason", ("F", "1", "FREF_2"): "WS 1",
    ("F", "1", "FMAI_1"): "nobody at example.org", ("F", "1", "FODD_1"): "abx",
    ("R", "R-01", "RREG_1"): "AWD", ("R", "R-01", "RDIS_1"): "BAI", ("R", "R-01", "RREF_1"): "Y",
    ("R", "R-02", "RREG_1"): "BAY", ("R", "R-02", "RDIS_1"): "BAI", ("R", "R-02", "RREF_1"): "N",
    ("R", "R-02", "RREF_2"): "WS-0001", ("R", "R-02", "RMAI_1"): "a.b@example.org", ("R", "R-02", "RODD_1"): "abcd",
}  # fmt: skip
EXPECTED = {
    ("1", "FDIS_1", "V020"), ("1", "FWHY_1", "V021"), ("1", "FREF_2", "V022"), ("1", "FMAI_1", "V022"),
    ("1", "FODD_1", "V022"), ("R-01", "RDIS_1", "V020"), ("R-01", "RWHY_1", "V001"),
}  # fmt: skip


def test_answers_that_contradict_each_other_are_found(spec: Spec, tmp_path: Path) -> None:
    assert found(sent_of(made(spec, ANSWERS, tmp_path), spec), spec) == EXPECTED


def test_what_does_not_belong_is_named(spec: Spec, tmp_path: Path) -> None:
    from hrge_xl import ValidationRequest, validate

    (result,) = validate(
        [made(spec, ANSWERS, tmp_path)], ValidationRequest(ExpectedReturn(spec.folder), TODAY)
    )
    told = {
        each.field: f"{words.message} {words.remedy}"
        for each in result.findings
        for words in [in_words(each, result)]
    }
    assert told["FDIS_1"] == (
        "District: “Baidoa” does not belong to “Awdal”. "
        "Choose an entry that belongs to the other answer, or correct that one."
    )
    assert told["FWHY_1"].startswith("Why: “No reason” is answered, though it is not asked here.")
    assert told["FREF_2"] == "Reference: “WS 1” does not have the required form. Write it in this form: WS-01"
    assert told["FMAI_1"].endswith("Write it in this form: name@example.org")


def test_a_blank_parent_decides_nothing(spec: Spec, tmp_path: Path) -> None:
    answers: Answers = {("F", "1", "FDIS_1"): "BAI", ("F", "1", "FREF_1"): "Y", ("F", "1", "FWHY_1"): "Late"}
    assert found(sent_of(made(spec, answers, tmp_path), spec), spec) == set()


def test_a_dropdown_in_a_form_hangs_on_the_answer_above_it(spec: Spec) -> None:
    sheet = openpyxl.load_workbook(BytesIO(generate(spec, Order("T", TODAY))))["Form"]
    where = {row[3].value: row[0].row for row in sheet.iter_rows(min_row=1, max_col=4) if row[3].value}
    lists = [str(rule.formula1) for rule in sheet.data_validations.dataValidation if rule.type == "list"]
    assert any(f"${where['Region']}" in text and "parent_DISTRICT" in text for text in lists), lists


def test_the_sheet_says_the_same(spec: Spec, tmp_path: Path, office: Office) -> None:
    """A pattern that only the reader can check is not a fault in the sheet; all others are, and no more."""
    sent = sent_of(office.recalculate(made(spec, ANSWERS, tmp_path), tmp_path / "saved.xlsx"), spec)
    assert "S028" not in sent.not_run  # so that check cells are compared
    assert sent.shown_checks is not None
    assert (
        sum(number >= 10_000_000 for number in sent.shown_checks.numbers if isinstance(number, int | float))
        == 6
    )
    assert found(sent, spec) == EXPECTED


def test_cells_that_are_not_asked_for_are_grey(spec: Spec) -> None:
    book = openpyxl.load_workbook(BytesIO(generate(spec, Order("T", TODAY))))
    for name, code in (("Form", "FREF_1"), ("Rows", "REF_1")):
        rules = [
            rule.formula[0]
            for _, many in book[name].conditional_formatting._cf_rules.items()
            for rule in many
            if rule.formula and rule.formula[0].startswith("NOT(")
        ]
        assert len(rules) == 1, (name, code, rules)


@pytest.mark.parametrize(
    ("pattern", "in_sheet"),
    [
        ("[A-Z]{2}-[0-9]{4}", True), ("WS-.+", True), ("[A-Za-z]{3}", True), (r"\.[0-9]?", True), ("A{2,4}", True),
        ("[0-9]{2,4}", True), ("(ab|cd)+", False), ("[0-9]+", False), ("[^a]", False), (r"\d{3}", False),
        ("[A-Z]?-[0-9]", False), (".*a", False), ("[é-ü]", False), ("", False), ("a(?=b)", False), ("[0-9]{90}", False),
    ],
)  # fmt: skip
def test_which_patterns_a_sheet_can_check(pattern: str, in_sheet: bool) -> None:
    assert in_a_sheet(pattern) is in_sheet


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("example: WS-01", "help: A code", "Nothing shows what fits the pattern."),
        ("example: WS-01", "example: WS 1", "The example 'WS 1' does not fit the pattern."),
        ("pattern: '[A-Z]{2}-[0-9]{2,4}'", "pattern: '[A-Z'", "This is not a pattern"),
    ],
)
def test_a_pattern_is_shown_by_an_example_that_fits(
    spec: Spec, old: str, new: str, told: str, tmp_path: Path
) -> None:
    folder = tmp_path / "broken"
    shutil.copytree(spec.folder, folder)
    file = folder / "tools" / "f.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(SpecError) as caught:
        load(folder)
    assert [mistake.reason for mistake in caught.value.mistakes if told in mistake.reason]
