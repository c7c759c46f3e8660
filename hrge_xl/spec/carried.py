"""The files of a spec by their digest: copies that travel with a round or a dataset, and specs that passed every check.

A spec is a mapping from the paths of its files, with slashes, to their bytes: from a folder by `pack`, from a table
of a database, and into a folder by `write`. Only what the program reads belongs to it: whatever else lies in the
folder (a returned workbook, a round with its key) goes nowhere.

A spec that passed is kept for the next process as the plain tree that its files come to, and each of its catalogues as
the table of what it says, since taking them apart takes longer than all the rest: under the digests of those files and
of this program, in a folder of the user that nobody else may write to. What is wrong there counts for nothing.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import secrets
import shutil
import stat
import sys
import zlib
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import babel
import msgspec
import pydantic

from ..core.errors import Mistake, OutputError, SpecError
from ..core.paths import UNFINISHED, is_plain_name, not_written, path_in, sync_folder, write_whole
from ..core.program import program_digest
from .yaml_file import WrittenInt, content_of

FOLDERS = (".", "tools", "languages")
KINDS = (".yaml", ".po")
# which names the lists that stand in files of their own
LISTS = "vocabularies.yaml"
LIST = ".csv"
FACTS = "facts"  # the folder of the files that hold facts
NAME = re.compile(r"""file:\s*["']?([^"'\n]+?\.csv)\b""")
LONG = 100_000  # bytes: catalogues of translations; a file that people look for in a database reads as it is
MOST = 25_000_000  # bytes of all files
MOST_FILES = 500
COMPRESSED = "zlib+base85:"
DIGITS = 16  # of a digest tell copies apart; 64 would make paths too long for Windows

Files = Mapping[str, bytes]


def pack(folder: Path) -> dict[str, bytes]:
    """Read every file that a spec is made of: path → content, in order.

    Raises `SpecError` for what is no file of the folder, and for more than any spec has: it may come from anybody.
    """
    files = [
        file for name in FOLDERS for file in (folder / name).glob("[!.]*") if file.suffix in KINDS
    ]
    files += (folder / FACTS).glob(f"[!.]*{LIST}")
    packed = dict[str, bytes]()
    mistakes = list[Mistake]()
    # which grow by the lists; of these only what is named, for a list of teams, say, stays
    for file in files:
        path = file.relative_to(folder).as_posix()
        content = content_of(file, path, mistakes, within=folder)
        if content is not None:
            packed[path] = content
        if len(packed) > MOST_FILES or sum(map(len, packed.values())) > MOST:
            reason = f"The spec has more than {MOST_FILES} files, or more than {MOST // 10**6} MB."
            remedy = "Take out of its folder what does not belong to it."
            raise SpecError([Mistake(path, 1, 1, reason, remedy)])
        if path == LISTS and content is not None:
            named = set(NAME.findall(content.decode("utf-8", "replace")))
            files += (file for file in folder.glob(f"[!.]*{LIST}") if file.name in named)
    if mistakes:
        raise SpecError(mistakes)
    return dict(sorted(packed.items()))


def digest_of(files: Files) -> str:
    """SHA-256 over the paths and contents of a spec, line ends not counting."""
    return _digest_of(tuple(sorted(files.items())))


@lru_cache(maxsize=4)
def _digest_of(files: tuple[tuple[str, bytes], ...]) -> str:
    """Return the same, of the same files only once: a command asks for it at every step."""
    total = hashlib.sha256()
    for path, content in files:
        total.update(path.encode() + b"\0" + content.replace(b"\r\n", b"\n") + b"\0")
    return total.hexdigest()


def as_text(content: bytes) -> str:
    """Return a file as a table of a database keeps it: as it reads, but for what is long, which is compressed."""
    return content.decode("utf-8", "replace") if len(content) <= LONG else _compressed(content)


@lru_cache(maxsize=16)
def _compressed(content: bytes) -> str:
    """Compress a file well, which takes as long as checking a return; a command may make several datasets."""
    return COMPRESSED + base64.b85encode(zlib.compress(content, 9)).decode("ascii")


def as_bytes(text: str) -> bytes:
    """Return a file that a table kept. Raises `ValueError` where it was changed there."""
    if not text.startswith(COMPRESSED):
        return text.encode()
    unpacking = zlib.decompressobj()
    try:
        content = unpacking.decompress(base64.b85decode(text.removeprefix(COMPRESSED)), MOST)
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if not unpacking.eof:
        raise ValueError("cut short, or longer than any file of a spec")
    return content


def place(home: Path, digest: str) -> Path:
    """Return the folder below `home` that the copy with this digest has, whether it is there or not."""
    return home / digest[:DIGITS]


def is_copy(folder: Path, digest: str) -> bool:
    """Return whether a folder is a copy of a spec, which passed when it was taken: it bears the digest of its files."""
    return folder.name == digest[:DIGITS]


def find(home: Path, digest: str) -> Path | None:
    """Return the folder of a copy; None where it is not there, or its files have another digest by now."""
    folder = place(home, digest)
    return folder if folder.is_dir() and digest_of(pack(folder)) == digest else None


def write(files: Files, home: Path) -> Path:
    """Write a spec into its folder below `home`, which is there whole or not at all; gives the folder.

    A copy that is there already stays; one that was changed gives way. Raises `OutputError`, and `SpecError` where a
    path leads out of the folder.
    """
    # a table may come from anywhere, and a path in it lead elsewhere on some system
    outside = [path for path in files if not all(map(is_plain_name, path.split("/")))]
    if outside:
        reason = "A file of a spec has a name that any system can have, and lies below the spec's folder."
        remedy = "Rename it, or get the spec from its author again."
        raise SpecError([Mistake(path, 1, 1, reason, remedy) for path in outside])
    digest = digest_of(files)
    folder = place(home, digest)
    try:
        if find(home, digest) is None:
            _replace(folder, files)
    except OSError as error:
        if find(home, digest) is None:  # else another process has just written the same
            raise not_written(folder, error) from error
    return folder


def _replace(folder: Path, files: Files) -> None:
    """Put a folder with these files in its place at one stroke, and take away what stood there."""
    mark = f"{UNFINISHED}{secrets.token_hex(4)}-{folder.name}"
    new = folder.with_name(mark)
    old = folder.with_name(f"{mark}-old")
    try:
        for path, content in files.items():
            file = path_in(new, *path.split("/"))
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("xb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
        sync_folder(folder.parent)
    finally:
        for leftover in (new, old):
            shutil.rmtree(leftover, ignore_errors=True)


# specs that passed and catalogues, kept for the next process

CACHE = "HRGE_XL_CACHE"  # names the folder for caches
SPEC = ".spec"
CATALOGUE = ".catalogue"
MOST_KEPT = {SPEC: 16, CATALOGUE: 64}  # with versions of them, the newest ones
CHECKSUM = 32  # bytes before the tree
NUMBER = 1  # the kind of our own numbers in the packed tree
Made = TypeVar("Made")


def cache_folder() -> Path | None:
    """Return the folder where they are kept; None where this user has none, or it would be another one everywhere."""
    from platformdirs import user_cache_path

    try:
        folder = Path(os.environ.get(CACHE) or user_cache_path("hrge-xl", appauthor=False), "specs")
    except (RuntimeError, ValueError):  # the system knows no folder of this user
        return None
    return folder if folder.is_absolute() else None


def cache_to_tell() -> str:
    """Return what a process that lacks this user's environment has to be told to find them; '' where there are none."""
    folder = cache_folder()
    return str(folder.parent) if folder else ""


def use_cache(folder: str) -> None:
    """Look for them where this process was told."""
    if folder:
        os.environ[CACHE] = folder


def recall(suffix: str, digest: str, kind: type[Made]) -> Made | None:
    """Return what was made of files with this digest: the tree of a spec, or the table of a catalogue.

    None where they have yet to pass, for this program.
    """
    folder = cache_folder()
    try:
        if folder is None or not _is_private(folder):
            return None
        content = (folder / _name(suffix, digest)).read_bytes()
        if hashlib.sha256(content[CHECKSUM:]).digest() != content[:CHECKSUM]:
            return None
        return msgspec.msgpack.decode(
            content[CHECKSUM:],
            type=kind,
            ext_hook=lambda _, written: WrittenInt(bytes(written).decode()),
        )
    except (OSError, msgspec.DecodeError):
        return None


def keep(suffix: str, digest: str, value: Any) -> None:
    """Keep what was made of files that passed, where that can be done: everything works without."""
    folder = cache_folder()
    if folder is None:
        return
    with suppress(
        OSError, OutputError
    ):  # a disk that is full, a reading process that may not write
        packed = msgspec.msgpack.encode(
            value, enc_hook=lambda number: msgspec.msgpack.Ext(NUMBER, number.written.encode())
        )
        folder.mkdir(0o700, parents=True, exist_ok=True)
        if _is_private(folder):
            file = folder / _name(suffix, digest)
            write_whole(file, hashlib.sha256(packed).digest() + packed)
            evictable = (
                cached for cached in folder.glob(f"*{suffix}") if cached != file
            )  # which a clock may call newer
            for old in sorted(evictable, key=lambda cached: cached.stat().st_mtime)[
                : 1 - MOST_KEPT[suffix]
            ]:
                old.unlink(missing_ok=True)


def _name(suffix: str, digest: str) -> str:
    """Return the name of a file: what passes here may not pass with another program, or with other packages."""
    passed = f"{program_digest()} {sys.version} {pydantic.VERSION} {babel.__version__} {digest}"
    return f"{hashlib.sha256(passed.encode()).hexdigest()}{suffix}"


def _is_private(folder: Path) -> bool:
    """Say whether this is a folder, and no link to one, that nobody but this user may write to, if the system tells."""
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode):
        return False
    if not hasattr(os, "geteuid"):
        return True
    return status.st_uid == os.geteuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
