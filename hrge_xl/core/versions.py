"""Versions of specs and of this program, and which of them is newer."""

from __future__ import annotations

from .. import __version__

OTHER_TEXT = (float("inf"),)  # what is not a version counts as newer than every version


def version_of(text: str) -> tuple[float, ...]:
    """Return the numbers that versions are ordered by: `1.10.0` → (1, 10)."""
    parts = text.strip().split(".")
    if not all(part.isascii() and part.isdigit() and len(part) < 10 for part in parts):
        return OTHER_TEXT
    numbers = [float(part) for part in parts]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def is_newer_program(version: str) -> bool:
    """Return whether a version of hrge_xl, as something says that it was made by, is newer than this one.

    A text that is no version is of no program of ours.
    """
    stated = version_of(version)
    return stated != OTHER_TEXT and stated > version_of(__version__)
