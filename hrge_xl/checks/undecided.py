"""What cannot be decided, because an answer that it depends on is in error itself.

The sheet compares whatever stands there, so its check cell may say more (see `verdicts`); a finding should not
blame an answer for what another one got wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from ..spec.expression import Expr
from ..spec.model import When
from .doubts import ASTRAY, NONE, SPOILT, Doubts, doubtful
from .hits import Hit
from .program import ParsedRule
from .required import at_home
from .universe import Column, Integers
from .vectorised import Evaluator

Open = tuple[Hit, int]  # what is undecided, and the number of the hit that keeps it from being decided


class Undecided(NamedTuple):
    """What would have been found, or not, and the hit that keeps it from being decided."""

    hit: Hit
    cause: Hit

    @property
    def key(self) -> tuple[str, int, int]:
        """Code, submission and slot."""
        return self.hit.code, self.hit.submission, self.hit.slot


def undecided(run: Evaluator, hits: Sequence[Hit]) -> list[Undecided]:
    """Every rule, constraint and requirement that is open in some row because of one of the hits."""
    if not any(hit.code in SPOILT | ASTRAY for hit in hits):
        return []
    doubts = Doubts(run, hits)
    found = (*_rules(doubts), *_constraints(doubts), *_requirements(doubts))
    return [Undecided(hit, hits[cause]) for hit, cause in found]


def _rules(doubts: Doubts) -> Iterator[Open]:
    for parsed in doubts.run.program.rules:
        if parsed.check is not None:
            yield from _rule(doubts, parsed, parsed.check)


def _rule(doubts: Doubts, parsed: ParsedRule, check: Expr) -> Iterator[Open]:
    batch = doubts.batch
    doubt = doubts.broken(parsed.when, check)
    if not doubtful(doubt):
        return
    broken = ~doubts.run.holds(check) & (doubt == NONE)
    if parsed.when is not None:
        broken = broken & doubts.run.holds(parsed.when)
    if parsed.home is None:
        over = np.where(broken.any(axis=1), NONE, doubt.max(axis=1))
        for submission, cause in enumerate(np.broadcast_to(over, batch.size).tolist()):
            if cause != NONE and parsed.rule.tool in batch.layouts[submission].sheet:
                yield Hit(parsed.rule.code, submission, rule=parsed.rule), cause
        return
    column = batch.universe.columns[parsed.home]
    at = np.where(at_home(broken, parsed, column.table), NONE, at_home(doubt, parsed, column.table))
    yield from _rows(doubts, parsed, column, np.where(batch.active(column.table), at, NONE))


def _constraints(doubts: Doubts) -> Iterator[Open]:
    batch = doubts.batch
    for column in batch.universe.column_list:
        constraint = doubts.run.program.constraints.get(column.key)
        if constraint is not None and column.asked:
            own = doubts.column(column) != NONE  # an answer in error is not held against its constraint
            judged = batch.answered(column) & ~own
            yield from _rows(doubts, "V014", column, np.where(judged, doubts.broken(None, constraint), NONE))


def _requirements(doubts: Doubts) -> Iterator[Open]:
    batch = doubts.batch
    for column in batch.universe.column_list:
        if not column.asked:
            continue
        lost = doubts.lost[:, column.slots] != NONE
        wanting = batch.active(column.table) & ~batch.answered(column) & ~lost
        if wanting.any():
            for named, doubt in _reasons(doubts, column):
                yield from _rows(doubts, named, column, np.where(wanting, doubt, NONE))


def _reasons(doubts: Doubts, column: Column) -> Iterator[tuple[ParsedRule | str, Integers]]:
    """For each reason for which a field may be required, what makes it doubtful."""
    table, required, program = column.table, column.field.required, doubts.run.program
    if isinstance(required, When):
        yield "V001", doubts.of(program.conditions[column.key])
    elif required == "ticked" or (required == "always" and not table.open):
        yield "V001", doubts.ticked(table.tool.code)
    for parsed in program.rules:
        if column.field.code in parsed.rule.require and parsed.rule.tool == table.tool.code and parsed.when:
            doubt = doubts.of(parsed.when)
            if not doubtful(doubt):
                continue
            met = at_home(doubts.run.holds(parsed.when) & (doubt == NONE), parsed, table)
            yield parsed, np.where(met, NONE, at_home(doubt, parsed, table))


def _rows(doubts: Doubts, named: ParsedRule | str, column: Column, doubt: Integers) -> Iterator[Open]:
    rule = None if isinstance(named, str) else named.rule
    code = named if isinstance(named, str) else named.rule.code
    where = np.broadcast_to(doubt, (doubts.batch.size, len(column.table.rows)))
    for submission, row in zip(*(axis.tolist() for axis in np.nonzero(where != NONE)), strict=True):
        yield Hit(code, submission, column.slot + row, rule=rule), int(where[submission, row])
