"""Layout and answers to .xlsx: draws what `layout` placed; the only layer that writes workbooks."""

from .book import write
from .content import Content

__all__ = ["Content", "write"]
