"""The parts of an xlsx file besides its sheets: what is where, the texts, names and notes, and what was drawn."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from functools import partial
from typing import NamedTuple
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from ..core.work import grouped
from ..findings.file import DAMAGED_PART
from ..findings.structure import MANUAL_CALCULATION, PRECISION_AS_DISPLAYED
from ..layout import LAST_COLUMN, LAST_ROW, parse_cell
from .limits import LIMITS, ReadLimits
from .raw import (
    CellKind,
    Overlay,
    RawCell,
    RawSheet,
    RawWorkbook,
    Unreadable,
    is_true,
    rich_text,
    unescape,
    whole_number,
)
from .safe_xml import MAIN, OVERHEAD, Cache, XmlGuard, find_stretch, parse_tree, prove, resolved
from .zip_package import ZipPackage, shown


class Relationship(NamedTuple):
    """A link out of a part: `kind` is the last word of its type, `target` a part or an outside address."""

    id: str
    kind: str
    target: str
    external: bool


class Parts:
    """Reads single parts of one package."""

    def __init__(self, package: ZipPackage, limits: ReadLimits) -> None:
        self.package = package
        self.limits = limits
        types = self.tree("[Content_Types].xml", "ct|Types")
        self._types, self._default_types = (
            {
                entry.get(key, "").lstrip("/").lower(): entry.get("ContentType", "").lower()
                for entry in types.iter(tag)
            }
            for tag, key in (("ct|Override", "PartName"), ("ct|Default", "Extension"))
        )

    def tree(self, part: str, root: str) -> Element:
        """Return a part as a tree with this root element."""
        element = parse_tree(self.package.read(part), XmlGuard(part, self.limits))
        if element.tag != root:
            raise Unreadable(DAMAGED_PART.at(part=shown(part)))
        return element

    def content_type(self, part: str) -> str:
        """Return the content type of a part in lower case, "" when the package does not say."""
        extension = part.rpartition(".")[2].lower()
        return self._types.get(part.lower()) or self._default_types.get(extension, "")

    def relationships(self, part: str) -> list[Relationship]:
        """Return the links out of a part, "" for the package itself; none when it has no relationship part."""
        folder, name = posixpath.split(part)
        relationships_part = posixpath.join(folder, "_rels", f"{name}.rels")
        if relationships_part not in self.package:
            return []
        relationships = []
        for entry in self.tree(relationships_part, "rel|Relationships").iter("rel|Relationship"):
            external = entry.get("TargetMode", "").lower() == "external"
            target = entry.get("Target", "")
            if not external:
                path = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
                target = path if path in self.package else unquote(path)
            kind = entry.get("Type", "").rpartition("/")[2]
            relationships.append(Relationship(entry.get("Id", ""), kind, target, external))
        return relationships

    def workbook(self, part: str) -> tuple[RawWorkbook, list[str]]:
        """Return what the workbook part says, its sheets yet empty; and the relationship of each of these."""
        tree = self.tree(part, "x|workbook")
        workbook = RawWorkbook("xlsm" if "macroenabled" in self.content_type(part) else "xlsx")
        workbook.observations += self.package.observations
        for calculation in tree.findall("x|calcPr")[:1]:
            if not is_true(calculation.get("fullPrecision", "1")):
                workbook.observations.append(PRECISION_AS_DISPLAYED.at())
            if calculation.get("calcMode") == "manual":
                workbook.observations.append(MANUAL_CALCULATION.at())
        entries = tree.findall("x|sheets/x|sheet")
        workbook.sheets += (
            RawSheet(entry.get("name", ""), entry.get("state", "visible")) for entry in entries
        )
        for name in tree.iterfind("x|definedNames/x|definedName"):
            workbook.words.append(name.get("comment", ""))
            if name.get("localSheetId") is None:
                workbook.defined_names[name.get("name", "")] = "".join(
                    name.itertext()
                ).removeprefix("=")
        properties = tree.find("x|workbookPr")
        workbook.epoch_1904 = properties is not None and is_true(properties.get("date1904"))
        return workbook, [entry.get("r|id", "") for entry in entries]

    def strings(self, part: str) -> dict[str, RawCell]:
        """Return the shared texts by their index as cells write it, each as the cell that it makes."""
        texts = _shared_texts(self.package.read(part), XmlGuard(part, self.limits))
        return {str(number): cell for number, cell in enumerate(texts)}

    def comments(self, part: str) -> Iterator[tuple[int, int, str]]:
        """Yield the notes of a sheet: row, column and text."""
        for place, comment in self._placed(part, "x|comments", "x|commentList/x|comment"):
            runs = comment.iterfind("x|text/x|t"), comment.iterfind("x|text/x|r/x|t")
            yield *place, unescape("".join(run.text or "" for kind in runs for run in kind))

    def threaded_comments(self, part: str) -> Iterator[tuple[int, int, str]]:
        """Yield the comments of newer Excel, replies included."""
        for place, comment in self._placed(part, "tc|ThreadedComments", "tc|threadedComment"):
            yield *place, comment.findtext("tc|text", "")

    def _placed(self, part: str, root: str, path: str) -> Iterator[tuple[tuple[int, int], Element]]:
        for comment in self.tree(part, root).iterfind(path):
            place = parse_cell(comment.get("ref", ""))
            if place is None:
                raise Unreadable(DAMAGED_PART.at(part=shown(part)))
            yield place, comment

    def custom_properties(self, part: str) -> dict[str, str]:
        """Return the custom document properties as text."""
        properties = self.tree(part, "cp|Properties").iter("cp|property")
        return {entry.get("name", ""): "".join(entry.itertext()).strip() for entry in properties}

    def core_properties(self, part: str) -> tuple[str, list[str]]:
        """Return when the file was last saved, "" where that is not said, and what people typed about it."""
        tree = self.tree(part, "core|coreProperties")
        words = (
            tree.findtext(name) or ""
            for name in ("dc|subject", "dc|description", "core|keywords", "core|category")
        )
        return (tree.findtext("dcterms|modified") or "").strip(), [*words]


_TEXTS: Cache[str, RawCell] = Cache(
    20_000_000
)  # by the text of the element; most files share most of them
_SIMPLE_TEXT = re.compile(r'\s*+<si>\s*+<t(?: xml:space="preserve")?+>([^<\r]*+)</t>\s*+')


def shared_text(entry: str) -> RawCell:
    """Return the text of an `si` element, given without its end tag; raises Unreadable where it is none by itself."""
    simple = None if "&#" in entry else _SIMPLE_TEXT.fullmatch(entry)
    if simple is not None:
        return _text(resolved(simple[1]))
    guard = XmlGuard("", LIMITS)
    table = parse_tree(f'<sst xmlns="{MAIN}">{entry}</si></sst>'.encode(), guard)
    if [element.tag for element in table] != ["x|si"]:
        guard.refuse(DAMAGED_PART)
    return _text(*rich_text(table[0]))


def _text(text: str, marked: str | None = None) -> RawCell:
    struck = unescape(marked) if marked is not None and marked != text else None
    return RawCell(CellKind.TEXT, unescape(text), struck=struck)


def _shared_texts(content: bytes, guard: XmlGuard) -> list[RawCell]:
    """Return every shared text in order: one by one where they are plain, else as expat meets their elements."""
    stretch = find_stretch(content, b"sst")
    with suppress(Unreadable):  # of an element alone: the part as a whole says where
        if stretch is not None:
            *items, remainder = stretch.text.split("</si>")
            recall = _TEXTS.recall
            texts = [
                recall(entry, OVERHEAD + len(entry), partial(shared_text, entry)) for entry in items
            ]
            around = parse_tree(content[: stretch.start] + content[stretch.stop :], guard)
            if around.tag == "x|sst" and not remainder.strip(" \t\r\n"):
                prove(content, guard)
                return texts
    cells: list[RawCell] = []
    tree = parse_tree(
        content, guard, closed={"x|si": lambda entry: cells.append(_text(*rich_text(entry)))}
    )
    if tree.tag != "x|sst":
        guard.refuse(DAMAGED_PART)
    return cells


# What lies on top of a sheet: text boxes, shapes, pictures, charts, ink, controls and objects. New programs describe
# them in a drawing part, old ones in VML, and some things (controls, embedded objects) stand in both, and in the sheet,
# under one number.

_ANCHORS = frozenset({"xdr|twoCellAnchor", "xdr|oneCellAnchor", "xdr|absoluteAnchor"})
_OBJECTS = {
    "xdr|sp": "shape",
    "xdr|cxnSp": "shape",
    "xdr|pic": "picture",
    "xdr|graphicFrame": "object",
    "xdr|contentPart": "ink",
    "xdr14|contentPart": "ink",
}
_LINKED = {
    "chart": "chart",
    "chartEx": "chart",
    "diagramData": "diagram",
}  # by the kind of the relationship
_LEGACY = {
    "Pict": "picture",
    "Shape": "shape",
    "Rect": "shape",
    "Group": "shape",
}  # all others are controls
_NOTE = "Note"
_SHAPE_NUMBER = re.compile(r"_s([0-9]{1,9})$", re.ASCII)
# Lines of the HTML in VML. Excel does not close its <br>; other line ends in the source say no more than a space.
_HTML_LINE_END = re.compile(rb"</?br\s*/?>|(?=</div>)")
_LINE_SEPARATOR = "\u2028"
_MOST_ELEMENTS = 300_000  # of a part that is read as a tree


class Drawings:
    """Reads the drawing parts of one package; `optional` has a part that cannot be read cost no more than itself."""

    def __init__(
        self, parts: Parts, optional: Callable[[Relationship], AbstractContextManager[None]]
    ) -> None:
        self._parts = parts
        self._optional = optional
        self._limits: ReadLimits = replace(
            parts.limits, elements=min(parts.limits.elements, _MOST_ELEMENTS)
        )
        self._read: set[str] = set()  # parts that a drawing leads to

    def of_part(self, part: str) -> Iterator[Overlay]:
        """Yield what a drawing part describes."""
        links = {link.id: link for link in self._parts.relationships(part) if not link.external}
        for anchor in _topmost(self._tree(part), _ANCHORS):
            # an absolute one names no cell
            place = cell_from_zero(
                anchor.findtext("xdr|from/xdr|row", ""), anchor.findtext("xdr|from/xdr|col", "")
            )
            for element in _topmost(anchor, _OBJECTS):
                nodes = element.iter() if element.tag == "xdr|graphicFrame" else ()
                named = (node.get(name, "") for node in nodes for name in ("r|id", "r|dm"))
                linked = [
                    links[id_] for id_ in named if id_ in links and links[id_].kind in _LINKED
                ]
                kind = next((_LINKED[link.kind] for link in linked), _OBJECTS[element.tag])
                texts = [_paragraphs(element), *(self._text_of(link) for link in linked)]
                old = next(element.iter("a14|compatExt"), None)
                number = "" if old is None else _shape_number(old.get("spid", ""))
                properties = next(element.iter("xdr|cNvPr"), None)
                name = (
                    ""
                    if properties is None
                    else properties.get("descr", "") or properties.get("name", "")
                )
                yield Overlay(*place, kind, "\n".join(filter(None, texts)), name, number)

    def of_legacy_part(self, part: str) -> Iterator[Overlay]:
        """Yield what a VML part describes, except the boxes of comments and the pictures of headers and footers."""
        content = _HTML_LINE_END.sub(_LINE_SEPARATOR.encode(), self._parts.package.read(part))
        for shape in parse_tree(content, XmlGuard(part, self._limits)).iter():
            client = shape.find("xv|ClientData")
            object_type = _NOTE if client is None else client.get("ObjectType", "")
            if client is not None and object_type != _NOTE:
                number = _shape_number(shape.get("o|spid", "") or shape.get("id", ""))
                # column, offset, row, offset, and the same of its end
                left, _, top, *_ = [*client.findtext("xv|Anchor", "").split(","), "", "", ""]
                text = "".join(text for box in shape.iter("v|textbox") for text in box.itertext())
                lines = (
                    " ".join(line.split()) for line in text.split(_LINE_SEPARATOR) if line.strip()
                )
                place = cell_from_zero(top, left)
                name = _LEGACY.get(object_type, "control")
                yield Overlay(*place, name, "\n".join(lines), shape=number)

    def _tree(self, part: str) -> Element:
        return parse_tree(self._parts.package.read(part), XmlGuard(part, self._limits))

    def _text_of(self, link: Relationship) -> str:
        """Return what a chart says, with what was drawn into it, or a diagram; each part only once."""
        if link.target in self._read:
            return ""
        self._read.add(link.target)
        texts: list[str] = []
        with self._optional(link):
            links = self._parts.relationships(link.target)
            inner = (link.target for link in links if link.kind == "chartUserShapes")
            texts = [_paragraphs(self._tree(part)) for part in (link.target, *inner)]
        return "\n".join(filter(None, texts))


def merged(overlays: Iterable[Overlay]) -> list[Overlay]:
    """Return everything once: what several parts describe under one number is one thing, as the first knows best."""
    numbered = grouped((overlay.shape, overlay) for overlay in overlays)
    alone = numbered.pop("", [])
    for parts in numbered.values():
        row, column = next((overlay[:2] for overlay in parts if overlay.row), (0, 0))
        text = "\n".join(dict.fromkeys(overlay.text for overlay in parts if overlay.text))
        name = next((overlay.name for overlay in parts if overlay.name), "")
        alone.append(parts[0]._replace(row=row, column=column, text=text, name=name))
    return sorted(alone)


def _topmost(element: Element, names: Collection[str]) -> Iterator[Element]:
    """Yield the elements of these names that lie in no other one; of alternatives those of the first that has any."""
    for child in element:
        if child.tag in names:
            yield child
        elif child.tag == "mc|AlternateContent":
            yield from next(
                (elements for option in child if (elements := [*_topmost(option, names)])), ()
            )
        else:
            yield from _topmost(child, names)


def _paragraphs(element: Element) -> str:
    """Return everything that is written in an element, a line for each paragraph."""
    lines = (
        "".join(
            "\n" if node.tag == "a|br" else node.text or ""
            for node in paragraph.iter()
            if node.tag in ("a|t", "a|br")
        )
        for paragraph in element.iter("a|p")
    )
    return "\n".join(lines).strip()


def _shape_number(identifier: str) -> str:
    """Return the number under which the sheet, a drawing and the VML part know the same thing."""
    match = _SHAPE_NUMBER.search(identifier)
    return match[1] if match else ""


def cell_from_zero(row: str, column: str) -> tuple[int, int]:
    """Row and column, counted from 1, of numbers counted from 0."""
    down = whole_number(row.strip())
    across = whole_number(column.strip())
    if down is None or across is None:
        return 0, 0
    return min(down + 1, LAST_ROW), min(across + 1, LAST_COLUMN)
