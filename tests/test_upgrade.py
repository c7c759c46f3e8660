"""A workbook of an older version comes back in the new one: every answer in its place, or on the sheet for the rest."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.cell import coordinate_to_tuple

from hrge_xl import (
    ExpectedReturn,
    Order,
    Result,
    ValidationRequest,
    feedback,
    generate,
    init_round,
    load,
    read,
    validate,
)
from hrge_xl.cli import run
from tests.answers import answers_of
from tests.command_line import hrge, ran
from tests.face import (
    LEFTOVER_KEY,
    Answer,
    OldSheet,
    RawSheet,
    RawWorkbook,
    Submission,
    build,
    find,
    give_back,
    message,
    orders,
    raw_workbook,
    shown,
    translator,
)
from tests.in_words import in_words
from tests.office.driver import Office
from tests.played_rounds import answers as played_answers
from tests.property_tests import examples
from tests.raw_workbook import BLANK, put, text
from tests.tables import table
from tests.versions import (
    CHANGES,
    TODAY,
    answers,
    changed,
    copy,
    edit,
    raised,
    returned,
    second,
    workbook,
)

GONE = {  # of the answers in `tests.versions.answers`: cell in version 1.0, question, text
    ("Plan", "E14"): ("Budget", "5000.5"),
    ("Plan", "E24"): ("C1 Used", "✓"),
    ("Checklist", "E8"): ("C1_01 Answer", "Yes"),
    ("Checklist", "E9"): ("C1_02 Answer", "Partly"),
    ("Checklist", "F9"): ("C1_02 What is missing", "A private room"),
    ("Checklist", "G9"): ("C1_02 Who does it (role)", "Host"),
    ("Checklist", "H9"): ("C1_02 Due date", "2026-04-01"),
    ("Checklist", "E11"): ("C1_03 Answer", "Yes"),
    ("Risks", "K7"): ("K-01 Point of the checklist", "C1_02 There is a private room for talks"),
}


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Version 2.0 of the example spec."""
    return second(tmp_path_factory.mktemp("spec") / "second")


def look(path: Path, spec: Path | str) -> Result:
    """A file, read and checked with one version of the spec."""
    (result,) = validate([path], ValidationRequest(ExpectedReturn(spec=str(spec)), TODAY))
    return result


def sent_of(path: Path, spec: Path | str) -> Submission:
    """What a file says, read with one version of the spec."""
    found = read(path, ExpectedReturn(spec=str(spec)))
    assert isinstance(found, Submission)
    return found


def text_of(answer: Answer) -> str:
    """What a cell showed."""
    return answer.day.isoformat() if answer.day else shown(answer.original)


def places(found: list[dict[str, str]]) -> dict[tuple[str, str], tuple[str, str]]:
    """Rows of the output by cell."""
    return {(each["sheet"], each["cell"]): (each["question"], each["text"]) for each in found}


# end to end


def cells_of(values: Any, language: str = "en") -> Iterator[tuple[tuple[str, str], Any]]:
    """Where LibreOffice types the answers: sheet and cell of version 1.0, and what is typed."""
    layout = build(load("example"), language)
    filled = generate(load("example"), Order("PAK", TODAY, "PAK", language, answers=values))
    book = openpyxl.load_workbook(BytesIO(filled))
    for key in values:
        slot = layout.slots[key]
        for cell in slot.cells:
            value = book[layout.sheet[slot.tool].name].cell(*cell).value
            if value is not None:
                day = value.date() if hasattr(value, "date") else value
                yield (
                    (
                        layout.sheet[slot.tool].name,
                        f"{openpyxl.utils.get_column_letter(cell[1])}{cell[0]}",
                    ),
                    day,
                )


def test_libreoffice_fills_version_one_and_feedback_gives_version_two(
    office: Office, two: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    issued = tmp_path / "issued.xlsx"
    issued.write_bytes(generate(load("example"), Order("PAK", TODAY, "PAK", "en")))
    saved = tmp_path / "returned" / "PAK.xlsx"
    saved.parent.mkdir()
    with office.open(issued) as document:
        document.fill(dict(cells_of(answers())))
        document.recalculate()
        document.save_as(saved)
    assert sent_of(saved, "example").values() == answers()

    out = tmp_path / "out"
    assert (
        run(
            [
                "feedback",
                str(saved),
                "--spec",
                str(two),
                "-o",
                str(out),
                "--today",
                "2026-06-30",
                "--json",
            ]
        )
        == 0
    )
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == "hrge-xl/feedback/1"
    (file,) = told["files"]
    assert places(file["without_place"]) == GONE
    assert file["beside"] == []
    assert (file["sent_version"], file["version"]) == ("1.0", "2.0")
    assert (file["to_correct"], file["to_look_at"]) == (1, 0)  # the group that is gone

    back = sent_of(out / "PAK_WS-07_feedback.xlsx", two)
    layout = build(load(two), "en")
    expected = {key: value for key, value in answers().items() if key in layout.slots}
    assert back.values() == expected | {("PLAN", "1", "PLN_13"): ("WOM",)}
    assert [(each.cell, each.original) for each in back.answers if each.problem] == [
        ("E19", "Young people")
    ]
    assert back.identity.spec_version == "2.0"
    assert {(each.sheet, each.cell): (each.question, each.text) for each in back.unplaced} == GONE

    assert (out / "PAK_WS-07_message.txt").read_text(encoding="utf-8").splitlines()[:15] == [
        "Dear colleagues,",
        "",
        "Thank you for PAK.xlsx.",
        "Answers received: 19. Sheets complete: 1 of 2.",
        "",
        "It is version 1.0; the questionnaire is now at version 2.0.",
        "The attached workbook is the new version and holds your answers.",
        "",
        "To correct: 1. Missing: 0. To look at: 0.",
        "They are listed on the sheet “To correct” of the attached workbook, with links to their cells.",
        "",
        "Most important:",
        "• Plan!E19: Groups invited: “…” is not in the list. Choose from the list.",
        "",
        "Answers that the attached workbook no longer asks for: 9.",
    ]


def test_the_list_is_printed_and_the_paths_stand_alone_on_stdout(
    two: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = returned(tmp_path / "returned", {"PAK.xlsx": workbook(), "sub.xlsx": b"PK broken"})
    out = tmp_path / "out"
    code = run(
        ["feedback", *map(str, files), "--spec", str(two), "-o", str(out), "--today", "2026-06-30"]
    )
    said = capsys.readouterr()
    assert code == 4
    assert said.out == f"{out / 'PAK_WS-07_feedback.xlsx'}\n"
    assert "  version 1.0 to 2.0\n" in said.err
    assert "  Checklist!F9: C1_02 What is missing\n" in said.err
    assert "A private room" not in said.err
    assert "sub.xlsx: refused: there are no answers to give back.\n" in said.err


def test_validate_names_each_answer_that_is_asked_no_more(two: Path, tmp_path: Path) -> None:
    (path,) = returned(tmp_path, {"PAK.xlsx": workbook()})
    result = look(path, two)
    found = {(each.sheet, each.cell): each for each in result.findings if each.code == "S019"}
    assert found.keys() == GONE.keys()
    budget = found["Plan", "E14"]
    assert (
        in_words(budget, result).message
        == "Budget: version 2.0 no longer asks this; “5000.5” was kept, not counted."
    )
    assert {each.code for each in result.findings if each.code[0] == "S"} == {"S019"}
    older = next(each for each in result.findings if each.code == "I004")
    assert "`hrge-xl feedback`" in in_words(older, result).remedy


@pytest.mark.parametrize(
    ("language", "budget"), [("fr", "• Plan!E14: Budget"), ("ar", "• الخطة!E14: الميزانية")]
)
def test_the_message_speaks_the_language_of_the_team(
    two: Path, tmp_path: Path, language: str, budget: str
) -> None:
    say = translator(language)
    version = say("It is version {sent_version}; the questionnaire is now at version {version}.")
    gone = say("Answers that the attached workbook no longer asks for: {homeless}.")
    words = [
        version.format(sent_version="1.0", version="2.0"),
        gone.format(homeless=9),
        budget,
        say("Nothing was deleted: they are on its sheet “Without a place”."),
    ]
    (path,) = returned(tmp_path, {"team.xlsx": workbook(language=language)})
    result = look(path, two)
    given_back = give_back(result, load(two), today=TODAY)
    text = message(result, given_back, TODAY, "2026-07-15")
    assert [word for word in words if word not in text] == []
    assert "5000" not in text  # it quotes no answer
    assert (
        not any("a" <= letter <= "z" for letter in text.splitlines()[-1].lower())
        or language == "fr"
    )
    sheets = openpyxl.load_workbook(BytesIO(given_back.workbook)).sheetnames
    assert say("Without a place") in sheets


def test_a_second_upgrade_keeps_what_had_no_place(two: Path, tmp_path: Path) -> None:
    (path,) = returned(tmp_path, {"PAK.xlsx": workbook()})
    again = tmp_path / "again.xlsx"
    again.write_bytes(feedback(look(path, two), load(two), today=TODAY))
    third = tmp_path / "third.xlsx"
    third.write_bytes(feedback(look(again, two), load(two), today=TODAY))
    for file in (again, third):
        found = sent_of(file, two).unplaced
        assert {(each.sheet, each.cell): (each.question, each.text) for each in found} == GONE


def test_a_question_that_is_required_anew_is_asked_and_holds_nobody_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was accepted stays so, and is as complete as what it was asked; the feedback names the question."""
    monkeypatch.chdir(tmp_path)
    first, newer = copy(tmp_path / "first"), raised(copy(tmp_path / "newer"), "1.1")
    question = "- {code: PLN_98, type: text, required: always, label: {en: Who pays, fr: Qui paie, ar: من يدفع}}"
    edit(newer, "tools/plan.yaml", (r"^( +)(- \{code: PLN_13)", rf"\1{question}\n\1\2"))
    Path("teams.csv").write_text("team,country\nRabat,MAR\n", encoding="utf-8")
    made = init_round(Path("round"), str(first), Path("teams.csv"))
    (order,) = orders(made, TODAY)
    said = played_answers("WS-1", 12.0, 2.0) | {("PLAN", "1", "PLN_02"): "MAR"}
    Path("round/returned/one.xlsx").write_bytes(generate(load(first), replace(order, answers=said)))
    assert ran("status", "round").out.splitlines()[1].split()[1:3] == ["accepted", "100%"]
    foretold = ran("round", "update-spec", "round", "--spec", newer, "--dry-run").out
    assert "1 question asks for an answer that nobody was asked for before: PLN_98" in foretold
    assert "Nothing breaks" not in foretold
    assert hrge("round", "update-spec", "round", "--spec", newer) == 0
    assert ran("status", "round").out.splitlines()[1].split()[1:3] == ["accepted", "100%"]
    assert hrge("feedback", "round", "-o", "back") == 0
    (letter,) = Path("back").glob("*_message.txt")
    words = letter.read_text(encoding="utf-8")
    assert "Nothing has to be corrected" not in words
    assert "New questions to answer:\n• Plan!E19: Who pays\n" in words
    (book,) = map(openpyxl.load_workbook, Path("back").glob("*_feedback.xlsx"))
    assert any(
        "Who pays" in str(cell.value) for row in book["To correct"].iter_rows() for cell in row
    )


def test_other_sheets_than_those_issued(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A choice of sheets: what is not chosen has no place, and a sheet that is new is there to be filled in."""
    (path,) = returned(tmp_path / "returned", {"PAK.xlsx": workbook()})
    options = ["-o", str(tmp_path / "out"), "--today", "2026-06-30", "--json"]
    assert run(["feedback", str(path), "--tools", "C1", *options]) == 0
    (file,) = json.loads(capsys.readouterr().out)["files"]
    questions = {each["question"] for each in file["without_place"]}
    assert {"K-01 Risk", "K-01 Due date", "R1 Used"} <= questions
    assert not any(each.startswith("C1_") for each in questions)
    back = sent_of(tmp_path / "out" / "PAK_WS-07_feedback.xlsx", "example")
    assert {key[0] for key in back.values()} == {"PLAN", "C1"}
    dates = {each.text for each in back.unplaced if each.question == "K-01 Due date"}
    assert dates == {"2026-05-01"}


def test_a_copy_of_the_spec_that_is_gone_by_now_is_not_led_to(tmp_path: Path) -> None:
    (path,) = returned(tmp_path / "returned", {"PAK.xlsx": workbook()})
    copy = tmp_path / "copy"
    shutil.copytree(find("example"), copy)
    look(path, copy)
    shutil.rmtree(copy)
    layout = look(path, "example").layout
    assert layout is not None
    assert layout.spec.folder == str(find("example"))


def test_the_sheet_says_why(two: Path, tmp_path: Path) -> None:
    (path,) = returned(tmp_path, {"PAK.xlsx": workbook()})
    book = openpyxl.load_workbook(path)
    book["Risks"]["D30"] = "A remark below the table"
    book.save(path)
    target = tmp_path / "back.xlsx"
    target.write_bytes(feedback(look(path, two), load(two), today=TODAY))
    sheet = openpyxl.load_workbook(target)["Without a place"]
    assert sheet["A1"].value == LEFTOVER_KEY
    rows = {
        row[4]: (row[3], row[5])
        for row in sheet.iter_rows(min_row=5, min_col=2, max_col=7, values_only=True)
    }
    assert rows["5000.5"] == ("Budget", "This workbook no longer asks for it.")
    assert rows["A remark below the table"] == (None, "It was outside the cells to fill in.")


def test_two_files_of_one_name_do_not_take_each_others_place(tmp_path: Path) -> None:
    one = returned(tmp_path / "a", {"team.xlsx": workbook(project="WS-01")})
    other = returned(tmp_path / "b", {"Team.xlsx": workbook("MAR", project="WS-02")})
    out = tmp_path / "out"
    assert (
        run(
            [
                "-q",
                "feedback",
                str(one[0]),
                str(other[0]),
                "--all",
                "-o",
                str(out),
                "--today",
                "2026-06-30",
            ]
        )
        == 0
    )
    projects = {
        sent_of(file, "example").values()["PLAN", "1", "PLN_01"]
        for file in out.glob("*_feedback.xlsx")
    }
    assert projects == {"WS-01", "WS-02"}


def test_a_return_read_with_the_older_version_upgrades_too(two: Path, tmp_path: Path) -> None:
    """A library may read with the old spec and give back in the new one: then codes count, not labels."""
    (path,) = returned(tmp_path, {"PAK.xlsx": workbook()})
    target = tmp_path / "back.xlsx"
    given_back = give_back(look(path, "example"), load(two), today=TODAY)
    target.write_bytes(given_back.workbook)
    assert {
        (each.sheet, each.cell): (each.question, each.text) for each in given_back.homeless
    } == GONE
    assert [(each.place, each.value) for each in given_back.corrections] == [
        ((19, 5), "Young people")
    ]
    assert sent_of(target, two).values()["PLAN", "1", "PLN_13"] == ("WOM",)


# the law


@pytest.mark.deep
@examples(6)
@given(data=st.data(), names=st.lists(st.sampled_from(sorted(CHANGES)), unique=True, max_size=6))
@pytest.mark.parametrize("language", ["en", "ar"])
def test_an_upgrade_loses_no_value(
    language: str, data: st.DataObject, names: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever changed, every cell that was filled in is an answer still, or marked in its cell, or on the sheet."""
    folder = tmp_path_factory.mktemp("upgrade")
    spec = changed(folder / "spec", names)
    wanted = data.draw(answers_of(build(load("example"), language)))
    (path,) = returned(
        folder,
        {
            "old.xlsx": generate(
                load("example"), Order("PAK", TODAY, "PAK", language, answers=wanted)
            )
        },
    )
    before = sent_of(path, "example")
    target = folder / "back.xlsx"
    target.write_bytes(feedback(look(path, spec), load(spec), today=TODAY))
    after = sent_of(target, spec)
    values = before.values()
    kept = {key for key, value in after.values().items() if values.get(key) == value}
    texts = {(each.question != "", each.text) for each in after.unplaced}
    texts |= {(True, text_of(each)) for each in after.answers if not each.calculated}
    lost = [each for each in before.answers if not each.calculated and each.key not in kept]
    assert [each for each in lost if (True, text_of(each)) not in texts] == []
    assert [
        each.text for each in after.unplaced if not each.question
    ] == []  # no label of ours, no check cell


# what a sheet of an older version says about itself: what was asked in a cell, which cells are nobody's answer

HEADS = 6  # row of the heads of the checklist


@pytest.fixture
def book() -> RawWorkbook:
    """A workbook of version 1.0, filled in."""
    return raw_workbook(workbook(), "xlsx")


def old(book: RawWorkbook, name: str) -> OldSheet:
    return OldSheet(sheet(book, name))


def sheet(book: RawWorkbook, name: str) -> RawSheet:
    return next(each for each in book.sheets if each.name == name)


@pytest.mark.parametrize(
    ("name", "cell", "label"), table("cases")["a_question_is_named_as_its_sheet_words_it"]
)
def test_a_question_is_named_as_its_sheet_words_it(
    book: RawWorkbook, name: str, cell: str, label: str
) -> None:
    found, place = old(book, name), coordinate_to_tuple(cell)
    assert found.is_retired(*place)
    assert found.label(*place) == label
    found.known = frozenset({place})
    assert not found.is_retired(*place)


def test_a_head_counts_to_the_end_of_its_line_and_one_that_is_gone_gives_way_to_the_code(
    book: RawWorkbook,
) -> None:
    put(sheet(book, "Checklist"), HEADS, 13, BLANK)
    put(sheet(book, "Plan"), 14, 4, BLANK)
    put(sheet(book, "Risks"), 6, 20, text("Risk\nIn a few words"))
    assert old(book, "Checklist").label(9, 5) == "C1_02 CHK_01"
    assert old(book, "Plan").label(14, 5) == "PLN_08"
    assert old(book, "Risks").label(7, 4) == "K-01 Risk"


def test_many_rows_without_a_code_take_no_longer_each(book: RawWorkbook) -> None:
    """A column that somebody filled down behind the checklist, with notes above it."""

    def seconds(count: int) -> float:
        raw = replace(sheet(book, "Checklist"), cells=dict(sheet(book, "Checklist").cells))
        for row in range(1_000, 1_000 + count):
            raw.cells[row] = (
                {1: text(f"C9_{row}"), 5: text("Yes")} if row % 2 else {3: text("note")}
            )
        found, started = OldSheet(raw), time.process_time()
        for row in range(1_000, 1_000 + count):
            found.ours(row, 5)
            found.label(row, 5)
        return time.process_time() - started

    assert seconds(8_000) < 10 * seconds(2_000)
