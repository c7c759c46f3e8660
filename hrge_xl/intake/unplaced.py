"""What stands outside every known cell: kept word for word, and reported once for each thing done by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ..findings import Kind
from ..findings.structure import COLUMN_WITHOUT_CODE, QUESTION_OUTLIVED, ROW_WITHOUT_CODE, TEXT_WITHOUT_PLACE
from ..layout import address
from ..layout.model import CODE_COLUMN, LEFTOVER_COLUMNS, LEFTOVER_HEAD
from ..observation import Observation
from ..spec.own_sheets import LEFTOVER_KEY
from ..submission import Unplaced
from ..words import and_more
from ..workbook.row_digests import FORMULA, digest
from .axes import Axes, by_codes
from .cell_values import shown_cell
from .keys import Part, observe, shorten
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
    observations: list[Observation] = field(default_factory=list)


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
    left, name = UnplacedTexts(), tool_sheet.raw.name
    by_row: dict[int, list[TypedText]] = {}
    by_column: dict[int, list[TypedText]] = {}
    single: list[TypedText] = []
    retired: list[TypedText] = []
    sorter = _Sorter(tool_sheet, axes, old, held, formulas_known=formulas_known)
    for typed in sorter.outside():
        kind = sorter.kind(typed)
        if kind == "row":
            by_row.setdefault(typed.row, []).append(typed)
        elif kind == "column":
            by_column.setdefault(typed.column, []).append(typed)
        elif kind == "single":
            single.append(typed)
        elif kind == "retired":
            retired.append(typed)
        if kind and len(left.unplaced) < KEPT_TEXTS:
            left.unplaced.append(_unplaced(tool_sheet.raw, typed))
    tool = tool_sheet.plan.tool
    for lost, groups, inside in (
        (ROW_WITHOUT_CODE, by_row, axes.rows.inside),
        (COLUMN_WITHOUT_CODE, by_column, axes.columns.inside),
    ):
        for line, group in sorted(groups.items()):
            if inside(line) or len(group) > 1:
                left.observations.append(_group(lost, name, tool, group))
            else:
                single += group
    left.observations += _singles(name, tool, sorted(single))
    left.observations += _retired(name, tool, retired, tool_sheet.plan.layout.spec.version)
    return left


class _Sorter:
    """Tells what is outside the layout, and what kind of thing it is."""

    def __init__(
        self,
        tool_sheet: ToolSheet,
        axes: Axes,
        old: OldSheet | None = None,
        held: Held | None = None,
        *,
        formulas_known: bool = True,
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
            extra: Iterable[int] = cells.keys() - self.expected(row) | self._retired(row, cells)
            for column in sorted(extra):
                text = shown_cell(cells[column])
                if text and not text.isspace() and not self._is_loose(row, column, text):
                    yield TypedText(row, column, text, self._question(row, column))

    def _is_loose(self, row: int, column: int, text: str) -> bool:
        return self.plan.is_loose(row, self.columns.origin.get(column, 0), text)

    def _retired(self, row: int, columns: Iterable[int]) -> set[int]:
        old = self.old
        return {column for column in columns if old.is_retired(row, column)} if old is not None else set()

    def _question(self, row: int, column: int) -> str:
        old = self.old
        return old.label(row, column) if old is not None and old.is_retired(row, column) else ""

    def expected(self, row: int) -> frozenset[int]:
        """Give the columns of a row in which the layout has something."""
        if self.known and self.unmoved:
            return self.held.get(row, frozenset())
        origin = HOME.row if row == self.top else self.rows.origin.get(row)
        if origin is None:
            return self._everywhere if row in self.rows.own else frozenset()
        if self.columns.unmoved:
            return self.held.get(origin, frozenset())
        known = self._expected.get(origin)
        if known is None:
            taken = self.held.get(origin, frozenset())
            here = {column for column, place in self.columns.origin.items() if place in taken}
            known = self._expected[origin] = frozenset({self.left, *here, *self.columns.own})
        return known

    @property
    def _everywhere(self) -> frozenset[int]:
        return frozenset({self.left, *self.columns.origin, *self.columns.own})

    def kind(self, typed: TypedText) -> str:
        """`row` or `column` (inserted by hand), `single`, `retired`, `kept` (of a copy), or nothing at all."""
        row, column = typed.row, typed.column
        if row in self.rows.copies or column in self.columns.copies:
            return "kept" if self._answers(row, column) else self._unless_ours(typed)
        if self.old is not None and typed.question:
            return "retired"
        if self.old is not None and self.old.raw.protected and self.old.ours(row, column):
            return ""
        if row in self.rows.unknown or column in self.columns.unknown:
            return self._coded(typed)
        if row not in self.rows.origin and row not in self.rows.own:
            return "" if self._is_service(typed) or self._is_calculated(row) else "row"
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
        return "single" if self.known and self._shown(row, column) != typed.text else ""

    def _original(self, typed: TypedText) -> tuple[int, int]:
        """Give the cell that a cell of a copied row or column repeats; the cell itself where nothing was copied."""
        rows, columns = self.rows, self.columns
        row = rows.places[rows.copies[typed.row]] if typed.row in rows.copies else typed.row
        across = columns.copies.get(typed.column)
        return row, typed.column if across is None else columns.places[across]

    def _shown(self, row: int, column: int) -> str:
        cell = self.raw.cell(row, column)
        return "" if cell is None else shown_cell(cell)

    def _formula(self, typed: TypedText) -> str | None:
        return self.raw.cells[typed.row][typed.column].formula

    def _is_service(self, typed: TypedText) -> bool:
        """Say whether it is what a formula shows in a column of checks, where formulas are filled down."""
        if self.formulas_known and self._formula(typed) is None:
            return False
        origin = self.columns.origin.get(typed.column)
        return origin is not None and self.plan.roles.get(origin, frozenset()) <= SERVICE_ROLES

    def _is_calculated(self, row: int) -> bool:
        """Say whether a row may belong to a calculated block, where nobody knows what was issued."""
        return not self.known and self.plan.foreign and not self.rows.inside(row)

    def _answers(self, row: int, column: int) -> Part | None:
        """Give the answer that a cell of a copied row or column repeats."""
        plan = self.plan
        at_row = _line(row, self.rows.copies, plan.row_codes, self.rows.origin)
        at_column = _line(column, self.columns.copies, plan.column_codes, self.columns.origin)
        part = plan.at.get((at_row, at_column))
        return part if part is not None and not part.calculated else None


def _line(
    line: int, copies: dict[int, str], codes: dict[str, tuple[int, ...]], origin: dict[int, int]
) -> int:
    return codes[copies[line]][0] if line in copies else origin.get(line, 0)


def _group(kind: Kind, sheet: str, tool: str, group: list[TypedText]) -> Observation:
    first = min(group)
    cells = ", ".join(address(typed.row, typed.column) for typed in sorted(group)[:20])
    return observe(
        kind,
        sheet,
        address(first.row, first.column),
        tool=tool,
        value=shorten(first.text) + and_more(len(group) - 1),
        count=str(len(group)),
        cells=cells,
    )


def single_texts(raw: RawSheet, tool: str | None, found: list[TypedText]) -> UnplacedTexts:
    """Give texts on a sheet, each kept and reported by itself."""
    return UnplacedTexts(
        [_unplaced(raw, each) for each in found[:KEPT_TEXTS]], list(_singles(raw.name, tool, found))
    )


def _singles(sheet: str, tool: str | None, found: list[TypedText]) -> Iterator[Observation]:
    for typed in found[:SINGLE_REPORTS]:
        yield observe(
            TEXT_WITHOUT_PLACE,
            sheet,
            address(typed.row, typed.column),
            tool=tool,
            value=shorten(typed.text),
            count="1",
        )
    if len(found) > SINGLE_REPORTS:
        yield _together(sheet, tool, found[SINGLE_REPORTS], len(found) - SINGLE_REPORTS)


def _together(sheet: str, tool: str | None, first: TypedText, count: int) -> Observation:
    """Give one observation for several texts: the first of them, and how many more."""
    value = shorten(first.text) + and_more(count - 1)
    return observe(
        TEXT_WITHOUT_PLACE, sheet, address(first.row, first.column), tool=tool, value=value, count=str(count)
    )


def _retired(sheet: str, tool: str | None, found: list[TypedText], version: str) -> Iterator[Observation]:
    for typed in found[:SINGLE_REPORTS]:
        about = {"label": typed.question, "expected": version, "value": shorten(typed.text)}
        yield observe(QUESTION_OUTLIVED, sheet, address(typed.row, typed.column), tool=tool, **about)
    if len(found) > SINGLE_REPORTS:
        first = found[SINGLE_REPORTS]
        label = first.question + and_more(len(found) - SINGLE_REPORTS - 1)
        about = {"label": label, "expected": version, "value": shorten(first.text)}
        yield observe(QUESTION_OUTLIVED, sheet, address(first.row, first.column), tool=tool, **about)


def old_sheet(sheet: RawSheet, version: str, corner: Corner = HOME) -> UnplacedTexts:
    """Read an issued sheet of a tool that the version in force no longer has: its answers, and what is beside them."""
    old = OldSheet(sheet, corner)
    texts = list(_texts(sheet))
    retired = [
        each._replace(question=old.label(each.row, each.column))
        for each in texts
        if old.is_retired(each.row, each.column)
    ]
    answered = {(each.row, each.column) for each in retired}
    beside = [
        each
        for each in texts
        if (each.row, each.column) not in answered and not old.ours(each.row, each.column)
    ]
    kept = [_unplaced(sheet, each) for each in sorted(retired + beside)[:KEPT_TEXTS]]
    seen = [*_singles(sheet.name, None, beside), *_retired(sheet.name, None, retired, version)]
    return UnplacedTexts(kept, seen)


def strangers(sheets: Iterable[RawSheet]) -> UnplacedTexts:
    """Give everything on sheets that were not issued: kept, with one observation a sheet."""
    left = UnplacedTexts()
    for sheet in sheets:
        texts = list(_texts(sheet))
        left.unplaced += [_unplaced(sheet, each) for each in texts[:KEPT_TEXTS]]
        if texts:
            left.observations.append(_together(sheet.name, None, texts[0], len(texts)))
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
        row, column = axes.rows.places.get(part.row_code), axes.columns.places.get(part.column_code)
        cell = raw.cell(row or 0, column or 0)
        text = shown_cell(cell) if cell is not None else ""
        if row and column and text.strip() and not part.calculated:
            found.append(_unplaced(raw, TypedText(row, column, text)))
    return found


def _texts(sheet: RawSheet) -> Iterator[TypedText]:
    for row in sorted(sheet.cells):
        for column, cell in sorted(sheet.cells[row].items(), key=_column):
            text = shown_cell(cell)
            if text.strip():
                yield TypedText(row, column, text)


def _column(entry: tuple[int, RawCell]) -> int:
    return entry[0]


def _unplaced(sheet: RawSheet, typed: TypedText) -> Unplaced:
    return Unplaced(sheet.name, address(typed.row, typed.column), typed.text, typed.question)


Cells = Mapping[int, RawCell]


def leftovers(workbook: RawWorkbook) -> list[Unplaced]:
    """Give what had no place in an earlier return and was given back on a sheet of its own: still kept."""
    return [
        Unplaced(*(_said(cells, column) for column in LEFTOVER_COLUMNS))
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
    issued = frozenset(_said(cells, CODE_COLUMN).split())
    ours = _holds_leftovers(sheet) and _is_leftover(row, cells)
    read = {CODE_COLUMN, *(LEFTOVER_COLUMNS if ours else ())}
    for column, cell in sorted(cells.items()):
        text = shown_cell(cell)
        calculated = f"{FORMULA}{column}" in issued and (cell.formula is not None or not formulas_known)
        if column not in read and text.strip() and not calculated and digest(text) not in issued:
            yield column, text


def _holds_leftovers(sheet: RawSheet) -> bool:
    """Say whether a sheet is the one on which such texts are given back."""
    return _said(sheet.cells.get(HOME.row, {}), HOME.column) == LEFTOVER_KEY


def _is_leftover(row: int, cells: Cells) -> bool:
    """Say whether a row of it names sheet, cell and text of something that had no place."""
    return row > LEFTOVER_HEAD and all(_said(cells, column) for column in LEFTOVER_COLUMNS[:3])


def _said(cells: Cells, column: int) -> str:
    cell = cells.get(column)
    return shown_cell(cell) if cell is not None else ""
