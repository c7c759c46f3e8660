"""YAML files as trees of nodes that remember file, line and column (YAML 1.2 core rules).

What cannot be read is told, in the words of `common_mistakes.yaml`, and left out, so that the rest is checked all the
same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar, Self

import msgspec
import yaml
from yaml import MappingNode, Node, ScalarNode, SequenceNode
from yaml.composer import Composer

from ..core.errors import Mistake, NoSuch, remedy_for
from ..core.paths import read_regular
from ..core.spec_parts import Path as Steps
from ..core.spec_parts import Words
from ..core.words import is_language

TEXT = "tag:yaml.org,2002:str"
NAMING = ("code", "id")  # options whose values other parts of a spec refer to
NAMED_IN_TEXT = re.compile(r"(?:\b(?:code|id): *[\"']?|^(?=\w+:))([\w.\-]+)", re.MULTILINE)


class Loader(Composer, yaml.CSafeLoader):
    """The C loader with YAML 1.2 core scalars: `NO` is text, only true/false are truth values.

    It takes no part that stands within itself or too deep within others, no tag, and no list as a name.
    """

    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {}  # type: ignore[misc]

    def __init__(self, stream: StringIO) -> None:
        """Begin to read."""
        yaml.CSafeLoader.__init__(self, stream)
        Composer.__init__(self)
        self.around: list[Node | None] = []
        self.heights: dict[int, int] = {}  # of parts, by what stands within each other in them
        self.odd: list[tuple[str, Any]] = []  # what YAML takes and we do not, with its mark

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        """Return the next part, which stands in `parent`: there is no `index` of a name."""
        event: Any = self.peek_event()
        same: Any = self.anchors.get(event.anchor) if isinstance(event, yaml.AliasEvent) else None
        self.around.append(parent)
        if same and any(same is outer for outer in self.around):
            raise yaml.MarkedYAMLError(problem="within itself", problem_mark=same.start_mark)
        if len(self.around) + self.heights.get(id(same), 0) > MAX_DEPTH + 1:
            raise yaml.MarkedYAMLError(problem="nesting depth", problem_mark=event.start_mark)
        if str(getattr(event, "tag", "")).startswith("!"):  # YAML would lose the first word
            self.odd.append(("own tag", event.start_mark))
        node = super().compose_node(parent, index)
        self.around.pop()
        height = self.heights.get(id(node), 0) + 1
        self.heights[id(parent)] = max(self.heights.get(id(parent), 0), height)
        if parent and index is None and not isinstance(node, ScalarNode):
            self.odd.append(("name of an option", event.start_mark))
        if parent is None and self.odd and self.peek_event():  # what YAML does not take goes first
            raise yaml.MarkedYAMLError(problem=self.odd[0][0], problem_mark=self.odd[0][1])
        return node


class _Dumper(yaml.SafeDumper):
    """A writer that puts into quotes what YAML 1.1 or our own reader would take for anything but text: 1e5, 08."""


for _tag, _pattern, _first in (
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^[-+]?[0-9]{1,400}$", list("-+0123456789")),
    (
        "float",
        r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$",
        list("-+.0123456789"),
    ),
):
    for _yaml_class in (Loader, _Dumper):
        _yaml_class.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), _first)


class WrittenInt(int):
    """A whole number that remembers how it was written, so that a code like 004 keeps its zeros."""

    written: str

    def __new__(cls, written: str) -> Self:  # noqa: D102
        number = super().__new__(cls, written)
        number.written = written
        return number


SCALARS: dict[str, Callable[[str], object]] = {  # what a value is by its kind; any other is a text
    "null": lambda _: None,
    "bool": lambda written: written.lower() == "true",
    "int": WrittenInt,
    "float": float,
}


def dumped(value: object, *, flow: bool | None = False) -> str:
    """Plain dicts, lists and texts as YAML that reads back the same.

    With a `flow` of None what holds nothing with parts of its own stands on one line, however long.
    """
    width = 110 if flow is False else 100_000
    return yaml.dump(
        value,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=width,
        default_flow_style=flow,
    )


def plain(node: Node) -> Any:
    """Return the node as plain dicts, lists and scalars."""
    if isinstance(node, MappingNode):
        return {plain(key): plain(value) for key, value in node.value}
    if isinstance(node, SequenceNode):
        return [plain(entry) for entry in node.value]
    return SCALARS.get(node.tag.rsplit(":", 1)[-1], str)(node.value)


def scalar(text: str, mark: yaml.Mark | None = None) -> ScalarNode:
    """Return a text as a node."""
    return ScalarNode(TEXT, text, mark, mark)


def mapping(entries: Sequence[tuple[str, Node]], like: Node) -> MappingNode:
    """Return a mapping node made of these entries, standing where `like` stands."""
    mark = like.start_mark
    pairs = [(scalar(key, mark), value) for key, value in entries]
    return MappingNode("tag:yaml.org,2002:map", pairs, mark, mark)


def sequence(items: Sequence[Node], like: Node | None = None) -> SequenceNode:
    """Return a sequence node made of these items, standing where the first of them or else `like` stands."""
    first = items[0] if items else like
    mark = first.start_mark if first else None
    return SequenceNode("tag:yaml.org,2002:seq", list(items), mark, mark)


def get(node: Node | None, key: str | int) -> Node | None:
    """Return the value under this key (mapping) or at this index (sequence), or None."""
    if isinstance(node, MappingNode):
        return next((value for name, value in node.value if name.value == str(key)), None)
    if isinstance(node, SequenceNode) and isinstance(key, int) and key < len(node.value):
        entry: Node = node.value[key]
        return entry
    return None


def mistake_at(node: Node | None, path: Steps, reason: str, remedy: str) -> Mistake:
    """Return a mistake at the place that `path` leads to; steps that do not exist are skipped."""
    for step in path:
        below = get(node, step)
        last = step == path[-1] and isinstance(step, str)
        if last and isinstance(node, MappingNode) and not isinstance(below, ScalarNode | None):
            # the key itself where the value is longer than a word
            below = next(name for name, _ in node.value if name.value == step)
        node = below or node
    mark = node.start_mark if node else None
    place = ("workbook.yaml", 1, 1) if mark is None else (mark.name, mark.line + 1, mark.column + 1)
    return Mistake(*place, str(reason), remedy)  # `NoSuch` has served its purpose


def file_beside(folder: Path, named: Node, suffix: str, mistakes: list[Mistake]) -> Path | None:
    """Return the file of a spec folder that a node names; what is wrong with it is added, and None comes back."""
    files = {file.name: file for file in sorted(folder.glob(f"[!.]*{suffix}"))}
    file = files.get(str(named.value))
    if file and file.resolve().parent == folder.resolve() and file.is_file():
        return file
    reason = f"There is no file '{named.value}' in the spec folder, or it is not a {suffix} file."
    mistakes.append(mistake_at(named, (), reason, remedy_for(named.value, list(files))))
    return None


# what could not be read


@dataclass
class SkippedInput:
    """Names that would be known if their place could be read, and the lines that were left out, by file."""

    names: set[str] = field(default_factory=set)
    lines: dict[str, list[int]] = field(default_factory=dict)
    options: set[tuple[int, str]] = field(default_factory=set)  # with the part that they belong to
    parts: int = 0  # that were read
    nameless: bool = False  # whether something was left out of which nobody knows how it is called

    def take(self, name: str, node: Node, holder: Node | None = None) -> None:
        """Leave out a part, with every name that it gives; of its `holder` it may be an option."""
        self.options.add((id(holder), name))
        named = (get(part, option) for part in walk(node) for option in NAMING)
        names = {name, *(str(value.value) for value in named if isinstance(value, ScalarNode))} - {
            ""
        }
        self.nameless = self.nameless or not names
        self.names |= names

    def touches(self, node: Node | None) -> bool:
        """Say whether lines were left out within a part."""
        if node is None or node.start_mark is None:
            return False
        lines = range(node.start_mark.line, node.end_mark.line + 2)
        return any(line in lines for line in self.lines.get(node.start_mark.name, ()))

    def explains(self, root: Node | None, path: Steps, reason: str) -> bool:
        """Say whether a mistake only misses what was left out: a name, or what belongs to the innermost part there."""
        if isinstance(reason, NoSuch) and (self.nameless or reason.name in self.names):
            return True
        node = root
        innermost = None
        for step in path:
            if isinstance(node, MappingNode):
                innermost = node
            node = get(node, step) or node
        missing = any(
            (id(innermost), option) in self.options for option in re.findall("`(.+?)`", reason)
        )
        return missing or (innermost is not root and self.touches(innermost))


# one YAML file as a tree

MOST_BYTES = 3_000_000  # of one file
MOST_PARTS = 250_000  # of one spec, each as often as aliases and sets repeat it
MAX_DEPTH = 30  # groups and lists within each other: more than any spec has
TRIES = 20  # faults that are left out of a file before it is given up
TOO_MANY = f"There are more than {MOST_PARTS:,} parts in this, as often as aliases (*) repeat them."
FEWER = "Take the aliases out, or look where this came from."
ORDINARY = "Put an ordinary file in its place."


def compose(
    path: Path,
    name: str,
    mistakes: list[Mistake],
    skipped: SkippedInput | None = None,
    options: Sequence[str] = (),
) -> Node | None:
    """Read one file into nodes. What is wrong with it is added to `mistakes`.

    Without `skipped` a file with a fault gives None; with it the part around the fault is noted there and left out.
    """
    content = content_of(path, name, mistakes)
    if content is None:
        return None
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        reason = "The file cannot be read: it is not UTF-8 text."
        mistakes.append(Mistake(name, 1, 1, reason, "Save it as UTF-8 text."))
        return None
    node = None
    reported = False
    left_out = skipped or SkippedInput()
    for _ in range(TRIES if skipped else 1):
        stream = StringIO(text)
        stream.name = name
        try:
            node = yaml.compose(stream, Loader)
        except yaml.YAMLError as error:
            fault, of_line = explained(error, text, name, options)
            if of_line or not reported:  # another fault of structure may come from the first one
                mistakes.append(fault)
            reported = True
            text = _without(text, fault.line - 1, name, left_out)
        else:
            break
    if node is None:
        if not reported:
            mistakes.append(Mistake(name, 1, 1, "The file is empty.", "Fill it in or remove it."))
        return None
    left_out.parts += size(node, MOST_PARTS - left_out.parts)
    if left_out.parts > MOST_PARTS:
        mistakes.append(Mistake(name, 1, 1, TOO_MANY, FEWER))
        return None
    mistakes += _doubled_options(node, left_out)
    return node


def content_of(
    path: Path, name: str, mistakes: list[Mistake], within: Path | None = None
) -> bytes | None:
    """Read one file, which must lie `within` a folder, or in one of its folders, where that is named.

    None where it cannot be read, which is told.
    """
    try:
        linked = path.is_symlink() or path.parent.is_symlink()  # else it lies where its path says
        if within is None or not linked or path.resolve().is_relative_to(within.resolve()):
            return read_regular(path, MOST_BYTES)
        reason = "it is a link that leads out of the folder of the spec"
    except OSError as error:
        reason = error.strerror or str(error)
    mistakes.append(Mistake(name, 1, 1, f"The file cannot be read: {reason}.", ORDINARY))
    return None


def size(root: Node, most: int = MOST_PARTS) -> int:
    """Count the parts of a tree, and no further than one more than so many."""
    return sum(1 for _ in islice(walk(root), most + 1))


def walk(node: Node) -> Iterator[Node]:
    """Yield the node and all below it, in their order."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += (part for entry in reversed(entries_of(node)) for part in reversed(entry))


def entries_of(node: Node) -> list[tuple[Node, ...]]:
    """List what stands directly in a node: the names of a group with their values, the entries of a list."""
    if isinstance(node, MappingNode):
        return list(node.value)
    return [(entry,) for entry in node.value] if isinstance(node, SequenceNode) else []


def _without(text: str, line: int, name: str, skipped: SkippedInput) -> str:
    """Return the text with blank lines in place of the entry or option that holds a line with a fault."""
    lines = text.splitlines()
    at = min(line, len(lines) - 1)
    # a blank line belongs to what is around it
    indents = [len(row) - len(row.lstrip()) if row.strip() else len(text) for row in lines]
    outer = next((row for row in range(at, -1, -1) if indents[row] < indents[at]), at)
    first = next((row for row in (at, outer) if lines[row].lstrip().startswith("- ")), at)
    last = next(
        (row for row in range(at + 1, len(lines)) if indents[row] <= indents[first]), len(lines)
    )
    skipped.lines.setdefault(name, []).extend(range(first, last))
    left_out = "\n".join(lines[first:last])
    skipped.names.update(NAMED_IN_TEXT.findall(left_out))
    skipped.nameless = skipped.nameless or "use:" in left_out
    return "\n".join([*lines[:first], *[""] * (last - first), *lines[last:]])


def _doubled_options(root: Node, skipped: SkippedInput) -> Iterator[Mistake]:
    """Yield the options that a group has twice, those of one group together: the first of each stays."""
    for node in walk(root):
        first: dict[str, Node] = {}
        entries = node.value if isinstance(node, MappingNode) else []
        again = [key for key, _ in entries if first.setdefault(key.value, key) is not key]
        if not again:
            continue
        entries[:] = [(key, value) for key, value in entries if key not in again]
        skipped.nameless = True  # it may be the head of another entry that is missing
        names = [str(key.value) for key in again]
        line = first[names[0]].start_mark.line + 1
        reason = f"`{names[0]}` appears twice here, the first time in line {line}."
        remedy = "Keep one of the two."
        if len(again) > 1:
            reason = f"From here on, options appear a second time: {', '.join(names)}."
            remedy = "Insert the line that begins a new entry above them, or remove them."
        yield mistake_at(again[0], (), reason, remedy)


# what people get wrong in the files of a spec, in words: the reason, and what to write, by `common_mistakes.yaml`

HERE = "\0"  # the place that is looked at, ¦ in the table: no text of YAML holds it
AROUND = 4_000  # characters on either side of it that are looked at: most patterns go over them many times
LEAD = re.compile(r"[ \t]*(?:- *)*")  # the spaces and dashes that a line begins with


class CommonMistake(msgspec.Struct, frozen=True):
    """An entry of the table, in which it is said what each part of it means."""

    reason: str
    remedy: str
    says: str = ""
    at: str = "mark"
    fits: str = ""
    of_line: bool = False


@cache
def common_mistakes() -> dict[str, list[CommonMistake]]:
    """Return the table, by what is read: `yaml`, the `shape` of the model, an `expression`."""
    content = resources.files(__package__).joinpath("common_mistakes.yaml").read_bytes()
    return msgspec.yaml.decode(content, type=dict[str, list[CommonMistake]])


def common_mistake_in(
    kind: str, says: str, texts: Mapping[str, str], options: Collection[str] = (), /, **facts: str
) -> tuple[CommonMistake, re.Match[str], Words] | None:
    """Return the first entry of a kind that fits one of some texts, which go by what `at` calls them, with its
    words.
    """

    def is_known(name: str) -> bool:
        return name in options or (name.islower() and is_language(name))

    for entry in common_mistakes()[kind]:
        match = re.search(entry.fits.replace("¦", HERE), texts.get(entry.at, ""), re.MULTILINE)
        if match is None or entry.at not in texts or not re.search(entry.says, says):
            continue
        pieces = {
            name: str(piece).replace(HERE, "").strip() for name, piece in match.groupdict().items()
        }
        if is_known(pieces.get("known", "en")) and not is_known(pieces.get("strange", "")):
            facts |= pieces | {"character": str(match.start() + 1)}
            facts |= {f"{name}_quoted": _in_quotes(text) for name, text in facts.items()}
            return entry, match, (entry.reason.format(**facts), entry.remedy.format(**facts))
    return None


def explained(
    error: yaml.YAMLError, text: str, file: str, options: Collection[str]
) -> tuple[Mistake, bool]:
    """Say what is wrong with the text of a file that YAML does not take, and whether it says nothing of other lines.

    `options` are the names that a spec knows.
    """
    if isinstance(error, yaml.reader.ReaderError):
        says = "character"
        code = f"U+{error.character:04X}"
        places = {"mark": text.index(chr(error.character))}
    else:
        assert isinstance(error, yaml.MarkedYAMLError)  # the C loader raises no other
        assert error.problem_mark is not None
        says = f"{error.context}: {error.problem}"
        code = ""
        start = (error.context_mark or error.problem_mark).index
        places = {"mark": error.problem_mark.index, "start": start}
        opened = max(text.rfind(sign, 0, start + 1) for sign in "{[")
        remaining_text = text[places["mark"] :]
        if opened >= 0 and (
            _is_outside(text, places["mark"], opened) or not remaining_text.strip()
        ):
            places["opened"] = opened
    texts = {
        name: text[max(at - AROUND, 0) : at] + HERE + text[at : at + AROUND]
        for name, at in places.items()
    }
    tabs = len(re.findall(r"\n *\t", text[places["mark"] :]))
    tab_note = f" ({tabs} more below)" if tabs else ""
    explanation = common_mistake_in("yaml", says, texts, options, more=tab_note, code=code)
    assert explanation is not None  # the last one fits everything
    entry, match, words = explanation
    at = places[entry.at]
    if "at" in match.groupdict():
        index = max(at - AROUND, 0) + match.start("at")
        at = index - (index > at)
    lines = f"{text[:at]}|".splitlines()
    return Mistake(file, len(lines), len(lines[-1]), *words), entry.of_line


def _is_outside(text: str, at: int, opened: int) -> bool:
    """Say whether a place is in a line that cannot be within a bracket, by how far it is indented."""
    begins = [text.rfind("\n", 0, place) + 1 for place in (opened, at)]
    first, second = (next(LEAD.finditer(text, begin)).end() - begin for begin in begins)
    return begins[0] < begins[1] and second <= first


def _in_quotes(text: str) -> str:
    """Return a text as it stands in quotation marks, those left out that stood around it."""
    bare = text.strip()
    mark = bare[:1]
    if mark and mark in "\"'":
        bare = bare.strip(mark) if bare.endswith(mark) else bare.replace(mark, "")
    bare = bare.strip("“”„")
    if '"' not in bare and "\\" not in bare:
        return f'"{bare}"'
    return "'" + bare.replace("'", "''") + "'"
