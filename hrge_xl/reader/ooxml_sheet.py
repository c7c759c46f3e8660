"""One worksheet of an xlsx file: its rows, the rules, locks, merges and filters around them, and what lies on top."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from xml.etree.ElementTree import Element

from ..core.message_templates import MessageTemplate
from ..core.work import grouped
from ..findings.file import DAMAGED_PART, UNREADABLE_SHEET_SETTING
from ..layout import LAST_COLUMN, LAST_ROW
from .cache import Cache
from .limits import Limits
from .ooxml_parts import Parts, Relationship
from .ooxml_rows import Context, NotPlain, SheetCells
from .raw import (
    Area,
    Overlay,
    RawSheet,
    Run,
    Unreadable,
    Validation,
    is_true,
    is_unseen,
    parse_area,
    parse_areas,
    unescape,
    whole_number,
)
from .safe_xml import XmlGuard, find_stretch, parse_tree, prove

_ROOTS = ("x|worksheet", "x|dialogsheet", "xm|macrosheet")
_DRAWN = {  # with the attribute that says what it is called
    "x|picture": ("background", ""),
    "x|oleObject": ("object", "progId"),
    "x|control": ("control", "name"),
}
_MARGINS = frozenset(
    f"x|{pages}{place}" for pages in ("odd", "even", "first") for place in ("Header", "Footer")
)


@dataclass(slots=True)
class Surroundings:
    """What stands around the rows of a sheet, the same wherever the same bytes do; files share it."""

    validations: list[Validation] = field(default_factory=list)
    merges: list[Area] = field(default_factory=list)
    hidden_columns: list[Run] = field(default_factory=list)
    protected: bool = False
    filtered: bool = False
    drawn: list[Overlay] = field(default_factory=list)
    margins: list[str] = field(default_factory=list)
    not_understood: list[str] = field(default_factory=list)


_REMEMBERED: Cache[tuple[Limits, bytes, bytes], Surroundings] = Cache(4_000_000, largest=400_000)


def read_sheet(content: bytes, part: str, sheet: RawSheet, context: Context) -> None:
    """Fill `sheet` from the bytes of its part."""
    guard = XmlGuard(part, context.limits)
    cells = SheetCells(sheet, guard, context)
    try:
        stretch = find_stretch(content, b"sheetData")
        if stretch is None:
            raise NotPlain
        rows = cells.reader.plain_rows(stretch.text)
        before, after = content[: stretch.start], content[stretch.stop :]
        key, size = (guard.limits, before, after), len(before) + len(after)
        around = _REMEMBERED.recall(key, size, lambda: _around(before, after, guard))
    except NotPlain:
        opened, closed = {"x|row": cells.open_row}, {"x|c": cells.add, "x|row": cells.close_row}
        around = _surroundings(parse_tree(content, guard, opened, closed), guard)
    else:
        prove(content, guard)
        cells.keep(rows)
    sheet.validations, sheet.merges, sheet.margins = around.validations, around.merges, around.margins
    sheet.hidden_columns, sheet.drawn = around.hidden_columns, around.drawn
    sheet.protected, sheet.filtered = around.protected, around.filtered
    for what in around.not_understood:
        unreadable = UNREADABLE_SHEET_SETTING.at(sheet.name, what=MessageTemplate(what))
        context.damaged_place(guard, unreadable)
    cells.finish()


def _around(before: bytes, after: bytes, guard: XmlGuard) -> Surroundings:
    """Read what stands around plain rows; raises NotPlain where expat sees no rows between."""
    try:
        tree = parse_tree(before + after, guard)
    except Unreadable:
        raise NotPlain from None
    data = [element for element in tree.iter() if element.tag.endswith("sheetData")]
    if len(data) != 1 or data[0] is not tree.find("x|sheetData") or tree.tag not in _ROOTS:
        raise NotPlain
    return _surroundings(tree, guard)


def _surroundings(tree: Element, guard: XmlGuard) -> Surroundings:
    """Read everything in a sheet part that is not a row."""
    if tree.tag not in _ROOTS:
        guard.refuse(DAMAGED_PART)
    found = Surroundings()
    for merge in tree.iter("x|mergeCell"):
        if (area := parse_area(merge.get("ref", ""))) is None:
            found.not_understood.append("merged cells")
        else:
            found.merges.append(area)
    _add_rules(found, tree)
    for entry in tree.iter("x|col"):
        first, last = whole_number(entry.get("min")), whole_number(entry.get("max"))
        if is_unseen(entry.attrib, "width") and first is not None and last is not None:
            found.hidden_columns.append((first, last))
    found.protected = any(is_true(lock.get("sheet")) for lock in tree.iter("x|sheetProtection"))
    # A column entry that only hides its button filters nothing; those of saved views stand deeper.
    filters = (not is_true(entry.get("hiddenButton")) for entry in tree.iterfind("*/x|filterColumn"))
    found.filtered = any(filters) or any(is_true(own.get("filterMode")) for own in tree.iter("x|sheetPr"))
    for element in tree.iter():
        if element.tag in _DRAWN:
            what, name = _DRAWN[element.tag]
            found.drawn.append(
                Overlay(*_corner(element), what, "", element.get(name, ""), element.get("shapeId", ""))
            )
        elif element.tag == "x|scenario":
            found.margins.append(unescape(element.get("comment", "").replace("&", "&&")))
        elif element.tag in _MARGINS:
            found.margins.append(unescape("".join(element.itertext())))
    return found


def _corner(element: Element) -> tuple[int, int]:
    """Give the cell where an object begins: the one thing that has its anchor in the part of a sheet."""
    row, column = (next(element.iter(f"xdr|{line}"), None) for line in ("row", "col"))
    return cell_from_zero("" if row is None else row.text or "", "" if column is None else column.text or "")


def _add_rules(found: Surroundings, tree: Element) -> None:
    """Note the validation rules, of the first kind and the one that Excel writes for lists of other sheets."""
    for rule in (*tree.iter("x|dataValidation"), *tree.iter("x14|dataValidation")):
        formula = rule.findtext("x14|formula1/xm|f" if rule.tag.startswith("x14|") else "x|formula1", "")
        if areas := parse_areas(rule.findtext("xm|sqref", rule.get("sqref", ""))):
            blocks = is_true(rule.get("showErrorMessage")) and rule.get("errorStyle", "stop") == "stop"
            found.validations.append(Validation(rule.get("type", "none"), formula, areas, blocks))
        else:
            found.not_understood.append("a dropdown or another entry rule")


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
_LINKED = {"chart": "chart", "chartEx": "chart", "diagramData": "diagram"}  # by the kind of the relationship
_LEGACY = {"Pict": "picture", "Shape": "shape", "Rect": "shape", "Group": "shape"}  # all others are controls
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
        self._parts, self._optional = parts, optional
        self._limits: Limits = replace(parts.limits, elements=min(parts.limits.elements, _MOST_ELEMENTS))
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
                linked = self._linked_from(element, links)
                what = next((_LINKED[link.kind] for link in linked), _OBJECTS[element.tag])
                texts = [_text(element), *(self._text_of(link) for link in linked)]
                old = next(element.iter("a14|compatExt"), None)
                number = "" if old is None else _shape_number(old.get("spid", ""))
                properties = next(element.iter("xdr|cNvPr"), None)
                name = "" if properties is None else properties.get("descr", "") or properties.get("name", "")
                yield Overlay(*place, what, "\n".join(filter(None, texts)), name, number)

    def of_legacy_part(self, part: str) -> Iterator[Overlay]:
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
                yield Overlay(*place, what, "\n".join(lines), shape=number)

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
        texts: list[str] = []
        with self._optional(link):
            links = self._parts.relationships(link.target)
            inner = (each.target for each in links if each.kind == "chartUserShapes")
            texts = [_text(self._tree(part)) for part in (link.target, *inner)]
        return "\n".join(filter(None, texts))


def merged(found: Iterable[Overlay]) -> list[Overlay]:
    """Give everything once: what several parts describe under one number is one thing, as the first knows best."""
    numbered = grouped((each.shape, each) for each in found)
    alone = numbered.pop("", [])
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
