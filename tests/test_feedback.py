"""What a team gets back holds every value that it sent, marks what is wrong, and is whole again."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest

from hrge_xl.intake import Wanted
from hrge_xl.layout.model import FEEDBACK_KEY
from hrge_xl.reports.feedback import feedback, message
from hrge_xl.spec.load import load
from hrge_xl.submission import Submission
from hrge_xl.validation import Result, Validation, validate

TODAY = date(2026, 6, 30)
RETURNS = sorted((Path(__file__).parent / "returns").glob("*.xlsx"))


def look(path: Path) -> Result:
    (result,) = validate([path], Validation(Wanted(), TODAY))
    return result


def given_back(path: Path, folder: Path) -> tuple[Result, Result, Path]:
    before = look(path)
    assert before.submission is not None
    target = folder / "feedback.xlsx"
    target.write_bytes(feedback(before, load(before.submission.identity.spec), today=TODAY))
    return before, look(target), target


def originals(submission: Submission) -> set[tuple[str, str, str, int, str]]:
    """Every value that stood in an input cell, as text."""
    return {
        (*answer.key, answer.part, str(answer.original))
        for answer in submission.answers
        if not answer.calculated and answer.value is None and answer.original is not None
    }


@pytest.mark.parametrize("path", RETURNS, ids=lambda path: path.stem)
def test_nothing_of_what_they_wrote_is_lost(path: Path, tmp_path: Path) -> None:
    before, after, _ = given_back(path, tmp_path)
    assert before.submission is not None
    assert after.submission is not None
    assert after.submission.values() == before.submission.values()
    assert originals(after.submission) == originals(before.submission)
    assert [each.text for each in before.submission.unplaced] == [
        each.text for each in after.submission.unplaced
    ]


@pytest.mark.parametrize("path", RETURNS, ids=lambda path: path.stem)
def test_the_workbook_is_whole_again(path: Path, tmp_path: Path) -> None:
    """Names, dropdowns and protection are restored; only answers can still be wrong."""
    _, after, _ = given_back(path, tmp_path)
    assert [each.code for each in after.findings if each.code.startswith(("S", "I", "F"))] == []


def test_what_is_to_correct_stands_on_a_sheet_with_links(tmp_path: Path) -> None:
    path = Path(__file__).parent / "returns" / "wrong_words.xlsx"
    before, _, target = given_back(path, tmp_path)
    sheet = openpyxl.load_workbook(target)["To correct"]
    assert sheet["A1"].value == FEEDBACK_KEY
    rows = [row for row in sheet.iter_rows(min_row=5, values_only=True) if row[1]]
    errors = [each for each in before.findings if each.severity.value != "info"]
    assert len(rows) == len(errors)
    assert ("Form", "E29") in {(row[2], row[3]) for row in rows}
    linked = {cell.hyperlink.location for cell in sheet["D"] if cell.hyperlink}
    assert "'Form'!E29" in linked


def test_the_message_counts_and_names_the_day() -> None:
    result = look(Path(__file__).parent / "returns" / "wrong_words.xlsx")
    text = message(result, "2026-07-15")
    assert text.startswith("Thank you for wrong_words.xlsx.")
    assert "4 answers are to be corrected" in text
    assert "2026-07-15" in text
