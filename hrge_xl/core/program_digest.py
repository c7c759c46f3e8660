"""Which program this is, to the last byte of its own files: only the same one gives the same on two machines."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from .. import __version__

HOME = Path(__file__).parent.parent
# what is made of the files, and specs, which have digests of their own
APART = frozenset({"__pycache__", "workbook_specs"})


@cache
def engine() -> str:
    """Give the version with a digest of the package; worked out once a process."""
    digest = hashlib.sha256()
    files = ((path.relative_to(HOME), path) for path in HOME.rglob("*") if path.is_file())
    for name, file in sorted(
        (place.as_posix(), path) for place, path in files if APART.isdisjoint(place.parts)
    ):
        content = file.read_bytes().replace(b"\r\n", b"\n")  # as some systems check files out
        digest.update(f"{name} {len(content)}\n".encode() + content)
    return f"{__version__} {digest.hexdigest()[:32]}"
