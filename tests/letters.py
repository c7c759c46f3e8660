"""Mails, mailboxes and archives as programs write them: for tests that receive what came."""

from __future__ import annotations

import io
import struct
import zipfile
from base64 import encodebytes
from collections.abc import Mapping
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from msoffcrypto.format.ooxml import OOXMLFile

XLSX = "vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SECTOR = 512


def mail(
    sender: str,
    sent: datetime,
    files: Mapping[str, bytes | EmailMessage],
    *,
    subject: str = "Return",
    text: str = "Hi.",
    received: datetime | str | None = "",
) -> EmailMessage:
    """A mail with attachments; one that is a mail is forwarded as such.

    The server of the office received it when it was `sent`, unless that is said otherwise; None: no server did.
    """
    made = EmailMessage(policy=SMTP)
    moment = sent if isinstance(received, str) else received
    if moment is not None:
        made["Received"] = received_field(moment)
    made["From"], made["To"], made["Date"], made["Subject"] = (
        sender,
        "office@example.org",
        sent,
        subject,
    )
    made.set_content(text)
    for name, content in files.items():
        if isinstance(content, EmailMessage):
            made.add_attachment(content)
        else:
            made.add_attachment(content, maintype="application", subtype=XLSX, filename=name)
    return made


def received_field(moment: datetime) -> str:
    """What a server puts on top of a mail."""
    return f"from mx.example.org (203.0.113.7) by office.example.org with ESMTPS; {format_datetime(moment)}"


def with_logo(made: EmailMessage, name: str = "image001.png") -> EmailMessage:
    """A mail with a picture that stands in its text."""
    made.add_attachment(
        b"\x89PNG\r\n\x1a\n",
        maintype="image",
        subtype="png",
        filename=name,
        cid="<logo@x>",
        disposition="inline",
    )
    return made


def old_mail(sender: str, date_field: str, name_field: str, content: bytes) -> bytes:
    """A mail whose attachment is named in a way that the modern standards do not write any more."""
    body = encodebytes(content).decode().replace("\n", "\r\n")
    return (
        f"Received: by office.example.org; {date_field}\r\n"
        f"From: {sender}\r\nTo: office@example.org\r\nDate: {date_field}\r\nSubject: Return\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nHi.\r\n'
        f"--b\r\nContent-Type: application/octet-stream{name_field}\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        f"{body}\r\n--b--\r\n"
    ).encode("utf-8", "surrogateescape")


def mbox(*mails: bytes | EmailMessage) -> bytes:
    """A mailbox as Thunderbird keeps it."""
    written = (each if isinstance(each, bytes) else each.as_bytes() for each in mails)
    return b"".join(
        b"From - Wed Jul  1 08:00:00 2026\n"
        + each.replace(b"\r\n", b"\n").replace(b"\nFrom ", b"\n>From ")
        + b"\n"
        for each in written
    )


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip archive."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def tnef(files: Mapping[str, bytes], *, long_names: bool = True) -> bytes:
    """A winmail.dat, as Outlook writes it for those who have no Outlook."""

    def attribute(level: int, what: int, value: bytes) -> bytes:
        return (
            struct.pack("<BLL", level, what, len(value))
            + value
            + struct.pack("<H", sum(value) & 0xFFFF)
        )

    made = struct.pack("<LH", 0x223E9F78, 1) + attribute(
        1, 0x00089006, struct.pack("<L", 0x00010000)
    )
    for number, (name, content) in enumerate(files.items()):
        made += attribute(2, 0x00069002, bytes(14))
        short = f"ATT{number:05}.xls" if long_names else name
        made += attribute(2, 0x00018010, short.encode("cp1252") + b"\0")
        made += attribute(2, 0x0006800F, content)
        if long_names:
            text = name.encode("utf-16-le") + b"\0\0"
            property_ = (
                struct.pack("<LLLL", 1, 0x3707001F, 1, len(text)) + text + bytes(-len(text) % 4)
            )
            made += attribute(2, 0x00069005, property_)
    return made


# .msg: an OLE container, with the streams and storages of [MS-OXMSG]

Storage = dict[str, "bytes | Storage"]


def msg(
    sender: str,
    sent: datetime,
    files: Mapping[str, bytes | Storage],
    *,
    subject: str = "Return",
    delivered: datetime | str | None = "",
) -> bytes:
    """A message as Outlook saves it; a storage among its files is a message that is attached."""
    return ole(message(sender, sent, files, subject=subject, head=32, delivered=delivered))


def message(
    sender: str,
    sent: datetime,
    files: Mapping[str, bytes | Storage],
    *,
    subject: str = "Return",
    head: int = 24,
    delivered: datetime | str | None = "",
) -> Storage:
    """The streams and storages of a message, by default of one that is attached to another; delivered when sent."""
    moments = (sent, sent if isinstance(delivered, str) else delivered)
    submitted, came = (
        int((each - datetime(1601, 1, 1, tzinfo=each.tzinfo)).total_seconds()) * 10_000_000
        if each
        else 0
        for each in moments
    )
    fixed = struct.pack("<LLQLLQ", 0x00390040, 6, submitted, 0x0E060040, 6, came)
    properties = (bytes(head) + fixed).ljust(4096 + head % 16, b"\0")
    made: Storage = {
        "__properties_version1.0": properties,
        "__substg1.0_5D01001F": sender.encode("utf-16-le"),
        "__substg1.0_0037001F": subject.encode("utf-16-le"),
    }
    for number, (name, content) in enumerate(files.items()):
        kind = "000D" if isinstance(content, dict) else "0102"
        made[f"__attach_version1.0_#{number:08X}"] = {
            "__substg1.0_3707001F": name.encode("utf-16-le"),
            f"__substg1.0_3701{kind}": content,
        }
    return made


def ole(root: Storage) -> bytes:
    """A compound file with these streams and storages; none of its streams is kept among the short ones."""
    entries: list[list[object]] = [
        ["Root Entry", 5, root, -1, -1, 0]
    ]  # name, kind, content, sibling, child, start
    at = 0
    while at < len(entries):
        content = entries[at][2]
        if isinstance(content, dict) and content:
            first = len(entries)
            for number, (name, inner) in enumerate(content.items()):
                last = number == len(content) - 1
                kind = 1 if isinstance(inner, dict) else 2
                entries.append([name, kind, inner, -1 if last else first + number + 1, -1, 0])
            entries[at][4] = first
        at += 1
    data, chains, sizes = b"", [], {}
    for number, entry in enumerate(entries):
        if isinstance(entry[2], bytes):
            padded = entry[2].ljust(max(4096, -(-len(entry[2]) // SECTOR) * SECTOR), b"\0")
            entry[5], sizes[number] = len(data) // SECTOR, max(len(entry[2]), 4096)
            chains.append((len(data) // SECTOR, len(padded) // SECTOR))
            data += padded
    directory = b"".join(
        _entry(entry, sizes.get(number, 0)) for number, entry in enumerate(entries)
    )
    directory = directory.ljust(-(-len(directory) // SECTOR) * SECTOR, b"\0")
    begin = len(data) // SECTOR
    chains.append((begin, len(directory) // SECTOR))
    data += directory
    used = len(data) // SECTOR
    fats = 1
    while fats * SECTOR // 4 < used + fats:
        fats += 1
    table = [0xFFFFFFFF] * (fats * SECTOR // 4)
    for start, count in chains:
        for place in range(start, start + count - 1):
            table[place] = place + 1
        table[start + count - 1] = 0xFFFFFFFE
    for place in range(used, used + fats):
        table[place] = 0xFFFFFFFD
    data += struct.pack(f"<{len(table)}L", *table)
    difat = [*range(used, used + fats), *[0xFFFFFFFF] * (109 - fats)]
    header = struct.pack(
        "<8s16xHHHHH6xLLLLLLLLL",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        0x3E,
        3,
        0xFFFE,
        9,
        6,
        0,
        fats,
        begin,
        0,
        4096,
        0xFFFFFFFE,
        0,
        0xFFFFFFFE,
        0,
    )
    return header + struct.pack("<109L", *difat) + data


def _entry(entry: list[object], size: int) -> bytes:
    name, kind, _, sibling, child, start = entry
    written = f"{name}\0".encode("utf-16-le")
    where = start if kind == 2 else 0 if kind == 1 else 0xFFFFFFFE
    return struct.pack(
        "<64sHBBlll16xLQQLQ",
        written,
        len(written),
        kind,
        1,
        -1,
        sibling,
        child,
        0,
        0,
        0,
        where,
        size,
    )


def encrypted(content: bytes, password: str) -> bytes:
    """A workbook as Excel saves it with a password to open."""
    target = io.BytesIO()
    OOXMLFile(io.BytesIO(content)).encrypt(password, target)
    return target.getvalue()
