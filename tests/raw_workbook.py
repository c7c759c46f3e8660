"""Draws a layout with answers straight into a RawWorkbook, and damages it, without any file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from tests.face import (
    CODE_COLUMN,
    CODE_ROW,
    COVER_KEY,
    FIELD_TYPES,
    HEAD_ROW,
    IDENTITY_KEY,
    IDENTITY_SHEET,
    LISTS_KEY,
    MARK_COLUMN,
    PROGRESS_ROW,
    PURPOSE_ROW,
    TITLE_ROW,
    TODAY_NAME,
    Answers,
    Area,
    CellKind,
    Grid,
    Identity,
    Layout,
    RawCell,
    RawSheet,
    RawWorkbook,
    Sheet,
    Slot,
    Validation,
    Value,
    column_letters,
    quoted,
    to_pairs,
    to_serial,
    translator,
)

TODAY = date(2026, 3, 2)
BLANK = RawCell(CellKind.BLANK, None)


def text(value: str, formula: str | None = None) -> RawCell:
    return RawCell(CellKind.TEXT, value, formula)


def number(value: float) -> RawCell:
    return RawCell(CellKind.NUMBER, value)


def identity_of(layout: Layout, **more: str) -> Identity:
    """The stamp of a workbook of this layout."""
    spec = layout.spec
    stamp = Identity(
        spec=spec.name,
        spec_version=spec.version,
        layout=layout.digest,
        language=layout.language,
        team="PAK-01",
        country="PAK",
        round="2026-H1",
        copy="c-1",
        issued="2026-03-01",
        today="2026-03-01",
        tools=",".join(sheet.tool.code for sheet in layout.sheets),
        rows="" if layout.blank_rows is None else str(layout.blank_rows),
    )
    return replace(stamp, **more)


def draw(layout: Layout, answers: Answers | None = None, identity: Identity | None = None) -> RawWorkbook:
    """A workbook as it comes back when nothing was done to it but filling it in."""
    pairs = to_pairs(identity or identity_of(layout))
    tools = [_tool_sheet(layout, sheet, answers or {}) for sheet in layout.sheets]
    lists = _keyed(layout.lists_name, LISTS_KEY, {(2, 2): text("Lists"), (5, 2): text("Yes")})
    stamp = _keyed(IDENTITY_SHEET, IDENTITY_KEY, {})
    stamp.state = "veryHidden"
    for row, (key, value) in enumerate(pairs, start=2):
        stamp.cells[row] = {1: text(key), 2: text(value) if value else BLANK}
    names = {
        sheet.name_in_book: f"{quoted(sheet.name)}!$A$1:${column_letters(sheet.last.column)}${sheet.last.row}"
        for sheet in layout.sheets
    }
    names[TODAY_NAME] = f"{quoted(layout.cover_name)}!$C$9"
    return RawWorkbook(
        "xlsx", [_cover(layout), *tools, lists, stamp], names, {f"hrge_{key}": value for key, value in pairs}
    )


def _keyed(name: str, key: str, cells: Mapping[tuple[int, int], RawCell]) -> RawSheet:
    sheet = RawSheet(name, protected=True)
    for (row, column), cell in {(1, 1): text(key), **cells}.items():
        sheet.cells.setdefault(row, {})[column] = cell
    return sheet


def _cover(layout: Layout) -> RawSheet:
    today = RawCell(CellKind.DATE, float(to_serial(TODAY)))
    cells = {(2, 2): text(layout.spec.title.say(layout.language)), (9, 3): today}
    return _keyed(layout.cover_name, COVER_KEY, cells)


def _tool_sheet(layout: Layout, sheet: Sheet, answers: Answers) -> RawSheet:
    tool, language = sheet.tool, layout.language
    raw = _keyed(sheet.name, tool.code, {})
    put(raw, TITLE_ROW, MARK_COLUMN, text(tool.title.say(language)))
    if tool.purpose:
        put(raw, PURPOSE_ROW, MARK_COLUMN, text(tool.purpose.say(language)))
    put(raw, PROGRESS_ROW, MARK_COLUMN, text("0 of 3 answered", "A1"))
    tokens: dict[int, list[str]] = {}
    for grid in sheet.grids:
        _grid(raw, grid)
        for column in grid.columns:
            if column.code and column.code not in tokens.setdefault(column.index, []):
                tokens[column.index].append(column.code)
        for slot in grid.slots:
            _slot(raw, layout, slot, answers.get(slot.key))
    for index, codes in tokens.items():
        if codes:
            put(raw, CODE_ROW, index, text(" ".join(codes)))
    raw.validations = [rule for grid in sheet.grids for rule in _validations(layout, grid)]
    return raw


def put(raw: RawSheet, row: int, column: int, cell: RawCell) -> None:
    raw.cells.setdefault(row, {})[column] = cell


def _grid(raw: RawSheet, grid: Grid) -> None:
    for column in grid.columns:
        if column.label:
            help_text = column.field.help.say("en") if column.field else ""
            put(raw, HEAD_ROW, column.index, text(f"{column.label}\n{help_text}".strip()))
    names = [column.index for column in grid.with_role("name")]
    for row in grid.rows:
        if row.code:
            put(raw, row.index, CODE_COLUMN, text(row.code))
            put(raw, row.index, MARK_COLUMN, text(row.code))
        if row.label and grid.kind != "register":
            put(raw, row.index, names[0], text(row.label))
        if row.role not in ("item", "record", "question"):
            continue
        for column in grid.columns:
            if column.role in ("sign", "status"):
                put(raw, row.index, column.index, text("", 'IF(1,"","")'))
            elif column.role in ("check", "active"):
                put(raw, row.index, column.index, RawCell(CellKind.NUMBER, 0.0, "0"))
            elif column.role == "help" and row.help:
                put(raw, row.index, column.index, text(row.help))
            elif column.role == "fixed" and row.item is not None:
                put(raw, row.index, column.index, text("fixed"))


def _slot(raw: RawSheet, layout: Layout, slot: Slot, value: Value | None) -> None:
    parts = value if isinstance(value, tuple) else (value,)
    for number_of_cell, place in enumerate(slot.cells):
        part = parts[number_of_cell] if number_of_cell < len(parts) else None
        if slot.field.calculated:
            put(raw, *place, text("", "1+1"))
        else:
            put(raw, *place, BLANK if part is None else stored(layout, slot, part))


def stored(layout: Layout, slot: Slot, value: str | float | date) -> RawCell:
    """A value as a spreadsheet stores it."""
    if isinstance(value, date):
        return RawCell(CellKind.DATE, float(to_serial(value)))
    if isinstance(value, float):
        return number(value)
    name = slot.field.list_name
    if slot.field.type is FIELD_TYPES["yesno"]:
        return text(translator(layout.language)({"Y": "Yes", "N": "No"}[value]))
    if name is not None:
        place = layout.lists[name]
        return text(place.labels[place.codes.index(value)])
    return text(value)


def _validations(layout: Layout, grid: Grid) -> list[Validation]:
    rules = []
    for field in grid.block.fields:  # type: ignore[attr-defined]
        cells = [cell for slot in grid.slots if slot.field is field for cell in slot.cells]
        kind = field.type.limits(field).type
        if not cells or field.calculated or kind == "any":
            continue
        rows, columns = {cell.row for cell in cells}, {cell.column for cell in cells}
        area = Area(min(rows), min(columns), max(rows), max(columns))
        name = field.list_name
        source = "rows_C1" if name is None else f"list_{name}"
        rules.append(Validation(kind, source if kind == "list" else "0", (area,), blocks=True))
    return rules


# damage


def sheet_of(workbook: RawWorkbook, key: str) -> RawSheet:
    """The first sheet with this key."""
    return next(s for s in workbook.sheets if (cell := s.cell(1, 1)) is not None and cell.value == key)


def map_lines(
    raw: RawSheet,
    rows: Callable[[int], int | None] = lambda row: row,
    columns: Callable[[int], int | None] = lambda column: column,
) -> None:
    """Move rows and columns; None deletes them. Validations and merges go along, as in a spreadsheet."""
    moved: dict[int, dict[int, RawCell]] = {}
    for row, cells in raw.cells.items():
        to = rows(row)
        if to is not None:
            moved[to] = {at: cell for column, cell in cells.items() if (at := columns(column)) is not None}
    raw.cells = moved
    raw.validations = [rule._replace(areas=_moved(rule.areas, rows, columns)) for rule in raw.validations]
    raw.merges = list(_moved(tuple(raw.merges), rows, columns))


def _moved(
    areas: tuple[Area, ...], rows: Callable[[int], int | None], columns: Callable[[int], int | None]
) -> tuple[Area, ...]:
    corners = [
        (rows(a.first_row), columns(a.first_column), rows(a.last_row), columns(a.last_column)) for a in areas
    ]
    return tuple(Area(*corner) for corner in corners if None not in corner)  # type: ignore[arg-type]


def insert(first: int, count: int = 1) -> Callable[[int], int]:
    """Room for lines before `first`."""
    return lambda line: line + count if line >= first else line


def delete(first: int) -> Callable[[int], int | None]:
    """Without the line `first`."""
    return lambda line: None if line == first else line - 1 if line > first else line


def swap(one: int, other: int) -> Callable[[int], int]:
    """Two lines changing places."""
    return lambda line: {one: other, other: one}.get(line, line)
