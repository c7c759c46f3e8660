"""Answers as rows of facts, and back; values that are worked out again stand among them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from operator import itemgetter
from typing import Any, NamedTuple

from ..answers.answer import Answer, CellKey, State
from ..answers.submission import Submission, Unplaced
from ..core.numerals import shown, to_serial
from ..core.words import storable
from ..fields import kind_of
from ..layout import Layout
from ..spec.model import Spec
from .dimensions import HASHED, NumberedCell, Slots, codes, rows_of, slots_of
from .schema import ANSWERS_FACT, list_of
from .table import Row

LONGEST_WAY = 4  # references that lead from one row to the next
KEPT = frozenset({State.ANSWERED, State.ERROR, State.NOT_CALCULATED})
NOTHING_SHOWN = ""  # the original of a value that is worked out again and was not shown
NUMBER_TYPE, TRUTH_TYPE = "number", "boolean"  # of an original that is not text
RowKey = tuple[str, str]  # tool and row


class DatasetCell(NamedTuple):
    """A cell of a layout as the dataset knows it: with the labels of its codes, and the tools that it refers to."""

    known: NumberedCell
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
        self._cells: dict[tuple[str, str], dict[CellKey, DatasetCell | None]] = {}  # by layout
        self._furthers: dict[tuple[str, str], Mapping[CellKey, NumberedCell]] = {}

    def rows(self, submission: Submission, layout: Layout, number: int) -> AnswerRows:
        """Give the rows of one checked file."""
        facts, rest, new = list[Row](), list[Unplaced](), dict[CellKey, NumberedCell]()
        rows: set[RowKey] = set()
        referring: list[tuple[int, RowKey, Step]] = []
        other = layout.spec.digest != self._spec.digest
        for answer in submission.answers:
            cell, code = self._cell(answer.cell_key, layout), answer.code
            if cell is not None and code is not None and cell.refers:
                referring.append((cell.known.slot, answer.key[:2], Step(code, cell.refers)))
            if answer.value is None if answer.calculated else answer.state not in KEPT:
                continue
            rows.add(answer.key[:2])
            lost = other and code is not None and cell is not None and cell.labels and code not in cell.labels
            if cell is not None and not lost:
                facts.append(fact_row(answer, cell, number))
                if not self._every_slot or cell.known.slot >= HASHED:
                    new[answer.cell_key] = cell.known
            elif not answer.calculated:
                rest.append(_without_place(answer, layout))
        facts.sort(key=itemgetter(1))
        steps = {row: step for _, row, step in sorted(referring, key=itemgetter(0), reverse=True)}
        return AnswerRows(facts, rows_of(new, layout), [*_references(steps, rows, number)], rest)

    # cells

    def _cell(self, key: CellKey, layout: Layout) -> DatasetCell | None:
        """Give a cell as the dataset has it; None where its spec asks nothing of that kind there any more."""
        cells = self._cells.setdefault((layout.digest, layout.language), {})
        if key not in cells:
            cells[key] = self._cell_of(key, layout)
        return cells[key]

    def _cell_of(self, key: CellKey, layout: Layout) -> DatasetCell | None:
        tool, theirs = self._spec.tool.get(key[0]), layout.slots[key[:3]].field
        ours = tool.fields.get(key[2]) if tool else None
        if ours is None or (kind_of(ours), list_of(ours), ours.calculated) != (
            kind_of(theirs),
            list_of(theirs),
            theirs.calculated,
        ):
            return None
        known = self._slots.known(key) or self._further(layout)[key]
        return DatasetCell(
            known, self._labels.get(known.list or "", {}), self._refers.get((key[0], key[2]), ())
        )

    @cached_property
    def _slots(self) -> Slots:
        return slots_of(self._spec)

    def _further(self, layout: Layout) -> Mapping[CellKey, NumberedCell]:
        """Give the cells of a layout that not every workbook has."""
        key = (layout.digest, layout.language)
        if key not in self._furthers:
            self._furthers[key] = self._slots.further(layout)
        return self._furthers[key]

    @cached_property
    def _labels(self) -> dict[str, dict[str, str]]:
        """The labels of every list in the language of the spec, by code."""
        found: dict[str, dict[str, str]] = {}
        for name, _, code, label, *_ in codes(self._spec):
            found.setdefault(str(name), {})[str(code)] = str(label)
        return found

    @cached_property
    def _refers(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """The fields that refer to rows of other tools."""
        return {(t.code, f.code): f.to for t, _, f in self._spec.places() if f.to}


def _without_place(answer: Answer, layout: Layout) -> Unplaced:
    label = layout.slots[answer.key].field.label.say(layout.language)
    return Unplaced(answer.sheet, answer.cell, shown(answer.original or answer.code or ""), label)


# an answer as a row of facts, and back


def fact_row(answer: Answer, cell: DatasetCell, submission: int) -> Row:
    """Give the row of an answer. What can be told from its other columns is left out."""
    text, calculated = storable(answer.text), answer.calculated
    original, original_type = _as_text(answer)
    label = cell.labels.get(answer.code or "")
    if original == (_as_shown(text, answer) if label is None else label):
        original = None
    return ANSWERS_FACT.row(
        submission_id=submission, slot=cell.known.slot, code=answer.code, text=text, number=answer.number,
        date=answer.day, original=original, original_type=original_type,
        state=None if calculated or answer.state is State.ANSWERED else answer.state.value,
        problem=None if calculated else answer.problem, cell=None if answer.cell == cell.known.cell else answer.cell,
    )  # fmt: skip


def _as_shown(text: str | None, answer: Answer) -> str | None:
    """Give what the view shows of a fact without an original; of fractions databases show other digits."""
    number = answer.number
    if text is not None:
        return text
    if number is not None:
        return str(int(number)) if number.is_integer() and abs(number) < 1e15 else None
    return answer.day.isoformat() if answer.day is not None else None


def _as_text(answer: Answer) -> tuple[str | None, str | None]:
    """Give what stood in the cell, as a person saw it, and its type where that is not the value's own."""
    value = answer.original
    if isinstance(value, str):
        return storable(value), None
    if value is None:
        return None if answer.value is None else NOTHING_SHOWN, None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE", TRUTH_TYPE
    if answer.day is not None:
        return answer.day.isoformat(), None if value == to_serial(answer.day) else NUMBER_TYPE
    return shown(value), None if answer.number == value else NUMBER_TYPE


def answer_of(row: Mapping[str, Any]) -> Answer:
    """Give the answer of a row of the view `answers`, with the type of its original beside."""
    own = {name: row[name] for name in Answer.__struct_fields__ if name in row}
    answer = Answer(**own | {"day": row["date"], "state": State(row["state"])})
    original, type_ = answer.original, row["original_type"]
    if type_ == TRUTH_TYPE:
        answer.original = original == "TRUE"
    elif original is not None and answer.day is not None and original == answer.day.isoformat():
        answer.original = float(to_serial(answer.day))
    elif original is not None and answer.number is not None and type_ is None:
        answer.original = answer.number
    elif type_ == NUMBER_TYPE:
        answer.original = float(str(original))
    return answer


# what rows refer to


class Step(NamedTuple):
    """What a row refers to: the code of a row of some of these tools."""

    code: str
    tools: Sequence[str]


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
