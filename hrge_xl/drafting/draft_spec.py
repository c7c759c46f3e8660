"""Drafts a spec from a workbook: whatever the workbook is, it is taken apart in a process of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ..errors import UsageError
from ..findings import Finding
from ..intake import Job, RawWorkbook, content_of, look_into
from .guess import guess
from .read import Book, read
from .write import write

MOST_MERGED = 200_000  # cells below others: openpyxl makes each of them
READ = ("xlsx", "xlsm")
REMEDY = "Check that it opens in Excel; save an empty one as .xlsx, and draft from that."


@dataclass(frozen=True, slots=True)
class Draft:
    """The texts of a first spec by their paths in its folder, none where there can be none, and what is to be said."""

    files: Mapping[str, str]
    messages: Sequence[str]


def draft(path: Path, name: str, password: str | None = None) -> Draft:
    """Give a first spec of this name. Raises `UsageError` for what is no .xlsx, or holds nothing to fill in."""
    outcome: Draft = look_into(partial(drafted, path.name, name), path, REMEDY, password)
    if not outcome.files:
        raise UsageError(*outcome.messages)
    return outcome


def drafted(file: str, name: str, job: Job) -> Draft | Finding:
    """Give the draft from a file that was let in. Runs in a worker."""
    content = content_of(job)
    if isinstance(content, Finding):
        return content
    try:
        book = _book(file, job, content)
        guessed = guess(book)
    except UsageError as error:
        return Draft({}, error.lines)
    return Draft(write(guessed, name), guessed.messages)


def _book(file: str, job: Job, content: RawWorkbook) -> Book:
    """Give a workbook as openpyxl sees it, if it can. Raises `UsageError`."""
    if content.format not in READ:
        raise UsageError(f"{file} is in the format .{content.format}. Save it as .xlsx and draft from that.")
    for sheet in content.sheets:
        merged = sum(
            (a.last_row - a.first_row + 1) * (a.last_column - a.first_column + 1) for a in sheet.merges
        )
        if merged > MOST_MERGED:
            raise UsageError(
                f"{file}: the sheet “{sheet.name}” merges {merged:,} cells; at most {MOST_MERGED:,} are allowed. "
                "Unmerge whole rows, columns and sheets, and save it."
            )
    try:
        return read(job[0], Path(file).stem)
    except MemoryError:
        raise
    except Exception as error:
        reason = f"{file} cannot be read as an .xlsx workbook ({type(error).__name__})."
        raise UsageError(f"{reason} {REMEDY}") from error
