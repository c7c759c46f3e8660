"""The parts of an xlsx file besides its sheets: what is where, the texts, the formats, names and notes."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import NamedTuple
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from ..findings.file import DAMAGED_PART
from ..findings.structure import MANUAL_CALCULATION, PRECISION_AS_DISPLAYED
from ..layout import parse_cell
from .cache import OVERHEAD, Cache
from .limits import LIMITS, Limits
from .raw import CellKind, RawCell, RawSheet, RawWorkbook, Unreadable, is_true, rich_text, unescape
from .safe_xml import MAIN, XmlGuard, find_stretch, parse_tree, prove, resolved
from .zip_package import ZipPackage, shown


class Relationship(NamedTuple):
    """A link out of a part: `kind` is the last word of its type, `target` a part or an outside address."""

    id: str
    kind: str
    target: str
    external: bool


class Parts:
    """Reads single parts of one package."""

    def __init__(self, package: ZipPackage, limits: Limits) -> None:
        self.package = package
        self.limits = limits
        types = self.tree("[Content_Types].xml", "ct|Types")
        self._types, self._default_types = (
            {
                each.get(key, "").lstrip("/").lower(): each.get("ContentType", "").lower()
                for each in types.iter(tag)
            }
            for tag, key in (("ct|Override", "PartName"), ("ct|Default", "Extension"))
        )

    def tree(self, part: str, root: str) -> Element:
        """Give a part as a tree with this root element."""
        element = parse_tree(self.package.read(part), XmlGuard(part, self.limits))
        if element.tag != root:
            raise Unreadable(DAMAGED_PART.at(part=shown(part)))
        return element

    def content_type(self, part: str) -> str:
        """Give the content type of a part in lower case, "" when the package does not say."""
        extension = part.rpartition(".")[2].lower()
        return self._types.get(part.lower()) or self._default_types.get(extension, "")

    def relationships(self, part: str) -> list[Relationship]:
        """Give the links out of a part, "" for the package itself; none when it has no relationship part."""
        folder, name = posixpath.split(part)
        own = posixpath.join(folder, "_rels", f"{name}.rels")
        if own not in self.package:
            return []
        found = []
        for entry in self.tree(own, "rel|Relationships").iter("rel|Relationship"):
            external, target = entry.get("TargetMode", "").lower() == "external", entry.get("Target", "")
            if not external:
                path = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
                target = path if path in self.package else unquote(path)
            kind = entry.get("Type", "").rpartition("/")[2]
            found.append(Relationship(entry.get("Id", ""), kind, target, external))
        return found

    def workbook(self, part: str) -> tuple[RawWorkbook, list[str]]:
        """Give what the workbook part says, its sheets yet empty; and the relationship of each of these."""
        tree = self.tree(part, "x|workbook")
        found = RawWorkbook("xlsm" if "macroenabled" in self.content_type(part) else "xlsx")
        found.observations += self.package.observations
        for calculation in tree.findall("x|calcPr")[:1]:
            if not is_true(calculation.get("fullPrecision", "1")):
                found.observations.append(PRECISION_AS_DISPLAYED.at())
            if calculation.get("calcMode") == "manual":
                found.observations.append(MANUAL_CALCULATION.at())
        entries = tree.findall("x|sheets/x|sheet")
        found.sheets += (RawSheet(each.get("name", ""), each.get("state", "visible")) for each in entries)
        for name in tree.iterfind("x|definedNames/x|definedName"):
            found.words.append(name.get("comment", ""))
            if name.get("localSheetId") is None:
                found.defined_names[name.get("name", "")] = "".join(name.itertext()).removeprefix("=")
        properties = tree.find("x|workbookPr")
        found.epoch_1904 = properties is not None and is_true(properties.get("date1904"))
        return found, [each.get("r|id", "") for each in entries]

    def strings(self, part: str) -> dict[str, RawCell]:
        """Give the shared texts by their index as cells write it, each as the cell that it makes."""
        texts = _shared_texts(self.package.read(part), XmlGuard(part, self.limits))
        return {str(number): cell for number, cell in enumerate(texts)}

    def comments(self, part: str) -> Iterator[tuple[int, int, str]]:
        """Give the notes of a sheet: row, column and text."""
        for place, comment in self._placed(part, "x|comments", "x|commentList/x|comment"):
            runs = comment.iterfind("x|text/x|t"), comment.iterfind("x|text/x|r/x|t")
            yield *place, unescape("".join(run.text or "" for kind in runs for run in kind))

    def threaded_comments(self, part: str) -> Iterator[tuple[int, int, str]]:
        """Give the comments of newer Excel, replies included."""
        for place, comment in self._placed(part, "tc|ThreadedComments", "tc|threadedComment"):
            yield *place, comment.findtext("tc|text", "")

    def _placed(self, part: str, root: str, path: str) -> Iterator[tuple[tuple[int, int], Element]]:
        for comment in self.tree(part, root).iterfind(path):
            place = parse_cell(comment.get("ref", ""))
            if place is None:
                raise Unreadable(DAMAGED_PART.at(part=shown(part)))
            yield place, comment

    def custom_properties(self, part: str) -> dict[str, str]:
        """Give the custom document properties as text."""
        properties = self.tree(part, "cp|Properties").iter("cp|property")
        return {entry.get("name", ""): "".join(entry.itertext()).strip() for entry in properties}

    def core_properties(self, part: str) -> tuple[str, list[str]]:
        """Give when the file was last saved, "" where that is not said, and what people typed about it."""
        tree = self.tree(part, "core|coreProperties")
        words = (
            tree.findtext(name) or ""
            for name in ("dc|subject", "dc|description", "core|keywords", "core|category")
        )
        return (tree.findtext("dcterms|modified") or "").strip(), [*words]

    def filtered_columns(self, part: str) -> list[Element]:
        """Give the columns by which a table (list object) hides rows."""
        columns = self.tree(part, "x|table").iterfind("x|autoFilter/x|filterColumn")
        return [column for column in columns if len(column)]


_TEXTS: Cache[str, RawCell] = Cache(20_000_000)  # by the text of the element; most files share most of them
_SIMPLE_TEXT = re.compile(r'\s*+<si>\s*+<t(?: xml:space="preserve")?+>([^<\r]*+)</t>\s*+')


def shared_text(item: str) -> RawCell:
    """Give the text of an `si` element, given without its end tag; raises Unreadable where it is none by itself."""
    simple = None if "&#" in item else _SIMPLE_TEXT.fullmatch(item)
    if simple is not None:
        return _text(resolved(simple[1]))
    guard = XmlGuard("", LIMITS)
    table = parse_tree(f'<sst xmlns="{MAIN}">{item}</si></sst>'.encode(), guard)
    if [element.tag for element in table] != ["x|si"]:
        guard.refuse(DAMAGED_PART)
    return _text(*rich_text(table[0]))


def _text(text: str, marked: str | None = None) -> RawCell:
    struck = unescape(marked) if marked is not None and marked != text else None
    return RawCell(CellKind.TEXT, unescape(text), struck=struck)


def _shared_texts(content: bytes, guard: XmlGuard) -> list[RawCell]:
    """Give every shared text in order: one by one where they are plain, else as expat meets their elements."""
    stretch = find_stretch(content, b"sst")
    with suppress(Unreadable):  # of an element alone: the part as a whole says where
        if stretch is not None:
            *items, rest = stretch.text.split("</si>")
            recall = _TEXTS.recall
            texts = [recall(item, OVERHEAD + len(item), partial(shared_text, item)) for item in items]
            around = parse_tree(content[: stretch.start] + content[stretch.stop :], guard)
            if around.tag == "x|sst" and not rest.strip(" \t\r\n"):
                prove(content, guard)
                return texts
    found: list[RawCell] = []
    tree = parse_tree(content, guard, closed={"x|si": lambda item: found.append(_text(*rich_text(item)))})
    if tree.tag != "x|sst":
        guard.refuse(DAMAGED_PART)
    return found
