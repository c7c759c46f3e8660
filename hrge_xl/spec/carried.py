"""Copies of a spec that travel with a round or a dataset, each kept under the digest of its files.

A spec is a mapping from the paths of its files, with slashes, to their bytes: from a folder by `pack`, from a table
of a database, and into a folder by `write`. Only what the program reads belongs to it: whatever else lies in the
folder (a returned workbook, a round with its key) goes nowhere.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import secrets
import shutil
import zlib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from ..core.errors import Mistake, SpecError
from ..core.output_files import UNFINISHED, not_written, sync_folder
from .yaml_file import content_of

FOLDERS = (".", "tools", "languages")
KINDS = (".yaml", ".po")
LISTS, LIST = "vocabularies.yaml", ".csv"  # which names the lists that stand in files of their own
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
    files = [file for name in FOLDERS for file in (folder / name).glob("[!.]*") if file.suffix in KINDS]
    files += (folder / FACTS).glob(f"[!.]*{LIST}")
    found, mistakes = dict[str, bytes](), list[Mistake]()
    # which grow by the lists; of these only what is named, for a list of teams, say, stays
    for file in files:
        path = file.relative_to(folder).as_posix()
        content = content_of(file, path, mistakes, within=folder)
        if content is not None:
            found[path] = content
        if len(found) > MOST_FILES or sum(map(len, found.values())) > MOST:
            reason = f"The spec has more than {MOST_FILES} files, or more than {MOST // 10**6} MB."
            remedy = "Take out of its folder what does not belong to it."
            raise SpecError([Mistake(path, 1, 1, reason, remedy)])
        if path == LISTS and content is not None:
            named = set(NAME.findall(content.decode("utf-8", "replace")))
            files += (each for each in folder.glob(f"[!.]*{LIST}") if each.name in named)
    if mistakes:
        raise SpecError(mistakes)
    return dict(sorted(found.items()))


def digest_of(files: Files) -> str:
    """SHA-256 over the paths and contents of a spec, line ends not counting."""
    return _digest_of(tuple(sorted(files.items())))


@lru_cache(maxsize=4)
def _digest_of(files: tuple[tuple[str, bytes], ...]) -> str:
    """Give the same, of the same files only once: a command asks for it at every step."""
    total = hashlib.sha256()
    for path, content in files:
        total.update(path.encode() + b"\0")
        total.update(content.replace(b"\r\n", b"\n") + b"\0")
    return total.hexdigest()


def as_text(content: bytes) -> str:
    """Give a file as a table of a database keeps it: as it reads, but for what is long, which is compressed."""
    return content.decode("utf-8", "replace") if len(content) <= LONG else _compressed(content)


@lru_cache(maxsize=16)
def _compressed(content: bytes) -> str:
    """Compress a file well, which takes as long as checking a return; a command may make several datasets."""
    return COMPRESSED + base64.b85encode(zlib.compress(content, 9)).decode("ascii")


def as_bytes(text: str) -> bytes:
    """Give a file that a table kept. Raises `ValueError` where it was changed there."""
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
    """Give the folder below `home` that the copy with this digest has, whether it is there or not."""
    return home / digest[:DIGITS]


def find(home: Path, digest: str) -> Path | None:
    """Give the folder of a copy; None where it is not there, or its files have another digest by now."""
    folder = place(home, digest)
    return folder if folder.is_dir() and digest_of(pack(folder)) == digest else None


def write(files: Files, home: Path) -> Path:
    """Write a spec into its folder below `home`, which is there whole or not at all; gives the folder.

    A copy that is there already stays; one that was changed gives way. Raises `OutputError`, and `SpecError` where a
    path leads out of the folder.
    """
    wrong = [mistake for path in files for mistake in _leads_out(path)]
    if wrong:
        raise SpecError(wrong)
    digest = digest_of(files)
    folder = place(home, digest)
    try:
        if find(home, digest) is None:
            _replace(folder, files)
    except OSError as error:
        if find(home, digest) is None:  # else another process has just written the same
            raise not_written(folder, error) from error
    return folder


def _leads_out(path: str) -> Iterator[Mistake]:
    """Refuse a path that may name a file elsewhere, on any system: a table may come from anywhere."""
    if any(part in ("", ".", "..") for part in path.split("/")) or set(path) & set("\\:\0"):
        reason = (
            "A file of a spec has no backslash and no colon in its name, and lies below the spec's folder."
        )
        yield Mistake(path, 1, 1, reason, "Rename it, or get the spec from its author again.")


def _replace(folder: Path, files: Files) -> None:
    """Put a folder with these files in its place at one stroke, and take away what stood there."""
    mark = f"{UNFINISHED}{secrets.token_hex(4)}-{folder.name}"
    new, old = folder.with_name(mark), folder.with_name(f"{mark}-old")
    try:
        for path, content in files.items():
            file = new / path
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
        for each in (new, old):
            shutil.rmtree(each, ignore_errors=True)
