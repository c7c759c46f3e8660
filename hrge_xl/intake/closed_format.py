"""The format in which a reading process answers: data of declared types, and nothing that could run.

A file may take over the process that reads it; the answer is then as untrusted as the file. It is MessagePack, decoded
into the types that the guarded function says it returns: whatever is of another type is refused, no room is made for
what is claimed and not there.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from msgspec import msgpack

Kinds = tuple[Any, ...]


def kinds_of(function: Callable[..., object]) -> Kinds:
    """Give the types of what a function may return, by its annotation."""
    while isinstance(function, partial):
        function = function.func
    returned = get_type_hints(function)["return"]
    kinds = get_args(returned) if get_origin(returned) in (Union, UnionType) else (returned,)
    return tuple(Any if kind is object else kind for kind in kinds)


def dumps(answer: object, kinds: Kinds) -> bytes:
    """Write an answer: the number of its type, then the answer. Raises TypeError where it is of none of them."""
    for number, kind in enumerate(kinds):
        if kind is None or isinstance(answer, object if kind is Any else get_origin(kind) or kind):
            return bytes([number]) + msgpack.encode(answer)
    raise TypeError(type(answer).__qualname__)


def loads(message: bytes, kinds: Kinds) -> Any:
    """Read an answer. Raises ValueError where it is not what one of the types says, IndexError where it is of none."""
    return _decoder(kinds[message[0]]).decode(memoryview(message)[1:])


@cache
def _decoder(kind: Any) -> msgpack.Decoder[Any]:
    return msgpack.Decoder(kind)
