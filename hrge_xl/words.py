"""Words of a language: the engine's own texts, writing direction, digits, and what counts as a word."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.dates import format_date
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

CATALOGUES = Path(__file__).parent / "languages"
SOURCE_LANGUAGE = "en"

# Characters of spaceless scripts per word of a limit: Lao, Khmer, Thai, Burmese, Chinese, Japanese.
CHARACTERS_A_WORD = 6
# Marks that people type where they have no answer; a text that is a part of this, space in front, says nothing.
NO_ANSWER = " ... --- – — … ??? ؟ / * _"
CELL_LIMIT = 32_767  # characters that a cell of Excel holds
SPACELESS = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
WORD = re.compile(r"\w+")
DASH = re.compile("[\u2010-\u2015\u2043\u2212]")

# Kept by str.split() inside a word, but seen as space by a reader.
INVISIBLE_SPACE = "\u200b\u2060\ufeff"
Translate = Callable[[str], str]


@cache
def locale(language: str) -> Locale:
    """The Babel locale of a BCP-47 tag. Raises `UnknownLocaleError` or `ValueError` for an unknown one."""
    return Locale.parse(language, sep="-")


def is_language(tag: str) -> bool:
    """Whether the tag is one that Babel knows."""
    try:
        locale(tag)
    except (UnknownLocaleError, ValueError):
        return False
    return True


def right_to_left(language: str) -> bool:
    """Whether sheets in this language run from right to left."""
    return locale(language).text_direction == "rtl"


def language_name(language: str, said_in: str | None = None) -> str:
    """What a language is called in another one; else its own name for itself."""
    return locale(language).get_display_name(locale(said_in or language)) or language


def language_names(said_in: str) -> dict[str, str]:
    """What every language that CLDR knows is called in one of them, by tag."""
    return {tag.replace("_", "-"): name for tag, name in locale(said_in).languages.items()}


@cache
def country_names(said_in: str) -> dict[str, str]:
    """What every country that CLDR knows is called in a language, by its codes of two and of three letters."""
    names = {code: name for code, name in locale(said_in).territories.items() if code.isalpha()}
    aliases = get_global("territory_aliases").items()
    three = {code: now[0] for code, now in aliases if len(code) == 3 and code.isalpha() and len(now) == 1}
    return names | {code: names[two] for code, two in three.items() if two in names}


def number(value: float, language: str) -> str:
    """A number as it is written in a language, with at most two decimals."""
    return str(format_decimal(value, "#,##0.##", locale=locale(language)))


def percent(share: float, language: str) -> str:
    """A share of 1 as a percentage without decimals."""
    return str(format_percent(share, locale=locale(language)))


def day(value: date, language: str) -> str:
    """A day in words."""
    return str(format_date(value, "d MMMM y", locale=locale(language)))


@cache
def translator(language: str) -> Translate:
    """A function from an English text of the engine to the same text in this language.

    Texts that a catalogue lacks stay English; `tests/test_words.py` says which those are.
    """
    table = _catalogue(language) or _catalogue(language.split("-", maxsplit=1)[0])
    return lambda text: table.get(text, text)


def _catalogue(language: str) -> dict[str, str]:
    file = CATALOGUES / f"{language}.po"
    if not file.is_file():
        return {}
    with file.open("rb") as stream:
        catalogue = read_po(stream, locale=language.replace("-", "_"))
    return {str(entry.id): str(entry.string) for entry in catalogue if entry.id and entry.string}


def languages() -> list[str]:
    """The languages that the engine itself speaks."""
    return sorted({SOURCE_LANGUAGE, *(file.stem for file in CATALOGUES.glob("*.po"))})


def tidy(text: str) -> str:
    """The text in NFC, with every run of spaces of any kind as one space, and none at the ends."""
    if not text.isascii():  # most texts are, and need neither
        text = _spaced(unicodedata.normalize("NFC", text))
    return " ".join(text.split())


def tidy_lines(text: str) -> str:
    """As `tidy`, but line breaks stay."""
    if "\n" not in text and "\r" not in text:
        return tidy(text)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(tidy(line) for line in lines).strip("\n")


def _spaced(text: str) -> str:
    for character in INVISIBLE_SPACE:
        text = text.replace(character, " ")
    return text


def and_more(count: int) -> str:
    """How many more there are than the one that is named, to stand behind it; nothing where it is the only one."""
    return f" (+{count})" if count > 0 else ""


def says_nothing(text: str) -> bool:
    """Whether a text is blank, or a mark that stands for no answer, as the check cell of a sheet finds it."""
    return f" {tidy(text)}" in NO_ANSWER


def count_words(text: str) -> int:
    """Words of a text: what stands between spaces and holds at least one letter or digit."""
    return sum(any(character.isalnum() for character in token) for token in _spaced(text).split())


def spaceless(text: str) -> bool:
    """Whether the text is mostly in a script that puts no spaces between words."""
    return len(SPACELESS.findall(text)) * 2 > len(text)


def too_many_words(text: str, limit: int) -> bool:
    """Whether a text is over its limit; in scripts without spaces characters are counted."""
    if spaceless(text):
        return len(text) > limit * CHARACTERS_A_WORD
    return len(text.split()) > limit // 2 and count_words(text) > limit


def cell_length(text: str) -> int:
    """Length of a text as Excel counts: a character beyond U+FFFF counts twice."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def fits_a_cell(text: str) -> bool:
    """Whether a cell of Excel can hold the text."""
    return 2 * len(text) <= CELL_LIMIT or cell_length(text) <= CELL_LIMIT


def beginning(text: str, limit: int = CELL_LIMIT) -> str:
    """As much of the text as has at most so many characters as Excel counts them."""
    kept = text[:limit]
    while (over := cell_length(kept) - limit) > 0:
        kept = kept[: len(kept) - (over + 1) // 2]
    return kept


def western_digits(text: str) -> str:
    """The text with the digits of every script as 0-9, and Arabic separators as point and comma."""
    if text.isascii():
        return text
    swapped = text.replace("\u066b", ".").replace("\u066c", ",").replace("\u2212", "-")
    return "".join(str(unicodedata.decimal(c, c)) for c in swapped)


def fold(text: str) -> str:
    """The text as it is compared: tidy, without case or compatibility forms."""
    return tidy(text if text.isascii() else unicodedata.normalize("NFKC", text)).casefold()


def fold_code(text: str) -> str:
    """A code as it is compared: as `fold`, with digits of every script as 0-9, every dash as `-`, unseen marks out."""
    if text.isascii():
        return fold(text)
    shown = "".join(c for c in western_digits(text) if unicodedata.category(c) != "Cf")
    return DASH.sub("-", fold(shown))


def loosely(text: str) -> str:
    """The words of a text in alphabetical order, without case, accents and punctuation: to look up names by."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", fold(text)) if not unicodedata.combining(c))
    return " ".join(sorted(WORD.findall(bare)))
