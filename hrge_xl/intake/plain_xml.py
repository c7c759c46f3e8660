"""Rows and texts in the plain form that nearly every program writes, taken out by pattern.

Expat checks every byte of a part, but to call Python for every element of a long sheet costs more than
all the rest together. So a stretch of rows that is plain from end to end, without gaps, is taken out by
regular expressions, and expat runs over it without handlers. Anything else (a comment, a prefix, another
order of attributes, a damaged cell) makes the stretch not plain, and the handlers see all of it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from hrge_xl.intake.cell_values import is_true
from hrge_xl.intake.ooxml_cells import COLUMNS, Cells
from hrge_xl.intake.raw import RawCell
from hrge_xl.intake.references import LAST_ROW
from hrge_xl.intake.safe_xml import Attributes

_FORMULA = r"<f[^<>/]*+(?:/>|>[^<]*+</f>)"
_VALUE = r'<v>[^<]*+</v>|<v ?/>|<is><t(?: xml:space="preserve")?+>[^<]*+</t></is>'
_CONTENT = rf"(?:/>|>(?:{_FORMULA})?+(?:{_VALUE})?+</c>)"
_ROW = re.compile(rf'<row r="([0-9]{{1,7}})"([^<>/]*+)(?:/>|>((?:<c [^<>/]*+{_CONTENT})*+)</row>)', re.ASCII)
_CELL = re.compile(rf'<c r="([A-Z]+)([0-9]+)"([^<>/]*+{_CONTENT})', re.ASCII)
_CELL_PARTS = re.compile(rf"([^<>/]*+)(?:/>|>({_FORMULA})?+({_VALUE})?+</c>)")
_FORMULA_PARTS = re.compile(r"<f([^<>/]*)(?:/>|>([^<]*)</f>)")
_ATTRIBUTE = re.compile(r'\s+([A-Za-z0-9:]+)="([^"<>&]*)"', re.ASCII)
_ATTRIBUTES = re.compile(r'(?:\s+[A-Za-z0-9:]+="[^"<>&]*+")*+\s*', re.ASCII)
_TEXT = r'<si><t(?: xml:space="preserve")?>([^<]*+)</t></si>'
_TEXTS = re.compile(rf"(?:{_TEXT})*+")
_ONE_TEXT = re.compile(_TEXT)
_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]+)|#([0-9]+)|([a-z]+));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}


class Stretch(NamedTuple):
    """Where the content of one element stands in a part, and that content as text."""

    start: int
    stop: int
    text: str


def find_stretch(content: bytes, element: bytes) -> Stretch | None:
    """The content of the first such element; None when it is empty, or when anything could mislead us.

    Before the element no comment, CDATA section or further processing instruction may stand: then its tag,
    wherever the bytes show it, is a tag for expat too. Inside, none of these and no change of namespace.
    """
    opening = re.compile(rb"<" + element + rb"(?: [^<>]*[^<>/])?>").search(content)
    if opening is None:
        return None
    start, stop = opening.end(), content.find(b"</" + element + b">", opening.end())
    head, body = content[:start], content[start:stop]
    if stop < 0 or b"<!" in head or head.count(b"<?") > head.startswith(b"<?xml "):
        return None
    if any(mark in body for mark in (b"<!", b"<?", b"\r", b"xmlns")):
        return None
    try:
        return Stretch(start, stop, body.decode())
    except UnicodeDecodeError:  # expat will say so with the place
        return None


def plain_texts(text: str) -> list[str] | None:
    """The shared texts of a stretch, or None when it is not plain."""
    if not _TEXTS.fullmatch(text):
        return None
    return [_resolved(each) for each in _ONE_TEXT.findall(text)]


def _resolved(raw: str) -> str:
    """Text with its character references resolved; expat has refused all that could not be."""
    return _REFERENCE.sub(_character, raw) if "&" in raw else raw


def _character(match: re.Match[str]) -> str:
    hexadecimal, decimal, name = match.groups()
    if name:
        return _NAMED.get(name, match[0])
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    return chr(code) if code < 0x110000 else match[0]


class _NotPlain(Exception):
    """This stretch is for expat's handlers."""


class PlainRows:
    """The rows of one sheet; nothing of them counts before `keep`."""

    def __init__(self, cells: Cells) -> None:
        self._cells = cells
        self._rows: list[tuple[int, Attributes, dict[int, RawCell]]] = []
        self._formulas: list[tuple[str, int, int]] = []
        self._arrays: list[Attributes] = []
        self._attributes_by_text: dict[str, Attributes] = {}

    def read(self, text: str) -> bool:
        """Take every row out of a stretch; false when it is not plain."""
        position = previous = 0
        try:
            while position < len(text):
                match = _ROW.match(text, position)
                row = int(match[1]) if match else 0
                if match is None or not previous < row <= LAST_ROW:
                    return False
                self._rows.append((row, self._attributes(match[2]), self._row(match[1], match[3] or "")))
                position, previous = match.end(), row
        except _NotPlain:
            return False
        return True

    def keep(self) -> None:
        """Put the rows into the sheet."""
        for row, attributes, row_cells in self._rows:
            if is_true(attributes.get("hidden")):
                self._cells.sheet.hidden_rows.add(row)
            if row_cells:
                self._cells.close_row(row, row_cells)
        for attributes in self._arrays:
            self._cells.note_array(attributes)
        for formula, row, column in self._formulas:
            self._cells.note_formula(formula, row, column)

    def _row(self, row_text: str, content: str) -> dict[int, RawCell]:
        row_cells: dict[int, RawCell] = {}
        previous = 0
        known = self._cells.context.known_cells
        for letters, number, stored in _CELL.findall(content):
            column = COLUMNS.get(letters, 0)
            if column <= previous or number != row_text:
                raise _NotPlain
            row_cells[column] = known.get(stored) or self._cell(stored, int(row_text), column)
            previous = column
        return row_cells

    def _cell(self, stored: str, row: int, column: int) -> RawCell:
        """The cell of a text that was not met before: attributes, formula, value, closing tag."""
        match = _CELL_PARTS.fullmatch(stored)
        if match is None:
            raise _NotPlain
        attributes = self._attributes(match[1])
        formula = self._formula(match[2], row, column) if match[2] else None
        cell = self._cells.build(attributes.get("t"), _value(match[3]), formula, attributes.get("s"))
        if cell is None:
            raise _NotPlain
        if formula is None:
            self._cells.context.known_cells[stored] = cell
        return cell

    def _attributes(self, raw: str) -> Attributes:
        attributes = self._attributes_by_text.get(raw)
        if attributes is None:
            if not _ATTRIBUTES.fullmatch(raw):
                raise _NotPlain
            attributes = self._attributes_by_text[raw] = dict(_ATTRIBUTE.findall(raw))
        return attributes

    def _formula(self, raw: str, row: int, column: int) -> str:
        match = _FORMULA_PARTS.fullmatch(raw)
        if match is None:
            raise _NotPlain
        if match[1]:
            self._arrays.append(self._attributes(match[1]))
        formula = _resolved(match[2] or "").removeprefix("=")
        self._formulas.append((formula, row, column))
        return formula


def _value(raw: str | None) -> str | None:
    """The text of a `v` or `is` element, None without one."""
    if not raw:
        return None
    return _resolved(raw[3:-4] if raw[1] == "v" else raw[raw.index(">", 4) + 1 : -9])
