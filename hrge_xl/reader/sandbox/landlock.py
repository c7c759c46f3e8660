"""Leaves this process the files that it needs, by Landlock: with it a process of Linux gives up rights for good.

There is no package for it that is kept up and released (see docs/decisions/0028-the-sandbox.md); it is three calls.
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from collections.abc import Iterable

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446
_O_PATH = 0o10000000  # names a place without opening it; `os` has it on Linux only
_VERSION_FLAG, _PATH_BENEATH = 1, 1
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
_FILES = {1: 13, 2: 14, 3: 15, 5: 16}  # from which version on how many rights on files are known
_TCP = 0b11  # bind and connect, from version 4 on
_SCOPES = 0b11  # abstract sockets of, and signals to processes outside, from version 6 on


class _Rights(ctypes.Structure):
    """What is given up, unless a rule says otherwise."""

    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


def allow_reading_only(places: Iterable[str]) -> int:
    """Give up every right on files but to read these, and TCP; returns the version of Landlock.

    Raises `OSError` where the kernel has none, or does not let this process use it. Holds for this thread and all that
    it starts: to be called while there is no other.
    """
    version = _call(_CREATE, None, 0, _VERSION_FLAG)
    known = max(bits for since, bits in _FILES.items() if since <= version)
    rights = _Rights((1 << known) - 1, _TCP if version >= 4 else 0, _SCOPES if version >= 6 else 0)
    size = 8 if version < 4 else 16 if version < 6 else 24
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
    words = (ctypes.c_long(each) if isinstance(each, int) else each for each in arguments)
    result = int(syscall(ctypes.c_long(number), *words))
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result
