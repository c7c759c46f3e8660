"""The base of every part of a spec, and how a mistake in one is handed on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic_core import PydanticCustomError

from .numerals import plain_number
from .suggest import reworded

Path = tuple[str | int, ...]  # leads to a place in the model, and so in the files
Words = tuple[str, str]  # reason and remedy
Wrong = Iterator[Words]
Found = Iterator[tuple[Path, str, str]]  # mistakes: path, reason, remedy
FEW = 3  # places with the same fault that are still told one by one


class Model(BaseModel):
    """Base of every part: frozen, and a misspelt key is a mistake, never ignored."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", ignored_types=(cached_property,), allow_inf_nan=False
    )


def _in_digits(kind: str) -> BeforeValidator:
    """Refuse a text that is a number to Python alone."""

    def digits(value: object) -> object:
        if isinstance(value, str) and plain_number(value) is None:
            raise PydanticCustomError(kind, "no number")
        return value

    return BeforeValidator(digits)


Whole = Annotated[int, _in_digits("int_parsing")]
Number = Annotated[float, _in_digits("float_parsing")]


def at(path: Path, wrong: Iterable[Words]) -> Found:
    """Give mistakes with the place where they are."""
    return ((path, *mistake) for mistake in wrong)


def at_the_first(paths: Sequence[Path], reason: str, remedy: str) -> Found:
    """Give one mistake for what is wrong in many places; each of a few has its own."""
    if len(paths) > FEW:
        several = f"{reason.rstrip('.')}; the same is so in {len(paths) - 1} other places."
        reason, paths = reworded(reason, several), paths[:1]
    yield from ((path, reason, remedy) for path in paths)
