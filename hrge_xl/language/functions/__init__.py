"""The functions of the language, one class each; each takes its place in `FUNCTIONS` by being defined."""

from ..tree import FUNCTIONS
from . import answers, choices, figures, rows, words

__all__ = ["FUNCTIONS", "answers", "choices", "figures", "rows", "words"]
