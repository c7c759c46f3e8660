"""The sheets of one file compared with what was issued in it: those with questions by codes, others row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from ..answers.submission import Answers, Identity, Unplaced, to_pairs
from ..core.numerals import shown
from ..core.words import and_more, tidy
from ..core.work import grouped
from ..findings import Finding
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
from ..layout.model import MARK_COLUMN, Place
from ..spec.supplements import LAST_SHEET
from ..workbook import Content
from ..workbook.book import IssuedSheet
from ..workbook.cover import COVER_FACTS, LABEL, contact_label
from .expected import ReadResult, one_by_one, shorten
from .issued_cells import TELLING, CellChange, Compared, ExpectedCells, Formulas, Moved
from .raw import CellKind, RawCell, RawSheet, compact, shown_cell
from .tool_sheets import GIVEN_BACK, HOME, Assigned, Axes, ToolSheet, by_codes
from .unplaced import keep, single_texts, typed_on, typed_texts

FEW = 2  # rows that differ are rows that were edited; where more do, rows may have come or gone
ReadSheet = tuple[ToolSheet, Axes]


class WorkbookComparison:
    """Compares the sheets of one file with what was issued in it."""

    def __init__(self, read_result: ReadResult, identity: Identity) -> None:
        self.read_result = read_result
        self.plan = read_result.plan
        self.identity = identity
        self.seen = read_result.observations
        self.formulas_kept = "formulas" not in read_result.lost
        self.protection_kept = "protection" not in read_result.lost

    def compare(self, assigned: Assigned, read: Sequence[ReadSheet]) -> None:
        """Compare all sheets, once it is known whether anything has moved on one of those that were read."""
        read_result = self.read_result
        plan = self.plan
        calculated = [sheet for sheet in assigned.tools.values() if not sheet.plan.sheet.grids]
        tools_present = {sheet.plan.tool for sheet in (*calculated, *(sheet for sheet, _ in read))}
        whole = tools_present == plan.sheets.keys() and all(
            lines.needed.keys() <= axis.places.keys()
            for sheet, axes in read
            for lines, axis in zip((sheet.plan.rows, sheet.plan.columns), axes, strict=True)
        )
        shifts = [_moved(axes) for _, axes in read]
        names = {name: plan.sheets[tool].sheet.name for tool, name in read_result.sheets.items()}
        renamed = {
            name.casefold(): issued.casefold() for name, issued in names.items() if name != issued
        }
        formulas = Formulas(self.formulas_kept, whole and not any(shifts), renamed)
        for (sheet, axes), shift in zip(read, shifts, strict=True):
            self._questions(sheet, shift, formulas)
            if shift is not None:  # else the text of its cell is another one
                self.seen += _lost_totals(sheet, axes)
        for copy in assigned.copies:  # nobody reads it; what was typed there is kept
            expected = plan.issued[copy.plan.sheet.name]
            shift = _moved(by_codes(copy))
            changes = expected.compare(copy.raw, shift, replace(formulas, exact=False)).changes
            read_result.unplaced += _kept(changes, copy.raw)
            keep(read_result, copy.raw, [*typed_texts(copy.raw, _outside(expected, shift))])
        for sheet in calculated:
            tool = sheet.plan.tool
            self._rows(sheet.raw, plan.issued[sheet.plan.sheet.name], formulas, tool, sheet.corner)
            if not sheet.raw.protected and self.protection_kept:
                self.seen.append(PROTECTION_OFF.at(sheet.raw.name, None, tool))
        self._own_sheets(assigned, formulas)
        # rows whose codes and numbers disagree were not just sorted
        doubtful = {
            finding.sheet for finding in self.seen if finding.code == ROW_NUMBER_CHANGED.code
        }
        self.seen[:] = [
            finding
            for finding in self.seen
            if finding.code != ROWS_SORTED.code or finding.sheet not in doubtful
        ]
        # what refers to cells that are gone, or looks for codes that are, cannot show what it should
        if not (
            whole
            and self.formulas_kept
            and all(
                sheet.raw.text_at(row, sheet.corner.column) == code
                for sheet, axes in read
                for code, row in axes.rows.places.items()
            )
        ):
            read_result.results.clear()

    def _questions(self, sheet: ToolSheet, moved: Moved | None, formulas: Formulas) -> None:
        """Compare a sheet with answers."""
        raw = sheet.raw
        at = sheet.plan.at
        expected = self.plan.issued[sheet.plan.sheet.name]
        compared = expected.compare(raw, moved, formulas)
        changes = [change for change in compared.changes if not _stayed(sheet, change)]
        self.read_result.results[expected.issued.name] = compared.results
        self._tell(changes, expected, raw, sheet.plan.tool)
        self.read_result.no_longer |= {
            at[change.home].key
            for change in changes
            if change.kind == FORMULA_CHANGED and change.home in at
        }
        text = raw.text_at(*sheet.corner)
        cell = address(*sheet.corner)
        if text == sheet.plan.tool:  # rows or columns before it move all codes, and damage none
            return
        self._codes_damaged(raw, sheet.plan.tool)
        preserved = {
            (text_kept.sheet, text_kept.cell)
            for text_kept in (*self.read_result.unplaced, *self.read_result.replaced)
        }
        if text and (raw.name, cell) not in preserved:
            self.read_result.replaced.append(Unplaced(raw.name, cell, text))

    def _own_sheets(self, assigned: Assigned, formulas: Formulas) -> None:
        """Compare cover, lists and stamp, and say which of them are gone."""
        read_result = self.read_result
        plan = self.plan
        layout = self.plan.layout
        counting: dict[
            str, RawSheet
        ] = {}  # of each of our sheets the one with its own name, else the first
        for name, raw in assigned.own_sheets:
            if name not in counting or raw.name == name:
                counting[name] = raw
        self._touched(assigned, counting)
        for name, raw in counting.items():
            if name in GIVEN_BACK:
                typed_on(read_result, raw)
            elif name == layout.cover_name:
                stated = {
                    name for name, value in to_pairs(self.identity) if value and name in COVER_FACTS
                }
                contact_question = contact_label(self.plan.layout.language)
                has_contact = any(raw.text_at(row, LABEL) == contact_question for row in raw.cells)
                expected = plan.cover(frozenset(stated | {"contact"} if has_contact else stated))
                compared = self._rows(raw, expected, formulas)
                if compared.results.places is None:
                    compared.results.places = expected.formula_places
                self._compare_facts(raw, expected, compared.moved)
            else:
                expected = plan.issued[name]
                self._rows(raw, expected, formulas)
                if name == LAST_SHEET and read_result.last is not None:
                    self._tell(
                        [*differing(raw, expected.issued, layout, read_result.last)],
                        expected,
                        raw,
                        None,
                    )
        # but for the stamp, which is looked for by itself
        names = (*layout.own_names, *([LAST_SHEET] if layout.last else ()))
        self.seen += (OWN_SHEET_MISSING.at(name) for name in names if name not in counting)

    def _touched(self, assigned: Assigned, counting: Mapping[str, RawSheet]) -> None:
        """Report what was done to the sheets that people see: renamed, doubled, hidden, unlocked."""
        for name, raw in assigned.own_sheets:
            if name not in self.plan.layout.own_names:
                continue
            if raw is not counting[name]:
                self.seen.append(SHEET_DOUBLED.at(raw.name, expected=name))
                continue
            if raw.name != name:
                self.seen.append(SHEET_RENAMED.at(raw.name, expected=name))
            shown = name != self.plan.layout.lists_name or self.plan.layout.spec.drawing < 3
            if raw.state != "visible" and shown:
                self.seen.append(SHEET_HIDDEN.at(raw.name))
            if not raw.protected and self.protection_kept:
                self.seen.append(PROTECTION_OFF.at(raw.name))

    def _compare_facts(self, raw: RawSheet, expected: ExpectedCells, moved: Moved | None) -> None:
        """Report the lines of the cover that say otherwise than the stamp."""
        stamped = dict(to_pairs(self.identity))
        for home, fact in expected.issued.facts.items():
            place = home if moved is None else moved.place(*home)
            if fact.name not in stamped or place is None:
                continue
            issued = fact.labels.get(stamped[fact.name], stamped[fact.name])
            shown_fact = shown_cell(raw.cell(*place))
            if tidy(issued) != tidy(shown_fact):
                about = {"value": shorten(shown_fact), "expected": shorten(issued)}
                self.seen.append(COVER_NAMES_ANOTHER.at(raw.name, address(*place), **about))

    def _rows(
        self,
        raw: RawSheet,
        expected: ExpectedCells,
        formulas: Formulas,
        tool: str | None = None,
        corner: Place = HOME,
    ) -> Compared:
        """Compare a sheet that has no codes to go by, row by row, and keep what stands where nothing was issued."""
        compared = expected.compare(raw, None, formulas)
        changed = {change.row for change in compared.changes if change.of_text}
        moved = _aligned(raw, expected, corner) if len(changed) > FEW or corner != HOME else None
        if moved is not None:
            compared = expected.compare(raw, moved, replace(formulas, exact=False))
            for row, cells in expected.texts.items():
                if row not in moved.rows:  # it is gone: its first text stands for it
                    column, issued = next(iter(cells.items()))
                    lost = CellChange(TEXT_CHANGED, row, column, (row, column), str(issued), "")
                    compared.changes.append(lost)
        self.read_result.results[expected.issued.name] = compared.results
        self._tell(compared.changes, expected, raw, tool)
        single_texts(self.read_result, raw, [*typed_texts(raw, _outside(expected, moved))])
        return compared

    def _tell(
        self,
        changes: Sequence[CellChange],
        expected: ExpectedCells,
        raw: RawSheet,
        tool: str | None,
    ) -> None:
        """Report the changes on one sheet as findings, and keep what was typed there."""
        self.read_result.replaced += _kept(changes, raw)
        for kind, telling in TELLING.items():
            # those of calculated answers are told with the answers
            elsewhere = expected.calculated if kind in (TYPED_OVER, FORMULA_CLEARED) else ()
            groups = grouped(
                (change.column if telling.by_column else 0, change)
                for change in changes
                if change.kind == kind and change.home not in elsewhere
            )
            if len(groups) > telling.most_columns > 0:
                groups = {0: [change for _, group in sorted(groups.items()) for change in group]}
            for _, group in sorted(groups.items()):
                for group_reported in one_by_one(group, telling.alone):
                    first = min(group_reported, key=lambda change: (change.row, change.column))
                    cells = compact((change.row, change.column) for change in group_reported)
                    value = shorten(first.shown) + and_more(len(group_reported) - 1)
                    issued = shorten(first.issued)
                    about = {"value": value, "expected": issued, "label": cells, "cells": cells}
                    at = address(first.row, first.column)
                    count = str(len(group_reported))
                    self.seen.append(kind.at(raw.name, at, tool, **about, count=count))
        if any(change.kind == CODES_DAMAGED for change in changes):
            self._codes_damaged(raw, tool)

    def _codes_damaged(self, raw: RawSheet, tool: str | None) -> None:
        """Report damaged codes once for each sheet, and not where it could not be read at all."""
        reported_codes = {finding.code for finding in self.seen if finding.sheet == raw.name}
        if not reported_codes & {CODES_DAMAGED.code, SHEET_UNREADABLE.code}:
            self.seen.append(CODES_DAMAGED.at(raw.name, None, tool))


def _kept(changes: Iterable[CellChange], raw: RawSheet) -> list[Unplaced]:
    """Return what was typed over texts and formulas."""
    return [
        Unplaced(raw.name, address(change.row, change.column), change.shown)
        for change in changes
        if change.shown.strip() and (change.of_text or change.kind == TYPED_OVER)
    ]


def _stayed(sheet: ToolSheet, change: CellChange) -> bool:
    """Say whether it is a band or a line of the panel that stands at home while a row or column there has moved."""
    has_issued_text = tidy(sheet.raw.text_at(*change.home)) == tidy(change.issued)
    return change.of_text and has_issued_text and sheet.plan.is_loose(*change.home, change.issued)


def _lost_totals(sheet: ToolSheet, axes: Axes) -> Iterator[Finding]:
    """Yield what is said of each row below a table that shows what its columns come to, and is gone."""
    for grid in sheet.plan.sheet.grids:
        for row in grid.rows:
            if row.role == "total" and row.code not in axes.rows.places:
                cell = address(row.index, MARK_COLUMN)
                yield TEXT_CHANGED.at(
                    sheet.raw.name, None, sheet.plan.tool, cells=cell, expected=row.label, value=""
                )


def _moved(axes: Axes) -> Moved | None:
    """Find where the lines of a sheet are; None where all that have a code are at home, and nothing else is there."""
    axis_pair = axes.rows, axes.columns
    if all(
        line == origin for axis in axis_pair for line, origin in axis.origin.items()
    ) and not any(axis.copies or axis.unknown for axis in axis_pair):
        return None
    return Moved(
        *(
            {origin: line for line, origin in sorted(axis.origin.items(), reverse=True)}
            for axis in axis_pair
        )
    )


def _outside(
    expected: ExpectedCells, moved: Moved | None
) -> Callable[[int, Mapping[int, RawCell]], Iterable[int]]:
    """Tell the columns of a row in which something stands and nothing was issued."""
    if moved is None:
        return lambda row, cells: cells.keys() - expected.held.get(row, frozenset())
    rows, columns = (
        {line: home for home, line in lines.items()} for lines in (moved.rows, moved.columns)
    )

    def outside(row: int, cells: Mapping[int, RawCell]) -> Iterator[int]:
        issued_columns = expected.held.get(rows.get(row, 0), frozenset())
        return (column for column in cells if columns.get(column, 0) not in issued_columns)

    return outside


# the sheets without questions: cover, lists, stamp and calculated ones


def _aligned(raw: RawSheet, expected: ExpectedCells, corner: Place) -> Moved | None:
    """Find where each issued row is now, by its first text; None where all are at home.

    What stands behind it may be of one workbook only: the lines of a cover.
    """
    shift = corner.column - HOME.column
    last = max([*expected.held, 0])
    issued = [
        min(
            ((column, tidy(text)) for column, text in cells.items() if isinstance(text, str)),
            default=None,
        )
        for cells in (expected.texts.get(row, {}) for row in range(1, last + 1))
    ]
    seen = range(1, min(max(raw.cells, default=0), 2 * last) + 1)
    stored = [_first_text(raw.cells.get(row, {}), shift) for row in seen]
    rows: dict[int, int] = {}
    for kind, first, stop, start, end in SequenceMatcher(
        None, issued, stored, autojunk=False
    ).get_opcodes():
        if kind in ("equal", "replace"):
            rows.update(zip(range(first + 1, stop + 1), range(start + 1, end + 1), strict=False))
    columns = {
        column: column + shift
        for columns_issued in expected.held.values()
        for column in columns_issued
    }
    unmoved = not shift and all(row == at for row, at in rows.items()) and len(rows) == last
    return None if unmoved else Moved(rows, columns)


def _first_text(cells: Mapping[int, RawCell], shift: int) -> tuple[int, str] | None:
    """Return the first text of a row behind its hidden code, with the column in which it was issued."""
    texts = (
        (column - shift, tidy(str(cell.value)))
        for column, cell in cells.items()
        if cell.kind is CellKind.TEXT and cell.formula is None and cell.value
    )
    return min((text for text in texts if text[0] > HOME.column), default=None)


def differing(
    raw: RawSheet, issued: IssuedSheet, layout: Layout, last: Answers
) -> Iterator[CellChange]:
    """Yield the cells of the hidden sheet that do not say what the answers were."""
    content = Content(layout, {}, last=last)
    for live in issued.live:
        for place, value in zip(live.places, live.cached_values(content), strict=True):
            shown_text = shown_cell(raw.cell(*place))
            expected = "" if value is None else shown(value)
            if shown_text != expected:
                yield CellChange(
                    TEXT_CHANGED, *place, (place.row, place.column), expected, shown_text
                )
