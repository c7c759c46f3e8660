"""Specs that passed every check, kept for the next process: taking their files apart takes longer than all the rest.

A spec is kept as the plain tree that its files come to, under the digests of those files and of this program, in a
folder of the user that nobody else may write to. Whatever is not right there is as if it were not there.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import babel
import msgspec
import pydantic

from ..core.errors import OutputError
from ..core.output_files import write_whole
from ..core.program import program_digest
from .yaml_file import WrittenInt

CACHE = "HRGE_XL_CACHE"  # names the folder for caches
MOST = 16  # specs and versions of them, the newest ones
DIGEST = 32  # bytes before the tree
NUMBER = 1  # the kind of our own numbers in the packed tree


def home() -> Path | None:
    """Give the folder where they are kept; None where this user has none, or it would be another one everywhere."""
    from platformdirs import user_cache_path

    try:
        folder = Path(os.environ.get(CACHE) or user_cache_path("hrge-xl", appauthor=False), "specs")
    except (RuntimeError, ValueError):  # the system knows no folder of this user
        return None
    return folder if folder.is_absolute() else None


def recall(digest: str) -> dict[str, Any] | None:
    """Give the tree of the spec whose files have this digest; None where it has yet to pass, for this program."""
    folder = home()
    try:
        if folder is None or not _is_ours(folder):
            return None
        content = (folder / _name(digest)).read_bytes()
        if hashlib.sha256(content[DIGEST:]).digest() != content[:DIGEST]:
            return None
        tree: dict[str, Any] = msgspec.msgpack.decode(content[DIGEST:], type=dict[str, Any], ext_hook=_number)
    except (OSError, msgspec.DecodeError):
        return None
    return tree


def keep(digest: str, tree: dict[str, Any]) -> None:
    """Keep the tree of a spec that passed, where that can be done: everything works without."""
    folder = home()
    if folder is None:
        return
    with suppress(OSError, OutputError):  # a disk that is full, a reading process that may not write
        packed = msgspec.msgpack.encode(tree, enc_hook=_packed_number)
        folder.mkdir(0o700, parents=True, exist_ok=True)
        if _is_ours(folder):
            file = folder / _name(digest)
            write_whole(file, hashlib.sha256(packed).digest() + packed)
            others = (kept for kept in folder.glob("*.spec") if kept != file)  # which a clock may call newer
            for old in sorted(others, key=lambda kept: kept.stat().st_mtime)[: 1 - MOST]:
                old.unlink(missing_ok=True)


def _name(digest: str) -> str:
    """Give the name of a file: what passes here may not pass with another program, or with other packages."""
    passed = f"{program_digest()} {sys.version} {pydantic.VERSION} {babel.__version__} {digest}"
    return f"{hashlib.sha256(passed.encode()).hexdigest()}.spec"


def _packed_number(number: WrittenInt) -> msgspec.msgpack.Ext:
    return msgspec.msgpack.Ext(NUMBER, number.written.encode())


def _number(_kind: int, written: memoryview) -> WrittenInt:
    return WrittenInt(bytes(written).decode())


def _is_ours(folder: Path) -> bool:
    """Say whether this is a folder, and no link to one, that nobody but this user may write to, if the system tells."""
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode):
        return False
    if not hasattr(os, "geteuid"):
        return True
    return found.st_uid == os.geteuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
