"""What lies on top of the cells: its texts are kept, all else is named with its place."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
import xlsxwriter

from hrge_xl import ExpectedReturn
from tests.damage import PLAN, Parts, add, edited, filled, link, swap, text_of
from tests.face import (
    CATALOGUE,
    Overlay,
    RawWorkbook,
    Submission,
    Unplaced,
    ooxml,
    ooxml_parts,
    sentence,
)
from tests.intake_files import LINKS, relationships, sheet, workbook
from tests.read_and_check import read_bytes

DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
STRICT_DRAWING = "http://purl.oclc.org/ooxml/drawingml"
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000000020001"
    "e221bc330000000049454e44ae426082"
)
PART = "xl/drawings/drawing1.xml"


def drawing(*anchors: str, base: str = DRAWING) -> str:
    """A drawing part."""
    names = (
        f'xmlns:xdr="{base}/spreadsheetDrawing" xmlns:a="{base}/main" xmlns:r="{LINKS}" '
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
        'xmlns:a14="http://schemas.microsoft.com/office/drawing/2010/main" '
        'xmlns:xdr14="http://schemas.microsoft.com/office/excel/2010/spreadsheetDrawing" '
        'xmlns:dgm="urn:diagram"'
    )
    return f"<xdr:wsDr {names}>{''.join(anchors)}</xdr:wsDr>"


def anchor(inside: str, column: int = 4, row: int = 8) -> str:
    """An anchor, by default at E9."""
    place = f"<xdr:from><xdr:col>{column}</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>{row}</xdr:row></xdr:from>"
    return f"<xdr:twoCellAnchor>{place}{inside}<xdr:clientData/></xdr:twoCellAnchor>"


def box(*paragraphs: str, more: str = "", name: str = "TextBox 1") -> str:
    """A text box; `|` in a paragraph parts its runs."""
    runs = (
        "".join(f"<a:r><a:t>{run}</a:t></a:r>" for run in each.split("|")) for each in paragraphs
    )
    body = "".join(f"<a:p>{each}</a:p>" for each in runs)
    properties = f'<xdr:nvSpPr><xdr:cNvPr id="2" name="{name}">{more}</xdr:cNvPr></xdr:nvSpPr>'
    return f"<xdr:sp>{properties}<xdr:txBody>{body}</xdr:txBody></xdr:sp>"


PICTURE = '<xdr:pic><xdr:nvPicPr><xdr:cNvPr id="3" name="Picture 2" descr="A stamp"/></xdr:nvPicPr></xdr:pic>'
INK = '<xdr:contentPart r:id="rId5"/>'
FRAME = (
    '<xdr:graphicFrame><xdr:nvGraphicFramePr><xdr:cNvPr id="4" name="{name}"/></xdr:nvGraphicFramePr>'
    "{inside}</xdr:graphicFrame>"
)


def either(choice: str, fallback: str) -> str:
    """Two ways to say the same thing, for new and for old programs."""
    return (
        f'<mc:AlternateContent><mc:Choice Requires="a14">{choice}</mc:Choice>'
        f"<mc:Fallback>{fallback}</mc:Fallback></mc:AlternateContent>"
    )


def old(kind: str, place: str, text: str = "", number: int = 1025, tag: str = "shape") -> str:
    """A shape of a VML part."""
    inside = f"<v:textbox><div style='text-align:left'>{text}</div></v:textbox>" if text else ""
    return (
        f'<v:{tag} id="_x0000_s{number}">{inside}<x:ClientData ObjectType="{kind}"><x:Anchor>{place}</x:Anchor>'
        f"</x:ClientData></v:{tag}>"
    )


def vml(*shapes: str) -> str:
    """A VML part."""
    return (
        '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
        f'xmlns:x="urn:schemas-microsoft-com:office:excel">{"".join(shapes)}</xml>'
    )


def read(
    content: str = "", legacy: str = "", after: str = "", more: dict[str, str] | None = None
) -> RawWorkbook:
    """A workbook with these drawings on its only sheet."""
    links = [("rId1", "drawing", "../drawings/drawing1.xml")] if content else []
    links += [("rId2", "vmlDrawing", "../drawings/vmlDrawing1.vml")] if legacy else []
    changes: dict[str, str | bytes | None] = {
        "xl/worksheets/_rels/sheet1.xml.rels": relationships(*links)
    }
    changes |= {PART: content} if content else {}
    changes |= {"xl/drawings/vmlDrawing1.vml": legacy} if legacy else {}
    return ooxml.read(workbook(sheet(after=after), changes=changes | (more or {})))


def drawn(*arguments: str, **more: str) -> list[tuple[int, int, str, str]]:
    """Row, column, kind and text of everything on the sheet."""
    return [each[:4] for each in read(*arguments, **more).sheets[0].drawn]


# drawing parts


@pytest.mark.parametrize("base", [DRAWING, STRICT_DRAWING])
def test_texts_of_boxes_and_places_of_the_rest(base: str) -> None:
    content = drawing(
        anchor(box("Figures for |the north", "only")),
        anchor(PICTURE, 1, 2),
        anchor("<xdr:cxnSp/>", 1, 3),
        anchor("<xdr:grpSp><xdr:grpSpPr/>" + box("in a group") + PICTURE + "</xdr:grpSp>", 1, 4),
        base=base,
    )
    assert drawn(content) == [
        (3, 2, "picture", ""),
        (4, 2, "shape", ""),
        (5, 2, "picture", ""),
        (5, 2, "shape", "in a group"),
        (9, 5, "shape", "Figures for the north\nonly"),
    ]
    assert read(content).sheets[0].drawn[0].name == "A stamp"


def test_of_two_ways_to_say_the_same_one_is_read() -> None:
    content = drawing(
        anchor(either(INK, PICTURE)),
        either(anchor(box("new"), 1, 2), anchor(box("old"), 1, 2)),
        either("", anchor(box("only old"), 1, 3)),
    )
    assert drawn(content) == [
        (3, 2, "shape", "new"),
        (4, 2, "shape", "only old"),
        (9, 5, "ink", ""),
    ]


def test_an_anchor_without_a_cell() -> None:
    content = drawing(
        f"<xdr:absoluteAnchor>{PICTURE}</xdr:absoluteAnchor>", anchor(PICTURE, 99_999, 9_999_999)
    )
    assert drawn(content) == [(0, 0, "picture", ""), (1_048_576, 16_384, "picture", "")]


def paragraph(text: str) -> str:
    """A text as drawings hold it."""
    return f"<a:p><a:r><a:t>{text}</a:t></a:r></a:p>"


def test_what_charts_and_diagrams_say() -> None:
    chart = f'<c:chartSpace xmlns:c="urn:c" xmlns:a="{DRAWING}/main">{paragraph("By year")}</c:chartSpace>'
    inner = drawing(f"<xdr:sp>{paragraph('Preliminary')}</xdr:sp>")
    diagram = f'<d:dataModel xmlns:d="urn:d" xmlns:a="{DRAWING}/main">{paragraph("First step")}</d:dataModel>'
    content = drawing(
        anchor(FRAME.format(name="Chart 1", inside='<c:chart xmlns:c="urn:c" r:id="rId1"/>')),
        anchor(FRAME.format(name="Diagram 1", inside='<dgm:relIds r:dm="rId2"/>'), 1, 2),
        anchor(FRAME.format(name="Slicer 1", inside=""), 1, 3),
    )
    found = read(
        content,
        more={
            "xl/drawings/_rels/drawing1.xml.rels": relationships(
                ("rId1", "chart", "../charts/chart1.xml"),
                ("rId2", "diagramData", "../diagrams/data1.xml"),
            ),
            "xl/charts/chart1.xml": chart,
            "xl/charts/_rels/chart1.xml.rels": relationships(
                ("rId1", "chartUserShapes", "../drawings/drawing2.xml")
            ),
            "xl/drawings/drawing2.xml": inner,
            "xl/diagrams/data1.xml": diagram,
        },
    )
    assert found.sheets[0].drawn == [
        Overlay(3, 2, "diagram", "First step", "Diagram 1"),
        Overlay(4, 2, "object", "", "Slicer 1"),
        Overlay(9, 5, "chart", "By year\nPreliminary", "Chart 1"),
    ]
    assert found.observations == []


# VML


def test_old_shapes_but_not_the_boxes_of_comments() -> None:
    legacy = vml(
        old("Note", "4, 1, 8, 2, 5, 3, 9, 4", "A comment"),
        old(
            "Rect",
            "4, 1, 8, 2, 5, 3, 9, 4",
            "Not <b>for</b>\n  the<br>south</div><div>or the west",
            1026,
            "rect",
        ),
        old("Checkbox", "1, 1, 2, 2, 5, 3, 9, 4", "I agree", 1027),
        old("Pict", "1, 1, 3, 2, 5, 3, 9, 4", number=1028),
        old("Line", "no numbers", number=1029),
        '<v:shape id="LH"><v:imagedata/></v:shape>',
    )
    assert drawn("", legacy) == [
        (0, 0, "control", ""),
        (3, 2, "control", "I agree"),
        (4, 2, "picture", ""),
        (9, 5, "shape", "Not for the\nsouth\nor the west"),
    ]


def test_one_thing_in_three_parts_is_one_thing() -> None:
    """An embedded document, as Excel writes it: in the sheet, in the VML part and in the drawing."""
    stand_in = box("", more='<a:ext><a14:compatExt spid="_x0000_s1025"/></a:ext>', name="Object 1")
    content = drawing(either(anchor(stand_in), ""), anchor(box("a text of its own"), 1, 2))
    entry = '<oleObject progId="Word.Document.12" shapeId="1025"/>'
    found = read(
        content,
        vml(old("Pict", "4, 1, 8, 2, 5, 3, 9, 4")),
        f"<oleObjects>{entry}{entry}</oleObjects>",
    )
    assert found.sheets[0].drawn == [
        Overlay(3, 2, "shape", "a text of its own", "TextBox 1"),
        Overlay(9, 5, "object", "", "Word.Document.12", "1025"),
    ]


def test_a_control_is_no_picture() -> None:
    """An ActiveX control: in the VML part it is a picture of itself."""
    entry = '<control shapeId="1025" name="TextBox1"/>'
    found = read(
        "", vml(old("Pict", "4, 1, 8, 2, 5, 3, 9, 4")), f"<controls>{entry}{entry}</controls>"
    )
    assert found.sheets[0].drawn == [Overlay(9, 5, "control", "", "TextBox1", "1025")]


def test_a_picture_behind_the_cells() -> None:
    after = f'<picture xmlns:r="{LINKS}" r:id="rId9"/>'
    for _ in range(3):  # what stands around the rows is remembered
        assert drawn(after=after) == [(0, 0, "background", "")]
        assert drawn() == []


# as programs write them


def test_everything_that_xlsxwriter_can_draw() -> None:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    first = book.add_worksheet()
    first.insert_textbox("E9", "Figures for\nthe north")
    first.insert_image(
        "B3", "picture.png", {"image_data": io.BytesIO(PIXEL), "description": "A stamp"}
    )
    first.insert_button("B4", {"caption": "Press"})
    first.write_comment("B5", "Why?")
    first.set_background(io.BytesIO(PIXEL))
    first.set_header(
        "&C&G", {"image_center": "picture.png", "image_data_center": io.BytesIO(PIXEL)}
    )
    chart = book.add_chart({"type": "bar"})
    chart.add_series({"values": "=Sheet1!$A$1:$A$2"})
    chart.set_title({"name": "By year"})
    first.insert_chart("B6", chart)
    whole = book.add_chart({"type": "bar"})
    whole.add_series({"values": "=Sheet1!$A$1:$A$2"})
    whole.set_title({"name": "A sheet of its own"})
    book.add_chartsheet().set_chart(whole)
    book.close()
    found = ooxml.read(target.getvalue())
    assert [each[:4] for each in found.sheets[0].drawn] == [
        (0, 0, "background", ""),
        (3, 2, "picture", ""),
        (4, 2, "control", "Press"),
        (6, 2, "chart", "By year"),
        (9, 5, "shape", "Figures for\nthe north"),
    ]
    assert [each[:4] for each in found.sheets[1].drawn] == [(0, 0, "chart", "A sheet of its own")]
    assert [text for _, _, text in found.sheets[0].comments] == ["Why?"]
    assert found.observations == []


# hostile ones


@pytest.mark.parametrize(
    "content",
    [
        "<xdr:wsDr",
        '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
        "<x>" * 100 + "</x>" * 100,
        "<x" + "".join(f" a{n}='1'" for n in range(300)) + "/>",
        "<x>" + "<y/>" * 61 + "</x>",
    ],
    ids=["broken", "DTD", "deep", "attributes", "elements"],
)
def test_a_drawing_that_cannot_be_read_is_told_and_the_answers_are_read(
    content: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ooxml_parts, "_MOST_ELEMENTS", 60)
    found = read(content, vml(old("Rect", "4, 1, 8, 2, 5, 3, 9, 4", "still here")))
    assert [(each.code, each.sheet, each.details["part"]) for each in found.observations] == [
        ("F045", "S1", PART)
    ]
    assert [each.text for each in found.sheets[0].drawn] == ["still here"]


def test_a_chart_that_cannot_be_read_hides_nothing_else() -> None:
    chart = FRAME.format(name="Chart 1", inside='<c:chart xmlns:c="urn:c" r:id="rId1"/>')
    links = relationships(("rId1", "chart", "../charts/chart1.xml"))
    content = drawing(anchor(chart), anchor(chart, 1, 1), anchor(box("behind it"), 1, 2))
    found = read(content, more={"xl/drawings/_rels/drawing1.xml.rels": links})
    assert [each[:4] for each in found.sheets[0].drawn] == [
        (2, 2, "chart", ""),
        (3, 2, "shape", "behind it"),
        (9, 5, "chart", ""),
    ]
    assert [each.details["part"] for each in found.observations] == ["xl/charts/chart1.xml"]


# in a return


def with_drawing(*anchors: str) -> list[Callable[[Parts], None]]:
    """Edits that put drawings on the sheet of the plan."""
    kind = "application/vnd.openxmlformats-officedocument.drawing+xml"
    return [add(PART, drawing(*anchors), kind), link(PLAN, "drawing", "../drawings/drawing1.xml")]


def submission(data: bytes) -> Submission:
    found = read_bytes(
        data, path="return.xlsx", sha256="0", size=1, format="xlsx", want=ExpectedReturn("example")
    )
    assert isinstance(found, Submission)
    return found


def said(found: Submission) -> list[tuple[str, str | None, str]]:
    """Code, cell and message of everything noticed."""
    return [
        (each.code, each.cell, sentence(CATALOGUE[each.code].message, each.details))
        for each in found.observations
    ]


def test_texts_are_kept_and_pictures_named_with_their_place() -> None:
    edits = with_drawing(
        anchor(box("Figures for the north", "only")), anchor(PICTURE, 4, 10), anchor(PICTURE, 4, 10)
    )
    found = submission(edited(*edits)())
    text = "A text lies on top of the cells, at E9: “Figures for the north only”. It was kept, not counted."
    picture = "A picture lies over E11; its content was not read."
    assert said(found) == [("S035", "E9", text), ("S036", "E11", picture)]
    assert found.unplaced == [Unplaced("Plan", "E9", "Figures for the north\nonly")]
    assert [(each.row, each.field, each.value) for each in found.observations] == [
        ("1", "PLN_03", "Figures for the north only"),
        ("1", "PLN_05", "A stamp"),
    ]


def test_what_has_no_cell_is_named_by_its_sheet() -> None:
    absolute = f"<xdr:absoluteAnchor>{box('somewhere')}</xdr:absoluteAnchor>"
    found = submission(
        edited(*with_drawing(absolute), swap(PLAN, "</worksheet>", "<picture/></worksheet>"))()
    )
    assert [message for _, _, message in said(found)] == [
        "A text lies on top of the cells, at Plan: “somewhere”. It was kept, not counted.",
        "A background picture lies over Plan; its content was not read.",
    ]
    assert found.unplaced == [Unplaced("Plan", "A1", "somewhere")]


def test_a_chart_that_is_shown_often_says_its_text_once() -> None:
    chart = FRAME.format(name="Chart 1", inside='<c:chart xmlns:c="urn:c" r:id="rId1"/>')
    part = f'<c:chartSpace xmlns:c="urn:c" xmlns:a="{DRAWING}/main">{paragraph("By year")}</c:chartSpace>'
    links = relationships(("rId1", "chart", "../charts/chart1.xml"))
    more = {"xl/drawings/_rels/drawing1.xml.rels": links, "xl/charts/chart1.xml": part}
    found = read(drawing(*(anchor(chart, 1, row) for row in range(3))), more=more)
    assert [each.text for each in found.sheets[0].drawn] == ["By year", "", ""]


def test_very_many_are_told_together_and_kept() -> None:
    boxes = [anchor(box(f"text {n}"), 4, n) for n in range(150)]
    found = submission(
        edited(*with_drawing(*boxes, *(anchor(PICTURE, 2, n) for n in range(150))))()
    )
    assert len(found.unplaced) == 150
    messages = [message for _, _, message in said(found)]
    assert len(messages) == 202
    assert messages[100].endswith("at E101: “text 100 (+49)”. It was kept, not counted.")
    assert messages[201] == "A picture lies over C101 (+49); its content was not read."


def test_what_we_issue_has_no_drawings() -> None:
    assert not any("drawing" in name or "media" in name for name in text_of(filled()))
