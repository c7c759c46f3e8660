"""How the sheets of a report print: A4, titles repeated, page numbers, and letters that can still be read."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.worksheet import Worksheet

A4 = 9
LETTERS_ACROSS = 135  # that fit across a page on its side, in the usual font at full size
ROWS_DOWN = 30  # of the usual height, likewise
LEAST_SCALE = 65  # percent: below it nobody reads a page


def wide(sheet: Worksheet) -> None:
    """Print a table on its side, as wide as the page and as long as it is."""
    sheet.set_landscape()
    sheet.set_margins(left=0.5, right=0.5)
    sheet.fit_to_pages(1, 0)
    _with_numbers(sheet)


def whole(sheet: Worksheet) -> None:
    """Print a sheet upright on one page."""
    sheet.set_portrait()
    sheet.fit_to_pages(1, 1)
    _with_numbers(sheet)


def in_blocks(sheet: Worksheet, widths: Sequence[int], blocks: Sequence[tuple[int, int]]) -> None:
    """Print blocks of rows, first and last, none of them cut by the end of a page.

    Excel heeds breaks only where it does not fit a sheet to pages, so the scale is worked out here.
    """
    scale = max(LEAST_SCALE, min(100, LETTERS_ACROSS * 100 // sum(widths)))
    room, top, breaks = ROWS_DOWN * 100 // scale, 0, []
    for first, last in blocks:
        if last - top >= room:
            breaks.append(first)
            top = first
    sheet.set_landscape()
    sheet.set_print_scale(scale)
    sheet.set_h_pagebreaks(breaks)
    _with_numbers(sheet)


def readable(widths: Sequence[int]) -> int:
    """Count the first columns that a page takes at a size that can be read."""
    room = LETTERS_ACROSS * 100 // LEAST_SCALE
    return next((at for at in range(len(widths)) if sum(widths[: at + 1]) > room), len(widths))


def _with_numbers(sheet: Worksheet) -> None:
    sheet.set_paper(A4)
    sheet.set_footer("&L&A&R&P / &N")
