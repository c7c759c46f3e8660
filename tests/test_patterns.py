"""Patterns of specs: in every script what Python makes of them, in time that goes by the text, or refused by name."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
import yaml

from hrge_xl import load
from hrge_xl.language.functions.words import EMAIL, NotAPattern, compiled_pattern, fits
from tests.face import CELL_LIMIT

TABLE = yaml.safe_load(Path(__file__).with_name("patterns.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("pattern", "yes", "no"), TABLE["same"])
def test_a_pattern_means_what_it_means_to_python(
    pattern: str, yes: list[str], no: list[str]
) -> None:
    for text in (*yes, *no):
        assert fits(pattern, text) is (text in yes), text
        assert bool(re.fullmatch(pattern, text)) is (text in yes), text


@pytest.mark.parametrize("escape", ["d", "w", "s"])
def test_classes_know_every_script(escape: str) -> None:
    """A mark is part of its letter, which it is not to Python: no word of Hindi would be one."""
    differing = set()
    for number in (
        *range(0x3400),
        *range(0xA000, 0xD800, 7),
        *range(0xF900, 0x10000),
        *range(0x10000, 0x20000, 11),
    ):
        letter = chr(number)
        if unicodedata.ucd_3_2_0.category(letter) == "Cn":
            continue  # which of the newer ones are known depends on versions
        ours = fits(rf"\{escape}", letter)
        assert ours is fits(rf"[\{escape}]", letter) is not fits(rf"[^\{escape}]", letter)
        assert ours is not fits(rf"\{escape.upper()}", letter)
        if ours is not bool(re.fullmatch(rf"\{escape}", letter)):
            differing.add(unicodedata.category(letter)[0])
    assert differing == ({"M"} if escape == "w" else set())


@pytest.mark.parametrize("word", ["हिन्दी", "مُحَمَّد", unicodedata.normalize("NFD", "Nguyễn")])
def test_a_word_with_marks_is_a_word(word: str) -> None:
    assert fits(r"\w+", word)


@pytest.mark.parametrize("pattern", TABLE["refused"])
def test_what_the_engine_does_not_know_is_refused(pattern: str) -> None:
    with pytest.raises(NotAPattern):
        compiled_pattern(pattern)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"(a+)+b", "a" * CELL_LIMIT),
        (r"(a|a)*b", "a" * CELL_LIMIT),
        (r"(\w+\s?)*!", "слово " * (CELL_LIMIT // 6)),
        (EMAIL, "a@" + "." * CELL_LIMIT + "@"),
    ],
)
def test_no_text_holds_the_reader_up(pattern: str, text: str) -> None:
    """Where every way through a text is tried, forty letters take for ever."""
    assert not fits(pattern, text)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("PAK-2026-GLO-07", "PAK-GLO-07"),
        ("PAK-GLO-2026", "PAK-GLO-2026"),
        ("باك-٢٠٢٦-غ", "باك-غ"),
        ("", ""),
    ],
)
def test_the_period_is_left_out_of_the_name_of_an_intervention(before: str, after: str) -> None:
    """A group of the pattern says which part of it; what stands around is kept."""
    assert load("hrge_toolkit").identity.over_rounds(before) == after
