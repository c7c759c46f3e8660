"""A workbook drawn once, its live cells left open, and filled in with a content as a whole.

The sheets that feedback has beside the tools differ in all their rows: they are drawn with the content, in the looks
that the workbook was drawn with.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from io import BytesIO, StringIO
from itertools import pairwise
from math import isfinite
from struct import Struct
from typing import NamedTuple

from xlsxwriter.workbook import Workbook

from ..answers.submission import FIELDS, PROPERTY_PREFIX
from ..core.errors import LimitError
from ..core.words import cell_length, fits_a_cell, right_to_left
from ..core.work import gc_paused
from ..layout import quoted
from ..spec.drawings import PAPER_IS_LAID_OUT
from .cell_writer import CellWriter, Formats, FormulaSheet, OpenCell, format_place, no_cell_holds
from .content import NUMBER, Content, Shown
from .cover import SAMPLE
from .feedback_sheets import FeedbackSheet
from .paper import NOT_PRINTED, printed_area
from .tool_sheet import empty_book, formula_sheet

EXACT = 10**15  # below it a whole number is written without a point


class DrawnSheet:
    """The part of one sheet in pieces, between which the ends of its live cells belong."""

    def __init__(self, part: str, sheet: FormulaSheet, text: str) -> None:
        self.name = sheet.name
        self.part = part
        self.gaps = sheet.gaps
        bounds = [0, *(gap.at for gap in sheet.gaps), len(text)]
        self.pieces = [text[start:stop] for start, stop in pairwise(bounds)]
        number = {gap.place: cell for cell, gap in enumerate(sheet.gaps)}
        # Live cells that are worked out together, by their numbers in the order of the part.
        self.live = []
        for live in sheet.live:
            cells = [number.pop(place) for place in live.places]
            self.live.append((cells, live.cached_values))
        if number:
            raise ValueError(f"{self.name}: nothing says what {min(number)} shows")
        self._last: tuple[list[str], Member] | None = None

    def member(self, content: Content, texts: SharedTexts) -> Member:
        """Return the part with a content; most sheets of most workbooks say the same as the one before."""
        values: dict[int, Shown] = {}
        for cells, cached_values in self.live:
            values.update(zip(cells, cached_values(content), strict=True))
        ends = [self._end(gap, values[cell], texts) for cell, gap in enumerate(self.gaps)]
        if self._last is None or self._last[0] != ends:
            whole = [""] * (len(self.pieces) + len(ends))
            whole[0::2] = self.pieces
            whole[1::2] = ends
            self._last = ends, deflated(self.part, "".join(whole).encode())
        return self._last[1]

    def _end(self, gap: OpenCell, value: Shown, texts: SharedTexts) -> str:
        """Return what stands between the open tag of a cell and the next piece."""
        if isinstance(value, NUMBER):
            if not isfinite(value):
                reason = f"{value} is not a number that Excel knows"
                place = format_place(self.name, gap.place)
                raise LimitError(f"{place}: {reason}. Correct the answer.")
            whole = isinstance(value, int) or (value.is_integer() and abs(value) < EXACT)
            return f">{gap.formula}<v>{int(value) if whole else value}</v></c>"
        if value and not fits_a_cell(value):
            raise LimitError(f"{format_place(self.name, gap.place)}: {no_cell_holds(value)}")
        if gap.formula:
            return f' t="str">{gap.formula}<v>{escaped(value) if value else ""}</v></c>'
        return f' t="s"><v>{texts.number(value)}</v></c>' if value else "/>"


class Drawing:
    """What all workbooks of one layout have in common, with everything that differs left open."""

    def __init__(self, book: Workbook, target: BytesIO) -> None:
        """Take a workbook that goes into `target`: it is not written before it is to be filled."""
        self._unwritten: tuple[Workbook, BytesIO] | None = (book, target)

    @gc_paused()
    def _write(self, book: Workbook, target: BytesIO) -> None:
        """Write the workbook, and take it apart."""
        book.close()
        with zipfile.ZipFile(target) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        self._part = {
            sheet.name: f"xl/worksheets/sheet{sheet.index + 1}.xml" for sheet in book.worksheets()
        }
        self._printed = {sheet.name: sheet.print_area_range for sheet in book.worksheets()}
        self._looks = book.xf_format_indices, book.dxf_format_indices
        self.sheets = [
            DrawnSheet(self._part[sheet.name], sheet, parts[self._part[sheet.name]].decode())
            for sheet in book.worksheets()
            if sheet.live
        ]
        self._texts = parts[SHARED_TEXTS].decode(), book.str_table.string_array
        self._core = parts[CORE]
        self._book = parts[BOOK].decode()
        open_parts = {SHARED_TEXTS, CORE, CUSTOM, *(sheet.part for sheet in self.sheets)}
        self._members = {name: deflated(name, parts[name]) for name in parts.keys() - open_parts}
        self._order = [*parts]

    def filled(self, content: Content, feedback: Sequence[FeedbackSheet] = ()) -> bytes:
        """Return the workbook with a content, and with sheets of feedback, which held nothing when it was drawn.

        Raises `LimitError` where something does not fit into Excel.
        """
        if self._unwritten:
            self._write(*self._unwritten)
            self._unwritten = None
        texts = SharedTexts(*self._texts)
        facts = content.facts
        members = [sheet.member(content, texts) for sheet in self.sheets]
        if feedback:
            members += self._feedback(content, feedback, texts)
        if facts.get(SAMPLE):  # nobody fills in, and then prints, what it leaves out
            whole = self._book
            for sheet in content.layout.sheets:
                printed = self._printed[sheet.name]
                if content.layout.spec.drawing < PAPER_IS_LAID_OUT:
                    nothing = f"{quoted(sheet.name)}!{NOT_PRINTED}"
                    area = printed if content.ticked(sheet.tool.code) else nothing
                else:
                    area = printed_area(content.layout, sheet).value(content, 1)
                whole = whole.replace(escaped(printed), escaped(area), 1)
            members.append(deflated(BOOK, whole.encode()))
        members += (
            texts.member(),
            deflated(CUSTOM, custom(facts)),
            deflated(CORE, core(self._core, facts)),
        )
        filled = self._members | {member.name: member for member in members}
        return package([filled[name] for name in self._order])

    def _feedback(
        self, content: Content, drawn: Sequence[FeedbackSheet], texts: SharedTexts
    ) -> Iterator[Member]:
        """Draw these sheets in the looks of the workbook, and put right in it what of them is printed."""
        book = empty_book(content.layout, BytesIO())
        whole = self._book
        book.xf_format_indices, book.dxf_format_indices = map(dict, self._looks)
        book.str_table = texts
        formats = Formats(book, right_to_left=right_to_left(content.layout.language))
        sheets = [
            (feedback_sheet, formula_sheet(book, content.layout, feedback_sheet.title))
            for feedback_sheet in drawn
        ]
        sheets[0][1].activate()
        for feedback_sheet, sheet in sheets:
            feedback_sheet.draw(CellWriter(sheet, formats))
            stream = StringIO()
            sheet._set_xml_writer(stream)
            sheet._assemble_xml_file()
            yield DrawnSheet(self._part[feedback_sheet.title], sheet, stream.getvalue()).member(
                content, texts
            )
            printed = escaped(self._printed[feedback_sheet.title]), escaped(sheet.print_area_range)
            whole = whole.replace(*printed, 1)
        if (book.xf_format_indices, book.dxf_format_indices) != self._looks:
            raise ValueError("a cell of these sheets looks as none did when the workbook was drawn")
        yield deflated(BOOK, whole.encode())


# The zip container of a workbook, written from members that are deflated already, and its parts that hold texts. The
# standard library's zipfile reads members raw, but cannot write them so; this can, for what a workbook needs: names in
# ASCII, no encryption, less than 4 GB, no time of day (1980-01-01, as XlsxWriter has it).

LOCAL = Struct("<4s5H3L2H")
CENTRAL = Struct("<4s6H3L5H2L")
END = Struct("<4s4H2LH")
# version 2.0, on a system with file modes
NEEDED = 20
MADE_BY = 3 << 8 | 20
DEFLATED = 8
MIDNIGHT = 0
FIRST_OF_1980 = 1 << 5 | 1
OWNER_ONLY = 0o600 << 16
SHARED_TEXTS = "xl/sharedStrings.xml"
COUNTS = re.compile(r' count="[0-9]+" uniqueCount="[0-9]+"')  # both may be left out
NOT_PLAIN = re.compile("[&<>\0-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
# how XlsxWriter notes a text in several styles
MARKUP = "<r>"
END_OF_MARKUP = "</r>"
CUSTOM = "docProps/custom.xml"
CORE = "docProps/core.xml"
BOOK = "xl/workbook.xml"
DRAWN_ON = datetime(2000, 1, 1)
ANSWERS = "answers"  # the property with the digest of those that a workbook began with
VALUE_LIMIT = 255  # characters of a property
PROPERTIES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"'
    ' xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">'
)
# of what people define themselves, in every document
PROPERTY_SET = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
FIRST_PROPERTY = 2  # lower numbers are reserved
COMPRESSION = 5  # a tenth of the time less than zlib's own choice costs two hundredths of the size


class Member(NamedTuple):
    """One part: its name, what it holds as a raw deflate stream, and the size and checksum of that content."""

    name: str
    data: bytes
    size: int
    checksum: int


def deflated(name: str, content: bytes) -> Member:
    """Return a part."""
    stream = zlib.compressobj(COMPRESSION, zlib.DEFLATED, -zlib.MAX_WBITS)
    return Member(
        name, stream.compress(content) + stream.flush(), len(content), zlib.crc32(content)
    )


def package(members: Collection[Member]) -> bytes:
    """Return the container: every member behind its header, then the directory."""
    body = bytearray()
    directory = bytearray()
    count = len(members)
    for member in members:
        name = member.name.encode("ascii")
        sizes = (member.checksum, len(member.data), member.size, len(name))
        facts = (NEEDED, 0, DEFLATED, MIDNIGHT, FIRST_OF_1980, *sizes, 0)
        directory += CENTRAL.pack(b"PK\1\2", MADE_BY, *facts, 0, 0, 0, OWNER_ONLY, len(body)) + name
        body += LOCAL.pack(b"PK\3\4", *facts) + name + member.data
    end = END.pack(b"PK\5\6", 0, 0, count, count, len(directory), len(body), 0)
    return bytes(body + directory + end)


class SharedTexts:
    """The shared texts of a workbook: those that were drawn, and behind them in their order those asked for besides."""

    def __init__(self, part: str, drawn: Sequence[str]) -> None:
        self._drawn = {
            text: number for number, text in enumerate(drawn) if not text.startswith(MARKUP)
        }
        self._part = part
        self._count = len(drawn)
        self._more: dict[tuple[str, bool], int] = {}  # and whether it is markup

    def number(self, text: str, *, is_markup: bool = False) -> int:
        """Return the number of a text."""
        if text in self._drawn and not is_markup:
            return self._drawn[text]
        return self._more.setdefault((text, is_markup), self._count + len(self._more))

    def _get_shared_string_index(self, text: str) -> int:
        """Hand it to XlsxWriter, in the place of its own table."""
        return self.number(text, is_markup=text.startswith(MARKUP) and text.endswith(END_OF_MARKUP))

    def member(self) -> Member:
        """Return the part that holds them all."""
        pieces = [COUNTS.sub("", self._part, count=1).removesuffix("</sst>")]
        for text, is_markup in self._more:
            if is_markup:
                pieces.append(f"<si>{text}</si>")
            elif text[0].isspace() or text[-1].isspace():
                pieces.append(f'<si><t xml:space="preserve">{escaped(text)}</t></si>')
            else:
                pieces.append(f"<si><t>{escaped(text)}</t></si>")
        return deflated(SHARED_TEXTS, f"{''.join(pieces)}</sst>".encode())


def escaped(text: str) -> str:
    """Return a text as it stands between two tags; characters that XML cannot have in the spelling of the format."""
    return NOT_PLAIN.sub(_spelt, text) if NOT_PLAIN.search(text) else text


def _spelt(match: re.Match[str]) -> str:
    text = match[0]
    if len(text) > 1:  # looks like such a spelling, and is none
        return f"_x005F{text}"
    return ENTITIES.get(text) or f"_x{ord(text):04X}_"


# the document properties, which carry the second copy of the stamp


def custom(facts: Mapping[str, str]) -> bytes:
    """Return every field of the stamp that has a value. Raises `LimitError` for one that is too long."""
    properties = []
    for number, name in enumerate(filter(facts.get, (*FIELDS, ANSWERS)), FIRST_PROPERTY):
        if (length := cell_length(facts[name])) > VALUE_LIMIT:
            raise LimitError(f"{name}: {length} characters; Excel takes {VALUE_LIMIT}. Shorten it.")
        attributes = f'fmtid="{PROPERTY_SET}" pid="{number}" name="{PROPERTY_PREFIX}{name}"'
        properties.append(
            f"<property {attributes}><vt:lpwstr>{escaped(facts[name])}</vt:lpwstr></property>"
        )
    return f"{PROPERTIES}{''.join(properties)}</Properties>".encode()


def core(drawn: bytes, facts: Mapping[str, str]) -> bytes:
    """Return the usual properties with day of issue and language, in place of what they were drawn with."""
    day = datetime.fromisoformat(facts["issued"]) if facts["issued"] else DRAWN_ON
    language = (
        f"<dc:language>{escaped(facts['language'])}</dc:language></cp:coreProperties>".encode()
    )
    return drawn.replace(_written(DRAWN_ON), _written(day)).replace(
        b"</cp:coreProperties>", language
    )


def _written(day: datetime) -> bytes:
    return day.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
