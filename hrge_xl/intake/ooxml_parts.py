"""The parts of an xlsx file besides its sheets: what is where, the texts, the formats, names and notes."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from ..findings import Finding
from ..findings.appearance import MANUAL_CALCULATION, PRECISION_AS_DISPLAYED
from ..findings.file import DAMAGED_PART
from .cell_values import is_true, struck_through, unescape
from .colours import theme_colours
from .limits import Limits
from .memory import Memory
from .ooxml_styles import Styles, read_styles
from .plain_xml import closed_up, find_stretch, plain_text
from .raw import CellKind, RawCell, Unreadable
from .references import parse_cell
from .safe_xml import Attributes, Handlers, Known, XmlGuard, parse_tree, run_expat
from .zip_package import ZipPackage, shown

_TREES: Memory[tuple[Limits, bytes], Element] = Memory(1_000_000, largest=200_000)
_STYLES: Memory[tuple[Limits, bytes, tuple[str, ...]], Styles] = Memory(1_000_000, largest=200_000)


class Relationship(NamedTuple):
    """A link out of a part: `kind` is the last word of its type, `target` a part or an outside address."""

    id: str
    kind: str
    target: str
    external: bool


class SheetEntry(NamedTuple):
    """A sheet as the workbook part lists it."""

    name: str
    state: str
    relationship: str


class Strings(NamedTuple):
    """Shared texts by their index as cells write it, each as the cell that it makes.

    `struck` shows those of which runs are struck through, by the identity of that cell: another one may read alike.
    """

    cells: Mapping[str, RawCell]
    struck: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class WorkbookPart:
    """The workbook part: sheets in tab order, workbook-level names, date system, what its settings do to figures."""

    sheets: list[SheetEntry]
    defined_names: dict[str, str]
    epoch_1904: bool
    settings: list[Finding]
    comments: list[str]  # of defined names


class Parts:
    """Reads single parts of one package."""

    def __init__(self, package: ZipPackage, limits: Limits) -> None:
        self.package = package
        self.limits = limits
        self._types, self._default_types = self._content_types()

    def tree(self, part: str, root: str) -> Element:
        """Give a part as a tree with this root element."""
        content = self.package.read(part)
        element = _TREES.recall(
            (self.limits, content), len(content), lambda: parse_tree(content, part, self.limits)
        )
        if element.tag != root:
            raise Unreadable(DAMAGED_PART.at(part=shown(part)))
        return element

    def _content_types(self) -> tuple[dict[str, str], dict[str, str]]:
        types = self.tree("[Content_Types].xml", "ct|Types")
        overrides = {
            entry.get("PartName", "").lstrip("/").lower(): entry.get("ContentType", "").lower()
            for entry in types.iter("ct|Override")
        }
        defaults = {
            entry.get("Extension", "").lower(): entry.get("ContentType", "").lower()
            for entry in types.iter("ct|Default")
        }
        return overrides, defaults

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
        tree = self.tree(own, "rel|Relationships")
        return [self._relationship(entry, folder) for entry in tree.iter("rel|Relationship")]

    def _relationship(self, entry: Element, folder: str) -> Relationship:
        external = entry.get("TargetMode", "").lower() == "external"
        target = entry.get("Target", "")
        return Relationship(
            id=entry.get("Id", ""),
            kind=entry.get("Type", "").rpartition("/")[2],
            target=target if external else self._resolve(folder, target),
            external=external,
        )

    def _resolve(self, folder: str, target: str) -> str:
        path = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
        return path if path in self.package else unquote(path)

    def workbook(self, part: str) -> WorkbookPart:
        """Give the workbook part."""
        tree = self.tree(part, "x|workbook")
        properties = tree.find("x|workbookPr")
        return WorkbookPart(
            sheets=[
                SheetEntry(entry.get("name", ""), entry.get("state", "visible"), entry.get("r|id", ""))
                for entry in tree.iterfind("x|sheets/x|sheet")
            ],
            defined_names={
                entry.get("name", ""): "".join(entry.itertext()).removeprefix("=")
                for entry in tree.iterfind("x|definedNames/x|definedName")
                if entry.get("localSheetId") is None
            },
            epoch_1904=properties is not None and is_true(properties.get("date1904")),
            settings=_settings(tree.find("x|calcPr")),
            comments=[entry.get("comment", "") for entry in tree.iterfind("x|definedNames/x|definedName")],
        )

    def theme(self, part: str) -> tuple[str, ...]:
        """Give the colours of a theme part."""
        return theme_colours(self.tree(part, "a|theme"))

    def styles(self, part: str, theme: tuple[str, ...]) -> Styles:
        """Give the cell styles, with these colours of a theme."""
        content = self.package.read(part)
        return _STYLES.recall(
            (self.limits, content, theme),
            len(content),
            lambda: read_styles(self.tree(part, "x|styleSheet"), theme),
        )

    def strings(self, part: str) -> Strings:
        """Give the shared texts."""
        table = _StringTable(XmlGuard(part, self.limits))
        cells = table.read(self.package.read(part))
        return Strings(dict(zip(map(str, range(len(cells))), cells, strict=True)), table.struck)

    def comments(self, part: str) -> Iterator[tuple[int, int, str]]:
        """Give the notes of a sheet: row, column and text."""
        tree = self.tree(part, "x|comments")
        for comment in tree.iterfind("x|commentList/x|comment"):
            runs = comment.iterfind("x|text/x|t"), comment.iterfind("x|text/x|r/x|t")
            text = "".join(run.text or "" for kind in runs for run in kind)
            yield (*self._place(comment, part), unescape(text))

    def threaded_comments(self, part: str) -> Iterator[tuple[int, int, str]]:
        """Give the comments of newer Excel, replies included."""
        tree = self.tree(part, "tc|ThreadedComments")
        for comment in tree.iterfind("tc|threadedComment"):
            yield (*self._place(comment, part), comment.findtext("tc|text", ""))

    def _place(self, comment: Element, part: str) -> tuple[int, int]:
        place = parse_cell(comment.get("ref", ""))
        if place is None:
            raise Unreadable(DAMAGED_PART.at(part=shown(part)))
        return place

    def custom_properties(self, part: str) -> dict[str, str]:
        """Give the custom document properties as text."""
        tree = self.tree(part, "cp|Properties")
        return {
            entry.get("name", ""): "".join(entry.itertext()).strip() for entry in tree.iter("cp|property")
        }

    def core_properties(self, part: str) -> tuple[str, list[str]]:
        """Give when the file was last saved, "" where that is not said, and what people typed about it."""
        tree = self.tree(part, "core|coreProperties")
        words = (
            tree.findtext(name) or ""
            for name in ("dc|subject", "dc|description", "core|keywords", "core|category")
        )
        return (tree.findtext("dcterms|modified") or "").strip(), [*words]

    def table_is_filtered(self, part: str) -> bool:
        """Say whether a table (list object) hides rows by a filter."""
        tree = self.tree(part, "x|table")
        return any(len(column) for column in tree.iterfind("x|autoFilter/x|filterColumn"))


def _settings(calculation: Element | None) -> list[Finding]:
    """Note the settings by which a workbook may change or show other figures than were typed."""
    if calculation is None:
        return []
    displayed = not is_true(calculation.get("fullPrecision", "1"))
    manual = calculation.get("calcMode") == "manual"
    return [
        kind.at()
        for kind, is_set in ((PRECISION_AS_DISPLAYED, displayed), (MANUAL_CALCULATION, manual))
        if is_set
    ]


class _Item(NamedTuple):
    """A shared text as a cell, and whether its bytes are proven to be well-formed."""

    cell: RawCell
    proven: bool


_ITEMS: Memory[str, _Item] = Memory(
    4_000_000, twice=True
)  # by the text of the element; most files share most texts


def _plain_items(text: str) -> list[_Item] | None:
    """Give the shared texts of a stretch, or None when one of them is not plain."""
    *elements, rest = text.split("</si>")
    items = [_ITEMS.get(each) or _plain_item(each) for each in elements]
    plain = [item for item in items if item is not None]
    return None if closed_up(rest) or len(plain) < len(items) else plain


def _plain_item(element: str) -> _Item | None:
    found = plain_text(closed_up(element))
    if found is None:
        return None
    item = _Item(_text_cell(found.text), found.proven)
    _ITEMS.put(element, item, len(element))
    return item


def _text_cell(text: str) -> RawCell:
    return RawCell(CellKind.TEXT, unescape(text))


class _StringTable:
    """The shared string part, streamed: it is the second largest part of most workbooks."""

    def __init__(self, guard: XmlGuard) -> None:
        self._guard = guard
        self._cells: list[RawCell] = []
        self._has_root = False
        self.struck: dict[int, str] = {}

    def read(self, content: bytes) -> list[RawCell]:
        """Give every text in order: rich runs joined, phonetic readings left out."""
        pieces: list[str] = []
        handlers = Handlers(*self._handlers(pieces), pieces.append)
        stretch = find_stretch(content, b"sst")
        plain = _plain_items(stretch.text) if stretch is not None else None
        known = None
        if stretch is not None and plain is not None:
            proven = all(item.proven for item in plain)
            known = Known(stretch.start, stretch.stop, lambda: self._has_root, proven)
        if run_expat(content, self._guard, handlers, known):
            return [item.cell for item in plain or ()]
        if not self._has_root:
            self._guard.refuse(DAMAGED_PART)
        return self._cells

    def _handlers(self, pieces: list[str]) -> tuple[Callable[[str, Attributes], None], Callable[[str], None]]:
        guard, cells = self._guard, self._cells
        max_depth, max_attributes = guard.limits.depth, guard.limits.attributes
        depth = 0
        phonetic = False
        struck = False
        runs: list[str] = []
        marked: list[str] = []  # the same with what is struck through marked

        def start(name: str, attributes: Attributes) -> None:
            nonlocal depth, phonetic, struck
            depth += 1
            if depth > max_depth:
                guard.too_deep()
            if len(attributes) > max_attributes:
                guard.too_many_attributes()
            if name == "x|t":
                pieces.clear()
            elif name == "x|rPh":
                phonetic = True
            elif name == "x|strike":
                struck = is_true(attributes.get("val", "1"))
            elif name == "x|sst":
                self._has_root = depth == 1

        def end(name: str) -> None:
            nonlocal depth, phonetic, struck
            depth -= 1
            if name == "x|t":
                if not phonetic:
                    text = "".join(pieces)
                    runs.append(text)
                    marked.append(struck_through(text) if struck else text)
                    struck = False
            elif name == "x|si":
                cells.append(_text_cell("".join(runs)))
                if marked != runs:
                    self.struck[id(cells[-1])] = unescape("".join(marked))
                runs.clear()
                marked.clear()
            elif name == "x|rPh":
                phonetic = False

        return start, end
