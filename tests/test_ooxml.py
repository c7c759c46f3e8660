"""xlsx and xlsm: what is read out of every way to write it, and what is refused."""

from __future__ import annotations

import datetime
import gc
import io
import random
import re
import tracemalloc
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from hrge_xl import ExpectedReturn
from tests.damages.as_excel import as_excel
from tests.face import (
    LIMITS,
    Area,
    CellKind,
    Follower,
    RawCell,
    RawWorkbook,
    Submission,
    Unreadable,
    address,
    is_date_format,
    ooxml,
    ooxml_parts,
    ooxml_rows,
    parse_area,
)
from tests.intake_files import MAIN, STRICT, members, pack, parts, relationships, sheet, workbook
from tests.property_tests import examples
from tests.read_and_check import read_bytes

TEXT, NUMBER, DATE, BOOL = CellKind.TEXT, CellKind.NUMBER, CellKind.DATE, CellKind.BOOL
ERROR, BLANK = CellKind.ERROR, CellKind.BLANK
HERE = Path(__file__).parent

STRINGS = (
    "<si><t>plain</t></si>"
    '<si><t xml:space="preserve"> spaced </t></si>'
    "<si><r><rPr><b/></rPr><t>rich </t></r><r><t>text</t></r></si>"
    '<si><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh><phoneticPr fontId="1"/></si>'
    "<si><t>a &lt; b &amp;amp; c&#x2026;</t></si>"
    "<si><t>_x0041__x005F_x0042__xD83D__xDE00_</t></si>"
    "<si><t/></si>"
)


def cells(read: RawWorkbook, index: int = 0) -> dict[str, RawCell]:
    return {
        address(row, column): cell
        for row, row_cells in read.sheets[index].cells.items()
        for column, cell in row_cells.items()
    }


def codes(read: RawWorkbook) -> list[tuple[str, str | None, str | None]]:
    return [
        (observation.code, observation.sheet, observation.cell) for observation in read.observations
    ]


def refusal(data: bytes, **changes: int) -> str:
    with pytest.raises(Unreadable) as caught:
        ooxml.read(data, replace(LIMITS, **changes))
    return caught.value.observation.code


TABLE = yaml.safe_load((HERE / "ooxml.yaml").read_text(encoding="utf-8"))


def stored(said: Any) -> RawCell:
    """A cell of the table."""
    if not isinstance(said, dict):
        return RawCell(
            BOOL if isinstance(said, bool) else TEXT if isinstance(said, str) else NUMBER, said
        )
    (kind, value), *formula = said.items()
    as_written = [Follower(text) if name == "follows" else text for name, text in formula]
    return RawCell(CellKind[kind], value, *as_written)


@pytest.mark.parametrize(("rows", "expected"), TABLE["rows"].values(), ids=TABLE["rows"].keys())
def test_rows_are_read_whatever_way_they_are_written(
    way: str, rows: str, expected: dict[str, Any]
) -> None:
    read = ooxml.read(workbook(sheet(rows), strings=STRINGS))
    assert list(cells(read).items()) == [(place, stored(said)) for place, said in expected.items()]
    assert read.observations == []


def test_strict_workbooks_and_prefixes_read_like_any_other() -> None:
    rows = '<row r="1"><c r="A1" t="s"><v>2</v></c><c r="B1" s="1"><v>5</v></c></row>'
    expected = {"A1": RawCell(TEXT, "rich text"), "B1": RawCell(DATE, 5.0)}
    strict = workbook(sheet(rows, namespace=STRICT), strings=STRINGS, strict=True)
    prefixed = sheet(rows).replace("<", "<p:").replace("<p:/", "</p:").replace("xmlns=", "xmlns:p=")
    assert cells(ooxml.read(strict)) == expected
    assert cells(ooxml.read(workbook(prefixed, strings=STRINGS))) == expected
    utf16 = sheet(rows).encode("utf-16")
    assert cells(ooxml.read(workbook(utf16, strings=STRINGS))) == expected


@pytest.mark.parametrize(
    ("value", "attributes"), TABLE["damaged cells"].values(), ids=TABLE["damaged cells"].keys()
)
def test_a_value_that_does_not_fit_is_never_guessed(way: str, value: str, attributes: str) -> None:
    rows = f'<row r="7"><c r="D7"{attributes}>{value}</c><c r="E7"><v>1</v></c></row>'
    for _ in range(2):
        read = ooxml.read(workbook(sheet(rows), strings=STRINGS))
        assert cells(read) == {"D7": RawCell(ERROR, "#UNREADABLE!"), "E7": RawCell(NUMBER, 1.0)}
        assert codes(read) == [("F040", "S1", "D7")]


@pytest.mark.parametrize("rows", TABLE["stored twice"].values(), ids=TABLE["stored twice"].keys())
def test_a_cell_stored_twice_is_named_and_keeps_its_first_value(rows: str) -> None:
    read = ooxml.read(workbook(sheet(rows)))
    assert cells(read)["B2"] == RawCell(NUMBER, 1.0)
    assert codes(read) == [("F048", "S1", "B2")]


def test_many_damaged_cells_are_a_damaged_file() -> None:
    row = "".join(f'<row r="{row}"><c r="A{row}"><v>?</v></c></row>' for row in range(1, 102))
    assert refusal(workbook(sheet(row))) == "F029"
    assert (
        len(ooxml.read(workbook(sheet(row)), replace(LIMITS, unreadable_places=101)).observations)
        == 101
    )


def test_validation_rules_of_both_kinds() -> None:
    after = (
        '<dataValidations count="2"><dataValidation type="list" showErrorMessage="1" sqref="B2:B9 D2">'
        "<formula1>Lists!$A$1:$A$3</formula1></dataValidation>"
        '<dataValidation type="whole" operator="greaterThan" errorStyle="warning" showErrorMessage="1" sqref="C:C">'
        "<formula1>0</formula1><formula2>9</formula2></dataValidation></dataValidations>"
        "<extLst><ext><x14:dataValidations><x14:dataValidation type='list' showErrorMessage='true'>"
        "<x14:formula1><xm:f>'L &amp; M'!$A$1</xm:f></x14:formula1><xm:sqref>E5 F1:G2</xm:sqref>"
        "</x14:dataValidation></x14:dataValidations></ext></extLst>"
    )
    rules = ooxml.read(workbook(sheet(after=after))).sheets[0].validations
    assert [(rule.type, rule.formula1) for rule in rules] == [
        ("list", "Lists!$A$1:$A$3"),
        ("whole", "0"),
        ("list", "'L & M'!$A$1"),
    ]
    assert [rule.areas for rule in rules] == [
        (Area(2, 2, 9, 2), Area(2, 4, 2, 4)),
        (Area(1, 3, 1_048_576, 3),),
        (Area(5, 5, 5, 5), Area(1, 6, 2, 7)),
    ]
    assert [rule.blocks for rule in rules] == [True, False, True]


def test_notes_and_threaded_comments() -> None:
    notes = (
        f'<comments xmlns="{MAIN}"><authors><author>x</author></authors><commentList>'
        '<comment ref="C3"><text><r><t>first </t></r><r><t>note</t></r></text></comment>'
        '<comment ref="B2"><text><t>[Threaded comment] …</t></text></comment></commentList></comments>'
    )
    threaded = (
        '<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments">'
        '<threadedComment ref="B2"><text>Why 5?</text></threadedComment></ThreadedComments>'
    )
    links = relationships(
        ("rId1", "comments", "../comments1.xml"),
        (
            "rId2",
            "http://schemas.microsoft.com/office/2017/10/relationships/threadedComment",
            "../threaded.xml",
        ),
    )
    changes = {
        "xl/worksheets/_rels/sheet1.xml.rels": links,
        "xl/comments1.xml": notes,
        "xl/threaded.xml": threaded,
    }
    read = ooxml.read(workbook(sheet(), changes=changes))
    assert read.sheets[0].comments == [(2, 2, "Why 5?"), (3, 3, "first note")]
    damaged = ooxml.read(workbook(sheet(), changes={**changes, "xl/comments1.xml": notes[:90]}))
    assert damaged.sheets[0].comments == [(2, 2, "Why 5?")]
    assert codes(damaged) == [("F045", "S1", None)]


@pytest.mark.parametrize(("formula", "outside"), TABLE["outside"].items(), ids=TABLE["outside"])
def test_formulas_that_reach_outside_are_named_by_cell(
    way: str, formula: str, outside: bool
) -> None:
    rows = f'<row r="4"><c r="A4"><v>0</v></c><c r="C4"><f>{formula}</f><v>5</v></c></row>'
    assert codes(ooxml.read(workbook(sheet(rows)))) == ([("F043", "S1", "C4")] if outside else [])


def test_chart_sheets_keep_their_place_among_the_tabs() -> None:
    contents = parts(sheet(), sheet('<row r="1"><c r="A1"><v>1</v></c></row>'))
    links = str(contents["xl/_rels/workbook.xml.rels"]).replace("/worksheet", "/chartsheet", 1)
    contents["xl/_rels/workbook.xml.rels"] = links
    read = ooxml.read(pack(contents))
    assert [(each.name, len(each.cells)) for each in read.sheets] == [("S1", 0), ("S2", 1)]


DEEP = "<a>" * 63 + "</a>" * 63
WIDE = "<a " + " ".join(f'a{number}=""' for number in range(257)) + "/>"
DTD = '<!DOCTYPE worksheet [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
GOOD_ROW = '<row r="1"><c r="A1"><v>1</v></c></row>'
REFUSED = {
    "entities": (DTD + sheet(GOOD_ROW.replace("1</v>", "&b;</v>")), "F020"),
    "outside entity": (
        '<!DOCTYPE worksheet [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
        + sheet(GOOD_ROW.replace("1</v>", "&a;</v>")),
        "F020",
    ),
    "bare DTD": ("<!DOCTYPE worksheet>" + sheet(GOOD_ROW), "F020"),
    "too deep": (sheet(after=f"<a>{DEEP}</a>"), "F021"),
    "too deep in a cell": (sheet(f'<row r="1"><c r="A1">{DEEP}</c></row>'), "F021"),
    "too many attributes": (sheet(WIDE), "F022"),
    "cut off": (sheet(GOOD_ROW)[:-30], "F024"),
    "wrong nesting": (sheet(GOOD_ROW.replace("</c>", "</d>")), "F024"),
    "control character": (sheet('<row r="1"><c r="A1" t="str"><v>a\x01b</v></c></row>'), "F024"),
    "unknown entity": (sheet('<row r="1"><c r="A1" t="str"><v>&nbsp;</v></c></row>'), "F024"),
    "empty part": ("", "F024"),
    "not in its encoding": (
        sheet('<row r="1"><c r="A1" t="str"><v>é</v></c></row>').encode("latin-1"),
        "F025",
    ),
    "another encoding": ('<?xml version="1.0" encoding="windows-1252"?>' + sheet(GOOD_ROW), "F025"),
    "unknown encoding": ('<?xml version="1.0" encoding="klingon"?>' + sheet(GOOD_ROW), "F025"),
    "another root": (f'<sst xmlns="{MAIN}"/>', "F029"),
    "another namespace": (sheet(GOOD_ROW, namespace="urn:else"), "F029"),
    "cell in another row": (sheet('<row r="1"><c r="A2"><v>1</v></c></row>'), "F034"),
    "cell outside a row": (sheet('<row r="1"/><c r="A1"><v>1</v></c>'), "F034"),
    "row 0": (sheet('<row r="0"/>'), "F036"),
    "row beyond the last": (sheet('<row r="1048577"><c r="A1048577"><v>1</v></c></row>'), "F036"),
    "column beyond the last": (sheet('<row r="1"><c r="XFE1"><v>1</v></c></row>'), "F034"),
    "no reference": (sheet('<row r="1"><c r="Total"><v>1</v></c></row>'), "F034"),
}


@pytest.mark.parametrize(("part", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_hostile_and_damaged_sheets_are_refused(way: str, part: str | bytes, code: str) -> None:
    assert refusal(workbook(sheet(), changes={"xl/worksheets/sheet1.xml": part})) == code


@pytest.mark.parametrize("reference", ["A0", "ZZZZ1", "1A", "", "A2", "A1:B2", "A1048577", "XFE1"])
def test_a_cell_that_stands_nowhere_is_named(way: str, reference: str) -> None:
    rows = f'<row r="1"><c r="A1"><v>1</v></c>\n<c r="{reference}"><v>2</v></c></row>'
    with pytest.raises(Unreadable) as caught:
        ooxml.read(workbook(sheet(rows)))
    found = caught.value.observation
    place = {"part": "xl/worksheets/sheet1.xml", "line": "2", "column": "5"} | {
        "value": reference,
        "row": "1",
    }
    assert (found.code, found.sheet) == ("F034", "S1")
    assert {name: found.details[name] for name in place if name != "column"} == {
        name: text for name, text in place.items() if name != "column"
    }
    assert int(found.details["column"]) > 1


@pytest.mark.parametrize("number", ["0", "1048577", "x", "-1", "99999999999999999999", "1.5"])
def test_a_row_that_cannot_be_is_named(way: str, number: str) -> None:
    with pytest.raises(Unreadable) as caught:
        ooxml.read(workbook(sheet(f'\n\n<row r="{number}"><c><v>2</v></c></row>')))
    found = caught.value.observation
    assert (found.code, found.sheet, found.details["value"], found.details["line"]) == (
        "F036",
        "S1",
        number,
        "3",
    )


def nested(element: str, levels: int) -> str:
    return f"<{element}>" * levels + f"</{element}>" * levels


@pytest.mark.parametrize(
    ("strings", "code"),
    [
        (f"<si>{nested('r', 63)}</si>", "F021"),
        (f"<si><r><t>a</t></r>{nested('rPr', 100_000)}</si>", "F021"),
        (f"<si>{WIDE.replace('<a ', '<r ')}</si>", "F022"),
        (f"<si>{WIDE.replace('<a ', '<r ').replace(chr(34), chr(39))}</si>", "F022"),
        (f"<si>{nested('r', 62)}</si>", None),
    ],
    ids=["deep", "very deep", "wide", "wide in single quotes", "just within"],
)
def test_shared_texts_have_the_limits_of_every_part(
    way: str, strings: str, code: str | None
) -> None:
    data = pack(parts(sheet(GOOD_ROW), strings=strings), zipfile.ZIP_STORED)
    if code is None:
        assert len(cells(ooxml.read(data))) == 1
    else:
        assert refusal(data) == code


@pytest.mark.parametrize(
    "part",
    [
        "xl/styles.xml",
        "xl/workbook.xml",
        "_rels/.rels",
        "xl/_rels/workbook.xml.rels",
        "[Content_Types].xml",
    ],
)
@pytest.mark.parametrize(
    ("inner", "code"), [(f"<a>{DEEP}</a>", "F021"), (WIDE, "F022"), (DTD, "F024")]
)
def test_every_part_has_the_same_limits(part: str, inner: str, code: str) -> None:
    contents = parts(sheet(GOOD_ROW))
    head, end, tail = str(contents[part]).rpartition("</")
    assert refusal(pack(contents | {part: f"{head}{inner}{end}{tail}"})) == code


def test_too_many_elements_are_refused_before_they_are_parsed() -> None:
    contents = parts(sheet(after="<a/>" * 3_000_000))
    assert refusal(pack(contents, zipfile.ZIP_STORED)) == "F023"


def test_just_within_the_limits_is_read() -> None:
    part = sheet(GOOD_ROW, after="<a>" * 63 + "</a>" * 63 + WIDE.replace(' a256=""', ""))
    assert len(cells(ooxml.read(workbook(part)))) == 1


def test_limits_on_cells_and_sheets() -> None:
    cells_of_a_row = "".join(f'<c r="{name}1"/>' for name in "ABCDEFGHIJ")
    part = sheet(f'<row r="1">{cells_of_a_row}</row>')
    assert refusal(workbook(part), cells=9) == "F027"
    assert refusal(workbook(part, part), cells=19) == "F027"
    assert len(cells(ooxml.read(workbook(part), replace(LIMITS, cells=10)))) == 10
    assert refusal(workbook(*[sheet()] * 257)) == "F028"
    assert len(ooxml.read(workbook(*[sheet()] * 256)).sheets) == 256


@pytest.mark.deep
def test_stray_rows_cost_nothing() -> None:
    rows = "".join(f'<row r="{row}"/>' for row in range(1, 200_001))
    read = ooxml.read(workbook(sheet(rows + '<row r="1048576"><c r="A1048576"><v>1</v></c></row>')))
    assert cells(read) == {"A1048576": RawCell(NUMBER, 1.0)}


PACKAGE_FAULTS = {
    "no content types": ({"[Content_Types].xml": None}, "F026"),
    "no way in": ({"_rels/.rels": None}, "F026"),
    "no workbook": ({"xl/workbook.xml": None}, "F026"),
    "no sheet": ({"xl/worksheets/sheet1.xml": None}, "F026"),
    "no links": ({"xl/_rels/workbook.xml.rels": None}, "F026"),
    "no texts": ({"xl/sharedStrings.xml": None}, "F026"),
    "damaged texts": ({"xl/sharedStrings.xml": "<sst"}, "F024"),
    "texts that are none": ({"xl/sharedStrings.xml": "<x/>"}, "F029"),
    "entities in the texts": (
        {"xl/sharedStrings.xml": f'<!DOCTYPE sst><sst xmlns="{MAIN}"/>'},
        "F020",
    ),
    "damaged styles": ({"xl/styles.xml": "<styleSheet>"}, "F024"),
    "no sheets": ({"xl/workbook.xml": f'<workbook xmlns="{MAIN}"><sheets/></workbook>'}, "F035"),
}


@pytest.mark.parametrize(("changes", "code"), PACKAGE_FAULTS.values(), ids=PACKAGE_FAULTS.keys())
def test_faults_of_the_package_are_refused(changes: dict[str, str | None], code: str) -> None:
    assert refusal(workbook(sheet(GOOD_ROW), changes=changes)) == code


def test_two_sheets_of_one_name_are_refused() -> None:
    contents = parts(sheet(), sheet())
    contents["xl/workbook.xml"] = str(contents["xl/workbook.xml"]).replace('"S2"', '"s1"')
    assert refusal(pack(contents)) == "F037"


def test_settings_that_name_no_cells_are_left_out_with_a_remark() -> None:
    after = (
        '<mergeCells><mergeCell ref="A0:B"/></mergeCells>'
        '<dataValidations><dataValidation sqref="?"/></dataValidations>'
    )
    read = ooxml.read(workbook(sheet(GOOD_ROW, after=after)))
    assert [
        (observation.code, str(observation.details["what"])) for observation in read.observations
    ] == [
        ("F049", "merged cells"),
        ("F049", "a dropdown or another entry rule"),
    ]


@pytest.mark.parametrize(
    ("reference", "area"),
    [
        ("B7", Area(7, 2, 7, 2)),
        ("$B$7:A$1", Area(1, 1, 7, 2)),
        ("B:C", Area(1, 2, 1_048_576, 3)),
        ("$2:$9", Area(2, 1, 9, 16_384)),
        *((reference, None) for reference in ("A0", "B", "A1:", "A1:B", "XFE1")),
    ],
)
def test_references(reference: str, area: Area | None) -> None:
    assert parse_area(reference) == area


DATE_FORMATS = ("yyyy\\-mm\\-dd", "[$-409]d/m/yy h:mm AM/PM;@", "[mm]:ss", "ge.m.d")
OTHER_FORMATS = ("General", "#,##0.00 [$kr-414]", "0.00E+00", '"Day "0')
OTHER_FORMATS += ("0\\d", "[Red]0;[Blue]0", "_-* #,##0_s", "bbbb")


@pytest.mark.parametrize(
    ("code", "is_date"),
    (dict.fromkeys(DATE_FORMATS, True) | dict.fromkeys(OTHER_FORMATS, False)).items(),
)
def test_date_formats(code: str, is_date: bool) -> None:
    assert is_date_format("170", code) is is_date


def test_a_format_that_no_program_writes_is_not_looked_at() -> None:
    assert is_date_format("170", f'yyyy"{"x" * 200}"')
    assert not is_date_format("170", f'yyyy"{"x" * 300}"')


def plain(value: object) -> object:
    if isinstance(value, datetime.date):
        day = value.date() if isinstance(value, datetime.datetime) else value
        return float(day.toordinal() - datetime.date(1899, 12, 30).toordinal())
    return value


DATA = f"<sheetData>{GOOD_ROW}</sheetData>"
MISLEADING = {
    "data in a comment first": f'<worksheet xmlns="{MAIN}"><!-- {DATA} --><sheetData/></worksheet>',
    "data in an instruction": f'<worksheet xmlns="{MAIN}"><?x {DATA} ?><sheetData/></worksheet>',
    "data of another namespace": f'<p:worksheet xmlns:p="{MAIN}">{DATA}</p:worksheet>',
    "data in the wrong place": f'<worksheet xmlns="{MAIN}"><a xmlns="">{DATA}</a></worksheet>',
    "cells of another namespace": sheet('<row r="1" xmlns="a"><c r="A1"><v>1</v></c></row>'),
}


@pytest.mark.parametrize("part", MISLEADING.values(), ids=MISLEADING.keys())
def test_what_only_looks_like_cells_is_not_read(part: str) -> None:
    assert cells(ooxml.read(workbook(sheet(), changes={"xl/worksheets/sheet1.xml": part}))) == {}


# rows taken out by pattern say what expat and the handlers hear, whatever was read before

RETURNS = sorted((HERE / "returns").glob("*.xlsx"))
# The filled example as gnumeric 1.12 (ssconvert) and SheetJS 0.18.5 write it (read and written with cellStyles): one
# lays its elements out in lines and keeps texts in their cells, the other says of texts that spaces count in them.
BY_OTHERS = [HERE / "fixtures" / "intake" / f"{name}.xlsx" for name in ("gnumeric", "sheetjs")]
Outcome = RawWorkbook | tuple[str, dict[str, str]]


def outcome(data: bytes) -> Outcome:
    """What is read, or the finding with its place that refuses the file."""
    try:
        return ooxml.read(data)
    except Unreadable as problem:
        return problem.observation.code, problem.observation.details


@pytest.fixture
def by_handlers(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], Outcome]:
    """The slow way to read: everything through expat's handlers."""

    def read(data: bytes) -> Outcome:
        with monkeypatch.context() as patched:
            for module in (ooxml, ooxml_parts):
                patched.setattr(module, "find_stretch", lambda content, element: None)
            return outcome(data)

    return read


@pytest.mark.parametrize("path", [*RETURNS, *BY_OTHERS], ids=lambda path: path.stem)
def test_real_returns_are_plain_and_read_alike(
    path: Path, by_handlers: Callable[[bytes], Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = path.read_bytes()
    expected = by_handlers(data)
    rows_heard: list[int] = []
    monkeypatch.setattr(
        "hrge_xl.reader.ooxml_rows.SheetCells.open_row", lambda *_: rows_heard.append(1)
    )
    assert outcome(data) == outcome(data) == expected
    assert rows_heard == []


def _saved_by_openpyxl(data: bytes) -> bytes:
    target = io.BytesIO()
    openpyxl.load_workbook(io.BytesIO(data)).save(target)
    return target.getvalue()


@pytest.mark.filterwarnings("ignore:.*xtension is not supported:UserWarning")
@pytest.mark.parametrize("saved", [as_excel, _saved_by_openpyxl])
def test_what_others_save_is_plain_and_read_as_it_was(
    saved: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Texts and formats renumbered, spans and identifiers, texts without marks of space: nothing goes the slow way."""
    before = RETURNS[0].read_bytes()
    rows_heard: list[int] = []
    monkeypatch.setattr(
        "hrge_xl.reader.ooxml_rows.SheetCells.open_row", lambda *_: rows_heard.append(1)
    )
    one, other = (
        read_bytes(each, path="", sha256="", size=0, format="xlsx", want=ExpectedReturn())
        for each in (before, saved(before))
    )
    assert isinstance(one, Submission)
    assert isinstance(other, Submission)
    assert (other.values(), other.unplaced) == (
        one.values(),
        one.unplaced,
    )  # openpyxl keeps no results
    assert rows_heard == []


def damaged(contents: dict[str, bytes], names: list[str], chance: random.Random) -> bytes:
    """One part changed as no program would: bytes, tags, attributes, references."""
    name = chance.choice(names)
    pieces = re.split(rb"(<[^>]*>)", contents[name])
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(pieces))
        pieces[at] = chance.choice(DAMAGES)(chance, pieces[at], pieces)
    return pack({**contents, name: b"".join(pieces)}, zipfile.ZIP_STORED)


def _byte(chance: random.Random, piece: bytes, _: list[bytes]) -> bytes:
    if not piece:
        return piece
    at = chance.randrange(len(piece))
    return piece[:at] + bytes([chance.choice(b'<>/"&= 0A:\x00\x01\xff\r')]) + piece[at + 1 :]


INSERTED = (
    b"&#0;",
    b"&#x5B;",
    b"&#38;",
    b"&nbsp;",
    b"]]>",
    b"<!-- -->",
    b"<![CDATA[x]]>",
    b"\xef\xbf\xbf",
    b"\r\n",
    b' x:y="1"',
    b' s="1" s="2"',
    b"</c>",
    b"<v>7</v>",
    b"<v/>",
    b"<row/>",
    b"&amp;#91;1]S!A1",
    b"\xc3",
    b" ",
    b"\n  ",
    b"\xc2\xa0",
    b"\x0c",
    b"<is><t>x</t></is>",
    b"<is> <r><t> y</t></r></is>",
    b"<is>",
    b"</is>",
    b"<t>",
)


def _inserted(chance: random.Random, piece: bytes, _: list[bytes]) -> bytes:
    at = chance.randint(0, len(piece))
    return piece[:at] + chance.choice(INSERTED) + piece[at:]


DAMAGES: list[Callable[[random.Random, bytes, list[bytes]], bytes]] = [
    _byte,
    _inserted,
    lambda chance, piece, pieces: b"",
    lambda chance, piece, pieces: piece * 2,
    lambda chance, piece, pieces: chance.choice(pieces),
]


@pytest.mark.deep
@pytest.mark.parametrize("path", [*RETURNS[:2], *BY_OTHERS], ids=lambda path: path.stem)
def test_damaged_rows_are_read_or_refused_alike(
    path: Path, by_handlers: Callable[[bytes], Outcome]
) -> None:
    chance, contents, seen = random.Random(path.stem), members(path.read_bytes()), set()
    rows_and_texts = [
        each for each in contents if "worksheets/sheet" in each or "sharedStrings" in each
    ]
    for _ in range(60):
        hurt = damaged(contents, rows_and_texts, chance)
        found = outcome(hurt)
        assert found == by_handlers(hurt)
        seen.add(found[0] if isinstance(found, tuple) else "read")
    assert seen >= {"read", "F024"}


def test_damaged_workbooks_are_read_or_refused_alike(
    by_handlers: Callable[[bytes], Outcome],
) -> None:
    """A workbook with everything in it."""
    everything = "".join(rows for rows, _ in TABLE["rows"].values() if "<row>" not in rows)
    contents = members(workbook(sheet(everything), strings=STRINGS))
    chance, codes_met = random.Random(20), set()
    for _ in range(300):
        hurt = damaged(contents, ["xl/worksheets/sheet1.xml", *contents], chance)
        found = outcome(hurt)
        assert found == by_handlers(hurt)
        codes_met.add(found[0] if isinstance(found, tuple) else "read")
    assert codes_met >= {"read", "F024", "F026", "F029"}


def rows(values: list[str], style: int = 0, first: int = 1) -> str:
    """Rows of one template with other values: a shared text, a number, a text and a formula."""
    return "".join(
        f'<row r="{row}"><c r="A{row}" t="s"><v>{number % 2}</v></c><c r="B{row}" s="{style}"><v>{number}</v></c>'
        f'<c r="C{row}" t="str"><f>B{row}&amp;"x"</f><v>{value}</v></c><c r="D{row}" s="{style}"/></row>'
        for number, (row, value) in enumerate(enumerate(values, first))
    )


TWO = "<si><t>one</t></si><si><t>two</t></si>"
VALUES = st.lists(st.sampled_from(["a", "b &lt; c", "&#233;", "", "_x0041_", "1"]), max_size=5)


@given(st.lists(st.tuples(VALUES, st.sampled_from([0, 1]), st.booleans()), min_size=2, max_size=6))
@examples(40)
def test_what_was_read_before_changes_nothing(files: list[tuple[list[str], int, bool]]) -> None:
    """Files that share templates but not values, formats or shared texts, one after the other."""
    for values, style, swapped in files:
        strings = "<si><t>two</t></si><si><t>one</t></si>" if swapped else TWO
        read = ooxml.read(workbook(sheet(rows(values, style)), strings=strings)).sheets[0].cells
        names = ("two", "one") if swapped else ("one", "two")
        for number in range(len(values)):
            line = read[number + 1]
            kind = CellKind.DATE if style else CellKind.NUMBER
            assert line[1] == RawCell(CellKind.TEXT, names[number % 2])
            assert line[2] == RawCell(kind, float(number))
            assert line[4] == RawCell(CellKind.BLANK, None)
            assert line[3].formula == f'B{number + 1}&"x"'


def test_the_place_of_a_fault_behind_plain_rows_counts_them() -> None:
    part = sheet(rows(["a", "b"])).replace("</sheetData>", "</sheetData>\n\n<broken")
    code, detail = outcome(workbook(part, strings=TWO))
    assert (code, detail["line"]) == ("F024", "3")


def test_a_file_does_not_change_what_another_one_says() -> None:
    """An array formula marks cells in rows that other files have, too."""
    plain = sheet(rows(["a", "b"]))
    spread = '<row r="1"><c r="A1"><f t="array" ref="A1:B2">B1:C2</f><v>1</v></c></row>'
    before = ooxml.read(workbook(plain, strings=TWO))
    ooxml.read(workbook(sheet(spread + rows(["a"], first=2)), strings=TWO))
    assert ooxml.read(workbook(plain, strings=TWO)) == before


@pytest.mark.deep
def test_what_is_remembered_of_a_sheet_grows_with_its_bytes() -> None:
    """An element of a few bytes can hide all columns, on each of many sheets."""
    hidden = '<cols><col min="1" max="16384" hidden="1"/></cols>'
    sheets = [sheet(before=hidden, after=f"<!-- {number} -->") for number in range(100)]
    tracemalloc.start()
    try:
        ooxml.read(workbook(*sheets))
        gc.collect()
        assert tracemalloc.get_traced_memory()[0] < 5_000_000
    finally:
        tracemalloc.stop()


def test_long_attributes_are_read_alike_and_not_remembered(
    by_handlers: Callable[[bytes], Outcome],
) -> None:
    long = "x" * 600
    data = workbook(
        sheet(
            f'<row r="1" spans="{long}"><c r="A1" cm="{long}"><v>1</v></c></row><row r="2"><c r="B2"/></row>'
        )
    )
    before = ooxml_rows._attributes.cache_info().currsize
    assert outcome(data) == by_handlers(data)
    assert ooxml_rows._attributes.cache_info().currsize - before <= 2


# What no row may do: end the rows in the middle of a cell, and what then stands there or in the next rows; call a cell
# what is none.
HIDING = {
    "a rule, and further rows": '<c r="A1"><v>1</v></c></row ></sheetData ><sheetProtection sheet="1"/><sheetData>'
    '<row r="9"><c  r="B9"><v>77</v></c></row>',
    "another row": '<c r="A1"><v>1</v></c></row ><row r="9"><c  r="B9"><v>77</v></c></row>',
    "another cell": '<c r="A1"><v>1</v></c><c  r="B1"><v>77</v></c></row>',
    "no cell of a sheet": f'<c r="A1" xmlns="zz"><x:v xmlns:x="{MAIN}">5</x:v></c></row>',
    "another part": '<c r="A1"><v>1</v></c></row ></sheetData ></worksheet ><worksheet><sheetData><row/>',
}


@pytest.mark.parametrize("hiding", HIDING.values(), ids=HIDING.keys())
def test_no_row_hides_anything_from_the_quick_way(
    hiding: str, by_handlers: Callable[[bytes], Outcome]
) -> None:
    data = workbook(sheet(f'<row r="1">{hiding}'))
    assert outcome(data) == by_handlers(data)
