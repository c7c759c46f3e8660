"""What Windows is asked for a reading process: nobody could try it here, so a small kernel of our own is asked."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from hrge_xl.reader.sandbox import limit_by_job
from tests.face import look_outside, sandbox

OWN, JOB = 2**64 - 1, 0x1_0000_0ABC  # of 64 bits: who takes them for a C int loses half
HELD = 300_000_000
ACTIVE_PROCESS, PROCESS_MEMORY, DIE_ON_UNHANDLED_EXCEPTION = 0x8, 0x100, 0x400
EXTENDED_LIMIT_INFORMATION = 9
INVALID_HANDLE, BAD_LENGTH = 6, 24
REASONS = {
    0: "Nothing went wrong",
    5: "Access is denied",
    INVALID_HANDLE: "The handle is invalid",
    8: "Not enough memory",
    BAD_LENGTH: "The length is bad",
    87: "A parameter is wrong",
}
FAILURES = {
    "K32GetProcessMemoryInfo": 5,
    "CreateJobObjectW": 8,
    "SetInformationJobObject": 87,
    "AssignProcessToJobObject": 5,
}


class Function:
    """A function of a library as ctypes has it: without a type of its result that is a C int."""

    restype: Any = ctypes.c_int

    def __init__(self, action: Callable[..., int]) -> None:
        self._action = action

    def __call__(self, *arguments: Any) -> Any:
        return self.restype(self._action(*arguments)).value


@dataclass
class Kernel:
    """The functions of kernel32 that matter, and what comes of them; one of them may fail."""

    failing: str = ""
    error: int = 0
    handles: list[int] = field(default_factory=list)
    limits: sandbox.ExtendedLimits | None = None
    limited: bool = False

    def __getattr__(self, name: str) -> Function:
        def act(*arguments: Any) -> int:
            self.error = (
                FAILURES[name] if name == self.failing else getattr(self, f"_{name}")(*arguments)
            )
            return (
                (OWN if "Current" in name else JOB if "Create" in name else 1)
                if self.error == 0
                else 0
            )

        function = Function(act)
        setattr(self, name, function)  # it keeps what is said of its result
        return function

    def _GetCurrentProcess(self) -> int:
        return 0

    def _K32GetProcessMemoryInfo(self, process: Any, counters: Any, size: int) -> int:
        if process.value != OWN:
            return INVALID_HANDLE
        if not counters._obj.size == size == 72:
            return BAD_LENGTH
        counters._obj.committed = HELD
        return 0

    def _CreateJobObjectW(self, attributes: None, name: None) -> int:
        assert (attributes, name) == (None, None), "a job with a name could be opened by others"
        self.handles.append(JOB)
        return 0

    def _SetInformationJobObject(self, job: Any, kind: int, limits: Any, size: int) -> int:
        if job.value not in self.handles:
            return INVALID_HANDLE
        if (kind, size) != (EXTENDED_LIMIT_INFORMATION, 144):
            return BAD_LENGTH
        self.limits = limits._obj
        return 0

    def _AssignProcessToJobObject(self, job: Any, process: Any) -> int:
        if job.value not in self.handles or process.value != OWN:
            return INVALID_HANDLE
        assert self.limits is not None, "it would run without limits until they are set"
        self.limited = True
        return 0

    def _CloseHandle(self, handle: Any) -> int:
        if handle.value not in self.handles:
            return INVALID_HANDLE
        self.handles.remove(handle.value)
        return 0


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Kernel]:
    """Give a kernel of Windows in which one of the functions fails, or none."""

    def made(failing: str) -> Kernel:
        kernel = Kernel(failing)
        kernels = {("kernel32", True): kernel}
        monkeypatch.setattr(sys, "platform", "win32")
        monkeypatch.setattr(
            ctypes,
            "WinDLL",
            lambda name, use_last_error: kernels[name, use_last_error],
            raising=False,
        )
        monkeypatch.setattr(ctypes, "get_last_error", lambda: kernel.error, raising=False)
        monkeypatch.setattr(
            ctypes, "WinError", lambda code: OSError(code, REASONS[code]), raising=False
        )
        monkeypatch.setattr(sandbox, "_here", sandbox.Confinement())
        return kernel

    return made


def test_this_process_is_limited(windows: Callable[[str], Kernel], tmp_path: Path) -> None:
    kernel = windows("")
    limit_by_job(1_000_000)
    assert kernel.limited
    assert kernel.handles == [], "whoever has the handle could change the limits"
    assert kernel.limits is not None
    basic = kernel.limits.basic
    assert basic.flags == ACTIVE_PROCESS | PROCESS_MEMORY | DIE_ON_UNHANDLED_EXCEPTION
    assert basic.active_processes == 1
    assert kernel.limits.process_memory == HELD + 1_000_000
    told = look_outside(str(tmp_path / "none"))
    assert (told.means, told.missing) == (["job object"], [])


@pytest.mark.parametrize("failing", FAILURES)
def test_what_fails_is_told_with_its_reason(
    failing: str, windows: Callable[[str], Kernel], tmp_path: Path
) -> None:
    """The process goes on without a limit that it cannot have."""
    kernel = windows(failing)
    limit_by_job(1_000_000)
    assert not kernel.limited
    assert kernel.handles == []
    told = look_outside(str(tmp_path / "none"))
    assert (told.means, told.missing) == ([], [f"job object: {REASONS[FAILURES[failing]]}"])


def test_structures_have_their_size() -> None:
    """As the headers of Windows say for 64 bits."""
    kinds = (sandbox.BasicLimits, sandbox.ExtendedLimits, sandbox.MemoryCounters)
    assert [ctypes.sizeof(kind) for kind in kinds] == [64, 144, 72]
