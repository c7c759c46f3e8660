"""A sandbox in a thread: Landlock and seccomp bind the thread that asks for them, and whatever it starts, alone."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from threading import Thread
from typing import TypeVar

import pytest

from hrge_xl.core.work import gc_paused
from hrge_xl.reader import sandbox

Result = TypeVar("Result")


def in_a_thread(function: Callable[[], Result], monkeypatch: pytest.MonkeyPatch) -> Result:
    """Give what a function returns that confines itself, or raise what it raises; this process stays as it is."""
    monkeypatch.setattr(os, "environ", dict(os.environ))
    monkeypatch.setattr(tempfile, "TemporaryFile", tempfile.TemporaryFile)
    monkeypatch.setattr(sandbox, "_here", sandbox.Confinement())
    results: list[Result] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(function())
        except BaseException as error:  # noqa: BLE001 - it is raised where somebody waits for it
            errors.append(error)

    thread = Thread(target=run)
    with gc_paused():  # what is cleared away may have files to remove, which this thread cannot
        thread.start()
        thread.join()
    if errors:
        raise errors[0]
    return results[0]
