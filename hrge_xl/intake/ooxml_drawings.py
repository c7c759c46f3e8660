"""What lies on top of a sheet of an xlsx file: text boxes, shapes, pictures, charts, ink, controls and objects.

New programs describe them in a drawing part, old ones in VML, and some things (controls, embedded objects) stand in
both, and in the sheet, under one number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from xml.etree.ElementTree import Element

from ..layout import LAST_COLUMN, LAST_ROW
from .limits import Limits
from .ooxml_parts import Parts, Relationship
from .raw import Drawn, Unreadable, whole_number
from .safe_xml import XmlGuard, parse_tree

_ANCHORS = frozenset({"xdr|twoCellAnchor", "xdr|oneCellAnchor", "xdr|absoluteAnchor"})
_OBJECTS = {
    "xdr|sp": "shape",
    "xdr|cxnSp": "shape",
    "xdr|pic": "picture",
    "xdr|graphicFrame": "object",
    "xdr|contentPart": "ink",
    "xdr14|contentPart": "ink",
}
_LINKED = {"chart": "chart", "chartEx": "chart", "diagramData": "diagram"}  # by the kind of the relationship
_LEGACY = {"Pict": "picture", "Shape": "shape", "Rect": "shape", "Group": "shape"}  # all others are controls
_NOTE = "Note"
_SHAPE_NUMBER = re.compile(r"_s([0-9]{1,9})$", re.ASCII)
# Lines of the HTML in VML. Excel does not close its <br>; other line ends in the source say no more than a space.
_HTML_LINE_END = re.compile(rb"</?br\s*/?>|(?=</div>)")
_LINE_SEPARATOR = "\u2028"
_MOST_ELEMENTS = 300_000  # of a part that is read as a tree


class Drawings:
    """Reads the drawing parts of one package; a part that cannot be read is told to `unreadable`."""

    def __init__(self, parts: Parts, unreadable: Callable[[Relationship], None]) -> None:
        self._parts = parts
        self._unreadable = unreadable
        self._limits: Limits = replace(parts.limits, elements=min(parts.limits.elements, _MOST_ELEMENTS))
        self._read: set[str] = set()  # parts that a drawing leads to

    def of_part(self, part: str) -> Iterator[Drawn]:
        """Yield what a drawing part describes."""
        links = {link.id: link for link in self._parts.relationships(part) if not link.external}
        for anchor in _topmost(self._tree(part), _ANCHORS):
            # an absolute one names no cell
            place = cell_from_zero(
                anchor.findtext("xdr|from/xdr|row", ""), anchor.findtext("xdr|from/xdr|col", "")
            )
            for element in _topmost(anchor, _OBJECTS):
                linked = self._linked_from(element, links)
                what = next((_LINKED[link.kind] for link in linked), _OBJECTS[element.tag])
                texts = [_text(element), *(self._text_of(link) for link in linked)]
                old = next(element.iter("a14|compatExt"), None)
                number = "" if old is None else _shape_number(old.get("spid", ""))
                properties = next(element.iter("xdr|cNvPr"), None)
                name = "" if properties is None else properties.get("descr", "") or properties.get("name", "")
                yield Drawn(*place, what, "\n".join(filter(None, texts)), name, number)

    def of_legacy_part(self, part: str) -> Iterator[Drawn]:
        """Yield what a VML part describes, except the boxes of comments and the pictures of headers and footers."""
        content = _HTML_LINE_END.sub(_LINE_SEPARATOR.encode(), self._parts.package.read(part))
        for shape in parse_tree(content, XmlGuard(part, self._limits)).iter():
            client = shape.find("xv|ClientData")
            kind = _NOTE if client is None else client.get("ObjectType", "")
            if client is not None and kind != _NOTE:
                number = _shape_number(shape.get("o|spid", "") or shape.get("id", ""))
                # column, offset, row, offset, and the same of its end
                left, _, top, *_ = [*client.findtext("xv|Anchor", "").split(","), "", "", ""]
                text = "".join(text for box in shape.iter("v|textbox") for text in box.itertext())
                lines = (" ".join(line.split()) for line in text.split(_LINE_SEPARATOR) if line.strip())
                place, what = cell_from_zero(top, left), _LEGACY.get(kind, "control")
                yield Drawn(*place, what, "\n".join(lines), shape=number)

    def _tree(self, part: str) -> Element:
        return parse_tree(self._parts.package.read(part), XmlGuard(part, self._limits))

    def _linked_from(self, element: Element, links: dict[str, Relationship]) -> list[Relationship]:
        """Give the charts and diagrams that an element shows."""
        if element.tag != "xdr|graphicFrame":
            return []
        named = (node.get(name, "") for node in element.iter() for name in ("r|id", "r|dm"))
        return [links[each] for each in named if each in links and links[each].kind in _LINKED]

    def _text_of(self, link: Relationship) -> str:
        """Return what a chart says, with what was drawn into it, or a diagram; each part only once."""
        if link.target in self._read:
            return ""
        self._read.add(link.target)
        try:
            inner = (
                each for each in self._parts.relationships(link.target) if each.kind == "chartUserShapes"
            )
            texts = [_text(self._tree(part)) for part in (link.target, *(each.target for each in inner))]
        except Unreadable:
            self._unreadable(link)
            return ""
        return "\n".join(filter(None, texts))


def merged(found: Iterable[Drawn]) -> list[Drawn]:
    """Give everything once: what several parts describe under one number is one thing, as the first knows best."""
    alone: list[Drawn] = []
    numbered: dict[str, list[Drawn]] = {}
    for each in found:
        home = numbered.setdefault(each.shape, []) if each.shape else alone
        home.append(each)
    for parts in numbered.values():
        row, column = next((each[:2] for each in parts if each.row), (0, 0))
        text = "\n".join(dict.fromkeys(each.text for each in parts if each.text))
        name = next((each.name for each in parts if each.name), "")
        alone.append(parts[0]._replace(row=row, column=column, text=text, name=name))
    return sorted(alone)


def _topmost(element: Element, names: Collection[str]) -> Iterator[Element]:
    """Give the elements of these names that lie in no other one; of alternatives those of the first that has any."""
    for child in element:
        if child.tag in names:
            yield child
        elif child.tag == "mc|AlternateContent":
            yield from next((found for option in child if (found := [*_topmost(option, names)])), ())
        else:
            yield from _topmost(child, names)


def _text(element: Element) -> str:
    """Give everything that is written in an element, a line for each paragraph."""
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
    """Give the number under which the sheet, a drawing and the VML part know the same thing."""
    match = _SHAPE_NUMBER.search(identifier)
    return match[1] if match else ""


def cell_from_zero(row: str, column: str) -> tuple[int, int]:
    """Row and column, counted from 1, of numbers counted from 0."""
    down, across = whole_number(row.strip()), whole_number(column.strip())
    if down is None or across is None:
        return 0, 0
    return min(down + 1, LAST_ROW), min(across + 1, LAST_COLUMN)
