"""Who has answered, and who has not: team by team, as `hrge-xl status` says it, with the sheets of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from ..dataset.aggregates.common import Record, records
from ..dataset.returns import Return, heads
from ..dataset.schema import COMPLETENESS
from ..dataset.store import Store
from ..rounds.round_status import STRANGE, TO_DECIDE, TeamStatus, status
from ..rounds.rounds import Round
from ..validation import ACCEPTED, REFUSED, RETURNED
from .overview_model import Team

MISSING, WAITING, UNEXPECTED = "missing", "waiting", "unexpected"
STATES = {
    ACCEPTED: ACCEPTED,
    RETURNED: RETURNED,
    TO_DECIDE: WAITING,
    STRANGE: UNEXPECTED,
}  # all others: missing
Sheets = dict[str, tuple[int, int]]  # answered and required, by sheet


def teams(store: Store, today: date, round_: Round | None, period: str | None) -> list[Team]:
    """Give the teams that were expected in a period, then those that were not; without a round all that answered."""
    progress = _progress(store)
    came = [each for each in heads(store) if each.period == period]
    found = status(came, today, round_)
    return [_team(each, progress) for each in found if each.state != REFUSED]


def _progress(store: Store) -> dict[str, list[Record]]:
    """For each return how far its sheets are."""
    found: dict[str, list[Record]] = defaultdict(list)
    for row in records(store, COMPLETENESS.name):
        if row["required"]:
            found[row["submission"]].append(row)
    return found


def _team(each: TeamStatus, progress: Mapping[str, Sequence[Record]]) -> Team:
    return Team(
        each.team.code, each.team.country or _country(each.returns), STATES.get(each.state, MISSING),
        each.team.deadline, each.days_late, each.required, each.answered, each.errors,
        tuple(one.name for one in each.counting), _sheets(each.counting, progress),
    )  # fmt: skip


def _country(came: Sequence[Return]) -> str:
    return next((each.country for each in came if each.country), "")


def _sheets(came: Iterable[Return], progress: Mapping[str, Sequence[Record]]) -> Sheets:
    """How far each sheet is, over the returns of a team."""
    found: Sheets = {}
    for each in came:
        for line in progress.get(each.submission, ()):
            answered, required = found.get(line["tool"], (0, 0))
            found[line["tool"]] = (answered + line["answered"], required + line["required"])
    return found
