"""Writes the log of a fault of our own: what is needed to mend it, and nothing that anybody typed or sent.

A log holds the version, the command without its values, the files that were being read, and where each exception was
raised. What an exception says is left out, since it may quote an answer; the values of variables are never looked at.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import tempfile
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import LOOKING_AT
from .program_digest import engine

MOST_BYTES = 1_000_000  # of a log to which more is added
_FRAME = re.compile(r'  File ".+", line \d+, in \S+')
_TOLD: list[Callable[[], str]] = []  # what this process was told to do, without values; the last one counts


@contextmanager
def running(told: Callable[[], str]) -> Iterator[None]:
    """Have every log that is written meanwhile say which command it was."""
    _TOLD.append(told)
    try:
        yield
    finally:
        _TOLD.pop()


def write_log(error: BaseException, about: Iterable[object] = ()) -> Path:
    """Write what is known of a fault into a file that its owner alone may read; `about` are files being read.

    A fault has the same file whenever it shows, so that what names it stays the same too.
    """
    text = log_text(error, about)
    try:
        return _added(Path(tempfile.gettempdir()) / f"hrge-xl-{_digest(error)}.log", text)
    except OSError:  # somebody else's file is there
        handle, name = tempfile.mkstemp(".log", "hrge-xl-")
        os.close(handle)
        return _added(Path(name), text)


def _digest(error: BaseException) -> str:
    """Give a short name to where a fault was raised, whichever files and commands it showed with."""
    raised: list[str] = []
    each: BaseException | None = error
    while each is not None:
        frames = [*traceback.extract_tb(each.__traceback__)][-1:]
        raised += [type(each).__name__, *(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)]
        each = _before(each)
    return hashlib.sha256(" ".join(raised).encode()).hexdigest()[:16]


def _before(error: BaseException) -> BaseException | None:
    """Give the exception that led to another one."""
    return error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _added(place: Path, text: str) -> Path:
    """Add a text to a file of ours, unless it stands there already or there is much of it. Raises `OSError`."""
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
    with os.fdopen(os.open(place, flags, 0o600), "r+", encoding="utf-8", errors="backslashreplace") as log:
        there = os.fstat(log.fileno())
        if hasattr(os, "geteuid") and there.st_uid != os.geteuid():
            raise PermissionError(f"{place} is not ours")
        if there.st_size < MOST_BYTES and text not in log.read():
            log.write(text)
    return place


def log_text(error: BaseException, about: Iterable[object] = ()) -> str:
    """Give version, command, files and traces."""
    python = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    told = _TOLD[-1]() if _TOLD else "called as a library"
    files = "".join(f"{LOOKING_AT}{path}\n" for path in about)
    return f"hrge-xl {engine()}, {python}\n{told}\n{files}\n{_trace(error)}"


def _trace(error: BaseException) -> str:
    """Give where each exception of a chain was raised, and its type."""
    before = _before(error)
    frames = [f"{text}\n" for text in str(error).splitlines() if _FRAME.fullmatch(text)]  # in another process
    frames += traceback.format_tb(error.__traceback__)
    notes = [f"{note}\n" for note in getattr(error, "__notes__", ()) if note.startswith(LOOKING_AT)]
    return "".join([_trace(before) if before else "", *frames, *notes, f"{type(error).__name__}\n\n"])
