"""Numbers and dates typed as text: read where they can only mean one thing, never guessed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.face import (
    LAST_SERIAL,
    Ambiguous,
    OtherCalendar,
    from_serial,
    parse_date,
    parse_number,
    refuse_other_calendar,
    shown,
    to_serial,
)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12),
        (" 12 ", 12),
        ("-3", -3),
        ("+3", 3),
        ("1234.5", 1234.5),
        ("12,5", 12.5),
        ("0,5", 0.5),
        ("1 234", 1234),
        ("1\u00a0234\u202f567", 1234567),
        ("1'234", 1234),
        ("1’234’567", 1234567),
        ("1 234,5", 1234.5),
        ("1,234,567", 1234567),
        ("1.234.567", 1234567),
        ("1,234.5", 1234.5),
        ("1.234,5", 1234.5),
        ("1e3", 1000),
        ("١٢", 12),
        ("۱۲٫۵", 12.5),
        ("১২", 12),
        ("१२", 12),
        ("−7", -7),
        ("١٬٢٣٤", 1234),
        ("12,34,567", 1234567),
        ("0.125", 0.125),
        ("1.2345", 1.2345),
        ("1.234E+05", 123400),
    ],
)
def test_numbers_that_can_only_mean_one(text: str, number: float) -> None:
    assert parse_number(text) == number


@pytest.mark.parametrize("text", ["1,234", "1.234", "-1,234", "12,345", "25.000", "5.000", "١،٢٣٤"])
def test_numbers_that_can_mean_two(text: str) -> None:
    with pytest.raises(Ambiguous):
        parse_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "about ten",
        "12 persons",
        "1,2,3",
        "1.00.000",
        "1,234,5",
        "1\n234",
        "1\t234",
        "10²",
        "--1",
        "#REF!",
        "½",
        "NaN",
        "inf",
        "1e999",
        "-1e999",
        "9" * 400,
        "9" * 400 + ",5",
        "1" + " 000" * 200,
    ],
)
def test_texts_that_are_no_numbers(text: str) -> None:
    assert parse_number(text) is None


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_a_plain_number_is_itself(number: int) -> None:
    assert parse_number(str(number)) == number


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-31", date(2026, 3, 31)),
        ("2026/3/1", date(2026, 3, 1)),
        ("2026.03.31", date(2026, 3, 31)),
        ("2026-03-31T00:00:00", date(2026, 3, 31)),
        ("2026-03-31 00:00", date(2026, 3, 31)),
        ("31/03/2026", date(2026, 3, 31)),
        ("03/31/2026", date(2026, 3, 31)),
        ("31.3.2026", date(2026, 3, 31)),
        ("5/5/2026", date(2026, 5, 5)),
        ("٢٠٢٦-٠٣-٣١", date(2026, 3, 31)),
        ("۲۰۲۶-۰۳-۳۱", date(2026, 3, 31)),
        ("2024-02-29", date(2024, 2, 29)),
    ],
)
def test_dates_that_can_only_mean_one(text: str, day: date) -> None:
    assert parse_date(text) == day


@pytest.mark.parametrize("text", ["04/05/2026", "4.5.2026", "01-02-2026", "٠٤/٠٥/٢٠٢٦"])
def test_dates_that_can_mean_two(text: str) -> None:
    with pytest.raises(Ambiguous):
        parse_date(text)


@pytest.mark.parametrize(
    "text", ["1405-01-11", "۱۴۰۵/۰۱/۱۱", "11/01/1405", "2569-03-31", "31/03/2569", "04/05/2569"]
)
def test_dates_of_other_calendars(text: str) -> None:
    with pytest.raises(OtherCalendar):
        parse_date(text)


@pytest.mark.parametrize("year", [1300, 1405, 1499, 2500, 2569, 2649])
def test_years_of_other_calendars(year: int) -> None:
    with pytest.raises(OtherCalendar):
        refuse_other_calendar(year)


@pytest.mark.parametrize("year", [1299, 1500, 1900, 2026, 2499, 2650])
def test_years_that_may_be_gregorian(year: int) -> None:
    refuse_other_calendar(year)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "end of March",
        "31/02/2026",
        "2026-02-30",
        "2026-13-01",
        "31-03-26",
        "20260331",
        "2026-03-31 12:30",
    ],
)
def test_texts_that_are_no_dates(text: str) -> None:
    assert parse_date(text) is None


@pytest.mark.parametrize(
    ("serial", "day"),
    [
        (-1, None),
        (0, None),
        (0.5, None),
        (1, date(1900, 1, 1)),
        (59, date(1900, 2, 28)),
        (60, None),  # 29 February 1900, which never was
        (60.75, None),
        (61, date(1900, 3, 1)),
        (46112, date(2026, 3, 31)),
        (46112.99, date(2026, 3, 31)),
        (LAST_SERIAL, date(9999, 12, 31)),
        (LAST_SERIAL + 1, None),
    ],
)
def test_from_serial(serial: float, day: date | None) -> None:
    assert from_serial(serial) == day


@pytest.mark.parametrize(
    ("serial", "day"),
    [
        (-1, None),
        (0, date(1904, 1, 1)),
        (1, date(1904, 1, 2)),
        (60, date(1904, 3, 1)),
        (46112 - 1462, date(2026, 3, 31)),
        (LAST_SERIAL - 1462, date(9999, 12, 31)),
        (LAST_SERIAL - 1461, None),
    ],
)
def test_from_serial_of_the_other_epoch(serial: float, day: date | None) -> None:
    assert from_serial(serial, epoch_1904=True) == day


@given(st.dates(min_value=date(1900, 3, 1)))
def test_serials_there_and_back(day: date) -> None:
    assert from_serial(to_serial(day)) == day
    assert from_serial(to_serial(day) - 1462, epoch_1904=True) == (day if day >= date(1904, 1, 1) else None)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3.0, "3"),
        (0.1, "0.1"),
        (1e15, "1e+15"),
        (True, "TRUE"),
        (False, "FALSE"),
        ("x", "x"),
        (date(2026, 3, 31), "2026-03-31"),
    ],
)
def test_shown(value: object, text: str) -> None:
    assert shown(value) == text
