"""What cannot be decided, because an answer that it depends on is in error itself, or could not be read.

The sheet compares whatever stands there, so its check cell may say more (see `verdicts`); a finding should not
blame an answer for what another one got wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from ..findings import Kind
from ..findings.identity import COUNTRY_DIFFERS, PERIOD_OUTSIDE_ROUND
from ..findings.structure import FORMULA_OVERWRITTEN
from ..findings.value import (
    ANSWER_MISSING,
    CALCULATION_DIFFERS,
    CALCULATION_NOT_CURRENT,
    NOT_ASKED_HERE,
)
from ..language import Expr
from ..language.vectors import Integers
from ..spec.compiled import ParsedRule
from ..spec.model import Rule
from .cell_index import Column
from .error_propagation import ASTRAY, CERTAIN, NONE, SPOILT, Cause, ErrorPropagation, doubtful
from .evaluator import Evaluator
from .hits import Hit
from .readings import answers_by_column
from .required import at_home
from .violations import single

Open = tuple[Hit, int]  # what is undecided, and the number of the cause that keeps it from being decided


class Indeterminate(NamedTuple):
    """What would have been found, or not, and what keeps it from being decided."""

    hit: Hit
    cause: Cause

    @property
    def key(self) -> tuple[str, int, int]:
        """Code, submission and slot."""
        return self.hit.code, self.hit.submission, self.hit.slot


def doubts_of(run: Evaluator, hits: Sequence[Hit]) -> ErrorPropagation | None:
    """Give what makes values doubtful; None where nothing does."""
    doubted = run.batch.unread.gaps or any(hit.code in SPOILT | ASTRAY for hit in hits)
    return ErrorPropagation(run, hits) if doubted else None


def indeterminate(doubts: ErrorPropagation) -> list[Indeterminate]:
    """Give every check that is open in some row because of one of the hits, or of what could not be read."""
    found = (
        *_rules(doubts),
        *_wrong_answers(doubts),
        *_requirements(doubts),
        *doubts.unsure_references(),
        *_calculations(doubts),
        *_identity(doubts),
    )
    return [Indeterminate(hit, doubts.causes[cause]) for hit, cause in found]


def _rules(doubts: ErrorPropagation) -> Iterator[Open]:
    for parsed in doubts.run.program.rules:
        if parsed.check is not None:
            yield from _rule(doubts, parsed, parsed.check)


def _rule(doubts: ErrorPropagation, parsed: ParsedRule, check: Expr) -> Iterator[Open]:
    batch = doubts.batch
    home = None if parsed.home is None else batch.cell_index.columns[parsed.home]
    doubt, rows = doubts.broken(parsed.when, check), CERTAIN if home is None else doubts.in_use(home.table)
    if not doubtful(doubt) and not doubtful(rows):
        return
    broken = ~doubts.run.holds(check) & (doubt == NONE)
    if parsed.when is not None:
        broken = broken & doubts.run.holds(parsed.when)
    if home is None:
        over = np.where(broken.any(axis=1), NONE, doubt.max(axis=1))
        for submission, cause in enumerate(np.broadcast_to(over, batch.size).tolist()):
            if cause != NONE and parsed.rule.tool in batch.layouts[submission].sheet:
                yield Hit(parsed.rule, submission), cause
        return
    sure, at = at_home(broken, parsed, home.table), at_home(doubt, parsed, home.table)
    open_ = np.where(
        batch.active(home.table) & ~sure, at, NONE
    )  # and in a row that may count, what would be found
    yield from _rows(doubts, parsed.rule, home, np.maximum(open_, np.where(sure | (at != NONE), rows, NONE)))


def _wrong_answers(doubts: ErrorPropagation) -> Iterator[Open]:
    """Give the checks of an answer that read other ones, too."""
    batch = doubts.batch
    for key, checks in doubts.run.program.interdependent.items():
        column = batch.cell_index.columns[key]
        given = batch.replies[:, column.slots]
        # An answer in error is not held against its checks, but for the one whether it is asked for at all.
        readable = given & (doubts.column(column) == NONE)
        for check in checks if given.any() else ():
            judged = given if check.kind is NOT_ASKED_HERE else readable
            doubt = doubts.broken(None, check.holds)
            yield from _rows(doubts, check.kind, column, np.where(judged, doubt, NONE))


def _requirements(doubts: ErrorPropagation) -> Iterator[Open]:
    batch = doubts.batch
    for column in batch.cell_index.column_list:
        if not column.asked:
            continue
        blank, lost = ~batch.replies[:, column.slots], doubts.lost[:, column.slots] != NONE
        wanting = batch.active(column.table) & blank & ~lost
        if wanting.any():
            for kind, doubt in doubts.reasons(column):
                yield from _rows(doubts, kind, column, np.where(wanting, doubt, NONE))
        asking = np.where(blank, doubts.asking(column), NONE)
        if doubtful(asking):
            for need in doubts.run.program.fields[column.key].requirements:
                kind = need.rule.rule if need.rule is not None else ANSWER_MISSING
                yield from _rows(doubts, kind, column, asking)


def _calculations(doubts: ErrorPropagation) -> Iterator[Open]:
    """Give cells that show what cannot be calculated again: by a formula, or typed."""
    batch = doubts.batch
    for column, at in answers_by_column(batch):
        if column.key in doubts.run.program.formulas and doubtful(causes := unknown(doubts, column)):
            of_answers = causes[batch.submission[at], batch.slot[at] - column.slot].tolist()
            for place, cause in zip(at.tolist(), of_answers, strict=True):
                typed = (CALCULATION_DIFFERS, FORMULA_OVERWRITTEN)
                kinds = (CALCULATION_NOT_CURRENT,) if batch.formula[place] else typed
                slot = int(batch.submission[place]), int(batch.slot[place])
                yield from ((Hit(kind, *slot), cause) for kind in kinds if cause != NONE)


def unknown(doubts: ErrorPropagation, column: Column) -> Integers:
    """Give what could not be read among the sources of a calculated field."""
    made_from = np.broadcast_to(doubts.column(column), (doubts.batch.size, len(column.table.rows)))
    active, gaps = doubts.batch.active(column.table), np.where(doubts.is_gap(made_from), made_from, NONE)
    in_use = doubts.in_use(column.table)
    return np.where(active, gaps, np.where(doubts.is_gap(in_use), in_use, NONE))


def _identity(doubts: ErrorPropagation) -> Iterator[Open]:
    """Country and period of the form, where they are compared with those of the stamp and of the round."""
    asked = doubts.run.program.spec.identity
    periods = ((PERIOD_OUTSIDE_ROUND, asked.period_start), (PERIOD_OUTSIDE_ROUND, asked.period_end))
    for kind, field in ((COUNTRY_DIFFERS, asked.country), *periods):
        column = single(doubts.run, field)
        if column is not None:
            yield from _rows(doubts, kind, column, doubts.unread[:, column.slots])


def _rows(doubts: ErrorPropagation, kind: Kind | Rule, column: Column, doubt: Integers) -> Iterator[Open]:
    where = np.broadcast_to(doubt, (doubts.batch.size, len(column.table.rows)))
    for submission, row in zip(*(axis.tolist() for axis in np.nonzero(where != NONE)), strict=True):
        yield Hit(kind, submission, column.slot + row), int(where[submission, row])
