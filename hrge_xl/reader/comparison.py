"""Compare the sheets of one file with what was issued in it.

Sheets with questions are compared by the hidden codes of their rows and columns, all others row by row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import chain

from ..answers.submission import Answers, Identity, Unplaced, to_pairs
from ..core.numerals import shown
from ..core.words import and_more, tidy
from ..core.work import grouped
from ..findings import Finding, Kind
from ..findings.identity import COVER_NAMES_ANOTHER
from ..findings.structure import (
    CELLS_CUT,
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
from ..spec.drawings import LISTS_ARE_HIDDEN
from ..spec.supplements import LAST_SHEET
from ..workbook import Content
from ..workbook.book import IssuedSheet
from ..workbook.cover import COVER_FACTS, LABEL, contact_label
from .expected import ReadResult, one_by_one, shorten
from .issued_cells import (
    TELLING,
    CellChange,
    Compared,
    ExpectedCells,
    Formulas,
    Moved,
    Telling,
)
from .raw import CellKind, RawCell, RawSheet, compact, shown_cell
from .tool_sheets import GIVEN_BACK, HOME, Assigned, Axes, Axis, ToolSheet, by_codes
from .unplaced import keep, single_texts, typed_on, typed_texts

FEW = 2  # rows that differ are rows that were edited; where more do, rows may have come or gone
ReadSheet = tuple[ToolSheet, Axes]


class WorkbookComparison:
    """Compares the sheets of one file with what was issued in it, and adds what differs to the result of reading."""

    def __init__(self, read_result: ReadResult, identity: Identity) -> None:
        self.read_result = read_result
        self.plan = read_result.plan
        self.identity = identity
        self.observations = read_result.submission.observations
        self.formulas_kept = "formulas" not in read_result.lost
        self.protection_kept = "protection" not in read_result.lost
        # formulas that went along with cells that were cut, or look at nothing now
        self._went_along: list[tuple[str, int, int]] = []

    def compare(self, assigned: Assigned, read: Sequence[ReadSheet]) -> None:
        """Compare all sheets. `read` are those with questions, with the lines that their codes name."""
        calculated = [sheet for sheet in assigned.tools.values() if not sheet.plan.sheet.grids]
        complete = self._is_complete(calculated, read)
        # formulas can be compared to the letter only if nothing has moved on any sheet that was read
        moves = [_moved(axes) for _, axes in read]
        formulas = Formulas(self.formulas_kept, complete and not any(moves), self._renamed_sheets())
        for (sheet, axes), moved in zip(read, moves, strict=True):
            self._compare_questions(sheet, moved, formulas)
            if moved is not None:  # else the text of its cell is another one
                self.observations += _lost_totals(sheet, axes)
        for copy in assigned.copies:
            self._keep_texts_of_copy(copy, formulas)
        for sheet in calculated:
            self._compare_calculated(sheet, formulas)
        self._compare_own_sheets(assigned, formulas)
        self._withdraw_sorting()
        if not self.read_result.cells_cut:  # else it is known which these were
            for name, row, column in self._went_along:
                self.read_result.cells_cut.setdefault(name, set()).add((row, column))
        # what refers to cells that are gone or stand elsewhere, or looks for codes that are, cannot show what it should
        is_whole = complete and self.formulas_kept and _codes_are_in_place(read)
        is_sorted = any(finding.code == ROWS_SORTED.code for finding in self.observations)
        if self._went_along or is_sorted or not is_whole:
            self.read_result.results.clear()

    def _is_complete(self, calculated: Sequence[ToolSheet], read: Sequence[ReadSheet]) -> bool:
        """Say whether every sheet of the workbook is there, with all rows and columns that it needs."""
        with_questions = [sheet for sheet, _ in read]
        tools_present = {sheet.plan.tool for sheet in (*calculated, *with_questions)}
        if tools_present != self.plan.sheets.keys():
            return False
        return all(
            sheet.plan.rows.needed.keys() <= axes.rows.places.keys()
            and sheet.plan.columns.needed.keys() <= axes.columns.places.keys()
            for sheet, axes in read
        )

    def _renamed_sheets(self) -> dict[str, str]:
        """Return the issued names of the sheets that are called otherwise now, by their new names, in lower case."""
        renamed = {}
        for tool, name in self.read_result.submission.sheets.items():
            issued_name = self.plan.sheets[tool].sheet.name
            if name != issued_name:
                renamed[name.casefold()] = issued_name.casefold()
        return renamed

    def _withdraw_sorting(self) -> None:
        """Withdraw that rows were sorted where their codes and numbers disagree: more was done than sorting."""
        doubtful_sheets = {
            finding.sheet
            for finding in self.observations
            if finding.code == ROW_NUMBER_CHANGED.code
        }
        self.observations[:] = [
            finding
            for finding in self.observations
            if finding.code != ROWS_SORTED.code or finding.sheet not in doubtful_sheets
        ]

    # sheets of tools

    def _compare_questions(self, sheet: ToolSheet, moved: Moved | None, formulas: Formulas) -> None:
        """Compare a sheet with answers, and report its codes as damaged where the code of the sheet was changed."""
        raw = sheet.raw
        tool = sheet.plan.tool
        expected = self.plan.issued[sheet.plan.sheet.name]
        compared = expected.compare(raw, moved, formulas)
        changes = [change for change in compared.changes if not _is_loose(sheet, change)]
        self.read_result.results[expected.issued.name] = compared.results
        self._report_changes(changes, expected, raw, tool)
        answers_at = sheet.plan.at
        self.read_result.submission.replaced |= {
            answers_at[change.home].key
            for change in changes
            if change.kind in (FORMULA_CHANGED, CELLS_CUT) and change.home in answers_at
        }
        sheet_code = raw.text_at(*sheet.corner)
        if sheet_code == tool:  # rows or columns before it move all codes, and damage none
            return
        self._report_damaged_codes(raw, tool)
        cell = address(*sheet.corner)
        kept_texts = (*self.read_result.submission.unplaced, *self.read_result.overwriting)
        is_kept = any(text.sheet == raw.name and text.cell == cell for text in kept_texts)
        if sheet_code and not is_kept:
            self.read_result.overwriting.append(Unplaced(raw.name, cell, sheet_code))

    def _keep_texts_of_copy(self, copy: ToolSheet, formulas: Formulas) -> None:
        """Keep what was typed on a second sheet of one tool. Nothing else is read there."""
        raw = copy.raw
        expected = self.plan.issued[copy.plan.sheet.name]
        moved = _moved(by_codes(copy))
        compared = expected.compare(raw, moved, replace(formulas, exact=False))
        self.read_result.submission.unplaced += _overwriting_texts(compared.changes, raw)
        keep(self.read_result, raw, [*typed_texts(raw, _columns_outside(expected, moved))])

    def _compare_calculated(self, sheet: ToolSheet, formulas: Formulas) -> None:
        """Compare a sheet of a tool that has no questions, because it only shows what comes out."""
        raw = sheet.raw
        tool = sheet.plan.tool
        expected = self.plan.issued[sheet.plan.sheet.name]
        self._compare_rows(raw, expected, formulas, tool, sheet.corner)
        if not raw.protected and self.protection_kept:
            self.observations.append(PROTECTION_OFF.at(raw.name, None, tool))

    # cover, lists and other sheets of the program

    def _compare_own_sheets(self, assigned: Assigned, formulas: Formulas) -> None:
        """Compare the sheets that belong to no tool, and report which of them are gone."""
        layout = self.plan.layout
        # of several sheets issued under one name that with its own name counts, else the first
        own_sheets: dict[str, RawSheet] = {}
        for name, raw in assigned.own_sheets:
            if name not in own_sheets or raw.name == name:
                own_sheets[name] = raw
        self._report_handling(assigned, own_sheets)
        for name, raw in own_sheets.items():
            if name in GIVEN_BACK:
                typed_on(self.read_result, raw)
            elif name == layout.cover_name:
                self._compare_cover(raw, formulas)
            else:
                expected = self.plan.issued[name]
                self._compare_rows(raw, expected, formulas)
                if name == LAST_SHEET:
                    self._compare_last_answers(raw, expected)
        # but for the stamp, which is looked for by itself
        names = (*layout.own_names, *([LAST_SHEET] if layout.last else ()))
        self.observations += (
            OWN_SHEET_MISSING.at(name) for name in names if name not in own_sheets
        )

    def _report_handling(self, assigned: Assigned, own_sheets: Mapping[str, RawSheet]) -> None:
        """Report which of the sheets that people see were renamed, doubled, hidden or unlocked."""
        layout = self.plan.layout
        for name, raw in assigned.own_sheets:
            if name not in layout.own_names:
                continue
            if raw is not own_sheets[name]:
                self.observations.append(SHEET_DOUBLED.at(raw.name, expected=name))
                continue
            if raw.name != name:
                self.observations.append(SHEET_RENAMED.at(raw.name, expected=name))
            issued_visible = name != layout.lists_name or layout.spec.drawing < LISTS_ARE_HIDDEN
            if raw.state != "visible" and issued_visible:
                self.observations.append(SHEET_HIDDEN.at(raw.name))
            if not raw.protected and self.protection_kept:
                self.observations.append(PROTECTION_OFF.at(raw.name))

    def _compare_cover(self, raw: RawSheet, formulas: Formulas) -> None:
        """Compare the cover with the one that was issued for the facts of the stamp."""
        lines = {name for name, value in to_pairs(self.identity) if value and name in COVER_FACTS}
        contact_question = contact_label(self.plan.layout.language)
        if any(raw.text_at(row, LABEL) == contact_question for row in raw.cells):
            lines.add("contact")
        expected = self.plan.cover(frozenset(lines))
        compared = self._compare_rows(raw, expected, formulas)
        if compared.results.places is None:
            compared.results.places = expected.formula_places
        self._compare_facts(raw, expected, compared.moved)

    def _compare_facts(self, raw: RawSheet, expected: ExpectedCells, moved: Moved | None) -> None:
        """Report the lines of the cover that say otherwise than the stamp."""
        stamped = dict(to_pairs(self.identity))
        for home, fact in expected.issued.facts.items():
            place = home if moved is None else moved.place(*home)
            if fact.name not in stamped or place is None:
                continue
            code = stamped[fact.name]
            issued = fact.labels.get(code, code)
            stated = shown_cell(raw.cell(*place))
            if tidy(issued) != tidy(stated):
                self.observations.append(
                    COVER_NAMES_ANOTHER.at(
                        raw.name,
                        address(*place),
                        value=shorten(stated),
                        expected=shorten(issued),
                    )
                )

    def _compare_last_answers(self, raw: RawSheet, expected: ExpectedCells) -> None:
        """Report what the hidden sheet shows of the answers of the round before, where it is not what they were."""
        last = self.read_result.last
        if last is None:
            return
        changes = [*_changed_last_answers(raw, expected.issued, self.plan.layout, last)]
        self._report_changes(changes, expected, raw, None)

    def _compare_rows(
        self,
        raw: RawSheet,
        expected: ExpectedCells,
        formulas: Formulas,
        tool: str | None = None,
        corner: Place = HOME,
    ) -> Compared:
        """Compare a sheet that has no codes to go by, and keep what was typed where nothing was issued.

        Where more than a few rows differ, or the sheet begins elsewhere, rows are looked for by their texts first.
        """
        compared = expected.compare(raw, None, formulas)
        changed_rows = {change.row for change in compared.changes if change.of_text}
        moved = None
        if len(changed_rows) > FEW or corner != HOME:
            moved = _align_rows(raw, expected, corner)
        if moved is not None:
            compared = expected.compare(raw, moved, replace(formulas, exact=False))
            compared.changes += _lost_rows(expected, moved)
        self.read_result.results[expected.issued.name] = compared.results
        self._report_changes(compared.changes, expected, raw, tool)
        texts_beside = [*typed_texts(raw, _columns_outside(expected, moved))]
        single_texts(self.read_result, raw, texts_beside)
        return compared

    # what is reported

    def _report_changes(
        self,
        changes: Sequence[CellChange],
        expected: ExpectedCells,
        raw: RawSheet,
        tool: str | None,
    ) -> None:
        """Report the changes on one sheet as findings, and keep what was typed over texts and formulas."""
        self.read_result.overwriting += _overwriting_texts(changes, raw)
        self._note_cells_cut(changes, raw)
        for kind, telling in TELLING.items():
            of_kind = [change for change in changes if change.kind == kind]
            if kind in (TYPED_OVER, FORMULA_CLEARED):
                # those of calculated answers are reported with the answers
                of_kind = [change for change in of_kind if change.home not in expected.calculated]
            for group in _group_changes(of_kind, telling):
                self.observations.append(_finding_of_changes(kind, group, raw, tool))
        if any(change.kind == CODES_DAMAGED for change in changes):
            self._report_damaged_codes(raw, tool)

    def _note_cells_cut(self, changes: Sequence[CellChange], raw: RawSheet) -> None:
        """Note which cells were cut, as the formulas of one sheet tell that went along."""
        issued_names = {
            self.plan.sheets[tool].sheet.name.casefold(): name
            for tool, name in self.read_result.submission.sheets.items()
        }
        for change in changes:
            if change.kind == CELLS_CUT:
                self._went_along.append((raw.name, change.row, change.column))
            for sheet, row, column in change.cut:
                name = issued_names.get(sheet, raw.name)
                self.read_result.cells_cut.setdefault(name, set()).add((row, column))

    def _report_damaged_codes(self, raw: RawSheet, tool: str | None) -> None:
        """Report damaged codes once for each sheet, and not for one that could not be read at all."""
        reported = {finding.code for finding in self.observations if finding.sheet == raw.name}
        if reported.isdisjoint({CODES_DAMAGED.code, SHEET_UNREADABLE.code}):
            self.observations.append(CODES_DAMAGED.at(raw.name, None, tool))


def _group_changes(
    changes: Iterable[CellChange], telling: Telling
) -> Iterator[Sequence[CellChange]]:
    """Yield the changes of one kind in the groups that make one finding each."""
    by_column = grouped((change.column if telling.by_column else 0, change) for change in changes)
    groups = [group for _, group in sorted(by_column.items())]
    if len(groups) > telling.most_columns > 0:
        groups = [[*chain.from_iterable(groups)]]
    for group in groups:
        yield from one_by_one(group, telling.alone)


def _finding_of_changes(
    kind: Kind, changes: Sequence[CellChange], raw: RawSheet, tool: str | None
) -> Finding:
    """Return one finding for some changes, at the first cell, with the cells and what the first one shows."""
    first = min(changes, key=lambda change: (change.row, change.column))
    cells = compact((change.row, change.column) for change in changes)
    return kind.at(
        raw.name,
        address(first.row, first.column),
        tool,
        value=shorten(first.shown) + and_more(len(changes) - 1),
        expected=shorten(first.issued),
        label=cells,
        cells=cells,
        count=str(len(changes)),
    )


def _overwriting_texts(changes: Iterable[CellChange], raw: RawSheet) -> list[Unplaced]:
    """Return what was typed over texts and formulas."""
    return [
        Unplaced(raw.name, address(change.row, change.column), change.shown)
        for change in changes
        if change.shown.strip() and (change.of_text or change.kind == TYPED_OVER)
    ]


def _is_loose(sheet: ToolSheet, change: CellChange) -> bool:
    """Say whether a change is none: a band or a line of the panel stays in its cell while rows or columns move."""
    if not change.of_text:
        return False
    has_issued_text = tidy(sheet.raw.text_at(*change.home)) == tidy(change.issued)
    return has_issued_text and sheet.plan.is_loose(*change.home, change.issued)


def _lost_totals(sheet: ToolSheet, axes: Axes) -> Iterator[Finding]:
    """Yield a finding for each row of totals below a table that is gone."""
    for grid in sheet.plan.sheet.grids:
        for row in grid.rows:
            if row.role == "total" and row.code not in axes.rows.places:
                cell = address(row.index, MARK_COLUMN)
                yield TEXT_CHANGED.at(
                    sheet.raw.name, None, sheet.plan.tool, cells=cell, expected=row.label, value=""
                )


# where the rows and columns of a sheet are


def _codes_are_in_place(read: Sequence[ReadSheet]) -> bool:
    """Say whether every row that was found has its code in the column of codes."""
    return all(
        sheet.raw.text_at(row, sheet.corner.column) == code
        for sheet, axes in read
        for code, row in axes.rows.places.items()
    )


def _moved(axes: Axes) -> Moved | None:
    """Return where the rows and columns of a sheet are by their codes.

    None where all that have a code are at home, and no other code is there.
    """
    both_axes = (axes.rows, axes.columns)
    at_home = all(line == home for axis in both_axes for line, home in axis.origin.items())
    if at_home and not any(axis.copies or axis.unknown for axis in both_axes):
        return None
    return Moved(_lines_by_home(axes.rows), _lines_by_home(axes.columns))


def _lines_by_home(axis: Axis) -> dict[int, int]:
    """Return the lines of a sheet by the lines of the layout; of several the first one counts."""
    return {home: line for line, home in sorted(axis.origin.items(), reverse=True)}


def _columns_outside(
    expected: ExpectedCells, moved: Moved | None
) -> Callable[[int, Mapping[int, RawCell]], Iterable[int]]:
    """Return a function that gives, of a row and its cells, the columns in which nothing was issued."""
    if moved is None:
        return lambda row, cells: cells.keys() - expected.held.get(row, frozenset())
    home_rows = {line: home for home, line in moved.rows.items()}
    home_columns = {line: home for home, line in moved.columns.items()}

    def columns_outside(row: int, cells: Mapping[int, RawCell]) -> Iterator[int]:
        issued_columns = expected.held.get(home_rows.get(row, 0), frozenset())
        return (column for column in cells if home_columns.get(column, 0) not in issued_columns)

    return columns_outside


def _align_rows(raw: RawSheet, expected: ExpectedCells, corner: Place) -> Moved | None:
    """Return where the issued rows of a sheet without codes are, by the first text of each; None if all are at home.

    Only the first text counts: what stands behind it on a cover is another text in every workbook.
    """
    shift = corner.column - HOME.column
    last_issued = max([*expected.held, 0])
    last_used = max(raw.cells, default=0)
    issued = [_first_issued_text(expected.texts.get(row, {})) for row in range(1, last_issued + 1)]
    stored = [
        _first_stored_text(raw.cells.get(row, {}), shift)
        for row in range(1, min(last_used, 2 * last_issued) + 1)
    ]
    rows: dict[int, int] = {}
    matcher = SequenceMatcher(None, issued, stored, autojunk=False)
    for operation, issued_start, issued_stop, start, stop in matcher.get_opcodes():
        if operation in ("equal", "replace"):
            issued_rows = range(issued_start + 1, issued_stop + 1)
            rows.update(zip(issued_rows, range(start + 1, stop + 1), strict=False))
    rows_at_home = len(rows) == last_issued and all(row == home for home, row in rows.items())
    if rows_at_home and not shift:
        return None
    issued_columns = chain.from_iterable(expected.held.values())
    return Moved(rows, {column: column + shift for column in issued_columns})


def _first_issued_text(cells: Mapping[int, str | float]) -> tuple[int, str] | None:
    """Return the first text of an issued row, with its column; None where it has none."""
    texts = ((column, tidy(text)) for column, text in cells.items() if isinstance(text, str))
    return min(texts, default=None)


def _first_stored_text(cells: Mapping[int, RawCell], shift: int) -> tuple[int, str] | None:
    """Return the first text of a row behind its hidden code, with the column in which it was issued."""
    texts = (
        (column - shift, tidy(str(cell.value)))
        for column, cell in cells.items()
        if cell.kind is CellKind.TEXT and cell.formula is None and cell.value
    )
    return min((text for text in texts if text[0] > HOME.column), default=None)


def _lost_rows(expected: ExpectedCells, moved: Moved) -> Iterator[CellChange]:
    """Yield the issued rows that are gone, each as its first text changed to nothing."""
    for row, cells in expected.texts.items():
        if row not in moved.rows:
            column, issued = next(iter(cells.items()))
            yield CellChange(TEXT_CHANGED, row, column, (row, column), str(issued), "")


def _changed_last_answers(
    raw: RawSheet, issued: IssuedSheet, layout: Layout, last: Answers
) -> Iterator[CellChange]:
    """Yield the cells of the hidden sheet that do not say what the answers of the round before were."""
    content = Content(layout, {}, last=last)
    for live in issued.live:
        for place, value in zip(live.places, live.cached_values(content), strict=True):
            stored = shown_cell(raw.cell(*place))
            expected = "" if value is None else shown(value)
            if stored != expected:
                home = (place.row, place.column)
                yield CellChange(TEXT_CHANGED, *place, home, expected, stored)
