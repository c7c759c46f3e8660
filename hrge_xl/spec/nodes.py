"""YAML files as trees of nodes that remember file, line and column (YAML 1.2 core rules), and what was left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Self

import yaml

from ..errors import Mistake
from ..suggest import NoSuch, remedy_for

NAMING = ("code", "id")  # options whose values other parts of a spec refer to
NAMED_IN_TEXT = re.compile(r"\b(?:code|id): *[\"']?([\w.\-]+)|^(\w+):", re.MULTILINE)


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

    def __new__(cls, written: str) -> Self:  # noqa: D102
        number = super().__new__(cls, written)
        number.written = written
        return number


def _scalar(node: yaml.ScalarNode) -> Any:
    kind = node.tag.rsplit(":", 1)[-1]
    if kind == "null":
        return None
    if kind == "bool":
        return node.value.lower() == "true"
    if kind == "int":
        return WrittenInt(node.value)
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


# what could not be read


@dataclass
class Lost:
    """Names that would be known if their place could be read, and the lines that were left out, by file."""

    names: set[str] = field(default_factory=set)
    lines: dict[str, list[int]] = field(default_factory=dict)
    options: dict[int, set[str]] = field(default_factory=dict)  # by the part that they belong to
    parts: int = 0  # that were read
    nameless: bool = False  # whether something was left out of which nobody knows how it is called

    def take_lines(self, file: str, first: int, lines: Sequence[str]) -> None:
        """Leave out lines that cannot be read; the first one counts from 0."""
        self.lines.setdefault(file, []).extend(range(first, first + len(lines)))
        text = "\n".join(lines)
        for names in NAMED_IN_TEXT.findall(text):
            self.names.update(filter(None, names))
        self.nameless = self.nameless or "use:" in text

    def take(self, name: str, node: yaml.Node) -> None:
        """Leave out a part, with every name that it gives."""
        names = [each for each in (name, *_names_in(node)) if each]
        self.nameless = self.nameless or not names
        self.names.update(names)

    def take_unseen(self, file: str, part: yaml.Node) -> None:
        """Leave out a part that nobody can look into to its end."""
        self.nameless = True
        self.lines.setdefault(file, []).extend(range(part.start_mark.line, _last_line(part) + 1))

    def take_option(self, part: yaml.Node, option: str) -> None:
        """Leave out an option of a part."""
        self.options.setdefault(id(part), set()).add(option)

    def explains(self, reason: str) -> bool:
        """Say whether a mistake comes only from the absence of something that was left out."""
        return isinstance(reason, NoSuch) and (self.nameless or reason.name in self.names)

    def touches(self, node: yaml.Node | None) -> bool:
        """Say whether lines were left out within a part."""
        if node is None or node.start_mark is None:
            return False
        first, last = node.start_mark.line, _last_line(node)
        return any(first <= line <= last + 1 for line in self.lines.get(node.start_mark.name, ()))

    def inside(self, root: yaml.Node | None, path: Sequence[str | int], reason: str) -> bool:
        """Say whether a mistake misses what was left out of the innermost part that its path leads through."""
        node, innermost = root, None
        for step in path:
            if isinstance(node, yaml.MappingNode):
                innermost = node
            node = get(node, step) or node
        missing = self.options.get(id(innermost), ())
        if any(f"`{option}`" in reason for option in missing):
            return True
        return innermost is not root and self.touches(innermost)


def _last_line(node: yaml.Node) -> int:
    end = node.end_mark
    return int(end.line if end is not None else node.start_mark.line)


def _names_in(node: yaml.Node) -> Iterator[str]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value in NAMING and isinstance(value, yaml.ScalarNode):
                yield value.value
            yield from _names_in(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _names_in(item)
