"""An .xlsx file taken apart: its cells and parts are changed one by one, everything else stays byte for byte.

Works on what this program issues, on what LibreOffice saves and on what Excel writes. A part that nobody touched
is copied as it was packed, so that a change costs what the changed sheet costs.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from html import unescape
from typing import NamedTuple
from xml.sax.saxutils import escape

from openpyxl.formula.translate import Translator
from openpyxl.utils import column_index_from_string, get_column_letter

from tests.face import Member, package

BOOK, LINKS, TYPES = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml"
STRINGS, STYLES = "xl/sharedStrings.xml", "xl/styles.xml"
CELL = re.compile(r"<c\b([^>]*?)(?:/>|>(.*?)</c>)", re.DOTALL)
FORMULA = r"<f\b[^>]*?(?:/>|>[^<]*</f>)"
RESULT = re.compile(rf'(<c r="[A-Z]+\d+"(?: s="\d+")?)(?: t="\w+")?>({FORMULA})<v>[^<]*</v>')
SHARED_HEAD = re.compile(r'<f t="shared" ref="([^"]*)" si="(\d+)">([^<]*)</f>')
HEADER, SIZES = 30, struct.Struct("<2H")


class At(NamedTuple):
    """A cell: its row and column."""

    row: int
    column: int

    @classmethod
    def of(cls, place: str) -> At:
        """`E7` → row 7, column 5."""
        letters, digits = re.fullmatch(r"([A-Z]+)(\d+)", place).groups()  # type: ignore[union-attr]
        return cls(int(digits), column_index_from_string(letters))

    def __str__(self) -> str:
        return f"{get_column_letter(self.column)}{self.row}"


def outside_texts(formula: str, change: Callable[[str], str]) -> str:
    """A formula with all but the texts in it changed."""
    pieces = re.split(r'("[^"]*"|&quot;.*?&quot;)', formula)
    pieces[::2] = map(change, pieces[::2])
    return "".join(pieces)


def block(area: str) -> list[At]:
    """Every cell of `B6:D9`, row by row."""
    first, _, last = area.partition(":")
    start, end = At.of(first), At.of(last or first)
    return [
        At(row, column)
        for row in range(start.row, end.row + 1)
        for column in range(start.column, end.column + 1)
    ]


@dataclass(frozen=True)
class Cell:
    """What is stored of a cell: its style, its type, and the XML inside."""

    style: str = ""
    type: str = ""
    inside: str = ""

    def xml(self, at: At) -> str:
        """The element."""
        style, kind = (
            f' s="{self.style}"' if self.style else "",
            f' t="{self.type}"' if self.type else "",
        )
        end = f">{self.inside}</c>" if self.inside else "/>"
        return f'<c r="{at}"{style}{kind}{end}'


def attributes(text: str) -> dict[str, str]:
    """The attributes of an element."""
    return dict(re.findall(r'([\w:.-]+)="([^"]*)"', text))


def written(values: Mapping[str, str]) -> str:
    """Attributes as they stand in an element."""
    return "".join(f' {name}="{value}"' for name, value in values.items())


def unpacked(data: bytes) -> dict[str, Member]:
    """The members of a zip file, still deflated."""
    found = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist():
            if info.compress_type != zipfile.ZIP_DEFLATED:
                found[info.filename] = packed(info.filename, archive.read(info))
                continue
            name, extra = SIZES.unpack_from(data, info.header_offset + HEADER - 4)
            start = info.header_offset + HEADER + name + extra
            raw = data[start : start + info.compress_size]
            found[info.filename] = Member(info.filename, raw, info.file_size, info.CRC)
    return found


def packed(name: str, content: bytes) -> Member:
    """One part, deflated in haste."""
    stream = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
    return Member(
        name, stream.compress(content) + stream.flush(), len(content), zlib.crc32(content)
    )


@dataclass
class Book:
    """A workbook that is being changed."""

    members: dict[str, Member]
    texts: dict[str, str] = field(default_factory=dict)  # the parts that were looked at

    @classmethod
    def of(cls, data: bytes) -> Book:
        """Take a file apart."""
        return cls(unpacked(data))

    def copy(self) -> Book:
        """The same book, to change it in another way."""
        return Book(dict(self.members), dict(self.texts))

    def bytes(self) -> bytes:
        """The file as it is now."""
        made = {
            **self.members,
            **{name: packed(name, text.encode()) for name, text in self.texts.items()},
        }
        return package(made.values())

    # parts

    def __contains__(self, part: str) -> bool:
        return part in self.texts or part in self.members

    def __getitem__(self, part: str) -> str:
        if part not in self.texts:
            self.texts[part] = zlib.decompress(self.members[part].data, -zlib.MAX_WBITS).decode()
        return self.texts[part]

    def __setitem__(self, part: str, text: str) -> None:
        self.texts[part] = text

    def add_bytes(self, part: str, content: bytes) -> None:
        """A part that is not text, a picture for example."""
        self.members[part] = packed(part, content)

    def remove(self, part: str) -> None:
        """Take a part out and leave every mention of it."""
        self.members.pop(part, None)
        self.texts.pop(part, None)

    def swap(self, part: str, old: str, new: str) -> None:
        """Replace a text in a part; it must be there."""
        assert old in self[part], f"{old} is not in {part}"
        self[part] = self[part].replace(old, new)

    def regex(self, part: str, pattern: str, new: str, count: int = 0) -> None:
        """Replace every match of a pattern in a part; there must be one."""
        self[part], found = re.subn(pattern, new, self[part], count=count, flags=re.DOTALL)
        assert found, f"{pattern} is not in {part}"

    # sheets

    @cached_property
    def sheets(self) -> dict[str, str]:
        """The part of each sheet by its name."""
        entries = (attributes(text) for text in re.findall(r"<Relationship\b[^>]*>", self[LINKS]))
        targets = {each["Id"]: "xl/" + each["Target"].removeprefix("/xl/") for each in entries}
        return {
            unescape(each["name"]): targets[each["r:id"]]
            for each in map(attributes, re.findall(r"<sheet [^>]*>", self[BOOK]))
        }

    def look_again(self) -> None:
        """Sheets came, went or got other names."""
        self.__dict__.pop("sheets", None)

    def rows(self, sheet: str) -> Iterator[int]:
        """The numbers of the rows that are stored."""
        return (
            int(number)
            for number in re.findall(r'<row\b[^>]*?\br="(\d+)"', self[self.sheets[sheet]])
        )

    def row(self, sheet: str, number: int) -> dict[int, Cell]:
        """The stored cells of a row by their column."""
        found = self._row(sheet, number)
        return {} if found is None else cells_of(found[0])

    def cell(self, sheet: str, place: str) -> Cell:
        """A cell as it is stored."""
        at = At.of(place)
        return self.row(sheet, at.row).get(at.column, Cell())

    def put_row(self, sheet: str, number: int, cells: Mapping[int, Cell]) -> None:
        """Store the cells of a row."""
        inside = "".join(cells[column].xml(At(number, column)) for column in sorted(cells))
        part, found = self.sheets[sheet], self._row(sheet, number)
        text = self[part]
        if found is None:
            later = [row for row in self.rows(sheet) if row > number]
            mark = re.search(rf'<row\b[^>]*?\br="{min(later)}"', text) if later else None
            at = mark.start() if mark else text.index("</sheetData>")
            self[part] = f'{text[:at]}<row r="{number}">{inside}</row>{text[at:]}'
            return
        start = text.index(">", found.start()) + 1
        head = re.sub(
            r' spans="[\d:]+"', "", text[found.start() : start].removesuffix("/>").removesuffix(">")
        )
        self[part] = f"{text[: found.start()]}{head}>{inside}</row>{text[found.end() :]}"

    def _row(self, sheet: str, number: int) -> re.Match[str] | None:
        pattern = rf'<row\b[^>]*?\br="{number}"(?:[^>]*?/>|.*?</row>)'
        return re.search(pattern, self[self.sheets[sheet]], re.DOTALL)

    # cells

    def put(self, sheet: str, place: str, kind: str, inside: str, style: str | None = None) -> None:
        """Store something in a cell, which keeps its style."""
        at = At.of(place)
        self._hand_on(sheet, at)
        cells = self.row(sheet, at.row)
        old = cells.get(at.column, Cell())
        cells[at.column] = Cell(old.style if style is None else style, kind, inside)
        self.put_row(sheet, at.row, cells)

    def type_text(self, sheet: str, place: str, text: str) -> None:
        """Type a text into a cell."""
        self.put(sheet, place, "s", f"<v>{self.string(text)}</v>")

    def type_number(self, sheet: str, place: str, value: float) -> None:
        """Type a number into a cell."""
        self.put(sheet, place, "", f"<v>{value!r}</v>")

    def type_formula(
        self, sheet: str, place: str, text: str, result: str | float | None = None
    ) -> None:
        """Type a formula, with what it shows where it was calculated."""
        shown = "" if result is None else f"<v>{escape(str(result))}</v>"
        self.put(
            sheet, place, "str" if isinstance(result, str) else "", f"<f>{escape(text)}</f>{shown}"
        )

    def clear(self, sheet: str, place: str) -> None:
        """Press Delete on a cell."""
        self.put(sheet, place, "", "")

    def show(self, sheet: str, place: str, result: str | float) -> None:
        """Let the formula of a cell show another result, and leave the formula."""
        cell = self.cell(sheet, place)
        formula = re.match(FORMULA, cell.inside)
        assert formula, f"{sheet}!{place} has no formula: {cell}"
        at = At.of(place)
        kind = "str" if isinstance(result, str) else ""
        row = self.row(sheet, at.row)
        row[at.column] = Cell(cell.style, kind, f"{formula[0]}<v>{escape(str(result))}</v>")
        self.put_row(sheet, at.row, row)

    def text(self, sheet: str, place: str) -> str:
        """What a cell says: its text, or the result that is stored."""
        cell = self.cell(sheet, place)
        stored = re.search(r"<v>(.*?)</v>", cell.inside, re.DOTALL)
        if cell.type == "s" and stored:
            return self.every_text()[int(stored[1])]
        return unescape(stored[1]) if stored else ""

    def every_text(self) -> list[str]:
        """The texts that cells share, by their numbers."""
        entries = re.findall(r"<si>(.*?)</si>|<si/>", self[STRINGS], re.DOTALL)
        return [
            unescape("".join(re.findall(r"<t\b[^>]*>(.*?)</t>", each, re.DOTALL)))
            for each in entries
        ]

    def string(self, text: str, *, xml: str = "") -> int:
        """The number of a new shared text; `xml` is its content where it has runs."""
        content = xml or f'<t xml:space="preserve">{escape(text)}</t>'
        number = self[STRINGS].count("<si>") + self[STRINGS].count("<si/>")
        self.swap(STRINGS, "</sst>", f"<si>{content}</si></sst>")
        self[STRINGS] = re.sub(
            r' uniqueCount="\d+"', f' uniqueCount="{number + 1}"', self[STRINGS], count=1
        )
        return number

    def _hand_on(self, sheet: str, at: At) -> None:
        """Let the next cell of a shared formula carry its text, as programs do when its first one is changed."""
        cell = self.row(sheet, at.row).get(at.column, Cell())
        head = SHARED_HEAD.match(cell.inside)
        if head is None:
            return
        area, number, text = head.groups()
        follower = f'<f t="shared" si="{number}"/>'
        for other in block(area):
            row = self.row(sheet, other.row)
            if other != at and (heir := row.get(other.column)) and heir.inside.startswith(follower):
                moved = Translator("=" + unescape(text), str(at)).translate_formula(str(other))[1:]
                made = f'<f t="shared" ref="{other}:{area.partition(":")[2]}" si="{number}">{escape(moved)}</f>'
                row[other.column] = Cell(heir.style, heir.type, heir.inside.replace(follower, made))
                self.put_row(sheet, other.row, row)
                return

    def drop_results(self) -> None:
        """Forget what every formula showed, as programs do that do not calculate."""
        for part in self.sheets.values():
            self[part] = RESULT.sub(r"\1>\2", self[part])


def cells_of(row: str) -> dict[int, Cell]:
    """The cells of a row by their column."""
    found = {}
    for text, inside in CELL.findall(row):
        said = attributes(text)
        found[At.of(said["r"]).column] = Cell(said.get("s", ""), said.get("t", ""), inside)
    return found
