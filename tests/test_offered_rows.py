"""A reference that offers part of a list, and what the chosen row says beside it: in the sheet and to the reader."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hrge_xl import load
from tests.answers import TODAY, layout
from tests.face import SpecError, address, build, reference_name, sample_answers
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
    assert len(offered) == 9
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


# a spec of its own

LIST = {
    "items": [
        {"code": "BUS", "label": "By bus"},
        {"code": "RAIL", "label": {"en": "By rail", "fr": "En train"}},
    ]
}
MADE: Files = {
    "workbook.yaml": {
        "name": "made", "version": "1", "title": "Made", "languages": ["fr", "en"], "sheets": ["W", "C"],
    },
    "vocabularies.yaml": {"WAY": LIST},
    "tools/w.yaml": {
        "code": "W", "sheet": "Ways", "title": "Ways", "always": True,
        "blocks": [{"kind": "register", "id": "W-", "rows": 3, "fields": [
            {"code": "W_1", "type": "text", "label": "What"},
            {"code": "W_2", "type": "reference", "to": ["C"], "only": {"C_1": "RAIL"}, "label": "How"},
            {"code": "W_3", "type": "reference", "to": ["W"], "label": "After"},
            {"code": "W_4", "type": "many", "vocabulary": "WAY", "cells": 3, "label": "Ways"},
            {"code": "W_5", "type": "calculated", "formula": "label(lookup(W_2, C_1))", "result": "text", "label": "a"},
            {"code": "W_6", "type": "calculated", "formula": "label(lookup(W_3, W_4))", "result": "text", "label": "b"},
            {"code": "W_7", "type": "calculated", "formula": "count_of(W_4)", "label": "c"},
            {"code": "W_8", "type": "calculated", "formula": "lookup(W_2, C_2)", "result": "text", "label": "d"},
        ]}],
    },
    "tools/c.yaml": {
        "code": "C", "sheet": "List", "title": "List", "always": True,
        "blocks": [{"kind": "catalogue", "items": [
            {"code": "C1", "label": "First", "values": {"C_1": "BUS; RAIL", "C_2": {"en": "one", "fr": "un"}}},
            {"code": "C2", "label": "Second", "values": {"C_1": "BUS"}},
        ], "fields": [
            {"code": "C_1", "type": "many", "vocabulary": "WAY", "cells": 2, "fixed": True, "label": "Way"},
            {"code": "C_2", "type": "text", "fixed": True, "label": "Words"},
        ]}],
    },
}  # fmt: skip
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
    files = MADE | {"tools/w.yaml": MADE["tools/w.yaml"] | {"blocks": [
        {"kind": "register", "id": "W-", "fields": [field | {"only": only}]}
    ]}}  # fmt: skip
    with pytest.raises(SpecError) as error:
        load(write(files, tmp_path))
    assert said in str(error.value)
