"""Signatures are checked where the key is: in the parent. A process that reads files never has it.

It reads a file by the first copy of its stamp, and hands both over. Where another copy turns out to be the signed one,
or only a signed one may be believed, the file is read once more, with that copy named.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..findings.identity import FILE_NAME_NAMES_ANOTHER, SIGNATURE_INVALID
from ..stamp import UNSIGNED, VALID, verify
from ..submission import Identity, Submission
from .identity import PENDING


def to_believe(stamps: Sequence[Identity], read_by: Identity | None, key: bytes) -> Identity | None:
    """Give the signed copy of a stamp that a file has to be read again by; None where it was read as it should be.

    `stamps` are its copies, the one that counted first; `read_by` is what was left of that, if the file could be read.
    """
    signed = _signed(stamps, key)
    if signed is None or (signed == stamps[0] and (read_by is None or read_by.rows == signed.rows)):
        return None
    return signed


def settle(submission: Submission, key: bytes) -> None:
    """Put into a submission what its signature is, and take out what is only told where it is otherwise."""
    if submission.signature == PENDING:
        signed = _signed(submission.stamps, key)
        first = verify(submission.stamps[0], key) if submission.stamps else UNSIGNED
        submission.signature = first if signed is None else VALID
        # Either is told, never both: of a forged stamp nothing is believed.
        untrue = SIGNATURE_INVALID if submission.signature == VALID else FILE_NAME_NAMES_ANOTHER
        submission.observations = [each for each in submission.observations if each.code != untrue.code]
    submission.stamps = ()


def _signed(stamps: Sequence[Identity], key: bytes) -> Identity | None:
    return next((each for each in stamps if verify(each, key) == VALID), None)
