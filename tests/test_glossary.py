"""The agreed terms of the Toolkit are used: where an English text has one, its translation has it too.

Words are compared by their beginnings, for they are inflected; in Arabic, where articles and plurals change the
beginning and the middle, fewer are found than are there.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from hrge_xl import load
from tests.face import FOLDER, read_catalogue, skeleton, to_translate

FOLDER_OF_SPEC = Path(load("hrge_toolkit").folder)
LEAST = {
    "fr": 0.85, "es": 0.9, "ckb": 0.9, "fa": 0.9, "fa-AF": 0.9, "ur": 0.85, "ru": 0.85, "zh": 0.95, "ar": 0.75,
}  # fmt: skip
KEPT, LONG = 0.6, 4  # share of a long word that its forms have in common
SEPARATORS = re.compile(r"[;/،؛]|\(.*?\)")


@cache
def terms() -> list[dict[str, str]]:
    """Give the agreed terms of several words: those that cannot mean something else."""
    with (FOLDER_OF_SPEC / "glossary.csv").open(encoding="utf-8-sig", newline="") as stream:
        return [row for row in csv.DictReader(stream) if " " in row["english"]]


def found(term: str, said: str, language: str) -> bool:
    """Whether any way to write a term stands in a text, by the beginnings of its words."""
    bones = skeleton(said)
    ways = (way.strip() for way in SEPARATORS.split(term))
    return any(all(skeleton(stem) in bones for stem in _stems(way, language)) for way in ways if way)


def _stems(way: str, language: str) -> Iterator[str]:
    for word in way.split():
        yield word if language == "zh" or len(word) <= LONG else word[: max(LONG, round(len(word) * KEPT))]


def due(language: str) -> Iterator[tuple[str, str, str]]:
    """Give every agreed term that stands in an English text, with its translation and that of the text."""
    catalogue = read_catalogue(FOLDER_OF_SPEC / FOLDER / f"{language}.po")
    patterns = [(re.compile(rf"\b{re.escape(row['english'])}s?\b", re.IGNORECASE), row) for row in terms()]
    for place, text in to_translate(load("hrge_toolkit")):
        message = catalogue.get(text, place)
        said = "" if message is None else str(message.string)
        for pattern, row in patterns if said else ():
            if pattern.search(text):
                yield row["english"], row[language], said


def test_every_term_is_agreed_in_every_language() -> None:
    with (FOLDER_OF_SPEC / "glossary.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) >= 150
    assert [row["english"] for row in rows if not all(row.values())] == []


@pytest.mark.parametrize("language", LEAST)
def test_agreed_terms_are_used(language: str) -> None:
    said = [found(term, text, language) for _, term, text in due(language)]
    assert len(said) > 100
    assert sum(said) / len(said) >= LEAST[language]
