"""Rows and texts in the plain form that nearly every program writes, taken out by pattern.

Expat checks every byte of a part, but to call Python for every element of a long sheet costs more than
all the rest together. So a stretch of rows that is plain from end to end, without gaps, is taken out by
regular expressions, and expat runs over it without handlers. Anything else (a comment, a prefix, another
order of attributes, a damaged cell) makes the stretch not plain, and the handlers see all of it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from hrge_xl.intake.cell_values import BLANK, is_true
from hrge_xl.intake.ooxml_cells import Cells, may_reach_outside
from hrge_xl.intake.raw import RawCell
from hrge_xl.intake.references import COLUMNS, LAST_ROW
from hrge_xl.intake.safe_xml import Attributes

# Text may hold no carriage return: XML would turn it into a line feed. Attributes with a slash are not
# plain, so that "/>" can be nothing but the end of an empty element.
_TEXT = r"[^<\r]*+"
_FORMULA = rf"<f[^<>/]*+(?:/>|>{_TEXT}</f>)"
_VALUE = rf'<v>{_TEXT}</v>|<v ?/>|<is><t(?: xml:space="preserve")?+>{_TEXT}</t></is>'
_CELL_BODY = rf"(?:/>|>({_FORMULA})?+({_VALUE})?+</c>)"
# A cell stands twice, alike but for its groups: in `_ROW`, which proves that a row holds nothing else.
_CELL = re.compile(rf'<c r="([A-Z]++)([0-9]++)"([^<>/]*+){_CELL_BODY}', re.ASCII)
_ROW = re.compile(
    rf'<row r="([0-9]{{1,7}})"([^<>/]*+)(?:/>|>((?:<c r="[A-Z]++[0-9]++"[^<>/]*+{_CELL_BODY})*+)</row>)',
    re.ASCII,
)
_ATTRIBUTE = re.compile(r'\s+(?!xmlns)([A-Za-z0-9:]+)="([^"<>&]*)"', re.ASCII)
_ATTRIBUTES = re.compile(rf"(?:{_ATTRIBUTE.pattern})*+\s*", re.ASCII)
_T = rf"<t(?:\s[^<>/]*+)?+>({_TEXT})</t>"
_PLAIN_TEXT = re.compile(rf"<si>{_T}</si>")
_PLAIN_TEXTS = re.compile(rf"(?:{_PLAIN_TEXT.pattern})*+")
# Runs, phonetic readings and their properties: any elements without prefix, comment or CDATA section.
_RICH_TEXT = re.compile(rf"<si>((?:(?!</si>)</?+[A-Za-z0-9]++(?:\s[^<>]*+)?+/?+>{_TEXT})*+)</si>")
_RICH_TEXTS = re.compile(rf"(?:{_RICH_TEXT.pattern})*+")
_RUN = re.compile(_T)
_READING = re.compile(r"<rPh(?:\s[^<>/]*+)?+>.*?</rPh>", re.DOTALL)
_NUMBERED = re.compile(r"&#(?:x([0-9a-fA-F]+)|([0-9]+));")


class Stretch(NamedTuple):
    """Where the content of one element stands in a part, and that content as text."""

    start: int
    stop: int
    text: str


def find_stretch(content: bytes, element: bytes) -> Stretch | None:
    """The content of the first such element; None when it is empty, or when anything could mislead us.

    Before the element no comment, CDATA section or further processing instruction may stand: then its tag,
    wherever the bytes show it, is a tag for expat too.
    """
    opening = re.compile(rb"<" + element + rb"(?: [^<>]*[^<>/])?>").search(content)
    if opening is None:
        return None
    start, stop = opening.end(), content.find(b"</" + element + b">", opening.end())
    head = content[:start]
    if stop < 0 or b"<!" in head or head.count(b"<?") > head.startswith(b"<?xml "):
        return None
    try:
        return Stretch(start, stop, content[start:stop].decode())
    except UnicodeDecodeError:  # expat will say so with the place
        return None


def plain_texts(text: str) -> list[str] | None:
    """The shared texts of a stretch, or None when it is not plain."""
    texts: list[str]
    if _PLAIN_TEXTS.fullmatch(text):
        texts = _PLAIN_TEXT.findall(text)
    elif _RICH_TEXTS.fullmatch(text) and "xmlns" not in text:
        texts = ["".join(_RUN.findall(_READING.sub("", each))) for each in _RICH_TEXT.findall(text)]
    else:
        return None
    return [_resolved(each) for each in texts] if "&" in text else texts


def _resolved(raw: str) -> str:
    """Text with its character references resolved; expat refuses those that are none."""
    if "&" not in raw:
        return raw
    if "&#" in raw:
        raw = _NUMBERED.sub(_character, raw)
    raw = raw.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&apos;", "'")
    return raw.replace("&amp;", "&")


def _character(match: re.Match[str]) -> str:
    code = int(match[1], 16) if match[1] else int(match[2])
    # An ampersand written as a number must not begin a second reference.
    return "&amp;" if code == 0x26 else chr(code) if code < 0x110000 else match[0]


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
        self._suspicious = True

    def read(self, text: str) -> bool:
        """Take every row out of a stretch; false when it is not plain."""
        position = previous = 0
        self._suspicious = may_reach_outside(text)
        try:
            while position < len(text):
                match = _ROW.match(text, position)
                row = int(match[1]) if match else 0
                if match is None or not previous < row <= LAST_ROW:
                    return False
                cells = self._row(match[1], match[3]) if match[3] else {}
                self._rows.append((row, self._attributes(match[2]), cells))
                position, previous = match.end(), row
        except _NotPlain:
            return False
        return True

    def keep(self) -> None:
        """Put the rows into the sheet."""
        cells = self._cells
        for row, attributes, row_cells in self._rows:
            if "hidden" in attributes and is_true(attributes["hidden"]):
                cells.sheet.hidden_rows.add(row)
            if row_cells:
                cells.close_row(row, row_cells)
        for attributes in self._arrays:
            cells.note_array(attributes)
        for formula, row, column in self._formulas:
            cells.note_formula(formula, row, column)

    def _row(self, row_text: str, content: str) -> dict[int, RawCell]:
        """The cells of a row; the loop that counts, so blanks and shared texts are dealt with in place."""
        row_cells: dict[int, RawCell] = {}
        previous = 0
        column_of, strings, known = COLUMNS.get, self._cells.context.strings.get, self._attributes_by_text
        for letters, number, raw, formula, value in _CELL.findall(content):
            column = column_of(letters, 0)
            if column <= previous or number != row_text:
                raise _NotPlain
            previous = column
            cell: RawCell | None
            if not value and not formula:
                cell = BLANK
            else:
                attributes = known[raw] if raw in known else self._attributes(raw)
                if formula:
                    cell = self._formula_cell(attributes, formula, value, (int(row_text), column))
                elif attributes.get("t") == "s":
                    cell = strings(value[3:-4])
                else:
                    style = attributes.get("s")
                    cell = self._cells.build(attributes.get("t"), _value(value), None, style)
                if cell is None:
                    raise _NotPlain
            row_cells[column] = cell
        return row_cells

    def _formula_cell(
        self, attributes: Attributes, raw: str, value: str, place: tuple[int, int]
    ) -> RawCell | None:
        formula = _resolved(raw[3:-4]) if raw.startswith("<f>") else self._formula(raw)
        formula = formula.removeprefix("=")
        if self._suspicious:
            self._formulas.append((formula, *place))
        return self._cells.build(attributes.get("t"), _value(value), formula, attributes.get("s"))

    def _formula(self, raw: str) -> str:
        """The text of an `f` element that has attributes, empty for a follower of a shared formula."""
        opening, _, rest = raw.partition(">")
        attributes = self._attributes(opening[2:].removesuffix("/"))
        if "ref" in attributes:
            self._arrays.append(attributes)
        return _resolved(rest.removesuffix("</f>"))

    def _attributes(self, raw: str) -> Attributes:
        attributes = self._attributes_by_text.get(raw)
        if attributes is None:
            if not _ATTRIBUTES.fullmatch(raw):
                raise _NotPlain
            attributes = self._attributes_by_text[raw] = dict(_ATTRIBUTE.findall(raw))
        return attributes


def _value(raw: str) -> str | None:
    """The text of a `v` or `is` element, None without one."""
    if raw.startswith("<v"):
        return _resolved(raw[3:-4])
    return _resolved(raw[raw.index(">", 4) + 1 : -9]) if raw else None
