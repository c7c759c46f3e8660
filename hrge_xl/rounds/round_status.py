"""Who has answered in a round: team by team, by what came back, what counts of it, and what is still owed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from ..dataset.return_status import CONFLICT, COUNTS, EXCLUDED, SUPERSEDED, WAITING, WITHDRAWN, ReturnStatus
from ..dataset.rows import submission_id
from ..findings import Severity
from ..validation import ACCEPTED, REFUSED, Result
from .rounds import Round
from .teams import Team

NOT_ISSUED, ISSUED, RETURNED, LATE, STRANGE = "not issued", "issued", "returned", "late", "not in this round"
TO_DECIDE = "to decide"
OPEN = (NOT_ISSUED, ISSUED, LATE)  # nothing that counts has come


@dataclass(frozen=True, slots=True)
class Received:
    """A file that came back, when it came and what it stands for."""

    result: Result
    status: ReturnStatus
    day: date | None = None  # None: the ledger does not know it yet

    @property
    def name(self) -> str:
        """The name of the file."""
        return Path(self.result.path).name

    @property
    def team(self) -> str:
        """Whose it is by its stamp."""
        return self.result.submission.identity.team if self.result.submission else ""


@dataclass(frozen=True, slots=True)
class TeamStatus:
    """Where a team stands. Figures are of the files that count, or wait for a decision."""

    team: str
    country: str
    language: str
    deadline: date | None
    state: str  # not issued, issued, late, returned, accepted, to decide, not in this round, refused
    returns: int = 0  # different files that came from it
    version: str = ""  # of the spec its newest file is of
    required: int = 0
    answered: int = 0
    errors: int = 0
    days_late: int = 0
    received: date | None = None  # the day the newest of these files came
    path: str = ""  # the newest of these files
    note: str = ""  # what else a coordinator has to know
    files: list[dict[str, str]] = field(default_factory=list)  # every file of the team and what became of it

    @property
    def completeness(self) -> float | None:
        """Share of the required answers that are given."""
        return self.answered / self.required if self.required else None


def received(
    results: Iterable[Result], return_statuses: Mapping[str, ReturnStatus], days: Mapping[str, str]
) -> list[Received]:
    """Every different file with its status and, by its hash, the day it came."""
    found: dict[str, Received] = {}
    for result in results:
        name = submission_id(result.sha256, result.path)
        day = days.get(result.sha256 or "")
        found.setdefault(
            name, Received(result, return_statuses[name], date.fromisoformat(day) if day else None)
        )
    return list(found.values())


def status(round_: Round, came: Sequence[Received], today: date) -> list[TeamStatus]:
    """Team by team who has answered; then teams that nobody expected, then files that could not be read."""
    by_team: dict[str, list[Received]] = {}
    for each in came:
        if each.result.verdict != REFUSED:
            by_team.setdefault(each.team, []).append(each)
    expected = [_expected(round_, team, by_team.pop(team.code, []), today) for team in round_.teams]
    strange = [_of(Team(code), found, STRANGE, 0) for code, found in sorted(by_team.items())]
    return expected + strange + [_unread(each) for each in came if each.result.verdict == REFUSED]


def _expected(round_: Round, team: Team, found: Sequence[Received], today: date) -> TeamStatus:
    states = Counter(each.status.state for each in found)
    accepted = [each for each in found if each.status.state == COUNTS]
    is_accepted = bool(accepted) and all(each.result.verdict == ACCEPTED for each in accepted)
    if is_accepted and not states[CONFLICT]:
        days = [each.day for each in accepted if each.day is not None]
        return _of(team, found, ACCEPTED, _late(team, max(days, default=None)))
    late = _late(team, today)
    if states[CONFLICT]:
        return _of(team, found, TO_DECIDE, late)
    if accepted:
        return _of(team, found, RETURNED, late)
    if late:
        return _of(team, found, LATE, late)
    issued = any((round_.folder / "issued").glob(f"{_escaped(team.code)}_*.xlsx"))
    return _of(team, found, ISSUED if issued else NOT_ISSUED, 0)


def _late(team: Team, day: date | None) -> int:
    return max((day - team.deadline).days, 0) if team.deadline and day else 0


def _escaped(code: str) -> str:
    return "".join(f"[{letter}]" if letter in "[]*?" else letter for letter in code)


def _of(team: Team, found: Sequence[Received], state: str, late: int) -> TeamStatus:
    shown = [each for each in found if each.status.state in (COUNTS, CONFLICT)] or [
        each for each in found if state == STRANGE
    ]
    last = max(shown, key=_newest, default=None)
    progress = [p for each in shown if each.result.outcome for p in each.result.outcome.progress.values()]
    return TeamStatus(
        team.code, team.country, team.language, team.deadline, state, len(found),
        last.result.submission.identity.spec_version if last and last.result.submission else "",
        sum(int(each.required) for each in progress), sum(int(each.answered) for each in progress),
        sum(each.result.open(Severity.ERROR) for each in shown), late, last.day if last else None,
        last.result.path if last else "", "; ".join(_notes(found)), [_file(each) for each in found],
    )  # fmt: skip


def _newest(each: Received) -> tuple[str, str]:
    return each.result.submission.saved if each.result.submission else "", each.result.path


def _notes(found: Sequence[Received]) -> Iterator[str]:
    """What a coordinator has to know besides the state, the most urgent first."""
    for state, said in (
        (CONFLICT, "decide between"), (EXCLUDED, "set aside"), (WAITING, "newer, but with errors"),
        (WITHDRAWN, "taken away"), (SUPERSEDED, "superseded"),
    ):  # fmt: skip
        files = [each for each in found if each.status.state == state]
        if files:
            yield f"{said}: {', '.join(_named(each) for each in files)}"
    for each in found:
        if each.status.state == COUNTS and each.status.decision is not None:
            yield f"{each.name}: {each.status.reason}"


def _named(each: Received) -> str:
    """A file with the findings that set it aside."""
    codes = dict.fromkeys(finding.code for finding in each.result.findings if finding.code.startswith("I"))
    return f"{each.name} ({', '.join(codes)})" if each.status.state == EXCLUDED else each.name


def _file(each: Received) -> dict[str, str]:
    return {
        "path": each.result.path,
        "submission": submission_id(each.result.sha256, each.result.path),
        "received": each.day.isoformat() if each.day else "",
        "verdict": each.result.verdict,
        "state": each.status.state,
        "reason": each.status.reason or "",
    }


def _unread(each: Received) -> TeamStatus:
    why = next(iter(each.result.findings), None)
    note = f"{why.code}: {why.message}" if why else ""
    return TeamStatus(
        "", "", "", None, REFUSED, 1, received=each.day, path=each.result.path, note=note, files=[_file(each)]
    )
