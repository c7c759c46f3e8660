"""What formatting says of answers that their values do not: a warning, with what is seen and what was read."""

from __future__ import annotations

import pytest

from hrge_xl import ExpectedReturn
from hrge_xl.reader.ooxml_styles import format_of, seen
from tests.damage import PLAN, RISKS, dressed, edited, filled, new_cell, number, regex
from tests.face import Submission, ooxml
from tests.in_words import in_words
from tests.intake_files import MAIN, relationships, sheet, workbook
from tests.read_and_check import read_bytes
from tests.tables import table

DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"


def said(data: bytes) -> list[tuple[str, str | None, str]]:
    """Code, cell and message of everything noticed."""
    found = read_bytes(
        data, path="return.xlsx", sha256="0", size=1, format="xlsx", want=ExpectedReturn("example")
    )
    assert isinstance(found, Submission)
    return [(each.code, each.cell, in_words(each).message) for each in found.observations]


# as a person sees it

WHITE = '<color rgb="FFFFFFFF"/>'
MESSAGES = {
    "a whole cell struck through": (
        [dressed(PLAN, "E9", font="<strike/>")],
        "S030 E9",
        "Purpose of the workshop: what is struck through was read like any other text: “~~Train the trainers~~” (E9).",
    ),
    "two cells of a column": (
        [dressed(RISKS, "D7", "D9", font='<strike val="true"/>')],
        "S030 D7",
        "K-01 Risk: what is struck through was read like any other text: “~~Rain~~” (D7, D9).",
    ),
    "a number struck through": (
        [dressed(PLAN, "E13", font="<strike/>")],
        "S030 E13",
        "Of whom women: what is struck through was read like any other text: “~~12~~” (E13).",
    ),
    "a note beside, struck through": (
        [new_cell(PLAN, "C40", "No"), dressed(PLAN, "C40", font="<strike/>")],
        "S030 C40",
        "C40: what is struck through was read like any other text: “~~No~~” (C40).",
    ),
    "a hidden column": (
        [regex(RISKS, '<col min="4" max="4" width="[0-9.]+"', '<col min="4" max="4" width="0.5"')],
        "S031 D7",
        "Columns with answers are hidden on the sheet “Risks”: D. They were read all the same.",
    ),
    "white on white": (
        [dressed(PLAN, "E9", font=WHITE, fill='patternType="none">')],
        "S032 E9",
        "Purpose of the workshop: what E9 holds cannot be seen on the sheet; “Train the trainers” was read.",
    ),
    "thousands left out": (
        [dressed(PLAN, "E14", code="#,##0,")],
        "S033 E14",
        "Budget: E14 shows “5”, but holds “4800”; that was read.",
    ),
    "a date in the place of a text": (
        [number(PLAN, "E9", 46115), dressed(PLAN, "E9", code="d-m")],
        "S034 E9",
        "Purpose of the workshop: E9 asks for a text but holds a date, read as “2026-04-03”.",
    ),
}


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("name", MESSAGES)
def test_what_is_seen_and_what_was_read_is_told(name: str) -> None:
    edits, place, message = MESSAGES[name]
    code, cell = place.split()
    assert (code, cell, message) in said(edited(*edits)())


def test_nothing_is_told_of_cells_without_an_answer() -> None:
    """Blank ones, our own texts and formulas, whatever they look like."""
    odd = [
        dressed(PLAN, *places, font=f"<strike/>{WHITE}", code=";;;")
        for places in (["E21"], ["D9"], ["E22"])
    ]
    assert said(edited(*odd)()) == []


def test_what_is_read_stays_as_it_is() -> None:
    data = edited(dressed(PLAN, "E9", "E13", "E14", font="<strike/>", code='"many"'))()
    found = read_bytes(data, path="", sha256="", size=0, format="xlsx", want=ExpectedReturn())
    plain = read_bytes(filled(), path="", sha256="", size=0, format="xlsx", want=ExpectedReturn())
    assert isinstance(found, Submission)
    assert isinstance(plain, Submission)
    assert found.values() == plain.values()


# runs within a text

RICH = (
    "<si><t>Four Two</t></si>"
    "<si><r><rPr><strike/></rPr><t>Four</t></r><r><t xml:space='preserve'> Two</t></r></si>"
    "<si><r><rPr><strike val='0'/></rPr><t>Four</t></r><r><t> Two</t></r></si>"
    "<si><r><t>a_x0041_</t></r><r><rPr><b/><strike/></rPr><t xml:space='preserve'> b </t></r></si>"
)
INLINE = "<is><r><rPr><strike/></rPr><t>Four</t></r><r><t> Two</t></r></is>"


@pytest.mark.usefixtures("way")
def test_runs_that_are_struck_through() -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>{n - 1}</v></c></row>' for n in range(1, 5))
    rows += f'<row r="5"><c r="A5" t="inlineStr">{INLINE}</c><c r="B5" t="inlineStr"><is><t>Four</t></is></c></row>'
    found = ooxml.read(workbook(sheet(rows), strings=RICH)).sheets[0]
    assert [found.cells[row][1].value for row in range(1, 6)] == ["Four Two"] * 3 + [
        "aA b ",
        "Four Two",
    ]
    assert found.struck == {(2, 1): "~~Four~~ Two", (4, 1): "aA ~~b~~ ", (5, 1): "~~Four~~ Two"}


# colours

THEME = (
    f'<a:theme xmlns:a="{DRAWING}"><a:themeElements><a:clrScheme><a:dk1><a:sysClr val="windowText" lastClr="101010"/>'
    '</a:dk1><a:lt1><a:srgbClr val="FAFAFA"/></a:lt1></a:clrScheme></a:themeElements></a:theme>'
)


def invisible(font: str, fill: str, more: str = "") -> bool:
    """Whether letters of this font on this fill are said to be invisible."""
    styles = (
        f'<styleSheet xmlns="{MAIN}"><fonts><font/><font>{font}</font></fonts><fills><fill/><fill>{fill}</fill></fills>'
        f'<cellXfs><xf/><xf numFmtId="0" fontId="1" fillId="1"/></cellXfs>{more}</styleSheet>'
    )
    links = relationships(
        ("rId1", "worksheet", "worksheets/sheet1.xml"),
        ("rId2", "styles", "styles.xml"),
        ("rId3", "theme", "theme/theme1.xml"),
    )
    changes = {
        "xl/styles.xml": styles,
        "xl/theme/theme1.xml": THEME,
        "xl/_rels/workbook.xml.rels": links,
    }
    rows = '<row r="1"><c r="A1" s="1"><v>1</v></c></row>'
    looks = (
        ooxml.read(workbook(sheet(rows), changes=changes | {"xl/sharedStrings.xml": None}))
        .sheets[0]
        .looks
    )
    return bool(looks) and looks[1, 1].invisible


SOLID = '<patternFill patternType="solid"><fgColor {}/></patternFill>'
NONE = '<patternFill patternType="none"/>'
PALETTE = "<colors><indexedColors>" + "<rgbColor rgb='00FFFFFF'/>" * 9 + "</indexedColors></colors>"


@pytest.mark.parametrize(
    ("font", "fill", "expected"),
    [
        (WHITE, NONE, True),
        ('<color rgb="00FEFEFE"/>', SOLID.format('rgb="FFFFFFFF"'), True),
        ('<color theme="0"/>', NONE, True),
        ('<color theme="1"/>', NONE, False),
        ('<color theme="1" tint="0.95"/>', NONE, True),
        ('<color theme="1" tint="0.3"/>', NONE, False),
        ('<color theme="0" tint="-0.5"/>', NONE, False),
        ('<color indexed="9"/>', NONE, True),
        ('<color indexed="65"/>', SOLID.format('indexed="65"'), True),
        ('<color indexed="8"/>', NONE, False),
        ("", SOLID.format('rgb="FF000000"'), True),
        ('<color auto="1"/>', NONE, False),
        (WHITE, SOLID.format('rgb="FF14505C"'), False),
        ('<color rgb="FF1F2933"/>', SOLID.format('rgb="FF1F2933"'), True),
        (WHITE, '<patternFill patternType="gray125"/>', False),
        (WHITE, "<gradientFill/>", False),
        (WHITE, SOLID.format('theme="99"'), False),
        ('<color rgb="white"/>', NONE, False),
        ('<sz val="1"/>', NONE, True),
        ('<sz val="large"/>', NONE, False),
    ],
)
def test_letters_in_the_colour_of_their_ground(font: str, fill: str, expected: bool) -> None:
    assert invisible(font, fill) is expected


def test_a_palette_of_ones_own() -> None:
    assert invisible('<color indexed="8"/>', NONE, PALETTE)


def test_a_theme_that_cannot_be_read_is_told_and_the_answers_are_read() -> None:
    links = relationships(
        ("rId1", "worksheet", "worksheets/sheet1.xml"), ("rId3", "theme", "theme/theme1.xml")
    )
    changes = {"xl/theme/theme1.xml": "<a:theme", "xl/_rels/workbook.xml.rels": links}
    rows = '<row r="1"><c r="A1"><v>1</v></c></row>'
    read = ooxml.read(workbook(sheet(rows), changes=changes))
    assert [each.code for each in read.observations] == ["F045"]
    assert read.sheets[0].cells[1][1].value == 1.0


# number formats

FORMATS = [*table("number_formats")["formats"], ("%" * 250, 1e300, "%" * 250)]


@pytest.mark.parametrize(("code", "value", "expected"), FORMATS)
def test_what_a_format_shows(code: str, value: str | float, expected: str | None) -> None:
    assert seen(code, value) == expected


def test_percent_is_right_where_a_share_is_asked_for() -> None:
    assert seen("0%", 0.5) == "50%"
    assert seen("0%", 0.5, percent=True) is None
    assert seen("0,%", 0.5, percent=True) is not None


@pytest.mark.parametrize(
    "code",
    ["General", "@", "0", "#,##0", "#,##0.##########", "0.00", "yyyy-mm-dd", "yyyy\\-mm\\-dd"],
)
def test_formats_that_need_no_second_look(code: str) -> None:
    assert format_of("164", code) == ""


# files of many styles, one after the other


def test_odd_styles_of_one_file_are_not_those_of_another() -> None:
    """Rows are remembered from file to file, whatever their styles mean there."""
    struck = dressed(PLAN, "E9", font="<strike/>")
    odd, plain = edited(struck)(), filled()
    ordinary = edited(dressed(PLAN, "E9", font="<b/>"))()  # the same cells, of another meaning
    for _ in range(2):
        assert [code for code, _, _ in said(odd)] == ["S030"]
        assert said(plain) == said(ordinary) == []
