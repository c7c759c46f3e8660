"""One worksheet part of an xlsx file: its rows, and the rules, locks, merges and filters around them."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from ..findings.file import DAMAGED_PART, UNREADABLE_SHEET_SETTING
from ..kept_texts import Kept
from .cache import Cache
from .limits import Limits
from .ooxml_drawings import cell_from_zero
from .ooxml_rows import Context, NotPlain, SheetCells
from .raw import (
    Area,
    Drawn,
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
    drawn: list[Drawn] = field(default_factory=list)
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
        unreadable = UNREADABLE_SHEET_SETTING.at(sheet.name, what=Kept(what))
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
                Drawn(*_corner(element), what, "", element.get(name, ""), element.get("shapeId", ""))
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
