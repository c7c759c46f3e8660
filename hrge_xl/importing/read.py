"""Reads an office's own workbook (not a returned file: those go through the intake) into a plain description.

openpyxl does it, which may fail in any way or never end: all this runs in a worker, on a file that the gate let in.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple
from xml.etree import ElementTree

from openpyxl.reader.excel import ExcelReader
from openpyxl.utils.cell import range_boundaries
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from ..layout import column_letters
from ..reader.zip_package import ZipPackage
from .neutral import in_one_line

MOST_ROWS, MOST_COLUMNS, MOST_ENTRIES, LAST_ROW = 2000, 200, 1000, 1_048_576
# lists that grow: from a cell down to the last one that is filled
GROWING = re.compile(r"OFFSET\(([^,()]+),.*\)|([^:()]+):(?:INDEX|OFFSET)\(.*\)", re.IGNORECASE)
NAMED = re.compile(r'INDIRECT\("([^"]+)"\)', re.IGNORECASE)
EXTENSION = "{http://schemas.microsoft.com/office/spreadsheetml/2009/9/main}"
FORMULA = "{http://schemas.microsoft.com/office/excel/2006/main}"

PARTS = ("type", "operator", "formula1", "formula2", "sqref", "prompt")  # of a validation, that matter
BOUNDS = {  # what is the lowest and the highest, by operator
    "between": ("formula1", "formula2"),
    "equal": ("formula1", "formula1"),
    **dict.fromkeys(("greaterThanOrEqual", "greaterThan"), ("formula1", "")),
    **dict.fromkeys(("lessThanOrEqual", "lessThan"), ("", "formula1")),
}

Box = tuple[int, int, int, int]  # first column, first row, last column, last row
Place = tuple[int, int]  # row and column, from 1


class SourceArea(NamedTuple):
    """Cells of one sheet."""

    sheet: str
    left: int
    top: int
    right: int
    bottom: int


class DataValidation(NamedTuple):
    """One data validation: what it allows and where it stands. `labels` is None where no list was found.

    `area` is where the list stands.
    """

    type: str
    boxes: tuple[Box, ...]
    source: str = ""
    name: str = ""
    labels: tuple[str, ...] | None = None
    area: SourceArea | None = None
    low: float | None = None
    high: float | None = None
    prompt: str = ""

    def covers(self, row: int, column: int) -> bool:
        """Say whether the rule stands at this cell."""
        return any(c1 <= column <= c2 and r1 <= row <= r2 for c1, r1, c2, r2 in self.boxes)


class SourceCell(NamedTuple):
    """One cell that holds something or looks like something. `span` counts the columns it is merged over."""

    value: str | float | bool | date | None = None
    formula: str = ""
    format: str = "General"
    unlocked: bool = False
    span: int = 1
    note: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether neither a value nor a formula stands in it."""
        return self.value is None and not self.formula


BLANK = SourceCell()


@dataclass
class SourceSheet:
    """One sheet: its cells by (row, column), its rules, and whether it gives its cells to lists."""

    name: str
    visible: bool
    cells: dict[Place, SourceCell]
    rules: tuple[DataValidation, ...]
    gives_lists: bool = False

    def at(self, row: int, column: int) -> SourceCell:
        """Give the cell, a blank one where nothing stands."""
        return self.cells.get((row, column), BLANK)

    def rule(self, row: int, column: int) -> DataValidation | None:
        """Give the rule at a cell."""
        return next((rule for rule in self.rules if rule.covers(row, column)), None)

    def dropdowns(self, column: int | None = None) -> Iterator[tuple[DataValidation, Box]]:
        """Give every dropdown, or those of a column, with the cells that it stands in."""
        for rule in self.rules:
            for box in rule.boxes if rule.type == "list" else ():
                if column is None or box[0] <= column <= box[2]:
                    yield rule, box

    def text(self, row: int, column: int) -> str:
        """Give the text of a cell, in one line; empty for anything else."""
        value = self.at(row, column).value
        return value if isinstance(value, str) else ""

    def open(self, row: int, column: int) -> bool:
        """Say whether somebody is meant to fill this cell in."""
        return self.at(row, column).unlocked or self.rule(row, column) is not None


@dataclass
class SourceWorkbook:
    """The whole workbook, what its names mean, and what of it could not be understood."""

    title: str
    sheets: list[SourceSheet]
    names: Mapping[str, str] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)

    def sheet(self, title: str) -> SourceSheet | None:
        """Give the sheet of this name."""
        return next((sheet for sheet in self.sheets if sheet.name == title), None)


def area_of(text: str, sheet: str, names: Mapping[str, str]) -> SourceArea | None:
    """Give the cells that a name or an address on a sheet means; None if it means none."""
    bare = text.strip().removeprefix("=").strip()
    text = names.get(f"{sheet}!{bare}".casefold()) or names.get(bare.casefold()) or bare
    grows = GROWING.fullmatch(text)
    title, _, box = ((grows[1] or grows[2]) if grows else text).rpartition("!")
    try:
        left, top, right, bottom = range_boundaries(box)
    except (ValueError, TypeError):
        return None
    title = title.strip("'").replace("''", "'") or sheet
    area = SourceArea(title, left or 1, top or 1, right or MOST_COLUMNS, bottom or LAST_ROW)
    return area._replace(right=area.left, bottom=LAST_ROW) if grows else area


def read(data: bytes, stem: str) -> SourceWorkbook:
    """Read a workbook whose file is called so. Raises whatever openpyxl does."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reader = ExcelReader(io.BytesIO(data))
        reader.read()
    workbook: Workbook = reader.wb
    targets = {sheet.name: rel.target for sheet, rel in reader.parser.find_sheets()}
    sources, package = _Sources(workbook), ZipPackage(data)
    sheets = [
        _sheet(sheet, sources, _extended(package, targets.get(sheet.title))) for sheet in workbook.worksheets
    ]
    for sheet in sheets:
        sheet.gives_lists = sheet.name in sources.used
    title = in_one_line(workbook.properties.title) or stem
    return SourceWorkbook(title, sheets, sources.names, sources.messages)


def _sheet(sheet: Worksheet, sources: _Sources, extended: list[dict[str, str]]) -> SourceSheet:
    spans = {(r.min_row, r.min_col): r.max_col - r.min_col + 1 for r in sheet.merged_cells.ranges}
    guarded = bool(sheet.protection.sheet)
    rows, columns = min(sheet.max_row, MOST_ROWS), min(sheet.max_column, MOST_COLUMNS)
    cells = {}
    for line in sheet.iter_rows(max_row=rows, max_col=columns):
        for cell in line:
            place = (int(cell.row or 0), int(cell.column or 0))
            value, formula = cell.value, ""
            if cell.data_type == "f":
                value, formula = None, in_one_line(getattr(value, "text", value))
            elif cell.data_type == "e":
                value = None
            elif isinstance(value, datetime):
                value = value.date()
            elif not isinstance(value, bool | int | float | date):
                value = in_one_line(value) or None
            unlocked = guarded and not cell.protection.locked
            note = in_one_line(cell.comment.text) if cell.comment else ""
            shape = str(cell.number_format or "General")
            made = SourceCell(value, formula, shape, unlocked, spans.get(place, 1), note)
            if made != BLANK:
                cells[place] = made
    own = [
        {name: str(value) for name in PARTS if (value := getattr(validation, name, None)) is not None}
        for validation in sheet.data_validations.dataValidation
    ]
    rules = (_rule(sources, sheet.title, parts) for parts in (*own, *extended))
    kept = tuple(rule for rule in rules if rule.boxes)
    return SourceSheet(sheet.title, sheet.sheet_state == "visible", cells, kept)


def _extended(package: ZipPackage, target: str | None) -> list[dict[str, str]]:
    """Read validations that Excel keeps in an extension, which openpyxl drops: lists that stand on another sheet."""
    name = (target or "").lstrip("/")
    data = package.read(name) if name in package else b""
    if b"dataValidation" not in data:
        return []
    return [
        {name: value for name, value in node.attrib.items() if name in ("type", "operator", "prompt")}
        | {
            number: node.findtext(f"{EXTENSION}{number}/{FORMULA}f") or ""
            for number in ("formula1", "formula2")
        }
        | {"sqref": node.findtext(f"{FORMULA}sqref") or ""}
        for node in ElementTree.fromstring(data).iter(f"{EXTENSION}dataValidation")
    ]


def _rule(sources: _Sources, sheet: str, parts: dict[str, str]) -> DataValidation:
    kind, first = parts.get("type", "any"), parts.get("formula1", "")
    edges = (range_boundaries(part) for part in parts.get("sqref", "").split())
    boxes = tuple((c1 or 1, r1 or 1, c2 or MOST_COLUMNS, r2 or LAST_ROW) for c1, r1, c2, r2 in edges)
    prompt = in_one_line(parts.get("prompt"))
    if kind == "list":
        name, labels, area = sources.labels(first, sheet)
        return DataValidation(kind, boxes, in_one_line(first), name, labels, area, prompt=prompt)
    limits = {"formula1": _number(first), "formula2": _number(parts.get("formula2", ""))}
    low, high = (limits.get(bound) for bound in BOUNDS.get(parts.get("operator", "between"), ("", "")))
    return DataValidation(kind, boxes, in_one_line(first), low=low, high=high, prompt=prompt)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


class _Sources:
    """Finds the entries of dropdowns: written out, in a range, or behind a defined name."""

    def __init__(self, book: Workbook) -> None:
        self.book = book
        self.used: set[str] = set()
        self.messages: list[str] = []
        self.names = {name.casefold(): str(each.attr_text or "") for name, each in book.defined_names.items()}
        for sheet in book.worksheets:
            for name, defined in sheet.defined_names.items():
                self.names[f"{sheet.title}!{name}".casefold()] = str(defined.attr_text or "")
            for table in sheet.tables.values():
                left, top, _, bottom = range_boundaries(table.ref)
                rows = int(top or 0) + 1, int(bottom or 0) - int(table.totalsRowCount or 0)
                for number, column in enumerate(table.tableColumns, int(left or 1)):
                    letters = column_letters(number)
                    place = f"'{sheet.title}'!{letters}{rows[0]}:{letters}{rows[1]}"
                    self.names[f"{table.name}[{column.name}]".casefold()] = place

    def labels(self, source: str, sheet: str) -> tuple[str, tuple[str, ...] | None, SourceArea | None]:
        """Give the defined name, if one is used, the entries and where they stand; None where they cannot be found."""
        source = source.strip().removeprefix("=").strip()
        if source.startswith('"') and source.endswith('"') and len(source) > 1:
            return "", _distinct(source[1:-1].replace('""', '"').split(",")), None
        bare = NAMED.sub(r"\1", source)
        area = area_of(bare, sheet, self.names)
        entries = self._entries(area) if area else None
        if area and area.sheet != sheet:
            self.used.add(area.sheet)
        if entries is None:
            said = in_one_line(source)
            self.messages.append(f"{sheet}: the entries of the dropdown {said} were not found.")
        name = bare.rpartition("!")[2]
        known = not {name.casefold(), f"{sheet}!{name}".casefold()}.isdisjoint(self.names)
        return name * known, entries, area

    def _entries(self, area: SourceArea) -> tuple[str, ...] | None:
        sheet = self.book[area.sheet] if area.sheet in self.book.sheetnames else None
        if not isinstance(sheet, Worksheet):
            return None
        last = min(area.bottom, sheet.max_row, area.top + MOST_ENTRIES)
        right = min(area.right, sheet.max_column, MOST_COLUMNS)
        values = sheet.iter_rows(area.top, last, area.left, max(right, area.left), values_only=True)
        return _distinct([value for line in values for value in line])


def _distinct(values: list[Any]) -> tuple[str, ...]:
    """Give the entries as texts, each once, the blank ones left out; as many as a list may have."""
    entries: dict[str, str] = {}
    for value in values:
        whole = isinstance(value, float) and value.is_integer()
        text = in_one_line(int(value) if whole else "" if value is None else str(value))
        if text and not text.startswith("="):
            entries.setdefault(text.casefold(), text)
    return tuple(entries.values())
