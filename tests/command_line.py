"""The command line, in this process: its exit code, or what it says."""

from __future__ import annotations

from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from typing import NamedTuple

from hrge_xl.cli import run


class Agreeing(StringIO):
    """The keyboard of somebody who reads what a command asks, and agrees."""

    def __init__(self) -> None:
        super().__init__("y\n" * 100)

    def isatty(self) -> bool:
        return True


class Said(NamedTuple):
    """What a command says."""

    out: str
    err: str


def hrge(*words: object) -> int:
    """Run a command; give its exit code."""
    return run([str(word) for word in words])


def ran(*words: object, code: int | tuple[int, ...] | None = 0) -> Said:
    """Run a command that ends with this exit code, one of these, or (None) whichever; give what it says."""
    with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err:
        ended = hrge(*words)
    said = Said(out.getvalue(), err.getvalue())
    assert code is None or ended in (code if isinstance(code, tuple) else (code,)), (
        words,
        ended,
        said,
    )
    return said
