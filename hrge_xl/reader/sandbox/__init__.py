"""The sandbox of a reading process: it needs no network, no other program and no other file, so it has none.

On Linux Landlock takes the files and seccomp the rest; which of them there are depends on the kernel. Windows has a
job object, which keeps it from starting programs (see `worker`). Elsewhere there are the limits of `worker` alone.
"""

from __future__ import annotations

import io
import mimetypes
import os
import site
import socket
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

_SYSTEM = (
    "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/nix/store", "/etc/ld.so.cache",  # libraries
    "/etc/localtime", "/usr/share/zoneinfo", "/dev/null", "/dev/urandom",
)  # fmt: skip


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
    from . import systems

    systems.give_up_privileges()
    _try("Landlock", lambda: systems.allow_reading_only(readable))
    _try("seccomp", systems.filter_system_calls)


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
        from .systems import limit_this_process

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


# where a reading process may read: the modules that it imports, and what the system has for every program


@cache
def import_places(path: tuple[str, ...]) -> tuple[str, ...]:
    """Give what has to be readable so that modules can be imported from this `sys.path`.

    Where packages are installed that is the whole folder. Another one, for example a checkout, may hold anything
    besides, a round with its key too: of that only the packages in it.
    """
    modules = dict.fromkeys(place for entry in path for place in _of_entry(Path(entry)))
    kinds = map(str, mimetypes.knownfiles)  # openpyxl looks into them when it is imported
    return (*modules, os.path.join(sys.base_prefix, "lib"), *_SYSTEM, *kinds)  # noqa: PTH118


def _of_entry(entry: Path) -> Iterator[str]:
    if str(entry) in _installed_folders() or entry.is_file() or next(entry.glob("*.dist-info"), None):
        yield str(entry)
    else:
        yield from map(str, entry.glob("*.py"))
        yield from (str(package.parent) for package in entry.glob("*/__init__.py"))


@cache
def _installed_folders() -> frozenset[str]:
    ours = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    compiled = {os.path.join(folder, "lib-dynload") for folder in ours}  # noqa: PTH118 - as in `sys.path`
    return frozenset({*ours, *compiled, *site.getsitepackages(), site.getusersitepackages()})
