"""A reference that offers part of a list, and what the chosen row says beside it: in the sheet and to the reader."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from hrge_xl import Order, generate, load
from hrge_xl.core.errors import SpecError
from hrge_xl.layout.lists import reference_name
from tests.answers import TODAY, layout
from tests.face import address, build, dumped, sample_answers
from tests.made_specs import Files, write
from tests.made_workbooks import issued, opened, recalculate_on
from tests.parity import disagreements, said_differently
from tests.read_and_check import check, read

TOOLKIT, TOOLS = "hrge_toolkit", ("T1.1", "T3.2", "T3.3")
SUGGESTED = ("RSK_31", "RSK_32", "RSK_33")
SAID = (
    "Strategy copies a template and ignores women, men and groups outside the capital",
    "Use 2.1 and 2.6 findings; hold local consultations with childcare and transport",
    "Women, Men, Rural or remote residents",
)
ANSWERS = {
    ("T3.2", "R-SP-01", "RSK_02"): "LIB-SP-01",
    ("T3.2", "R-SP-02", "RSK_07"): "One of our own",
    ("T3.2", "R-SP-03", "RSK_02"): "LIB-LA-01",  # of another pillar
}


def beside(data: bytes, row: str) -> list[Any]:
    """What stands beside a risk."""
    where = layout(TOOLKIT, "en", TOOLS)
    sheet = opened(data, values=True)[where.sheet["T3.2"].name]
    return [sheet.cell(*where.slots["T3.2", row, code].cells[0]).value for code in SUGGESTED]


def test_a_chosen_suggestion_is_shown_beside_the_risk() -> None:
    data = issued(TOOLKIT, "en", ANSWERS, TOOLS)
    assert beside(data, "R-SP-01") == list(SAID)
    assert beside(data, "R-SP-02") == [None, None, None]


def test_a_risk_table_offers_what_fits_its_pillar() -> None:
    where = layout(TOOLKIT, "en", TOOLS)
    book = opened(issued(TOOLKIT, "en", ANSWERS, TOOLS), values=True)
    name = reference_name(where, where.slots["T3.3", "R-LA-01", "RSK_02"].field)
    ((sheet, area),) = book.defined_names[str(name)].destinations
    offered = [cell.value for (cell,) in book[sheet][area]]
    assert len(offered) == 9  # each once
    assert offered[0] == "LIB-LA-01 Offence too broad"
    assert all(text.startswith("LIB-LA-") for text in offered)


@pytest.mark.office
def test_the_office_and_the_reader_say_the_same(office: Any, tmp_path: Path) -> None:
    source, saved = tmp_path / "issued.xlsx", tmp_path / "saved.xlsx"
    source.write_bytes(issued(TOOLKIT, "en", ANSWERS, TOOLS))
    recalculate_on(TODAY, office, source, saved)
    where = layout(TOOLKIT, "en", TOOLS)
    assert beside(saved.read_bytes(), "R-SP-01") == list(SAID)
    assert disagreements(saved, where) == []
    (outcome,) = check([(read(saved.read_bytes()), where)], today=TODAY)
    told = {(each.row, each.field) for each in outcome.findings if each.code == "V016"}
    assert told == {("R-SP-03", "RSK_02")}


@pytest.mark.parametrize(("pillar", "more"), [("CB", 10), ("XC", 37), (None, 37)])
def test_the_dropdown_of_indicators_shows_those_of_the_pillar(
    pillar: str | None, more: int
) -> None:
    """And those of none; the code of any other can be typed."""
    where = layout(TOOLKIT, "en", ("T4.A", "T4.B"))
    said = {} if pillar is None else {("FORM", "1", "FRM_08"): pillar}
    book = opened(issued(TOOLKIT, "en", said, ("T4.A", "T4.B")), values=True)
    first = address(*where.slots["T4.B", "IND-01", "T4B_01"].cells[0])
    offers = (
        rule
        for rule in book["4.B Framework"].data_validations.dataValidation
        if first in rule.cells
    )
    assert [rule.formula1 for rule in offers] == ["rows_T4_A_FRM_08"]
    shown = [cell.value for row in book["Lists"].iter_rows(min_row=5) for cell in row]
    at = shown.index("I01 Detected victims per 100,000")
    column = at % book["Lists"].max_column + 1
    offered = [book["Lists"].cell(5 + n, column).value for n in range(19 + more + 1)]
    *entries, behind = offered
    assert all(" " in text for text in entries)
    assert behind in (None, "")
    assert ("PA4 Places in inclusive safe housing" in entries) is (pillar != "CB")


# a spec of its own

MADE: Files = yaml.safe_load(
    Path(__file__).with_name("offered_rows.yaml").read_text(encoding="utf-8")
)

TYPED = {
    ("W-01", "W_1"): ["Go"],
    ("W-01", "W_2"): ["c1  First, and more"],
    ("W-01", "W_4"): ["by BUS", None, "By bus"],
    ("W-02", "W_1"): ["Stay"],
    ("W-02", "W_2"): ["C2 Second"],  # not offered
    ("W-02", "W_3"): ["W-01 Go"],
    ("W-02", "W_4"): [None, "nowhere", None],
    ("W-03", "W_2"): ["C"],
    ("W-03", "W_3"): ["W-02 Stay"],
}


@pytest.mark.office
@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_is_looked_up_is_said_in_the_words_of_the_workbook(
    language: str, office: Any, tmp_path: Path
) -> None:
    where = build(load(write(MADE, tmp_path)), language)
    cells = {
        ("Ways", address(*place)): value
        for (row, code), typed in TYPED.items()
        for place, value in zip(where.slots["W", row, code].cells, typed, strict=True)
        if value is not None
    }
    assert list(said_differently(where, cells, tmp_path, office)) == []
    sheet = opened((tmp_path / "saved.xlsx").read_bytes(), values=True)["Ways"]
    shown = [
        [sheet.cell(*where.slots["W", row, code].cells[0]).value for code in ("W_5", "W_6", "W_8")]
        for row in ("W-01", "W-02")
    ]
    rail, one = {"fr": ("En train", "un"), "en": ("By rail", "one")}[language]
    assert shown == [[f"By bus, {rail}", None, one], ["By bus", "By bus, By bus", None]]


def test_what_is_made_up_for_a_trial_is_offered(tmp_path: Path) -> None:
    where = build(load(write(MADE, tmp_path)), "en")
    assert sample_answers(where, TODAY)["W", "W-01", "W_2"] == "C1"


@pytest.mark.parametrize(
    ("only", "said"),
    [
        ({"C_9": "BUS"}, "The sheet 'C' has no fixed column 'C_9'."),
        ({"C_1": "SEA"}, "No row of 'C' has 'SEA' there, so that nothing can be chosen."),
    ],
)
def test_an_offer_of_nothing_is_a_mistake(only: dict[str, str], said: str, tmp_path: Path) -> None:
    field = MADE["tools/w.yaml"]["blocks"][0]["fields"][1]
    files = MADE | {
        "tools/w.yaml": MADE["tools/w.yaml"]
        | {"blocks": [{"kind": "register", "id": "W-", "fields": [field | {"only": only}]}]}
    }
    with pytest.raises(SpecError) as error:
        load(write(files, tmp_path))
    assert said in str(error.value)


# rows of a sheet from a file with lists and keys of its own, as glossaries and lists of sources

DUTY_BEARER = {"en": "Duty bearer", "fr": "Débiteur d’obligations"}
FILE = {
    "terms": [
        {"code": "G1", "term": DUTY_BEARER, "meaning": "Who must act", "source": "S1"},
        {"code": "G2", "term": "Rights holder", "meaning": "Who has a right"},
    ],
    "sources": [{"code": "S1", "title": "The Protocol", "year": 2000}],
}


def with_items(folder: Path, part: str, **values: str) -> Path:
    """A spec whose second sheet has its rows from a part of a file."""
    fields = [
        {"code": code, "type": "text", "fixed": True, "label": key, "width": 40}
        for code, key in values.items()
    ]
    label = "term" if part == "terms" else "title"
    items = {"file": "glossary.yaml", "part": part, "label": label, "values": values}
    files: Files = {
        "workbook.yaml": {
            "name": "made",
            "version": "1",
            "title": "Made",
            "languages": ["en", "fr"],
            "sheets": ["A", "G"],
        },
        "tools/a.yaml": {
            "code": "A",
            "sheet": "A",
            "title": "A",
            "always": True,
            "blocks": [
                {"kind": "form", "fields": [{"code": "A_1", "type": "text", "label": "What"}]}
            ],
        },
        "tools/g.yaml": {
            "code": "G",
            "sheet": "Glossary",
            "title": "Glossary",
            "always": True,
            "blocks": [{"kind": "catalogue", "item": "Term", "items": items, "fields": fields}],
        },
    }
    (folder / "glossary.yaml").write_text(dumped(FILE), encoding="utf-8")
    return write(files, folder)


@pytest.mark.parametrize(
    ("language", "term"), [("en", "Duty bearer"), ("fr", "Débiteur d’obligations")]
)
def test_the_terms_of_a_file_stand_on_a_sheet_in_the_language_of_the_workbook(
    language: str, term: str, tmp_path: Path
) -> None:
    spec = load(with_items(tmp_path, "terms", G_1="meaning", G_2="source"))
    sheet = opened(generate(spec, Order("TEST", TODAY, language=language)))["Glossary"]
    shown = [cell.value for row in sheet.iter_rows(min_row=6) for cell in row if cell.value]
    assert {term, "Who must act", "S1", "Rights holder", "Who has a right"} <= set(shown)


def test_several_sheets_can_take_parts_of_one_file(tmp_path: Path) -> None:
    spec = load(with_items(tmp_path, "sources", S_1="year"))
    assert [(item.code, str(item.values["S_1"])) for item in spec.tool["G"].items] == [
        ("S1", "2000")
    ]


def test_a_part_that_is_not_there_is_told_at_its_place(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as error:
        load(with_items(tmp_path, "words"))
    assert "The file 'glossary.yaml' has no list 'words'." in str(error.value)
