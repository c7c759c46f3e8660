"""Words of a language: the engine's own texts, writing direction, digits, and what counts as a word."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache, lru_cache, wraps
from itertools import chain
from pathlib import Path
from typing import Any, Literal

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.dates import format_date
from babel.localedata import locale_identifiers
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

CATALOGUES = Path(__file__).parent.parent / "languages"
SOURCE_LANGUAGE = "en"

# Characters of spaceless scripts per word of a limit: Lao, Khmer, Thai, Burmese, Chinese, Japanese.
CHARACTERS_A_WORD = 6
# #N/A, #Н/Д, #REF!, #NOMBRE?
ERROR_AS_TEXT = re.compile(r"#(?:[^\s/!?]{1,3}/[^\s/!?]{1,3}|[^\s!?]{2,10}[!?])")
# Marks that people type where they have no answer; a text that is a part of this, space in front, says nothing.
NO_ANSWER = " ... --- – — … ??? ؟ / * _"
CELL_LIMIT = 32_767  # characters that a cell of Excel holds
PROMPT_LIMIT = 255  # and the prompt of a cell
_SHORT = 500  # characters, with which nothing takes long
REMEMBERED = 100  # characters at most of a text that is held in memory with what was made of it
SPACELESS = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
WORD = re.compile(r"\w+")
UNNAMED_MONTH = re.compile(r"M?\d*")  # what stands where CLDR knows no name
# A month in a pattern of CLDR, with the letters that touch it: בMMMM, MMMM'ren'.
_LETTERS = r"(?:'(\w+)'|([^\W\x00-\x7f]+))?"
ATTACHED = re.compile(f"{_LETTERS}MMMM?{_LETTERS}")
LINE_BREAK = re.compile("\r\n|[\n\r]")
DASH = re.compile("[\u2010-\u2015\u2043\u2212]")

# Some scripts part words by it, and it stays within a text as it was typed; alone it is nothing.
INVISIBLE_SPACE = "\u200b"
# by programs, where lines may not or do break
_WITHIN_WORDS = dict.fromkeys(map(ord, "\u2060\ufeff\u2028\u2029"))
LEFT_TO_RIGHT = "\u200e"
_DIRECTION = dict.fromkeys(
    map(ord, "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
)
Translate = Callable[[str], str]


@cache
def locale(language: str) -> Locale:
    """Return the Babel locale of a BCP-47 tag. Raises `UnknownLocaleError` or `ValueError` for an unknown one."""
    return Locale.parse(language, sep="-")


def is_language(tag: str) -> bool:
    """Say whether the tag is one that Babel knows."""
    try:
        locale(tag)
    except (UnknownLocaleError, ValueError):
        return False
    return True


@cache
def proper_tag(text: str) -> str | None:
    """Find the proper tag of a language from one that is nearly right or a name; None where none fits."""
    first, *subtags = text.replace("_", "-").split("-")
    shapes = {2: str.upper, 4: str.title}  # sr-Latn-RS
    tag = "-".join([first.lower(), *(shapes.get(len(part), str.lower)(part) for part in subtags)])
    if is_language(tag) and locale(tag).language == tag.split("-", maxsplit=1)[0]:
        return tag
    newer = get_global("language_aliases").get(tag)
    if newer is not None and is_language(newer.replace("_", "-")):
        return str(newer).replace("_", "-")
    named = {
        name.casefold(): known_tag for known_tag, name in language_names(SOURCE_LANGUAGE).items()
    }
    tag_by_name = named.get(text.strip().casefold())
    return tag_by_name if tag_by_name is not None and is_language(tag_by_name) else None


def with_base(language: str) -> tuple[str, str]:
    """Return a tag and that of the language alone, which is asked where the tag has nothing: `fa-AF`, `fa`."""
    return language, language.split("-", maxsplit=1)[0]


def direction(language: str) -> str:
    """Return how texts in a language run, as HTML says it; a tag that nobody knows runs as English does."""
    return "rtl" if is_language(language) and right_to_left(language) else "ltr"


def right_to_left(language: str) -> bool:
    """Say whether sheets in this language run from right to left."""
    return locale(language).text_direction == "rtl"


def kept_in_order(text: str, language: str) -> str:
    """Return a name as it is put into a sentence: one without Arabic letters keeps its order there.

    Without a mark of direction before it 2026-H1 is seen there as H1-2026. There is none where none is needed: in a
    subject some mail programs show one as a space.
    """
    runs = [unicodedata.bidirectional(letter) for letter in text]
    if not runs or not right_to_left(language) or {"R", "AL"} & set(runs):
        return text
    before = "" if runs[0] == "L" else LEFT_TO_RIGHT
    behind = "" if runs[-1] in ("L", "EN") else LEFT_TO_RIGHT
    return f"{before}{text}{behind}"


def begun_in_order(text: str, language: str) -> str:
    """Return a text that may begin with a code: from right to left 4.B is seen as B.4 where nothing isolates it."""
    code, space, words = text.partition(" ")
    is_code = right_to_left(language) and code[:1].isdecimal()
    return f"\u2066{code}\u2069{space}{words}" if is_code else text


def language_name(language: str, said_in: str | None = None) -> str:
    """Name a language in another one; else give its own name for itself."""
    named = locale(language)
    display = locale(said_in or language)
    # Dari has a name of its own, and is not "Persian (Afghanistan)"
    own_name = display.languages.get(str(named))
    return own_name or named.get_display_name(display) or language


def names_of_language(language: str, said_in: str) -> tuple[str, ...]:
    """Return every way in which a language is called in another one: "Brazilian Portuguese", "Portuguese (Brazil)"."""
    names = language_name(language, said_in), locale(language).get_display_name(locale(said_in))
    return tuple(dict.fromkeys(name for name in names if name))


def language_names(said_in: str) -> dict[str, str]:
    """Name every language that CLDR knows in one of them, by tag."""
    return {tag.replace("_", "-"): name for tag, name in locale(said_in).languages.items()}


@cache
def country_names(said_in: str) -> dict[str, str]:
    """Name every country that CLDR knows in a language, by its codes of two and of three letters."""
    names = {code: name for code, name in locale(said_in).territories.items() if code.isalpha()}
    aliases = get_global("territory_aliases").items()
    three = {
        code: current[0]
        for code, current in aliases
        if len(code) == 3 and code.isalpha() and len(current) == 1
    }
    return names | {code: names[two] for code, two in three.items() if two in names}


def number(value: float, language: str) -> str:
    """Return a number as it is written in a language, with at most two decimals."""
    return str(format_decimal(value, "#,##0.##", locale=locale(language)))


def percent(share: float, language: str) -> str:
    """Return a share of 1 as a percentage without decimals."""
    return str(format_percent(share, locale=locale(language)))


def day(value: date, language: str) -> str:
    """Return a day in words."""
    return str(format_date(value, "d MMMM y", locale=locale(language)))


@cache
def thousands_separator(language: str) -> str:
    """Return what a language puts between thousands, where it writes with the digits 0 to 9."""
    return str(locale(language).number_symbols["latn"]["group"])


@cache
def month_names(language: str) -> tuple[tuple[str, int], ...]:
    """Return every name of a Gregorian month in a language and its countries, in full and short, with its number."""
    names_of_months = []
    for calendar in _with_countries(language):
        shapes = (ATTACHED.search(str(shape)) for shape in calendar.date_formats.values())
        # what stands before and behind the name without a space: in Hebrew "in", in Kurdish "of"
        attached = {
            ("", ""),
            *((at[1] or at[2] or "", at[3] or at[4] or "") for at in shapes if at),
        }
        names = [
            (name, number)
            for name, number in _names_in(calendar.months)
            if not UNNAMED_MONTH.fullmatch(name)
        ]
        names_of_months += [
            (before + name + behind, number)
            for before, behind in attached
            for name, number in names
        ]
    return tuple(names_of_months)


def _names_in(table: Any) -> Iterator[tuple[str, int]]:
    """Yield the names of months or days of a locale, in full and short, with their numbers."""
    for forms in table.values():
        for width in ("wide", "abbreviated"):
            yield from ((name, number) for number, name in forms[width].items())


@cache
def weekday_names(language: str) -> tuple[tuple[str, int], ...]:
    """Return every name of a day of the week, in full and short, with its number; Monday is 0."""
    return tuple(
        chain.from_iterable(_names_in(calendar.days) for calendar in _with_countries(language))
    )


@cache
def date_literals(language: str) -> tuple[str, ...]:
    """Return what a language writes around day, month and year: "de", "г.", "年"."""
    shapes = " ".join(str(shape) for shape in locale(language).date_formats.values())
    return (*re.findall("'([^']+)'", shapes), *re.sub("'[^']*'|[A-Za-z]", " ", shapes).split())


@cache
def common_era(language: str) -> tuple[str, ...]:
    """Return what a language calls the era of the Gregorian calendar, in full and short."""
    return tuple(str(locale(language).eras[width][1]) for width in ("wide", "abbreviated"))


def _with_countries(language: str) -> list[Locale]:
    """Return the locale of a language, and those of the countries where it is spoken: Iraq names months unlike
    Egypt.
    """
    base = locale(language).language
    tags = [tag for tag in locale_identifiers() if tag.split("_")[0] == base]
    return [locale(language), *(Locale.parse(tag) for tag in tags)]


@cache
def translator(language: str) -> Translate:
    """Return a function from an English text of the engine to the same text in this language.

    Texts that a catalogue lacks stay English; `tests/test_words.py` says which those are.
    """
    full_tag, base = with_base(language)
    table = _catalogue(base) | (_catalogue(full_tag) if full_tag != base else {})
    return lambda text: table.get(text, text)


def _catalogue(language: str) -> dict[str, str]:
    file = CATALOGUES / f"{language}.po"
    # a tag may come from anywhere; it leads to no other folder
    if not is_language(language) or not file.is_file():
        return {}
    with file.open("rb") as stream:
        catalogue = read_po(stream, locale=language.replace("-", "_"))
    return {str(entry.id): str(entry.string) for entry in catalogue if entry.id and entry.string}


def languages() -> list[str]:
    """Return the languages that the engine itself speaks."""
    return sorted({SOURCE_LANGUAGE, *(file.stem for file in CATALOGUES.glob("*.po"))})


def language_of_words(language: str) -> str:
    """Return the language in which the engine speaks to readers of another: that, its base, or English."""
    spoken = languages()
    return next((tag for tag in with_base(language) if tag in spoken), SOURCE_LANGUAGE)


def remembered_if_short(function: Callable[[str], str]) -> Callable[[str], str]:
    """Have a function remember what it makes of short texts; long ones are seldom seen twice, and fill the memory."""
    cached = lru_cache(maxsize=50_000)(function)

    @wraps(function)
    def of_text(text: str) -> str:
        return cached(text) if len(text) <= REMEMBERED else function(text)

    return of_text


def tidy(text: str) -> str:
    """Return the text in NFC, with every run of spaces of any kind as one space, and none at the ends."""
    if not text.isascii():  # most texts are, and need neither
        text = _normalised("NFC", text).translate(_WITHIN_WORDS)
        words = (word.strip(INVISIBLE_SPACE) for word in text.split())
        return " ".join(word for word in words if word)
    return " ".join(text.split())


def _normalised(form: Literal["NFC", "NFKC", "NFKD"], text: str) -> str:
    """Normalise a text; what no language writes stays as it is, for to sort marks takes the square of their number."""
    return (
        text if len(text) > _SHORT and _piled().search(text) else unicodedata.normalize(form, text)
    )


@cache
def _piled() -> re.Pattern[str]:
    marks = "".join(mark for mark in map(chr, range(0x300, 0x1F000)) if unicodedata.combining(mark))
    # Unicode's stream-safe texts have at most 30 (UAX 15, D3)
    return re.compile(f"[{marks}]{{31}}")


def tidy_lines(text: str) -> str:
    """As `tidy`, but line breaks stay."""
    lines = LINE_BREAK.split(text)
    return "\n".join(tidy(line) for line in lines).strip("\n")


def storable(text: str | None) -> str | None:
    """Return a text that every database and file format can hold: no zero characters, no halves of letters."""
    if not text or (text.isascii() and "\0" not in text):
        return text
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def and_more(count: int) -> str:
    """Say how many more there are than the one that is named, to stand behind it; nothing where it is the only one."""
    return f" (+{count})" if count > 0 else ""


def counted(count: int, singular: str, several: str = "") -> str:
    """Say in English how many things there are: 1 workbook, 2 workbooks."""
    return f"{count:,} {singular if count == 1 else several or singular + 's'}"


def says_nothing(text: str) -> bool:
    """Say whether a text is blank, a mark that stands for no answer, as the check cell of a sheet finds it, or an error
    of a spreadsheet that became a text.
    """
    tidied = tidy(text)
    return f" {tidied}" in NO_ANSWER or ERROR_AS_TEXT.fullmatch(tidied) is not None


def count_words(text: str) -> int:
    """Count the words of a text: what stands between spaces and holds at least one letter or digit."""
    return sum(
        any(character.isalnum() for character in token)
        for token in text.replace(INVISIBLE_SPACE, " ").split()
    )


def spaceless(text: str) -> bool:
    """Say whether the text is mostly in a script that puts no spaces between words."""
    return len(SPACELESS.findall(text)) * 2 > len(text)


def too_many_words(text: str, limit: int) -> bool:
    """Say whether a text is over its limit; in scripts without spaces characters are counted."""
    if len(text) <= 2 * limit:  # a word and a space take two characters at least
        return False
    if spaceless(text):
        return len(text) > limit * CHARACTERS_A_WORD
    return len(text.split()) > limit // 2 and count_words(text) > limit


def cell_length(text: str) -> int:
    """Length of a text as Excel counts: a character beyond U+FFFF counts twice."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def fits_a_cell(text: str) -> bool:
    """Say whether a cell of Excel can hold the text."""
    return 2 * len(text) <= CELL_LIMIT or cell_length(text) <= CELL_LIMIT


def beginning(text: str, limit: int = CELL_LIMIT) -> str:
    """As much of the text as has at most so many characters as Excel counts them."""
    shortened = text[:limit]
    while (over := cell_length(shortened) - limit) > 0:
        shortened = shortened[: len(shortened) - (over + 1) // 2]
    return shortened


def western_digits(text: str) -> str:
    """Return the text with the digits of every script as 0-9, and Arabic separators as point and comma."""
    if text.isascii():
        return text
    return plain_digits(text.replace("\u066b", ".").replace("\u066c", ",").replace("\u2212", "-"))


def plain_digits(text: str) -> str:
    """Return the text with the digits of every script as 0-9, and nothing else changed."""
    return text if text.isascii() else "".join(str(unicodedata.decimal(c, c)) for c in text)


def undirected(text: str) -> str:
    """Return the text without marks of direction, which nobody sees and some keyboards type; joiners belong to
    words.
    """
    return text if text.isascii() else text.translate(_DIRECTION)


def unhidden(text: str) -> str:
    """Return the text without what nobody sees: marks of direction, joiners and zero-width spaces."""
    return text if text.isascii() else "".join(c for c in text if unicodedata.category(c) != "Cf")


def bare(text: str) -> str:
    """Return the text as `fold` makes it, without accents."""
    return "".join(c for c in _normalised("NFKD", fold(text)) if not unicodedata.combining(c))


def fold(text: str) -> str:
    """Return the text as it is compared: tidy, without case or compatibility forms."""
    return tidy(text if text.isascii() else _normalised("NFKC", text)).casefold()


# Letters that keyboards and programs of one script put for each other.
_ALIKE = str.maketrans("يىكہھەةۀأإآٱڕڵ", "ییکهههههاااارل", "ـ")
_ARABIC = re.compile("[\u0600-\u06ff\u0750-\u077f]")


@remembered_if_short
def skeleton(text: str) -> str:
    """Return the text as it is compared when nothing matches: without accents, unseen characters and kinds of a letter.

    Words of Arabic script are compared without their spaces, since joiners are typed as spaces and left out.
    """
    bones = bare(unhidden(text)).translate(_ALIKE)
    return bones.replace(" ", "") if _ARABIC.search(bones) else bones


def letters(text: str) -> str:
    """Return the letters and digits of a text as `skeleton` compares them, and nothing else."""
    return "".join(sign for sign in skeleton(text) if sign.isalnum())


def fold_code(text: str) -> str:
    """Fold a code to compare it: as `fold`, with digits of every script as 0-9, every dash as `-`, unseen marks out."""
    if text.isascii():
        return fold(text)
    return DASH.sub("-", fold(unhidden(western_digits(text))))


def loosely(text: str) -> str:
    """Return the words of a text in alphabetical order, without case, accents and punctuation: to look up names by."""
    return " ".join(sorted(WORD.findall(bare(text))))
