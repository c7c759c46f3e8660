"""Patterns of specs: in every script what Python makes of them, in time that goes by the text, or refused by name."""

from __future__ import annotations

import re
import unicodedata

import pytest

from hrge_xl import load
from tests.face import CELL_LIMIT, EMAIL, NotAPattern, fits
from tests.face import patterns_compiled as compiled

SAME = (  # pattern, texts that fit and that do not
    (r"\d{4}", ("2026", "٢٠٢٦", "۲۰۲۶", "२०२६", "２０２６"), ("²026", "Ⅳ026", "20 6", "")),
    (r"\w+-\d+", ("Ташкент-7", "طهران-۷", "東京-1", "Zoë-1", "x_y-1", "½-1"), ("a b-1", "a.b-1", "-1")),
    (r"[\w ]+", ("мир и труд", "سلام دنیا", "a_1"), ("a-b", "a\tb")),
    (r"\S+\s\S+", ("a b", "a\u00a0b", "a\u3000b", "a\u2028b", "a\x1cb", "a\x85b", "a\vb"), ("ab", "a\u200bb")),
    (r"\D+", ("abc", "½"), ("a1", "٣")),
    (r"[^\d\s]{2}", ("аб", "--"), ("а٣", "a ")),
    (r"[\D]{2}", ("ab",), ("a1",)),
    (r"\W+", ("--", " ."), ("-a", "-д")),
    (r"[ء-ي]+", ("سلام",), ("salam", "پ")),
    (r"[А-Яа-яЁё]+", ("Ёлка",), ("Elka",)),
    (r"[\u0400-\u04ff]{3}", ("мир",), ("mir",)),
    (r"\u0041\x42", ("AB",), ("ab",)),
    (r"(?i)straße|ДОМ", ("STRAßE", "дом", "Дом"), ("dom",)),
    (r"a{,2}b", ("b", "ab", "aab"), ("aaab", "a{,2}b")),
    (r"[a{,2}]+", ("{a,2}",), ("b",)),
    (r"[]x]+[^]x]", ("]xa",), ("]x]",)),
    (r"a.c", ("abc", "aжc"), ("a\nc", "ac")),
    (r"(?s)a.c", ("a\nc",), ("ac",)),
    (r"(?P<year>\d+)\.\*", ("7.*",), ("7.x",)),
    (r"one|two words?", ("one", "two word", "two words"), ("one words",)),
    (r"", ("",), ("a",)),
)  # fmt: skip


@pytest.mark.parametrize(("pattern", "yes", "no"), SAME, ids=[case[0] or "nothing" for case in SAME])
def test_a_pattern_means_what_it_means_to_python(
    pattern: str, yes: tuple[str, ...], no: tuple[str, ...]
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


UNKNOWN = (
    r"(a)\1", r"(?=a)b", r"a(?!b)", r"(?<=a)b", r"(?<!a)b", r"\bword\b", r"a\B", r"(?>a+)b", r"a++", r"(?x) a",
    r"(?(1)a|b)", r"[[:alpha:]]", r"[^\W\d_]", r"[\S]", r"\Qa\E", r"\C", r"\12", r"a\Z", r"\N{DIGIT ONE}", "a{1001}",
    "(", "[a", "*", "\\",
)  # fmt: skip


@pytest.mark.parametrize("pattern", UNKNOWN)
def test_what_the_engine_does_not_know_is_refused(pattern: str) -> None:
    with pytest.raises(NotAPattern):
        compiled(pattern)


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
    [("PAK-2026-GLO-07", "PAK-GLO-07"), ("PAK-GLO-2026", "PAK-GLO-2026"), ("باك-٢٠٢٦-غ", "باك-غ"), ("", "")],
)
def test_the_period_is_left_out_of_the_name_of_an_intervention(before: str, after: str) -> None:
    """A group of the pattern says which part of it; what stands around is kept."""
    assert load("hrge_toolkit").identity.over_rounds(before) == after
