"""The rows of one worksheet part: cut out of its text where they are plain, else read element by element.

To call Python for every element of a long sheet costs more than all the rest of reading together. So the text is cut at
every "<c r=", and each piece taken apart by one pattern, once in a process: hundreds of returns of one workbook share
most of them. A piece that the pattern does not know is read as an element by itself; rows that are laid out otherwise
leave the whole part to expat, which proves every part well-formed in any case.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from itertools import chain
from operator import lt
from typing import NamedTuple
from xml.etree.ElementTree import Element

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
from ..layout import COLUMNS, LAST_ROW, Place, address, parse_cell
from .limits import LIMITS, ReadLimits
from .ooxml_styles import Styles
from .raw import (
    BLANK,
    Area,
    CellKind,
    Follower,
    MasterFormula,
    RawCell,
    RawSheet,
    Unreadable,
    is_unseen,
    parse_area,
    rich_text,
    stored_cell,
    unescape,
    whole_number,
)
from .safe_xml import MAIN, OVERHEAD, Attributes, Cache, XmlGuard, parse_tree, resolved
from .zip_package import shown

UNREADABLE = RawCell(CellKind.ERROR, "#UNREADABLE!")
# bytes, about: of cells in each of two generations, and of a cell in its row
REMEMBERED = 24_000_000
PLACE = 100
MOST_ATTRIBUTES = 60  # of a plain element
ROWS_AND_CELLS = frozenset(("x|row", "x|c"))

# Attributes with a slash are not plain, so that "/>" can be nothing but the end of an empty element.
# Nor are long ones: what they say is remembered.
_TEXT = r"([^<\r]*+)"
_TAG = r"([^<>/]{0,500}+)"
_SPACE = r"\s*+"
_KEEP = '(?: xml:space="preserve")?+'
_CELL = re.compile(
    rf'([A-Z]{{1,3}}+)([0-9]{{1,7}}+)"{_TAG}(?:/>|>{_SPACE}(?:<f{_TAG}(?:/>|>{_TEXT}</f>){_SPACE})?+'
    rf"(?:<v{_KEEP}>{_TEXT}</v>|<v ?+/>()|<is>{_SPACE}<t{_KEEP}>{_TEXT}</t>{_SPACE}</is>)?+{_SPACE}</c>){_SPACE}",
    re.ASCII,
)
_ROW = re.compile(rf'<row r="([1-9][0-9]{{0,6}}+)"{_TAG}(/?+)>{_SPACE}', re.ASCII)
_ROWS = re.compile(rf"{_SPACE}(?:{_ROW.pattern})*+", re.ASCII)
_ATTRIBUTE = re.compile(r'\s(?!xmlns)([\w:]++)="([^"<>&\t\r\n]*+)"', re.ASCII)
_ATTRIBUTES = re.compile(rf"(?:{_ATTRIBUTE.pattern})*+\s*+", re.ASCII)

_EXTERNAL = re.compile(r"(?<![\w\]\[])\[[^\[\]]+\][^\[\](),;+*/&]*!")
_PROGRAM = re.compile(r"\|[^|(]*!")  # DDE: service|topic!item
_LIVE_FUNCTIONS = ("RTD", "CALL", "REGISTER.ID", "WEBSERVICE", "IMAGE")
_LIVE = re.compile(rf"(?<![\w.])(?:{'|'.join(map(re.escape, _LIVE_FUNCTIONS))})\s*\(")
_MARKS = ("[", "|", *_LIVE_FUNCTIONS)
_STRING_LITERAL = re.compile(r'"[^"]*"')


class NotPlain(Exception):
    """These rows are to be read element by element."""


@dataclass(slots=True)
class Context:
    """What the sheets of one workbook share while they are read."""

    strings: Mapping[str, RawCell]  # index, as written in the sheet -> its cell
    styles: Styles
    epoch_1904: bool
    limits: ReadLimits
    observations: list[Finding] = field(default_factory=list)
    stored_cells: int = 0
    unreadable_places: int = 0

    def damaged_place(self, guard: XmlGuard, observation: Finding) -> None:
        """Report one damaged place; a file full of them is refused instead."""
        self.unreadable_places += 1
        if self.unreadable_places > self.limits.unreadable_places:
            guard.refuse(DAMAGED_PART)
        self.observations.append(observation)


class Special(NamedTuple):
    """What is to be noted of a cell besides its content; few have any of it."""

    formula: str | None  # of a shared text
    about: Attributes  # of a formula that fills a rectangle, or is shared in it
    outside: bool  # its formula reaches outside the workbook
    style: str | None  # one that may hide what the cell holds


class StoredCell(NamedTuple):
    """What a `c` element says: its cell, the number of a shared text, or None where type and value disagree."""

    row: str
    column: int
    value: RawCell | str | None
    special: Special | None


class PlainRow(NamedTuple):
    """A row with all its cells, whose columns ascend; files share it, so that it is never changed.

    `texts` are the columns that show a shared text, each with its number, or with none where a value cannot be read.
    """

    number: int
    cells: dict[int, RawCell]  # BLANK where a shared text goes
    texts: Sequence[tuple[int, str]]
    special: Sequence[tuple[int, Special]]
    hidden: bool

    @classmethod
    def of(cls, number: str, cells: Sequence[StoredCell], raw: str) -> PlainRow:
        """Make one of its cells and of its attributes."""
        whole = dict[int, RawCell]()
        texts = list[tuple[int, str]]()
        special = list[tuple[int, Special]]()
        for _, column, value, about in cells:
            whole[column] = value if isinstance(value, RawCell) else BLANK
            if not isinstance(value, RawCell):
                texts.append((column, value or ""))
            if about is not None:
                special.append((column, about))
        return cls(int(number), whole, texts, special, is_unseen(_attributes(raw), "ht"))


class CellReader:
    """Reads `c` elements under one set of date formats and odd styles, and remembers their texts."""

    def __init__(
        self, dates: frozenset[str], odd_styles: frozenset[str], *, epoch_1904: bool
    ) -> None:
        self._dates = dates
        self._odd_styles = odd_styles
        self._epoch_1904 = epoch_1904
        self._rows: Cache[str, list[PlainRow]] = Cache(REMEMBERED // 2)
        self._cells: Cache[str, StoredCell] = Cache(REMEMBERED)

    def plain_rows(self, text: str) -> list[PlainRow]:
        """Return every row of a stretch of cell data; raises NotPlain. Whether it is well-formed is for expat to
        say.
        """
        *texts, remainder = text.split("</row>")
        recall = self._rows.young.get  # asked directly, as very many are
        rows = [*chain.from_iterable(recall(row) or self._rows_to(row) for row in texts)]
        rows += _empty_rows(_row_tags(remainder))
        numbers = [row.number for row in rows]
        if not all(map(lt, [0, *numbers], [*numbers, LAST_ROW + 1])):
            raise NotPlain
        return rows

    def _rows_to(self, text: str) -> list[PlainRow]:
        """Return the row that ends with a stretch, and the empty ones before it; raises NotPlain."""
        size = OVERHEAD + len(text) + PLACE * text.count('<c r="')
        return self._rows.recall(text, size, lambda: self._cut(text))

    def _cut(self, text: str) -> list[PlainRow]:
        head, *pieces = text.split('<c r="')
        *empty, (number, raw, closed) = _row_tags(head) or [("", "", "/")]
        recall = self._cells.recall
        cells = [
            recall(piece, OVERHEAD + len(piece), partial(self._cell, piece)) for piece in pieces
        ]
        columns = [cell.column for cell in cells]
        if (
            closed
            or {cell.row for cell in cells} - {number}
            or not all(map(lt, [0, *columns], columns))
        ):
            raise NotPlain
        return [*_empty_rows(empty), PlainRow.of(number, cells, raw)]

    def _cell(self, text: str) -> StoredCell:
        """Take a cell apart, from its reference on; raises NotPlain."""
        match = None if "&#" in text else _CELL.fullmatch(text)
        if match is None:
            try:
                (((cell,),),) = parse_tree((_AROUND % text).encode(), XmlGuard("", LIMITS))
            except (Unreadable, ValueError):
                raise NotPlain from None
            _, *tags_inside = (part.tag for part in cell.iter())
            if cell.tag != "x|c" or not ROWS_AND_CELLS.isdisjoint(tags_inside):
                raise NotPlain
            return self.of_element(cell)
        letters, row, raw, raw_formula, formula, value, empty, inline = match.groups()
        if raw_formula is not None:
            formula = resolved(formula or "").removeprefix("=")
        if value is None:
            value = inline if empty is None else empty
        value = None if value is None else resolved(value)
        stored = self._stored(_attributes(raw), value, formula, _attributes(raw_formula or ""))
        return StoredCell(row, COLUMNS.get(letters, 0), *stored)

    def of_element(self, element: Element) -> StoredCell:
        """Read a cell as an element; row and column are 0 where its reference is none."""
        value = formula = struck = None
        about: Attributes = {}
        for part in element.iter():
            if part.tag == "x|v":
                value = "".join(part.itertext())
            elif part.tag == "x|is":
                value, marked = rich_text(part)
                struck = unescape(marked) if marked != value else None
            elif part.tag == "x|f":
                formula = "".join(part.itertext()).removeprefix("=")
                about = part.attrib or about
        row, column = parse_cell(element.get("r", "")) or (0, 0)
        cell, special = self._stored(element.attrib, value, formula, about)
        if struck is not None and isinstance(cell, RawCell):
            cell = cell._replace(struck=struck)
        return StoredCell(str(row), column, cell, special)

    def _stored(
        self,
        attributes: Attributes,
        value: str | None,
        formula: str | None,
        about: Attributes,
    ) -> tuple[RawCell | str | None, Special | None]:
        kind = attributes.get("t")
        style = attributes.get("s", "0")
        if about and not formula and (number := shared_number(about)) is not None:
            formula = Follower(number)
            about = {}
        is_shared = kind == "s" and value is not None
        is_date = style in self._dates
        cell: RawCell | str | None = value
        if not is_shared:
            cell = stored_cell(kind, value, formula, is_date=is_date, epoch_1904=self._epoch_1904)
        formula_apart = formula if is_shared else None
        odd = style if style in self._odd_styles else None
        outside = formula is not None and reaches_outside(formula)
        if formula_apart is None and not (about or outside or odd):
            return cell, None
        return cell, Special(formula_apart, about, outside, odd)


cell_reader = lru_cache(maxsize=4)(CellReader)  # the same for all workbooks that have these styles
_AROUND = f'<worksheet xmlns="{MAIN}"><sheetData><row><c r="%s</row></sheetData></worksheet>'


def _row_tags(text: str) -> list[tuple[str, str, str]]:
    """Return number, attributes and closing slash of the tags of rows that a stretch consists of; raises NotPlain."""
    if not _ROWS.fullmatch(text):
        raise NotPlain
    return _ROW.findall(text)


def _empty_rows(tags: Sequence[tuple[str, str, str]]) -> list[PlainRow]:
    if not all(closed for _, _, closed in tags):
        raise NotPlain
    return [PlainRow.of(number, (), raw) for number, raw, _ in tags]


@lru_cache(maxsize=4_096)
def _attributes(raw: str) -> Attributes:
    pairs = _ATTRIBUTE.findall(raw)
    if not _ATTRIBUTES.fullmatch(raw) or len(pairs) > MOST_ATTRIBUTES:
        raise NotPlain
    return dict(pairs)


class SheetCells:
    """Fills the cells of one sheet: with plain rows, or element by element as expat meets them."""

    def __init__(self, sheet: RawSheet, guard: XmlGuard, context: Context) -> None:
        self.sheet = sheet
        self.guard = guard
        self.context = context
        styles = context.styles
        self.reader = cell_reader(
            styles.dates, frozenset(styles.looks), epoch_1904=context.epoch_1904
        )
        self._row = 0
        self._open = False
        self._column = 0
        self._cells: dict[int, RawCell] = {}
        self._shuffled = False
        self._array_areas: list[Area] = []
        self._outside: list[str] = []

    def keep(self, rows: Sequence[PlainRow]) -> None:
        """Put plain rows into the sheet."""
        strings = self.context.strings
        for number, cells, texts, special, hidden in rows:
            if hidden:
                self.sheet.hidden_rows.add(number)
            if texts or special:
                cells = cells.copy()  # noqa: PLW2901 - the row of this file
                for column, text in texts:
                    cells[column] = strings.get(text) or self._unreadable(number, column)
                for column, special_part in special:
                    cells[column] = self._noted(number, column, cells[column], special_part)
            if cells:
                self._keep_row(number, cells)

    # element by element

    def open_row(self, attributes: Attributes) -> None:
        """Begin a row: its own number, else the next."""
        stored = attributes.get("r")
        row = self._row + 1 if stored is None else whole_number(stored) or 0
        if not 1 <= row <= LAST_ROW:
            self.guard.refuse_here(IMPOSSIBLE_ROW, value=shown(stored or str(row)))
        self._shuffled |= row <= self._row
        if is_unseen(attributes, "ht"):
            self.sheet.hidden_rows.add(row)
        self._row = row
        self._open = True
        self._column = 0
        self._cells = {}

    def add(self, element: Element) -> None:
        """Add a cell of the open row: where its reference says, else behind the one before."""
        number = str(self._row) if self._open else ""
        reference = element.get("r")
        named = address(int(number or 0), self._column + 1) if reference is None else reference
        place = parse_cell(named)
        if place is None or str(place[0]) != number:
            self.guard.refuse_here(IMPOSSIBLE_CELL, value=shown(named), row=number or "–")
        row, column = place
        if column <= self._column:
            self._shuffled = True
            if column in self._cells:
                self._damaged(CELL_STORED_TWICE, row, column)
                self._column = column
                return
        self._column = column
        _, _, value, special = self.reader.of_element(element)
        cell = self.context.strings.get(value) if isinstance(value, str) else value
        cell = self._unreadable(row, column) if cell is None else cell
        self._cells[column] = cell if special is None else self._noted(row, column, cell, special)

    def close_row(self, _element: Element) -> None:
        """End the open row."""
        if self._cells:
            self._keep_row(self._row, self._cells)
        self._open = False

    # both

    def _unreadable(self, row: int, column: int) -> RawCell:
        """Return a value that does not fit its type: an error cell in our own words, and a finding."""
        self._damaged(UNREADABLE_CELL, row, column)
        return UNREADABLE

    def _noted(self, row: int, column: int, cell: RawCell, special: Special) -> RawCell:
        """Return a cell as it is kept, with whatever is special about it noted."""
        if special.formula is not None and cell is not UNREADABLE:
            cell = cell._replace(formula=special.formula)
        about = special.about
        if about.get("t") in ("array", "dataTable"):
            area = parse_area(about.get("ref", ""))
            if area is not None and area[:2] != area[2:]:
                self._array_areas.append(area)
        if (number := shared_number(about)) is not None and cell.formula:
            self.sheet.shared_formulas.setdefault(
                number, MasterFormula(cell.formula, Place(row, column))
            )
        if special.outside:
            self._outside.append(address(row, column))
        if special.style is not None and cell is not BLANK:
            self.sheet.looks[row, column] = self.context.styles.looks[special.style]
        return cell

    def _damaged(self, kind: Kind, row: int, column: int) -> None:
        self.context.damaged_place(self.guard, kind.at(self.sheet.name, address(row, column)))

    def _keep_row(self, row: int, cells: Mapping[int, RawCell]) -> None:
        """Keep a row that holds cells, and count them."""
        stored = self.sheet.cells.setdefault(row, cells)
        if stored is not cells:
            self.sheet.cells[row] = {**cells, **stored}
            for column in cells.keys() & stored.keys():
                self._damaged(CELL_STORED_TWICE, row, column)
        self.context.stored_cells += len(cells)
        if self.context.stored_cells > self.context.limits.cells:
            self.guard.refuse(TOO_MANY_CELLS, limit=f"{self.context.limits.cells:,}")

    def finish(self) -> None:
        """Complete the sheet with what is known only once all of it was seen."""
        sheet = self.sheet
        # the results that an array formula spread over other cells are formulas too
        rows = sorted(sheet.cells) if self._array_areas else []
        for top, left, bottom, right in self._array_areas:
            for row in rows[bisect_left(rows, top) : bisect_right(rows, bottom)]:
                sheet.cells[row] = {
                    column: cell._replace(formula="")
                    if left <= column <= right and cell.formula is None
                    else cell
                    for column, cell in sheet.cells[row].items()
                }
        if self._shuffled:
            sheet.cells = {
                row: dict(sorted(cells.items())) for row, cells in sorted(sheet.cells.items())
            }
        if self._outside:
            detail = {"count": str(len(self._outside))}
            self.context.observations.append(
                FORMULA_REACHES_OUTSIDE.at(sheet.name, self._outside[0], **detail)
            )


def shared_number(attributes: Attributes) -> str | None:
    """Return the number that a formula is shared by; None for one of its own."""
    return attributes.get("si") if attributes.get("t") == "shared" else None


def reaches_outside(formula: str) -> bool:
    """Say whether a formula reaches for another workbook, another program or the network; its texts do not count."""
    if not any(mark in formula for mark in _MARKS):  # a quick look that misses none
        return False
    bare = _STRING_LITERAL.sub("", formula)
    return any(pattern.search(bare) for pattern in (_EXTERNAL, _PROGRAM, _LIVE))
