"""Which program this is, to the last byte of its own files: only the same one gives the same on two machines."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from . import __version__

HOME = Path(__file__).parent
# what is made of the files, and specs, which have digests of their own
APART = "__pycache__", "workbook_specs"


@cache
def engine() -> str:
    """Give the version with a digest of the package; worked out once a process."""
    digest = hashlib.sha256()
    for name, file in sorted(_files(HOME)):
        content = file.read_bytes().replace(b"\r\n", b"\n")  # as some systems check files out
        digest.update(f"{name} {len(content)}\n".encode() + content)
    return f"{__version__} {digest.hexdigest()[:32]}"


def _files(home: Path) -> Iterator[tuple[str, Path]]:
    """Give every file of the package with its name in it."""
    for folder, folders, files in os.walk(home):
        folders[:] = [each for each in folders if each not in APART]
        paths = [Path(folder, name) for name in files]
        yield from ((path.relative_to(home).as_posix(), path) for path in paths)
