"""Find the checks that cannot be decided, because an answer they depend on is in error or could not be read.

The sheet compares whatever stands in its cells, so its check cell may say more (see `sheet_results`). A finding should
not blame an answer for a mistake in another one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from ..answers.submission import ONLY_ROW, CellKey, Key
from ..findings import codes
from ..findings import value as v
from ..findings.identity import COUNTRY_DIFFERS, PERIOD_OUTSIDE_ROUND
from ..findings.structure import FORMULA_OVERWRITTEN
from ..language.compiler import Row, SlotKey, Unknown, Value, worse
from ..layout import Sheet, Slot
from ..spec.model import RegisterBlock
from .answer_view import AnswerView
from .hits import Hit
from .program import ANYTHING, FieldColumn, NeedCheck, RuleCheck, rows_counted

# Nobody knows what stands in the cell, nor whether it is an answer.
UNREADABLE = frozenset(codes(v.ERROR_IN_CELL, v.FORMULA_NEVER_CALCULATED))
# The answer means nothing.
INVALID = UNREADABLE.union(
    codes(
        v.NOT_IN_LIST,
        v.NOT_A_NUMBER,
        v.NOT_A_DATE,
        v.AMBIGUOUS_DATE,
        v.OTHER_CALENDAR,
        v.AMBIGUOUS_NUMBER,
    )
)
# The answer can be compared, but is no step of a matrix and names no row.
OFF_SCALE = frozenset(codes(v.NOT_A_WHOLE_NUMBER, v.OUT_OF_RANGE, v.ROW_NOT_FOUND))


# A check that is open, as the hit it would be, and the error or the unread area that keeps it open.
Undecided = tuple[Hit, "Hit | UnreadArea"]


def mark_doubts(
    view: AnswerView, hits: Sequence[Hit], unread_areas: Sequence[UnreadArea]
) -> DoubtfulView | None:
    """Return the view of a return that marks what is in doubt; None where nothing is."""
    has_errors = any(hit.code in INVALID | OFF_SCALE for hit in hits)
    if not unread_areas and not has_errors:
        return None
    return DoubtfulView(view, hits, unread_areas)


class DoubtfulView(AnswerView):
    """The answers of a return, with an unknown value wherever the sheets see a blank or something that means nothing.

    Of several causes of one unknown value the one of the highest rank counts: a later hit more than an earlier one, and
    an unread area more than any hit.
    """

    def __init__(
        self, plain: AnswerView, hits: Sequence[Hit], unread_areas: Sequence[UnreadArea]
    ) -> None:
        vars(self).update(vars(plain))
        self.plain = plain
        invalid = _causes_by_slot(hits, INVALID)
        unreadable = _causes_by_slot(hits, UNREADABLE)
        off_scale = _causes_by_slot(hits, OFF_SCALE)
        self.unread: dict[SlotKey, Unknown] = {}
        for rank, area in enumerate(unread_areas, start=len(hits)):
            self.unread |= {slot: Unknown(rank, area) for slot in area.slots}
        self.unreadable = unreadable | self.unread
        self.off_scale = off_scale
        self._rows_in_doubt = self._find_rows_in_doubt()

        doubtful_slots = (*invalid, *self.unread, *unreadable, *off_scale)
        doubtful_columns = {number for number, _ in doubtful_slots}
        counted_rows = {rows_counted(table) for table in self._rows_in_doubt}
        # numbers as in `Program.reads`
        self._doubtful_reads = doubtful_columns | counted_rows | {ANYTHING}

        self.values = [
            dict(values) if number in doubtful_columns else values
            for number, values in enumerate(plain.values)
        ]
        self._put_unknown_values(invalid | self.unread)
        self._forget()
        self._progress: dict[str, Unknown | None] = {}
        self._unsure_references = list(self._find_unsure_references(hits))
        self.off_scale = off_scale | {hit.slot: doubt for hit, doubt in self._unsure_references}
        self._unsure_names = list(self._find_unsure_names(hits))

    def _find_rows_in_doubt(self) -> dict[int, dict[Row, Unknown]]:
        """Return the blank rows that may count, with the reason, by the number of their table.

        An open row counts once something is answered in it; of an unreadable cell nobody knows whether it is answered.
        """
        rows_in_doubt: dict[int, dict[Row, Unknown]] = {}
        for (column_number, row), cause in self.unreadable.items():
            table = self.program.column_list[column_number].table
            exists = row in self.row_sets[table.number]
            is_active = row in self.active_sets[table.number]
            if table.open and exists and not is_active:
                rows = rows_in_doubt.setdefault(table.number, {})
                rows[row] = worse(rows.get(row), cause)
        return rows_in_doubt

    def _put_unknown_values(self, causes: Mapping[SlotKey, Unknown]) -> None:
        """Put unknown values into slots, and empty the columns that are calculated from something in doubt."""
        for (number, row), cause in causes.items():
            value = self.values[number].get(row)
            readable_codes = value if isinstance(value, tuple) else ()
            self.values[number][row] = Unknown(cause.rank, cause.cause, readable_codes)
        for column in self.program.calculated:
            if self.may_be_unknown(self.program.made_of(column)):
                self.values[column.number] = {}

    def _find_unsure_references(self, hits: Sequence[Hit]) -> Iterator[tuple[Hit, Unknown]]:
        """Yield the references that seem to name a blank row, though that row may be in use, with the reason."""
        for hit in hits:
            if hit.kind is not v.ROW_NOT_FOUND or hit.column is None:
                continue
            code = self.plain.values[hit.column.number].get(hit.row)
            doubt = None
            for tool in hit.column.field.to:
                table = self.program.table(tool)
                named_row = self.row_named(table, code if isinstance(code, str) else None)
                doubt = worse(doubt, self._doubt_of_row(table, named_row))
            if doubt is not None:
                yield hit, doubt

    def _find_unsure_names(self, hits: Sequence[Hit]) -> Iterator[tuple[Hit, Unknown]]:
        """Yield the references whose words differ from those of a row that could not be read."""
        for hit in hits:
            of_words = hit.kind in (v.OTHER_SPELLING, v.NOT_IN_LIST)
            if not of_words or hit.column is None or hit.answer is None:
                continue
            for tool in hit.column.field.to:
                grid = self.layout.rows_of.get(tool)
                if grid is None or not isinstance(grid.block, RegisterBlock):
                    continue
                name_column = self.program.columns[tool, grid.block.named_by]
                doubt = self.unread.get((name_column.number, hit.answer.code))
                if doubt is not None:
                    yield hit, doubt

    def may_be_unknown(self, reads: frozenset[int]) -> bool:
        """Say whether an expression reads something that is in doubt. `reads` are numbers as in `Program.reads`."""
        return not reads.isdisjoint(self._doubtful_reads)

    def _doubt_of_row(self, table: int, row: Row) -> Unknown | None:
        """Return why a blank row may count; None for a row of which that is known."""
        return self._rows_in_doubt.get(table, {}).get(row)

    def _is_active(self, column: FieldColumn, row: Row) -> bool:
        return row in self.active_sets[column.table.number]

    # what expressions ask for

    def possible_rows(self, table: int) -> Collection[Unknown]:
        """Return, for each blank row of a table that may count, the reason why that is not known."""
        return self._rows_in_doubt.get(table, {}).values()

    def calculated(self, number: int, row: Row) -> Value:
        """Return the value of a calculated field; in a row that does not count only if it is unknown."""
        value = self.worked_out(number, row)
        if type(value) is Unknown or self._is_active(self.program.column_list[number], row):
            return value
        return None

    def completeness(self, tool: str) -> float | Unknown | None:
        """Return the share of a sheet's required answers that are given; unknown where either number is.

        None where the sheet asks for nothing.
        """
        if tool not in self._progress:
            self._progress[tool] = None  # meanwhile, for a requirement that depends on itself
            self._progress[tool] = self._doubt_of_completeness(tool)
        doubt = self._progress[tool]
        return self.plain.completeness(tool) if doubt is None else doubt

    def _doubt_of_completeness(self, tool: str) -> Unknown | None:
        """Return why the completeness of a sheet is unknown; None where it is known."""
        doubt = None
        for number in self.program.needs:
            column = self.program.column_list[number]
            if column.table.tool.code != tool:
                continue
            for row in self.rows[column.table.number]:
                doubt = worse(doubt, self._doubt_of_blank(column, row))
                if self._is_active(column, row):
                    for _, doubt_of_need in self._needs_in_doubt(column, row):
                        doubt = worse(doubt, doubt_of_need)
        return doubt

    def _needs_in_doubt(self, column: FieldColumn, row: Row) -> Iterator[tuple[NeedCheck, Unknown]]:
        """Yield each need of a field of which it is unknown whether it requires an answer, with the reason."""
        for need in self.program.needs[column.number]:
            if not self.may_be_unknown(need.reads):
                continue
            doubt = worse(self.anywhere(need.table, column, need.when, row), None)
            is_relevant = True if need.relevant is None else need.relevant(self, row, None)
            if type(is_relevant) is not Unknown and not is_relevant:
                continue
            doubt = worse(is_relevant, doubt)
            if doubt is not None:
                yield need, doubt

    def _doubt_of_blank(self, column: FieldColumn, row: Row) -> Unknown | None:
        """Return why a blank cell may not be a missing answer: it was not read, or its row may count.

        None where neither is so, and for a field that is never required.
        """
        if column.number not in self.program.needs:
            return None
        doubt_of_row = self._doubt_of_row(column.table.number, row)
        doubt: Unknown | None = worse(self.unread.get((column.number, row)), doubt_of_row)
        return doubt

    # everything that is not decided

    def undecided(self) -> list[Undecided]:
        """Return every check that an error or an unread area keeps open, once for each place and cause."""
        open_checks = chain(
            self._find_open_rules(),
            self._find_open_answer_checks(),
            self._find_open_requirements(),
            self._unsure_references,
            self._unsure_names,
            self._find_open_calculations(),
            self._find_open_identity_checks(),
        )
        return [(hit, doubt.cause) for hit, doubt in open_checks]

    def _find_open_rules(self) -> Iterator[tuple[Hit, Unknown]]:
        """Yield the rules of which it is unknown whether they hold, at each row that they point to."""
        for rule in self.program.rules:
            rows_in_doubt: Mapping[Row, Unknown] = {}
            if rule.home is not None:
                rows_in_doubt = self._rows_in_doubt.get(rule.home.table.number, {})
            if not rows_in_doubt and not self.may_be_unknown(rule.reads):
                continue
            if rule.home is None:
                broken = self.anywhere_in(rule.table, rule.broken)
                if type(broken) is Unknown and self.issued(rule.parsed.rule.tool):
                    yield Hit(rule.parsed.rule), broken
            else:
                yield from self._find_open_rows(rule, rule.home, rows_in_doubt)

    def _find_open_rows(
        self, rule: RuleCheck, home: FieldColumn, rows_in_doubt: Mapping[Row, Unknown]
    ) -> Iterator[tuple[Hit, Unknown]]:
        """Yield the rows, in use or in doubt, in which it is unknown whether a rule is broken."""
        active_rows = self.active[home.table.number]
        for row in dict.fromkeys([*active_rows, *rows_in_doubt]):
            broken = self.anywhere(rule.table, home, rule.broken, row)
            if broken is False:
                continue
            doubt = worse(broken, rows_in_doubt.get(row))
            if doubt is not None:
                yield Hit(rule.parsed.rule, home, row), doubt

    def _find_open_answer_checks(self) -> Iterator[tuple[Hit, Unknown]]:
        """Yield the checks of an answer that are open because they read other answers.

        Of an answer that is itself in error only one is still of interest: whether the question should be answered.
        """
        for key, checks in self.program.compiled.interdependent.items():
            column = self.program.columns[key]
            number = column.number
            for check in checks:
                if not self.may_be_unknown(self.program.reads(check.holds)):
                    continue
                holds = self.program.value(check.holds)
                for row in self.answered[number]:
                    is_unknown = type(self.values[number].get(row)) is Unknown
                    if is_unknown and check.kind is not v.NOT_ASKED_HERE:
                        continue
                    doubt = holds(self, row, None)
                    if type(doubt) is Unknown:
                        yield Hit(check.kind, column, row), doubt

    def _find_open_requirements(self) -> Iterator[tuple[Hit, Unknown]]:
        """Yield the blank cells of which it is unknown whether an answer is missing there."""
        for number, needs in self.program.needs.items():
            column = self.program.column_list[number]
            for row in self.rows[column.table.number]:
                if row in self.answered[number]:
                    continue
                if self._is_active(column, row) and (number, row) not in self.unreadable:
                    for need, doubt in self._needs_in_doubt(column, row):
                        yield Hit(need.kind, column, row), doubt
                doubt_of_blank = self._doubt_of_blank(column, row)
                if doubt_of_blank is not None:
                    for need in needs:
                        yield Hit(need.kind, column, row), doubt_of_blank

    def _find_open_calculations(self) -> Iterator[tuple[Hit, Unknown]]:
        """Yield what could be said of a cell with a calculated answer, if the result were known."""
        for column, row, doubt in self._find_unknown_results():
            for answer in self.by_slot.get((column.number, row), ()):
                if answer.formula:
                    yield Hit(v.CALCULATION_NOT_CURRENT, column, row), doubt
                else:
                    yield Hit(v.CALCULATION_DIFFERS, column, row), doubt
                    yield Hit(FORMULA_OVERWRITTEN, column, row), doubt

    def _find_unknown_results(self) -> Iterator[tuple[FieldColumn, str, Unknown]]:
        """Yield the calculated fields, row by row, that depend on something that could not be read."""
        for column in self.program.calculated:
            rows_in_doubt = self._rows_in_doubt.get(column.table.number, {})
            if not rows_in_doubt and not self.may_be_unknown(self.program.made_of(column)):
                continue
            for row in self.rows[column.table.number]:
                value: Value = rows_in_doubt.get(row)
                if self._is_active(column, row):
                    value = self.calculated(column.number, row)
                if type(value) is Unknown and isinstance(value.cause, UnreadArea):
                    yield column, row, value

    def _find_open_identity_checks(self) -> Iterator[tuple[Hit, Unknown]]:
        """Yield the checks of country and period whose answer in the form could not be read."""
        identity = self.program.spec.identity
        checks = (
            (COUNTRY_DIFFERS, identity.country),
            (PERIOD_OUTSIDE_ROUND, identity.period_start),
            (PERIOD_OUTSIDE_ROUND, identity.period_end),
        )
        for kind, field_code in checks:
            column = self.program.single(field_code)
            if column is not None and (column.number, ONLY_ROW) in self.unread:
                yield Hit(kind, column, ONLY_ROW), self.unread[column.number, ONLY_ROW]

    def results_without_value(self) -> Iterator[Key]:
        """Yield the keys of calculated answers whose sources could not be read.

        Sources that an older version of the workbook did not ask for are no reason: they are blank.
        """
        for column, row, doubt in self._find_unknown_results():
            if not doubt.cause.older:
                tool, field_code = column.key
                yield tool, row, field_code


def _causes_by_slot(hits: Sequence[Hit], kinds: Collection[str]) -> dict[SlotKey, Unknown]:
    """Return the last hit of some kinds in each slot, as the unknown value that it leaves; its number is the rank."""
    return {
        hit.slot: Unknown(rank, hit)
        for rank, hit in enumerate(hits)
        if hit.code in kinds and hit.column is not None
    }


# what could not be read


class UnreadArea(NamedTuple):
    """A sheet, row or column of a file that could not be read, or that its older version does not have."""

    place: str
    older: bool
    slots: frozenset[SlotKey]


def find_unread_areas(view: AnswerView) -> list[UnreadArea]:
    """Return what could not be read in a return; nothing for a return that does not say where its cells are."""
    submission = view.submission
    if not submission.cells:
        return []
    columns = view.program.columns
    areas = []
    for sheet in view.layout.sheets:
        cells_read = submission.cells.get(sheet.tool.code, {})
        if len(cells_read) >= sum(len(slot.cells) for slot in sheet.slots):
            continue
        for place, missing in _group_missing_slots(view, sheet, cells_read):
            slots = {(columns[slot.tool, slot.field.code].number, slot.row) for slot in missing}
            areas.append(UnreadArea(place, submission.older, frozenset(slots)))
    return areas


def unread_slots(unread_areas: Iterable[UnreadArea]) -> frozenset[SlotKey]:
    """Return every slot of some areas."""
    return frozenset(slot for area in unread_areas for slot in area.slots)


def _group_missing_slots(
    view: AnswerView, sheet: Sheet, cells_read: Mapping[CellKey, str]
) -> Iterator[tuple[str, list[Slot]]]:
    """Yield the slots of a sheet with a cell that was not read, by the place to name: the sheet, a row or a column."""
    sheet_name = view.sheet_name(sheet.tool.code)
    cells_of = view.layout.cells_of
    language = view.layout.language
    entry_slots = [slot for slot in sheet.slots if not slot.field.calculated]
    missing = [
        slot
        for slot in entry_slots
        if any(cell[:4] not in cells_read for cell in cells_of[slot.key])
    ]
    if missing and len(missing) == len(entry_slots):
        yield sheet_name, missing
        return
    entries_by_row = Counter((slot.grid, slot.row) for slot in entry_slots)
    missing_by_row = Counter((slot.grid, slot.row) for slot in missing)
    slots_by_place: dict[str, list[Slot]] = defaultdict(list)
    for slot in missing:
        row = slot.grid, slot.row
        is_whole_row = missing_by_row[row] == entries_by_row[row] > 1
        place = slot.row if is_whole_row else slot.field.label.say(language)
        slots_by_place[place].append(slot)
    for place, slots in slots_by_place.items():
        yield f"{sheet_name}: {place}", slots
