"""What a team sees of its feedback: what is wrong first, what is missing by sheet, what is done by now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from hrge_xl import ExpectedReturn, Order, ValidationRequest, generate, load, validate
from tests.face import (
    ACCEPTED,
    GivenBack,
    Layout,
    Result,
    Spec,
    address,
    build,
    give_back,
    message,
    translator,
)
from tests.office.driver import Office
from tests.versions import TODAY, answers

SPEC = load("example")
EN = build(SPEC, "en")
LAPTOP = 1250 / 0.85  # pixels that the columns may take at a zoom of 85 %
DONE = "✓ Done"
MANY = ("PLN_01", "PLN_03", "PLN_04", "PLN_05", "PLN_11", "PLN_13")  # more than are shown unfolded
Key = tuple[str, str, str]


def cell(key: Key, layout: Layout = EN) -> tuple[str, str]:
    """Sheet and address of an answer."""
    slot = layout.slots[key]
    return layout.sheet[slot.tool].name, address(*slot.cells[0])


def returned(
    folder: Path,
    typed: Mapping[Key, Any] | None = None,
    *,
    language: str = "en",
    lacking: tuple[str, ...] = (),
) -> Path:
    """A return without a mistake but for what was typed, and the fields that are not answered."""
    layout = build(SPEC, language)
    given = {key: value for key, value in answers().items() if key[2] not in lacking}
    order = Order("PAK", TODAY, "PAK", language, contact="coordination office", answers=given)
    book = openpyxl.load_workbook(BytesIO(generate(SPEC, order)))
    for key, value in (typed or {}).items():
        sheet, place = cell(key, layout)
        book[sheet][place] = value
    path = folder / "PAK.xlsx"
    book.save(path)
    return path


def look(path: Path) -> Result:
    """What the office finds in a file."""
    (result,) = validate([path], ValidationRequest(ExpectedReturn(), TODAY))
    return result


def given(path: Path, spec: Spec = SPEC) -> GivenBack:
    """The feedback on a file."""
    return give_back(look(path), spec, today=TODAY, contact="coordination office")


@dataclass
class Seen:
    """The sheet “To correct” as a team sees it."""

    sheet: Worksheet

    @property
    def lines(self) -> list[tuple[str, ...]]:
        """Every row below the heads, from the column of the number on."""
        rows = self.sheet.iter_rows(min_row=5, min_col=2, values_only=True)
        return [tuple("" if value is None else str(value) for value in row) for row in rows]

    def row_of(self, text: str) -> int:
        """The number of the row that holds a text."""
        return next(5 + n for n, line in enumerate(self.lines) if text in line)


def seen(back: GivenBack, title: str = "To correct", *, values: bool = True) -> Seen:
    """A sheet of the workbook that is given back, with what its formulas show."""
    return Seen(openpyxl.load_workbook(BytesIO(back.workbook), data_only=values)[title])


@pytest.fixture
def mistakes(tmp_path: Path) -> Path:
    """A return with two wrong answers, three missing on each sheet, and one to look at."""
    lacking = ("PLN_03", "PLN_04", "PLN_11", "RSK_02", "RSK_03", "RSK_06")
    typed = {("PLAN", "1", "PLN_02"): "Nowhere", ("R1", "K-01", "RSK_04"): 9, ("PLAN", "1", "PLN_08"): "5000"}
    return returned(tmp_path, typed, lacking=lacking)


# what stands where


def test_what_is_wrong_comes_first_then_what_is_missing_by_sheet(mistakes: Path) -> None:
    lines = seen(given(mistakes)).lines
    headings = [line[2] for line in lines if not line[0] and line[2].partition(": ")[2]]
    assert headings == ["To correct: 2", "Missing: 6", "To look at: 1"]
    groups = [(line[2], line[5]) for line in lines if not line[0] and line[5]]
    assert groups == [("Plan", "Missing: 3"), ("Risks", "Missing: 3")]
    assert [line[0] for line in lines if line[0]] == [str(n) for n in range(1, 10)]


def test_a_row_says_where_what_was_asked_what_stands_there_what_is_wrong_and_what_to_do(
    mistakes: Path,
) -> None:
    rows = {line[0]: line for line in seen(given(mistakes)).lines}
    country, impact, purpose = (
        cell(("PLAN", "1", "PLN_02"))[1], cell(("R1", "K-01", "RSK_04"))[1], cell(("PLAN", "1", "PLN_03"))[1],
    )  # fmt: skip
    assert rows["1"][2:] == (
        "Plan", country, "PLN_02", "Country", "Nowhere", "“Nowhere” is not in the list.", "Choose from the list.",
    )  # fmt: skip
    assert rows["2"][2:7] == ("Risks", impact, "K-01", "Impact", "9")
    assert rows["3"][2:] == (
        "Plan", purpose, "PLN_03", "Purpose of the workshop", "", "The answer is missing.",
        "Fill in this cell. At most 40 words.",
    )  # fmt: skip
    assert rows["9"][2:6] == ("Plan", cell(("PLAN", "1", "PLN_08"))[1], "PLN_08", "Budget")


def test_a_question_of_a_checklist_is_told_with_its_statement(tmp_path: Path) -> None:
    lines = seen(given(returned(tmp_path, lacking=("CHK_02",)))).lines
    (row,) = (line for line in lines if line[0])
    assert row[4:6] == ("C1_02", "There is a private room for talks: What is missing")


def test_everything_can_be_seen_on_a_laptop_without_scrolling(mistakes: Path) -> None:
    book = openpyxl.load_workbook(BytesIO(given(mistakes).workbook))
    sheet = book["To correct"]
    assert sheet.sheet_view.zoomScale == 85
    widths = [each.width for each in sheet.column_dimensions.values() if not each.hidden]
    assert sum(7 * width + 5 for width in widths) <= LAPTOP
    assert (sheet.freeze_panes, book.active.title) == ("A5", "To correct")


def test_what_is_missing_on_a_sheet_is_folded_under_its_line(tmp_path: Path) -> None:
    shown = seen(given(returned(tmp_path, lacking=MANY)))
    sheet, line = shown.sheet, shown.row_of("Plan")
    assert shown.lines[line - 5][1:6] == ("0 of 6", "Plan", "", "", "Missing: 6")
    rows = range(line + 1, line + 7)
    assert [row for row, each in sheet.row_dimensions.items() if each.hidden and row > 1] == list(rows)
    assert {sheet.row_dimensions[row].outlineLevel for row in rows} == {1}
    assert sheet.row_dimensions[line].collapsed
    assert sheet.sheet_properties.outlinePr.summaryBelow is False
    assert not sheet.protection.sheet  # Excel folds nothing on a protected sheet
    link = sheet.cell(line, 4).hyperlink
    assert link is not None
    assert link.location == f"'Plan'!{cell(('PLAN', '1', 'PLN_01'))[1]}"


# what is done


def test_as_it_is_given_back_nothing_is_done_yet(mistakes: Path) -> None:
    lines = seen(given(mistakes)).lines
    assert [line[1] for line in lines if not line[0]] == ["0 of 2", "0 of 6", "0 of 3", "0 of 3", ""]
    assert {line[1] for line in lines if line[0]} == {""}


def test_what_is_put_right_is_done(office: Office, mistakes: Path, tmp_path: Path) -> None:
    """A wrong answer that is right now, one that is only cleared, and one that was missing."""
    target = tmp_path / "back.xlsx"
    target.write_bytes(given(mistakes).workbook)
    with office.open(target) as document:
        document.fill({
            cell(("PLAN", "1", "PLN_02")): "Pakistan", cell(("R1", "K-01", "RSK_04")): None,
            cell(("PLAN", "1", "PLN_03")): "Plan the workshop",
        })  # fmt: skip
        document.recalculate()
        document.save_as(tmp_path / "filled.xlsx")
    shown = Seen(openpyxl.load_workbook(tmp_path / "filled.xlsx", data_only=True)["To correct"])
    assert [line[0] for line in shown.lines if line[1] == DONE] == ["1", "3"]
    assert [line[1] for line in shown.lines if not line[0]] == ["1 of 2", "1 of 6", "1 of 3", "0 of 3", ""]


def test_what_no_check_cell_shows_is_checked_on_return(tmp_path: Path) -> None:
    """A formula that was never calculated: its cell is blank now, and may be."""
    lines = seen(given(returned(tmp_path, {("PLAN", "1", "PLN_08"): "=1+1"}))).lines
    assert [line[1:3] for line in lines] == [("", "To correct: 1"), ("Checked on return", "Plan")]


# what comes back


def test_the_feedback_filled_in_and_sent_again_counts(mistakes: Path, tmp_path: Path) -> None:
    target = tmp_path / "back.xlsx"
    target.write_bytes(given(mistakes).workbook)
    book = openpyxl.load_workbook(target)
    for key, value in answers().items():
        if key[2] in ("PLN_02", "PLN_03", "PLN_04", "PLN_11", "RSK_02", "RSK_03", "RSK_04", "RSK_06"):
            sheet, place = cell(key)
            shown = EN.labels_of.get(key, {})
            code = value[0] if isinstance(value, tuple) else value
            book[sheet][place] = shown.get(str(code), code)
    book.save(target)
    again = look(target)
    assert again.verdict == ACCEPTED, [each.code for each in again.findings]
    assert again.submission is not None
    assert again.submission.values() == answers(PLN_08=5000.0)
    assert again.submission.unplaced == []


TYPED = {
    "over a text": "G6",
    "in the empty column": "H9",
    "below the list": "D40",
    "beside it": "M6",
    "over Done": "C6",
}


@pytest.mark.parametrize("place", TYPED.values(), ids=TYPED)
def test_what_is_typed_on_the_sheet_is_kept_and_told(mistakes: Path, tmp_path: Path, place: str) -> None:
    """The sheet is not protected, and there is a column that says what stands in a cell: somebody will type there."""
    target = tmp_path / "back.xlsx"
    target.write_bytes(given(mistakes).workbook)
    book = openpyxl.load_workbook(target)
    book["To correct"][place] = "It is Pakistan"
    book.save(target)
    again = look(target)
    assert again.submission is not None
    assert [(each.cell, each.text) for each in again.submission.unplaced] == [(place, "It is Pakistan")]
    assert [each.cell for each in again.findings if each.sheet == "To correct"] == [place]


def test_nothing_is_told_of_a_sheet_that_libreoffice_has_saved(
    office: Office, mistakes: Path, tmp_path: Path
) -> None:
    target = tmp_path / "back.xlsx"
    target.write_bytes(given(mistakes).workbook)
    for saved in ("saved.xlsx", "saved.ods"):
        with office.open(target) as document:
            document.recalculate()
            document.save_as(tmp_path / saved)
        again = look(tmp_path / saved)
        assert again.submission is not None
        assert again.submission.unplaced == []


# what had no place


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A return with a copy of its risk table, and a sheet of notes."""
    path = returned(tmp_path, lacking=("PLN_03",))
    book = openpyxl.load_workbook(path)
    book.copy_worksheet(book["Risks"]).title = "Risks of last year"
    book.create_sheet("Notes")["B2"] = "Ask the ministry"
    book.save(path)
    return path


def test_a_copied_sheet_is_one_line(copied: Path) -> None:
    back = given(copied)
    shown = seen(back, "Without a place")
    line = shown.row_of("Risks of last year")
    texts = int(shown.lines[line - 5][3].partition(": ")[2])
    assert shown.lines[line - 5][3] == f"Texts: {texts}"
    folded = [row for row, each in shown.sheet.row_dimensions.items() if each.hidden and row > 1]
    assert folded == list(range(line + 1, line + 1 + texts))
    assert [each[4] for each in shown.lines if each[1] == "Notes"] == ["Ask the ministry"]
    text = message(look(copied), back, TODAY)
    assert text.count("Risks of last year") == 1
    assert "- Risks of last year\n- Notes\n" in text
    assert "outside the cells" not in text


def test_feedback_of_feedback_loses_and_doubles_nothing(copied: Path, tmp_path: Path) -> None:
    first = given(copied)
    target = tmp_path / "first.xlsx"
    target.write_bytes(first.workbook)
    second = given(target)
    assert [each.what for each in second.leftovers] == [each.what for each in first.leftovers]
    assert [each.why for each in second.leftovers] == [each.why for each in first.leftovers]
    assert second.added_sheets == first.added_sheets
    assert [each.label for each in second.corrections if each.place] == ["Purpose of the workshop"]


# the message


@pytest.mark.parametrize(
    ("language", "day"),
    [
        ("en", "15 July 2026"),
        ("fr", "au plus tard le 15 juillet 2026"),
        ("ar", "في موعد أقصاه 15 يوليو 2026"),
    ],
)
def test_the_message_is_a_letter_in_the_language_of_the_team(tmp_path: Path, language: str, day: str) -> None:
    say = translator(language)
    counts = say("To correct: {wrong}. Missing: {missing}. To look at: {warnings}.")
    words = [say("Dear colleagues,"), counts.format(wrong=2, missing=6, warnings=1), day]
    lacking = ("PLN_03", "PLN_04", "PLN_11", "RSK_02", "RSK_03", "RSK_06")
    typed = {("PLAN", "1", "PLN_02"): "Nowhere", ("R1", "K-01", "RSK_04"): 9, ("PLAN", "1", "PLN_08"): "5000"}
    path = returned(tmp_path, typed, language=language, lacking=lacking)
    text = message(look(path), given(path), TODAY, "2026-07-15")
    assert [word for word in words if word not in text] == []
    assert "coordination office" in text.splitlines()[-1]
    assert not {"Nowhere", "5000", "Nobody comes"} & set(text.split())  # it quotes no answer
