"""What a team gets back beside its own answers: a sheet of what to correct, and one of what had no place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ..layout import Layout
from ..words import translator
from .corrections_sheet import CORRECTIONS_WIDTHS, Correction, CorrectionsPainter
from .leftovers_sheet import LEFTOVERS_WIDTHS, Leftover, LeftoversPainter
from .pen import Pen


@dataclass(frozen=True, slots=True)
class Feedback:
    """Everything that is said to a team about its return."""

    corrections: tuple[Correction, ...]
    leftovers: tuple[Leftover, ...]


@dataclass(frozen=True, slots=True)
class FeedbackSheet:
    """A sheet that is added to the workbook: its title, the widths of its columns, and what draws it."""

    title: str
    widths: Mapping[int, int]
    draw: Callable[[Pen], None]


def feedback_sheets(layout: Layout, feedback: Feedback) -> Iterator[FeedbackSheet]:
    """Give each sheet that is added; the second one only where something had no place."""
    say = translator(layout.language)
    yield FeedbackSheet(
        say("To correct"),
        CORRECTIONS_WIDTHS,
        lambda pen: CorrectionsPainter(pen, layout, feedback.corrections).draw(),
    )
    if feedback.leftovers:
        yield FeedbackSheet(
            say("Without a place"),
            LEFTOVERS_WIDTHS,
            lambda pen: LeftoversPainter(pen, layout, feedback.leftovers).draw(),
        )
