"""Refuses system calls by seccomp: a small program that the kernel of Linux runs at each call of this process.

It looks at the number of a call and at one argument, and can be neither changed nor taken off again. There is no
package for it that is kept up and brings what it needs (see docs/decisions/0028-the-sandbox.md).
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys
from collections.abc import Iterator

from .system_calls import ARCHITECTURES, NEWEST, REFUSED, UNKNOWN, Condition, conditions

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _MODE_FILTER = 38, 22, 2
_LOAD, _AND, _RETURN = 0x20, 0x54, 0x06
_IF_EQUAL, _IF_GREATER = 0x15, 0x25
_NUMBER_AT, _ARCHITECTURE_AT, _ARGUMENTS_AT = 0, 4, 16  # in what the program is shown of a call
_ALLOW, _KILL, _ERROR = 0x7FFF0000, 0x80000000, 0x00050000
Instruction = tuple[
    int, int, int, int
]  # what to do, lines to skip if so, lines to skip if not, with which number


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_char_p))


def give_up_privileges() -> None:
    """Have nothing that this process starts ever gain rights; Landlock and seccomp ask for it."""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1, None)


def filter_system_calls() -> None:
    """Refuse what a reading process never needs. Raises `OSError` where the kernel or the processor cannot."""
    if platform.machine() not in ARCHITECTURES or sys.maxsize < 2**32:  # a 32-bit Python on such a machine
        raise OSError(errno.ENOTSUP, f"not for {platform.architecture()[0]} on {platform.machine()}")
    code = b"".join(struct.pack("HBBI", *line) for line in _program(platform.machine(), os.getpid()))
    _prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(_Program(len(code) // 8, code)))


def _prctl(option: int, value: int, pointer: object) -> None:
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    zero = ctypes.c_ulong(0)
    if prctl(option, ctypes.c_ulong(value), pointer or zero, zero, zero) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _program(machine: str, own_pid: int) -> Iterator[Instruction]:
    column, mark = ARCHITECTURES[machine]
    yield from ((_LOAD, 0, 0, _ARCHITECTURE_AT), (_IF_EQUAL, 1, 0, mark), (_RETURN, 0, 0, _KILL))
    yield _LOAD, 0, 0, _NUMBER_AT
    yield from ((_IF_GREATER, 0, 1, NEWEST), (_RETURN, 0, 0, _ERROR | errno.ENOSYS))
    for table, error in ((UNKNOWN, errno.ENOSYS), (REFUSED, errno.EPERM)):
        for numbers in table.values():
            if (number := numbers[column]) is not None:
                yield from ((_IF_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ERROR | error))
    for condition in conditions(own_pid):
        if (number := condition.numbers[column]) is not None:
            yield from _conditional(number, condition)
    yield _RETURN, 0, 0, _ALLOW


def _conditional(number: int, condition: Condition) -> Iterator[Instruction]:
    """Look at one argument of one call; the next instruction finds the number of the call loaded again."""
    yield _IF_EQUAL, 0, 4, number
    yield _LOAD, 0, 0, _ARGUMENTS_AT + 8 * condition.argument  # its lower half, on these processors
    yield _AND, 0, 0, condition.mask
    yield _IF_EQUAL, *((0, 1) if condition.refused_if_equal else (1, 0)), condition.value
    yield _RETURN, 0, 0, _ERROR | errno.EPERM
    yield _LOAD, 0, 0, _NUMBER_AT
