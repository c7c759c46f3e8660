"""How workbooks look: one font that is available everywhere, few colours, inputs unmistakable."""

from __future__ import annotations

from typing import Any

from ..fields import Field
from ..spec.model import Level

CONTRAST = 4.5  # at least, of letters and their ground
FONT, SIZE = "Arial", 10
INK, QUIET_INK, PALE_INK, ACCENT, PAPER = "#1F2933", "#52606D", "#5B6772", "#14505C", "#FFFFFF"
INPUT_FILL, CALCULATED_FILL, SECTION_FILL = "#FFF9DB", "#EEF3F5", "#DCEBEE"
BORDER, INPUT_BORDER = "#C8D1D6", "#B7A14A"
ERROR_FILL, ERROR_INK = "#FBD9D3", "#7A1A0C"
MISSING_FILL, MISSING_INK = "#FFE8A3", "#5F4700"
LOOK_FILL, LOOK_INK = "#DCE6F7", "#1D3A6E"
BAR_FILL = "#9CCBD3"
BAND_FILL, BAND_NEXT_FILL = "#2F6B77", "#4A5F6B"
TAB_COLOURS = ("#14505C", "#2F6B77", "#94802F", "#7A4B8C", "#C2662D", "#4A5F6B")  # by part, in their order
GOOD_FILL, GOOD_INK, LINK_INK = "#E3EFE1", "#1B5E20", "#0B5394"
STEP_FILLS = ("#E3EFE1", "#FFF6D6", "#FFE3AD", "#FACDAA", "#F2B3A3")  # from harmless to harmful

BASE: dict[str, Any] = {"font_name": FONT, "font_size": SIZE, "font_color": INK, "valign": "top"}
LINES: dict[str, Any] = {"border": 1, "border_color": BORDER}
FRAME: dict[str, Any] = {**LINES, "text_wrap": True}
PADDED: dict[str, Any] = {**FRAME, "align": "left"}
LINE: dict[str, Any] = {"bottom": 1, "bottom_color": BORDER}
BOLD: dict[str, Any] = {"bold": True}
QUIET: dict[str, Any] = {"font_color": QUIET_INK}
SMALL: dict[str, Any] = {"font_size": 9}
LINK: dict[str, Any] = {"font_color": LINK_INK, "underline": 1}
MIDDLE: dict[str, Any] = {"valign": "vcenter"}
CENTRE: dict[str, Any] = {"align": "center"}
INDENTED: dict[str, Any] = {"align": "left", "indent": 1}
ON_DARK: dict[str, Any] = {"font_color": PAPER, "bg_color": ACCENT}
GREY: dict[str, Any] = {"bg_color": CALCULATED_FILL}
INPUT: dict[str, Any] = {"border_color": INPUT_BORDER, "bg_color": INPUT_FILL, "locked": False}
HEADING: dict[str, Any] = {**BOLD, "font_size": 12, "font_color": ACCENT, "valign": "bottom"}
TITLE: dict[str, Any] = {**BOLD, "font_size": 16, **MIDDLE}
TALL = 14  # size of the hidden row codes: rows are fitted to their tallest cell, and so get some air
LINE_OF_CODE = 10.5  # by which it grows for each line that a row has to hold
HEIGHTS = {
    "cover_title": 42,
    "title": 27,
    "sample_title": 30,
    "block": 27,
    "cover_block": 27,
    "section": 19,
    "cover_line": 17,
    "head_turned": 100,
    "links": 18,
    "progress": 18,
    "step": 19,
    "side_by_side": 28,
}

STYLES: dict[str, dict[str, Any]] = {
    "code": {**QUIET, "font_size": 8},
    "row_code": {**QUIET, "font_size": TALL},
    "cover_title": {**BOLD, "font_size": 20, **ON_DARK, **MIDDLE, **INDENTED},
    "cover_label": {**LINE, **QUIET, **MIDDLE, **INDENTED},
    "cover_value": {**LINE, **BOLD, **MIDDLE, "text_wrap": True, "align": "left"},
    "title": {**TITLE, "font_color": ACCENT},
    "sample_title": {**TITLE, "font_color": PAPER, "bg_color": ERROR_INK},
    "sample_note": {**BOLD, "font_color": ERROR_INK},
    "purpose": QUIET,
    "progress": BOLD,
    "link": LINK,
    "block": HEADING,
    "cover_block": {**HEADING, "bottom": 2, "bottom_color": ACCENT},
    "head": {**PADDED, **BOLD, **SMALL, **ON_DARK},
    "head_turned": {**FRAME, **BOLD, **SMALL, **ON_DARK, "rotation": 90, "valign": "bottom"},
    "head_bold": {**BOLD, **SMALL, "font_color": PAPER},
    "head_help": {"font_size": 8, "font_color": PAPER},
    "band": {**BOLD, "font_color": PAPER, "bg_color": BAND_FILL, **MIDDLE},
    "band_next": {**BOLD, "font_color": PAPER, "bg_color": BAND_NEXT_FILL, **MIDDLE},
    "panel_head": {**BOLD, "font_size": 11, "font_color": ACCENT},
    "panel_about": {**BOLD, **SMALL, **QUIET, "text_wrap": True},
    "panel_text": {**SMALL, "font_color": INK, "text_wrap": True},
    "section": {**BOLD, "bg_color": SECTION_FILL, "font_color": ACCENT, **MIDDLE, **INDENTED},
    "mark": {**FRAME, **SMALL, **QUIET, **CENTRE},
    "name": PADDED,
    "name_bold": {},
    "name_more": {**PADDED, "indent": 2, **SMALL, **QUIET},
    "name_help": {**SMALL, **QUIET, "italic": True},
    "help": {**PADDED, **SMALL, **QUIET},
    "sign": {**PADDED, **SMALL},
    "status": {**PADDED, **SMALL},
    "level": {},
    "fixed": PADDED,
    "calculated": {**PADDED, **GREY},
    "last": {**PADDED, **GREY, **QUIET, "italic": True},
    "input": {**PADDED, **INPUT},
    "input_number": {**PADDED, **INPUT, "align": "right"},
    "input_centre": {**FRAME, **INPUT, **CENTRE},
    "check": {**QUIET, "font_size": 8},
    "list": LINES,
    "cell": PADDED,
    "cell_centre": {**FRAME, **CENTRE, **MIDDLE},
    "cell_codes": {**FRAME, **CENTRE, **MIDDLE, "font_size": 8},
    "step_codes": {**PADDED, **MIDDLE, "font_size": 8},
    "head_codes": {**FRAME, **BOLD, **ON_DARK, "font_size": 8},
    "plain": {**INDENTED, **MIDDLE},
    "total": {**FRAME, **MIDDLE, **CENTRE, **BOLD, "bg_color": SECTION_FILL},
    "total_name": {**PADDED, **MIDDLE, **BOLD, "bg_color": SECTION_FILL},
    "cell_error": {**PADDED, "bg_color": ERROR_FILL, "font_color": ERROR_INK},
    "error": {"bg_color": ERROR_FILL, "font_color": ERROR_INK},
    "look": {"bg_color": LOOK_FILL, "font_color": LOOK_INK},
    "missing": {"bg_color": MISSING_FILL, "font_color": MISSING_INK},
    "not_asked": {**GREY, **QUIET},
    "idle": {"bg_color": PAPER},
    "pale": {"font_color": PALE_INK},
    "good": {"bg_color": GOOD_FILL, "font_color": GOOD_INK},
    "listed": {"text_wrap": True, **INDENTED},
    "listed_mark": {**SMALL, **QUIET, **CENTRE},
    "listed_link": {**INDENTED, **LINK},
    "framed": LINES,
    "cover_link": {**PADDED, **LINK, **MIDDLE},
    "cover_status": {**PADDED, **MIDDLE},
    "cell_middle": {**PADDED, **MIDDLE},
    "step": {"font_color": INK, **MIDDLE},
    "step_link": {**LINK, **MIDDLE},
    "hint": {**SMALL, **QUIET, **MIDDLE},
    "link_cell": {**PADDED, **LINK},
    "group": {**PADDED, **BOLD, **GREY},
    "group_link": {**PADDED, **BOLD, **GREY, **LINK},
}


def ink_on(fill: str) -> str:
    """Give the colour of letters that can be read on a fill: the usual ink, else black or white."""
    found = [colour for colour in (INK, "#000000", PAPER) if _contrast(colour, fill) >= CONTRAST]
    return found[0] if found else "#000000"


def level_colours(level: Level) -> dict[str, str]:
    """Give the colours of a level: its own, and that of letters on it."""
    return {"bg_color": level.colour, "font_color": ink_on(level.colour)}


def _contrast(one: str, other: str) -> float:
    """Contrast of two colours as WCAG 2.1 defines it."""
    dark, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance of a colour (`#RRGGBB`), as WCAG 2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def step_fills(steps: int) -> list[str]:
    """List fills for the steps of a scale, lowest first, spread over the ramp."""
    if steps < 2:
        return list(STEP_FILLS[-1:] * steps)
    return [STEP_FILLS[round(n * (len(STEP_FILLS) - 1) / (steps - 1))] for n in range(steps)]


def number_format_of(field: Field) -> str:
    """Give the number format of a field's cells."""
    if field.decimals is not None:
        decimals = "." + "0" * field.decimals if field.decimals else ""
        return f"0{decimals}%" if field.type.scaled else f"#,##0{decimals}"
    if field.calculated:
        return "yyyy-mm-dd" if field.result == "date" else "General"
    return field.type.number_format
