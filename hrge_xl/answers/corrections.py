"""What the office put in place of an answer, on the word of the team."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..core.bounds import BoundedText
from ..findings import Finding
from ..findings.value import CORRECTED_BY_OFFICE
from .submission import Key

NO_ANSWER = "–"  # what is told of a cell without an answer


@dataclass(frozen=True, slots=True)
class OfficeCorrection:
    """The office put another answer into one cell of a returned file, or took that back.

    It holds for one content of a file (`sha256`), never for a later version. `came` is what stood in the cell, and
    `value` what was typed in its place; "" is a blank cell. Without a `value` the answer counts as it came again.
    """

    number: int
    sha256: BoundedText
    file: BoundedText  # the name that the file had
    tool: BoundedText
    row: BoundedText
    field: BoundedText
    sheet: BoundedText
    cell: BoundedText
    came: BoundedText
    value: BoundedText | None
    reason: BoundedText
    by: BoundedText
    day: BoundedText  # ISO

    @property
    def key(self) -> Key:
        """Tool, row and field of the answer."""
        return self.tool, self.row, self.field

    @property
    def text(self) -> str:
        """The correction in a line, without its day."""
        change = (
            f"“{self.came or NO_ANSWER}” as it came"
            if self.value is None
            else f"“{self.value or NO_ANSWER}” instead of “{self.came or NO_ANSWER}”"
        )
        return f"{self.file} {self.sheet}!{self.cell}: {change}, by {self.by}: {self.reason}"


def in_force(corrections: Iterable[OfficeCorrection]) -> tuple[OfficeCorrection, ...]:
    """Return what counts of all corrections, oldest first: of those of one cell the last, unless it takes back."""
    last = {
        (correction.sha256, correction.key, correction.cell): correction
        for correction in sorted(corrections, key=lambda correction: correction.number)
    }
    counting = [correction for correction in last.values() if correction.value is not None]
    return tuple(sorted(counting, key=lambda correction: correction.number))


def corrected_finding(correction: OfficeCorrection) -> Finding:
    """Return the finding that tells of a correction, wherever findings of the file are told."""
    return CORRECTED_BY_OFFICE.at(
        correction.sheet,
        correction.cell,
        *correction.key,
        value=correction.came or NO_ANSWER,
        corrected=correction.value or NO_ANSWER,
        number=str(correction.number),
        day=correction.day,
        by=correction.by,
        reason=correction.reason,
    )
