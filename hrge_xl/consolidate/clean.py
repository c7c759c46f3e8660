"""Texts that every database and file format can hold."""

from __future__ import annotations


def clean(text: str | None) -> str | None:
    """A text that every database and file format can hold: no zero characters, no halves of letters."""
    if not text or (text.isascii() and "\0" not in text):
        return text
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")
