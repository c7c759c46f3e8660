"""Reports: one module per format, all made from the same document."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.output_files import write_if_changed
from .formats import FORMATS, of

if TYPE_CHECKING:
    from .document import Document

__all__ = ["FORMATS", "beside", "overview_page", "report", "suffix", "write_report"]


def report(document: Document, name: str) -> bytes:
    """Give the report in one of `FORMATS`, as the bytes of a file."""
    data = of(name).render(document)
    return data if isinstance(data, bytes) else data.encode("utf-8")


def beside(document: Document, name: str) -> Iterator[tuple[str, bytes]]:
    """Give the other files of a report, by their paths from its folder: a large page has one a team."""
    for path, text in of(name).beside(document):
        yield path, text.encode("utf-8")


def suffix(name: str) -> str:
    """Give the ending of files in one of `FORMATS`."""
    return of(name).suffix


def overview_page(folder: Path, *, masked: bool = False) -> Path:
    """Give the place of the overview in a folder, or of the one that may be shared."""
    return folder / ("overview_shareable.html" if masked else "overview.html")


def write_report(document: Document, name: str, folder: Path) -> Path:
    """Write a report in one of `FORMATS` into a folder, with what lies beside it; gives the file."""
    path = folder / f"validation.{suffix(name)}"
    others = {folder / other: data for other, data in beside(document, name)}
    for other, data in others.items():
        write_if_changed(other, data)
    write_if_changed(path, report(document, name))
    for stale in {page for other in others for page in other.parent.glob("*.html")} - others.keys():
        stale.unlink()  # the page of a team that is in the report no more
    return path
