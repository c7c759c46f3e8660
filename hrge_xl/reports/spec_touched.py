"""Which answers of returned files a change of the spec touches, cell by cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ..answer import Answer
from ..carry_over import question_of
from ..intake import Wanted
from ..layout import Layout
from ..spec.changes import TOUCHING, Effect, Group, Touch
from ..spec.diff import SpecDiff
from ..submission import Identity, Submission
from ..validation import ValidationRequest, readers, validated

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
    """Give every file, one after the other, read with the older spec (`older`: its name or folder)."""
    asked = ValidationRequest(Wanted(spec=older), date.today(), jobs, password)
    index = _index(found)
    with readers(jobs) as pool:
        for result in validated(paths, asked, pool):
            if result.submission is None or result.layout is None:
                codes = ", ".join(finding.code for finding in result.findings)
                yield TouchedFile(result.path, refused=codes)
            else:
                yield _file(result.submission, result.layout, found, index)


Index = dict[str, list[tuple[int, Effect, Touch]]]  # by tool; those of every tool under ""


def _index(found: SpecDiff) -> Index:
    index: Index = {}
    for number, change in enumerate(found.changes, start=1):
        if change.effect in TOUCHING:
            for touch in change.touches:
                index.setdefault(touch.tool, []).append((number, change.effect, touch))
    return index


def _file(sent: Submission, layout: Layout, found: SpecDiff, index: Index) -> TouchedFile:
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
                    *answer.key, answer.sheet, answer.cell, question_of(answer, layout), worst,
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
