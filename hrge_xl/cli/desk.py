"""`hrge-xl open`: a round as pages in the browser of this computer."""

from __future__ import annotations

import webbrowser
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory

from ..core.errors import OutputError
from ..core.words import SOURCE_LANGUAGE
from ..ledger.files import write_secret
from .common import verb
from .terminal import line

HOW_TO_END = "It ends with Ctrl+C, with this window, or after an hour without a click. The address is for you alone."


@verb("open")
def open(
    folder: Path | None, port: int, no_browser: bool, read_only: bool, language: str | None
) -> None:
    """Open a round as pages in your browser: what came, who has answered, letters, corrections, decisions, figures.

    The pages stand on this computer alone, for the browser that opens the address, which is printed first. Each shows
    the command that does the same. Without a ROUND it lists those that lie here, and can begin one. It needs the extra
    desk: pip install "hrge-xl[desk]".

    \b
    hrge-xl open 2026-H1
    hrge-xl open 2026-H1 --read-only

    Next: hrge-xl status 2026-H1
    """
    try:
        from ..desk.server import serve
    except ModuleNotFoundError as error:
        raise OutputError(
            f"The desk needs {error.name}, which is not installed.",
            remedy='Install the extra: pip install "hrge-xl[desk]"',
        ) from error
    with TemporaryDirectory(prefix="hrge-xl-") as home:

        def show(address: str) -> None:
            line(address)
            line(HOW_TO_END, err=True)
            if not no_browser:
                _open_in_browser(address, Path(home, "open.html"))

        serve(folder, show, port=port, read_only=read_only, language=language or SOURCE_LANGUAGE)


def _open_in_browser(address: str, file: Path) -> None:
    """Open an address by a file that only its owner reads: others see with which words a program was started."""
    leads_on = f'<meta http-equiv="refresh" content="0;url={escape(address)}">'
    write_secret(file, f'<!DOCTYPE html><meta charset="utf-8">{leads_on}'.encode())
    webbrowser.open(file.as_uri())
