"""Decides about returns, waives what was found in them and corrects answers: what people may enter into the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from ..answers.corrections import OfficeCorrection, in_force
from ..answers.submission import Answer, CellKey, Submission
from ..core.errors import UsageError, remedy_for
from ..core.message_templates import text_of
from ..core.numerals import shown
from ..core.paths import name_of, quoted
from ..core.words import SOURCE_LANGUAGE
from ..exchange.validation import REFUSED, Reader, Result, ValidationRequest
from ..fields import Field
from ..findings import CATALOGUE, Finding, Severity, Waiver
from ..findings.identity import SIGNATURE_INVALID
from ..findings.value import REST_NOT_COUNTED
from ..layout import address, parse_cell
from ..ledger.events import NEXT, AnswerCorrected, DecisionMade, WaiverWithdrawn
from ..ledger.files import has_content, kept_at, under_their_names
from ..ledger.judgements import UNDONE, decisions, every_correction, waivers
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
    decided = decisions(ledger)
    names = {row["submission"]: name_of(str(row["path"])) for row in rows}
    meant = {return_.submission: return_ for return_ in returns}
    for return_ in meant.values():
        if return_.verdict == REFUSED:
            raise UsageError(
                f"{return_.name} was refused: it could not be read, and counts in no case."
            )
        if choice == COUNTS and choice not in possible(return_):
            raise UsageError(
                (
                    f"{return_.name} does not carry our signature ({SIGNATURE_INVALID.code}), and "
                    "no decision makes it ours."
                ),
                remedy="Ask the team for the file it received, or issue it a new one.",
            )
        if choice == UNDONE and return_.submission not in decided:
            decided_names = ", ".join(sorted(decided)) or "none"
            raise UsageError(
                f"Nothing was decided about {return_.name}.",
                remedy=f"Decisions in force are about: {decided_names}.",
            )
    for submission in meant:
        decision = DecisionMade(
            number=NEXT,
            submission=submission,
            file=names.get(submission, ""),
            choice=choice,
            reason=reason.strip(),
            day=day.isoformat(),
            known=len(rows),
        )
        ledger.enter(decision, by=by.strip())


def need_words(entry: str, reason: str, by: str) -> None:
    """Raise `UsageError` where somebody does not say why, or who enters it."""
    for part, text in (("a reason", reason), ("a name", by)):
        if not text.strip():
            raise UsageError(f"{entry} needs {part}: --reason TEXT --by NAME.")


def possible(return_: Return) -> tuple[str, ...]:
    """Return what can be decided about a return; no decision makes a stamp ours that is not."""
    forged = return_.status == EXCLUDED and SIGNATURE_INVALID.code in text_of(return_.reason)
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


def findings_to_waive(return_: Return, code: str, place: tuple[str, str] | None) -> list[Finding]:
    """Return the findings of a return that have a code, all or those at one place (sheet and cell).

    Raises `UsageError` where it has none, or none that can be waived.
    """
    if return_.verdict == REFUSED:
        raise UsageError(
            f"{return_.path} was refused; nothing in it can be waived.",
            remedy="Ask for the file again.",
        )
    same = [finding for finding in return_.findings if finding.code.casefold() == code.casefold()]
    covered = [
        finding
        for finding in same
        if place is None or _folded(finding.sheet, finding.cell) == _folded(*place)
    ]
    if not covered:
        raise UsageError(_no_such(return_, code, place, same))
    if all(finding.severity is Severity.INFO for finding in covered):
        raise UsageError(f"{code} only says what was read and how: there is nothing to waive.")
    return covered


def _folded(sheet: str | None, cell: str | None) -> tuple[str, str]:
    return (sheet or "").casefold(), (cell or "").upper()


def _no_such(
    return_: Return, code: str, place: tuple[str, str] | None, same: Sequence[Finding]
) -> str:
    """Say that a return has no such finding, and which it has."""
    place_text = f" at {place[0]}!{place[1]}" if place else ""
    if same:
        places = [
            f"{finding.sheet}!{finding.cell}" if finding.cell else "(the file)" for finding in same
        ]
        further = (
            f" and {len(places) - MOST_PLACES} more places" if len(places) > MOST_PLACES else ""
        )
        existing = f"It stands at {', '.join(places[:MOST_PLACES])}{further}"
    else:
        codes = sorted(
            {finding.code for finding in return_.findings if finding.severity is not Severity.INFO}
        )
        existing = f"Found were: {', '.join(codes)}" if codes else "Nothing was found in it"
    return f"{return_.path} has no {code}{place_text}. {existing}."


def withdraw(ledger: Ledger, number: int, *, by: str, day: date) -> Waiver:
    """Take a waiver back; it stays in the ledger. Raises `UsageError` when there is none in force."""
    withdrawable = next(
        (waiver for waiver in waivers(ledger, day) if waiver.number == number), None
    )
    if withdrawable is None:
        raise UsageError(
            f"There is no waiver {number}.",
            remedy=f"Those there are: hrge-xl waive --list --ledger {quoted(ledger.home)}",
        )
    if withdrawable.withdrawn is not None:
        raise UsageError(
            f"Waiver {number} was withdrawn on {withdrawable.withdrawn} by {withdrawable.withdrawn_by} already."
        )
    if not by.strip():
        raise UsageError("Say who withdraws it: --by NAME.")
    ledger.enter(WaiverWithdrawn(number=NEXT, waiver=number, day=day), by=by.strip())
    return next(waiver for waiver in reversed(waivers(ledger, day)) if waiver.number == number)


# corrections of answers


def correct(
    ledger: Ledger,
    return_: Return,
    place: tuple[str, str],
    value: str | None,
    request: ValidationRequest,
    *,
    reason: str,
    by: str,
) -> OfficeCorrection:
    """Write down what the office puts into a cell of a return; without a value the answer counts as it came again.

    It is made on the day of the request. The file is read with it before anything is entered. Raises `UsageError` for a
    place where nothing is filled in, and for a value that its question does not take, each with what is possible.
    """
    need_words("A correction", reason, by)
    other_corrections = [
        correction for correction in request.corrections if correction.sha256 == return_.sha256
    ]
    validated = _read(ledger, return_, replace(request, corrections=tuple(other_corrections)))
    sent = validated.submission
    if sent is None:
        refusal = validated.words(validated.findings[0])
        raise UsageError(
            f"{return_.name} was refused; nothing in it can be corrected. {refusal.message}",
            remedy=refusal.remedy,
        )
    sheet, key = _cell_meant(validated, sent, place)
    cell = sent.cells[key[0]][key]
    earlier_correction = next(
        (entry for entry in other_corrections if (entry.key, entry.cell) == (key[:3], cell)), None
    )
    answer = next((answer for answer in sent.answers if answer.cell_key == key), None)
    if value is None and earlier_correction is None:
        raise UsageError(
            f"Nothing was corrected at {sheet}!{cell} of {return_.name}.",
            remedy="Corrections are listed by: hrge-xl decide " + quoted(ledger.home),
        )
    assert validated.layout is not None
    field = validated.layout.slots[key[:3]].field
    came = earlier_correction.came if earlier_correction is not None else _as_shown(answer, field)
    number = max((entry.number for entry in every_correction(ledger)), default=0) + 1
    typed = None if value is None else value.strip()
    new_correction = OfficeCorrection(
        number,
        str(return_.sha256),
        return_.name,
        *key[:3],
        sheet,
        cell,
        came,
        typed,
        reason.strip(),
        by.strip(),
        request.today.isoformat(),
    )
    if typed is not None:
        again = _read(
            ledger,
            return_,
            replace(request, corrections=in_force([*other_corrections, new_correction])),
        )
        _refuse_untaken(again, new_correction, key, answer)
    event = AnswerCorrected(
        number=NEXT,
        sha256=new_correction.sha256,
        file=new_correction.file,
        tool=new_correction.tool,
        row=new_correction.row,
        field=new_correction.field,
        sheet=sheet,
        cell=cell,
        came=came,
        value=typed,
        reason=new_correction.reason,
        day=request.today,
    )
    ledger.enter(event, by=new_correction.by)
    return every_correction(ledger)[-1]


def _read(ledger: Ledger, return_: Return, request: ValidationRequest) -> Result:
    """Read the file of a return once more. Raises `UsageError` where its bytes are not at hand."""
    sha256 = str(return_.sha256)
    places = (kept_at(ledger.home, sha256), ledger.home / return_.path)
    file = next((path for path in places if has_content(path, sha256)), None)
    if file is None:
        raise UsageError(
            f"{return_.name} is neither in its original place nor among the files that were received.",
            remedy="Put it back, then correct it.",
        )
    with under_their_names([(file, return_.path)]) as paths, Reader() as reader:
        return reader.check(paths[0], request)


def _cell_meant(validated: Result, sent: Submission, place: tuple[str, str]) -> tuple[str, CellKey]:
    """Return the sheet, as it is called in the file, and the answer that stands in a cell.

    Raises `UsageError` where there is no such sheet, and where nothing is filled in, with the nearest cell.
    """
    sheet_name = place[0].casefold()
    cell = place[1].upper()
    called = {
        tool: name
        for tool, name in sent.sheets.items()
        if sheet_name in (name.casefold(), tool.casefold())
        or name.casefold().startswith((f"{sheet_name} ", f"{sheet_name}. "))
    }
    if len(called) != 1:
        names = sorted(sent.sheets.values())
        raise UsageError(
            f"The return has no sheet '{place[0]}'.",
            value=place[0],
            remedy=remedy_for(place[0], names),
        )
    ((tool, sheet),) = called.items()
    assert validated.layout is not None
    slots = validated.layout.slots
    filled_in = {
        its_cell: key
        for key, its_cell in sent.cells.get(tool, {}).items()
        if key[:3] in slots and slots[key[:3]].field.asked
    }
    if cell in filled_in:
        return sheet, filled_in[cell]
    at = parse_cell(cell)
    if at is None:
        raise UsageError(f"'{place[1]}' is no cell.", remedy="Write it as the reports do: D12.")
    if not filled_in:
        raise UsageError(f"Nothing is filled in on {sheet}.", value=place[1])
    distances = dict[str, int]()
    for its_cell in filled_in:
        row, column = parse_cell(its_cell) or at
        distances[its_cell] = abs(row - at[0]) + abs(column - at[1])
    nearest = min(distances, key=lambda its_cell: (distances[its_cell], its_cell))
    question = validated.layout.question(slots[filled_in[nearest][:3]])
    raise UsageError(
        f"{sheet}!{address(*at)} is no cell to fill in.",
        value=place[1],
        remedy=f"The nearest one is {sheet}!{nearest}: {question}.",
    )


def _as_shown(answer: Answer | None, field: Field) -> str:
    """Return what stood in a cell as a person saw it; "" of a blank one."""
    if answer is None:
        return ""
    if answer.number is not None and answer.original == answer.number:
        return field.type.said(answer.number)
    return answer.day.isoformat() if answer.day is not None else shown(answer.original or "")


def _refuse_untaken(
    validated: Result, correction: OfficeCorrection, key: CellKey, answer_before: Answer | None
) -> None:
    """Refuse, with `UsageError`, a value that its cell does not take, or that counts there already."""
    sent = validated.submission
    assert sent is not None
    for finding in validated.findings:
        in_cell = (finding.key, finding.cell) == (correction.key, correction.cell)
        of_answer = finding.code[0] == "V" and finding.severity is Severity.ERROR
        if in_cell and (of_answer or finding.code == REST_NOT_COUNTED.code):
            words = validated.words(finding, SOURCE_LANGUAGE)
            meant = f" Did you mean “{finding.suggestion}”?" if finding.suggestion else ""
            raise UsageError(
                f"{correction.sheet}!{correction.cell} does not take “{correction.value}”: {words.message}",
                value=correction.value,
                remedy=f"{words.remedy}{meant}",
            )
    answer_after = next((answer for answer in sent.answers if answer.cell_key == key), None)
    if (answer_before and answer_before.value) == (answer_after and answer_after.value) and not (
        answer_before and answer_before.problem
    ):
        raise UsageError(
            f"{correction.sheet}!{correction.cell} of {correction.file} says “{correction.value}” already."
        )
