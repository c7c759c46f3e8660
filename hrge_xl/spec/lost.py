"""What of a spec could not be read, so that its absence is not told as a mistake of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import yaml

from ..suggest import NoSuch
from .nodes import get

NAMING = ("code", "id")  # options whose values other parts of a spec refer to
NAMED_IN_TEXT = re.compile(r"\b(?:code|id): *[\"']?([\w.\-]+)|^(\w+):", re.MULTILINE)


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
