"""Checks returned workbooks, many at once: submissions in, findings out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from ..layout import Layout
from ..submission import Submission
from .outcome import Outcome, Progress, Verdict

if TYPE_CHECKING:
    from .draft_batch import Plan

__all__ = ["Outcome", "Progress", "Verdict", "check", "closed_rows", "foretell"]

AT_ONCE = 200  # submissions; bounds the memory


def check(
    submissions: Sequence[tuple[Submission, Layout]], *, today: date, in_sheets: bool = False
) -> list[Outcome]:
    """Check submissions of one spec, in any languages and choices of tools; the outcomes keep their order.

    With `in_sheets` also what the check cells of the sheets must say: one verdict a slot, so not for very many.
    """
    from ..spec.compiled import compiled
    from .batch import Batch
    from .run import outcomes

    if not submissions:
        return []
    program = compiled(submissions[0][1].spec)
    found: list[Outcome] = []
    for first in range(0, len(submissions), AT_ONCE):
        batch = Batch.of(submissions[first : first + AT_ONCE], today)
        found += outcomes(program, batch, in_sheets=in_sheets)
    return found


def closed_rows(
    submissions: Sequence[tuple[Submission, Layout]], today: date
) -> list[frozenset[tuple[str, str]]]:
    """Give for each submission of one spec the rows of registers that are over, as tool and row."""
    from ..spec.compiled import compiled
    from .batch import Batch
    from .closing import rows_that_are_over
    from .evaluator import Evaluator

    batch = Batch.of(submissions, today)
    return rows_that_are_over(Evaluator(batch, compiled(submissions[0][1].spec)))


def foretell(plans: Sequence[Plan]) -> list[Outcome]:
    """Foretell what the sheets of workbooks yet to be written will say, all of one spec: no findings, no progress.

    All at once: how many they are bounds the memory.
    """
    from ..spec.compiled import compiled
    from .run import foretold

    return foretold(compiled(plans[0].layout.spec), plans) if plans else []
