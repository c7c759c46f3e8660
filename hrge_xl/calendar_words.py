"""Dates in words: months and days of the week as a language and English name them, and what stands around them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from .words import (
    SOURCE_LANGUAGE,
    SPACELESS,
    bare,
    common_era,
    date_literals,
    month_names,
    unhidden,
    weekday_names,
)

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
    weekdays: frozenset[int]  # the one that is named, or several of the same name; empty where none is


@dataclass(frozen=True)
class CalendarWords:
    """The words of dates in one language and in English, folded."""

    months: dict[str, int]
    weekdays: dict[str, frozenset[int]]
    around_figures: frozenset[str]
    beside_month: frozenset[str]
    month: re.Pattern[str]
    weekday: re.Pattern[str]

    def readings(self, text: str) -> Iterator[Worded]:
        """Give every way to understand all words of a date: Spanish "mar" is a month and a day of the week."""
        folded = fold_words(text)
        for named in self.month.finditer(folded):
            around = f"{folded[: named.start()]} {folded[named.end() :]}"
            yield from self._rest(around, self.months[named[0]])
        yield from self._rest(folded, None)

    def _rest(self, text: str, month: int | None) -> Iterator[Worded]:
        """Give the figures beside the month, unless a word among them is not understood."""
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


@cache
def calendar_words(language: str) -> CalendarWords:
    """Give the words of dates in a language and in English. A name of two months is none."""
    languages = (language, SOURCE_LANGUAGE)
    shared = language.split("-", maxsplit=1)[0] in SHARED_NAMES
    naming = languages[1:] if shared else languages
    months = _by_name(pair for each in naming for pair in month_names(each))
    weekdays = _by_name(pair for each in languages for pair in weekday_names(each))
    around_figures = _tokens(AROUND_FIGURES, *(common_era(each) for each in languages))
    beside_month = _tokens(BESIDE_MONTH, *(date_literals(each) for each in languages))
    return CalendarWords(
        {name: min(numbers) for name, numbers in months.items() if len(numbers) == 1},
        weekdays,
        around_figures,
        around_figures | beside_month,
        _any_of(name for name, numbers in months.items() if len(numbers) == 1),
        _any_of(name for name in weekdays if len(name) > 1),
    )


def fold_words(text: str) -> str:
    """Give a text without case, accents, unseen marks and punctuation, one space between words."""
    return unicodedata.normalize("NFC", BETWEEN.sub(" ", bare(unhidden(text)).translate(ALIKE)).strip())


def _tokens(*texts: Iterable[str]) -> frozenset[str]:
    return frozenset(token for each in texts for text in each for token in TOKEN.findall(fold_words(text)))


def _by_name(pairs: Iterable[tuple[str, int]]) -> dict[str, frozenset[int]]:
    """Give the numbers that each folded name may mean; an abbreviation with points is also known without them."""
    found: dict[str, frozenset[int]] = {}
    for name, number in pairs:
        for spelling in (fold_words(name), fold_words(name.replace(".", ""))):
            found[spelling] = found.get(spelling, frozenset()) | {number}
    return found


def _any_of(names: Iterable[str]) -> re.Pattern[str]:
    """Build a pattern that finds the longest of the names, as words of their own where the script has spaces."""
    return re.compile("|".join(map(_whole, sorted(names, key=len, reverse=True))))


def _whole(name: str) -> str:
    """Give the pattern of a name that is not part of a longer word or number."""
    if SPACELESS.search(name) and not name[0].isdecimal():
        return re.escape(name)
    before = r"(?<!\d)" if name[0].isdecimal() else f"(?<!{LETTER})"
    after = "" if SPACELESS.search(name) else r"(?!\d)" if name[-1].isdecimal() else f"(?!{LETTER})"
    return f"{before}{re.escape(name)}{after}"
