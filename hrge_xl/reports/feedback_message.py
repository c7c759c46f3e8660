"""The words that go with a workbook that is given back: for the team in its language, for a program as JSON data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from ..dataset.returns import Return
from ..findings import sentence
from ..findings.submissions import MADE_FROM_OLDER_VERSION
from ..layout import address
from ..submission import Unplaced
from ..validation import ACCEPTED, Result
from ..words import Translate, day, translator
from ..workbook import Correction, Urgency
from .feedback import GivenBack

SCHEMA = "hrge-xl/feedback/1"
LISTED = 20  # places that the message names; the workbook lists them all
MOST_IMPORTANT = 3


def message(result: Result, given: GivenBack, today: date, deadline: str = "") -> str:
    """Give a short text to send along, in the language of the workbook. It quotes no answer."""
    details = _details(result, given, deadline)

    def say(text: str) -> str:
        return sentence(translator(given.language)(text), details)

    late = bool(deadline) and deadline < today.isoformat()
    parts = [
        [say("Dear colleagues,")], _opening(say, result, given), _upgraded(say, given),
        _older_copy(say, result, given), _to_correct(say, given),
        _most_important(say, given), _missing(say, given), _homeless(say, given.homeless), _too_long(say, given),
        _beside(say, given), _added(say, given), _next(say, result, given, deadline, late=late),
    ]  # fmt: skip
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def _details(result: Result, given: GivenBack, deadline: str) -> dict[str, str]:
    return {
        "file": Path(result.path).name,
        "other": _later_version(result),
        "kept": str(given.kept),
        "complete": str(given.sheets_complete),
        "used": str(given.sheets_used),
        "wrong": str(given.count(Urgency.WRONG)),
        "missing": str(given.count(Urgency.MISSING)),
        "warnings": str(given.count(Urgency.DOUBTFUL)),
        "homeless": str(len(given.homeless)),
        "more": str(len(given.homeless) - LISTED),
        "too_long": str(len(given.too_long)),
        "beside": str(sum(each.sheet not in given.added_sheets for each in given.beside)),
        "version": given.version,
        "sent_version": given.sent_version,
        "deadline": day(date.fromisoformat(deadline), given.language) if deadline else "",
        "contact": given.contact,
    }


def _opening(say: Translate, result: Result, given: GivenBack) -> list[str]:
    """Thanks, and what is good."""
    lines = [say("Thank you for {file}.")]
    if result.verdict == ACCEPTED:
        lines.append(say("It was accepted."))
    if given.kept:
        lines.append(say("Answers received: {kept}. Sheets complete: {complete} of {used}."))
    return lines


def _upgraded(say: Translate, given: GivenBack) -> list[str]:
    if not given.upgraded:
        return []
    return [
        say("It is version {sent_version}; the questionnaire is now at version {version}."),
        say("The attached workbook is the new version and holds your answers."),
    ]


def _older_copy(say: Translate, result: Result, given: GivenBack) -> list[str]:
    """Say that it was made from an older copy, where that shows in an answer."""
    if not given.corrections or not _later_version(result):
        return []
    return [
        say("It was made from an older copy, and not from {other}, which came before it."),
        say("Please look at every answer that was another one there."),
    ]


def _later_version(result: Result) -> str:
    """Give the version that it should have been made from, if it was not."""
    noticed = (each for each in result.findings if each.code == MADE_FROM_OLDER_VERSION.code and each.open)
    return next((str(dict(each.details)["other"]) for each in noticed), "")


def _to_correct(say: Translate, given: GivenBack) -> list[str]:
    """Say how much there is to do, and where it stands."""
    if not given.corrections:
        return [say("Nothing has to be corrected.")]
    if given.to_do:
        counted = say("To correct: {wrong}. Missing: {missing}. To look at: {warnings}.")
    else:
        counted = say("Nothing has to be corrected. To look at: {warnings}.")
    where = say(
        "They are listed on the sheet “To correct” of the attached workbook, with links to their cells."
    )
    return [counted, where]


def _most_important(say: Translate, given: GivenBack) -> list[str]:
    """Give the first things that are wrong: where, and what was asked."""
    wrong = [each for each in given.corrections if each.urgency is Urgency.WRONG]
    if not wrong:
        return []
    return [say("Most important:"), *(f"- {_named(each)}" for each in wrong[:MOST_IMPORTANT])]


def _named(each: Correction) -> str:
    """Name where something is wrong and what was asked, without what was answered."""
    cell = address(*each.place) if each.place else ""
    where = "!".join(filter(None, (each.sheet, cell)))
    return ": ".join(filter(None, (where, " ".join(filter(None, (each.row, each.label))))))


def _missing(say: Translate, given: GivenBack) -> list[str]:
    """Say how many answers each sheet lacks."""
    sheets = Counter(each.sheet for each in given.corrections if each.urgency is Urgency.MISSING)
    return (
        [say("Missing answers, by sheet:"), *(f"- {name}: {n}" for name, n in sheets.items())]
        if sheets
        else []
    )


def _homeless(say: Translate, answers: Sequence[Unplaced]) -> list[str]:
    if not answers:
        return []
    lines = [say("Answers that the attached workbook no longer asks for: {homeless}.")]
    lines.append(say("Nothing was deleted: they are on its sheet “Without a place”."))
    lines += [f"- {each.sheet}!{each.cell}: {each.question}" for each in answers[:LISTED]]
    if len(answers) > LISTED:
        lines.append(say("- and {more} more"))
    return lines


def _too_long(say: Translate, given: GivenBack) -> list[str]:
    if not given.too_long:
        return []
    return [
        say("Answers that are longer than an Excel cell can hold: {too_long}."),
        say(
            "They are on the sheet “Without a place”, in pieces; shorten them and put them into their cells."
        ),
        *(f"- {each.sheet}!{each.cell}: {each.question}" for each in given.too_long[:LISTED]),
    ]


def _beside(say: Translate, given: GivenBack) -> list[str]:
    if all(each.sheet in given.added_sheets for each in given.beside):
        return []
    return [
        say("Texts and comments outside the cells to fill in: {beside}."),
        say("They are on the sheet “Without a place”; copy what is an answer to its cell."),
    ]


def _added(say: Translate, given: GivenBack) -> list[str]:
    """Give the sheets that nobody reads: one line each, however much stands on them."""
    if not given.added_sheets:
        return []
    return [
        say("These sheets are not part of the workbook and were not read:"),
        *(f"- {name}" for name in given.added_sheets),
        say("Their content is kept on the sheet “Without a place”; copy what is an answer to its cell."),
    ]


def _next(say: Translate, result: Result, given: GivenBack, deadline: str, *, late: bool) -> list[str]:
    """Say what the team does now, and whom it can ask; nothing to send where its return is settled."""
    if result.verdict == ACCEPTED and not given.upgraded and not given.to_do:
        lines = [
            say("You do not need to send it again. If you change something, do so in the attached workbook.")
        ]
    else:
        lines = [say("Please continue in the attached workbook, not in your old one.")]
        if late:
            lines.append(say("It was due by {deadline}; please send it back as soon as you can."))
        elif deadline:
            lines.append(say("Please send it back by {deadline}."))
    return [*lines, say("Questions to: {contact}")] if given.contact else lines


def as_data(found: Return, given: GivenBack, workbook: str, text: str) -> dict[str, Any]:
    """Give what became of one return as JSON data; `workbook` and `text` are the files that were written."""
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
        "to_correct": given.count(Urgency.WRONG),
        "missing": given.count(Urgency.MISSING),
        "to_look_at": given.count(Urgency.DOUBTFUL),
        "without_place": [_place(each) for each in given.homeless],
        "too_long": [_place(each) for each in given.too_long],
        "beside": [_place(each) for each in given.beside],
    }


def _place(each: Unplaced) -> dict[str, str]:
    return {"sheet": each.sheet, "cell": each.cell, "question": each.question, "text": each.text}
