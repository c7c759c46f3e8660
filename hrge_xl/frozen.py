"""The base of every part of a spec, and how a mistake in one is handed on."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from pydantic import BaseModel, ConfigDict

Path = tuple[str | int, ...]  # leads to a place in the model, and so in the files
Found = Iterator[tuple[Path, str, str]]  # mistakes: path, reason, remedy


class Model(BaseModel):
    """Base of every part: frozen, and a misspelt key is a mistake, never ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))
