"""The styles of an xlsx file: which show a number as a date, and which may hide or change what is seen of a cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeVar
from xml.etree.ElementTree import Element

from .cell_values import is_true
from .colours import BLACK, RGB, WHITE, Colours, contrast
from .number_formats import is_date_format
from .raw import Look
from .shown_numbers import format_of

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
    dates, looks = set(), {}
    known: dict[tuple[str, str, str], tuple[bool, Look | None]] = {}
    judge = _Judge(codes, Colours.of(styles, theme), styles)
    for index, style in enumerate(styles.iterfind("x|cellXfs/x|xf")):
        key = style.get("numFmtId", "0"), style.get("fontId", "0"), style.get("fillId", "0")
        if key not in known:
            known[key] = is_date_format(key[0], codes.get(key[0])), judge.look(*key)
        is_date, look = known[key]
        if is_date:
            dates.add(str(index))
        if look is not None:
            looks[str(index)] = look
    return Styles(frozenset(dates), looks)


class _Judge:
    """Tells what is odd about a combination of format, font and fill."""

    def __init__(self, codes: Mapping[str, str], colours: Colours, styles: Element) -> None:
        self._codes = codes
        self._fonts = [_font(entry, colours) for entry in styles.iterfind("x|fonts/x|font")]
        self._grounds = [_ground(entry, colours) for entry in styles.iterfind("x|fills/x|fill")]

    def look(self, number_format: str, font: str, fill: str) -> Look | None:
        """Give what is odd, None if nothing is."""
        letters = _at(self._fonts, font, _Font(False, False, BLACK))
        ground = _at(self._grounds, fill, WHITE)
        hidden = letters.tiny or (
            letters.colour is not None and ground is not None and contrast(letters.colour, ground) < _VISIBLE
        )
        look = Look(letters.struck, hidden, format_of(number_format, self._codes.get(number_format)))
        return look if any(look) else None


def _at(table: Sequence[Entry], index: str, usual: Entry) -> Entry:
    return table[int(index)] if index.isdecimal() and len(index) < 8 and int(index) < len(table) else usual


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
