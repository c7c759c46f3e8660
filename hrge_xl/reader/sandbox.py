"""The sandbox of a reading process: it needs no network, no other program and no other file, so it has none.

On Linux Landlock takes the files and seccomp the rest; which of them there are depends on the kernel. Windows has a
job object, which limits its memory and keeps it from starting programs. Elsewhere there are the limits of `worker`
alone. There is no package for them that is kept up and brings what it needs (see docs/decisions/0028-the-sandbox.md).
"""

from __future__ import annotations

import csv
import ctypes
import errno
import io
import mimetypes
import os
import platform
import site
import socket
import stat
import struct
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

from ..core.bounds import BoundedText

_SYSTEM = (
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/nix/store",
    "/etc/ld.so.cache",  # libraries
    "/etc/localtime",
    "/usr/share/zoneinfo",
    "/dev/null",
    "/dev/urandom",
)


@dataclass(slots=True)
class Confinement:
    """By what a process is confined, what is missing and why, and what it could do nevertheless."""

    means: list[BoundedText] = field(default_factory=list)
    missing: list[BoundedText] = field(default_factory=list)
    open: list[BoundedText] = field(default_factory=list)


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
    give_up_privileges()
    _try("Landlock", lambda: allow_reading_only(readable))
    _try("seccomp", filter_system_calls)


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
    return replace(_here, open=[name for name, attempt in attempts.items() if _succeeds(attempt)])


def _succeeds(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except OSError:
        return False
    return True


# where a reading process may read: the modules that it imports, and what the system has for every program


@cache
def import_places(path: tuple[str, ...]) -> tuple[str, ...]:
    """Return what has to be readable so that modules can be imported from this `sys.path`.

    Where packages are installed that is the whole folder. Another one, for example a checkout, may hold anything
    besides, a round with its key too: of that only the packages in it.
    """
    modules = dict.fromkeys(place for entry in path for place in _of_entry(Path(entry)))
    kinds = map(str, mimetypes.knownfiles)  # openpyxl looks into them when it is imported
    return (*modules, os.path.join(sys.base_prefix, "lib"), *_SYSTEM, *kinds)  # noqa: PTH118


def _of_entry(entry: Path) -> Iterator[str]:
    if (
        str(entry) in _installed_folders()
        or entry.is_file()
        or next(entry.glob("*.dist-info"), None)
    ):
        yield str(entry)
    else:
        yield from map(str, entry.glob("*.py"))
        yield from (str(package.parent) for package in entry.glob("*/__init__.py"))


@cache
def _installed_folders() -> frozenset[str]:
    library_folders = {
        sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")
    }
    compiled = {os.path.join(folder, "lib-dynload") for folder in library_folders}  # noqa: PTH118 - as in `sys.path`
    return frozenset(
        {*library_folders, *compiled, *site.getsitepackages(), site.getusersitepackages()}
    )


# Landlock: three calls that leave this process the files that it needs

_CREATE = 444
_ADD_RULE = 445
_RESTRICT = 446
_O_PATH = 0o10000000  # names a place without opening it; `os` has it on Linux only
_VERSION_FLAG = 1
_PATH_BENEATH = 1
_READ_FILE = 1 << 2
_READ_DIR = 1 << 3
_FILES = {1: 13, 2: 14, 3: 15, 5: 16}  # from which version on how many rights on files are known
_TCP = 0b11  # bind and connect
_TCP_SINCE = 4
_SCOPES = 0b11  # abstract sockets of, and signals to processes outside
_SCOPES_SINCE = 6


class _Rights(ctypes.Structure):
    """What is given up, unless a rule says otherwise."""

    _fields_ = (
        ("files", ctypes.c_uint64),
        ("network", ctypes.c_uint64),
        ("scopes", ctypes.c_uint64),
    )


def allow_reading_only(places: Iterable[str]) -> int:
    """Give up every right on files but to read these, and TCP; return the version of Landlock.

    Raises `OSError` where the kernel has none, or does not let this process use it. Holds for this thread and all that
    it starts: to be called while there is no other.
    """
    version = _call(_CREATE, None, 0, _VERSION_FLAG)
    newest = max(bits for since, bits in _FILES.items() if since <= version)
    rights = _Rights((1 << newest) - 1)
    size = _Rights.network.offset
    if version >= _TCP_SINCE:
        rights.network = _TCP
        size = _Rights.scopes.offset
    if version >= _SCOPES_SINCE:
        rights.scopes = _SCOPES
        size = ctypes.sizeof(_Rights)
    rules = _call(_CREATE, ctypes.byref(rights), size, 0)
    try:
        for place in places:
            _allow_reading(rules, place)
        _call(_RESTRICT, rules, 0)
    finally:
        os.close(rules)
    return version


def _allow_reading(rules: int, place: str) -> None:
    try:
        file = os.open(place, _O_PATH)
    except OSError:  # it is not there, or is closed to us: nothing to read
        return
    try:
        folder = stat.S_ISDIR(os.fstat(file).st_mode)
        allowed = _READ_FILE | _READ_DIR if folder else _READ_FILE
        _call(_ADD_RULE, rules, _PATH_BENEATH, struct.pack("=Qi", allowed, file), 0)
    finally:
        os.close(file)


def _call(number: int, *arguments: object) -> int:
    syscall = ctypes.CDLL(None, use_errno=True).syscall
    syscall.restype = ctypes.c_long
    words = (
        ctypes.c_long(argument) if isinstance(argument, int) else argument for argument in arguments
    )
    result = int(syscall(ctypes.c_long(number), *words))
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


# seccomp: a small program that the kernel runs at each call of this process. It looks at the number of a call and at
# one argument, and can be neither changed nor taken off again.
#
# What is refused stands in `system_calls.csv`, with the number of each call on each kind of processor and what it would
# reach. Everything else may be called, if it was known when that table was made: what Python and its libraries need
# differs from version to version, what can do harm to others does not. A newer call is answered as by a kernel that
# lacks it; so are those marked as newer, so that a library takes the older way, whose arguments a filter can see.

_PR_SET_NO_NEW_PRIVS = 38
_PR_SET_SECCOMP = 22
_MODE_FILTER = 2
_LOAD = 0x20
_AND = 0x54
_RETURN = 0x06
_IF_EQUAL = 0x15
_IF_GREATER = 0x25
# in what the program is shown of a call
_NUMBER_AT = 0
_ARCHITECTURE_AT = 4
_ARGUMENTS_AT = 16
_ALLOW = 0x7FFF0000
_KILL = 0x80000000
_ERROR = 0x00050000
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}  # machine -> mark of the kernel
NEWEST = 462  # mseal; from 424 on numbers are the same everywhere
with (Path(__file__).parent / "system_calls.csv").open(encoding="ascii") as _table:
    _CALLS = [*csv.DictReader(_table)]  # before the files are out of reach
# what to do, lines to skip if so, lines to skip if not, with which number
Instruction = tuple[int, int, int, int]


class _Condition(NamedTuple):
    """A call that depends on one of its arguments: it is refused where the bits of `mask` are, or are not, `value`."""

    numbers: dict[str, int]  # by machine
    argument: int
    mask: int
    value: int
    refused_if_equal: bool = False


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_char_p))


def give_up_privileges() -> None:
    """Have nothing that this process starts ever gain rights; Landlock and seccomp ask for it."""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1, None)


def filter_system_calls() -> None:
    """Refuse what a reading process never needs. Raises `OSError` where the kernel or the processor cannot."""
    if (
        platform.machine() not in ARCHITECTURES or sys.maxsize < 2**32
    ):  # a 32-bit Python on such a machine
        raise OSError(
            errno.ENOTSUP, f"not for {platform.architecture()[0]} on {platform.machine()}"
        )
    code = b"".join(
        struct.pack("HBBI", *line) for line in _program(platform.machine(), os.getpid())
    )
    _prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(_Program(len(code) // 8, code)))


def _prctl(option: int, value: int, pointer: object) -> None:
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    zero = ctypes.c_ulong(0)
    if prctl(option, ctypes.c_ulong(value), pointer or zero, zero, zero) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _program(machine: str, own_pid: int) -> Iterator[Instruction]:
    yield _LOAD, 0, 0, _ARCHITECTURE_AT
    yield from ((_IF_EQUAL, 1, 0, ARCHITECTURES[machine]), (_RETURN, 0, 0, _KILL))
    yield _LOAD, 0, 0, _NUMBER_AT
    yield from ((_IF_GREATER, 0, 1, NEWEST), (_RETURN, 0, 0, _ERROR | errno.ENOSYS))
    for call in _CALLS:
        if number := call[machine]:
            error = errno.ENOSYS if call["reaches"] == "newer" else errno.EPERM
            yield from ((_IF_EQUAL, 0, 1, int(number)), (_RETURN, 0, 0, _ERROR | error))
    for numbers, argument, mask, value, refused_if_equal in _conditions(own_pid):
        if machine in numbers:
            yield _IF_EQUAL, 0, 4, numbers[machine]
            yield _LOAD, 0, 0, _ARGUMENTS_AT + 8 * argument  # its lower half, on these processors
            yield _AND, 0, 0, mask
            yield _IF_EQUAL, *((0, 1) if refused_if_equal else (1, 0)), value
            yield _RETURN, 0, 0, _ERROR | errno.EPERM
            yield _LOAD, 0, 0, _NUMBER_AT  # as the next instruction finds it
    yield _RETURN, 0, 0, _ALLOW


_WHOLE = 0xFFFFFFFF
_CLONE_THREAD = 0x10000
_WRITING = 0x400643  # O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND, O_TMPFILE


def _conditions(own_pid: int) -> list[_Condition]:
    """Return what a process of this number may do to itself only, or by reading only."""
    fcntl = {"x86_64": 72, "aarch64": 25}
    return [
        # clone: a thread, no process
        _Condition({"x86_64": 56, "aarch64": 220}, 0, _CLONE_THREAD, _CLONE_THREAD),
        _Condition({"x86_64": 2}, 1, _WRITING, 0),  # open
        _Condition({"x86_64": 257, "aarch64": 56}, 2, _WRITING, 0),  # openat
        _Condition({"x86_64": 62, "aarch64": 129}, 0, _WHOLE, own_pid),  # kill
        # tgkill, with which a process aborts
        _Condition({"x86_64": 234, "aarch64": 131}, 0, _WHOLE, own_pid),
        _Condition({"x86_64": 302, "aarch64": 261}, 0, _WHOLE, 0),  # prlimit64: its own limits
        _Condition(fcntl, 1, _WHOLE, 8, refused_if_equal=True),  # F_SETOWN: signals to others
        _Condition(fcntl, 1, _WHOLE, 15, refused_if_equal=True),  # F_SETOWN_EX
    ]


# A job object of Windows limits this process: its memory, and that it starts no other. The handle is closed again at
# once: the job lives as long as its process, and nobody can change it any more. That a process ends with its parent is
# seen to by `worker`.

_EXTENDED_LIMITS = 9
_ACTIVE_PROCESSES = 0x8
_PROCESS_MEMORY = 0x100
_DIE_ON_FAULT = 0x400


class BasicLimits(ctypes.Structure):
    """JOBOBJECT_BASIC_LIMIT_INFORMATION."""

    _fields_ = (
        ("times", ctypes.c_int64 * 2),  # of a process, of the job
        ("flags", ctypes.c_uint32),
        ("working_set", ctypes.c_size_t * 2),  # at least, at most
        ("active_processes", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t),
        ("classes", ctypes.c_uint32 * 2),  # of priority and scheduling
    )


class ExtendedLimits(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION."""

    _fields_ = (
        ("basic", BasicLimits),
        ("io", ctypes.c_uint64 * 6),
        ("process_memory", ctypes.c_size_t),
        ("more_memory", ctypes.c_size_t * 3),  # of the job; at its peak of a process, of the job
    )


class MemoryCounters(ctypes.Structure):
    """PROCESS_MEMORY_COUNTERS."""

    _fields_ = (
        ("size", ctypes.c_uint32),
        ("page_faults", ctypes.c_uint32),
        ("sizes", ctypes.c_size_t * 6),
        ("committed", ctypes.c_size_t),
        ("peak_committed", ctypes.c_size_t),
    )


def limit_this_process(more_bytes: int) -> None:
    """On Windows, allow so much more memory than is held now, and no process beside this one. Raises `OSError`."""
    if sys.platform == "win32":
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        for name in ("CreateJobObjectW", "GetCurrentProcess"):
            getattr(kernel, name).restype = ctypes.c_void_p
        process = ctypes.c_void_p(kernel.GetCurrentProcess())

        def done(success: int | None) -> None:
            if not success:
                raise ctypes.WinError(ctypes.get_last_error())

        counters = MemoryCounters()
        limits = ExtendedLimits()
        counters.size = ctypes.sizeof(counters)
        done(kernel.K32GetProcessMemoryInfo(process, ctypes.byref(counters), counters.size))
        limits.basic.flags = _ACTIVE_PROCESSES | _PROCESS_MEMORY | _DIE_ON_FAULT
        limits.basic.active_processes = 1
        limits.process_memory = int(counters.committed) + more_bytes
        handle = kernel.CreateJobObjectW(None, None)
        done(handle)
        job = ctypes.c_void_p(handle)
        size = ctypes.sizeof(limits)
        try:
            done(kernel.SetInformationJobObject(job, _EXTENDED_LIMITS, ctypes.byref(limits), size))
            done(kernel.AssignProcessToJobObject(job, process))
        finally:
            kernel.CloseHandle(job)
