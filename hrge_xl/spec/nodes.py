"""YAML files as trees of nodes that remember file, line and column (YAML 1.2 core rules)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import yaml

from ..errors import Mistake
from ..suggest import remedy_for


class Loader(yaml.CSafeLoader):
    """The C loader with YAML 1.2 core scalars: `NO` is text, only true/false are truth values."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {}  # type: ignore[misc]


class _Dumper(yaml.SafeDumper):
    """A writer that puts into quotes what YAML 1.1 or our own reader would take for anything but text: 1e5, 08."""


for _tag, _pattern, _first in (
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^[-+]?[0-9]{1,400}$", list("-+0123456789")),
    ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$", list("-+.0123456789")),
):
    for _way in (Loader, _Dumper):
        _way.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), _first)


class WrittenInt(int):
    """A whole number that remembers how it was written, so that a code like 004 keeps its zeros."""

    written: str


def _scalar(node: yaml.ScalarNode) -> Any:
    kind = node.tag.rsplit(":", 1)[-1]
    if kind == "null":
        return None
    if kind == "bool":
        return node.value.lower() == "true"
    if kind == "int":
        number = WrittenInt(node.value)
        number.written = node.value
        return number
    return float(node.value) if kind == "float" else node.value


def dumped(data: object) -> str:
    """Plain dicts, lists and texts as YAML that reads back the same."""
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


def plain(node: yaml.Node) -> Any:
    """Give the node as plain dicts, lists and scalars."""
    if isinstance(node, yaml.MappingNode):
        return {plain(key): plain(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [plain(item) for item in node.value]
    assert isinstance(node, yaml.ScalarNode)
    return _scalar(node)


def mapping(entries: Sequence[tuple[str, yaml.Node]], like: yaml.Node | None = None) -> yaml.MappingNode:
    """Give a mapping node made of these entries, standing where `like` stands."""
    mark = like.start_mark if like is not None else None
    keys = [yaml.ScalarNode("tag:yaml.org,2002:str", key, mark, mark) for key, _ in entries]
    pairs = [(key, value) for key, (_, value) in zip(keys, entries, strict=True)]
    return yaml.MappingNode("tag:yaml.org,2002:map", pairs, mark, mark)


def sequence(items: Sequence[yaml.Node]) -> yaml.SequenceNode:
    """Give a sequence node made of these items."""
    mark = items[0].start_mark if items else None
    return yaml.SequenceNode("tag:yaml.org,2002:seq", list(items), mark, mark)


def get(node: yaml.Node | None, key: str | int) -> yaml.Node | None:
    """Give the value under this key (mapping) or at this index (sequence), or None."""
    if isinstance(node, yaml.MappingNode):
        return next((value for name, value in node.value if name.value == str(key)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        found: yaml.Node = node.value[key]
        return found
    return None


def mistake_at(node: yaml.Node | None, path: Sequence[str | int], reason: str, remedy: str = "") -> Mistake:
    """Give a mistake at the place that `path` leads to; steps that do not exist are skipped."""
    for step in path:
        key = _key_node(node, step) if step == path[-1] and isinstance(step, str) else None
        node = key or get(node, step) or node
    mark = node.start_mark if node is not None else None
    if mark is None:
        return Mistake("workbook.yaml", 1, 1, str(reason), remedy)
    return Mistake(
        mark.name, mark.line + 1, mark.column + 1, str(reason), remedy
    )  # `NoSuch` has served its purpose


def _key_node(node: yaml.Node | None, key: str) -> yaml.Node | None:
    """Give the scalar value under the key, or the key itself where the value is longer than a word."""
    if not isinstance(node, yaml.MappingNode):
        return None
    for name, value in node.value:
        if name.value == key:
            found: yaml.Node = value if isinstance(value, yaml.ScalarNode) else name
            return found
    return None


def file_beside(folder: Path, named: yaml.Node, suffix: str, mistakes: list[Mistake]) -> Path | None:
    """Give the file of a spec folder that a node names; what is wrong with it is added, and None comes back."""
    known = {file.name: file for file in sorted(folder.glob(f"[!.]*{suffix}"))}
    file = known.get(str(named.value))
    if file is not None and file.resolve().parent == folder.resolve() and file.is_file():
        return file
    reason = f"There is no file '{named.value}' in the spec folder, or it is not a {suffix} file."
    mistakes.append(mistake_at(named, (), reason, remedy_for(named.value, list(known))))
    return None
