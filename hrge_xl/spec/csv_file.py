"""CSV files beside a spec, read line by line, as nodes that know their file and line: entries of lists, public facts.

`DISTRICTS: {file: districts.csv}` in vocabularies.yaml becomes the same as entries written out under `items`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import yaml
from yaml import MappingNode, Node, ScalarNode, SequenceNode

from ..core.errors import Mistake
from .carried import FACTS, LIST
from .issuance import BETWEEN
from .yaml_file import SkippedInput, content_of, file_beside, get, mapping, mistake_at, scalar, sequence

SEPARATORS = ",;\t"
COMMENT = "#"  # a line that begins with it says nothing
WORDED = ("label", "help", "anchor")  # may stand in several languages: `label:fr`


def take_in_lists(
    folder: Path, lists: Node | None, language: str, mistakes: list[Mistake], skipped: SkippedInput
) -> None:
    """Put the entries of CSV files in the place of their names; `language` is the one of a `label` without any.

    A list without a single entry that could be read is lost: what refers to it is not a mistake of its own.
    """
    if not isinstance(lists, MappingNode):
        return
    for name, node in list(lists.value):
        named = get(node, "file")
        if named is None:
            continue
        node.value[:] = [(key, value) for key, value in node.value if value is not named]
        if get(node, "items"):
            mistakes.append(mistake_at(named, (), "The list has `items` and a `file`.", "Keep one of them."))
            continue
        items: list[Node] = []
        file = file_beside(folder, named, LIST, mistakes)
        if file:
            before = len(mistakes)
            items = list(_CsvFile(ENTRY, file, file.name, mistakes, language).entries())
            if not items and len(mistakes) == before:
                mistakes.append(Mistake(file.name, 1, 1, "The list has no entries.", "Add a line for each."))
        node.value += mapping([("items", sequence(items))], like=named).value
        if not items:
            lists.value[:] = [pair for pair in lists.value if pair[1] is not node]
            skipped.take(str(name.value), node)


def take_in_facts(folder: Path, named: Node | None, mistakes: list[Mistake]) -> None:
    """Put the lines of each file that `facts` names beside its name; a file that nothing names is told."""
    home, names = folder / FACTS, set[str]()
    for entry in named.value if isinstance(named, SequenceNode) else ():
        name = get(entry, "file")
        if not isinstance(entry, MappingNode) or not isinstance(name, ScalarNode):
            continue
        names.add(str(name.value))
        rows: list[Node] = []
        if not home.is_dir():
            reason = f"There is no folder {FACTS}/ in the spec folder."
            mistakes.append(mistake_at(name, (), reason, f"Put '{name.value}' there."))
        elif file := file_beside(home, name, LIST, mistakes):
            rows = list(_CsvFile(FACT, file, f"{FACTS}/{file.name}", mistakes).entries())
        entry.value += mapping([("rows", sequence(rows))], like=entry).value
    for file in sorted(home.glob(f"[!.]*{LIST}")):
        if file.name not in names:
            remedy = f"Add {{file: {file.name}, tool: …}} to `facts` in workbook.yaml, or take it away."
            mistakes.append(Mistake(f"{FACTS}/{file.name}", 1, 1, "The file is named nowhere.", remedy))


class _Kind(NamedTuple):
    """What such a file holds, one a line."""

    entry: str  # in words
    file: str  # in words
    columns: Sequence[str]
    needed: Sequence[str]  # the columns without which a line says nothing

    def takes(self, head: str) -> bool:
        """Say whether there is a column of this name."""
        name, colon, tag = head.partition(":")
        return name in self.columns and (not colon or (name in WORDED and bool(tag)))


OF_FACTS = ("country", "row", "field", "value", "source", "date")
OF_LISTS = ("code", "label", "parent", "help", "anchor", "aliases")
FACT = _Kind("fact", f"A file of facts has the columns {', '.join(OF_FACTS)}.", OF_FACTS, OF_FACTS)
ENTRY = _Kind(
    "entry",
    f"A list has the columns {', '.join((*OF_LISTS, *(f'{name}:fr' for name in WORDED)))}.",
    OF_LISTS,
    ("code", "label"),
)


class _CsvFile:
    """One file, whose first line names its columns; every mistake is kept."""

    def __init__(
        self, kind: _Kind, file: Path, name: str, mistakes: list[Mistake], language: str = ""
    ) -> None:
        self.kind, self.name, self.mistakes, self.language = kind, name, mistakes, language
        self._text, content = "", content_of(file, name, mistakes)
        self._is_there = content is not None
        try:
            self._text = (content or b"").decode("utf-8-sig")
        except UnicodeDecodeError as error:
            self._is_there = False
            line = error.object[: error.start].count(b"\n") + 1
            self._mistake(line, "This line is not UTF-8 text.", "Save it as CSV in UTF-8.")

    def entries(self) -> Iterator[Node]:
        """Give what the lines say; one that has a mistake of its own is left out."""
        lines = self._lines()
        before, first = len(self.mistakes), next(lines, None)
        if first is None:
            if self._is_there and len(self.mistakes) == before:
                self._mistake(1, "The file is empty.", f"Begin with the line {','.join(self.kind.needed)}.")
            return
        heads = [head.strip() for head in first[1]]
        self._check_heads(first[0], heads)
        if len(self.mistakes) > before:
            return
        for line, cells in lines:
            given = {head: cell.strip() for head, cell in zip(heads, cells, strict=False) if cell.strip()}
            there = {head.partition(":")[0] for head in given}
            absent = [name for name in self.kind.needed if name not in there]
            if len(cells) != len(heads):
                reason = f"The line has {len(cells)} cells, and the first one has {len(heads)}."
                self._mistake(line, reason, "Put a text with a separator in it into quotation marks.")
                continue
            for name in absent:
                reason = f"The {self.kind.entry} has no {name}."
                self._mistake(line, reason, "Fill it in, or take the line out.")
            if not absent:
                yield self._node(line, given)

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
            if not self.kind.takes(head):
                self._mistake(line, f"There is no column '{head}'.", self.kind.file)
            elif head in heads[:number]:
                self._mistake(line, f"The column '{head}' appears twice here.", "Keep one.")
        for name in self.kind.needed:
            if name not in {head.partition(":")[0] for head in heads}:
                self._mistake(line, f"There is no column `{name}`.", "Add it.")

    def _node(self, line: int, given: dict[str, str]) -> Node:
        """Give what a line says, as a part of the spec."""
        said, blank = list[tuple[str, Node]](), self._scalar(line, "")
        for name in self.kind.columns:
            texts = {
                head.partition(":")[2] or self.language: self._scalar(line, text)
                for head, text in given.items()
                if head.partition(":")[0] == name
            }
            if not texts:
                continue
            if name in WORDED:
                node: Node = mapping(list(texts.items()), like=blank)
            elif name == "aliases":
                aliases = (alias.strip() for alias in given[name].split(BETWEEN))
                node = sequence([self._scalar(line, alias) for alias in aliases if alias])
            else:
                node = texts[self.language]
            said.append((name, node))
        return mapping(said, like=blank)

    def _scalar(self, line: int, text: str) -> Node:
        return scalar(text, yaml.Mark(self.name, 0, line - 1, 0, None, 0))

    def _mistake(self, line: int, reason: str, remedy: str) -> None:
        self.mistakes.append(Mistake(self.name, line, 1, reason, remedy))
