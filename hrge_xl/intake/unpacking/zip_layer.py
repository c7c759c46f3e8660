"""The files within a zip archive."""

from __future__ import annotations

from collections.abc import Iterator

from ..zip_package import ZipPackage
from .budget import Budget


def files_in(package: ZipPackage, budget: Budget) -> Iterator[tuple[str, bytes]]:
    """Give the files of a checked archive, with their paths in it. Raises `Unreadable` at what is too much."""
    names = package.names
    budget.take_entries(len(names))
    for name in names:
        data = package.read(name)
        budget.take_bytes(len(data))
        yield _readable(name), data


def _readable(name: str) -> str:
    """Give a name that was written as UTF-8 without saying so, as programs of macOS do."""
    try:
        return name.encode("cp437").decode("utf-8")
    except UnicodeError:
        return name
