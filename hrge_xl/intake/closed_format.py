"""The format in which a reading process answers: data of known kinds, and nothing that could run.

A file may take over the process that reads it; the answer is then as untrusted as the file. It is written as a pickle
in which only one name may stand, and that stands for a maker of things on a closed list. No other class, function or
module can be named, and none of those on the list is ever at hand for a pickle to change. Before it is read, it is gone
through once: nothing in it is longer than what is there, or deeper than any answer.
"""

from __future__ import annotations

import io
import pickle
import sys
from array import array
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import Enum
from functools import cache
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from ..findings import CATALOGUE, Finding
from ..kept_texts import Kept


def _finding(code: str, *parts: Any) -> Finding:
    *place, value, details = parts
    return replace(CATALOGUE[code].at(*place, **details), value=value)


Parts = Callable[[Any], tuple[Any, ...]]
_PARTS: dict[type, Parts] = {
    date: lambda it: (it.year, it.month, it.day),
    datetime: lambda it: (it.year, it.month, it.day, it.hour, it.minute, it.second, it.microsecond),
    time: lambda it: (it.hour, it.minute, it.second, it.microsecond),
    timedelta: lambda it: (it.days, it.seconds, it.microseconds),
    array: lambda it: (it.typecode, it.tobytes()),
    # its name, severity and words are ours
    Finding: attrgetter("code", "sheet", "cell", "tool", "row", "field", "value", "details"),
    Kept: attrgetter("text", "values"),
}
_KINDS: dict[str, Callable[..., Any]] = {kind.__qualname__: kind for kind in _PARTS}
_KINDS[Finding.__qualname__] = _finding
_NAME = "_MAKE"

_WEIGHT, _WEIGHT_OF_SET = 64, 256  # bytes that one instruction takes here at most, but for its text
_DEEPEST = 50  # things within things; Python goes into tuples without counting when it looks for them
# What `dumps` writes, by name in `pickle`: how many bytes follow; whether they say how many more do; how many things it
# takes from the stack, None for all since the last mark; and whether it puts one there.
_INSTRUCTIONS = {
    getattr(pickle, name): step
    for step, names in {
        (0, False, 0, True): "NONE NEWTRUE NEWFALSE EMPTY_LIST EMPTY_TUPLE EMPTY_DICT EMPTY_SET",
        (1, False, 0, True): "BININT1", (2, False, 0, True): "BININT2", (4, False, 0, True): "BININT",
        (8, False, 0, True): "BINFLOAT", (1, True, 0, True): "SHORT_BINUNICODE SHORT_BINBYTES",
        (4, True, 0, True): "BINUNICODE BINBYTES", (8, True, 0, True): "BINUNICODE8 BINBYTES8 BYTEARRAY8",
        (0, False, 1, True): "TUPLE1", (0, False, 2, True): "TUPLE2 REDUCE STACK_GLOBAL",
        (0, False, 3, True): "TUPLE3", (0, False, None, True): "TUPLE FROZENSET",
        (0, False, None, False): "APPENDS SETITEMS ADDITEMS", (0, False, 1, False): "APPEND",
        (0, False, 2, False): "SETITEM", (1, False, 0, False): "PROTO", (8, False, 0, False): "FRAME",
    }.items()
    for name in names.split()
}  # fmt: skip
_REMEMBERED = {pickle.BINGET: 1, pickle.LONG_BINGET: 4}


class Unknown(pickle.PicklingError, pickle.UnpicklingError):
    """Something that is not on the list."""


class _Maker:
    """Makes a thing of a kind out of its parts. A pickle can call it, and change nothing of it."""

    __slots__ = ()

    def __call__(self, kind: str, *parts: Any) -> Any:
        if kind not in _KINDS:
            raise Unknown(kind)
        made = _KINDS[kind](*parts)
        if not all(fits(getattr(made, name), hint) for name, hint in _hints(kind).items()):
            raise Unknown(f"a {kind} of another shape")
        return made


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


@cache
def _hints(kind: str) -> dict[str, Any]:
    """Give what the parts of such a thing are, by name."""
    made = _KINDS[kind]
    return get_type_hints(made) if is_dataclass(made) or hasattr(made, "_fields") else {}


def fits(value: Any, hint: Any) -> bool:
    """Say whether a value, and whatever is in it, is what an annotation says."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return any(fits(value, each) for each in arguments)
    if origin is Literal:
        return isinstance(value, str) and value in arguments
    if origin is None:
        return hint is Any or isinstance(value, (int, float) if hint is float else hint)
    if not isinstance(value, origin):
        return False
    if origin is tuple and arguments[-1] is not Ellipsis:
        return len(value) == len(arguments) and all(map(fits, value, arguments))
    if issubclass(origin, Mapping):
        return _all_fit(value, arguments[0]) and _all_fit(value.values(), arguments[1])
    return _all_fit(value, arguments[0])


def _all_fit(values: Iterable[Any], hint: Any) -> bool:
    """Say it of many: of those of plain kinds, one of each kind tells of all."""
    some = {type(value): value for value in values}
    if _PLAIN.issuperset(some):
        values = some.values()
    return all(fits(value, hint) for value in values)


_PLAIN = {str, float, int, bool, NoneType, bytes}


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


def loads(answer: bytes, most: int = sys.maxsize) -> Any:
    """Read an answer that takes at most so many bytes of memory.

    May raise anything where it was not written by `dumps`; nothing of it has run then.
    """
    _go_through(answer, most)
    return _Reader(io.BytesIO(answer)).load()


def _go_through(answer: bytes, most: int) -> None:
    """Raise where an answer claims more than is there, is too large or too deep, or says what `dumps` never does."""
    stack: list[int] = []  # how deep each thing on it is
    marks: list[int] = []
    memo: list[int] = []
    place, held = 0, len(answer)
    while (instruction := answer[place : place + 1]) != pickle.STOP:
        place += 1
        held += _WEIGHT_OF_SET if instruction in (pickle.EMPTY_SET, pickle.FROZENSET) else _WEIGHT
        if instruction == pickle.MARK:
            marks.append(len(stack))
        elif instruction == pickle.MEMOIZE:
            memo.append(stack[-1])
        elif (width := _REMEMBERED.get(instruction, 0)) > 0:
            stack.append(memo[int.from_bytes(answer[place : place + width], "little")])
            place += width
        else:
            width, more, takes, puts = _INSTRUCTIONS[instruction]
            place += width + (int.from_bytes(answer[place : place + width], "little") if more else 0)
            start = marks.pop() if takes is None else len(stack) - takes
            deepest = max(stack[start:], default=-1) + 1
            stack[start:] = [deepest] if puts else []
            if deepest > _DEEPEST:
                raise Unknown("an answer that is too deep")
        if held > most or place > len(answer):
            raise Unknown("an answer that is too large")
