"""Every spelling of the entries of a list: labels in all languages, codes and aliases; which one wins."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ..findings.value import CODE_FOR_LABEL, LABEL_IN_ANOTHER_LANGUAGE, OTHER_SPELLING
from ..words import fold
from .model import Vocabulary


class Entry(NamedTuple):
    """One entry of a list: its code, its label by language, its other spellings."""

    code: str
    labels: dict[str, str]
    aliases: tuple[str, ...]


def entries(vocabulary: Vocabulary, languages: Iterable[str]) -> list[Entry]:
    """The entries of a list with their labels in these languages."""
    spoken = tuple(languages)
    return [
        Entry(item.code, {tag: item.label.say(tag) for tag in spoken}, item.aliases)
        for item in vocabulary.items
    ]


def spellings(table: Iterable[Entry], language: str) -> dict[str, tuple[str, str | None]]:
    """Folded text → (code, finding code of the note). Earlier spellings win over later ones."""
    found: dict[str, tuple[str, str | None]] = {}
    rows = list(table)
    for each in rows:
        found.setdefault(fold(each.labels[language]), (each.code, None))
    for each in rows:
        found.setdefault(fold(each.code), (each.code, CODE_FOR_LABEL.code))
        for alias in each.aliases:
            found.setdefault(fold(alias), (each.code, OTHER_SPELLING.code))
    for each in rows:
        for label in each.labels.values():
            found.setdefault(fold(label), (each.code, LABEL_IN_ANOTHER_LANGUAGE.code))
    return found
