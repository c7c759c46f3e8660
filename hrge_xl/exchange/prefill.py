"""What a workbook begins with: the answers of a file, or what goes on from a return and what it was last time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from ..answers.answer import CLOSED, ONLY_ROW, Answers, Key, Value
from ..answers.submission import Submission
from ..core.dates import parse_day
from ..core.errors import UsageError
from ..core.paths import read_regular
from ..core.work import grouped
from ..fields import ColumnKind, Field, kind_of
from ..layout import Layout
from ..reader.limits import LIMITS
from ..spec.compiled import compiled
from ..spec.issuance import closing, goes_on
from ..spec.model import RegisterBlock, Series, Spec, Tool
from ..spec.scope import entries
from .issuing import Order

Row = tuple[str, str]  # tool and row


@dataclass(frozen=True)
class Prefill:
    """The answers that a workbook begins with, what they were in the round before, and which rows are over.

    `without_place` are answers whose question, row or sheet the new workbook does not have; `unread` those that meant
    nothing.
    """

    answers: Answers = field(default_factory=dict)
    last: Answers = field(default_factory=dict)
    last_round: str = ""
    closed: frozenset[Row] = frozenset()
    without_place: int = 0
    unread: int = 0

    def into(self, order: Order) -> Order:
        """Give an order that goes on from it."""
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
    from ..checks import closed_rows

    carried = carry_over(sent, read_in, layout)
    fitted = Submission(
        sent.path, sent.sha256, sent.size, sent.identity, answers=carried.kept, last=sent.last
    )
    closed = closed_rows(fitted, layout, today)
    given = fitted.values()
    over = closed | _earlier_of_series(layout.spec, given)
    open_ones, worked_out = _without(given, over), _without(sent.calculated(), over)
    wanted = compiled(layout.spec).last
    known = open_ones | worked_out
    before = {key: value for key, value in known.items() if (key[0], key[2]) in wanted}
    before |= _about(layout.spec, given, closed)
    return Prefill(
        _carried(layout.spec, open_ones, over),
        {key: value for key, value in before.items() if key in layout.last},
        sent.identity.round,
        closed,
        len(carried.homeless),
        len({answer.key for answer in carried.kept if answer.value is None}),
    )


def _without(answers: Mapping[Key, Value], rows: frozenset[Row]) -> Answers:
    return {key: value for key, value in answers.items() if key[:2] not in rows}


def _earlier_of_series(spec: Spec, given: Answers) -> frozenset[Row]:
    """Give the rows that another one about the same thing comes after."""
    found: set[Row] = set()
    for tool in spec.tools:
        for block in tool.field_blocks:
            if isinstance(block, RegisterBlock) and block.series is not None:
                rows = dict.fromkeys(row for of, row, _ in given if of == tool.code)
                found |= {(tool.code, row) for row in _earlier(spec, tool, block.series, rows, given)}
    return frozenset(found)


def _earlier(spec: Spec, tool: Tool, series: Series, rows: Iterable[str], given: Answers) -> Iterator[str]:
    """Give all but the latest of the rows about one thing; rows that do not say when come first, those below later."""
    steps = {code: number for number, code in enumerate(entries(spec, tool.fields[series.over].list_name))}

    def dated(number: int, row: str) -> tuple[bool, Any, int, str]:
        said = given.get((tool.code, row, series.over))
        when = steps.get(str(said), said)
        return when is not None, when, number, row

    alike = grouped(
        (tuple(given.get((tool.code, row, code)) for code in series.of), dated(number, row))
        for number, row in enumerate(rows)
    )
    for about, found in alike.items():
        if None not in about:
            yield from (row for *_, row in sorted(found)[:-1])


def _carried(spec: Spec, given: Answers, closed: frozenset[Row]) -> Answers:
    """Give the answers that stand in the new workbook as such; none that refers to a row which is over."""
    fields = {(tool.code, each.code): each for tool, _, each in spec.places()}
    found: Answers = {}
    for (tool, row, code), value in given.items():
        asked = fields[tool, code]
        if goes_on(spec, asked) and not any((target, value) in closed for target in asked.to):
            found[tool, row, code] = value
    return found


def _about(spec: Spec, given: Answers, closed: frozenset[Row]) -> Answers:
    """Give what each row that is over was about."""
    blocks = {tool.code: block for tool, block in closing(spec)}
    found: Answers = {}
    for tool, row in closed:
        shown = blocks[tool].named_by
        found[tool, row, CLOSED] = str(given.get((tool, row, shown), row))
    return found


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
            f"These answers have no place in the workbook: {'; '.join(unknown)}. Check their codes."
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
            f"{' / '.join(key)}: “{value}” is not valid for the type {kind}. Correct it in the answers."
        ) from error


def from_file(path: Path, layout: Layout, spec: str, today: date, password: str | None = None) -> Prefill:
    """Give what a workbook begins with: the answers of a JSON file, or what goes on from a returned workbook of a spec.

    `spec` is its name or folder; `layout` has places for answers of the round before. Raises `UsageError`.
    """
    if path.suffix.lower() != ".json":
        from ..reader import ExpectedReturn
        from .validation import ValidationRequest, validate

        (result,) = validate([path], ValidationRequest(ExpectedReturn(spec=spec), today, password=password))
        if result.submission is None or result.layout is None:
            raise UsageError(f"{path}: no answers can be read from it. Try `hrge-xl validate` to see why.")
        return go_on(result.submission, result.layout, layout, today)
    try:
        table = json.loads(read_regular(path, LIMITS.file_bytes).decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(
            f"{path}: the answers cannot be read ({error}). Save them as JSON, in UTF-8."
        ) from error
    return Prefill(from_mapping(table, layout))
