"""Limits this process by a job object of Windows: its memory, and that it starts no other.

The handle is closed again at once: the job lives as long as its process, and nobody can change it any more. That a
process ends with its parent is seen to by `worker`.
"""

from __future__ import annotations

import ctypes
import sys

_EXTENDED_LIMITS = 9
_ACTIVE_PROCESSES, _PROCESS_MEMORY, _DIE_ON_FAULT = 0x8, 0x100, 0x400


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


if sys.platform == "win32":

    def limit_this_process(more_bytes: int) -> None:
        """Allow so much more memory than is held now, and no process beside this one."""
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        for name in ("CreateJobObjectW", "GetCurrentProcess"):
            getattr(kernel, name).restype = ctypes.c_void_p
        own = ctypes.c_void_p(kernel.GetCurrentProcess())
        limits = _limits(_committed(kernel, own) + more_bytes)
        handle = kernel.CreateJobObjectW(None, None)
        _done(handle)
        job = ctypes.c_void_p(handle)
        try:
            _done(
                kernel.SetInformationJobObject(
                    job, _EXTENDED_LIMITS, ctypes.byref(limits), ctypes.sizeof(limits)
                )
            )
            _done(kernel.AssignProcessToJobObject(job, own))
        finally:
            kernel.CloseHandle(job)

    def _committed(kernel: ctypes.WinDLL, own: ctypes.c_void_p) -> int:
        counters = MemoryCounters()
        counters.size = ctypes.sizeof(counters)
        _done(kernel.K32GetProcessMemoryInfo(own, ctypes.byref(counters), counters.size))
        return int(counters.committed)

    def _limits(memory: int) -> ExtendedLimits:
        limits = ExtendedLimits()
        limits.basic.flags = _ACTIVE_PROCESSES | _PROCESS_MEMORY | _DIE_ON_FAULT
        limits.basic.active_processes = 1
        limits.process_memory = memory
        return limits

    def _done(success: int | None) -> None:
        if not success:
            raise ctypes.WinError(ctypes.get_last_error())
