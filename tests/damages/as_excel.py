"""Writes a workbook of ours the way Excel writes it once somebody has opened and saved it there.

Taken from files that Excel 365 saved: its namespaces and what older versions may ignore, the order of attributes,
one pool of texts in the order of the sheets, its own words for runs, names in order, sheet names in formulas without
needless quotes, spans and baselines of rows, identifiers of objects, a calculation chain, printer settings.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from itertools import groupby

from tests.damages.book import (
    BOOK,
    LINKS,
    STRINGS,
    STYLES,
    TYPES,
    At,
    Book,
    Cell,
    attributes,
    cells_of,
    outside_texts,
    written,
)

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
LINKED = "http://schemas.openxmlformats.org/package/2006/relationships"
COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006"
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
OFFICE = "http://schemas.microsoft.com/office/spreadsheetml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
NAMES = {
    "x14ac": f"{OFFICE}/2009/9/ac",
    "x15": f"{OFFICE}/2010/11/main",
    "x16r2": f"{OFFICE}/2015/02/main",
    "xr": f"{OFFICE}/2014/revision",
    "xr2": f"{OFFICE}/2015/revision2",
    "xr3": f"{OFFICE}/2016/revision3",
    "xr6": f"{OFFICE}/2016/revision6",
    "xr10": f"{OFFICE}/2016/revision10",
}
QUOTED = re.compile(r"'([^\W\d]\w*)'!")
LIKE_A_CELL = re.compile(r"[A-Z]{1,3}\d+|R\d*C\d*", re.IGNORECASE)
IN_ROW = ("spans", "s", "customFormat", "ht", "hidden", "customHeight", "outlineLevel", "collapsed")
IN_RULE = (
    "type",
    "errorStyle",
    "operator",
    "allowBlank",
    "showDropDown",
    "showInputMessage",
    "showErrorMessage",
    "errorTitle",
    "error",
    "promptTitle",
    "prompt",
    "sqref",
)


def as_excel(data: bytes) -> bytes:
    """The workbook as Excel saves it: the same answers, results and settings in other words."""
    book = Book.of(data)
    writer = _Writer(book)
    for number, part in enumerate(book.sheets.values(), start=1):
        writer.sheet(part, number)
    writer.chain_of_calculation()
    writer.pool()
    writer.workbook()
    writer.styles()
    writer.application()
    return book.bytes()


def _root(name: str, ignored: str, more: str = "") -> str:
    """The start of a root element, with the namespaces that older versions may ignore."""
    spaces = "".join(f' xmlns:{each}="{NAMES[each]}"' for each in ignored.split())
    return (
        f'<{name} xmlns="{MAIN}"{more} xmlns:mc="{COMPATIBILITY}" mc:Ignorable="{ignored}"{spaces}'
    )


def _ordered(said: dict[str, str], order: tuple[str, ...]) -> str:
    """Attributes in the order in which Excel writes them."""
    return written({name: said[name] for name in order if name in said})


def _unquoted(formula: str) -> str:
    """A formula with the sheet names bare that need no quotes."""

    def bare(name: re.Match[str]) -> str:
        return name[0] if LIKE_A_CELL.fullmatch(name[1]) else f"{name[1]}!"

    return outside_texts(formula, lambda piece: QUOTED.sub(bare, piece))


class _Writer:
    """Rewrites one part after the other."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.texts = re.findall(r"<si>(.*?)</si>|<si/>", book[STRINGS], re.DOTALL)
        self.numbers: dict[str, int] = {}  # of texts, by their old numbers
        self.formats = {"0": 0}  # of cells, by their old numbers
        self.uses = 0
        self.chain: list[str] = []
        self.objects = 0

    def uid(self) -> str:
        """An identifier as Excel gives every object, the same in every run."""
        self.objects += 1
        return f' xr:uid="{{{str(uuid.uuid5(uuid.NAMESPACE_OID, str(self.objects))).upper()}}}"'

    # sheets

    def sheet(self, part: str, number: int) -> None:
        """One sheet: its head, its rows, and the settings behind them."""
        before, data, after = re.split(r"<sheetData>|</sheetData>", self.book[part])
        root = HEAD + _root("worksheet", "x14ac xr xr2 xr3", f' xmlns:r="{REL}"') + self.uid() + ">"
        before = re.sub(r"^.*?<worksheet[^>]*>", lambda _: root, before, flags=re.DOTALL)
        before = re.sub(
            r'(<col [^>]*?style=")(\d+)"', lambda col: f'{col[1]}{self.format_of(col[2])}"', before
        )
        before = re.sub(
            r'<sheetFormatPr([^>]*?)(?: x14ac:dyDescent="[^"]*")?/>',
            r'<sheetFormatPr\1 x14ac:dyDescent="0.25"/>',
            before,
        )
        rows = "".join(self.rows(data, number))
        self.book[part] = (
            f"{before}<sheetData>{rows}</sheetData>{self.settings(after, part, number)}"
        )

    def rows(self, data: str, sheet: int) -> Iterator[str]:
        """The rows, each with its baseline and the columns that sixteen of them reach over."""
        taken = [
            (attributes(said), cells_of(inside))
            for said, inside in re.findall(r"<row\b([^>]*?)(?:/>|>(.*?)</row>)", data, re.DOTALL)
        ]
        for _, some in groupby(taken, lambda row: (int(row[0]["r"]) - 1) // 16):
            together = list(some)
            columns = [column for _, cells in together for column in cells]
            for said, cells in together:
                said["spans"] = f"{min(columns)}:{max(columns)}" if columns else "1:1"
                yield self.row(int(said["r"]), _ordered(said, IN_ROW), cells, sheet)

    def row(self, number: int, said: str, cells: dict[int, Cell], sheet: int) -> str:
        """One row."""
        said = re.sub(r' s="(\d+)"', lambda style: f' s="{self.format_of(style[1])}"', said)
        made = "".join(self.cell(At(number, column), cell, sheet) for column, cell in cells.items())
        head = f'<row r="{number}"{said} x14ac:dyDescent="0.25"'
        return f"{head}>{made}</row>" if made else f"{head}/>"

    def cell(self, at: At, cell: Cell, sheet: int) -> str:
        """One cell: a text by its new number, a formula with its sheet names bare."""
        inside = cell.inside
        if cell.type == "s":
            inside = f"<v>{self.number_of(inside[3:-4])}</v>"
        elif inside.startswith("<f"):
            self.chain.append(f'<c r="{at}" i="{sheet}"/>')
            formula, end, rest = inside.partition("</f>")
            inside = _unquoted(formula) + end + rest
        return Cell(str(self.format_of(cell.style or "0")), cell.type, inside).xml(at)

    def format_of(self, old: str) -> int:
        """The number of a format of cells in the new order, which is that of their use."""
        return self.formats.setdefault(old, len(self.formats))

    def number_of(self, old: str) -> int:
        """The number of a text in the new pool."""
        self.uses += 1
        return self.numbers.setdefault(old, len(self.numbers))

    def settings(self, text: str, part: str, number: int) -> str:
        """What stands behind the rows: rules, links and filters with identifiers, the printer."""

        def rule(match: re.Match[str]) -> str:
            return f"<dataValidation{_ordered(attributes(match[1]), IN_RULE)}{self.uid()}{match[2]}"

        text = re.sub(r"<dataValidation ([^>]*?)(/?>)", rule, text)
        text = re.sub(
            r"<formula([12])>([^<]*)<",
            lambda found: f"<formula{found[1]}>{_unquoted(found[2])}<",
            text,
        )
        for name in ("hyperlink", "autoFilter"):
            text = re.sub(
                rf"(<{name} [^>]*?)(/?>)", lambda found: found[1] + self.uid() + found[2], text
            )
        return self.printer(text, part, number) if "<pageSetup" in text else text

    def printer(self, text: str, part: str, number: int) -> str:
        """The settings of a printer, which Excel keeps for every sheet with a page."""
        name = f"printerSettings{number}.bin"
        self.book.add_bytes(f"xl/printerSettings/{name}", b"P\0r\0i\0n\0t\0e\0r\0" + bytes(200))
        rels = f"xl/worksheets/_rels/{part.rpartition('/')[2]}.rels"
        if rels not in self.book:
            self.book[rels] = f'{HEAD}<Relationships xmlns="{LINKED}"></Relationships>'
        link = f'<Relationship Id="rId90" Type="{REL}/printerSettings" Target="../printerSettings/{name}"/>'
        self.book.swap(rels, "</Relationships>", f"{link}</Relationships>")
        return re.sub(r"<pageSetup([^>]*?)/>", r'<pageSetup\1 r:id="rId90"/>', text)

    # what belongs to all of them

    def add(self, part: str, text: str, kind: str) -> None:
        """A new part of the workbook, with its type and its relationship."""
        entry = f'<Override PartName="/{part}" ContentType="{SPREADSHEET}.{kind}+xml"/></Types>'
        link = (
            f'<Relationship Id="rId900" Type="{REL}/{kind}" Target="{part[3:]}"/></Relationships>'
        )
        self.book[part] = text
        self.book.swap(TYPES, "</Types>", entry)
        self.book.swap(LINKS, "</Relationships>", link)

    def chain_of_calculation(self) -> None:
        """Every cell with a formula."""
        self.add(
            "xl/calcChain.xml",
            f'{HEAD}<calcChain xmlns="{MAIN}">{"".join(self.chain)}</calcChain>',
            "calcChain",
        )
        printer = f'<Default Extension="bin" ContentType="{SPREADSHEET}.printerSettings"/>'
        self.book.regex(TYPES, "(<Types[^>]*>)", rf"\1{printer}")

    def pool(self) -> None:
        """The texts in the order in which the sheets use them; those that nobody uses are gone."""
        texts = "".join(f"<si>{self.runs(self.texts[int(old)])}</si>" for old in self.numbers)
        counts = f'count="{self.uses}" uniqueCount="{len(self.numbers)}"'
        self.book[STRINGS] = f'{HEAD}<sst xmlns="{MAIN}" {counts}>{texts}</sst>'

    def runs(self, text: str) -> str:
        """A text without marks of space that it does not need, its runs in the order of Excel."""
        text = re.sub(
            r"<rPr>(.*?)</rPr>",
            lambda found: f"<rPr>{_in_order(found[1])}</rPr>",
            text,
            flags=re.DOTALL,
        )
        return re.sub(r'<t xml:space="preserve">([^\s<](?:[^<\n]*[^\s<])?)</t>', r"<t>\1</t>", text)

    def workbook(self) -> None:
        """The list of sheets and names."""
        text = self.book[BOOK]
        sheets, _, rest = text.partition("<sheets>")[2].partition("</sheets>")
        names = re.findall(r"<definedName .*?</definedName>", rest, re.DOTALL)
        names.sort(
            key=lambda name: (
                attributes(name)["name"].casefold(),
                attributes(name).get("localSheetId", ""),
            )
        )
        root = _root("workbook", "x15 xr xr6 xr10 xr2", f' xmlns:r="{REL}"')
        self.book[BOOK] = (
            f'{HEAD}{root}><fileVersion appName="xl" lastEdited="7" lowestEdited="4" rupBuild="27328"/>'
            '<workbookPr defaultThemeVersion="124226"/><mc:AlternateContent><mc:Choice Requires="x15">'
            f'<x15ac:absPath url="C:\\Users\\Office\\Documents\\" xmlns:x15ac="{OFFICE}/2010/11/ac"/>'
            "</mc:Choice></mc:AlternateContent>"
            f'<xr:revisionPtr revIDLastSave="0" documentId="13_ncr:1_{{0}}" xr6:coauthVersionLast="47" '
            f'xr6:coauthVersionMax="47" xr10:uidLastSave="{{00000000-0000-0000-0000-000000000000}}"/>'
            '<bookViews><workbookView xWindow="-108" yWindow="-108" windowWidth="23256" windowHeight="12456" '
            'tabRatio="850" xr2:uid="{00000000-000D-0000-FFFF-FFFF00000000}"/></bookViews>'
            f"<sheets>{sheets}</sheets><definedNames>{_unquoted(''.join(names))}</definedNames>"
            '<calcPr calcId="191029"/><extLst><ext uri="{140A7094-0E35-4892-8432-C4D2E57EDEB5}" '
            f'xmlns:x15="{NAMES["x15"]}"><x15:workbookPr chartTrackingRefBase="1"/></ext></extLst></workbook>'
        )

    def styles(self) -> None:
        """The formats that cells use, in the order of their use; those that nobody uses are gone."""
        root = _root("styleSheet", "x14ac x16r2 xr") + ">"
        text = re.sub(
            r"^.*?<styleSheet[^>]*>", lambda _: HEAD + root, self.book[STYLES], flags=re.DOTALL
        )
        before, _, rest = text.partition("<cellXfs")
        formats, _, after = rest.partition("</cellXfs>")
        known = re.findall(r"<xf [^>]*?/>|<xf .*?</xf>", formats, re.DOTALL)
        used = "".join(known[int(old)] for old in self.formats)
        self.book[STYLES] = f'{before}<cellXfs count="{len(self.formats)}">{used}</cellXfs>{after}'
        self.book.regex(STYLES, r'<fonts count="(\d+)"', r'<fonts count="\1" x14ac:knownFonts="1"')

    def application(self) -> None:
        """Which program saved it."""
        self.book.regex("docProps/app.xml", "<AppVersion>[^<]*<", "<AppVersion>16.0300<")


def _in_order(said: str) -> str:
    """The settings of a run in the order of the schema."""
    order = (
        "b",
        "i",
        "strike",
        "u",
        "vertAlign",
        "sz",
        "color",
        "rFont",
        "family",
        "charset",
        "scheme",
    )
    pieces = {name: piece for piece, name in re.findall(r"(<(\w+)[^>]*/>)", said)}
    return "".join(pieces[name] for name in sorted(pieces, key=order.index))
