"""Layout and answers to .xlsx: draws what `layout` placed; the only layer that writes workbooks."""

from .book import write
from .content import Content, Part
from .feedback_sheets import Correction, Feedback

__all__ = ["Content", "Correction", "Feedback", "Part", "write"]
