"""The styles of an xlsx file: which show a number as a date, and which may hide or change what is seen of a cell."""

from __future__ import annotations

import colorsys
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from operator import eq, ge, gt, le, lt, ne
from typing import NamedTuple, TypeVar
from xml.etree.ElementTree import Element

from ..core.numerals import shown
from ..workbook.styles import contrast, luminance_of
from .raw import Look, is_true, whole_number

# at least, of letters and their ground: yellow on white, which nobody can read, has 1.07
_VISIBLE = 1.2
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
    """Return the styles of a workbook with these colours of its theme."""
    codes = {
        entry.get("numFmtId", ""): entry.get("formatCode", "")
        for entry in styles.iterfind("x|numFmts/x|numFmt")
    }
    colours = Colours.of(styles, theme)
    fonts = [_font(entry, colours) for entry in styles.iterfind("x|fonts/x|font")]
    grounds = [_ground(entry, colours) for entry in styles.iterfind("x|fills/x|fill")]

    @cache
    def look(number_format: str, font: str, fill: str) -> Look | None:
        """Return what is odd about a combination of format, font and fill; None if nothing is."""
        letters = _at(fonts, font, _Font(False, False, BLACK))
        ground = _at(grounds, fill, WHITE)
        hidden = letters.tiny
        if letters.colour is not None and ground is not None:
            hidden = (
                hidden or contrast(luminance_of(letters.colour), luminance_of(ground)) < _VISIBLE
            )
        cell_look = Look(letters.struck, hidden, format_of(number_format, codes.get(number_format)))
        return cell_look if any(cell_look) else None

    dates = set()
    looks = {}
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
    strike = entry.find("x|strike")
    size = entry.find("x|sz")
    return _Font(
        strike is not None and is_true(strike.get("val", "1")),
        size is not None and _points(size.get("val", "")) < _SMALLEST,
        colours.colour(entry.find("x|color")),
    )


def _points(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return _SMALLEST


def _ground(entry: Element, colours: Colours) -> RGB | None:
    """Return the colour behind the letters; None where there are several."""
    pattern = entry.find("x|patternFill")
    kind = "gradient" if pattern is None else pattern.get("patternType", "none")
    if pattern is None or kind not in ("none", "solid"):
        return None
    return WHITE if kind == "none" else colours.colour(pattern.find("x|fgColor"))


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
    "000000",
    "FFFFFF",
    "44546A",
    "E7E6E6",
    "5B9BD5",
    "ED7D31",
    "A5A5A5",
    "FFC000",
    "4472C4",
    "70AD47",
    "0563C1",
    "954F72",
)
# cells count light 1, dark 1, light 2, dark 2; the theme begins with the dark ones
_SWAPPED = "1032"


@dataclass(frozen=True, slots=True)
class Colours:
    """What numbers of colours mean in one workbook."""

    palette: Sequence[str]
    theme: Sequence[str]

    @classmethod
    def of(cls, styles: Element, theme: Sequence[str]) -> Colours:
        """Return the colours of a styles part, with those of a theme; what they do not say is as usual."""
        indexed = [
            entry.get("rgb", "") for entry in styles.iterfind("x|colors/x|indexedColors/x|rgbColor")
        ]
        return cls([*indexed, *_PALETTE[len(indexed) :]], theme or _OFFICE_THEME)

    def colour(self, entry: Element | None) -> RGB | None:
        """Return a `color` element, black unless it says otherwise; None when it cannot be told."""
        if entry is None or entry.get("auto") is not None:
            return BLACK
        code = entry.get("rgb")
        if code is None:
            code = _at(self.palette, entry.get("indexed"), "")
        if not code:
            theme = entry.get("theme")
            code = _at(self.theme, _at(_SWAPPED, theme, theme), "")
        match = _HEX.fullmatch(code)
        return None if match is None else _tinted(match[1], entry.get("tint"))


def theme_colours(theme: Element) -> tuple[str, ...]:
    """Return the colours of a theme part: dark 1, light 1, dark 2, light 2, six accents, two for links."""
    scheme = next(theme.iter("a|clrScheme"), ())
    entries = (next(iter(entry), None) for entry in scheme)
    return tuple(
        "" if entry is None else entry.get("lastClr", "") or entry.get("val", "")
        for entry in entries
    )


def _tinted(code: str, tint: str | None) -> RGB:
    """Return a colour made lighter (up to 1) or darker (down to -1), as 18.8.19 of the standard has it."""
    red, green, blue = (int(code[at : at + 2], 16) / 255 for at in (0, 2, 4))
    colour = red, green, blue
    try:
        change = max(-1.0, min(1.0, float(tint or 0)))
    except ValueError:
        return colour
    hue, light, saturation = colorsys.rgb_to_hls(*colour)
    light = light * (1 + change) if change < 0 else light * (1 - change) + change
    return colorsys.hls_to_rgb(hue, light, saturation) if change else colour


# what number formats show of a value: a date, or something else than the value


# ECMA-376 part 1, 18.8.30, with the formats that East Asian and Thai locales number for themselves.
_BUILT_IN_DATES = frozenset(
    str(number)
    for number in (*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59), *range(71, 82))
)
_TOKEN = re.compile(
    r'"([^"]*)"?|\\(.)|[_*].|\[([^\]]*)\]?|(;)|(General)|([0#?][0#?,]*(?:\.[0#?,]*)?|\.[0#?,]+)|(%)|(@)'
    r"|(E[+-][0#?]+|/)|(am/pm|a/p|[ymdhsebg]+)|(.)",
    re.IGNORECASE | re.DOTALL,
)
# others tell the era or the part of a day, which is no date alone
_DAY = re.compile("[ymdhs]", re.IGNORECASE)
_PLAIN = re.compile(r"General|@|(?:[#?,]*0(?:\.[0#?]*)?)", re.IGNORECASE)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?[0-9]{1,15}(?:\.[0-9]{1,15})?)")
_COMPARED: dict[str, Callable[[float, float], bool]] = {
    "<": lt,
    "<=": le,
    ">": gt,
    ">=": ge,
    "=": eq,
    "<>": ne,
}
_BUILT_IN = {
    "9": "0%",
    "10": "0.00%",
}  # those that may show another number; ECMA-376 part 1, 18.8.30
_CURRENCY = 3  # letters that say nothing about the number: "EUR", "Rs"
_LONGEST = 255  # of a format that is looked at; no program writes longer ones
_MOST_STEPS = 9  # of thousands or hundreds; more than any number has


@dataclass(slots=True)
class _Section:
    """One part of a format: what it writes before, within and behind the digits."""

    pieces: list[str | None] = field(default_factory=list)  # None stands for the value
    pattern: str = ""  # of the digits
    scale: int = 0  # thousands that are left out
    percents: int = 0
    condition: Callable[[float], bool] | None = None
    takes: str = (
        ""  # what stands in the place of the value: digits, General, @, date, other; "" for nothing
    )
    is_date: bool = False

    @property
    def literals(self) -> str:
        return "".join(piece for piece in self.pieces if piece is not None)


def is_date_format(identifier: str, code: str | None) -> bool:
    """Say whether a format is one of dates or times: by its own code if it has one, else by its number."""
    if code is None:
        return identifier in _BUILT_IN_DATES
    return len(code) <= _LONGEST and any(section.is_date for section in _sections(code))


def format_of(identifier: str, code: str | None) -> str:
    """Return the format of a style if it may show something else than the value, else ""."""
    code = _BUILT_IN.get(identifier, "") if code is None else code
    if _PLAIN.fullmatch(code) or len(code) > _LONGEST:
        return ""
    sections = _sections(code)
    return "" if len(sections) == 1 and sections[0].takes == "date" else code


def seen(code: str, value: str | float, *, percent: bool = False, unit: str = "") -> str | None:
    """Return what is seen of a value under a format, "" for nothing; None where it is the value itself.

    `percent`: a percent sign is right there. `unit` is what is asked for, which may be a currency.
    """
    sections = _sections(code)
    if isinstance(value, str):
        section = sections[3] if len(sections) > 3 else sections[-1]
        if len(sections) <= 3 and section.takes != "@":
            return None
        if section.takes == "@" and not any(letter.isalnum() for letter in section.literals):
            return None
        return "".join(value if piece is None else piece for piece in section.pieces).strip()
    section, signed = _section_for(sections, value)
    if section.takes in ("date", "other"):
        return None
    number = (
        shown(abs(value)) if section.takes in ("General", "@") else _digits(section, abs(value))
    )
    sign = "-" if signed and section.takes and number.strip("0.,") else ""
    text = "".join(number if piece is None else piece for piece in section.pieces)
    text = (sign + text).strip()
    is_other = _is_other(section, value, text, percent=percent)
    return text if is_other or _is_in_another_currency(section.literals, unit) else None


def _section_for(sections: list[_Section], value: float) -> tuple[_Section, bool]:
    """Return the section that a number is shown by, and whether a minus sign is put before it."""
    numbers = sections[:3]
    if any(section.condition for section in numbers):
        fitting = (
            section for section in numbers if section.condition is None or section.condition(value)
        )
        return next(fitting, numbers[-1]), value < 0
    if value < 0 and len(numbers) > 1:
        return numbers[1], False
    if value == 0 and len(numbers) > 2:
        return numbers[2], False
    return numbers[0], value < 0


def _is_other(section: _Section, value: float, text: str, *, percent: bool) -> bool:
    """Say whether what is seen says another thing than the number does."""
    if not text:
        return True
    if not section.takes:
        return value != 0 or _says_something(text)
    if _says_something(section.literals) or LEADING_ZEROS.match(text):
        return True
    if value and (section.scale or (section.percents and not percent)):
        return True
    return value < 0 and not any(sign in text for sign in "-−(")


LEADING_ZEROS = re.compile(r"-?0\d")  # a code, as 0042 is, where the number says 42
CURRENCY_CODE = re.compile(r"\b[A-Z]{3}\b")
CURRENCY_SIGNS = {
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY",
    "₽": "RUB",
    "₹": "INR",
    "₺": "TRY",
    "₨": "PKR",
    "؋": "AFN",
}


def _is_in_another_currency(literals: str, unit: str) -> bool:
    """Return whether a number is shown in one currency where another one is asked for."""
    expected_codes = set(CURRENCY_CODE.findall(unit))
    shown_codes = set(CURRENCY_CODE.findall(literals))
    shown_codes |= {code for sign, code in CURRENCY_SIGNS.items() if sign in literals}
    return bool(expected_codes and shown_codes) and expected_codes.isdisjoint(shown_codes)


def _says_something(literals: str) -> bool:
    """Say whether a text beside a number has digits, or more letters than a currency."""
    letters = sum(letter.isalpha() for letter in literals)
    return letters > _CURRENCY or any(letter.isdecimal() for letter in literals)


def _digits(section: _Section, value: float) -> str:
    """Return a number in the digits of a section."""
    whole, _, decimals = section.pattern.partition(".")
    value = value * 100.0**section.percents / 1000.0**section.scale
    grouping = "," if "," in whole else ""
    before, _, after = f"{value:{grouping}.{len(decimals)}f}".partition(".")
    while after.endswith("0") and len(after) > decimals.count("0"):
        after = after[:-1]
    if before == "0" and "0" not in whole:
        before = ""
    before = before.zfill(whole.count("0"))
    return f"{before}.{after}" if after else before


@lru_cache(maxsize=1_024)
def _sections(code: str) -> list[_Section]:
    sections = [_Section()]
    for match in _TOKEN.finditer(code):
        if match[4]:
            sections.append(_Section())
        else:
            _take(sections[-1], match)
    return sections


def _take(section: _Section, match: re.Match[str]) -> None:
    """Add one token of a format to its section."""
    quoted, escaped, bracket, _, general, digits, percent, text, remainder, day, letter = (
        match.groups()
    )
    literal = quoted or escaped or letter or ("%" if percent else "")
    if literal:
        section.pieces.append(literal)
        section.percents = min(section.percents + bool(percent), _MOST_STEPS)
    elif bracket is not None:
        # it holds a condition, an elapsed time, a currency or a colour
        condition = _CONDITION.fullmatch(bracket)
        if condition is not None:
            compare = _COMPARED[condition[1]]
            bound = float(condition[2])
            section.condition = lambda value: compare(value, bound)
        elif bracket.lower().strip("hms") == "" and bracket:
            _put(section, "date")
        elif bracket.startswith("$"):
            section.pieces.append(bracket[1:].partition("-")[0])
    elif digits is not None:
        _put(section, "digits")
        bare = digits.rstrip(",")
        section.scale = min(section.scale + len(digits) - len(bare), _MOST_STEPS)
        section.pattern += bare
    elif general or text or day or remainder:
        _put(
            section,
            (general and "General") or text or ("date" if day and _DAY.search(day) else "other"),
        )


def _put(section: _Section, takes: str) -> None:
    """Add a place for the value; digits separated by literals are one number, written at the first of them."""
    if not section.takes:
        section.pieces.append(None)
    section.is_date |= takes == "date"
    section.takes = (
        takes if takes != "digits" or section.takes not in ("date", "other") else section.takes
    )
