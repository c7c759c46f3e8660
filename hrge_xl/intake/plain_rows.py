"""The rows of a sheet in the plain form that nearly every program writes, taken out by pattern.

To call Python for every element of a long sheet costs more than all the rest of reading together. So rows that
are plain from end to end are taken out by regular expressions, which also prove them well-formed. A row without
its values is a template, made of cells without theirs, and hundreds of returns of one workbook share both: each is
taken apart once, later ones of the same text only bring their values. Anything that is not plain (a comment, a
prefix, another order of attributes, a damaged cell) leaves the whole stretch to expat and its handlers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple
from xml.sax.saxutils import escape

from .cell_values import BLANK, is_unseen, stored_cell
from .memory import Memory
from .ooxml_cells import Cells, Context, reaches_outside, shared_number
from .plain_xml import SPACE, TEXT, closed_up, is_sound, plain_attributes, plain_text, prefixes, resolved
from .raw import Follower, RawCell
from .references import COLUMNS, LAST_ROW
from .safe_xml import Attributes

_VALUES = re.compile(rf"<v>({TEXT})</v>")
_VALUE_AS_IS = '<v xml:space="preserve">'  # says what is the rule in a value
# A text that stands in its cell is read like a value, whatever the type of the cell: alone, or in several runs.
_OWN_TEXTS = re.compile(rf'<is>{SPACE}*+<t(?: xml:space="preserve")?+>({TEXT})</t>{SPACE}*+</is>')
_RUN_ELEMENTS = "r|t|rPr|rFont|b|i|u|sz|color|family|charset|scheme|vertAlign|outline|shadow|condense|extend"
_OWN_RUNS = re.compile(rf"<is>((?:[^<\r]++|</?+(?:{_RUN_ELEMENTS})(?=[\s/>])[^<>]*+>)*+)</is>")
_GAP = "\0"  # stands for a value in a template; no XML holds it
# Attributes with a slash are not plain, so that "/>" can be nothing but the end of an empty element.
_RAW = r"([^<>/\0]*+)"
_OWN = r"[^<\r\0]*+"  # text that is not a value: it belongs to the template
_FORMULA = rf"<f[^<>/\0]*+(?:/>|>{_OWN}</f>)"
_VALUE = r"\0|<v ?/>"
_CELL = re.compile(rf'([A-Z]++)([0-9]++)"{_RAW}(?:/>|>({_FORMULA})?+({_VALUE})?+</c>)', re.ASCII)
_CELL_START = '<c r="'
_EMPTY_ROW = re.compile(rf'<row r="([1-9][0-9]{{0,6}})"{_RAW}/>', re.ASCII)
_ROW_START = re.compile(rf'<row r="([1-9][0-9]{{0,6}})"{_RAW}>', re.ASCII)
_ROW_END = "</row>"
_REMEMBERED = 4_500_000  # characters of templates in each of two generations, each for a whole workbook
_CELLS_REMEMBERED = 6_000_000  # the same of cells
_MOST_PLACES, _MOST_VALUES = 50_000, 50  # that are remembered, and of each place


class _NotPlain(Exception):
    """This stretch is for expat's handlers."""


class _Place:
    """A kind of cell, all but its value; `shared` ones take a shared text."""

    __slots__ = ("_date", "_epoch", "_kind", "formula", "odd", "seen", "shared")

    def __init__(
        self, kind: str | None, formula: str | None, odd: str | None, *, is_date: bool, epoch_1904: bool
    ) -> None:
        self.shared = kind == "s"
        self.formula = formula
        self.odd = odd  # its style, where that may hide what the cell holds
        self._kind, self._date, self._epoch = kind, is_date, epoch_1904
        self.seen: dict[str, RawCell] = {}

    def cell(self, value: str) -> RawCell:
        """Give the cell that a stored value makes here, kept in `seen`; raises _NotPlain."""
        if not is_sound(value):
            raise _NotPlain
        cell = self._stored(resolved(value))
        if len(self.seen) >= _MOST_VALUES:
            self.seen.clear()
        self.seen[value] = cell
        return cell

    def constant(self, value: str) -> RawCell:
        """Give the cell without a `v` element, or with an empty one."""
        return self._stored("" if value else None)

    def _stored(self, text: str | None) -> RawCell:
        cell = stored_cell(self._kind, text, self.formula, is_date=self._date, epoch_1904=self._epoch)
        if cell is None:
            raise _NotPlain
        return cell


class _Special(NamedTuple):
    """What is to be noted of a cell besides its content; few have any of it."""

    area: Attributes | None  # of a formula that fills a rectangle, or is shared in it
    outside: bool  # its formula reaches outside the workbook
    style: str | None  # one that may hide what the cell holds


_NOTHING_SPECIAL = _Special(None, False, None)


class _Cell(NamedTuple):
    """A cell of a template."""

    row: str
    column: int
    place: _Place
    constant: RawCell  # what it always holds; BLANK where a value goes
    takes_value: bool
    special: _Special | None
    prefixes: frozenset[str]


@dataclass(slots=True)
class _Template:
    """The text up to the end of a row without its values: that row, and the empty ones before it."""

    prefixes: frozenset[str]
    first: int = 0
    row: int = 0
    cells: dict[int, RawCell] = field(default_factory=dict)  # BLANK where a value goes
    shared: list[tuple[int, int]] = field(default_factory=list)  # column and number of values: shared texts
    results: list[tuple[int, str]] = field(default_factory=list)  # columns of those that a formula gives
    own: list[tuple[int, int, _Place]] = field(default_factory=list)  # the same for all other values
    hidden: list[int] = field(default_factory=list)
    special: list[tuple[int, _Special]] = field(default_factory=list)  # by column

    def add(self, cell: _Cell) -> None:
        """One more cell of the row; raises _NotPlain where it stands left of the one before."""
        if cell.column <= next(reversed(self.cells), 0):
            raise _NotPlain
        self.cells[cell.column] = cell.constant
        number = len(self.shared) + len(self.own)
        if cell.takes_value and cell.place.shared:
            self.shared.append((cell.column, number))
            if cell.place.formula is not None:
                self.results.append((cell.column, cell.place.formula))
        elif cell.takes_value:
            self.own.append((cell.column, number, cell.place))
        if cell.special is not None:
            self.special.append((cell.column, cell.special))
        if cell.prefixes:
            self.prefixes |= cell.prefixes

    def filled(self, values: list[str], strings: Mapping[str, RawCell]) -> Mapping[int, RawCell]:
        """Give the cells of a row with these values; raises _NotPlain."""
        if len(values) != len(self.shared) + len(self.own):
            raise _NotPlain
        if not values:
            return self.cells
        cells = self.cells.copy()
        try:
            for column, number in self.shared:
                cells[column] = strings[values[number]]
        except KeyError:
            raise _NotPlain from None
        for column, formula in self.results:
            cells[column] = cells[column]._replace(formula=formula)
        for column, number, place in self.own:
            value = values[number]
            cells[column] = place.seen.get(value) or place.cell(value)
        return cells


class _Row(NamedTuple):
    """A template with the values of one file."""

    template: _Template
    cells: Mapping[int, RawCell]


def plain_rows(text: str, declared: frozenset[str], context: Context) -> list[_Row] | None:
    """Give the rows of a stretch of cell data, or None when it is not plain. `declared`: its namespace prefixes."""
    reader = _reader(context.styles.dates, frozenset(context.styles.looks), context.epoch_1904)
    rows = reader.read(text, declared, context.strings)
    if rows is None and (usual := _in_usual_form(text)) != text:
        rows = reader.read(usual, declared, context.strings)
    return rows


def _in_usual_form(text: str) -> str:
    """Give the same rows with every text of a cell in a bare `v` element, as most programs write it."""
    pieces = _OWN_TEXTS.split(text.replace(_VALUE_AS_IS, "<v>"))
    pieces[1::2] = [f"<v>{each}</v>" for each in pieces[1::2]]
    return _OWN_RUNS.sub(_as_value, "".join(pieces))


def _as_value(match: re.Match[str]) -> str:
    """Give the text of several runs that stands in a cell, as a value; left to expat where it is not plain."""
    found = plain_text(f"<si>{closed_up(match[1])}")
    return f"<v>{escape(found.text)}</v>" if found is not None and found.proven else match[0]


def keep(rows: list[_Row], cells: Cells) -> None:
    """Put rows into the sheet that is being read."""
    for template, row_cells in rows:
        cells.sheet.hidden_rows.update(template.hidden)
        if row_cells:
            cells.close_row(template.row, row_cells)
        for column, special in template.special:
            _note(special, template.row, column, cells)


def _note(special: _Special, row: int, column: int, cells: Cells) -> None:
    if special.area is not None:
        cells.note_array(special.area)
        number = shared_number(special.area)
        if number is not None:
            cells.share(number, cells.sheet.cells[row][column].formula or "", row, column)
    if special.outside:
        cells.note_outside(row, column)
    if special.style is not None and cells.sheet.cells[row][column] is not BLANK:
        cells.note_look(row, column, special.style)


@lru_cache(maxsize=4)
def _reader(date_styles: frozenset[str], odd_styles: frozenset[str], epoch_1904: bool) -> _Reader:
    return _Reader(date_styles, odd_styles, epoch_1904)


class _Reader:
    """Reads rows under one set of date formats and odd styles, and remembers their templates."""

    def __init__(self, date_styles: frozenset[str], odd_styles: frozenset[str], epoch_1904: bool) -> None:
        self._date_styles = date_styles
        self._odd_styles = odd_styles
        self._epoch_1904 = epoch_1904
        self._templates: Memory[str, _Template] = Memory(_REMEMBERED, twice=True)
        self._cells: Memory[str, _Cell] = Memory(_CELLS_REMEMBERED)
        self._places: dict[tuple[str, str], _Place] = {}

    def read(self, text: str, declared: frozenset[str], strings: Mapping[str, RawCell]) -> list[_Row] | None:
        """Give every row of a stretch, None where it is not plain."""
        try:
            return self._rows(text, declared, strings)
        except _NotPlain:
            return None

    def _rows(self, text: str, declared: frozenset[str], strings: Mapping[str, RawCell]) -> list[_Row]:
        *texts, rest = text.split(_ROW_END)
        rows = [self._row(each, strings) for each in texts]
        if empty := closed_up(rest):
            rows.append(_Row(_last(empty), {}))
        previous = 0
        for template, _cells in rows:
            if template.first <= previous or not template.prefixes <= declared:
                raise _NotPlain
            previous = template.row
        return rows

    def _row(self, text: str, strings: Mapping[str, RawCell]) -> _Row:
        parts = _VALUES.split(text)
        key = _GAP.join(parts[::2])
        template = self._templates.get(key)
        if template is None:
            template = self._template(closed_up(key))
            self._templates.put(key, template, len(key))
        return _Row(template, template.filled(parts[1::2], strings))

    def _template(self, key: str) -> _Template:
        """Take a row apart that was not seen before."""
        start, *texts = key.split(_CELL_START)
        template = _Template(prefixes(start))
        match = _ROW_START.fullmatch(start, _empty_rows(start, template))
        if match is None or not is_sound(start):
            raise _NotPlain
        _enter(template, match[1], match[2])
        for text in texts:
            cell = self._cells.get(text) or self._cell(text)
            if cell.row != match[1]:
                raise _NotPlain
            template.add(cell)
        return template

    def _cell(self, text: str) -> _Cell:
        """Take a cell apart, from its reference on."""
        match = _CELL.fullmatch(text)
        if match is None or not is_sound(text.replace(_GAP, "")):
            raise _NotPlain
        letters, row, attributes, formula, value = match.groups("")
        place = self._place((attributes, formula))
        cell = _Cell(
            row,
            COLUMNS.get(letters, 0),
            place,
            place.constant(value) if value not in ("", _GAP) or (formula and not value) else BLANK,
            takes_value=value == _GAP,
            special=_special(place, formula),
            prefixes=prefixes(text),
        )
        self._cells.put(text, cell, len(text))
        return cell

    def _place(self, key: tuple[str, str]) -> _Place:
        """Give the place with these attributes and this formula; the same one for all followers of a formula."""
        place = self._places.get(key)
        if place is None:
            attributes, formula = _attributes(key[0]), _formula(key[1])
            style = attributes.get("s", "0")
            place = _Place(
                attributes.get("t"),
                formula,
                style if style in self._odd_styles else None,
                is_date=style in self._date_styles,
                epoch_1904=self._epoch_1904,
            )
            if len(self._places) >= _MOST_PLACES:
                self._places.clear()
            self._places[key] = place
        return place


def _empty_rows(text: str, template: _Template) -> int:
    """Enter the empty rows at the beginning of a text; where they end."""
    position = 0
    while (match := _EMPTY_ROW.match(text, position)) is not None:
        _enter(template, match[1], match[2])
        position = match.end()
    return position


def _last(text: str) -> _Template:
    """Give what follows the last row that has an end tag: nothing but empty rows."""
    template = _Template(prefixes(text))
    if _empty_rows(text, template) < len(text) or not is_sound(text):
        raise _NotPlain
    return template


def _enter(template: _Template, number: str, raw: str) -> None:
    row = int(number)
    if not template.row < row <= LAST_ROW:
        raise _NotPlain
    template.first, template.row = template.first or row, row
    if _is_unseen(raw):
        template.hidden.append(row)


def _special(place: _Place, formula: str) -> _Special | None:
    """Give what is to be noted of a cell with this `f` element."""
    area = _attributes(_opening(formula)) if " ref=" in formula else None
    outside = place.formula is not None and reaches_outside(place.formula)
    special = _Special(area, outside, place.odd)
    return None if special == _NOTHING_SPECIAL else special


@lru_cache(maxsize=4_096)
def _is_unseen(raw: str) -> bool:
    return is_unseen(_attributes(raw), "ht")


@lru_cache(maxsize=4_096)
def _attributes(raw: str) -> Attributes:
    attributes = plain_attributes(raw)
    if attributes is None:
        raise _NotPlain
    return attributes


def _formula(raw: str) -> str | None:
    """Give the text of an `f` element, a `Follower` of a shared formula; None without one."""
    if not raw:
        return None
    number = shared_number(_attributes(_opening(raw)))
    text = resolved(raw.partition(">")[2].removesuffix("</f>")).removeprefix("=")
    return Follower(number) if number is not None and not text else text


def _opening(raw: str) -> str:
    """Give what stands between the name and the end of the first tag of an `f` element."""
    return raw.partition(">")[0].removeprefix("<f").removesuffix("/")
