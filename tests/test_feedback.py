"""What a team gets back holds every value that it sent, marks what is wrong, and is whole again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path

import openpyxl
import pytest

from hrge_xl import ExpectedReturn, Question, ValidationRequest, datasets, feedback, load, validate
from tests.audited import cell
from tests.damage import PLAN, RISKS, dressed, edited, on_top
from tests.face import FEEDBACK_KEY, Result, Submission, Urgency, address, book, file_rows, give_back, message
from tests.face import result as found
from tests.made_workbooks import day_of_check
from tests.telling import telling
from tests.versions import returned, workbook

pytestmark = pytest.mark.xdist_group("feedback")  # what its fixture makes is made once

TODAY = date(2026, 6, 30)
RETURNS = sorted((Path(__file__).parent / "returns").glob("*.xlsx"))


def look(path: Path) -> Result:
    (result,) = validate([path], ValidationRequest(ExpectedReturn(), TODAY))
    return result


@pytest.fixture(scope="module")
def corrected(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], tuple[Result, Result]]:
    """What a kept return says, and what the workbook says that is given back for it; each once."""

    @cache
    def read_twice(path: Path) -> tuple[Result, Result]:
        return given_back(path, tmp_path_factory.mktemp("corrected"))[:2]

    return read_twice


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


@pytest.mark.parametrize(
    "path",
    telling(RETURNS, "overwritten", "wrong_words", by=lambda path: path.stem),
    ids=lambda path: path.stem,
)
def test_nothing_of_what_they_wrote_is_lost(
    path: Path, corrected: Callable[[Path], tuple[Result, Result]]
) -> None:
    before, after = corrected(path)
    assert before.submission is not None
    assert after.submission is not None
    assert after.submission.values() == before.submission.values()
    assert originals(after.submission) == originals(before.submission)
    assert [each.text for each in before.submission.unplaced] == [
        each.text for each in after.submission.unplaced
    ]


@pytest.mark.parametrize("path", RETURNS, ids=lambda path: path.stem)
def test_the_workbook_is_whole_again(path: Path, corrected: Callable[[Path], tuple[Result, Result]]) -> None:
    """Names, dropdowns and protection are restored; only answers can still be wrong."""
    _, after = corrected(path)
    assert [each.code for each in after.findings if each.code.startswith(("S", "I", "F"))] == []


def test_its_day_of_the_check_is_that_of_the_clock(tmp_path: Path) -> None:
    """Also where the old one has a typed day; as it is given back, it is right as of the day of the feedback."""
    _, after, target = given_back(Path(__file__).parent / "returns" / "careful.xlsx", tmp_path)
    sheet, cell = day_of_check(target.read_bytes())
    assert openpyxl.load_workbook(target)[sheet][cell].value == "=TODAY()"
    assert after.submission is not None
    assert after.submission.calculated_on == TODAY


def test_with_others_or_alone(tmp_path: Path) -> None:
    """The company changes nothing, however many are given back before it and whatever these have to correct."""
    like_markup, marked = "<r>not a number</r>", openpyxl.load_workbook(RETURNS[0])
    marked.worksheets[1][cell("PLN_06")] = like_markup
    marked.save(tmp_path / "marked.xlsx")
    sent = [look(path) for path in (*RETURNS, tmp_path / "marked.xlsx")]
    returns = [(each, load(each.submission.identity.spec)) for each in sent if each.submission]
    together = [feedback(*each, today=TODAY) for each in returns]
    assert len(returns) == len(sent)
    for each, data in zip(returns, together, strict=True):
        book.draw.cache_clear()
        assert feedback(*each, today=TODAY) == data
    (tmp_path / "feedback.xlsx").write_bytes(together[-1])
    told = openpyxl.load_workbook(tmp_path / "feedback.xlsx")["To correct"].iter_rows(values_only=True)
    assert any(like_markup in row for row in told)


def test_what_is_to_correct_stands_on_a_sheet_with_links(tmp_path: Path) -> None:
    path = Path(__file__).parent / "returns" / "wrong_words.xlsx"
    before, _, target = given_back(path, tmp_path)
    sheet = openpyxl.load_workbook(target)["To correct"]
    assert sheet["A1"].value == FEEDBACK_KEY
    rows = [row for row in sheet.iter_rows(min_row=5, values_only=True) if row[1]]
    errors = [each for each in before.findings if each.severity.value != "info"]
    assert len(rows) == len(errors)
    assert before.layout is not None
    change = address(*before.layout.slots["FORM", "1", "FRM_18"].cells[0])
    assert ("Form", change) in {(row[3], row[4]) for row in rows}
    linked = {each.hyperlink.location for each in sheet["E"] if each.hyperlink}
    assert f"'Form'!{change}" in linked


def test_the_message_counts_and_names_the_day() -> None:
    result = look(Path(__file__).parent / "returns" / "wrong_words.xlsx")
    assert result.submission is not None
    given = give_back(result, load(result.submission.identity.spec), today=TODAY)
    text = message(result, given, TODAY, "2026-07-15")
    assert text.startswith("Dear colleagues,\n\nThank you for wrong_words.xlsx.\n")
    assert "\n\nTo correct: 2. Missing: 2. To look at: " in text
    assert text.endswith("not in your old one.\nPlease send it back by 15 July 2026.\n")
    late = message(result, given, date(2026, 7, 16), "2026-07-15")
    assert late.endswith("\nIt was due by 15 July 2026; please send it back as soon as you can.\n")


def test_what_the_new_workbook_mends_is_only_to_be_looked_at(tmp_path: Path) -> None:
    """Nobody is told in a fresh workbook to ask for a fresh workbook."""
    path = Path(__file__).parent / "returns" / "overwritten.xlsx"
    result = look(path)
    assert result.submission is not None
    given = give_back(result, load(result.submission.identity.spec), today=TODAY)
    remedies = [each.remedy for each in given.corrections]
    assert not any("fresh workbook" in remedy for remedy in remedies)
    mended = [each for each in given.corrections if each.remedy.startswith("It has been fixed")]
    assert {each.code for each in result.findings} & {"S013", "V017"}
    assert mended
    assert {each.urgency for each in mended} == {Urgency.DOUBTFUL}


def test_the_office_keeps_its_own_findings(tmp_path: Path) -> None:
    data = (Path(__file__).parent / "returns" / "careful.xlsx").read_bytes()
    for name in ("careful.xlsx", "careful again.xlsx"):
        (tmp_path / name).write_bytes(data)
    with datasets(Question([str(tmp_path)], TODAY)) as (dataset,):
        (sent,) = (found(dataset.store, each) for each in dataset.returns())
        told = {each["code"] for row in file_rows([dataset]) for each in row["findings"]}
    assert "X001" in told
    assert sent.submission is not None
    given = give_back(sent, load(sent.submission.identity.spec), today=TODAY)
    assert not any("careful" in each.message for each in given.corrections)


def test_a_correction_leads_to_the_very_cell(tmp_path: Path) -> None:
    """The second of several answers is wrong: the link leads to the second cell."""
    (path,) = returned(tmp_path, {"PAK.xlsx": workbook()})
    book = openpyxl.load_workbook(path)
    book["Plan"][cell("PLN_13", 2)] = "Everybody"
    book.save(path)
    target = tmp_path / "back.xlsx"
    target.write_bytes(feedback(look(path), load("example"), today=TODAY))
    sheet = openpyxl.load_workbook(target)["To correct"]
    links = [each.hyperlink.location for each in sheet["E"] if each.hyperlink]
    assert links == [f"'Plan'!{cell('PLN_13', 2)}"]


def test_who_is_done_is_not_asked_to_send_again(tmp_path: Path) -> None:
    (path,) = returned(tmp_path, {"PAK.xlsx": workbook()})
    result = look(path)
    text = message(result, give_back(result, load("example"), today=TODAY), TODAY, "2026-07-15")
    assert text.splitlines() == [
        "Dear colleagues,",
        "",
        "Thank you for PAK.xlsx.",
        "It was accepted.",
        "Answers received: 28. Sheets complete: 3 of 3.",
        "",
        "Nothing has to be corrected.",
        "",
        "You do not need to send it again. If you change something, do so in the attached workbook.",
    ]


def test_what_lay_on_top_comes_back_as_text_and_formatting_is_mended(tmp_path: Path) -> None:
    path = tmp_path / "return.xlsx"
    box = "<x:sp><x:txBody><a:p><a:r><a:t>For the north only</a:t></a:r></a:p></x:txBody></x:sp>"
    path.write_bytes(
        edited(
            *on_top(PLAN, box), *on_top(RISKS, "<x:pic/>"), dressed(PLAN, cell("PLN_03"), font="<strike/>")
        )()
    )
    before, after, target = given_back(path, tmp_path)
    assert before.submission is not None
    assert after.submission is not None
    assert {"S030", "S035", "S036"} <= {each.code for each in before.findings}
    assert not {"S030", "S035", "S036"} & {each.code for each in after.findings}
    assert [each.text for each in after.submission.unplaced] == ["For the north only"]
    told = [
        str(each.value) for row in openpyxl.load_workbook(target)["To correct"].iter_rows() for each in row
    ]
    assert any("hat is struck through was read" in each for each in told)
    assert any(each.startswith("It has been fixed in this workbook") for each in told)
    assert any(each.startswith("A picture lies over E10") for each in told)
    assert not any("For the north only" in each for each in told)
