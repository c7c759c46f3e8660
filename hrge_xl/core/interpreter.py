"""A new interpreter that begins with nothing: no environment, no file of its parent, no place for one.

It can be started before anybody knows what it will have to do: what it imports takes half a second, in which its parent
imports what it needs itself.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from contextlib import suppress

MAIN = "hrge_xl.reader.worker"  # whose `serve` it runs
_TO_START = (  # what it may need of the environment to start at all
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "DYLD_FALLBACK_LIBRARY_PATH",
    "__PYVENV_LAUNCHER__",
    "SYSTEMROOT",
    "SYSTEMDRIVE",
    "WINDIR",
    "PATH",
)


class Interpreter(subprocess.Popen[bytes]):
    """Serves in an empty folder, which elsewhere than on Windows is gone as soon as the process is in it.

    It imports `modules` first, while nothing of a file has reached it.
    """

    def __init__(self, *modules: str) -> None:
        environment = {name: value for name, value in os.environ.items() if name in _TO_START}
        self._folder = tempfile.mkdtemp(prefix="hrge-xl-")
        code = (  # which ends at once, and does not first give back piece by piece what it holds
            f"import sys; sys.path = sys.argv[1:]; import {', '.join(['os', *modules])}; "
            f"from {MAIN} import serve; serve(); os._exit(0)"
        )
        # -P keeps the current folder off its path
        command = [
            sys.executable,
            "-P",
            "-c",
            code,
            *module_path(),
        ]
        pipe = subprocess.PIPE
        nowhere = subprocess.DEVNULL
        try:
            super().__init__(
                command, stdin=pipe, stdout=pipe, stderr=nowhere, cwd=self._folder, env=environment
            )
        finally:
            self._remove_folder()

    def _remove_folder(self) -> None:
        # Windows keeps it while the process is there
        with suppress(FileNotFoundError, PermissionError):
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


def module_path() -> tuple[str, ...]:
    """Return where this process finds modules, for another one that is somewhere else."""
    return tuple(os.path.abspath(entry) for entry in sys.path)  # noqa: PTH100 - "" means the current folder


_ahead: list[Interpreter] = []
if hasattr(os, "register_at_fork"):  # two forked processes would write to one: each starts its own
    os.register_at_fork(after_in_child=_ahead.clear)


def start_ahead(*modules: str) -> None:
    """Start one that will be needed, so that it comes up meanwhile; whoever says this says `end_unused` at the end."""
    with suppress(OSError):  # whoever needs it says what keeps it from starting
        _ahead.append(Interpreter(*modules))


def next_interpreter() -> Interpreter:
    """Return one that was started ahead, else a new one."""
    return _ahead.pop() if _ahead else Interpreter()


def end_unused() -> None:
    """End those that nobody needed."""
    while _ahead:
        _ahead.pop().end()
