"""Layout and answers to .xlsx: the only layer that writes workbooks.

In go a layout, the answers with their verdicts, and what the stamp says; out come the bytes of a workbook that is true
before any program has calculated it. What many workbooks have in common is drawn once, and filled in for each of them.
`book` also says what stands in each cell as it is issued: returns are compared with that.
"""

from .book import cover_lines, draw, facts_of, write
from .content import Content, Part
from .drawing import Drawing
from .feedback_sheets import (
    Correction,
    Feedback,
    Leftover,
    Urgency,
    corrections_by_cause,
    least,
)

__all__ = [
    "Content",
    "Correction",
    "Drawing",
    "Feedback",
    "Leftover",
    "Part",
    "Urgency",
    "corrections_by_cause",
    "cover_lines",
    "draw",
    "facts_of",
    "least",
    "write",
]
