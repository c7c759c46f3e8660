"""Which options a spec takes at a place: the part of the model that a path leads to."""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from ..fields import COMMON_OPTIONS, FIELD_TYPES, Field
from ..fields import field as fields
from ..frozen import Model
from . import figures, issuance, model

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


def options_for(part: type[Model], value: Mapping[str, Any]) -> list[str]:
    """Give the options of a part that fit what it says of itself: those of a field go by its type."""
    known = options_of(part)
    kind = FIELD_TYPES.get(str(value.get("type"))) if part is Field else None
    if kind is None:
        return known
    return [name for name in known if name in {*kind.needs, *kind.allows, *COMMON_OPTIONS}]


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
