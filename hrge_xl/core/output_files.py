"""Files that are there whole or not at all, and what is said of one that cannot be written."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .errors import OutputError

# how everything is named that is being written, and that a killed run leaves behind
UNFINISHED = ".unfinished-"
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
IN_USE = (errno.EACCES, errno.EPERM, errno.EBUSY, errno.ETXTBSY)
NOT_FOUND, NAME_TOO_LONG = 3, 206  # what Windows calls a path that it cannot take
LONGEST = 259  # characters of a path, unless Windows was set up for longer ones


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all. Raises `OutputError`."""
    with whole(path) as unfinished:
        unfinished.write_bytes(data)


def write_if_changed(path: Path, data: bytes) -> None:
    """Write as `write_whole` does, unless the file holds this already: running again changes nothing."""
    if not path.is_file() or path.read_bytes() != data:
        write_whole(path, data)


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
        remedy = "Close it and run again, or choose another place with -o"
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


def sync_folder(folder: Path) -> None:
    """Make sure that the new name survives a power cut, where the system can do so."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
