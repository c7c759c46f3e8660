"""Signatures are checked where the key is: in the parent. A process that reads files never has it.

It reads a file by the first copy of its stamp, and hands both over. Where another copy turns out to be the signed one,
or only a signed one may be believed, the file is read once more, with that copy named. What the process says of the
signature itself is not asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from ..findings import Kind
from ..findings.identity import FILE_NAME_NAMES_ANOTHER, SIGNATURE_INVALID
from ..stamp import INVALID, UNSIGNED, VALID, verify
from ..submission import Identity


def signed_copy(stamps: Sequence[Identity], key: bytes) -> Identity | None:
    """Give the copy of a stamp that is signed under this key; None where none is."""
    return next((stamp for stamp in stamps if verify(stamp, key) == VALID), None)


def is_read_by(signed: Identity, stamps: Sequence[Identity], read_by: Identity | None) -> bool:
    """Say whether a file was read by the signed copy of its stamp, and not by another one or less of it.

    `stamps` are its copies, the one that counted first; `read_by` is what was left of that, if the file could be read.
    """
    return signed == stamps[0] and (read_by is None or read_by.rows == signed.rows)


def settled(
    read_by: Identity, stamps: Sequence[Identity], signed: Identity | None, key: bytes
) -> tuple[str, Kind]:
    """Give what the signature of a file is, and the finding that was only noted in case it is otherwise.

    It is that of the signed copy where the file was read by nothing but what this says.
    """
    if signed is not None:
        said = asdict(signed)
        genuine = all(value in ("", said[name]) for name, value in asdict(read_by).items())
        signature = VALID if genuine else INVALID
    else:
        signature = verify(stamps[0], key) if stamps else UNSIGNED
    # Either is told, never both: of a forged stamp nothing is believed.
    return signature, SIGNATURE_INVALID if signature == VALID else FILE_NAME_NAMES_ANOTHER
