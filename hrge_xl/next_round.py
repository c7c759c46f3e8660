"""What goes on from a return into the workbook of the next round: answers, and what they were last time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from .answer import Answers, Key, Value
from .carry_over import carry_over
from .issuing import Order
from .last_answers import CLOSED
from .layout import Layout
from .spec.compiled import FieldKey, compiled
from .spec.model import RegisterBlock, Series, Spec, Tool
from .spec.rows import closing, goes_on
from .spec.scope import entries
from .submission import Submission

Row = tuple[str, str]  # tool and row


@dataclass(frozen=True)
class GoingOn:
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


def go_on(sent: Submission, read_in: Layout, layout: Layout, today: date) -> GoingOn:
    """Tell what of a checked return that was read against `read_in` goes on into `layout`, which has places for it."""
    from .checks import closed_rows

    carried = carry_over(sent, read_in, layout)
    fitted = Submission(
        sent.path, sent.sha256, sent.size, sent.identity, answers=carried.kept, last=sent.last
    )
    closed = closed_rows(fitted, layout, today)
    given = fitted.values()
    over = closed | _earlier_of_series(layout.spec, given)
    open_ones, worked_out = _without(given, over), _without(sent.calculated(), over)
    before = _last(layout.spec, open_ones | worked_out) | _about(layout.spec, given, closed)
    return GoingOn(
        _answers(layout.spec, open_ones, over),
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
    alike: dict[tuple[Value | None, ...], list[tuple[bool, Any, int, str]]] = {}
    for number, row in enumerate(rows):
        about = tuple(given.get((tool.code, row, code)) for code in series.of)
        said = given.get((tool.code, row, series.over))
        when = steps.get(str(said), said)
        if None not in about:
            alike.setdefault(about, []).append((when is not None, when, number, row))
    for found in alike.values():
        yield from (row for *_, row in sorted(found)[:-1])


def _answers(spec: Spec, given: Answers, closed: frozenset[Row]) -> Answers:
    """Give the answers that stand in the new workbook as such; none that refers to a row which is over."""
    fields = {(tool.code, each.code): each for tool, _, each in spec.places()}
    found: Answers = {}
    for (tool, row, code), value in given.items():
        asked = fields[tool, code]
        if goes_on(spec, asked) and not any((target, value) in closed for target in asked.to):
            found[tool, row, code] = value
    return found


def _last(spec: Spec, given: Answers) -> Answers:
    """Give what the new workbook has to know of the answers."""
    wanted: frozenset[FieldKey] = compiled(spec).last
    return {key: value for key, value in given.items() if (key[0], key[2]) in wanted}


def _about(spec: Spec, given: Answers, closed: frozenset[Row]) -> Answers:
    """Give what each row that is over was about."""
    blocks: dict[str, RegisterBlock] = {tool.code: block for tool, block in closing(spec)}
    found: Answers = {}
    for tool, row in closed:
        shown = blocks[tool].named_by
        found[tool, row, CLOSED] = str(given.get((tool, row, shown), row))
    return found
