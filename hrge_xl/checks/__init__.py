"""Checks returned workbooks, many at once: submissions in, findings out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ..layout import Layout
from ..submission import Submission
from .outcome import Outcome, Progress, Verdict

__all__ = ["Outcome", "Progress", "Verdict", "check"]

AT_ONCE = 200  # submissions; bounds the memory


def check(submissions: Sequence[tuple[Submission, Layout]], *, today: date) -> list[Outcome]:
    """Check submissions of one spec, in any languages and choices of tools; the outcomes keep their order."""
    from .program import prepare
    from .run import outcomes

    if not submissions:
        return []
    program = prepare(submissions[0][1].spec)
    found: list[Outcome] = []
    for first in range(0, len(submissions), AT_ONCE):
        found += outcomes(program, submissions[first : first + AT_ONCE], today)
    return found
