"""The bytes of what came: kept under their hash, never changed, and read again under the names that they came with."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from ..output_files import whole
from ..paths import name_of, path_of
from .files import OWNER_FOLDER, private, sha256_of

RECEIVED = "received"
SUFFIX = ".xlsx"  # of every file that is kept, whatever it is
MOST_NAME_BYTES = 255  # on most systems
MOST_BYTES = 100_000_000  # of a file that is kept: four times what is read at most


def kept_at(folder: Path, sha256: str) -> Path:
    """Give the path where the bytes of a received file are kept."""
    return folder / RECEIVED / f"{sha256}{SUFFIX}"


def keep(path: Path, sha256: str, folder: Path) -> bool:
    """Keep the bytes of a file under their hash, read-only, unless it is too large; False when it has changed."""
    target = kept_at(folder, sha256)
    if target.is_file():
        return True
    try:
        if path.stat().st_size > MOST_BYTES:
            return True
        data = path.read_bytes()
    except OSError:
        return False
    if hashlib.sha256(data).hexdigest() != sha256:
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    with suppress(OSError):
        target.parent.chmod(OWNER_FOLDER)
    with whole(target) as unfinished:
        private(unfinished)
        unfinished.write_bytes(data)
    with suppress(OSError):
        target.chmod(0o400)
    return True


def has_content(path: Path, sha256: str) -> bool:
    """Say whether a file is there and has this hash."""
    try:
        return sha256_of(path) == sha256
    except OSError:
        return False


def altered(folder: Path) -> Iterator[Path]:
    """Yield what lies among the kept files and is not what its name says."""
    there = folder / RECEIVED
    for path in sorted(there.iterdir()) if there.is_dir() else ():
        if path.suffix != SUFFIX or not has_content(path, path.stem):
            yield path


@contextmanager
def under_their_names(files: Sequence[tuple[Path, str]]) -> Iterator[list[Path]]:
    """Give copies of files under the names that they came with, by their paths: findings speak of them."""
    with TemporaryDirectory(prefix="hrge-xl-") as folder:
        copies = []
        for number, (path, name) in enumerate(files):
            own = name_of(name)  # one that holds bytes without a character is shorter as it was
            own_path = Path(own) if len(os.fsencode(own)) <= MOST_NAME_BYTES else path_of(own)
            copy = Path(folder) / str(number) / own_path
            copy.parent.mkdir()
            with suppress(OSError):  # what is gone or locked by now is told as any file that cannot be read
                shutil.copyfile(path, copy)
            copies.append(copy)
        yield copies
