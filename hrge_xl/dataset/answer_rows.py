"""Answers as rows of facts, out of their columns; values that are worked out again stand among them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from math import isnan
from operator import itemgetter
from typing import NamedTuple

from ..answer import CellKey, Key, State, Value
from ..answer_columns import NOTHING, NUMBER_OF, AnswerColumns, ByPlaces
from ..fields import Field, kind_of
from ..layout import Layout, address
from ..numerals import shown, to_serial
from ..spec.model import Spec
from ..submission import Submission, Unplaced
from .clean import clean
from .dimensions import codes
from .schema import list_of
from .slots import HASHED, Known, Slots, rows_of, slots_of
from .table import Row

LONGEST_WAY = 4  # references that lead from one row to the next
KEPT = {  # what a fact says of its state, by the number of the state
    NUMBER_OF[State.ANSWERED]: None,
    **{NUMBER_OF[state]: state.value for state in (State.ERROR, State.NOT_CALCULATED)},
}
NOTHING_SHOWN = ""  # the original of a value that is worked out again and was not shown
NUMBER_TYPE, TRUTH_TYPE = "number", "boolean"  # of an original that is not text
Original = str | float | bool | None
Meaning = tuple[str | None, str | None, float | None, date | None]  # code, text, number, day
Fact = str | float | date | None
NO_MEANING: Meaning = (None, None, None, None)
Shown = dict[Key, tuple[Original, str]]  # what a calculated cell shows, and where it is
RowKey = tuple[str, str]  # tool and row


class Cell(NamedTuple):
    """A cell of a layout as the dataset knows it: with the labels of its codes, and the tools that it refers to."""

    known: Known
    labels: Mapping[str, str]
    refers: Sequence[str]


class AnswerRows(NamedTuple):
    """What the answers of a file bring: facts, cells that not every workbook has, and what rows refer to.

    `rest` are the answers that an earlier version asked for, and that have no place by now.
    """

    facts: list[Row]
    slots: list[Row]
    references: list[Row]
    rest: list[Unplaced]


class AnswerRowBuilder:
    """Turns the answers of files of one spec into rows. What depends on a layout only is worked out once.

    `every_slot`: the cells that every workbook has are in the dataset already, and only further ones are written.
    """

    def __init__(self, spec: Spec, *, every_slot: bool) -> None:
        self._spec, self._every_slot = spec, every_slot
        self._furthers: dict[tuple[str, str], Mapping[CellKey, Known]] = {}
        self._cells: dict[tuple[str, str], ByPlaces[Sequence[Cell | None]]] = {}  # by layout

    def rows(
        self, submission: Submission, layout: Layout, values: Mapping[Key, Value], number: int
    ) -> AnswerRows:
        """Give the rows of one file; `values` are those that were worked out again."""
        answers = AnswerColumns.of(submission.answers)
        cells = self._cells_of(layout)(answers.places)
        facts, new, rest = self._given(answers, cells, layout, number)
        shows = _shows(answers)
        rows = {key[:2] for key in values} | _rows_given(answers)
        for key in filter(layout.slots.__contains__, values):
            cell = self._cell((*key, 0), layout)
            if cell is None:
                continue
            facts.append((number, *_calculated(key, values[key], cell, submission, layout, shows.get(key))))
            if self._is_new(cell):
                new[*key, 0] = cell.known
        facts.sort(key=itemgetter(1))
        referring = _referring(answers, cells)
        return AnswerRows(facts, rows_of(new, layout), [*_references(referring, rows, number)], rest)

    def _given(
        self, answers: AnswerColumns, cells: Sequence[Cell | None], layout: Layout, number: int
    ) -> tuple[list[Row], dict[CellKey, Known], list[Unplaced]]:
        """Give facts of what was filled in, the cells among these that the dataset does not know yet, and the rest."""
        columns, places, found, new = answers.columns, answers.places, list[Row](), dict[CellKey, Known]()
        rest, other = list[Unplaced](), layout.spec.digest != self._spec.digest
        day, remarked = columns.days.get, columns.remarked.get
        for n, (at, state, _, original, code, text, figure) in enumerate(zip(*columns[:-2], strict=True)):
            place, cell = places[at], cells[at]
            if state in KEPT and not place.calculated:
                if cell is None or (other and code is not None and cell.labels and code not in cell.labels):
                    label = layout.slots[place.key[:3]].field.label.say(layout.language)
                    rest.append(Unplaced(place.sheet, place.cell, shown(original or code or ""), label))
                    continue
                means = code, clean(text), None if isnan(figure) else figure, day(n)
                said = KEPT[state], remarked(n, NOTHING).problem
                found.append((number, *_fact(cell, place.cell, means, original, said)))
                if self._is_new(cell):
                    new[place.key] = cell.known
        return found, new, rest

    # cells

    def _is_new(self, cell: Cell) -> bool:
        return not self._every_slot or cell.known.slot >= HASHED

    def _cells_of(self, layout: Layout) -> ByPlaces[Sequence[Cell | None]]:
        """Give how the cells of a layout are found."""
        key = (layout.digest, layout.language)
        if key not in self._cells:
            self._cells[key] = ByPlaces(lambda places: [self._cell(place.key, layout) for place in places])
        return self._cells[key]

    def _cell(self, key: CellKey, layout: Layout) -> Cell | None:
        """Give a cell as the dataset has it; None where its spec asks nothing of that kind there any more."""
        tool, theirs = self._spec.tool.get(key[0]), layout.slots[key[:3]].field
        ours = tool.fields.get(key[2]) if tool else None
        if ours is None or (kind_of(ours), list_of(ours), ours.calculated) != (
            kind_of(theirs),
            list_of(theirs),
            theirs.calculated,
        ):
            return None
        known = self._slots.known(key) or self._further(layout)[key]
        return Cell(known, self._labels.get(known.list or "", {}), self._refers.get((key[0], key[2]), ()))

    @cached_property
    def _slots(self) -> Slots:
        return slots_of(self._spec)

    def _further(self, layout: Layout) -> Mapping[CellKey, Known]:
        """Give the cells of a layout that not every workbook has."""
        key = (layout.digest, layout.language)
        if key not in self._furthers:
            self._furthers[key] = self._slots.further(layout)
        return self._furthers[key]

    @cached_property
    def _labels(self) -> dict[str, dict[str, str]]:
        """The labels of every list in the language of the spec, by code."""
        found: dict[str, dict[str, str]] = {}
        for name, _, code, label in codes(self._spec):
            found.setdefault(str(name), {})[str(code)] = str(label)
        return found

    @cached_property
    def _refers(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """The fields that refer to rows of other tools."""
        return {(t.code, f.code): f.to for t, _, f in self._spec.places() if f.to}


def _rows_given(answers: AnswerColumns) -> set[RowKey]:
    """Give the rows in which something was filled in."""
    pairs = zip(answers.columns.at, answers.columns.states, strict=True)
    places = (answers.places[at] for at, state in pairs if state in KEPT)
    return {place[:2] for place in places if not place.calculated}


def _shows(answers: AnswerColumns) -> Shown:
    pairs = zip(answers.columns.at, answers.columns.originals, strict=True)
    places = answers.places
    return {places[at][:3]: (original, places[at].cell) for at, original in pairs if places[at].calculated}


def _calculated(
    key: Key,
    value: Value,
    cell: Cell,
    submission: Submission,
    layout: Layout,
    shows: tuple[Original, str] | None,
) -> Sequence[Fact]:
    """Give the fact of a value worked out again, at the cell that shows it; `original` is what this showed."""
    slot = layout.slots[key]
    original, place = shows or (None, submission.cell((*key, 0)) or address(*slot.cells[0]))
    return _fact(cell, place, _meaning(slot.field, value), original, (None, None))


def _meaning(field: Field, value: Value) -> Meaning:
    if isinstance(value, date):
        return None, None, None, value
    if isinstance(value, float | int):
        return None, None, float(value), None
    return (str(value), None, None, None) if field.result == "level" else (None, str(value), None, None)


def _fact(
    cell: Cell, place: str, means: Meaning, original: Original, said: tuple[str | None, str | None]
) -> Sequence[Fact]:
    """Give the columns of a fact after its submission; what can be told from the others is left out."""
    code, text, number, day = means
    stood, type_ = _stood(original, means)
    label = cell.labels.get(code or "")
    if stood == (_shown(text, number, day) if label is None else label):
        stood = None
    return (
        cell.known.slot, said[0], code, text, number, day, stood, type_, said[1],
        None if place == cell.known.cell else place,
    )  # fmt: skip


def _shown(text: str | None, number: float | None, day: date | None) -> str | None:
    """Give what the view shows of a fact without an original; of fractions databases show other digits."""
    if text is not None:
        return text
    if number is not None:
        return str(int(number)) if number.is_integer() and abs(number) < 1e15 else None
    return day.isoformat() if day is not None else None


def _stood(value: Original, means: Meaning) -> tuple[str | None, str | None]:
    """Give what stood in the cell, as a person saw it, and its type where that is not the value's own."""
    if isinstance(value, str):
        return clean(value), None
    if value is None:
        return None if means == NO_MEANING else NOTHING_SHOWN, None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE", TRUTH_TYPE
    _, _, number, day = means
    if day is not None:
        return day.isoformat(), None if value == to_serial(day) else NUMBER_TYPE
    return shown(value), None if number == value else NUMBER_TYPE


# what rows refer to


class Step(NamedTuple):
    """What a row refers to: the code of a row of some of these tools."""

    code: str
    tools: Sequence[str]


def _referring(answers: AnswerColumns, cells: Sequence[Cell | None]) -> dict[RowKey, Step]:
    """Give the rows that refer to others, by the first of their cells that does."""
    pairs = zip(answers.columns.at, answers.columns.codes, strict=True)
    found = [
        (cell.known.slot, answers.places[at][:2], Step(code, cell.refers))
        for at, code in pairs
        if code is not None and (cell := cells[at]) is not None and cell.refers
    ]
    found.sort(key=itemgetter(0), reverse=True)
    return {row: step for _, row, step in found}


def _references(referring: Mapping[RowKey, Step], rows: Collection[RowKey], number: int) -> Iterator[Row]:
    """Give for each row that refers to another one what it refers to in the end."""
    for tool, row in referring:
        yield number, tool, row, _about(referring, rows, tool, row)


def _about(referring: Mapping[RowKey, Step], rows: Collection[RowKey], tool: str, row: str) -> str | None:
    """Give what a row refers to in the end: from a value to its indicator, from there to the catalogue."""
    about = None
    for _ in range(LONGEST_WAY):
        step = referring.get((tool, row))
        if step is None:
            return about
        about = row = step.code
        tool = next((each for each in step.tools if (each, row) in rows), step.tools[0])
    return about
