"""`-` as a path: what comes on standard input, kept in a file for as long as the command takes."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import click

from ..errors import UsageError

STDIN = "-"
LIST = "@-"  # a list of paths, a path a line
NAMES = {STDIN: "stdin.xlsx", LIST: "stdin.txt"}
MOST_BYTES = 100_000_000


class ReturnedPath(click.Path):
    """The path of returned files: a file, folder, glob, @list.txt, or `-` for a workbook on standard input."""

    def __init__(self) -> None:
        super().__init__(allow_dash=True)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Give the path; where it is `-`, that of a file with what comes."""
        text = str(value)
        return text if text not in NAMES else _kept(text, ctx)


def _kept(text: str, ctx: click.Context | None) -> str:
    """Keep standard input in a file until the command is done."""
    data = sys.stdin.buffer.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise UsageError(
            f"{text}: more than {MOST_BYTES // 1_000_000} MB arrived on standard input. Name a file."
        )
    folder = Path(mkdtemp(prefix="hrge-xl-"))
    file = folder / NAMES[text]
    file.write_bytes(data)
    if ctx is not None:
        ctx.find_root().call_on_close(lambda: _remove(file))
    return f"@{file}" if text == LIST else str(file)


def _remove(file: Path) -> None:
    file.unlink(missing_ok=True)
    file.parent.rmdir()
