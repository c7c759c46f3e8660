"""Waivers in the ledger: who accepted which finding of which file as it is, why and until when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ..errors import UsageError
from ..findings import CATALOGUE, Finding, Severity, Waiver
from ..validation import REFUSED
from .kinds import WaiverGiven, WaiverWithdrawn
from .ledger import Ledger, need_words
from .returns import Return

WHOSE = frozenset("IX")  # families about whose return it is and which one counts: decided, never waived
MOST_PLACES = 5  # named in an error


def waivers(ledger: Ledger, today: date) -> tuple[Waiver, ...]:
    """Give every waiver ever given, as it stands on a day."""
    withdrawn = {
        content.waiver: (content.day.isoformat(), entry.by)
        for entry, content in reversed(ledger.entries(WaiverWithdrawn))
    }
    return tuple(
        Waiver(
            given.number, given.code, given.sha256, given.file, given.sheet, given.cell, given.reason, entry.by,
            given.day.isoformat(), given.until.isoformat() if given.until else None,
            *withdrawn.get(given.number, (None, None)),
        ).on(today)
        for entry, given in ledger.entries(WaiverGiven)
    )  # fmt: skip


def refuse_unwaivable(code: str) -> None:
    """Refuse, with `UsageError`, what nobody can accept: a file that cannot be read, a stamp that is not ours."""
    kind = CATALOGUE.get(code.upper())
    if kind is not None and (kind.family == "F" or (kind.refuses and kind.family not in WHOSE)):
        raise UsageError(
            f"{kind.code} ({kind.name}) cannot be waived: it is about the file, not about an answer. "
            "Ask for the file again."
        )
    if kind is not None and kind.family in WHOSE:
        raise UsageError(
            f"{kind.code} ({kind.name}) cannot be waived: it is about whose return it is, or which one counts. "
            "Issue the workbook again, or see `hrge-xl decide`."
        )


def waive(  # noqa: PLR0913 (one parameter an option)
    ledger: Ledger, found: Return, code: str, *, reason: str, by: str, day: date,
    place: tuple[str, str] | None = None, until: date | None = None,
) -> tuple[Waiver, int]:  # fmt: skip
    """Write down that findings of a return are accepted; the waiver, and how many findings it covers.

    Raises `UsageError` when the return has no such finding or it cannot be waived.
    """
    refuse_unwaivable(code)
    need_words("A waiver", reason, by)
    if until is not None and until < day:
        raise UsageError(f"--until {until} is past already. Name a later day, or leave it out.")
    covered = _covered(found, code, place)
    code = covered[0].code
    sheet, cell = (covered[0].sheet, covered[0].cell) if place else (None, None)
    given = WaiverGiven(
        number=ledger.next_number(WaiverGiven), code=code, sha256=str(found.sha256), file=found.name, sheet=sheet,
        cell=cell, reason=reason.strip(), day=day, until=until,
    )  # fmt: skip
    ledger.enter(given, by=by.strip())
    return _numbered(ledger, given.number, day), len(covered)


def _numbered(ledger: Ledger, number: int, day: date) -> Waiver:
    """Give the waiver of a number; the last one where somebody else's entries bear it too."""
    return [each for each in waivers(ledger, day) if each.number == number][-1]


def _covered(found: Return, code: str, place: tuple[str, str] | None) -> Sequence[Finding]:
    """Give the findings meant. Raises `UsageError` with those that there are."""
    if found.verdict == REFUSED:
        raise UsageError(f"{found.path} was refused; nothing in it can be waived. Ask for the file again.")
    same = [each for each in found.findings if each.code.casefold() == code.casefold()]
    covered = [each for each in same if place is None or _folded(each.sheet, each.cell) == _folded(*place)]
    if not covered:
        raise UsageError(_no_such(found, code, place, same))
    if all(each.severity is Severity.INFO for each in covered):
        raise UsageError(f"{code} only says what was read and how: there is nothing to waive.")
    return covered


def _folded(sheet: str | None, cell: str | None) -> tuple[str, str]:
    return (sheet or "").casefold(), (cell or "").upper()


def _no_such(found: Return, code: str, place: tuple[str, str] | None, same: Sequence[Finding]) -> str:
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
        raise UsageError(f"There is no waiver {number}. See `hrge-xl waive --list`.")
    if found.withdrawn is not None:
        raise UsageError(
            f"Waiver {number} was withdrawn on {found.withdrawn} by {found.withdrawn_by} already."
        )
    if not by.strip():
        raise UsageError("Say who withdraws it: --by NAME.")
    taken_back = WaiverWithdrawn(number=ledger.next_number(WaiverWithdrawn), waiver=number, day=day)
    ledger.enter(taken_back, by=by.strip())
    return _numbered(ledger, number, day)
