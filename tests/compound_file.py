"""Compound files (OLE containers), as Office writes them around workbooks that are encrypted: [MS-CFB], version 3."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass

SECTOR, SMALL_SECTOR = 512, 64
SMALL_BELOW = 4096  # bytes: shorter streams are kept together in one of the root
NONE, CHAIN_END, OF_TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
STORAGE, STREAM, ROOT = 1, 2, 5
BLACK = 1


@dataclass
class Entry:
    """An entry of the directory; `next` and `child` are numbers of others."""

    name: str
    kind: int
    data: bytes = b""
    start: int = CHAIN_END
    next: int = NONE
    child: int = NONE

    def packed(self) -> bytes:
        name = self.name.encode("utf-16-le") + b"\0\0"
        return struct.pack(
            "<64sHBBIII16sIQQIQ",
            name,
            len(name),
            self.kind,
            BLACK,
            NONE,
            self.next,
            self.child,
            bytes(16),
            0,
            0,
            0,
            self.start,
            len(self.data),
        )


class Chains:
    """Data in chains of sectors, with the table that says which sector follows."""

    def __init__(self, sector: int) -> None:
        self.sector, self.data, self.table = sector, b"", list[int]()

    def store(self, data: bytes) -> int:
        """Add some data; the number of its first sector."""
        first, count = len(self.table), -(-len(data) // self.sector)
        self.data += data.ljust(count * self.sector, b"\0")
        self.table += [*range(first + 1, first + count), CHAIN_END][-count:] if count else []
        return first if count else CHAIN_END


def compound_file(streams: Mapping[str, bytes]) -> bytes:
    """Return a container of streams by path, as `TransformInfo/Primary`."""
    entries = _directory(streams)
    small, whole = Chains(SMALL_SECTOR), Chains(SECTOR)
    for entry in entries:
        if entry.kind == STREAM:
            chains = small if len(entry.data) < SMALL_BELOW else whole
            entry.start = chains.store(entry.data)
    entries[0].data = small.data
    entries[0].start = whole.store(small.data)
    small_table = whole.store(_numbers(small.table))
    directory = whole.store(b"".join(entry.packed() for entry in entries))
    table_at = len(whole.table)
    count = 1
    while count * SECTOR // 4 < table_at + count:
        count += 1
    stored = _numbers([*whole.table, *[OF_TABLE] * count])
    head = struct.pack(
        "<8s16xHHHHH6xIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        0x3E,
        3,
        0xFFFE,
        9,
        6,
        0,
        count,
        directory,
        0,
        SMALL_BELOW,
        small_table,
        len(_numbers(small.table)) // SECTOR,
        CHAIN_END,
        0,
    )
    places = [*range(table_at, table_at + count), *[NONE] * (109 - count)]
    return head + struct.pack("<109I", *places) + whole.data + stored


def _directory(streams: Mapping[str, bytes]) -> list[Entry]:
    """Give the entries: the root, then every storage and stream, those of one storage chained in their order."""
    entries = [Entry("Root Entry", ROOT)]
    numbers = {"": 0}
    last: dict[str, int] = {}
    paths = {path.rsplit("/", level)[0] for path in streams for level in range(path.count("/") + 1)}
    for path in sorted(paths, key=lambda path: (path.count("/"), len(path), path.upper())):
        above, _, name = path.rpartition("/")
        numbers[path] = len(entries)
        if above in last:
            entries[last[above]].next = numbers[path]
        else:
            entries[numbers[above]].child = numbers[path]
        last[above] = numbers[path]
        is_stream = path in streams
        entries.append(Entry(name, STREAM if is_stream else STORAGE, streams.get(path, b"")))
    for entry in entries:
        entry.start = 0 if entry.kind == STORAGE else CHAIN_END
    return entries


def _numbers(table: list[int]) -> bytes:
    data = struct.pack(f"<{len(table)}I", *table)
    return data.ljust(-(-len(data) // SECTOR) * SECTOR, b"\xff")


def with_label(package: bytes) -> bytes:
    """Return a file under a sensitivity label with encryption (rights management), as [MS-OFFCRYPTO] 2.2 has it."""
    spaces = "\x06DataSpaces"
    transform = f"{spaces}/TransformInfo/DRMEncryptedTransform"
    transform_id = "{C73DFACD-061F-43B0-8B64-0C620D2A8B50}"
    entry = struct.pack("<II", 1, 0) + _text("EncryptedPackage") + _text("DRMEncryptedDataSpace")
    label = (
        _text(transform_id)
        + _text("Microsoft.Metadata.DRMTransform")
        + struct.pack("<6H", 1, 0, 1, 0, 1, 0)
    )
    licence = b'<?xml version="1.0"?><XrML><BODY type="Microsoft Rights Label"/></XrML>'
    return compound_file(
        {
            "EncryptedPackage": struct.pack("<Q", len(package)) + package,
            f"{spaces}/Version": _text("Microsoft.Container.DataSpaces")
            + struct.pack("<6H", 1, 0, 1, 0, 1, 0),
            f"{spaces}/DataSpaceMap": struct.pack("<III", 8, 1, len(entry) + 4) + entry,
            f"{spaces}/DataSpaceInfo/DRMEncryptedDataSpace": struct.pack("<II", 8, 1)
            + _text("DRMEncryptedTransform"),
            f"{transform}/\x06Primary": struct.pack("<II", len(label), 1)
            + label
            + struct.pack("<II", 4, 0)
            + licence,
            "\x05SummaryInformation": bytes(200),
            "\x05DocumentSummaryInformation": bytes(200),
        }
    )


def _text(text: str) -> bytes:
    """Return a text with its length before it, filled up to four bytes."""
    data = text.encode("utf-16-le")
    return struct.pack("<I", len(data)) + data.ljust(-(-len(data) // 4) * 4, b"\0")
