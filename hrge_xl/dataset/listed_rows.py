"""The rows that the collected lists of a workbook show, such as open actions, with their answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ..numerals import shown
from ..spec.model import CollectBlock, Collected, Spec
from ..submission import Answer, Submission
from ..validation import Result
from .clean import clean
from .schema import Row

if TYPE_CHECKING:
    from ..checks import Outcome
    from .rows import ReturnKey


def collected(result: Result, owner: ReturnKey) -> Iterator[Row]:
    """One line a shown row and column of one file."""
    if result.submission is None or result.layout is None or result.outcome is None:
        return iter(())
    return _lines(_shown(result.outcome, result.layout.spec), result.submission, owner)


Shown = tuple[str, CollectBlock, Collected, str]  # list, block, source, row


def _shown(outcome: Outcome, spec: Spec) -> Iterator[Shown]:
    """The rows that the lists of a workbook show, in the order of the lists."""
    for (tool, number, source), rows in outcome.kept.items():
        block = spec.tool[tool].blocks[number]
        if isinstance(block, CollectBlock):
            yield from ((tool, block, block.sources[source], row) for row in rows)


def _lines(rows: Iterable[Shown], submission: Submission, owner: ReturnKey) -> Iterator[Row]:
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
