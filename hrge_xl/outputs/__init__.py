"""Everything that is made for people and programs out of datasets, which come in open, and out of specs.

Out come the validation report, one module a format and all of them from one document, the overview, the brief,
data.xlsx, CSV and Parquet, single tables, feedback workbooks with their messages, comparisons, and specs as pages. What
is said of a page stands in templates, what it shows in modules that give data.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.paths import path_in, write_if_changed
from .formats import TEAM_PAGES, module_of

if TYPE_CHECKING:
    from .document import Document

# what files of briefs are called
BRIEF_FILE = re.compile(r"brief(_shareable)?(?:_((?:country|team)_.+))?\.html")

LANGUAGE = re.compile(rb'<html lang="([\w-]+)"')


def report(document: Document, name: str) -> bytes:
    """Return the report in one of `FORMATS`, as the bytes of a file."""
    content: str | bytes = module_of(name).render(document)
    return content if isinstance(content, bytes) else content.encode("utf-8")


def beside(document: Document, name: str) -> Iterator[tuple[str, bytes]]:
    """Yield the other files of a report, by their paths from its folder: a large page has one a team."""
    render_beside = getattr(module_of(name), "beside", None)
    for path, text in render_beside(document) if render_beside else ():
        yield path, text.encode("utf-8")


def suffix(name: str) -> str:
    """Return the ending of files in one of `FORMATS`."""
    return str(module_of(name).SUFFIX)


def write_report(document: Document, name: str, folder: Path) -> Path:
    """Write a report in one of `FORMATS` into a folder, with what lies beside it; gives the file."""
    path = folder / f"validation.{suffix(name)}"
    pages = {path_in(folder, *page.split("/")): content for page, content in beside(document, name)}
    for page, content in pages.items():
        write_if_changed(page, content)
    write_if_changed(path, report(document, name))
    pages_in_folders = {present for page in pages for present in page.parent.glob("*.html")}
    for stale in pages_in_folders - pages.keys():
        stale.unlink()  # the page of a team that is in the report no more
    return path


def report_pages(folder: Path, name: str) -> list[Path]:
    """Return the files of a report that a folder holds or will hold: itself first, then the pages of teams."""
    return [folder / f"validation.{suffix(name)}", *sorted(folder.glob(f"{TEAM_PAGES}/*.html"))]


def overview_page(folder: Path, *, masked: bool = False) -> Path:
    """Return the place of the overview in a folder, or of the one that may be shared."""
    return folder / ("overview_shareable.html" if masked else "overview.html")


def brief_page(folder: Path, *, masked: bool = False, group: str = "") -> Path:
    """Return the place of the brief in a folder, of all teams or of a `group`, or of the one that may be shared."""
    parts = ("brief", "shareable" if masked else "", group)
    return path_in(folder, f"{'_'.join(filter(None, parts))}.html")


def write_page(path: Path, text: str) -> Path:
    """Write a page, unless it is the same already; gives the file."""
    write_if_changed(path, text.encode("utf-8", "replace"))
    return path


def briefs_in(folder: Path) -> list[tuple[Path, bool, str]]:
    """Return the briefs that a folder holds, each with whether it may be shared, and of which `group` it is."""
    matches = ((path, BRIEF_FILE.fullmatch(path.name)) for path in sorted(folder.glob("*.html")))
    return [(path, bool(parts[1]), parts[2] or "") for path, parts in matches if parts]


def page_language(page: bytes) -> str | None:
    """Return the language that a page says it is in; None where the program does not speak it."""
    from ..core.words import languages

    stated = LANGUAGE.search(page)
    language = stated[1].decode() if stated else ""
    return language if language in languages() else None


def pages_beside(folder: Path, *, masked: bool = False) -> list[Path]:
    """Return the places of the pages that follow a dataset, in their folder; with `masked` also those to share."""
    pages = [overview_page(folder), brief_page(folder)]
    if masked:
        pages += [overview_page(folder, masked=True), brief_page(folder, masked=True)]
    return pages
