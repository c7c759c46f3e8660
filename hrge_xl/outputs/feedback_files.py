"""Writes the feedback on the returns of a dataset: a workbook and a text for each that needs it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from ..answers.answer import Key, Value
from ..answers.submission import INVALID, UNSIGNED
from ..core.errors import Exit, LimitError
from ..core.numerals import shown
from ..core.output_files import write_whole
from ..core.program import isolate_failures
from ..core.words import beginning, translator
from ..core.work import track_progress
from ..dataset.returns import Return, result
from ..dataset.store import Store
from ..exchange.validation import Result, stopped
from ..findings import Finding, Severity, Words, sentence
from ..findings.identity import MADE_FROM_OLDER_VERSION, SIGNATURE_INVALID
from ..layout.wording import text
from ..rounds.datasets import Dataset
from ..rounds.round_status import LeftOut, choose, file_name
from ..spec.load import load
from .feedback import GivenBack, give_back
from .feedback_message import as_data, message


class FeedbackOptions(NamedTuple):
    """What is wanted of the workbooks that are given back."""

    today: date
    output: Path
    spec: str | None = None  # where not the dataset's own
    tools: Sequence[str] | None = None  # other sheets than those issued
    all: bool = False  # also for those with nothing to correct or to look at
    reply_by: date | None = None  # where not the deadline of the workbook
    done: Collection[str] = ()  # submissions whose feedback was given already


@dataclass
class FeedbackResult:
    """What was given back, and what was not."""

    files: list[dict[str, Any]] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    names: set[str] = field(default_factory=set)  # of the workbooks
    warnings: list[str] = field(default_factory=list)  # what must be looked at before it is sent
    totals: list[str] = field(
        default_factory=list
    )  # what was received and what became of it, a sentence each


def give_all(dataset: Dataset, wish: FeedbackOptions, given: FeedbackResult) -> Iterator[dict[str, Any]]:
    """Write the workbooks and texts of a dataset, and give what became of each."""
    chosen, left_out = choose(dataset.of_round())
    given.left_out += left_out
    for found in track_progress(chosen, len(chosen), "Writing feedback"):
        target = wish.output / file_name(found, dataset.spec, given.names)
        if found.submission in wish.done:
            continue
        (made,) = isolate_failures(partial(_give, dataset, wish, target, given), [found], _stopped)
        if isinstance(made, LeftOut):
            given.left_out.append(made)
        else:
            given.files.append(made)
            yield made


def _stopped(found: Return, fault: Exception) -> list[dict[str, Any] | LeftOut]:
    """Leave out a return that a fault of ours shows with."""
    told = stopped(found.path, fault)
    words = text(told, path=found.path)
    why = f"{told.code} {words.message} {words.remedy}".rstrip(".")
    return [LeftOut(found, why, found.path, Exit.REFUSED)]


def _give(
    dataset: Dataset, wish: FeedbackOptions, target: Path, given: FeedbackResult, one: Sequence[Return]
) -> list[dict[str, Any] | LeftOut]:
    """Write the workbook and the text for one return, where they can be made and are wanted; what became of it."""
    (found,) = one
    try:
        made = _written(dataset, found, wish, target, given)
    except LimitError as limit:  # something in this file: the others have their feedback all the same
        why = f"no workbook can be made: {str(limit).rstrip('.')}"
        return [LeftOut(found, why, found.path, Exit.FINDINGS)]
    why = f"{found.verdict}, nothing to correct or to look at (--all gives it back too)"
    return [made or LeftOut(found, why, found.path, is_settled=True)]


def _written(
    dataset: Dataset, found: Return, wish: FeedbackOptions, target: Path, given: FeedbackResult
) -> dict[str, Any] | None:
    """Write them, where they are wanted."""
    spec = load(wish.spec) if wish.spec else dataset.spec
    assert spec is not None
    assert found.identity is not None  # it could be read
    sent, round_ = result(dataset.store, found), dataset.round
    contacts = {team.code: team.contact for team in round_.teams} if round_ else {}
    back = give_back(
        sent, spec, today=wish.today, tools=wish.tools, key=round_.key or None if round_ else None,
        contact=contacts.get(found.team, ""),
        to_look_at=list(answered_otherwise(dataset.store, found, sent, dataset.of_round())),
    )  # fmt: skip
    if not (back.needed or wish.all):
        return None
    given.warnings += _warnings(found, back)
    workbook, letter = (target.with_name(f"{target.name}_{end}") for end in ("feedback.xlsx", "message.txt"))
    write_whole(workbook, back.workbook)
    deadline = wish.reply_by.isoformat() if wish.reply_by else found.identity.deadline
    write_whole(letter, message(sent, back, wish.today, deadline).encode())
    return as_data(found, back, str(workbook), str(letter))


def _warnings(found: Return, back: GivenBack) -> Iterator[str]:
    """Tell what must not be sent before somebody has looked at it."""
    for finding in found.findings:
        if finding.code == MADE_FROM_OLDER_VERSION.code:
            words = text(finding)
            yield f"{finding.code} warning: {words.message} {words.remedy}"
    if not back.identity.signature and found.signature not in (INVALID, UNSIGNED):
        yield (
            f"{found.name}: issued with a signature, given back without one: the key is in the round folder. "
            f"Name the round folder, or it will be returned as unknown ({SIGNATURE_INVALID.code})."
        )


# what may get lost when a team goes on in an older copy

MOST_SHOWN = 300  # characters of an answer
Said = dict[Key, tuple[tuple[Value, ...], str]]  # the answers to a question, and as they were typed


def answered_otherwise(
    store: Store, found: Return, sent: Result, returns: Sequence[Return]
) -> Iterator[Finding]:
    """Yield what the later version, from which a return was not made, had answered otherwise: to be looked at."""
    noticed = (each for each in found.findings if each.code == MADE_FROM_OLDER_VERSION.code and each.open)
    for name in (str(each.details["other"]) for each in noticed):
        same = [each for each in returns if each.name == name and each.about[0] == found.about[0]]
        if same and name:
            yield from _differences(sent, result(store, max(same, key=lambda each: each.age)), name)


def _differences(sent: Result, later: Result, name: str) -> Iterator[Finding]:
    assert sent.layout is not None
    say, here, kind = translator(sent.layout.language), _said(sent), MADE_FROM_OLDER_VERSION
    for key, (values, typed) in _said(later).items():
        slot = sent.layout.slots.get(key)
        if slot is None or here.get(key, ((), ""))[0] == values:
            continue
        told = {"other": name, "answer": beginning(typed, MOST_SHOWN)}
        message = sentence(say("In {other} it was: {answer}"), told)
        remedy = say("Which of the two is right? Put that one into the cell.")
        yield Finding(
            kind.code, kind.name, Severity.WARNING, sent.layout.sheet[slot.tool].name, None, *key,
            value=here.get(key, ((), ""))[1], language=sent.layout.language, words=Words(message, remedy),
        )  # fmt: skip


def _said(one: Result) -> Said:
    """Give what a return says, by question."""
    found: Said = {}
    for each in one.submission.answers if one.submission else ():
        if each.value is not None and not each.calculated:
            values, typed = found.get(each.key, ((), ""))
            text = "" if each.original is None else shown(each.original)
            found[each.key] = (*values, each.value), "; ".join(filter(None, (typed, text)))
    return found
