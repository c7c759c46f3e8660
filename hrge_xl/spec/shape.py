"""From the tree of a spec to its model: what has the wrong shape is told and left out, and the rest is checked."""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from yaml import MappingNode, Node, ScalarNode, SequenceNode

from ..core.errors import Mistake
from ..core.spec_parts import Model, Path, Words
from ..core.suggest import nearest
from ..fields import COMMON_OPTIONS, FIELD_TYPES, Field
from ..fields import field as fields
from . import figures, issuance, model
from .slips import Piece, slip_in
from .yaml_file import TEXT, Lost, entries_of, get, mistake_at, plain, scalar, sequence, walk

ROUNDS = 12  # what is left out may leave other parts without what they need
NULL = "tag:yaml.org,2002:null"
STAND_INS = {"name": "spec", "version": "0", "title": "-", "languages": "en"}  # for what every spec has
KINDS = {ScalarNode: "one value", SequenceNode: "a list", MappingNode: "a group of options"}
BOUNDS = {"ge": "{} or more", "gt": "more than {}", "le": "{} or less", "lt": "less than {}"}


@dataclass
class Shape:
    """Makes the model of a tree, if need be of what is left of it."""

    root: MappingNode
    lost: Lost
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
        mark = (id(found.container), found.option)
        missing = found.node is None
        # a group or list may have another shape because a part was taken out of it
        as_written = not missing and (found.is_unknown or isinstance(found.node, ScalarNode))
        follows = not as_written and (
            id(found.node) in self._shortened or self.lost.touches(found.container if missing else found.node)
        )
        if mark not in self._told and not follows:
            path = found.steps if not missing else found.steps[:-1]
            self.mistakes.append(mistake_at(self.root, path, *found.words))
        self._told.add(mark)

    # what is left out

    def _leave_out(self, found: ShapeMistake) -> None:
        """Take the smallest part out of the tree without which the rest may be right; mend a misspelt option."""
        meant = found.meant
        if found.node is None:
            if found.container is not self.root:
                self._drop(found.container)
            elif found.option in STAND_INS:
                value = scalar(STAND_INS[found.option])
                node = sequence([value]) if found.option == "languages" else value
                self.root.value.append((scalar(found.option), node))
        elif meant is not None:
            for key, value in found.container.value:
                if value is found.node:
                    key.value = meant
        elif not _mended(found):
            self._told.add((id(found.container), found.option))
            self._drop(found.node)

    def _drop(self, node: Node) -> None:
        """Take a part out of what holds it."""
        holds = (part for part in walk(self.root) if any(entry[-1] is node for entry in entries_of(part)))
        holder = next(holds, None)
        if isinstance(holder, MappingNode):
            name = next(str(key.value) for key, value in holder.value if value is node)
            self.lost.take(name, node, holder)
            holder.value[:] = [pair for pair in holder.value if pair[1] is not node]
        elif holder:
            self.lost.take("", node)
            self._shortened.add(id(holder))
            holder.value[:] = [item for item in holder.value if item is not node]


def _mended(found: ShapeMistake) -> bool:
    """Say whether a value could be made what it must be: one value a list of one, a number the text that it is."""
    node = found.node
    if not isinstance(node, ScalarNode) or node.tag == NULL:
        return False
    is_text = found.detail["type"] == "string_type" and node.tag != TEXT
    is_list = found.detail["type"] == "tuple_type" and isinstance(found.container, MappingNode)
    if is_text:
        node.tag = TEXT
    elif is_list:
        pairs = found.container.value
        pairs[:] = [(key, sequence([node]) if value is node else value) for key, value in pairs]
    return is_text or is_list


# what pydantic says


class ShapeMistake(NamedTuple):
    """One thing that pydantic does not take: where it is in the tree, and what it says of it."""

    detail: ErrorDetails
    steps: Path  # those steps of its path that lead through the tree
    container: Node
    node: Node | None  # None where something is missing
    parent: Path  # the path of pydantic to what holds it

    @property
    def option(self) -> str:
        """The option or entry that is wrong."""
        return str(self.steps[-1]) if self.steps else ""

    @property
    def is_unknown(self) -> bool:
        """Whether it is an option that nothing takes here."""
        return self.detail["type"] == "extra_forbidden"

    @property
    def meant(self) -> str | None:
        """The option that was meant by an unknown one, where it is not there already."""
        if not self.is_unknown or not isinstance(self.container, MappingNode):
            return None
        there = set(map(str, plain(self.container)))
        return nearest(self.option, [name for name in self.options_here() if name not in there])

    @property
    def value(self) -> Node | None:
        """What stands there; of a block of no known kind that."""
        return get(self.node, "kind") if self.detail["type"] == "union_tag_invalid" else self.node

    @property
    def words(self) -> Words:
        """The reason and the remedy."""
        value = self.value
        tag = value.tag.rsplit(":", 1)[-1] if value else ""
        if tag == "map" and value and not value.value:
            tag = "empty"
        written = Piece(value.value if isinstance(value, ScalarNode) else "")
        texts = {"mark": f"{self.option} {tag}"}
        found = slip_in("shape", self.detail["type"], texts, all_options(), it=self, value=written)
        assert found is not None  # the last one fits everything
        return found[2]

    def context(self, name: str, default: str = "") -> str:
        """Give what pydantic says besides."""
        return str(self.detail.get("ctx", {}).get(name, default))

    def options_here(self) -> list[str]:
        """Give the options that there are beside it."""
        part = part_at(self.parent)
        known = options_of(part) if part else []
        kind = get(self.container, "type")
        field_type = FIELD_TYPES.get(str(kind.value)) if part is Field and kind else None
        if field_type is None:
            return known
        fitting = {*field_type.needs, *field_type.allows, *COMMON_OPTIONS}
        return [name for name in known if name in fitting]

    # what the table of slips says of it

    @property
    def kind(self) -> str:
        """What stands there."""
        return next((words for kind, words in KINDS.items() if isinstance(self.value, kind)), "nothing")

    @property
    def shown(self) -> str:
        """The value as it is written, or what it is where it has parts."""
        value = self.value
        if not isinstance(value, ScalarNode):
            return self.kind
        return f"'{value.value if len(value.value) <= 60 else value.value[:57] + '…'}'"

    @property
    def of(self) -> str:
        """Whose option is missing."""
        code = get(self.container, "code")
        return f" for {code.value}" if isinstance(code, ScalarNode) else ""

    @property
    def instead(self) -> str:
        """What to do about an option that there is not."""
        known = ", ".join(self.options_here())
        return f"Did you mean '{self.meant}'?" if self.meant else f"Remove it; the options here are {known}."

    @property
    def named(self) -> str:
        """What has a value that it cannot have: an option, or the list that an entry stands in."""
        if self.value is not self.node:
            return "kind"
        return next((step for step in reversed(self.steps) if isinstance(step, str)), self.option)

    @property
    def choices(self) -> list[str]:
        """The values that there are."""
        if self.value is not self.node:
            return self.context("expected_tags").replace("'", "").split(", ")
        part = part_at(self.parent)
        named = alternatives(part, self.option) if part and self.option in part.model_fields else ()
        text = self.context("expected").replace(" or ", ", ").replace("'", "")
        return list(named) or [value for value in text.split(", ") if value]

    @property
    def one_of(self) -> str:
        """Which value to write."""
        return f"Write one of {', '.join(self.choices)}."

    @property
    def nearest_of(self) -> str:
        """Which value was meant, or could be written."""
        close = nearest(self.value.value, self.choices) if isinstance(self.value, ScalarNode) else None
        return f"Did you mean '{close}'?" if close else self.one_of

    @property
    def entry(self) -> str:
        """What should have options of its own."""
        if not isinstance(self.steps[-1], int) or not isinstance(self.container, SequenceNode):
            return f"`{self.option}`"
        owner = next((step for step in reversed(self.steps) if isinstance(step, str)), "the list")
        return f"Entry {self.steps[-1] + 1} of `{owner}`"

    @property
    def needed(self) -> str:
        """Which options it should have."""
        part = part_at(self.detail["loc"])
        options = part.model_fields.items() if part else ()
        needed = [f"{name}: …" for name, option in options if option.is_required()]
        return f"Write {{{', '.join(needed)}}}." if needed else "Write options with values."

    @property
    def least(self) -> str:
        """How many entries there must be."""
        return self.context("min_length", "1")

    @property
    def allowed(self) -> str:
        """Which numbers there may be."""
        bounds = self.detail.get("ctx", {})
        return " and ".join(BOUNDS[name].format(bound) for name, bound in bounds.items() if name in BOUNDS)


def mistakes_of(root: Node, details: Sequence[ErrorDetails]) -> list[ShapeMistake]:
    """Give one mistake for each cause: what pydantic says of alternatives that were not meant is left out."""
    meant: list[ShapeMistake] = []
    others: list[ShapeMistake] = []
    for detail in details:
        found, fits = _located(root, detail)
        # pydantic counts only those entries of a list that are right
        entries = found.node.value if isinstance(found.node, SequenceNode) else ()
        if detail["type"] != "too_short" or len(entries) < int(found.least):
            (meant if fits else others).append(found)
    misspelt = {(id(found.container), found.meant) for found in meant}
    meant = [found for found in meant if found.node or (id(found.container), found.option) not in misspelt]
    for found in others:
        if not any(told.steps[: len(found.steps)] == found.steps for told in meant):
            meant.append(found)
    return list({(found.steps, found.detail["type"]): found for found in meant}.values())


def _located(root: Node, detail: ErrorDetails) -> tuple[ShapeMistake, bool]:
    """Give the mistake in the tree, and whether it is about the alternative that was meant."""
    node, container, steps, fits = root, root, list[str | int](), True
    loc = detail["loc"]
    for number, step in enumerate(loc):
        below = get(node, step)
        if below:
            container, node = node, below
            steps.append(step)
        elif number == len(loc) - 1 and detail["type"] == "missing":
            return ShapeMistake(detail, (*steps, step), node, None, loc[:-1]), fits
        else:
            fits = fits and _is_meant(str(step), node)
    return ShapeMistake(detail, tuple(steps), container, node, loc[:-1]), fits


def _is_meant(tag: str, node: Node) -> bool:
    """Say whether a value is written as the alternative has it that a step of pydantic names."""
    if tag.startswith("is-instance["):
        return False
    if tag == "str" or tag.startswith("literal["):
        return isinstance(node, ScalarNode)
    if tag.startswith("tuple["):
        return isinstance(node, SequenceNode)
    if tag.startswith("dict[") or tag in ("When", "ItemsFrom"):
        return isinstance(node, MappingNode)
    return True


# which options a spec takes at a place

OWN_FILES = ("vocabularies", "columns", "matrix", "rules", "figures", "sample")  # each in a file of its name
MADE = ("tools", "covered", "digest", "folder")  # what the loader puts into the model
HEAD = ("sheets",)  # what only the loader reads
PUT_IN: Mapping[type, tuple[str, ...]] = {issuance.FactFile: ("rows",), model.Spec: (*OWN_FILES, *MADE)}
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
    parts = [part for module in (model, figures, issuance, fields) for part in vars(module).values()]
    return tuple(sorted({name for part in parts if _is_part(part) for name in options_of(part)}))


def part_at(path: Sequence[str | int]) -> type[Model] | None:
    """Give the part of the model that a path of pydantic leads to; None where it leads to no part with options."""
    kinds: list[Any] = [model.Spec]
    for step in path:  # which may only say which of several kinds is meant
        called = [kind for kind in kinds if len(kinds) > 1 and _is_called(kind, str(step))]
        kinds = called or [below for kind in kinds for below in _below(kind, step)]
    return next(filter(_is_part, kinds), None)


def alternatives(part: type[Model], option: str) -> tuple[str, ...]:
    """Give the values that an option can have, where these are counted."""
    kinds = _kinds(part.model_fields[option].annotation)
    return tuple(str(value) for kind in kinds if get_origin(kind) is Literal for value in get_args(kind))


def _kinds(kind: Any) -> list[Any]:
    """Give each kind of value that an annotation allows."""
    if get_origin(kind) is Annotated:
        return _kinds(get_args(kind)[0])
    if get_origin(kind) in (Union, types.UnionType):
        return [one for each in get_args(kind) for one in _kinds(each)]
    return [kind]


def _below(kind: Any, step: str | int) -> list[Any]:
    """Give the kinds of value that stand at a step below one."""
    if get_origin(kind) is tuple:
        return _kinds(get_args(kind)[0]) if isinstance(step, int) else []
    if get_origin(kind) is dict:
        return _kinds(get_args(kind)[1])
    return _kinds(kind.model_fields[step].annotation) if _is_part(kind) and step in kind.model_fields else []


def _is_called(kind: Any, step: str) -> bool:
    """Say whether pydantic means this alternative by a step of its path."""
    if get_origin(kind) is tuple:
        return step.startswith("tuple[")
    own = kind.model_fields.get("kind") if _is_part(kind) else None
    called = get_args(own.annotation) if own else ()
    return _is_part(kind) and step in (kind.__name__, *called)


def _is_part(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Model)
