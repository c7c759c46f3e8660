"""The base of every part of a spec."""

from __future__ import annotations

from functools import cached_property

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """Base of every part: frozen, and a misspelt key is a mistake, never ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))
