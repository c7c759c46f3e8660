"""The files of a round or dataset: for their owner only, one writer at a time, nothing left behind by a killed run.

The bytes of what came are kept under their hash, and read again under the names that they came with. SQLite files are
opened here, so that what is written is there whole or not at all.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from ..core.errors import OutputError, StoreError
from ..core.paths import (
    UNFINISHED,
    file_part,
    is_plain_name,
    masked,
    name_of,
    not_written,
    path_in,
    path_of,
    whole,
)

LOCK = ".writing"
# returns are about victims and suspects: nobody else reads them
OWNER_FILE = 0o600
OWNER_FOLDER = 0o700


def private(path: Path) -> None:
    """Let a file be there that only its owner reads; what is in it already stays. Windows has no such modes."""
    # a folder that cannot be written, or another owner's file: whoever writes it says so
    with suppress(OSError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, OWNER_FILE))
        path.chmod(OWNER_FILE)


def write_secret(path: Path, secret: bytes) -> None:
    """Write a file that is not there yet, and that only its owner reads. Raises `OSError`."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_FILE), "wb") as stream:
        stream.write(secret)
        stream.flush()
        os.fsync(stream.fileno())


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of the bytes of a file. Raises `OSError`."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sweep(folder: Path) -> None:
    """Take away what a run left behind that was killed."""
    for remnant in (*folder.glob(UNFINISHED + "*"), *folder.glob(f"*/{UNFINISHED}*")):
        if remnant.is_dir():
            shutil.rmtree(remnant, ignore_errors=True)
        else:
            remnant.unlink(missing_ok=True)


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Hold the folder for this run. Raises `OutputError` while another run writes into it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise not_written(folder, error) from error
    with ExitStack() as stack:
        # the system lets go of the lock when the process ends, however it ends
        stack.callback(os.close, handle)
        if not (_lock(handle) and _is_there(folder / LOCK, handle)):
            raise OutputError(
                f"Another run is writing into {folder}.",
                remedy="Wait for it to end, then run again.",
            )
        sweep(folder)
        try:
            yield
        finally:
            sweep(folder)  # a worker that was killed leaves what it was writing
            with suppress(OSError):
                (folder / LOCK).unlink()


def _is_there(path: Path, handle: int) -> bool:
    """Say whether a file is still what stands at its path: another run may have ended and taken it away."""
    try:
        return os.path.samestat(path.stat(), os.fstat(handle))
    except OSError:
        return False


def _lock(handle: int) -> bool:
    """Say whether the lock could be had."""
    try:
        if os.name == "nt":  # pragma: no cover
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


# the bytes of what came

RECEIVED = "received"
SUFFIX = ".xlsx"  # of every file that is kept, whatever it is
MOST_NAME_BYTES = 255  # on most systems
MOST_BYTES = 100_000_000  # of a file that is kept: four times what is read at most


def kept_at(folder: Path, sha256: str) -> Path:
    """Return the path where the bytes of a received file are kept."""
    return folder / RECEIVED / f"{sha256}{SUFFIX}"


def keep(path: Path, sha256: str, folder: Path) -> bool:
    """Keep the bytes of a file under their hash, read-only, unless it is too large; False when it has changed."""
    target = kept_at(folder, sha256)
    if target.is_file():
        return True
    try:
        if path.stat().st_size > MOST_BYTES:
            return True
        content = path.read_bytes()
    except OSError:
        return False
    if hashlib.sha256(content).hexdigest() != sha256:
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    with suppress(OSError):
        target.parent.chmod(OWNER_FOLDER)
    with whole(target) as unfinished:
        private(unfinished)
        unfinished.write_bytes(content)
    with suppress(OSError):
        target.chmod(0o400)
    return True


def has_content(path: Path, sha256: str) -> bool:
    """Say whether a file is there and has this hash."""
    try:
        return sha256_of(path) == sha256
    except OSError:
        return False


def altered(folder: Path) -> Iterator[Path]:
    """Yield what lies among the kept files and is not what its name says."""
    received_folder = folder / RECEIVED
    for path in sorted(received_folder.iterdir()) if received_folder.is_dir() else ():
        if path.suffix != SUFFIX or not has_content(path, path.stem):
            yield path


@contextmanager
def under_their_names(files: Sequence[tuple[Path, str]]) -> Iterator[list[Path]]:
    """Yield copies of files under the names that they came with, by their paths: findings speak of them."""
    with TemporaryDirectory(prefix="hrge-xl-") as folder:
        yield [
            copy_as_it_came(path, name, Path(folder) / str(number))
            for number, (path, name) in enumerate(files)
        ]


def copy_as_it_came(path: Path, name: str, home: Path) -> Path:
    """Copy a file into a new folder under the name that it came with, by its path; return where the copy is."""
    home.mkdir()
    copy = _as_it_came(home, name_of(name))
    with suppress(OSError):  # what is gone or locked by now is told as any file that cannot be read
        shutil.copyfile(path, copy)
    return copy


def _as_it_came(home: Path, name: str) -> Path:
    """Return the path in a folder of a file that came under a name, which is another one where that leads elsewhere.

    The name is the last part of a path, so that on other systems than Windows it leads nowhere.
    """
    if name in ("", ".", "..") or (os.name == "nt" and not is_plain_name(name)):
        return path_in(home, file_part(name) or "file")
    # one that holds bytes without a character is shorter as it was
    return home / (name if len(os.fsencode(name)) <= MOST_NAME_BYTES else path_of(name))


# SQLite files

WAIT = 60  # seconds for another writer to finish
# one file when nobody writes, and a crash undoes itself
DURABLE = ("journal_mode=DELETE", "synchronous=FULL")
FAST = ("journal_mode=OFF", "synchronous=OFF")
CACHE = "cache_size=-16384"  # KiB: memory does not grow with the file
ANOTHER_RUN = "Another run is writing into it; wait for it to end, then run again"
MAKE_ROOM = "Make room, then run again: nothing was lost"
MADE_ANEW = "Move it away; the next run makes it again from the received files"


def connect(path: Path | None, *, write: bool = True, lasting: bool = True) -> sqlite3.Connection:
    """Open a SQLite file, or one in memory; unless it is to be written, it must be there. We say BEGIN ourselves.

    One that is not `lasting` is written faster: whoever is cut off throws it away. Raises `sqlite3.Error`.
    """
    if path is not None and write:
        private(path)
    place = (
        f"{sqlite_uri(path)}?mode={'rwc' if write else 'ro'}" if path is not None else ":memory:"
    )
    connection = sqlite3.connect(
        place, uri=path is not None, timeout=WAIT, isolation_level=None, check_same_thread=False
    )
    try:
        for pragma in (*(DURABLE if lasting else FAST), CACHE):
            connection.execute(f"PRAGMA {pragma}")
    except sqlite3.Error:
        connection.close()  # a damaged file can then be moved aside on any system
        raise
    return connection


def sqlite_uri(path: Path) -> str:
    """Return a path as SQLite takes it whatever is in it: a letter that is not text, or a question mark."""
    return path.absolute().as_uri()


def database_error(name: str, error: Exception, damaged: str = MADE_ANEW) -> StoreError:
    """Return the error of a database in one line of our own; `damaged` is what to do where it is."""
    cause = str(getattr(error, "orig", None) or error).strip().splitlines()[0].rstrip(".")
    remedies = {
        "locked": ANOTHER_RUN,
        "lock timeout": ANOTHER_RUN,
        "not a database": damaged,
        "malformed": damaged,
        "full": MAKE_ROOM,
        "No space left": MAKE_ROOM,
        "disk I/O error": MAKE_ROOM,  # what SQLite says where a journal finds no room
        "readonly": "Where an earlier run was cut off, let one complete it; else make it writable",
    }
    remedy = next(
        (text for word, text in remedies.items() if word in cause),
        "Check the address and that it can be reached, then run again: nothing was lost",
    )
    return StoreError(f"{name}: the dataset cannot be used ({masked(cause)}). {remedy}.")
