"""Marks a workbook as a sample: on every sheet that is seen, to the eye, in print, and to whoever reads it back."""

from __future__ import annotations

from collections.abc import Iterator

from ..layout import Layout, Place
from ..layout.model import CODE_COLUMN, MARK_COLUMN, TITLE_ROW
from ..spec.own_sheets import SAMPLE_KEY
from ..words import translator
from .pen import Pen
from .progress import COVER_WIDTHS

BAND = 14  # columns at most: what a screen shows of a sheet


def mark_as_sample(pen: Pen, title: str, last: int, language: str) -> None:
    """Put the mark before the title of a sheet, above each of its printed pages, and into its hidden column."""
    word = translator(language)("SAMPLE")
    pen.text(Place(TITLE_ROW, CODE_COLUMN), SAMPLE_KEY, "code")
    pen.band(TITLE_ROW, MARK_COLUMN, last, f"{word} · {title}", "sample_title")
    pen.sheet.set_header(f"&C&14&B{word}")


def titles(layout: Layout) -> Iterator[tuple[str, str, int]]:
    """Give every sheet that is seen, with its title and the last column of the band that this stands in."""
    language = layout.language
    yield layout.cover_name, layout.spec.title.say(language), max(COVER_WIDTHS)
    for sheet in layout.sheets:
        yield sheet.name, sheet.tool.title.say(language), min(max(sheet.widths, default=BAND), BAND)
    yield layout.lists_name, layout.lists_name, BAND
