"""Which mails to teams are due: issues, reminders, corrections and thanks, each with what it is about and its files."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from ...core.words import SOURCE_LANGUAGE
from ...dataset.returns import Return
from ...exchange.validation import ACCEPTED, RETURNED
from ...ledger.files import sha256_of
from ...ledger.ledger import Drafted
from ...rounds.round_status import ISSUED, LATE, TeamStatus, issued_files
from ...rounds.rounds import FEEDBACK, Round
from ...rounds.teams import Team
from ..guides import guide_name
from . import MailType

DAYS_BEFORE = 7  # the deadline that a team is reminded of it
EVERY = 7  # days between two reminders of the same


class PendingMail(NamedTuple):
    """A mail that is due. `key` says what it is about: there is one of each, once."""

    key: str
    occasion: MailType
    team: Team
    name: str  # of its file
    attached: Sequence[Path] | None = ()  # None: it was looked at, and there is nothing to say
    facts: Mapping[str, str] = {}


def feedback_key(found: Return, spec_digest: str) -> str:
    """Give the key of feedback on a return: its content, what is found in it and accepted of that, and the spec."""
    said = [f"{each.code} {each.sheet} {each.cell} {each.open}" for each in found.findings]
    digest = sha256("\n".join([spec_digest, *sorted(said)]).encode("utf-8", "surrogatepass")).hexdigest()
    return f"{MailType.FEEDBACK}:{found.submission}:{digest[:8]}"


def issue_due(round_: Round, statuses: Iterable[TeamStatus]) -> Iterator[PendingMail]:
    """Yield the workbooks of teams that have sent nothing yet, with the guide in the language of each."""
    for each in statuses:
        files = issued_files(round_, each.team)
        if files and not each.returns:
            digest = _digest(map(sha256_of, files))
            guide = files[0].with_name(guide_name(each.team.language or SOURCE_LANGUAGE))
            yield _due(MailType.ISSUE, each.team, digest, _there(*files, guide))


def reminders_due(
    round_: Round, statuses: Iterable[TeamStatus], today: date, sent_something: Collection[str] = ()
) -> Iterator[PendingMail]:
    """Yield a reminder for each team whose answer is due or overdue, but for those whose file could not be read."""
    for each in statuses:
        files = issued_files(round_, each.team)
        owes = each.state in (ISSUED, LATE) and files and each.team.code not in sent_something
        deadline = each.team.deadline
        if not owes or deadline is None:
            continue
        days = (deadline - today).days
        if days < 0:
            yield _due(MailType.AFTER, each.team, f"{deadline}:{(-days - 1) // EVERY + 1}", files)
        elif days <= DAYS_BEFORE:
            yield _due(MailType.BEFORE if days else MailType.ON, each.team, str(deadline), files)


def corrections_due(
    round_: Round, statuses: Iterable[TeamStatus], given: Mapping[str, Drafted], today: date
) -> Iterator[PendingMail]:
    """Yield a reminder for each return whose feedback was written a week ago or more; `given` is it, by submission."""
    for each in statuses:
        for found in (one for one in each.returns if one.verdict == RETURNED and one.submission in given):
            draft = given[found.submission]
            weeks = (today - date.fromisoformat(draft.day)).days // EVERY if draft.file else 0
            if weeks:
                name = Path(draft.file).stem
                workbook = round_.folder / FEEDBACK / f"{name}.xlsx"
                about, named = f"{found.submission}:{weeks}", name.removesuffix(f"_{MailType.FEEDBACK}")
                yield _due(MailType.CORRECT, each.team, about, _there(workbook), name=named)


def thanks_due(statuses: Iterable[TeamStatus], given: Mapping[str, Drafted]) -> Iterator[PendingMail]:
    """Yield thanks to each team whose returns were all accepted, with nothing to say about any."""
    for each in statuses:
        settled = [given.get(found.submission) for found in each.counting]
        if each.state == ACCEPTED and all(draft and not draft.file for draft in settled):
            about = _digest(sorted(found.submission for found in each.counting))
            yield _due(MailType.THANKS, each.team, about, (), file=each.newest.name if each.newest else "")


def _there(*files: Path) -> list[Path]:
    return [file for file in files if file.is_file()]


def _digest(parts: Iterable[str]) -> str:
    return sha256("".join(parts).encode()).hexdigest()[:12]


def _due(
    occasion: MailType, team: Team, about: str, attached: Sequence[Path], *, name: str = "", **facts: str
) -> PendingMail:
    """Give a mail about something; `name` is that of a file where a team may have several."""
    key = f"{occasion}:{team.code}:{about}"
    return PendingMail(key, occasion, team, f"{name or team.code}_{occasion}", attached, facts)
