"""What teams type as text, by the language of their workbook: a value where it is certain, else a finding."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from babel.dates import format_date
from babel.numbers import format_decimal, format_percent
from hypothesis import example, given
from hypothesis import strategies as st

from tests.face import FIELD_TYPES, FIRST_DAY, LAST_DAY, CellValue, Field, Reading, Vocabularies, locale

LANGUAGES = (
    "am", "ar", "ar-IQ", "bn", "ca", "ckb", "de", "de-AT", "de-CH", "en", "en-ZA", "es", "es-MX", "eu", "fa",
    "fa-AF", "fr", "fr-CH", "he", "hi", "hu", "id", "it", "ja", "km", "ko", "ku", "lt", "lv", "mk", "mn", "ms", "my",
    "ne", "nl", "pl", "ps", "pt", "pt-PT", "ru", "si", "sq", "sr", "sr-Latn", "sw", "ta", "tg", "th", "tr", "uk",
    "ur", "uz", "vi", "zh", "zh-Hant",
)  # fmt: skip
APRIL, MAY = date(2026, 4, 15), date(2026, 5, 1)

NUMBERS: dict[str, dict[str, float | str]] = {
    "en": {
        "1,234.5": 1234.5, "1,234,567": 1234567, "1 234.5": 1234.5, "12,5": 12.5, "1,00,000": 100000,
        "12,34,567.50": 1234567.5, "1,234": "V018", "1.234": "V018", "25.000": "V018", "1,0000": "V018",
        "1234,567": "V018", "1.234,567": "V018", "1 234,567": "V018", "1'234.567": "V018", "$500": "V003",
        "5000 USD": "V003", "1.5 million": "V003", "5 lakh": "V003", "1,00,000,5": "V003", "1,234,567,8": "V003",
        "12/5": "V003", "(1,234.5)": "V003",
        "077 123 456": "V003", "1 2345": "V003",
        "1\n234": "V003", "1   234": "V003", "\u202e123": "V003", " 1 234 \n": 1234,
    },
    "fr": {
        "1 234,5": 1234.5, "1\u202f234,567": 1234.567, "1234,567": 1234.567, "1.234,5": 1234.5,
        "12,5": 12.5, "1.234": "V018", "1,234": "V018", "25.000": "V018", "1 234 €": "V003",
    },
    "es": {
        "1.234.567,89": 1234567.89, "1'234": "V018", "1'234'567": 1234567,
        "1234.567": "V018", "1.234": "V018",
    },
    "pt": {"1.234,56": 1234.56, "1.234": "V018", "R$ 5,00": "V003"},
    "ru": {"1 234,5": 1234.5, "12,5": 12.5, "1,234": "V018", "1,5 тыс.": "V003"},
    "de-CH": {"1’234.50": 1234.5, "1’234": 1234},
    "ar": {
        "١٢،٥": 12.5, "١٢٫٥": 12.5, "١٬٢٣٤": 1234, "١٬٢٣٤٫٥": 1234.5, "١٫٢٣٤": 1.234, "١،٢٣٤": "V018",
        "١٢٬٥": "V003", "١٢/٥": "V003", "\u061c-١٢": -12, "١٢\u200f": 12,
    },
    "fa": {"۱۲/۵": 12.5, "۱۲٫۵": 12.5, "۱٬۲۳۴": 1234, "۳/۴": "V018", "۱۴۰۵/۲": "V018", "۱۲/۵۰۰": "V018"},
    "ps": {"۱۲/۵": 12.5, "۱۲۳": 123},
    "ur": {"1,00,000": 100000, "۱۲٫۵": 12.5, "۱٬۰۰٬۰۰۰": 100000},
    "hi": {
        "१,००,०००": 100000, "१२,३४,५६७.५०": 1234567.5, "१२.५": 12.5, "१,२३४": "V018",
        "1.00.000": "V003",
    },
    "bn": {"১,০০,০০০": 100000, "১২,৫": 12.5, "১২.৫": 12.5, "১.২৩৪": "V018"},
    "ne": {"१,२३,४५६": 123456, "१२३": 123},
    "zh": {"１，２３４．５": 1234.5, "１２．５": 12.5, "－３": -3, "1,0000": "V018", "3万": "V003"},
    "th": {"๑,๒๓๔.๕": 1234.5, "๑๒": 12, "๑,๒๓๔": "V018"},
}  # fmt: skip
PERCENTS: dict[str, dict[str, float | str]] = {
    "en": {
        "45%": 0.45, "45 %": 0.45, "%45": 0.45, "12.5%": 0.125, "0.5": 0.5,
        "12.500%": "V018", "%45%": "V003", "4\n5%": "V003", "\u202e45%": "V003", "- 5 %": "V003",
    },
    "fr": {"45 %": 0.45, "12,5\u202f%": 0.125, "45 pour cent": "V003"},
    "ar": {"٤٥٪": 0.45, "٪٤٥": 0.45, "٪ ١٢٫٥": 0.125},
    "fa": {"٪۴۵": 0.45, "۱۲/۵٪": 0.125},
    "tr": {"%45": 0.45, "-%5": -0.05, "%-5": -0.05},
    "zh": {"４５％": 0.45, "45％": 0.45, "45﹪": 0.45},
}  # fmt: skip
DATES: dict[str, dict[str, date | str]] = {
    "en": {
        "15 April 2026": APRIL, "April 15, 2026": APRIL,
        "the 15th of April, 2026": APRIL, "15-Apr-2026": APRIL,
        "Wed 15 Apr 2026": APRIL, "2026–04–15": APRIL, "15 04 2026": APRIL, "2026年4月15日": APRIL,
        "1 Sept 2026": date(2026, 9, 1), "Thursday 15 April 2026": "V006", "04/05/2026": "V006",
        "Monday 04/05/2026": "V006", "15-Apr-26": "V005", "April 2026": "V005", "31 April 2026": "V005",
        "15 April 2026 or 16 April": "V005", "15-17 April 2026": "V005", "before 15 April 2026": "V005",
        "15 April 2026 –": "V005", "– 15 April 2026": "V005", "15 April 2026?": "V005", "~15 April 2026": "V005",
        "15 avril 2026": "V005", "15 April 202": "V005",
        "26 Farvardin 1405": "V007", "2 Baisakh 2083": "V005",
        "2083-01-15": date(2083, 1, 15), "\u202e2026-04-15": "V005", "15.04.2026 AD": APRIL,
    },
    "fr": {
        "15 avril 2026": APRIL, "15 AVR. 2026": APRIL, "1er mai 2026": MAY, "le 1er mai 2026": MAY,
        "mercredi 15 avril 2026": APRIL, "mer. 15 avr. 2026": APRIL, "15 April 2026": APRIL,
        "3 fevrier 2026": date(2026, 2, 3), "3 août 2026": date(2026, 8, 3), "jeudi 15 avril 2026": "V006",
        "04/05/2026": "V006", "fin avril 2026": "V005", "15 avril": "V005",
    },
    "es": {
        "15 de abril de 2026": APRIL, "15 abr 2026": APRIL,
        "1º de mayo del 2026": MAY, "mié, 15 abr 2026": APRIL,
        "mar 14 abr 2026": date(2026, 4, 14), "15 mar 2026": date(2026, 3, 15), "mar 15 abr 2026": "V006",
        "3 setiembre 2026": date(2026, 9, 3), "4 a 15 2026": "V005", "del 4 al 15 de abril de 2026": "V005",
    },
    "pt": {
        "15 de abril de 2026": APRIL, "quarta-feira, 15 de abril de 2026": APRIL,
        "15 de marco de 2026": date(2026, 3, 15),
    },
    "ru": {
        "15 апреля 2026 г.": APRIL, "15 апреля 2026 года": APRIL,
        "15 апрель 2026": APRIL, "15.04.2026 г.": APRIL,
        "1 мая 2026": MAY, "среда, 15 апреля 2026 г.": APRIL, "04.05.2026 г.": "V006",
    },
    "ar": {
        "١٥ أبريل ٢٠٢٦": APRIL, "15 ابريل 2026م": APRIL, "١٥ نيسان ٢٠٢٦": APRIL, "15 أفريل 2026": APRIL,
        "الأربعاء، ١٥ أبريل ٢٠٢٦": APRIL, "3 تشرين الأول 2026": date(2026, 10, 3), "٢٧ رمضان ١٤٤٧ هـ": "V007",
        "1447/09/27هـ": "V007", "٠٤/٠٥/٢٠٢٦": "V006",
    },
    "fa": {
        "۱۵ آوریل ۲۰۲۶": APRIL, "15 اپریل 2026": APRIL, "۲۶ فروردین ۱۴۰۵": "V007",
        "۱۴۰۵/۰۱/۲۶": "V007",
    },
    "ps": {"۱۵ اپریل ۲۰۲۶": APRIL, "۲۰۲۶ اپریل ۱۵": APRIL, "د ۲۰۲۶ د اپریل ۱۵": APRIL},
    "ur": {"۱۵ اپریل، ۲۰۲۶": APRIL, "15 اپریل 2026ء": APRIL},
    "hi": {"१५ अप्रैल २०२६": APRIL, "3 फरवरी 2026": date(2026, 2, 3), "बुधवार, 15 अप्रैल 2026": APRIL},
    "bn": {"১৫ এপ্রিল, ২০২৬": APRIL, "২ বৈশাখ ১৪৩৩": "V007"},
    "ne": {
        "१५ अप्रिल २०२६": APRIL, "2026-04-15": APRIL, "२०८३/०१/१५": "V007", "15/04/2083": "V007",
        "04/05/2083": "V007", "२ वैशाख २०८३": "V007", "2069-12-31": date(2069, 12, 31),
        "2070-01-01": "V007", "2090-12-31": "V007", "2091-01-01": date(2091, 1, 1),
    },
    "zh": {
        "2026年4月15日": APRIL, "2026 年 04 月 15 号": APRIL,
        "２０２６年４月１５日": APRIL, "2026年4月15日星期三": APRIL,
        "2026年11月5日": date(2026, 11, 5),
        "2026年4月15日星期四": "V006", "2026年4月": "V005", "民國115年4月15日": "V007",
    },
    "ja": {
        "2026年4月15日(水)": APRIL, "2026年4月15日水曜日": APRIL, "2026年4月5日（日）": date(2026, 4, 5),
        "2026年4月15日(木)": "V006", "令和8年4月15日": "V007",
    },
    "ko": {"2026년 4월 15일": APRIL, "2026. 4. 15.": APRIL, "2026년 4월 15일 수요일": APRIL},
    "th": {
        "15 เมษายน 2026": APRIL, "15 เม.ย. 2026": APRIL, "15เมษายน2026": APRIL,
        "๑๕ เมษายน ๒๕๖๙": "V007", "วันพุธที่ 15 เมษายน พ.ศ. 2569": "V007",
        "15/04/2569": "V007",
    },
    "vi": {
        "15 tháng 4, 2026": APRIL, "ngày 15 tháng 4 năm 2026": APRIL,
        "5 tháng 12, 2026": date(2026, 12, 5),
    },
    "ti": {"15 ሚያዝያ 2018": "V005", "15 April 2026": APRIL},
    "tr": {"15 NİSAN 2026": APRIL, "1 MAYIS 2026": MAY},
}  # fmt: skip


def reading(text: str, language: str, kind: str) -> Reading:
    """What a text in a cell of a workbook means."""
    field = Field.model_construct(code="ABC_01", type=FIELD_TYPES[kind])
    return field.type.read(field, CellValue(text), Vocabularies(language, {}, {}, {}))


def told(found: Reading) -> float | date | str | None:
    """The value that was read, or the code of the finding."""
    return found.problem or (found.day if found.number is None else found.number)


def table(cases: dict[str, dict[str, object]]) -> list[tuple[str, str, object]]:
    return [(language, text, wanted) for language, texts in cases.items() for text, wanted in texts.items()]


@pytest.mark.parametrize(("language", "text", "wanted"), table(NUMBERS))
def test_numbers(language: str, text: str, wanted: float | str) -> None:
    assert told(reading(text, language, "decimal")) == wanted


@pytest.mark.parametrize(("language", "text", "wanted"), table(PERCENTS))
def test_percents(language: str, text: str, wanted: float | str) -> None:
    assert told(reading(text, language, "percent")) == wanted


@pytest.mark.parametrize(("language", "text", "wanted"), table(DATES))
def test_dates(language: str, text: str, wanted: date | str) -> None:
    assert told(reading(text, language, "date")) == wanted


@pytest.mark.parametrize("text", ["1,234", "1.234", "25.000", "-12,345", "１．２３４", "१.२३४", "100.000"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_may_be_thousands_is_ambiguous_in_every_language(language: str, text: str) -> None:
    assert [told(reading(text, language, kind)) for kind in ("integer", "decimal", "year")] == ["V018"] * 3
    assert told(reading(f"{text} %", language, "percent")) == "V018"


@pytest.mark.parametrize(
    ("language", "year", "wanted"),
    [
        ("ne", "२०८३", "V007"),
        ("ne", "2069", 2069),
        ("hi", "२०८३", 2083),
        ("th", "๒๕๖๙", "V007"),
        ("fa", "۱۴۰۵", "V007"),
    ],
)
def test_years(language: str, year: str, wanted: float | str) -> None:
    assert told(reading(year, language, "year")) == wanted


FIGURES = st.decimals(-(10**9), 10**9, allow_nan=False, places=3).map(float) | st.integers(-(10**9), 10**9)


@given(figure=FIGURES, language=st.sampled_from(LANGUAGES))
@example(figure=1234, language="es")
@example(figure=1234.567, language="de-CH")
@example(figure=100000, language="hi")
def test_a_number_as_its_language_writes_it_is_read_as_itself_or_refused(
    figure: float, language: str
) -> None:
    for digits in ("latn", "default"):
        text = format_decimal(figure, locale=locale(language), numbering_system=digits)
        assert told(reading(text, language, "decimal")) in (figure, "V018"), text


@given(figure=st.integers(10**7, 10**11) | st.integers(0, 999), language=st.sampled_from(LANGUAGES))
def test_a_whole_number_of_several_groups_or_of_one_is_read(figure: int, language: str) -> None:
    for digits in ("latn", "default"):
        text = format_decimal(figure, locale=locale(language), numbering_system=digits)
        assert told(reading(text, language, "integer")) == figure, text


@given(share=st.integers(0, 100), language=st.sampled_from(LANGUAGES))
def test_a_percentage_as_its_language_writes_it_is_read(share: int, language: str) -> None:
    for digits in ("latn", "default"):
        text = format_percent(share / 100, locale=locale(language), numbering_system=digits)
        assert told(reading(text, language, "percent")) == share / 100, text


PLANNED = st.dates(FIRST_DAY, date(2069, 12, 31))


@given(day=PLANNED, language=st.sampled_from(LANGUAGES))
@example(day=MAY, language="fr")
def test_a_date_as_its_language_writes_it_is_read_as_itself_or_refused(day: date, language: str) -> None:
    for width in ("full", "long", "medium", "short"):
        text = format_date(day, width, locale(language))
        assert told(reading(text, language, "date")) in (day, "V005", "V006"), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_long_dates_of_every_language_are_read(language: str) -> None:
    for month in range(1, 13):
        day = date(2026, month, 21)
        for width in ("full", "long"):
            text = format_date(day, width, locale(language))
            assert told(reading(text, language, "date")) == day, text


@given(text=st.text("0123456789.,'٫٬،/ ", min_size=1, max_size=12), language=st.sampled_from(LANGUAGES))
def test_no_text_of_digits_and_separators_is_read_as_a_number_of_other_digits(
    text: str, language: str
) -> None:
    found = reading(text, language, "decimal")
    if found.problem is None:
        assert found.number is not None
        digits = "".join(character for character in text if character.isdigit())
        read = f"{Decimal(repr(found.number)):f}".lstrip("-").replace(".", "")
        assert read.strip("0") == digits.strip("0")


def test_days_out_of_range_are_left_to_the_bounds() -> None:
    assert told(reading("31 December 2200", "en", "date")) == date(2200, 12, 31) > LAST_DAY
