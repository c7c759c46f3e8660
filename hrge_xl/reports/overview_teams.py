"""Who has answered, and who has not: team by team, by what counts in a dataset."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import PurePath

from ..dataset.aggregates.common import Record, records
from ..dataset.schema import COMPLETENESS
from ..dataset.store import Store
from ..rounds.rounds import Round
from ..rounds.teams import Team as Expected
from ..validation import ACCEPTED, REFUSED, RETURNED
from .overview_model import Team

MISSING, WAITING, UNEXPECTED = "missing", "waiting", "unexpected"
STATES = (ACCEPTED, RETURNED, WAITING, MISSING, UNEXPECTED)


def teams(
    store: Store, files: Iterable[Record], today: date, round_: Round | None, came: Mapping[str, str]
) -> list[Team]:
    """The teams that were expected, then those that nobody expected; without a round all that answered."""
    found: dict[str, list[Record]] = defaultdict(list)
    for row in files:
        if row["verdict"] != REFUSED:
            found[row["team"]].append(row)
    progress = _progress(store)
    expected = [
        _team(team, found.pop(team.code, []), progress, today, came)
        for team in (round_.teams if round_ else ())
    ]
    others = [
        _team(Expected(code, country=_country(rows)), rows, progress, today, came, strange=round_ is not None)
        for code, rows in sorted(found.items())
    ]
    return expected + others


def _country(rows: Sequence[Record]) -> str:
    return next((row["country"] for row in rows if row["country"]), "")


def _progress(store: Store) -> dict[str, list[Record]]:
    """For each return how far its sheets are."""
    found: dict[str, list[Record]] = defaultdict(list)
    for row in records(store, COMPLETENESS.name):
        if row["required"]:
            found[row["submission"]].append(row)
    return found


def _team(
    team: Expected, rows: Sequence[Record], progress: Mapping[str, Sequence[Record]], today: date,
    came: Mapping[str, str], *, strange: bool = False,
) -> Team:  # fmt: skip
    counting = [row for row in rows if row["current"]]
    sheets: dict[str, tuple[int, int]] = {}
    for row in counting:
        for line in progress.get(row["submission"], ()):
            answered, required = sheets.get(line["tool"], (0, 0))
            sheets[line["tool"]] = (answered + line["answered"], required + line["required"])
    state = UNEXPECTED if strange else _state(rows, counting)
    return Team(
        team.code, team.country, state, team.deadline, _late(team.deadline, state, counting, today, came),
        sum(required for _, required in sheets.values()), sum(answered for answered, _ in sheets.values()),
        sum(row["errors"] or 0 for row in counting),
        tuple(PurePath(row["path"]).name for row in counting), sheets,
    )  # fmt: skip


def _state(rows: Sequence[Record], counting: Sequence[Record]) -> str:
    if not rows:
        return MISSING
    if not counting:
        return WAITING
    return ACCEPTED if all(row["verdict"] == ACCEPTED for row in counting) else RETURNED


def _late(
    deadline: date | None, state: str, counting: Sequence[Record], today: date, came: Mapping[str, str]
) -> int:
    """Days after the deadline: to the day the accepted file came, else to today."""
    days = [came[row["sha256"]] for row in counting if row["sha256"] in came]
    if deadline is None or (state == ACCEPTED and not days):
        return 0
    day = date.fromisoformat(max(days)) if state == ACCEPTED else today
    return max((day - deadline).days, 0)
