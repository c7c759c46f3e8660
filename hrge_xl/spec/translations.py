"""Translations of a spec: one PO file a language beside it, each text under its place, read when it is asked for.

A place is made of codes, so that it stays when questions move: `field/EV_SRC/help`, `list/GROUP/WOM/label`,
`rule/R-F04/message`, `tool/T2.6/title`. English stays in the YAML, where a text may also be written in other languages.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, read_po

from ..core.errors import Mistake, SpecError
from ..core.paths import read_regular, write_whole
from ..core.spec_parts import Text
from ..core.words import proper_tag, with_base
from ..fields import Field
from .carried import CATALOGUE, keep, recall
from .model import (
    Block,
    FieldBlock,
    Item,
    ItemBlock,
    Rule,
    Spec,
    Tool,
    VocabularyItem,
    texts,
)
from .yaml_file import MOST_BYTES, ORDINARY, compose, plain

FOLDER = "languages"
SUFFIX = ".po"
STATES = "languages.yaml"
LETTER = re.compile(r"[^\W\d_]")
DRAFT = "fuzzy"  # what gettext calls a translation that somebody should look at
REVIEW_ANEW = (
    "Delete it and state again who reviewed what: "
    "hrge-xl spec translate SPEC --language LANG --reviewed-by ROLE."
)
WRITTEN = ("text", "long")  # types of fixed columns that are read, and so translated
OF_THEIR_OWN = (
    Tool,
    Block,
    Field,
    Item,
    VocabularyItem,
    Rule,
)  # named by their codes, wherever they stand


Key = tuple[str, str]  # the place of a text and its wording


def by_key(catalogue: Catalog) -> dict[Key, Message]:
    """Return the entries of a catalogue by place and wording; those of the program have no place."""
    return {(str(entry.context or ""), str(entry.id)): entry for entry in catalogue if entry.id}


class Unit(NamedTuple):
    """One text to translate: its place in the spec, and the text itself."""

    place: str
    text: Text


class TranslationTable(NamedTuple):
    """What one file says: by place and English text the translation; and whether some of it is a draft."""

    texts: dict[Key, str]
    drafts: bool = False

    @classmethod
    def of(cls, catalogue: Catalog) -> TranslationTable:
        """Take what is translated out of a catalogue."""
        entries = {key: entry for key, entry in by_key(catalogue).items() if entry.string}
        texts = {key: str(entry.string) for key, entry in entries.items()}
        return cls(texts, any(DRAFT in entry.flags for entry in entries.values()))

    @property
    def digest(self) -> str:
        """SHA-256 over every translation: what a person reviewed."""
        lines = sorted("\0".join((*key, text)) for key, text in self.texts.items())
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


class Translations:
    """The catalogues of a spec folder, by language; `source` is the language that is translated from."""

    def __init__(self, folder: Path, source: str) -> None:
        self.folder = folder
        self.source = source
        self._tables: dict[str, TranslationTable] = {}
        self._asked: dict[str, tuple[str, ...]] = {}

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The languages that there are files for."""
        return tuple(
            sorted(file.stem for file in self._files() if proper_tag(file.stem) == file.stem)
        )

    @property
    def nameless(self) -> list[str]:
        """The files whose names are not tags of languages: nobody would read them."""
        return sorted(file.name for file in self._files() if file.stem not in self.languages)

    def _files(self) -> Iterator[Path]:
        return (self.folder / FOLDER).glob(f"[!.]*{SUFFIX}")

    def file(self, language: str) -> Path:
        """Return the file of the translations into a language."""
        return self.folder / FOLDER / f"{language}{SUFFIX}"

    def find(self, language: str, place: str, text: str) -> str | None:
        """Return the text at a place in this very language, which has a file; None where it is not translated."""
        return self.table(language).texts.get((place, text))

    def stand_in(self, language: str, place: str, text: str) -> str:
        """Return the text itself, marked with its language where it is read; lists and names of sheets are not."""
        untranslated = (
            place.startswith("list/") or place.endswith("/sheet") or not LETTER.search(text)
        )
        return f"[{self.source}] {text}" if self.of(language) and not untranslated else text

    def of(self, language: str) -> tuple[str, ...]:
        """Return the files that are asked for a language: its own, and that of its base language."""
        if language not in self._asked:
            tags = dict.fromkeys(with_base(language))
            self._asked[language] = tuple(tag for tag in tags if tag in self.languages)
        return self._asked[language]

    def table(self, language: str) -> TranslationTable:
        """Return what the file of a language says. Raises `SpecError` where it cannot be read."""
        if language not in self._tables:
            self._tables[language] = _table(self.file(language))
        return self._tables[language]

    def is_draft(self, language: str) -> bool:
        """Say whether a person has still to look at some of what is said in a language."""
        return any(
            self.table(tag).drafts or self.reviewed.get(tag) != self.table(tag).digest
            for tag in self.of(language)
        )

    @cached_property
    def reviewed(self) -> dict[str, str]:
        """The digests of the languages that somebody has reviewed. Raises `SpecError` where their file is none."""
        states = read_states(self.folder)
        return {tag: state.get("digest", "") for tag, state in states.items()}


def _table(file: Path) -> TranslationTable:
    """Return what a file says, as it was kept where it was read before. Raises `SpecError` where it cannot be read."""
    try:
        content = read_regular(file, MOST_BYTES)
    except OSError:
        return TranslationTable.of(read_catalogue(file))  # which says why not
    digest = hashlib.sha256(content).hexdigest()
    table = recall(CATALOGUE, digest, TranslationTable)
    if table is None:
        table = TranslationTable.of(read_catalogue(file, content))
        keep(CATALOGUE, digest, table)
    return table


def read_states(folder: Path) -> dict[str, dict[str, str]]:
    """Read who reviewed which language; nobody where there is no such file. Raises `SpecError` where it is none."""
    if not (folder / STATES).exists():
        return {}
    mistakes: list[Mistake] = []
    node = compose(folder / STATES, STATES, mistakes)
    if node is None or mistakes:
        raise SpecError([replace(mistake, remedy=REVIEW_ANEW) for mistake in mistakes])
    states = plain(node)
    if not isinstance(states, dict) or not all(
        isinstance(state, dict) for state in states.values()
    ):
        reason = "The file does not name languages with their reviews."
        raise SpecError([Mistake(STATES, 1, 1, reason, REVIEW_ANEW)])
    return {
        str(tag): {str(key): str(value) for key, value in state.items()}
        for tag, state in states.items()
    }


def write_state(folder: Path, language: str, state: dict[str, str]) -> Path:
    """Write who reviewed a language; gives the file. Raises `SpecError` as `read_states`, and `OutputError`."""
    file = folder / STATES
    states = read_states(folder) | {language: state}
    write_whole(file, yaml.safe_dump(states, allow_unicode=True, sort_keys=True).encode())
    return file


def translations_of(spec: Spec) -> Translations | None:
    """Return the catalogues that a spec was loaded with; None where it has none."""
    catalogue = spec.title.catalogue
    return catalogue if isinstance(catalogue, Translations) else None


def written_languages(spec: Spec, language: str) -> tuple[str, ...]:
    """Return a language, and those that are written in the YAML of a spec: no file is read for their words."""
    translations = translations_of(spec)
    in_files = translations.languages if translations else ()
    return tuple(dict.fromkeys((language, *(tag for tag in spec.languages if tag not in in_files))))


def is_draft(spec: Spec, language: str) -> bool:
    """Say whether the texts of a spec in a language wait for somebody to review them."""
    translations = translations_of(spec)
    return translations is not None and translations.is_draft(language)


def read_catalogue(file: Path, content: bytes | None = None) -> Catalog:
    """Read a PO file, whose content may be known already. Raises `SpecError` with the line where it is none."""
    line = 1
    try:
        content = read_regular(file, MOST_BYTES) if content is None else content
        return read_po(BytesIO(content), locale=None, abort_invalid=True)
    except PoFileError as error:
        line = (error.lineno or 0) + 1
        reason = f"This line is not as a PO file has it: {str(error).partition(': ')[2] or error}."
        remedy = (
            "Take the file that you had before, or move it away and begin a new one: "
            "hrge-xl spec translate SPEC --language LANG"
        )
    except (UnicodeDecodeError, LookupError):
        reason = "The file is not UTF-8, or its header names another encoding."
        remedy = "Save it as UTF-8."
    except OSError as error:
        reason = f"The file cannot be read: {error.strerror}."
        remedy = ORDINARY
    raise SpecError([Mistake(f"{FOLDER}/{file.name}", line, 1, reason, remedy)])


def translated(spec: Spec, folder: Path) -> Spec:
    """Return the spec with what is translated beside it: its texts know their place, and its languages are more."""
    translations = Translations(folder, spec.languages[0])
    if not translations.languages:
        return spec
    for unit in units(spec):
        unit.text.catalogue = translations
        unit.text.place = unit.place
    added = [tag for tag in translations.languages if tag not in spec.languages]
    return spec.model_copy(update={"languages": (*spec.languages, *added)})


# every text with its place


def units(spec: Spec) -> Iterator[Unit]:
    """Every text of a spec that may be translated, in the order of its sheets. Texts of fixed columns become `Text`."""
    for name in type(spec).model_fields:
        if name not in ("tools", "vocabularies", "rules", "sample"):
            yield from _below(getattr(spec, name), name)
    for tool in spec.tools:
        place = f"tool/{tool.code}"
        yield from _below(tool, place)
        for number, block in enumerate(tool.blocks, start=1):
            if isinstance(block, FieldBlock):
                yield from _entries(block.fields, place)
            if isinstance(block, ItemBlock):
                columns = {field.code for field in block.fields if field.type.name in WRITTEN}
                for values in (row.values for row in block.written_out):
                    written = (code for code in columns if isinstance(values.get(code), str))
                    values |= {code: Text({"": values[code]}) for code in written}
                yield from _entries(block.written_out, place)
            yield from _below(block, f"{place}/block/{number}")
    for code, vocabulary in spec.vocabularies.items():
        yield from _below(vocabulary, f"list/{code}")
        yield from _entries(vocabulary.items, f"list/{code}")
    yield from _entries(spec.rules, "rule")
    if spec.sample:
        yield from _below(spec.sample.country, "sample/country")
        for place, sample in spec.sample.every.items():
            at = place.replace("answers", "sample", 1)
            for name, answers in sample.items():
                fields = spec.tool[name].fields if name in spec.tool else {}
                yield from _of_sample(answers, fields, f"{at}/{name}")


def _of_sample(answers: Any, fields: Mapping[str, Field], place: str) -> Iterator[Unit]:
    """Yield the texts that a sample is filled in with; they become `Text` where they stand."""
    for key, value in answers.items():
        if isinstance(value, dict):
            yield from _of_sample(value, fields, f"{place}/{key}")
        elif isinstance(value, Text):
            yield Unit(f"{place}/{key}", value)
        elif (
            isinstance(value, str)
            and " " in value
            and key in fields
            and fields[key].type.name in WRITTEN
        ):
            answers[key] = Text({"": value})  # a word alone is a code, such as that of the project
            yield Unit(f"{place}/{key}", answers[key])


def _below(part: Any, place: str) -> Iterator[Unit]:
    """Yield the texts of a part and of all that it is made of, but for lists of what has codes of its own."""
    for path, text in texts(part, (), OF_THEIR_OWN):
        if text:  # in a list they count from 1
            steps = (str(step + 1) if isinstance(step, int) else step for step in path)
            yield Unit("/".join((place, *steps)), text)


def _entries(parts: Sequence[Any], place: str) -> Iterator[Unit]:
    """Yield the texts of what has codes of its own: fields and rules by these alone, whatever sheet they stand on."""
    for part in parts:
        home = "field" if isinstance(part, Field) else place
        yield from _below(part, f"{home}/{part.code}")
