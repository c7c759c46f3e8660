"""The words that go with a workbook that is given back: for the team in its language, for a program as JSON data."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from ..dataset.returns import Return
from ..findings import sentence
from ..submission import Unplaced
from ..validation import ACCEPTED, Result
from ..words import Translate, translator
from .feedback import GivenBack

SCHEMA = "hrge-xl/feedback/1"
LISTED = 20  # places that the message names; the workbook lists them all


def message(result: Result, given: GivenBack, today: date, deadline: str = "") -> str:
    """A short text to send along, in the language of the workbook. It quotes no answer."""
    details = _details(result, given, deadline)

    def say(text: str) -> str:
        return sentence(translator(given.language)(text), details)

    late = bool(deadline) and deadline < today.isoformat()
    parts = [
        _opening(say, result, given), _to_correct(say, given), _homeless(say, given.homeless),
        _too_long(say, given), _beside(say, given), _next(say, result, given, deadline, late=late),
    ]  # fmt: skip
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def _details(result: Result, given: GivenBack, deadline: str) -> dict[str, str]:
    return {
        "file": Path(result.path).name,
        "errors": str(given.count(urgent=True)),
        "warnings": str(given.count(urgent=False)),
        "homeless": str(len(given.homeless)),
        "more": str(len(given.homeless) - LISTED),
        "too_long": str(len(given.too_long)),
        "beside": str(len(given.beside)),
        "version": given.version,
        "sent_version": given.sent_version,
        "deadline": deadline,
    }


def _opening(say: Translate, result: Result, given: GivenBack) -> list[str]:
    lines = [say("Thank you for {file}.")]
    if result.verdict == ACCEPTED:
        lines.append(say("It was accepted."))
    if given.upgraded:
        lines.append(say("It is of version {sent_version}; the questionnaire is now at version {version}."))
        lines.append(say("The workbook attached is of the new version and holds your answers."))
    return lines


def _to_correct(say: Translate, given: GivenBack) -> list[str]:
    if not given.corrections:
        return [say("Nothing has to be corrected.")]
    if given.count(urgent=True):
        counted = say("Answers to correct: {errors}. To look at: {warnings}.")
    else:
        counted = say("Nothing has to be corrected. To look at: {warnings}.")
    where = say("They stand on the sheet “To correct” of the workbook attached, with links to their cells.")
    return [counted, where]


def _homeless(say: Translate, answers: Sequence[Unplaced]) -> list[str]:
    if not answers:
        return []
    lines = [say("Answers that the workbook attached does not ask for any more: {homeless}.")]
    lines.append(say("Nothing was deleted: they stand on its sheet “Without a place”."))
    lines += [f"- {each.sheet}!{each.cell}: {each.question}" for each in answers[:LISTED]]
    if len(answers) > LISTED:
        lines.append(say("- and {more} more"))
    return lines


def _too_long(say: Translate, given: GivenBack) -> list[str]:
    if not given.too_long:
        return []
    return [
        say("Answers that are longer than a cell of Excel can be: {too_long}."),
        say(
            "They stand on the sheet “Without a place”, in pieces; shorten them and put them into their cells."
        ),
        *(f"- {each.sheet}!{each.cell}: {each.question}" for each in given.too_long[:LISTED]),
    ]


def _beside(say: Translate, given: GivenBack) -> list[str]:
    if not given.beside:
        return []
    return [
        say("Texts and comments outside the cells to fill in: {beside}."),
        say("They stand on the sheet “Without a place”; copy what is an answer to its cell."),
    ]


def _next(say: Translate, result: Result, given: GivenBack, deadline: str, *, late: bool) -> list[str]:
    """What the team does now; nothing where its return is settled."""
    if result.verdict == ACCEPTED and not given.upgraded and not given.count(urgent=True):
        return [say("You need not send it again. If you change something, do so in the workbook attached.")]
    lines = [say("Please go on in the workbook attached, not in your old one.")]
    if late:
        return [*lines, say("It was due by {deadline}; please send it back as soon as you can.")]
    return [*lines, say("Please send it back by {deadline}.")] if deadline else lines


def as_data(found: Return, given: GivenBack, workbook: str, text: str) -> dict[str, Any]:
    """What became of one return, as JSON data; `workbook` and `text` are the files that were written."""
    return {
        "path": found.path,
        "submission": found.submission,
        "sha256": found.sha256,
        "verdict": found.verdict,
        "team": found.team,
        "intervention": found.intervention or found.project,
        "language": given.language,
        "spec": found.spec,
        "sent_version": given.sent_version,
        "version": given.version,
        "workbook": workbook,
        "message": text,
        "answers_kept": given.kept,
        "to_correct": given.count(urgent=True),
        "to_look_at": given.count(urgent=False),
        "without_place": [_place(each) for each in given.homeless],
        "too_long": [_place(each) for each in given.too_long],
        "beside": [_place(each) for each in given.beside],
    }


def _place(each: Unplaced) -> dict[str, str]:
    return {"sheet": each.sheet, "cell": each.cell, "question": each.question, "text": each.text}
