"""What a workbook begins with: the answers of a file, or what goes on from a return and what it was last time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from msgspec.structs import replace as changed

from ..answers.submission import (
    CLOSED,
    ONLY_ROW,
    Answer,
    Answers,
    Key,
    State,
    Submission,
    Unplaced,
    Value,
)
from ..checks import closed_rows
from ..core.dates import parse_day
from ..core.errors import UsageError
from ..core.numerals import shown
from ..core.paths import quoted, read_regular
from ..core.words import fits_a_cell, fold
from ..core.work import grouped
from ..fields import CellValue, ColumnKind, Field, Vocabularies, kind_of
from ..findings.value import OTHER_SPELLING
from ..layout import Layout, Slot, address
from ..reader.limits import LIMITS
from ..spec.compiled import compiled
from ..spec.issuance import closing, goes_on
from ..spec.lookup import codes_of_list, vocabularies
from ..spec.model import RegisterBlock, Series, Spec, Tool
from .issuing import Order, offered

RowKey = tuple[str, str]  # tool and row


@dataclass(frozen=True)
class Prefill:
    """The answers that a workbook begins with, what they were in the round before, and which rows are over.

    `without_place` are answers whose question, row, sheet or entry of a list the new workbook does not have; `unread`
    those that meant nothing.
    """

    answers: Answers = field(default_factory=dict)
    last: Answers = field(default_factory=dict)
    last_round: str = ""
    closed: frozenset[RowKey] = frozenset()
    without_place: int = 0
    unread: int = 0

    def into(self, order: Order) -> Order:
        """Return an order that goes on from it."""
        return replace(order, answers=self.answers, last=self.last, last_round=self.last_round)

    def left_behind(self) -> Iterator[str]:
        """Yield what does not go on, each in a few words; nothing where everything does."""
        if self.closed:
            yield f"closed rows that are not carried over: {len(self.closed)}"
        if self.without_place:
            yield f"answers without a place in the new workbook: {self.without_place}"
        if self.unread:
            yield f"answers that could not be read: {self.unread}"


def go_on(sent: Submission, read_in: Layout, layout: Layout, today: date) -> Prefill:
    """Tell what of a checked return that was read against `read_in` goes on into `layout`, which has places for it."""
    carried = carry_over(sent, read_in, layout)
    fitted = Submission(
        sent.path, sent.sha256, sent.size, sent.identity, answers=carried.fitted, last=sent.last
    )
    closed = closed_rows(fitted, layout, today)
    sent_answers = fitted.values()
    over = closed | _earlier_of_series(layout.spec, sent_answers)
    shown_fields = compiled(layout.spec).last
    earlier = {
        key: value
        for key, value in (sent_answers | sent.calculated()).items()
        if key[:2] not in over and (key[0], key[2]) in shown_fields
    }
    blocks = {tool.code: block for tool, block in closing(layout.spec)}
    for tool, row in closed:  # what it was about
        earlier[tool, row, CLOSED] = str(sent_answers.get((tool, row, blocks[tool].named_by), row))
    answers = _carried(layout.spec, sent_answers, over)
    return Prefill(
        answers,
        {key: value for key, value in earlier.items() if key in layout.last},
        sent.identity.round,
        closed,
        len(carried.orphaned) + _left_out(layout, answers),
        len({answer.key for answer in carried.fitted if answer.value is None}),
    )


def _left_out(layout: Layout, answers: Answers) -> int:
    """Count the answers that name an entry which the workbook leaves out."""
    slots = layout.slots
    return sum(
        key in slots and offered(layout, slots[key].field, value) != value
        for key, value in answers.items()
    )


def _earlier_of_series(spec: Spec, answers: Answers) -> frozenset[RowKey]:
    """Return the rows that another one about the same thing comes after."""
    earlier_rows: set[RowKey] = set()
    for tool in spec.tools:
        for block in tool.field_blocks:
            if isinstance(block, RegisterBlock) and block.series is not None:
                rows = dict.fromkeys(row for of, row, _ in answers if of == tool.code)
                earlier_rows |= {
                    (tool.code, row) for row in _earlier(spec, tool, block.series, rows, answers)
                }
    return frozenset(earlier_rows)


def _earlier(
    spec: Spec, tool: Tool, series: Series, rows: Iterable[str], answers: Answers
) -> Iterator[str]:
    """Yield all but the latest of the rows about one thing; rows that do not say when come first, those below later."""
    steps = {
        code: number
        for number, code in enumerate(codes_of_list(spec, tool.fields[series.over].list_name))
    }

    def dated(number: int, row: str) -> tuple[bool, Any, int, str]:
        value = answers.get((tool.code, row, series.over))
        when = steps.get(str(value), value)
        return when is not None, when, number, row

    alike = grouped(
        (tuple(answers.get((tool.code, row, code)) for code in series.of), dated(number, row))
        for number, row in enumerate(rows)
    )
    for about, dated_rows in alike.items():
        if None not in about:
            yield from (row for *_, row in sorted(dated_rows)[:-1])


def _carried(spec: Spec, answers: Answers, over: frozenset[RowKey]) -> Answers:
    """Return the answers that stand in the new workbook as such; none in a row that is over, or that refers to one."""
    fields = {(tool.code, field.code): field for tool, _, field in spec.places()}
    carried: Answers = {}
    for (tool, row, code), value in answers.items():
        question = fields[tool, code]
        rows = {(tool, row), *((target, value) for target in question.to)}
        if goes_on(spec, question) and over.isdisjoint(rows):
            carried[tool, row, code] = value
    return carried


# the answers of a return in another layout: those that have a place there, and those that have none


@dataclass(slots=True)
class Carried:
    """The answers in the cells of the new layout, those that it has no cell for, and those that no cell holds."""

    fitted: list[Answer] = field(default_factory=list)
    orphaned: list[Unplaced] = field(default_factory=list)
    too_long: list[Unplaced] = field(default_factory=list)  # for any cell


def carry_over(sent: Submission, read_in: Layout, layout: Layout) -> Carried:
    """Bring every answer of a return that was read against `read_in` into `layout`.

    A code that the new version still has stays what it is, whatever its label; where the question is of another kind
    now, or the code is gone, what stood in the cell is read anew and kept as it stood.
    """
    carried = Carried()
    lists = vocabularies(layout.spec, layout.language, layout.row_codes)
    for answer in sent.answers:
        if answer.calculated or answer.original is None:
            continue
        slot = layout.slots.get(answer.key)
        place = max(answer.part - 1, 0)
        if slot is None or place >= len(slot.cells) or slot.field.calculated:
            carried.orphaned.append(_unplaced(answer, read_in))
            continue
        moved = changed(
            answer,
            sheet=layout.sheet[slot.tool].name,
            cell=address(*slot.cells[place]),
            formula=False,
            notes=(),
            part=place + 1 if slot.field.several else 0,
        )
        fitted = _fitted(moved, read_in.slots[answer.key].field, slot, lists)
        if layout.leaves_out(slot.field, fitted.code):  # what the new sheet does not know either
            fitted = changed(fitted, notes=(OTHER_SPELLING.code,))
        # what would stand in the cell: what was read, else what stood there
        if fits_a_cell(shown(fitted.original if fitted.value is None else fitted.value)):
            carried.fitted.append(fitted)
        else:
            carried.too_long.append(_unplaced(answer, read_in))
    return carried


def _unplaced(answer: Answer, read_in: Layout) -> Unplaced:
    text = answer.day.isoformat() if answer.day is not None else shown(answer.original)
    return Unplaced(answer.sheet, answer.cell, text, read_in.question(read_in.slots[answer.key]))


def _fitted(answer: Answer, old_field: Field, slot: Slot, lists: Vocabularies) -> Answer:
    """Return the answer as the question of now takes it; an error that was copied in becomes a text that is marked."""
    if answer.state is State.ERROR:
        answer = changed(answer, state=State.ANSWERED, original=str(answer.original))
    elif _same_meaning(answer, old_field, slot.field, lists):
        return answer
    original = answer.original if answer.day is None else answer.day.isoformat()
    assert original is not None
    reading = slot.field.type.read(slot.field, CellValue(original), lists)
    return changed(answer, original=original, **reading._asdict() | {"notes": ()})


def _same_meaning(answer: Answer, old_field: Field, new_field: Field, lists: Vocabularies) -> bool:
    """Say whether what was read is what would be read now."""
    if new_field.vocabulary is not None and not new_field.type.stepped:
        meant = lists.spellings[new_field.vocabulary].get(fold(answer.code or ""))
        return (
            old_field.vocabulary == new_field.vocabulary
            and meant is not None
            and meant[0] == answer.code
        )
    return old_field.type is new_field.type


# from a file


def from_mapping(table: Any, layout: Layout) -> Answers:
    """`{tool: {row: {field: value}}}` as answers; fields of a form may stand directly under the tool.

    Raises `UsageError` that names every place that the layout does not have.
    """
    answers: Answers = {}
    unknown: list[str] = []
    for tool, rows in _items(table):
        for row, fields in _items(rows):
            direct = not isinstance(fields, dict)
            for code, value in [(row, fields)] if direct else _items(fields):
                key = (tool, ONLY_ROW if direct else row, code)
                slot = layout.slots.get(key)
                if slot is None:
                    unknown.append(" / ".join(key))
                elif value is not None:
                    answers[key] = _value(value, key, slot.field)
    if unknown:
        raise UsageError(
            f"These answers have no place in the workbook: {'; '.join(unknown)}.",
            remedy="Check their codes.",
        )
    return answers


def _items(table: Any) -> list[tuple[str, Any]]:
    if not isinstance(table, dict):
        raise UsageError("The answers must be a table of tools, rows and fields.")
    return [(str(key), value) for key, value in table.items()]


def _value(value: Any, key: Key, field: Field) -> Value:
    kind = kind_of(field)
    try:
        if field.several:
            return tuple(str(code) for code in (value if isinstance(value, list) else [value]))
        if kind is ColumnKind.DATE:
            day = value if isinstance(value, date) else parse_day(str(value))
            if day is None:
                raise ValueError(value)
            return day
        return float(value) if kind is ColumnKind.NUMBER else str(value)
    except (TypeError, ValueError) as error:
        raise UsageError(
            f"“{value}” is not valid for the type {kind}.",
            place=" / ".join(key),
            remedy="Correct it in the answers.",
        ) from error


def from_file(
    path: Path, layout: Layout, spec: str, today: date, password: str | None = None
) -> Prefill:
    """Return what a workbook begins with: the answers of a JSON file, or what goes on from a returned workbook of a
    spec.

    `spec` is its name or folder; `layout` has places for answers of the round before. Raises `UsageError`.
    """
    if path.suffix.lower() != ".json":
        from ..reader import ExpectedReturn
        from .validation import ValidationRequest, validate

        (sent,) = validate(
            [path], ValidationRequest(ExpectedReturn(spec=spec), today, password=password)
        )
        if sent.submission is None or sent.layout is None:
            raise UsageError(
                "no answers can be read from it.",
                place=path,
                remedy=f"To see why: hrge-xl validate {quoted(path)}",
            )
        return go_on(sent.submission, sent.layout, layout, today)
    try:
        table = json.loads(read_regular(path, LIMITS.file_bytes).decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(
            f"the answers cannot be read ({error}).",
            place=path,
            remedy="Save them as JSON, in UTF-8.",
        ) from error
    answers = from_mapping(table, layout)
    return Prefill(answers, without_place=_left_out(layout, answers))
