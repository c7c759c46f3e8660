"""Numbers and dates that were typed as text: read where they can only mean one thing, never guessed."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import NamedTuple

from .words import (
    DASH,
    SOURCE_LANGUAGE,
    SPACELESS,
    bare,
    common_era,
    date_literals,
    month_names,
    plain_digits,
    thousands_separator,
    tidy,
    unhidden,
    weekday_names,
    western_digits,
)

EPOCH_1900 = date(1899, 12, 30)
EPOCH_1904 = date(1904, 1, 1)
LAST_SERIAL = 2_958_465  # 9999-12-31
ALL_DIGITS_SHOWN = 1e15  # below it: a number of more than 15 digits loses the last ones
PHANTOM_LEAP_DAY = 60  # 1900-02-29, which only Excel knows
# what a date in a workbook can be
FIRST_DAY = date(1990, 1, 1)
LAST_DAY = date(2100, 12, 31)
SOLAR_HIJRI = range(1300, 1500)
BUDDHIST = range(2500, 2650)
# 2013 to 2034: in Nepali no Gregorian years, as nothing is planned so far ahead
BIKRAM_SAMBAT = range(2070, 2091)
# how the years of a date begin in the digits of our languages: what a sheet knows of a day that stands there as text
CENTURIES = ("19", "20", "١٩", "٢٠", "۱۹", "۲۰")
LONGEST_DATE = 80  # characters; what is longer is not a date but a sentence

# of Arabic script, which mean nothing else
DECIMAL = "\u066b"
THOUSANDS = "\u066c"
# Full-width forms and the like as the signs of a keyboard; the Arabic comma stands for a decimal comma.
_FORMS = {0xFEE0 + sign: sign for sign in range(0x21, 0x7F)}
_SIGNS = str.maketrans("−﹣％﹪٪﹐،﹒’‘ʼ", "--%%%,,.'''")
_NUMBER = re.compile(
    rf"""(?P<sign>[-+]?)
    (?P<whole>\d+
      |[1-9]\d{{0,2}}(?P<three>[,.' {THOUSANDS}])\d{{3}}(?:(?P=three)\d{{3}})*
      |[1-9]\d?(?P<indian>[,{THOUSANDS}])\d\d(?:(?P=indian)\d\d)*(?P=indian)\d{{3}})
    (?:(?P<point>[.,{DECIMAL}])(?P<decimals>\d+))?
    (?P<exponent>[eE][-+]?\d+)?""",
    re.VERBOSE,
)
DECIMAL_APOSTROPHE = frozenset({"ca", "es", "eu", "gl"})
_SLASHED = re.compile(r"([-+]?)([۰-۹]+)/([۰-۹]+)")
# Two figures and not one: in lines or columns of their own, or with more than a space between.
APART = re.compile(r"\d(?:\s{2,}|[\t-\r\x1c-\x1f\x85\u2028\u2029])\d")
TURNED_ROUND = "\u202e"  # a mark that shows 321 for 123
_MARKS = dict.fromkeys(map(ord, "\u200e\u200f\u061c"))  # of direction, as they stand beside a sign
_PERCENT = re.compile(r"(?P<sign>[-+]?)(?P<before>%\s*)?(?P<number>[^%\s][^%]*)(?P<after>%?)")
YEAR_AT_ONE_END = re.compile(r"\d{4} \d\d? \d\d?|\d\d? \d\d? \d{4}")
_GAP = r"(?: ?[-/.] ?| )"
_ISO = re.compile(rf"(\d{{4}}){_GAP}(\d{{1,2}}){_GAP}(\d{{1,2}})\.?(?:[T ]00:00(?::00)?)?")
_DAY_FIRST_OR_NOT = re.compile(rf"(\d{{1,2}}){_GAP}(\d{{1,2}}){_GAP}(\d{{4}})\.?")


PLAIN_NUMBER = re.compile(r"[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:e[-+]?\d+)?", re.ASCII | re.IGNORECASE)


def plain_number(text: str) -> float | None:
    """Return the number that a text is to a program, or None: not what Python takes for one besides, as nan and 1_0."""
    number = float(text) if PLAIN_NUMBER.fullmatch(text) else math.nan
    return number if math.isfinite(number) else None


class Ambiguous(ValueError):
    """The text could mean two different things."""


class OtherCalendar(ValueError):
    """The year belongs to another calendar than the Gregorian."""


def parse_number(text: str, language: str = SOURCE_LANGUAGE) -> float | None:
    """Return the number a text can only mean, or None. Raises `Ambiguous` for what may be two: `1,234` and `1.234`
    alike.

    Digits of every script are understood, thousands in threes or as in India, a decimal point or comma.
    """
    slashed = _SLASHED.fullmatch(_signs(text))
    # ۱۲/۵, as decimals are written in Persian; a proper fraction may be meant by ۳/۴
    if slashed is not None:
        sign, whole, decimals = slashed.groups()
        if len(whole) > 3 or len(decimals) > 2 or int(decimals) >= int(whole):
            raise Ambiguous(text)
        return float(plain_digits(f"{sign}{whole}.{decimals}"))
    parts = _NUMBER.fullmatch(plain_digits(_signs(text)))
    if parts is None or parts["point"] in ({parts["three"], parts["indian"]} - {None}):
        return None
    if _may_be_two(parts, thousands_separator(language), language):
        raise Ambiguous(text)
    digits = re.sub(r"\D", "", parts["whole"])
    number = float(f"{parts['sign']}{digits}.{parts['decimals'] or 0}{parts['exponent'] or ''}")
    return number if math.isfinite(number) else None  # what is too large for any cell: 1e999


def _may_be_two(parts: re.Match[str], thousands: str, language: str) -> bool:
    """Say whether the last separator may stand before thousands as well as before decimals."""
    group = parts["three"]
    point = parts["point"]
    decimals = len(parts["decimals"] or "")
    if group == "'" and not point:  # 1'234 is one and a bit in Spanish handwriting
        return (
            parts["whole"].count("'") == 1
            and language.split("-", maxsplit=1)[0] in DECIMAL_APOSTROPHE
        )
    if not point or point == DECIMAL or parts["whole"] == "0":
        return False
    if parts["exponent"] and len(parts["whole"]) == 1:  # 1.234E+05, as programs write it
        return False
    if point == thousands and (decimals == 3 or (decimals > 3 and point == ",")):
        return True
    alone = (
        not group and not parts["indian"] and len(parts["whole"]) <= 3 and parts["whole"][0] != "0"
    )
    return decimals == 3 and (alone or group in ("'", THOUSANDS))


def percentage(text: str) -> str | None:
    """Find what a text gives in percent: the number before or behind the sign; None where there is no one sign."""
    parts = _PERCENT.fullmatch(text.translate(_SIGNS).translate(_MARKS).strip())
    if parts is None or bool(parts["before"]) == bool(parts["after"]):
        return None
    return parts["sign"] + parts["number"].strip()


def _signs(text: str) -> str:
    """Return the text with the signs of a keyboard and without what nobody sees; blank where figures stand apart."""
    return "" if APART.search(text) else _seen(text).translate(_SIGNS)


def _seen(text: str) -> str:
    """Return the text with forms and spaces as typed; blank where it is turned round, and so seen as another text."""
    return "" if TURNED_ROUND in text else tidy(unhidden(text).translate(_FORMS))


def parse_date(text: str, language: str = SOURCE_LANGUAGE) -> date | None:
    """Return the date a text can only mean, or None. Raises `Ambiguous` or `OtherCalendar`.

    Names of months are those of the language, and of English.
    """
    plain = DASH.sub("-", western_digits(_seen(text)))
    figures = _ISO.fullmatch(plain) or _DAY_FIRST_OR_NOT.fullmatch(plain)
    if figures:
        return _of_figures(text, figures.groups(), language)
    if len(plain) > LONGEST_DATE or not re.search(r"\d", plain) or plain.strip("-/") != plain:
        return None
    return _in_words(plain, language)


def _in_words(text: str, language: str) -> date | None:
    """Return the day of a date in words. Raises `OtherCalendar` where its months or years are not ours."""
    readings = [
        reading
        for reading in calendar_words(language).readings(text)
        if reading.month or len(reading.figures) > 1
    ]
    # what names the month says which figure it is not
    if any(reading.month for reading in readings):
        readings = [reading for reading in readings if reading.month]
    days = {day for reading in readings if (day := _of_words(text, reading, language)) is not None}
    if len(days) > 1:
        raise Ambiguous(text)
    if not readings:
        figures = re.findall(r"\d+", text)
        if OTHER_ERA.search(text):
            raise OtherCalendar(text)
        for figure in figures if len(figures) in (2, 3) else ():
            refuse_other_calendar(int(figure), language)
    return days.pop() if days else None


def _of_words(text: str, words: Worded, language: str) -> date | None:
    """Return the day of a reading; a month alone is its first day, as Excel takes it when it is typed.

    Raises `Ambiguous` where it is no such day of the week.
    """
    if words.month is None:
        day = _of_figures(text, words.figures, language)
    else:
        short, long = ["1", *sorted(words.figures, key=len)][-2:]
        is_complete = len(words.figures) in (1, 2) and len(short) <= 2 and len(long) == 4
        day = _date(int(long), words.month, int(short), language) if is_complete else None
    if day is not None and words.weekdays and day.weekday() not in words.weekdays:
        raise Ambiguous(text)
    return day


def _of_figures(text: str, figures: Sequence[str], language: str) -> date | None:
    """Return the day of three figures: the year first, or else last and the day and month told apart by their size."""
    if not YEAR_AT_ONE_END.fullmatch(" ".join(figures)):
        return None
    if len(figures[0]) == 4:
        return _date(int(figures[0]), int(figures[1]), int(figures[2]), language)
    first, second, year = map(int, figures)
    refuse_other_calendar(year, language)
    if first <= 12 and second <= 12 and first != second:
        raise Ambiguous(text)
    return (
        _date(year, second, first, language) if first > 12 else _date(year, first, second, language)
    )


def _date(year: int, month: int, day: int, language: str) -> date | None:
    """Return a day of the Gregorian calendar; None where there is none such."""
    refuse_other_calendar(year, language)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def refuse_other_calendar(year: int, language: str = SOURCE_LANGUAGE) -> None:
    """Refuse, with `OtherCalendar`, a year that can only be Solar Hijri or Buddhist, in Nepali also Bikram Sambat."""
    if year in SOLAR_HIJRI or year in BUDDHIST or year in years_of_own_calendar(language):
        raise OtherCalendar(str(year))


def years_of_own_calendar(language: str) -> range:
    """Return the years between the bounds of a date that are none of ours in a workbook of this language."""
    return BIKRAM_SAMBAT if language.split("-", maxsplit=1)[0] == "ne" else range(0)


def from_serial(serial: float, *, epoch_1904: bool = False) -> date | None:
    """Return the day of a spreadsheet serial number; None for 0, 60, negative and impossible ones."""
    if epoch_1904:
        return (
            EPOCH_1904 + timedelta(days=int(serial)) if 0 <= serial <= LAST_SERIAL - 1462 else None
        )
    whole = int(serial)
    if serial < 1 or whole == PHANTOM_LEAP_DAY or whole > LAST_SERIAL:
        return None
    return EPOCH_1900 + timedelta(days=whole if whole > PHANTOM_LEAP_DAY else whole + 1)


def to_serial(day: date) -> int:
    """Return the serial number of a day in the 1900 system (from March 1900 on)."""
    return (day - EPOCH_1900).days


def shown_moment(day: date, serial: float) -> str:
    """Return a day with the time that its serial number has, if any."""
    time = (datetime.min + timedelta(seconds=round(serial % 1 * 86_400) % 86_400)).time()
    return f"{day} {time}".removesuffix(":00").removesuffix(" 00:00")


def shown(value: object) -> str:
    """Return a cell value as a person would see it: whole numbers without a point."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return (
            f"{value:.0f}"
            if value.is_integer() and abs(value) < ALL_DIGITS_SHOWN
            else f"{value:.15g}"
        )
    return value.isoformat() if isinstance(value, date) else str(value)


# dates in words

# Letters of Arabic script that look alike and stand on other keys; the undotted i of Turkish.
ALIKE = str.maketrans("کیىہھەأإآٱı", "كييهههااااi", "ـ")
BETWEEN = re.compile(r"[\s.,،;()'’‐-―−/-]+")
TOKEN = re.compile(r"\d+|[^\d\s]+")
LETTER = r"[^\W\d_]"
# Beyond what CLDR says: what stands around a day and a year beside the name of a month,
BESIDE_MONTH = (
    "the of st nd rd th",  # English
    "le er ere de d o a del el il e",  # French, Spanish, Portuguese, Italian, Dutch; ordinals 1er, 1º, 1ª
    "го วัน ที่ tháng năm",  # Russian, Thai, Vietnamese
)
# and what also stands around dates in figures: the names of their parts, and of the common era.
AROUND_FIGURES = (
    "AD CE г года р року ngày",  # English, Russian, Ukrainian, Vietnamese
    "م ميلادي ميلادية يوم عیسوی میلادی ء",  # Arabic, Urdu, Persian
    "年 月 日 号 號 년 월 일",  # Chinese, Japanese, Korean
)
# Languages that call Gregorian months as those of the Ethiopian or Tibetan calendar: their names leave the day open.
SHARED_NAMES = frozenset({"bo", "byn", "dz", "gez", "om", "ti"})
OTHER_ERA = re.compile("令和|平成|昭和|民國|民国")  # Japan and Taiwan count the years of an era


class Worded(NamedTuple):
    """A text in which every word was understood: its figures as they stand, the month that is named, the weekday."""

    figures: tuple[str, ...]
    month: int | None
    # the one that is named, or several of the same name; empty where none is
    weekdays: frozenset[int]


class CalendarWords:
    """The words of dates in one language and in English, folded. A name of two months is none."""

    def __init__(self, language: str) -> None:
        languages = (language, SOURCE_LANGUAGE)
        shared = language.split("-", maxsplit=1)[0] in SHARED_NAMES
        naming = languages[1:] if shared else languages
        named = _by_name(pair for tag in naming for pair in month_names(tag))
        self.months = {name: min(numbers) for name, numbers in named.items() if len(numbers) == 1}
        self.weekdays = _by_name(pair for tag in languages for pair in weekday_names(tag))
        self.around_figures = _tokens(AROUND_FIGURES, *(common_era(tag) for tag in languages))
        self.beside_month = self.around_figures | _tokens(
            BESIDE_MONTH, *map(date_literals, languages)
        )
        self.month = _any_of(self.months)
        self.weekday = _any_of(name for name in self.weekdays if len(name) > 1)

    def readings(self, text: str) -> Iterator[Worded]:
        """Yield every way to understand all words of a date: Spanish "mar" is a month and a day of the week."""
        folded = fold_words(text)
        for named in self.month.finditer(folded):
            around = f"{folded[: named.start()]} {folded[named.end() :]}"
            yield from self._rest(around, self.months[named[0]])
        yield from self._rest(folded, None)

    def _rest(self, text: str, month: int | None) -> Iterator[Worded]:
        """Yield the figures beside the month, unless a word among them is not understood."""
        named = self.weekday.search(text)
        weekdays = self.weekdays[named[0]] if named else frozenset[int]()
        tokens = TOKEN.findall(self.weekday.sub(" ", text, count=1))
        fillers = self.around_figures if month is None else self.beside_month
        words = [token for token in tokens if not token.isdecimal() and token not in fillers]
        if not weekdays and len(words) == 1:  # 水: too short to be looked for within a text
            weekdays = self.weekdays.get(words.pop(), frozenset())
            words = [] if weekdays else ["?"]
        if not words:
            yield Worded(tuple(token for token in tokens if token.isdecimal()), month, weekdays)


calendar_words = cache(CalendarWords)


def fold_words(text: str) -> str:
    """Return a text without case, accents, unseen marks and punctuation, one space between words."""
    return unicodedata.normalize(
        "NFC", BETWEEN.sub(" ", bare(unhidden(text)).translate(ALIKE)).strip()
    )


def _tokens(*texts: Iterable[str]) -> frozenset[str]:
    return frozenset(
        token for some in texts for text in some for token in TOKEN.findall(fold_words(text))
    )


def _by_name(pairs: Iterable[tuple[str, int]]) -> dict[str, frozenset[int]]:
    """Return the numbers that each folded name may mean; an abbreviation with points is also known without them."""
    numbers: dict[str, frozenset[int]] = {}
    for name, number in pairs:
        for spelling in (fold_words(name), fold_words(name.replace(".", ""))):
            numbers[spelling] = numbers.get(spelling, frozenset()) | {number}
    return numbers


def _any_of(names: Iterable[str]) -> re.Pattern[str]:
    """Build a pattern that finds the longest of the names, as words of their own where the script has spaces."""
    return re.compile("|".join(map(_whole, sorted(names, key=len, reverse=True))))


def _whole(name: str) -> str:
    """Return the pattern of a name that is not part of a longer word or number."""
    if SPACELESS.search(name) and not name[0].isdecimal():
        return re.escape(name)
    before = r"(?<!\d)" if name[0].isdecimal() else f"(?<!{LETTER})"
    after = "" if SPACELESS.search(name) else r"(?!\d)" if name[-1].isdecimal() else f"(?!{LETTER})"
    return f"{before}{re.escape(name)}{after}"
