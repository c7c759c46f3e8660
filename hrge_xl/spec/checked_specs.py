"""Specs that passed every check, and their catalogues, kept for the next process: taking files apart takes longest.

A spec is kept as the plain tree that its files come to, under the digests of those files and of this program, in a
folder of the user that nobody else may write to; a catalogue likewise as the table of what it says. Whatever is not
right there is as if it were not there.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import babel
import msgspec
import pydantic

from ..core.errors import OutputError
from ..core.output_files import write_whole
from ..core.program_digest import engine
from .yaml_file import WrittenInt

CACHE = "HRGE_XL_CACHE"  # names the folder for caches
SPEC, CATALOGUE = ".spec", ".catalogue"
MOST = {SPEC: 16, CATALOGUE: 64}  # with versions of them, the newest ones
DIGEST = 32  # bytes before the tree
NUMBER = 1  # the kind of our own numbers in the packed tree
Kept = TypeVar("Kept")


def home() -> Path | None:
    """Give the folder where they are kept; None where this user has none, or it would be another one everywhere."""
    from platformdirs import user_cache_path

    try:
        folder = Path(os.environ.get(CACHE) or user_cache_path("hrge-xl", appauthor=False), "specs")
    except (RuntimeError, ValueError):  # the system knows no folder of this user
        return None
    return folder if folder.is_absolute() else None


def recall(suffix: str, digest: str, kind: type[Kept]) -> Kept | None:
    """Give what was made of files with this digest: the tree of a spec, or the table of a catalogue.

    None where they have yet to pass, for this program.
    """
    folder = home()
    try:
        if folder is None or not _is_ours(folder):
            return None
        content = (folder / _name(suffix, digest)).read_bytes()
        if hashlib.sha256(content[DIGEST:]).digest() != content[:DIGEST]:
            return None
        return msgspec.msgpack.decode(content[DIGEST:], type=kind, ext_hook=_number)
    except (OSError, msgspec.DecodeError):
        return None


def keep(suffix: str, digest: str, made: Any) -> None:
    """Keep what was made of files that passed, where that can be done: everything works without."""
    folder = home()
    if folder is None:
        return
    with suppress(OSError, OutputError):  # a disk that is full, a reading process that may not write
        packed = msgspec.msgpack.encode(made, enc_hook=_packed_number)
        folder.mkdir(0o700, parents=True, exist_ok=True)
        if _is_ours(folder):
            file = folder / _name(suffix, digest)
            write_whole(file, hashlib.sha256(packed).digest() + packed)
            others = (
                kept for kept in folder.glob(f"*{suffix}") if kept != file
            )  # which a clock may call newer
            for old in sorted(others, key=lambda kept: kept.stat().st_mtime)[: 1 - MOST[suffix]]:
                old.unlink(missing_ok=True)


def _name(suffix: str, digest: str) -> str:
    """Give the name of a file: what passes here may not pass with another program, or with other packages."""
    passed = f"{engine()} {sys.version} {pydantic.VERSION} {babel.__version__} {digest}"
    return f"{hashlib.sha256(passed.encode()).hexdigest()}{suffix}"


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
