"""The sheets of one file, compared with what was issued in it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from ..answer import Answers
from ..findings import Kind
from ..findings.identity import COVER_NAMES_ANOTHER
from ..findings.structure import (
    CODES_DAMAGED,
    FORMULA_CHANGED,
    FORMULA_CLEARED,
    HEAD_CHANGED,
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
from ..observation import Observation
from ..spec.own_sheets import LAST_SHEET
from ..stamp import to_pairs
from ..submission import Identity, Unplaced
from ..words import and_more, tidy
from ..workbook.cover import COVER_FACTS, contact_label
from ..workbook.progress import LABEL
from .axes import Axes, Axis, by_codes
from .cell_values import shown_cell
from .dropdowns import ListNames
from .issued_cells import (
    Compared,
    Difference,
    ExpectedCells,
    Formulas,
    Moved,
    Roles,
    SheetResults,
    What,
    is_code,
)
from .keys import Plan, observe, shorten
from .last_round import differing
from .located import Circumstances, Located
from .raw import CellKind, RawCell, RawSheet, RawWorkbook
from .references import compact
from .tool_sheets import GIVEN_BACK, HOME, Assigned, Corner, ToolSheet, text_at
from .unplaced import Held, TypedText, UnplacedTexts, single_texts, typed_on


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
                    self.found.observations.append(observe(PROTECTION_OFF, sheet.raw.name, tool=tool))

    def _forget_sorting(self) -> None:
        """Rows whose codes and numbers disagree were not just sorted."""
        doubtful = {each.sheet for each in self.found.observations if each.kind == ROW_NUMBER_CHANGED}
        self.found.observations = [
            each for each in self.found.observations if each.kind != ROWS_SORTED or each.sheet not in doubtful
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
            each.kind in (CODES_DAMAGED, SHEET_UNREADABLE) and each.sheet == raw.name
            for each in self.found.observations
        )
        if not told:
            self.found.observations.append(observe(CODES_DAMAGED, raw.name, tool=tool))

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


OF_FORMULAS = {What.REPLACED: FORMULA_CHANGED, What.TYPED_OVER: TYPED_OVER, What.CLEARED: FORMULA_CLEARED}
COLUMNS_ALONE = 3  # of formulas that are gone; where there are more, all are reported together
REPORTED_ALONE = 20  # of one kind on one sheet; further ones are reported together


def judge(found: Sequence[Difference], roles: Roles, sheet: str, tool: str | None) -> UnplacedTexts:
    """Report what differs on one sheet as findings, and what was typed there as texts to keep."""
    left = UnplacedTexts()
    texts: dict[Kind, list[Difference]] = {}
    formulas: dict[tuple[Kind, int], list[Difference]] = {}
    for each in found:
        if each.what is What.CHANGED:
            if not is_code(*each.home):  # codes are told of once a sheet, by whoever compares it
                texts.setdefault(_meaning(each, roles), []).append(each)
        elif each.home not in roles.calculated or each.what is What.REPLACED:
            formulas.setdefault((OF_FORMULAS[each.what], each.column), []).append(each)
        if each.found.strip() and (each.what is What.CHANGED or each.what is What.TYPED_OVER):
            left.unplaced.append(Unplaced(sheet, address(each.row, each.column), each.found))
    for kind, some in sorted(texts.items(), key=lambda each: each[0].code):
        left.observations += _texts(kind, some, sheet, tool)
    for kind in OF_FORMULAS.values():
        columns = [some for (told, _), some in sorted(formulas.items(), key=_column) if told == kind]
        if (
            kind != FORMULA_CHANGED and len(columns) > COLUMNS_ALONE
        ):  # values pasted over all of it, in one act
            columns = [[each for some in columns for each in some]]
        left.observations += [_together(kind, some, sheet, tool) for some in columns]
    return left


def _column(entry: tuple[tuple[Kind, int], object]) -> int:
    return entry[0][1]


def _meaning(each: Difference, roles: Roles) -> Kind:
    """Give the finding of a text; where only the help below a head or question was changed, its meaning stands."""
    kind = roles.meanings.get(each.home, TEXT_CHANGED)
    if kind == HEAD_CHANGED and "\n" in each.issued and _first_line(each.issued) == _first_line(each.found):
        return TEXT_CHANGED
    return kind


def _first_line(text: str) -> str:
    return tidy(text.split("\n", 1)[0])


def _texts(kind: Kind, found: Sequence[Difference], sheet: str, tool: str | None) -> Iterator[Observation]:
    """Give one observation a text; the numbers of rows together, as one sorting changes them all."""
    alone = 0 if kind == ROW_NUMBER_CHANGED and len(found) > 1 else REPORTED_ALONE
    yield from (_together(kind, [each], sheet, tool) for each in found[:alone])
    if len(found) > alone:
        yield _together(kind, found[alone:], sheet, tool)


def _together(kind: Kind, found: Sequence[Difference], sheet: str, tool: str | None) -> Observation:
    first = min(found, key=lambda each: (each.row, each.column))
    cells = compact((each.row, each.column) for each in found)
    return observe(
        kind,
        sheet,
        address(first.row, first.column),
        tool=tool,
        value=shorten(first.found) + and_more(len(found) - 1),
        expected=shorten(first.issued),
        label=cells,
        cells=cells,
        count=str(len(found)),
    )


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


def own_sheets_touched(ours: Own, layout: Layout, lost: Collection[str]) -> Iterator[Observation]:
    """Report what was done to the sheets that people see: renamed, doubled, hidden, unlocked."""
    counting = first_ones(ours)
    for name, raw in ours:
        if name not in (layout.cover_name, layout.lists_name):
            continue
        if (name, raw) not in counting:
            yield observe(SHEET_DOUBLED, raw.name, expected=name)
            continue
        if raw.name != name:
            yield observe(SHEET_RENAMED, raw.name, expected=name)
        if raw.state != "visible":
            yield observe(SHEET_HIDDEN, raw.name)
        if not raw.protected and "protection" not in lost:
            yield observe(PROTECTION_OFF, raw.name)


def facts_that_differ(
    raw: RawSheet, expected: ExpectedCells, moved: Moved | None, identity: Identity
) -> Iterator[Observation]:
    """Give the lines of the cover that say otherwise than the stamp."""
    stamped = dict(to_pairs(identity))
    for home, fact in expected.issued.facts.items():
        here = home if moved is None else moved.place(*home)
        if fact.name not in stamped or here is None:
            continue
        issued, said = fact.labels.get(stamped[fact.name], stamped[fact.name]), text_at_place(raw, *here)
        if tidy(issued) != tidy(said):
            yield observe(
                COVER_NAMES_ANOTHER, raw.name, address(*here), value=shorten(said), expected=shorten(issued)
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


def missing_sheets(layout: Layout, there: Collection[str]) -> Iterator[Observation]:
    """Our own sheets that are gone, but for the stamp, which is looked for by itself."""
    return (
        observe(OWN_SHEET_MISSING, name)
        for name in (layout.cover_name, layout.lists_name, *([LAST_SHEET] if layout.last else ()))
        if name not in there
    )
