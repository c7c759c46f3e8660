"""Patterns of personal data: they find what is meant, and leave figures, dates and references alone."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from tests.face import personal_data

TEXTS = yaml.safe_load(Path(__file__).with_name("personal_data.yaml").read_text(encoding="utf-8"))
QUIET = TEXTS.pop("QUIET")
LOUD = [(text, code) for code, texts in TEXTS.items() for text in texts]


def seen(text: str) -> list[str]:
    return [*personal_data(text)]


@pytest.mark.parametrize("text", QUIET)
def test_figures_dates_and_references_are_left_alone(text: str) -> None:
    assert seen(text) == []


@pytest.mark.parametrize(("text", "code"), LOUD)
def test_personal_data_is_found(text: str, code: str) -> None:
    assert seen(text) == [code]


FIGURES = st.integers(0, 99_999_999) | st.floats(0, 1e8, allow_nan=False).map(
    lambda value: round(value, 2)
)
FORMATS = st.sampled_from(("{}", "{:,}", "{} %", "USD {:,}", "{:.1f}", "from {} to {}", "({})"))
DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))
WRITTEN = st.sampled_from(("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d %B %Y", "%d-%m-%y", "%Y%m%d"))


@given(st.lists(st.tuples(FIGURES, FORMATS), min_size=1, max_size=4))
def test_no_figure_of_an_indicator_is_taken_for_a_person(figures: list[tuple[float, str]]) -> None:
    text = "; ".join(how.format(*[figure] * how.count("{")) for figure, how in figures)
    assert seen(text) == []


@example(
    [(date(2000, 1, 1), "%d-%m-%y"), (date(2000, 1, 1), "%Y-%m-%d")], " "
)  # 01-01-00 2000-01-01
@given(
    st.lists(st.tuples(DAYS, WRITTEN), min_size=1, max_size=3),
    st.sampled_from((" ", ", ", " - ", "; ")),
)
def test_no_date_is_taken_for_a_person(days: list[tuple[date, str]], between: str) -> None:
    assert seen(between.join(day.strftime(how) for day, how in days)) == []
