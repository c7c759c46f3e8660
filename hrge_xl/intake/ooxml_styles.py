"""The styles of an xlsx file: which show a number as a date, and which may hide or change what is seen of a cell."""

from __future__ import annotations

import colorsys
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple, TypeVar
from xml.etree.ElementTree import Element

from .cell_values import is_true, whole_number
from .number_formats import format_of, is_date_format
from .raw import Look

_VISIBLE = 1.2  # at least, of letters and their ground: yellow on white, which nobody can read, has 1.07
_SMALLEST = 3.0  # points that can be seen

Entry = TypeVar("Entry")


class Styles(NamedTuple):
    """What the reader needs to know of styles, by their index as cells write it."""

    dates: frozenset[str]
    looks: Mapping[str, Look]  # of the few that are not as they seem


class _Font(NamedTuple):
    struck: bool
    tiny: bool
    colour: RGB | None


NO_STYLES = Styles(frozenset(), {})


def read_styles(styles: Element, theme: Sequence[str]) -> Styles:
    """Give the styles of a workbook with these colours of its theme."""
    codes = {
        entry.get("numFmtId", ""): entry.get("formatCode", "")
        for entry in styles.iterfind("x|numFmts/x|numFmt")
    }
    colours = Colours.of(styles, theme)
    fonts = [_font(entry, colours) for entry in styles.iterfind("x|fonts/x|font")]
    grounds = [_ground(entry, colours) for entry in styles.iterfind("x|fills/x|fill")]

    @cache
    def look(number_format: str, font: str, fill: str) -> Look | None:
        """Give what is odd about a combination of format, font and fill; None if nothing is."""
        letters, ground = _at(fonts, font, _Font(False, False, BLACK)), _at(grounds, fill, WHITE)
        hidden = letters.tiny or (
            letters.colour is not None and ground is not None and contrast(letters.colour, ground) < _VISIBLE
        )
        found = Look(letters.struck, hidden, format_of(number_format, codes.get(number_format)))
        return found if any(found) else None

    dates, looks = set(), {}
    for index, style in enumerate(styles.iterfind("x|cellXfs/x|xf")):
        number_format = style.get("numFmtId", "0")
        if is_date_format(number_format, codes.get(number_format)):
            dates.add(str(index))
        odd = look(number_format, style.get("fontId", "0"), style.get("fillId", "0"))
        if odd is not None:
            looks[str(index)] = odd
    return Styles(frozenset(dates), looks)


def _at(table: Sequence[Entry], index: str | None, usual: Entry) -> Entry:
    number = whole_number(index)
    return table[number] if number is not None and number < len(table) else usual


def _font(entry: Element, colours: Colours) -> _Font:
    strike, size = entry.find("x|strike"), entry.find("x|sz")
    return _Font(
        strike is not None and is_true(strike.get("val", "1")),
        size is not None and _points(size.get("val", "")) < _SMALLEST,
        colours.colour(entry.find("x|color"), BLACK),
    )


def _points(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return _SMALLEST


def _ground(entry: Element, colours: Colours) -> RGB | None:
    """Give the colour behind the letters; None where there are several."""
    pattern = entry.find("x|patternFill")
    kind = "gradient" if pattern is None else pattern.get("patternType", "none")
    if pattern is None or kind not in ("none", "solid"):
        return None
    return WHITE if kind == "none" else colours.colour(pattern.find("x|fgColor"), BLACK)


RGB = tuple[float, float, float]  # each from 0 to 1

BLACK: RGB = (0.0, 0.0, 0.0)
WHITE: RGB = (1.0, 1.0, 1.0)
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})?([0-9A-Fa-f]{6})")
# ECMA-376 part 1, 18.8.27. The first eight stand there twice; 64 is the colour of text, 65 the one of windows.
_EIGHT = "000000 FFFFFF FF0000 00FF00 0000FF FFFF00 FF00FF 00FFFF "
_PALETTE = (
    f"{_EIGHT}{_EIGHT}"
    "800000 008000 000080 808000 800080 008080 C0C0C0 808080 9999FF 993366 FFFFCC CCFFFF 660066 FF8080 0066CC CCCCFF "
    "000080 FF00FF FFFF00 00FFFF 800080 800000 008080 0000FF 00CCFF CCFFFF CCFFCC FFFF99 99CCFF FF99CC CC99FF FFCC99 "
    "3366FF 33CCCC 99CC00 FFCC00 FF9900 FF6600 666699 969696 003366 339966 003300 333300 993300 993366 333399 333333 "
    "000000 FFFFFF"
).split()
_OFFICE_THEME = (  # two of text and two of ground, then the accents and links
    "000000", "FFFFFF", "44546A", "E7E6E6",
    "5B9BD5", "ED7D31", "A5A5A5", "FFC000", "4472C4", "70AD47", "0563C1", "954F72",
)  # fmt: skip
_SWAPPED = (
    "1",
    "0",
    "3",
    "2",
)  # cells count light 1, dark 1, light 2, dark 2; the theme begins with the dark ones


@dataclass(frozen=True, slots=True)
class Colours:
    """What numbers of colours mean in one workbook."""

    palette: Sequence[str]
    theme: Sequence[str]

    @classmethod
    def of(cls, styles: Element, theme: Sequence[str]) -> Colours:
        """Give the colours of a styles part, with those of a theme; what they do not say is as usual."""
        own = [entry.get("rgb", "") for entry in styles.iterfind("x|colors/x|indexedColors/x|rgbColor")]
        return cls([*own, *_PALETTE[len(own) :]], theme or _OFFICE_THEME)

    def colour(self, entry: Element | None, usual: RGB) -> RGB | None:
        """Give a `color` element; None when it cannot be told."""
        if entry is None or entry.get("auto") is not None:
            return usual
        code = entry.get("rgb")
        if code is None:
            code = _at(self.palette, entry.get("indexed"), "")
        if not code:
            theme = entry.get("theme")
            code = _at(self.theme, _at(_SWAPPED, theme, theme), "")
        match = _HEX.fullmatch(code)
        return None if match is None else _tinted(_rgb(match[1]), entry.get("tint"))


def theme_colours(theme: Element) -> tuple[str, ...]:
    """Give the colours of a theme part: dark 1, light 1, dark 2, light 2, six accents, two for links."""
    scheme = next(theme.iter("a|clrScheme"), ())
    entries = (next(iter(each), None) for each in scheme)
    return tuple("" if each is None else each.get("lastClr", "") or each.get("val", "") for each in entries)


def contrast(one: RGB, other: RGB) -> float:
    """Contrast of two colours as WCAG 2.1 defines it: from 1, none, to 21, black on white."""
    dark, bright = sorted((_luminance(one), _luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: RGB) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _rgb(code: str) -> RGB:
    red, green, blue = (int(code[at : at + 2], 16) / 255 for at in (0, 2, 4))
    return red, green, blue


def _tinted(colour: RGB, tint: str | None) -> RGB:
    """Give a colour made lighter (up to 1) or darker (down to -1), as 18.8.19 of the standard has it."""
    try:
        change = max(-1.0, min(1.0, float(tint or 0)))
    except ValueError:
        return colour
    hue, light, saturation = colorsys.rgb_to_hls(*colour)
    light = light * (1 + change) if change < 0 else light * (1 - change) + change
    return colorsys.hls_to_rgb(hue, light, saturation) if change else colour
