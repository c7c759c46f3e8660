"""The agreed terms of the Toolkit are used, in its texts and in those of the program; what was said before is read.

Words are compared by their beginnings, for they are inflected, Arabic ones without their article; the least ones only
where a term has no other. What is said otherwise for a reason stands in `said_otherwise.yaml`, with the reason.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from hrge_xl.core.words import skeleton
from tests.face import fold, to_translate, translator, vocabularies
from tests.tables import table
from tests.telling import telling
from tests.test_translations import SPOKEN, TOOLKIT
from tests.texts import texts

KEPT = 0.6  # share of a word that its forms have in common
SHORT, LEAST = 3, 2  # letters of a beginning, and of a least word
WAYS = re.compile(r"[;؛/／،]|\(.*?\)")
PLURAL = re.compile(r"\((?:ج\.|جمع:|کۆ:)(.*?)\)")
ARTICLE = re.compile(r"\bال(?=\w{3})")
ASIDE = re.compile(r" *\(.*?\)")


class Due(NamedTuple):
    """A text that has an agreed term: its place (for the program's own, the text), the term, the agreed, the said."""

    place: str
    term: str
    agreed: str
    said: str


@cache
def rows() -> list[dict[str, str]]:
    """Give the agreed terms with those of each language."""
    with (Path(TOOLKIT.folder) / "glossary.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


@cache
def phrases() -> dict[str, re.Pattern[str]]:
    """Give the terms of several words, which cannot mean something else in a sentence; the longest go first."""
    terms = sorted(
        (row["english"] for row in rows() if " " in row["english"]), key=len, reverse=True
    )
    return {term: re.compile(rf"\b{re.escape(term)}s?\b", re.IGNORECASE) for term in terms}


@cache
def agreed(language: str) -> dict[str, str]:
    """Give what each term is in a language: several in one row, as in `accepted / returned`, one by one."""
    found = {row["english"]: row[language] for row in rows()}
    for row in rows():
        apart = [re.split("[/／]", ASIDE.sub("", row[tag])) for tag in ("english", language)]
        if len(apart[0]) == len(apart[1]):
            for term, said in zip(*apart, strict=True):
                found.setdefault(term.strip(), said)
    return found


def said_in(language: str) -> Iterator[tuple[str, str, str]]:
    """Give every text with its place and translation, of the Toolkit and then of the program, as its readers see it."""
    for (place, text), unit in to_translate(TOOLKIT).items():
        yield place, text, unit.text.say(language)
    say = translator(language)
    for text in texts():
        yield text, text, say(text)


def due(language: str) -> Iterator[Due]:
    """Give every agreed term in an English text: of several words anywhere, of one where it is the whole text."""
    known = agreed(language)
    for place, text, said in said_in(language):
        alone = ASIDE.sub("", text).strip(" .:!?").lower()
        whole = next((term for term in (alone, alone.removesuffix("s")) if term in known), "")
        if whole:
            yield Due(place, whole, known[whole], said)
            continue
        rest = text  # what stands in a longer term is said by that
        for term, pattern in phrases().items():
            if pattern.search(rest):
                rest = pattern.sub("", rest)
                yield Due(place, term, known[term], said)


def is_said(term: str, said: str, language: str) -> bool:
    """Say whether any way to write a term stands in a text, by the beginnings of its words."""
    bones = skeleton(said)
    ways = (way.strip(" 《》") for way in WAYS.split(PLURAL.sub(r";\1", term)))
    return any(
        all(skeleton(stem) in bones for stem in _stems(way, language)) for way in ways if way
    )


def _stems(way: str, language: str) -> list[str]:
    """Give the beginnings of the words of a way to say a term."""
    if language == "zh":
        return way.split()
    words = re.split(r"[\s-]+", ARTICLE.sub("", way) if language == "ar" else way)
    return [
        word[: max(SHORT, round(len(word) * KEPT))] for word in words if len(word) > LEAST
    ] or words


@cache
def said_otherwise(language: str) -> set[tuple[str, str]]:
    """Give the terms that are not said as agreed, each with the place of its text."""
    return {
        (one.term, one.place)
        for one in due(language)
        if not is_said(one.agreed, one.said, language)
    }


def excepted(language: str) -> set[tuple[str, str]]:
    """Give the terms that are said otherwise for a reason, each with the place of its text."""
    cases = [case for case in table("said_otherwise") if language in case["in"]]
    return {(case["term"], place) for case in cases for place in case["at"]}


def test_every_term_is_agreed_in_every_language() -> None:
    assert len(rows()) >= 150
    assert [row["english"] for row in rows() if not all(row.values())] == []


@pytest.mark.parametrize("language", telling(SPOKEN, "ar", "fr"))
def test_agreed_terms_are_used(language: str) -> None:
    """An exception that nothing needs any more would let a mistake through."""
    assert sum(1 for _ in due(language)) > 500
    assert said_otherwise(language) == excepted(language)


def test_whatever_is_said_otherwise_has_its_reason() -> None:
    assert [
        case
        for case in table("said_otherwise")
        if not (case["why"] and set(case["in"]) <= {*SPOKEN})
    ] == []


@pytest.mark.parametrize("language", table("earlier_labels"))
def test_what_a_workbook_issued_before_says_is_read(language: str) -> None:
    spellings = vocabularies(TOOLKIT, language, {}).spellings
    said = [
        (name, str(code), label)
        for name, labels in table("earlier_labels")[language].items()
        for code, earlier in labels.items()
        for label in ([earlier] if isinstance(earlier, str) else earlier)
    ]
    read = [
        (name, (spellings[name].get(fold(label)) or ("",))[0], label) for name, _, label in said
    ]
    assert read == said
