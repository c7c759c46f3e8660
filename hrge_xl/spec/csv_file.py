"""CSV files beside a spec, read line by line, as nodes that know their file and line: entries of lists, public facts.

`DISTRICTS: {file: districts.csv}` in vocabularies.yaml becomes the same as entries written out under `items`.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import yaml
from yaml import MappingNode, Node, ScalarNode, SequenceNode

from ..core.errors import Mistake
from ..core.spec_parts import Wrong
from .carried import FACTS, LIST
from .supplements import BETWEEN
from .yaml_file import (
    SkippedInput,
    content_of,
    file_beside,
    get,
    mapping,
    mistake_at,
    scalar,
    sequence,
)

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
            mistakes.append(
                mistake_at(named, (), "The list has `items` and a `file`.", "Keep one of them.")
            )
            continue
        items: list[Node] = []
        file = file_beside(folder, named, LIST, mistakes)
        if file:
            earlier_mistakes = len(mistakes)
            items = _entries(ENTRY, file, file.name, mistakes, language)
            if not items and len(mistakes) == earlier_mistakes:
                mistakes.append(
                    Mistake(file.name, 1, 1, "The list has no entries.", "Add a line for each.")
                )
        node.value += mapping([("items", sequence(items))], like=named).value
        if not items:
            lists.value[:] = [pair for pair in lists.value if pair[1] is not node]
            skipped.take(str(name.value), node)


def take_in_facts(folder: Path, named: Node | None, mistakes: list[Mistake]) -> None:
    """Put the lines of each file that `facts` names beside its name; a file that nothing names is told."""
    home = folder / FACTS
    names = set[str]()
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
            rows = _entries(FACT, file, f"{FACTS}/{file.name}", mistakes)
        entry.value += mapping([("rows", sequence(rows))], like=entry).value
    for file in sorted(home.glob(f"[!.]*{LIST}")):
        if file.name not in names:
            remedy = (
                f"Add {{file: {file.name}, tool: …}} to `facts` in workbook.yaml, or take it away."
            )
            mistakes.append(
                Mistake(f"{FACTS}/{file.name}", 1, 1, "The file is named nowhere.", remedy)
            )


class _Kind(NamedTuple):
    """What such a file holds, one a line."""

    entry: str  # in words
    file: str  # in words
    columns: Sequence[str]
    needed: Sequence[str]  # the columns without which a line says nothing


OF_FACTS = ("country", "row", "field", "value", "source", "date")
OF_LISTS = ("code", "label", "parent", "help", "anchor", "aliases", "value")
FACT = _Kind("fact", f"A file of facts has the columns {', '.join(OF_FACTS)}.", OF_FACTS, OF_FACTS)
ENTRY = _Kind(
    "entry",
    f"A list has the columns {', '.join((*OF_LISTS, *(f'{name}:fr' for name in WORDED)))}.",
    OF_LISTS,
    ("code", "label"),
)


def _records(
    kind: _Kind, file: Path, name: str, mistakes: list[Mistake]
) -> list[tuple[int, list[str]]]:
    """Return the cells of each line of a file that says something, with its number.

    They are separated by commas, or by what some countries' spreadsheets write in their place.
    """
    content = content_of(file, name, mistakes)
    if content is None:
        return []
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        reason = "This line is not UTF-8 text."
        remedy = "Save it as CSV in UTF-8."
        mistakes.append(Mistake(name, line, 1, reason, remedy))
        return []
    content_lines = (line for line in text.splitlines() if not line.lstrip('"').startswith(COMMENT))
    separator = max(SEPARATORS, key=next(content_lines, "").count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    records = list[tuple[int, list[str]]]()
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells) and not cells[0].startswith(COMMENT):
                records.append((line, cells))
            line = reader.line_num + 1
    except csv.Error as error:
        reason = f"This is not a line of CSV: {error}."
        remedy = "Look for a quotation mark without its pair."
        mistakes.append(Mistake(name, line, 1, reason, remedy))
    else:
        if not records:
            remedy = f"Begin with the line {','.join(kind.needed)}."
            mistakes.append(Mistake(name, 1, 1, "The file is empty.", remedy))
    return records


def _wrong_heads(kind: _Kind, heads: Sequence[str]) -> Wrong:
    """Find columns that such a file does not have, or that appear twice, or that are missing."""
    columns = [head.partition(":") for head in heads]
    for number, (head, (column, colon, tag)) in enumerate(zip(heads, columns, strict=True)):
        if column not in kind.columns or (colon and not (tag and column in WORDED)):
            yield f"There is no column '{head}'.", kind.file
        elif head in heads[:number]:
            yield f"The column '{head}' appears twice here.", "Keep one."
    for needed in kind.needed:
        if all(column != needed for column, _, _ in columns):
            yield f"There is no column `{needed}`.", "Add it."


def _entries(
    kind: _Kind, file: Path, name: str, mistakes: list[Mistake], language: str = ""
) -> list[Node]:
    """Return what the lines of a file say, whose first one names its columns; a line with a mistake is left out."""
    records = _records(kind, file, name, mistakes)
    if not records:
        return []
    (first, cells), *entry_records = records
    heads = [head.strip() for head in cells]
    if wrong := list(_wrong_heads(kind, heads)):
        mistakes += [Mistake(name, first, 1, *words) for words in wrong]
        return []
    nodes: list[Node] = []
    for line, cells in entry_records:
        if len(cells) != len(heads):
            reason = f"The line has {len(cells)} cells, and the first one has {len(heads)}."
            remedy = "Put a text with a separator in it into quotation marks."
            mistakes.append(Mistake(name, line, 1, reason, remedy))
            continue
        mark = yaml.Mark(name, 0, line - 1, 0, None, 0)
        texts_by_column: dict[str, dict[str, str]] = {}  # by column and language
        for head, cell in zip(heads, cells, strict=True):
            column, _, tag = head.partition(":")
            if cell.strip():
                texts_by_column.setdefault(column, {})[tag or language] = cell.strip()
        absent = [needed for needed in kind.needed if needed not in texts_by_column]
        for needed in absent:
            reason = f"The {kind.entry} has no {needed}."
            remedy = "Fill it in, or take the line out."
            mistakes.append(Mistake(name, line, 1, reason, remedy))
        if not absent:
            values = [
                (column, _value(column, texts_by_column[column], mark))
                for column in kind.columns
                if column in texts_by_column
            ]
            nodes.append(mapping(values, like=scalar("", mark)))
    return nodes


def _value(column: str, texts: Mapping[str, str], mark: yaml.Mark) -> Node:
    """Return what stands in a column, by language, as a part of the spec."""
    if column in WORDED:
        return mapping(
            [(tag, scalar(text, mark)) for tag, text in texts.items()], like=scalar("", mark)
        )
    (text,) = texts.values()
    if column != "aliases":
        return scalar(text, mark)
    aliases = (alias.strip() for alias in text.split(BETWEEN))
    return sequence([scalar(alias, mark) for alias in aliases if alias])
