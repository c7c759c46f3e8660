"""xlsx and xlsm to RawWorkbook: finds the parts by their relationships, and reads each sheet with what hangs on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from xml.etree.ElementTree import Element

from ..core.dates import parse_moment
from ..core.message_templates import MessageTemplate
from ..findings import Finding
from ..findings.file import (
    DAMAGED_PART,
    EMBEDDED_OBJECT,
    EXTERNAL_LINK,
    LIVE_DATA_LINK,
    MACROS_PRESENT,
    MISSING_PART,
    NO_SHEETS,
    SHEET_LISTED_TWICE,
    TOO_MANY_SHEETS,
    UNREADABLE_SHEET_SETTING,
    UNREADABLE_SIDE_PART,
)
from ..findings.identity import SAVE_TIME_IMPOSSIBLE
from .limits import LIMITS, ReadLimits
from .ooxml_parts import Drawings, Parts, Relationship, cell_from_zero, merged
from .ooxml_rows import Context, NotPlain, SheetCells
from .ooxml_styles import NO_STYLES, Styles, read_styles, theme_colours
from .raw import (
    Area,
    Overlay,
    RawSheet,
    RawWorkbook,
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
from .safe_xml import Cache, XmlGuard, find_stretch, parse_tree, prove
from .zip_package import ZipPackage, shown

_CELL_SHEETS = ("worksheet", "dialogsheet", "xlMacrosheet", "xlIntlMacrosheet")
_PROPERTIES = (
    "custom-properties",
    "customProperties",
)  # the transitional and the strict word for it
MOST_SHOWN = 60  # characters of what the properties say


def read(data: bytes, limits: ReadLimits = LIMITS) -> RawWorkbook:
    """Return everything a returned workbook says; raises Unreadable, with the finding, when it cannot be read."""
    return _WorkbookReader(Parts(ZipPackage(data, limits), limits)).read()


class _WorkbookReader:
    """Reads one workbook; what goes wrong in a part that holds no answers is an observation only."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._package_links = parts.relationships("")
        main = _linked(self._package_links, "officeDocument")
        if main is None:
            raise Unreadable(MISSING_PART.at(part="officeDocument"))
        self._main = main
        self._links = parts.relationships(main)
        self._workbook, self._sheet_links = parts.workbook(main)
        self._observations = self._workbook.observations

    def read(self) -> RawWorkbook:
        """Return the whole workbook."""
        parts = self._parts
        workbook = self._workbook
        self._check_sheets(workbook.sheets)
        strings = parts.strings(part) if (part := _linked(self._links, "sharedStrings")) else {}
        context = Context(
            strings, self._styles(), workbook.epoch_1904, parts.limits, self._observations
        )
        for sheet, link in zip(workbook.sheets, self._sheet_links, strict=True):
            self._fill(sheet, link, context)
        self._read_properties(workbook)
        self._observations.extend(foreign_content(parts))
        return workbook

    def _styles(self) -> Styles:
        part = _linked(self._links, "styles")
        theme = list[str]()
        for link in self._links:
            if link.kind == "theme" and link.target in self._parts.package:
                with self._optional(link):
                    theme += theme_colours(self._parts.tree(link.target, "a|theme"))
        return (
            NO_STYLES
            if part is None
            else read_styles(self._parts.tree(part, "x|styleSheet"), theme)
        )

    def _read_properties(self, workbook: RawWorkbook) -> None:
        for link in (link for link in self._package_links if not link.external):
            with self._optional(link):
                if link.kind in _PROPERTIES:
                    workbook.properties |= self._parts.custom_properties(link.target)
                elif link.kind == "core-properties" and link.target in self._parts.package:
                    saved, words = self._parts.core_properties(link.target)
                    workbook.words += words
                    if saved and parse_moment(saved) is None:
                        self._observations.append(SAVE_TIME_IMPOSSIBLE.at(value=saved[:MOST_SHOWN]))
                    else:
                        workbook.saved = saved

    def _check_sheets(self, sheets: list[RawSheet]) -> None:
        limit = self._parts.limits.sheets
        if len(sheets) > limit:
            raise Unreadable(TOO_MANY_SHEETS.at(count=str(len(sheets)), limit=str(limit)))
        if not sheets:
            raise Unreadable(NO_SHEETS.at(part=shown(self._main)))
        names = Counter(sheet.name.casefold() for sheet in sheets)
        doubled = next((sheet.name for sheet in sheets if names[sheet.name.casefold()] > 1), None)
        if doubled is not None:
            raise Unreadable(SHEET_LISTED_TWICE.at(shown(doubled), part=shown(self._main)))

    def _fill(self, sheet: RawSheet, link_id: str, context: Context) -> None:
        link = next((link for link in self._links if link.id == link_id), None)
        if link is None or link.external:
            raise Unreadable(MISSING_PART.at(sheet.name, part=shown(sheet.name)))
        if (
            link.kind in _CELL_SHEETS
        ):  # a chart sheet keeps its place in the row of tabs, but has no cells
            try:
                read_sheet(self._parts.package.read(link.target), link.target, sheet, context)
            except Unreadable as problem:
                problem.observation = replace(problem.observation, sheet=sheet.name)
                raise
        self._attachments(link.target, sheet)

    def _attachments(self, part: str, sheet: RawSheet) -> None:
        """Read the notes, tables and drawings that hang on a sheet by relationships."""
        parts = self._parts
        drawings = Drawings(parts, lambda link: self._optional(link, sheet.name))
        readers: dict[str, Callable[[str], Iterable[Any]]] = {
            "threadedComment": parts.threaded_comments,
            "comments": parts.comments,
            "table": lambda target: parts.tree(
                target, "x|table"
            ),  # to tell of one that cannot be read
            "vmlDrawing": drawings.of_legacy_part,
            "drawing": drawings.of_part,
        }
        by_kind: dict[str, list[Any]] = {kind: [] for kind in readers}
        for link in parts.relationships(part):
            if link.kind in readers and not link.external:
                with self._optional(link, sheet.name):
                    by_kind[link.kind] += readers[link.kind](link.target)
        # Excel repeats a threaded comment as a note for older versions: the note is not a second observation.
        threaded, notes, _, legacy, drawn = by_kind.values()
        places = {comment[:2] for comment in threaded}
        sheet.comments = sorted([*threaded, *(note for note in notes if note[:2] not in places)])
        sheet.drawn = merged([*sheet.drawn, *legacy, *drawn])

    @contextmanager
    def _optional(self, link: Relationship, sheet: str | None = None) -> Iterator[None]:
        """Have what leads nowhere, or cannot be read, cost no more than itself."""
        try:
            yield
        except Unreadable:
            self._observations.append(UNREADABLE_SIDE_PART.at(sheet, part=shown(link.target)))


def _linked(links: list[Relationship], kind: str) -> str | None:
    """Return the first part that is linked as such."""
    return next((link.target for link in links if link.kind == kind and not link.external), None)


_MACRO_TYPES = ("vbaproject", "macrosheet")
_CONNECTION_TYPES = ("connections+xml", "querytable+xml")
_EMBEDDED_TYPES = ("oleobject", "activex")
_EMBEDDED_FOLDERS = ("/embeddings/", "/activex/")


def foreign_content(parts: Parts) -> Iterator[Finding]:
    """One observation for each kind of content that a form has no use for."""
    types = {name: parts.content_type(name) for name in parts.package.names}
    macros = [name for name, kind in types.items() if _is_any(_MACRO_TYPES, kind, name)]
    embedded = [
        name
        for name, kind in types.items()
        if _is_any(_EMBEDDED_TYPES, kind)
        or any(folder in f"/{name.lower()}" for folder in _EMBEDDED_FOLDERS)
    ]
    connections = [name for name, kind in types.items() if _is_any(_CONNECTION_TYPES, kind)]
    for finding, part_names in (
        (MACROS_PRESENT, macros),
        (EMBEDDED_OBJECT, embedded),
        (EXTERNAL_LINK, connections),
    ):
        if part_names:
            yield finding.at(what=", ".join(map(shown, part_names[:5])))
    for name, kind in types.items():
        if "externallink+xml" in kind:
            yield _link(parts, name)


def _is_any(words: tuple[str, ...], *texts: str) -> bool:
    return any(word in text.lower() for word in words for text in texts)


def _link(parts: Parts, part: str) -> Finding:
    """Return a link to another workbook, or to a running program (DDE, OLE)."""
    tree = parts.tree(part, "x|externalLink")
    dynamic = next((link for link in tree if link.tag in ("x|ddeLink", "x|oleLink")), None)
    if dynamic is not None:
        return LIVE_DATA_LINK.at(
            what=shown(dynamic.get("ddeService") or dynamic.get("progId") or part)
        )
    targets = [link.target for link in parts.relationships(part) if link.external]
    # The file name only: a whole path tells where on somebody's computer it lay.
    names = [target.replace("\\", "/").rpartition("/")[2] for target in targets]
    return EXTERNAL_LINK.at(what=shown(", ".join(names) or part))


# one sheet: its rows, and the rules, locks and merges around them

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
    drawn: list[Overlay] = field(default_factory=list)
    margins: list[str] = field(default_factory=list)
    not_understood: list[str] = field(default_factory=list)


_REMEMBERED: Cache[tuple[ReadLimits, bytes, bytes], Surroundings] = Cache(
    4_000_000, largest=400_000
)


def read_sheet(content: bytes, part: str, sheet: RawSheet, context: Context) -> None:
    """Fill `sheet` from the bytes of its part."""
    guard = XmlGuard(part, context.limits)
    cells = SheetCells(sheet, guard, context)
    try:
        stretch = find_stretch(content, b"sheetData")
        if stretch is None:
            raise NotPlain
        rows = cells.reader.plain_rows(stretch.text)
        before = content[: stretch.start]
        after = content[stretch.stop :]
        key = (guard.limits, before, after)
        size = len(before) + len(after)
        around = _REMEMBERED.recall(key, size, lambda: _around(before, after, guard))
    except NotPlain:
        opened = {"x|row": cells.open_row}
        closed = {"x|c": cells.add, "x|row": cells.close_row}
        around = _surroundings(parse_tree(content, guard, opened, closed), guard)
    else:
        prove(content, guard)
        cells.keep(rows)
    sheet.validations = around.validations
    sheet.merges = around.merges
    sheet.margins = around.margins
    sheet.hidden_columns = around.hidden_columns
    sheet.drawn = around.drawn
    sheet.protected = around.protected
    for setting in around.not_understood:
        unreadable = UNREADABLE_SHEET_SETTING.at(sheet.name, what=MessageTemplate(setting))
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
    surroundings = Surroundings()
    for merge in tree.iter("x|mergeCell"):
        if (area := parse_area(merge.get("ref", ""))) is None:
            surroundings.not_understood.append("merged cells")
        else:
            surroundings.merges.append(area)
    _add_rules(surroundings, tree)
    for entry in tree.iter("x|col"):
        first = whole_number(entry.get("min"))
        last = whole_number(entry.get("max"))
        if is_unseen(entry.attrib, "width") and first is not None and last is not None:
            surroundings.hidden_columns.append((first, last))
    surroundings.protected = any(
        is_true(lock.get("sheet")) for lock in tree.iter("x|sheetProtection")
    )
    for element in tree.iter():
        if element.tag in _DRAWN:
            kind, name = _DRAWN[element.tag]
            surroundings.drawn.append(
                Overlay(
                    *_corner(element), kind, "", element.get(name, ""), element.get("shapeId", "")
                )
            )
        elif element.tag == "x|scenario":
            surroundings.margins.append(unescape(element.get("comment", "").replace("&", "&&")))
        elif element.tag in _MARGINS:
            surroundings.margins.append(unescape("".join(element.itertext())))
    return surroundings


def _corner(element: Element) -> tuple[int, int]:
    """Return the cell where an object begins: the one thing that has its anchor in the part of a sheet."""
    row, column = (next(element.iter(f"xdr|{line}"), None) for line in ("row", "col"))
    return cell_from_zero(
        "" if row is None else row.text or "", "" if column is None else column.text or ""
    )


def _add_rules(surroundings: Surroundings, tree: Element) -> None:
    """Note the validation rules, of the first kind and the one that Excel writes for lists of other sheets."""
    for rule in (*tree.iter("x|dataValidation"), *tree.iter("x14|dataValidation")):
        formula = rule.findtext(
            "x14|formula1/xm|f" if rule.tag.startswith("x14|") else "x|formula1", ""
        )
        if areas := parse_areas(rule.findtext("xm|sqref", rule.get("sqref", ""))):
            blocks = (
                is_true(rule.get("showErrorMessage")) and rule.get("errorStyle", "stop") == "stop"
            )
            surroundings.validations.append(
                Validation(rule.get("type", "none"), formula, areas, blocks)
            )
        else:
            surroundings.not_understood.append("a dropdown or another entry rule")
