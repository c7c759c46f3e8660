"""The zip container of a workbook, written from members that are deflated already.

The standard library's zipfile reads members raw, but cannot write them so; this can, for what a workbook needs:
names in ASCII, no encryption, less than 4 GB, no time of day (1980-01-01, as XlsxWriter has it).
"""

from __future__ import annotations

import zlib
from collections.abc import Collection
from dataclasses import dataclass, field
from struct import Struct
from typing import Any

LOCAL, CENTRAL, END = Struct("<4s5H3L2H"), Struct("<4s6H3L5H2L"), Struct("<4s4H2LH")
NEEDED, MADE_BY = 20, 3 << 8 | 20  # version 2.0, on a system with file modes
DEFLATED, MIDNIGHT, FIRST_OF_1980 = 8, 0, 1 << 5 | 1
OWNER_ONLY = 0o600 << 16
LEVEL = 5  # a tenth of the time less than zlib's own choice costs two hundredths of the size


@dataclass(frozen=True, slots=True)
class Member:
    """One part: its name, what it holds as a raw deflate stream, and the size and checksum of that content."""

    name: str
    data: bytes
    size: int
    checksum: int


@dataclass(frozen=True, slots=True)
class Deflation:
    """A part that is deflated as it grows; going on from one twice pays for what they have in common once."""

    stream: Any = field(default_factory=lambda: zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS))
    data: bytes = b""
    size: int = 0
    checksum: int = 0

    def add(self, content: bytes) -> Deflation:
        """Give the part with more content at its end; this one stays what it is."""
        stream = self.stream.copy()
        data = self.data + stream.compress(content)
        return Deflation(stream, data, self.size + len(content), zlib.crc32(content, self.checksum))

    def member(self, name: str) -> Member:
        """Give the part as it is now."""
        return Member(name, self.data + self.stream.copy().flush(), self.size, self.checksum)


def deflated(name: str, content: bytes) -> Member:
    """Give a part that is there as a whole."""
    return Deflation().add(content).member(name)


def package(members: Collection[Member]) -> bytes:
    """Give the container: every member behind its header, then the directory."""
    body, directory, count = bytearray(), bytearray(), len(members)
    for member in members:
        name = member.name.encode("ascii")
        sizes = (member.checksum, len(member.data), member.size, len(name))
        facts = (NEEDED, 0, DEFLATED, MIDNIGHT, FIRST_OF_1980, *sizes, 0)
        directory += CENTRAL.pack(b"PK\1\2", MADE_BY, *facts, 0, 0, 0, OWNER_ONLY, len(body)) + name
        body += LOCAL.pack(b"PK\3\4", *facts) + name + member.data
    end = END.pack(b"PK\5\6", 0, 0, count, count, len(directory), len(body), 0)
    return bytes(body + directory + end)
