"""Rules over the sheets of a workbook: in every language the sheet says what the reader says, at the very tick."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from hrge_xl import ExpectedReturn, Order, generate, load
from tests.answers import TODAY
from tests.face import MARK_COLUMN, Answers, build, find
from tests.in_words import in_words
from tests.made_workbooks import recalculate_on
from tests.parity import disagreements
from tests.read_and_check import check, read

RULES = """
- code: R-E10
  name: used-sheet-half-empty
  tool: PLAN
  at: [USE_01]
  when: ticked(row_code())
  check: not (completeness(row_code()) < 0.6)
  severity: warning
  message: {en: "{row} is hardly filled in.", fr: "{row} est à peine remplie.", ar: "{row} شبه فارغة."}
  remedy: {en: Fill it in., fr: Remplissez-la., ar: املأها.}
- code: R-E11
  name: answers-on-unused-sheet
  tool: PLAN
  require: [USE_01]
  when: not ticked(row_code()) and count('R1') > 0 and row_code() == 'R1'
  severity: warning
  message: {en: "{row} has answers.", fr: "{row} a des réponses.", ar: "{row} فيها إجابات."}
  remedy: {en: Tick it., fr: Cochez-la., ar: ضع علامة.}
"""
SAID = {
    "en": ("C1 is hardly filled in.", "R1 has answers."),
    "fr": ("C1 est à peine remplie.", "R1 a des réponses."),
    "ar": ("C1 شبه فارغة.", "R1 فيها إجابات."),
}
ANSWERS: Answers = {("PLAN", "C1", "USE_01"): "Y", ("R1", "K-01", "RSK_01"): "Rain"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example spec with rules over its sheets."""
    copy = Path(shutil.copytree(find("example"), tmp_path_factory.mktemp("loops") / "spec"))
    rules = copy / "rules.yaml"
    rules.write_text(rules.read_text(encoding="utf-8") + RULES, encoding="utf-8")
    return copy


@pytest.mark.office
@pytest.mark.parametrize("language", SAID)
def test_the_sheet_and_the_reader_name_the_tool(
    language: str, folder: Path, office: Any, tmp_path: Path
) -> None:
    source, saved, want = (
        tmp_path / "issued.xlsx",
        tmp_path / "saved.xlsx",
        ExpectedReturn(str(folder)),
    )
    where = build(load(folder), language)
    source.write_bytes(generate(where.spec, Order("PAK", TODAY, "", language, answers=ANSWERS)))
    recalculate_on(TODAY, office, source, saved)
    assert disagreements(saved, where, want) == []
    submission = read(saved.read_bytes(), want)
    (result,) = check([(submission, where)], today=TODAY)
    by_row = {
        each.row: in_words(each, where).message
        for each in result.findings
        if each.field == "USE_01"
    }
    assert (by_row["C1"], by_row["R1"]) == SAID[language]
    changed = {
        each.code
        for each in result.findings
        if each.code[0] in "FS" and each.sheet != where.cover_name
    }
    assert changed == set()  # on the cover the clock was stopped
    for path in (source, saved):
        cells = openpyxl.load_workbook(path, data_only=True)[where.sheet["PLAN"].name]
        status = {row[0]: " ".join(str(cell) for cell in row[MARK_COLUMN:]) for row in cells.values}
        used, unused = SAID[language]
        assert used in status["C1"]
        assert unused not in status["R1"]  # nobody began that row: what is open is listed elsewhere


@pytest.mark.office
def test_what_a_warning_asks_for_is_no_required_answer_on_the_cover_either(
    folder: Path, office: Any, tmp_path: Path
) -> None:
    source, saved, want = (
        tmp_path / "issued.xlsx",
        tmp_path / "saved.xlsx",
        ExpectedReturn(str(folder)),
    )
    where = build(load(folder), "en")
    source.write_bytes(generate(where.spec, Order("PAK", TODAY, "", "en", answers=ANSWERS)))
    recalculate_on(TODAY, office, source, saved)
    (result,) = check([(read(saved.read_bytes(), want), where)], today=TODAY)
    cover = openpyxl.load_workbook(saved, data_only=True)[where.cover_name]
    shown = {row[1]: row[4:6] for row in cover.iter_rows(values_only=True)}
    progress = result.sheets["PLAN"]
    assert shown[where.sheet["PLAN"].name] == (progress.required, progress.answered)
