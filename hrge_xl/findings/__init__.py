"""Findings: what can be noticed, in families, and how it is worded.

One block per kind of finding says its code, severity, message, remedy, reason and example; a new one is listed
nowhere else. Whoever notices something names the kind and a place, and gets a finding: plain values, which are put into
words at the edge.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from types import ModuleType

from ..core.errors import plain
from ..core.words import Translate, translator
from . import file, identity, structure, value
from .model import (
    Detail,
    Details,
    Finding,
    InFeedback,
    Kind,
    Need,
    Severity,
    Waiver,
    Words,
    codes,
    excerpt,
    waived,
)


def _kinds(*modules: ModuleType) -> tuple[Kind, ...]:
    """Return the kinds that some modules define, in their order there: a new one is listed nowhere else.

    Each is called like its constant. Python tells the attributes of classes their names, but not those of modules.
    """
    named = [
        pair for module in modules for pair in vars(module).items() if isinstance(pair[1], Kind)
    ]
    for name, kind in named:
        kind.__set_name__(None, name)
    return tuple(kind for _, kind in named)


_ALL = _kinds(file, identity, structure, value)
FAMILIES = {
    letter: (title, tuple(kind for kind in _ALL if kind.family == letter))
    for letter, title in {
        "F": "The file",
        "I": "Whose workbook it is",
        "S": "What happened to the sheets",
        "V": "The answers",
        "X": "Several returns together",
        "P": "Personal data",
    }.items()
}
USUALLY_SHOWN = {
    "file": "PAK-2025.xlsx",
    "sheet": "Risks",
    "cell": "D9",
    "label": "Likelihood",
    "part": "xl/worksheets/sheet3.xml",
    "log": "hrge-xl.log",
    "submission": "3f9a2c",
}  # where documentation needs an example of a detail and a kind has none of its own
CATALOGUE: Mapping[str, Kind] = {
    kind.code: kind for _, kinds in FAMILIES.values() for kind in kinds
}
if len(CATALOGUE) < sum(len(kinds) for _, kinds in FAMILIES.values()):
    raise ValueError("a finding code is used twice")


def kind_called(text: str) -> Kind | None:
    """Return the kind with a code or name, however it is written; None where there is none."""
    plain_text = plain(text)
    return next(
        (kind for kind in CATALOGUE.values() if plain_text in (plain(kind.code), plain(kind.name))),
        None,
    )


def needing(need: Need) -> tuple[str, ...]:
    """Return the codes of the kinds that cannot be seen where something is not known."""
    return tuple(kind.code for kind in CATALOGUE.values() if need in kind.needs)


def sentence(template: str, details: Details, unknown: str = "") -> str:
    """Return a template with its placeholders filled in; a detail that is not known stays empty, or as `unknown`."""
    texts = {key: str(text or "") for key, text in details.items()}
    return template.format_map(defaultdict(lambda: unknown, texts))


def shown(kind: Kind, say: Translate) -> tuple[str, str]:
    """Return message and remedy of a kind as they read in its example: no placeholder is left."""
    details = {**USUALLY_SHOWN, **kind.shown}
    return general(say(kind.message), details), general(say(kind.remedy), details)


def general(template: str, details: Mapping[str, str] | None = None) -> str:
    """Return a template as it is explained, away from any file: what it would fill in is left open."""
    return sentence(template, details or {}, "…")


_LABEL = re.compile(r"^\{label\}\s*[:：]\s*")  # before what is said of one answer


def problem(kind: Kind, language: str) -> str:
    """Say what is wrong, without the question that it is about and what was answered."""
    return general(_LABEL.sub("", translator(language)(kind.message)))


__all__ = [
    "CATALOGUE",
    "FAMILIES",
    "USUALLY_SHOWN",
    "Detail",
    "Details",
    "Finding",
    "InFeedback",
    "Kind",
    "Need",
    "Severity",
    "Waiver",
    "Words",
    "codes",
    "excerpt",
    "general",
    "kind_called",
    "needing",
    "problem",
    "sentence",
    "shown",
    "waived",
]
