"""Small sources of our own to import, as offices have them: forms in XLSForm, a data package, workbooks in use."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from functools import partial
from pathlib import Path

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Protection
from openpyxl.worksheet.datavalidation import DataValidation

from tests.tables import table

Sheets = dict[str, list[list[str]]]  # of a form: the rows of each


def form(name: str) -> Sheets:
    """The sheets of a form, each of which is a table of a page."""
    sheets: Sheets = {}
    for part in Path(__file__).with_name(name).read_text(encoding="utf-8").split("\n## ")[1:]:
        sheet, *lines = part.splitlines()
        tables = (line.strip("|").split("|") for line in lines if line.startswith("| "))
        sheets[sheet] = [[cell.strip() for cell in cells] for cells in tables]
    return sheets


SHEETS, HEALTH = form("small_form.md"), form("health_form.md")


def form_in_csv() -> bytes:
    """The form as one CSV file, each sheet below its name."""
    rows = csv.writer(stream := io.StringIO())
    for name, lines in SHEETS.items():
        rows.writerows([[name], *lines])
    return stream.getvalue().encode()


def form_as_workbook(sheets: Sheets = SHEETS) -> bytes:
    """A form as a workbook, with a sheet that belongs to no form."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, lines in sheets.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append([cell or None for cell in line])
    book.create_sheet("entities").append(["list_name"])
    return saved(book)


PACKAGE = {
    "name": "stations",
    "title": "Charging stations",
    "licenses": [{"name": "CC0-1.0"}],
    "resources": [
        {
            "name": "station",
            "title": "Stations",
            "description": "One row for each station.",
            "path": "stations.csv",
            "schema": {
                "primaryKey": "id",
                "missingValues": [""],
                "fields": [
                    {
                        "name": "id",
                        "title": "Number of the station",
                        "description": "Two letters of the country, three digits.",
                        "type": "string",
                        "constraints": {"pattern": "[A-Z]{2}[0-9]{3}"},
                        "example": "FR001",
                    },
                    {
                        "name": "power",
                        "type": "number",
                        "title": "Power in kW",
                        "constraints": {"minimum": 1, "exclusiveMaximum": 500},
                    },
                    {
                        "name": "kind",
                        "title": "How it charges",
                        "type": "string",
                        "constraints": {"required": True, "enum": ["fast", "very fast"]},
                    },
                    {
                        "name": "since",
                        "title": "In use since",
                        "type": "date",
                        "constraints": {"minimum": "2015-07-01"},
                    },
                    {
                        "name": "mail",
                        "title": "E-mail of the operator",
                        "type": "string",
                        "format": "email",
                        "constraints": {"maxLength": 80, "unique": False},
                    },
                    {
                        "name": "open",
                        "title": "Open to everybody",
                        "type": "boolean",
                        "trueValues": ["oui"],
                        "format": "any",
                    },
                    {"name": "place", "type": "geopoint"},
                ],
            },
        },
        {"name": "log", "path": "log.csv"},
    ],
}


def data_package() -> bytes:
    """A data package with a table, and one whose schema is elsewhere."""
    return json.dumps(PACKAGE).encode()


def workbook_in_use() -> bytes:
    """A form above a table on one sheet, a second table below, a column of formulas, notes, and a hidden sheet."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Visits"
    for row in (
        ["Register of visits"],
        [],
        ["Office:", None],
        ["Kind:", None],
        [],
        ["Place", "Day", "Women", "Men", "All", "Weather"],
        ["Rabat", date(2026, 1, 5), 3, 4, "=C7+D7", None],
        ["Fès", date(2026, 1, 6), 2, 2, "=SUM(C8:D8)", None],
        [],
        [],
        ["Cost", "Paid by"],
        [None, None],
        [],
        [],
        ["", "", "", "Result"],
    ):
        sheet.append(row)
    for where, source in (
        ("B4", '"Plan,Report"'),
        ("F7:F40", '"Sun,Rain"'),
        ("B12:B20", '"Us,Them"'),
        ("D16:D17", '"Good,Bad"'),
        ("F3", '"Yes,No"'),
        ("H1:H9", "Nowhere!$A$1:$A$9"),
    ):
        rule = DataValidation("list", formula1=source)
        rule.add(where)
        sheet.add_data_validation(rule)
    sheet["A6"].comment = Comment("Town, not village", "Office")
    sheet["E1"] = "=VLOOKUP(A1,X!A:B,2)"
    hidden = book.create_sheet("Old")
    hidden["A1"] = "x"
    hidden.sheet_state = "hidden"
    return saved(book)


def budget() -> bytes:
    """The budget of a grant, its spending and its conditions: with formulas, totals, dropdowns, notes; protected."""
    told, book = table("grant_budget"), Workbook()
    book.remove(book.worksheets[0])
    for name, rows in told["sheets"].items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    for name, cells, kind, source in told["rules"]:
        operator = None if kind == "list" else "greaterThanOrEqual"
        rule = DataValidation(kind, operator=operator, formula1=source)
        rule.add(cells)
        book[name].add_data_validation(rule)
    for name, areas in told["unlocked"].items():
        book[name].protection.sheet = True
        for cell in (cell for area in areas for line in book[name][area] for cell in line):
            cell.protection = Protection(locked=False)
    for name, cell, note in told["notes"]:
        book[name][cell].comment = Comment(note, "Finance")
    return saved(book)


def saved(book: Workbook) -> bytes:
    """The bytes of a workbook."""
    book.save(stream := io.BytesIO())
    return stream.getvalue()


SOURCES = {
    "visit.csv": form_in_csv,
    "visit.xlsx": form_as_workbook,
    "datapackage.json": data_package,
    "in use.xlsx": workbook_in_use,
    "health centre.xlsx": partial(form_as_workbook, HEALTH),
    "grant budget.xlsx": budget,
}
