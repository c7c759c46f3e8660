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
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

_TO_START = (  # what an interpreter may need of the environment to start at all
    "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "__PYVENV_LAUNCHER__",
    "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "PATH",
)  # fmt: skip
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


# a new interpreter that begins with nothing: no environment, no file of its parent, no place for one


class Interpreter(subprocess.Popen[bytes]):
    """Runs some code in an empty folder, which elsewhere than on Windows is gone as soon as the process is in it."""

    def __init__(self, code: str) -> None:
        environment = {name: value for name, value in os.environ.items() if name in _TO_START}
        self._folder = tempfile.mkdtemp(prefix="hrge-xl-")
        pipe = subprocess.PIPE
        command = [sys.executable, "-P", "-c", code]  # -P keeps the current folder off its path
        nowhere = subprocess.DEVNULL
        try:
            super().__init__(
                command, stdin=pipe, stdout=pipe, stderr=nowhere, cwd=self._folder, env=environment
            )
        finally:
            self._remove_folder()

    def _remove_folder(self) -> None:
        with suppress(FileNotFoundError, PermissionError):  # Windows keeps it while the process is there
            os.rmdir(self._folder)  # noqa: PTH106

    def end(self) -> None:
        """Kill it and leave nothing of it."""
        self.kill()
        self.wait()
        for pipe in (self.stdin, self.stdout):
            if pipe is not None:
                with suppress(OSError):  # what was not yet sent is lost with it, as intended
                    pipe.close()
        self._remove_folder()


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


def module_path() -> tuple[str, ...]:
    """Give where this process finds modules, for another one that is somewhere else."""
    return tuple(os.path.abspath(entry) for entry in sys.path)  # noqa: PTH100 - "" means the current folder
