"""Kinds of damage to the full Toolkit workbook, in families, with all that must be found of each: `kinds.yaml`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from tests.damages import drawings, kinds, looks, sheets
from tests.damages.kinds import Edit, Kind, place

EDITS: dict[str, Any] = vars(kinds) | vars(drawings) | vars(looks) | vars(sheets)


def _kind(name: str, entries: list[Any]) -> Kind:
    words = [each for each in entries if isinstance(each, str) and each not in EDITS]
    *way, found = words
    options = next((each for each in entries if isinstance(each, dict) and "file" in each), {})
    return Kind(
        name,
        tuple(_edit(each) for each in entries if each not in words and each != options),
        tuple(sorted((place(each.strip()) for each in found.split(";") if each.strip()), key=str)),
        calculated="answered" not in way,
        by_day="on the day" in way,
        **options,
    )


def _edit(entry: str | dict[str, Any]) -> Edit:
    """What is called as it stands, or made of arguments; those that have a name stand last."""
    if isinstance(entry, str):
        return EDITS[entry]
    ((name, given),) = entry.items()
    given = given if isinstance(given, list) else [given]
    named = given.pop() if isinstance(given[-1], dict) else {}
    return EDITS[name](*given, **named)


TABLE = yaml.safe_load(Path(__file__).with_name("kinds.yaml").read_text(encoding="utf-8"))
KINDS = tuple(_kind(f"{family}: {name}", row) for family, rows in TABLE.items() for name, row in rows.items())
