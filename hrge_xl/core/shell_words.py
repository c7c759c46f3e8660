"""Paths and names as they are typed into the shell in use: in a command that a message tells to give."""

from __future__ import annotations

import os
import re
import shlex

_PLAIN_ON_WINDOWS = re.compile(r"[\w.:\\/+@=~-]+")  # needs no quotes, neither in PowerShell nor in cmd.exe


def quoted(word: str | os.PathLike[str]) -> str:
    """Give a word in quotes where the shell would take it for several words, or for something else.

    On Windows in double ones, which both PowerShell and cmd.exe know.
    """
    text = os.fspath(word)
    if os.name == "nt":
        return text if _PLAIN_ON_WINDOWS.fullmatch(text) else f'"{text}"'
    return shlex.quote(text)
