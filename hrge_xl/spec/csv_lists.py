"""Lists whose entries stand in a CSV file beside the spec, as nodes that know their file and line.

`DISTRICTS: {file: districts.csv}` in vocabularies.yaml becomes the same as entries written out under `items`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from io import StringIO
from pathlib import Path

import yaml

from ..errors import Mistake
from .lost import Lost
from .nodes import file_beside, get, mapping, mistake_at, sequence

SUFFIX = ".csv"
NEEDED = ("code", "label")
PLAIN: tuple[str, ...] = ("code", "parent")
WORDED = ("label", "help", "anchor")  # may stand in several languages: `label:fr`
COLUMNS = (*NEEDED, "parent", "help", "anchor", "aliases")
BETWEEN = "|"  # aliases in one cell
SEPARATORS = ",;\t"
SAVE_AGAIN = "Save it as CSV in UTF-8."


def take_in_lists(
    folder: Path, lists: yaml.Node | None, language: str, mistakes: list[Mistake], lost: Lost
) -> None:
    """Put the entries of CSV files in the place of their names; `language` is the one of a `label` without any.

    A list without a single entry that could be read is lost: what refers to it is no mistake of its own.
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
    """The entries of a file; a list of none where it cannot be read, which is told."""
    file = file_beside(folder, named, SUFFIX, mistakes)
    if file is None:
        return sequence([])
    found = _CsvList(file, language)
    entries = list(found.entries())
    mistakes += found.mistakes
    if not entries and not found.mistakes:
        mistakes.append(Mistake(file.name, 1, 1, "The list has no entries.", "Add a line for each."))
    return sequence(entries)


class _CsvList:
    """One file, read line by line; every mistake is kept."""

    def __init__(self, file: Path, language: str) -> None:
        self.name, self.language = file.name, language
        self.mistakes: list[Mistake] = []
        self._text = self._read(file)

    def _read(self, file: Path) -> str:
        try:
            return file.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            self._mistake(line, "This line is not UTF-8 text.", SAVE_AGAIN)
        except OSError as error:
            self._mistake(1, f"The file cannot be read: {error.strerror or error}.", SAVE_AGAIN)
        return ""

    def entries(self) -> Iterator[yaml.Node]:
        """The entries; one that has a mistake of its own is left out."""
        lines = self._lines()
        first = next(lines, None)
        if first is None:
            if not self.mistakes:
                self._mistake(1, "The file is empty.", f"Begin with the line {','.join(NEEDED)}.")
            return
        heads = [head.strip() for head in first[1]]
        if self._known(first[0], heads):
            for line, cells in lines:
                if any(cell.strip() for cell in cells):
                    yield from self._entry(line, heads, cells)

    def _lines(self) -> Iterator[tuple[int, list[str]]]:
        """Each record with the line that it begins in."""
        reader = csv.reader(StringIO(self._text, newline=""), delimiter=self._separator(), strict=True)
        line = 1
        try:
            for cells in reader:
                yield line, cells
                line = reader.line_num + 1
        except csv.Error as error:
            self._mistake(
                line, f"This is no line of CSV: {error}.", "Look for a quotation mark without its pair."
            )

    def _separator(self) -> str:
        """Commas, or what some countries' spreadsheets write in their place."""
        head = self._text.partition("\n")[0]
        return max(SEPARATORS, key=head.count)

    def _known(self, line: int, heads: Sequence[str]) -> bool:
        before = len(self.mistakes)
        for number, head in enumerate(heads):
            name, _, tag = head.partition(":")
            if name not in COLUMNS or (":" in head and (name not in WORDED or not tag)):
                known = ", ".join((*COLUMNS, *(f"{each}:fr" for each in WORDED)))
                self._mistake(line, f"There is no column '{head}'.", f"A list has the columns {known}.")
            elif head in heads[:number]:
                self._mistake(line, f"The column '{head}' stands here twice.", "Keep one.")
        for name in NEEDED:
            if name not in {head.partition(":")[0] for head in heads}:
                self._mistake(line, f"There is no column `{name}`.", "Add it.")
        return len(self.mistakes) == before

    def _entry(self, line: int, heads: Sequence[str], cells: Sequence[str]) -> Iterator[yaml.Node]:
        if len(cells) != len(heads):
            reason = f"The line has {len(cells)} cells, and the first one has {len(heads)}."
            self._mistake(line, reason, "Put a text with a separator in it into quotation marks.")
            return
        given = {head: cell.strip() for head, cell in zip(heads, cells, strict=True) if cell.strip()}
        absent = [name for name in NEEDED if not any(head.partition(":")[0] == name for head in given)]
        for name in absent:
            self._mistake(line, f"The entry has no {name}.", "Fill it in, or take the line out.")
        if not absent:
            yield self._node(line, given)

    def _node(self, line: int, given: dict[str, str]) -> yaml.Node:
        mark = yaml.Mark(self.name, 0, line - 1, 0, None, 0)

        def scalar(text: str) -> yaml.Node:
            return yaml.ScalarNode("tag:yaml.org,2002:str", text, mark, mark)

        here = scalar("")
        found = {name: scalar(given[name]) for name in PLAIN if name in given}
        for name in WORDED:
            texts = {
                head.partition(":")[2] or self.language: scalar(text)
                for head, text in given.items()
                if head.partition(":")[0] == name
            }
            if texts:
                found[name] = mapping(list(texts.items()), like=here)
        if "aliases" in given:
            found["aliases"] = sequence(
                [scalar(each.strip()) for each in given["aliases"].split(BETWEEN) if each.strip()]
            )
        return mapping(list(found.items()), like=here)

    def _mistake(self, line: int, reason: str, remedy: str) -> None:
        self.mistakes.append(Mistake(self.name, line, 1, reason, remedy))
