"""Kinds of damage to the full Toolkit workbook, in families, with all that must be found of each: `kinds.yaml`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from tests.damage import called, places
from tests.damages import drawings, kinds, looks, sheets
from tests.damages.kinds import Kind

EDITS: dict[str, Any] = vars(kinds) | vars(drawings) | vars(looks) | vars(sheets)


def _kind(name: str, entries: list[Any]) -> Kind:
    *way, found = (each for each in entries if isinstance(each, str) and each not in EDITS)
    edits, file = [], "return.xlsx"
    for entry in entries:
        word, given, named = called(entry)
        if word == "file":
            (file,) = given
        elif isinstance(entry, dict):
            edits.append(EDITS[word](*given, **named))
        elif word in EDITS:
            edits.append(EDITS[word])
    return Kind(
        name, tuple(edits), tuple(places(found)), "answered" not in way, file, "on the day" in way
    )


TABLE = yaml.safe_load(Path(__file__).with_name("kinds.yaml").read_text(encoding="utf-8"))
KINDS = tuple(
    _kind(f"{family}: {name}", row) for family, rows in TABLE.items() for name, row in rows.items()
)
