"""From the tree of a spec to its model: what has the wrong shape is told and left out, and the rest is checked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from yaml import MappingNode, Node, ScalarNode, SequenceNode

from ..errors import Mistake
from ..frozen import Path, Words
from ..suggest import nearest
from ..words import is_language
from . import model
from .options import all_options, alternatives, options_for, part_at
from .yaml_file import TEXT, Lost, entries_of, get, mistake_at, plain, scalar, sequence, walk
from .yaml_mistakes import in_quotes

ROUNDS = 12  # what is left out may leave other parts without what they need
NULL = "tag:yaml.org,2002:null"
STAND_INS = {"name": "spec", "version": "0", "title": "-", "languages": "en"}  # for what every spec has
PATTERNS = {  # what an option with a pattern of its own must look like
    "colour": (
        "is not a colour",
        'Write # and six digits or letters from A to F in quotation marks: "#D9EAD3".',
    ),
    "name": (
        "cannot be a name",
        "Write small letters and digits with hyphens between the words: end-before-start.",
    ),
}
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
        follows = self.lost.touches(found.container) if missing else self._is_less_than_written(found)
        if mark not in self._told and not follows:
            reason, remedy = found.words
            path = found.steps if not missing else found.steps[:-1]
            self.mistakes.append(mistake_at(self.root, path, reason, remedy))
        self._told.add(mark)

    def _is_less_than_written(self, found: ShapeMistake) -> bool:
        """Say whether a group or list has another shape because a part was taken out of it."""
        if found.is_unknown or isinstance(found.node, ScalarNode):
            return False
        return id(found.node) in self._shortened or self.lost.touches(found.node)

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
            self.lost.take(name, node)
            self.lost.take_option(holder, name)
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
    def words(self) -> Words:
        """The reason and the remedy."""
        words = WORDS.get(self.detail["type"], SOMETHING_ELSE)
        if callable(words):
            return words(self)
        least, kind = self.context("min_length", "1"), _kind(self.node)
        known = {"option": self.option, "shown": _shown(self.node), "kind": kind, "least": least}
        return words[0].format_map(known), words[1].format_map(known)

    def context(self, name: str, default: str = "") -> str:
        """Give what pydantic says besides."""
        return str(self.detail.get("ctx", {}).get(name, default))

    def options_here(self) -> list[str]:
        """Give the options that there are beside it."""
        part = part_at(self.parent)
        value = plain(self.container) if isinstance(self.container, MappingNode) else {}
        return options_for(part, value) if part else []


def mistakes_of(root: Node, details: Sequence[ErrorDetails]) -> list[ShapeMistake]:
    """Give one mistake for each cause: what pydantic says of alternatives that were not meant is left out."""
    meant: list[ShapeMistake] = []
    others: list[ShapeMistake] = []
    for detail in details:
        found, fits = _located(root, detail)
        if not _short_for_its_mistakes(found):
            (meant if fits else others).append(found)
    misspelt = {(id(found.container), found.meant) for found in meant}
    meant = [found for found in meant if found.node or (id(found.container), found.option) not in misspelt]
    for found in others:
        if not any(told.steps[: len(found.steps)] == found.steps for told in meant):
            meant.append(found)
    return list({(found.steps, found.detail["type"]): found for found in meant}.values())


def _short_for_its_mistakes(found: ShapeMistake) -> bool:
    """Say whether a list is called short that is not: pydantic counts only those entries that are right."""
    if found.detail["type"] != "too_short" or not isinstance(found.node, SequenceNode):
        return False
    return len(found.node.value) >= int(found.context("min_length", "1"))


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


# words


def _missing(found: ShapeMistake) -> Words:
    code = get(found.container, "code")
    of = f" for {code.value}" if isinstance(code, ScalarNode) else ""
    return f"`{found.option}` is missing{of}.", "Add it."


def _unknown(found: ShapeMistake) -> Words:
    option = found.option
    if _is_null(found.node) and option not in all_options():
        reason = f"A comma ends the text before `{option}`, so that this counts as an option of its own."
        return reason, "Put the whole text in quotation marks."
    known = ", ".join(found.options_here())
    asked = f"Did you mean '{found.meant}'?" if found.meant else f"Remove it; the options here are {known}."
    return f"`{option}` is not an option here.", asked


def _not_among(found: ShapeMistake) -> Words:
    part = part_at(found.parent)
    text = found.context("expected").replace(" or ", ", ").replace("'", "")
    known = [value for value in text.split(", ") if value]
    if part and found.option in part.model_fields:
        known = list(alternatives(part, found.option)) or known
    named = next((step for step in reversed(found.steps) if isinstance(step, str)), found.option)
    return _choice(named, found.node, known)


def _wrong_kind(found: ShapeMistake) -> Words:
    known = found.context("expected_tags").replace("'", "").split(", ")
    return _choice("kind", get(found.node, "kind"), known)


def _choice(option: str, node: Node | None, known: Sequence[str]) -> Words:
    one_of = f"Write one of {', '.join(known)}."
    if _is_null(node):
        return f"`{option}` has no value.", one_of
    close = nearest(node.value, known) if isinstance(node, ScalarNode) else None
    return f"`{option}` cannot be {_shown(node)}.", f"Did you mean '{close}'?" if close else one_of


def _no_text(found: ShapeMistake) -> Words:
    option, node = found.option, found.node
    if _is_null(node):
        if option == "colour":
            return "`colour` has no value: # begins a comment.", 'Put it in quotation marks: "#D9EAD3".'
        if not is_language(option) and option not in all_options():
            return _unknown(found)
        remedy = "Write it after the colon (in quotation marks where it begins with #), or remove the option."
        return f"`{option}` has no value.", remedy
    if isinstance(node, ScalarNode):
        kind = "true or false" if node.tag.endswith("bool") else "a number"
        reason = f"`{option}` must be a text, and {node.value} is {kind} to YAML."
        return reason, f"Put it in quotation marks: {in_quotes(node.value)}."
    if isinstance(node, MappingNode) and not node.value:
        return f"`{option}` is an empty group.", "Write a text in its place."
    return f"`{option}` must be one text, not {_kind(node)}.", "Write the text after the colon."


def _no_list(found: ShapeMistake) -> Words:
    option, node = found.option, found.node
    if _is_null(node):
        remedy = "List its entries below it, each after a dash, indented further than the option."
        return f"`{option}` is empty.", remedy
    reason = f"`{option}` must be a list, not {_kind(node)}."
    if isinstance(node, ScalarNode):
        return reason, f"Put it in square brackets: [{node.value}]."
    return reason, "Put a dash and a space in front of each entry."


def _no_options(found: ShapeMistake) -> Words:
    part = part_at(found.detail["loc"])
    options = part.model_fields.items() if part else ()
    needed = [f"{name}: …" for name, option in options if option.is_required()]
    remedy = f"Write {{{', '.join(needed)}}}." if needed else "Write options with values."
    entry = f"`{found.option}`"
    if isinstance(found.steps[-1], int) and isinstance(found.container, SequenceNode):
        owner = next((step for step in reversed(found.steps) if isinstance(step, str)), "the list")
        entry = f"Entry {found.steps[-1] + 1} of `{owner}`"
    if _is_null(found.node):
        return f"{entry} is empty.", remedy
    return f"{entry} must have options of its own, and {_shown(found.node)} has none.", remedy


def _out_of_bounds(found: ShapeMistake) -> Words:
    bounds = found.detail.get("ctx", {})
    allowed = " and ".join(BOUNDS[name].format(bound) for name, bound in bounds.items() if name in BOUNDS)
    return f"`{found.option}` cannot be {_shown(found.node)}.", f"Write a number that is {allowed}."


def _pattern(found: ShapeMistake) -> Words:
    otherwise = ("is not written as it must be", "See docs/writing-a-spec.md.")
    reason, remedy = PATTERNS.get(found.option, otherwise)
    return f"{_shown(found.node)} {reason}.", remedy


NO_NUMBER = "Write digits only, without spaces, for example"
WHOLE = ("`{option}` must be a whole number, and {shown} is none.", f"{NO_NUMBER} 40.")
NUMBER = ("`{option}` must be a number, and {shown} is none.", f"{NO_NUMBER} 2.5.")
SOMETHING_ELSE = ("`{option}` cannot be {shown}.", "See docs/writing-a-spec.md for what it takes.")
WORDS: dict[str, Words | Callable[[ShapeMistake], Words]] = {
    "missing": _missing,
    "extra_forbidden": _unknown,
    **dict.fromkeys(("field_type", "enum", "literal_error"), _not_among),
    "union_tag_invalid": _wrong_kind,
    "union_tag_not_found": ("The block does not say what it is.", "Add `kind`, for example `kind: form`."),
    **dict.fromkeys(("string_type", "is_instance_of"), _no_text),
    "dict_type": (
        "`{option}` must be a group of options or codes with a value each, not {kind}.",
        "Write {option}: {{name: value}}.",
    ),
    "tuple_type": _no_list,
    **dict.fromkeys(("model_type", "model_attributes_type"), _no_options),
    "string_pattern_mismatch": _pattern,
    "too_short": ("`{option}` has too few entries.", "Name at least {least}."),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float", "int_parsing_size"), WHOLE),
    **dict.fromkeys(("float_type", "float_parsing", "finite_number"), NUMBER),
    **dict.fromkeys(("bool_type", "bool_parsing"), ("`{option}` cannot be {shown}.", "Write true or false.")),
    **dict.fromkeys(("greater_than", "greater_than_equal", "less_than", "less_than_equal"), _out_of_bounds),
}


def _is_null(node: Node | None) -> bool:
    return isinstance(node, ScalarNode) and node.tag == NULL


def _kind(node: Node | None) -> str:
    return next((words for kind, words in KINDS.items() if isinstance(node, kind)), "nothing")


def _shown(node: Node | None) -> str:
    """Give a value as it is written, or what it is where it has parts."""
    if not isinstance(node, ScalarNode):
        return _kind(node)
    text = node.value if len(node.value) <= 60 else node.value[:57] + "…"
    return f"'{text}'"
