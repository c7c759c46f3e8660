"""From the tree of a spec to its model: what has the wrong shape is told and left out, and the rest is checked."""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from yaml import MappingNode, Node, ScalarNode, SequenceNode

from ..core.errors import Mistake
from ..core.spec_parts import Model, Path, Words
from ..core.suggest import nearest
from ..fields import COMMON_OPTIONS, FIELD_TYPES, Field
from ..fields import field as fields
from . import model, supplements
from .common_mistakes import common_mistake_in
from .yaml_file import TEXT, SkippedInput, entries_of, get, mistake_at, plain, scalar, sequence, walk

ROUNDS = 12  # what is left out may leave other parts without what they need
NULL = "tag:yaml.org,2002:null"
STAND_INS = {"name": "spec", "version": "0", "title": "-", "languages": "en"}  # for what every spec has
KINDS = {ScalarNode: "one value", SequenceNode: "a list", MappingNode: "a group of options"}
BOUNDS = {"ge": "{} or more", "gt": "more than {}", "le": "{} or less", "lt": "less than {}"}
# how the steps begin by which pydantic names an alternative, and how a value is written that is meant as that one
WRITTEN_AS: dict[str, type[Node] | tuple[()]] = {
    "is-instance[": (), "str": ScalarNode, "literal[": ScalarNode, "tuple[": SequenceNode, "dict[": MappingNode,
    "When": MappingNode, "ItemsFrom": MappingNode,
}  # fmt: skip
LONGEST = 60  # characters of a value that are shown


class ShapeMistake(NamedTuple):
    """One thing that pydantic does not take: where it is in the tree, and what it says of it."""

    detail: ErrorDetails
    steps: Path  # those steps of its path that lead through the tree
    container: Node
    node: Node | None  # None where something is missing
    is_meant: bool  # whether it is about the alternative that the value is written as

    @property
    def option(self) -> str:
        """The option or entry that is wrong."""
        return str(self.steps[-1]) if self.steps else ""

    @property
    def meant(self) -> str | None:
        """The option that was meant by an unknown one, where it is not there already."""
        if self.detail["type"] != "extra_forbidden" or not isinstance(self.container, MappingNode):
            return None
        there = set(map(str, plain(self.container)))
        return nearest(self.option, [name for name in self.options_here() if name not in there])

    def options_here(self) -> list[str]:
        """Give the options that there are beside it."""
        part = part_at(self.detail["loc"][:-1])
        known = options_of(part) if part else []
        kind = get(self.container, "type")
        field_type = FIELD_TYPES.get(str(kind.value)) if part is Field and kind else None
        if field_type is None:
            return known
        fitting = {*field_type.needs, *field_type.allows, *COMMON_OPTIONS}
        return [name for name in known if name in fitting]


@dataclass
class Shape:
    """Makes the model of a tree, if need be of what is left of it."""

    root: MappingNode
    skipped: SkippedInput
    mistakes: list[Mistake]
    _told: set[tuple[int, str]] = field(default_factory=set)
    _shortened: set[int] = field(default_factory=set)  # lists that a part was taken out of

    def model(self, **more: str) -> model.Spec | None:
        """Give the spec, or what is left of it; None where too little is."""
        for _ in range(ROUNDS):
            try:
                return model.Spec.model_validate(plain(self.root) | more)
            except ValidationError as error:
                found = mistakes_of(self.root, error.errors())
            for mistake in found:
                self._tell(mistake)
            for mistake in reversed(found):
                self._leave_out(mistake)
        return None

    def _tell(self, found: ShapeMistake) -> None:
        mark, missing = (id(found.container), found.option), found.node is None
        # a group or list may have another shape because a part was taken out of it
        as_written = found.detail["type"] == "extra_forbidden" or isinstance(found.node, ScalarNode)
        follows = not as_written and (
            id(found.node) in self._shortened
            or self.skipped.touches(found.container if missing else found.node)
        )
        if mark not in self._told and not follows:
            path = found.steps[:-1] if missing else found.steps
            self.mistakes.append(mistake_at(self.root, path, *_words(found)))
        self._told.add(mark)

    def _leave_out(self, found: ShapeMistake) -> None:
        """Take the smallest part out of the tree without which the rest may be right.

        What was meant is mended: the name of an option, one value for a list of one, a number for the text that it is.
        """
        node, container, says = found.node, found.container, found.detail["type"]
        is_value = isinstance(node, ScalarNode) and node.tag != NULL
        if node is None:
            if container is not self.root:
                self._drop(container)
            elif found.option in STAND_INS:
                value = scalar(STAND_INS[found.option])
                stand_in = sequence([value]) if found.option == "languages" else value
                self.root.value.append((scalar(found.option), stand_in))
        elif (meant := found.meant) is not None:
            for key, value in container.value:
                if value is node:
                    key.value = meant
        elif is_value and says == "string_type" and node.tag != TEXT:
            node.tag = TEXT
        elif is_value and says == "tuple_type" and isinstance(container, MappingNode):
            container.value[:] = [
                (key, sequence([node]) if value is node else value) for key, value in container.value
            ]
        else:
            self._told.add((id(container), found.option))
            self._drop(node)

    def _drop(self, node: Node) -> None:
        """Take a part out of what holds it."""
        holds = (part for part in walk(self.root) if any(entry[-1] is node for entry in entries_of(part)))
        holder = next(holds, None)
        if isinstance(holder, MappingNode):
            name = next(str(key.value) for key, value in holder.value if value is node)
            self.skipped.take(name, node, holder)
            holder.value[:] = [pair for pair in holder.value if pair[1] is not node]
        elif holder:
            self.skipped.take("", node)
            self._shortened.add(id(holder))
            holder.value[:] = [item for item in holder.value if item is not node]


# what pydantic says


def mistakes_of(root: Node, details: Sequence[ErrorDetails]) -> list[ShapeMistake]:
    """Give one mistake for each cause: what pydantic says of alternatives that were not meant is left out."""
    located = [
        found for found in (_located(root, detail) for detail in details) if not _is_long_enough(found)
    ]
    meant = [found for found in located if found.is_meant]
    misspelt = {(id(found.container), found.meant) for found in meant}
    meant = [found for found in meant if found.node or (id(found.container), found.option) not in misspelt]
    for other in located:
        if not other.is_meant and not any(found.steps[: len(other.steps)] == other.steps for found in meant):
            meant.append(other)
    return list({(found.steps, found.detail["type"]): found for found in meant}.values())


def _is_long_enough(found: ShapeMistake) -> bool:
    """Say whether a list is called short that is not: pydantic counts only those entries that are right."""
    entries = found.node.value if isinstance(found.node, SequenceNode) else ()
    return found.detail["type"] == "too_short" and len(entries) >= found.detail["ctx"]["min_length"]


def _located(root: Node, detail: ErrorDetails) -> ShapeMistake:
    """Give what pydantic says with its place in the tree."""
    node, container, steps, is_meant = root, root, list[str | int](), True
    for number, step in enumerate(detail["loc"], start=1):
        below = get(node, step)
        if below:
            container, node = node, below
            steps.append(step)
        elif number == len(detail["loc"]) and detail["type"] == "missing":
            return ShapeMistake(detail, (*steps, step), node, None, is_meant)
        else:
            written = next((kind for tag, kind in WRITTEN_AS.items() if str(step).startswith(tag)), Node)
            is_meant = is_meant and isinstance(node, written)
    return ShapeMistake(detail, tuple(steps), container, node, is_meant)


def _words(found: ShapeMistake) -> Words:
    """Give the reason and the remedy."""
    says, steps, context = found.detail["type"], found.steps, found.detail.get("ctx", {})
    of_block = says == "union_tag_invalid"  # a block of no known kind
    value = get(found.node, "kind") if of_block else found.node
    written = str(value.value) if isinstance(value, ScalarNode) else ""
    kind = next((words for node, words in KINDS.items() if isinstance(value, node)), "nothing")
    shown = written if len(written) <= LONGEST else f"{written[: LONGEST - 3]}…"
    owner = next((step for step in reversed(steps) if isinstance(step, str)), found.option)
    entry = f"`{found.option}`"
    if steps and isinstance(steps[-1], int) and isinstance(found.container, SequenceNode):
        entry = f"Entry {steps[-1] + 1} of `{owner}`"
    options = ", ".join(found.options_here())
    code, meant, part = get(found.container, "code"), found.meant, part_at(found.detail["loc"])
    known = str(context.get("expected_tags" if of_block else "expected", "")).replace(" or ", ", ")
    choices = known.replace("'", "").split(", ")
    one_of = f"Write one of {', '.join(choices)}."
    close = nearest(written, choices) if isinstance(value, ScalarNode) else None
    needed = (
        [f"{name}: …" for name, option in part.model_fields.items() if option.is_required()] if part else []
    )
    bounds = [BOUNDS[name].format(bound) for name, bound in context.items() if name in BOUNDS]
    tag = value.tag.rsplit(":", 1)[-1] if value else ""
    texts = {"mark": f"{found.option} {'empty' if tag == 'map' and value and not value.value else tag}"}
    words = common_mistake_in(
        "shape", says, texts, all_options(), option=found.option, value=written, kind=kind, entry=entry,
        shown=f"'{shown}'" if isinstance(value, ScalarNode) else kind, named="kind" if of_block else owner,
        of=f" for {code.value}" if isinstance(code, ScalarNode) else "",
        instead=f"Did you mean '{meant}'?" if meant else f"Remove it; the options here are {options}.",
        one_of=one_of, nearest_of=f"Did you mean '{close}'?" if close else one_of,
        needed=f"Write {{{', '.join(needed)}}}." if needed else "Write options with values.",
        least=str(context.get("min_length", 1)), allowed=" and ".join(bounds),
    )  # fmt: skip
    assert words is not None  # the last one fits everything
    return words[2]


# which options a spec takes at a place

OWN_FILES = ("vocabularies", "columns", "matrix", "rules", "figures", "sample")  # each in a file of its name
MADE = ("tools", "covered", "digest", "folder")  # what the loader puts into the model
HEAD = ("sheets",)  # what only the loader reads
PUT_IN: Mapping[type, tuple[str, ...]] = {supplements.FactFile: ("rows",), model.Spec: (*OWN_FILES, *MADE)}
TAKEN_IN: Mapping[type, tuple[str, ...]] = {
    model.Spec: HEAD,
    model.Rule: ("tools", "covered_by"),
    Field: ("use",),
    model.Vocabulary: ("file",),
}


def options_of(part: type[Model]) -> list[str]:
    """Give the options that a part takes in a file, in their order."""
    made = PUT_IN.get(part, ())
    return [*(name for name in part.model_fields if name not in made), *TAKEN_IN.get(part, ())]


@cache
def all_options() -> tuple[str, ...]:
    """Give every option that there is anywhere in a spec."""
    parts = [part for module in (model, supplements, fields) for part in vars(module).values()]
    return tuple(sorted({name for part in parts if _is_part(part) for name in options_of(part)}))


def part_at(path: Sequence[str | int]) -> type[Model] | None:
    """Give the part of the model that a path of pydantic leads to; None where it leads to no part with options."""
    kinds: list[Any] = [model.Spec]
    for step in path:  # which may only say which of several kinds is meant, a block by its `kind`
        below = [found for kind in kinds for found in _below(kind, step)]
        called = (kind for kind in kinds if _is_part(kind) and "kind" in kind.model_fields)
        tagged = [kind for kind in called if step in get_args(kind.model_fields["kind"].annotation)]
        kinds = below or tagged or kinds
    return next(filter(_is_part, kinds), None)


def _below(kind: Any, step: str | int) -> list[Any]:
    """Give the kinds of value that stand at a step below one."""
    origin, args = get_origin(kind), get_args(kind)
    if origin is tuple and isinstance(step, int):
        return _alternatives(args[0])
    if origin is dict:
        return _alternatives(args[1])
    option = kind.model_fields.get(step) if _is_part(kind) else None
    return _alternatives(option.annotation) if option else []


def _alternatives(kind: Any) -> list[Any]:
    """Give each kind of value that an annotation allows."""
    if get_origin(kind) is Annotated:
        return _alternatives(get_args(kind)[0])
    if get_origin(kind) in (Union, types.UnionType):
        return [found for alternative in get_args(kind) for found in _alternatives(alternative)]
    return [kind]


def _is_part(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Model)
