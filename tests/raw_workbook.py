"""A workbook as it comes back, taken out of its file, to be damaged in memory."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import fields, replace
from datetime import date
from typing import Any

from hrge_xl import Order, generate
from tests.face import (
    PROPERTY_PREFIX,
    Answers,
    Area,
    CellKind,
    Identity,
    Layout,
    RawCell,
    RawSheet,
    RawWorkbook,
    ooxml,
    sign,
    to_pairs,
)

TODAY = date(2026, 3, 1)
BLANK = RawCell(CellKind.BLANK, None)


def text(value: str, formula: str | None = None) -> RawCell:
    return RawCell(CellKind.TEXT, value, formula)


def number(value: float) -> RawCell:
    return RawCell(CellKind.NUMBER, value)


def draw(layout: Layout, answers: Answers | None = None) -> RawWorkbook:
    """A workbook of this layout as it comes back when nothing was done to it but filling it in."""
    tools = tuple(sheet.tool.code for sheet in layout.sheets)
    order = Order(
        "PAK-01",
        TODAY,
        "",
        layout.language,
        tools,
        layout.blank_rows,
        "2026-H1",
        copy="c-1",
        answers=answers or {},
        prefilled=False,
    )
    return deepcopy(
        ooxml.read(generate(layout.spec, order))
    )  # for the reader remembers rows and settings


STAMP = {field.name for field in fields(Identity)}


def stamp_of(workbook: RawWorkbook) -> Identity:
    """What the stamp of a workbook says."""
    named = {name.removeprefix(PROPERTY_PREFIX): said for name, said in workbook.properties.items()}
    return Identity(**{name: said for name, said in named.items() if name in STAMP})


def stamped(workbook: RawWorkbook, key: bytes | None = None, **changes: Any) -> RawWorkbook:
    """The same workbook with something else in both copies of its stamp, signed with the key."""
    identity = replace(stamp_of(workbook), **changes)
    for row, (name, said) in enumerate(to_pairs(sign(identity, key) if key else identity), start=2):
        workbook.properties[PROPERTY_PREFIX + name] = said
        sheet_of(workbook, "IDENTITY").cells[row] = {
            1: text(name),
            2: text(said) if said else BLANK,
        }
    return workbook


def put(raw: RawSheet, row: int, column: int, cell: RawCell) -> None:
    raw.cells.setdefault(row, {})[column] = cell


def sheet_of(workbook: RawWorkbook, key: str) -> RawSheet:
    """The first sheet with this key."""
    return next(
        s for s in workbook.sheets if (cell := s.cell(1, 1)) is not None and cell.value == key
    )


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
            moved[to] = {
                at: cell for column, cell in cells.items() if (at := columns(column)) is not None
            }
    raw.cells = moved
    raw.validations = [
        rule._replace(areas=_moved(rule.areas, rows, columns)) for rule in raw.validations
    ]
    raw.merges = list(_moved(tuple(raw.merges), rows, columns))


def _moved(
    areas: tuple[Area, ...], rows: Callable[[int], int | None], columns: Callable[[int], int | None]
) -> tuple[Area, ...]:
    corners = [
        (rows(a.first_row), columns(a.first_column), rows(a.last_row), columns(a.last_column))
        for a in areas
    ]
    return tuple(Area(*corner) for corner in corners if None not in corner)  # type: ignore[arg-type]


def insert(first: int, count: int = 1) -> Callable[[int], int]:
    """Room for lines before `first`."""
    return lambda line: line + count if line >= first else line


def delete(first: int) -> Callable[[int], int | None]:
    """Without the line `first`."""
    return lambda line: None if line == first else line - 1 if line > first else line
