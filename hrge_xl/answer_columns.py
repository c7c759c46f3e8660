"""The answers of one file as columns: filled by the reader, sent as they are, checked and stored as they are.

A workbook has thousands of answers. As columns they are a few arrays and lists; what the layout says of a cell is said
once for all files that were issued alike. An `Answer` is a view of one line, made when somebody asks for it.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeAlias, TypeVar, overload

from .answer import Answer, CellKey, Key, State
from .fields import Reading
from .numerals import shown

NAN = math.nan
STATES = tuple(State)
MOST_LAYOUTS = 64  # whose places are remembered
NUMBER_OF = {state: number for number, state in enumerate(STATES)}


class Place(NamedTuple):
    """A cell that can hold an answer: what it asks for, and where it is in the file."""

    tool: str
    row: str
    field: str
    part: int
    sheet: str
    cell: str
    calculated: bool

    @property
    def key(self) -> CellKey:
        """Give tool, row, field and part."""
        return self[:4]


Made = TypeVar("Made")
if TYPE_CHECKING:
    Integers: TypeAlias = array[int]
    Floats: TypeAlias = array[float]
else:
    Integers = Floats = array  # which Python 3.11 knows without its content only


class ByPlaces(Generic[Made]):
    """Works something out once for a list of places, which files that were issued alike share.

    The list itself is kept beside what was made of it, so that no other one can come to have its identity.
    """

    def __init__(self, work_out: Callable[[Sequence[Place]], Made]) -> None:
        self._work_out = work_out
        self._known: dict[int, tuple[Sequence[Place], Made]] = {}

    def __call__(self, places: Sequence[Place]) -> Made:
        """Give what was worked out for these places."""
        known = self._known.get(id(places))
        if known is None:
            if len(self._known) >= MOST_LAYOUTS:
                self._known.clear()
            known = self._known[id(places)] = places, self._work_out(places)
        return known[1]


class Remarked(NamedTuple):
    """What few answers have: see `Answer`."""

    problem: str | None
    suggestion: str | None
    notes: tuple[str, ...]


NOTHING = Remarked(None, None, ())


class Columns(NamedTuple):
    """Answers one below the other; `at` is the place of each, by number.

    `days` and `remarked` go by the number of the answer: few have any.
    """

    at: Integers
    states: bytearray  # by number in `STATES`
    formulas: bytearray
    originals: list[str | float | bool | None]
    codes: list[str | None]
    texts: list[str | None]
    numbers: Floats  # NaN where there is none
    days: dict[int, date]
    remarked: dict[int, Remarked]

    @classmethod
    def none(cls) -> Columns:
        """Give columns without answers yet."""
        return cls(array("L"), bytearray(), bytearray(), [], [], [], array("d"), {}, {})

    def add(
        self, at: int, state: State, original: str | float | bool | None, means: Reading, *, formula: bool
    ) -> None:
        """Add one answer."""
        number = len(self.at)
        self.at.append(at)
        self.states.append(NUMBER_OF[state])
        self.formulas.append(formula)
        self.originals.append(original)
        code, text, figure, day, problem, suggestion, notes = means
        self.codes.append(code)
        self.texts.append(text)
        self.numbers.append(NAN if figure is None else figure)
        if day is not None:
            self.days[number] = day
        if problem is not None or suggestion is not None or notes:
            self.remarked[number] = Remarked(problem, suggestion, notes)


class AnswerColumns(Sequence[Answer]):
    """Columns with the places that they go by."""

    __slots__ = ("columns", "places")

    def __init__(self, columns: Columns, places: Sequence[Place]) -> None:
        """Put columns and places together. Raises ValueError where they cannot belong to each other."""
        lengths = {len(each) for each in columns[:-2]}
        if (
            len(lengths) > 1
            or max(columns.at, default=-1) >= len(places)
            or max(columns.states, default=0) >= len(STATES)
        ):
            raise ValueError("columns of answers that are not columns of this layout")
        self.columns, self.places = columns, places

    @classmethod
    def of(cls, answers: Sequence[Answer]) -> AnswerColumns:
        """Give answers as columns; those that are columns already as they are."""
        if isinstance(answers, cls):
            return answers
        columns = Columns.none()
        for at, each in enumerate(answers):
            means = Reading(
                each.code, each.text, each.number, each.day, each.problem, each.suggestion, each.notes
            )
            columns.add(at, each.state, each.original, means, formula=each.formula)
        return cls(
            columns, [Place(*each.key, each.part, each.sheet, each.cell, each.calculated) for each in answers]
        )

    @overload
    def __getitem__(self, number: int) -> Answer: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[Answer]: ...
    def __getitem__(self, number: int | slice) -> Answer | Sequence[Answer]:
        numbers = range(len(self))[number]
        return self.make(numbers) if isinstance(numbers, int) else [self.make(each) for each in numbers]

    def __len__(self) -> int:
        return len(self.columns.at)

    def __iter__(self) -> Iterator[Answer]:
        return map(self.make, range(len(self)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and [*self] == [*other]

    __hash__ = None  # type: ignore[assignment]

    def make(self, number: int) -> Answer:
        """Make the answer of a line."""
        columns, place = self.columns, self.places[self.columns.at[number]]
        figure = columns.numbers[number]
        problem, suggestion, notes = columns.remarked.get(number, NOTHING)
        return Answer(
            *place[:6],
            STATES[columns.states[number]],
            columns.originals[number],
            bool(columns.formulas[number]),
            columns.codes[number],
            columns.texts[number],
            None if math.isnan(figure) else figure,
            columns.days.get(number),
            problem,
            suggestion,
            notes,
            place.calculated,
        )

    def values(self) -> Iterator[tuple[int, Place, str | float | date | None]]:
        """Give number, place and meaning of every answer."""
        columns, places, day, isnan = self.columns, self.places, self.columns.days.get, math.isnan
        rows = zip(columns.at, columns.codes, columns.numbers, columns.texts, strict=True)
        for number, (at, code, figure, text) in enumerate(rows):
            if code is not None:
                yield number, places[at], code
            else:
                yield number, places[at], day(number, text) if isnan(figure) else figure

    def keys_in_other_words(self) -> set[Key]:
        """Give the answers that may stand there in other words or signs than their sheet writes."""
        columns, places, days = self.columns, self.places, self.columns.days
        rows = zip(columns.at, columns.texts, columns.originals, strict=True)
        return {
            places[at][:3]
            for number, (at, text, original) in enumerate(rows)
            if text is None and (number not in days or isinstance(original, str))
        }

    def as_they_stood(self, keys: Collection[Key]) -> dict[CellKey, str | float]:
        """Give what stood in the cells of some answers, but for calculated ones."""
        found: dict[CellKey, str | float] = {}
        for at, original in zip(self.columns.at, self.columns.originals, strict=True):
            place = self.places[at]
            if original is not None and not place.calculated and place[:3] in keys:
                found[place.key] = original if isinstance(original, str | float) else shown(original)
        return found
