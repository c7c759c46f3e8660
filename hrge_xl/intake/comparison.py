"""The sheets of one file, compared with what was issued in it."""

from __future__ import annotations

from dataclasses import replace

from ..answer import Answers
from ..findings.structure import (
    CODES_DAMAGED,
    PROTECTION_OFF,
    ROW_NUMBER_CHANGED,
    ROWS_SORTED,
    SHEET_UNREADABLE,
)
from ..layout import address
from ..spec.own_sheets import LAST_SHEET
from ..submission import Unplaced
from ..words import tidy
from .as_issued import judge
from .axes import Axes, Axis, by_codes
from .dropdowns import ListNames
from .given_back import typed_on
from .issued_cells import Compared, Difference, ExpectedCells, Formulas, Moved, SheetResults, What, is_code
from .keys import Plan
from .last_round import differing
from .located import Circumstances, Located
from .own_sheets import (
    compare_rows,
    cover_lines,
    facts_that_differ,
    first_ones,
    missing_sheets,
    outside,
    own_sheets_touched,
)
from .raw import RawSheet, RawWorkbook
from .roles import Roles
from .tool_sheets import GIVEN_BACK, HOME, Assigned, Corner, ToolSheet, text_at
from .unplaced import Held


class Comparison:
    """Compares the sheets of one file with what was issued in it."""

    def __init__(self, plan: Plan, about: Circumstances, found: Located, workbook: RawWorkbook) -> None:
        self.plan, self.found, self.identity, self.last = plan, found, about.identity, about.last
        named = "names" not in about.lost
        self.list_names = ListNames.of(workbook, plan.layout) if named else ListNames()
        self.lost, self.kept = about.lost, "formulas" not in about.lost
        self._seen: list[tuple[ToolSheet, Axes]] = []

    def held(self, sheet: ToolSheet, axes: Axes) -> Held:
        """In which columns of each row of a sheet with answers something was issued; it is compared later."""
        self._seen.append((sheet, axes))
        return self.plan.issued[sheet.plan.sheet.name].held

    def compare(self, assigned: Assigned) -> None:
        """Compare all sheets, once it is known whether anything has moved on one of them."""
        there = {sheet.plan.tool for sheet in assigned.tools.values() if not sheet.plan.sheet.grids}
        there |= {sheet.plan.tool for sheet, _ in self._seen}
        whole = there == self.plan.sheets.keys() and all(map(self._is_whole, self._seen))
        exact = whole and all(_moved(axes) is None for _, axes in self._seen)
        formulas = Formulas(self.kept, exact, self._renamed())
        for sheet, axes in self._seen:
            self._questions(sheet, _moved(axes), formulas)
        self._copies(assigned, formulas)
        self._calculated_sheets(assigned, formulas)
        self._own_sheets(assigned, formulas)
        self._forget_sorting()
        if not (whole and self.kept and all(map(_found_by_codes, self._seen))):
            # what refers to cells that are gone, or looks for codes that are, cannot show what it should
            self.found.results.clear()

    def _questions(self, sheet: ToolSheet, moved: Moved | None, formulas: Formulas) -> None:
        """Compare a sheet with answers."""
        name = sheet.plan.sheet.name
        compared = self.plan.issued[name].compare(sheet.raw, moved, formulas)
        compared.differences = [each for each in compared.differences if not _stayed(sheet, each)]
        self.found.results[name] = compared.results
        self._judge(compared, sheet.plan.issued_roles, sheet.raw, sheet.plan.tool)
        self._replaced(sheet, compared)
        self._look_at_key(sheet)

    def _calculated_sheets(self, assigned: Assigned, formulas: Formulas) -> None:
        """Compare the sheets of tools that ask nothing."""
        for sheet in assigned.tools.values():
            if not sheet.plan.sheet.grids:
                roles, tool = sheet.plan.issued_roles, sheet.plan.tool
                expected = self.plan.issued[sheet.plan.sheet.name]
                self._rows(sheet.raw, expected, formulas, roles, tool, sheet.corner)
                if not sheet.raw.protected and "protection" not in self.lost:
                    self.found.observations.append(PROTECTION_OFF.at(sheet.raw.name, None, tool))

    def _forget_sorting(self) -> None:
        """Rows whose codes and numbers disagree were not just sorted."""
        doubtful = {each.sheet for each in self.found.observations if each.code == ROW_NUMBER_CHANGED.code}
        self.found.observations = [
            each
            for each in self.found.observations
            if each.code != ROWS_SORTED.code or each.sheet not in doubtful
        ]

    def _judge(self, compared: Compared, roles: Roles, raw: RawSheet, tool: str | None) -> None:
        left = judge(compared.differences, roles, raw.name, tool)
        self.found.observations += left.observations
        self.found.replaced += left.unplaced
        if any(is_code(*each.home) for each in compared.differences):
            self._codes_damaged(raw, tool)

    def _codes_damaged(self, raw: RawSheet, tool: str | None) -> None:
        """Say so once a sheet."""
        told = any(
            each.code in (CODES_DAMAGED.code, SHEET_UNREADABLE.code) and each.sheet == raw.name
            for each in self.found.observations
        )
        if not told:
            self.found.observations.append(CODES_DAMAGED.at(raw.name, None, tool))

    def _look_at_key(self, sheet: ToolSheet) -> None:
        """Note that the key of a sheet is gone, and keep what stands there instead."""
        text = text_at(sheet.raw, *sheet.corner)
        if text == sheet.plan.tool:  # rows or columns before it move all codes, and damage none
            return
        self._codes_damaged(sheet.raw, sheet.plan.tool)
        cell = address(*sheet.corner)
        there = {(each.sheet, each.cell) for each in (*self.found.unplaced, *self.found.replaced)}
        if text and (sheet.raw.name, cell) not in there:
            self.found.replaced.append(Unplaced(sheet.raw.name, cell, text))

    def _replaced(self, sheet: ToolSheet, compared: Compared) -> None:
        """Note the calculated answers whose formula is another one now."""
        at = sheet.plan.at
        homes = [each.home for each in compared.differences if each.what is What.REPLACED]
        keys = [at[home].key for home in homes if home in at]
        self.found.no_longer |= frozenset(keys)

    def _copies(self, assigned: Assigned, formulas: Formulas) -> None:
        """Keep what was typed on copies of sheets, which nobody reads."""
        for copy in assigned.copies:
            expected, moved = self.plan.issued[copy.plan.sheet.name], _moved(by_codes(copy))
            found = expected.compare(copy.raw, moved, replace(formulas, exact=False)).differences
            typed = judge(found, copy.plan.issued_roles, copy.raw.name, copy.plan.tool).unplaced
            beside = outside(copy.raw, expected, moved).unplaced
            there = {(each.sheet, each.cell) for each in self.found.unplaced}
            self.found.unplaced += [each for each in typed + beside if (each.sheet, each.cell) not in there]

    def _is_whole(self, seen: tuple[ToolSheet, Axes]) -> bool:
        plan, axes = seen[0].plan, seen[1]
        return (
            plan.needed_rows.keys() <= axes.rows.places.keys()
            and plan.needed_columns.keys() <= axes.columns.places.keys()
        )

    def _renamed(self) -> dict[str, str]:
        names = {name: self.plan.sheets[tool].sheet.name for tool, name in self.found.sheets.items()}
        return {name.casefold(): issued.casefold() for name, issued in names.items() if name != issued}

    def _own_sheets(self, assigned: Assigned, formulas: Formulas) -> None:
        """Compare cover, lists and stamp, and say which of them are gone."""
        layout, identity = self.plan.layout, self.identity
        assert identity is not None
        self.found.observations += own_sheets_touched(assigned.ours, layout, self.lost)
        for name, raw in first_ones(assigned.ours):
            if name in GIVEN_BACK:
                self.found.add(typed_on(raw, formulas_known=self.kept))
            elif name == layout.cover_name:
                expected = self.plan.cover(cover_lines(identity, raw, layout))
                compared = self._rows(raw, expected, formulas, Roles(), None)
                self.found.observations += facts_that_differ(raw, expected, compared.moved, identity)
            else:
                roles = self.plan.roles_of_lists if name == layout.lists_name else Roles()
                self._rows(raw, self.plan.issued[name], formulas, roles, None)
                if name == LAST_SHEET and self.last is not None:
                    self._last(raw, self.last)
        self.found.observations += missing_sheets(layout, [name for name, _ in assigned.ours])

    def _last(self, raw: RawSheet, last: Answers) -> None:
        """Compare what stands there of the round before."""
        found = list(differing(raw, self.plan.issued[LAST_SHEET].issued, self.plan.layout, last))
        self._judge(Compared(SheetResults(raw.name), found), Roles(), raw, None)

    def _rows(
        self,
        raw: RawSheet,
        expected: ExpectedCells,
        formulas: Formulas,
        roles: Roles,
        tool: str | None,
        corner: Corner = HOME,
    ) -> Compared:
        """Compare a sheet that has no codes to go by."""
        compared, extra = compare_rows(raw, expected, formulas, corner)
        self.found.results[expected.issued.name] = compared.results
        if expected is not self.plan.issued[expected.issued.name] and compared.results.places is None:
            compared.results.places = expected.formula_places
        self._judge(compared, roles, raw, tool)
        self.found.add(extra)
        return compared


def _found_by_codes(seen: tuple[ToolSheet, Axes]) -> bool:
    """Say whether every row that was read stands beside its hidden code, by which formulas of other sheets find it."""
    (raw, corner), rows = (seen[0].raw, seen[0].corner), seen[1].rows.places
    return all(text_at(raw, row, corner.column) == code for code, row in rows.items())


def _stayed(sheet: ToolSheet, each: Difference) -> bool:
    """Say whether it is a band or a line of the panel that stands at home while a row or column there has moved."""
    there = tidy(text_at(sheet.raw, *each.home)) == tidy(each.issued)
    return each.what is What.CHANGED and there and sheet.plan.is_loose(*each.home, each.issued)


def _moved(axes: Axes) -> Moved | None:
    """Find where the lines of a sheet are; None where all that have a code are at home, and nothing else is there."""
    home = all(
        line == origin for axis in (axes.rows, axes.columns) for line, origin in axis.origin.items()
    ) and not (axes.rows.copies or axes.columns.copies or axes.rows.unknown or axes.columns.unknown)
    return None if home else Moved(_inverse(axes.rows), _inverse(axes.columns))


def _inverse(axis: Axis) -> dict[int, int]:
    """Line of the layout → line of the file."""
    return {origin: line for line, origin in sorted(axis.origin.items(), reverse=True)}
