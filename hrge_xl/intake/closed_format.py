"""The format in which a reading process answers: data of known kinds, and nothing that could run.

A file may take over the process that reads it; the answer is then as untrusted as the file. It is written as a pickle
in which only one name may stand, and that stands for a maker of things on a closed list. No other class, function or
module can be named, and none of those on the list is ever at hand for a pickle to change.
"""

from __future__ import annotations

import io
import pickle
from array import array
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from functools import cache
from typing import Any

from ..findings import CATALOGUE, Kind

Parts = Callable[[Any], tuple[Any, ...]]
_PARTS: dict[type, Parts] = {
    date: lambda it: (it.year, it.month, it.day),
    datetime: lambda it: (it.year, it.month, it.day, it.hour, it.minute, it.second, it.microsecond),
    time: lambda it: (it.hour, it.minute, it.second, it.microsecond),
    timedelta: lambda it: (it.days, it.seconds, it.microseconds),
    array: lambda it: (it.typecode, it.tobytes()),
    Kind: lambda it: (it.code,),
}
_KINDS: dict[str, Callable[..., Any]] = {kind.__qualname__: kind for kind in _PARTS}
_KINDS[Kind.__qualname__] = CATALOGUE.__getitem__  # of a finding only the code: its words are ours
_NAME = "_MAKE"


class Unknown(pickle.PicklingError, pickle.UnpicklingError):
    """Something that is not on the list."""


class _Maker:
    """Makes a thing of a kind out of its parts. A pickle can call it, and change nothing of it."""

    __slots__ = ()

    def __call__(self, kind: str, *parts: Any) -> Any:
        if kind not in _KINDS:
            raise Unknown(kind)
        return _KINDS[kind](*parts)


_MAKE = _Maker()


def may_answer(*kinds: type) -> None:
    """Put kinds on the list: dataclasses, named tuples, enumerations, and exceptions that say what they are made of."""
    for kind in kinds:
        assert _KINDS.get(kind.__qualname__, kind) is kind, f"two kinds are called {kind.__qualname__}"
        _KINDS[kind.__qualname__], _PARTS[kind] = kind, _parts_of(kind)


@cache
def _parts_of(kind: type) -> Parts:
    """Give the parts from which the kind makes such a thing again."""
    if is_dataclass(kind):
        names = tuple(each.name for each in fields(kind))
        return lambda it: tuple(getattr(it, name) for name in names)
    if issubclass(kind, Enum):
        return lambda it: (it.value,)
    if issubclass(kind, tuple):
        return tuple
    return lambda it: tuple(it.__reduce__()[1])


class _Writer(pickle.Pickler):
    """Writes things of known kinds. All that Python has of its own to hold other things is written as it is."""

    def reducer_override(self, it: Any) -> Any:
        if it is _MAKE:
            return _NAME
        parts = _PARTS.get(type(it))
        if parts is None:
            raise Unknown(type(it).__qualname__)
        return _MAKE, (type(it).__qualname__, *parts(it))


class _Reader(pickle.Unpickler):
    """Reads them, and refuses every other name."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) != (__name__, _NAME):
            raise Unknown(f"{module}.{name}")
        return _MAKE


def dumps(answer: object) -> bytes:
    """Write an answer. Raises `Unknown` where something in it is not on the list."""
    target = io.BytesIO()
    _Writer(target, protocol=5).dump(answer)
    return target.getvalue()


def loads(answer: bytes) -> Any:
    """Read an answer. May raise anything where it was not written by `dumps`; nothing of it has run then."""
    return _Reader(io.BytesIO(answer)).load()
