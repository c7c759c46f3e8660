"""What cannot be decided, because an answer that it depends on is in error itself, or could not be read.

The sheet compares whatever stands there, so its check cell may say more (see `sheet_results`); a finding should not
blame an answer for what another one got wrong.
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
from .program import ANYTHING, FieldColumn, NeedCheck, rows_counted

# Nobody knows what stands there, nor whether it is an answer.
UNREADABLE = frozenset(codes(v.ERROR_IN_CELL, v.FORMULA_NEVER_CALCULATED))
# It means nothing.
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
# It can be compared, but is not a step of a matrix and no row.
OFF_SCALE = frozenset(codes(v.NOT_A_WHOLE_NUMBER, v.OUT_OF_RANGE, v.ROW_NOT_FOUND))


# What would have been found, or not, and what keeps it from being decided.
Undecided = tuple[Hit, "Hit | UnreadArea"]


def in_doubt(
    view: AnswerView, hits: Sequence[Hit], gaps: Sequence[UnreadArea]
) -> DoubtfulView | None:
    """Return the view of a return in which something is in doubt because of hits or gaps; None where nothing is."""
    doubtful = gaps or any(hit.code in INVALID | OFF_SCALE for hit in hits)
    return DoubtfulView(view, hits, gaps) if doubtful else None


class DoubtfulView(AnswerView):
    """The same answers, with unknown values where the sheets see a blank or something that means nothing."""

    def __init__(self, plain: AnswerView, hits: Sequence[Hit], gaps: Sequence[UnreadArea]) -> None:
        """Mark what is in doubt; of several causes the last one counts, and a gap more than an error."""
        vars(self).update(vars(plain))
        self.plain = plain
        marked: dict[frozenset[str], dict[SlotKey, Unknown]] = {
            INVALID: {},
            UNREADABLE: {},
            OFF_SCALE: {},
        }
        for rank, hit in enumerate(hits):
            for codes_, slots in marked.items():
                if hit.code in codes_ and hit.column is not None:
                    slots[hit.slot] = Unknown(rank, hit)
        invalid, unreadable, off_scale = marked.values()
        gone = enumerate(gaps, len(hits))
        unread: dict[SlotKey, Unknown] = {
            slot: Unknown(rank, gap) for rank, gap in gone for slot in gap.slots
        }
        self.unread = unread
        self.unreadable = unreadable | unread
        self.off_scale = off_scale
        self._rows_in_doubt: dict[int, dict[Row, Unknown]] = {}
        for (number, row), cause in self.unreadable.items():
            table = self.program.column_list[number].table
            is_blank = (
                row in self.row_sets[table.number] and row not in self.active_sets[table.number]
            )
            if table.open and is_blank:
                rows = self._rows_in_doubt.setdefault(table.number, {})
                rows[row] = worse(rows.get(row), cause)
        self.touched = {number for number, _ in (*invalid, *unread, *unreadable, *off_scale)}
        self.values = [
            dict(values) if number in self.touched else values
            for number, values in enumerate(plain.values)
        ]
        self.touched |= {rows_counted(table) for table in self._rows_in_doubt} | {ANYTHING}
        for (number, row), cause in (invalid | unread).items():
            read = self.values[number].get(row)
            seen = read if isinstance(read, tuple) else ()
            self.values[number][row] = Unknown(cause.rank, cause.cause, seen)
        for column in self.program.calculated:
            if self.is_touched(self.program.made_of(column)):
                self.values[column.number] = {}
        self._forget()
        self._progress: dict[str, Unknown | None] = {}
        self.unsure_references = list(self._unsure_references(hits))
        self.off_scale = off_scale | {hit.slot: doubt for hit, doubt in self.unsure_references}
        self.unsure_names = list(self._unsure_names(hits))

    def _unsure_references(self, hits: Sequence[Hit]) -> Iterator[tuple[Hit, Unknown]]:
        """Yield the references that seem to lead to a blank row, which may be in use, and what is to blame."""
        for hit in hits:
            if hit.kind is v.ROW_NOT_FOUND and hit.column is not None:
                doubt = None
                code = self.plain.values[hit.column.number].get(hit.row)
                for table in map(self.program.table, hit.column.field.to):
                    named_row = self.row_named(table, code if isinstance(code, str) else None)
                    doubt = worse(doubt, self._rows_in_doubt.get(table, {}).get(named_row))
                if doubt is not None:
                    yield hit, doubt

    def _unsure_names(self, hits: Sequence[Hit]) -> Iterator[tuple[Hit, Unknown]]:
        """Yield the references whose words differ from those of a row that could not be read."""
        for hit in hits:
            answer = hit.answer
            if hit.kind is not v.OTHER_SPELLING or hit.column is None or answer is None:
                continue
            for tool in hit.column.field.to:
                grid = self.layout.rows_of.get(tool)
                if grid is None or not isinstance(grid.block, RegisterBlock):
                    continue
                name = self.program.columns[tool, grid.block.named_by]
                doubt = self.unread.get((name.number, answer.code))
                if doubt is not None:
                    yield hit, doubt

    def is_touched(self, reads: frozenset[int]) -> bool:
        """Say whether something that an expression reads is in doubt."""
        return not reads.isdisjoint(self.touched)

    def possible_rows(self, table: int) -> Collection[Unknown]:
        """Return for each blank row that may count what keeps that from being known."""
        return self._rows_in_doubt.get(table, {}).values()

    def calculated(self, number: int, row: Row) -> Value:
        """Return the value of a calculated field; in a row that does not count only what may be unknown."""
        value = self.worked_out(number, row)
        active = row in self.active_sets[self.program.column_list[number].table.number]
        return value if active or type(value) is Unknown else None

    def completeness(self, tool: str) -> float | Unknown | None:
        """Return the share of required answers given on a sheet; unknown where one may be asked for, or given, or
        not.
        """
        if tool not in self._progress:
            self._progress[tool] = None  # meanwhile, for a requirement that comes back to itself
            doubt = None
            for number in self.program.needs:
                column = self.program.column_list[number]
                for row in self.rows[column.table.number] if column.table.tool.code == tool else ():
                    doubt = worse(doubt, self.asking(column, row))
                    if row in self.active_sets[column.table.number]:
                        for _, of_need in self.needs_in_doubt(column, row):
                            doubt = worse(doubt, of_need)
            self._progress[tool] = doubt
        doubt = self._progress[tool]
        return self.plain.completeness(tool) if doubt is None else doubt

    def needs_in_doubt(self, column: FieldColumn, row: Row) -> Iterator[tuple[NeedCheck, Unknown]]:
        """Yield each need of a field of which it is not known whether it is met, with the reason."""
        for need in self.program.needs[column.number]:
            if not self.is_touched(need.reads):
                continue
            doubt = worse(self.anywhere(need.table, column, need.when, row), None)
            if need.relevant is not None:
                is_relevant = need.relevant(self, row, None)
                doubt = (
                    worse(is_relevant, doubt)
                    if type(is_relevant) is Unknown or is_relevant
                    else None
                )
            if doubt is not None:
                yield need, doubt

    def asking(self, column: FieldColumn, row: Row) -> Unknown | None:
        """Return what keeps a required answer from being missed: its cell is gone, or its row may not count."""
        if column.number not in self.program.needs:
            return None
        may_count = self._rows_in_doubt.get(column.table.number, {}).get(row)
        doubt: Unknown | None = worse(self.unread.get((column.number, row)), may_count)
        return doubt

    # everything that is not decided

    def undecided(self) -> list[Undecided]:
        """Return every check that is open somewhere because of a hit or a gap, with each cause."""
        sources = (
            self._rules(),
            self._wrong_answers(),
            self._requirements(),
            self.unsure_references,
            self.unsure_names,
            self._calculations(),
            self._identity(),
        )
        return [(hit, doubt.cause) for hit, doubt in chain(*sources)]

    def _identity(self) -> Iterator[tuple[Hit, Unknown]]:
        identity = self.program.spec.identity
        periods = (
            (PERIOD_OUTSIDE_ROUND, identity.period_start),
            (PERIOD_OUTSIDE_ROUND, identity.period_end),
        )
        for kind, code in ((COUNTRY_DIFFERS, identity.country), *periods):
            of_form = self.program.single(code)
            doubt = None if of_form is None else self.unread.get((of_form.number, ONLY_ROW))
            if doubt is not None:
                yield Hit(kind, of_form, ONLY_ROW), doubt

    def _rules(self) -> Iterator[tuple[Hit, Unknown]]:
        for rule in self.program.rules:
            home = rule.home
            of = rule.parsed.rule
            may_count = {} if home is None else self._rows_in_doubt.get(home.table.number, {})
            if not may_count and not self.is_touched(rule.reads):
                continue
            if home is None:
                broken = self.anywhere_in(rule.table, rule.broken)
                if type(broken) is Unknown and self.issued(of.tool):
                    yield Hit(of), broken
                continue
            rows: dict[Row, Unknown | None] = {
                **dict.fromkeys(self.active[home.table.number]),
                **may_count,
            }
            for row, may in rows.items():
                broken = self.anywhere(rule.table, home, rule.broken, row)
                doubt = None if broken is False else worse(broken, may)
                if doubt is not None:
                    yield Hit(of, home, row), doubt

    def _wrong_answers(self) -> Iterator[tuple[Hit, Unknown]]:
        """Yield the checks of an answer that read other ones, too; one in error is held against whether it is asked."""
        for number, checks in self.program.checks.items():
            column = self.program.column_list[number]
            for check in checks if self.answered[number] else ():
                for row in self.answered[number] if self.is_touched(check.reads) else ():
                    if (
                        check.kind is v.NOT_ASKED_HERE
                        or type(self.values[number].get(row)) is not Unknown
                    ):
                        holds = check.holds(self, row, None)
                        if type(holds) is Unknown:
                            yield Hit(check.kind, column, row), holds

    def _requirements(self) -> Iterator[tuple[Hit, Unknown]]:
        for number, needs in self.program.needs.items():
            column = self.program.column_list[number]
            for row in self.rows[column.table.number]:
                if row in self.answered[number]:
                    continue
                if (
                    row in self.active_sets[column.table.number]
                    and (number, row) not in self.unreadable
                ):
                    for need, doubt in self.needs_in_doubt(column, row):
                        yield Hit(need.kind, column, row), doubt
                asking = self.asking(column, row)
                if asking is not None:
                    yield from ((Hit(need.kind, column, row), asking) for need in needs)

    def unknown_calculations(self) -> Iterator[tuple[FieldColumn, str, Unknown]]:
        """Yield calculated fields among whose sources something could not be read."""
        for column in self.program.calculated:
            may_count = self._rows_in_doubt.get(column.table.number, {})
            if not may_count and not self.is_touched(self.program.made_of(column)):
                continue
            for row in self.rows[column.table.number]:
                active = row in self.active_sets[column.table.number]
                value = self.calculated(column.number, row) if active else may_count.get(row)
                if type(value) is Unknown and isinstance(value.cause, UnreadArea):
                    yield column, row, value

    def _calculations(self) -> Iterator[tuple[Hit, Unknown]]:
        """Yield what can be found of cells that show a calculated answer: by a formula, or typed."""
        for column, row, doubt in self.unknown_calculations():
            for answer in self.by_slot.get((column.number, row), ()):
                typed = (v.CALCULATION_DIFFERS, FORMULA_OVERWRITTEN)
                for kind in (v.CALCULATION_NOT_CURRENT,) if answer.formula else typed:
                    yield Hit(kind, column, row), doubt

    def without_known_value(self) -> Iterable[Key]:
        """Yield calculated answers that are made from what could not be read; in an older file it was not asked."""
        for column, row, doubt in self.unknown_calculations():
            if not doubt.cause.older:
                yield column.key[0], row, column.key[1]


# what could not be read


class UnreadArea(NamedTuple):
    """A sheet, row or column of a file that could not be read, or that its older version does not have."""

    place: str
    older: bool
    slots: frozenset[tuple[int, str]]  # number of the column, and row


def gaps_of(view: AnswerView) -> list[UnreadArea]:
    """Find what is missing in a return; nothing in one that does not say where its cells are."""
    submission = view.submission
    columns = view.program.columns
    gaps = []
    for sheet in view.layout.sheets if submission.cells else ():
        cells_read = submission.cells.get(sheet.tool.code, {})
        if len(cells_read) < sum(len(slot.cells) for slot in sheet.slots):
            for place, missing in _of_sheet(view, sheet, cells_read):
                slots = frozenset(
                    (columns[slot.tool, slot.field.code].number, slot.row) for slot in missing
                )
                gaps.append(UnreadArea(place, submission.older, slots))
    return gaps


def unread_slots(gaps: Iterable[UnreadArea]) -> frozenset[tuple[int, str]]:
    """Return every slot that is in a gap."""
    return frozenset(slot for gap in gaps for slot in gap.slots)


def _of_sheet(
    view: AnswerView, sheet: Sheet, cells_read: Mapping[CellKey, str]
) -> Iterator[tuple[str, list[Slot]]]:
    """Yield each place of a sheet where something is missing, with the slots there: all of it, rows, or columns."""
    name = view.sheet_name(sheet.tool.code)
    cells_of = view.layout.cells_of
    language = view.layout.language
    entry_slots = [slot for slot in sheet.slots if not slot.field.calculated]
    missing = [
        slot
        for slot in entry_slots
        if not all(cell[:4] in cells_read for cell in cells_of[slot.key])
    ]
    if len(missing) == len(entry_slots):
        if missing:
            yield name, missing
        return
    asked_of, missing_of = (
        Counter((slot.grid, slot.row) for slot in slots) for slots in (entry_slots, missing)
    )
    places: dict[str, list[Slot]] = defaultdict(list)
    for slot in missing:
        row = slot.grid, slot.row
        whole = missing_of[row] == asked_of[row] > 1
        places[slot.row if whole else slot.field.label.say(language)].append(slot)
    yield from ((f"{name}: {place}", slots) for place, slots in places.items())
