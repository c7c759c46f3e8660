"""One answer as it stood in one cell, and what answers are known by."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from msgspec import Struct

Value = str | float | date | tuple[str, ...]
Key = tuple[str, str, str]  # tool, row, field
CellKey = tuple[str, str, str, int]  # tool, row, field, part
ONLY_ROW = "1"  # of a form that asks its questions once
Answers = dict[Key, Value]
"""Answers to write or as read: code for a choice, codes for several, float, date or text; no blanks."""


class State(StrEnum):
    """The four kinds of nothing, kept apart, and an answer."""

    ANSWERED = "answered"
    BLANK = "blank"
    EMPTY_TEXT = "empty-text"
    ERROR = "error"
    NOT_CALCULATED = "not-calculated"


class Answer(Struct, array_like=True, gc=False):
    """One answer as it stood in one cell (`part` counts the cells of a field with several, from 1).

    `original` is what stood there; `code`, `text`, `number` and `day` what it means. `problem` is the code
    of the finding that says why it means nothing, `notes` the codes of what was normalised.
    """

    tool: str
    row: str
    field: str
    part: int
    sheet: str
    cell: str
    state: State
    original: str | float | bool | None = None
    formula: bool = False
    code: str | None = None
    text: str | None = None
    number: float | None = None
    day: date | None = None
    problem: str | None = None
    suggestion: str | None = None
    notes: tuple[str, ...] = ()
    calculated: bool = False  # shown by a formula: recomputed, never believed

    @property
    def key(self) -> Key:
        """Tool, row and field."""
        return self.tool, self.row, self.field

    @property
    def cell_key(self) -> CellKey:
        """Tool, row, field and part."""
        return self.tool, self.row, self.field, self.part

    @property
    def value(self) -> str | float | date | None:
        """What the answer means, or None."""
        for value in (self.code, self.number, self.day, self.text):
            if value is not None:
                return value
        return None
