"""Who has answered, and who has not: team by team, as `hrge-xl status` says it, with the sheets of each."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from ..dataset.returns import Return, heads
from ..dataset.schema import COMPLETENESS, Record
from ..dataset.store import Store
from ..exchange.validation import ACCEPTED, REFUSED, RETURNED
from ..rounds.round_status import STRANGE, TO_DECIDE, TeamStatus, status
from ..rounds.rounds import Round
from .overview_model import Country, TeamProgress

MISSING, WAITING, UNEXPECTED = "missing", "waiting", "unexpected"
# all others: missing
STATES = {ACCEPTED: ACCEPTED, RETURNED: RETURNED, TO_DECIDE: WAITING, STRANGE: UNEXPECTED}
LEAST_FIRST = {  # as the map shows a country, with what each is called
    MISSING: "Not answered", WAITING: "Waits for a decision", RETURNED: "Returned for correction",
    UNEXPECTED: "Not in this round", ACCEPTED: "Accepted",
}  # fmt: skip
Sheets = dict[str, tuple[int, int]]  # answered and required, by sheet


def teams(
    store: Store, today: date, round_: Round | None, period: str | None
) -> tuple[list[TeamProgress], list[TeamStatus]]:
    """Give the teams that were expected in a period, then those that were not, with where each stands.

    Without a round these are the teams that answered.
    """
    progress = _progress(store)
    came = [each for each in heads(store) if each.period == period]
    found = status(came, today, round_)
    return [_team(each, progress) for each in found if each.state != REFUSED], found


def arrivals(found: Iterable[TeamStatus]) -> tuple[list[tuple[date, int]], int]:
    """Count how many of the returns that count came on each day that lateness goes by, and how many in time."""
    days = [(day, each.team.deadline) for each in found for day in map(each.sent, each.counting) if day]
    in_time = sum(deadline is not None and day <= deadline for day, deadline in days)
    return sorted(Counter(day for day, _ in days).items()), in_time


def deadlines(found: Iterable[TeamProgress]) -> list[tuple[date, int]]:
    """Give the deadlines of the teams that were expected, with how many teams have each."""
    return sorted(Counter(each.deadline for each in found if each.deadline).items())


def countries(found: Iterable[TeamProgress], label: Callable[[str], str]) -> list[Country]:
    """Give what the teams of each country answered, by its name."""
    groups: dict[str, list[TeamProgress]] = defaultdict(list)
    for each in found:
        if each.country:
            groups[each.country].append(each)
    made = [_of_country(code, label(code), some) for code, some in groups.items()]
    return sorted(made, key=lambda each: each.label)


def _of_country(code: str, label: str, found: Sequence[TeamProgress]) -> Country:
    counts = Counter(each.state for each in found)
    states = {state: counts[state] for state in LEAST_FIRST if counts[state]}
    answered, required = sum(each.answered for each in found), sum(each.required for each in found)
    return Country(code, label, states, answered, required)


def _progress(store: Store) -> dict[str, list[Record]]:
    """For each return how far its sheets are."""
    found: dict[str, list[Record]] = defaultdict(list)
    for row in store.records(COMPLETENESS.name):
        if row["required"]:
            found[row["submission"]].append(row)
    return found


def _team(each: TeamStatus, progress: Mapping[str, Sequence[Record]]) -> TeamProgress:
    return TeamProgress(
        each.team.code, each.team.country or _country(each.returns), STATES.get(each.state, MISSING),
        each.team.deadline, each.days_late, each.correction_overdue, each.required, each.answered, each.errors,
        tuple(one.name for one in each.counting), _sheets(each.counting, progress),
    )  # fmt: skip


def _country(came: Sequence[Return]) -> str:
    return next((each.country for each in came if each.country), "")


def _sheets(came: Iterable[Return], progress: Mapping[str, Sequence[Record]]) -> Sheets:
    """Give how far each sheet is, over the returns of a team."""
    found: Sheets = {}
    for each in came:
        for line in progress.get(each.submission, ()):
            answered, required = found.get(line["tool"], (0, 0))
            found[line["tool"]] = (answered + line["answered"], required + line["required"])
    return found
