"""What was done to the cells of a sheet: lost dropdowns, merges, lifted protection, comments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..layout import address, column_letters
from ..submission import Observation, Unplaced
from .keys import ANY_RULE, CellKey, Cells, Here, Needs, Part, Plan, observe, observe_at, shorten
from .raw import Area, RawSheet, RawWorkbook, Validation
from .strays import Left
from .tool_sheets import ToolSheet

Run = tuple[int, int]  # first and last row


def tampered(tool_sheet: ToolSheet, plan: Plan, here: Here, lost: frozenset[str]) -> Iterator[Observation]:
    """Everything that was done to one sheet. `lost` names what its format does not keep."""
    raw = tool_sheet.raw
    if not raw.protected and "protection" not in lost:
        yield observe("S012", raw.name, tool=tool_sheet.plan.tool)
    if "validations" not in lost:
        yield from _lost_lists(raw, plan, here.needs)
    yield from _merged(raw, plan, here.cells)


# dropdowns


def _lost_lists(raw: RawSheet, plan: Plan, needs: Needs) -> Iterator[Observation]:
    """One observation for each field of the sheet whose cells lost their dropdown, naming every cell."""
    rules = _Rules(raw.validations, plan)
    lost: dict[str, list[tuple[Part, int, int]]] = {}
    for (need, column), cells in needs.items():
        runs = rules.runs(need, column)
        if runs and runs[0][0] <= min(cells) and max(cells) <= runs[0][1]:
            continue
        for row, part in cells.items():
            if not any(first <= row <= last for first, last in runs):
                lost.setdefault(part.slot.field.code, []).append((part, row, column))
    for found in lost.values():
        yield _lost(raw, plan, found)


def _lost(raw: RawSheet, plan: Plan, cells: list[tuple[Part, int, int]]) -> Observation:
    part, row, column = min(cells, key=lambda each: (each[2], each[1]))
    ranges = compact((row, column) for _, row, column in cells)
    detail = {"label": plan.label(part), "value": ranges, "cells": ranges, "count": str(len(cells))}
    return observe_at("S011", raw.name, address(row, column), part, **detail)


class _Rules:
    """The validation rules that a sheet still has, by what they are good for."""

    def __init__(self, validations: Iterable[Validation], plan: Plan) -> None:
        self._any: list[Area] = []
        self._lists: dict[str, list[Area]] = {}  # by name of the list, "" for any other source
        known = {f"list_{name}".casefold() for name in plan.layout.lists}
        for rule in validations:
            if rule.type not in ("none", ""):
                self._any.extend(rule.areas)
            if rule.type == "list" and rule.blocks:
                source = rule.formula1.lstrip("=").strip().casefold()
                self._lists.setdefault(source if source in known else "", []).extend(rule.areas)

    def runs(self, need: str, column: int) -> list[Run]:
        """The rows of a column that still have the rule they were issued with."""
        if need == ANY_RULE:
            return _runs(self._any, column)
        return _runs([*self._lists.get("", []), *self._lists.get(need, [])], column)


def _runs(areas: Iterable[Area], column: int) -> list[Run]:
    """The rows that some areas cover in one column, as few runs as possible."""
    runs: list[Run] = []
    for first, last in sorted(
        (area.first_row, area.last_row) for area in areas if area.first_column <= column <= area.last_column
    ):
        if runs and first <= runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], max(last, runs[-1][1]))
        else:
            runs.append((first, last))
    return runs


def compact(cells: Iterable[tuple[int, int]]) -> str:
    """Cells as ranges, column by column: `E7:E31, G4`."""
    by_column: dict[int, list[int]] = {}
    for row, column in cells:
        by_column.setdefault(column, []).append(row)
    ranges = []
    for column in sorted(by_column):
        areas = (Area(row, column, row, column) for row in by_column[column])
        letters = column_letters(column)
        for first, last in _runs(areas, column):
            ranges.append(f"{letters}{first}" if first == last else f"{letters}{first}:{letters}{last}")
    return ", ".join(ranges)


# merges


def _merged(raw: RawSheet, plan: Plan, here: Cells) -> Iterator[Observation]:
    """One observation for each merge over answers, at the first answer in it."""
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
                "S015", raw.name, address(row, column), part, label=plan.label(part), value=value, cells=value
            )
        for row, column in covered:
            del left[row][column]


# comments


def comments(workbook: RawWorkbook, sheets: dict[str, str], cells: dict[CellKey, str], plan: Plan) -> Left:
    """Every comment of the file, with the answer that it stands at, if any."""
    left = Left()
    if not any(sheet.comments for sheet in workbook.sheets):
        return left
    tools = {name: tool for tool, name in sheets.items()}
    parts = {part.key: part for each in plan.sheets.values() for part in each.parts}
    at = {(sheets[key[0]], cell): parts[key] for key, cell in cells.items()}
    for sheet in workbook.sheets:
        for row, column, text in sheet.comments:
            cell = address(row, column)
            part, value = at.get((sheet.name, cell)), shorten(text, 200)
            left.unplaced.append(Unplaced(sheet.name, cell, text))
            if part is None:
                seen = observe("S018", sheet.name, cell, tool=tools.get(sheet.name), value=value)
            else:
                seen = observe_at("S018", sheet.name, cell, part, label=plan.label(part), value=value)
            left.observations.append(seen)
    return left
