"""Formulas of workbooks in use: what each becomes, and that what comes out works."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
import yaml
from openpyxl import Workbook
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table
from openpyxl.worksheet.worksheet import Worksheet

from tests.face import Draft
from tests.face import drafted as drafted_from
from tests.small_sources import saved

HEADS = ["Risk", "Likelihood", "Impact", "Status", "Opened", "Closed", "Paid", "Worked out"]
RULES = {
    "B4:B40": ("list", '"1,2,3"'),
    "C4:C40": ("whole", "0"),
    "D4:D40": ("list", "Lists!$A$2:$A$4"),
    "E4:F40": ("date", "40000"),
    "G4:G40": ("list", '"Yes,No"'),
}


def validate(sheet: Worksheet, where: str, kind: str, first: str) -> None:
    rule = DataValidation(kind, operator=None if kind == "list" else "greaterThan", formula1=first)
    rule.add(where)
    sheet.add_data_validation(rule)


def register(*worked_out: str, below: tuple[str, str] | None = None) -> Workbook:
    """A register of risks with a column for each of these formulas, a form and a second table, and a list."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Risks"
    sheet["A1"] = "Register of risks"
    for row, risk in ((4, "Floods"), (5, "Strikes")):
        sheet[f"A{row}"] = risk
    for column, head in enumerate(
        [*HEADS[:7], *(f"Worked out {n}" for n in range(len(worked_out)))], 1
    ):
        sheet.cell(3, column, head)
    for column, formula in enumerate(worked_out, 8):
        for row in (4, 5):
            sheet.cell(
                row, column, formula.replace("4", str(row)) if "$" not in formula else formula
            )
    for where, rule in RULES.items():
        validate(sheet, where, *rule)
    if below:
        sheet[below[0]] = below[1]
    plan = book.create_sheet("Plan")
    plan["A1"], plan["A2"], plan["A3"] = "Rate", "Open risks", "Currency"
    plan["D3"], plan["B2"] = "USD", '=COUNTIF(Risks!$D$4:$D$40,"Open")'
    validate(plan, "B1", "decimal", "0")
    book.defined_names["Rate"] = DefinedName("Rate", attr_text="Plan!$B$1")
    lists = book.create_sheet("Lists")
    for line in (["Status", "Weight"], ["Open", 3], ["Closed", 1], ["On hold", 2]):
        lists.append(line)
    costs = book.create_sheet("Costs")
    costs.append(["Item", "Price", "For risk"])
    costs.append(["Pump", 20, "Floods"])
    validate(costs, "B2:B30", "decimal", "0")
    validate(costs, "C2:C30", "list", "Risks!$A$4:$A$40")
    return book


def imported(book: Workbook) -> tuple[dict[str, dict[str, object]], dict[str, tuple[str, str]]]:
    """The fields by their labels, and what the account says of each formula by its place."""
    draft = drafted_from("risks.xlsx", "risks", (saved(book), "xlsx"))
    assert isinstance(draft, Draft), draft
    assert draft.files, draft.messages
    tools = [
        yaml.safe_load(text) for path, text in draft.files.items() if path.startswith("tools/")
    ]
    fields = {
        each["label"]: each
        for tool in tools
        for block in tool["blocks"]
        for each in block["fields"]
    }
    rows = csv.DictReader(io.StringIO(draft.files["imported.csv"]))
    return fields, {
        row["place"]: (row["outcome"], row["how"]) for row in rows if row["kind"] == "formula"
    }


@pytest.mark.parametrize(
    ("formula", "becomes"),
    [
        ("=B4*C4", "S1_02 * S1_03"),
        ("=+B4*C4*10%", "S1_02 * S1_03 * 10 / 100"),
        ("=SUM(B4:C4)", "total(S1_02, S1_03)"),
        ('=IF(B4="","",B4*C4)', "S1_02 * S1_03"),
        (
            '=IF(AND(ISNUMBER(E4),ISNUMBER(F4)),F4-E4,"")',
            "S1_06 - S1_05 + 0 / (1 if filled(S1_05) and filled(S1_06) else 0)",
        ),
        (
            '=IF(B4*C4>=6,"High",IF(B4*C4>=3,"Medium","Low"))',
            "'High' if S1_02 * S1_03 >= 6 else 'Medium' if S1_02 * S1_03 >= 3 else 'Low'",
        ),
        (
            '=CHOOSE(B4,"Low","Medium","High")',
            "'Low' if S1_02 == 1 else 'Medium' if S1_02 == 2 else 'High' if S1_02 == 3 else ''",
        ),
        (
            '=_xlfn.IFS(D4="open",1,D4="Closed",2)',
            "1 if S1_04 == 'OPEN' else 2 + 0 / (1 if S1_04 == 'CLOSED' else 0)",
        ),
        ('=IF(G4="yes",C4,0)', "S1_03 if S1_07 == 'Y' else 0"),
        ("=IFERROR(B4/C4,0)", "S1_02 / S1_03 if filled(S1_02 / S1_03) else 0"),
        ('=IFERROR(B4/C4,"")', "S1_02 / S1_03"),
        ("=A4&D4", "join(S1_01, label(S1_04))"),
        ('=IF(F4="",TODAY()-E4,F4-E4)', "today() - S1_05 if blank(S1_06) else S1_06 - S1_05"),
        ("=YEAR(E4)", "year(S1_05)"),
        ("=C4*Rate", "S1_03 * S2_01"),
        ("=C4*Plan!$B$1", "S1_03 * S2_01"),
        ("=C4&Plan!$D$3", "join(S1_03, 'USD')"),
        ("=C4/SUM($C$4:$C$40)", "S1_03 / sum('S1', S1_03)"),
        ("=COUNTIF(A:A,A4)", "count_if('S1', S1_01 == this.S1_01)"),
        ("=SUMIF(Costs!C:C,A4,Costs!B:B)", "sum('S3', S3_02 if S3_03 == this.row_code() else 0)"),
        ("=VLOOKUP(A4,Costs!A:B,2,FALSE)*C4", "lookup(S1_01, S3_02) * S1_03"),
        ("=INDEX(Costs!$B$2:$B$4,MATCH(A4,Costs!$A$2:$A$4,0))", "lookup(S1_01, S3_02)"),
        ("=Risks[[#This Row],[Likelihood]]*Risks[[#This Row],[Impact]]", "S1_02 * S1_03"),
    ],
)
def test_a_column_of_formulas_is_worked_out(formula: str, becomes: str) -> None:
    book = register(formula)
    if "[" in formula:
        book["Risks"].add_table(Table(displayName="Risks", ref="A3:H5"))
    fields, account = imported(book)
    assert (fields["Worked out 0"]["type"], fields["Worked out 0"]["formula"]) == (
        "calculated",
        becomes,
    )
    assert account["Risks!H4"][0] in ("kept", "changed")


@pytest.mark.parametrize(
    ("formula", "reason"),
    [
        ("=H3+C4", "H3 is asked nowhere, or in other rows"),
        ("=$C$5+C4", "it reads a single row of S1"),
        ("=LEFT(A4,2)", "left() with 2 arguments has no counterpart"),
        ("=B4*#REF!", "“#REF!” has no counterpart"),
        ("=COUNTIFS(A:A,A4,C:C)", "each column has a criterion, all of one table"),
        ("=SUM(C4:C4)+nothing", "“nothing” names no cells of this workbook"),
        ('=COUNTIF(A:A,"Fl*")', "“Fl*” stands for many texts"),
        ("=VLOOKUP(C4,Lists!A:B,2,FALSE)", "S1_03 is no row of a table"),
    ],
)
def test_what_has_no_counterpart_is_told(formula: str, reason: str) -> None:
    fields, account = imported(register(formula))
    assert "Worked out 0" not in fields
    assert account["Risks!H4"] == ("left out", reason)


def test_formulas_read_each_other_whatever_their_order() -> None:
    fields, _ = imported(register("=I4*2", "=B4+C4"))
    assert fields["Worked out 0"]["formula"] == "S1_09 * 2"
    assert fields["Worked out 1"]["formula"] == "S1_02 + S1_03"


def test_a_circle_of_formulas_is_left_out() -> None:
    fields, account = imported(register("=I4*2", "=H4+C4"))
    assert not {"Worked out 0", "Worked out 1"} & fields.keys()
    assert account["Risks!I4"][1] == account["Risks!H4"][1] == "it leads back to itself"


def test_a_formula_beside_a_question_is_worked_out_too() -> None:
    fields, account = imported(register())
    assert fields["Open risks"]["formula"] == "count_if('S1', S1_04 == 'OPEN')"
    assert account["Plan!B2"][0] == "kept"


@pytest.mark.parametrize(
    ("place", "formula", "total"),
    [
        ("C6", "=SUM(C4:C5)", ["sum"]),
        ("C8", "=AVERAGE(C4:C5)", ["mean"]),
        ("C2", "=SUBTOTAL(109,C4:C40)", ["sum"]),
        ("A6", "=COUNTA(A4:A5)", ["count"]),
        ("C6", "=SUM(C4:C4)", None),
        ("C6", "=MAX(C4:C5)", None),
    ],
)
def test_a_row_that_adds_up_a_table_is_a_total(
    place: str, formula: str, total: list[str] | None
) -> None:
    fields, account = imported(register(below=(place, formula)))
    assert fields["Risk" if place == "A6" else "Impact"].get("total") == total
    assert account[f"Risks!{place}"][0] == ("kept" if total else "left out")


def test_a_list_that_is_the_column_of_another_table_is_a_reference_to_it() -> None:
    fields, _ = imported(register())
    assert (fields["For risk"]["type"], fields["For risk"]["to"]) == ("reference", ["S1"])


def test_several_tables_of_a_sheet_go_together() -> None:
    book = register()
    sheet = book["Costs"]
    sheet["A40"], sheet["B40"] = "Donor", "Share"
    validate(sheet, "B41:B50", "decimal", "0")
    sheet["F1"], sheet["G1"], sheet["F2"], sheet["G2"] = "Supplier", "Town", "Us", "Fès"
    draft = drafted_from("risks.xlsx", "risks", (saved(book), "xlsx"))
    assert isinstance(draft, Draft)
    tools = [yaml.safe_load(draft.files[f"tools/S{number}.yaml"]) for number in (3, 4, 5)]
    assert [tool.get("goes_with") for tool in tools] == [None, "S3", "S3"]
    assert [tool["blocks"][0]["fields"][0]["label"] for tool in tools] == [
        "Item",
        "Supplier",
        "Donor",
    ]


def test_columns_that_work_out_the_rows_of_another_sheet_stand_beside_these() -> None:
    book = register()
    sheet = book.create_sheet("To publish")
    sheet.append(["Name", "Score"])
    for row in (2, 3):
        sheet.append(
            [
                f'=IF(Risks!A{row + 2}="","",Risks!A{row + 2})',
                f'=IF(A{row}="","",Risks!B{row + 2}*2)',
            ]
        )
    fields, account = imported(book)
    assert (fields["Name"]["formula"], fields["Score"]["formula"]) == (
        "S1_01",
        "S1_02 * 2 + 0 / (1 if not blank(S4_01) else 0)",
    )
    assert account["To publish!B2"][0] == "kept"


@pytest.mark.parametrize(
    "source",
    [
        "OFFSET(Lists!$A$2,0,0,COUNTA(Lists!$A:$A)-1,1)",
        "Lists!$A$2:INDEX(Lists!$A:$A,4)",
        'INDIRECT("Statuses")',
    ],
)
def test_a_list_that_grows_is_read_to_its_end(source: str) -> None:
    book = register()
    book.defined_names["Statuses"] = DefinedName("Statuses", attr_text="Lists!$A$2:$A$4")
    validate(book["Plan"], "B3", "list", source)
    draft = drafted_from("risks.xlsx", "risks", (saved(book), "xlsx"))
    assert isinstance(draft, Draft)
    lists = yaml.safe_load(draft.files["vocabularies.yaml"])
    entries = [[entry["label"] for entry in each["items"]] for each in lists.values()]
    assert ["Open", "Closed", "On hold"] in entries
    assert not any("were not found" in message for message in draft.messages)


def test_a_cell_that_a_formula_works_with_is_a_number() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Risk", "Likelihood", "Impact", "Score"])
    sheet.append([date(2026, 1, 1), None, None, "=B2*C2"])
    fields, _ = imported(book)
    assert (fields["Likelihood"]["type"], fields["Score"]["formula"]) == (
        "decimal",
        "S1_02 * S1_03",
    )


def test_numbered_rows_with_figures_are_a_register_though_a_column_is_blank() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Risk ID", "Likelihood", "Impact", "Score", "Remark"])
    for row in (2, 3, 4):
        sheet.append([f"R-00{row}", 3, "4", f"=B{row}*C{row}", None])
    fields, _ = imported(book)
    assert (fields["Risk ID"]["type"], fields["Score"]["formula"]) == ("text", "S1_02 * S1_03")
