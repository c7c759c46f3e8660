"""The words that go with a workbook that is given back: for the team in its language, for a program as JSON data."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from ..answers.submission import Unplaced
from ..core.words import day, translator
from ..dataset.returns import Return
from ..exchange.validation import ACCEPTED, Result
from ..findings import sentence
from ..findings.identity import MADE_FROM_OLDER_VERSION
from ..layout import address
from ..workbook import Correction, Urgency
from .feedback import GivenBack
from .page import plain_environment

SCHEMA = "hrge-xl/feedback/1"
LISTED = 20  # places that the message names; the workbook lists them all
MOST_IMPORTANT = 3


def message(result: Result, given: GivenBack, today: date, deadline: str = "") -> str:
    """Give a short text to send along, in the language of the workbook. It quotes no answer."""
    beside = sum(each.sheet not in given.added_sheets for each in given.beside)
    later = _later_version(result)
    details = {
        "file": Path(result.path).name,
        "other": later,
        "kept": str(given.kept),
        "complete": str(given.sheets_complete),
        "used": str(given.sheets_used),
        "wrong": str(given.count(Urgency.WRONG)),
        "missing": str(given.count(Urgency.MISSING)),
        "warnings": str(given.count(Urgency.DOUBTFUL)),
        "homeless": str(len(given.homeless)),
        "more": str(len(given.homeless) - LISTED),
        "too_long": str(len(given.too_long)),
        "beside": str(beside),
        "version": given.version,
        "sent_version": given.sent_version,
        "deadline": day(date.fromisoformat(deadline), given.language) if deadline else "",
        "contact": given.contact,
    }
    translate = translator(given.language)
    template = plain_environment().get_template("message.txt.j2")
    return template.render(
        say=lambda text: sentence(translate(text), details),
        given=given,
        accepted=result.verdict == ACCEPTED,
        later=later,
        wrong=[each for each in given.corrections if each.urgency is Urgency.WRONG][:MOST_IMPORTANT],
        missing=Counter(each.sheet for each in given.corrections if each.urgency is Urgency.MISSING),
        named=_named,
        beside=beside,
        most=LISTED,
        deadline=deadline,
        late=bool(deadline) and deadline < today.isoformat(),
    )


def _later_version(result: Result) -> str:
    """Give the version that it should have been made from, if it was not."""
    noticed = (each for each in result.findings if each.code == MADE_FROM_OLDER_VERSION.code and each.open)
    return next((str(dict(each.details)["other"]) for each in noticed), "")


def _named(each: Correction) -> str:
    """Name where something is wrong and what was asked, without what was answered."""
    cell = address(*each.place) if each.place else ""
    where = "!".join(filter(None, (each.sheet, cell)))
    return ": ".join(filter(None, (where, " ".join(filter(None, (each.row, each.label))))))


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
