"""Translations of a spec: one PO file a language beside it, each text under its place, read when it is asked for.

A place is made of codes, so that it stays when questions move: `field/EV_SRC/help`, `list/GROUP/WOM/label`,
`rule/R-F04/message`, `tool/T2.6/title`. English stays in the YAML, where a text may also be written in other languages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from pydantic import BaseModel

from ..fields import Field
from ..texts import Text
from ..words import is_language
from .model import Block, CatalogueBlock, ChecklistBlock, FieldBlock, Item, Rule, Spec, Tool, VocabularyItem

FOLDER, SUFFIX = "languages", ".po"
WRITTEN = ("text", "long")  # types of fixed columns that are read, and so translated


OF_THEIR_OWN = (Tool, Block, Field, Item, VocabularyItem, Rule)  # named by their codes, wherever they stand
PLAIN = (str, int, float, bool, type(None), frozenset)


class Unit(NamedTuple):
    """One text to translate: its place in the spec, and the text itself."""

    place: str
    text: Text


class Translations:
    """The catalogues of a spec folder, by language."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._tables: dict[str, dict[tuple[str, str], str]] = {}

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The languages that there are files for."""
        files = (self.folder / FOLDER).glob(f"[!.]*{SUFFIX}")
        return tuple(sorted(file.stem for file in files if is_language(file.stem)))

    def file(self, language: str) -> Path:
        """Where the translations into a language stand."""
        return self.folder / FOLDER / f"{language}{SUFFIX}"

    def find(self, language: str, place: str, text: str) -> str | None:
        """Give the text at a place in this very language; None where it is not translated."""
        if language not in self.languages:
            return None
        table = self._tables.get(language)
        if table is None:
            table = self._tables[language] = _table(read_catalogue(self.file(language)))
        return table.get((place, text))


def read_catalogue(file: Path) -> Catalog:
    """Read a PO file. Raises `OSError`, `ValueError` and `babel.messages.pofile.PoFileError`."""
    with file.open("rb") as stream:
        return read_po(stream, locale=None, abort_invalid=True)


def _table(catalogue: Catalog) -> dict[tuple[str, str], str]:
    return {
        (str(entry.context or ""), str(entry.id)): str(entry.string)
        for entry in catalogue
        if entry.id and entry.string
    }


def translated(spec: Spec, folder: Path) -> Spec:
    """Give the spec with what is translated beside it: its texts know their place, and its languages are more."""
    translations = Translations(folder)
    if not translations.languages:
        return spec
    for unit in units(spec):
        unit.text.catalogue, unit.text.place = translations, unit.place
    more = [tag for tag in translations.languages if tag not in spec.languages]
    return spec.model_copy(update={"languages": (*spec.languages, *more)})


# every text with its place


def units(spec: Spec) -> Iterator[Unit]:
    """Every text of a spec that may be translated, in the order of its sheets. Texts of fixed columns become `Text`."""
    for name, part in _options(spec):
        if name not in ("tools", "vocabularies", "rules"):
            yield from _below(part, name)
    for tool in spec.tools:
        yield from _of_tool(tool)
    for code, vocabulary in spec.vocabularies.items():
        yield from _below(vocabulary, f"list/{code}")
        yield from _entries(vocabulary.items, f"list/{code}")
    yield from _entries(spec.rules, "rule")


def _of_tool(tool: Tool) -> Iterator[Unit]:
    place = f"tool/{tool.code}"
    yield from _below(tool, place)
    for number, block in enumerate(tool.blocks, start=1):
        if isinstance(block, FieldBlock):
            yield from _entries(block.fields, place)
        if isinstance(block, ChecklistBlock | CatalogueBlock) and isinstance(block.items, tuple):
            _as_texts(block.items, {field.code for field in block.fields if field.type.name in WRITTEN})
            yield from _entries(block.items, place)
        yield from _below(block, f"{place}/block/{number}")


def _as_texts(items: tuple[Item, ...], columns: set[str]) -> None:
    for item in items:
        for code in columns & item.values.keys():
            if isinstance(item.values[code], str):
                item.values[code] = Text({"": item.values[code]})


def _below(part: Any, place: str) -> Iterator[Unit]:
    """The texts of a part and of all that it is made of, but for lists of what has codes of its own."""
    kind = type(part)
    if kind is Text:
        if part:
            yield Unit(place, part)
    elif kind is tuple:
        if part and not isinstance(part[0], OF_THEIR_OWN):
            for number, entry in enumerate(part, start=1):
                yield from _below(entry, f"{place}/{number}")
    elif kind is dict:
        for key, entry in part.items():
            yield from _below(entry, f"{place}/{key}")
    elif issubclass(kind, BaseModel):
        for name, value in _options(part):
            if type(value) not in PLAIN:
                yield from _below(value, f"{place}/{name}")


def _options(part: BaseModel) -> Iterator[tuple[str, Any]]:
    """What is written of a part, and nothing that was worked out from it."""
    return ((name, part.__dict__[name]) for name in type(part).model_fields)


def _entries(parts: Sequence[Any], place: str) -> Iterator[Unit]:
    """The texts of what has codes of its own: fields and rules by these alone, whatever sheet they stand on."""
    for part in parts:
        home = "field" if isinstance(part, Field) else place
        yield from _below(part, f"{home}/{part.code}")
