"""What is wrong with the shape of a spec, in words: options that are missing, unknown or hold something else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import yaml
from pydantic_core import ErrorDetails

from ..suggest import nearest
from ..words import is_language
from .nodes import get, plain
from .options import all_options, alternatives, options_for, part_at
from .yaml_mistakes import in_quotes

Steps = tuple[str | int, ...]
Words = tuple[str, str]  # reason and remedy
INSTANCE = "is-instance["
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
KINDS = {
    yaml.ScalarNode: "one value",
    yaml.SequenceNode: "a list",
    yaml.MappingNode: "a group of options",
}


@dataclass(frozen=True)
class ShapeMistake:
    """One thing that pydantic does not take: where it is in the tree, and what it says of it."""

    detail: ErrorDetails
    steps: Steps  # those steps of its path that lead through the tree
    container: yaml.Node
    node: yaml.Node | None  # None where something is missing
    parent: Steps = field(default=())  # the path of pydantic to what holds it

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
        part = part_at(self.parent)
        if not self.is_unknown or part is None or not isinstance(self.container, yaml.MappingNode):
            return None
        value = plain(self.container)
        there = set(map(str, value))
        known = [name for name in options_for(part, value) if name not in there]
        return nearest(self.option, known)

    @property
    def words(self) -> Words:
        """The reason and the remedy."""
        return WORDS.get(self.detail["type"], _something_else)(self)


def mistakes_of(root: yaml.Node, details: Sequence[ErrorDetails]) -> list[ShapeMistake]:
    """Give one mistake for each cause: what pydantic says of alternatives that were not meant is left out."""
    meant: dict[int, ShapeMistake] = {}
    others: dict[int, ShapeMistake] = {}
    for number, detail in enumerate(details):
        found, fits = _located(root, detail)
        if not _short_for_its_mistakes(found):
            (meant if fits else others)[number] = found
    misspelt = {(id(each.container), each.meant) for each in meant.values()}
    meant = {n: each for n, each in meant.items() if not (each.node is None and _mark(each) in misspelt)}
    told = {_place(each) for each in meant.values()}
    for each in others.values():
        if not any(place[: len(_place(each))] == _place(each) for place in told):
            meant[len(details) + len(meant)] = each
            told.add(_place(each))
    return list({(_place(each), each.detail["type"]): each for each in meant.values()}.values())


def _short_for_its_mistakes(found: ShapeMistake) -> bool:
    """Say whether a list is called short that is not: pydantic counts only those entries that are right."""
    least = found.detail.get("ctx", {}).get("min_length")
    if found.detail["type"] != "too_short" or not isinstance(found.node, yaml.SequenceNode):
        return False
    return least is not None and len(found.node.value) >= least


def _mark(found: ShapeMistake) -> tuple[int, str]:
    return id(found.container), found.option


def _place(found: ShapeMistake) -> Steps:
    return found.steps


def _located(root: yaml.Node, detail: ErrorDetails) -> tuple[ShapeMistake, bool]:
    """Give the mistake in the tree, and whether it is about the alternative that was meant."""
    node, container, steps, fits = root, root, list[str | int](), True
    loc = detail["loc"]
    for number, step in enumerate(loc):
        below = get(node, step)
        if below is not None:
            container, node = node, below
            steps.append(step)
        elif number == len(loc) - 1 and detail["type"] == "missing":
            return ShapeMistake(detail, (*steps, step), node, None, loc[:-1]), fits
        else:
            fits = fits and _is_meant(str(step), node)
    return ShapeMistake(detail, tuple(steps), container, node, loc[:-1]), fits


def _is_meant(tag: str, node: yaml.Node) -> bool:
    """Say whether a value is written as the alternative has it that a step of pydantic names."""
    if tag.startswith(INSTANCE):
        return False
    if tag == "str" or tag.startswith("literal["):
        return isinstance(node, yaml.ScalarNode)
    if tag.startswith("tuple["):
        return isinstance(node, yaml.SequenceNode)
    if tag.startswith("dict[") or tag in ("When", "ItemsFrom"):
        return isinstance(node, yaml.MappingNode)
    return True


# words


def _missing(found: ShapeMistake) -> Words:
    code = get(found.container, "code")
    of = f" for {code.value}" if isinstance(code, yaml.ScalarNode) else ""
    return f"`{found.option}` is missing{of}.", "Add it."


def _unknown(found: ShapeMistake) -> Words:
    node, option = found.node, found.option
    if _is_null(node) and option not in all_options():
        return (
            f"A comma ends the text before `{option}`, so that this counts as an option of its own.",
            "Put the whole text in quotation marks.",
        )
    reason = f"`{option}` is not an option here."
    if found.meant is not None:
        return reason, f"Did you mean '{found.meant}'?"
    part = part_at(found.parent)
    value = plain(found.container) if isinstance(found.container, yaml.MappingNode) else {}
    known = options_for(part, value) if part is not None else []
    return reason, f"Remove it; the options here are {', '.join(known)}."


def _not_among(found: ShapeMistake) -> Words:
    part = part_at(found.parent)
    text = str(found.detail.get("ctx", {}).get("expected", ""))
    known = [each for each in text.replace(" or ", ", ").replace("'", "").split(", ") if each]
    if part is not None and found.option in part.model_fields:
        known = list(alternatives(part, found.option)) or known
    named = next((step for step in reversed(found.steps) if isinstance(step, str)), found.option)
    return _choice(named, found.node, known)


def _choice(option: str, node: yaml.Node | None, known: Sequence[str]) -> Words:
    value = _shown(node)
    if _is_null(node):
        return f"`{option}` has no value.", f"Write one of {', '.join(known)}."
    reason = f"`{option}` cannot be {value}."
    close = nearest(node.value, known) if isinstance(node, yaml.ScalarNode) else None
    return reason, f"Did you mean '{close}'?" if close else f"Write one of {', '.join(known)}."


def _wrong_kind(found: ShapeMistake) -> Words:
    text = str(found.detail.get("ctx", {}).get("expected_tags", ""))
    return _choice("kind", get(found.node, "kind"), text.replace("'", "").split(", "))


def _no_kind(found: ShapeMistake) -> Words:
    return "The block does not say what it is.", "Add `kind`, for example `kind: form`."


def _no_text(found: ShapeMistake) -> Words:
    option, node = found.option, found.node
    if _is_null(node):
        if option == "colour":
            return "`colour` has no value: # begins a comment.", 'Put it in quotation marks: "#D9EAD3".'
        if not is_language(option) and option not in all_options():
            return _unknown(found)
        return (
            f"`{option}` has no value.",
            "Write it after the colon (in quotation marks where it begins with #), or remove the option.",
        )
    if isinstance(node, yaml.ScalarNode):
        kind = "true or false" if node.tag.endswith("bool") else "a number"
        return (
            f"`{option}` must be a text, and {node.value} is {kind} to YAML.",
            f"Put it in quotation marks: {in_quotes(node.value)}.",
        )
    if isinstance(node, yaml.MappingNode) and not node.value:
        return f"`{option}` is an empty group.", "Write a text in its place."
    return f"`{option}` must be one text, not {_kind(node)}.", "Write the text after the colon."


def _no_list(found: ShapeMistake) -> Words:
    option, node = found.option, found.node
    if _is_null(node):
        return (
            f"`{option}` is empty.",
            "List its entries below it, each after a dash, indented further than the option.",
        )
    if isinstance(node, yaml.ScalarNode):
        return f"`{option}` must be a list, not one value.", f"Put it in square brackets: [{node.value}]."
    return f"`{option}` must be a list, not {_kind(node)}.", "Put a dash and a space in front of each entry."


def _no_options(found: ShapeMistake) -> Words:
    part = part_at(found.detail["loc"])
    needed = [name for name, each in part.model_fields.items() if each.is_required()] if part else []
    remedy = (
        f"Write {{{', '.join(f'{name}: …' for name in needed)}}}." if needed else "Write options with values."
    )
    if _is_null(found.node):
        return f"{_entry(found)} is empty.", remedy
    return f"{_entry(found)} must have options of its own, and {_shown(found.node)} has none.", remedy


def _entry(found: ShapeMistake) -> str:
    """Name an option or an entry of a list."""
    if isinstance(found.steps[-1], int) and isinstance(found.container, yaml.SequenceNode):
        owner = next((step for step in reversed(found.steps) if isinstance(step, str)), "the list")
        return f"Entry {found.steps[-1] + 1} of `{owner}`"
    return f"`{found.option}`"


def _no_mapping(found: ShapeMistake) -> Words:
    return (
        f"`{found.option}` must be a group of options or codes with a value each, not {_kind(found.node)}.",
        f"Write {found.option}: {{name: value}}.",
    )


def _no_number(found: ShapeMistake) -> Words:
    whole = found.detail["type"].startswith("int")
    example = "40" if whole else "2.5"
    kind = "a whole number" if whole else "a number"
    return (
        f"`{found.option}` must be {kind}, and {_shown(found.node)} is none.",
        f"Write digits only, without spaces, for example {example}.",
    )


def _no_truth(found: ShapeMistake) -> Words:
    return f"`{found.option}` cannot be {_shown(found.node)}.", "Write true or false."


def _out_of_bounds(found: ShapeMistake) -> Words:
    bounds = found.detail.get("ctx", {})
    words = {"ge": "{} or more", "gt": "more than {}", "le": "{} or less", "lt": "less than {}"}
    allowed = " and ".join(words[name].format(bound) for name, bound in bounds.items() if name in words)
    return f"`{found.option}` cannot be {_shown(found.node)}.", f"Write a number that is {allowed}."


def _too_few(found: ShapeMistake) -> Words:
    least = found.detail.get("ctx", {}).get("min_length", 1)
    return f"`{found.option}` has too few entries.", f"Name at least {least}."


def _pattern(found: ShapeMistake) -> Words:
    reason, remedy = PATTERNS.get(
        found.option, ("is not written as it must be", "See docs/writing-a-spec.md.")
    )
    return f"{_shown(found.node)} {reason}.", remedy


def _something_else(found: ShapeMistake) -> Words:
    return (
        f"`{found.option}` cannot be {_shown(found.node)}.",
        "See docs/writing-a-spec.md for what it takes.",
    )


WORDS: dict[str, Callable[[ShapeMistake], Words]] = {
    "missing": _missing,
    "extra_forbidden": _unknown,
    "field_type": _not_among,
    "enum": _not_among,
    "literal_error": _not_among,
    "union_tag_invalid": _wrong_kind,
    "union_tag_not_found": _no_kind,
    "string_type": _no_text,
    "is_instance_of": _no_text,
    "dict_type": _no_mapping,
    "tuple_type": _no_list,
    "model_type": _no_options,
    "model_attributes_type": _no_options,
    "string_pattern_mismatch": _pattern,
    "too_short": _too_few,
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float", "int_parsing_size"), _no_number),
    **dict.fromkeys(("float_type", "float_parsing", "finite_number"), _no_number),
    **dict.fromkeys(("bool_type", "bool_parsing"), _no_truth),
    **dict.fromkeys(("greater_than", "greater_than_equal", "less_than", "less_than_equal"), _out_of_bounds),
}


def _is_null(node: yaml.Node | None) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag.endswith(":null")


def _kind(node: yaml.Node | None) -> str:
    return next((words for kind, words in KINDS.items() if isinstance(node, kind)), "nothing")


def _shown(node: yaml.Node | None) -> str:
    """Give a value as it is written, or what it is where it has parts."""
    if not isinstance(node, yaml.ScalarNode):
        return _kind(node)
    text = node.value if len(node.value) <= 60 else node.value[:57] + "…"
    return f"'{text}'"
