"""The sheets without questions: cover, lists, stamp and calculated ones, compared row by row with what was issued."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from ..findings import Finding
from ..findings.identity import COVER_NAMES_ANOTHER
from ..findings.structure import OWN_SHEET_MISSING, PROTECTION_OFF, SHEET_DOUBLED, SHEET_HIDDEN, SHEET_RENAMED
from ..layout import Layout, address
from ..spec.own_sheets import LAST_SHEET
from ..stamp import to_pairs
from ..submission import Identity
from ..words import tidy
from ..workbook.cover import COVER_FACTS, contact_label
from ..workbook.progress import LABEL
from .cell_values import shown_cell
from .issued_cells import Compared, Difference, ExpectedCells, Formulas, Moved, What
from .keys import shorten
from .raw import CellKind, RawCell, RawSheet
from .tool_sheets import HOME, Corner, text_at
from .unplaced import TypedText, UnplacedTexts, single_texts

FEW = 2  # rows that differ are rows that were edited; where more do, rows may have come or gone


def cover_lines(identity: Identity, raw: RawSheet, layout: Layout) -> frozenset[str]:
    """Give the facts that a cover has lines for: those that the stamp states; whom to ask is not in the stamp."""
    stated = {name for name, value in to_pairs(identity) if value and name in COVER_FACTS}
    asked = contact_label(layout.language)
    has_contact = any(text_at(raw, row, LABEL) == asked for row in raw.cells)
    return frozenset(stated | {"contact"} if has_contact else stated)


def compare_rows(
    raw: RawSheet, expected: ExpectedCells, formulas: Formulas, corner: Corner = HOME
) -> tuple[Compared, UnplacedTexts]:
    """Report what differs on a sheet that has no codes to go by, and what stands where nothing was issued."""
    found, moved = expected.compare(raw, None, formulas), None
    changed = {each.row for each in found.differences if each.what is What.CHANGED}
    if len(changed) > FEW or corner != HOME:
        moved = _aligned(raw, expected, corner)
    if moved is not None:
        found = expected.compare(raw, moved, replace(formulas, exact=False))
        found.differences += _lost_rows(expected, moved)
    return found, outside(raw, expected, moved)


def outside(raw: RawSheet, expected: ExpectedCells, moved: Moved | None) -> UnplacedTexts:
    """Report what stands where nothing was issued."""
    return single_texts(raw, None, list(_outside(raw, expected, moved)))


Own = Sequence[tuple[str, RawSheet]]  # sheets of ours that are not tools, by the name they were issued under


def first_ones(ours: Own) -> Own:
    """Of each of our sheets the one with its own name, else the first."""
    found: dict[str, RawSheet] = {}
    for name, raw in ours:
        if name not in found or raw.name == name:
            found[name] = raw
    return list(found.items())


def own_sheets_touched(ours: Own, layout: Layout, lost: Collection[str]) -> Iterator[Finding]:
    """Report what was done to the sheets that people see: renamed, doubled, hidden, unlocked."""
    counting = first_ones(ours)
    for name, raw in ours:
        if name not in (layout.cover_name, layout.lists_name):
            continue
        if (name, raw) not in counting:
            yield SHEET_DOUBLED.at(raw.name, expected=name)
            continue
        if raw.name != name:
            yield SHEET_RENAMED.at(raw.name, expected=name)
        if raw.state != "visible":
            yield SHEET_HIDDEN.at(raw.name)
        if not raw.protected and "protection" not in lost:
            yield PROTECTION_OFF.at(raw.name)


def facts_that_differ(
    raw: RawSheet, expected: ExpectedCells, moved: Moved | None, identity: Identity
) -> Iterator[Finding]:
    """Give the lines of the cover that say otherwise than the stamp."""
    stamped = dict(to_pairs(identity))
    for home, fact in expected.issued.facts.items():
        here = home if moved is None else moved.place(*home)
        if fact.name not in stamped or here is None:
            continue
        issued, said = fact.labels.get(stamped[fact.name], stamped[fact.name]), text_at_place(raw, *here)
        if tidy(issued) != tidy(said):
            yield COVER_NAMES_ANOTHER.at(
                raw.name, address(*here), value=shorten(said), expected=shorten(issued)
            )


def text_at_place(raw: RawSheet, row: int, column: int) -> str:
    """Return what a cell shows, whatever it holds."""
    cell = raw.cell(row, column)
    return "" if cell is None else shown_cell(cell)


def _outside(raw: RawSheet, expected: ExpectedCells, moved: Moved | None) -> Iterator[TypedText]:
    rows = None if moved is None else {here: home for home, here in moved.rows.items()}
    columns = None if moved is None else {here: home for home, here in moved.columns.items()}
    for row, cells in sorted(raw.cells.items()):
        home = row if rows is None else rows.get(row, 0)
        held = expected.held.get(home, frozenset[int]())
        extra = (
            cells.keys() - held if columns is None else {c for c in cells if columns.get(c, 0) not in held}
        )
        for column in sorted(extra):
            text = shown_cell(cells[column])
            if text and not text.isspace():
                yield TypedText(row, column, text)


def _lost_rows(expected: ExpectedCells, moved: Moved) -> Iterator[Difference]:
    """Give the first text of each row that is gone."""
    for row, cells in expected.texts.items():
        if row not in moved.rows:
            column, issued = next(iter(cells.items()))
            yield Difference(What.CHANGED, row, column, (row, column), str(issued), "")


def _aligned(raw: RawSheet, expected: ExpectedCells, corner: Corner) -> Moved | None:
    """Find where each issued row is now, by its first text; None where all are at home.

    What stands behind it may be of one workbook only: the lines of a cover.
    """
    texts, shift = expected.texts, corner.column - HOME.column
    last = max([*expected.held, 0])
    issued = [_issued_line(texts.get(row, {})) for row in range(1, last + 1)]
    stored = [
        _line(raw.cells.get(row, {}), shift) for row in range(1, min(max(raw.cells, default=0), 2 * last) + 1)
    ]
    rows: dict[int, int] = {}
    for kind, first, stop, here, end in SequenceMatcher(None, issued, stored, autojunk=False).get_opcodes():
        if kind in ("equal", "replace"):
            rows.update(zip(range(first + 1, stop + 1), range(here + 1, end + 1), strict=False))
    columns = {column: column + shift for held in expected.held.values() for column in held}
    unmoved = not shift and all(row == at for row, at in rows.items()) and len(rows) == last
    return None if unmoved else Moved(rows, columns)


def _issued_line(cells: Mapping[int, str | float]) -> tuple[int, str] | None:
    return min(
        ((column, tidy(text)) for column, text in cells.items() if isinstance(text, str)), default=None
    )


def _line(cells: Mapping[int, RawCell], shift: int) -> tuple[int, str] | None:
    texts = ((c - shift, tidy(str(each.value))) for c, each in cells.items() if _is_text(each))
    return min((each for each in texts if each[0] > HOME.column), default=None)


def _is_text(cell: RawCell) -> bool:
    return cell.kind is CellKind.TEXT and cell.formula is None and bool(cell.value)


def missing_sheets(layout: Layout, there: Collection[str]) -> Iterator[Finding]:
    """Our own sheets that are gone, but for the stamp, which is looked for by itself."""
    return (
        OWN_SHEET_MISSING.at(name)
        for name in (layout.cover_name, layout.lists_name, *([LAST_SHEET] if layout.last else ()))
        if name not in there
    )
