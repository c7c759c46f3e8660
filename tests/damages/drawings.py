"""Things that people lay on top of cells: text boxes, shapes, pictures, charts, embedded files, ink, comments."""

from __future__ import annotations

import base64
import re
from html import escape

from tests.damages.book import TYPES, At, Book
from tests.damages.kinds import Edit, at

DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
LINKED = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "application/vnd.openxmlformats-officedocument"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
EMPTY = f'<xdr:wsDr xmlns:xdr="{DRAWING}/spreadsheetDrawing" xmlns:a="{DRAWING}/main" xmlns:r="{REL}"></xdr:wsDr>'
BEHIND = (
    "<legacyDrawing",
    "<picture",
    "<oleObjects",
    "<controls",
    "<tableParts",
    "<extLst",
    "</worksheet>",
)


def rels_of(part: str) -> str:
    """The part with the relationships of another one."""
    folder, _, name = part.rpartition("/")
    return f"{folder}/_rels/{name}.rels"


def relate(book: Book, part: str, kind: str, target: str, mode: str = "") -> str:
    """Add a relationship of a part; its name."""
    rels = rels_of(part)
    if rels not in book:
        book[rels] = f'<Relationships xmlns="{LINKED}"></Relationships>'
    if book[rels].rstrip().endswith("/>"):
        book.regex(rels, r"(<Relationships\b[^>]*)/>", r"\1></Relationships>")
    name = f"rId{800 + book[rels].count('<Relationship ')}"
    entry = f'<Relationship Id="{name}" Type="{kind if ":" in kind else f"{REL}/{kind}"}" Target="{target}"{mode}/>'
    book.swap(rels, "</Relationships>", f"{entry}</Relationships>")
    return name


def declare(book: Book, part: str, kind: str) -> None:
    """Say of what type a part is."""
    book.swap(TYPES, "</Types>", f'<Override PartName="/{part}" ContentType="{kind}"/></Types>')


def insert(book: Book, part: str, element: str, before: tuple[str, ...] = BEHIND) -> None:
    """Put an element behind the settings of a sheet, where the schema has it."""
    text = book[part]
    if "xmlns:r=" not in text[: text.index("<sheet")]:
        text = re.sub(r"<worksheet\b", f'<worksheet xmlns:r="{REL}"', text, count=1)
    place = min(found for mark in before if (found := text.find(mark)) >= 0)
    book[part] = text[:place] + element + text[place:]


def drawing_of(book: Book, sheet: str) -> str:
    """The drawing of a sheet, a new one where it has none."""
    part = book.sheets[sheet]
    link = re.search(r'<drawing r:id="(\w+)"/>', book[part])
    if link:
        entry = next(
            e
            for e in re.findall(r"<Relationship [^>]*>", book[rels_of(part)])
            if f'Id="{link[1]}"' in e
        )
        found = re.search(r'Target="(?:\.\./|/xl/)([^"]+)"', entry)
        assert found
        drawing = f"xl/{found[1]}"
        if book[drawing].rstrip().endswith("/>"):
            book.regex(drawing, r"(<xdr:wsDr\b[^>]*)/>", r"\1></xdr:wsDr>")
        return drawing
    drawing = f"xl/drawings/drawing{900 + len(book.texts)}.xml"
    book[drawing] = EMPTY
    declare(book, drawing, f"{OFFICE}.drawing+xml")
    insert(book, part, f'<drawing r:id="{relate(book, part, "drawing", f"../{drawing[3:]}")}"/>')
    return drawing


def _anchor(place: str, inside: str, kind: str = "twoCell") -> str:
    """Something that lies over a cell and the next two columns and rows."""
    row, column = At.of(place)
    corner = "<xdr:col>{}</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>{}</xdr:row><xdr:rowOff>0</xdr:rowOff>"
    start = f"<xdr:from>{corner.format(column - 1, row - 1)}</xdr:from>"
    size = '<xdr:ext cx="952500" cy="190500"/>'
    if kind == "absolute":
        start, end = '<xdr:pos x="0" y="0"/>', size
    elif kind == "oneCell":
        end = size
    else:
        end = f"<xdr:to>{corner.format(column + 1, row + 1)}</xdr:to>"
    return f"<xdr:{kind}Anchor>{start}{end}{inside}<xdr:clientData/></xdr:{kind}Anchor>"


def _lay(where: str, inside: str, kind: str = "twoCell") -> Edit:
    sheet, place = at(where)

    def edit(book: Book) -> None:
        book.swap(
            drawing_of(book, sheet), "</xdr:wsDr>", _anchor(place, inside, kind) + "</xdr:wsDr>"
        )

    return edit


GEOMETRY = '<xdr:spPr><a:prstGeom prst="{}"><a:avLst/></a:prstGeom></xdr:spPr>'


def shape(said: str, *, box: bool = True, form: str = "rect", name: str = "TextBox 1") -> str:
    """A text box, or another shape with a text; each line is a paragraph."""
    lines = "".join(f"<a:p><a:r><a:t>{escape(line)}</a:t></a:r></a:p>" for line in said.split("\n"))
    mark = ' txBox="1"' if box else ""
    return (
        f'<xdr:sp macro="" textlink=""><xdr:nvSpPr><xdr:cNvPr id="77" name="{name}"/><xdr:cNvSpPr{mark}/></xdr:nvSpPr>'
        f"{GEOMETRY.format(form)}<xdr:txBody><a:bodyPr/><a:lstStyle/>{lines}</xdr:txBody></xdr:sp>"
    )


def text_box(where: str, said: str, kind: str = "twoCell") -> Edit:
    """A text box."""
    return _lay(where, shape(said), kind)


def text_shape(where: str, said: str, form: str = "wedgeRoundRectCallout") -> Edit:
    """A bubble, an arrow or another shape with a text in it."""
    return _lay(where, shape(said, box=False, form=form, name="Shape 1"))


def group(where: str, *said: str) -> Edit:
    """Several text boxes that were made one."""
    head = '<xdr:nvGrpSpPr><xdr:cNvPr id="70" name="Group 1"/><xdr:cNvGrpSpPr/></xdr:nvGrpSpPr><xdr:grpSpPr/>'
    return _lay(where, f"<xdr:grpSp>{head}{''.join(map(shape, said))}</xdr:grpSp>")


def line(where: str) -> Edit:
    """A line without a text, drawn through a cell."""
    inside = (
        '<xdr:cxnSp macro=""><xdr:nvCxnSpPr><xdr:cNvPr id="78" name="Straight Connector 1"/><xdr:cNvCxnSpPr/>'
        f"</xdr:nvCxnSpPr>{GEOMETRY.format('line')}</xdr:cxnSp>"
    )
    return _lay(where, inside)


def picture(
    where: str, kind: str = "twoCell", name: str = "Picture 1", described: str = ""
) -> Edit:
    """A picture."""
    sheet, place = at(where)

    def edit(book: Book) -> None:
        drawing = drawing_of(book, sheet)
        book.add_bytes("xl/media/image77.png", PNG)
        if 'Extension="png"' not in book[TYPES]:
            book.regex(
                TYPES, r"(<Types\b[^>]*>)", r'\1<Default Extension="png" ContentType="image/png"/>'
            )
        link = relate(book, drawing, "image", "../media/image77.png")
        about = f' descr="{escape(described)}"' if described else ""
        inside = (
            f'<xdr:pic><xdr:nvPicPr><xdr:cNvPr id="79" name="{name}"{about}/><xdr:cNvPicPr/></xdr:nvPicPr>'
            f'<xdr:blipFill><a:blip xmlns:r="{REL}" r:embed="{link}"/></xdr:blipFill>{GEOMETRY.format("rect")}'
            "</xdr:pic>"
        )
        book.swap(drawing, "</xdr:wsDr>", _anchor(place, inside, kind) + "</xdr:wsDr>")

    return edit


def chart(where: str, title: str) -> Edit:
    """A chart with a title."""
    sheet, place = at(where)

    def edit(book: Book) -> None:
        drawing, part = drawing_of(book, sheet), "xl/charts/chart77.xml"
        book[part] = (
            f'<c:chartSpace xmlns:c="{DRAWING}/chart" xmlns:a="{DRAWING}/main"><c:chart><c:title><c:tx><c:rich>'
            f"<a:bodyPr/><a:p><a:r><a:t>{escape(title)}</a:t></a:r></a:p></c:rich></c:tx></c:title>"
            '<c:plotArea><c:layout/><c:pieChart><c:varyColors val="1"/></c:pieChart></c:plotArea></c:chart>'
            "</c:chartSpace>"
        )
        declare(book, part, f"{OFFICE}.drawingml.chart+xml")
        link = relate(book, drawing, "chart", "../charts/chart77.xml")
        inside = (
            '<xdr:graphicFrame macro=""><xdr:nvGraphicFramePr><xdr:cNvPr id="80" name="Chart 1"/>'
            "<xdr:cNvGraphicFramePr/></xdr:nvGraphicFramePr>"
            '<xdr:xfrm><a:off x="0" y="0"/><a:ext cx="0" cy="0"/></xdr:xfrm>'
            f'<a:graphic><a:graphicData uri="{DRAWING}/chart"><c:chart xmlns:c="{DRAWING}/chart" xmlns:r="{REL}" '
            f'r:id="{link}"/></a:graphicData></a:graphic></xdr:graphicFrame>'
        )
        book.swap(drawing, "</xdr:wsDr>", _anchor(place, inside) + "</xdr:wsDr>")

    return edit


def comment(where: str, said: str) -> Edit:
    """A comment at a cell."""
    sheet, place = at(where)
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"

    def edit(book: Book) -> None:
        part = "xl/comments77.xml"
        book[part] = (
            f'<comments xmlns="{main}"><authors><author>A</author></authors><commentList><comment ref="{place}" '
            f'authorId="0"><text><t>{escape(said)}</t></text></comment></commentList></comments>'
        )
        declare(book, part, f"{OFFICE}.spreadsheetml.comments+xml")
        relate(book, book.sheets[sheet], "comments", "../comments77.xml")

    return edit
