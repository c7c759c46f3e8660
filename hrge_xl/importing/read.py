"""Reads an office's own workbook (not a returned file: those go through the intake) into a plain description.

openpyxl does it, which may fail in any way or never end: all this runs in a worker, on a file that the gate let in.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from operator import itemgetter
from typing import Any, NamedTuple
from xml.etree import ElementTree

from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils import quote_sheetname, range_boundaries
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from ..core.numerals import plain_number
from ..layout import LAST_ROW, column_letters
from ..reader.zip_package import ZipPackage
from .neutral import cut, in_one_line

MOST_ROWS = 2000
MOST_COLUMNS = 200
MOST_ENTRIES = 1000
# lists that grow: from a cell down to the last one that is filled
GROWING = re.compile(r"OFFSET\(([^,()]+),.*\)|([^:()]+):(?:INDEX|OFFSET)\(.*\)", re.IGNORECASE)
NAMED = re.compile(r'INDIRECT\("([^"]+)"\)', re.IGNORECASE)
EXTENSION = "{http://schemas.microsoft.com/office/spreadsheetml/2009/9/main}"
FORMULA = "{http://schemas.microsoft.com/office/excel/2006/main}"

Place = tuple[int, int]  # row and column, from 1
SourceValue = str | float | bool | date | None


class SourceArea(NamedTuple):
    """Cells of one sheet."""

    sheet: str
    left: int
    top: int
    right: int
    bottom: int

    def holds(self, row: int, column: int) -> bool:
        """Say whether a cell of its sheet is one of them."""
        return self.left <= column <= self.right and self.top <= row <= self.bottom


class SourceRule(NamedTuple):
    """One data validation: what it allows, and where.

    Of a list, `name` is the defined name behind it, `labels` are the entries, None where they were not found, and
    `area` is where they stand.
    """

    type: str
    areas: tuple[SourceArea, ...]
    source: str = ""
    prompt: str = ""
    name: str = ""
    labels: tuple[str, ...] | None = None
    area: SourceArea | None = None
    low: float | None = None
    high: float | None = None


class SourceCell(NamedTuple):
    """One cell that holds something or looks like something. `span` counts the columns it is merged over."""

    value: SourceValue = None
    formula: str = ""
    format: str = "General"
    unlocked: bool = False
    span: int = 1
    note: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether neither a value nor a formula stands in it."""
        return self.value is None and not self.formula

    @property
    def shape(self) -> str:
        """What its formula has in common with others of its column."""
        return re.sub(r"\d+", "#", self.formula)


BLANK = SourceCell()


@dataclass
class SourceSheet:
    """One sheet: its cells by (row, column), its rules, and whether other sheets draw lists from it."""

    name: str
    visible: bool
    cells: dict[Place, SourceCell]
    rules: list[SourceRule] = field(default_factory=list)
    gives_lists: bool = False

    def at(self, row: int, column: int) -> SourceCell:
        """Return the cell, a blank one where nothing stands."""
        return self.cells.get((row, column), BLANK)

    def rule(self, row: int, column: int) -> SourceRule | None:
        """Return the rule at a cell."""
        return next(
            (rule for rule in self.rules for area in rule.areas if area.holds(row, column)), None
        )

    def dropdowns(self, column: int | None = None) -> Iterator[tuple[SourceRule, SourceArea]]:
        """Yield every dropdown, or those of a column, with the cells that it stands in."""
        for rule in self.rules:
            for area in rule.areas if rule.type == "list" else ():
                if column is None or area.left <= column <= area.right:
                    yield rule, area

    def text(self, row: int, column: int) -> str:
        """Return the text of a cell, in one line; empty for anything else."""
        value = self.at(row, column).value
        return value if isinstance(value, str) else ""

    def is_input(self, row: int, column: int) -> bool:
        """Say whether somebody is meant to fill this cell in."""
        return self.at(row, column).unlocked or self.rule(row, column) is not None


@dataclass
class SourceWorkbook:
    """The whole workbook, what its names mean, and what of it could not be understood."""

    title: str
    sheets: list[SourceSheet]
    names: Mapping[str, str]
    messages: list[str] = field(default_factory=list)

    def sheet(self, title: str) -> SourceSheet | None:
        """Return the sheet of this name."""
        return next((sheet for sheet in self.sheets if sheet.name == title), None)

    def area(self, text: str, sheet: str = "") -> SourceArea | None:
        """Return the cells that a name or an address on a sheet means; None if it means none."""
        bare = text.strip().removeprefix("=").strip()
        text = self.names.get(bare.casefold()) or bare
        grows = GROWING.fullmatch(text)
        title, _, box = ((grows[1] or grows[2]) if grows else text).rpartition("!")
        try:
            first_column, first_row, last_column, last_row = range_boundaries(box)
        except (ValueError, TypeError):
            return None
        title = title.strip("'").replace("''", "'") or sheet
        area = SourceArea(
            title,
            first_column or 1,
            first_row or 1,
            last_column or MOST_COLUMNS,
            last_row or LAST_ROW,
        )
        return area._replace(right=area.left, bottom=LAST_ROW) if grows else area

    def values(self, area: SourceArea) -> list[SourceValue]:
        """Return what stands in these cells, row by row, as many as a list may have entries."""
        sheet = self.sheet(area.sheet)
        if sheet is None:
            return []
        rows = range(area.top, min(area.bottom, area.top + MOST_ENTRIES) + 1)
        columns = range(area.left, min(area.right, MOST_COLUMNS) + 1)
        return [sheet.at(row, column).value for row in rows for column in columns]


def read(content: bytes, stem: str) -> SourceWorkbook:
    """Read a workbook whose file is called so. Raises whatever openpyxl does."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reader = ExcelReader(io.BytesIO(content))
        reader.read()
    workbook: Workbook = reader.wb
    sheets = [
        SourceSheet(sheet.title, sheet.sheet_state == "visible", _cells(sheet))
        for sheet in workbook.worksheets
    ]
    book = SourceWorkbook(in_one_line(workbook.properties.title) or stem, sheets, _names(workbook))
    targets = {sheet.name: rel.target for sheet, rel in reader.parser.find_sheets()}
    package = ZipPackage(content)
    for sheet, source in zip(workbook.worksheets, sheets, strict=True):
        extended = _extended(package, targets.get(sheet.title, "").lstrip("/"))
        validations = (*sheet.data_validations.dataValidation, *extended)
        source.rules = [_rule(book, source, validation) for validation in validations]
    return book


def _names(workbook: Workbook) -> dict[str, str]:
    """Return the cells that defined names and columns of tables mean; of two alike, that of the whole workbook."""
    names: dict[str, str] = {}
    holders: list[Worksheet | Workbook] = [*workbook.worksheets, workbook]
    for holder in holders:
        names |= {name: defined.attr_text or "" for name, defined in holder.defined_names.items()}
    for sheet in workbook.worksheets:
        for table in sheet.tables.values():
            area = CellRange(table.ref)
            first = area.min_row + 1
            last = area.max_row - (table.totalsRowCount or 0)
            for number, column in enumerate(table.tableColumns, area.min_col):
                letters = column_letters(number)
                place = f"{quote_sheetname(sheet.title)}!{letters}{first}:{letters}{last}"
                names[f"{table.name}[{column.name}]"] = place
    return {name.casefold(): meaning for name, meaning in names.items()}


def _cells(sheet: Worksheet) -> dict[Place, SourceCell]:
    spans = {
        (merged.min_row, merged.min_col): merged.size["columns"]
        for merged in sheet.merged_cells.ranges
    }
    guarded = bool(sheet.protection.sheet)
    cells = {
        (row, column): _cell(cell, spans.get((row, column), 1), guarded=guarded)
        # those that the file has: to walk over all others makes each of them
        for (row, column), cell in sorted(sheet._cells.items(), key=itemgetter(0))
        if row <= MOST_ROWS and column <= MOST_COLUMNS
    }
    return {place: cell for place, cell in cells.items() if cell != BLANK}


def _cell(cell: Cell | MergedCell, span: int, *, guarded: bool) -> SourceCell:
    value = cell.value
    formula = ""
    if cell.data_type == "f":
        formula = in_one_line(getattr(value, "text", value))
        value = None
    elif cell.data_type == "e":
        value = None
    elif isinstance(value, datetime):
        value = value.date()
    elif not isinstance(value, int | float | date):
        value = in_one_line(value) or None
    note = in_one_line(cell.comment.text) if cell.comment else ""
    return SourceCell(
        value, formula, cell.number_format, guarded and not cell.protection.locked, span, note
    )


def _extended(package: ZipPackage, part: str) -> list[DataValidation]:
    """Read validations that Excel keeps in an extension, which openpyxl drops: lists that stand on another sheet."""
    xml = package.read(part) if part in package else b""
    if b"dataValidation" not in xml:
        return []
    validations = []
    for node in ElementTree.fromstring(xml).iter(f"{EXTENSION}dataValidation"):
        settings: dict[str, Any] = {name: node.get(name) for name in ("type", "operator", "prompt")}
        for name in ("formula1", "formula2"):
            settings[name] = node.findtext(f"{EXTENSION}{name}/{FORMULA}f")
        validations.append(DataValidation(**settings, sqref=node.findtext(f"{FORMULA}sqref", "")))
    return validations


def _rule(book: SourceWorkbook, sheet: SourceSheet, validation: DataValidation) -> SourceRule:
    areas = tuple(SourceArea(sheet.name, *cells.bounds) for cells in validation.sqref.sorted())
    source = (validation.formula1 or "").strip().removeprefix("=").strip()
    rule = SourceRule(
        validation.type or "", areas, in_one_line(source), in_one_line(validation.prompt)
    )
    if rule.type == "list":
        return _with_entries(rule, book, sheet, source)
    first = plain_number(source)
    second = plain_number(validation.formula2 or "")
    match validation.operator:
        case None | "between":
            return rule._replace(low=first, high=second)
        case "greaterThan" | "greaterThanOrEqual":
            return rule._replace(low=first)
        case "lessThan" | "lessThanOrEqual":
            return rule._replace(high=first)
    return rule


def _with_entries(
    rule: SourceRule, book: SourceWorkbook, sheet: SourceSheet, source: str
) -> SourceRule:
    """Find the entries of a dropdown: written out, in some cells, or behind a defined name."""
    if len(source) > 1 and source[0] == source[-1] == '"':
        return rule._replace(labels=_distinct(source[1:-1].replace('""', '"').split(",")))
    source = NAMED.sub(r"\1", source)
    area = book.area(source, sheet.name)
    list_sheet = book.sheet(area.sheet) if area else None
    if not area or not list_sheet:
        book.messages.append(
            f"{sheet.name}: the entries of the dropdown {rule.source} were not found."
        )
        return rule
    list_sheet.gives_lists |= list_sheet is not sheet
    name = source if source.casefold() in book.names else ""
    return rule._replace(name=name, labels=_distinct(book.values(area)), area=area)


def _distinct(values: Iterable[SourceValue]) -> tuple[str, ...]:
    """Return the entries as texts that fit a cell, each once, without the blank ones."""
    texts = (cut(in_one_line(str(value))) for value in values if value is not None)
    entries: dict[str, str] = {}
    for text in filter(None, texts):
        entries.setdefault(text.casefold(), text)
    return tuple(entries.values())
