"""The gate: which files are read at all. Each is opened once, and nothing is inflated unchecked."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from ..answers.submission import Identity
from ..core.message_templates import MessageTemplate
from ..core.paths import LOCK_PREFIXES, path_text
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
    PASSWORD_SUPPORT_MISSING,
    UNREADABLE_FILE,
    WRONG_PASSWORD,
)
from .content_sniffing import OLE_MAGIC, ZIP_MAGIC, describe, not_a_workbook, ole_format, zip_format
from .limits import LIMITS, MEBIBYTE, Limits
from .raw import Unreadable
from .worker import Died, run_guarded
from .zip_package import ZipPackage, megabytes

_CONFIGURATION = {  # by name: what this program knows by such a file, where it is not among returns
    "round.yaml": "a round",
    "signing.key": "the signature of a round",
    "ledger.sqlite": "a ledger",
    "ledger.jsonl": "what was entered into a ledger",
    "dataset.sqlite": "a dataset",
    "hrge-xl.toml": "a file of settings",
}
CONTAINERS = (ZIP_MAGIC, OLE_MAGIC)  # with which a workbook begins, also one under the name of something else
# O_NOFOLLOW and O_NONBLOCK close the gap between looking and opening; Windows has neither.
_OPEN_FLAGS = (
    os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
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
    stamps: tuple[Identity, ...] = ()  # both copies as they stand in the file, until its signature is checked


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


def admit(path: Path, password: str | None = None) -> File | Refusal:
    """Read one file and tell what it is, by its content; never raises for what a file may be."""
    file = opened(path, LIMITS)
    if isinstance(file, Refusal):
        return file
    try:
        what = _CONFIGURATION.get(path.name.casefold())
        if what is not None and not file.data.startswith(CONTAINERS):
            raise Unreadable(CONFIGURATION_AMONG_RETURNS.at(what=MessageTemplate(what)))
        format, data = _judge(file.data, password)
    except Unreadable as problem:
        return file.refused(problem.observation)
    return replace(file, format=format, data=data)


def fingerprint(path: Path) -> tuple[str | None, int | None]:
    """SHA-256 and size of a file, whatever it holds; nothing of one that the gate would not open."""
    try:
        with _opened_file(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest(), file.tell()
    except (Unreadable, OSError, ValueError):
        return None, None


def beginning_of(path: Path, count: int) -> bytes:
    """Give the first bytes of a regular file, however large it is; nothing of one that cannot be opened."""
    try:
        with _opened_file(path) as file:
            return file.read(count)
    except (Unreadable, OSError, ValueError):
        return b""


def opened(path: Path, limits: Limits) -> File | Refusal:
    """Give a regular file, read once, whatever it holds; of one that is too large only hash and size."""
    sha256: str | None = None
    size: int | None = None
    try:
        with _opened_file(path) as file:
            data = file.read(limits.file_bytes + 1)
            digest = hashlib.sha256(data)
            while more := file.read(MEBIBYTE):
                digest.update(more)
            end = file.tell()
        sha256, size = digest.hexdigest(), end
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
        reason = _READ_FAILURES.get(getattr(error, "errno", None) or 0, "the system refuses to open it")
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


def _judge(data: bytes, password: str | None) -> tuple[str, bytes]:
    """Format and readable bytes."""
    if data.startswith(ZIP_MAGIC):
        return zip_format(ZipPackage(data)), data
    if not data.startswith(OLE_MAGIC):
        raise not_a_workbook(describe(data))
    if ole_format(data) == "xls":
        return "xls", data
    if password is None:
        raise Unreadable(ENCRYPTED_WORKBOOK.at())
    # in a worker, for the container is as untrusted as any
    plain = next(run_guarded(decrypt, [(data, password, LIMITS.file_bytes)], jobs=1))
    if isinstance(plain, Died | Finding):
        raise Unreadable(plain.observation if isinstance(plain, Died) else plain)
    if plain.startswith(ZIP_MAGIC):
        return zip_format(ZipPackage(plain)), plain
    if plain.startswith(OLE_MAGIC) and ole_format(plain) == "xls":
        return "xls", plain
    raise not_a_workbook("an encrypted file of an unknown kind")


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
        always = {} if office_file.format == "xls97" else {"verify_password": True}  # an .xls always does
        office_file.load_key(password=password, **always)
        office_file.decrypt(opened)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - on damaged containers the package raises errors of every kind
        return WRONG_PASSWORD.at()
    return opened.getvalue() if opened.tell() <= most else _too_large(opened.tell(), most)
