"""The gate: which files are read at all, and what each is by its content; a name proves nothing.

Each file is opened once, and nothing is inflated unchecked. Names are asked only where a file is nobody's answer.
"""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import re
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from ..answers.submission import Identity
from ..core.message_templates import MessageTemplate
from ..core.paths import LOCK_PREFIXES, is_left_by_a_program, path_text
from ..findings import Finding
from ..findings.file import (
    CHANGED_WHILE_READ,
    CONFIGURATION_AMONG_RETURNS,
    EMPTY_FILE,
    ENCRYPTED_WORKBOOK,
    FILE_TOO_LARGE,
    FOLDER_NOT_FILE,
    LINK_NOT_FILE,
    LOCK_FILE,
    NOT_A_REGULAR_FILE,
    NOT_A_WORKBOOK,
    PASSWORD_SUPPORT_MISSING,
    SENSITIVITY_LABEL,
    UNREADABLE_FILE,
    WRONG_PASSWORD,
)
from .limits import LIMITS, MEBIBYTE, ReadLimits
from .raw import Unreadable
from .worker import Died, run_guarded
from .zip_package import ZipPackage, megabytes

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP_MAGIC = b"PK\x03\x04"
_CONFIGURATION = {  # by name: what this program knows by such a file, where it is not among returns
    "round.yaml": "a round",
    "signing.key": "the signature of a round",
    "ledger.sqlite": "a ledger",
    "ledger.jsonl": "what was entered into a ledger",
    "dataset.sqlite": "a dataset",
    "hrge-xl.toml": "a file of settings",
}
CONTAINERS = (
    ZIP_MAGIC,
    OLE_MAGIC,
)  # with which a workbook begins, also one under the name of something else
# O_NOFOLLOW and O_NONBLOCK close the gap between looking and opening; Windows has neither.
_OPEN_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_BINARY", 0)
)
_READ_FAILURES = {
    errno.ENOENT: "there is no such file",
    errno.EACCES: "you are not allowed to open it",
    errno.EPERM: "you are not allowed to open it",
    errno.ENAMETOOLONG: "its name is too long",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that cannot be read as a return, and why; hash and size of every one that could be opened."""

    path: str
    sha256: str | None
    size: int | None
    observations: tuple[Finding, ...]
    stamps: tuple[
        Identity, ...
    ] = ()  # both copies as they stand in the file, until its signature is checked


@dataclass(frozen=True, slots=True)
class File:
    """A file that may be read: its bytes, decrypted if need be; hash and size are those of what came."""

    path: str
    sha256: str
    size: int
    format: str  # xlsx, xlsm, xlsb, xls, ods; "" before anyone has looked
    data: bytes = b""

    @property
    def name(self) -> str:
        """Without its folder."""
        return Path(self.path).name

    def refused(self, *why: Finding, stamps: tuple[Identity, ...] = ()) -> Refusal:
        """Say why it is no return."""
        return Refusal(self.path, self.sha256, self.size, why, stamps)


def open_untrusted(path: Path, passwords: Sequence[str] = ()) -> File | Refusal:
    """Read one file and tell what it is, by its content; never raises for what a file may be.

    Of several `passwords` the first one that fits opens what is protected.
    """
    file = opened(path, LIMITS)
    if isinstance(file, Refusal):
        return file
    try:
        configuration = _CONFIGURATION.get(path.name.casefold())
        if configuration is not None and not file.data.startswith(CONTAINERS):
            raise Unreadable(CONFIGURATION_AMONG_RETURNS.at(what=MessageTemplate(configuration)))
        format, data = _judge(file.data, passwords)
    except Unreadable as problem:
        return file.refused(problem.observation)
    return replace(file, format=format, data=data)


def fingerprint(path: Path) -> tuple[str | None, int | None]:
    """SHA-256 and size of a file, whatever it holds; nothing of one that the gate would not open.

    Of a very large one there is the size alone: a few bytes of disk can be a file that takes hours to read.
    """
    try:
        with _opened_file(path) as file:
            size = size_of(file)
            if size > LIMITS.hashed_bytes:
                return None, size
            return hashlib.file_digest(file, "sha256").hexdigest(), file.tell()
    except (Unreadable, OSError, ValueError):
        return None, None


def beginning_of(path: Path, count: int) -> bytes:
    """Return the first bytes of a regular file, however large it is; nothing of one that cannot be opened."""
    try:
        with _opened_file(path) as file:
            return file.read(count)
    except (Unreadable, OSError, ValueError):
        return b""


def size_of(file: io.BufferedReader) -> int:
    """Return how large an open file says that it is."""
    return os.fstat(file.fileno()).st_size


def opened(path: Path, limits: ReadLimits) -> File | Refusal:
    """Return a regular file, read once, whatever it holds; of one that is too large size and hash, if that is quick."""
    sha256: str | None = None
    size: int | None = None
    try:
        with _opened_file(path) as file:
            announced = size_of(file)
            if announced > max(limits.file_bytes, limits.hashed_bytes):
                size = announced
                raise Unreadable(_too_large(size, limits.file_bytes))
            data = file.read(limits.file_bytes + 1)
            digest = hashlib.sha256(data)
            while chunk := file.read(MEBIBYTE):
                digest.update(chunk)
            end = file.tell()
        sha256 = digest.hexdigest()
        size = end
        mark = next((prefix for prefix in LOCK_PREFIXES if path.name.startswith(prefix)), None)
        if mark is not None and not data.startswith(CONTAINERS):
            why = LOCK_FILE.at(mark=mark)
        elif size == 0:
            why = EMPTY_FILE.at()
        elif size > limits.file_bytes:
            why = _too_large(size, limits.file_bytes)
        else:
            return File(path_text(path), sha256, size, "", data)
    except Unreadable as problem:
        why = problem.observation
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        reason = _READ_FAILURES.get(
            getattr(error, "errno", None) or 0, "the system refuses to open it"
        )
        why = UNREADABLE_FILE.at(reason=MessageTemplate(reason))
    return Refusal(path_text(path), sha256, size, (why,))


@contextmanager
def _opened_file(path: Path) -> Iterator[io.BufferedReader]:
    """Open a regular file for reading; raises Unreadable for a link, a folder or a pipe, and where it was changed."""
    _check_kind(os.lstat(path).st_mode)
    with open(os.open(path, _OPEN_FLAGS), "rb") as file:  # noqa: PTH123 - flags that Path.open lacks
        before = os.fstat(file.fileno())
        _check_kind(before.st_mode)
        yield file
        after = os.fstat(file.fileno())
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise Unreadable(CHANGED_WHILE_READ.at())


def _check_kind(mode: int) -> None:
    if stat.S_ISLNK(mode):
        raise Unreadable(LINK_NOT_FILE.at())
    if stat.S_ISDIR(mode):
        raise Unreadable(FOLDER_NOT_FILE.at())
    if not stat.S_ISREG(mode):
        raise Unreadable(NOT_A_REGULAR_FILE.at())


def _too_large(size: int, limit: int) -> Finding:
    return FILE_TOO_LARGE.at(size=megabytes(size), limit=megabytes(limit))


def _judge(data: bytes, passwords: Sequence[str]) -> tuple[str, bytes]:
    """Format and readable bytes."""
    if data.startswith(ZIP_MAGIC):
        return zip_format(ZipPackage(data)), data
    if not data.startswith(OLE_MAGIC):
        raise _not_a_workbook(describe(data))
    if ole_format(data) == "xls":
        return "xls", data
    plain: bytes | Finding | Died = ENCRYPTED_WORKBOOK.at()
    # in a worker, for the container is as untrusted as any
    for plain in run_guarded(
        decrypt, ((data, password, LIMITS.file_bytes) for password in passwords), jobs=1
    ):
        if not (isinstance(plain, Finding) and plain.code == WRONG_PASSWORD.code):
            break
    if isinstance(plain, Died | Finding):
        raise Unreadable(plain.observation if isinstance(plain, Died) else plain)
    if plain.startswith(ZIP_MAGIC):
        return zip_format(ZipPackage(plain)), plain
    if plain.startswith(OLE_MAGIC) and ole_format(plain) == "xls":
        return "xls", plain
    raise _not_a_workbook("an encrypted file of an unknown kind")


def decrypt(sealed: tuple[bytes, str, int]) -> bytes | Finding:
    """Decrypt (data, password, most bytes). Runs in a worker: what went wrong is a result, no exception."""
    try:
        import msoffcrypto
    except ImportError:
        return PASSWORD_SUPPORT_MISSING.at()
    data, password, most = sealed
    opened = io.BytesIO()
    try:
        office_file = msoffcrypto.OfficeFile(io.BytesIO(data))
        always = (
            {} if office_file.format == "xls97" else {"verify_password": True}
        )  # an .xls always does
        office_file.load_key(password=password, **always)
        office_file.decrypt(opened)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - on damaged containers the package raises errors of every kind
        return WRONG_PASSWORD.at()
    return opened.getvalue() if opened.tell() <= most else _too_large(opened.tell(), most)


# what a file is, told from its bytes

_ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
_MANIFEST = "META-INF/manifest.xml"
# Marks by which a file is known, each with what it then is; `beginnings` are bytes, spelt in Latin-1.
_KINDS: dict[str, dict[str, str]] = json.loads(
    Path(__file__).with_name("file_kinds.json").read_text(encoding="ascii")
)
# in the header of an OLE container
_SECTOR_SHIFT = 0x1E
_SMALL_SHIFT = 0x20
_DIRECTORY = 0x30
_SMALL_BELOW = 0x38
# in an entry of its directory
_START = 0x74
_SIZE = 0x78
# records of an .xls
_BOF = 0x0809
_WRITE_PROTECT = 0x0086
_FILE_PASS = 0x002F
_HTML = re.compile(
    r"<(!doctype\s+html|html|head|body|table|meta|script|div|style)\b", re.IGNORECASE
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_LOOKED_AT = 4096


def _not_a_workbook(description: str) -> Unreadable:
    """Return the finding that says what the file is instead."""
    return Unreadable(NOT_A_WORKBOOK.at(what=MessageTemplate(description)))


def zip_format(package: ZipPackage) -> str:
    """xlsx, xlsm, xlsb or ods; raises Unreadable with what else the zip is."""
    if "mimetype" in package:
        declared = package.read("mimetype").strip()
        if declared == _ODS_TYPE:
            if _MANIFEST in package and b"encryption-data" in package.read(_MANIFEST):
                raise Unreadable(ENCRYPTED_WORKBOOK.at())
            return "ods"
        raise _not_a_workbook(_first("other_open_document", declared) or "a zip archive")
    if "[Content_Types].xml" not in package:
        description = "a zip archive"
        names = package.names
        if any(name.endswith(".iwa") for name in names):
            description = "a Numbers or Pages document of Apple"
        elif any(name.lower().endswith((".xlsx", ".xlsm", ".xls", ".ods")) for name in names):
            description = "a zip archive with workbooks in it; unpack it first"
        raise _not_a_workbook(description)
    # Without the zeros a UTF-16 part reads like any other.
    types = package.read("[Content_Types].xml").replace(b"\0", b"").lower()
    format_ = _first("content_types", types)
    if format_ is None:
        raise _not_a_workbook(_first("other_office", types) or "a zip archive")
    return format_


def _first(table: str, content: bytes) -> str | None:
    return next(
        (meaning for mark, meaning in _KINDS[table].items() if mark.encode() in content), None
    )


def ole_format(data: bytes) -> str:
    """xls or encrypted for an OLE container; raises Unreadable with what else it is, or for a label that encrypts."""
    for stream, meaning in _KINDS["ole_streams"].items():
        entries = list(_ole_entries(data, stream))
        if not entries:
            continue
        if meaning == "labelled":
            raise Unreadable(SENSITIVITY_LABEL.at())
        if meaning not in ("encrypted", "xls"):
            raise _not_a_workbook(meaning)
        encrypted = meaning == "encrypted" or any(
            _is_encrypted_xls(data, entry) for entry in entries
        )
        return "encrypted" if encrypted else "xls"
    raise _not_a_workbook("an old office file of an unknown kind")


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
    position = _place_of_stream(data, entry)
    kinds = list[int]()
    for _ in range(3):
        kinds.append(_number(data, position, 2))
        position += 4 + _number(data, position + 2, 2)
    first, second, third = kinds
    return first == _BOF and _FILE_PASS in (second, third if second == _WRITE_PROTECT else None)


def _place_of_stream(data: bytes, entry: int) -> int:
    """Return where a stream begins; short ones are kept together in the root's, which is taken to be in one piece."""
    size = 1 << min(_number(data, _SECTOR_SHIFT, 2), 16)
    small = 1 << min(_number(data, _SMALL_SHIFT, 2), 16)
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
    description = next(
        (meaning for mark, meaning in marks if data.startswith(mark.encode("latin-1"))), None
    )
    return description or _describe_text(data[:_LOOKED_AT]) or "a file of an unknown kind"


def _describe_text(beginning: bytes) -> str | None:
    if beginning[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = beginning[: len(beginning) // 2 * 2].decode("utf-16", "replace")
    else:
        # A letter cut in two at the end of what we look at is no reason to doubt the rest.
        text = beginning.decode("utf-8", "ignore")
        if len(text.encode()) < len(beginning) - 3:
            text = beginning.decode("latin-1")
    if _CONTROL.search(text):
        return None
    start = text.lstrip("\ufeff \t\r\n")
    if "urn:schemas-microsoft-com:office:spreadsheet" in text:
        return "an XML spreadsheet of Excel 2003"
    if _HTML.match(start) or (start.startswith("<") and _HTML.search(text)):
        return "a web page (HTML)"
    if start.startswith("<"):
        return "an XML file"
    lower = start.lower()
    kinds = (
        meaning for mark, meaning in _KINDS["text_beginnings"].items() if lower.startswith(mark)
    )
    return next(kinds, "a text file, perhaps CSV")


# what a file is that is nobody's answer, in a word, by its name and what it begins with

WORKBOOK_ENDINGS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".xltx", ".xltm", ".csv")
UNOPENED_ARCHIVES = _KINDS["unopened_archives"]  # by their ending
_HOST = re.compile(r"https?://([^\s/?#\"'<>]+)", re.IGNORECASE)
_BY_ENDING = {
    f".{ending}": word for word, endings in _KINDS["endings"].items() for ending in endings.split()
}


def ending_of(name: str) -> str:
    """Return the ending of a name in small letters, with its point."""
    return PurePosixPath(name.strip().lower()).suffix


def is_named_as_workbook(name: str) -> bool:
    """Tell whether a name says that this is a workbook."""
    return ending_of(name) in WORKBOOK_ENDINGS


def drive_linked_in(text: str) -> str:
    """Name the drive that a text links to; nothing where it links to none that is known."""
    drives = _KINDS["drives"].items()
    hosts = (f".{host.casefold()}" for host in _HOST.findall(text))
    return next(
        (drive for host in hosts for domain, drive in drives if host.endswith(f".{domain}")), ""
    )


def word_for(name: str, data: bytes = b"", *, inline: bool = False) -> str:
    """Return a word for a file; a picture within the text of a mail is a logo."""
    if is_left_by_a_program(name):
        return "system"
    by_content = (
        "program" if data.startswith(b"MZ") else _KINDS["descriptions"].get(describe(data), "other")
    )
    word = _BY_ENDING.get(ending_of(name)) or by_content
    return "logo" if inline and word == "picture" else word
