"""The second law over made specs: whatever is in a spec, its sheets and the reader say the same of what is typed."""

from __future__ import annotations

import copy
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from hrge_xl import ExpectedReturn, Order, generate, load
from tests.answers import TODAY
from tests.face import Finding, Layout, address, build, kind_called
from tests.in_words import in_words
from tests.made_specs import Files, specs, write
from tests.made_workbooks import opened
from tests.property_tests import examples
from tests.read_and_check import check
from tests.test_parity import disagreements, filled
from tests.test_round_trip import read

FORMULA_CHANGED = kind_called("formula-changed")
RESULT_DIFFERS = kind_called("result-differs")
TYPED_OVER = kind_called("typed-over")
CALCULATION_DIFFERS = kind_called("calculation-differs")
CALCULATION_NOT_CURRENT = kind_called("calculation-not-current")

OF_RESULTS = frozenset(
    kind.code
    for kind in (FORMULA_CHANGED, RESULT_DIFFERS, TYPED_OVER, CALCULATION_DIFFERS, CALCULATION_NOT_CURRENT)
)


def differences(files: Files, seed: int, folder: Path, office: Any) -> Iterator[str]:
    """What sheet and reader say differently of one filling of a spec, after LibreOffice has recalculated it."""
    spec = load(write(files, folder))
    chance = random.Random(seed)
    where = build(spec, chance.choice(spec.languages))
    yield from said_differently(where, filled(where, chance), folder, office)


def said_differently(
    where: Layout, cells: dict[tuple[str, str], Any], folder: Path, office: Any
) -> Iterator[str]:
    """What sheet and reader say differently of these cells, in a workbook of the spec in a folder."""
    saved, want = recalculated(where, cells, folder, office), ExpectedReturn(str(folder))
    yield from disagreements(saved, where, want)
    yield from of_results(saved, where, want, OF_RESULTS)


def recalculated(where: Layout, cells: dict[tuple[str, str], Any], folder: Path, office: Any) -> Path:
    """A workbook in which these cells were filled in, after LibreOffice has recalculated it."""
    source, saved = folder / "issued.xlsx", folder / "saved.xlsx"
    source.write_bytes(generate(where.spec, Order("TEST", TODAY, language=where.language)))
    with office.open(source) as document:
        document.fill(cells)
        document.recalculate()
        document.save_as(saved)
    return saved


def of_results(
    saved: Path, where: Layout, want: ExpectedReturn, codes: frozenset[str] = OF_RESULTS
) -> Iterator[str]:
    """What the reader says of results, formulas and lists that show something else than the answers give."""
    for finding in findings(saved, where, want):
        if finding.code in codes:
            yield f"{finding.tool} {finding.row} {finding.field} {finding.cell}: {in_words(finding, where).message}"


def findings(saved: Path, where: Layout, want: ExpectedReturn) -> list[Finding]:
    """What the reader finds, as of the day that the sheets were calculated on."""
    submission = read(saved.read_bytes(), want)
    (outcome,) = check([(submission, where)], today=submission.calculated_on or TODAY)
    return outcome.findings


@pytest.mark.office
@given(files=specs(), seed=st.integers(0, 2**32))
@examples(30, suppress=HealthCheck)
def test_sheets_of_any_spec_say_what_the_reader_says(files: Files, seed: int, office: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert list(differences(files, seed, Path(folder), office)) == []


WORDS = [{"code": "ON_TIME", "label": "On time"}, {"code": "LATE", "label": "Late"}]
STEPS = [{"code": "1", "label": "Little"}, {"code": "2", "label": "Much"}]
LISTED: Files = {
    "workbook.yaml": {"name": "made", "version": "1", "title": "Made", "languages": ["en"], "sheets": ["S", "L"]},
    "vocabularies.yaml": {"WORDS": {"items": WORDS}, "STEPS": {"items": STEPS}},
    "matrix.yaml": {
        "down": "STEPS", "across": "STEPS", "levels": [{"code": "L", "label": "Low", "colour": "#FFE599"}],
        "cells": {"1": {"1": "L", "2": "L"}, "2": {"1": "L", "2": "L"}},
    },
    "tools/s.yaml": {
        "code": "S", "sheet": "Steps", "title": "Steps", "always": True,
        "blocks": [{"kind": "register", "id": "S-", "rows": 2, "fields": [
            {"code": "S_1", "type": "text", "label": "Step"},
            {"code": "S_2", "type": "choice", "vocabulary": "WORDS", "label": "State"},
            {"code": "S_3", "type": "date", "label": "Day"},
            {"code": "S_4", "type": "many", "vocabulary": "WORDS", "cells": 3, "label": "States"},
            {"code": "S_6", "type": "scale", "vocabulary": "STEPS", "label": "How much"},
            {"code": "S_5", "type": "reference", "to": ["S"], "label": "After"},
        ]}],
    },
    "tools/l.yaml": {
        "code": "L", "sheet": "List", "title": "List", "always": True,
        "blocks": [
            {"kind": "collect", "rows": 3, "columns": {f"c{n}": f"Column {n}" for n in range(1, 6)}, "sources": [
                {"tool": "S", "keep": "filled(S_1)", "columns": {f"c{n}": f"S_{n}" for n in range(1, 6)}},
            ]},
            {"kind": "pivot", "source": "S", "down": "S_2", "across": "S_2", "highest": "S_4"},
            {"kind": "pivot", "source": "S", "down": "S_6", "across": "S_2", "highest": "S_6"},
            {"kind": "matrix", "sources": ["S"], "down": "S_6", "across": "S_6", "title": "Steps"},
        ],
    },
}  # fmt: skip
TYPED = {  # each of them right, and none as the sheet writes it
    "S_1": ["First", "Second"],
    "S_2": ["LATE", " on time"],
    "S_3": ["2026-05-04", "4 May 2026"],
    "S_4": [None, "late", "ON_TIME"],
    "S_5": "S-01",
    "S_6": ["2 - Much", "little"],
}


@pytest.mark.office
def test_a_list_shows_what_stands_in_its_rows(office: Any, tmp_path: Path) -> None:
    """Answers in other words than the sheet's own, and with a gap between them, are listed as they stand."""
    where = build(load(write(LISTED, tmp_path)), "en")
    cells: dict[tuple[str, str], Any] = {}
    for n, row in enumerate(("S-01", "S-02")):
        for code, typed in TYPED.items():
            of_row = [typed] if code == "S_5" else typed if code == "S_4" else [typed[n]]
            places = where.slots["S", row, code].cells
            cells |= {("Steps", address(*place)): value for place, value in zip(places, of_row, strict=True)}
    assert list(said_differently(where, cells, tmp_path, office)) == []


@pytest.mark.office
def test_a_ranked_list_has_the_highest_first_and_of_equals_the_first(office: Any, tmp_path: Path) -> None:
    """What has no rank comes last; a compact list shows the same with its links in front."""
    files = copy.deepcopy(LISTED)
    steps, collected = (files[f"tools/{name}.yaml"]["blocks"][0] for name in "sl")
    steps["rows"] = 4
    collected |= {"compact": True, "rows": 3}
    collected["sources"][0]["rank"] = "S_6 * 2"
    where = build(load(write(files, tmp_path)), "en")
    typed = {"S-01": ("Low", 1), "S-02": ("High", 2), "S-03": ("None", None), "S-04": ("Also high", 2)}
    cells = {
        ("Steps", address(*where.slots["S", row, code].cells[0])): value
        for row, values in typed.items()
        for code, value in zip(("S_1", "S_6"), values, strict=True)
        if value is not None
    }
    assert list(said_differently(where, cells, tmp_path, office)) == []
    block = where.sheet["L"].drawn[0]
    sheet = opened((tmp_path / "saved.xlsx").read_bytes(), values=True)["List"]
    rows = [
        [sheet.cell(row, block.left + n).value for n in (0, 1)]
        for row in range(block.head + 1, block.head + 4)
    ]
    assert rows == [["S-02", "High"], ["S-04", "Also high"], ["S-01", "Low"]]
