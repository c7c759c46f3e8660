"""Lists whose entries stand in a CSV file beside the spec, as nodes that know their file and line.

`DISTRICTS: {file: districts.csv}` in vocabularies.yaml becomes the same as entries written out under `items`.
"""

from __future__ import annotations

from pathlib import Path

import yaml

from ..errors import Mistake
from .csv_file import BETWEEN, CsvFile
from .lost import Lost
from .nodes import file_beside, get, mapping, mistake_at, sequence

SUFFIX = ".csv"
NEEDED = ("code", "label")
PLAIN: tuple[str, ...] = ("code", "parent")
WORDED = ("label", "help", "anchor")  # may stand in several languages: `label:fr`
COLUMNS = (*NEEDED, "parent", "help", "anchor", "aliases")


def take_in_lists(
    folder: Path, lists: yaml.Node | None, language: str, mistakes: list[Mistake], lost: Lost
) -> None:
    """Put the entries of CSV files in the place of their names; `language` is the one of a `label` without any.

    A list without a single entry that could be read is lost: what refers to it is not a mistake of its own.
    """
    if not isinstance(lists, yaml.MappingNode):
        return
    kept = []
    for name, node in lists.value:
        if _taken_in(folder, node, language, mistakes):
            kept.append((name, node))
        else:
            lost.take(str(name.value), node)
    lists.value[:] = kept


def _taken_in(folder: Path, node: yaml.Node, language: str, mistakes: list[Mistake]) -> bool:
    """Take in the file of one list, if it names one; gives whether there are entries, as far as is known here."""
    named = get(node, "file")
    if named is None:
        return True
    if get(node, "items") is not None:
        mistakes.append(mistake_at(named, (), "The list has `items` and a `file`.", "Keep one of them."))
        node.value[:] = [(key, value) for key, value in node.value if value is not named]
        return True
    items = _items(folder, named, language, mistakes)
    node.value[:] = [(key, value) for key, value in node.value if value is not named]
    node.value += mapping([("items", items)], like=named).value
    return bool(items.value)


def _items(folder: Path, named: yaml.Node, language: str, mistakes: list[Mistake]) -> yaml.Node:
    """Give the entries of a file; a list of none where it cannot be read, which is told."""
    file = file_beside(folder, named, SUFFIX, mistakes)
    if file is None:
        return sequence([])
    found = _CsvList(file, language)
    entries = list(found.entries())
    mistakes += found.mistakes
    if not entries and not found.mistakes:
        mistakes.append(Mistake(file.name, 1, 1, "The list has no entries.", "Add a line for each."))
    return sequence(entries)


class _CsvList(CsvFile):
    """A list in a file."""

    needed = NEEDED
    entry_in_words = "entry"

    def __init__(self, file: Path, language: str) -> None:
        super().__init__(file, file.name)
        self.language = language

    @property
    def columns_in_words(self) -> str:
        return f"A list has the columns {', '.join((*COLUMNS, *(f'{each}:fr' for each in WORDED)))}"

    def takes(self, head: str) -> bool:
        name, colon, tag = head.partition(":")
        return name in COLUMNS and (not colon or (name in WORDED and bool(tag)))

    def node(self, line: int, given: dict[str, str]) -> yaml.Node:
        here = self.scalar(line, "")
        found = {name: self.scalar(line, given[name]) for name in PLAIN if name in given}
        for name in WORDED:
            texts = {
                head.partition(":")[2] or self.language: self.scalar(line, text)
                for head, text in given.items()
                if head.partition(":")[0] == name
            }
            if texts:
                found[name] = mapping(list(texts.items()), like=here)
        if "aliases" in given:
            aliases = (each.strip() for each in given["aliases"].split(BETWEEN))
            found["aliases"] = sequence([self.scalar(line, each) for each in aliases if each])
        return mapping(list(found.items()), like=here)
