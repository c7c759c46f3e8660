"""What teams type as text, by the language of their workbook: a value where it is certain, else a finding."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from functools import cache
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
import yaml
from babel.dates import format_date
from babel.numbers import format_decimal, format_percent
from hypothesis import example, given
from hypothesis import strategies as st

from hrge_xl import check
from hrge_xl.core.words import tidy, tidy_lines
from tests.audited import cell, workbook
from tests.face import (
    FIELD_TYPES,
    FIRST_DAY,
    LAST_DAY,
    LAST_SERIAL,
    CellValue,
    Field,
    Reading,
    Vocabularies,
    from_serial,
    locale,
    shown,
    to_serial,
    vocabularies,
)
from tests.test_translations import FIELDS, SPOKEN, TOOLKIT

HERE = Path(__file__).parent
LANGUAGES = (
    "am",
    "ar",
    "ar-IQ",
    "bn",
    "ca",
    "ckb",
    "de",
    "de-AT",
    "de-CH",
    "en",
    "en-ZA",
    "es",
    "es-MX",
    "eu",
    "fa",
    "fa-AF",
    "fr",
    "fr-CH",
    "he",
    "hi",
    "hu",
    "id",
    "it",
    "ja",
    "km",
    "ko",
    "ku",
    "lt",
    "lv",
    "mk",
    "mn",
    "ms",
    "my",
    "ne",
    "nl",
    "pl",
    "ps",
    "pt",
    "pt-PT",
    "ru",
    "si",
    "sq",
    "sr",
    "sr-Latn",
    "sw",
    "ta",
    "tg",
    "th",
    "tr",
    "uk",
    "ur",
    "uz",
    "vi",
    "zh",
    "zh-Hant",
)
TABLE = yaml.safe_load((HERE / "typed_text.yaml").read_text(encoding="utf-8"))
CASES = [
    (kind, language, text, wanted)
    for kind, languages in TABLE.items()
    for language, texts in languages.items()
    for text, wanted in texts.items()
]


def reading(text: str, language: str, kind: str) -> Reading:
    """What a text in a cell of a workbook means."""
    field = Field.model_construct(code="ABC_01", type=FIELD_TYPES[kind])
    return field.type.read(field, CellValue(text), Vocabularies(language, {}, {}, {}))


def told(found: Reading) -> float | date | str | None:
    """The value that was read, or the code of the finding."""
    return found.problem or (found.day if found.number is None else found.number)


def test_what_is_typed_is_read_as_it_is_meant() -> None:
    read = [
        (kind, language, text, told(reading(text, language, kind)))
        for kind, language, text, _ in CASES
    ]
    assert read == CASES


@pytest.mark.parametrize("text", ["9" * 400, "9" * 400 + ",5", "1" + " 000" * 200])
def test_what_is_too_large_for_any_cell_is_no_number(text: str) -> None:
    assert told(reading(text, "en", "decimal")) == "V003"


@pytest.mark.parametrize(
    "text", ["1,234", "1.234", "25.000", "-12,345", "１．２３４", "१.२३४", "100.000"]
)
def test_what_may_be_thousands_is_ambiguous_in_every_language(text: str) -> None:
    for language in LANGUAGES:
        found = [told(reading(text, language, kind)) for kind in ("integer", "decimal", "year")]
        assert [*found, told(reading(f"{text} %", language, "percent"))] == ["V018"] * 4, language


FIGURES = st.decimals(-(10**9), 10**9, allow_nan=False, places=3).map(float) | st.integers(
    -(10**9), 10**9
)


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
@example(day=date(2026, 5, 1), language="fr")
def test_a_date_as_its_language_writes_it_is_read_as_itself_or_refused(
    day: date, language: str
) -> None:
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


@given(
    text=st.text("0123456789.,'٫٬،/ ", min_size=1, max_size=12), language=st.sampled_from(LANGUAGES)
)
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


# numbers of days


@pytest.mark.parametrize(
    ("serial", "day", "day_of_1904"),
    [
        (-1, None, None),
        (0, None, date(1904, 1, 1)),
        (0.5, None, date(1904, 1, 1)),
        (1, date(1900, 1, 1), date(1904, 1, 2)),
        (59, date(1900, 2, 28), date(1904, 2, 29)),
        (60, None, date(1904, 3, 1)),  # 29 February 1900, which never was
        (60.75, None, date(1904, 3, 1)),
        (61, date(1900, 3, 1), date(1904, 3, 2)),
        (46112.99, date(2026, 3, 31), date(2030, 4, 1)),
        (LAST_SERIAL - 1462, date(9995, 12, 30), date(9999, 12, 31)),
        (LAST_SERIAL - 1461, date(9995, 12, 31), None),
        (LAST_SERIAL, date(9999, 12, 31), None),
        (LAST_SERIAL + 1, None, None),
    ],
)
def test_the_day_of_a_number(serial: float, day: date | None, day_of_1904: date | None) -> None:
    assert (from_serial(serial), from_serial(serial, epoch_1904=True)) == (day, day_of_1904)


@given(st.dates(min_value=date(1900, 3, 1)))
def test_numbers_of_days_there_and_back(day: date) -> None:
    assert from_serial(to_serial(day)) == day
    assert from_serial(to_serial(day) - 1462, epoch_1904=True) == (
        day if day >= date(1904, 1, 1) else None
    )


def test_how_a_value_is_shown() -> None:
    values = (3.0, 0.1, 1e15, True, False, "x", date(2026, 3, 31))
    assert [*map(shown, values)] == ["3", "0.1", "1e+15", "TRUE", "FALSE", "x", "2026-03-31"]


# in the languages of the Toolkit

with (HERE / "typed_inputs.csv").open(encoding="utf-8", newline="") as stream:
    INPUTS = list(csv.DictReader(stream))
SCALES = {str(field.vocabulary): field for _, _, field in TOOLKIT.places() if field.type.stepped}
KINDS = {"number": "decimal", "percent": "percent", "date": "date"}


@cache
def lists(language: str) -> Vocabularies:
    return vocabularies(TOOLKIT, language, {})


def read(case: dict[str, str]) -> str:
    """What an input is read as, in the words of the table."""
    language, name, typed = case["language"], case["list"], case["typed"]
    if name in KINDS:
        found = told(reading(typed, language, KINDS[name]))
        return found.isoformat() if isinstance(found, date) else str(found).removesuffix(".0")
    field = FIELDS.get(name) or SCALES[name]
    one = field.type.read(field, CellValue(typed), lists(language))
    return one.problem or one.code or f"{one.number:g}"


def test_there_are_inputs_of_every_language_and_kind() -> None:
    assert len(INPUTS) >= 150
    assert {case["language"] for case in INPUTS} == {*SPOKEN}
    assert {*KINDS} < {case["list"] for case in INPUTS}


@pytest.mark.parametrize("language", SPOKEN)
def test_what_people_type_is_read_as_they_mean_it(language: str) -> None:
    """Entries of lists, with the variants that keyboards and programs make; numbers, percentages and days."""
    ours = [case for case in INPUTS if case["language"] == language]
    assert [case | {"got": read(case)} for case in ours if read(case) != case["read"]] == []


@pytest.mark.parametrize("mark", ["\u200b", "\u2060", "\ufeff", "\u200c", "\u200d"])
def test_a_mark_that_is_not_seen_never_parts_a_word(mark: str) -> None:
    for text in (f"Hear{mark}ings", f"refer{mark}ral{mark}"):
        assert tidy(text).replace(mark, "") == text.replace(mark, "").replace("  ", " ").strip()
        assert " " not in tidy_lines(text)
    assert tidy(mark) == "" or mark in "\u200c\u200d"


@pytest.mark.parametrize("mark", ["\u2028", "\u2029"])
def test_a_separator_of_lines_that_no_sheet_shows_is_removed(mark: str) -> None:
    assert tidy_lines(f"refer{mark}ral") == tidy(f"refer{mark}ral") == "referral"


# in a workbook


def typed(folder: Path, field: str, value: float | bool) -> dict[str, str | None]:
    """What is found in the cell of a question, by code, where this was typed."""
    book = openpyxl.load_workbook(BytesIO(workbook()))
    book["Plan"][cell(field)] = value
    book.save(folder / "PAK.xlsx")
    result = check(folder / "PAK.xlsx", today=date(2026, 6, 30))
    return {each.code: each.value for each in result.findings if each.cell == cell(field)}


def test_a_number_is_quoted_with_all_of_its_figures(tmp_path: Path) -> None:
    assert "1234567.5" in typed(tmp_path, "PLN_06", 1234567.5).values()


def test_a_box_that_nobody_ticked_is_no_answer(tmp_path: Path) -> None:
    """Programs write FALSE for one that was never touched."""
    assert "V002" in typed(tmp_path, "PLN_11", False)
    assert "V002" not in typed(tmp_path, "PLN_11", True)
