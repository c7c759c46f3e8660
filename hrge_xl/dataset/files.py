"""Files that are there whole or not at all, and one writer at a time."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..errors import OutputError
from ..paths import UNFINISHED, sync_folder

LOCK = ".writing"
OWNER_FILE, OWNER_FOLDER = 0o600, 0o700  # returns are about victims and suspects: nobody else reads them
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
IN_USE = (errno.EACCES, errno.EPERM, errno.EBUSY, errno.ETXTBSY)
NOT_FOUND, NAME_TOO_LONG = 3, 206  # what Windows calls a path that it cannot take
LONGEST = 259  # characters of a path, unless Windows was set up for longer ones


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Give a place to write to; what stands there at the end takes the place of `path`. Raises `OutputError`.

    Each writer has a place of its own: of two that write the same, on two machines too, either may be the last.
    """
    unfinished = path.with_name(f"{UNFINISHED}{secrets.token_hex(4)}-{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield unfinished
            with unfinished.open("rb+") as stream:
                os.fsync(stream.fileno())
            unfinished.replace(path)
            sync_folder(path.parent)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise not_written(path, error) from error


def not_written(path: Path, error: OSError) -> OutputError:
    """Say why a file or folder cannot be written, and what to do about it."""
    if error.errno in FULL:
        reason, remedy = "there is no room left", "Make room, then run again: nothing was lost"
    elif error.errno in IN_USE:  # what Windows says of a file that Excel shows
        reason = "it is open in another program, or may not be changed"
        remedy = "Close it in Excel and run again, or choose another place with -o"
    elif _is_too_long(path, error):
        reason = f"its path of {len(str(path.absolute()))} characters is too long (Windows takes {LONGEST})"
        remedy = "Move the folder nearer to the root of the drive or give it a shorter name, then run again"
    else:
        reason, remedy = error.strerror or str(error), "Choose another place with -o"
    return OutputError(f"{path} cannot be written: {reason}. {remedy}.")


def _is_too_long(path: Path, error: OSError) -> bool:
    """Say whether the length of a path keeps it from being written; Windows often says only that it is not there."""
    code = getattr(error, "winerror", None)
    longer = len(str(path.absolute())) > LONGEST
    return error.errno == errno.ENAMETOOLONG or code == NAME_TOO_LONG or (code == NOT_FOUND and longer)


@contextmanager
def parts_of(path: Path) -> Iterator[Path]:
    """Give a folder beside `path` for what it is made of; it is gone afterwards. Raises `OutputError`."""
    folder = path.with_name(f"{UNFINISHED}{secrets.token_hex(4)}-{path.name}-parts")
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise not_written(folder, error) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def private(path: Path) -> None:
    """Let a file be there that only its owner reads; what is in it already stays. Windows has no such modes."""
    with suppress(
        OSError
    ):  # a folder that cannot be written, or another owner's file: whoever writes it says so
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, OWNER_FILE))
        path.chmod(OWNER_FILE)


def sha256_of(path: Path) -> str:
    """Give the SHA-256 of the bytes of a file. Raises `OSError`."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sweep(folder: Path) -> None:
    """Take away what a run left behind that was killed."""
    for each in (*folder.glob(UNFINISHED + "*"), *folder.glob(f"*/{UNFINISHED}*")):
        if each.is_dir():
            shutil.rmtree(each, ignore_errors=True)
        else:
            each.unlink(missing_ok=True)


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Hold the folder for this run. Raises `OutputError` while another run writes into it."""
    with _held(folder):
        sweep(folder)
        try:
            yield
        finally:
            with suppress(OSError):
                (folder / LOCK).unlink()


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Give the lock of a folder. The system lets go of it when the process ends, however it ends."""
    handle = _opened(folder)
    try:
        if not (_lock(handle) and _is_there(folder / LOCK, handle)):
            raise OutputError(f"Another run is writing into {folder}. Wait for it to end, then run again.")
        yield
    finally:
        os.close(handle)


def _opened(folder: Path) -> int:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise not_written(folder, error) from error


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
