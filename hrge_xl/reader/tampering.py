"""What was done to the cells of a sheet beside their values: lost dropdowns and formulas, merges, hiding, formats."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from ..answers.submission import Unplaced
from ..core.work import grouped
from ..fields import ColumnKind, kind_of
from ..findings import Finding, Kind
from ..findings.structure import (
    ALERT_OFF,
    ANSWERS_HIDDEN,
    CELLS_CUT,
    CELLS_MERGED,
    COLUMNS_HIDDEN,
    DATE_BY_FORMAT,
    DROPDOWN_LOST,
    FORMULA_CLEARED,
    NAMES_LOST,
    PROTECTION_OFF,
    ROWS_SORTED,
    SHOWN_OTHERWISE,
    STRUCK_THROUGH,
    TEXT_INVISIBLE,
)
from ..layout import Layout, ListPlace, address, parse_cell
from ..layout.model import CODE_COLUMN, CODE_ROW
from ..spec.supplements import LISTS_KEY
from .expected import (
    ANY_RULE,
    OPEN,
    CellSpec,
    ExpectedWorkbook,
    LocatedCell,
    LocatedCells,
    Needs,
    ReadResult,
    Tampering,
    observe_at,
    shorten,
)
from .issued_cells import COLUMNS_ALONE
from .ooxml_styles import seen
from .raw import (
    ORDINARY,
    Area,
    CellKind,
    RawSheet,
    RawWorkbook,
    Run,
    Validation,
    compact,
    parse_area,
    runs,
    shown_cell,
    struck_through,
)
from .tool_sheets import ToolSheet, named_area


def tampered(
    read_result: ReadResult, tool_sheet: ToolSheet, located: LocatedCells, names: ListNames
) -> Iterator[Finding]:
    """Everything that was done to one sheet, as far as its format keeps it."""
    raw = tool_sheet.raw
    plan = read_result.plan
    lost = read_result.lost
    if not raw.protected and "protection" not in lost:
        yield PROTECTION_OFF.at(raw.name, None, tool_sheet.plan.tool)
    if "validations" not in lost:
        _note_lost_lists(read_result, raw, located, names)
    if "formulas" not in lost:
        yield from _cleared(raw, plan, located.calculated)
    yield from _merged(raw, plan, located.cells)
    yield from _sorted(tool_sheet, located)
    yield from _hidden(tool_sheet, located)


def _by_field(plan: ExpectedWorkbook, changes: Iterable[Tampering]) -> Iterator[Finding]:
    """Report the changes of each kind to the cells of one field of a sheet together, naming every cell."""
    by_field = grouped(
        ((change.kind, change.sheet, change.cell.part.slot.field.code), change)
        for change in changes
    )
    for (kind, sheet, _), of_field in by_field.items():
        cells = [change.cell for change in of_field]
        yield together(kind, sheet, plan, cells, **of_field[0].details)


# dropdowns


def _lost_lists(
    raw: RawSheet, plan: ExpectedWorkbook, needs: Needs, names: ListNames
) -> Iterator[Tampering]:
    """Yield the cells that lost their dropdown or its alert."""
    rules = Dropdowns(raw.validations, plan, names)
    for (need, column), cells in needs.items():
        name = need.removeprefix(OPEN)
        runs = rules.runs(name, column, lenient=name != need)
        if runs and runs[0][0] <= min(cells) and max(cells) <= runs[0][1]:
            continue
        lenient = rules.runs(name, column, lenient=True)
        for row, part in cells.items():
            if not _covers(runs, row):
                kind = ALERT_OFF if _covers(lenient, row) else DROPDOWN_LOST
                yield Tampering(kind, raw.name, LocatedCell(part, row, column))


def _note_lost_lists(
    read_result: ReadResult, raw: RawSheet, located: LocatedCells, names: ListNames
) -> None:
    """Note the cells that lost their dropdown, and the blank rows among them: these were cut, if others keep theirs."""
    lost = [*_lost_lists(raw, read_result.plan, located.needs, names)]
    read_result.lists_lost[raw.name] = lost
    issued_rows = {column: len(cells) for (_, column), cells in located.needs.items()}
    lost_rows = Counter(change.cell.column for change in lost)
    whole_columns = {column for column, rows in lost_rows.items() if rows >= issued_rows[column]}
    columns_by_row = grouped((change.cell.row, change.cell.column) for change in lost)
    for row, columns in columns_by_row.items():
        others_keep_theirs = whole_columns.isdisjoint(columns)
        if len(columns) > 1 and others_keep_theirs and _is_blank(raw, located, row):
            cells_cut = read_result.cells_cut.setdefault(raw.name, set())
            cells_cut.update((row, column) for column in columns)


def _is_blank(raw: RawSheet, located: LocatedCells, row: int) -> bool:
    """Say whether nothing is answered in a row."""
    cells = (raw.cell(row, column) for part, column in located.by_row[row] if not part.calculated)
    return all(cell is None or cell.kind is CellKind.BLANK for cell in cells)


def lost_cells(read_result: ReadResult) -> Iterator[Finding]:
    """Report which rows were cut, and of the others which cells lost their dropdown or its alert."""
    tools = {name: tool for tool, name in read_result.submission.sheets.items()}
    cut_rows: set[tuple[str, int]] = set()
    for sheet, cells in read_result.cells_cut.items():
        rows = sorted({row for row, _ in cells})
        cut_rows.update((sheet, row) for row in rows)
        numbers = ", ".join(map(str, rows))
        yield CELLS_CUT.at(sheet, address(*min(cells)), tools.get(sheet), rows=numbers)
    lost = [
        change
        for changes in read_result.lists_lost.values()
        for change in changes
        if (change.sheet, change.cell.row) not in cut_rows
    ]
    yield from _by_field(read_result.plan, lost)


def _covers(runs: Sequence[Run], line: int) -> bool:
    return any(first <= line <= last for first, last in runs)


def together(
    kind: Kind, sheet: str, plan: ExpectedWorkbook, cells: Sequence[LocatedCell], **extra: str
) -> Finding:
    """Report what happened to several cells of one field, at the first of them, naming all."""
    first = min(cells, key=lambda cell: (cell.column, cell.row))
    ranges = compact((cell.row, cell.column) for cell in cells)
    detail = {
        "label": plan.layout.question(first.part.slot),
        "value": ranges,
        "cells": ranges,
        "count": str(len(cells)),
    }
    return observe_at(kind, sheet, address(first.row, first.column), first.part, **(detail | extra))


# formulas and rows


def _cleared(
    raw: RawSheet, plan: ExpectedWorkbook, calculated: Sequence[LocatedCell]
) -> Iterator[Finding]:
    """Return one observation for each calculated field of which cells were emptied; for many of them one."""

    def is_cleared(cell: LocatedCell) -> bool:
        stored = raw.cell(cell.row, cell.column)
        return stored is None or (stored.kind is CellKind.BLANK and stored.formula is None)

    cleared = [cell for cell in calculated if is_cleared(cell)]
    groups = [*grouped((cell.part.slot.field.code, cell) for cell in cleared).values()]
    if len(groups) > COLUMNS_ALONE:
        groups = [[*chain.from_iterable(groups)]]
    return (together(FORMULA_CLEARED, raw.name, plan, group) for group in groups)


def _sorted(tool_sheet: ToolSheet, located: LocatedCells) -> Iterator[Finding]:
    """Yield one observation for each block whose rows stand in another order than they were issued in."""
    if located is tool_sheet.plan.home:
        return
    blocks: dict[int, dict[int, LocatedCell]] = {}
    for cell in located.cells:
        first_cells = blocks.setdefault(cell.part.slot.grid, {})
        first_cells.setdefault(cell.row, cell)
    for first_cells in blocks.values():
        in_order = [first_cells[row] for row in sorted(first_cells)]
        issued_rows = sorted(cell.part.row for cell in in_order)
        moved = [
            cell
            for cell, issued_row in zip(in_order, issued_rows, strict=True)
            if cell.part.row != issued_row
        ]
        if moved:
            codes = ", ".join(dict.fromkeys(cell.part.row_code for cell in in_order))
            first = moved[0]
            yield ROWS_SORTED.at(
                tool_sheet.raw.name,
                address(first.row, first.column),
                first.part.slot.tool,
                value=shorten(codes),
            )


def _hidden(tool_sheet: ToolSheet, located: LocatedCells) -> Iterator[Finding]:
    """Report the rows, and the columns, that are hidden although something is answered in them."""
    raw = tool_sheet.raw
    rows = raw.hidden_rows & located.by_row.keys()
    columns = {column for column in located.columns if _covers(raw.hidden_columns, column)}
    if not rows and not columns:
        return
    answered: list[tuple[int, int]] = []
    for part, row, column in located.cells:
        stored = raw.cell(row, column)
        if not part.calculated and stored is not None and stored.kind is not CellKind.BLANK:
            answered.append((row, column))
    answered.sort()
    in_rows = [(row, column) for row, column in answered if row in rows]
    if in_rows:
        row_numbers = compact((row, 1) for row, _ in in_rows).replace("A", "")
        cell = address(*in_rows[0])
        yield ANSWERS_HIDDEN.at(raw.name, cell, tool_sheet.plan.tool, value=row_numbers)
    in_columns = [(row, column) for row, column in answered if column in columns]
    if in_columns:
        letters = compact((1, column) for _, column in in_columns).replace("1", "")
        cell = address(*in_columns[0])
        yield COLUMNS_HIDDEN.at(raw.name, cell, tool_sheet.plan.tool, value=letters)


# merges


def _merged(
    raw: RawSheet, plan: ExpectedWorkbook, cells: Sequence[LocatedCell]
) -> Iterator[Finding]:
    """Yield one observation for each merge over answers, at the first answer in it."""
    if not raw.merges:
        return
    answers_by_row: dict[int, dict[int, LocatedCell]] = {}
    for cell in cells:
        if not cell.part.calculated:
            answers_by_row.setdefault(cell.row, {})[cell.column] = cell
    for area in raw.merges:
        rows: Iterable[int] = range(area.first_row, area.last_row + 1)
        if area.last_row - area.first_row >= len(answers_by_row):  # a merge can be a million rows
            rows = [row for row in answers_by_row if area.first_row <= row <= area.last_row]
        covered = [
            cell
            for row in rows
            for column, cell in answers_by_row.get(row, {}).items()
            if area.first_column <= column <= area.last_column
        ]
        if not covered:
            continue
        first = min(covered, key=lambda cell: (cell.row, cell.column))
        merge = f"{address(*area[:2])}:{address(*area[2:])}"
        label = plan.layout.question(first.part.slot)
        home = address(first.row, first.column)
        yield observe_at(
            CELLS_MERGED, raw.name, home, first.part, label=label, value=merge, cells=merge
        )
        for cell in covered:  # of overlapping merges the first one is told
            del answers_by_row[cell.row][cell.column]


# what formatting says of answers that their values do not: struck through, invisible, shown otherwise


def formatting(read_result: ReadResult, raw: RawSheet, located: LocatedCells) -> Iterator[Finding]:
    """Report what formatting does to answers."""
    return _by_field(read_result.plan, _formatted(read_result, raw, located))


def _formatted(
    read_result: ReadResult, raw: RawSheet, located: LocatedCells
) -> Iterator[Tampering]:
    """Yield what formatting does to the answers of a sheet, column by column."""
    places = sorted(raw.looks.keys() | raw.struck.keys(), key=lambda place: place[::-1])
    for row, column in places:
        for part, its_column in located.by_row.get(row, ()):
            if its_column != column or part.calculated:
                continue
            cell = LocatedCell(part, row, column)
            percent = part.slot.field.type.scaled
            unit = _unit_of(part, read_result)
            for kind, details in _seen(raw, row, column, percent=percent, unit=unit):
                yield Tampering(kind, raw.name, cell, details)


def formatting_beside(workbook: RawWorkbook, unplaced: Iterable[Unplaced]) -> Iterator[Finding]:
    """Yield the same of what stands outside the cells to fill in, one observation for each sheet."""
    sheets = {sheet.name: sheet for sheet in workbook.sheets}
    places_by_kind: dict[tuple[Kind, str], tuple[dict[str, str], list[tuple[int, int]]]] = {}
    for text in unplaced:
        raw = sheets.get(text.sheet)
        place = parse_cell(text.cell)
        if raw is not None and place is not None:
            for kind, detail in _seen(raw, *place, percent=True):
                places_by_kind.setdefault((kind, raw.name), (detail, []))[1].append(place)
    for (kind, sheet), (detail, places) in places_by_kind.items():
        cells = compact(places)
        about = {"label": cells, "cells": cells, "count": str(len(places))}
        yield kind.at(sheet, address(*places[0]), **about, **detail)


def dates_by_format(read_result: ReadResult) -> Iterator[Finding]:
    """Report texts that the format of their cell turned into a date: “3-4” is 3 April then."""
    changes: list[Tampering] = []
    for part, sheet, home, stored in read_result.filled:
        if stored.kind is not CellKind.DATE or kind_of(part.slot.field) is not ColumnKind.TEXT:
            continue
        place = parse_cell(home)
        if place is not None:
            cell = LocatedCell(part, *place)
            details = {"value": shown_cell(stored)}
            changes.append(Tampering(DATE_BY_FORMAT, sheet, cell, details))
    return _by_field(read_result.plan, changes)


def _unit_of(part: CellSpec, read_result: ReadResult) -> str:
    """Return the unit that a cell is asked in, as the spec words it first."""
    unit = part.slot.field.unit
    return unit.say(read_result.plan.layout.spec.languages[0]) if unit else ""


def _seen(
    raw: RawSheet, row: int, column: int, *, percent: bool, unit: str = ""
) -> Iterator[tuple[Kind, dict[str, str]]]:
    """Yield everything that formatting does to one cell: the finding, what was read, and what is seen instead."""
    cell = raw.cell(row, column)
    look = raw.looks.get((row, column), ORDINARY)
    value = shown_cell(cell).strip()
    if cell is None or not value or cell.kind in (CellKind.ERROR, CellKind.NOT_CALCULATED):
        return
    struck = cell.struck
    displayed = None
    if look.number_format and cell.value is not None and not isinstance(cell.value, bool):
        displayed = seen(look.number_format, cell.value, percent=percent, unit=unit)
    if struck is not None or look.struck:
        yield STRUCK_THROUGH, {"value": shorten(struck or struck_through(value), 200), "seen": ""}
    if look.invisible or displayed == "":
        yield TEXT_INVISIBLE, {"value": shorten(value, 200), "seen": ""}
    elif displayed is not None:
        yield SHOWN_OTHERWISE, {"value": shorten(value, 200), "seen": shorten(displayed, 200)}


# the validation rules that a sheet still has, by the lists that they offer


FEW_NAMES = 2  # that somebody may have deleted by hand
NAME = re.compile(r"\b(?:list|rows)_\w+")
LONGEST_SOURCE = 8_192  # characters, as many as Excel takes of any formula
SOURCES_REMEMBERED = 1_024  # sources: the same come back on every sheet of every file
ALL_ROWS = re.compile(r"INDEX\(([^,()]{1,80}),")
BETWEEN = re.compile(r"[,;]")  # entries of a list that stands in the rule itself


class ListNames(NamedTuple):
    """The names of lists in a file: those of other cells, and each by what a rule may hold in its place."""

    broken: frozenset[str] = frozenset()
    written_out: Mapping[str, str] = {}

    @classmethod
    def of(cls, workbook: RawWorkbook, layout: Layout) -> ListNames:
        """Return the names of a file. A list that grows may be written out with all the rows that it can have."""
        names = (
            (name, text)
            for name, text in workbook.defined_names.items()
            if NAME.fullmatch(name.casefold())
        )
        texts = (
            (name, source) for name, text in names for source in (text, *ALL_ROWS.findall(text))
        )
        return cls(broken_lists(workbook, layout), {_bare(text): name for name, text in texts})


class Dropdowns:
    """Which rows of a column still have the rule that they were issued with."""

    def __init__(
        self, validations: Iterable[Validation], plan: ExpectedWorkbook, names: ListNames
    ) -> None:
        # by what a rule offers, and whether it has a stop alert
        self._areas = defaultdict[tuple[str, bool], list[Area]](list)
        for rule in validations:
            if rule.type not in ("none", ""):
                self._areas[ANY_RULE, rule.blocks] += rule.areas
            if rule.type == "list":
                source = names.written_out.get(_bare(rule.formula1), rule.formula1)
                # none for a source that is longer than any program writes
                offered = _remembered_names(source, plan) if len(source) <= LONGEST_SOURCE else ()
                for name in set(offered) - names.broken:
                    self._areas[name, rule.blocks] += rule.areas

    def runs(self, name: str, column: int, *, lenient: bool) -> list[Run]:
        """Return the rows of a column with any rule, or the list of this name; also where it refuses no other entry."""
        return runs(
            (*self._areas[name, True], *(self._areas[name, False] if lenient else ())), column
        )


def broken_lists(workbook: RawWorkbook, layout: Layout) -> frozenset[str]:
    """Return the names of lists that are gone or stand for other cells: what a dropdown offers by them is not right."""
    sheets = {sheet.name.casefold(): sheet for sheet in workbook.sheets}
    if not any(sheet.text_at(CODE_ROW, CODE_COLUMN) == LISTS_KEY for sheet in workbook.sheets):
        return frozenset()  # without the lists there is nothing that a name could stand for

    def is_whole(place: ListPlace) -> bool:
        named = named_area(workbook, f"list_{place.name}")
        sheet = sheets.get(named[0].casefold()) if named is not None else None
        if named is None or sheet is None:
            return False
        (top, left, bottom, _) = named[1]
        size = len(place.offered)
        texts = {sheet.text_at(row, left) for row in range(top, min(bottom, top + size) + 1)}
        # single ones may be reworded, which is told of by itself
        return (
            bottom - top + 1 == size and 2 * sum(label in texts for label in place.offered) >= size
        )

    return frozenset(_name(place) for place in layout.lists.values() if not is_whole(place))


def names_lost(names: ListNames, workbook: RawWorkbook, layout: Layout) -> Iterator[Finding]:
    """Yield one finding where at least half of the names of lists lead nowhere, whatever the cells show of it."""
    lost = len(names.broken)
    if lost > FEW_NAMES and 2 * lost >= len(layout.lists):
        yield NAMES_LOST.at(workbook.sheets[0].name, count=str(lost), total=str(len(layout.lists)))


def _bare(source: str) -> str:
    return source.strip().lstrip("=").replace("'", "").replace(" ", "").casefold()


@lru_cache(maxsize=SOURCES_REMEMBERED)
def _remembered_names(source: str, plan: ExpectedWorkbook) -> list[str]:
    """Return the lists that a source offers: by their names, their area, or their entries one by one.

    A name may stand in a formula, as where the list depends on another answer.
    """
    lists = plan.layout.lists.values()
    bare = source.strip().lstrip("=").strip()
    if bare.startswith('"'):
        entries = {entry.strip().casefold() for entry in BETWEEN.split(bare.strip('"'))}
        return [
            _name(place)
            for place in lists
            if any(
                {entry.casefold() for entry in form} == entries
                for form in (place.codes, place.labels, place.offered)
            )
        ]
    sheet, mark, cells = bare.rpartition("!")
    area = parse_area(cells) if mark else None
    if area is not None and sheet.strip("'").casefold() == plan.layout.lists_name.casefold():
        areas = {
            _name(place): Area(place.first, place.column, place.last_offered, place.column)
            for place in lists
        }
        return [name for name, offered in areas.items() if offered == area]
    return list(dict.fromkeys(NAME.findall(bare.casefold())))


def _name(place: ListPlace) -> str:
    return f"list_{place.name}".casefold()
