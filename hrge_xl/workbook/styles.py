"""How workbooks look: one font that is available everywhere, few colours, inputs unmistakable."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..fields import Field
from ..spec.model import Level

CONTRAST = 4.5  # at least, of letters and their ground
FONT, SIZE = "Arial", 10
COLOURS = {
    "ink": "#1F2933",
    "quiet_ink": "#52606D",
    "pale_ink": "#5B6772",
    "accent": "#14505C",
    "paper": "#FFFFFF",
    "input_fill": "#FFF9DB",
    "calculated_fill": "#EEF3F5",
    "section_fill": "#DCEBEE",
    "border": "#C8D1D6",
    "input_border": "#B7A14A",
    "error_fill": "#FBD9D3",
    "error_ink": "#7A1A0C",
    "missing_fill": "#FFE8A3",
    "missing_ink": "#5F4700",
    "look_fill": "#DCE6F7",
    "look_ink": "#1D3A6E",
    "bar_fill": "#9CCBD3",
    "band_fill": "#2F6B77",
    "band_next_fill": "#4A5F6B",
    "good_fill": "#E3EFE1",
    "good_ink": "#1B5E20",
    "link_ink": "#0B5394",
}
TAB_COLOURS = ("#14505C", "#2F6B77", "#94802F", "#7A4B8C", "#C2662D", "#4A5F6B")  # by part, in their order
STEP_FILLS = ("#E3EFE1", "#FFF6D6", "#FFE3AD", "#FACDAA", "#F2B3A3")  # from harmless to harmful
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

# What makes a style, in words: the names of others above it, or a property of XlsxWriter with its value or colour.
_WORDS = {
    "base": f"font_name={FONT} font_size={SIZE} font_color=ink valign=top",
    "lines": "border=1 border_color=border",
    "frame": "lines text_wrap=1",
    "padded": "frame align=left",
    "line": "bottom=1 bottom_color=border",
    "bold": "bold=1",
    "quiet": "font_color=quiet_ink",
    "small": "font_size=9",
    "link": "font_color=link_ink underline=1",
    "middle": "valign=vcenter",
    "centre": "align=center",
    "indented": "align=left indent=1",
    "on_dark": "font_color=paper bg_color=accent",
    "grey": "bg_color=calculated_fill",
    "to_fill_in": "border_color=input_border bg_color=input_fill locked=0",
    "heading": "bold font_size=12 font_color=accent valign=bottom",
    "large": "bold font_size=16 middle",
    "code": "quiet font_size=8",
    "row_code": f"quiet font_size={TALL}",
    "cover_title": "bold font_size=20 on_dark middle indented",
    "cover_label": "line quiet middle indented",
    "cover_value": "line bold middle text_wrap=1 align=left",
    "title": "large font_color=accent",
    "sample_title": "large font_color=paper bg_color=error_ink",
    "sample_note": "bold font_color=error_ink",
    "purpose": "quiet",
    "progress": "bold",
    "block": "heading",
    "cover_block": "heading bottom=2 bottom_color=accent",
    "head": "padded bold small on_dark",
    "head_turned": "frame bold small on_dark rotation=90 valign=bottom",
    "head_bold": "bold small font_color=paper",
    "head_help": "font_size=8 font_color=paper",
    "band": "bold font_color=paper bg_color=band_fill middle",
    "band_next": "bold font_color=paper bg_color=band_next_fill middle",
    "panel_head": "bold font_size=11 font_color=accent",
    "panel_about": "bold small quiet text_wrap=1",
    "panel_text": "small font_color=ink text_wrap=1",
    "section": "bold bg_color=section_fill font_color=accent middle indented",
    "mark": "frame small quiet centre",
    "name": "padded",
    "name_bold": "",
    "name_more": "padded indent=2 small quiet",
    "name_help": "small quiet italic=1",
    "help": "padded small quiet",
    "sign": "padded small",
    "status": "padded small",
    "level": "",
    "fixed": "padded",
    "calculated": "padded grey",
    "last": "padded grey quiet italic=1",
    "input": "padded to_fill_in",
    "input_number": "padded to_fill_in align=right",
    "input_centre": "frame to_fill_in centre",
    "check": "quiet font_size=8",
    "list": "lines",
    "cell": "padded",
    "cell_centre": "frame centre middle",
    "cell_codes": "frame centre middle font_size=8",
    "step_codes": "padded middle font_size=8",
    "head_codes": "frame bold on_dark font_size=8",
    "plain": "indented middle",
    "total": "frame middle centre bold bg_color=section_fill",
    "total_name": "padded middle bold bg_color=section_fill",
    "cell_error": "padded bg_color=error_fill font_color=error_ink",
    "error": "bg_color=error_fill font_color=error_ink",
    "look": "bg_color=look_fill font_color=look_ink",
    "missing": "bg_color=missing_fill font_color=missing_ink",
    "not_asked": "grey quiet",
    "idle": "bg_color=paper",
    "pale": "font_color=pale_ink",
    "good": "bg_color=good_fill font_color=good_ink",
    "listed": "text_wrap=1 indented",
    "listed_mark": "small quiet centre",
    "listed_link": "indented link",
    "framed": "lines",
    "cover_link": "padded link middle",
    "cover_status": "padded middle",
    "cell_middle": "padded middle",
    "step": "font_color=ink middle",
    "step_link": "link middle",
    "hint": "small quiet middle",
    "link_cell": "padded link",
    "group": "padded bold grey",
    "group_link": "padded bold grey link",
}
STYLES: dict[str, dict[str, Any]] = {}
for _style, _words in _WORDS.items():
    STYLES[_style] = {}
    for _word in _words.split():  # a later one wins
        _name, _, _value = _word.partition("=")
        _written = COLOURS.get(_value) or (int(_value) if _value.isdigit() else _value)
        STYLES[_style] |= {_name: _written} if _value else STYLES[_name]
LINES = STYLES["lines"]


def level_colours(level: Level) -> dict[str, str]:
    """Give the colours of a level: its own, and that of letters on it."""
    return {"bg_color": level.colour, "font_color": ink_on(level.colour)}


def ink_on(fill: str) -> str:
    """Give the colour of letters that can be read on a fill: the usual ink, else black or white."""
    inks, ground = (COLOURS["ink"], "#000000", COLOURS["paper"]), luminance(fill)
    return next((ink for ink in inks if contrast(luminance(ink), ground) >= CONTRAST), "#000000")


def luminance(colour: str) -> float:
    """Relative luminance of a colour (`#RRGGBB`), as WCAG 2 defines it."""
    return luminance_of(int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))


def luminance_of(parts: Iterable[float]) -> float:
    """Relative luminance of red, green and blue, each from 0 to 1."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: float, other: float) -> float:
    """Contrast of two luminances as WCAG 2.1 defines it: from 1, none, to 21, black on white."""
    dark, bright = sorted((one, other))
    return (bright + 0.05) / (dark + 0.05)


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
