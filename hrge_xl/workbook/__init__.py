"""Layout and answers to .xlsx: draws what `layout` placed; the only layer that writes workbooks."""

from .book import cover_lines, draw, facts_of, write
from .content import Content, Part
from .drawing import Drawing
from .feedback_sheets import Correction, Feedback, Leftover, Urgency, least

__all__ = [
    "Content",
    "Correction",
    "Drawing",
    "Feedback",
    "Leftover",
    "Part",
    "Urgency",
    "cover_lines",
    "draw",
    "facts_of",
    "least",
    "write",
]
