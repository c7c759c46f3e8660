"""Which sheet of a returned workbook is which tool: by its key, else by defined name, name or codes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from ..findings import Finding
from ..findings.structure import OWN_SHEET_MISSING, SHEET_DOUBLED, SHEET_HIDDEN, SHEET_MISSING, SHEET_RENAMED
from ..layout import Layout
from ..spec.supplements import (
    COVER_KEY,
    FEEDBACK_KEY,
    IDENTITY_KEY,
    IDENTITY_SHEET,
    LAST_KEY,
    LAST_SHEET,
    LEFTOVER_KEY,
    LISTS_KEY,
)
from .expected import ExpectedSheet, ExpectedWorkbook
from .raw import Area, CellKind, RawSheet, RawWorkbook, parse_area

GIVEN_BACK = (FEEDBACK_KEY, LEFTOVER_KEY)  # sheets of a workbook that was given back
WINDOW = 20  # rows and columns in which a key that moved is looked for


class Corner(NamedTuple):
    """Where the key of a sheet stands: its row holds the column codes, its column the row codes."""

    row: int
    column: int


HOME = Corner(1, 1)


class ToolSheet(NamedTuple):
    """The sheet that was taken for a tool."""

    plan: ExpectedSheet
    raw: RawSheet
    corner: Corner = HOME
    area: Area | None = None  # what its defined name covers


@dataclass(slots=True)
class Assigned:
    """What became of every sheet of the file."""

    tools: dict[str, ToolSheet] = field(default_factory=dict)
    copies: list[ToolSheet] = field(default_factory=list)
    # no tools: by the name they were issued under
    ours: list[tuple[str, RawSheet]] = field(default_factory=list)
    unknown_sheets: list[RawSheet] = field(default_factory=list)
    observations: list[Finding] = field(default_factory=list)


def text_at(sheet: RawSheet, row: int, column: int) -> str:
    """Give the text of a cell without spaces around it; empty when it holds no text."""
    cell = sheet.cell(row, column)
    return str(cell.value).strip() if cell is not None and cell.kind is CellKind.TEXT else ""


def named_area(workbook: RawWorkbook, name: str) -> tuple[str, Area] | None:
    """Sheet and area that a defined name stands for."""
    reference = workbook.defined_names.get(name, "").lstrip("=")
    sheet, mark, cells = reference.rpartition("!")
    area = parse_area(cells) if mark else None
    if area is None:
        return None
    if sheet.startswith("'") and sheet.endswith("'"):
        sheet = sheet[1:-1].replace("''", "'")
    return sheet, area


def own_sheet(workbook: RawWorkbook, key: str, name: str) -> RawSheet | None:
    """Give the sheet of ours that has this key, else that of this name."""
    keyed = (sheet for sheet in workbook.sheets if text_at(sheet, 1, 1) == key)
    return next(keyed, None) or next((sheet for sheet in workbook.sheets if sheet.name == name), None)


def area_of(workbook: RawWorkbook, name: str, sheet: RawSheet) -> Area | None:
    """Give the area that a defined name covers, if it is one of this sheet."""
    named = named_area(workbook, name)
    return named[1] if named is not None and named[0].casefold() == sheet.name.casefold() else None


def assign(workbook: RawWorkbook, plan: ExpectedWorkbook) -> Assigned:
    """Give every tool its sheet; what is left over is a copy, one of our own sheets, or unknown."""
    claims: dict[str, list[RawSheet]] = {}
    found = Assigned()
    for sheet in workbook.sheets:
        key = text_at(sheet, 1, 1)
        if key in plan.sheets:
            claims.setdefault(key, []).append(sheet)
        elif (name := issued_name(sheet, key, plan.layout)) is not None:
            found.ours.append((name, sheet))
        else:
            found.unknown_sheets.append(sheet)
    for tool, expected in plan.sheets.items():
        if tool in claims:
            _take(found, expected, claims[tool], workbook)
        else:
            _search(found, expected, workbook)
    for tool, tool_sheet in found.tools.items():
        raw, name = tool_sheet.raw, tool_sheet.plan.sheet.name
        if raw.name != name:
            found.observations.append(SHEET_RENAMED.at(raw.name, None, tool, expected=name))
        if raw.state != "visible":
            found.observations.append(SHEET_HIDDEN.at(raw.name, None, tool))
    return found


def issued_name(sheet: RawSheet, key: str, layout: Layout) -> str | None:
    """Give the name under which a sheet of ours that is not a tool was issued, or its key; None for any other sheet."""
    names = {COVER_KEY: layout.cover_name, LISTS_KEY: layout.lists_name, IDENTITY_KEY: IDENTITY_SHEET}
    if layout.last:
        names[LAST_KEY] = LAST_SHEET
    if key in names or key in GIVEN_BACK:
        return names.get(key, key)
    return sheet.name if sheet.name in names.values() else None


def _take(found: Assigned, plan: ExpectedSheet, claimed: list[RawSheet], workbook: RawWorkbook) -> None:
    """Take the sheet with the right name, else the first; the others are copies."""
    expected = plan.sheet.name
    winner = next((sheet for sheet in claimed if sheet.name == expected), claimed[0])
    found.tools[plan.tool] = ToolSheet(plan, winner, HOME, area_of(workbook, plan.sheet.name_in_book, winner))
    for sheet in claimed:
        if sheet is not winner:
            found.copies.append(ToolSheet(plan, sheet))
            found.observations.append(SHEET_DOUBLED.at(sheet.name, None, plan.tool, expected=expected))


def _search(found: Assigned, plan: ExpectedSheet, workbook: RawWorkbook) -> None:
    """Search for the sheet of a tool whose key is not where it should be, first where its name or area says."""
    free = [(sheet, area_of(workbook, plan.sheet.name_in_book, sheet)) for sheet in found.unknown_sheets]
    for sheet, area in sorted(free, key=lambda each: (each[1] is None, each[0].name != plan.sheet.name)):
        corner = _corner(sheet, plan, area)
        if corner is None and (area is not None or sheet.name == plan.sheet.name):
            corner = HOME if area is None else Corner(*area[:2])
        if corner is not None:
            found.unknown_sheets.remove(sheet)
            found.tools[plan.tool] = ToolSheet(plan, sheet, corner, area)
            return
    missing = SHEET_MISSING if plan.parts else OWN_SHEET_MISSING
    found.observations.append(missing.at(plan.sheet.name, None, plan.tool))


def _corner(sheet: RawSheet, plan: ExpectedSheet, area: Area | None) -> Corner | None:
    """Give the corner from which row and column codes of this tool can be read; its key, where it has none."""
    keys = [
        Corner(row, column)
        for row in sorted(row for row in sheet.cells if row <= WINDOW)
        for column in sorted(column for column in sheet.cells[row] if column <= WINDOW)
        if text_at(sheet, row, column) == plan.tool
    ]
    if not plan.parts:
        return keys[0] if keys else None
    tried = (*([] if area is None else [Corner(*area[:2])]), HOME, *keys)
    return next((corner for corner in tried if _has_codes(sheet, plan, corner)), None)


def _has_codes(sheet: RawSheet, plan: ExpectedSheet, corner: Corner) -> bool:
    heads = (text_at(sheet, corner.row, column) for column in sheet.cells.get(corner.row, {}))
    return any(text_at(sheet, row, corner.column) in plan.needed_rows for row in sheet.cells) and any(
        token in plan.needed_columns for head in heads for token in head.split()
    )
