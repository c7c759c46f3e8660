"""Where the teams of a round stand: what came back, what counts of it, and what is still owed.

And which of the returns get feedback, and what teams sent that is no answer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from ..core.errors import Exit, listed
from ..core.message_templates import text_of
from ..core.paths import file_part, free_name, name_of
from ..core.words import SOURCE_LANGUAGE, translator
from ..core.work import grouped
from ..dataset.return_status import (
    BLANK,
    CONFLICT,
    COUNTS,
    DOUBTS,
    EXCLUDED,
    SUPERSEDED,
    WAITING,
    WITHDRAWN,
)
from ..dataset.returns import Return, settled
from ..exchange.validation import ACCEPTED, REFUSED
from ..findings import Kind, Severity
from ..findings.identity import ANOTHER_ROUND, MADE_FROM_OLDER_VERSION, SENDER_NOT_THE_TEAMS
from ..layout.wording import text
from ..ledger.events import FILE
from ..ledger.ledger import Ledger, Letter, look_up
from ..reader.identity import teams_named
from ..reader.unpacking import UnreadableContainer
from ..spec.model import Spec
from .datasets import Dataset
from .receiving import NEVER, Senders, moment_of_mail
from .rounds import ISSUED as ISSUED_FOLDER
from .rounds import Round
from .teams import Team

NOT_ISSUED = "not issued"
ISSUED = "issued"
RETURNED = "returned"
LATE = "late"
STRANGE = "not in this round"
TO_DECIDE = "to decide"
# said as they are
STATES = (
    NOT_ISSUED,
    ISSUED,
    RETURNED,
    LATE,
    BLANK,
    STRANGE,
    TO_DECIDE,
    ACCEPTED,
    REFUSED,
)
MOST_ORPHANS = 20  # workbooks that are named
OPEN = (NOT_ISSUED, ISSUED, LATE, BLANK)  # nothing that counts has come, nor anything that may
# what a coordinator has to know of returns that do not count, the most urgent first
NOTES = {
    CONFLICT: "decide between",
    EXCLUDED: "excluded",
    WAITING: "newer, but with errors",
    WITHDRAWN: "taken away",
    BLANK: "blank",
    SUPERSEDED: "superseded",
}


@dataclass(frozen=True, slots=True)
class TeamStatus:
    """Where a team stands. Figures are of the returns that count, as everywhere."""

    team: Team
    state: str  # one of `STATES`
    returns: Sequence[Return] = ()  # everything that came from it
    today: date | None = None
    # what came from its address in the workbook of another team
    sent_for_others: Sequence[Return] = ()

    def __repr__(self) -> str:
        return f"<TeamStatus {self.team.code}: {self.state}, {len(self.returns)} returns>"

    @property
    def counting(self) -> list[Return]:
        """Its returns that count."""
        return [return_ for return_ in self.returns if return_.status == COUNTS]

    @property
    def shown(self) -> list[Return]:
        """The returns to look at: those that count or wait for a decision; of somebody unexpected all."""
        meant = [return_ for return_ in self.returns if return_.status in (COUNTS, CONFLICT)]
        return meant or (list(self.returns) if self.state in (STRANGE, REFUSED) else [])

    @property
    def of_another_round(self) -> Return | None:
        """The newest of those that were issued in another round, and do not count in this one."""
        meant = (
            return_
            for return_ in self.returns
            if return_.status == EXCLUDED and _has(return_, ANOTHER_ROUND)
        )
        return max(meant, key=lambda return_: return_.age, default=None)

    @property
    def newest(self) -> Return | None:
        """The newest of these."""
        return max(self.shown, key=lambda return_: return_.age, default=None)

    @property
    def lateness(self) -> tuple[date | None, str]:
        """The day that lateness goes by, and what it is: when the last of these was sent, its first version."""
        days = [self.versions(return_)[0].lateness for return_ in self.shown]
        return max(days, key=lambda lateness: lateness[0] or date.min, default=(None, ""))

    def sent(self, return_: Return) -> date | None:
        """Return the day that the lateness of a return goes by."""
        return self.versions(return_)[0].lateness[0]

    def versions(self, return_: Return) -> list[Return]:
        """Return a return with those that it superseded, the oldest first."""
        older = (
            candidate
            for candidate in self.returns
            if candidate.status == SUPERSEDED and candidate.superseded_by == return_.submission
        )
        return sorted(
            [*older, return_], key=lambda version: (version.lateness[0] or date.max, version.age)
        )

    @property
    def days_late(self) -> int:
        """How many days after the deadline it answered, rightly or not; while it has not, how many have passed."""
        return self._overdue(self.today if self.state in OPEN else self.lateness[0])

    @property
    def arrived_late(self) -> bool:
        """Whether its answer came, after the deadline."""
        return self.state not in OPEN and self.days_late > 0

    @property
    def late_now(self) -> bool:
        """Whether its answer has not come, and the deadline has passed."""
        return self.state in OPEN and self.days_late > 0

    @property
    def correction_overdue(self) -> int:
        """How many days after the deadline its corrections came; while they are owed, how many have passed."""
        return max(
            (self._overdue(self._corrected(return_)) for return_ in self.counting), default=0
        )

    @property
    def overdue(self) -> int:
        """How many days an answer is overdue, or its correction."""
        return (
            self.days_late
            if self.state in OPEN
            else self.correction_overdue * (self.state == RETURNED)
        )

    def _corrected(self, return_: Return) -> date | None:
        """Return the day of its first correction without errors, today while it has none; None where it needs none."""
        first, *later = self.versions(return_)
        if first.verdict == ACCEPTED:
            return None
        return next(
            (version.lateness[0] for version in later if version.verdict == ACCEPTED), self.today
        )

    def _overdue(self, day: date | None) -> int:
        return max((day - self.team.deadline).days, 0) if self.team.deadline and day else 0

    @property
    def required(self) -> int:
        """How many answers are required."""
        return sum(return_.required for return_ in self.counting)

    @property
    def answered(self) -> int:
        """How many of them are given."""
        return sum(return_.answered for return_ in self.counting)

    @property
    def completeness(self) -> float | None:
        """Share of the required answers that are given; None where nothing is asked."""
        return self.answered / self.required if self.required else None

    @property
    def errors(self) -> int:
        """Errors that nobody has accepted."""
        return sum(return_.open_errors for return_ in self.counting)

    def notes(self, language: str = SOURCE_LANGUAGE) -> Iterator[str]:
        """Yield what a coordinator has to know besides the state, the most urgent first."""
        say = translator(language)
        if self.state == RETURNED and self.correction_overdue:
            yield f"{say('Correction overdue (days)')}: {self.correction_overdue}"
        for status, words in NOTES.items():
            files = [
                _named(return_, language) for return_ in self.returns if return_.status == status
            ]
            if files:
                yield f"{say(words)}: {', '.join(files)}"
        for return_ in self.returns:
            if return_.status in (COUNTS, CONFLICT, WAITING) and _has(
                return_, MADE_FROM_OLDER_VERSION
            ):
                yield f"{say('made from an older version')} ({MADE_FROM_OLDER_VERSION.code}): {return_.name}"
            if return_.status == COUNTS and return_.reason:
                yield f"{return_.name}: {text_of(return_.reason, language)}"
            if is_in_doubt(return_):
                yield f"{say('not sent from its address')} ({SENDER_NOT_THE_TEAMS.code}): {return_.name}"
            if return_.verdict == REFUSED:
                for finding in return_.findings[:1]:
                    yield f"{finding.code}: {text(finding, language, path=return_.name).message}"
        for return_ in self.sent_for_others:
            yield f"{say('sent from its address')} ({SENDER_NOT_THE_TEAMS.code}): {return_.name}, {return_.team}"


def to_decide(teams: Sequence[TeamStatus]) -> list[str]:
    """Return the teams and files that wait for a decision, each once, by what `status` says."""
    returns = sorted(
        (return_ for team in teams for return_ in team.returns), key=lambda return_: return_.path
    )
    decided = settled(returns)
    cases = [team_status.team.code for team_status in teams if team_status.state == TO_DECIDE]
    for team_status in teams:
        files = [
            return_.name
            for return_ in team_status.returns
            if return_.status == EXCLUDED and return_.submission not in decided
        ]
        if team_status.state == STRANGE and any(
            return_.submission not in decided for return_ in team_status.returns
        ):
            files = [", ".join([*files, team_status.team.code or "a file", "not in this round"])]
        cases += files
    cases += [
        f"{return_.name}, not sent from {return_.team}"
        for return_ in returns
        if is_in_doubt(return_)
    ]
    return list(dict.fromkeys(cases))


def is_in_doubt(return_: Return) -> bool:
    """Say whether a return that may count came from none of the addresses of its team, and nobody has decided yet."""
    return return_.status in (COUNTS, CONFLICT, WAITING) and _has(return_, SENDER_NOT_THE_TEAMS)


def _has(return_: Return, kind: Kind) -> bool:
    return any(finding.code == kind.code for finding in return_.findings)


def _named(return_: Return, language: str) -> str:
    """Return a return, with what excludes it."""
    if return_.status != EXCLUDED:
        return return_.name
    codes = dict.fromkeys(finding.code for finding in return_.findings if finding.code in DOUBTS)
    return f"{return_.name} ({', '.join(codes) or text_of(return_.reason, language)})"


def status(returns: Iterable[Return], today: date, round_: Round | None = None) -> list[TeamStatus]:
    """Tell team by team who has answered; then teams that nobody expected, then files that could not be read.

    Without a round nobody was expected in particular, and all who answered stand like those who were.
    """
    if round_ and round_.closed:
        today = min(today, round_.closed)
    came = list(returns)
    doubted = list(filter(is_in_doubt, came))
    teams_of = Senders(round_).teams_of if round_ and doubted else lambda _: []
    # what is in doubt since it came from the address of another team, by that team
    elsewhere = grouped((team, return_) for return_ in doubted for team in teams_of(return_.sha256))
    unread = [return_ for return_ in came if return_.verdict == REFUSED]
    by_team = grouped((return_.team, return_) for return_ in came if return_.verdict != REFUSED)
    issued = issued_files(round_).keys() if round_ else {}.keys()
    expected = [
        _expected(
            team,
            by_team.pop(team.code, []),
            today,
            not issued.isdisjoint(team.codes),
            elsewhere.get(team.code, ()),
        )
        for team in (round_.teams if round_ else ())
    ]
    unexpected = []
    for code, some in sorted(by_team.items()):
        if round_:
            unexpected.append(TeamStatus(Team(code), STRANGE, some, today))
        else:
            country = next((return_.country for return_ in some if return_.country), "")
            unexpected.append(_expected(Team(code, country), some, today))
    return [
        *expected,
        *unexpected,
        *(TeamStatus(Team(""), REFUSED, [return_]) for return_ in unread),
    ]


def _expected(
    team: Team,
    came: Sequence[Return],
    today: date,
    is_issued: bool = False,
    for_others: Sequence[Return] = (),
) -> TeamStatus:
    team_status = TeamStatus(team, ISSUED, came, today, for_others)
    verdicts = {return_.verdict for return_ in team_status.counting}
    if any(return_.status == CONFLICT for return_ in came):
        state = TO_DECIDE
    elif verdicts:
        state = ACCEPTED if verdicts == {ACCEPTED} else RETURNED
    elif any(return_.status == BLANK for return_ in came):
        state = BLANK
    elif team_status.days_late:
        state = LATE
    else:
        state = ISSUED if is_issued else NOT_ISSUED
    return replace(team_status, state=state)


def issued_files(round_: Round) -> dict[str, list[Path]]:
    """Return the workbooks that were issued, by a code that its team has or had; '' has those of no team.

    Of a code there is one for each intervention. Beside the team A there may be a team A_1: a file belongs to the one
    whose code is longer.
    """
    codes = {code for team in round_.teams for code in team.codes}

    def code_of(path: Path) -> str:
        parts = path.name.split("_")
        starts = ("_".join(parts[:end]) for end in range(len(parts) - 1, 0, -1))
        return next((start for start in starts if start in codes), "")

    workbooks = sorted((round_.folder / ISSUED_FOLDER).glob("[!.~]*.xlsx"))
    return grouped((code_of(path), path) for path in workbooks)


def orphaned(round_: Round) -> list[str]:
    """Name the workbooks in `issued` that belong to no team of the round, in a sentence if there are any."""
    names = [path.name for path in issued_files(round_).get("", ())]
    return names and [
        f"Workbooks in {ISSUED_FOLDER}/ of no team of the round: {listed(names, MOST_ORPHANS)}. Delete them; or, where "
        f"a team only has another code now, add the earlier one to it in {FILE} (formerly)."
    ]


# the returns that teams get feedback on: of each workbook and intervention one, what the team sent last


class LeftOut(NamedTuple):
    """A return that is not given back, and why."""

    found: Return
    why: str
    path: str  # where it lies: of one content that was seen twice the other place
    ends: Exit = Exit.OK  # what a run ends with that should have given it back
    is_settled: bool = False  # there is nothing to say about it

    @property
    def name(self) -> str:
        """The name of the file."""
        return name_of(self.path)


def choose(returns: Sequence[Return]) -> tuple[list[Return], list[LeftOut]]:
    """Tell the returns to give back, and all others with the reason.

    What a team sent last is what it must correct: of a newer version that waits with errors for being corrected, and
    the accepted one that counts until then, the newer one. Nobody loses newer answers by correcting older ones.
    """
    # of each return that counts the newest version of its workbook: itself, or one that waits
    last = {return_.submission: return_ for return_ in returns if return_.status == COUNTS}
    for return_ in sorted(returns, key=lambda return_: return_.age):
        if return_.status == WAITING and return_.superseded_by in last:
            last[return_.superseded_by] = return_
    names = {return_.submission: return_.name for return_ in returns}
    last |= _last_blanks(returns)
    chosen: list[Return] = []
    left_out: list[LeftOut] = []
    for return_ in returns:
        why = _why_not(return_, last, names)
        if why:
            left_out.append(LeftOut(return_, why, return_.path))
        else:
            chosen.append(return_)
        if return_.verdict != REFUSED:
            copies = (file.path for file in return_.items if file.path != return_.path)
            left_out += [LeftOut(return_, f"the same as {return_.name}", path) for path in copies]
    return chosen, left_out


def _last_blanks(returns: Sequence[Return]) -> dict[str, Return]:
    """Return for each blank return what its team is told about instead: an answer of it, else its last blank one."""
    answers = {
        return_.team: return_
        for return_ in sorted(returns, key=lambda return_: return_.age)
        if return_.status in (COUNTS, CONFLICT, WAITING)
    }
    blanks = [return_ for return_ in returns if return_.status == BLANK]
    newest = {return_.team: return_ for return_ in sorted(blanks, key=lambda blank: blank.age)}
    return {blank.submission: (newest | answers)[blank.team] for blank in blanks}


def _why_not(return_: Return, last: Mapping[str, Return], names: Mapping[str, str]) -> str:
    """Say why a return is not given back; nothing where it is."""
    successor = names.get(return_.superseded_by or "", "")
    if return_.verdict == REFUSED:
        return "refused: there are no answers to give back"
    if return_.status == CONFLICT:
        return f"waits for a decision ({successor} conflicts with it): see hrge-xl decide FOLDER"
    if return_.status == SUPERSEDED:
        return f"superseded by {successor}"
    if return_.status == BLANK:
        instead = last[return_.submission]
        return "" if instead is return_ else f"blank; {instead.name} is what its team is told about"
    if return_.status in (COUNTS, WAITING):
        counting = return_.submission if return_.status == COUNTS else return_.superseded_by or ""
        newest = last.get(counting)
        if newest is None:
            return f"{successor} waits for a decision first: see hrge-xl decide FOLDER"
        return "" if newest is return_ else f"{newest.name} is newer, and has the feedback"
    return f"{return_.status}: {text_of(return_.reason).rstrip('.')}"


def file_name(return_: Return, spec: Spec | None, used_names: set[str]) -> str:
    """Name what is written for a return after its team and intervention."""
    codes = (spec.identity.project, spec.identity.intervention) if spec else ()
    # the name of an intervention that is in error itself may be any text
    wrong = any(
        f.field in codes for f in return_.findings if f.field and f.severity is Severity.ERROR
    )
    intervention = "" if wrong else return_.intervention or return_.project
    parts = filter(None, map(file_part, (return_.team, intervention)))
    return free_name(
        "_".join(parts) or file_part(return_.name.rpartition(".")[0]) or "return", "", used_names
    )


# what teams sent that is no answer, until one comes: files that nobody could read, and mails without a workbook


class Unanswered(NamedTuple):
    """What is no answer, by the team that it is of, or by '' where nothing says so; of its letters the last."""

    refused: dict[str, list[Return]]
    unopened: dict[str, list[UnreadableContainer]]
    letters: dict[str, Letter]


def unanswered(
    dataset: Dataset, waiting: Collection[str], unopened: Sequence[UnreadableContainer] = ()
) -> Unanswered:
    """Return what is no answer, but for that after which the same team has sent a good file.

    `waiting` are the teams whose answer is awaited; `unopened` is what could not be opened when it was received.
    """
    assert dataset.round is not None
    senders = Senders(dataset.round)
    returns = dataset.of_round()
    codes = [team.code for team in dataset.round.teams]
    good = grouped(
        (return_.team, senders.moment_of(return_))
        for return_ in returns
        if return_.verdict != REFUSED and return_.status not in (EXCLUDED, WITHDRAWN, BLANK)
    )

    def is_open(team: str, moment: datetime) -> bool:
        return team not in good or max(good[team]) < moment

    refused: dict[str, list[Return]] = {}
    for return_ in returns:
        if return_.verdict == REFUSED:
            team = next(iter(senders.teams_of(return_.sha256)), "")
            of_team = refused.setdefault(team, [])
            if is_open(team, senders.moment_of(return_)):
                of_team.append(return_)
    containers: dict[str, list[UnreadableContainer]] = {}
    for container in unopened:
        email = container.place.email
        teams = senders.teams_at(email.sent_by, email.sender)
        teams = teams or [*teams_named(container.name, codes)]
        team = teams[0] if len(teams) == 1 else ""
        containers_of_team = containers.setdefault(team, [])
        if is_open(team, moment_of_mail(email.received) or NEVER):
            containers_of_team.append(container)
    letters = {
        team: letter
        for letter in look_up(dataset.round.folder, Ledger.letters) or ()
        for team in senders.teams_at(letter.sent_by, letter.sender)
    }
    awaited = {team: letters[team] for team in codes if team in letters and team in waiting}
    return Unanswered(refused, containers, awaited)
