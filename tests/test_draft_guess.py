"""What is made of the sheets of an office: forms, registers and checklists, and what is said about each guess."""

from __future__ import annotations

import io

import pytest
from openpyxl import Workbook
from openpyxl.styles import Protection

from tests.face import DraftBlock, DraftField, DraftSpec, UsageError, guess, read
from tests.test_drafting import odd, questionnaire, register, validate

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


# the workbooks of the other tests, sheet by sheet


def test_a_register() -> None:
    draft = guessed(register())
    (tool,) = draft.tools
    (block,) = tool.blocks
    assert (tool.code, tool.title, block.kind, block.options) == (
        "S1", "Register of cases", "register", {"id": "S1-", "rows": 57, "shows": "S1_01"},
    )  # fmt: skip
    assert [each.label for each in block.fields][:2] == ["Case", "District"]  # without the numbers in front
    assert block.notes == [
        "'Days' was a formula (=F4-E4): describe it as `calculated`", "as many rows as the sheet has room for",
    ]  # fmt: skip
    assert draft.messages == [
        "The sheet 'Lists' was left out: it holds the entries of dropdowns, which are now in vocabularies.yaml."
    ]


def test_a_questionnaire_in_two_parts() -> None:
    (tool,) = guessed(questionnaire()).tools
    assert [(each.kind, each.options) for each in tool.blocks] == [
        ("form", {}),
        ("form", {"title": "Your work"}),
    ]
    office, rating = tool.blocks[0].fields[0], tool.blocks[1].fields[0]
    assert (office.label, office.options) == ("Name of the office", {"help": "In full"})
    assert (rating.type, rating.options["vocabulary"]) == ("scale", "HOW_DO_YOU_RATE_IT")


def test_a_checklist_in_sections() -> None:
    draft = guessed(odd())
    (block,) = draft.tools[0].blocks
    assert (block.kind, block.options) == ("checklist", {"item": "Point"})
    assert [(item.code, item.section, item.label, item.values) for item in block.items] == [
        ("C1_01", "Place", "A ramp is there", {"C1_01": "w5"}),
        ("C1_02", "", "A room is free", {"C1_01": "w6"}),
        ("C1_03", "People", "A list is kept", {"C1_01": "w8"}),
    ]
    weight, answer, comment = block.fields
    assert (weight.options, answer.options) == ({"fixed": True}, {"vocabulary": "ANSWER"})
    assert weight.notes == ["already filled in on the sheet, so it is fixed"]
    assert comment.type == "text"
    assert [message for message in draft.messages if "left out" in message] == [
        "The sheet 'Old data' was left out: it is hidden.", "The sheet 'Empty' was left out: it is empty.",
    ]  # fmt: skip


# forms


def test_question_and_answer_side_by_side_are_a_form_and_no_table() -> None:
    """With heads above them and remarks behind them."""
    book = sheet_of(
        ("Question", "Answer", "Remark"), ("How many?", None, "All ages"), ("Is it open?", None, None),
        rules=(("B2", WHOLE), ("B3", YES_NO)),
    )  # fmt: skip
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
        ("Visit to an office",), ("Place:", None), ("Who came?", None), (f"{why}.", None), (f"{why}?", None),
        (f"{why * 3}?", None), ("Please sign.", None),
    )  # fmt: skip
    (tool,) = guessed(book).tools
    assert tool.title == "Visit to an office"
    assert [(each.options, [field.label for field in each.fields]) for each in tool.blocks] == [
        ({}, ["Place", "Who came?"]),
        ({"title": f"{why}."}, [f"{why}?"]),
    ]


def test_a_sheet_that_begins_with_a_question_is_called_by_its_name() -> None:
    book = sheet_of(("How many?", None), ("Is it open?", None), rules=(("B1", WHOLE), ("B2", YES_NO)))
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
        "register", blank_rows, {"Place": "text", "Days": "integer"},
    )  # fmt: skip


def test_heads_may_stand_above_a_section() -> None:
    rows = [("No.", "Place", "Size"), ("North", None, None), (1, "Rabat", None), (2, "Fès", None)]
    block = only_block(sheet_of(*rows, rules=(("C3:C4", SIZES),)))
    assert types(block) == {"Place": "text", "Size": "choice"}


@pytest.mark.parametrize(
    ("rows", "rule"),
    [
        ([("Point", "Answer"), ("A ramp", None)], "B2"),  # one alone is no list
        ([("Point", "Answer"), ("A ramp", None), (None, None), (None, None), ("A room", None)], "A2:B5"),
        ([("Point", "Answer"), ("A ramp", None), ("A room", None)], "B2:B9"),  # room for further ones
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
    assert draft.vocabularies == {"RISK": [("1", "Rare"), ("2", "Possible"), ("3", "3")]}
    assert risk.type == then.type == "scale"
    assert risk.options["vocabulary"] == then.options["vocabulary"] == "RISK"


def test_entries_that_are_written_alike_have_codes_of_their_own() -> None:
    alike = {"type": "list", "formula1": '"Half a day?,Half-a-day,Half a day"'}
    draft = guessed(sheet_of(("Place", "How long"), rules=(("B2:B9", alike),)))
    (entries,) = draft.vocabularies.values()
    assert [code for code, _ in entries] == ["HALFADAY", "HALFADAY2", "HALFADAY3"]


def test_texts_that_are_too_long_are_cut_and_told() -> None:
    label, prompt = "How many persons came to the office in the whole of the year? " * 5, "All of them. " * 20
    book = sheet_of((label, None), rules=(("B1", WHOLE | {"prompt": prompt[:250]}),))
    asked = field(book)
    assert (len(asked.label), asked.label[-1]) == (250, "…")
    assert "the label was longer than Excel allows and is cut" in asked.notes
    assert any(note.startswith("the prompt is too long for a help: All of them.") for note in asked.notes)
    assert "help" not in asked.options


def test_a_short_prompt_is_the_help() -> None:
    assert (
        field(sheet_of(("How many?",), rules=(("B1", WHOLE | {"prompt": "All ages"}),))).options["help"]
        == "All ages"
    )


# workbooks


@pytest.mark.parametrize(
    ("heads", "language"),
    [(("المكان", "عدد الأيام"), "ar"), (("Place", "Days"), "en"), (("Day", "المكان"), "ar")],
)
def test_the_language_is_that_of_most_letters(heads: tuple[str, ...], language: str) -> None:
    assert guessed(sheet_of(heads, ("Rabat", 3))).language == language


def test_a_sheet_whose_name_excel_does_not_allow_is_left_out() -> None:
    book = sheet_of(("Place", "Days"), ("Rabat", 3))
    book.create_sheet("Those that we have not been to for years").append(["Place", "Days"])
    assert guessed(book).messages == [
        "The sheet 'Those that we have not been to for years' was left out: Excel does not allow its name "
        "(at most 31 characters)."
    ]


def test_a_workbook_with_nothing_to_fill_in_is_told_with_all_reasons() -> None:
    book = sheet_of(("A page to read",))
    book.create_sheet("Empty")
    with pytest.raises(UsageError) as told:
        guessed(book)
    assert str(told.value) == (
        "office: no sheet has questions, columns or lists to fill in. "
        "The sheet 'Visits' was left out: nothing to fill in was found. The sheet 'Empty' was left out: it is empty."
    )
