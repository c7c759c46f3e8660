"""First drafts: an office's own workbook becomes a spec that loads, issues a workbook and reads it back."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from click.testing import CliRunner
from openpyxl import Workbook
from openpyxl.styles import Protection
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from hrge_xl import ExpectedReturn, Order, Spec, draft, generate, load
from hrge_xl.core.errors import UsageError
from tests.face import (
    FIELD_TYPES,
    ChecklistBlock,
    Draft,
    DraftBlock,
    DraftField,
    DraftSpec,
    Finding,
    FormBlock,
    RegisterBlock,
    Submission,
    cli,
    guess,
    item_codes,
    list_name,
    read,
    tool_code,
)
from tests.face import drafted as drafted_from
from tests.intake_files import pack
from tests.read_and_check import read as read_sent

DAY = date(2026, 3, 1)


def drafted(book: Workbook | bytes, folder: Path) -> tuple[Spec, str, str]:
    """The spec that the command drafts, all its text, and what the command said."""
    file = folder / "office.xlsx"
    if isinstance(book, bytes):
        file.write_bytes(book)
    else:
        book.save(file)
    done = CliRunner().invoke(cli, ["spec", "draft", str(file), "-o", str(folder / "draft")])
    assert done.exception is None, done.exception
    text = "\n".join(
        each.read_text(encoding="utf-8") for each in sorted((folder / "draft").rglob("*.yaml"))
    )
    return load(folder / "draft"), text, done.output


def read_back(spec: Spec, folder: Path, answers: dict[tuple[str, str, str], object]) -> Submission:
    """What the intake reads from a workbook issued for the spec."""
    data = generate(spec, Order("TEAM", DAY, answers=answers))  # type: ignore[arg-type]
    return read_sent(data, ExpectedReturn(spec=str(folder / "draft")))


def validate(sheet: object, where: str, **rule: object) -> None:
    made = DataValidation(**rule)  # type: ignore[arg-type]
    for part in where.split():
        made.add(part)
    sheet.add_data_validation(made)  # type: ignore[attr-defined]


def register() -> Workbook:
    """A register of cases with dropdowns from a Lists sheet, dates and a formula."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Cases"
    sheet["A1"] = "Register of cases"
    heads = [
        "No.",
        "Case",
        "District",
        "Status",
        "Opened",
        "Closed",
        "Persons",
        "Share",
        "Days",
        "Public?",
    ]
    sheet.append([])
    sheet.append(heads)
    sheet.append([1, "First case", "Été", "Open", date(2026, 1, 2), None, 4, 0.5, "=F4-E4", "Yes"])
    sheet.append(
        [2, "Second case", "North-East", "Closed", date(2026, 1, 9), None, 7, 0.1, "=F5-E5", "No"]
    )
    for row in (4, 5):
        sheet[f"H{row}"].number_format = "0%"
    lists = book.create_sheet("Lists")
    for row, name in enumerate(["North-East", "North-West", "Été", "شمال"], 1):
        lists[f"A{row}"] = name
    book.defined_names["Districts"] = DefinedName("Districts", attr_text="Lists!$A$1:$A$4")
    validate(sheet, "C4:C60", type="list", formula1="=Districts")
    validate(sheet, "D4:D60", type="list", formula1='"Open,Closed,On hold"')
    validate(sheet, "F4:F60", type="date", operator="greaterThan", formula1="40000")
    validate(
        sheet,
        "G4:G60",
        type="whole",
        operator="between",
        formula1="0",
        formula2="500",
        prompt="All ages",
    )
    validate(sheet, "J4:J60", type="list", formula1='"Yes,No"')
    return book


def test_a_register_with_dropdowns(tmp_path: Path) -> None:
    spec, text, said = drafted(register(), tmp_path)
    assert [tool.code for tool in spec.tools] == ["S1"]
    tool = spec.tools[0]
    assert tool.title.say("en") == "Register of cases"
    block = tool.blocks[0]
    assert isinstance(block, RegisterBlock)
    assert (block.id, block.rows, block.shows) == ("S1-", 57, "S1_01")
    types = {field.label.say("en"): field.type.name for field in block.fields}
    assert types == {
        "Case": "text",
        "District": "choice",
        "Status": "choice",
        "Opened": "date",
        "Closed": "date",
        "Persons": "integer",
        "Share": "percent",
        "Public?": "yesno",
        "Days": "calculated",
    }
    persons = next(field for field in block.fields if field.type is FIELD_TYPES["integer"])
    assert (persons.minimum, persons.maximum, persons.help.say("en")) == (0, 500, "All ages")
    assert list(spec.vocabularies["DISTRICTS"].by_code) == ["NORTHEAST", "NORTHWEST", "ETE", "I4"]
    assert list(spec.vocabularies["STATUS"].by_code) == ["OPEN", "CLOSED", "ONHOLD"]
    assert "formula: S1_05 - S1_04" in text
    assert "as many rows as the sheet has room for" in text
    assert "# guess: percent, from the number format 0%" in text
    assert (
        "The sheet 'Lists' was left out: it holds the entries of dropdowns, which are now in vocabularies.yaml."
        in said
    )
    rows = {
        ("S1", "S1-01", "S1_01"): "A case",
        ("S1", "S1-01", "S1_02"): "ETE",
        ("S1", "S1-02", "S1_04"): DAY,
    }
    submission = read_back(spec, tmp_path, rows)
    assert submission.values() == rows
    assert submission.observations == []


def questionnaire() -> Workbook:
    """A protected form: questions, unlocked cells to the right, headings."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "1. Questionnaire"
    sheet.protection.sheet = True
    texts = {
        1: "Annual questionnaire",
        3: "Your office",
        4: "Name of the office:",
        5: "Year",
        6: "Start",
        8: "Your work",
        9: "How do you rate it?",
        10: "Describe",
        11: "Budget",
    }
    for row, text in texts.items():
        sheet[f"A{row}"] = text
        if row not in (1, 3, 8):
            sheet[f"B{row}"].protection = Protection(locked=False)
    sheet["C4"] = "In full"
    sheet["B6"].number_format = "dd/mm/yyyy"
    validate(sheet, "B5", type="whole", operator="between", formula1="2000", formula2="2100")
    validate(sheet, "B9", type="list", formula1='"1,2,3,4,5"')
    validate(sheet, "B10", type="textLength", operator="lessThanOrEqual", formula1="400")
    validate(sheet, "B11", type="decimal", operator="greaterThanOrEqual", formula1="0")
    return book


def test_a_questionnaire(tmp_path: Path) -> None:
    spec, text, _ = drafted(questionnaire(), tmp_path)
    tool = spec.tools[0]
    fields = list(tool.fields.values())
    assert [block.title.say("en") for block in tool.blocks] == ["", "Your work"]
    assert fields[3].vocabulary == "HOW_DO_YOU_RATE_IT"
    assert all(isinstance(block, FormBlock) for block in tool.blocks)
    assert [field.type.name for field in fields] == [
        "text",
        "year",
        "date",
        "scale",
        "long",
        "decimal",
    ]
    assert fields[0].label.say("en") == "Name of the office"
    assert fields[0].help.say("en") == "In full"
    assert (fields[4].characters, fields[5].minimum) == (400, 0)
    assert "# guess: text, as nothing shows what is answered" in text
    answers = {
        ("S1", "1", code): value
        for code, value in (("S1_01", "Us"), ("S1_04", 3.0), ("S1_06", 2.5))
    }
    values = read_back(spec, tmp_path, answers).values()
    assert {key[2]: value for key, value in values.items()} == {
        "S1_01": "Us",
        "S1_04": 3.0,
        "S1_06": 2.5,
    }


def odd() -> Workbook:
    """Merged titles, a hidden and an empty sheet, a checklist with sections, and a sheet named as one of ours."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "C1 Checks"
    sheet["A1"] = "Is all ready?"
    sheet.merge_cells("A1:D1")
    for column, head in zip("ABCD", ["Point", "Weight", "Answer", "Comment"], strict=True):
        sheet[f"{column}3"] = head
    for row, text in enumerate(
        ["Place", "A ramp is there", "A room is free", "People", "A list is kept"], 4
    ):
        sheet[f"A{row}"] = text
        if text not in ("Place", "People"):
            sheet[f"B{row}"] = f"w{row}"
    validate(sheet, "C5:C6 C8", type="list", formula1='"Done: yes,Partly #1,""No"""')
    hidden = book.create_sheet("Old data")
    hidden["A1"] = "x"
    hidden.sheet_state = "hidden"
    book.create_sheet("Empty")
    plain = book.create_sheet("History")
    plain.append(["Who", "When", "true"])
    plain.append([])
    dependent = book.create_sheet("Plans")
    dependent.append(["Area", "Place: name"])
    validate(dependent, "A2:A9", type="list", formula1="=Gone!$A$1:$A$9")
    validate(dependent, "B2:B9", type="list", formula1="=INDIRECT(A2)")
    return book


@pytest.mark.parametrize("name", ["To correct", "without a place", "_hrge"])
def test_a_sheet_that_is_called_like_one_of_the_programs(name: str, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    sheet.title = name
    sheet.append(["Place", "What is missing"])
    validate(sheet, "B2:B9", type="list", formula1='"A lot,Nothing"')
    spec, text, _ = drafted(book, tmp_path)
    assert spec.tools[0].sheet.say("en") == f"{name} (2)"
    assert "or of a sheet of the program" in text


def test_an_odd_workbook(tmp_path: Path) -> None:
    spec, text, said = drafted(odd(), tmp_path)
    assert [tool.code for tool in spec.tools] == ["C1", "S2", "S3"]
    block = spec.tools[0].blocks[0]
    assert isinstance(block, ChecklistBlock)
    assert isinstance(block.items, tuple)
    assert [(item.code, item.section.say("en"), item.values) for item in block.items] == [
        ("C1_01", "Place", {"C1_01": "w5"}),
        ("C1_02", "", {"C1_01": "w6"}),
        ("C1_03", "People", {"C1_01": "w8"}),
    ]
    assert block.item.say("en") == "Point"
    assert "already filled in on the sheet, so it is fixed" in text
    assert [(field.type.name, field.fixed) for field in block.fields] == [
        ("text", True),
        ("choice", False),
        ("text", False),
    ]
    assert [item.label.say("en") for item in spec.vocabularies["ANSWER"].items] == [
        "Done: yes",
        "Partly #1",
        '"No"',
    ]
    assert spec.tools[0].title.say("en") == "Is all ready?"
    assert spec.tools[1].sheet.say("en") == "History (2)"
    for message in ("'Old data' was left out: it is hidden", "'Empty' was left out: it is empty"):
        assert message in said
        assert message in text
    assert "a dropdown (INDIRECT(A2)) whose entries were not found" in text.replace(
        "=INDIRECT", "INDIRECT"
    )
    answers = {("C1", "C1_02", "C1_02"): "PARTLY1"}
    assert read_back(spec, tmp_path, answers).answers


def test_a_list_on_another_sheet_as_excel_writes_it(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        sheet, lists = book.add_worksheet("Visits"), book.add_worksheet("Data")
        sheet.write_row(0, 0, ["Place", "Comment"])
        lists.write_column(0, 0, ["Rabat", "Fès"])
        sheet.data_validation(1, 0, 40, 0, {"validate": "list", "source": "=Data!$A$1:$A$2"})
    plain = stream.getvalue()
    spec, _, _ = drafted(moved_to_extension(plain), tmp_path)
    assert list(spec.vocabularies["PLACE"].by_code) == ["RABAT", "FES"]


def moved_to_extension(data: bytes) -> bytes:
    """The same workbook with its dropdown in the extension that Excel uses."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name.endswith("sheet1.xml"):
                text = re.sub(rb"<dataValidations.*</dataValidations>", b"", text)
                text = text.replace(
                    b"</worksheet>",
                    b'<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}" xmlns:x14="http://schemas.microsoft.com/'
                    b'office/spreadsheetml/2009/9/main"><x14:dataValidations count="1" xmlns:xm="http://schemas.microsoft'
                    b'.com/office/excel/2006/main"><x14:dataValidation type="list"><x14:formula1><xm:f>Data!$A$1:$A$2'
                    b"</xm:f></x14:formula1><xm:sqref>A2:A41</xm:sqref></x14:dataValidation></x14:dataValidations></ext>"
                    b"</extLst></worksheet>",
                )
            new.writestr(name, text)
    return out.getvalue()


@pytest.mark.parametrize(
    "data", [b"", b"not a workbook", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0old"]
)
def test_what_is_no_workbook_is_one_line(data: bytes, tmp_path: Path) -> None:
    file = tmp_path / "bad.xlsx"
    file.write_bytes(data)
    with pytest.raises(UsageError) as caught:
        draft(file, "bad")
    assert "\n" not in str(caught.value)


def test_a_damaged_workbook_is_read_or_refused(tmp_path: Path) -> None:
    register().save(tmp_path / "whole.xlsx")
    with zipfile.ZipFile(tmp_path / "whole.xlsx") as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    for damaged in parts:
        for content in (None, b"<", b"<a/>", parts[damaged][:100]):
            cut = parts | {damaged: content or b""}
            if content is None:
                del cut[damaged]
            assert isinstance(drafted_from("cut.xlsx", "cut", (pack(cut), "xlsx")), Draft | Finding)


@pytest.mark.parametrize("name", ["missing.xlsx", "old.xls"])
def test_a_file_that_cannot_be_opened(name: str, tmp_path: Path) -> None:
    if name.endswith(".xls"):
        (tmp_path / name).write_bytes(b"x")
    with pytest.raises(UsageError):
        draft(tmp_path / name, "bad")


def test_a_workbook_with_nothing_to_fill_in(tmp_path: Path) -> None:
    Workbook().save(tmp_path / "a.xlsx")
    done = CliRunner().invoke(
        cli, ["spec", "draft", str(tmp_path / "a.xlsx"), "-o", str(tmp_path / "d")]
    )
    assert isinstance(done.exception, UsageError)
    assert not (tmp_path / "d").exists()


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    drafted(questionnaire(), tmp_path)
    done = CliRunner().invoke(
        cli,
        [
            "spec",
            "draft",
            str(tmp_path / "office.xlsx"),
            "-o",
            str(tmp_path / "draft"),
            "--name",
            "again",
        ],
    )
    assert isinstance(done.exception, UsageError)


def test_codes() -> None:
    assert list(item_codes(["A very long label", "A very long leg", "نعم", "2"])) == [
        "AVERYLONGLAB",
        "AVERYLONGLEG",
        "I3",
        "2",
    ]
    assert [list_name(text) for text in ("Case status", "2 x", "حالة")] == [
        "CASE_STATUS",
        "LIST_2_X",
        "LIST",
    ]
    assert [tool_code(name, {"S1"}) for name in ("T1.1 Plan", "Plan", "R2D2")] == [
        "T1.1",
        "S2",
        "S2",
    ]


# what is made of the sheets, and what is said about each guess

Rule = tuple[str, dict[str, str]]  # cells, what they take
WHOLE = {"type": "whole", "operator": "between", "formula1": "0", "formula2": "9"}
YES_NO = {"type": "list", "formula1": '"Yes,No"'}
SIZES = {"type": "list", "formula1": '"Small,Large"'}
STEPS = {"type": "list", "formula1": '"1 Rare,2 - Possible,3"'}


def guessed(book: Workbook) -> DraftSpec:
    """The draft of a workbook."""
    book.save(target := io.BytesIO())
    return guess(read(target.getvalue(), "office"))


def sheet_of(
    *rows: tuple[object, ...], name: str = "Visits", rules: tuple[Rule, ...] = (), open: str = ""
) -> Workbook:
    """A workbook of one sheet with these rows, rules and, on a protected sheet, open cells."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = name
    for row in rows:
        sheet.append(row)
    for where, rule in rules:
        validate(sheet, where, **rule)
    if open:
        sheet.protection.sheet = True
        for row in sheet[open]:
            for cell in row:
                cell.protection = Protection(locked=False)
    return book


def only_block(book: Workbook) -> DraftBlock:
    (tool,) = guessed(book).tools
    (block,) = tool.blocks
    return block


def types(block: DraftBlock) -> dict[str, str]:
    return {field.label: field.type for field in block.fields}


def field(book: Workbook, number: int = 0) -> DraftField:
    return only_block(book).fields[number]


# forms


def test_question_and_answer_side_by_side_are_a_form_and_no_table() -> None:
    """With heads above them and remarks behind them."""
    book = sheet_of(
        ("Question", "Answer", "Remark"),
        ("How many?", None, "All ages"),
        ("Is it open?", None, None),
        rules=(("B2", WHOLE), ("B3", YES_NO)),
    )
    block = only_block(book)
    assert (block.kind, types(block)) == ("form", {"How many?": "integer", "Is it open?": "yesno"})
    assert block.fields[0].options["help"] == "All ages"


def test_two_questions_in_a_row_are_no_help_of_each_other() -> None:
    book = sheet_of(("How many?", None, "Is it open?", None), rules=(("B1", WHOLE), ("D1", YES_NO)))
    block = only_block(book)
    assert types(block) == {"How many?": "integer", "Is it open?": "yesno"}
    assert "help" not in block.fields[0].options


def test_where_nothing_else_tells_short_texts_with_a_blank_beside_are_questions() -> None:
    """Longer ones too, where they end as questions do; sentences are headings of what follows."""
    why = "We ask this every year so that we know how many of them could be reached, and why others could not"
    book = sheet_of(
        ("Visit to an office",),
        ("Place:", None),
        ("Who came?", None),
        (f"{why}.", None),
        (f"{why}?", None),
        (f"{why * 3}?", None),
        ("Please sign.", None),
    )
    (tool,) = guessed(book).tools
    assert tool.title == "Visit to an office"
    assert [(each.options, [field.label for field in each.fields]) for each in tool.blocks] == [
        ({}, ["Place", "Who came?"]),
        ({"title": f"{why}."}, [f"{why}?"]),
    ]


def test_a_sheet_that_begins_with_a_question_is_called_by_its_name() -> None:
    book = sheet_of(
        ("How many?", None), ("Is it open?", None), rules=(("B1", WHOLE), ("B2", YES_NO))
    )
    assert guessed(book).tools[0].title == "Visits"


# tables


@pytest.mark.parametrize(
    ("rows", "options", "blank_rows"),
    [
        ([("Place", "Days"), ("Rabat", 3), ("Fès", 4)], {}, 20),
        ([("Place", "Days"), *[("Rabat", 3)] * 30], {}, 30),
        ([("Place", "Days"), ("Rabat", 3)], {"rules": (("B2:B41", WHOLE),)}, 40),
        ([("Place", "Days"), ("Rabat", 3)], {"rules": (("B2:B9999", WHOLE),)}, 20),
        ([("Place", "Days"), ("Rabat", 3)], {"open": "A2:B8"}, 7),
    ],
    ids=[
        "as many as usual",
        "as many as there are",
        "as many as have a rule",
        "rule without end",
        "open cells",
    ],
)
def test_a_register_has_room_for_rows(
    rows: list[tuple[object, ...]], options: dict[str, object], blank_rows: int
) -> None:
    block = only_block(sheet_of(*rows, **options))  # type: ignore[arg-type]
    assert (block.kind, block.options["rows"], types(block)) == (
        "register",
        blank_rows,
        {"Place": "text", "Days": "integer"},
    )


def test_heads_may_stand_above_a_section() -> None:
    rows = [("No.", "Place", "Size"), ("North", None, None), (1, "Rabat", None), (2, "Fès", None)]
    block = only_block(sheet_of(*rows, rules=(("C3:C4", SIZES),)))
    assert types(block) == {"Place": "text", "Size": "choice"}


@pytest.mark.parametrize(
    ("rows", "rule"),
    [
        ([("Point", "Answer"), ("A ramp", None)], "B2"),  # one alone is no list
        (
            [("Point", "Answer"), ("A ramp", None), (None, None), (None, None), ("A room", None)],
            "A2:B5",
        ),
        (
            [("Point", "Answer"), ("A ramp", None), ("A room", None)],
            "B2:B9",
        ),  # room for further ones
        (
            [("Point", "Answer", "Remark"), ("A ramp", "Yes"), ("A room", "No")],
            "B2:B3",
        ),  # it is being filled in
    ],
    ids=["one row", "open texts", "more room", "answers"],
)
def test_what_is_no_checklist_is_a_register(rows: list[tuple[object, ...]], rule: str) -> None:
    assert only_block(sheet_of(*rows, rules=((rule, YES_NO),))).kind == "register"


# fields


def test_the_steps_of_a_scale_are_the_numbers_in_front() -> None:
    draft = guessed(sheet_of(("Place", "Risk", "Risk then"), rules=(("B2:C9", STEPS),)))
    risk, then = draft.tools[0].blocks[0].fields[1:]
    steps = [(entry["code"], entry["label"]) for entry in draft.vocabularies["RISK"]]
    assert steps == [("1", "Rare"), ("2", "Possible"), ("3", "3")]
    assert risk.type == then.type == "scale"
    assert risk.options["vocabulary"] == then.options["vocabulary"] == "RISK"


def test_entries_that_are_written_alike_have_codes_of_their_own() -> None:
    alike = {"type": "list", "formula1": '"Half a day?,Half-a-day,Half a day"'}
    draft = guessed(sheet_of(("Place", "How long"), rules=(("B2:B9", alike),)))
    (entries,) = draft.vocabularies.values()
    assert [entry["code"] for entry in entries] == ["HALFADAY", "HALFADAY2", "HALFADAY3"]


def test_texts_that_are_too_long_are_cut_and_told() -> None:
    label, prompt = (
        "How many persons came to the office in the whole of the year? " * 5,
        "All of them. " * 20,
    )
    book = sheet_of((label, None), rules=(("B1", WHOLE | {"prompt": prompt[:250]}),))
    asked = field(book)
    assert (len(asked.label), asked.label[-1]) == (250, "…")
    assert asked.options["note"] == label.strip()
    assert (len(asked.options["help"]), asked.options["help"][-1]) == (180, "…")
    assert "its label is cut where Excel ends" in asked.parts[""][0].explanation


def test_a_short_prompt_is_the_help() -> None:
    assert (
        field(sheet_of(("How many?",), rules=(("B1", WHOLE | {"prompt": "All ages"}),))).options[
            "help"
        ]
        == "All ages"
    )


# workbooks


@pytest.mark.parametrize(
    ("heads", "language"),
    [(("المكان", "عدد الأيام"), "ar"), (("Place", "Days"), "en"), (("Day", "المكان"), "ar")],
)
def test_the_language_is_that_of_most_letters(heads: tuple[str, ...], language: str) -> None:
    assert guessed(sheet_of(heads, ("Rabat", 3))).languages == [language]


def test_a_sheet_whose_name_excel_does_not_allow_has_a_shorter_one() -> None:
    book = sheet_of(
        ("Place", "Days"), ("Rabat", 3), name="Those that we have not been to for years"
    )
    (tool,) = guessed(book).tools
    assert tool.sheet == "Those that we have not been to f"[:31].strip()
    assert "is too long" in tool.notes[0]


def test_a_workbook_with_nothing_to_fill_in_is_told_with_all_reasons() -> None:
    book = sheet_of(("A page to read",))
    book.create_sheet("Empty")
    with pytest.raises(UsageError) as told:
        guessed(book)
    assert str(told.value) == (
        "no sheet has questions, columns or lists to fill in. "
        "The sheet 'Visits' was left out: nothing to fill in was found. The sheet 'Empty' was left out: it is empty."
    )
