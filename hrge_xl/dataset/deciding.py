"""Decides about returns, and waives what was found in them: what people may enter into the ledger, and what not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from ..core.errors import UsageError, remedy_for
from ..core.message_templates import text_of
from ..core.paths import name_of, quoted
from ..exchange.validation import REFUSED
from ..findings import CATALOGUE, Finding, Severity, Waiver
from ..findings.identity import SIGNATURE_INVALID
from ..ledger.events import NEXT, DecisionMade, WaiverGiven, WaiverWithdrawn
from ..ledger.judgements import UNDONE, decisions, waivers
from ..ledger.ledger import Ledger
from .return_status import COUNTS, EXCLUDED, WITHDRAWN
from .returns import Return

CHOICES = (COUNTS, WITHDRAWN, UNDONE)
WHOSE = frozenset(
    "IX"
)  # families about whose return it is and which one counts: decided, never waived
MOST_PLACES = 5  # named in an error


def decide(
    ledger: Ledger, returns: Sequence[Return], choice: str, *, reason: str, by: str, day: date
) -> None:
    """Write down what becomes of returns: `counts`, `withdrawn`, or `undone` for what was decided before.

    Raises `UsageError` where nothing is to be decided about one of them: then nothing is written.
    """
    need_words("A decision", reason, by)
    if choice not in CHOICES:
        raise UsageError(
            f"A return cannot be '{choice}'.", value=choice, remedy=remedy_for(choice, CHOICES)
        )
    rows = ledger.rows()
    before = decisions(ledger)
    names = {row["submission"]: name_of(str(row["path"])) for row in rows}
    meant = {found.submission: found for found in returns}
    for found in meant.values():
        if found.verdict == REFUSED:
            raise UsageError(
                f"{found.name} was refused: it could not be read, and counts in no case."
            )
        if choice == COUNTS and choice not in possible(found):
            raise UsageError(
                (
                    f"{found.name} does not carry our signature ({SIGNATURE_INVALID.code}), and "
                    "no decision makes it ours."
                ),
                remedy="Ask the team for the file it received, or issue it a new one.",
            )
        if choice == UNDONE and found.submission not in before:
            known = ", ".join(sorted(before)) or "none"
            raise UsageError(
                f"Nothing was decided about {found.name}.",
                remedy=f"Decisions in force are about: {known}.",
            )
    for submission in meant:
        made = DecisionMade(
            number=NEXT, submission=submission, file=names.get(submission, ""), choice=choice, reason=reason.strip(),
            day=day.isoformat(), known=len(rows),
        )  # fmt: skip
        ledger.enter(made, by=by.strip())


def need_words(what: str, reason: str, by: str) -> None:
    """Raise `UsageError` where somebody does not say why, or who enters it."""
    for part, text in (("a reason", reason), ("a name", by)):
        if not text.strip():
            raise UsageError(f"{what} needs {part}: --reason TEXT --by NAME.")


def possible(found: Return) -> tuple[str, ...]:
    """Return what can be decided about a return; no decision makes a stamp ours that is not."""
    forged = found.status == EXCLUDED and SIGNATURE_INVALID.code in text_of(found.reason)
    return (WITHDRAWN,) if forged else (COUNTS, WITHDRAWN)


# waivers


def refuse_unwaivable(code: str, folder: Path) -> None:
    """Refuse, with `UsageError`, what nobody can accept: a file that cannot be read, a stamp that is not ours."""
    kind = CATALOGUE.get(code.upper())
    why = ""
    if kind is not None and kind.family in WHOSE:
        why = (
            "whose return it is, or which one counts. Issue the workbook again, or see "
            f"what is to be decided: hrge-xl decide {quoted(folder)}"
        )
    elif kind is not None and (kind.family == "F" or kind.refuses):
        why = "the file, not about an answer. Ask for the file again."
    if kind is not None and why:
        raise UsageError(f"{kind.code} ({kind.name}) cannot be waived: it is about {why}")


def waive(  # noqa: PLR0913 (one parameter an option)
    ledger: Ledger, found: Return, code: str, *, reason: str, by: str, day: date,
    place: tuple[str, str] | None = None, until: date | None = None,
) -> tuple[Waiver, int]:  # fmt: skip
    """Write down that findings of a return are accepted; the waiver, and how many findings it covers.

    Raises `UsageError` when the return has no such finding or it cannot be waived.
    """
    refuse_unwaivable(code, ledger.home)
    need_words("A waiver", reason, by)
    if until is not None and until < day:
        raise UsageError(
            f"--until {until} is past already.", remedy="Name a later day, or leave it out."
        )
    if found.verdict == REFUSED:
        raise UsageError(
            f"{found.path} was refused; nothing in it can be waived.",
            remedy="Ask for the file again.",
        )
    same = [each for each in found.findings if each.code.casefold() == code.casefold()]
    covered = [
        each for each in same if place is None or _folded(each.sheet, each.cell) == _folded(*place)
    ]
    if not covered:
        raise UsageError(_no_such(found, code, place, same))
    if all(each.severity is Severity.INFO for each in covered):
        raise UsageError(f"{code} only says what was read and how: there is nothing to waive.")
    code = covered[0].code
    sheet, cell = (covered[0].sheet, covered[0].cell) if place else (None, None)
    given = WaiverGiven(
        number=NEXT, code=code, sha256=str(found.sha256), file=found.name, sheet=sheet,
        cell=cell, reason=reason.strip(), day=day, until=until,
    )  # fmt: skip
    ledger.enter(given, by=by.strip())
    return waivers(ledger, day)[-1], len(covered)


def _folded(sheet: str | None, cell: str | None) -> tuple[str, str]:
    return (sheet or "").casefold(), (cell or "").upper()


def _no_such(
    found: Return, code: str, place: tuple[str, str] | None, same: Sequence[Finding]
) -> str:
    """Say that a return has no such finding, and which it has."""
    where = f" at {place[0]}!{place[1]}" if place else ""
    if same:
        places = [f"{each.sheet}!{each.cell}" if each.cell else "(the file)" for each in same]
        more = f" and {len(places) - MOST_PLACES} more places" if len(places) > MOST_PLACES else ""
        there = f"It stands at {', '.join(places[:MOST_PLACES])}{more}"
    else:
        codes = sorted({each.code for each in found.findings if each.severity is not Severity.INFO})
        there = f"Found were: {', '.join(codes)}" if codes else "Nothing was found in it"
    return f"{found.path} has no {code}{where}. {there}."


def withdraw(ledger: Ledger, number: int, *, by: str, day: date) -> Waiver:
    """Take a waiver back; it stays in the ledger. Raises `UsageError` when there is none in force."""
    found = next((each for each in waivers(ledger, day) if each.number == number), None)
    if found is None:
        raise UsageError(
            f"There is no waiver {number}.",
            remedy=f"Those there are: hrge-xl waive --list --ledger {quoted(ledger.home)}",
        )
    if found.withdrawn is not None:
        raise UsageError(
            f"Waiver {number} was withdrawn on {found.withdrawn} by {found.withdrawn_by} already."
        )
    if not by.strip():
        raise UsageError("Say who withdraws it: --by NAME.")
    ledger.enter(WaiverWithdrawn(number=NEXT, waiver=number, day=day), by=by.strip())
    return next(waiver for waiver in reversed(waivers(ledger, day)) if waiver.number == number)
