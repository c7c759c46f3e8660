"""A submission on its way between processes: answers as plain rows, which travel three times faster."""

from __future__ import annotations

from dataclasses import fields, replace
from operator import attrgetter
from typing import Any, NamedTuple

from ..submission import Answer, Submission

_row = attrgetter(*(field.name for field in fields(Answer)))


class Parcel(NamedTuple):
    """A submission without its answers, and the answers as rows."""

    submission: Submission
    rows: list[tuple[Any, ...]]


def pack(submission: Submission) -> Parcel:
    """What the child process sends."""
    return Parcel(replace(submission, answers=[]), [_row(answer) for answer in submission.answers])


def unpack(parcel: Parcel) -> Submission:
    """What the parent process makes of it."""
    parcel.submission.answers = [Answer(*row) for row in parcel.rows]
    return parcel.submission
