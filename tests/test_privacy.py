"""Patterns of personal data: they find what is meant, and leave figures, dates and references alone."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.face import personal_data

QUIET = (
    "2025-01-01 to 2025-12-31", "01/01/2025 - 31/12/2025", "from 1.1.2025 until 31.12.2025", "1 234 567 890 PKR",
    "PKR 1,234,567,890", "US$ 12 500 000", "12,345 women and 23,456 men", "Act No. 34 of 2018, section 12(3)",
    "General Assembly resolution 55/25", "A/RES/55/25", "Palermo Protocol, art. 6 (3)", "SDG 16.2.2, 5.3.1",
    "IND-01: 45 %; IND-02: 60 %", "ISBN 978-92-1-130338-0", "https://example.org/documents/12345678/report_2020.pdf",
    "HQ/2024/000123", "Project GLOT59", "Penal Code 1860, ss. 370-374", "24/7 hotline 1099",
    "baseline 100, target 250, actual 180", "2024Q1 2024Q2 2024Q3 2024Q4", "10 000 000 - 20 000 000 USD",
    "12-15 March 2026, 9:00-17:00", "phone interviews with 120 people", "case number of victims identified: 45",
    "the identity card office issued 120000 cards", "passport office in 12 districts", "Law 2018/123456",
    "33.6844, 73.0479", "0.123456789012", "45000000000", "1234567890 EUR", "2026-03-31T12:00:00",
    "case numbers rose from 120 to 145", "R-SP-01, R-SP-02", "the team @ 10 am", "+10 percentage points",
    "+ 12 000 000 compared with 2024", "+12.345.678 USD", "growth of +1 234 567 890 PKR", "00:00-12:30", "1e10",
)  # fmt: skip
LOUD = (
    ("a.person@example.org", "P001"), ("write to first.last+x@mail.example.co.uk please", "P001"),
    ("نام: a.b@example.org", "P001"), ("a.person＠example.org", "P001"),
    ("Call +92 300 1234567", "P002"), ("0092-300-1234567", "P002"), ("+1 (202) 555-0172", "P002"),
    ("tel +251911234567", "P002"), ("+٩٢ ٣٠٠ ١٢٣٤٥٦٧", "P002"), ("mobile 0300 1234567", "P002"),
    ("0300-1234567", "P002"),
    ("Passport no. AB1234567", "P003"), ("CNIC 12345-1234567-1", "P003"), ("case no. FIR/2023/123456", "P003"),
    ("passeport 12AB34567", "P003"), ("ID No: 784-1990-1234567-1", "P003"), ("جواز سفر AB1234567", "P003"),
    ("number 1234567890 was seen", "P003"),
)  # fmt: skip


def seen(text: str) -> list[str]:
    return [*personal_data(text)]


@pytest.mark.parametrize("text", QUIET)
def test_figures_dates_and_references_are_left_alone(text: str) -> None:
    assert seen(text) == []


@pytest.mark.parametrize(("text", "code"), LOUD)
def test_personal_data_is_found(text: str, code: str) -> None:
    assert seen(text) == [code]


FIGURES = st.integers(0, 99_999_999) | st.floats(0, 1e8, allow_nan=False).map(lambda value: round(value, 2))
FORMATS = st.sampled_from(("{}", "{:,}", "{} %", "USD {:,}", "{:.1f}", "from {} to {}", "({})"))
DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))
WRITTEN = st.sampled_from(("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d %B %Y", "%d-%m-%y", "%Y%m%d"))


@given(st.lists(st.tuples(FIGURES, FORMATS), min_size=1, max_size=4))
def test_no_figure_of_an_indicator_is_taken_for_a_person(figures: list[tuple[float, str]]) -> None:
    text = "; ".join(how.format(*[figure] * how.count("{")) for figure, how in figures)
    assert seen(text) == []


@example([(date(2000, 1, 1), "%d-%m-%y"), (date(2000, 1, 1), "%Y-%m-%d")], " ")  # 01-01-00 2000-01-01
@given(st.lists(st.tuples(DAYS, WRITTEN), min_size=1, max_size=3), st.sampled_from((" ", ", ", " - ", "; ")))
def test_no_date_is_taken_for_a_person(days: list[tuple[date, str]], between: str) -> None:
    assert seen(between.join(day.strftime(how) for day, how in days)) == []
