"""Everything that happened with one team of a round, by day, and what comes next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from ..core.dates import parse_day
from ..core.message_templates import text_of
from ..core.paths import read_regular
from ..core.words import SOURCE_LANGUAGE, counted
from ..core.work import grouped
from ..dataset.return_status import BLANK
from ..dataset.returns import Return
from ..exchange.validation import REFUSED, RETURNED
from ..findings import Waiver
from ..ledger.events import RoundChanged
from ..ledger.judgements import Decision, every_correction, history
from ..ledger.ledger import Ledger, look_up
from ..outputs.compare import compare, in_figures
from ..reader import stamp_alone
from ..reader.limits import LIMITS
from ..rounds.datasets import Dataset
from ..rounds.receiving import Senders, moment_of_mail
from ..rounds.round_status import ISSUED, LATE, NOT_ISSUED, TO_DECIDE, TeamStatus, issued_files
from ..rounds.rounds import Round
from ..rounds.teams import Team

AWAITED = {  # what comes next where a team is in this state
    NOT_ISSUED: "its workbook is still to be issued",
    ISSUED: "its answer is awaited",
    LATE: "its answer is overdue: remind it",
    BLANK: "its workbook came back blank: its answer is awaited",
    TO_DECIDE: "decide which of its returns counts",
    RETURNED: "its corrections are awaited",
    REFUSED: "ask for the file again",
}


class Happening(NamedTuple):
    """What happened on a day, in a line; its `kind` is a word such as came, waived or corrected."""

    day: date | None
    kind: str
    text: str


def team_history(dataset: Dataset, team_status: TeamStatus) -> list[Happening]:
    """Tell what happened with a team, the oldest first: what went out and came in, and what was entered about it.

    What concerns the round stands in its ledger, decisions and waivers in that of the dataset, which may lie elsewhere.
    """
    assert dataset.round is not None
    assert dataset.folder is not None
    with Ledger.open(dataset.round.folder, write=False) as ledger:
        happened = [
            *_find_outgoing(dataset.round, team_status.team, ledger),
            *_find_incoming(dataset, dataset.round, team_status, ledger),
            *_find_changes(team_status.team, ledger),
        ]
    happened += _find_judgements(
        dataset.waivers, look_up(dataset.folder, history) or (), team_status
    )
    contents = {return_.sha256 for return_ in team_status.returns}
    happened += [
        Happening(parse_day(correction.day), "corrected", correction.text)
        for correction in look_up(dataset.folder, every_correction) or ()
        if correction.sha256 in contents
    ]
    return sorted(happened, key=lambda happening: happening.day or date.min)


def what_comes_next(team_status: TeamStatus) -> str:
    """Say it in a line; nothing where all is done."""
    next_step = AWAITED.get(team_status.state, "")
    deadline = team_status.team.deadline
    if not next_step or deadline is None or team_status.state == TO_DECIDE:
        return next_step
    late = f", {counted(team_status.overdue, 'day')} overdue" if team_status.overdue else ""
    return f"{next_step} (deadline {deadline}{late})"


def _find_outgoing(round_: Round, team: Team, ledger: Ledger) -> Iterator[Happening]:
    """Yield the workbooks that were issued to it, and the mails that were drafted for it."""
    issued = issued_files(round_)
    for code in team.codes:
        for file in issued.get(code, ()):
            stamp = stamp_alone(read_regular(file, LIMITS.file_bytes))
            yield Happening(parse_day(stamp.issued) if stamp else None, "issued", file.name)
    for draft in ledger.drafted().values():
        if draft.team in team.codes and draft.file:
            yield Happening(parse_day(draft.day), "drafted", draft.file)


def _find_incoming(
    dataset: Dataset, round_: Round, team_status: TeamStatus, ledger: Ledger
) -> Iterator[Happening]:
    """Yield its returns, those too that its address sent in the workbook of another team, and its other mails.

    Of each version it is told how it differs from the one before.
    """
    origins = ledger.origins()
    senders = Senders(round_)
    changes = _changes_between_versions(dataset, team_status.returns)
    for return_ in (*team_status.returns, *team_status.sent_for_others):
        origin = origins.get(return_.sha256 or "")
        sender = f", from {origin.sender}" if origin and origin.sender else ""
        errors = f", {counted(return_.open_errors, 'error')}" if return_.open_errors else ""
        state = REFUSED if return_.verdict == REFUSED else return_.status
        text = f"{return_.name} ({return_.known_by}){sender}: {state}{errors}. {text_of(return_.reason)}".rstrip()
        text += changes.get(return_.submission, "")
        yield Happening(return_.lateness[0], "came", text)
    for letter in ledger.letters():
        if team_status.team.code in senders.teams_at(letter.sent_by, letter.sender):
            moment = moment_of_mail(letter.moment)
            text_of_letter = (
                f"without a workbook, from {letter.sender}: {letter.what} ({letter.files})"
            )
            yield Happening(moment and moment.date(), "came", text_of_letter)


def _changes_between_versions(dataset: Dataset, returns: Iterable[Return]) -> dict[str, str]:
    """Say of each return, by submission, how it differs from the version of its workbook before it, if there is one."""
    readable = sorted(
        (return_ for return_ in returns if return_.identity), key=lambda return_: return_.age
    )
    by_workbook = grouped((return_.copy, return_) for return_ in readable)
    successions = [pair for versions in by_workbook.values() for pair in pairwise(versions)]
    names = {return_.submission for pair in successions for return_ in pair}
    # read again, with what was found in cells
    results = {return_.submission: dataset.result(return_) for return_ in dataset.returns([*names])}
    changes: dict[str, str] = {}
    for previous, later in successions:
        comparison = compare(results[previous.submission], results[later.submission])
        figures = " ".join(in_figures(comparison.counts, SOURCE_LANGUAGE))
        changes[later.submission] = f" Since {previous.name}: {figures}"
    return changes


def _find_changes(team: Team, ledger: Ledger) -> Iterator[Happening]:
    """Yield the changes and notes that name it."""
    for entry, event in ledger.events(RoundChanged):
        if not {*team.codes}.isdisjoint(event.teams):
            if event.before == event.after:
                yield Happening(event.day, "note", f"{event.reason} ({entry.by})")
            else:
                text = f"{event.what}, by {entry.by}: {event.reason}"
                yield Happening(event.day, "changed", text)


def _find_judgements(
    waivers: Iterable[Waiver], decided: Iterable[Decision], team_status: TeamStatus
) -> Iterator[Happening]:
    """Yield the decisions and waivers about its returns."""
    hash_by_submission = {return_.submission: return_.sha256 for return_ in team_status.returns}
    for decision in decided:
        if decision.submission in hash_by_submission:
            text = f"{decision.file} {decision.choice}, by {decision.by}: {decision.reason}"
            yield Happening(parse_day(decision.day), "decided", text)
    for waiver in waivers:
        if waiver.sha256 in hash_by_submission.values():
            text = f"{waiver.code} in {waiver.file}, by {waiver.by}: {waiver.reason}"
            yield Happening(parse_day(waiver.day), "waived", text)
