"""Specs that passed every check, kept for the next process: taking their files apart takes longer than all the rest.

A spec is kept as the plain tree that its files come to, under the digests of those files and of this program, in a
folder of the user that nobody else may write to. Whatever is not right there is as if it were not there.
"""

from __future__ import annotations

import hashlib
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from ..engine import engine
from ..errors import OutputError
from ..output_files import write_whole
from ..paths import cache_folder
from .yaml_file import WrittenInt

MOST = 16  # specs and versions of them, the newest ones
DIGEST = 32  # bytes before the tree
NUMBER = 1  # the kind of our own numbers in the packed tree


def recall(digest: str) -> dict[str, Any] | None:
    """Give the tree of the spec whose files have this digest; None where it has yet to pass, for this program."""
    file = _file(digest)
    try:
        if not _is_ours(file.parent):
            return None
        content = file.read_bytes()
        if hashlib.sha256(content[DIGEST:]).digest() != content[:DIGEST]:
            return None
        tree: dict[str, Any] = msgspec.msgpack.decode(content[DIGEST:], type=dict[str, Any], ext_hook=_number)
    except (OSError, msgspec.DecodeError):
        return None
    return tree


def keep(digest: str, tree: dict[str, Any]) -> None:
    """Keep the tree of a spec that passed, where that can be done: everything works without."""
    file = _file(digest)
    with suppress(OSError, OutputError):  # a disk that is full, a reading process that may not write
        packed = msgspec.msgpack.encode(tree, enc_hook=_packed_number)
        file.parent.mkdir(0o700, parents=True, exist_ok=True)
        if _is_ours(file.parent):
            write_whole(file, hashlib.sha256(packed).digest() + packed)
            for old in sorted(file.parent.glob("*.spec"), key=lambda kept: kept.stat().st_mtime)[:-MOST]:
                old.unlink(missing_ok=True)


def _file(digest: str) -> Path:
    name = hashlib.sha256(f"{engine()} {digest}".encode()).hexdigest()
    return cache_folder() / "specs" / f"{name[:DIGEST]}.spec"


def _packed_number(number: WrittenInt) -> msgspec.msgpack.Ext:
    return msgspec.msgpack.Ext(NUMBER, number.written.encode())


def _number(_kind: int, written: memoryview) -> WrittenInt:
    return WrittenInt(bytes(written).decode())


def _is_ours(folder: Path) -> bool:
    """Say whether nobody but this user may write to a folder, as far as the system can tell."""
    found = folder.stat()
    if not hasattr(os, "geteuid"):
        return True
    return found.st_uid == os.geteuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
