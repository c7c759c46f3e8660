"""How workbooks look: one font that is available everywhere, few colours, inputs unmistakable."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..fields import Field
from ..spec.drawings import DECIMALS_ARE_GENERAL
from ..spec.model import Level

CONTRAST = 4.5  # at least, of letters and their ground
_LOOKS = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
COLOURS: dict[str, str] = _LOOKS["colours"]
# of rows of one line, by the style of what stands in them
HEIGHTS: dict[str, int] = _LOOKS["heights"]
# by part, in their order
TAB_COLOURS = (
    "#14505C",
    "#2F6B77",
    "#94802F",
    "#7A4B8C",
    "#C2662D",
    "#4A5F6B",
)
STEP_FILLS = ("#E3EFE1", "#FFF6D6", "#FFE3AD", "#FACDAA", "#F2B3A3")  # from harmless to harmful
ANY_DECIMALS = "#,##0.##########"
LINE_OF_CODE = 10.5  # by which it grows for each line that a row has to hold

# A style is made of words: names of others above it, or a property of XlsxWriter with its value or colour.
STYLES: dict[str, dict[str, Any]] = {}
for _style, _words in _LOOKS["styles"].items():
    STYLES[_style] = {}
    for _word in _words.split():  # a later one wins
        _name, _, _value = _word.partition("=")
        _written = COLOURS.get(_value) or (int(_value) if _value.isdigit() else _value)
        STYLES[_style] |= {_name: _written} if _value else STYLES[_name]
LINES = STYLES["lines"]
FONT = {name: STYLES["base"][name] for name in ("font_name", "font_size")}  # of every cell
FONT_BY_NAME = FONT | {"font_scheme": "none"}  # else Excel takes the font of its theme instead
# size of the hidden row codes: rows are fitted to their tallest cell, and so get some air
TALL = STYLES["row_code"]["font_size"]


def level_colours(level: Level) -> dict[str, str]:
    """Return the colours of a level: its own, and that of letters on it."""
    return {"bg_color": level.colour, "font_color": ink_on(level.colour)}


def tint(fill: str) -> str:
    """Return a fill much nearer to white."""
    parts = (int(fill[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{255 - (255 - part) // 4:02X}" for part in parts)


def ink_on(fill: str) -> str:
    """Return the colour of letters that can be read on a fill: the usual ink, else black or white."""
    inks = (COLOURS["ink"], "#000000", COLOURS["paper"])
    ground = luminance(fill)
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


def contrast(first: float, second: float) -> float:
    """Contrast of two luminances as WCAG 2.1 defines it: from 1, none, to 21, black on white."""
    dark, bright = sorted((first, second))
    return (bright + 0.05) / (dark + 0.05)


def step_fills(steps: int) -> list[str]:
    """List fills for the steps of a scale, lowest first, spread over the ramp."""
    if steps < 2:
        return list(STEP_FILLS[-1:] * steps)
    return [STEP_FILLS[round(n * (len(STEP_FILLS) - 1) / (steps - 1))] for n in range(steps)]


def number_format_of(field: Field, drawing: int = 1) -> str:
    """Return the number format of a field's cells; before 4 Excel shows a point behind whole numbers."""
    if field.decimals is not None:
        decimals = "." + "0" * field.decimals if field.decimals else ""
        return f"0{decimals}%" if field.type.scaled else f"#,##0{decimals}"
    if field.calculated:
        return "yyyy-mm-dd" if field.result == "date" else "General"
    form = field.type.number_format
    return "General" if form == ANY_DECIMALS and drawing >= DECIMALS_ARE_GENERAL else form


def total_format_of(field: Field, kind: str) -> str:
    """Return the number format of what a column comes to: the mean of whole numbers is none."""
    if kind == "mean" and field.decimals is None and not field.type.scaled:
        return "#,##0.0#"
    return "0" if kind == "count" else number_format_of(field)
