"""Findings: what can be noticed, in families, and how it is worded. One block per kind of finding."""

from __future__ import annotations

from collections.abc import Mapping

from ..words import Translate
from . import appearance, file, identity, privacy, structure, submissions, value
from .model import Finding, Kind, Severity, by_code
from .waiver import Waiver, waived

FAMILIES = {
    "F": ("The file", file.KINDS),
    "I": ("Whose workbook it is", identity.KINDS),
    "S": ("What happened to the sheets", (*structure.KINDS, *appearance.KINDS)),
    "V": ("The answers", value.KINDS),
    "X": ("Several returns together", submissions.KINDS),
    "P": ("Personal data", privacy.KINDS),
}
CATALOGUE: Mapping[str, Kind] = by_code(kind for _, kinds in FAMILIES.values() for kind in kinds)


def sentence(template: str, details: Mapping[str, str | None]) -> str:
    """A template with its placeholders filled in; a detail that is not known stays empty."""
    return template.format_map(_Blank({key: text or "" for key, text in details.items()}))


def general(template: str) -> str:
    """A template as it is explained, away from any file: what it would fill in is left open."""
    return template.format_map(_Open())


class _Open(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


def word(kind: Kind, say: Translate, details: Mapping[str, str | None]) -> tuple[str, str]:
    """Message and remedy of a kind in the language of `say`."""
    message = kind.message_of_value if kind.message_of_value and details.get("value") else kind.message
    return sentence(say(message), details), sentence(say(kind.remedy), details)


__all__ = [
    "CATALOGUE",
    "FAMILIES",
    "Finding",
    "Kind",
    "Severity",
    "Waiver",
    "by_code",
    "general",
    "sentence",
    "waived",
    "word",
]
