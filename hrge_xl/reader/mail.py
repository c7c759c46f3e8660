"""Mails: who sent one when and what is attached to it, as RFC 5322 and MIME have it, and as Outlook makes of it.

Outlook saves a message (.msg, [MS-OXMSG]) as an OLE container with a storage for each attachment; `winmail.dat`
([MS-OXTNEF]) is how it wraps attachments for those who have no Outlook.
"""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import HeaderParser
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, NamedTuple

from ..core.bounds import BoundedText
from ..core.dates import is_possible
from .zip_package import Budget

if TYPE_CHECKING:
    from olefile import OleFileIO

_STREAM_OF_OLE = 2  # a kind of entry, as olefile numbers them

Storage = tuple[str, ...]  # the storage of a message of Outlook within its container


@dataclass(frozen=True, slots=True)
class EmailInfo:
    """The mail that something came with, moments in ISO form.

    `sender` and `sent` are what the innermost mail says of itself, which anybody can write. `sent_by` is who sent the
    outermost one (None: there is no mail), `received` when the server of the office took that in, `to` are the
    addresses that it went to, and `subject` is what it is about.
    """

    sender: BoundedText = ""
    sent: BoundedText = ""
    sent_by: BoundedText | None = None
    received: BoundedText = ""
    to: tuple[BoundedText, ...] = ()
    subject: BoundedText = ""

    def within(self, outer: EmailInfo) -> EmailInfo:
        """Return what is known of a mail that lay in another one, which alone says who brought it and when it came."""
        first = self if outer.sent_by is None else outer
        return replace(first, sender=self.sender or outer.sender, sent=self.sent or outer.sent)


class Attached(NamedTuple):
    """What is attached to a mail. `mail` says that it is one itself, `storage` where a message of Outlook lies."""

    name: str
    data: bytes = b""
    inline: bool = False
    mail: bool = False
    storage: Storage = ()


_HEADER = re.compile(
    rb"^(?:From|To|Subject|Date|Received|Return-Path|MIME-Version|Message-ID|X-[\w-]+):",
    re.IGNORECASE,
)
_FIELD = re.compile(rb"[!-9;-~]+:")
_BETWEEN = re.compile(r"[\s<>,;:]+")
_NO_ADDRESS = re.compile(r'"(?:\\.|[^"\\])*"|\([^()]*\)')  # names in quotes, and comments
_FOLD = re.compile(r"\r?\n(?=[ \t])")
_LOOKED_AT = 4096
_ENOUGH = 2  # fields that only mails have
_MOST_TEXT = 200_000  # bytes of what a mail says
_MOST_RECIPIENTS = 100  # that are told


def is_mail(data: bytes) -> bool:
    """Tell whether a file begins as mails do: with fields, of which several are those of a mail."""
    head = re.split(rb"\r?\n\r?\n", _from_first_line(data[:_LOOKED_AT]), maxsplit=1)[0]
    lines = [line for line in head.splitlines() if line[:1] not in (b" ", b"\t")]
    complete = lines if len(head) < _LOOKED_AT else lines[:-1]
    fields = [line for line in complete if _FIELD.match(line)]
    return (
        len(fields) == len(complete)
        and sum(bool(_HEADER.match(line)) for line in fields) >= _ENOUGH
    )


def parsed(data: bytes) -> Message:
    """Parse the mail in these bytes."""
    return message_from_bytes(_from_first_line(data))


def _from_first_line(data: bytes) -> bytes:
    return data.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")


def email_info(mail: Message) -> EmailInfo:
    """Tell who sent a mail, and when; what is said in a way that means nothing is not said."""
    sender = sender_of(mail)
    sent = moment_of(str(mail["Date"] or ""))
    to = () if mail["X-Unsent"] else recipients_of(mail)  # a draft went to nobody yet
    return EmailInfo(sender, sent, sender, received_on(mail), to, subject_of(mail))


def sender_of(mail: Message) -> str:
    """Return the address of the sender: of what looks like several the last, for a name before it is any text."""
    fields = dict(reversed([(name.casefold(), str(text)) for name, text in mail.raw_items()]))
    for name in ("from", "sender"):
        words = _BETWEEN.split(_NO_ADDRESS.sub(" ", _piece(fields.get(name, ""), None)))
        address = next((word for word in reversed(words) if "@" in word.strip("@")), "")
        if address:
            return decoded(address)
    return ""


def recipients_of(mail: Message) -> tuple[str, ...]:
    """Return the addresses that a mail went to."""
    fields = (str(text) for name in ("To", "Cc", "Bcc") for text in mail.get_all(name, ()))
    words = (
        word.strip()
        for field in fields
        for word in _BETWEEN.split(_NO_ADDRESS.sub(" ", _piece(field, None)))
    )
    return tuple(dict.fromkeys(decoded(word) for word in words if "@" in word.strip("@")))[
        :_MOST_RECIPIENTS
    ]


def received_on(mail: Message) -> str:
    """Return the moment in the topmost `Received` field: every server adds its own on top, and the last one is ours.

    Those below were there when the mail came, and may say anything.
    """
    return moment_of(str(mail["Received"] or "").rpartition(";")[2])


def moment_of(date_field: str) -> str:
    """Return the moment that a date field says, in the zone that it says."""
    try:
        moment = parsedate_to_datetime(date_field)
    except (TypeError, ValueError, IndexError, OverflowError):
        return ""
    return moment.isoformat() if is_possible(moment.date()) else ""


def subject_of(mail: Message) -> str:
    """Return the subject of a mail."""
    return decoded(str(mail["Subject"] or ""))


def text_of(mail: Message) -> str:
    """Return what a mail says itself, as far as it is looked at: plain or as a page."""
    parts = (
        part
        for part in _parts(mail)
        if part.get_content_maintype() == "text" and not part.get_filename()
    )
    texts = (
        content for part in parts if isinstance(content := part.get_payload(decode=True), bytes)
    )
    return b" ".join(texts)[:_MOST_TEXT].decode("utf-8", "replace")


def attached_to(mail: Message, budget: Budget) -> Iterator[Attached]:
    """Yield what is attached to a mail. Raises `Unreadable` at what is too much."""
    parts = list(_parts(mail))
    budget.take_entries(len(parts))
    for part in parts:
        try:
            name = str(part.get_filename("") or "")
        except (
            LookupError,
            ValueError,
        ):  # an encoding that there is not, or bytes that are none of it
            name = ""
        name = decoded(name).replace("\\", "/").rpartition("/")[2].strip()
        inside = _inner_mail(part)
        if inside is None and not name and part.get_content_maintype() == "text":
            continue  # what the mail says itself
        if inside is None:
            content = part.get_payload(decode=True)
            data = content if isinstance(content, bytes) else b""
            after_its_kind = (
                f"{part.get_content_maintype()}.{part.get_content_subtype().removeprefix('x-')}"
            )
        else:
            data = inside.as_bytes()
            after_its_kind = f"{subject_of(inside) or 'message'}.eml"
        budget.take_bytes(len(data))
        inline = bool(part["Content-ID"]) or part.get_content_disposition() == "inline"
        yield Attached(name or after_its_kind, data, inline, inside is not None)


def _parts(mail: Message) -> Iterator[Message]:
    """Yield the parts of a mail that hold no further ones, and the mails within it, which are not entered here."""
    waiting = [mail]
    while waiting:
        part = waiting.pop()
        payload = part.get_payload()
        if part.get_content_type() == "message/rfc822" or not isinstance(payload, list):
            yield part
        else:
            waiting += [inner for inner in reversed(payload) if isinstance(inner, Message)]


def _inner_mail(part: Message) -> Message | None:
    """Return the mail that a part is."""
    payload = part.get_payload()
    if part.get_content_type() == "message/rfc822" and isinstance(payload, list) and payload:
        return payload[0] if isinstance(payload[0], Message) else None
    return None


def decoded(text: str) -> str:
    """Return a field with its encoded words as what they say."""
    try:
        pieces = decode_header(
            _FOLD.sub("", text)
        )  # of a line it drops the space that it begins with
    except (HeaderParseError, ValueError):
        return text
    return "".join(_piece(piece, charset) for piece, charset in pieces)


def _piece(piece: str | bytes, charset: str | None) -> str:
    try:
        data = piece.encode("ascii", "surrogateescape") if isinstance(piece, str) else piece
    except UnicodeError:  # letters as they are
        return str(piece)
    for encoding in (charset, "utf-8"):
        try:
            return data.decode(encoding or "utf-8")
        except (LookupError, UnicodeError):
            continue
    return data.decode("cp1252", "replace")


# what Outlook makes of a mail

_ATTACHMENT = "__attach_version1.0_"
_RECIPIENT = "__recip_version1.0_"
_STREAM = "__substg1.0_"
_UNICODE = "001F"
_BYTES = "001E"
_BINARY = "0102"
_OBJECT = "000D"
_DATA = "3701"
_LONG_NAME = "3707"
_SHORT_NAME = "3704"
_CONTENT_ID = "3712"
_SHOWN_NAME = "3001"
_SENDER_SMTP = "5D01"
_SENDER = "0C1F"
_HEADERS = "007D"
_SUBJECT = "0037"
_BODY = "1000"
_HTML = "1013"
# of somebody whom it went to
_SMTP = "39FE"
_ADDRESS = "3003"
# properties of the type FILETIME
_DELIVERED = 0x0E06_0040
_SUBMITTED = 0x0039_0040
_PROPERTIES = "__properties_version1.0"
_ENTRY = 16
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)

TNEF_MAGIC = struct.pack("<L", 0x223E_9F78)
# signature and key; level, what it is, how long it is
_HEAD = 6
_ATTRIBUTE = struct.Struct("<BLL")
_NEW = 0x0006_9002
_TITLE = 0x0001_8010
_CONTENT = 0x0006_800F
_MORE = 0x0006_9005
_TAGS_OF_NAMES = (
    (struct.pack("<L", 0x3707_001F), "utf-16-le"),
    (struct.pack("<L", 0x3707_001E), "cp1252"),
)


class OutlookMessage:
    """A message in a container, which may be attached to another one in it."""

    def __init__(self, ole: OleFileIO, storage: Storage = ()) -> None:
        self._ole = ole
        self._storage = storage

    @classmethod
    def of(cls, data: bytes) -> OutlookMessage:
        """Open the message of a file. Raises `ImportError` without its reader, `OSError` for a damaged file."""
        from olefile import OleFileIO

        return cls(OleFileIO(io.BytesIO(data)))

    def inner(self, storage: Storage) -> OutlookMessage:
        """Return a message that is attached to this one."""
        return OutlookMessage(self._ole, storage)

    @property
    def email_info(self) -> EmailInfo:
        """Who sent it, and when it was sent and delivered; the headers that came with it say so best."""
        headers = HeaderParser().parsestr(self._text(self._storage, _HEADERS))
        fields = (self._text(self._storage, field) for field in (_SENDER_SMTP, _SENDER))
        sender = next((address for address in fields if "@" in address), sender_of(headers))
        delivered = self._moment(_DELIVERED)
        sent = moment_of(str(headers["Date"] or "")) or self._moment(_SUBMITTED) or delivered
        received = received_on(headers) or delivered
        return EmailInfo(sender, sent, sender, received, self._recipients, self.subject)

    @property
    def _recipients(self) -> tuple[str, ...]:
        storages = map(tuple, self._ole.listdir(streams=False, storages=True))
        recipient_storages = [
            place
            for place in storages
            if place[:-1] == self._storage and place[-1].startswith(_RECIPIENT)
        ]
        recipient_addresses = (
            next(filter(None, (self._text(place, field) for field in (_SMTP, _ADDRESS))), "")
            for place in recipient_storages
        )
        return tuple(address for address in recipient_addresses if "@" in address)[
            :_MOST_RECIPIENTS
        ]

    @property
    def subject(self) -> str:
        """What it is about."""
        return self._text(self._storage, _SUBJECT)

    @property
    def text(self) -> str:
        """What it says itself, plain and as a page."""
        page = self._stream(self._storage, _HTML, _BINARY)[:_MOST_TEXT].decode("utf-8", "replace")
        return f"{self._text(self._storage, _BODY)[:_MOST_TEXT]} {page}"

    def attached(self, budget: Budget) -> Iterator[Attached]:
        """Yield what is attached. Raises `Unreadable` at what is too much."""
        storages = sorted(
            storage
            for storage in map(tuple, self._ole.listdir(streams=False, storages=True))
            if storage[:-1] == self._storage and storage[-1].startswith(_ATTACHMENT)
        )
        budget.take_entries(len(storages))
        for storage in storages:
            names = (self._text(storage, field) for field in (_LONG_NAME, _SHORT_NAME, _SHOWN_NAME))
            name = next(filter(None, names), "attachment")
            inside = (*storage, f"{_STREAM}{_DATA}{_OBJECT}")
            if self._ole.exists([*inside, _PROPERTIES]):
                yield Attached(f"{name.removesuffix('.msg')}.msg", storage=inside)
                continue
            data = self._stream(storage, _DATA, _BINARY)
            budget.take_bytes(len(data))
            yield Attached(name, data, bool(self._text(storage, _CONTENT_ID)))

    def _stream(self, storage: Storage, property_: str, kind: str) -> bytes:
        place = [*storage, f"{_STREAM}{property_}{kind}"]
        if self._ole.get_type(place) != _STREAM_OF_OLE:
            return b""
        with self._ole.openstream(place) as stream:
            return bytes(stream.read())

    def _text(self, storage: Storage, property_: str) -> str:
        text = self._stream(storage, property_, _UNICODE).decode("utf-16-le", "replace")
        return (text or self._stream(storage, property_, _BYTES).decode("utf-8", "replace")).rstrip(
            "\0"
        )

    def _moment(self, tag: int) -> str:
        """Read a moment among the properties of fixed length, in steps of 100 ns since 1601."""
        place = [*self._storage, _PROPERTIES]
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
    """Yield the attachments with their names. Raises `Unreadable` at what is too much."""
    name = ""
    content = b""
    for attribute, value in _attributes(data):
        if attribute == _NEW and content:
            yield name, content
        if attribute == _NEW:
            budget.take_entries(1)
            name = ""
            content = b""
        elif attribute == _TITLE:
            name = name or value.rstrip(b"\0").decode("cp1252", "replace")
        elif attribute == _CONTENT:
            budget.take_bytes(len(value))
            content = value
        elif attribute == _MORE:
            name = _long_name(value) or name
    if content:
        yield name, content


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield what stands in the stream, one after the other, as far as it goes."""
    at = _HEAD
    while at + _ATTRIBUTE.size <= len(data):
        _, attribute, length = _ATTRIBUTE.unpack_from(data, at)
        start = at + _ATTRIBUTE.size
        if start + length > len(data):
            return
        yield attribute, data[start : start + length]
        at = start + length + 2  # a checksum


def _long_name(properties: bytes) -> str:
    """Find the long name among the properties of an attachment: behind its tag are a count, its length, and itself."""
    for tag, encoding in _TAGS_OF_NAMES:
        at = properties.find(tag)
        if at >= 0 and at + 12 <= len(properties):
            length = int.from_bytes(properties[at + 8 : at + 12], "little")
            return properties[at + 12 : at + 12 + length].decode(encoding, "replace").rstrip("\0")
    return ""
