"""What number formats show of a value: a date, or something else than the value."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from operator import eq, ge, gt, le, lt, ne

from ..numerals import shown

# ECMA-376 part 1, 18.8.30, with the formats that East Asian and Thai locales number for themselves.
_BUILT_IN_DATES = frozenset(
    str(number) for number in (*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59), *range(71, 82))
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
    "<": lt, "<=": le, ">": gt, ">=": ge, "=": eq, "<>": ne,
}  # fmt: skip
_BUILT_IN = {"9": "0%", "10": "0.00%"}  # those that may show another number; ECMA-376 part 1, 18.8.30
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
    takes: str = ""  # what stands in the place of the value: digits, General, @, date, other; "" for nothing
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
    """Give the format of a style if it may show something else than the value, else ""."""
    code = _BUILT_IN.get(identifier, "") if code is None else code
    if _PLAIN.fullmatch(code) or len(code) > _LONGEST:
        return ""
    sections = _sections(code)
    return "" if len(sections) == 1 and sections[0].takes == "date" else code


def seen(code: str, value: str | float, *, percent: bool = False) -> str | None:
    """Return what is seen of a value under a format, "" for nothing; None where it is the value itself.

    `percent`: a percent sign is right there.
    """
    sections = _sections(code)
    if isinstance(value, str):
        return _seen_text(sections, value)
    section, signed = _section_for(sections, value)
    if section.takes in ("date", "other"):
        return None
    text = _written(section, value, signed=signed)
    return text if _is_other(section, value, text, percent=percent) else None


def _seen_text(sections: list[_Section], value: str) -> str | None:
    """Give what is seen of a text, by the fourth section or the last one if it is for texts; None for itself."""
    section = sections[3] if len(sections) > 3 else sections[-1]
    if len(sections) <= 3 and section.takes != "@":
        return None
    if section.takes == "@" and not any(letter.isalnum() for letter in section.literals):
        return None
    return "".join(value if piece is None else piece for piece in section.pieces).strip()


def _section_for(sections: list[_Section], value: float) -> tuple[_Section, bool]:
    """Give the section that a number is shown by, and whether a minus sign is put before it."""
    numbers = sections[:3]
    if any(section.condition for section in numbers):
        fitting = (each for each in numbers if each.condition is None or each.condition(value))
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
    if _says_something(section.literals):
        return True
    if value and (section.scale or (section.percents and not percent)):
        return True
    return value < 0 and not any(sign in text for sign in "-−(")


def _says_something(literals: str) -> bool:
    """Say whether a text beside a number has digits, or more letters than a currency."""
    letters = sum(letter.isalpha() for letter in literals)
    return letters > _CURRENCY or any(letter.isdecimal() for letter in literals)


def _written(section: _Section, value: float, *, signed: bool) -> str:
    number = shown(abs(value)) if section.takes in ("General", "@") else _digits(section, abs(value))
    sign = "-" if signed and section.takes and number.strip("0.,") else ""
    text = "".join(number if piece is None else piece for piece in section.pieces)
    return (sign + text).strip()


def _digits(section: _Section, value: float) -> str:
    """Give a number in the digits of a section."""
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
    quoted, escaped, bracket, _, general, digits, percent, text, other, day, letter = match.groups()
    literal = quoted or escaped or letter or ("%" if percent else "")
    if literal:
        section.pieces.append(literal)
        section.percents = min(section.percents + bool(percent), _MOST_STEPS)
    elif bracket is not None:
        _take_bracket(section, bracket)
    elif digits is not None:
        _put(section, "digits")
        bare = digits.rstrip(",")
        section.scale = min(section.scale + len(digits) - len(bare), _MOST_STEPS)
        section.pattern += bare
    elif general or text or day or other:
        _put(section, (general and "General") or text or ("date" if day and _DAY.search(day) else "other"))


def _put(section: _Section, takes: str) -> None:
    """Add a place for the value; digits separated by literals are one number, written at the first of them."""
    if not section.takes:
        section.pieces.append(None)
    section.is_date |= takes == "date"
    section.takes = takes if takes != "digits" or section.takes not in ("date", "other") else section.takes


def _take_bracket(section: _Section, inside: str) -> None:
    """Take what a bracket holds: a condition, an elapsed time, a currency or a colour."""
    condition = _CONDITION.fullmatch(inside)
    if condition is not None:
        compare, bound = _COMPARED[condition[1]], float(condition[2])
        section.condition = lambda value: compare(value, bound)
    elif inside.lower().strip("hms") == "" and inside:
        _put(section, "date")
    elif inside.startswith("$"):
        section.pieces.append(inside[1:].partition("-")[0])
