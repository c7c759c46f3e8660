"""The zip container of a workbook, written from members that are deflated already, and its parts that hold texts.

The standard library's zipfile reads members raw, but cannot write them so; this can, for what a workbook needs:
names in ASCII, no encryption, less than 4 GB, no time of day (1980-01-01, as XlsxWriter has it).
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from struct import Struct

from ..errors import LimitError
from ..stamp import FIELDS, PROPERTY_PREFIX
from ..words import cell_length

LOCAL, CENTRAL, END = Struct("<4s5H3L2H"), Struct("<4s6H3L5H2L"), Struct("<4s4H2LH")
NEEDED, MADE_BY = 20, 3 << 8 | 20  # version 2.0, on a system with file modes
DEFLATED, MIDNIGHT, FIRST_OF_1980 = 8, 0, 1 << 5 | 1
OWNER_ONLY = 0o600 << 16
PART = "xl/sharedStrings.xml"
COUNTS = re.compile(r' count="[0-9]+" uniqueCount="[0-9]+"')  # both may be left out
NOT_PLAIN = re.compile("[&<>\0-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
MARKUP = "<r>"  # how XlsxWriter notes a text in several styles
CUSTOM, CORE = "docProps/custom.xml", "docProps/core.xml"
DRAWN_ON = datetime(2000, 1, 1)
VALUE_LIMIT = 255
HEAD = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"'
    ' xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">'
)
FORMAT = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"  # of custom properties, in every document
FIRST_NUMBER = 2
LEVEL = 5  # a tenth of the time less than zlib's own choice costs two hundredths of the size


@dataclass(frozen=True, slots=True)
class Member:
    """One part: its name, what it holds as a raw deflate stream, and the size and checksum of that content."""

    name: str
    data: bytes
    size: int
    checksum: int


def deflated(name: str, content: bytes) -> Member:
    """Give a part."""
    stream = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return Member(name, stream.compress(content) + stream.flush(), len(content), zlib.crc32(content))


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


class SharedTexts:
    """The shared texts of a workbook: those that were drawn, and behind them in their order those asked for besides."""

    def __init__(self, part: str, drawn: Sequence[str]) -> None:
        self._drawn = {text: number for number, text in enumerate(drawn) if not text.startswith(MARKUP)}
        self._part, self._count = part, len(drawn)
        self._more: dict[str, int] = {}

    def number(self, text: str) -> int:
        """Give the number of a text."""
        known = self._drawn.get(text)
        return self._more.setdefault(text, self._count + len(self._more)) if known is None else known

    def member(self) -> Member:
        """Give the part that holds them all."""
        pieces = [COUNTS.sub("", self._part, count=1).removesuffix("</sst>")]
        for text in self._more:
            kept = ' xml:space="preserve"' if text[0].isspace() or text[-1].isspace() else ""
            pieces.append(f"<si><t{kept}>{escaped(text)}</t></si>")
        return deflated(PART, f"{''.join(pieces)}</sst>".encode())


def escaped(text: str) -> str:
    """Give a text as it stands between two tags; characters that XML cannot have in the spelling of the format."""
    return NOT_PLAIN.sub(_spelt, text) if NOT_PLAIN.search(text) else text


def _spelt(match: re.Match[str]) -> str:
    found = match[0]
    if len(found) > 1:  # looks like such a spelling, and is none
        return f"_x005F{found}"
    return ENTITIES.get(found) or f"_x{ord(found):04X}_"


# the document properties, which carry the second copy of the stamp


def custom(facts: Mapping[str, str]) -> bytes:
    """Give every field of the stamp that has a value. Raises `LimitError` for one that is too long."""
    properties = []
    for number, name in enumerate(filter(facts.get, FIELDS), FIRST_NUMBER):
        if (length := cell_length(facts[name])) > VALUE_LIMIT:
            raise LimitError(f"{name}: {length} characters; Excel takes {VALUE_LIMIT}. Shorten it.")
        attributes = f'fmtid="{FORMAT}" pid="{number}" name="{PROPERTY_PREFIX}{name}"'
        properties.append(f"<property {attributes}><vt:lpwstr>{escaped(facts[name])}</vt:lpwstr></property>")
    return f"{HEAD}{''.join(properties)}</Properties>".encode()


def core(drawn: bytes, facts: Mapping[str, str]) -> bytes:
    """Give the usual properties with day of issue and language, in place of what they were drawn with."""
    day = datetime.fromisoformat(facts["issued"]) if facts["issued"] else DRAWN_ON
    language = f"<dc:language>{escaped(facts['language'])}</dc:language></cp:coreProperties>".encode()
    return drawn.replace(_written(DRAWN_ON), _written(day)).replace(b"</cp:coreProperties>", language)


def _written(day: datetime) -> bytes:
    return day.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
