"""The files of a dataset: for their owner only, one writer at a time, and nothing left behind by a killed run."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from ..errors import OutputError
from ..output_files import UNFINISHED, not_written

LOCK = ".writing"
OWNER_FILE, OWNER_FOLDER = 0o600, 0o700  # returns are about victims and suspects: nobody else reads them


def private(path: Path) -> None:
    """Let a file be there that only its owner reads; what is in it already stays. Windows has no such modes."""
    # a folder that cannot be written, or another owner's file: whoever writes it says so
    with suppress(OSError):
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
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise not_written(folder, error) from error
    with ExitStack() as stack:
        # the system lets go of the lock when the process ends, however it ends
        stack.callback(os.close, handle)
        if not (_lock(handle) and _is_there(folder / LOCK, handle)):
            raise OutputError(f"Another run is writing into {folder}. Wait for it to end, then run again.")
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
