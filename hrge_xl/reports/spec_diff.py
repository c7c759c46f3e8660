"""The comparison of two versions of a spec, with the returns that it touches: as text and as JSON data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..spec.changes import Change, Effect
from ..spec.diff import SpecDiff
from ..spec.model import Spec
from .spec_touched import TouchedFile

SCHEMA = "hrge-xl/spec-diff/1"
COUNTED = {
    Effect.KEPT: "kept",
    Effect.CHECK: "to be checked again",
    Effect.OTHER: "that would mean something else",
    Effect.LOST: "without a place",
}


def lines(found: SpecDiff) -> Iterator[str]:
    """Give the changes by heading, a line each, numbered; below it what to do."""
    yield _head(found)
    group = None
    for number, change in enumerate(found.changes, start=1):
        if change.group is not group:
            group = change.group
            yield f"\n{group.value}"
        yield f"  {number}. {_said(change)}"
        if change.note:
            yield f"     {change.note}"
    yield f"\n{_verdict(found)}"


def summary(found: SpecDiff) -> Iterator[str]:
    """Say how many changes there are, what they mean for answers given before, and whether one breaks."""
    yield _head(found)
    counts = Counter(change.effect for change in found.changes)
    yield from (f"  {effect.value}: {counts[effect]}" for effect in Effect if counts[effect])
    yield _verdict(found)


def _head(found: SpecDiff) -> str:
    old, new = found.old, found.new
    return f"{old.name} {old.version} → {new.name} {new.version}. Changes: {len(found.changes)}."


def _verdict(found: SpecDiff) -> str:
    broken = [str(number) for number, change in enumerate(found.changes, start=1) if change.breaks]
    if broken:
        return f"Broken, because codes are permanent: {', '.join(broken)}."
    return "Nothing breaks: every answer given before keeps its place and its meaning."


def _said(change: Change) -> str:
    mark = "BREAKS: " if change.breaks else ""
    pair = f" “{change.before}”" if change.before else ""
    if change.after:
        pair += f" → “{change.after}”" if change.before else f" “{change.after}”"
    return f"{mark}{change.place}: {change.what}{pair}: {change.effect.value}."


def file_lines(file: TouchedFile, *, places: bool) -> Iterator[str]:
    """Give one returned file: how many of its answers come to what; with `places` every cell that is touched."""
    if file.refused:
        yield f"{file.path}: refused ({file.refused}). Try `hrge-xl validate` to see why."
        return
    told = ", ".join(f"{count} {words}" for effect, words in COUNTED.items() if (count := file.count(effect)))
    who = ", ".join(part for part in (file.team, file.language, file.version) if part)
    new = f" New questions: {file.new_questions}." if file.new_questions else ""
    yield f"{Path(file.path).name} ({who}): {file.answers} answers: {told or 'none'}.{new}"
    for each in file.touched if places else ():
        numbers = ", ".join(str(number) for number in each.changes)
        yield f"  {each.sheet}!{each.cell} {each.question}: {each.effect.value} ({numbers})"


def as_data(found: SpecDiff, files: Iterable[TouchedFile]) -> dict[str, Any]:
    """Give all of it as JSON data."""
    return {
        "schema": SCHEMA,
        "before": _version(found.old),
        "after": _version(found.new),
        "breaks": found.breaks,
        "changes": [_change(number, each) for number, each in enumerate(found.changes, start=1)],
        "returned": [_file(each) for each in files],
    }


def _version(spec: Spec) -> dict[str, str]:
    return {"spec": spec.name, "version": spec.version, "digest": spec.digest}


def _change(number: int, change: Change) -> dict[str, Any]:
    row = asdict(change) | {"group": change.group.value, "effect": change.effect.value}
    del row["touches"]
    return {"number": number, **row}


def _file(file: TouchedFile) -> dict[str, Any]:
    counts = {effect.name.lower(): file.count(effect) for effect in COUNTED}
    touched = [asdict(each) | {"effect": each.effect.value} for each in file.touched]
    return asdict(file) | {"counts": counts, "touched": touched}
