"""The comparison of two versions of a spec, with the returns that it touches: as text and as JSON data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ..answers.answer import Answer
from ..answers.submission import Identity, Submission
from ..exchange.validation import ValidationRequest, readers, validated
from ..layout import Layout
from ..reader import ExpectedReturn, cores
from ..spec.diff import TOUCHING, Change, Effect, Group, SpecDiff, Touch
from ..spec.model import Spec

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


# which answers of returned files a change of the spec touches, cell by cell

WORST_FIRST = (Effect.LOST, Effect.OTHER, Effect.CHECK)


@dataclass(frozen=True, slots=True)
class TouchedAnswer:
    """One answer that is touched, by which changes (their numbers, from 1), and the worst that becomes of it."""

    tool: str
    row: str
    field: str
    sheet: str
    cell: str
    question: str
    effect: Effect
    changes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TouchedFile:
    """One returned file; `refused` names the finding where it could not be read with the older spec."""

    path: str
    team: str = ""
    language: str = ""
    version: str = ""
    answers: int = 0
    touched: tuple[TouchedAnswer, ...] = ()
    new_questions: int = 0
    refused: str = ""

    def count(self, effect: Effect) -> int:
        """Count the answers that come to this."""
        if effect is Effect.KEPT:
            return self.answers - len(self.touched)
        return Counter(each.effect for each in self.touched)[effect]


def touched_files(
    found: SpecDiff, paths: Sequence[Path], older: str, jobs: int, password: str | None = None
) -> Iterator[TouchedFile]:
    """Give every file, one after the other, read with the older spec (`older`: its name or folder) by `jobs` processes
    (0: as many as suit).
    """
    jobs = jobs or cores()
    asked = ValidationRequest(ExpectedReturn(spec=older), date.today(), jobs, password)
    index = _index(found)
    with readers(jobs) as pool:
        for result in validated(paths, asked, pool):
            if result.submission is None or result.layout is None:
                codes = ", ".join(finding.code for finding in result.findings)
                yield TouchedFile(result.path, refused=codes)
            else:
                yield _touched(result.submission, result.layout, found, index)


Index = dict[str, list[tuple[int, Effect, Touch]]]  # by tool; those of every tool under ""


def _index(found: SpecDiff) -> Index:
    index: Index = {}
    for number, change in enumerate(found.changes, start=1):
        if change.effect in TOUCHING:
            for touch in change.touches:
                index.setdefault(touch.tool, []).append((number, change.effect, touch))
    return index


def _touched(sent: Submission, layout: Layout, found: SpecDiff, index: Index) -> TouchedFile:
    stamp = sent.identity
    given = [each for each in sent.answers if not each.calculated and each.original is not None]
    touched = []
    for answer in given:
        hits = [
            (number, effect)
            for number, effect, touch in (*index.get(answer.tool, ()), *index.get("", ()))
            if _meets(touch, answer, stamp)
        ]
        if hits:
            worst = min((effect for _, effect in hits), key=WORST_FIRST.index)
            touched.append(
                TouchedAnswer(
                    *answer.key, answer.sheet, answer.cell, layout.question(layout.slots[answer.key]), worst,
                    tuple(dict.fromkeys(number for number, _ in hits)),
                )
            )  # fmt: skip
    return TouchedFile(
        sent.path, stamp.team, stamp.language, stamp.spec_version, len(given), tuple(touched),
        _new_questions(found, layout.sheet, whole=not stamp.tools),
    )  # fmt: skip


def _meets(touch: Touch, answer: Answer, stamp: Identity) -> bool:
    """Say whether an answer is one of those that a change is about."""
    code = answer.code or (f"{answer.number:g}" if answer.number is not None else "")
    return (
        touch.tool in ("", answer.tool)
        and touch.row in ("", answer.row)
        and touch.field in ("", answer.field)
        and touch.code in ("", code)
        and touch.language in ("", stamp.language)
        and (not touch.past or answer.part > touch.past)
        and not (touch.issued and stamp.rows)
    )


def _new_questions(found: SpecDiff, issued: Iterable[str], *, whole: bool) -> int:
    """Count the questions that the workbook gains: on its sheets, and on new ones where it had all."""
    sheets, count = set(issued), 0
    for change in found.changes:
        tool = change.place.split(" / ")[0]
        if tool in sheets or (whole and change.group is Group.SHEETS):
            count += change.questions
    return count
