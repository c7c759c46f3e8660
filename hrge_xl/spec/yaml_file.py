"""One YAML file as a tree: what cannot be read is told and left out, so that the rest is checked all the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import yaml

from ..errors import Mistake
from ..paths import read_regular
from .nodes import Loader, Lost, mistake_at
from .yaml_mistakes import LESS_NESTED, NESTED, explained

MOST_BYTES = 3_000_000  # of one file
MOST_PARTS = 250_000  # of one spec, each as often as aliases and sets repeat it
MAX_DEPTH = 30  # groups and lists within each other: more than any spec has
TRIES = 20  # faults that are left out of a file before it is given up
OWN_TAG = "!"
WITHIN_ITSELF = "An alias (*) in this part refers to the whole of it, which never ends."
WRITTEN_OUT = "Write out what the alias refers to."
TOO_MANY = f"There are more than {MOST_PARTS:,} parts in this, as often as aliases (*) repeat them."
FEWER = "Take the aliases out, or look where this came from."
ORDINARY = "Put an ordinary file in its place."


def compose(
    path: Path, name: str, mistakes: list[Mistake], lost: Lost | None = None, options: Sequence[str] = ()
) -> yaml.Node | None:
    """Read one file into nodes. What is wrong with it is added to `mistakes`.

    Without `lost` a file with a fault gives None; with it the part around the fault is noted there and left out.
    """
    content = content_of(path, name, mistakes)
    if content is None:
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        reason = "The file cannot be read: it is not UTF-8 text."
        mistakes.append(Mistake(name, 1, 1, reason, "Save it as UTF-8 text."))
        return None
    tries, lost = (1, Lost()) if lost is None else (TRIES, lost)
    node = _tree(text, name, mistakes, lost, options, tries)
    if node is None:
        return None
    nested = list(_endless(node, name, lost, {}))
    mistakes += nested
    if nested and tries == 1:
        return None
    lost.parts += size(node, MOST_PARTS - lost.parts)
    if lost.parts > MOST_PARTS:
        mistakes.append(Mistake(name, 1, 1, TOO_MANY, FEWER))
        return None
    for part in _walk(node):  # the short name of the file, so that a place needs no other table
        mark = part.start_mark
        part.start_mark = yaml.Mark(name, mark.index, mark.line, mark.column, None, 0)
    mistakes += [*_odd_keys(node, lost), *_doubled_keys(node, lost), *_odd_tags(node)]
    return node


def content_of(
    path: Path, name: str, mistakes: list[Mistake], within: Path | None = None, most: int = MOST_BYTES
) -> bytes | None:
    """Read one file, which may lie within a folder only; None where it is none of usual size, which is told."""
    try:
        if within is None or path.resolve().is_relative_to(within.resolve()):
            return read_regular(path, most)
        reason = "it is a link that leads out of the folder of the spec"
    except OSError as error:
        reason = error.strerror or str(error)
    mistakes.append(Mistake(name, 1, 1, f"The file cannot be read: {reason}.", ORDINARY))
    return None


def size(root: yaml.Node, most: int = MOST_PARTS) -> int:
    """Count the parts of a tree, and no further than one more than so many."""
    return sum(1 for _ in islice(_walk(root), most + 1))


def _tree(
    text: str, name: str, mistakes: list[Mistake], lost: Lost, options: Sequence[str], tries: int
) -> yaml.Node | None:
    """Give the whole tree, or what is left of it without the parts that YAML does not take."""
    told = False
    for _ in range(tries):
        loader = Loader(text)
        try:
            node: yaml.Node | None = loader.get_single_node()
        except yaml.YAMLError as error:
            fault = explained(error, text, options)
            if fault.of_line or not told:  # another fault of structure may come from the first one
                mistakes.append(Mistake(name, fault.line + 1, fault.column + 1, fault.reason, fault.remedy))
            told = True
            text = _without(text, fault.line, name, lost)
        else:
            if node is None and not told:
                mistakes.append(Mistake(name, 1, 1, "The file is empty.", "Fill it in or remove it."))
            return node
        finally:
            loader.dispose()
    return None


def _without(text: str, line: int, name: str, lost: Lost) -> str:
    """Give the text with blank lines in place of the entry or option that holds a line with a fault."""
    lines = text.split("\n")
    at = min(line, len(lines) - 1)
    first = _start(lines, at)
    last = first + 1
    while last < len(lines) and (not lines[last].strip() or _indent(lines[last]) > _indent(lines[first])):
        last += 1
    last = max(last, at + 1)
    lost.take_lines(name, first, lines[first:last])
    return "\n".join([*lines[:first], *[""] * (last - first), *lines[last:]])


def _start(lines: Sequence[str], at: int) -> int:
    """Give the line with which the entry of a list begins that holds a line, or the line itself where there is none."""
    inside = _indent(lines[at])
    for number in range(at, -1, -1):
        line = lines[number]
        if line.lstrip().startswith("- ") and (number == at or _indent(line) < inside):
            return number
        if line.strip() and _indent(line) < inside and number != at:
            return at
    return at


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _endless(
    node: yaml.Node, name: str, lost: Lost, deepest: dict[int, int], above: tuple[yaml.Node, ...] = ()
) -> Iterator[Mistake]:
    """Give every part that stands too deep within others, or within itself by an alias: these are taken out.

    A part that several aliases repeat is looked at again only where it stands deeper than before.
    """
    around = (*above, node)
    if deepest.get(id(node), 0) >= len(around):
        return
    deepest[id(node)] = len(around)
    for number, entry in reversed(list(enumerate(_entries(node)))):  # so that those before keep their numbers
        itself = next((part for part in entry if any(part is outer for outer in around)), None)
        if itself is None and len(around) <= MAX_DEPTH:
            for part in entry:
                yield from _endless(part, name, lost, deepest, around)
            continue
        del node.value[number]
        lost.take_unseen(name, entry[-1])
        mark = (itself or entry[-1]).start_mark
        words = (WITHIN_ITSELF, WRITTEN_OUT) if itself else (NESTED, LESS_NESTED)
        yield Mistake(name, mark.line + 1, mark.column + 1, *words)


def _entries(node: yaml.Node) -> list[tuple[yaml.Node, ...]]:
    """List what stands directly in a node: the names of a group with their values, the entries of a list."""
    if isinstance(node, yaml.MappingNode):
        return list(node.value)
    return [(item,) for item in node.value] if isinstance(node, yaml.SequenceNode) else []


def _walk(node: yaml.Node) -> Iterator[yaml.Node]:
    """Give the node and all below it, in their order."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += (part for entry in reversed(_entries(node)) for part in reversed(entry))


def _groups(root: yaml.Node) -> Iterator[yaml.MappingNode]:
    return (node for node in _walk(root) if isinstance(node, yaml.MappingNode))


def _odd_keys(root: yaml.Node, lost: Lost) -> Iterator[Mistake]:
    """Give every name of an option that is none but a group or list: these are taken out."""
    for node in _groups(root):
        odd = [pair for pair in node.value if not isinstance(pair[0], yaml.ScalarNode)]
        node.value[:] = [pair for pair in node.value if isinstance(pair[0], yaml.ScalarNode)]
        for key, value in odd:
            lost.take("", value)
            signs = "{ }" if isinstance(key, yaml.MappingNode) else "[ ]"
            reason = f"The name of an option cannot be in {signs}."
            yield mistake_at(key, (), reason, "Put a text that begins with a bracket in quotation marks.")


def _doubled_keys(root: yaml.Node, lost: Lost) -> Iterator[Mistake]:
    """Give every option that a mapping has twice, those of one mapping together; the first ones stay."""
    for node in _groups(root):
        first: dict[str, yaml.Node] = {}
        again = [key for key, _ in node.value if first.setdefault(str(key.value), key) is not key]
        if not again:
            continue
        lost.nameless = True  # it may be the head of another entry that is missing
        node.value[:] = [pair for pair in node.value if not any(pair[0] is key for key in again)]
        names = [str(key.value) for key in again]
        line = first[names[0]].start_mark.line + 1
        reason, remedy = (
            f"`{names[0]}` appears twice here, the first time in line {line}.",
            "Keep one of the two.",
        )
        if len(again) > 1:
            reason = f"From here on, options appear a second time: {', '.join(names)}."
            remedy = "Insert the line that begins a new entry above them, or remove them."
        yield mistake_at(again[0], (), reason, remedy)


def _odd_tags(root: yaml.Node) -> Iterator[Mistake]:
    """Give every text that begins with an exclamation mark, of which YAML would lose the first word."""
    for node in _walk(root):
        if node.tag.startswith(OWN_TAG):
            text = node.value if isinstance(node, yaml.ScalarNode) else "…"
            reason = "A text cannot begin with ! unless it is in quotation marks."
            yield mistake_at(node, (), reason, f'Write "{node.tag} {text}".')
