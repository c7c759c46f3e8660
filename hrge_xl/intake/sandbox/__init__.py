"""The sandbox of a reading process: it needs no network, no other program and no other file, so it has none.

On Linux Landlock takes the files and seccomp the rest; which of them there are depends on the kernel. Windows has a
job object, which keeps it from starting programs (see `worker`). Elsewhere there are the limits of `worker` alone.
"""

from __future__ import annotations

import io
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from .interpreter import Interpreter
from .places import import_places, module_path

__all__ = [
    "Confinement",
    "Interpreter",
    "confine",
    "import_places",
    "limit_by_job",
    "look_outside",
    "module_path",
]


@dataclass(slots=True)
class Confinement:
    """By what a process is confined, what is missing and why, and what it could do nevertheless."""

    means: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)


_here = Confinement()


def confine(readable: Iterable[str]) -> None:
    """Take from this process, for good, what it does not need. What the system does not offer is noted."""
    tempfile.TemporaryFile = _in_memory  # type: ignore[assignment]
    if sys.platform == "win32":
        return  # see `limit_by_job`
    os.environ.clear()  # some of it may have been needed to start
    if sys.platform != "linux":
        _here.missing.append(f"{sys.platform} has no sandbox that a process can put itself into")
        return
    from . import landlock, seccomp

    seccomp.give_up_privileges()
    _try("Landlock", lambda: landlock.allow_reading_only(readable))
    _try("seccomp", seccomp.filter_system_calls)


def _in_memory(mode: str = "w+b", *_: object, **__: object) -> io.BytesIO:
    """Stand in for a temporary file: there is no place for one, and a decrypted workbook is for no disk."""
    assert "b" in mode
    return io.BytesIO()


def _try(name: str, take: Callable[[], int | None]) -> None:
    try:
        version = take()
    except OSError as error:
        _here.missing.append(f"{name}: {error.strerror}")
    else:
        _here.means.append(f"{name} {version}" if version else name)


def limit_by_job(more_bytes: int) -> None:
    """On Windows, allow so much more memory and no other process."""
    if sys.platform == "win32":
        from .job_object import limit_this_process

        _try("job object", lambda: limit_this_process(more_bytes))


def look_outside(file: str) -> Confinement:
    """Try what a reading process must not do, and tell which of it went; `file` is one that is there."""
    attempts: dict[str, Callable[[], object]] = {
        "network": socket.socket,
        "program": lambda: subprocess.run([sys.executable, "-c", ""], check=False),
        "reading": Path(file).read_bytes,
        "writing": lambda: Path(file).write_bytes(b""),
    }
    if sys.platform != "win32":  # there the number of a signal means something else
        attempts["process"] = lambda: os.kill(os.getppid(), 0)
    return replace(_here, open=[what for what, attempt in attempts.items() if _succeeds(attempt)])


def _succeeds(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except OSError:
        return False
    return True
