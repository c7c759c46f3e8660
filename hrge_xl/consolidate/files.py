"""Files that are there whole or not at all, and one writer at a time."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..errors import OutputError

UNFINISHED = ".unfinished-"
LOCK = ".writing"


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A place to write to; what stands there at the end takes the place of `path`. Raises `OutputError`."""
    unfinished = path.with_name(UNFINISHED + path.name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield unfinished
            with unfinished.open("rb+") as stream:
                os.fsync(stream.fileno())
            unfinished.replace(path)
            _sync_folder(path.parent)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
    except OSError as error:
        reason = (
            "it is open in another program, or may not be changed"
            if isinstance(error, PermissionError)
            else error.strerror or str(error)
        )
        raise OutputError(
            f"{path} cannot be written: {reason}. Close it, make room, or choose another place with -o."
        ) from error


@contextmanager
def parts_of(path: Path) -> Iterator[Path]:
    """A folder for what a file is made of; it is gone afterwards."""
    folder = path.with_name(f"{UNFINISHED}{path.name}-parts")
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sync_folder(folder: Path) -> None:
    """Make sure that the new name survives a power cut, where the system can do so."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


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
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise OutputError(
            f"{folder} cannot be written: {error.strerror or error}. Choose another folder with -o."
        ) from error
    try:
        try:
            _lock(handle)
        except OSError as error:
            raise OutputError(
                f"Another run is writing into {folder}. Wait for it to end, then run again."
            ) from error
        try:
            sweep(folder)
            yield
        finally:
            with suppress(OSError):
                (folder / LOCK).unlink()
    finally:
        os.close(handle)


def _lock(handle: int) -> None:
    """The system lets go of the lock when the process ends, however it ends."""
    if os.name == "nt":  # pragma: no cover
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
