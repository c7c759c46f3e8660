"""`winmail.dat`: how Outlook wraps attachments for those who have no Outlook (TNEF, [MS-OXTNEF])."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from .budget import Budget

MAGIC = struct.pack("<L", 0x223E_9F78)
_HEAD, _ATTRIBUTE = 6, struct.Struct("<BLL")  # signature and key; level, what it is, how long it is
_NEW, _TITLE, _DATA, _PROPERTIES = 0x0006_9002, 0x0001_8010, 0x0006_800F, 0x0006_9005
_LONG_NAME = struct.pack("<L", 0x3707_001F)
_LONG_NAME_BYTES = struct.pack("<L", 0x3707_001E)


def files_in_tnef(data: bytes, budget: Budget) -> Iterator[tuple[str, bytes]]:
    """Give the attachments with their names. Raises `Unreadable` at what is too much."""
    name, content = "", b""
    for what, value in _attributes(data):
        if what == _NEW and content:
            yield name, content
        if what == _NEW:
            budget.take_entries(1)
            name, content = "", b""
        elif what == _TITLE:
            name = name or value.rstrip(b"\0").decode("cp1252", "replace")
        elif what == _DATA:
            budget.take_bytes(len(value))
            content = value
        elif what == _PROPERTIES:
            name = _long_name(value) or name
    if content:
        yield name, content


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield what stands in the stream, one after the other, as far as it goes."""
    at = _HEAD
    while at + _ATTRIBUTE.size <= len(data):
        _, what, length = _ATTRIBUTE.unpack_from(data, at)
        start = at + _ATTRIBUTE.size
        if start + length > len(data):
            return
        yield what, data[start : start + length]
        at = start + length + 2  # a checksum


def _long_name(properties: bytes) -> str:
    """Find the long name among the properties of an attachment: behind its tag are a count, its length, and itself."""
    for tag, encoding in ((_LONG_NAME, "utf-16-le"), (_LONG_NAME_BYTES, "cp1252")):
        at = properties.find(tag)
        if at >= 0 and at + 12 <= len(properties):
            length = int.from_bytes(properties[at + 8 : at + 12], "little")
            return properties[at + 12 : at + 12 + length].decode(encoding, "replace").rstrip("\0")
    return ""
