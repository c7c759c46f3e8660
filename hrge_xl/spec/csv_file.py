"""CSV files beside a spec, read line by line, as nodes that know their file and line."""

from __future__ import annotations

import csv
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from io import StringIO
from pathlib import Path

import yaml

from ..errors import Mistake
from .yaml_file import content_of

SEPARATORS = ",;\t"
BETWEEN = "|"  # several texts in one cell
COMMENT = "#"  # a line that begins with it says nothing
SAVE_AGAIN = "Save it as CSV in UTF-8."


class CsvFile(ABC):
    """One file, whose first line names its columns; every mistake is kept."""

    needed: Sequence[str] = ()  # the columns without which a line says nothing

    def __init__(self, file: Path, name: str) -> None:
        self.name = name  # as it is told
        self.mistakes: list[Mistake] = []
        self._text = self._read(file)

    def _read(self, file: Path) -> str:
        try:
            return (content_of(file, self.name, self.mistakes) or b"").decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            self.mistake(line, "This line is not UTF-8 text.", SAVE_AGAIN)
            return ""

    def entries(self) -> Iterator[yaml.Node]:
        """Give what the lines say; one that has a mistake of its own is left out."""
        lines = self._lines()
        first = next(lines, None)
        if first is None:
            if not self.mistakes:
                self.mistake(1, "The file is empty.", f"Begin with the line {','.join(self.needed)}.")
            return
        heads = [head.strip() for head in first[1]]
        if self._known(first[0], heads):
            for line, cells in lines:
                yield from self._entry(line, heads, cells)

    def _lines(self) -> Iterator[tuple[int, list[str]]]:
        """Give each record that says something, with the line that it begins in."""
        reader = csv.reader(StringIO(self._text, newline=""), delimiter=self._separator(), strict=True)
        line = 1
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells) and not cells[0].startswith(COMMENT):
                    yield line, cells
                line = reader.line_num + 1
        except csv.Error as error:
            self.mistake(
                line, f"This is not a line of CSV: {error}.", "Look for a quotation mark without its pair."
            )

    def _separator(self) -> str:
        """Commas, or what some countries' spreadsheets write in their place."""
        lines = (line for line in self._text.splitlines() if not line.lstrip('"').startswith(COMMENT))
        return max(SEPARATORS, key=next(lines, "").count)

    def _known(self, line: int, heads: Sequence[str]) -> bool:
        before = len(self.mistakes)
        for number, head in enumerate(heads):
            if not self.takes(head):
                self.mistake(line, f"There is no column '{head}'.", f"{self.columns_in_words}.")
            elif head in heads[:number]:
                self.mistake(line, f"The column '{head}' appears twice here.", "Keep one.")
        for name in self.needed:
            if name not in {head.partition(":")[0] for head in heads}:
                self.mistake(line, f"There is no column `{name}`.", "Add it.")
        return len(self.mistakes) == before

    def _entry(self, line: int, heads: Sequence[str], cells: Sequence[str]) -> Iterator[yaml.Node]:
        if len(cells) != len(heads):
            reason = f"The line has {len(cells)} cells, and the first one has {len(heads)}."
            self.mistake(line, reason, "Put a text with a separator in it into quotation marks.")
            return
        given = {head: cell.strip() for head, cell in zip(heads, cells, strict=True) if cell.strip()}
        absent = [name for name in self.needed if not any(head.partition(":")[0] == name for head in given)]
        for name in absent:
            self.mistake(
                line, f"The {self.entry_in_words} has no {name}.", "Fill it in, or take the line out."
            )
        if not absent:
            yield self.node(line, given)

    entry_in_words = "line"

    @property
    @abstractmethod
    def columns_in_words(self) -> str:
        """Which columns such a file has, in a sentence without its end."""

    @abstractmethod
    def takes(self, head: str) -> bool:
        """Say whether there is a column of this name."""

    @abstractmethod
    def node(self, line: int, given: dict[str, str]) -> yaml.Node:
        """Give what a line says, as a part of the spec."""

    def scalar(self, line: int, text: str) -> yaml.Node:
        """Give a text that stands in a line."""
        mark = yaml.Mark(self.name, 0, line - 1, 0, None, 0)
        return yaml.ScalarNode("tag:yaml.org,2002:str", text, mark, mark)

    def mistake(self, line: int, reason: str, remedy: str) -> None:
        """Keep what is wrong with a line."""
        self.mistakes.append(Mistake(self.name, line, 1, reason, remedy))
