"""Glossaries and lists of sources: rows of a sheet from a file with lists and keys of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from hrge_xl import Order, generate, load
from tests.answers import TODAY
from tests.face import SpecError, dumped
from tests.made_specs import Files, write
from tests.made_workbooks import opened

DUTY_BEARER = {"en": "Duty bearer", "fr": "Débiteur d’obligations"}
FILE = {
    "terms": [
        {"code": "G1", "term": DUTY_BEARER, "meaning": "Who must act", "source": "S1"},
        {"code": "G2", "term": "Rights holder", "meaning": "Who has a right"},
    ],
    "sources": [{"code": "S1", "title": "The Protocol", "year": 2000}],
}  # fmt: skip


def made(folder: Path, part: str, **values: str) -> Path:
    """A spec whose second sheet has its rows from a part of a file."""
    fields = [
        {"code": code, "type": "text", "fixed": True, "label": key, "width": 40}
        for code, key in values.items()
    ]
    label = "term" if part == "terms" else "title"
    items = {"file": "glossary.yaml", "part": part, "label": label, "values": values}
    files: Files = {
        "workbook.yaml": {
            "name": "made", "version": "1", "title": "Made", "languages": ["en", "fr"], "sheets": ["A", "G"],
        },
        "tools/a.yaml": {"code": "A", "sheet": "A", "title": "A", "always": True, "blocks": [
            {"kind": "form", "fields": [{"code": "A_1", "type": "text", "label": "What"}]}
        ]},
        "tools/g.yaml": {"code": "G", "sheet": "Glossary", "title": "Glossary", "always": True, "blocks": [
            {"kind": "catalogue", "item": "Term", "items": items, "fields": fields}
        ]},
    }  # fmt: skip
    (folder / "glossary.yaml").write_text(dumped(FILE), encoding="utf-8")
    return write(files, folder)


@pytest.mark.parametrize(("language", "term"), [("en", "Duty bearer"), ("fr", "Débiteur d’obligations")])
def test_the_terms_of_a_file_stand_on_a_sheet_in_the_language_of_the_workbook(
    language: str, term: str, tmp_path: Path
) -> None:
    spec = load(made(tmp_path, "terms", G_1="meaning", G_2="source"))
    sheet = opened(generate(spec, Order("TEST", TODAY, language=language)))["Glossary"]
    shown = [cell.value for row in sheet.iter_rows(min_row=6) for cell in row if cell.value]
    assert {term, "Who must act", "S1", "Rights holder", "Who has a right"} <= set(shown)


def test_several_sheets_can_take_parts_of_one_file(tmp_path: Path) -> None:
    spec = load(made(tmp_path, "sources", S_1="year"))
    assert [(item.code, str(item.values["S_1"])) for item in spec.tool["G"].items] == [("S1", "2000")]


def test_a_part_that_is_not_there_is_told_at_its_place(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as error:
        load(made(tmp_path, "words"))
    assert "The file 'glossary.yaml' has no list 'words'." in str(error.value)
