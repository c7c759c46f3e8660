"""All answers of all submissions: once in a long list, once as matrices of submissions by cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import chain
from operator import itemgetter
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..answer import Answer, State, Value
from ..answer_columns import STATES, AnswerColumns, AnswerViews, Remarked
from ..fields import ColumnKind, kind_of
from ..language.texts import BLANK, Ids, Texts
from ..language.vectors import NAN, Bools, Floats, Integers
from ..layout import Layout
from ..numerals import to_serial
from ..spec.compiled import FieldKey
from ..submission import Submission
from ..words import NO_ANSWER, says_nothing
from .cell_index import CellIndex, Column, Table, distinct, number
from .unread import Unread, unread

STATE_NAMES = np.array([each.value for each in STATES], dtype="U14")


@dataclass
class Batch:
    """Submissions of one spec that are checked together."""

    submissions: Sequence[Submission]
    layouts: Sequence[Layout]
    cell_index: CellIndex
    layout_of: Integers  # which of the different layouts each submission has
    days: Sequence[date]  # for each submission the day of the check

    @classmethod
    def of(cls, pairs: Sequence[tuple[Submission, Layout]], today: date) -> Batch:
        """Make a batch with the rows of all layouts numbered, ready to take up the answers, judged as of today."""
        submissions, layouts = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        kinds, which = distinct(layouts)
        days = [today] * len(submissions)
        return cls(submissions, layouts, number(layouts[0].spec, kinds), np.array(which), days)

    @property
    def size(self) -> int:
        """Number of submissions."""
        return len(self.submissions)

    @cached_property
    def calculated_on(self) -> Sequence[date]:
        """For each submission the day that its sheets were calculated on; that of the check where nobody knows."""
        return [each.calculated_on or day for each, day in zip(self.submissions, self.days, strict=True)]

    def layout(self, submission: int) -> Layout:
        """Give the layout of a submission; equal ones are the same object."""
        return self.kinds[int(self.layout_of[submission])]

    @cached_property
    def unread(self) -> Unread:
        """What could not be read of each submission."""
        return unread(self.submissions, [self.layout(n) for n in range(self.size)], self.cell_index)

    @cached_property
    def texts(self) -> Texts:
        """Every text by number."""
        return Texts()

    # the long list

    @cached_property
    def _columns(self) -> Sequence[AnswerColumns]:
        return [AnswerColumns.of(each.answers) for each in self.submissions]

    @cached_property
    def _known(self) -> Known:
        """Answers whose cell is in their layout."""
        sizes = [len(each) for each in self._columns]
        of = np.repeat(np.arange(self.size), sizes)
        cells = _joined([self.cell_index.cells_at(each.places)[each.columns.at] for each in self._columns])
        kept = np.flatnonzero(cells >= 0)
        kept = kept[self.slot_exists[of[kept], self.cell_index.slot_of_cell[cells[kept]]]]
        within = kept - np.cumsum([0, *sizes])[of[kept]]
        return Known(kept, of[kept], cells[kept], within)

    @property
    def answers(self) -> Sequence[Answer]:
        """Every answer, submission after submission; each is made when it is asked for."""
        return _Answers(self._columns, self._known)

    @property
    def submission(self) -> Integers:
        """For each answer its submission."""
        return self._known.submission

    @property
    def cell(self) -> Integers:
        """For each answer its cell."""
        return self._known.cell

    @cached_property
    def slot(self) -> Integers:
        """For each answer its slot."""
        return self.cell_index.slot_of_cell[self.cell]

    @cached_property
    def state(self) -> NDArray[np.str_]:
        """For each answer what stands in its cell; spaces alone are an empty text."""
        raw = b"".join(bytes(each.columns.states) for each in self._columns)
        states = STATE_NAMES[np.frombuffer(raw, dtype=np.uint8)][self._known.kept]
        bare = np.flatnonzero(
            (states == State.ANSWERED.value) & np.array([not each for each in self._said], dtype=bool)
        )
        originals = self._list("originals")
        spaces = [place for place in bare.tolist() if _only_spaces(originals[place])]
        states[spaces] = State.EMPTY_TEXT.value
        return states

    @cached_property
    def given(self) -> Bools:
        """For each answer whether it is one, readable or not."""
        return np.asarray(self.state == State.ANSWERED.value)

    @cached_property
    def text(self) -> Ids:
        """For each answer its code or text by number."""
        return np.where(self.given, self.texts.ids(self._said), BLANK)

    @cached_property
    def _said(self) -> list[str | None]:
        """For each answer its code or text."""
        pairs = zip(self._list("codes"), self._list("texts"), strict=True)
        return [text if code is None else code for code, text in pairs]

    @cached_property
    def mute(self) -> Bools:
        """For each answer whether it is a text that says nothing."""
        numbers = self.text  # first, for reading it is what numbers the texts
        silent = [
            n
            for n, each in enumerate(self.texts.strings)
            if len(each) < len(NO_ANSWER) and says_nothing(each)
        ]
        texts = np.array(
            [kind_of(each.field) is ColumnKind.TEXT and each.asked for each in self.cell_index.column_list]
        )
        return np.asarray(np.isin(numbers, silent) & texts[self.cell_index.column_of_cell[self.cell]])

    @cached_property
    def figure(self) -> Floats:
        """For each answer its number, or the serial number of its day; NaN where it has none."""
        some = []
        for each in self._columns:
            numbers = np.array(each.columns.numbers, dtype=np.float64)
            days = each.columns.days
            numbers[[*days]] = [to_serial(day) for day in days.values()]
            some.append(numbers)
        return np.where(self.given, _joined(some, np.float64)[self._known.kept], NAN)

    @cached_property
    def formula(self) -> Bools:
        """For each answer whether a formula stands in its cell."""
        raw = b"".join(bytes(each.columns.formulas) for each in self._columns)
        return np.frombuffer(raw, dtype=np.bool_)[self._known.kept]

    @cached_property
    def problem(self) -> NDArray[np.str_]:
        """For each answer why it cannot be read, as the code of a finding; '' where it can."""
        problems = np.full(len(self.answers), "", dtype="U8")
        for place, remarked in self._remarked:
            problems[place] = remarked.problem or ""
        return problems

    @cached_property
    def notes(self) -> dict[str, list[int]]:
        """For each kind of note the places of the answers that carry it."""
        places: dict[str, list[int]] = {}
        for place, remarked in self._remarked:
            for code in remarked.notes:
                places.setdefault(code, []).append(place)
        return places

    @cached_property
    def _remarked(self) -> list[tuple[int, Remarked]]:
        """The few answers that something was noticed about while they were read, in order."""
        lines = zip(self.submission.tolist(), self._known.within.tolist(), strict=True)
        at = (
            {line: place for place, line in enumerate(lines)}
            if any(c.columns.remarked for c in self._columns)
            else {}
        )
        found = (
            (at[number, within], remarked)
            for number, each in enumerate(self._columns)
            for within, remarked in each.columns.remarked.items()
            if (number, within) in at
        )
        return sorted(found, key=itemgetter(0))

    def _list(self, name: Literal["codes", "texts", "originals"]) -> list[Any]:
        """Give one column of all submissions, without what has no cell."""
        every = list(chain.from_iterable(getattr(each.columns, name) for each in self._columns))
        kept = self._known.kept
        return every if len(kept) == len(every) else [every[place] for place in kept.tolist()]

    # matrices of submissions by cells or slots

    @cached_property
    def slot_exists(self) -> Bools:
        """For each submission the slots that its workbook has."""
        blank = np.zeros((len(self.kinds), self.cell_index.slot_count), dtype=bool)
        for column in self.cell_index.column_list:
            blank[:, column.slots] = self.cell_index.exists[column.table.key]
        return np.asarray(blank[self.layout_of])

    @cached_property
    def kinds(self) -> list[Layout]:
        """The layouts that differ."""
        return distinct(self.layouts)[0]

    @cached_property
    def filled(self) -> Bools:
        """Which cells hold an answer."""
        matrix = np.zeros((self.size, self.cell_index.cell_count), dtype=bool)
        matrix[self.submission[self.given], self.cell[self.given]] = True
        return matrix

    @cached_property
    def ids(self) -> Ids:
        """The code or text in each cell by number."""
        matrix = np.full((self.size, self.cell_index.cell_count), BLANK, dtype=np.int64)
        matrix[self.submission, self.cell] = self.text
        return matrix

    @cached_property
    def figures(self) -> Floats:
        """The number or serial day in each cell."""
        matrix = np.full((self.size, self.cell_index.cell_count), NAN)
        matrix[self.submission, self.cell] = self.figure
        return matrix

    @cached_property
    def last(self) -> dict[FieldKey, list[tuple[int, str, Value]]]:
        """By field the answers of the round before: submission, row and value."""
        found: dict[FieldKey, list[tuple[int, str, Value]]] = {}
        for at, submission in enumerate(self.submissions):
            for (tool, row, code), value in submission.last.items():
                found.setdefault((tool, code), []).append((at, row, value))
        return found

    # by column and table: arrays of submissions by rows

    def answered(self, column: Column) -> Bools:
        """Say whether the slot holds an answer in any of its cells."""
        found = self._answered.get(column.key)
        if found is None:
            cells = self.filled[:, column.cells].reshape(self.size, len(column.table.rows), column.parts)
            found = self._answered[column.key] = np.asarray(cells.any(axis=2))
        return found

    @cached_property
    def _answered(self) -> dict[tuple[str, str], Bools]:
        return {}

    @cached_property
    def replies(self) -> Bools:
        """Which slots hold an answer that says something."""
        matrix = np.zeros((self.size, self.cell_index.slot_count), dtype=bool)
        told = self.given & ~self.mute
        matrix[self.submission[told], self.slot[told]] = True
        return matrix

    @cached_property
    def in_doubt(self) -> Bools:
        """Which slots hold an answer that reading found something wrong with."""
        matrix = np.zeros((self.size, self.cell_index.slot_count), dtype=bool)
        wrong = self.given & (self.problem != "")
        matrix[self.submission[wrong], self.slot[wrong]] = True
        return matrix

    def silent(self, column: Column) -> Bools:
        """Say which slots hold a text that says nothing: nothing else is asked of it."""
        return self.answered(column) & ~self.replies[:, column.slots]

    def exists(self, table: Table) -> Bools:
        """Say which rows the workbook has."""
        return np.asarray(self.cell_index.exists[table.key][self.layout_of], dtype=bool)

    def active(self, table: Table) -> Bools:
        """Say which rows count: those of forms and lists always, open rows once anything is answered in them."""
        found = self._active.get(table.key)
        if found is None:
            found = self._active[table.key] = self.exists(table) & self._in_use(table)
        return found

    @cached_property
    def _active(self) -> dict[tuple[str, str], Bools]:
        return {}

    def _in_use(self, table: Table) -> Bools:
        used = np.full((self.size, len(table.rows)), not table.open)
        for each in table.fields if table.open else ():
            column = self.cell_index.columns[table.tool.code, each.code]
            if column.asked:
                used |= self.answered(column)
        return used


def serials(days: Iterable[date | None]) -> Floats:
    """For each submission a day as a serial number; NaN where there is none."""
    return np.array([[NAN if day is None else float(to_serial(day))] for day in days])


def _only_spaces(original: object) -> bool:
    """Say whether a text holds nothing that can be seen."""
    return isinstance(original, str) and not original.strip()


def _joined(arrays: Sequence[NDArray[Any]], kind: type[np.generic] = np.int64) -> NDArray[Any]:
    return np.concatenate(arrays) if arrays else np.empty(0, dtype=kind)


class Known(NamedTuple):
    """Answers of all submissions: their places among all that came, their submissions, cells and places in these."""

    kept: Integers
    submission: Integers
    cell: Integers
    within: Integers


class _Answers(AnswerViews):
    """The answers of a batch: made for those places only that something is found at."""

    def __init__(self, columns: Sequence[AnswerColumns], known: Known) -> None:
        self._columns, self._known = columns, known

    def __len__(self) -> int:
        return len(self._known.kept)

    def make(self, number: int) -> Answer:
        """Make the answer at a place of the long list."""
        return self._columns[int(self._known.submission[number])].make(int(self._known.within[number]))
