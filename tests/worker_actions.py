"""What the guarded functions of the tests do; apart from the tests, so that a child has little to import."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import time

from hrge_xl.intake import worker


def act(item: str) -> object:
    """What a guarded function may do."""
    name, _, argument = item.partition(" ")
    return ACTIONS[name](argument)


def _sleep(seconds: str) -> str:
    time.sleep(float(seconds))
    return seconds


def _fail(text: str) -> object:
    raise KeyError(text)


def _print(text: str) -> str:
    print(text)  # noqa: T201
    os.write(1, b"straight to the pipe")
    sys.stderr.write(text)
    return text


def _spin(_: str) -> object:
    while True:
        pass


class _Command:
    """What runs a command wherever it is unpickled."""

    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self) -> object:
        return os.system, (self.command,)


def _take_over(command: str) -> str:
    """As a file would that has taken over the process: what it answers is its own."""
    forged = pickle.dumps(("next", _Command(command)))
    worker.dumps = lambda _: forged  # type: ignore[assignment]
    return "ours"


def _garbage(text: str) -> str:
    worker.dumps = lambda _: text.encode()  # type: ignore[assignment]
    return "ours"


def _long(_: str) -> str:
    """An answer that says that it is longer than any."""
    worker._answer = lambda answers, *_: (answers.write(b"\x7f" * 8), answers.flush())  # type: ignore[assignment]
    return "ours"


ACTIONS = {
    "long": _long,
    "take-over": _take_over,
    "garbage": _garbage,
    "say": str,
    "sleep": _sleep,
    "fail": _fail,
    "print": _print,
    "spin": _spin,
    "crash": lambda code: os._exit(int(code)),
    "abort": lambda _: os.abort(),
    "killed": lambda _: os.kill(os.getpid(), signal.SIGKILL),
    "fill": lambda megabytes: len(bytearray(int(megabytes) * 1024 * 1024)),
    "unpicklable": lambda _: lambda: None,
    "pid": lambda _: os.getpid(),
    "size": lambda size: b"x" * int(size),
}


def burn(seconds: float) -> float:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
    return seconds
