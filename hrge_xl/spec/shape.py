"""From the tree of a spec to its model: what has the wrong shape is told and left out, and the rest is checked."""

from __future__ import annotations

from dataclasses import dataclass, field

import yaml
from pydantic import ValidationError

from ..errors import Mistake
from . import model
from .lost import Lost
from .nodes import mistake_at, plain, sequence
from .shape_mistakes import ShapeMistake, mistakes_of

ROUNDS = 12  # what is left out may leave other parts without what they need
TEXT, NULL = "tag:yaml.org,2002:str", "tag:yaml.org,2002:null"
STAND_INS = {"name": "spec", "version": "0", "title": "-", "languages": "en"}  # for what every spec has


@dataclass
class Shape:
    """Makes the model of a tree, if need be of what is left of it."""

    root: yaml.MappingNode
    lost: Lost
    mistakes: list[Mistake] = field(default_factory=list)
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
        follows = self.lost.touches(found.container) if missing else self._is_less_than_written(found)
        if mark not in self._told and not follows:
            reason, remedy = found.words
            path = found.steps if not missing else found.steps[:-1]
            self.mistakes.append(mistake_at(self.root, path, reason, remedy))
        self._told.add(mark)

    def _is_less_than_written(self, found: ShapeMistake) -> bool:
        """Say whether a group or list has another shape because a part was taken out of it."""
        if found.is_unknown or isinstance(found.node, yaml.ScalarNode):
            return False
        return id(found.node) in self._shortened or self.lost.touches(found.node)

    # what is left out

    def _leave_out(self, found: ShapeMistake) -> None:
        """Take the smallest part out of the tree without which the rest may be right; mend a misspelt option."""
        meant = found.meant
        if found.node is None:
            self._without_needed(found)
        elif meant is not None:
            for key, value in found.container.value:
                if value is found.node:
                    key.value = meant
        elif not _mended(found):
            self._told.add((id(found.container), found.option))
            self._drop(found.node)

    def _without_needed(self, found: ShapeMistake) -> None:
        if found.container is not self.root:
            self._drop(found.container)
        elif found.option in STAND_INS:
            value = _scalar(STAND_INS[found.option])
            several = found.option == "languages"
            self.root.value.append((_scalar(found.option), sequence([value]) if several else value))

    def _drop(self, node: yaml.Node) -> None:
        """Take a part out of what holds it."""
        holder = _holder(self.root, node)
        if isinstance(holder, yaml.MappingNode):
            names = [str(key.value) for key, value in holder.value if value is node]
            self.lost.take(names[0], node)
            self.lost.take_option(holder, names[0])
            holder.value[:] = [pair for pair in holder.value if pair[1] is not node]
        elif isinstance(holder, yaml.SequenceNode):
            self.lost.take("", node)
            self._shortened.add(id(holder))
            holder.value[:] = [item for item in holder.value if item is not node]


def _mended(found: ShapeMistake) -> bool:
    """Say whether a value could be made what it must be: one value a list of one, a number the text that it is."""
    node = found.node
    if not isinstance(node, yaml.ScalarNode) or node.tag == NULL:
        return False
    if found.detail["type"] == "string_type" and node.tag != TEXT:
        node.tag = TEXT
        return True
    if found.detail["type"] == "tuple_type" and isinstance(found.container, yaml.MappingNode):
        pairs = found.container.value
        pairs[:] = [(key, sequence([node]) if value is node else value) for key, value in pairs]
        return True
    return False


def _scalar(text: str) -> yaml.ScalarNode:
    return yaml.ScalarNode(TEXT, text, None, None)


def _holder(root: yaml.Node, node: yaml.Node) -> yaml.Node | None:
    """Give the part of a tree that a node stands in directly."""
    if isinstance(root, yaml.MappingNode):
        below = [value for _, value in root.value]
    else:
        below = list(root.value) if isinstance(root, yaml.SequenceNode) else []
    if any(each is node for each in below):
        return root
    return next((found for each in below if (found := _holder(each, node)) is not None), None)
