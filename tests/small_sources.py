"""Small sources of our own to import: an XLSForm (small_form.md), a data package, a workbook in use."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.worksheet.datavalidation import DataValidation

FORM = Path(__file__).with_name("small_form.md").read_text(encoding="utf-8")
SHEETS: dict[str, list[list[str]]] = {}
for part in FORM.split("\n## ")[1:]:
    name, *lines = part.splitlines()
    tables = (line.strip("|").split("|") for line in lines if line.startswith("| "))
    SHEETS[name] = [[cell.strip() for cell in cells] for cells in tables]


def form_in_csv() -> bytes:
    """The form as one CSV file, each sheet below its name."""
    rows = csv.writer(stream := io.StringIO())
    for name, lines in SHEETS.items():
        rows.writerows([[name], *lines])
    return stream.getvalue().encode()


def form_as_workbook() -> bytes:
    """The form as a workbook, with a sheet that belongs to no form."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, lines in SHEETS.items():
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
                        "type": "string",
                        "constraints": {"pattern": "[A-Z]{2}[0-9]{3}"},
                        "example": "FR001",
                    },
                    {
                        "name": "power",
                        "type": "number",
                        "title": "Power",
                        "constraints": {"minimum": 1, "exclusiveMaximum": 500},
                    },
                    {
                        "name": "kind",
                        "type": "string",
                        "constraints": {"required": True, "enum": ["fast", "very fast"]},
                    },
                    {"name": "since", "type": "date", "constraints": {"minimum": "2015-07-01"}},
                    {
                        "name": "mail",
                        "type": "string",
                        "format": "email",
                        "constraints": {"maxLength": 80, "unique": False},
                    },
                    {"name": "open", "type": "boolean", "trueValues": ["oui"]},
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
        ["Register of visits"], [], ["Office:", None], ["Kind:", None], [],
        ["Place", "Day", "Women", "Men", "All", "Weather"],
        ["Rabat", date(2026, 1, 5), 3, 4, "=C7+D7", None], ["Fès", date(2026, 1, 6), 2, 2, "=SUM(C8:D8)", None], [], [],
        ["Cost", "Paid by"], [None, None], [], [],
        ["", "", "", "Result"],
    ):  # fmt: skip
        sheet.append(row)
    for where, source in (
        ("B4", '"Plan,Report"'), ("F7:F40", '"Sun,Rain"'), ("B12:B20", '"Us,Them"'), ("D16:D17", '"Good,Bad"'),
        ("F3", '"Yes,No"'), ("H1:H9", "Nowhere!$A$1:$A$9"),
    ):  # fmt: skip
        rule = DataValidation("list", formula1=source)
        rule.add(where)
        sheet.add_data_validation(rule)
    sheet["A6"].comment = Comment("Town, not village", "Office")
    sheet["E1"] = "=VLOOKUP(A1,X!A:B,2)"
    hidden = book.create_sheet("Old")
    hidden["A1"] = "x"
    hidden.sheet_state = "hidden"
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
}
