"""A new interpreter that begins with nothing: no environment, no file of its parent, no place for one."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from contextlib import suppress

_TO_START = (  # what an interpreter may need of the environment to start at all
    "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "__PYVENV_LAUNCHER__",
    "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "PATH",
)  # fmt: skip


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
