"""Kinds of damage to correctly filled returns, each with what must be found: code, sheet and cell, and verdict."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import openpyxl
from openpyxl.comments import Comment
from openpyxl.worksheet.datavalidation import DataValidation

from hrge_xl import ExpectedReturn, Order, generate, load
from tests.face import (
    ACCEPTED,
    PROPERTY_PREFIX,
    REFUSED,
    RETURNED,
    Identity,
    ListPlace,
    build,
    sign,
    to_pairs,
)
from tests.intake_files import COMPRESSED_SIZE, METHOD, SIZE, directory_field, members, pack
from tests.office.driver import Document

KEY = b"a key that nobody but us has got"
WANTED = ExpectedReturn("example", "2026-H1", ("PAK",), KEY)
TODAY = date(2026, 6, 30)
RETURNS = Path(__file__).parent / "returns"
ANSWERS: dict[tuple[str, str, str], Any] = {
    ("PLAN", "1", "PLN_01"): "WS-07",
    ("PLAN", "1", "PLN_03"): "Train the trainers",
    ("PLAN", "1", "PLN_04"): date(2026, 3, 2),
    ("PLAN", "1", "PLN_05"): date(2026, 3, 6),
    ("PLAN", "1", "PLN_06"): 24.0,
    ("PLAN", "1", "PLN_07"): 12.0,
    ("PLAN", "1", "PLN_08"): 4800.0,
    ("PLAN", "1", "PLN_09"): 0.5,
    ("PLAN", "1", "PLN_10"): 2020.0,
    ("PLAN", "1", "PLN_11"): "N",
    ("PLAN", "1", "PLN_12"): "The office assistant",
    ("PLAN", "1", "PLN_13"): ("WOM", "YOU"),
    ("C1", "C1_01", "CHK_01"): "Y",
    ("C1", "C1_02", "CHK_01"): "P",
    ("C1", "C1_02", "CHK_02"): "A lock",
    ("C1", "C1_02", "FOL_01"): "Caretaker",
    ("C1", "C1_02", "FOL_02"): date(2026, 9, 1),
    ("C1", "C1_03", "CHK_01"): "Y",
    ("R1", "K-01", "RSK_01"): "Rain",
    ("R1", "K-01", "RSK_02"): ("WOM", "MEN"),
    ("R1", "K-01", "RSK_03"): 1.0,
    ("R1", "K-01", "RSK_04"): 1.0,
    ("R1", "K-01", "RSK_06"): "ACC",
    ("R1", "K-03", "RSK_01"): "Strike",
    ("R1", "K-03", "RSK_02"): ("YOU",),
    ("R1", "K-03", "RSK_03"): 2.0,
    ("R1", "K-03", "RSK_04"): 2.0,
    ("R1", "K-03", "RSK_06"): "RED",
    ("R1", "K-03", "RSK_07"): "Talk early",
}
COVER, PLAN, CHECKLIST, RISKS, SUMMARY, LISTS, STAMP = (f"xl/worksheets/sheet{n}.xml" for n in range(1, 8))
BOOK, BOOK_LINKS, PROPERTIES = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "docProps/custom.xml"
TYPES, STRINGS = "[Content_Types].xml", "xl/sharedStrings.xml"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"

Place = tuple[str, str | None, str | None]  # code, sheet, cell
Parts = dict[str, str]


@dataclass(frozen=True)
class Damage:
    """One kind of damage: the file that comes of it, and what must be found, no more and no less."""

    name: str
    make: Callable[[], bytes]
    verdict: str
    expected: frozenset[Place]
    file: str = ""  # its name, where that matters
    left: str = ""  # why the program does not yet answer as it should


@cache
def filled() -> bytes:
    """The filled example workbook, signed, with nothing wrong in it."""
    order = Order("PAK", date(2026, 3, 1), "PAK", "en", round="2026-H1", key=KEY, answers=ANSWERS)
    return generate(load("example"), order)


# editing the parts


def text_of(data: bytes) -> Parts:
    """The XML parts of a workbook as text."""
    return {name: content.decode("utf-8") for name, content in members(data).items()}


def altered(*edits: Callable[[Parts], None]) -> Callable[[], bytes]:
    """The filled example after some edits of its parts, and with all that its formulas showed before."""

    def make() -> bytes:
        parts = text_of(filled())
        for edit in edits:
            edit(parts)
        return pack(parts)

    return make


def edited(*edits: Callable[[Parts], None]) -> Callable[[], bytes]:
    """The same, saved by a program that does not calculate: formulas show nothing, but for calculated answers."""
    return altered(*map(_forgetting, edits))


CALCULATED = {PLAN: "E22", RISKS: r"N\d+"}  # the calculated answers of the example


def _forgetting(edit: Callable[[Parts], None]) -> Callable[[Parts], None]:
    def forget(parts: Parts) -> None:
        for part, calculated in {**dict.fromkeys((COVER, CHECKLIST, SUMMARY), "-"), **CALCULATED}.items():
            tag, formula = rf'(<c r="(?!(?:{calculated})")[A-Z]+\d+"[^>]*?)', "(<f[^>]*?(?:/>|>[^<]*</f>))"
            parts[part] = re.sub(rf'{tag}(?: t="str")?>{formula}<v>[^<]*</v>', r"\1>\2", parts[part])
        edit(parts)

    return forget


def swap(part: str, old: str, new: str, count: int = 1) -> Callable[[Parts], None]:
    """Replace a text in a part; it must be there."""

    def edit(parts: Parts) -> None:
        assert old in parts[part], f"{old} is not in {part}"
        parts[part] = parts[part].replace(old, new, count)

    return edit


def regex(part: str, pattern: str, new: str) -> Callable[[Parts], None]:
    """Replace every match of a pattern in a part; there must be one."""

    def edit(parts: Parts) -> None:
        parts[part], count = re.subn(pattern, new, parts[part], flags=re.DOTALL)
        assert count, f"{pattern} is not in {part}"

    return edit


def drop(part: str) -> Callable[[Parts], None]:
    """Take a part out and leave every mention of it."""
    return lambda parts: parts.__delitem__(part)


def add(part: str, content: str, kind: str = "") -> Callable[[Parts], None]:
    """Add a part, with its content type."""

    def edit(parts: Parts) -> None:
        parts[part] = content
        if kind:
            entry = f'<Override PartName="/{part}" ContentType="{kind}"/></Types>'
            parts[TYPES] = parts[TYPES].replace("</Types>", entry)

    return edit


def link(part: str, kind: str, target: str, mode: str = "") -> Callable[[Parts], None]:
    """Add a relationship of a part."""

    def edit(parts: Parts) -> None:
        folder, _, name = part.rpartition("/")
        rels = f"{folder}/_rels/{name}.rels"
        empty = (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            "</Relationships>"
        )
        entry = f'<Relationship Id="rId777" Type="{REL}/{kind}" Target="{target}"{mode}/></Relationships>'
        parts[rels] = parts.get(rels, empty).replace("</Relationships>", entry)

    return edit


def cell(part: str, place: str, new: str, attributes: str = "") -> Callable[[Parts], None]:
    """Put XML into a cell, which keeps its style."""

    def edit(parts: Parts) -> None:
        pattern = rf'<c r="{place}"( s="\d+")?[^>]*?(?:/>|>.*?</c>)'
        found = re.search(pattern, parts[part], re.DOTALL)
        assert found, f"there is no {place} in {part}"
        made = f'<c r="{place}"{found[1] or ""}{attributes}>{new}</c>'
        parts[part] = parts[part][: found.start()] + made + parts[part][found.end() :]

    return edit


def words(part: str, place: str, text: str) -> Callable[[Parts], None]:
    """Type a text into a cell."""
    return cell(part, place, f'<is><t xml:space="preserve">{escape(text)}</t></is>', ' t="inlineStr"')


def number(part: str, place: str, value: float) -> Callable[[Parts], None]:
    """Type a number into a cell."""
    return cell(part, place, f"<v>{value:g}</v>" if value < 1e5 else f"<v>{value:.0f}</v>")


def formula(part: str, place: str, text: str, result: str | None) -> Callable[[Parts], None]:
    """Put a formula into a cell, with or without its result."""
    return cell(part, place, f"<f>{escape(text)}</f>" + ("" if result is None else f"<v>{result}</v>"))


def blank(part: str, place: str) -> Callable[[Parts], None]:
    """Clear a cell."""
    return cell(part, place, "")


def restamp(sheet: bool = True, properties: bool = True, *, signed: bool = True, **changes: str) -> Any:
    """Change the stamp, in one or both of its places, with a right signature or the old one."""

    def edit(parts: Parts) -> None:
        found = dict(
            re.findall(
                rf'name="{PROPERTY_PREFIX}(\w+)"><vt:lpwstr>(.*?)</vt:lpwstr>', parts[PROPERTIES], re.DOTALL
            )
        )
        identity = replace(Identity(**found), **changes)
        identity = sign(identity, KEY) if signed else identity
        for row, (name, value) in enumerate(to_pairs(identity), start=2):
            if sheet:
                words(STAMP, f"B{row}", value)(parts)
            if properties and name in found:
                regex(
                    PROPERTIES,
                    rf'(name="{PROPERTY_PREFIX}{name}"><vt:lpwstr>).*?(</vt:lpwstr>)',
                    rf"\g<1>{value}\g<2>",
                )(parts)

    return edit


STYLES = "xl/styles.xml"


def dressed(
    part: str, *places: str, font: str = "", fill: str = "", code: str = ""
) -> Callable[[Parts], None]:
    """Give cells another font, fill or number format, and leave the rest of their style."""

    def edit(parts: Parts) -> None:
        for place in places:
            cell = re.search(rf'<c r="{place}"(?: s="(\d+)")?', parts[part])
            assert cell, f"there is no {place} in {part}"
            formats = parts[STYLES].partition("<cellXfs")[2].partition("</cellXfs>")[0]
            style = re.findall(r"<xf [^>]*?(?:/>|>.*?</xf>)", formats, re.DOTALL)[int(cell[1] or 0)]
            for attribute, group, entry in (
                ("fontId", "fonts", f"<font>{font}</font>" if font else ""),
                ("fillId", "fills", f"<fill><patternFill {fill}</patternFill></fill>" if fill else ""),
            ):
                if entry:
                    style = re.sub(
                        rf'{attribute}="\d+"', f'{attribute}="{_added(parts, group, entry)}"', style
                    )
            if code:
                number = 900 + len(parts[STYLES])
                entry = f'<numFmt numFmtId="{number}" formatCode="{escape(code, {chr(34): "&quot;"})}"/>'
                _added(parts, "numFmts", entry)
                style = re.sub(r'numFmtId="\d+"', f'numFmtId="{number}"', style)
            number = _added(parts, "cellXfs", style)
            changed = f'<c r="{place}" s="{number}"'
            parts[part] = parts[part][: cell.start()] + changed + parts[part][cell.end() :]

    return edit


def _added(parts: Parts, group: str, entry: str) -> int:
    """Add an entry to a group of the styles; its number."""
    content = parts[STYLES].partition(f"<{group}")[2].partition(f"</{group}>")[0]
    name = re.match(r"\w+", entry[1:])[0]
    parts[STYLES] = parts[STYLES].replace(f"</{group}>", f"{entry}</{group}>", 1)
    return len(re.findall(rf"<{name}[ >/]", content))


# moving rows and columns

Line = Callable[[int], int | None]


def same(line: int) -> int | None:
    """A line that stays where it is."""
    return line


def inserted(at: int, count: int = 1) -> Line:
    """Lines from `at` on move down or right."""
    return lambda line: line if line < at else line + count


def deleted(at: int) -> Line:
    """One line goes, the ones after it move up or left."""
    return lambda line: None if line == at else line if line < at else line - 1


def exchanged(one: int, other: int) -> Line:
    """Two lines change places."""
    return lambda line: {one: other, other: one}.get(line, line)


def to_number(letters: str) -> int:
    """AB → 28."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index


def to_letters(index: int) -> str:
    """28 → AB."""
    letters = ""
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def move(part: str, rows: Line = same, columns: Line = same) -> Callable[[Parts], None]:
    """Move rows and columns of a sheet with everything the reader looks at: cells, lists and merges."""

    def place(letters: str, row: str) -> str | None:
        line, column = rows(int(row)), columns(to_number(letters))
        return f"{to_letters(column)}{line}" if line and column else None

    def area(match: re.Match[str]) -> str:
        found = []
        for each in match[1].split():
            ends = re.findall(r"([A-Z]+)(\d+)", each)
            moved = [
                (line, column)
                for row in range(int(ends[0][1]), int(ends[-1][1]) + 1)
                for index in range(to_number(ends[0][0]), to_number(ends[-1][0]) + 1)
                if (line := rows(row)) and (column := columns(index))
            ]
            found += [f"{to_letters(column)}{line}" for line, column in moved]
        return f'sqref="{" ".join(found) or "XFD1048576"}"'

    def edit(parts: Parts) -> None:
        def row_of(match: re.Match[str]) -> str:
            line = rows(int(match[1]))
            if line is None:
                return ""
            return f'<row r="{line}"' + re.sub(r' spans="[\d:]+"', "", match[2], count=1) + match[3]

        def cell_of(match: re.Match[str]) -> str:
            moved = place(match[1], match[2])
            return "" if moved is None else f'<c r="{moved}"{match[3]}'

        head, rest = parts[part].split("<sheetData>")
        data, tail = rest.split("</sheetData>")
        data = re.sub(r'<c r="([A-Z]+)(\d+)"([^>]*?/>|.*?</c>)', cell_of, data, flags=re.DOTALL)
        data = re.sub(r'<row r="(\d+)"([^>]*>)(.*?</row>)', row_of, data, flags=re.DOTALL)
        lines = sorted(
            re.findall(r"<row .*?</row>", data, re.DOTALL), key=lambda line: int(line.split('"')[1])
        )
        tail = re.sub(r'sqref="([^"]*)"', area, tail)
        parts[part] = f"{head}<sheetData>{''.join(lines)}</sheetData>{tail}"

    return edit


def copy_row(part: str, row: int, to: int) -> Callable[[Parts], None]:
    """Copy a row, codes and all, below the others."""

    def edit(parts: Parts) -> None:
        found = re.search(rf'<row r="{row}".*?</row>', parts[part], re.DOTALL)
        assert found
        copied = re.sub(rf'"([A-Z]*){row}"', rf'"\g<1>{to}"', found[0])
        copied = re.sub(r"<f.*?(</f>|/>)", "", copied)
        parts[part] = parts[part].replace("</sheetData>", f"{copied}</sheetData>")

    return edit


def copy_column(part: str, column: str, to: str) -> Callable[[Parts], None]:
    """Copy a column, codes and all, to the right of the others."""

    def edit(parts: Parts) -> None:
        def copied(match: re.Match[str]) -> str:
            found = re.search(rf'<c r="{column}(\d+)"([^>]*?/>|.*?</c>)', match[0], re.DOTALL)
            made = f'<c r="{to}{found[1]}"{found[2]}' if found else ""
            return match[0].replace("</row>", f"{made}</row>")

        parts[part] = re.sub(r"<row .*?</row>", copied, parts[part], flags=re.DOTALL)

    return edit


def new_cell(part: str, place: str, text: str) -> Callable[[Parts], None]:
    """Type a text into a cell that was never there, in a new last row or in the row as it stands."""

    def edit(parts: Parts) -> None:
        row = re.sub(r"[A-Z]+", "", place)
        made = f'<c r="{place}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'
        if f'<row r="{row}"' in parts[part]:
            pattern = rf'(<row r="{row}"(?:(?!</row>).)*)</row>'
            parts[part] = re.sub(
                pattern, lambda found: f"{found[1]}{made}</row>", parts[part], flags=re.DOTALL
            )
        else:
            parts[part] = parts[part].replace("</sheetData>", f'<row r="{row}">{made}</row></sheetData>')

    return edit


def clear_codes(part: str, *, row: bool = False, column: bool = False) -> Callable[[Parts], None]:
    """Clear the hidden first row or column."""

    def edit(parts: Parts) -> None:
        if row:
            parts[part] = re.sub(r'<row r="1".*?</row>', "", parts[part], count=1, flags=re.DOTALL)
        if column:
            parts[part] = re.sub(r'<c r="A\d+"[^>]*>.*?</c>', "", parts[part], flags=re.DOTALL)

    return edit


def new_sheet(name: str, content: str) -> Callable[[Parts], None]:
    """Add a sheet at the end."""

    def edit(parts: Parts) -> None:
        add("xl/worksheets/sheet8.xml", content, f"{SPREADSHEET}.worksheet+xml")(parts)
        link(BOOK, "worksheet", "worksheets/sheet8.xml")(parts)
        swap(BOOK, "</sheets>", f'<sheet name="{name}" sheetId="99" r:id="rId777"/></sheets>')(parts)

    return edit


@cache
def list_of(vocabulary: str) -> ListPlace:
    """Where a list stands in the example."""
    return build(load("example"), "en").lists[vocabulary]


def area_of(vocabulary: str) -> str:
    """The cells of a list."""
    place = list_of(vocabulary)
    column = to_letters(place.column)
    return f"Lists!${column}${place.first}:${column}${place.last}"


def words_of(vocabulary: str) -> str:
    """The entries of a list, as they are typed into a rule."""
    return ",".join(list_of(vocabulary).labels)


def doubled(parts: Parts) -> None:
    """The sheet of risks is copied within the workbook."""
    new_sheet("Risks (2)", parts[RISKS])(parts)


def reordered(parts: Parts) -> None:
    """The sheets stand in the opposite order."""
    entries = re.findall(r"<sheet [^>]*/>", parts[BOOK])
    parts[BOOK] = parts[BOOK].replace("".join(entries), "".join(reversed(entries)))


def ten_thousand_deep(parts: Parts) -> None:
    """A part that is nothing but nesting."""
    parts[PLAN] = parts[PLAN].replace("<sheetData>", "<a>" * 10_000 + "</a>" * 10_000 + "<sheetData>")


def commented(part: str, place: str, text: str) -> list[Callable[[Parts], None]]:
    """A comment at a cell."""
    number = re.sub(r"\D", "", part.rpartition("/")[2])
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    content = (
        f'<comments xmlns="{main}"><authors><author>A</author></authors><commentList>'
        f'<comment ref="{place}" authorId="0"><text><t>{escape(text)}</t></text></comment></commentList></comments>'
    )
    return [
        add(f"xl/comments{number}.xml", content, f"{SPREADSHEET}.comments+xml"),
        link(part, "comments", f"../comments{number}.xml"),
    ]


def on_top(part: str, inside: str) -> list[Callable[[Parts], None]]:
    """Something drawn over E10."""
    base, number = (
        "http://schemas.openxmlformats.org/drawingml/2006",
        re.sub(r"\D", "", part.rpartition("/")[2]),
    )
    corner = "<x:from><x:col>4</x:col><x:colOff>0</x:colOff><x:row>9</x:row><x:rowOff>0</x:rowOff></x:from>"
    anchor = f"<x:oneCellAnchor>{corner}<x:ext cx='1' cy='1'/>{inside}<x:clientData/></x:oneCellAnchor>"
    names = f'xmlns:x="{base}/spreadsheetDrawing" xmlns:a="{base}/main"'
    return [
        add(
            f"xl/drawings/drawing{number}.xml",
            f"<x:wsDr {names}>{anchor}</x:wsDr>",
            "application/vnd.openxmlformats-officedocument.drawing+xml",
        ),
        link(part, "drawing", f"../drawings/drawing{number}.xml"),
        swap(part, "</worksheet>", '<drawing r:id="rId777"/></worksheet>'),
    ]


def external(inside: str) -> list[Callable[[Parts], None]]:
    """A link to something outside of the workbook."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    part = "xl/externalLinks/externalLink1.xml"
    return [
        add(
            part,
            f'<externalLink xmlns="{main}" xmlns:r="{REL}">{inside}</externalLink>',
            f"{SPREADSHEET}.externalLink+xml",
        ),
        link(part, "externalLinkPath", "file:///C:/Users/someone/other.xlsx", ' TargetMode="External"'),
        link(BOOK, "externalLink", "externalLinks/externalLink1.xml"),
    ]


# whole files


def bytes_of(change: Callable[[bytes], bytes]) -> Callable[[], bytes]:
    """The filled example with its bytes changed."""
    return lambda: change(filled())


def twice(data: bytes) -> bytes:
    """One part is there twice, under the same name."""
    packed = pack({**members(data), "xl/worksheets/sheet9.xml": "<x/>"})
    return packed.replace(b"sheet9.xml", b"sheet2.xml")


def spoilt(data: bytes) -> bytes:
    """Some bytes in the middle of a packed part are lost."""
    start = data.index(PLAN.encode()) + len(PLAN) + 200
    return data[:start] + bytes(40) + data[start + 40 :]


def with_part(name: str, content: bytes, method: int = zipfile.ZIP_DEFLATED) -> Callable[[bytes], bytes]:
    """One more part, or another one of that name."""
    return lambda data: pack({**members(data), name: content}, method)


def openpyxl_saved(change: Callable[[Any], None], path: Path | None = None) -> Callable[[], bytes]:
    """A file, or the filled example, loaded, changed and saved by openpyxl."""

    def make() -> bytes:
        book = openpyxl.load_workbook(path or io.BytesIO(filled()))
        change(book)
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()

    return make


def toolkit(*edits: Callable[[Parts], None]) -> Callable[[], bytes]:
    """The careful return of the Toolkit, saved by LibreOffice, after some edits."""

    def make() -> bytes:
        contents = members((RETURNS / "careful.xlsx").read_bytes())
        parts = {
            name: contents.pop(name).decode("utf-8")
            for name in list(contents)
            if name.endswith(("xml", "rels"))
        }
        for edit in edits:
            edit(parts)
        return pack({**contents, **parts})

    return make


def ole(stream: str) -> bytes:
    """The beginning of an old office file with one stream."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + stream.encode("utf-16-le").ljust(512, b"\0")


# the table


def refused(name: str, make: Callable[[], bytes], *found: Place | str, file: str = "") -> Damage:
    """A kind of damage after which nothing can be read."""
    return Damage(name, make, REFUSED, frozenset(map(_place, found)), file)


def returned(name: str, make: Callable[[], bytes], *found: Place | str) -> Damage:
    """A kind of damage with something to correct."""
    return Damage(name, make, RETURNED, frozenset(map(_place, found)))


def accepted(name: str, make: Callable[[], bytes], *found: Place | str) -> Damage:
    """A kind of damage that does no harm."""
    return Damage(name, make, ACCEPTED, frozenset(map(_place, found)))


def _place(found: Place | str) -> Place:
    """`V002 Plan!E8` → the code, the sheet and the cell."""
    if isinstance(found, tuple):
        return found
    code, _, where = found.partition(" ")
    sheet, _, place = where.partition("!")
    return code, sheet or None, place or None


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
FILES = [
    refused("empty", lambda: b"", "F001"),
    refused("lock file", lambda: b"\x07Someone" + bytes(157), "F003", file="~$return.xlsx"),
    refused("lock file of LibreOffice", lambda: b",someone,host;", "F003", file=".~lock.return.xlsx#"),
    refused("web page", lambda: b"<!DOCTYPE html><html><body>Sign in</body></html>", "F007"),
    refused("CSV", lambda: b"code;answer\nPLN_01;WS-07\n", "F007"),
    refused("PDF", lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "F007"),
    refused("Word", lambda: pack({TYPES: f'<Override ContentType="{WORD}"/>'}), "F007"),
    refused("zip of the workbook", lambda: pack({"return.xlsx": filled()}), "F007"),
    refused("encrypted", lambda: ole("EncryptedPackage"), "F004"),
    refused("xls that is none", lambda: ole("Workbook"), "F030"),
    refused("first half", bytes_of(lambda data: data[: len(data) // 2]), "F008"),
    refused("last byte missing", bytes_of(lambda data: data[:-1]), "F008"),
    refused("first byte missing", bytes_of(lambda data: data[1:]), "F007"),
    refused("line ends converted", bytes_of(lambda data: data.replace(b"\n", b"\r\n")), "F008"),
    refused("2,001 parts", lambda: pack(dict.fromkeys((f"x/{n}" for n in range(2_001)), "")), "F009"),
    refused("part that leads out", bytes_of(with_part("../evil.xml", b"x")), "F010"),
    refused("part twice", bytes_of(twice), "F011"),
    refused(
        "parts that overlap", bytes_of(lambda d: directory_field(d, PLAN, *COMPRESSED_SIZE, 20_000)), "F012"
    ),
    refused("packed by bzip2", bytes_of(with_part("a", b"x", zipfile.ZIP_BZIP2)), "F013"),
    refused("packed in an unknown way", bytes_of(lambda d: directory_field(d, PLAN, *METHOD, 99)), "F013"),
    refused("zip with a password", bytes_of(lambda d: directory_field(d, PLAN, 8, "<H", 1)), "F033"),
    refused("cell that stands nowhere", altered(swap(PLAN, 'r="E7"', 'r="ZZZZ7"')), "F034 Plan"),
    refused("row that cannot be", altered(swap(PLAN, '<row r="7"', '<row r="0"')), "F036 Plan"),
    refused("no sheets", altered(regex(BOOK, "<sheet [^>]*>", "")), "F035"),
    refused("sheet listed twice", altered(regex(BOOK, 'name="Risks"', 'name="PLAN"')), "F037 Plan"),
    accepted("other bytes behind it", bytes_of(lambda data: data + b"<html></html>"), "F032"),
    refused("bomb", bytes_of(with_part("xl/a.xml", bytes(3_000_000))), "F014"),
    refused("unpacks to 3 GB", bytes_of(lambda d: directory_field(d, PLAN, *SIZE, 3_000_000_000)), "F015"),
    refused("part spoilt", bytes_of(spoilt), "F029 Plan"),
    refused("DTD", edited(swap(PLAN, "?>", '?><!DOCTYPE x [<!ENTITY a "b">]>')), "F020 Plan"),
    refused("too deep", edited(ten_thousand_deep), "F021 Plan"),
    refused(
        "too many attributes",
        edited(swap(PLAN, "<sheetData>", "<sheetData" + "".join(f' a{n}=""' for n in range(300)) + ">")),
        "F022 Plan",
    ),
    refused("XML cut short", edited(regex(PLAN, "</sheetData>.*", "")), "F024 Plan"),
    refused(
        "bad encoding", bytes_of(lambda d: with_part(PLAN, members(d)[PLAN] + b"<!--\xff-->")(d)), "F025 Plan"
    ),
    refused("unknown encoding", edited(swap(PLAN, 'encoding="UTF-8"', 'encoding="nonsense"')), "F025 Plan"),
    refused("sheet part missing", edited(drop(PLAN)), "F026 Plan"),
    refused("texts missing", edited(drop(STRINGS)), "F026"),
    refused("workbook part missing", edited(drop(BOOK)), "F026"),
    refused(
        "257 sheets",
        edited(
            swap(
                BOOK,
                "</sheets>",
                "".join(f'<sheet name="s{n}" sheetId="{n}" r:id="rId2"/>' for n in range(100, 350))
                + "</sheets>",
            )
        ),
        "F028",
    ),
    accepted("macro", edited(add("xl/vbaProject.bin", "x", "application/vnd.ms-office.vbaProject")), "F041"),
    accepted("link to a file", edited(*external('<externalBook r:id="rId777"/>')), "F042"),
    accepted(
        "link to a program", edited(*external('<ddeLink ddeService="cmd" ddeTopic="/c calc"/>')), "F044"
    ),
    accepted("embedded file", edited(add("xl/embeddings/oleObject1.bin", "x")), "F047"),
    accepted(
        "comments damaged",
        edited(*commented(PLAN, "E8", "x"), lambda p: p.update({"xl/comments2.xml": "<comments"})),
        "F045 Plan",
    ),
    returned(
        "cell stored twice",
        edited(swap(PLAN, '<c r="F12"', '<c r="E12"><v>24</v></c><c r="F12"')),
        "F048 Plan!E12",
    ),
    returned(
        "number that is none", edited(cell(PLAN, "E13", "<v>12..</v>")), "F040 Plan!E13", "V011 Plan!E13"
    ),
    accepted("setting damaged", edited(swap(PLAN, 'sqref="E7">', 'sqref="E7 ?">')), "F049 Plan"),
]
IDENTITIES = [
    accepted(
        "stamp altered on the sheet", edited(restamp(properties=False, team="AFG", signed=False)), "I005"
    ),
    accepted(
        "stamp altered in the properties", edited(restamp(sheet=False, team="AFG", signed=False)), "I005"
    ),
    returned("stamp altered in both", edited(restamp(copy="0000", signed=False)), "I006"),
    returned("signature taken off", edited(restamp(signature="", signed=False)), "I006"),
    accepted(
        "properties removed",
        edited(drop(PROPERTIES), regex("_rels/.rels", "<Relationship [^>]*custom[^>]*/>", "")),
        "I005",
    ),
    accepted(
        "stamp sheet cleared", edited(regex(STAMP, "<sheetData>.*</sheetData>", "<sheetData/>")), "I005"
    ),
    refused(
        "both stamps removed",
        edited(
            regex(STAMP, "<sheetData>.*</sheetData>", "<sheetData/>"),
            regex(PROPERTIES, "<property .*</property>", ""),
        ),
        "I001",
    ),
    refused("another spec", edited(restamp(spec="hrge_toolkit")), "I002"),
    refused("a spec that leads to a folder", edited(restamp(spec="../../example")), "I002"),
    refused("newer version", edited(restamp(spec_version="9.0")), "I003"),
    refused("version that is none", edited(restamp(spec_version="one")), "I003"),
    accepted("older version", edited(restamp(spec_version="0.9")), "I004"),
    refused("unknown language", edited(restamp(language="xx")), "I010"),
    returned("another round", edited(restamp(round="2025-H2")), "I007", "I012 Cover!C6"),
    returned("unknown team", edited(restamp(team="XYZ")), "I008", "I012 Cover!C4"),
    returned("another country", edited(words(PLAN, "E8", "Iraq")), "I009 Plan!E8"),
]
AS_ISSUED = [
    accepted("team typed over on the cover", edited(words(COVER, "C4", "AFG")), "I012 Cover!C4"),
    accepted("purpose typed over", edited(words(CHECKLIST, "B3", "See my mail")), "S023 Checklist!B3"),
    returned("question reworded", edited(words(CHECKLIST, "D8", "Is there no room?")), "S024 Checklist!D8"),
    returned("entry of a list reworded", edited(words(LISTS, "D5", "Nobody")), "S024 Lists!D5"),
    returned("number of a row retyped", edited(words(RISKS, "B8", "K-09")), "S025 Risks!B8"),
    accepted("status typed over", edited(words(RISKS, "O8", "Fine")), "S027 Risks!O8"),
    accepted(
        "formula that always says the same",
        edited(cell(RISKS, "O8", "<f>IF(1=1,&quot;Fine&quot;,&quot;&quot;)</f><v>Fine</v>", ' t="str"')),
        "S026 Risks!O8",
    ),
    accepted(
        "Complete where something is missing",
        altered(
            regex(RISKS, r'(<c r="C8"[^>]*>(?:<f[^>]*>[^<]*</f>|<f[^>]*/>))<v></v>', r"\1<v>✓ Complete</v>")
        ),
        "S028 Risks!C8",
    ),
    accepted("remark below the cover", edited(new_cell(COVER, "C60", "Call me")), "S014 Cover!C60"),
]
RULE = "<dataValidation (?:(?!</dataValidation>).)*"
LIST_E8 = f'{RULE}sqref="E8"><formula1>list_COUNTRY</formula1></dataValidation>'
LIST_GROUP = f'{RULE}sqref="E7:E14"><formula1>list_GROUP</formula1></dataValidation>'
STRUCTURES = [
    returned(
        "sheet deleted", edited(regex(BOOK, '<sheet name="Risks"[^>]*/>', ""), drop(RISKS)), "S001 Risks"
    ),
    accepted("sheet renamed", edited(swap(BOOK, 'name="Risks"', 'name="Dangers"')), "S002 Dangers"),
    returned("sheet doubled", edited(doubled), "S003 Risks (2)"),
    accepted("sheets reordered", edited(reordered)),
    accepted("sheet hidden", edited(swap(BOOK, 'name="Risks"', 'name="Risks" state="hidden"')), "S016 Risks"),
    accepted(
        "sheet added",
        edited(
            lambda p: new_sheet(
                "Notes",
                re.sub(
                    "<sheetData>.*</sheetData>",
                    '<sheetData><row r="2"><c r="B2" t="inlineStr"><is><t>Call back</t></is></c></row></sheetData>',
                    p["xl/worksheets/sheet5.xml"],
                    flags=re.DOTALL,
                ),
            )(p)
        ),
        "S014 Notes!B2",
    ),
    accepted("row inserted", edited(move(RISKS, rows=inserted(8)))),
    accepted("column inserted", edited(move(RISKS, columns=inserted(8)))),
    accepted("row inserted above the codes", edited(move(RISKS, rows=inserted(1)))),
    accepted("rows inserted above the codes", edited(move(CHECKLIST, rows=inserted(1, 3)))),
    accepted(
        "rows and columns inserted before the codes", edited(move(PLAN, inserted(1, 2), inserted(1, 2)))
    ),
    accepted(
        "a note above the codes",
        edited(move(RISKS, rows=inserted(1, 2)), new_cell(RISKS, "D1", "A note")),
        "S014 Risks!D1",
    ),
    accepted(
        "row inserted with a note",
        edited(move(RISKS, rows=inserted(8)), new_cell(RISKS, "D8", "A note")),
        "S008 Risks!D8",
    ),
    accepted(
        "column inserted with a note",
        edited(move(RISKS, columns=inserted(8)), new_cell(RISKS, "H7", "Careful")),
        "S017 Risks!H7",
    ),
    returned("row deleted", edited(move(CHECKLIST, rows=deleted(9))), "S004 Checklist"),
    returned("blank row of a register deleted", edited(move(RISKS, rows=deleted(13))), "S004 Risks"),
    returned("column deleted", edited(move(RISKS, columns=deleted(10))), "S005 Risks"),
    returned("row doubled", edited(copy_row(RISKS, 7, 17)), "S006 Risks!D17"),
    returned("column doubled", edited(copy_column(RISKS, "J", "AC")), "S007 Risks!AC7"),
    accepted("register sorted", edited(move(RISKS, rows=exchanged(7, 9))), "S020 Risks!D7"),
    accepted("columns exchanged", edited(move(RISKS, columns=exchanged(10, 12)))),
    accepted("code row cleared", edited(clear_codes(RISKS, row=True)), "S009 Risks"),
    accepted("code column cleared", edited(clear_codes(RISKS, column=True)), "S009 Risks"),
    returned(
        "codes cleared and moved",
        edited(clear_codes(RISKS, row=True, column=True), move(RISKS, rows=inserted(4))),
        "S010 Risks",
    ),
    accepted(
        "filter active",
        edited(
            swap(
                RISKS,
                '<autoFilter ref="B6:O14"/>',
                '<autoFilter ref="B6:O14"><filterColumn colId="2"><filters><filter val="Rain"/></filters>'
                "</filterColumn></autoFilter>",
            ),
            swap(RISKS, '<row r="9"', '<row r="9" hidden="1"'),
        ),
        "S021 Risks!D9",
    ),
    accepted("blank row hidden", edited(swap(RISKS, '<row r="10"', '<row r="10" hidden="1"'))),
    accepted(
        "inputs merged",
        edited(
            swap(
                PLAN,
                "<conditionalFormatting",
                '<mergeCells count="1"><mergeCell ref="E12:F13"/></mergeCells><conditionalFormatting',
            )
        ),
        "S015 Plan!E12",
    ),
    accepted("protection off", edited(regex(PLAN, "<sheetProtection[^>]*/>", "")), "S012 Plan"),
    accepted("list of a cell removed", edited(regex(PLAN, LIST_E8, "")), "S011 Plan!E8"),
    accepted("list of a column removed", edited(regex(RISKS, LIST_GROUP, "")), "S011 Risks!E7"),
    accepted(
        "another list", edited(swap(PLAN, "list_COUNTRY</formula1>", "list_GROUP</formula1>")), "S011 Plan!E8"
    ),
    accepted(
        "list of other words",
        edited(swap(PLAN, "list_COUNTRY</formula1>", '"Pakistan,Atlantis"</formula1>')),
        "S011 Plan!E8",
    ),
    accepted(
        "list of a name that nobody knows",
        edited(swap(PLAN, "list_COUNTRY</formula1>", "countries</formula1>")),
        "S011 Plan!E8",
    ),
    accepted(
        "list of other cells",
        edited(swap(PLAN, "list_COUNTRY</formula1>", "$B$5:$B$9</formula1>")),
        "S011 Plan!E8",
    ),
    accepted(
        "steps of a scale changed",
        edited(swap(RISKS, "list_LIKELIHOOD</formula1>", "list_RESPONSE</formula1>")),
        "S011 Risks!G7",
    ),
    accepted(
        "rows to refer to changed",
        edited(swap(RISKS, "rows_C1</formula1>", "rows_R1</formula1>")),
        "S011 Risks!K7",
    ),
    accepted(
        "the same list by its cells",
        edited(swap(PLAN, "list_COUNTRY</formula1>", f"{area_of('COUNTRY')}</formula1>")),
    ),
    accepted(
        "the same list word for word",
        edited(swap(CHECKLIST, "list_ANSWER</formula1>", f'"{words_of("ANSWER")}"</formula1>')),
    ),
    accepted(
        "list that does not stop anybody",
        edited(
            regex(
                PLAN,
                r'showErrorMessage="1"( (?:(?!</dataValidation>).)*sqref="E8">)',
                r'showErrorMessage="0"\1',
            )
        ),
        "S039 Plan!E8",
    ),
    accepted(
        "list that only warns",
        edited(
            regex(
                PLAN,
                r'showErrorMessage="1"( (?:(?!</dataValidation>).)*sqref="E8">)',
                r'showErrorMessage="1" errorStyle="warning"\1',
            )
        ),
        "S039 Plan!E8",
    ),
    accepted(
        "another list that does not stop anybody",
        edited(
            regex(
                PLAN,
                r'showErrorMessage="1"( (?:(?!</dataValidation>).)*sqref="E8"><formula1>)list_COUNTRY',
                r'showErrorMessage="0"\1list_GROUP',
            )
        ),
        "S011 Plan!E8",
    ),
    accepted(
        "alerts of a column off",
        edited(
            regex(
                RISKS,
                r'showErrorMessage="1"( (?:(?!</dataValidation>).)*<formula1>list_GROUP)',
                r'showErrorMessage="0"\1',
            )
        ),
        "S039 Risks!E7",
    ),
    accepted("formula cleared", edited(blank(PLAN, "E22")), "S022 Plan!E22"),
    accepted("cell of a formula gone", edited(regex(PLAN, '<c r="E22".*?</c>', "")), "S022 Plan!E22"),
    accepted(
        "formulas of a column cleared",
        edited(*(blank(RISKS, f"N{row}") for row in (8, 9, 13))),
        "S022 Risks!N8",
    ),
    accepted("formula overwritten by the same", edited(number(PLAN, "E22", 200)), "S013 Plan!E22"),
    returned("formula overwritten", edited(number(PLAN, "E22", 999)), "V017 Plan!E22"),
    accepted(
        "formula not current", edited(regex(PLAN, r"<v>200(?:\.0)?</v>", "<v>999</v>")), "V019 Plan!E22"
    ),
    accepted("comment at an answer", edited(*commented(PLAN, "E8", "Sure?")), "S018 Plan!E8"),
    accepted("comment elsewhere", edited(*commented(RISKS, "B2", "Why?")), "S018 Risks!B2"),
    accepted("note below", edited(new_cell(PLAN, "C40", "See also March")), "S014 Plan!C40"),
    accepted(
        "text box over an answer",
        edited(*on_top(PLAN, "<x:sp><x:txBody><a:p><a:r><a:t>Not yet</a:t></a:r></a:p></x:txBody></x:sp>")),
        "S035 Plan!E10",
    ),
    accepted("precision as displayed", edited(regex(BOOK, "<calcPr ", '<calcPr fullPrecision="0" ')), "S037"),
    accepted("manual calculation", edited(regex(BOOK, "<calcPr ", '<calcPr calcMode="manual" ')), "S038"),
    accepted("answer struck through", edited(dressed(PLAN, "E9", font="<strike/>")), "S030 Plan!E9"),
    accepted(
        "word of an answer struck through",
        edited(
            cell(
                PLAN,
                "E9",
                "<is><r><rPr><strike/></rPr><t>Four</t></r><r><t> Two consultations</t></r></is>",
                ' t="inlineStr"',
            )
        ),
        "S030 Plan!E9",
    ),
    accepted(
        "note struck through",
        edited(new_cell(PLAN, "C40", "No"), dressed(PLAN, "C40", font="<strike/>")),
        "S014 Plan!C40",
        "S030 Plan!C40",
    ),
    accepted(
        "column of answers hidden",
        edited(
            regex(RISKS, r'<col min="4" max="4" width="[0-9.]+"', '<col min="4" max="4" hidden="1" width="9"')
        ),
        "S031 Risks!D7",
    ),
    accepted(
        "column of answers without a width",
        edited(regex(RISKS, r'<col min="4" max="4" width="[0-9.]+"', '<col min="4" max="4" width="0"')),
        "S031 Risks!D7",
    ),
    accepted(
        "row without a height",
        edited(regex(RISKS, '<row r="9"( spans="[^"]*")?', '<row r="9" ht="0" customHeight="1"')),
        "S021 Risks!D9",
    ),
    accepted(
        "white on white",
        edited(dressed(PLAN, "E9", font='<color rgb="FFFFFFFF"/>', fill='patternType="none">')),
        "S032 Plan!E9",
    ),
    accepted(
        "yellow on its own yellow",
        edited(dressed(PLAN, "E13", font='<color rgb="FFFFF9DB"/>')),
        "S032 Plan!E13",
    ),
    accepted("format that shows nothing", edited(dressed(PLAN, "E13", code=";;;")), "S032 Plan!E13"),
    accepted(
        "format that shows a text",
        edited(
            dressed(PLAN, "E13", code=';;;"not known"'),
            words(PLAN, "E18", "x"),
            dressed(PLAN, "E18", code=';;;"not known"'),
        ),
        "S032 Plan!E13",
        "S033 Plan!E18",
    ),
    accepted("format that leaves thousands out", edited(dressed(PLAN, "E14", code="0,")), "S033 Plan!E14"),
    accepted(
        "format that shows hundred times as much", edited(dressed(PLAN, "E13", code="0%")), "S033 Plan!E13"
    ),
    accepted(
        "text that became a date",
        edited(number(PLAN, "E9", 46115), dressed(PLAN, "E9", code="d-m")),
        "S034 Plan!E9",
    ),
    accepted("picture over an answer", edited(*on_top(PLAN, "<x:pic/>")), "S036 Plan!E10"),
    accepted("line through an answer", edited(*on_top(PLAN, "<x:cxnSp/>")), "S036 Plan!E10"),
    accepted("drawing damaged", edited(*on_top(PLAN, "<x:sp>")), "F045 Plan"),
]


def plan(name: str, verdict: str, edit: Callable[[Parts], None], *found: str) -> Damage:
    """A value of the plan: findings are `V002 E7`, all on that sheet."""
    places = (_place(each) for each in found)
    return Damage(name, edited(edit), verdict, frozenset((code, "Plan", where) for code, where, _ in places))


def typed(name: str, verdict: str, place: str, text: str, *codes: str) -> Damage:
    """A text typed into a cell of the plan, with its findings there; `V019 E21` for one elsewhere."""
    found = [each if " " in each else f"{each} {place}" for each in codes]
    return plan(name, verdict, words(PLAN, place, text), *found)


def due(name: str, verdict: str, edit: Callable[[Parts], None], *codes: str) -> Damage:
    """A due date of the checklist, with its findings there."""
    return Damage(name, edited(edit), verdict, frozenset((code, "Checklist", "H9") for code in codes))


A, R = ACCEPTED, RETURNED
VALUES = [
    typed("Arabic digits", A, "E13", "١٢", "V103", "V104"),
    typed("Persian digits", A, "E13", "۱۲", "V103", "V104"),
    typed("Nepali digits", A, "E13", "१२", "V103", "V104"),
    typed("Bengali digits", A, "E13", "১২", "V103", "V104"),
    typed("Khmer digits", A, "E13", "១២", "V103", "V104"),
    typed("Burmese digits", A, "E13", "၁၂", "V103", "V104"),
    typed("fullwidth digits", A, "E13", "１２", "V103", "V104"),
    typed("digits of two scripts", A, "E14", "٤٨00", "V103", "V104"),
    typed("number as text", A, "E13", "12", "V104"),
    typed("non-breaking space", A, "E13", "12\u00a0", "V104"),
    typed("zero-width space", A, "E13", "1\u200b2", "V104"),
    typed("mark of direction", A, "E13", "\u200f12", "V104"),
    typed("decimal comma", A, "E14", "4800,00", "V104"),
    typed("spaces between thousands", A, "E14", "4\u202f800,00", "V104"),
    typed("one comma", R, "E14", "4,800", "V018", "V019 E22"),
    typed("one point", R, "E14", "4.800", "V018", "V019 E22"),
    typed("Arabic separator of thousands", A, "E14", "٤٬٨٠٠", "V103", "V104"),
    typed("two figures in one cell", R, "E14", "4\n800", "V003", "V019 E22"),
    typed("words for a number", R, "E13", "twelve", "V003"),
    typed("a unit", R, "E13", "12 women", "V003"),
    typed("infinity", R, "E13", "1e999", "V003"),
    plan("half a person", R, number(PLAN, "E13", 2.5), "V004 E13"),
    plan("minus one", R, number(PLAN, "E13", -1), "V008 E13"),
    plan("too many", R, number(PLAN, "E12", 600), "V008 E12", "V019 E22"),
    plan("more women than participants", R, number(PLAN, "E13", 30), "V014 E13"),
    typed("percent as text", A, "E15", "50%", "V104"),
    typed("Arabic percent", A, "E15", "٥٠٪", "V103", "V104"),
    typed("percent sign in front", A, "E15", "٪٥٠", "V103", "V104"),
    typed("fullwidth percent", A, "E15", "５０％", "V103", "V104"),
    plan("percent over 100", R, number(PLAN, "E15", 50), "V008 E15"),
    plan("Buddhist year", R, number(PLAN, "E16", 2563), "V007 E16"),
    plan("Solar Hijri year", R, number(PLAN, "E16", 1399), "V007 E16"),
    plan("year of another century", R, number(PLAN, "E16", 1999), "V008 E16"),
    due("ISO date as text", A, words(CHECKLIST, "H9", "2026-03-02"), "V105"),
    due("date as text in Persian digits", A, words(CHECKLIST, "H9", "۲۰۲۶-۰۳-۰۲"), "V103", "V105"),
    due("date in words", A, words(CHECKLIST, "H9", "2 March 2026"), "V105"),
    due("date in words of another language", R, words(CHECKLIST, "H9", "2 mars 2026"), "V005"),
    due("date and another day of the week", R, words(CHECKLIST, "H9", "Tuesday 2 March 2026"), "V006"),
    due("ambiguous date", R, words(CHECKLIST, "H9", "03/04/2026"), "V006"),
    due("Solar Hijri date", R, words(CHECKLIST, "H9", "1404-12-11"), "V007"),
    due("Buddhist date", R, words(CHECKLIST, "H9", "2569-03-02"), "V007"),
    due("31 February", R, words(CHECKLIST, "H9", "2026-02-31"), "V005"),
    due("no date", R, words(CHECKLIST, "H9", "next week"), "V005"),
    due("serial 0", R, number(CHECKLIST, "H9", 0), "V005"),
    due("serial 60", R, number(CHECKLIST, "H9", 60), "V005"),
    due("serial out of range", R, number(CHECKLIST, "H9", 3e6), "V005"),
    plan("end before start", R, number(PLAN, "E11", 46000), "R-E01 E11"),
    typed("label in another language", A, "E17", "Non", "V101"),
    typed("label in Arabic", A, "E19", "نساء", "V101"),
    typed("capitals", A, "E8", "PAKISTAN", "V102"),
    typed("spaces", A, "E8", "  Pakistan\u00a0", "V102"),
    typed("look-alike letters", R, "E8", "Раkistan", "V002"),
    typed("code for a label", A, "E8", "PAK", "V106"),
    typed("not in the list", R, "E8", "Pakistana", "V002"),
    typed("number for a label", R, "E8", "7", "V002"),
    Damage("alias", edited(words(CHECKLIST, "E9", "partially")), A, frozenset({("V107", "Checklist", "E9")})),
    plan("chosen twice", A, words(PLAN, "E20", "Women"), "V015 E20"),
    plan("answer cleared", R, blank(PLAN, "E9"), "V001 E9"),
    typed("only spaces", R, "E9", " \u200b\u00a0", "V001"),
    typed("41 words", R, "E9", "word " * 41, "V009"),
    typed("21 characters", R, "E7", "W" * 21, "V010"),
    Damage("row that is none", edited(words(RISKS, "K7", "C1_09")), R, frozenset({("V016", "Risks", "K7")})),
    plan("error", R, cell(PLAN, "E13", "<v>#REF!</v>", ' t="e"'), "V011 E13"),
    plan("formula with a result", A, formula(PLAN, "E13", "6+6", "12"), "V012 E13"),
    plan("formula without a result", R, formula(PLAN, "E13", "6+6", None), "V013 E13"),
    plan("formula from outside", A, formula(PLAN, "E13", "[1]Sheet1!A1", "12"), "F043 E13", "V012 E13"),
    plan("formula to a program", A, formula(PLAN, "E13", "cmd|'/C calc'!A0", "12"), "F043 E13", "V012 E13"),
    typed("text like a formula", A, "E18", '=HYPERLINK("http://example.org";"x")', "V108"),
    typed("text like a command", A, "E18", "@SUM(1+1)*cmd|' /C calc'!A0", "V108"),
    typed("text that begins with a dash", A, "E18", "- first, (second)"),
    typed("control characters", A, "E18", "The_x0001_ office_x0000__x001F_", "V109"),
    typed("marks that turn text around", A, "E18", "\u202eecnatsissa", "V109"),
    typed("script", A, "E18", "<script>alert(1)</script>"),
    typed("e-mail address", A, "E9", "Write to a.person@example.org", "P001"),
    typed("phone number", A, "E9", "Call +92 300 1234567", "P002"),
    typed("document number", A, "E9", "Passport no. AB1234567", "P003"),
]


def strip_formulas(book: Any) -> None:
    """A program that keeps no formulas."""
    book["Plan"]["E22"] = 200


def with_comment(book: Any) -> None:
    """A comment by openpyxl."""
    book["Plan"]["E8"].comment = Comment("Sure?", "A")


def without_lists(book: Any) -> None:
    """Every validation of a sheet is gone."""
    book["Checklist"].data_validations.dataValidation.clear()


def other_words(book: Any) -> None:
    """A list typed into the rule itself, in the place of ours."""
    sheet = book["Plan"]
    rules = sheet.data_validations.dataValidation
    rules[:] = [rule for rule in rules if "E8" not in str(rule.sqref)]
    sheet.add_data_validation(
        DataValidation("list", formula1='"Pakistan,Atlantis"', showErrorMessage=True, sqref="E8")
    )


BY_OPENPYXL = [
    accepted("openpyxl: saved", openpyxl_saved(lambda book: None)),
    accepted("openpyxl: formula overwritten", openpyxl_saved(strip_formulas), "S013 Plan!E22"),
    accepted("openpyxl: comment", openpyxl_saved(with_comment), "S018 Plan!E8"),
    accepted("openpyxl: no lists", openpyxl_saved(without_lists), "S011 Checklist!E8", "S011 Checklist!H8"),
    accepted("openpyxl: list of other words", openpyxl_saved(other_words), "S011 Plan!E8"),
    accepted(
        "openpyxl: formula cleared",
        openpyxl_saved(lambda book: book["Plan"].__setitem__("E22", None)),
        "S022 Plan!E22",
    ),
    accepted(
        "openpyxl: hidden",
        openpyxl_saved(lambda b: setattr(b["Risks"], "sheet_state", "veryHidden")),
        "S016 Risks",
    ),
    accepted("openpyxl: renamed", openpyxl_saved(lambda b: setattr(b["Risks"], "title", "R")), "S002 R"),
    accepted("openpyxl: unprotected", openpyxl_saved(lambda b: b["Plan"].protection.disable()), "S012 Plan"),
    returned("openpyxl: deleted", openpyxl_saved(lambda b: b.remove(b["Checklist"])), "S001 Checklist"),
    accepted("openpyxl: merged", openpyxl_saved(lambda b: b["Plan"].merge_cells("E18:F18")), "S015 Plan!E18"),
    accepted(
        "openpyxl: sheet added",
        openpyxl_saved(lambda b: b.create_sheet("Mine").append(["Hello"])),
        "S014 Mine!A1",
    ),
    returned(
        "openpyxl: text", openpyxl_saved(lambda b: b["Plan"].__setitem__("E13", "many")), "V003 Plan!E13"
    ),
]
LAW, RISK_STRATEGY, FIGURES = (f"xl/worksheets/sheet{number}.xml" for number in (4, 5, 9))
SPLIT = tuple(
    f"V019 4.C Values!{column}10" for column in ("AT", "AU", "AV")
)  # made from I10; nothing calculated them again
TOOLKIT = [
    accepted("Toolkit: nothing", toolkit()),
    accepted("Toolkit: saved by openpyxl", openpyxl_saved(lambda book: None, RETURNS / "careful.xlsx")),
    accepted("Toolkit: renamed", toolkit(swap(BOOK, 'name="1.1 Legislation"', 'name="Laws"')), "S002 Laws"),
    accepted("Toolkit: reordered", toolkit(reordered)),
    accepted(
        "Toolkit: unprotected",
        toolkit(regex(RISK_STRATEGY, "<sheetProtection[^>]*/>", "")),
        "S012 3.2 Risk strategy",
    ),
    accepted(
        "Toolkit: protection off without removing it",
        toolkit(swap(RISK_STRATEGY, 'sheetProtection sheet="true"', 'sheetProtection sheet="false"')),
        "S012 3.2 Risk strategy",
    ),
    returned(
        "Toolkit: not in the list",
        toolkit(words(LAW, "F8", "Partially true")),
        "V002 1.1 Legislation!F8",
        "S028 1.1 Legislation!U8",
    ),
    returned(
        "Toolkit: words for a number",
        toolkit(words(FIGURES, "I10", "five")),
        "V003 4.C Values!I10",
        "S028 4.C Values!BI10",
        "S028 Dashboard!AK34",
        *SPLIT,
    ),
    returned(
        "Toolkit: one comma",
        toolkit(words(FIGURES, "H8", "1,234")),
        "V018 4.C Values!H8",
        "S028 4.C Values!BH8",
        "S028 Dashboard!AK34",
        "V019 4.C Values!AT8",
        "V019 4.C Values!AU8",
        "V019 4.C Values!AV8",
    ),
    returned(
        "Toolkit: error",
        toolkit(cell(FIGURES, "I10", "<v>#DIV/0!</v>", ' t="e"')),
        "V011 4.C Values!I10",
        "S028 4.C Values!BI10",
        "S028 Dashboard!AK34",
        *SPLIT,
    ),
    accepted("Toolkit: note below", toolkit(new_cell(LAW, "C40", "A note")), "S014 1.1 Legislation!C40"),
    accepted("Toolkit: macro", toolkit(add("xl/vbaProject.bin", "x")), "F041"),
    refused(
        "Toolkit: DTD", toolkit(swap(LAW, "?>", '?><!DOCTYPE x [<!ENTITY a "b">]>')), "F020 1.1 Legislation"
    ),
    refused("Toolkit: texts missing", toolkit(drop(STRINGS)), "F026"),
    refused("Toolkit: XML cut short", toolkit(regex(LAW, "</sheetData>.*", "")), "F024 1.1 Legislation"),
]
EXAMPLE = [accepted("nothing", filled), *FILES, *IDENTITIES, *AS_ISSUED, *STRUCTURES, *VALUES, *BY_OPENPYXL]


LEFT: dict[str, str] = {}  # what is known not to be right yet: name of the damage, and why
EXAMPLE = [replace(damage, left=LEFT.get(damage.name, "")) for damage in EXAMPLE]


# by LibreOffice


@dataclass(frozen=True)
class Act:
    """What a person does in LibreOffice before saving, and what must be found."""

    name: str
    act: Callable[[Document], None]
    verdict: str
    expected: frozenset[Place]
    suffix: str = "xlsx"


def acted(name: str, verdict: str, act: Callable[[Document], None], *found: str, suffix: str = "xlsx") -> Act:
    """One of them, with its findings as in the table."""
    return Act(name, act, verdict, frozenset(map(_place, found)), suffix)


def unprotected(sheet: str, act: Callable[[Document], None]) -> Callable[[Document], None]:
    """Take the protection off, do something, and protect again."""

    def everything(document: Document) -> None:
        document.unprotect(sheet)
        act(document)
        document.protect(sheet)

    return everything


BY_OFFICE = [
    acted("office: saved", A, lambda d: None),
    acted("office: row inserted", A, unprotected("Risks", lambda d: d.insert_rows("Risks", 8))),
    acted("office: column inserted", A, unprotected("Risks", lambda d: d.insert_columns("Risks", "H"))),
    acted(
        "office: row deleted",
        R,
        unprotected("Checklist", lambda d: d.delete_rows("Checklist", 9)),
        "S004 Checklist",
    ),
    acted(
        "office: column deleted",
        R,
        unprotected("Risks", lambda d: d.delete_columns("Risks", "H")),
        "S005 Risks",
    ),
    acted(
        "office: sorted",
        A,
        unprotected("Risks", lambda d: d.sort("Risks", "A7:AB14", "D", ascending=False)),
        "S020 Risks!D7",
    ),
    acted("office: sorted as it was", A, unprotected("Risks", lambda d: d.sort("Risks", "A7:AB14", "A"))),
    acted("office: filtered", A, lambda d: d.filter("Risks", "B6:O14", "D", "Rain"), "S021 Risks!D9"),
    acted(
        "office: row hidden",
        A,
        unprotected("Risks", lambda d: d.set_hidden("Risks", rows="7:7")),
        "S021 Risks!D7",
    ),
    acted("office: blank row hidden", A, unprotected("Risks", lambda d: d.set_hidden("Risks", rows="10:10"))),
    acted(
        "office: list of other words",
        A,
        unprotected("Plan", lambda d: d.set_list("Plan", "E8", '"Pakistan";"Atlantis"')),
        "S011 Plan!E8",
    ),
    acted(
        "office: list of other cells",
        A,
        unprotected("Plan", lambda d: d.set_list("Plan", "E8", "$Cover.$B$2:$B$9")),
        "S011 Plan!E8",
    ),
    acted(
        "office: formula cleared",
        A,
        unprotected("Risks", lambda d: d.clear("Risks", "N7:N14")),
        "S022 Risks!N7",
    ),
    acted("office: unprotected", A, lambda d: d.unprotect("Plan"), "S012 Plan"),
    acted("office: merged", A, unprotected("Plan", lambda d: d.merge("Plan", "E18:F18")), "S015 Plan!E18"),
    acted("office: hidden", A, lambda d: d.set_hidden("Risks"), "S016 Risks"),
    acted("office: renamed", A, lambda d: d.rename_sheet("Risks", "R"), "S002 R"),
    acted("office: deleted", R, lambda d: d.delete_sheet("Checklist"), "S001 Checklist"),
    acted("office: moved", A, lambda d: d.move_sheet("Risks", 0)),
    acted(
        "office: Persian digits",
        A,
        lambda d: d.type_text("Plan", "E13", "۱۲"),
        "V103 Plan!E13",
        "V104 Plan!E13",
    ),
    acted("office: not in the list", R, lambda d: d.type_text("Plan", "E8", "Atlantis"), "V002 Plan!E8"),
    acted("office: ods", A, lambda d: None, "F046", suffix="ods"),
    acted("office: xls", A, lambda d: None, "F046", suffix="xls"),
    acted("office: csv", REFUSED, lambda d: None, "F007", suffix="csv"),
    acted("office: pdf", REFUSED, lambda d: None, "F007", suffix="pdf"),
]
