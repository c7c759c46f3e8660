"""Public facts by country that stand in CSV files in `facts/`, as nodes that know their file and line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import yaml

from ..errors import Mistake
from .carried import FACTS, LIST
from .csv_file import CsvFile
from .nodes import file_beside, get, mapping, mistake_at, sequence

COLUMNS = ("country", "row", "field", "value", "source", "date")


def take_in_facts(folder: Path, named: yaml.Node | None, mistakes: list[Mistake]) -> None:
    """Put the lines of each file that `facts` names beside its name; a file that nothing names is told."""
    home, names = folder / FACTS, set[str]()
    entries = named.value if isinstance(named, yaml.SequenceNode) else []
    for entry in entries:
        name = get(entry, "file")
        if isinstance(entry, yaml.MappingNode) and isinstance(name, yaml.ScalarNode):
            names.add(str(name.value))
            entry.value += mapping([("rows", _rows(home, name, mistakes))], like=entry).value
    for file in sorted(home.glob(f"[!.]*{LIST}")):
        if file.name not in names:
            reason = "The file is named nowhere."
            remedy = f"Add {{file: {file.name}, tool: …}} to `facts` in workbook.yaml, or take it away."
            mistakes.append(Mistake(f"{FACTS}/{file.name}", 1, 1, reason, remedy))


def _rows(home: Path, name: yaml.Node, mistakes: list[Mistake]) -> yaml.Node:
    """Give the lines of a file; none where it cannot be read, which is told."""
    if not home.is_dir():
        reason = f"There is no folder {FACTS}/ in the spec folder."
        mistakes.append(mistake_at(name, (), reason, f"Put '{name.value}' there."))
        return sequence([])
    file = file_beside(home, name, LIST, mistakes)
    if file is None:
        return sequence([])
    found = _CsvFacts(file, f"{FACTS}/{file.name}")
    rows = list(found.entries())
    mistakes += found.mistakes
    return sequence(rows)


class _CsvFacts(CsvFile):
    """Facts, one a line."""

    needed: Sequence[str] = COLUMNS
    entry_in_words = "fact"

    @property
    def columns_in_words(self) -> str:
        return f"A file of facts has the columns {', '.join(COLUMNS)}"

    def takes(self, head: str) -> bool:
        return head in COLUMNS

    def node(self, line: int, given: dict[str, str]) -> yaml.Node:
        entries = [(name, self.scalar(line, given[name])) for name in COLUMNS]
        return mapping(entries, like=self.scalar(line, ""))
