"""Reports: one module per format, all made from the same document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .formats import FORMATS, of

if TYPE_CHECKING:
    from .document import Document

__all__ = ["FORMATS", "beside", "report", "suffix"]


def report(document: Document, name: str) -> bytes:
    """The report in one of `FORMATS`, as the bytes of a file."""
    data = of(name).render(document)
    return data if isinstance(data, bytes) else data.encode("utf-8")


def beside(document: Document, name: str) -> Iterator[tuple[str, bytes]]:
    """The other files of a report, by their paths from its folder: a large page has one a team."""
    for path, text in of(name).beside(document):
        yield path, text.encode("utf-8")


def suffix(name: str) -> str:
    """How the files of one of `FORMATS` end."""
    return of(name).suffix
