"""The sheets of one file compared with what was issued in it: those with questions by codes, others row by row."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from ..findings import Finding, Kind
from ..findings.identity import COVER_NAMES_ANOTHER
from ..findings.structure import (
    CODES_DAMAGED,
    FORMULA_CHANGED,
    FORMULA_CLEARED,
    OWN_SHEET_MISSING,
    PROTECTION_OFF,
    ROW_NUMBER_CHANGED,
    ROWS_SORTED,
    SHEET_DOUBLED,
    SHEET_HIDDEN,
    SHEET_RENAMED,
    SHEET_UNREADABLE,
    TEXT_CHANGED,
    TYPED_OVER,
)
from ..layout import Layout, address
from ..spec.own_sheets import LAST_SHEET
from ..stamp import to_pairs
from ..submission import Identity, Unplaced
from ..words import and_more, tidy
from ..workbook.cover import COVER_FACTS, contact_label
from ..workbook.progress import LABEL
from .axes import Axes, by_codes
from .cell_values import shown_cell
from .expected import ExpectedWorkbook, one_by_one, shorten
from .issued_cells import TELLING, CellChange, Compared, ExpectedCells, Formulas, Moved
from .raw import CellKind, RawCell, RawSheet
from .read_result import ReadContext, ReadResult
from .references import compact
from .tool_sheets import GIVEN_BACK, HOME, Assigned, Corner, ToolSheet, text_at
from .unplaced import TypedText, UnplacedTexts, single_texts, typed_on
from .workbook_state import differing

FEW = 2  # rows that differ are rows that were edited; where more do, rows may have come or gone


ReadSheet = tuple[ToolSheet, Axes]


class WorkbookComparison:
    """Compares the sheets of one file with what was issued in it."""

    def __init__(self, plan: ExpectedWorkbook, about: ReadContext, found: ReadResult) -> None:
        self.plan, self.found, self.identity, self.last = plan, found, about.identity, about.last
        self.lost, self.kept = about.lost, "formulas" not in about.lost

    def compare(self, assigned: Assigned, read: Sequence[ReadSheet]) -> None:
        """Compare all sheets, once it is known whether anything has moved on one of those that were read."""
        found = self.found
        calculated = [each for each in assigned.tools.values() if not each.plan.sheet.grids]
        there = {sheet.plan.tool for sheet in (*calculated, *(sheet for sheet, _ in read))}
        whole = there == self.plan.sheets.keys() and all(map(_is_whole, read))
        exact = whole and all(_moved(axes) is None for _, axes in read)
        names = {name: self.plan.sheets[tool].sheet.name for tool, name in found.sheets.items()}
        renamed = {name.casefold(): issued.casefold() for name, issued in names.items() if name != issued}
        formulas = Formulas(self.kept, exact, renamed)
        for sheet, axes in read:
            self._questions(sheet, _moved(axes), formulas)
        for copy in assigned.copies:
            self._copy(copy, formulas)
        for sheet in calculated:
            tool = sheet.plan.tool
            self._rows(sheet.raw, self.plan.issued[sheet.plan.sheet.name], formulas, tool, sheet.corner)
            if not sheet.raw.protected and "protection" not in self.lost:
                found.observations.append(PROTECTION_OFF.at(sheet.raw.name, None, tool))
        self._own_sheets(assigned, formulas)
        # rows whose codes and numbers disagree were not just sorted
        doubtful = {each.sheet for each in found.observations if each.code == ROW_NUMBER_CHANGED.code}
        found.observations = [
            each for each in found.observations if each.code != ROWS_SORTED.code or each.sheet not in doubtful
        ]
        if not (whole and self.kept and all(map(_found_by_codes, read))):
            # what refers to cells that are gone, or looks for codes that are, cannot show what it should
            found.results.clear()

    def _questions(self, sheet: ToolSheet, moved: Moved | None, formulas: Formulas) -> None:
        """Compare a sheet with answers."""
        name, raw, at = sheet.plan.sheet.name, sheet.raw, sheet.plan.at
        compared = self.plan.issued[name].compare(raw, moved, formulas)
        compared.changes = [each for each in compared.changes if not _stayed(sheet, each)]
        self.found.results[name] = compared.results
        self._tell(compared.changes, self.plan.issued[name], raw, sheet.plan.tool)
        self.found.no_longer |= {
            at[each.home].key for each in compared.changes if each.kind == FORMULA_CHANGED and each.home in at
        }
        text, cell = text_at(raw, *sheet.corner), address(*sheet.corner)
        if text == sheet.plan.tool:  # rows or columns before it move all codes, and damage none
            return
        self._codes_damaged(raw, sheet.plan.tool)
        there = {(each.sheet, each.cell) for each in (*self.found.unplaced, *self.found.replaced)}
        if text and (raw.name, cell) not in there:
            self.found.replaced.append(Unplaced(raw.name, cell, text))

    def _copy(self, copy: ToolSheet, formulas: Formulas) -> None:
        """Keep what was typed on a copy of a sheet, which nobody reads."""
        expected, moved = self.plan.issued[copy.plan.sheet.name], _moved(by_codes(copy))
        changes = expected.compare(copy.raw, moved, replace(formulas, exact=False)).changes
        typed = [*_kept(changes, copy.raw), *outside(copy.raw, expected, moved).unplaced]
        there = {(each.sheet, each.cell) for each in self.found.unplaced}
        self.found.unplaced += [each for each in typed if (each.sheet, each.cell) not in there]

    def _own_sheets(self, assigned: Assigned, formulas: Formulas) -> None:
        """Compare cover, lists and stamp, and say which of them are gone."""
        layout, identity, found = self.plan.layout, self.identity, self.found
        assert identity is not None
        found.observations += own_sheets_touched(assigned.ours, layout, self.lost)
        for name, raw in first_ones(assigned.ours):
            if name in GIVEN_BACK:
                found.add(typed_on(raw, formulas_known=self.kept))
            elif name == layout.cover_name:
                expected = self.plan.cover(cover_lines(identity, raw, layout))
                compared = self._rows(raw, expected, formulas)
                if compared.results.places is None:
                    compared.results.places = expected.formula_places
                found.observations += facts_that_differ(raw, expected, compared.moved, identity)
            else:
                self._rows(raw, self.plan.issued[name], formulas)
                if name == LAST_SHEET and self.last is not None:
                    expected = self.plan.issued[LAST_SHEET]
                    self._tell([*differing(raw, expected.issued, layout, self.last)], expected, raw, None)
        names = (layout.cover_name, layout.lists_name, *([LAST_SHEET] if layout.last else ()))
        there = [name for name, _ in assigned.ours]
        # but for the stamp, which is looked for by itself
        found.observations += (OWN_SHEET_MISSING.at(name) for name in names if name not in there)

    def _rows(
        self,
        raw: RawSheet,
        expected: ExpectedCells,
        formulas: Formulas,
        tool: str | None = None,
        corner: Corner = HOME,
    ) -> Compared:
        """Compare a sheet that has no codes to go by, row by row, and keep what stands where nothing was issued."""
        compared = expected.compare(raw, None, formulas)
        changed = {each.row for each in compared.changes if each.of_text}
        moved = _aligned(raw, expected, corner) if len(changed) > FEW or corner != HOME else None
        if moved is not None:
            compared = expected.compare(raw, moved, replace(formulas, exact=False))
            compared.changes += _lost_rows(expected, moved)
        self.found.results[expected.issued.name] = compared.results
        self._tell(compared.changes, expected, raw, tool)
        self.found.add(outside(raw, expected, moved))
        return compared

    def _tell(
        self, changes: Sequence[CellChange], expected: ExpectedCells, raw: RawSheet, tool: str | None
    ) -> None:
        """Report the changes on one sheet as findings, and keep what was typed there."""
        self.found.replaced += _kept(changes, raw)
        for kind, telling in TELLING.items():
            some = [each for each in changes if each.kind == kind]
            if kind in (TYPED_OVER, FORMULA_CLEARED):
                some = [each for each in some if each.home not in expected.calculated]
            groups: dict[int, list[CellChange]] = {}
            for each in some:
                groups.setdefault(each.column if telling.by_column else 0, []).append(each)
            if len(groups) > telling.most_columns > 0:
                groups = {0: [each for _, group in sorted(groups.items()) for each in group]}
            for _, group in sorted(groups.items()):
                for told in one_by_one(group, telling.alone):
                    self.found.observations.append(_together(kind, told, raw.name, tool))
        if any(each.kind == CODES_DAMAGED for each in changes):
            self._codes_damaged(raw, tool)

    def _codes_damaged(self, raw: RawSheet, tool: str | None) -> None:
        """Say so once a sheet."""
        told = {each.code for each in self.found.observations if each.sheet == raw.name}
        if not told & {CODES_DAMAGED.code, SHEET_UNREADABLE.code}:
            self.found.observations.append(CODES_DAMAGED.at(raw.name, None, tool))


def _kept(changes: Iterable[CellChange], raw: RawSheet) -> list[Unplaced]:
    """Give what was typed over texts and formulas."""
    return [
        Unplaced(raw.name, address(each.row, each.column), each.found)
        for each in changes
        if each.found.strip() and (each.of_text or each.kind == TYPED_OVER)
    ]


def _together(kind: Kind, changes: Sequence[CellChange], sheet: str, tool: str | None) -> Finding:
    first = min(changes, key=lambda each: (each.row, each.column))
    cells = compact((each.row, each.column) for each in changes)
    value, expected = shorten(first.found) + and_more(len(changes) - 1), shorten(first.issued)
    about = {"value": value, "expected": expected, "label": cells, "cells": cells, "count": str(len(changes))}
    return kind.at(sheet, address(first.row, first.column), tool, **about)


def _is_whole(read: ReadSheet) -> bool:
    plan, axes = read[0].plan, read[1]
    return (
        plan.needed_rows.keys() <= axes.rows.places.keys()
        and plan.needed_columns.keys() <= axes.columns.places.keys()
    )


def _found_by_codes(read: ReadSheet) -> bool:
    """Say whether every row that was read stands beside its hidden code, by which formulas of other sheets find it."""
    (raw, corner), rows = (read[0].raw, read[0].corner), read[1].rows.places
    return all(text_at(raw, row, corner.column) == code for code, row in rows.items())


def _stayed(sheet: ToolSheet, each: CellChange) -> bool:
    """Say whether it is a band or a line of the panel that stands at home while a row or column there has moved."""
    there = tidy(text_at(sheet.raw, *each.home)) == tidy(each.issued)
    return each.of_text and there and sheet.plan.is_loose(*each.home, each.issued)


def _moved(axes: Axes) -> Moved | None:
    """Find where the lines of a sheet are; None where all that have a code are at home, and nothing else is there."""
    both = axes.rows, axes.columns
    if all(line == origin for axis in both for line, origin in axis.origin.items()) and not any(
        axis.copies or axis.unknown for axis in both
    ):
        return None
    return Moved(
        *({origin: line for line, origin in sorted(axis.origin.items(), reverse=True)} for axis in both)
    )


# the sheets without questions: cover, lists, stamp and calculated ones


def cover_lines(identity: Identity, raw: RawSheet, layout: Layout) -> frozenset[str]:
    """Give the facts that a cover has lines for: those that the stamp states; whom to ask is not in the stamp."""
    stated = {name for name, value in to_pairs(identity) if value and name in COVER_FACTS}
    asked = contact_label(layout.language)
    has_contact = any(text_at(raw, row, LABEL) == asked for row in raw.cells)
    return frozenset(stated | {"contact"} if has_contact else stated)


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
        issued, said = fact.labels.get(stamped[fact.name], stamped[fact.name]), shown_cell(raw.cell(*here))
        if tidy(issued) != tidy(said):
            yield COVER_NAMES_ANOTHER.at(
                raw.name, address(*here), value=shorten(said), expected=shorten(issued)
            )


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


def _lost_rows(expected: ExpectedCells, moved: Moved) -> Iterator[CellChange]:
    """Give the first text of each row that is gone."""
    for row, cells in expected.texts.items():
        if row not in moved.rows:
            column, issued = next(iter(cells.items()))
            yield CellChange(TEXT_CHANGED, row, column, (row, column), str(issued), "")


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
