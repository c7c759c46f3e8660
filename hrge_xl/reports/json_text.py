"""The text of a document: as JSON, and made safe to show in any other format."""

from __future__ import annotations

import json
import re

from .document import Document

_SURROGATE = re.compile("[\ud800-\udfff]")
_UNSHOWABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def render(document: Document) -> str:
    """Give the document as JSON text: keys in their order, nothing lost, a newline at the end.

    Lone surrogates, which UTF-8 cannot hold, are written as `\\uXXXX`, so that reading gives them back.
    """
    text = json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False)
    return _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n"


def visible(text: str) -> str:
    """Replace what XML, HTML or UTF-8 cannot hold by a character that can be seen; the rest stays.

    A control character becomes its picture (U+0007 becomes ␇), anything else the replacement character.
    """
    if _UNSHOWABLE.search(text) is None:
        return text
    return _UNSHOWABLE.sub(_picture, text.replace("\r\n", "\n"))


def _picture(match: re.Match[str]) -> str:
    point = ord(match[0])
    if point < 0x20:
        return chr(0x2400 + point)
    return "\u2421" if point == 0x7F else "\ufffd"
