"""What stands outside every known cell: kept word for word, and reported once for each thing done by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from ..layout import address
from ..layout.model import LEFTOVER_HEAD, LEFTOVER_KEY
from ..submission import Observation, Unplaced
from .axes import Axes, by_codes
from .keys import Part, SheetPlan, observe, shorten, shown_cell
from .raw import CellKind, RawCell, RawSheet, RawWorkbook
from .tool_sheets import Corner, ToolSheet

KEPT_TEXTS = 5_000  # of one sheet; what a fill-down to the last row leaves is counted, not kept
SINGLE_REPORTS = 100  # of one sheet; further ones are reported together
SERVICE_ROLES = frozenset({"status", "check", "active"})


class Stray(NamedTuple):
    """A value outside the known cells."""

    row: int
    column: int
    text: str


@dataclass(slots=True)
class Left:
    """What was left over: the texts, and the observations about them."""

    unplaced: list[Unplaced] = field(default_factory=list)
    observations: list[Observation] = field(default_factory=list)


def strays(tool_sheet: ToolSheet, axes: Axes) -> Left:
    """Everything on a tool sheet that stands in no cell of the layout."""
    left, name = Left(), tool_sheet.raw.name
    by_row: dict[int, list[Stray]] = {}
    by_column: dict[int, list[Stray]] = {}
    single: list[Stray] = []
    sorter = _Sorter(tool_sheet.plan, axes, tool_sheet.corner)
    for stray in sorter.outside(tool_sheet.raw):
        kind = sorter.kind(stray)
        if kind == "row":
            by_row.setdefault(stray.row, []).append(stray)
        elif kind == "column":
            by_column.setdefault(stray.column, []).append(stray)
        elif kind == "single":
            single.append(stray)
        if kind and len(left.unplaced) < KEPT_TEXTS:
            left.unplaced.append(Unplaced(name, address(stray.row, stray.column), stray.text))
    tool = tool_sheet.plan.tool
    for code, groups, inside in (
        ("S008", by_row, axes.rows.inside),
        ("S017", by_column, axes.columns.inside),
    ):
        for line, group in sorted(groups.items()):
            if inside(line) or len(group) > 1:
                left.observations.append(_group(code, name, tool, group))
            else:
                single += group
    left.observations += _singles(name, tool, sorted(single))
    return left


class _Sorter:
    """Tells what is outside the layout, and what kind of thing it is."""

    def __init__(self, plan: SheetPlan, axes: Axes, corner: Corner) -> None:
        self.plan, self.rows, self.columns = plan, axes.rows, axes.columns
        self.top, self.left = corner
        self._expected: dict[int, frozenset[int]] = {}

    def outside(self, raw: RawSheet) -> Iterator[Stray]:
        """Every value in a cell where the layout has nothing."""
        for row, cells in raw.cells.items():
            if row == self.top:
                continue
            extra: Iterable[int] = cells.keys() - self.expected(row)
            for column in sorted(extra):
                text = shown_cell(cells[column])
                if text and not text.isspace():
                    yield Stray(row, column, text)

    def expected(self, row: int) -> frozenset[int]:
        """The columns of a row in which the layout has something."""
        origin = self.rows.origin.get(row)
        if origin is None:
            return self._everywhere if row in self.rows.own else frozenset()
        if self.columns.unmoved:
            return self.plan.taken.get(origin, frozenset())
        known = self._expected.get(origin)
        if known is None:
            taken = self.plan.taken.get(origin, frozenset())
            here = {column for column, place in self.columns.origin.items() if place in taken}
            known = self._expected[origin] = frozenset({self.left, *here, *self.columns.own})
        return known

    @property
    def _everywhere(self) -> frozenset[int]:
        return frozenset({self.left, *self.columns.origin, *self.columns.own})

    def kind(self, stray: Stray) -> str:
        """`row` or `column` (inserted by hand), `single`, `kept` (of a copy), or nothing at all."""
        row, column = stray.row, stray.column
        if row in self.rows.copies or column in self.columns.copies:
            return "kept" if self._answers(row, column) else ""
        if row in self.rows.unknown or column in self.columns.unknown:
            return self._coded(stray)
        if row not in self.rows.origin and row not in self.rows.own:
            return "" if self._is_service(column) or self._is_calculated(row) else "row"
        if column not in self.columns.origin and column not in self.columns.own:
            return "column"
        return "single"

    def _coded(self, stray: Stray) -> str:
        """A row or column with a code of another layout: its labels are no news."""
        bare_code = stray.column == self.left and " " not in stray.text
        if bare_code or self._is_service(stray.column) or self.plan.known_text(stray.text):
            return ""
        return "single"

    def _is_service(self, column: int) -> bool:
        origin = self.columns.origin.get(column)
        return origin is not None and self.plan.roles.get(origin, frozenset()) <= SERVICE_ROLES

    def _is_calculated(self, row: int) -> bool:
        return self.plan.foreign and not self.rows.inside(row)

    def _answers(self, row: int, column: int) -> Part | None:
        """The answer that a cell of a copied row or column repeats."""
        plan = self.plan
        at_row = _line(row, self.rows.copies, plan.row_codes, self.rows.origin)
        at_column = _line(column, self.columns.copies, plan.column_codes, self.columns.origin)
        part = plan.at.get((at_row, at_column))
        return part if part is not None and not part.calculated else None


def _line(
    line: int, copies: dict[int, str], codes: dict[str, tuple[int, ...]], origin: dict[int, int]
) -> int:
    return codes[copies[line]][0] if line in copies else origin.get(line, 0)


def _group(code: str, sheet: str, tool: str, group: list[Stray]) -> Observation:
    first = min(group)
    cells = ", ".join(address(stray.row, stray.column) for stray in sorted(group)[:20])
    return observe(
        code,
        sheet,
        address(first.row, first.column),
        tool=tool,
        value=shorten(first.text),
        count=str(len(group)),
        cells=cells,
    )


def _singles(sheet: str, tool: str | None, found: list[Stray]) -> Iterator[Observation]:
    for stray in found[:SINGLE_REPORTS]:
        yield observe(
            "S014", sheet, address(stray.row, stray.column), tool=tool, value=shorten(stray.text), count="1"
        )
    if len(found) > SINGLE_REPORTS:
        yield _together(sheet, tool, found[SINGLE_REPORTS], len(found) - SINGLE_REPORTS)


def _together(sheet: str, tool: str | None, first: Stray, count: int) -> Observation:
    """One observation for several texts: the first of them, and how many more."""
    more = f" (+{count - 1})" if count > 1 else ""
    value = shorten(first.text) + more
    return observe("S014", sheet, address(first.row, first.column), tool=tool, value=value, count=str(count))


def strangers(sheets: Iterable[RawSheet]) -> Left:
    """Everything on sheets that were not issued: kept, with one observation a sheet."""
    left = Left()
    for sheet in sheets:
        texts = [Stray(row, column, text) for row, column, text in _texts(sheet)]
        left.unplaced += [_unplaced(sheet, each) for each in texts[:KEPT_TEXTS]]
        if texts:
            left.observations.append(_together(sheet.name, None, texts[0], len(texts)))
    return left


def every_text(tool_sheet: ToolSheet) -> list[Unplaced]:
    """What somebody typed on a sheet that cannot be read by codes: all but our own texts and formulas."""
    plan, raw = tool_sheet.plan, tool_sheet.raw
    found = []
    for row, column, text in _texts(raw):
        cell = raw.cells[row][column]
        ours = cell.formula is not None or text.strip() == plan.tool or plan.known_text(text)
        if not ours and not all(token in plan.column_codes for token in text.split()):
            found.append(_unplaced(raw, Stray(row, column, text)))
    return found[:KEPT_TEXTS]


def copied_answers(copy: ToolSheet) -> list[Unplaced]:
    """The answers on a second copy of a sheet, which nobody reads."""
    axes, raw = by_codes(copy), copy.raw
    found = []
    for part in copy.plan.parts:
        row, column = axes.rows.places.get(part.row_code), axes.columns.places.get(part.column_code)
        cell = raw.cell(row or 0, column or 0)
        text = shown_cell(cell) if cell is not None else ""
        if row and column and text.strip() and not part.calculated:
            found.append(_unplaced(raw, Stray(row, column, text)))
    return found


def _texts(sheet: RawSheet) -> Iterator[Stray]:
    for row in sorted(sheet.cells):
        for column, cell in sorted(sheet.cells[row].items(), key=_column):
            text = shown_cell(cell) if cell.kind is not CellKind.BLANK else ""
            if text.strip():
                yield Stray(row, column, text)


def _column(entry: tuple[int, RawCell]) -> int:
    return entry[0]


def _unplaced(sheet: RawSheet, stray: Stray) -> Unplaced:
    return Unplaced(sheet.name, address(stray.row, stray.column), stray.text)


def leftovers(workbook: RawWorkbook) -> list[Unplaced]:
    """What had no place in an earlier return and was given back on a sheet of its own: still kept."""
    return [
        Unplaced(*(str(cells[column].value) for column in (3, 4, 5)))
        for sheet in workbook.sheets
        if (corner := sheet.cell(1, 1)) is not None and corner.value == LEFTOVER_KEY
        for row, cells in sorted(sheet.cells.items())
        if row > LEFTOVER_HEAD and all(column in cells for column in (3, 4, 5))
    ]
