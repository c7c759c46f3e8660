"""One worksheet part of an xlsx file: its cells, and the rules, locks, merges and filters around them."""

from __future__ import annotations

from typing import NamedTuple

from ..findings.file import DAMAGED_PART, UNREADABLE_SHEET_SETTING
from ..kept_texts import Kept
from .cell_values import is_true, is_unseen, struck_through, unescape
from .limits import Limits
from .memory import Memory
from .ooxml_cells import Cells, Context, EndTable, StartTable, cell_handlers
from .ooxml_drawings import cell_from_zero
from .plain_rows import keep, plain_rows
from .plain_xml import Stretch, find_stretch
from .raw import Area, Drawn, RawSheet, Validation
from .references import LAST_COLUMN, parse_area, parse_areas
from .safe_xml import Attributes, Handlers, Known, XmlGuard, run_expat

_ROOTS = ("x|worksheet", "x|dialogsheet", "xm|macrosheet")
_MARGINS = [f"x|{pages}{place}" for pages in ("odd", "even", "first") for place in ("Header", "Footer")]
_OWN_FILTER_DEPTH = 3  # worksheet, autoFilter, filterColumn; deeper ones belong to saved custom views


class _Surroundings(NamedTuple):
    """What the bytes before and after the rows say of a sheet."""

    validations: list[Validation]
    merges: list[Area]
    hidden_columns: set[int]
    protected: bool
    filtered: bool
    drawn: list[Drawn]
    margins: list[str]

    @classmethod
    def of(cls, sheet: RawSheet) -> _Surroundings:
        """Of a sheet whose rows were not read yet."""
        return cls(
            sheet.validations,
            sheet.merges,
            sheet.hidden_columns,
            sheet.protected,
            sheet.filtered,
            sheet.drawn,
            sheet.margins,
        )

    def put_on(self, sheet: RawSheet) -> None:
        """Give another sheet the same."""
        sheet.validations, sheet.merges = self.validations.copy(), self.merges.copy()
        sheet.hidden_columns, sheet.drawn = self.hidden_columns.copy(), self.drawn.copy()
        sheet.margins = self.margins.copy()
        sheet.protected, sheet.filtered = self.protected, self.filtered


_SEEN: Memory[tuple[Limits, bytes, bytes], _Surroundings] = Memory(4_000_000, largest=400_000)


def read_sheet(content: bytes, part: str, sheet: RawSheet, context: Context) -> None:
    """Fill `sheet` from the bytes of its part."""
    guard = XmlGuard(part, context.limits)
    cells = Cells(sheet, guard, context)
    stretch = find_stretch(content, b"sheetData")
    rows = plain_rows(stretch.text, stretch.prefixes, context) if stretch is not None else None
    if stretch is None or rows is None:
        _read_elements(content, cells, None)
    elif _read_surroundings(content, cells, stretch):
        keep(rows, cells)
    cells.finish()


def _read_surroundings(content: bytes, cells: Cells, stretch: Stretch) -> bool:
    """Read what stands around plain rows; false when expat sees them otherwise, and all was read its way."""
    sheet, context = cells.sheet, cells.context
    key = context.limits, content[: stretch.start], content[stretch.stop :]
    seen = _SEEN.get(key)
    if seen is not None:
        cells.guard.check_elements(content)
        seen.put_on(sheet)
        return True
    observations = len(context.observations)
    if not _read_elements(content, cells, stretch):
        return False
    if not sheet.cells and len(context.observations) == observations:
        _SEEN.put(key, _Surroundings.of(sheet), len(key[1]) + len(key[2]))
    return True


def _read_elements(content: bytes, cells: Cells, plain: Stretch | None) -> bool:
    """Read a part element by element, but for plain rows if expat agrees that they are rows; true if it does."""
    text: list[str] = []
    around = _Around(cells)
    handlers = Handlers(*cell_handlers(cells, text, around.starts(), around.ends()), text.append)
    known = plain and Known(plain.start, plain.stop, lambda: around.in_data, proven=True)
    spared = run_expat(content, cells.guard, handlers, known)
    if not around.has_root:
        cells.guard.refuse(DAMAGED_PART)
    return spared


def _ignore(_attributes: Attributes, _depth: int) -> None:
    """Do nothing for an element of which only the text counts: being in the table has cleared what came before."""


class _Around:
    """Everything in a sheet part that is not a cell."""

    def __init__(self, cells: Cells) -> None:
        self.cells = cells
        self.sheet = cells.sheet
        self.guard = cells.guard
        self.context = cells.context
        self.has_root = False
        self.in_data = False
        self._runs: list[str] = []
        self._marked: list[str] = []  # the same with what is struck through marked
        self._struck = False
        self._phonetic = False
        self._rule: Attributes | None = None
        self._rule_texts: dict[str, str] = {}
        self._extended_formula = ""
        self._corner: dict[str, str] = {}

    def starts(self) -> StartTable:
        """Give what to do when an element opens."""
        return {
            **dict.fromkeys(_ROOTS, self._root),
            **dict.fromkeys(("x|t", "x|formula1", "x|formula2", "xm|f", "xm|sqref", *_MARGINS), _ignore),
            "x|sheetData": self._open_data,
            "x|is": self._open_inline,
            "x|rPh": self._open_phonetic,
            "x|strike": self._strike,
            "x|sheetPr": self._properties,
            "x|sheetProtection": self._protection,
            "x|col": self._column,
            "x|mergeCell": self._merge,
            "x|picture": self._background,
            "x|oleObject": self._object,
            "x|from": self._open_anchor,
            **dict.fromkeys(("xdr|row", "xdr|col"), _ignore),
            "x|control": self._control,
            "x|scenario": self._scenario,
            "x|filterColumn": self._filter,
            "x|dataValidation": self._open_rule,
            "x14|dataValidation": self._open_rule,
            "x14|formula1": self._open_formula1,
            "x14|formula2": self._open_formula2,
        }

    def ends(self) -> EndTable:
        """Give what to do when an element closes."""
        return {
            **dict.fromkeys(_MARGINS, self._margin),
            "x|t": self._close_text,
            "x|from": self._close_anchor,
            "xdr|row": self._close_row,
            "xdr|col": self._close_column,
            "x|sheetData": self._close_data,
            "x|is": self._close_inline,
            "x|rPh": self._close_phonetic,
            "x|formula1": self._close_formula1,
            "x|formula2": self._close_formula2,
            "xm|f": self._close_extended_formula,
            "xm|sqref": self._close_areas,
            "x|dataValidation": self._close_rule,
            "x14|dataValidation": self._close_extended_rule,
        }

    def _margin(self, text: str) -> None:
        self.sheet.margins.append(unescape(text))

    def _scenario(self, attributes: Attributes, _depth: int) -> None:
        self._margin(attributes.get("comment", "").replace("&", "&&"))

    def _root(self, _attributes: Attributes, depth: int) -> None:
        self.has_root = self.has_root or depth == 1

    def _open_data(self, _attributes: Attributes, depth: int) -> None:
        self.in_data = self.has_root and depth == 2

    def _close_data(self, _text: str) -> None:
        self.in_data = False

    def _open_inline(self, _attributes: Attributes, _depth: int) -> None:
        self._runs, self._marked, self._struck = [], [], False

    def _strike(self, attributes: Attributes, _depth: int) -> None:
        self._struck = is_true(attributes.get("val", "1"))

    def _open_phonetic(self, _attributes: Attributes, _depth: int) -> None:
        self._phonetic = True

    def _close_phonetic(self, _text: str) -> None:
        self._phonetic = False

    def _close_text(self, text: str) -> None:
        if not self._phonetic:
            self._runs.append(text)
            self._marked.append(struck_through(text) if self._struck else text)
            self._struck = False

    def _close_inline(self, _text: str) -> str:
        text, marked = "".join(self._runs), "".join(self._marked)
        if marked != text:
            self.cells.struck = unescape(marked)
        return text

    def _properties(self, attributes: Attributes, _depth: int) -> None:
        if is_true(attributes.get("filterMode")):
            self.sheet.filtered = True

    def _protection(self, attributes: Attributes, _depth: int) -> None:
        self.sheet.protected = is_true(attributes.get("sheet"))

    def _filter(self, attributes: Attributes, depth: int) -> None:
        # A column entry that only hides its button filters nothing.
        if depth == _OWN_FILTER_DEPTH and not is_true(attributes.get("hiddenButton")):
            self.sheet.filtered = True

    def _column(self, attributes: Attributes, _depth: int) -> None:
        if not is_unseen(attributes, "width"):
            return
        first, last = attributes.get("min", ""), attributes.get("max", "")
        if first.isdecimal() and last.isdecimal() and len(first) < 8 and len(last) < 8:
            self.sheet.hidden_columns.update(range(max(int(first), 1), min(int(last), LAST_COLUMN) + 1))

    def _merge(self, attributes: Attributes, _depth: int) -> None:
        area = parse_area(attributes.get("ref", ""))
        if area is None:
            self._not_understood("merged cells")
        else:
            self.sheet.merges.append(area)

    def _background(self, _attributes: Attributes, _depth: int) -> None:
        self.sheet.drawn.append(Drawn(0, 0, "background"))

    def _object(self, attributes: Attributes, _depth: int) -> None:
        name, shape = attributes.get("progId", ""), attributes.get("shapeId", "")
        self.sheet.drawn.append(Drawn(0, 0, "object", name=name, shape=shape))

    def _open_anchor(self, _attributes: Attributes, _depth: int) -> None:
        self._corner = {}

    def _close_row(self, text: str) -> None:
        self._corner["row"] = text

    def _close_column(self, text: str) -> None:
        self._corner["column"] = text

    def _close_anchor(self, _text: str) -> None:
        """Note where the object before begins: the one thing that has its anchor in the part of a sheet."""
        row, column = cell_from_zero(self._corner.get("row", ""), self._corner.get("column", ""))
        if self.sheet.drawn and row:
            self.sheet.drawn[-1] = self.sheet.drawn[-1]._replace(row=row, column=column)

    def _control(self, attributes: Attributes, _depth: int) -> None:
        name, shape = attributes.get("name", ""), attributes.get("shapeId", "")
        self.sheet.drawn.append(Drawn(0, 0, "control", name=name, shape=shape))

    def _open_rule(self, attributes: Attributes, _depth: int) -> None:
        self._rule = attributes
        self._rule_texts = {}

    def _open_formula1(self, _attributes: Attributes, _depth: int) -> None:
        self._extended_formula = "formula1"

    def _open_formula2(self, _attributes: Attributes, _depth: int) -> None:
        self._extended_formula = "formula2"

    def _close_formula1(self, text: str) -> None:
        self._rule_texts["formula1"] = text

    def _close_formula2(self, text: str) -> None:
        self._rule_texts["formula2"] = text

    def _close_extended_formula(self, text: str) -> None:
        self._rule_texts[self._extended_formula] = text

    def _close_areas(self, text: str) -> None:
        self._rule_texts["sqref"] = text

    def _close_rule(self, _text: str) -> None:
        self._keep_rule(extended=False)

    def _close_extended_rule(self, _text: str) -> None:
        self._keep_rule(extended=True)

    def _keep_rule(self, *, extended: bool) -> None:
        rule = self._rule or {}
        texts = self._rule_texts
        areas = parse_areas(texts.get("sqref", rule.get("sqref", "")))
        if not areas:
            self._not_understood("a dropdown or another entry rule")
            return
        blocks = is_true(rule.get("showErrorMessage")) and rule.get("errorStyle", "stop") == "stop"
        self.sheet.validations.append(
            Validation(
                type=rule.get("type", "none"),
                operator=rule.get("operator", "between"),
                formula1=texts.get("formula1", ""),
                formula2=texts.get("formula2", ""),
                areas=areas,
                blocks=blocks,
                extended=extended,
            )
        )

    def _not_understood(self, what: str) -> None:
        self.context.unreadable_places += 1
        if self.context.unreadable_places > self.context.limits.unreadable_places:
            self.guard.refuse(DAMAGED_PART)
        self.context.observations.append(UNREADABLE_SHEET_SETTING.at(self.sheet.name, what=Kept(what)))
