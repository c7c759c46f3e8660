"""Text of a document, made safe to show in any format."""

from __future__ import annotations

import re

_UNSHOWABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
_COLOUR = re.compile(r"#?([0-9A-Fa-f]{6})")


def fill(colour: str) -> str:
    """Give a colour as `#rrggbb`; white for what is none."""
    match = _COLOUR.fullmatch(colour)
    return f"#{match[1].lower()}" if match else "#ffffff"


def visible(text: str) -> str:
    """Replace what XML, HTML or UTF-8 cannot hold, and what turns the letters around it; the rest stays.

    A control character becomes its picture (U+0007 becomes ␇), a mark that turns letters its number (\\u202e), anything
    else the replacement character.
    """
    if _UNSHOWABLE.search(text) is None:
        return text
    return _UNSHOWABLE.sub(_picture, text.replace("\r\n", "\n"))


def _picture(match: re.Match[str]) -> str:
    point = ord(match[0])
    if point < 0x20:
        return chr(0x2400 + point)
    if 0x2028 <= point <= 0x2069:
        return f"\\u{point:04x}"
    return "\u2421" if point == 0x7F else "\ufffd"
