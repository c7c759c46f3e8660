"""Small workbooks made of XML by hand, and ways to damage them."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_LINKS = "http://purl.oclc.org/ooxml/officeDocument/relationships"
X14 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
XM = "http://schemas.microsoft.com/office/excel/2006/main"

_TYPES = """<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/xl/workbook.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>{more}</Types>"""

STYLES = f"""<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="164" formatCode="dd/mm/yyyy;@"/>
<numFmt numFmtId="165" formatCode="[h]:mm"/><numFmt numFmtId="166" formatCode="0&quot;days&quot;"/>
<numFmt numFmtId="167" formatCode="[Red]0.00"/></numFmts>
<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>
<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="166"/>
<xf numFmtId="167"/></cellXfs><dxfs><dxf><numFmt numFmtId="167" formatCode="yyyy"/></dxf></dxfs></styleSheet>"""


def sheet(rows: str = "", before: str = "", after: str = "", namespace: str = MAIN) -> str:
    """A worksheet part around some rows."""
    names = f'xmlns="{namespace}" xmlns:r="{LINKS}" xmlns:x14="{X14}" xmlns:xm="{XM}"'
    return f"<worksheet {names}>{before}<sheetData>{rows}</sheetData>{after}</worksheet>"


def relationships(*links: tuple[str, str, str], base: str = LINKS, more: str = "") -> str:
    """A relationships part from (id, kind or whole type, target)."""
    entries = "".join(
        f'<Relationship Id="{identifier}" Type="{kind if ":" in kind else f"{base}/{kind}"}" Target="{target}"/>'
        for identifier, kind, target in links
    )
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<Relationships xmlns="{package}">{entries}{more}</Relationships>'


def parts(  # every part can be replaced by name, dropped with None, or added
    *sheets: str,
    strings: str = "",
    workbook: str = "",
    types: str = "",
    links: str = "",
    changes: Mapping[str, str | bytes | None] | None = None,
    strict: bool = False,
) -> dict[str, str | bytes]:
    """The parts of a workbook with these sheets, called S1, S2 …"""
    base, names = (STRICT_LINKS, STRICT) if strict else (LINKS, MAIN)
    listed = "".join(
        f'<sheet name="S{number}" sheetId="{number}" r:id="rId{number}"/>'
        for number in range(1, len(sheets) + 1)
    )
    sheet_links = [
        (f"rId{number}", "worksheet", f"worksheets/sheet{number}.xml")
        for number in range(1, len(sheets) + 1)
    ]
    all_parts: dict[str, str | bytes | None] = {
        "[Content_Types].xml": _TYPES.format(more=types),
        "_rels/.rels": relationships(
            ("rId1", "officeDocument", "xl/workbook.xml"), base=base, more=links
        ),
        "xl/workbook.xml": f'<workbook xmlns="{names}" xmlns:r="{base}">'
        f"<sheets>{listed}</sheets>{workbook}</workbook>",
        "xl/_rels/workbook.xml.rels": relationships(
            *sheet_links,
            ("rId901", "styles", "styles.xml"),
            ("rId902", "sharedStrings", "sharedStrings.xml"),
            base=base,
        ),
        "xl/styles.xml": STYLES.replace(MAIN, names),
        "xl/sharedStrings.xml": f'<sst xmlns="{names}">{strings}</sst>',
        **{
            f"xl/worksheets/sheet{number}.xml": content
            for number, content in enumerate(sheets, start=1)
        },
        **(changes or {}),
    }
    return {name: content for name, content in all_parts.items() if content is not None}


def pack(contents: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip file of these members."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return packed.getvalue()


def workbook(*sheets: str, **options: object) -> bytes:
    """A packed workbook; see `parts`."""
    return pack(parts(*sheets, **options))  # type: ignore[arg-type]


def members(data: bytes) -> dict[str, bytes]:
    """The members of a zip file by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def directory_field(data: bytes, name: str, offset: int, layout: str, value: int) -> bytes:
    """Overwrite one number in the directory line of a member."""
    place = data.rindex(b"PK\x01\x02", 0, data.rindex(name.encode())) + offset
    return data[:place] + struct.pack(layout, value) + data[place + struct.calcsize(layout) :]


METHOD, COMPRESSED_SIZE, SIZE, HEADER_OFFSET = (10, "<H"), (20, "<I"), (24, "<I"), (42, "<I")
