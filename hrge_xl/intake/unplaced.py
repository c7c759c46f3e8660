"""What stands outside every known cell: kept word for word, and reported once for each thing done by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ..findings import Finding, Kind
from ..findings.structure import COLUMN_WITHOUT_CODE, QUESTION_OUTLIVED, ROW_WITHOUT_CODE, TEXT_WITHOUT_PLACE
from ..layout import address
from ..layout.model import CODE_COLUMN, LEFTOVER_COLUMNS, LEFTOVER_HEAD
from ..spec.own_sheets import LEFTOVER_KEY
from ..submission import Unplaced
from ..words import and_more
from ..workbook.feedback_sheets import FORMULA, digest
from .axes import Axes, by_codes
from .cell_values import shown_cell
from .expected import one_by_one, shorten
from .raw import RawCell, RawSheet, RawWorkbook
from .retired_questions import OldSheet
from .tool_sheets import HOME, Corner, ToolSheet

KEPT_TEXTS = 5_000  # of one sheet; what a fill-down to the last row leaves is counted, not kept
SINGLE_REPORTS = 100  # of one sheet; further ones are reported together
SERVICE_ROLES = frozenset({"sign", "status", "check", "active"})


class TypedText(NamedTuple):
    """A value outside the known cells. `question` is what it answered in the version that it was issued from."""

    row: int
    column: int
    text: str
    question: str = ""


@dataclass(slots=True)
class UnplacedTexts:
    """What was left over: the texts, and the observations about them."""

    unplaced: list[Unplaced] = field(default_factory=list)
    observations: list[Finding] = field(default_factory=list)


Held = Mapping[int, frozenset[int]]


def unplaced_texts(
    tool_sheet: ToolSheet,
    axes: Axes,
    old: OldSheet | None = None,
    *,
    held: Held | None = None,
    formulas_known: bool = True,
) -> UnplacedTexts:
    """Give everything on a tool sheet that stands in no cell of the layout.

    `old` describes a sheet of an older version; `held` says in which columns of each row something was issued, where
    that is known: then every other text is somebody's own. Without `formulas_known` a text may be what a formula shows.
    """
    left, name, tool = UnplacedTexts(), tool_sheet.raw.name, tool_sheet.plan.tool
    found: dict[str, list[TypedText]] = {kind: [] for kind in ("row", "column", "single", "retired", "kept")}
    sorter = _Sorter(tool_sheet, axes, old, held, formulas_known=formulas_known)
    for typed in sorter.outside():
        kind = sorter.kind(typed)
        if kind:
            found[kind].append(typed)
            if len(left.unplaced) < KEPT_TEXTS:
                left.unplaced.append(_unplaced(tool_sheet.raw, typed))
    for lost, kind, axis in (
        (ROW_WITHOUT_CODE, "row", axes.rows),
        (COLUMN_WITHOUT_CODE, "column", axes.columns),
    ):
        lines: dict[int, list[TypedText]] = {}
        for typed in found[kind]:
            lines.setdefault(typed.row if kind == "row" else typed.column, []).append(typed)
        for line, group in sorted(lines.items()):
            if axis.inside(line) or len(group) > 1:
                cells = ", ".join(address(typed.row, typed.column) for typed in sorted(group)[:20])
                left.observations.append(_told(lost, name, tool, sorted(group), cells=cells))
            else:
                found["single"] += group
    left.observations += _singles(name, tool, sorted(found["single"]))
    left.observations += _retired(name, tool, found["retired"], tool_sheet.plan.layout.spec.version)
    return left


class _Sorter:
    """Tells what is outside the layout, and what kind of thing it is."""

    def __init__(
        self,
        tool_sheet: ToolSheet,
        axes: Axes,
        old: OldSheet | None,
        held: Held | None,
        *,
        formulas_known: bool,
    ) -> None:
        self.raw, self.plan, self.old = tool_sheet.raw, tool_sheet.plan, old
        self.rows, self.columns, self.unmoved = axes.rows, axes.columns, axes.unmoved
        self.top, self.left = tool_sheet.corner
        self.held, self.known = held or self.plan.taken, held is not None
        self.formulas_known = formulas_known or self.known
        self._expected: dict[int, frozenset[int]] = {}

    def outside(self) -> Iterator[TypedText]:
        """Give every value in a cell where the layout has nothing."""
        for row, cells in self.raw.cells.items():
            if row == self.top and not self.known:
                continue
            old = self.old
            retired = (
                {column for column in cells if old.is_retired(row, column)} if old is not None else set()
            )
            for column in sorted(cells.keys() - self.expected(row) | retired):
                text, origin = shown_cell(cells[column]), self.columns.origin.get(column, 0)
                if text and not text.isspace() and not self.plan.is_loose(row, origin, text):
                    question = old.label(row, column) if old is not None and column in retired else ""
                    yield TypedText(row, column, text, question)

    def expected(self, row: int) -> frozenset[int]:
        """Give the columns of a row in which the layout has something."""
        if self.known and self.unmoved:
            return self.held.get(row, frozenset())
        origin = HOME.row if row == self.top else self.rows.origin.get(row)
        if origin is None:
            everywhere = frozenset({self.left, *self.columns.origin, *self.columns.own})
            return everywhere if row in self.rows.own else frozenset()
        if self.columns.unmoved:
            return self.held.get(origin, frozenset())
        known = self._expected.get(origin)
        if known is None:
            taken = self.held.get(origin, frozenset())
            here = {column for column, place in self.columns.origin.items() if place in taken}
            known = self._expected[origin] = frozenset({self.left, *here, *self.columns.own})
        return known

    def kind(self, typed: TypedText) -> str:
        """`row` or `column` (inserted by hand), `single`, `retired`, `kept` (of a copy), or nothing at all."""
        row, column = typed.row, typed.column
        if row in self.rows.copies or column in self.columns.copies:
            return "kept" if self._repeats_answer(typed) else self._unless_ours(typed)
        if self.old is not None and typed.question:
            return "retired"
        if self.old is not None and self.old.raw.protected and self.old.ours(row, column):
            return ""
        if row in self.rows.unknown or column in self.columns.unknown:
            return self._coded(typed)
        if row not in self.rows.origin and row not in self.rows.own:
            # where nobody knows what was issued, it may belong to a calculated block
            calculated = not self.known and self.plan.foreign and not self.rows.inside(row)
            return "" if calculated or self._is_service(typed) else "row"
        if column not in self.columns.origin and column not in self.columns.own:
            return "column"
        return "single"

    def _coded(self, typed: TypedText) -> str:
        """Give a row or column with a code of another layout: its labels are not news."""
        if self.old is not None:
            return "" if self.old.ours(typed.row, typed.column) else "single"
        bare_code = typed.column == self.left and " " not in typed.text and not self.known
        return "" if bare_code or self._is_service(typed) else self._unless_ours(typed)

    def _unless_ours(self, typed: TypedText) -> str:
        """Nothing for a formula or a text of the layout; where all is known, any other text was typed."""
        if self._formula(typed) is not None or self.plan.known_text(typed.text):
            return ""
        row, column = self._original(typed)
        if (row, column) == (typed.row, typed.column):
            return "single"
        return "single" if self.known and shown_cell(self.raw.cell(row, column)) != typed.text else ""

    def _original(self, typed: TypedText) -> tuple[int, int]:
        """Give the cell that a cell of a copied row or column repeats; the cell itself where nothing was copied."""
        rows, columns = self.rows, self.columns
        row = rows.places[rows.copies[typed.row]] if typed.row in rows.copies else typed.row
        across = columns.copies.get(typed.column)
        return row, typed.column if across is None else columns.places[across]

    def _formula(self, typed: TypedText) -> str | None:
        return self.raw.cells[typed.row][typed.column].formula

    def _is_service(self, typed: TypedText) -> bool:
        """Say whether it is what a formula shows in a column of checks, where formulas are filled down."""
        if self.formulas_known and self._formula(typed) is None:
            return False
        origin = self.columns.origin.get(typed.column)
        return origin is not None and self.plan.roles.get(origin, frozenset()) <= SERVICE_ROLES

    def _repeats_answer(self, typed: TypedText) -> bool:
        """Say whether a cell of a copied row or column repeats an answer."""
        row, column = self._original(typed)
        part = self.plan.at.get((self.rows.origin.get(row, 0), self.columns.origin.get(column, 0)))
        return part is not None and not part.calculated


def _told(kind: Kind, sheet: str, tool: str | None, found: Sequence[TypedText], **more: str) -> Finding:
    """Give one observation for several texts: the first of them, and how many more."""
    first, count = found[0], len(found)
    value = shorten(first.text) + and_more(count - 1)
    at = address(first.row, first.column)
    return kind.at(sheet, at, tool, value=value, count=str(count), **more)


def _singles(sheet: str, tool: str | None, found: Sequence[TypedText]) -> Iterator[Finding]:
    for some in one_by_one(found, SINGLE_REPORTS):
        yield _told(TEXT_WITHOUT_PLACE, sheet, tool, some)


def _retired(sheet: str, tool: str | None, found: Sequence[TypedText], version: str) -> Iterator[Finding]:
    for first, *more in one_by_one(found, SINGLE_REPORTS):
        label, at = first.question + and_more(len(more)), address(first.row, first.column)
        about = {"label": label, "expected": version, "value": shorten(first.text)}
        yield QUESTION_OUTLIVED.at(sheet, at, tool, **about)


def single_texts(raw: RawSheet, tool: str | None, found: Sequence[TypedText]) -> UnplacedTexts:
    """Give texts on a sheet, each kept and reported by itself."""
    kept = [_unplaced(raw, each) for each in found[:KEPT_TEXTS]]
    return UnplacedTexts(kept, [*_singles(raw.name, tool, found)])


def old_sheet(sheet: RawSheet, version: str, corner: Corner = HOME) -> UnplacedTexts:
    """Read an issued sheet of a tool that the version in force no longer has: its answers, and what is beside them."""
    old = OldSheet(sheet, corner)
    texts = list(_texts(sheet))
    retired, beside = list[TypedText](), list[TypedText]()
    for each in texts:
        if old.is_retired(each.row, each.column):
            retired.append(each._replace(question=old.label(each.row, each.column)))
        elif not old.ours(each.row, each.column):
            beside.append(each)
    kept = [_unplaced(sheet, each) for each in sorted(retired + beside)[:KEPT_TEXTS]]
    seen = [*_singles(sheet.name, None, beside), *_retired(sheet.name, None, retired, version)]
    return UnplacedTexts(kept, seen)


def unknown_sheets(sheets: Iterable[RawSheet]) -> UnplacedTexts:
    """Give everything on sheets that were not issued: kept, with one observation a sheet."""
    left = UnplacedTexts()
    for sheet in sheets:
        texts = list(_texts(sheet))
        left.unplaced += [_unplaced(sheet, each) for each in texts[:KEPT_TEXTS]]
        if texts:
            left.observations.append(_told(TEXT_WITHOUT_PLACE, sheet.name, None, texts))
    return left


def every_text(tool_sheet: ToolSheet) -> list[Unplaced]:
    """List what somebody typed on a sheet that cannot be read by codes: all but our own texts and formulas."""
    plan, raw = tool_sheet.plan, tool_sheet.raw
    found = []
    for row, column, text, _ in _texts(raw):
        cell = raw.cells[row][column]
        ours = cell.formula is not None or text.strip() == plan.tool or plan.known_text(text)
        ours = ours or plan.is_loose(row, column, text)
        if not ours and not all(token in plan.column_codes for token in text.split()):
            found.append(_unplaced(raw, TypedText(row, column, text)))
    return found[:KEPT_TEXTS]


def copied_answers(copy: ToolSheet) -> list[Unplaced]:
    """Give the answers on a second copy of a sheet, which nobody reads."""
    axes, raw = by_codes(copy), copy.raw
    found = []
    for part in copy.plan.parts:
        row, column = axes.rows.places.get(part.row_code, 0), axes.columns.places.get(part.column_code, 0)
        text = shown_cell(raw.cell(row, column))
        if text.strip() and not part.calculated:
            found.append(_unplaced(raw, TypedText(row, column, text)))
    return found


def _texts(sheet: RawSheet) -> Iterator[TypedText]:
    for row in sorted(sheet.cells):
        for column in sorted(sheet.cells[row]):
            text = shown_cell(sheet.cells[row][column])
            if text.strip():
                yield TypedText(row, column, text)


def _unplaced(sheet: RawSheet, typed: TypedText) -> Unplaced:
    return Unplaced(sheet.name, address(typed.row, typed.column), typed.text, typed.question)


Cells = Mapping[int, RawCell]


def leftovers(workbook: RawWorkbook) -> list[Unplaced]:
    """Give what had no place in an earlier return and was given back on a sheet of its own: still kept."""
    return [
        Unplaced(*(shown_cell(cells.get(column)) for column in LEFTOVER_COLUMNS))
        for sheet in workbook.sheets
        if _holds_leftovers(sheet)
        for row, cells in sorted(sheet.cells.items())
        if _is_leftover(row, cells)
    ]


def typed_on(sheet: RawSheet, *, formulas_known: bool) -> UnplacedTexts:
    """Give what somebody typed on such a sheet, beside, below or over what it was given back with."""
    found = [
        TypedText(row, column, text)
        for row in sorted(sheet.cells)
        for column, text in _typed(sheet, row, formulas_known=formulas_known)
    ]
    return single_texts(sheet, None, found)


def _typed(sheet: RawSheet, row: int, *, formulas_known: bool) -> Iterator[tuple[int, str]]:
    cells = sheet.cells[row]
    issued = frozenset(shown_cell(cells.get(CODE_COLUMN)).split())
    ours = _holds_leftovers(sheet) and _is_leftover(row, cells)
    read = {CODE_COLUMN, *(LEFTOVER_COLUMNS if ours else ())}
    for column, cell in sorted(cells.items()):
        text = shown_cell(cell)
        calculated = f"{FORMULA}{column}" in issued and (cell.formula is not None or not formulas_known)
        if column not in read and text.strip() and not calculated and digest(text) not in issued:
            yield column, text


def _holds_leftovers(sheet: RawSheet) -> bool:
    """Say whether a sheet is the one on which such texts are given back."""
    return shown_cell(sheet.cells.get(HOME.row, {}).get(HOME.column)) == LEFTOVER_KEY


def _is_leftover(row: int, cells: Cells) -> bool:
    """Say whether a row of it names sheet, cell and text of something that had no place."""
    return row > LEFTOVER_HEAD and all(shown_cell(cells.get(column)) for column in LEFTOVER_COLUMNS[:3])
