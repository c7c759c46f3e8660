"""A zip file that nobody trusts yet: every check on its directory is made before anything is inflated."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ..core import message_templates
from ..findings import Finding
from ..findings.file import (
    BAD_ENTRY_NAME,
    COMPRESSION_BOMB,
    DAMAGED_PART,
    DUPLICATE_ENTRY,
    ENCRYPTED_ENTRY,
    FORBIDDEN_COMPRESSION,
    FOREIGN_BYTES,
    MISSING_PART,
    OVERLAPPING_ENTRIES,
    TOO_MANY_ENTRIES,
    TRUNCATED_FILE,
    UNPACKED_TOO_LARGE,
)
from .limits import LIMITS, ReadLimits
from .raw import Unreadable

_LOCAL_HEADER = struct.Struct("<4s22xHH")
_DIRECTORY_SIGNATURE = b"PK\x01\x02"
_END_SIGNATURE = b"PK\x05\x06"
NAME_LENGTH = 120  # characters of a name that a message has room for
_END_SIZE = 22  # without the comment
_ENCRYPTED = 0x2041  # flags: the content, with a strong method, or the directory too
# bytes at most between two members, which some programs write: sizes that came too late
_DESCRIPTOR = 24
_BAD_NAME = re.compile(r"^/|^[A-Za-z]:|\\|(^|/)\.\.(/|$)|[\x00-\x1f\x7f]|^$")
_DIRECTORY_ERRORS = (
    zipfile.BadZipFile,
    NotImplementedError,
    ValueError,
    OverflowError,
    EOFError,
    struct.error,
)


class _Entry(NamedTuple):
    """One member: what its directory line promises, and where its stored bytes stand."""

    line: zipfile.ZipInfo
    start: int

    @property
    def name(self) -> str:
        return self.line.orig_filename

    @property
    def stop(self) -> int:
        return self.start + self.line.compress_size


class _Directory(NamedTuple):
    """The lines of a directory, where the first stands, and where the record of its end begins."""

    lines: list[zipfile.ZipInfo]
    start: int
    end: int


class ZipPackage:
    """The parts of a checked zip, by name; part names match whatever their case, as in OPC."""

    def __init__(self, data: bytes, limits: ReadLimits = LIMITS) -> None:
        """Check the directory of `data`; raise Unreadable at the first breach."""
        directory = _directory(data, limits)
        entries = _checked_entries(data, directory, limits)
        self._data = data
        self._entries = {entry.name.lower(): entry for entry in entries}
        self.observations = list(_foreign_bytes(data, directory, entries))

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._entries

    @property
    def names(self) -> list[str]:
        """The names of the parts, as stored, without folders."""
        return [entry.name for entry in self._entries.values() if not entry.name.endswith("/")]

    def read(self, name: str) -> bytes:
        """Return the inflated bytes of a part: never more than its directory line promised."""
        entry = self._entries.get(name.lower())
        if entry is None:
            raise Unreadable(MISSING_PART.at(part=shown(name)))
        content = self._data[entry.start : entry.stop]
        if entry.line.compress_type == zipfile.ZIP_DEFLATED:
            inflater = zlib.decompressobj(-zlib.MAX_WBITS)
            try:  # one byte more than promised at most, so that a lying size shows and costs nothing
                content = inflater.decompress(content, entry.line.file_size + 1)
            except zlib.error as error:
                raise _damaged(entry.name) from error
        if len(content) != entry.line.file_size or zlib.crc32(content) != entry.line.CRC:
            raise _damaged(entry.name)
        return content


def packed(contents: Mapping[str, bytes]) -> bytes:
    """Return a zip of these parts, as they are, for a reader that takes nothing else."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return out.getvalue()


def shown(name: str) -> str:
    """Return a name out of a file, fit to stand in a message: printable and not too long."""
    text = "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in name
    )
    return text if len(text) <= NAME_LENGTH else text[: NAME_LENGTH - 1] + "…"


def _damaged(name: str) -> Unreadable:
    return Unreadable(DAMAGED_PART.at(part=shown(name)))


def _checked_entries(data: bytes, directory: _Directory, limits: ReadLimits) -> list[_Entry]:
    _check_count(len(directory.lines), limits)
    seen: set[str] = set()
    for info in directory.lines:
        name = info.orig_filename
        if _BAD_NAME.search(name):
            raise Unreadable(BAD_ENTRY_NAME.at(part=shown(name)))
        if name.lower() in seen:
            raise Unreadable(DUPLICATE_ENTRY.at(part=shown(name)))
        seen.add(name.lower())
    for info in directory.lines:
        if info.flag_bits & _ENCRYPTED:
            raise Unreadable(ENCRYPTED_ENTRY.at(part=shown(info.filename)))
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Unreadable(FORBIDDEN_COMPRESSION.at(part=shown(info.filename)))
    for info in directory.lines:
        if info.file_size > limits.part_bytes:
            raise too_large(info.filename, info.file_size, limits.part_bytes)
        if info.file_size > max(limits.ratio_from, limits.ratio * info.compress_size):
            raise Unreadable(
                COMPRESSION_BOMB.at(part=shown(info.filename), limit=str(limits.ratio))
            )
    total = sum(info.file_size for info in directory.lines)
    if total > limits.total_bytes:
        raise too_large("", total, limits.total_bytes)
    entries = [_located(data, line) for line in directory.lines]
    for entry, limit in _with_limits(entries, directory.start):
        if entry.stop > limit:  # members share bytes, or reach into the directory
            raise Unreadable(OVERLAPPING_ENTRIES.at(part=shown(entry.name)))
    return entries


def _directory(data: bytes, limits: ReadLimits) -> _Directory:
    """Return the directory; its lines are counted by signature first, as the count may lie."""
    _check_count(data.count(_DIRECTORY_SIGNATURE), limits)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _Directory(archive.infolist(), archive.start_dir, data.rindex(_END_SIGNATURE))
    except _DIRECTORY_ERRORS as error:
        raise Unreadable(TRUNCATED_FILE.at()) from error


def _check_count(count: int, limits: ReadLimits) -> None:
    if count > limits.entries:
        raise Unreadable(TOO_MANY_ENTRIES.at(count=str(count), limit=str(limits.entries)))


def too_large(part: str, size: int, limit: int) -> Unreadable:
    """Return the error for a part, or for all parts together where none is named."""
    detail = {
        "part": shown(part) or message_templates.ALL_PARTS,
        "size": megabytes(size),
        "limit": megabytes(limit),
    }
    return Unreadable(UNPACKED_TOO_LARGE.at(**detail))


def megabytes(size: int) -> str:
    """Return a size for people: "26.4 MB"."""
    return f"{size / 1024 / 1024:.1f} MB"


def _located(data: bytes, info: zipfile.ZipInfo) -> _Entry:
    """Follow a directory line to its local header, which must exist and carry the same name."""
    header = data[info.header_offset : info.header_offset + _LOCAL_HEADER.size]
    if info.header_offset < 0 or len(header) < _LOCAL_HEADER.size:
        raise Unreadable(TRUNCATED_FILE.at())
    signature, name_length, extra_length = _LOCAL_HEADER.unpack(header)
    name_start = info.header_offset + _LOCAL_HEADER.size
    name = data[name_start : name_start + name_length]
    stored = info.orig_filename.encode(
        "utf-8" if info.flag_bits & 0x800 else "cp437"
    )  # bit 11: UTF-8
    if signature != b"PK\x03\x04" or name != stored:
        raise _damaged(info.filename)
    return _Entry(info, name_start + name_length + extra_length)


def _with_limits(entries: list[_Entry], directory_start: int) -> Iterator[tuple[_Entry, int]]:
    """Yield the members as they lie, each with where what follows it begins."""
    ordered = sorted(entries, key=lambda entry: entry.line.header_offset)
    starts = [*(entry.line.header_offset for entry in ordered), directory_start]
    yield from zip(ordered, starts[1:], strict=True)


def _foreign_bytes(data: bytes, directory: _Directory, entries: list[_Entry]) -> Iterator[Finding]:
    """Note bytes besides the archive: another program may take the file for another kind, and show those."""
    before = min((entry.line.header_offset for entry in entries), default=directory.start)
    gaps = (limit - entry.stop for entry, limit in _with_limits(entries, directory.start))
    between = sum(gap for gap in gaps if gap > _DESCRIPTOR)
    behind = max(len(data) - directory.end - _END_SIZE, 0)
    if before or between or behind:
        counts = {"before": before, "between": between, "behind": behind}
        yield FOREIGN_BYTES.at(**{position: f"{count:,}" for position, count in counts.items()})


class Budget:
    """What may still be unpacked of one source, over all its layers: what lies in an archive in a mail counts too.

    Every method raises `Unreadable` where that is too much.
    """

    def __init__(self, limits: ReadLimits) -> None:
        self.limits = limits
        self._entries = 0
        self._bytes = 0

    def take_entries(self, count: int) -> None:
        """Count the parts of a layer, before any of them is looked at."""
        _check_count(self._entries + count, self.limits)
        self._entries += count

    def take_bytes(self, count: int) -> None:
        """Count what a part is once it is unpacked."""
        most = self.limits.total_bytes
        if self._bytes + count > most:
            raise too_large("", self._bytes + count, most)
        self._bytes += count
