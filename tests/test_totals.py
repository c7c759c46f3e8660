"""Rows below a table that say what its columns come to: in the sheet, on return, and in the figures of all teams."""

from __future__ import annotations

import copy
import random
import re
import sqlite3
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest

import hrge_xl
from hrge_xl import ExpectedReturn, Order, generate, load
from tests.answers import TODAY
from tests.audited import hrge
from tests.broken_specs import mistakes
from tests.face import Answers, build
from tests.made_specs import SPECS, write
from tests.parity import filled, said_differently
from tests.read_and_check import calculated, check, layout_of, read
from tests.test_third_engine import engine

TABLES = SPECS["totals"]
ANSWERS: Answers = {
    ("F", "1", "F_NAME"): "GRANT-7",
    ("T", "T-01", "T_WHAT"): "Rent",
    ("T", "T-01", "T_COST"): 1200.5,
    ("T", "T-01", "T_PAID"): 0.5,
    ("T", "T-02", "T_WHAT"): "Light",
    ("T", "T-02", "T_COST"): 99.5,
    ("T", "T-02", "T_PAID"): 1.0,
    ("L", "L_1", "L_BEDS"): 12.0,
    ("L", "L_1", "L_DAY"): date(2026, 5, 4),
    ("L", "L_2", "L_BEDS"): 7.0,
}
SHOWN = {  # by sheet, the rows below the table: what stands in front, and the cells that hold something
    "Costs": {"Total": [1300, 600.25], "Mean": [650, 0.75], "Answers": [2]},
    "Wards": {"Total": [19], "Mean": [9.5], "Answers": [1]},
}


@pytest.fixture
def spec(tmp_path: Path) -> str:
    return str(write(TABLES, tmp_path / "spec"))


def made(spec: str, language: str = "en", answers: Answers = ANSWERS, team: str = "TEST") -> bytes:
    return generate(load(spec), Order(team, TODAY, language=language, answers=answers))


def cells_below(book: Any, sheet: str) -> dict[str, list[Any]]:
    """The cells that hold something in the rows below a table, by the word in front."""
    rows = [
        row for row in book[sheet].iter_rows(min_row=7) if str(row[0].value).startswith("total:")
    ]
    return {str(row[1].value): [cell for cell in row[2:] if cell.value is not None] for row in rows}


def values_below(data: bytes, sheet: str) -> dict[str, list[Any]]:
    book = openpyxl.load_workbook(BytesIO(data), data_only=True)
    return {
        name: [cell.value for cell in cells] for name, cells in cells_below(book, sheet).items()
    }


def found(data: bytes, spec: str) -> list[tuple[str, str, str]]:
    """Code, sheet and cell of what is found in a return."""
    sent = read(data, ExpectedReturn(spec))
    (outcome,) = check([(sent, layout_of(sent, ExpectedReturn(spec)))], today=TODAY)
    return [
        (each.code, each.sheet or "", each.cell or "")
        for each in (*sent.observations, *outcome.findings)
    ]


def saved(data: bytes, change: Any) -> bytes:
    """The workbook with a change, as a program saves it that works nothing out."""
    book = openpyxl.load_workbook(BytesIO(data))
    change(book)
    book.save(stream := BytesIO())
    return stream.getvalue()


def edited(data: bytes, change: Callable[[str], str]) -> bytes:
    """The workbook with other words on its second sheet of questions."""
    with ZipFile(BytesIO(data)) as package, ZipFile(stream := BytesIO(), "w") as other:
        for name in package.namelist():
            part = package.read(name)
            other.writestr(
                name, change(part.decode()).encode() if name.endswith("sheet3.xml") else part
            )
    return stream.getvalue()


@pytest.mark.parametrize("sheet", SHOWN)
def test_a_sheet_says_what_its_columns_come_to(sheet: str, spec: str) -> None:
    assert values_below(made(spec), sheet) == SHOWN[sheet]
    book = openpyxl.load_workbook(BytesIO(made(spec)))
    cells = [cell for row in cells_below(book, sheet).values() for cell in row]
    assert all(cell.value.startswith("=") and cell.protection.locked for cell in cells)


def test_a_blank_table_comes_to_nothing(spec: str) -> None:
    assert values_below(made(spec, answers={}), "Costs") == {
        "Total": [],
        "Mean": [],
        "Answers": [0],
    }


def test_rows_are_named_in_the_language_of_the_workbook(spec: str) -> None:
    assert [*values_below(made(spec, "fr"), "Costs")] == ["Total", "Moyenne", "Réponses"]


def test_a_return_with_its_totals_has_nothing_to_be_told(spec: str) -> None:
    assert [code for code, *_ in found(made(spec), spec)] == []


def test_an_error_in_one_cell_is_none_of_the_total(spec: str, tmp_path: Path) -> None:
    """As IronCalc works it out."""
    (place,) = build(load(spec), "en").slots["T", "T-01", "T_COST"].cells

    def divide_by_nought(book: Any) -> None:
        book["Costs"].cell(*place).value = "=1/0"

    data = saved(made(spec), divide_by_nought)
    (tmp_path / "made.xlsx").write_bytes(data)
    model = engine(tmp_path / "made.xlsx")
    model.evaluate()
    book = openpyxl.load_workbook(BytesIO(data))
    cell = cells_below(book, "Costs")["Total"][0]
    sheet = book.sheetnames.index("Costs")
    assert model.get_cell_value(sheet, cell.row, cell.column) == 99.5


def test_a_total_that_was_typed_or_falsified_is_found(spec: str) -> None:
    book = openpyxl.load_workbook(BytesIO(made(spec)))
    cell = cells_below(book, "Costs")["Total"][0].coordinate

    def type_over(book: Any) -> None:
        book["Costs"][cell] = 5000

    def with_formula(book: Any) -> None:
        book["Costs"][cell] = book["Costs"][cell].value.replace("SUMIF", "2*SUMIF")

    falsified = edited(made(spec), lambda text: text.replace("<v>1300</v>", "<v>1400</v>"))
    assert found(falsified, spec) == [("S028", "Costs", cell)]
    for change, code in ((type_over, "S027"), (with_formula, "S026")):
        assert (code, "Costs", cell) in found(saved(made(spec), change), spec)


@pytest.mark.office
def test_totals_move_along_with_the_rows_of_their_table(
    office: Any, spec: str, tmp_path: Path
) -> None:
    """Rows and columns that were put in are named, and nothing else; what is typed there is summed up, and told."""
    path, later = tmp_path / "issued.xlsx", tmp_path / "later.xlsx"
    path.write_bytes(made(spec))
    with office.open(path) as document:
        document.unprotect("Costs")
        document.insert_rows("Costs", 8)
        document.insert_rows("Costs", 3)
        document.insert_columns("Costs", "D")
        document.recalculate()
        document.save_as(later)
    assert {code for code, *_ in found(later.read_bytes(), spec)} == {"S012"}


@pytest.mark.office
@pytest.mark.parametrize("seed", range(4))
def test_the_office_and_the_reader_say_the_same(seed: int, office: Any, tmp_path: Path) -> None:
    """Whatever is typed: texts, errors, numbers written as texts."""
    where = build(load(write(TABLES, tmp_path)), "en")
    assert list(said_differently(where, filled(where, random.Random(seed)), tmp_path, office)) == []


def test_totals_are_figures_of_all_teams(spec: str, tmp_path: Path) -> None:
    """Also of numbers with decimals, where a spec says that they may be added; the brief names them."""
    (tmp_path / "returned").mkdir()
    for team, cost in (("A", 1200.5), ("B", 300.25)):
        answers = ANSWERS | {("F", "1", "F_NAME"): team, ("T", "T-01", "T_COST"): cost}
        (tmp_path / "returned" / f"{team}.xlsx").write_bytes(made(spec, answers=answers, team=team))
    out = tmp_path / "data"
    assert (
        hrge("consolidate", tmp_path / "returned", "-o", out, "--spec", spec, "--today", TODAY) == 0
    )
    with sqlite3.connect(out / "dataset.sqlite") as database:
        lines = database.execute(
            "SELECT field, row_code, total FROM aggregate_numbers ORDER BY field, row_code"
        ).fetchall()
    assert lines == [
        ("L_BEDS", "L_1", 24),
        ("L_BEDS", "L_2", 14),
        ("T_COST", None, 1699.75),
        ("T_LEFT", None, 750.375),
        ("T_PAID", None, None),
    ]
    assert hrge("report", out, "--format", "brief", "-o", tmp_path / "pages", "--today", TODAY) == 0
    page = " ".join(
        re.sub(
            "<[^>]+>", " ", (tmp_path / "pages" / "brief.html").read_text(encoding="utf-8")
        ).split()
    )
    assert "Cost 1,699.75 424.94 From 99.5 to 1,200.5 2" in page
    assert "Beds 38 9.5 From 7 to 12 2" in page


@pytest.mark.parametrize(
    ("place", "field", "said"),
    [
        (
            "f",
            {"code": "F_X", "type": "integer", "label": "X", "total": "sum"},
            "A form has no columns",
        ),
        (
            "t",
            {"code": "T_X", "type": "text", "label": "X", "total": "mean"},
            "Answers of type text neither",
        ),
        (
            "t",
            {"code": "T_X", "type": "percent", "label": "X", "total": "sum"},
            "Shares do not add up.",
        ),
        (
            "t",
            {"code": "T_X", "type": "year", "label": "X", "total": "mean"},
            "Answers of type year neither",
        ),
        (
            "t",
            {"code": "T_X", "type": "integer", "label": "X", "total": "average"},
            "`total` cannot be 'average'.",
        ),
    ],
)
def test_what_has_no_total_is_told(
    place: str, field: dict[str, Any], said: str, tmp_path: Path
) -> None:
    files = copy.deepcopy(TABLES)
    files[f"tools/{place}.yaml"]["blocks"][0]["fields"].append(field)
    (told,) = mistakes(write(files, tmp_path))
    assert said in told
    assert told.startswith(f"tools/{place}.yaml:")


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_total_row_that_was_deleted_is_found(number: int, spec: str, tmp_path: Path) -> None:
    """Between two others too: the rows below move up."""

    def delete(book: Any) -> None:
        rows = [
            row[0].row
            for row in book["Costs"].iter_rows()
            if str(row[0].value).startswith("total:")
        ]
        assert len(rows) == 3
        book["Costs"].delete_rows(rows[number])

    file = tmp_path / "returned.xlsx"
    file.write_bytes(saved(made(spec), delete))
    findings = hrge_xl.check(file, spec=spec).findings
    assert ("S023", "Costs") in [(finding.code, finding.sheet) for finding in findings]


@pytest.fixture
def with_condition(tmp_path: Path) -> str:
    """The largest and the smallest cost of those that are paid in full."""
    files = copy.deepcopy(TABLES)
    paid = "T_COST / (1 if T_PAID == 1 else 0)"
    files["tools/t.yaml"]["blocks"][0]["fields"].append(
        {"code": "T_FULL", "type": "calculated", "formula": paid, "label": "Paid in full"}
    )
    files["tools/f.yaml"]["blocks"][0]["fields"] += [
        {"code": "F_MOST", "type": "calculated", "formula": "max('T', T_FULL)", "label": "Most"},
        {"code": "F_LEAST", "type": "calculated", "formula": "min('T', T_FULL)", "label": "Least"},
    ]
    return str(write(files, tmp_path))


def test_rows_without_the_condition_are_neither_the_largest_nor_the_smallest(
    with_condition: str,
) -> None:
    third = {
        ("T", "T-03", "T_WHAT"): "Food",
        ("T", "T-03", "T_COST"): 7.0,
        ("T", "T-03", "T_PAID"): 0.0,
    }
    sent = read(made(with_condition, answers=ANSWERS | third), ExpectedReturn(with_condition))
    where = layout_of(sent, ExpectedReturn(with_condition))
    (outcome,) = check([(sent, where)], today=TODAY)
    answers = calculated(outcome)
    # the one that is paid: neither 1,200.50, the largest, nor 7, the smallest
    assert answers["F", "1", "F_MOST"] == answers["F", "1", "F_LEAST"] == 99.5


@pytest.mark.office
@pytest.mark.parametrize("seed", range(2))
def test_the_office_finds_the_same_largest_and_smallest(
    seed: int, with_condition: str, office: Any, tmp_path: Path
) -> None:
    where = build(load(with_condition), "fr")
    assert list(said_differently(where, filled(where, random.Random(seed)), tmp_path, office)) == []
