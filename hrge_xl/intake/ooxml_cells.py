"""The cells of one worksheet part: the hot loop of the reader, and what it meets out of the ordinary."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ..findings import Finding, Kind
from ..findings.file import (
    CELL_STORED_TWICE,
    DAMAGED_PART,
    FORMULA_REACHES_OUTSIDE,
    IMPOSSIBLE_CELL,
    IMPOSSIBLE_ROW,
    TOO_MANY_CELLS,
    UNREADABLE_CELL,
)
from ..layout import address
from .cell_values import BLANK, is_unseen, stored_cell
from .limits import Limits
from .ooxml_styles import Styles
from .raw import Area, CellKind, Follower, RawCell, RawSheet, SharedFormula
from .references import COLUMNS, LAST_ROW, parse_area, parse_cell
from .safe_xml import Attributes, XmlGuard
from .zip_package import shown

UNREADABLE = RawCell(CellKind.ERROR, "#UNREADABLE!")

_EXTERNAL = re.compile(r"(?<![\w\]\[])\[[^\[\]]+\][^\[\](),;+*/&]*!")
_PROGRAM = re.compile(r"\|[^|(]*!")  # DDE: service|topic!item
_LIVE_FUNCTIONS = ("RTD", "CALL", "REGISTER.ID", "WEBSERVICE", "IMAGE")
_LIVE = re.compile(rf"(?<![\w.])(?:{'|'.join(map(re.escape, _LIVE_FUNCTIONS))})\s*\(")
_MARKS = ("[", "|", *_LIVE_FUNCTIONS)
_STRING_LITERAL = re.compile(r'"[^"]*"')


@dataclass(slots=True)
class Context:
    """What the sheets of one workbook share while they are read."""

    strings: Mapping[str, RawCell]  # index, as written in the sheet -> its cell
    styles: Styles
    epoch_1904: bool
    limits: Limits
    observations: list[Finding] = field(default_factory=list)
    stored_cells: int = 0
    unreadable_places: int = 0


class Cells:
    """Keeps the cells: the common path stores directly, these methods take what is out of the ordinary."""

    def __init__(self, sheet: RawSheet, guard: XmlGuard, context: Context) -> None:
        self.sheet = sheet
        self.guard = guard
        self.context = context
        self._strings = context.strings
        self._date_styles = context.styles.dates
        self.looks = context.styles.looks
        self.struck: str | None = None  # the text of an inline string with runs that are struck through
        self._shuffled = False
        self._array_areas: list[Area] = []
        self._outside: list[str] = []

    def open_row(self, attributes: Attributes, previous: int) -> int:
        """Give the number of a row: its own, else the next."""
        stored = attributes.get("r")
        row = previous + 1 if stored is None else int(stored) if stored.isdecimal() and len(stored) < 8 else 0
        if not 1 <= row <= LAST_ROW:
            self.guard.refuse_here(IMPOSSIBLE_ROW, value=shown(stored or str(row)))
        if row <= previous:
            self._shuffled = True
        if is_unseen(attributes, "ht"):
            self.sheet.hidden_rows.add(row)
        return row

    def close_row(self, row: int, row_cells: Mapping[int, RawCell]) -> None:
        """Keep a row that holds cells, and count them. Rows are never changed: other files may share them."""
        stored = self.sheet.cells.setdefault(row, row_cells)
        if stored is not row_cells:
            self.sheet.cells[row] = {**stored, **{c: row_cells[c] for c in row_cells if c not in stored}}
            for column in row_cells.keys() & stored.keys():
                self.note(CELL_STORED_TWICE, row, column)
        self.context.stored_cells += len(row_cells)
        if self.context.stored_cells > self.context.limits.cells:
            self.guard.refuse(TOO_MANY_CELLS, limit=f"{self.context.limits.cells:,}")

    def locate(self, reference: str | None, row_text: str, previous: int) -> int:
        """Give the column of a cell whose reference is missing, lower case, far right or wrong."""
        named = address(int(row_text or 0), previous + 1) if reference is None else reference
        place = parse_cell(named)
        if place is None or str(place[0]) != row_text:
            self.guard.refuse_here(IMPOSSIBLE_CELL, value=shown(named), row=row_text or "–")
        return place[1]

    def build(
        self, kind: str | None, value: str | None, formula: str | None, style: str | None
    ) -> RawCell | None:
        """Give the cell of this stored type, text and style; None when they do not fit together."""
        if kind == "s" and value is not None:
            cell = self._strings.get(value)
            return cell if cell is None or formula is None else cell._replace(formula=formula)
        is_date = style in self._date_styles
        return stored_cell(kind, value, formula, is_date=is_date, epoch_1904=self.context.epoch_1904)

    def note_look(self, row: int, column: int, style: str) -> None:
        """Remember that a cell is formatted in an odd way."""
        self.sheet.looks[row, column] = self.looks[style]

    def note_struck(self, row: int, column: int) -> None:
        """Remember what is struck through in the cell that was read last."""
        if self.struck is not None:
            self.sheet.struck[row, column] = self.struck
        self.struck = None

    def takes(self, row: int, column: int, row_cells: Mapping[int, RawCell]) -> bool:
        """Say whether a cell that stands left of the one before is still free; if not, a finding."""
        self._shuffled = True
        if column in row_cells:
            self.note(CELL_STORED_TWICE, row, column)
            return False
        return True

    def unreadable(self, row: int, column: int) -> RawCell:
        """Give a value that does not fit its type: an error cell in our own words, and a finding."""
        self.note(UNREADABLE_CELL, row, column)
        return UNREADABLE

    def note(self, kind: Kind, row: int, column: int) -> None:
        """Report one damaged cell; a file full of them is refused instead."""
        context = self.context
        context.unreadable_places += 1
        if context.unreadable_places > context.limits.unreadable_places:
            self.guard.refuse(DAMAGED_PART)
        context.observations.append(kind.at(self.sheet.name, address(row, column)))

    def note_outside(self, row: int, column: int) -> None:
        """Remember a formula that reaches outside the workbook."""
        self._outside.append(address(row, column))

    def note_array(self, attributes: Attributes) -> None:
        """Remember the rectangle that an array formula or a data table fills."""
        if attributes.get("t") in ("array", "dataTable"):
            area = parse_area(attributes.get("ref", ""))
            if area is not None and area[:2] != area[2:]:
                self._array_areas.append(area)

    def share(self, number: str, formula: str, row: int, column: int) -> str:
        """Remember a formula that others share, or take it from the one that has its text."""
        if not formula:
            return Follower(number)
        self.sheet.shared_formulas.setdefault(number, SharedFormula(row, column, formula))
        return formula

    def finish(self) -> None:
        """Complete the sheet with what is known only once all of it was seen."""
        for area in self._array_areas:
            _mark_array(self.sheet, area)
        if self._shuffled:
            rows = sorted(self.sheet.cells.items())
            self.sheet.cells = {row: dict(sorted(cells.items())) for row, cells in rows}
        if self._outside:
            self.context.observations.append(
                FORMULA_REACHES_OUTSIDE.at(self.sheet.name, self._outside[0], count=str(len(self._outside)))
            )


def reaches_outside(formula: str) -> bool:
    """Say whether a formula reaches for another workbook, another program or the network; its texts do not count."""
    if not any(mark in formula for mark in _MARKS):  # a quick look that misses none
        return False
    bare = _STRING_LITERAL.sub("", formula)
    return any(pattern.search(bare) for pattern in (_EXTERNAL, _PROGRAM, _LIVE))


def _mark_array(sheet: RawSheet, area: Area) -> None:
    """Mark the results that an array formula spread over other cells as formula cells too."""
    for row, cells in sheet.cells.items():
        if not area.first_row <= row <= area.last_row:
            continue
        filled = {
            column: cell._replace(formula="")
            for column, cell in cells.items()
            if area.first_column <= column <= area.last_column and cell.formula is None
        }
        sheet.cells[row] = {**cells, **filled}


def shared_number(attributes: Attributes) -> str | None:
    """Give the number that a formula is shared by; None for one of its own."""
    return attributes.get("si") if attributes.get("t") == "shared" else None


StartTable = Mapping[str, Callable[[Attributes, int], None]]
EndTable = Mapping[str, Callable[[str], str | None]]


def cell_handlers(  # noqa: PLR0915 - the hot loop: closures over local names, a call per cell less each
    cells: Cells, text: list[str], starts: StartTable, ends: EndTable
) -> tuple[Callable[[str, Attributes], None], Callable[[str], None]]:
    """Start and end handler of a sheet part; `starts` and `ends` take whatever is not a cell.

    An entry of `ends` may return text: the content of the inline string that it closed.
    """
    guard = cells.guard
    max_depth, max_attributes = guard.limits.depth, guard.limits.attributes
    columns, build, looks = COLUMNS, cells.build, cells.looks
    depth = row = column = cut = 0
    row_text = ""
    row_cells: dict[int, RawCell] = {}
    cell_attributes: Attributes = {}
    value: str | None = None
    formula: str | None = None
    shared: str | None = None

    def start(name: str, attributes: Attributes) -> None:
        nonlocal depth, row, column, cut, row_text, row_cells, cell_attributes, value, formula, shared
        depth += 1
        if depth > max_depth:
            guard.too_deep()
        if len(attributes) > max_attributes:
            guard.too_many_attributes()
        if name == "x|c":
            cell_attributes = attributes
            value = formula = shared = None
        elif name == "x|v":
            text.clear()
        elif name == "x|row":
            row = cells.open_row(attributes, row)
            row_text, row_cells, column = str(row), {}, 0
            cut = -len(row_text)
        elif name == "x|f":
            text.clear()
            if attributes:
                cells.note_array(attributes)
                shared = shared_number(attributes)
        elif name in starts:
            text.clear()
            starts[name](attributes, depth)

    def end(name: str) -> None:
        nonlocal depth, column, value, formula, row_text
        depth -= 1
        if name == "x|v":
            value = text[0] if len(text) == 1 else "".join(text)
        elif name == "x|c":
            close_cell()
        elif name == "x|row":
            if row_cells:
                cells.close_row(row, row_cells)
            row_text = ""
        elif name == "x|f":
            formula = "".join(text).removeprefix("=")
        elif name in ends:
            inline = ends[name]("".join(text))
            if inline is not None:
                value = inline

    def close_cell() -> None:
        nonlocal column, formula
        get = cell_attributes.get
        reference, kind, before = get("r"), get("t"), column
        if reference is not None and reference[cut:] == row_text and reference[:cut] in columns:
            column = columns[reference[:cut]]
        else:
            column = cells.locate(reference, row_text, before)
        if column <= before and not cells.takes(row, column, row_cells):
            return
        if shared is not None:
            formula = cells.share(shared, formula or "", row, column)
        style = get("s", "0")
        cell = build(kind, value, formula, style)
        row_cells[column] = cells.unreadable(row, column) if cell is None else cell
        if style in looks and cell is not BLANK:
            cells.note_look(row, column, style)
        if cells.struck is not None:
            cells.note_struck(row, column)
        if formula and reaches_outside(formula):
            cells.note_outside(row, column)

    return start, end
