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

OWN_FILES = (
    "vocabularies",
    "columns",
    "matrix",
    "rules",
    "figures",
    "sample",
)  # each stands in a file of its name
MADE = ("tools", "covered", "digest", "folder")  # what the loader puts into the model
HEAD = ("sheets",)  # what only the loader reads
MADE_IN: Mapping[type, tuple[str, ...]] = {issuance.FactFile: ("rows",)}  # what it puts into a part
TAKEN_IN: Mapping[type, tuple[str, ...]] = {
    model.Rule: ("tools", "covered_by"),
    Field: ("use",),
    model.Vocabulary: ("file",),
}


def options_of(part: type[Model]) -> list[str]:
    """Give the options that a part takes in a file, in their order."""
    if part is model.Spec:
        return [*(name for name in part.model_fields if name not in (*OWN_FILES, *MADE)), *HEAD]
    made = MADE_IN.get(part, ())
    return [*(name for name in part.model_fields if name not in made), *TAKEN_IN.get(part, ())]


@cache
def all_options() -> tuple[str, ...]:
    """Give every option that there is anywhere in a spec."""
    parts = [
        part
        for part in (
            *vars(model).values(),
            *vars(figures).values(),
            *vars(issuance).values(),
            *vars(fields).values(),
        )
        if isinstance(part, type) and issubclass(part, Model)
    ]
    return tuple(sorted({name for part in parts for name in options_of(part)}))


def options_for(part: type[Model], value: Mapping[str, Any]) -> list[str]:
    """Give the options of a part that fit what it says of itself: those of a field go by its type."""
    known = options_of(part)
    kind = FIELD_TYPES.get(str(value.get("type"))) if part is Field else None
    if kind is None:
        return known
    return [name for name in known if name in kind.needs | kind.allows | COMMON_OPTIONS]


def part_at(path: Sequence[str | int]) -> type[Model] | None:
    """Give the part of the model that a path of pydantic leads to; None where it leads to no part with options."""
    kinds: list[Any] = [model.Spec]
    for step in path:
        kinds = [kind for each in kinds for kind in _below(each, step)]
    found = [kind for each in kinds for kind in _parts(each)]
    return found[0] if found else None


def _below(kind: Any, step: str | int) -> list[Any]:
    """List what stands below a kind of value at a step; the kind itself where the step only says which one it is."""
    if get_origin(kind) is Annotated:
        return _below(get_args(kind)[0], step)
    if get_origin(kind) in (Union, types.UnionType):
        chosen = [each for each in get_args(kind) if _is_called(each, str(step))]
        return chosen or [found for each in get_args(kind) for found in _below(each, step)]
    if get_origin(kind) is tuple:
        return [get_args(kind)[0]] if isinstance(step, int) else []
    if get_origin(kind) is dict:
        return [get_args(kind)[1]]
    if isinstance(kind, type) and issubclass(kind, Model) and step in kind.model_fields:
        return [kind.model_fields[str(step)].annotation]
    return []


def _is_called(kind: Any, step: str) -> bool:
    """Say whether pydantic means this alternative by a step of its path."""
    if get_origin(kind) is tuple:
        return step.startswith("tuple[")
    if not (isinstance(kind, type) and issubclass(kind, Model)):
        return False
    own = kind.model_fields.get("kind")
    return step == kind.__name__ or (own is not None and step in get_args(own.annotation))


def _parts(kind: Any) -> list[type[Model]]:
    if get_origin(kind) is Annotated:
        return _parts(get_args(kind)[0])
    if get_origin(kind) in (Union, types.UnionType):
        return [found for each in get_args(kind) for found in _parts(each)]
    return [kind] if isinstance(kind, type) and issubclass(kind, Model) else []


def alternatives(part: type[Model], option: str) -> tuple[str, ...]:
    """Give the values that an option can have, where these are counted."""
    annotation = part.model_fields[option].annotation
    kinds = get_args(annotation) if get_origin(annotation) in (Union, types.UnionType) else (annotation,)
    return tuple(str(value) for kind in kinds if get_origin(kind) is Literal for value in get_args(kind))
