"""What a team gets back: every value that it sent, what is wrong first, what is missing, what is done by now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from hrge_xl import (
    DatasetRequest,
    ExpectedReturn,
    Order,
    Result,
    Spec,
    ValidationRequest,
    datasets,
    feedback,
    generate,
    load,
    validate,
)
from hrge_xl.cli import run
from tests.audited import cell
from tests.damage import PLAN, RISKS, dressed, edited, on_top
from tests.face import (
    ACCEPTED,
    FEEDBACK_KEY,
    GivenBack,
    Layout,
    Submission,
    Urgency,
    address,
    book,
    build,
    file_rows,
    give_back,
    message,
    translator,
)
from tests.face import result as found
from tests.fixture_types import Capsys
from tests.made_workbooks import day_of_check
from tests.office.driver import Office
from tests.small_returns import returns
from tests.telling import telling
from tests.versions import TODAY, answers, returned, workbook

pytestmark = pytest.mark.xdist_group("feedback")  # what its fixture makes is made once

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
    telling(RETURNS, "overwritten", by=lambda path: path.stem),
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
    beside = [[each.text for each in one.unplaced] for one in (before.submission, after.submission)]
    assert beside[0] == beside[1]


@pytest.mark.parametrize(
    "path",
    telling(RETURNS, "overwritten", by=lambda path: path.stem),
    ids=lambda path: path.stem,
)
def test_the_workbook_is_whole_again(
    path: Path, corrected: Callable[[Path], tuple[Result, Result]]
) -> None:
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


@pytest.mark.deep
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
    told = openpyxl.load_workbook(tmp_path / "feedback.xlsx")["To correct"].iter_rows(
        values_only=True
    )
    assert any(like_markup in row for row in told)


@pytest.mark.deep
def test_several_processes_give_back_what_one_does(tmp_path: Path, capsys: Capsys) -> None:
    """Nine returns and a file that is none: what is written, printed and left out is the same."""
    inbox, said = tmp_path / "inbox", {}
    returns(inbox, 9)
    for jobs in ("1", "3"):
        out = tmp_path / jobs
        code = run(
            ["feedback", str(inbox), "-o", str(out), "--all", "--today", str(TODAY), "--jobs", jobs]
        )
        printed = capsys.readouterr()
        files = {path.name: path.read_bytes() for path in out.iterdir()}
        said[jobs] = (
            code,
            files,
            printed.out.replace(str(out), ""),
            printed.err.replace(str(out), ""),
        )
    assert len(said["1"][1]) == 18
    assert said["1"] == said["3"]


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
    with datasets(DatasetRequest([str(tmp_path)], TODAY)) as (dataset,):
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
    assert sheet["A1"].value == FEEDBACK_KEY
    links = [each.hyperlink.location for each in sheet["E"] if each.hyperlink]
    assert links == [f"'Plan'!{cell('PLN_13', 2)}"]


def test_who_is_done_is_not_asked_to_send_again(tmp_path: Path) -> None:
    (path,) = returned(tmp_path, {"PAK.xlsx": workbook()})
    result = look(path)
    text = message(result, give_back(result, load("example"), today=TODAY), TODAY, "2026-07-15")
    assert text.split("\n\n") == [
        "Dear colleagues,",
        "Thank you for PAK.xlsx.\nIt was accepted.\nAnswers received: 28. Sheets complete: 3 of 3.",
        "Nothing has to be corrected.",
        "You do not need to send it again. If you change something, do so in the attached workbook.\n",
    ]


def test_what_lay_on_top_comes_back_as_text_and_formatting_is_mended(tmp_path: Path) -> None:
    path = tmp_path / "return.xlsx"
    box = "<x:sp><x:txBody><a:p><a:r><a:t>For the north only</a:t></a:r></a:p></x:txBody></x:sp>"
    struck = dressed(PLAN, cell("PLN_03"), font="<strike/>")
    path.write_bytes(edited(*on_top(PLAN, box), *on_top(RISKS, "<x:pic/>"), struck)())
    before, after, target = given_back(path, tmp_path)
    assert before.submission is not None
    assert after.submission is not None
    assert {"S030", "S035", "S036"} <= {each.code for each in before.findings}
    assert not {"S030", "S035", "S036"} & {each.code for each in after.findings}
    assert [each.text for each in after.submission.unplaced] == ["For the north only"]
    rows = openpyxl.load_workbook(target)["To correct"].iter_rows()
    told = [str(each.value) for row in rows for each in row]
    assert any("hat is struck through was read" in each for each in told)
    assert any(each.startswith("It has been fixed in this workbook") for each in told)
    assert any(each.startswith("A picture lies over E10") for each in told)
    assert not any("For the north only" in each for each in told)


# what a team sees of it

SPEC = load("example")
EN = build(SPEC, "en")
LAPTOP = 1250  # pixels that the columns may take
DONE = "✓ Done"
MANY = ("PLN_01", "PLN_03", "PLN_04", "PLN_05", "PLN_11", "PLN_13")  # more than are shown unfolded
LACKING = ("PLN_03", "PLN_04", "PLN_11", "RSK_02", "RSK_03", "RSK_06")
Key = tuple[str, str, str]
WRONG: Mapping[Key, Any] = {
    ("PLAN", "1", "PLN_02"): "Nowhere",
    ("R1", "K-01", "RSK_04"): 9,
    ("PLAN", "1", "PLN_08"): "5000",
}


def place_of(key: Key, layout: Layout = EN) -> tuple[str, str]:
    slot = layout.slots[key]
    return layout.sheet[slot.tool].name, address(*slot.cells[0])


def filled_in(
    folder: Path,
    typed: Mapping[Key, Any] | None = None,
    language: str = "en",
    lacking: tuple[str, ...] = (),
) -> Path:
    """A return without a mistake but for what was typed, and the fields that are not answered."""
    layout = build(SPEC, language)
    given = {key: value for key, value in answers().items() if key[2] not in lacking}
    order = Order("PAK", TODAY, "PAK", language, contact="coordination office", answers=given)
    book = openpyxl.load_workbook(BytesIO(generate(SPEC, order)))
    for key, value in (typed or {}).items():
        sheet, place = place_of(key, layout)
        book[sheet][place] = value
    path = folder / "PAK.xlsx"
    book.save(path)
    return path


def given(path: Path, spec: Spec = SPEC) -> GivenBack:
    return give_back(look(path), spec, today=TODAY, contact="coordination office")


def back_for(path: Path) -> Path:
    """The workbook that is given back for a file, beside it."""
    target = path.with_name("back.xlsx")
    target.write_bytes(given(path).workbook)
    return target


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
    return filled_in(tmp_path, WRONG, lacking=LACKING)


# what stands where


def test_what_is_wrong_comes_first_then_what_is_missing_and_nothing_is_done_yet(
    mistakes: Path,
) -> None:
    lines = seen(given(mistakes)).lines
    headings = [line[2] for line in lines if not line[0] and line[2].partition(": ")[2]]
    assert headings == ["To correct: 2", "Missing: 6", "To look at: 1"]
    groups = [(line[2], line[5]) for line in lines if not line[0] and line[5]]
    assert groups == [("Plan", "Missing: 3"), ("Risks", "Missing: 3")]
    assert [line[0] for line in lines if line[0]] == [str(n) for n in range(1, 10)]
    assert [line[1] for line in lines if not line[0]] == [
        "0 of 2",
        "0 of 6",
        "0 of 3",
        "0 of 3",
        "",
    ]
    assert {line[1] for line in lines if line[0]} == {""}


def test_a_row_says_where_what_was_asked_what_stands_there_what_is_wrong_and_what_to_do(
    mistakes: Path,
) -> None:
    rows = {line[0]: line for line in seen(given(mistakes)).lines}
    asked = [("PLAN", "1", "PLN_02"), ("R1", "K-01", "RSK_04"), ("PLAN", "1", "PLN_03")]
    country, impact, purpose = (place_of(key)[1] for key in asked)
    assert rows["1"][2:] == (
        "Plan",
        country,
        "",
        "Country",
        "Nowhere",
        "“Nowhere” is not in the list.",
        "Choose from the list.",
    )
    assert rows["2"][2:7] == ("Risks", impact, "K-01", "Impact", "9")
    assert rows["3"][2:] == (
        "Plan",
        purpose,
        "",
        "Purpose of the workshop",
        "",
        "The answer is missing.",
        "Fill in this cell. At most 40 words.",
    )
    assert rows["9"][2:6] == ("Plan", place_of(("PLAN", "1", "PLN_08"))[1], "", "Budget")


def test_what_was_probably_meant_is_said(tmp_path: Path) -> None:
    path = filled_in(tmp_path, {("PLAN", "1", "PLN_02"): "Pakistann"})
    rows = {line[0]: line for line in seen(given(path)).lines}
    assert rows["1"][-1] == "Choose from the list. → “Pakistan”?"


def test_a_question_of_a_checklist_is_told_with_its_statement(tmp_path: Path) -> None:
    lines = seen(given(filled_in(tmp_path, lacking=("CHK_02",)))).lines
    (row,) = (line for line in lines if line[0])
    assert row[4:6] == ("C1_02", "There is a private room for talks: What is missing")


def test_everything_can_be_seen_on_a_laptop_without_scrolling(mistakes: Path) -> None:
    book = openpyxl.load_workbook(BytesIO(given(mistakes).workbook))
    sheet = book["To correct"]
    assert sheet.sheet_view.zoomScale in (None, 100)
    widths = [each.width for each in sheet.column_dimensions.values() if not each.hidden]
    assert sum(7 * width + 5 for width in widths) <= LAPTOP
    assert (sheet.freeze_panes, book.active.title) == ("A5", "To correct")


def test_what_is_missing_on_a_sheet_is_folded_under_its_line(tmp_path: Path) -> None:
    shown = seen(given(filled_in(tmp_path, lacking=MANY)))
    sheet, line = shown.sheet, shown.row_of("Plan")
    assert shown.lines[line - 5][1:6] == ("0 of 6", "Plan", "", "", "Missing: 6")
    rows = range(line + 1, line + 7)
    assert [row for row, each in sheet.row_dimensions.items() if each.hidden and row > 1] == list(
        rows
    )
    assert {sheet.row_dimensions[row].outlineLevel for row in rows} == {1}
    assert sheet.row_dimensions[line].collapsed
    assert sheet.sheet_properties.outlinePr.summaryBelow is False
    assert not sheet.protection.sheet  # Excel folds nothing on a protected sheet
    link = sheet.cell(line, 4).hyperlink
    assert link is not None
    assert link.location == f"'Plan'!{place_of(('PLAN', '1', 'PLN_01'))[1]}"


# what is done


def test_what_is_put_right_is_done(office: Office, mistakes: Path, tmp_path: Path) -> None:
    """A wrong answer that is right now, one that is only cleared, and one that was missing."""
    target = back_for(mistakes)
    with office.open(target) as document:
        document.fill(
            {
                place_of(("PLAN", "1", "PLN_02")): "Pakistan",
                place_of(("R1", "K-01", "RSK_04")): None,
                place_of(("PLAN", "1", "PLN_03")): "Plan the workshop",
            }
        )
        document.recalculate()
        document.save_as(tmp_path / "filled.xlsx")
    shown = Seen(openpyxl.load_workbook(tmp_path / "filled.xlsx", data_only=True)["To correct"])
    assert [line[0] for line in shown.lines if line[1] == DONE] == ["1", "3"]
    assert [line[1] for line in shown.lines if not line[0]] == [
        "1 of 2",
        "1 of 6",
        "1 of 3",
        "0 of 3",
        "",
    ]


def test_what_no_check_cell_shows_is_checked_on_return(tmp_path: Path) -> None:
    """A formula that was never calculated: its cell is blank now, and may be."""
    lines = seen(given(filled_in(tmp_path, {("PLAN", "1", "PLN_08"): "=1+1"}))).lines
    assert [line[1:3] for line in lines] == [("", "To correct: 1"), ("Checked on return", "Plan")]


# what comes back


def test_the_feedback_filled_in_and_sent_again_counts(mistakes: Path, tmp_path: Path) -> None:
    target = back_for(mistakes)
    book = openpyxl.load_workbook(target)
    for key, value in answers().items():
        if key[2] in (
            "PLN_02",
            "PLN_03",
            "PLN_04",
            "PLN_11",
            "RSK_02",
            "RSK_03",
            "RSK_04",
            "RSK_06",
        ):
            sheet, place = place_of(key)
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
    "a text": "G6",
    "the empty column": "H9",
    "below the list": "D40",
    "beside it": "M6",
    "Done": "C6",
}


@pytest.mark.parametrize("place", TYPED.values(), ids=TYPED)
def test_what_is_typed_on_the_sheet_is_kept_and_told(
    mistakes: Path, tmp_path: Path, place: str
) -> None:
    """The sheet is not protected, and there is a column that says what stands in a cell: somebody will type there."""
    target = back_for(mistakes)
    book = openpyxl.load_workbook(target)
    book["To correct"][place] = "It is Pakistan"
    book.save(target)
    again = look(target)
    assert again.submission is not None
    assert [(each.cell, each.text) for each in again.submission.unplaced] == [
        (place, "It is Pakistan")
    ]
    assert [each.cell for each in again.findings if each.sheet == "To correct"] == [place]


def test_nothing_is_told_of_a_sheet_that_libreoffice_has_saved(
    office: Office, mistakes: Path, tmp_path: Path
) -> None:
    target = back_for(mistakes)
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
    path = filled_in(tmp_path, lacking=("PLN_03",))
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
    assert "• Risks of last year\n• Notes\n" in text
    assert "outside the cells" not in text


def test_feedback_of_feedback_loses_and_doubles_nothing(copied: Path, tmp_path: Path) -> None:
    first = given(copied)
    target = tmp_path / "first.xlsx"
    target.write_bytes(first.workbook)
    second = given(target)
    assert [each.unplaced for each in second.leftovers] == [
        each.unplaced for each in first.leftovers
    ]
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
def test_the_message_is_a_letter_in_the_language_of_the_team(
    tmp_path: Path, language: str, day: str
) -> None:
    say = translator(language)
    counts = say("To correct: {wrong}. Missing: {missing}. To look at: {warnings}.")
    words = [say("Dear colleagues,"), counts.format(wrong=2, missing=6, warnings=1), day]
    path = filled_in(tmp_path, WRONG, language=language, lacking=LACKING)
    result, back = look(path), given(path)
    text = message(result, back, TODAY, "2026-07-15")
    assert [word for word in words if word not in text] == []
    assert "coordination office" in text.splitlines()[-1]
    assert not {"Nowhere", "5000", "Nobody comes"} & set(text.split())  # it quotes no answer
    if language == "en":
        assert text.startswith("Dear colleagues,\n\nThank you for PAK.xlsx.\n")
        late = message(result, back, date(2026, 7, 16), "2026-07-15")
        assert "It was due by 15 July 2026; please send it back as soon as you can.\n" in late


def test_many_wrong_answers_of_one_cause_are_one_line(tmp_path: Path) -> None:
    sent = tmp_path / "PAK.xlsx"
    where = build(load("hrge_toolkit"), "en", tools=("T1.1",))
    slots = [
        slot
        for slot in where.sheet["T1.1"].slots
        if slot.field.list_name and not slot.field.calculated
    ]
    sent.write_bytes(generate(where.spec, Order("PAK", TODAY, tools=("T1.1",))))
    book = openpyxl.load_workbook(sent)
    name = where.sheet["T1.1"].name
    for slot in slots:
        book[name][address(*slot.cells[0])] = "not in the list"
    book.save(sent)
    before = look(sent)
    given_ = give_back(before, where.spec, today=TODAY)
    wrong = [each for each in given_.corrections if each.urgency is Urgency.WRONG]
    alike = [each for each in wrong if each.code == "V002"]
    assert len(alike) == len(slots) > 20
    shown = seen(given_)
    (line,) = (line for line in shown.lines if line[5] == f"To correct: {len(alike)}")
    assert "not in the list" in line[7]
    hidden = [row for row, each in shown.sheet.row_dimensions.items() if each.hidden and row > 1]
    assert len(hidden) >= len(alike), "every one of them is below it"
    text = message(before, given_, TODAY)
    assert f"(+{len(alike) - 1})" in text
    assert text.count("not in the list") == 1
