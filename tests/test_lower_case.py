"""Codes in lower case do all that codes in capitals do; two that differ in nothing else are a mistake."""

from __future__ import annotations

import re
import sqlite3
from datetime import date
from pathlib import Path

import pytest

from hrge_xl import Order, generate, load
from tests.answers import full
from tests.audited import hrge
from tests.broken_specs import damage, mistakes
from tests.face import build

CODES = re.compile(
    r"\b(?:(?:PLN|CHK|RSK|FOL|USE|C1)_\d\d|PLAN|C1|R1|SUMMARY|COUNTRY|ANSWER|GROUP|RESPONSE|LIKELIHOOD|IMPACT"
    r"|PAK|AFG|IRQ|MAR|MLI|EGY|WOM|MEN|YOU|DIS|RED|ACC|K-|R-E\d\d|L|M|H)(?!\w|'\w)"
)
TODAY = date(2026, 6, 30)


@pytest.fixture
def lower(copy: Path) -> Path:
    """The example spec with every code in lower case."""
    for file in copy.rglob("*.yaml"):
        text = CODES.sub(lambda code: code[0].lower(), file.read_text(encoding="utf-8"))
        file.write_text(text, encoding="utf-8")
    return copy


QUESTIONS = (
    "SELECT path LIKE '%full%', upper(code), upper(tool), upper(row_code), upper(field), cell, message FROM findings "
    "JOIN submissions USING (submission) ORDER BY 1, 2, 6",
    "SELECT upper(field), upper(code), number, text FROM answers ORDER BY 1, 2, 3, 4",
    "SELECT upper(rsk_06), rsk_06_label, rsk_03 FROM risks ORDER BY n",
)


@pytest.mark.deep
@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_workbooks_read_back(language: str, lower: Path, tmp_path: Path) -> None:
    """Blank and filled in: what is found is what is found with capitals, and what the sheet says itself."""
    spec, capitals = load(lower), load("example")
    found = []
    for one, folder in ((capitals, "capitals"), (spec, "lower")):
        returned = tmp_path / folder
        returned.mkdir()
        answers = full(build(one, language))
        for name, given in (("full", answers), ("blank", {})):
            order = Order(
                "T",
                TODAY,
                next(iter(one.vocabularies.values())).items[0].code,
                language,
                answers=given,
            )
            (returned / f"{name}.xlsx").write_bytes(generate(one, order))
        out = tmp_path / f"{folder}-out"
        spec_name = str(lower) if one is spec else "example"
        assert hrge("consolidate", returned, "-o", out, "--spec", spec_name, "--today", TODAY) in (
            0,
            1,
            4,
        )
        with sqlite3.connect(out / "dataset.sqlite") as database:
            found.append([database.execute(question).fetchall() for question in QUESTIONS])
    assert found[0] == found[1]
    assert found[0][0]
    assert found[0][2]


def test_a_waiver_of_a_rule_in_lower_case(lower: Path, tmp_path: Path) -> None:
    spec = load(lower)
    answers = full(build(spec, "en"))
    (tmp_path / "returned").mkdir()
    (tmp_path / "returned" / "one.xlsx").write_bytes(
        generate(spec, Order("T", TODAY, "pak", answers=answers))
    )
    out = tmp_path / "out"
    hrge("consolidate", tmp_path / "returned", "-o", out, "--spec", lower, "--today", TODAY)
    said = ("--reason", "So it is.", "--by", "Office", "--ledger", out, "--today", TODAY)
    assert hrge("waive", "r-e01", "--file", "one.xlsx", *said) == 0


@pytest.mark.parametrize(
    ("file", "old", "new", "found"),
    [
        ("tools/plan.yaml", "PLN_02", "pln_01", "'pln_01' differs from 'PLN_01' in capitals only"),
        ("tools/risks.yaml", "RSK_01", "fol_01", "'FOL_01' differs from 'fol_01' in capitals only"),
        (
            "tools/risks.yaml",
            "RSK_08",
            "chk_01",
            "The field code 'chk_01' is also written 'CHK_01'.",
        ),
        ("vocabularies.yaml", "AFG", "pak", "The code 'pak' differs from 'PAK' in capitals only"),
        (
            "tools/checklist.yaml",
            "C1_02",
            "c1_01",
            "The row code 'c1_01' differs from 'C1_01' in capitals only",
        ),
        ("tools/plan.yaml", "PLN_10", "count", "'count' is a word of expressions."),
        ("tools/plan.yaml", "PLN_10", "Lambda", "'Lambda' is a word of expressions."),
    ],
)
def test_case_alone_tells_no_codes_apart(
    copy: Path, file: str, old: str, new: str, found: str
) -> None:
    damage(copy, file, f"code: {old}", f"code: {new}")
    assert any(found in mistake for mistake in mistakes(copy)), mistakes(copy)


def test_a_tool_is_found_however_it_is_written(lower: Path) -> None:
    spec = load(lower)
    assert [spec.tool_called(text) for text in ("C1", "c1", "Plan", "Z9")] == [
        "c1",
        "c1",
        "plan",
        None,
    ]
    toolkit = load("hrge_toolkit")
    assert [toolkit.tool_called(text) for text in ("1.1", "t1.1", "T1.1")] == ["T1.1"] * 3
