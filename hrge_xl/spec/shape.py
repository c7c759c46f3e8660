"""From the tree of a spec to its model: what has the wrong shape is told and left out, and the rest is checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from yaml import MappingNode, Node, ScalarNode, SequenceNode

from ..core.errors import Mistake, nearest
from ..core.spec_parts import Model, Path, Words
from ..fields import COMMON_OPTIONS, FIELD_TYPES, Field
from ..fields import field as fields
from . import model, supplements
from .yaml_file import (
    TEXT,
    SkippedInput,
    common_mistake_in,
    entries_of,
    get,
    mistake_at,
    plain,
    sequence,
)

ROUNDS = 12  # what is left out may leave other parts without what they need
NULL = "tag:yaml.org,2002:null"
# for what every spec has
STAND_INS = {
    "name": "spec",
    "version": "0",
    "title": "-",
    "languages": ["en"],
}
# by tag: any other is one value
KINDS = {
    "map": "a group of options",
    "seq": "a list",
    "": "nothing",
}
# options as forms, spreadsheets and schemas call them
ELSEWHERE = {
    "calculation": "formula",
    "choices": "vocabulary",
    "expression": "formula",
    "hint": "help",
    "list": "vocabulary",
    "mandatory": "required",
    "max": "maximum",
    "maxlength": "characters",
    "min": "minimum",
    "name": "code",
    "options": "vocabulary",
    "question": "label",
    "regex": "pattern",
    "text": "label",
    "values": "vocabulary",
}
# the same of types, kinds, and what is required: the first word of a value
VALUES_ELSEWHERE = {
    "bool": "yesno",
    "boolean": "yesno",
    "calculate": "calculated",
    "dropdown": "choice",
    "false": "optional",
    "float": "decimal",
    "int": "integer",
    "memo": "long",
    "money": "decimal",
    "no": "optional",
    "number": "decimal",
    "select": "choice",
    "select_multiple": "many",
    "select_one": "choice",
    "string": "text",
    "table": "register",
    "time": "text",
    "true": "always",
    "yes": "always",
}
# what an option that is missing may say
EXAMPLES = {
    "columns": "{c1: …}",
    "keep": '"filled(CODE)", the rows that are listed',
    "fields": "a list of fields",
    "items": "a list of items",
}
LONGEST = 60  # characters of a value that are shown


class ShapeMistake(NamedTuple):
    """One thing that pydantic does not take: where it is in the tree, and what it says of it."""

    detail: ErrorDetails
    steps: Path  # those steps of its path that lead through the tree
    nodes: Sequence[Node]  # that they lead through, from the root
    missing: bool  # whether the last step leads to nothing

    @property
    def option(self) -> str:
        """The option or entry that is wrong."""
        return str(self.steps[-1]) if self.steps else ""

    @property
    def container(self) -> Node:
        """What holds it."""
        return self.nodes[-1 if self.missing or len(self.nodes) == 1 else -2]

    @property
    def meant(self) -> str | None:
        """The option that was meant by an unknown one, where it is not there already."""
        if self.detail["type"] != "extra_forbidden":
            return None
        options = [name for name in self.fitting_options() if not get(self.container, name)]
        elsewhere = ELSEWHERE.get(self.option.casefold())
        return elsewhere if elsewhere in options else nearest(self.option, options)

    def fitting_options(self) -> list[str]:
        """Return the options that there are beside it."""
        part = part_at(self.detail["loc"][:-1])
        kind = get(self.container, "type")
        options = options_of(part) if part else []
        field_type = FIELD_TYPES.get(str(kind.value)) if part is Field and kind else None
        if field_type is None:
            return options
        fitting = {*field_type.needs, *field_type.allows, *COMMON_OPTIONS, "checks"}
        return [name for name in options if name in fitting]


@dataclass
class Shape:
    """Makes the model of a tree, if need be of what is left of it."""

    root: MappingNode
    skipped: SkippedInput
    mistakes: list[Mistake]
    _reported: set[tuple[int, str]] = field(default_factory=set)
    _shortened: set[int] = field(default_factory=set)  # lists that a part was taken out of
    _stand_ins: dict[str, object] = field(default_factory=dict)

    def model(self, **values: str | Sequence[str]) -> model.Spec | None:
        """Return the spec, or what is left of it; None where too little is."""
        for _ in range(ROUNDS):
            try:
                return model.Spec.model_validate(plain(self.root) | self._stand_ins | values)
            except ValidationError as error:
                mistakes = mistakes_of(self.root, error.errors())
            for mistake in mistakes:
                self._tell(mistake)
            for mistake in reversed(mistakes):
                self._leave_out(mistake)
        return None

    def _tell(self, mistake: ShapeMistake) -> None:
        mark = (id(mistake.container), mistake.option)
        node = mistake.nodes[-1]
        # a group or list may have another shape because a part was taken out of it
        as_written = isinstance(node, ScalarNode) or mistake.detail["type"] == "extra_forbidden"
        follows = not as_written and (id(node) in self._shortened or self.skipped.touches(node))
        if mark not in self._reported and not follows:
            path = mistake.steps[:-1] if mistake.missing else mistake.steps
            self.mistakes.append(mistake_at(self.root, path, *_words(mistake)))
        self._reported.add(mark)

    def _leave_out(self, mistake: ShapeMistake) -> None:
        """Take the smallest part out of the tree without which the rest may be right.

        What was meant is mended: the name of an option, one value for a list of one, a number for the text that it is.
        """
        if len(mistake.nodes) == 1:
            if mistake.option in STAND_INS:
                self._stand_ins[mistake.option] = STAND_INS[mistake.option]
            return
        *_, holder, node = mistake.nodes
        number = next(
            (at for at, entry in enumerate(entries_of(holder)) if entry[-1] is node), None
        )
        if number is None:  # it is out already
            return
        says = mistake.detail["type"]
        meant = mistake.meant
        key = entries_of(holder)[number][0] if isinstance(holder, MappingNode) else None
        is_value = isinstance(node, ScalarNode) and node.tag != NULL
        part = part_at(mistake.detail["loc"][:-1]) or Model
        # what only the loader takes it has taken already
        can_be_renamed = meant is not None and meant not in TAKEN_IN.get(part, ())
        if key and can_be_renamed and (is_value or " " not in mistake.option):
            key.value = meant
        elif is_value and says in ("string_type", "is_instance_of") and node.tag != TEXT:
            node.tag = TEXT
        elif is_value and says == "tuple_type" and key:
            holder.value[number] = (key, sequence([node]))
        else:
            self._reported.add((id(mistake.container), mistake.option))
            self.skipped.take(key.value if key else "", node, holder)
            if mistake.steps[0] == "tools":  # a part of the sheet that it leads to is gone
                sheet = get(mistake.nodes[min(2, len(mistake.nodes) - 1)], "code")
                if sheet:
                    self.skipped.names.add(str(sheet.value))
            self._shortened.add(id(holder))
            del holder.value[number]


# what pydantic says


def mistakes_of(root: Node, details: Sequence[ErrorDetails]) -> list[ShapeMistake]:
    """Return one mistake for each cause.

    Of what can be of several kinds, the one is meant whose parts are wrong, and not the whole of it. Nor does a part
    miss what is misspelt in it, and a list is not short because something in it is wrong.
    """
    mistakes = list[ShapeMistake]()
    for detail in details:
        nodes = [root]
        steps = list[str | int]()
        for step in detail["loc"]:
            if below := get(nodes[-1], step):  # else it names one of several kinds
                nodes.append(below)
                steps.append(step)
        missing = detail["type"] == "missing"
        steps += detail["loc"][-1:] if missing else ()
        mistakes.append(ShapeMistake(detail, tuple(steps), nodes, missing))
    wholes = {mistake.steps[:end] for mistake in mistakes for end in range(len(mistake.steps))}
    # an invalid key leads to no part
    wholes -= {mistake.steps for mistake in mistakes if mistake.detail["type"] == "invalid_key"}
    misspelt = {(id(mistake.container), mistake.meant) for mistake in mistakes}
    causes: dict[Path, ShapeMistake] = {}
    for mistake in mistakes:
        if mistake.steps not in wholes and not (
            mistake.missing and (id(mistake.container), mistake.option) in misspelt
        ):
            causes.setdefault(mistake.steps, mistake)
    return list(causes.values())


def _words(mistake: ShapeMistake) -> Words:
    """Return the reason and the remedy."""
    says = mistake.detail["type"]
    context = mistake.detail.get("ctx", {})
    of_block = says == "union_tag_invalid"  # a block of no known kind
    value = (of_block and get(mistake.nodes[-1], "kind")) or mistake.nodes[-1]
    written = str(value.value) if isinstance(value, ScalarNode) else ""
    tag = value.tag.rsplit(":", 1)[-1]
    kind = KINDS.get(tag, "one value")
    shown = written if len(written) <= LONGEST else f"{written[: LONGEST - 3]}…"
    owner = next((step for step in reversed(mistake.steps) if isinstance(step, str)), "")
    entry = f"`{mistake.option}`"
    if isinstance(mistake.container, SequenceNode):
        entry = f"Entry {int(mistake.option) + 1} of `{owner}`"
    code = get(mistake.container, "code")
    meant = mistake.meant
    part = part_at(mistake.detail["loc"])
    options = ", ".join(mistake.fitting_options())
    expected = str(context.get("expected_tags" if of_block else "expected", ""))
    choices = expected.replace("'", "").replace(" or ", ", ").split(", ")
    one_of = f"Write one of {', '.join(choices)}."
    close = VALUES_ELSEWHERE.get(written.casefold().split(" ")[0], "")
    if close not in choices:
        close = nearest(written, choices) or ""
    example = EXAMPLES.get(mistake.option)
    needed = []
    if part:
        names = (name for name, option in part.model_fields.items() if option.is_required())
        needed = [f"{name}: …" for name in names]
    instead = f"Remove it; the options here are {options}."
    if meant:
        instead = f"Did you mean '{meant}'?"
    words = common_mistake_in(
        "shape",
        says,
        {"mark": f"{mistake.option} {tag if value.value or tag != 'map' else 'empty'}"},
        all_options(),
        option=mistake.option,
        value=written,
        kind=kind,
        entry=entry,
        named="kind" if of_block else owner,
        shown=f"'{shown}'" if isinstance(value, ScalarNode) else kind,
        example=f", such as {mistake.option}: {example}" if example else "",
        of=f" for {code.value}" if isinstance(code, ScalarNode) else "",
        instead=instead,
        one_of=one_of,
        nearest_of=f"Did you mean '{close}'?" if close else one_of,
        needed=f"Write {{{', '.join(needed)}}}." if needed else "Write options with values.",
        **{name: str(bound) for name, bound in context.items()},
    )
    assert words is not None  # the last one fits everything
    return words[2]


# which options a spec takes at a place

# each in a file of its name
OWN_FILES = (
    "vocabularies",
    "columns",
    "matrix",
    "rules",
    "figures",
    "sample",
)
# what the loader puts into the model
MADE = (
    "tools",
    "covered",
    "left_out",
    "digest",
    "folder",
    "unread",
)
HEAD = ("sheets",)  # what only the loader reads
PUT_IN: Mapping[type, tuple[str, ...]] = {
    supplements.FactFile: ("rows",),
    model.Spec: (*OWN_FILES, *MADE),
}
TAKEN_IN: Mapping[type, tuple[str, ...]] = {
    model.Spec: HEAD,
    model.Rule: ("tools", "covered_by"),
    Field: ("use", "for", "checks"),
    model.Vocabulary: ("file",),
}


def options_of(part: type[Model]) -> list[str]:
    """Return the options that a part takes in a file, in their order."""
    excluded = PUT_IN.get(part, ())
    return [*(name for name in part.model_fields if name not in excluded), *TAKEN_IN.get(part, ())]


@cache
def all_options() -> tuple[str, ...]:
    """Return every option that there is anywhere in a spec."""
    definitions = [
        value for module in (model, supplements, fields) for value in vars(module).values()
    ]
    return tuple(
        sorted(
            {name for value in definitions for part in _parts(value) for name in options_of(part)}
        )
    )


def part_at(path: Sequence[str | int]) -> type[Model] | None:
    """Return the part of the model that a path of pydantic leads to; None where it leads to no part with options."""
    parts: list[type[Model]] = [model.Spec]
    for step in path:
        below = [part.model_fields[step].annotation for part in parts if step in part.model_fields]
        # which may only say which of several is meant: by its name, or a block by its `kind`
        kinds = {
            part: get_args(getattr(part.model_fields.get("kind"), "annotation", None))
            for part in parts
        }
        named = [part for part, kind in kinds.items() if step in (part.__name__, *kind)]
        parts = [part for kind in below for part in _parts(kind)] if below else named or parts
    return next(iter(parts), None)


def _parts(kind: Any) -> list[type[Model]]:
    """Return each part that an annotation allows, also as one of many."""
    if isinstance(kind, type) and issubclass(kind, Model):
        return [kind]
    return [part for argument in get_args(kind) for part in _parts(argument)]


def annotations_at(path: Sequence[str]) -> list[Any]:
    """Return what an option may be, wherever a path of names leads; those that name no option are passed over."""
    parts: list[type[Model]] = [model.Spec]
    annotations: list[Any] = []
    for step in path:
        annotations = [
            part.model_fields[step].annotation for part in parts if step in part.model_fields
        ]
        parts = [part for kind in annotations for part in _parts(kind)] or parts
    return annotations
