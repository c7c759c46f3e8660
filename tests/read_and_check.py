"""What tests need of the inside of hrge_xl, at one place, so that the inside can move."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from hrge_xl import ExpectedReturn, Reader, Result, ValidationRequest
from tests.face import (
    Answers,
    File,
    Layout,
    Outcome,
    RawWorkbook,
    Refusal,
    Submission,
    checks,
    reader_read,
    validated,
    validation,
)


def check(
    submissions: Sequence[tuple[Submission, Layout]], *, today: date, in_sheets: bool = False
) -> list[Outcome]:
    """Check some returns, each against its layout."""
    return [
        checks.check(sent, layout, today=today, in_sheets=in_sheets) for sent, layout in submissions
    ]


def read_bytes(
    data: bytes,
    *,
    path: str,
    sha256: str = "",
    size: int = 0,
    format: str = "xlsx",
    want: ExpectedReturn,
) -> Submission | Refusal:
    """Read what is no file."""
    return reader_read.read_content(File(path, sha256, size, format, data), want)


def read(data: bytes, want: ExpectedReturn = ExpectedReturn()) -> Submission:  # noqa: B008  (frozen)
    """Read a workbook that has to be one."""
    digest = hashlib.sha256(data).hexdigest()
    found = read_bytes(data, path="x.xlsx", sha256=digest, size=len(data), want=want)
    assert isinstance(found, Submission), found
    return found


def read_raw(workbook: RawWorkbook, *, path: str, want: ExpectedReturn) -> Submission | Refusal:
    """Read what a reader has already taken out of a file."""
    return reader_read.read_raw(workbook, File(path, "", 0, workbook.format), want)


def layout_of(sent: Submission, want: ExpectedReturn) -> Layout:
    """The layout that a return was read against."""
    return reader_read.expected_return(sent.identity, want.spec).layout


def calculated(outcome: Outcome) -> Answers:
    """What the calculated fields of a return come to."""
    return {answer.key: answer.value for answer in outcome.calculated if answer.value is not None}


def checked_answers(sent: Submission, outcome: Outcome) -> Submission:
    """A return with its calculated answers as they were worked out again."""
    given = [answer for answer in sent.answers if not answer.calculated]
    return replace(sent, answers=[*given, *outcome.calculated])


def check_here(path: Path, want: ExpectedReturn) -> Result:
    """Read and check a file in this very process."""
    result = validation.checked(reader_read.read(path, want), want.spec, date(2026, 6, 30))
    assert isinstance(result, Result)
    return replace(result, stamps=())


def read_many(
    paths: Sequence[str | Path], want: ExpectedReturn, jobs: int = 1, *, by: Reader | None = None
) -> Iterator[Result]:
    """Read and check files in processes of their own, or in those that are there."""
    asked = ValidationRequest(want, date(2026, 6, 30), jobs)
    if by is not None:
        yield from validated(paths, asked, by)
        return
    with Reader(jobs) as pool:
        yield from validated(paths, asked, pool)
