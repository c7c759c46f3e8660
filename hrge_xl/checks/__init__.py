"""Checks returned workbooks: submissions in, findings out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ..layout import Layout
from ..submission import Submission
from .outcome import Outcome, Progress, Verdict
from .run import closed_rows, foretold, outcome

__all__ = ["Outcome", "Progress", "Verdict", "check", "closed_rows", "foretold"]


def check(
    submissions: Sequence[tuple[Submission, Layout]], *, today: date, in_sheets: bool = False
) -> list[Outcome]:
    """Check submissions, in any languages and choices of tools; the outcomes keep their order.

    With `in_sheets` also what the check cells of the sheets must say: one verdict a slot, so not for very many.
    """
    return [outcome(submission, layout, today, in_sheets=in_sheets) for submission, layout in submissions]
