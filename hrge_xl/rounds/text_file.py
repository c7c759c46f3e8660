"""Text files that people write or save for us: UTF-8, or UTF-16 that says so, as “Unicode text” of Excel does."""

from __future__ import annotations

import codecs
from pathlib import Path

from ..errors import RoundError
from ..intake.limits import LIMITS
from ..paths import read_regular


def read_text(file: Path, what: str, save_as: str) -> str:
    """Read the text of a file. Raises `RoundError` that says what the file is, and how to save it."""
    try:
        data = read_regular(file, LIMITS.file_bytes)
    except OSError as error:
        raise RoundError(f"{file}: the {what} cannot be read ({error.strerror}). Check the path.") from error
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise RoundError(f"{file.name}: the {what} is not UTF-8 text. Save it as {save_as}.") from error
    if "\0" in text:
        raise RoundError(f"{file.name}: the {what} is not text. Save it as {save_as}.")
    return text
