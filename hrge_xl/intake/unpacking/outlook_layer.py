"""What Outlook makes of a mail: a message that it saves (.msg, [MS-OXMSG]), an OLE container with a storage for each
attachment; and `winmail.dat` ([MS-OXTNEF]), how it wraps attachments for those who have no Outlook.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.parser import HeaderParser
from typing import TYPE_CHECKING

from ...dates import is_possible
from .found import Attached, Budget, Letter
from .mail_layer import moment_of, received_on, sender_of

if TYPE_CHECKING:
    from olefile import OleFileIO

Home = tuple[str, ...]  # the storage of a message within its container

_ATTACHMENT, _STREAM = "__attach_version1.0_", "__substg1.0_"
_UNICODE, _BYTES, _BINARY, _OBJECT = "001F", "001E", "0102", "000D"
_DATA, _LONG_NAME, _SHORT_NAME, _CONTENT_ID, _SHOWN_NAME = "3701", "3707", "3704", "3712", "3001"
_SENDER_SMTP, _SENDER, _HEADERS, _SUBJECT = "5D01", "0C1F", "007D", "0037"
_DELIVERED, _SUBMITTED = 0x0E06_0040, 0x0039_0040  # properties of the type FILETIME
_PROPERTIES, _ENTRY = "__properties_version1.0", 16
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)

TNEF_MAGIC = struct.pack("<L", 0x223E_9F78)
_HEAD, _ATTRIBUTE = 6, struct.Struct("<BLL")  # signature and key; level, what it is, how long it is
_NEW, _TITLE, _CONTENT, _MORE = 0x0006_9002, 0x0001_8010, 0x0006_800F, 0x0006_9005
_TAGS_OF_NAMES = ((struct.pack("<L", 0x3707_001F), "utf-16-le"), (struct.pack("<L", 0x3707_001E), "cp1252"))


class OutlookMessage:
    """A message in a container, which may be attached to another one in it."""

    def __init__(self, ole: OleFileIO, home: Home = ()) -> None:
        self._ole, self._home = ole, home

    @classmethod
    def of(cls, data: bytes) -> OutlookMessage:
        """Open the message of a file. Raises `ImportError` without its reader, `OSError` for a damaged file."""
        from olefile import OleFileIO

        return cls(OleFileIO(io.BytesIO(data)))

    def inner(self, home: Home) -> OutlookMessage:
        """Give a message that is attached to this one."""
        return OutlookMessage(self._ole, home)

    @property
    def letter(self) -> Letter:
        """Who sent it, and when it was sent and delivered; the headers that came with it say so best."""
        headers = HeaderParser().parsestr(self._text(self._home, _HEADERS))
        said = (self._text(self._home, each) for each in (_SENDER_SMTP, _SENDER))
        sender = next((address for address in said if "@" in address), sender_of(headers))
        delivered = self._moment(_DELIVERED)
        sent = moment_of(str(headers["Date"] or "")) or self._moment(_SUBMITTED) or delivered
        return Letter(sender, sent, sender, received_on(headers) or delivered)

    @property
    def subject(self) -> str:
        """What it is about."""
        return self._text(self._home, _SUBJECT)

    def attached(self, budget: Budget) -> Iterator[Attached]:
        """Give what is attached. Raises `Unreadable` at what is too much."""
        depth = len(self._home)
        storages = (tuple(each) for each in self._ole.listdir(streams=False, storages=True))
        homes = sorted(
            each
            for each in storages
            if len(each) == depth + 1 and each[:depth] == self._home and each[depth].startswith(_ATTACHMENT)
        )
        budget.take_entries(len(homes))
        for home in homes:
            names = (self._text(home, each) for each in (_LONG_NAME, _SHORT_NAME, _SHOWN_NAME))
            name, inside = next(filter(None, names), "attachment"), (*home, f"{_STREAM}{_DATA}{_OBJECT}")
            if self._ole.exists([*inside, _PROPERTIES]):
                yield Attached(f"{name.removesuffix('.msg')}.msg", home=inside)
                continue
            data = self._stream(home, _DATA, _BINARY)
            budget.take_bytes(len(data))
            yield Attached(name, data, bool(self._text(home, _CONTENT_ID)))

    def _stream(self, home: Home, property_: str, kind: str) -> bytes:
        place = [*home, f"{_STREAM}{property_}{kind}"]
        if self._ole.get_type(place) != 2:  # no stream
            return b""
        with self._ole.openstream(place) as stream:
            return bytes(stream.read())

    def _text(self, home: Home, property_: str) -> str:
        told = self._stream(home, property_, _UNICODE).decode("utf-16-le", "replace")
        return (told or self._stream(home, property_, _BYTES).decode("utf-8", "replace")).rstrip("\0")

    def _moment(self, tag: int) -> str:
        """Read a moment among the properties of fixed length, in steps of 100 ns since 1601."""
        place = [*self._home, _PROPERTIES]
        if not self._ole.exists(place):
            return ""
        with self._ole.openstream(place) as stream:
            table = bytes(stream.read())
        for start in range(len(table) % _ENTRY, len(table) - _ENTRY + 1, _ENTRY):
            if int.from_bytes(table[start : start + 4], "little") == tag:
                ticks = int.from_bytes(table[start + 8 : start + 16], "little")
                try:
                    moment = _EPOCH + timedelta(microseconds=ticks // 10)
                except OverflowError:
                    return ""
                return moment.isoformat() if is_possible(moment.date()) else ""
        return ""


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
        elif what == _CONTENT:
            budget.take_bytes(len(value))
            content = value
        elif what == _MORE:
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
    for tag, encoding in _TAGS_OF_NAMES:
        at = properties.find(tag)
        if at >= 0 and at + 12 <= len(properties):
            length = int.from_bytes(properties[at + 8 : at + 12], "little")
            return properties[at + 12 : at + 12 + length].decode(encoding, "replace").rstrip("\0")
    return ""
