"""Where sheet and reader once differed: rules about blanks, answers in error, records side by side, big numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hrge_xl import ExpectedReturn, Order, generate, load
from tests.answers import TODAY
from tests.face import address, build
from tests.made_specs import write
from tests.test_made_parity import of_results
from tests.test_parity import disagreements

WORDS = {"items": [{"code": code, "label": f"Word {code}"} for code in "AB"]}
BELOW = {"items": [{"code": f"{code}_0", "label": f"Below {code}", "parent": code} for code in "AB"]}
REGISTER = {
    "kind": "register", "id": "T-", "rows": 4,
    "fields": [
        {"code": "Q_A", "type": "text", "label": "A"},
        {"code": "Q_B", "type": "choice", "vocabulary": "WORDS", "label": "B"},
        {"code": "Q_C", "type": "choice", "vocabulary": "BELOW", "parent": "Q_B", "label": "C"},
        {"code": "Q_D", "type": "integer", "label": "D",
         "required": {"when": "count_if('T', Q_B == this.Q_B) == 1"}},
        {"code": "Q_E", "type": "many", "vocabulary": "WORDS", "cells": 2, "label": "E"},
        {"code": "Q_F", "type": "calculated", "formula": "bands(Q_D, 1, 'few', 10, 'some', 'many')",
         "result": "text", "label": "F"},
        {"code": "Q_G", "type": "calculated", "formula": "1 if (5 if filled(Q_A) else Q_D) > 3 else 0", "label": "G"},
        {"code": "Q_H", "type": "date", "label": "H"},
        {"code": "Q_I", "type": "calculated", "formula": "1 if days_between(Q_H, today()) < 9 else 0", "label": "I"},
        {"code": "Q_J", "type": "calculated", "formula": "1 if year(Q_H) > 1 else 0", "label": "J"},
    ],
}  # fmt: skip
RECORDS = {
    "kind": "form", "records": 3,
    "fields": [
        {"code": "Q_X", "type": "choice", "vocabulary": "WORDS", "label": "X"},
        {"code": "Q_Y", "type": "text", "label": "Y", "required": {"when": "unique(Q_X)"}},
    ],
}  # fmt: skip
COLLECTED = {
    "kind": "collect", "rows": 4, "columns": {"e": "E"},
    "sources": [{"tool": "T", "keep": "filled(Q_A)", "columns": {"e": "Q_E"}}],
}  # fmt: skip
RULE = {
    "code": "R-1", "tool": "T", "at": ["Q_A"], "when": "filled(Q_D)", "check": "filled(Q_A)", "message": "Say what.",
}  # fmt: skip
FILES = {
    "workbook.yaml": {
        "name": "made",
        "version": "1",
        "title": "T",
        "languages": ["en"],
        "sheets": ["T", "F", "C"],
    },
    "vocabularies.yaml": {"WORDS": WORDS, "BELOW": BELOW},
    "tools/t.yaml": {"code": "T", "sheet": "Sheet T", "title": "T", "blocks": [REGISTER]},
    "tools/c.yaml": {"code": "C", "sheet": "Sheet C", "title": "C", "always": True, "blocks": [COLLECTED]},
    "tools/f.yaml": {"code": "F", "sheet": "Sheet F", "title": "F", "blocks": [RECORDS]},
    "rules.yaml": [RULE],
}
CASES: dict[str, dict[tuple[str, str, str], tuple[Any, ...]]] = {
    "a rule about an answer that is blank": {("T", "T-01", "Q_D"): (3,)},
    "a choice between a figure and a blank": {("T", "T-01", "Q_B"): ("Word A",)},
    "days before and since": {
        ("T", "T-01", "Q_H"): (46000,),
        ("T", "T-02", "Q_H"): (1,),
        ("T", "T-03", "Q_H"): (0,),
    },
    "a parent that is in no list": {("T", "T-01", "Q_B"): ("none",), ("T", "T-01", "Q_C"): ("Below A",)},
    "two answers alike that are in no list": {("T", "T-01", "Q_B"): ("none",)},
    "a number far above the last band": {("T", "T-01", "Q_D"): (46000,)},
    "a gap among several answers": {("T", "T-01", "Q_A"): ("a",), ("T", "T-01", "Q_E"): (None, "Word B")},
    "the same answer in two records": {("F", "1", "Q_X"): ("Word A",), ("F", "2", "Q_X"): ("Word A",)},
}


@pytest.mark.office
@pytest.mark.parametrize("case", CASES)
def test_sheet_and_reader_agree(case: str, office: Any, tmp_path: Path) -> None:
    spec = load(write(FILES, tmp_path))
    where = build(spec, "en")
    source, saved = tmp_path / "issued.xlsx", tmp_path / "saved.xlsx"
    source.write_bytes(generate(spec, Order("TEST", TODAY, language="en")))
    cells = {
        (where.sheet[key[0]].name, address(*place)): value
        for key, values in CASES[case].items()
        for place, value in zip(where.slots[key].cells, values, strict=False)
        if value is not None
    }
    with office.open(source) as document:
        document.fill(cells)
        document.recalculate()
        document.save_as(saved)
    want = ExpectedReturn(str(tmp_path))
    assert [*disagreements(saved, where, want), *of_results(saved, where, want)] == []
