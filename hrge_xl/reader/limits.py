"""The limits within which a returned file is read: one place, one number each."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """Every limit of the reader; the ones on the file and the zip hold before anything is inflated."""

    file_bytes: int = 25 * MEBIBYTE
    hashed_bytes: int = (
        100 * MEBIBYTE
    )  # of a file that is too large, but is told apart from others all the same
    entries: int = 2_000
    part_bytes: int = 100 * MEBIBYTE
    total_bytes: int = 250 * MEBIBYTE
    ratio: int = 200  # inflated to stored size; looked at only above `ratio_from` inflated bytes
    ratio_from: int = MEBIBYTE
    depth: int = 64
    attributes: int = 256
    elements: int = 3_000_000  # in one part
    cells: int = 1_000_000  # stored cells in the whole workbook
    sheets: int = 256
    unreadable_places: int = 100  # more than these, and the file counts as damaged
    worker_bytes: int = 1024 * MEBIBYTE  # on top of what a worker holds when it starts
    answer_bytes: int = 128 * MEBIBYTE  # of what a worker answers
    answer_values: int = 3_000_000  # in it: each takes up to a hundred bytes here, and one there
    cpu_seconds: int = 30
    wall_seconds: float = 60.0


LIMITS = ReadLimits()
