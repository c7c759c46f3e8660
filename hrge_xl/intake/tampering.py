"""What was done to the cells of a sheet: lost dropdowns and formulas, merges, hidden rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..findings import Finding, Kind
from ..findings.appearance import ALERT_OFF, COLUMNS_HIDDEN
from ..findings.structure import (
    ANSWERS_HIDDEN,
    CELLS_MERGED,
    DROPDOWN_LOST,
    FORMULA_CLEARED,
    PROTECTION_OFF,
    ROWS_SORTED,
)
from ..layout import address
from .as_issued import COLUMNS_ALONE
from .dropdowns import Dropdowns, ListNames
from .keys import Cells, Here, Needs, Part, Plan, observe_at, shorten
from .raw import CellKind, RawSheet
from .runs import Run, compact
from .tool_sheets import ToolSheet


def tampered(
    tool_sheet: ToolSheet, plan: Plan, here: Here, lost: frozenset[str], names: ListNames
) -> Iterator[Finding]:
    """Everything that was done to one sheet. `lost` is what its format does not keep."""
    raw = tool_sheet.raw
    if not raw.protected and "protection" not in lost:
        yield PROTECTION_OFF.at(raw.name, None, tool_sheet.plan.tool)
    if "validations" not in lost:
        yield from _lost_lists(raw, plan, here.needs, names)
    if "formulas" not in lost:
        yield from _cleared(raw, plan, here.calculated)
    yield from _merged(raw, plan, here.cells)
    yield from _sorted(tool_sheet, here)
    yield from _hidden(tool_sheet, here)
    yield from _hidden_columns(tool_sheet, here)


# dropdowns


def _lost_lists(raw: RawSheet, plan: Plan, needs: Needs, names: ListNames) -> Iterator[Finding]:
    """One observation for each field of the sheet whose cells lost their dropdown or its alert, naming every cell."""
    rules = Dropdowns(raw.validations, plan, names)
    lost: dict[tuple[Kind, str], list[tuple[Part, int, int]]] = {}
    for (need, column), cells in needs.items():
        runs = rules.runs(need, column)
        if runs and runs[0][0] <= min(cells) and max(cells) <= runs[0][1]:
            continue
        lenient = rules.lenient_runs(need, column)
        for row, part in cells.items():
            if not _covers(runs, row):
                kind = ALERT_OFF if _covers(lenient, row) else DROPDOWN_LOST
                lost.setdefault((kind, part.slot.field.code), []).append((part, row, column))
    for (kind, _), found in lost.items():
        yield together(kind, raw.name, plan, found)


def _covers(runs: Sequence[Run], row: int) -> bool:
    return any(first <= row <= last for first, last in runs)


def together(kind: Kind, sheet: str, plan: Plan, cells: Cells, **more: str) -> Finding:
    """Report what happened to several cells of one field, at the first of them, naming all."""
    part, row, column = min(cells, key=lambda each: (each[2], each[1]))
    ranges = compact((row, column) for _, row, column in cells)
    detail = {"label": plan.label(part), "value": ranges, "cells": ranges, "count": str(len(cells))}
    return observe_at(kind, sheet, address(row, column), part, **(detail | more))


# formulas and rows


def _cleared(raw: RawSheet, plan: Plan, calculated: Cells) -> Iterator[Finding]:
    """Give one observation for each calculated field of which cells were emptied; for many of them one."""
    cleared: dict[str, list[tuple[Part, int, int]]] = {}
    for part, row, column in calculated:
        cell = raw.cell(row, column)
        if cell is None or (cell.kind is CellKind.BLANK and cell.formula is None):
            cleared.setdefault(part.slot.field.code, []).append((part, row, column))
    found = list(cleared.values())
    if len(found) > COLUMNS_ALONE:
        found = [[each for some in found for each in some]]
    return (together(FORMULA_CLEARED, raw.name, plan, some) for some in found)


def _sorted(tool_sheet: ToolSheet, here: Here) -> Iterator[Finding]:
    """Give one observation for each block whose rows stand in another order than they were issued in."""
    if here is tool_sheet.plan.home:
        return
    blocks: dict[int, dict[int, tuple[Part, int]]] = {}
    for part, row, column in here.cells:
        blocks.setdefault(part.slot.grid, {}).setdefault(row, (part, column))
    for rows in blocks.values():
        found = [(row, *rows[row]) for row in sorted(rows)]
        issued = sorted(part.row for _, part, _ in found)
        moved = [each for each, home in zip(found, issued, strict=True) if each[1].row != home]
        if moved:
            row, part, column = moved[0]
            codes = ", ".join(dict.fromkeys(part.row_code for _, part, _ in found))
            at = address(row, column)
            yield ROWS_SORTED.at(tool_sheet.raw.name, at, part.slot.tool, value=shorten(codes))


def _hidden(tool_sheet: ToolSheet, here: Here) -> Iterator[Finding]:
    """Give rows that were hidden, by a filter or by hand, although something is answered in them."""
    raw = tool_sheet.raw
    hidden = [
        (row, column)
        for row in sorted(raw.hidden_rows & here.by_row.keys())
        for part, column in here.by_row[row]
        if not part.calculated and (cell := raw.cell(row, column)) and cell.kind is not CellKind.BLANK
    ]
    if hidden:
        rows = compact((row, 1) for row, _ in hidden).replace("A", "")
        yield ANSWERS_HIDDEN.at(raw.name, address(*hidden[0]), tool_sheet.plan.tool, value=rows)


def _hidden_columns(tool_sheet: ToolSheet, here: Here) -> Iterator[Finding]:
    """Give columns that were hidden, or are too narrow to see anything, although something is answered in them."""
    raw = tool_sheet.raw
    unseen = raw.hidden_columns & here.columns
    hidden = sorted(
        (row, column)
        for part, row, column in (here.cells if unseen else ())
        if column in unseen
        and not part.calculated
        and (cell := raw.cell(row, column))
        and cell.kind is not CellKind.BLANK
    )
    if hidden:
        columns = compact((1, column) for _, column in hidden).replace("1", "")
        yield COLUMNS_HIDDEN.at(raw.name, address(*hidden[0]), tool_sheet.plan.tool, value=columns)


# merges


def _merged(raw: RawSheet, plan: Plan, here: Cells) -> Iterator[Finding]:
    """Give one observation for each merge over answers, at the first answer in it."""
    if not raw.merges:
        return
    left: dict[int, dict[int, Part]] = {}
    for part, row, column in here:
        if not part.calculated:
            left.setdefault(row, {})[column] = part
    for area in raw.merges:
        covered = [
            (row, column)
            for row in (
                left
                if area.last_row - area.first_row > len(left)
                else range(area.first_row, area.last_row + 1)
            )
            for column in left.get(row, ())
            if area.first_row <= row <= area.last_row and area.first_column <= column <= area.last_column
        ]
        if covered:
            row, column = min(covered)
            value = f"{address(area.first_row, area.first_column)}:{address(area.last_row, area.last_column)}"
            part = left[row][column]
            yield observe_at(
                CELLS_MERGED,
                raw.name,
                address(row, column),
                part,
                label=plan.label(part),
                value=value,
                cells=value,
            )
        for row, column in covered:
            del left[row][column]
