"""Kinds of damage to correctly filled returns, each with what must be found: code, sheet and cell, and verdict."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import openpyxl
import yaml
from openpyxl.comments import Comment
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from hrge_xl import ExpectedReturn, Order, generate, load
from tests.compound_file import with_label
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
from tests.intake_files import members, pack

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
COVER, PLAN, CHECKLIST, RISKS, SUMMARY, _, LISTS, STAMP = (
    f"xl/worksheets/sheet{n}.xml" for n in range(1, 9)
)
BOOK, PROPERTIES, CORE = "xl/workbook.xml", "docProps/custom.xml", "docProps/core.xml"
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
        for part, calculated in {
            **dict.fromkeys((COVER, CHECKLIST, SUMMARY), "-"),
            **CALCULATED,
        }.items():
            tag, formula = (
                rf'(<c r="(?!(?:{calculated})")[A-Z]+\d+"[^>]*?)',
                "(<f[^>]*?(?:/>|>[^<]*</f>))",
            )
            parts[part] = re.sub(
                rf'{tag}(?: t="str")?>{formula}<v>[^<]*</v>', r"\1>\2", parts[part]
            )
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
    return cell(
        part, place, f'<is><t xml:space="preserve">{escape(text)}</t></is>', ' t="inlineStr"'
    )


def number(part: str, place: str, value: float) -> Callable[[Parts], None]:
    """Type a number into a cell."""
    return cell(part, place, f"<v>{value:g}</v>" if value < 1e5 else f"<v>{value:.0f}</v>")


def formula(part: str, place: str, text: str, result: str | None) -> Callable[[Parts], None]:
    """Put a formula into a cell, with or without its result."""
    return cell(
        part, place, f"<f>{escape(text)}</f>" + ("" if result is None else f"<v>{result}</v>")
    )


def blank(part: str, place: str) -> Callable[[Parts], None]:
    """Clear a cell."""
    return cell(part, place, "")


def restamp(
    sheet: bool = True, properties: bool = True, *, signed: bool = True, **changes: str
) -> Any:
    """Change the stamp, in one or both of its places, with a right signature or the old one."""

    def edit(parts: Parts) -> None:
        found = dict(
            re.findall(
                rf'name="{PROPERTY_PREFIX}(\w+)"><vt:lpwstr>(.*?)</vt:lpwstr>',
                parts[PROPERTIES],
                re.DOTALL,
            )
        )
        stamp = {field.name: found[field.name] for field in fields(Identity) if field.name in found}
        identity = replace(Identity(**stamp), **changes)
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


def saved_at(moment: str) -> bytes:
    """The filled example that says in its properties when it was saved."""
    parts = text_of(filled())
    parts[CORE], count = re.subn(r"(<dcterms:modified[^>]*>)[^<]*", rf"\g<1>{moment}", parts[CORE])
    assert count == 1
    return pack(parts)


def stamped(**said: str) -> Callable[[], bytes]:
    """The filled example with something else in its stamp, signed."""
    return altered(restamp(**said))


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
                (
                    "fillId",
                    "fills",
                    f"<fill><patternFill {fill}</patternFill></fill>" if fill else "",
                ),
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


def move(part: str, rows: Line = same, columns: Line = same) -> Callable[[Parts], None]:
    """Move rows and columns of a sheet with everything the reader looks at: cells, lists and merges."""

    def place(letters: str, row: str) -> str | None:
        line, column = rows(int(row)), columns(column_index_from_string(letters))
        return f"{get_column_letter(column)}{line}" if line and column else None

    def area(match: re.Match[str]) -> str:
        found = []
        for each in match[1].split():
            if each.endswith("XFD1048576"):  # the whole sheet, in which nothing moves
                found.append(each)
                continue
            ends = re.findall(r"([A-Z]+)(\d+)", each)
            moved = [
                (line, column)
                for row in range(int(ends[0][1]), int(ends[-1][1]) + 1)
                for index in range(
                    column_index_from_string(ends[0][0]), column_index_from_string(ends[-1][0]) + 1
                )
                if (line := rows(row)) and (column := columns(index))
            ]
            found += [f"{get_column_letter(column)}{line}" for line, column in moved]
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
            parts[part] = parts[part].replace(
                "</sheetData>", f'<row r="{row}">{made}</row></sheetData>'
            )

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
        add("xl/worksheets/sheet9.xml", content, f"{SPREADSHEET}.worksheet+xml")(parts)
        link(BOOK, "worksheet", "worksheets/sheet9.xml")(parts)
        swap(BOOK, "</sheets>", f'<sheet name="{name}" sheetId="99" r:id="rId777"/></sheets>')(
            parts
        )

    return edit


@cache
def list_of(vocabulary: str) -> ListPlace:
    """Where a list stands in the example."""
    return build(load("example"), "en").lists[vocabulary]


def area_of(vocabulary: str) -> str:
    """The cells of a list."""
    place = list_of(vocabulary)
    column = get_column_letter(place.column)
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
    parts[PLAN] = parts[PLAN].replace(
        "<sheetData>", "<a>" * 10_000 + "</a>" * 10_000 + "<sheetData>"
    )


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
    anchor = (
        f"<x:oneCellAnchor>{corner}<x:ext cx='1' cy='1'/>{inside}<x:clientData/></x:oneCellAnchor>"
    )
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
        link(
            part,
            "externalLinkPath",
            "file:///C:/Users/someone/other.xlsx",
            ' TargetMode="External"',
        ),
        link(BOOK, "externalLink", "externalLinks/externalLink1.xml"),
    ]


# whole files


def bytes_of(change: Callable[[bytes], bytes]) -> Callable[[], bytes]:
    """The filled example with its bytes changed."""
    return lambda: change(filled())


def spoilt(data: bytes) -> bytes:
    """Some bytes in the middle of a packed part are lost."""
    start = data.index(PLAN.encode()) + len(PLAN) + 200
    return data[:start] + bytes(40) + data[start + 40 :]


def with_part(
    name: str, content: bytes, method: int = zipfile.ZIP_DEFLATED
) -> Callable[[bytes], bytes]:
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
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(504)
        + stream.encode("utf-16-le").ljust(512, b"\0")
    )


# the table


def refused(name: str, make: Callable[[], bytes], *found: str, file: str = "") -> Damage:
    """A kind of damage after which nothing can be read."""
    return Damage(name, make, REFUSED, frozenset(map(found_at, found)), file)


def returned(name: str, make: Callable[[], bytes], *found: str) -> Damage:
    """A kind of damage with something to correct."""
    return Damage(name, make, RETURNED, frozenset(map(found_at, found)))


def accepted(name: str, make: Callable[[], bytes], *found: str) -> Damage:
    """A kind of damage that does no harm."""
    return Damage(name, make, ACCEPTED, frozenset(map(found_at, found)))


def found_at(found: str) -> Place:
    """`V002 Plan!E8` → the code, the sheet and the cell."""
    code, _, where = found.partition(" ")
    sheet, _, place = where.partition("!")
    return code, sheet or None, place or None


def places(found: str) -> list[Place]:
    """The same of several, with semicolons between them; nothing where nothing must be found."""
    return sorted((found_at(each) for each in found.split("; ") if each), key=str)


NAMES = ("Cover", "Plan", "Checklist", "Risks", "Summary", "How to fill in", "Lists", "_hrge")
PARTS = {name: f"xl/worksheets/sheet{number}.xml" for number, name in enumerate(NAMES, start=1)}
PARTS |= {"workbook": BOOK, "properties": PROPERTIES, "texts": STRINGS}
TOOLKIT_SHEETS = {"1.1 Legislation": 4, "3.2 Risk strategy": 5, "4.C Values": 9}
PARTS |= {name: f"xl/worksheets/sheet{number}.xml" for name, number in TOOLKIT_SHEETS.items()}
LINES = {"inserted": inserted, "deleted": deleted, "exchanged": exchanged}


def _table(way: str, make: Callable[..., Callable[[], bytes]]) -> list[Damage]:
    """The kinds of `damage.yaml` that are done in a way, by the functions above."""
    return [
        Damage(
            name,
            make(*(edit for each in done for edit in _edits(each))),
            verdict,
            frozenset(places(found)),
        )
        for name, (verdict, found, *done) in TABLE[way].items()
    ]


def called(entry: str | dict[str, Any]) -> tuple[str, list[Any], dict[str, Any]]:
    """What is done by an entry of a table, and with which arguments; those that have a name stand last."""
    if isinstance(entry, str):
        return entry, [], {}
    ((name, given),) = entry.items()
    words = [_line(each) for each in (given if isinstance(given, list) else [given])]
    named = words.pop() if isinstance(words[-1], dict) else {}
    return name, words, {key: _line(value) for key, value in named.items()}


def _edits(entry: str | dict[str, Any]) -> list[Callable[[Parts], None]]:
    name, words, named = called(entry)
    if isinstance(entry, str):
        return [globals()[name]]
    words[:1] = [PARTS.get(each, each) for each in words[:1]]
    made = globals()[name](*words, **named)
    return made if isinstance(made, list) else [made]


def _line(given: Any) -> Any:
    """`{inserted: [1, 2]}` → where every line goes; anything else is as it is."""
    if not isinstance(given, dict) or not given.keys() <= LINES.keys():
        return given
    ((name, lines),) = given.items()
    return LINES[name](*(lines if isinstance(lines, list) else [lines]))


TABLE = yaml.safe_load(Path(__file__).with_name("damage.yaml").read_text(encoding="utf-8"))
EXAMPLE = [
    accepted("nothing", filled),
    refused("empty", lambda: b"", "F001"),
    refused("lock file", lambda: b"\x07Someone" + bytes(157), "F003", file="~$return.xlsx"),
    refused(
        "lock file of LibreOffice", lambda: b",someone,host;", "F003", file=".~lock.return.xlsx#"
    ),
    refused("PDF", lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "F007"),
    refused("encrypted", lambda: ole("EncryptedPackage"), "F004"),
    refused("sensitivity label", lambda: with_label(filled()), "F071"),
    refused("xls that is none", lambda: ole("Workbook"), "F030"),
    refused("first half", bytes_of(lambda data: data[: len(data) // 2]), "F008"),
    refused("first byte missing", bytes_of(lambda data: data[1:]), "F007"),
    refused("line ends converted", bytes_of(lambda data: data.replace(b"\n", b"\r\n")), "F008"),
    accepted("other bytes behind it", bytes_of(lambda data: data + b"<html></html>"), "F032"),
    refused("bomb", bytes_of(with_part("xl/a.xml", bytes(3_000_000))), "F014"),
    refused("part spoilt", bytes_of(spoilt), "F029 Plan"),
    refused(
        "too many attributes",
        edited(
            swap(PLAN, "<sheetData>", "<sheetData" + "".join(f' a{n}=""' for n in range(300)) + ">")
        ),
        "F022 Plan",
    ),
    refused(
        "bad encoding",
        bytes_of(lambda d: with_part(PLAN, members(d)[PLAN] + b"<!--\xff-->")(d)),
        "F025 Plan",
    ),
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
    accepted(
        "comments damaged",
        edited(*commented(PLAN, "E8", "x"), lambda p: p.update({"xl/comments2.xml": "<comments"})),
        "F045 Plan",
    ),
    accepted(
        "sheet added",
        edited(
            lambda p: new_sheet(
                "Notes",
                re.sub(
                    "<sheetData>.*</sheetData>",
                    '<sheetData><row r="2"><c r="B2" t="inlineStr"><is><t>Call back</t></is></c></row></sheetData>',
                    p[SUMMARY],
                    flags=re.DOTALL,
                ),
            )(p)
        ),
        "S014 Notes!B2",
    ),
    accepted(
        "the same list by its cells",
        edited(swap(PLAN, "list_COUNTRY</formula1>", f"{area_of('COUNTRY')}</formula1>")),
    ),
    accepted(
        "the same list word for word",
        edited(swap(CHECKLIST, "list_ANSWER</formula1>", f'"{words_of("ANSWER")}"</formula1>')),
    ),
    *_table("altered", altered),
    *_table("edited", edited),
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
    accepted(
        "openpyxl: no lists",
        openpyxl_saved(without_lists),
        "S011 Checklist!E8",
        "S011 Checklist!H8",
    ),
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
    accepted(
        "openpyxl: renamed", openpyxl_saved(lambda b: setattr(b["Risks"], "title", "R")), "S002 R"
    ),
    accepted(
        "openpyxl: unprotected",
        openpyxl_saved(lambda b: b["Plan"].protection.disable()),
        "S012 Plan",
    ),
    returned(
        "openpyxl: deleted", openpyxl_saved(lambda b: b.remove(b["Checklist"])), "S001 Checklist"
    ),
    accepted(
        "openpyxl: merged",
        openpyxl_saved(lambda b: b["Plan"].merge_cells("E18:F18")),
        "S015 Plan!E18",
    ),
    accepted(
        "openpyxl: sheet added",
        openpyxl_saved(lambda b: b.create_sheet("Mine").append(["Hello"])),
        "S014 Mine!A1",
    ),
    returned(
        "openpyxl: text",
        openpyxl_saved(lambda b: b["Plan"].__setitem__("E13", "many")),
        "V003 Plan!E13",
    ),
]
EXAMPLE += BY_OPENPYXL
TOOLKIT = [
    accepted("Toolkit: nothing", toolkit()),
    accepted(
        "Toolkit: saved by openpyxl", openpyxl_saved(lambda book: None, RETURNS / "careful.xlsx")
    ),
    *_table("toolkit", toolkit),
]
