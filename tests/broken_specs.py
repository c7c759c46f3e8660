"""Specs as people break them who do not write YAML every day: tests/broken_specs.yaml has the changes of each.

    python -m tests.broken_specs       writes tests/broken_specs.txt again: what `spec check` says of each of them

Read what has changed there as one of these people: is it said where, what, why, and what to do?
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from hrge_xl import load, try_out
from hrge_xl.core.errors import SpecError
from tests.face import find

SAID = Path(__file__).with_suffix(".txt")
BROKEN: dict[str, list[tuple[str, str | None, str]]] = yaml.safe_load(
    SAID.with_suffix(".yaml").read_text(encoding="utf-8")
)


def damage(folder: Path, file: str, old: str | None, new: str) -> tuple[int, int]:
    """Replace a text in a file, add to it or replace all of it; gives line and column of the place."""
    path = folder / file
    path.parent.mkdir(exist_ok=True)
    text = path.read_text(encoding="utf-8") if path.exists() and old is not None else ""
    assert (old or "") in text, f"{old!r} is not in {file}"
    where = text.index(old) if old else len(text)
    path.write_text(text[:where] + new + text[where + len(old or "") :], encoding="utf-8")
    return text.count("\n", 0, where) + 1, where - (text.rfind("\n", 0, where) + 1) + 1


def said_of(folder: Path) -> list[str]:
    """What is said of a spec that is tried out."""
    try:
        try_out(load(folder))
    except SpecError as error:
        return list(error.lines)
    return []


def mistakes(folder: Path) -> list[str]:
    """What is said of a spec that is only read; it must be something."""
    with pytest.raises(SpecError) as caught:
        load(folder)
    return [str(mistake) for mistake in caught.value.mistakes]


def said(name: str, folder: Path) -> list[str]:
    """What is said of one of the broken specs, in a folder that is empty yet."""
    spec = Path(shutil.copytree(find("example"), folder / "spec"))
    for file, old, new in BROKEN[name]:
        damage(spec, file, old, new)
    return said_of(spec)


def expected() -> dict[str, list[str]]:
    """What is to be said of each, by name."""
    parts = SAID.read_text(encoding="utf-8").split("## ")[1:]
    return {
        lines[0]: [line.strip() for line in lines[1:] if line]
        for lines in (p.split("\n") for p in parts)
    }


def _found() -> Iterator[str]:
    for name in BROKEN:
        with tempfile.TemporaryDirectory() as folder:
            yield "\n    ".join([f"## {name}", *said(name, Path(folder))]) + "\n"


if __name__ == "__main__":
    SAID.write_text("\n".join(_found()), encoding="utf-8")
