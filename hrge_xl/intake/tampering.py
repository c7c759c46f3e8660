"""What was done to the cells of a sheet: lost dropdowns and formulas, merges, hidden rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ..fields import ColumnKind, kind_of
from ..findings import Kind
from ..findings.appearance import (
    ALERT_OFF,
    COLUMNS_HIDDEN,
    DATE_BY_FORMAT,
    SHOWN_OTHERWISE,
    STRUCK_THROUGH,
    TEXT_INVISIBLE,
)
from ..findings.structure import (
    ANSWERS_HIDDEN,
    CELLS_MERGED,
    DROPDOWN_LOST,
    FORMULA_CLEARED,
    PROTECTION_OFF,
    ROWS_SORTED,
)
from ..layout import address
from ..observation import Observation
from ..submission import Unplaced
from .cell_values import shown_cell, struck_through
from .dropdowns import Dropdowns, ListNames
from .issued_cells import COLUMNS_ALONE
from .keys import Cells, Here, Needs, Part, Plan, observe, observe_at, shorten
from .normalise import Filled
from .number_formats import seen
from .raw import ORDINARY, CellKind, RawCell, RawSheet, RawWorkbook
from .references import Run, compact, parse_cell
from .tool_sheets import ToolSheet


def tampered(
    tool_sheet: ToolSheet, plan: Plan, here: Here, lost: frozenset[str], names: ListNames
) -> Iterator[Observation]:
    """Everything that was done to one sheet. `lost` is what its format does not keep."""
    raw = tool_sheet.raw
    if not raw.protected and "protection" not in lost:
        yield observe(PROTECTION_OFF, raw.name, tool=tool_sheet.plan.tool)
    if "validations" not in lost:
        yield from _lost_lists(raw, plan, here.needs, names)
    if "formulas" not in lost:
        yield from _cleared(raw, plan, here.calculated)
    yield from _merged(raw, plan, here.cells)
    yield from _sorted(tool_sheet, here)
    yield from _hidden(tool_sheet, here)
    yield from _hidden_columns(tool_sheet, here)


# dropdowns


def _lost_lists(raw: RawSheet, plan: Plan, needs: Needs, names: ListNames) -> Iterator[Observation]:
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


def together(kind: Kind, sheet: str, plan: Plan, cells: Cells, **more: str) -> Observation:
    """Report what happened to several cells of one field, at the first of them, naming all."""
    part, row, column = min(cells, key=lambda each: (each[2], each[1]))
    ranges = compact((row, column) for _, row, column in cells)
    detail = {"label": plan.label(part), "value": ranges, "cells": ranges, "count": str(len(cells))}
    return observe_at(kind, sheet, address(row, column), part, **(detail | more))


# formulas and rows


def _cleared(raw: RawSheet, plan: Plan, calculated: Cells) -> Iterator[Observation]:
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


def _sorted(tool_sheet: ToolSheet, here: Here) -> Iterator[Observation]:
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
            yield observe(ROWS_SORTED, tool_sheet.raw.name, at, tool=part.slot.tool, value=shorten(codes))


def _hidden(tool_sheet: ToolSheet, here: Here) -> Iterator[Observation]:
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
        yield observe(ANSWERS_HIDDEN, raw.name, address(*hidden[0]), tool=tool_sheet.plan.tool, value=rows)


def _hidden_columns(tool_sheet: ToolSheet, here: Here) -> Iterator[Observation]:
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
        yield observe(COLUMNS_HIDDEN, raw.name, address(*hidden[0]), tool=tool_sheet.plan.tool, value=columns)


# merges


def _merged(raw: RawSheet, plan: Plan, here: Cells) -> Iterator[Observation]:
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


_NOTHING = (CellKind.BLANK, CellKind.ERROR, CellKind.NOT_CALCULATED)


class _Sight(NamedTuple):
    """What formatting does to one cell: the finding, what was read, and what is seen where that is another thing."""

    kind: Kind
    value: str
    seen: str = ""


def formatting(raw: RawSheet, plan: Plan, here: Here) -> Iterator[Observation]:
    """Give one observation for each field of a sheet and each kind of thing that formatting does to its answers."""
    found: dict[tuple[Kind, str], list[tuple[Part, int, int]]] = {}
    first: dict[tuple[Kind, str], _Sight] = {}
    for part, row, column in _odd_answers(raw, here):
        percent = part.slot.field.type.scaled
        for sight in _sights(raw, row, column, percent=percent):
            key = sight.kind, part.slot.field.code
            found.setdefault(key, []).append((part, row, column))
            first.setdefault(key, sight)
    for key, cells in found.items():
        yield together(key[0], raw.name, plan, cells, **_detail(first[key]))


def formatting_beside(workbook: RawWorkbook, unplaced: Iterable[Unplaced]) -> Iterator[Observation]:
    """Give the same of what stands outside the cells to fill in, one observation for each sheet."""
    sheets = {sheet.name: sheet for sheet in workbook.sheets if sheet.looks or sheet.struck}
    found: dict[tuple[Kind, str], list[tuple[int, int]]] = {}
    first: dict[tuple[Kind, str], _Sight] = {}
    for text in unplaced if sheets else ():
        raw, place = sheets.get(text.sheet), parse_cell(text.cell)
        if raw is not None and place is not None:
            for sight in _sights(raw, *place, percent=True):
                found.setdefault((sight.kind, raw.name), []).append(place)
                first.setdefault((sight.kind, raw.name), sight)
    for (kind, sheet), places in found.items():
        cells = compact(places)
        detail = _detail(first[kind, sheet])
        yield observe(
            kind, sheet, address(*places[0]), label=cells, cells=cells, count=str(len(places)), **detail
        )


def dates_by_format(filled: Iterable[Filled], plan: Plan) -> Iterator[Observation]:
    """Give texts that the format of their cell turned into a date: “3-4” is 3 April then."""
    date, found = CellKind.DATE, dict[tuple[str, str], list[tuple[Part, int, int]]]()
    first: dict[tuple[str, str], str] = {}
    for part, sheet, home, cell in filled:
        if (
            cell[0] is date
            and kind_of(part.slot.field) is ColumnKind.TEXT
            and (place := parse_cell(home)) is not None
        ):
            key = sheet, part.slot.field.code
            found.setdefault(key, []).append((part, *place))
            first.setdefault(key, shown_cell(cell))
    for key, cells in found.items():
        yield together(DATE_BY_FORMAT, key[0], plan, cells, value=first[key])


def _detail(sight: _Sight) -> dict[str, str]:
    return {"value": shorten(sight.value, 200), "seen": shorten(sight.seen, 200)}


def _odd_answers(raw: RawSheet, here: Here) -> Iterator[tuple[Part, int, int]]:
    """Give the answers among the cells with an odd formatting, column by column."""
    places = sorted(raw.looks.keys() | raw.struck.keys(), key=lambda place: place[::-1])
    for row, column in places:
        for part, its_column in here.by_row.get(row, ()):
            if its_column == column and not part.calculated:
                yield part, row, column


def _sights(raw: RawSheet, row: int, column: int, *, percent: bool) -> Iterator[_Sight]:
    """Give everything that formatting does to one cell."""
    cell, look = raw.cell(row, column), raw.looks.get((row, column), ORDINARY)
    if cell is None or cell.kind in _NOTHING or not (value := shown_cell(cell).strip()):
        return
    struck = raw.struck.get((row, column))
    if struck is not None or look.struck:
        yield _Sight(STRUCK_THROUGH, struck or struck_through(value))
    other = _seen(cell, look.number_format, percent=percent)
    if look.invisible or other == "":
        yield _Sight(TEXT_INVISIBLE, value)
    elif other is not None:
        yield _Sight(SHOWN_OTHERWISE, value, other)


def _seen(cell: RawCell, number_format: str, *, percent: bool) -> str | None:
    """Return what is seen of a cell; None if it is what it holds."""
    if not number_format or isinstance(cell.value, bool) or cell.value is None:
        return None
    return seen(number_format, cell.value, percent=percent)
