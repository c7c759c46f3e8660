"""Calculated sheets: what they say at once, and what they say when cells change; files that Excel takes."""

from __future__ import annotations

import re
import shutil
from datetime import date, timedelta
from functools import cache
from io import BytesIO
from itertools import zip_longest
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from hrge_xl import ExpectedReturn, Order, generate, load
from tests.answers import TODAY, layout
from tests.face import (
    Answers,
    CollectBlock,
    Content,
    Drawn,
    Identity,
    Layout,
    PivotBlock,
    Value,
    address,
    build,
    find,
    kind_called,
    sharable,
    write,
)
from tests.made_workbooks import (
    EVERY,
    EVERY_SPEC,
    day_of_check,
    formulas,
    issued,
    made,
    opened,
    partly,
    recalculate_on,
    stop_clock,
)
from tests.parity import OF_RESULTS, of_results
from tests.read_and_check import read
from tests.screens import height, width
from tests.test_third_engine import engine

TOOLKIT = "hrge_toolkit"
BYTES_OF_A_BLANK_WORKBOOK = (
    557_000  # all sheets of the Toolkit take 530 kB; a twentieth more is room to grow
)
VOLATILE = re.compile(r"\b(INDIRECT|OFFSET|NOW|TODAY|RAND\w*|CELL|INFO)\(")
LATER_THAN_2016 = re.compile(
    r"\b(FILTER|SORT\w*|UNIQUE|SEQUENCE|XLOOKUP|XMATCH|LET|LAMBDA|TEXTJOIN|CONCAT|IFS|SWITCH|MAXIFS|MINIFS)\(|_xl"
)


def rows_of(sheet: Worksheet, first: int, columns: int) -> list[tuple[Any, ...]]:
    """The rows of a list from its first one to the last that is used, columns from B."""
    rows = sheet.iter_rows(min_row=first, min_col=2, max_col=1 + columns, values_only=True)
    found = [tuple("" if value is None else value for value in row) for row in rows]
    return [row for row in found if row[0] != ""]


def drawn(where: Layout, tool: str) -> Any:
    """The one calculated block of a sheet."""
    return where.sheet[tool].drawn[0]


# the pivot


def barriers() -> Answers:
    """Three barriers for women at two stages, one row without a severity."""
    rows = {
        "BAR-01": ("WOM", 0, 2.0),
        "BAR-02": ("WOM", 0, 4.0),
        "BAR-03": ("WOM", 1, 1.0),
        "BAR-04": ("WOM", 2, None),
    }
    stages = layout(TOOLKIT).lists["STAGE"].codes
    groups = layout(TOOLKIT).lists["GROUP"].codes
    overlapping = {"BAR-02": ("DIS", "GIR"), "BAR-03": ("BOY",)}
    answers: Answers = {}
    for row, (_, stage, severity) in rows.items():
        answers["T2.6", row, "T26_01"] = groups[0]
        answers["T2.6", row, "T26_05"] = stages[stage]
        answers["T2.6", row, "T26_02"] = overlapping.get(row, ())
        if severity is not None:
            answers["T2.6", row, "T26_10"] = severity
    return answers


@pytest.mark.deep
def test_the_pivot_shows_the_highest_step_in_words_and_nothing_where_nothing_was_studied() -> None:
    where = layout(TOOLKIT)
    block = drawn(where, "BARRIERS")
    assert isinstance(block.block, PivotBlock)
    sheet = opened(issued(TOOLKIT, "en", barriers()), values=True)[where.sheet["BARRIERS"].name]
    shown = [sheet.cell(block.head + 1, column).value for column in (3, 4, 5, 6)]
    labels = where.lists["SEV4"].labels
    assert shown == [labels[3], labels[0], None, None]
    assert sheet.cell(block.head, 3).value == where.lists["STAGE"].labels[0]
    assert where.lists["GROUP"].codes[1:4] == ("MEN", "GIR", "BOY")
    overlaps = [
        [sheet.cell(row, column).value for column in (3, 4)]
        for row in range(block.head + 2, block.head + 5)
    ]
    assert overlaps == [[None, None], [labels[3], None], [None, labels[0]]]
    legend = [sheet.cell(row, 2).value for row in range(block.last_row - 3, block.last_row + 1)]
    assert legend == list(labels[::-1])


@pytest.mark.deep
@pytest.mark.office
def test_a_row_that_names_a_group_twice_is_counted_once(office: Any, tmp_path: Path) -> None:
    """Under each of its groups, whichever of the fields names it; the sheet counts so itself."""
    folder = tmp_path / TOOLKIT
    shutil.copytree(find(TOOLKIT), folder)
    block = folder / "tools" / "barrier_map.yaml"
    block.write_text(
        block.read_text("utf-8").replace("    highest: T26_10\n", ""), encoding="utf-8"
    )
    counting = load(folder)
    where = build(counting, "en")
    groups = {
        "BAR-01": ("WOM", ("DIS", "WOM")),
        "BAR-02": ("WOM", ()),
        "BAR-03": ("MEN", ("WOM", "DIS")),
    }
    answers: Answers = {("T2.6", row, "T26_05"): "LEG" for row in groups}
    answers |= {("T2.6", row, "T26_01"): main for row, (main, _) in groups.items()}
    answers |= {("T2.6", row, "T26_02"): others for row, (_, others) in groups.items()}
    data = generate(counting, Order("PAK", TODAY, "PAK", "en", None, answers=answers))
    (tmp_path / "issued.xlsx").write_bytes(data)
    recalculate_on(TODAY, office, tmp_path / "issued.xlsx", tmp_path / "saved.xlsx")
    for written in (data, (tmp_path / "saved.xlsx").read_bytes()):
        sheet, head = (
            opened(written, values=True)[where.sheet["BARRIERS"].name],
            drawn(where, "BARRIERS").head,
        )
        counts = {
            sheet.cell(row, 2).value: sheet.cell(row, 3).value for row in range(head + 1, head + 16)
        }
        assert (
            counts["Women"],
            counts["Men"],
            counts["Persons with disabilities"],
            counts["Girls"],
        ) == (
            3,
            1,
            2,
            0,
        )


# the collected list


def actions() -> Answers:
    """Open, closed, overdue and dateless actions on two sheets."""
    late, soon = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
    rows: dict[tuple[str, str], dict[str, Any]] = {
        ("T3.1", "T31_01"): {
            "ACT_01": "Ask the unions",
            "ACT_02": "PC",
            "ACT_03": late,
            "ACT_04": "NST",
        },
        ("T3.1", "T31_02"): {
            "ACT_01": "Done already",
            "ACT_02": "PC",
            "ACT_03": late,
            "ACT_04": "DON",
        },
        ("T3.2", "R-SP-02"): {"RSK_16": "Train the border police", "RSK_18": "PC", "RSK_19": soon},
        ("T3.2", "R-SP-03"): {"RSK_16": "Nobody has it", "RSK_18": "PC"},
        ("T2.5", "2"): {"T25_21": TODAY, "T25_23": "GOM", "T25_18": "Vet the unit"},
    }
    where = layout(TOOLKIT)
    return {
        (*row, field): where.lists[str(where.slots[*row, field].field.vocabulary)].codes[0]
        if value == "PC"
        else value
        for row, fields in rows.items()
        for field, value in fields.items()
    }


@cache
def with_actions() -> bytes:
    """A workbook with these."""
    return issued(TOOLKIT, "en", actions())


@pytest.mark.deep
def test_the_list_takes_what_is_open_in_the_order_of_the_sheets_and_marks_what_is_late() -> None:
    where = layout(TOOLKIT)
    block = drawn(where, "ACTIONS")
    sheet = opened(with_actions(), values=True)[where.sheet["ACTIONS"].name]
    rows = rows_of(sheet, block.head + 1, 8)
    told = [(row[0], row[1], row[5], row[6], row[7]) for row in rows]
    assert told == [
        (1, "Vet the unit", "Not yet due", "2.5 Security forces", "Recipient 2"),
        (2, "Ask the unions", "Overdue", "3.1 Checklist", "T31_01"),
        (3, "Train the border police", "Not yet due", "3.2 Risk strategy", "R-SP-02"),
        (4, "Nobody has it", "No date", "3.2 Risk strategy", "R-SP-03"),
    ]
    assert rows[1][4] == "Not started"
    assert sheet.cell(block.head - 1, 2).value == "4 in total."
    empty = opened(made(TOOLKIT, "en", "blank"), values=True)[where.sheet["ACTIONS"].name]
    assert empty.cell(block.head - 1, 2).value == "Nothing to list."


@pytest.mark.deep
def test_a_longer_list_says_how_many_do_not_fit() -> None:
    where = layout(TOOLKIT)
    block = drawn(where, "ACTIONS")
    assert isinstance(block.block, CollectBlock)
    answers: Answers = {
        (tool, row, field): TODAY
        for tool, field in (
            ("T3.1", "ACT_03"),
            ("T3.2", "RSK_19"),
            ("T3.3", "RSK_19"),
            ("T3.4", "RSK_19"),
            ("T3.5", "RSK_19"),
        )
        for (slot_tool, row, code) in where.slots
        if slot_tool == tool and code == field
    }
    assert len(answers) > block.block.rows
    sheet = opened(issued(TOOLKIT, "en", answers), values=True)[where.sheet["ACTIONS"].name]
    assert (
        sheet.cell(block.head - 1, 2).value
        == f"{len(answers)} in total; the first {block.block.rows} are listed."
    )


# the list of problems


def test_problems_stand_most_urgent_first_with_words_and_a_remedy() -> None:
    where = layout(TOOLKIT)
    block = drawn(where, "CHECKS")
    data = issued(
        TOOLKIT,
        "en",
        {("T2.5", "1", "T25_06"): date(2026, 5, 2), ("T2.5", "1", "T25_07"): date(2026, 5, 1)},
    )
    sheet = opened(data, values=True)[where.sheet["CHECKS"].name]
    rows = rows_of(sheet, block.head + 1, 6)
    assert rows[0][1:5] == ("To correct", "2.5 Security forces", "7", "Support ends: Recipient 1")
    assert rows[0][5] == "The support ends before it starts. Correct one of the two dates."
    assert {row[1] for row in rows[1:]} <= {"Missing", "To look at"}
    urgency = [("To correct", "Missing", "To look at").index(row[1]) for row in rows]
    assert urgency == sorted(urgency)
    order = [sheet.name for sheet in where.sheets]
    places = [order.index(row[2]) for row in rows if row[1] == "Missing"]
    assert places == sorted(places)
    total = re.search(r"\d+", str(sheet.cell(block.head - 1, 2).value))
    assert total is not None
    assert int(total[0]) >= len(rows)


def test_a_sheet_that_is_ticked_and_blank_is_one_problem() -> None:
    where = layout(TOOLKIT)
    ticked = {("FORM", tool, "FRM_26"): "Y" for tool in ("T1.1", "T1.2", "T3.2")}
    begun = {("T1.2", where.row_codes["T1.2"][1], "P1_REL"): "H"}
    sheet = opened(issued(TOOLKIT, "en", ticked | begun), values=True)[where.sheet["CHECKS"].name]
    rows = [row for row in rows_of(sheet, drawn(where, "CHECKS").head + 1, 6) if row[2] != "Form"]
    blank = [row[1:4] + row[5:] for row in rows if row[2] != "1.2 Prevention"]
    first = (where.row_codes["T1.1"][0], where.row_codes["T3.2"][0])
    assert blank == [
        ("Missing", "1.1 Legislation", first[0], "Not started"),
        ("Missing", "3.2 Risk strategy", first[1], "Not started"),
    ]
    assert len(rows) - len(blank) == len(where.row_codes["T1.2"])


def test_without_problems_it_says_so() -> None:
    where = layout(TOOLKIT)
    identity = Identity(
        spec=TOOLKIT, spec_version="1", layout=where.digest, language="en", today=TODAY.isoformat()
    )
    sheet = opened(write(Content(where, {}), identity), values=True)[where.sheet["CHECKS"].name]
    assert sheet.cell(drawn(where, "CHECKS").head - 1, 2).value == "Nothing to correct."


def test_a_sheet_without_its_sources_is_not_issued() -> None:
    book = opened(made(TOOLKIT, "en", "blank", ("T1.1",)), values=True)
    every = layout(TOOLKIT).sheet
    assert not {every[tool].name for tool in ("MATRIX", "BARRIERS", "ACTIONS")} & {*book.sheetnames}
    assert every["CHECKS"].name in book.sheetnames


# live, in LibreOffice


@pytest.mark.office
@pytest.mark.deep
def test_all_of_it_follows_what_is_typed(office: Any, tmp_path: Path) -> None:
    where = layout(TOOLKIT)
    name = {
        tool: where.sheet[tool].name
        for tool in ("T2.5", "T2.6", "T3.1", "T3.2", "BARRIERS", "ACTIONS", "CHECKS")
    }
    source = tmp_path / "issued.xlsx"
    source.write_bytes(issued(TOOLKIT, "en", {**actions(), **barriers()}))

    def cell(tool: str, row: str, field: str) -> tuple[str, str]:
        return name[tool], address(*where.slots[tool, row, field].cells[0])

    with office.open(source) as book:
        stop_clock(book, TODAY)
        status = where.lists["ASTAT"]
        book.fill(
            {
                cell("T3.1", "T31_01", "ACT_04"): status.labels[status.codes.index("DRP")],
                cell("T3.2", "R-SP-02", "RSK_19"): TODAY - timedelta(days=3),
                cell("T2.5", "1", "T25_06"): date(2026, 5, 2),
                cell("T2.5", "1", "T25_07"): date(2026, 5, 1),
                cell("T2.6", "BAR-04", "T26_10"): 3,
            }
        )
        book.recalculate()
        head = drawn(where, "ACTIONS").head
        listed = book.values(name["ACTIONS"], f"B{head + 1}:I{head + 4}")
        assert [row[1] for row in listed] == [
            "Vet the unit",
            "Train the border police",
            "Nobody has it",
            "",
        ]
        assert [row[5] for row in listed] == ["Not yet due", "Overdue", "No date", ""]
        link = book.formulas(name["ACTIONS"], f"I{head + 2}")[0][0]
        assert "HYPERLINK" in link
        head = drawn(where, "CHECKS").head
        assert book.values(name["CHECKS"], f"C{head + 1}:E{head + 1}") == [
            ["To correct", name["T2.5"], "7"]
        ]
        head = drawn(where, "BARRIERS").head
        assert book.value(name["BARRIERS"], f"E{head + 1}").value == where.lists["SEV4"].labels[2]


@pytest.mark.deep
@pytest.mark.office
@pytest.mark.parametrize(("name", "language", "filling"), EVERY)
def test_recalculation_changes_nothing(
    name: str, language: str, filling: str, office: Any, tmp_path: Path
) -> None:
    assert changes(made(name, language, filling), office, tmp_path) == []


@pytest.mark.deep
@pytest.mark.office
@pytest.mark.parametrize("tools", [("T1.1", "T2.6", "T3.2"), ("T2.4", "T2.5"), ("T4.B", "T4.C")])
def test_nor_in_a_choice_of_tools(tools: tuple[str, ...], office: Any, tmp_path: Path) -> None:
    assert changes(made("hrge_toolkit", "en", "partly", tools), office, tmp_path) == []


@pytest.mark.deep
@pytest.mark.office
@pytest.mark.parametrize("name", ["example", TOOLKIT])
def test_on_any_later_day_it_shows_what_one_issued_on_that_day_would(
    name: str, office: Any, tmp_path: Path
) -> None:
    """The clock of LibreOffice is the real one: the file says which day it was."""
    source, saved = tmp_path / "issued.xlsx", tmp_path / "saved.xlsx"
    answers = around(date.today(), partly(layout(name)))
    source.write_bytes(issued(name, "en", answers, day=date.today() - timedelta(days=90)))
    office.resave(source, saved)
    day = read(saved.read_bytes()).calculated_on
    assert day is not None
    assert day >= date.today() - timedelta(days=1)
    expected = issued(name, "en", answers, day=day)
    assert differences(source.read_bytes(), expected) != []
    assert differences(expected, saved.read_bytes()) == []


def around(day: date, answers: Answers) -> Answers:
    """The same answers, their dates as long before and after a day as they are before and after `TODAY`."""
    return {
        key: day + (value - TODAY) if isinstance(value, date) else value
        for key, value in answers.items()
    }


def changes(data: bytes, office: Any, folder: Path) -> list[str]:
    """Formula cells that show something else after a hard recalculation on the day of issue, with both values."""
    source, saved = folder / "issued.xlsx", folder / "saved.xlsx"
    source.write_bytes(data)
    recalculate_on(TODAY, office, source, saved)
    return differences(data, saved.read_bytes())


def differences(data: bytes, saved: bytes) -> list[str]:
    """Formula cells that show something else in another workbook, with both values."""
    written, before, after = opened(data), opened(data, values=True), opened(saved, values=True)
    found = []
    for sheet in written:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    one, other = (
                        book[sheet.title][cell.coordinate].value for book in (before, after)
                    )
                    if not same(one, other):
                        found.append(f"{sheet.title}!{cell.coordinate}: {one!r} became {other!r}")
    return found


def same(one: Any, other: Any) -> bool:
    """Whether two results are the same, but for the last digits that LibreOffice does not save."""
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) <= 1e-12 * max(1.0, abs(one))
    return ("" if one is None else one) == ("" if other is None else other)


# files that Excel takes


@pytest.mark.deep
@pytest.mark.parametrize(("name", "language", "filling"), EVERY)
def test_openxml_audit_finds_nothing(
    name: str, language: str, filling: str, tmp_path: Path
) -> None:
    from openxml_audit import OpenXmlValidator

    file = tmp_path / "made.xlsx"
    file.write_bytes(made(name, language, filling))
    result = OpenXmlValidator(max_errors=20).validate(str(file))
    assert [str(error) for error in result.errors] == []


@EVERY_SPEC
def test_shared_formulas_stay_on_their_sheet(name: str, language: str) -> None:
    """Excel calls a file damaged in which a shared formula refers to another sheet or holds a constant array."""
    shared = [
        text
        for _, attributes, text in formulas(made(name, language, "blank"))
        if "shared" in attributes
    ]
    assert shared
    assert [text for text in shared if not sharable(text)] == []


def test_what_may_be_shared() -> None:
    assert sharable('IF($A1="a!b{c}",INDEX(list_X,2),"")')
    for formula in (
        "'Other sheet'!A1",
        "MATCH(A1,{1,2},0)",
        "SUM(INDEX(A1:A9,1):INDEX(A1:A9,2))",
        "#REF!+1",
    ):
        assert not sharable(formula)


@EVERY_SPEC
def test_one_volatile_cell_and_no_function_later_than_2016(name: str, language: str) -> None:
    data = made(name, language, "partly")
    volatile = []
    for _, _, text in formulas(data):
        bare = re.sub('"[^"]*"', "", text)
        volatile += [text] if VOLATILE.search(bare) else []
        assert not LATER_THAN_2016.search(bare), text
        assert all(len(literal) <= 257 for literal in re.findall('"[^"]*"', text)), text
        assert len(text) <= 8192
    assert volatile == ["TODAY()"]


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_the_day_of_the_check_is_a_locked_cell_of_today(language: str) -> None:
    data = made("example", language, "partly")
    sheet, cell = day_of_check(data)
    day = opened(data)[sheet][cell]
    assert (day.value, day.protection.locked) == ("=TODAY()", True)
    assert opened(data, values=True)[sheet][cell].value.date() == TODAY


def test_the_blank_workbook_is_small() -> None:
    assert len(made(TOOLKIT, "en", "blank")) <= BYTES_OF_A_BLANK_WORKBOOK


def test_the_same_answers_give_the_same_bytes() -> None:
    assert issued(TOOLKIT, "en", actions()) == with_actions()


PROGRESS: tuple[tuple[dict[str, float | None], str], ...] = (
    ({}, "on track"),  # three quarters of the way in three quarters of the time
    ({"T4C_06": 50.0}, "behind"),
    ({"T4B_14": 2020.0, "T4B_16": 2030.0, "T4C_06": 38.0}, "on track"),  # after 2,099 of 3,652 days
    ({"T4C_06": 80.0, "T4B_16": None}, "met"),
    ({"T4B_16": None}, "no time frame"),
    ({"T4B_15": None}, "no target"),
)


@pytest.mark.deep
@pytest.mark.office
def test_progress_is_held_against_the_days_elapsed(office: Any, tmp_path: Path) -> None:
    """From the end of the year of the baseline to that of the target: in the sheet as in the reader."""
    where, source = layout(TOOLKIT), tmp_path / "issued.xlsx"
    answers: Answers = {
        ("FORM", "1", "FRM_06"): date(2026, 7, 1),
        ("FORM", "1", "FRM_07"): date(2026, 9, 30),
    }
    for n, (said, _) in enumerate(PROGRESS, start=1):
        known = {
            "T4B_13": 0.0,
            "T4B_14": 2025.0,
            "T4B_15": 80.0,
            "T4B_16": 2026.0,
            "T4C_06": 60.0,
        } | said
        codes = {"T4B_01": "SP4", "T4C_01": f"IND-0{n}", "T4C_03": "2026-Q3"}
        for code, value in {**known, **codes}.items():
            if value is not None:
                place = ("T4.B", f"IND-0{n}") if code[:3] == "T4B" else ("T4.C", f"V-0{n}")
                answers[*place, code] = value
    source.write_bytes(issued(TOOLKIT, "en", answers))
    name = where.sheet["T4.C"].name
    cells = [
        address(*where.slots["T4.C", f"V-0{n}", "T4C_15"].cells[0])
        for n in range(1, len(PROGRESS) + 1)
    ]
    sheet = opened(source.read_bytes(), values=True)[name]
    assert [sheet[cell].value for cell in cells] == [status for _, status in PROGRESS]
    with office.open(source) as book:
        book.recalculate()
        assert [book.value(name, cell).value for cell in cells] == [
            status for _, status in PROGRESS
        ]


# the dashboard of the Toolkit

BEFORE, AFTER, RISKS, INDICATORS = range(4)
WINDOW = (1190, 540)  # pixels that LibreOffice shows of a sheet on a laptop
STEPS = {
    "R-SP-01": (2, 3),
    "R-SP-02": (5, 5),
    "R-LA-03": (4, 5),
    "R-PA-01": (2, 3),
    "R-CB-01": (1, 1),
}


@cache
def risks() -> Answers:
    """Five risks with steps, one of them closed; actions around the day; two values of an indicator."""
    found: dict[tuple[str, str, str], Value] = {}
    for number, (row, (likely, grave)) in enumerate(STEPS.items()):
        tool = {"SP": "T3.2", "LA": "T3.3", "CB": "T3.4", "PA": "T3.6"}[row[2:4]]
        found |= {
            (tool, row, "RSK_07"): f"Event {number}",
            (tool, row, "RSK_16"): f"Measure {number}",
            (tool, row, "RSK_10"): float(likely),
            (tool, row, "RSK_11"): float(grave),
            (tool, row, "RSK_20"): 1.0,
            (tool, row, "RSK_21"): float(grave),
            (tool, row, "RSK_19"): TODAY + timedelta(days=15 * number - 20),
        }
    found["T3.6", "R-PA-01", "RSK_27"] = "CLO"
    found |= {
        ("T3.8", "LL-01", "T38_15"): "Ask earlier",
        ("T3.8", "LL-01", "T38_18"): TODAY - timedelta(days=40),
        ("T4.B", "IND-01", "T4B_13"): 20.0,
        ("T4.B", "IND-01", "T4B_15"): 60.0,
        ("T4.C", "V-01", "T4C_01"): "IND-01",
        ("T4.C", "V-01", "T4C_06"): 30.0,
        ("T4.C", "V-02", "T4C_01"): "IND-01",
        ("T1.1", "T11_01", "P1_REL"): "H",
        ("FORM", "T1.1", "FRM_26"): "Y",
    }
    return found


@cache
def workbook() -> bytes:
    """The Toolkit with them, issued once."""
    return issued(TOOLKIT, "en", risks())


def of_dashboard(block: int) -> Drawn:
    """One block of the dashboard."""
    return layout(TOOLKIT).sheet["DASHBOARD"].drawn[block]


def table(sheet: Worksheet, block: Drawn, columns: int) -> list[tuple[Any, ...]]:
    """What stands below the heads of a block, down to its end; blank rows left out."""
    rows = sheet.iter_rows(
        min_row=block.head + 1,
        max_row=block.last_row,
        min_col=block.left,
        max_col=block.left + columns - 1,
        values_only=True,
    )
    found = [tuple("" if value is None else value for value in row) for row in rows]
    return [row for row in found if any(value != "" for value in row)]


@cache
def dashboard(data: bytes) -> Worksheet:
    return opened(data, values=True)[layout(TOOLKIT).sheet["DASHBOARD"].name]


@pytest.mark.deep
def test_the_heaviest_risks_come_first_by_the_level_that_is_left_and_closed_ones_not_at_all() -> (
    None
):
    board = dashboard(workbook())
    rows = table(board, of_dashboard(RISKS), 7)
    assert [(row[0], row[1], row[3], row[4], row[6]) for row in rows] == [
        ("R-SP-02", "Event 1", "High", "Substantial", "Overdue"),
        ("R-LA-03", "Event 2", "High", "Substantial", "Not yet due"),
        ("R-SP-01", "Event 0", "Moderate", "Low", "Overdue"),
        ("R-CB-01", "Event 4", "Low", "Low", "Not yet due"),
    ]
    block = of_dashboard(RISKS)
    assert "Still high or substantial: 2 of 4 open risks." in [
        cell.value for cell in board[block.first]
    ]


def test_risks_of_one_rank_have_a_place_each(tmp_path: Path) -> None:
    """The hidden column that numbers them, worked out by IronCalc over four ranks of which three are alike."""
    read = openpyxl.load_workbook(BytesIO(workbook()), read_only=True)
    sheet = read[layout(TOOLKIT).sheet["DASHBOARD"].name]
    numbered = [cell for row in sheet.iter_rows() for cell in row if "RANK(" in str(cell.value)]
    book = openpyxl.Workbook()
    plain = book.worksheets[0]
    for cell, rank in zip_longest(numbered, (5, 7, 5, 5)):
        plain[cell.coordinate] = cell.value
        (own_rank,) = re.findall(r"^=IF\(ISNUMBER\((.*?)\)", str(cell.value))
        plain[own_rank.replace("$", "")] = rank
    book.save(tmp_path / "ranks.xlsx")
    model = engine(tmp_path / "ranks.xlsx")
    model.evaluate()
    shown = [model.get_cell_value(0, cell.row, cell.column) for cell in numbered]
    assert shown == [2, 1, 3, 4, *[0] * (len(numbered) - 4)]


def test_a_risk_that_nobody_scored_again_ranks_as_before() -> None:
    found = {key: value for key, value in risks().items() if key[2] not in ("RSK_20", "RSK_21")}
    rows = table(dashboard(issued(TOOLKIT, "en", found)), of_dashboard(RISKS), 7)
    assert [row[0] for row in rows] == ["R-SP-02", "R-LA-03", "R-SP-01", "R-CB-01"]


def test_a_risk_that_needs_no_day_is_not_told_that_it_has_none() -> None:
    """Below Moderate no day is asked for; on the sheet of actions one is missed."""
    found = {key: value for key, value in risks().items() if key[1:] != ("R-CB-01", "RSK_19")}
    rows = table(dashboard(issued(TOOLKIT, "en", found)), of_dashboard(RISKS), 7)
    assert [(row[5], row[6]) for row in rows if row[0] == "R-CB-01"] == [("", "")]


def test_an_indicator_is_shown_between_baseline_and_target() -> None:
    ((row, *_, base, target, value, progress),) = table(
        dashboard(workbook()), of_dashboard(INDICATORS), 7
    )
    assert (row, base, target, value, progress) == ("V-01", 20, 60, 30, 0.25)


def test_the_matrix_names_the_risks_at_each_crossing() -> None:
    rows = table(dashboard(workbook()), of_dashboard(BEFORE), 6)
    cells = {row[0][0]: row[1:] for row in rows}  # by the step of likelihood
    assert cells["2"][2] == "R-SP-01\nR-PA-01"
    assert cells["5"][4] == "R-SP-02"
    assert cells["4"][4] == "R-LA-03"
    assert [text for row in cells.values() for text in row].count("R-CB-01") == 1
    assert cells["3"][4] == "High"  # nobody there
    after = {row[0][0]: row[1:] for row in table(dashboard(workbook()), of_dashboard(AFTER), 6)}
    assert after["1"][4] == "R-SP-02\nR-LA-03"


def test_of_more_than_two_risks_at_a_crossing_the_first_is_named_and_the_others_are_counted() -> (
    None
):
    found = {
        ("T3.2", f"R-SP-0{row}", code): 3.0 for row in (1, 2, 4) for code in ("RSK_10", "RSK_11")
    }
    rows = table(dashboard(issued(TOOLKIT, "en", found)), of_dashboard(BEFORE), 6)
    assert {row[0][0]: row[1:] for row in rows}["3"][2] == "R-SP-01\n+2"


def test_the_dashboard_is_one_screen_and_one_page() -> None:
    board = opened(workbook())[layout(TOOLKIT).sheet["DASHBOARD"].name]
    blocks = layout(TOOLKIT).sheet["DASHBOARD"].drawn
    last = max(max(block.widths) for block in blocks)
    assert sum(width(board, column) for column in range(1, last + 1)) <= WINDOW[0]
    bottom = max(block.last_row for block in blocks)
    assert sum(height(board, row) for row in range(2, bottom + 1)) <= WINDOW[1]
    assert (board.page_setup.fitToWidth or 1, board.page_setup.fitToHeight or 1) == (1, 1)
    assert board.page_setup.orientation == "landscape"


def test_a_workbook_without_risks_has_a_dashboard_of_what_is_there() -> None:
    where = layout(TOOLKIT, "en", ("T4.B", "T4.C"))
    titles = [each.block.title.say("en") for each in where.sheet["DASHBOARD"].drawn]
    assert titles == ["Indicators, from baseline to target"]
    assert "DASHBOARD" not in layout(TOOLKIT, "en", ("T1.1",)).sheet


@pytest.mark.deep
@pytest.mark.office
def test_the_office_and_the_reader_say_the_same(office: Any, tmp_path: Path) -> None:
    source, saved = tmp_path / "issued.xlsx", tmp_path / "saved.xlsx"
    source.write_bytes(workbook())
    recalculate_on(TODAY, office, source, saved)
    changed = differences(workbook(), saved.read_bytes())
    assert [each for each in changed if each.startswith("Dashboard!")] == []
    but_the_day = OF_RESULTS - {kind_called("typed-over").code}
    assert list(of_results(saved, layout(TOOLKIT), ExpectedReturn(), but_the_day)) == []
