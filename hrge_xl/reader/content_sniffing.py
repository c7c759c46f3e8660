"""What a file is, told from its bytes: a name proves nothing, and is asked only where a file is nobody's answer."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path, PurePosixPath

from ..core.message_templates import MessageTemplate
from ..core.paths import is_left_by_a_program
from ..findings.file import ENCRYPTED_WORKBOOK, NOT_A_WORKBOOK
from .raw import Unreadable
from .zip_package import ZipPackage

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP_MAGIC = b"PK\x03\x04"

_ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
_MANIFEST = "META-INF/manifest.xml"
# Marks by which a file is known, each with what it then is; `beginnings` are bytes, spelt in Latin-1.
_KINDS: dict[str, dict[str, str]] = json.loads(
    Path(__file__).with_name("file_kinds.json").read_text(encoding="ascii")
)
# in the header of an OLE container
_SECTOR_SHIFT, _SMALL_SHIFT, _DIRECTORY, _SMALL_BELOW = 0x1E, 0x20, 0x30, 0x38
_START, _SIZE = 0x74, 0x78  # in an entry of its directory
_BOF, _WRITE_PROTECT, _FILE_PASS = 0x0809, 0x0086, 0x002F  # records of an .xls
_HTML = re.compile(r"<(!doctype\s+html|html|head|body|table|meta|script|div|style)\b", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_LOOKED_AT = 4096


def not_a_workbook(what: str) -> Unreadable:
    """Give the finding that says what the file is instead."""
    return Unreadable(NOT_A_WORKBOOK.at(what=MessageTemplate(what)))


def zip_format(package: ZipPackage) -> str:
    """xlsx, xlsm, xlsb or ods; raises Unreadable with what else the zip is."""
    if "mimetype" in package:
        declared = package.read("mimetype").strip()
        if declared == _ODS_TYPE:
            if _MANIFEST in package and b"encryption-data" in package.read(_MANIFEST):
                raise Unreadable(ENCRYPTED_WORKBOOK.at())
            return "ods"
        raise not_a_workbook(_first("other_open_document", declared) or "a zip archive")
    if "[Content_Types].xml" not in package:
        raise not_a_workbook(_unknown_zip(package))
    # Without the zeros a UTF-16 part reads like any other.
    types = package.read("[Content_Types].xml").replace(b"\0", b"").lower()
    found = _first("content_types", types)
    if found is None:
        raise not_a_workbook(_first("other_office", types) or "a zip archive")
    return found


def _first(table: str, content: bytes) -> str | None:
    return next((meaning for mark, meaning in _KINDS[table].items() if mark.encode() in content), None)


def _unknown_zip(package: ZipPackage) -> str:
    names = package.names
    if any(name.endswith(".iwa") for name in names):
        return "a Numbers or Pages document of Apple"
    if any(name.lower().endswith((".xlsx", ".xlsm", ".xls", ".ods")) for name in names):
        return "a zip archive with workbooks in it; unpack it first"
    return "a zip archive"


def ole_format(data: bytes) -> str:
    """xls or encrypted for an OLE container; raises Unreadable with what else it is."""
    for stream, meaning in _KINDS["ole_streams"].items():
        entries = list(_ole_entries(data, stream))
        if not entries:
            continue
        if meaning not in ("encrypted", "xls"):
            raise not_a_workbook(meaning)
        encrypted = meaning == "encrypted" or any(_is_encrypted_xls(data, entry) for entry in entries)
        return "encrypted" if encrypted else "xls"
    raise not_a_workbook("an old office file of an unknown kind")


def _ole_entries(data: bytes, stream: str) -> Iterator[int]:
    """Places of directory entries of this name: these are 128 bytes long and start at multiples of that."""
    name = stream.encode("utf-16-le") + b"\0\0"
    position = data.find(name)
    while position >= 0:
        if position % 128 == 0:
            yield position
        position = data.find(name, position + 1)


def _is_encrypted_xls(data: bytes, entry: int) -> bool:
    """Say whether the stream of a directory entry says so: behind its first record, or that of write protection."""
    first, second, third = islice(_records(data, _place_of_stream(data, entry)), 3)
    return first == _BOF and _FILE_PASS in (second, third if second == _WRITE_PROTECT else None)


def _records(data: bytes, position: int) -> Iterator[int]:
    """Give the kinds of the records of an .xls, one after the other."""
    while True:
        yield _number(data, position, 2)
        position += 4 + _number(data, position + 2, 2)


def _place_of_stream(data: bytes, entry: int) -> int:
    """Give where a stream begins; short ones are kept together in the root's, which is taken to be in one piece."""
    size, small = 1 << min(_number(data, _SECTOR_SHIFT, 2), 16), 1 << min(_number(data, _SMALL_SHIFT, 2), 16)
    start = _number(data, entry + _START, 4)
    if _number(data, entry + _SIZE, 4) >= _number(data, _SMALL_BELOW, 4):
        return (start + 1) * size
    root = (_number(data, _DIRECTORY, 4) + 1) * size
    return (_number(data, root + _START, 4) + 1) * size + start * small


def _number(data: bytes, position: int, size: int) -> int:
    return int.from_bytes(data[position : position + size], "little")


def describe(data: bytes) -> str:
    """Say what a file is that is neither zip nor OLE, in words that fit after "it is"."""
    marks = _KINDS["beginnings"].items()
    known = next((what for mark, what in marks if data.startswith(mark.encode("latin-1"))), None)
    return known or _describe_text(data[:_LOOKED_AT]) or "a file of an unknown kind"


def _describe_text(beginning: bytes) -> str | None:
    text = _decoded(beginning)
    if text is None or _CONTROL.search(text):
        return None
    start = text.lstrip("\ufeff \t\r\n")
    if "urn:schemas-microsoft-com:office:spreadsheet" in text:
        return "an XML spreadsheet of Excel 2003"
    if _HTML.match(start) or (start.startswith("<") and _HTML.search(text)):
        return "a web page (HTML)"
    if start.startswith("<"):
        return "an XML file"
    lower = start.lower()
    kinds = (what for mark, what in _KINDS["text_beginnings"].items() if lower.startswith(mark))
    return next(kinds, "a text file, perhaps CSV")


def _decoded(beginning: bytes) -> str | None:
    if beginning[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return beginning[: len(beginning) // 2 * 2].decode("utf-16", "replace")
    # A letter cut in two at the end of what we look at is no reason to doubt the rest.
    text = beginning.decode("utf-8", "ignore")
    return text if len(text.encode()) >= len(beginning) - 3 else beginning.decode("latin-1")


# what a file is that is nobody's answer, in a word, by its name and what it begins with

WORKBOOK_ENDINGS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".xltx", ".xltm", ".csv")
UNOPENED_ARCHIVES = _KINDS["unopened_archives"]  # by their ending
_BY_ENDING = {f".{ending}": word for word, endings in _KINDS["endings"].items() for ending in endings.split()}


def ending_of(name: str) -> str:
    """Give the ending of a name in small letters, with its point."""
    return PurePosixPath(name.strip().lower()).suffix


def is_named_as_workbook(name: str) -> bool:
    """Tell whether a name says that this is a workbook."""
    return ending_of(name) in WORKBOOK_ENDINGS


def word_for(name: str, data: bytes = b"", *, inline: bool = False) -> str:
    """Give a word for a file; a picture within the text of a mail is a logo."""
    if is_left_by_a_program(name):
        return "system"
    by_content = "program" if data.startswith(b"MZ") else _KINDS["descriptions"].get(describe(data), "other")
    word = _BY_ENDING.get(ending_of(name)) or by_content
    return "logo" if inline and word == "picture" else word
