"""CSV files beside a spec, read line by line, as nodes that know their file and line: entries of lists, public facts.

`DISTRICTS: {file: districts.csv}` in vocabularies.yaml becomes the same as entries written out under `items`.
"""

from __future__ import annotations

import csv
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from io import StringIO
from pathlib import Path

import yaml

from ..errors import Mistake
from .carried import FACTS, LIST
from .issuance import BETWEEN
from .nodes import Lost, file_beside, get, mapping, mistake_at, sequence
from .yaml_file import content_of

SEPARATORS = ",;\t"
COMMENT = "#"  # a line that begins with it says nothing
OF_FACTS = ("country", "row", "field", "value", "source", "date")
WORDED = ("label", "help", "anchor")  # may stand in several languages: `label:fr`
OF_LISTS = ("code", "label", "parent", "help", "anchor", "aliases")


def take_in_lists(
    folder: Path, lists: yaml.Node | None, language: str, mistakes: list[Mistake], lost: Lost
) -> None:
    """Put the entries of CSV files in the place of their names; `language` is the one of a `label` without any.

    A list without a single entry that could be read is lost: what refers to it is not a mistake of its own.
    """
    if not isinstance(lists, yaml.MappingNode):
        return
    for name, node in list(lists.value):
        named = get(node, "file")
        if named is None:
            continue
        node.value[:] = [(key, value) for key, value in node.value if value is not named]
        if get(node, "items") is not None:
            mistakes.append(mistake_at(named, (), "The list has `items` and a `file`.", "Keep one of them."))
            continue
        items: list[yaml.Node] = []
        file = file_beside(folder, named, LIST, mistakes)
        if file is not None:
            before = len(mistakes)
            items = list(_CsvList(file, file.name, mistakes, language).entries())
            if not items and len(mistakes) == before:
                mistakes.append(Mistake(file.name, 1, 1, "The list has no entries.", "Add a line for each."))
        node.value += mapping([("items", sequence(items))], like=named).value
        if not items:
            lists.value[:] = [pair for pair in lists.value if pair[1] is not node]
            lost.take(str(name.value), node)


def take_in_facts(folder: Path, named: yaml.Node | None, mistakes: list[Mistake]) -> None:
    """Put the lines of each file that `facts` names beside its name; a file that nothing names is told."""
    home, names = folder / FACTS, set[str]()
    for entry in named.value if isinstance(named, yaml.SequenceNode) else ():
        name = get(entry, "file")
        if not isinstance(entry, yaml.MappingNode) or not isinstance(name, yaml.ScalarNode):
            continue
        names.add(str(name.value))
        rows: list[yaml.Node] = []
        if not home.is_dir():
            reason = f"There is no folder {FACTS}/ in the spec folder."
            mistakes.append(mistake_at(name, (), reason, f"Put '{name.value}' there."))
        elif (file := file_beside(home, name, LIST, mistakes)) is not None:
            rows = list(_CsvFacts(file, f"{FACTS}/{file.name}", mistakes).entries())
        entry.value += mapping([("rows", sequence(rows))], like=entry).value
    for file in sorted(home.glob(f"[!.]*{LIST}")):
        if file.name not in names:
            remedy = f"Add {{file: {file.name}, tool: …}} to `facts` in workbook.yaml, or take it away."
            mistakes.append(Mistake(f"{FACTS}/{file.name}", 1, 1, "The file is named nowhere.", remedy))


class _CsvFile(ABC):
    """One file, whose first line names its columns; every mistake is kept."""

    needed: Sequence[str]  # the columns without which a line says nothing
    entry_in_words: str
    columns_in_words: str

    def __init__(self, file: Path, name: str, mistakes: list[Mistake], language: str = "") -> None:
        self.name = name  # as it is told
        self.language = language
        self.mistakes = mistakes
        self._text = ""
        self._is_there = False
        content = content_of(file, name, mistakes)
        try:
            self._text = (content or b"").decode("utf-8-sig")
            self._is_there = content is not None
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            self._mistake(line, "This line is not UTF-8 text.", "Save it as CSV in UTF-8.")

    @abstractmethod
    def takes(self, head: str) -> bool:
        """Say whether there is a column of this name."""

    @abstractmethod
    def node(self, line: int, given: dict[str, str]) -> yaml.Node:
        """Give what a line says, as a part of the spec."""

    def entries(self) -> Iterator[yaml.Node]:
        """Give what the lines say; one that has a mistake of its own is left out."""
        lines = self._lines()
        before, first = len(self.mistakes), next(lines, None)
        if first is None:
            if self._is_there and len(self.mistakes) == before:
                self._mistake(1, "The file is empty.", f"Begin with the line {','.join(self.needed)}.")
            return
        heads = [head.strip() for head in first[1]]
        self._check_heads(first[0], heads)
        if len(self.mistakes) > before:
            return
        for line, cells in lines:
            given = {head: cell.strip() for head, cell in zip(heads, cells, strict=False) if cell.strip()}
            there = {head.partition(":")[0] for head in given}
            absent = [name for name in self.needed if name not in there]
            if len(cells) != len(heads):
                reason = f"The line has {len(cells)} cells, and the first one has {len(heads)}."
                self._mistake(line, reason, "Put a text with a separator in it into quotation marks.")
                continue
            for name in absent:
                reason = f"The {self.entry_in_words} has no {name}."
                self._mistake(line, reason, "Fill it in, or take the line out.")
            if not absent:
                yield self.node(line, given)

    def _lines(self) -> Iterator[tuple[int, list[str]]]:
        """Give each record that says something, with the line that it begins in.

        Cells are separated by commas, or by what some countries' spreadsheets write in their place.
        """
        said = (line for line in self._text.splitlines() if not line.lstrip('"').startswith(COMMENT))
        separator = max(SEPARATORS, key=next(said, "").count)
        reader = csv.reader(StringIO(self._text, newline=""), delimiter=separator, strict=True)
        line = 1
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells) and not cells[0].startswith(COMMENT):
                    yield line, cells
                line = reader.line_num + 1
        except csv.Error as error:
            reason = f"This is not a line of CSV: {error}."
            self._mistake(line, reason, "Look for a quotation mark without its pair.")

    def _check_heads(self, line: int, heads: Sequence[str]) -> None:
        for number, head in enumerate(heads):
            if not self.takes(head):
                self._mistake(line, f"There is no column '{head}'.", f"{self.columns_in_words}.")
            elif head in heads[:number]:
                self._mistake(line, f"The column '{head}' appears twice here.", "Keep one.")
        for name in self.needed:
            if name not in {head.partition(":")[0] for head in heads}:
                self._mistake(line, f"There is no column `{name}`.", "Add it.")

    def scalar(self, line: int, text: str) -> yaml.Node:
        """Give a text that stands in a line."""
        mark = yaml.Mark(self.name, 0, line - 1, 0, None, 0)
        return yaml.ScalarNode("tag:yaml.org,2002:str", text, mark, mark)

    def _mistake(self, line: int, reason: str, remedy: str) -> None:
        self.mistakes.append(Mistake(self.name, line, 1, reason, remedy))


class _CsvFacts(_CsvFile):
    """Facts, one a line."""

    needed = OF_FACTS
    entry_in_words = "fact"
    columns_in_words = f"A file of facts has the columns {', '.join(OF_FACTS)}"

    def takes(self, head: str) -> bool:
        return head in OF_FACTS

    def node(self, line: int, given: dict[str, str]) -> yaml.Node:
        entries = [(name, self.scalar(line, given[name])) for name in OF_FACTS]
        return mapping(entries, like=self.scalar(line, ""))


class _CsvList(_CsvFile):
    """The entries of a list, one a line."""

    needed = ("code", "label")
    entry_in_words = "entry"
    columns_in_words = f"A list has the columns {', '.join((*OF_LISTS, *(f'{name}:fr' for name in WORDED)))}"

    def takes(self, head: str) -> bool:
        name, colon, tag = head.partition(":")
        return name in OF_LISTS and (not colon or (name in WORDED and bool(tag)))

    def node(self, line: int, given: dict[str, str]) -> yaml.Node:
        here = self.scalar(line, "")
        plain = [name for name in ("code", "parent") if name in given]
        found = {str(name): self.scalar(line, given[name]) for name in plain}
        for name in WORDED:
            texts = [
                (head.partition(":")[2] or self.language, self.scalar(line, text))
                for head, text in given.items()
                if head.partition(":")[0] == name
            ]
            if texts:
                found[name] = mapping(list(dict(texts).items()), like=here)
        if "aliases" in given:
            aliases = (alias.strip() for alias in given["aliases"].split(BETWEEN))
            found["aliases"] = sequence([self.scalar(line, alias) for alias in aliases if alias])
        return mapping(list(found.items()), like=here)
