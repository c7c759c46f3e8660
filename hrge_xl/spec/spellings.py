"""Every spelling of the entries of a list: labels in all languages, codes and aliases; which one wins."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, partial
from typing import NamedTuple

from ..fields import TICK, YES_NO, Vocabularies, tick_spellings
from ..findings.value import CODE_FOR_LABEL, LABEL_IN_ANOTHER_LANGUAGE, OTHER_SPELLING
from ..words import fold, fold_code, translator
from .model import Spec, Vocabulary
from .translations import written_languages


class Entry(NamedTuple):
    """One entry of a list: its code, its label by language, its other spellings."""

    code: str
    labels: dict[str, str]
    aliases: tuple[str, ...]


def entries(vocabulary: Vocabulary, languages: Iterable[str]) -> list[Entry]:
    """Give the entries of a list with their labels in these languages."""
    spoken = tuple(languages)
    return [
        Entry(item.code, {tag: item.label.say(tag) for tag in spoken}, item.aliases)
        for item in vocabulary.items
    ]


def _steps(vocabulary: Vocabulary, languages: Iterable[str]) -> list[Entry]:
    """Give the entries of a scale: chosen as `4 Likely (61–80 %)`, and known by their labels alone, too."""
    return [
        each._replace(
            labels={tag: item.as_step(tag) for tag in each.labels},
            aliases=(*each.aliases, *each.labels.values()),
        )
        for item, each in zip(vocabulary.items, entries(vocabulary, languages), strict=True)
    ]


Meant = tuple[str, str | None]  # code, and the finding code of the note
Spelled = Mapping[str, Meant]  # by folded text


def spellings(table: Iterable[Entry], language: str) -> dict[str, Meant]:
    """Folded text → (code, finding code of the note). Earlier spellings win over later ones."""
    found: dict[str, Meant] = {}
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


class EveryLanguage(Mapping[str, Meant]):
    """The spellings of a list: those of one language, and only where a text is none of these those of all languages."""

    def __init__(self, own: Spelled, every: Callable[[], Spelled]) -> None:
        self._own, self._every = own, every

    @cached_property
    def every(self) -> Spelled:
        """The spellings in all languages of the spec, whose catalogues are read for it."""
        return self._every()

    def __getitem__(self, text: str) -> Meant:
        found = self._own.get(text)
        return self.every[text] if found is None else found

    def __iter__(self) -> Iterator[str]:
        return iter(self.every)

    def __len__(self) -> int:
        return len(self.every)


def vocabularies(spec: Spec, language: str, rows: Mapping[str, Iterable[str]]) -> Vocabularies:
    """Give the spellings of each list, the labels in `language` going first; `rows` are codes by tool."""
    spoken = written_languages(spec, language)

    def table(name: str, languages: Iterable[str]) -> list[Entry]:
        if name == YES_NO:
            return _yes_no(languages)
        return (_steps if name in spec.scales else entries)(spec.vocabularies[name], languages)

    def in_all(name: str) -> Spelled:
        return spellings(table(name, spec.languages), language)

    tables = {name: table(name, spoken) for name in (*spec.vocabularies, YES_NO)}
    found: dict[str, Spelled] = {
        name: EveryLanguage(spellings(own, language), partial(in_all, name)) for name, own in tables.items()
    }
    ticks = tick_spellings(spoken)
    found[TICK] = {each: (code, None) for code, spellings in ticks.items() for each in spellings}
    labels = {name: tuple(each.labels[language] for each in table) for name, table in tables.items()}
    known = {tool: {fold_code(code): code for code in codes} for tool, codes in rows.items()}
    return Vocabularies(language, found, labels, known)


def _yes_no(languages: Iterable[str]) -> list[Entry]:
    words = {"Y": ("Yes", ("True",)), "N": ("No", ())}
    spoken = tuple(languages)
    return [
        Entry(code, {tag: translator(tag)(english) for tag in spoken}, aliases)
        for code, (english, aliases) in words.items()
    ]


Readings = Mapping[str, frozenset[str | None]]  # code -> what its label is read as now, over all languages


def readings(before: Vocabulary, after: Vocabulary, old: Spec, new: Spec) -> Readings:
    """Give what the labels of each old code are read as with the new list; None where nobody knows them any more."""
    spoken = [tag for tag in old.languages if tag in new.languages]
    table = entries(after, new.languages)
    by_language = {tag: spellings(table, tag) for tag in spoken}
    return {
        entry.code: frozenset(by_language[tag].get(fold(entry.labels[tag]), (None, ""))[0] for tag in spoken)
        for entry in entries(before, old.languages)
    }
