"""Writes a text as part of the name of a file, so that any system can have it."""

from __future__ import annotations

import re
from hashlib import sha256

from ..paths import UNSEEN

UNSAFE = re.compile(rf'[\s<>:"/\\|?*\x00-\x1f\x7f-\x9f{UNSEEN}]+')  # what nobody wants in the name of a file
MOST_CHARACTERS, MOST_BYTES = 60, 90  # of each part of a name
DIGITS = 8  # of a digest
# what Windows keeps for itself
DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)


def file_part(text: str) -> str:
    """Write a text as part of the name of a file, on any system; a digest stands for what is too long of it."""
    name = UNSAFE.sub("-", text.strip()).strip("-. ")
    short = name[:MOST_CHARACTERS].encode()[:MOST_BYTES].decode(errors="ignore").strip("-. ")
    if DEVICES.fullmatch(name):
        return f"{name}_"
    return name if short == name else f"{short}-{sha256(name.encode()).hexdigest()[:DIGITS]}"
