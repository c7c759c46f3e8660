"""A mail as RFC 5322 and MIME have it: who sent it when, and what is attached to it, under which names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import parsedate_to_datetime

from ...dates import is_possible
from .found import Attached, Budget, Letter

_HEADER = re.compile(
    rb"^(?:From|To|Subject|Date|Received|Return-Path|MIME-Version|Message-ID|X-[\w-]+):", re.IGNORECASE
)
_FIELD = re.compile(rb"[!-9;-~]+:")
_BETWEEN = re.compile(r"[\s<>,;:]+")
_NO_ADDRESS = re.compile(r'"(?:\\.|[^"\\])*"|\([^()]*\)')  # names in quotes, and comments
_LOOKED_AT = 4096
_ENOUGH = 2  # fields that only mails have


def is_mail(data: bytes) -> bool:
    """Tell whether a file begins as mails do: with fields, of which several are those of a mail."""
    head = re.split(rb"\r?\n\r?\n", _from_first_line(data[:_LOOKED_AT]), maxsplit=1)[0]
    lines = [line for line in head.splitlines() if line[:1] not in (b" ", b"\t")]
    complete = lines if len(head) < _LOOKED_AT else lines[:-1]
    fields = [line for line in complete if _FIELD.match(line)]
    return len(fields) == len(complete) and sum(bool(_HEADER.match(line)) for line in fields) >= _ENOUGH


def parsed(data: bytes) -> Message:
    """Parse the mail in these bytes."""
    return message_from_bytes(_from_first_line(data))


def _from_first_line(data: bytes) -> bytes:
    return data.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")


def letter_of(mail: Message) -> Letter:
    """Tell who sent a mail, and when; what is said in a way that means nothing is not said."""
    sender = sender_of(mail)
    return Letter(sender, moment_of(str(mail["Date"] or "")), sender, received_on(mail))


def sender_of(mail: Message) -> str:
    """Give the address of the sender: of what looks like several the last, for a name before it is any text."""
    fields = dict(reversed([(name.casefold(), str(text)) for name, text in mail.raw_items()]))
    for name in ("from", "sender"):
        words = _BETWEEN.split(_NO_ADDRESS.sub(" ", _piece(fields.get(name, ""), None)))
        found = next((word for word in reversed(words) if "@" in word.strip("@")), "")
        if found:
            return decoded(found)
    return ""


def received_on(mail: Message) -> str:
    """Give the moment in the topmost `Received` field: every server adds its own on top, and the last one is ours.

    Those below were there when the mail came, and may say anything.
    """
    return moment_of(str(mail["Received"] or "").rpartition(";")[2])


def moment_of(date_field: str) -> str:
    """Give the moment that a date field says, in the zone that it says."""
    try:
        moment = parsedate_to_datetime(date_field)
    except (TypeError, ValueError, IndexError, OverflowError):
        return ""
    return moment.isoformat() if is_possible(moment.date()) else ""


def subject_of(mail: Message) -> str:
    """Return the subject of a mail."""
    return decoded(str(mail["Subject"] or ""))


def attached_to(mail: Message, budget: Budget) -> Iterator[Attached]:
    """Give what is attached to a mail. Raises `Unreadable` at what is too much."""
    parts = list(_parts(mail))
    budget.take_entries(len(parts))
    for part in parts:
        try:
            name = str(part.get_filename("") or "")
        except (LookupError, ValueError):  # an encoding that there is not, or bytes that are none of it
            name = ""
        name, inside = decoded(name).replace("\\", "/").rpartition("/")[2].strip(), _inner_mail(part)
        if inside is None and not name and part.get_content_maintype() == "text":
            continue  # what the mail says itself
        if inside is None:
            content = part.get_payload(decode=True)
            data = content if isinstance(content, bytes) else b""
            after_its_kind = f"{part.get_content_maintype()}.{part.get_content_subtype().removeprefix('x-')}"
        else:
            data, after_its_kind = inside.as_bytes(), f"{subject_of(inside) or 'message'}.eml"
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
            waiting += [each for each in reversed(payload) if isinstance(each, Message)]


def _inner_mail(part: Message) -> Message | None:
    """Give the mail that a part is."""
    payload = part.get_payload()
    if part.get_content_type() == "message/rfc822" and isinstance(payload, list) and payload:
        return payload[0] if isinstance(payload[0], Message) else None
    return None


def decoded(text: str) -> str:
    """Give a field with its encoded words as what they say."""
    try:
        pieces = decode_header(text)
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
