"""The rows that the collected lists of a workbook show, such as open actions, worked out from the answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from ..checks.batch import Batch
from ..checks.program import prepare
from ..checks.vectorised import Evaluator
from ..numerals import shown
from ..spec.check import rule_scope
from ..spec.expression import Problem, parse_condition
from ..spec.model import CollectBlock, Collected, Spec
from ..submission import Answer, Submission
from ..validation import Result
from .clean import clean
from .schema import Row

if TYPE_CHECKING:
    from .tables import Whose


def collect(results: Sequence[Result], owners: Sequence[Whose], today: date) -> list[Row]:
    """One line a shown row and column, file after file."""
    pairs = [
        (result.submission, result.layout, owner)
        for result, owner in zip(results, owners, strict=True)
        if result.submission is not None and result.layout is not None
    ]
    if not pairs:
        return []
    batch = Batch.of([(submission, layout) for submission, layout, _ in pairs], today)
    shown_rows = _shown(batch, pairs[0][1].spec)
    return [
        row
        for n, (submission, _, owner) in enumerate(pairs)
        for row in _lines(shown_rows[n], submission, owner)
    ]


Shown = tuple[str, CollectBlock, Collected, str]  # list, block, source, row


def _shown(batch: Batch, spec: Spec) -> list[list[Shown]]:
    """For each submission the rows that its lists show, in the order of the lists."""
    run = Evaluator(batch, prepare(spec))
    found: list[list[Shown]] = [[] for _ in range(batch.size)]
    for tool, block in _lists(spec):
        for source in block.sources:
            scope = rule_scope(spec, spec.tool[source.tool], tuple(source.columns.values()))
            keep = parse_condition(source.keep, scope)
            assert not isinstance(keep, Problem)  # spec.load refuses such a spec
            first = next(iter(source.columns.values()))
            table = batch.universe.columns[source.tool, first].table
            holds = run.over_rows(run.holds(keep), table) & batch.active(table)
            for submission, row in zip(*(axis.tolist() for axis in np.nonzero(holds)), strict=True):
                found[submission].append((tool, block, source, table.rows[row]))
    return found


def _lists(spec: Spec) -> Iterator[tuple[str, CollectBlock]]:
    for tool in spec.tools:
        for block in tool.blocks:
            if isinstance(block, CollectBlock):
                yield tool.code, block


def _lines(rows: Sequence[Shown], submission: Submission, owner: Whose) -> Iterator[Row]:
    answers: dict[tuple[str, str, str], Answer] = {}
    for answer in submission.answers:
        answers.setdefault(answer.key, answer)
    n = 0
    for item, (name, block, source, row) in enumerate(rows, start=1):
        due = answers.get((source.tool, row, source.columns.get(block.due or "", "")))
        for column, field in source.columns.items():
            found = answers.get((source.tool, row, field))
            if found is None or found.value is None:
                continue
            n += 1
            yield (
                *owner.head, n, name, item, source.tool, row, column, clean(shown(found.value)),
                due.day if due else None, found.sheet, found.cell, True, submission.sha256,
            )  # fmt: skip
