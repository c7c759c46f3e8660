"""Every spelling of the entries of a list: labels in all languages, codes and aliases; which one wins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ..fields import TICK, YES_NO, Vocabularies, tick_spellings
from ..findings.value import CODE_FOR_LABEL, LABEL_IN_ANOTHER_LANGUAGE, OTHER_SPELLING
from ..words import fold, fold_code, translator
from .model import Spec, Vocabulary


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


def _steps(vocabulary: Vocabulary, languages: Iterable[str]) -> list[Entry]:
    """The entries of a scale: chosen as `4 Likely (61–80 %)`, and known by their labels alone, too."""
    return [
        each._replace(
            labels={tag: item.as_step(tag) for tag in each.labels},
            aliases=(*each.aliases, *each.labels.values()),
        )
        for item, each in zip(vocabulary.items, entries(vocabulary, languages), strict=True)
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


def vocabularies(spec: Spec, language: str, rows: Mapping[str, Iterable[str]]) -> Vocabularies:
    """Give the spellings of each list, the labels in `language` going first; `rows` are codes by tool."""
    tables = {
        name: (_steps if name in spec.scales else entries)(each, spec.languages)
        for name, each in spec.vocabularies.items()
    }
    tables[YES_NO] = _yes_no(spec)
    found = {name: spellings(table, language) for name, table in tables.items()}
    ticks = tick_spellings(spec.languages)
    found[TICK] = {each: (code, None) for code, spellings in ticks.items() for each in spellings}
    labels = {name: tuple(each.labels[language] for each in table) for name, table in tables.items()}
    known = {tool: {fold_code(code): code for code in codes} for tool, codes in rows.items()}
    return Vocabularies(language, found, labels, known)


def _yes_no(spec: Spec) -> list[Entry]:
    words = {"Y": ("Yes", ("True",)), "N": ("No", ())}
    return [
        Entry(code, {tag: translator(tag)(english) for tag in spec.languages}, aliases)
        for code, (english, aliases) in words.items()
    ]
