"""The terms of a round: its period, its spec, and until when each team has to answer; and what was changed in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from pydantic import BaseModel, ConfigDict

FILE = "round.yaml"  # where they stand


class Terms(BaseModel):
    """What a round asks, of whom, and until when."""

    model_config = ConfigDict(frozen=True)

    start: date | None = None
    end: date | None = None
    spec: str = ""
    spec_digest: str = ""
    teams: dict[str, date | None] = {}  # code → deadline


OfRounds = Mapping[str, Terms]  # by the name of the round


def changes(then: Terms, now: Terms, made: str) -> Iterator[str]:
    """Tell what `round.yaml` says otherwise than it did when a seal was `made`, a sentence each."""
    for what, was, said in (
        ("The period", _period(then), _period(now)),
        ("The spec", _spec(then), _spec(now)),
    ):
        if was != said:
            yield f"{what} is {said} in {FILE}; when {made} it was {was}."
    for team, deadline in now.teams.items():
        if team not in then.teams:
            yield f"{team} is among the teams in {FILE}; when {made} it was not."
        elif deadline != then.teams[team]:
            was, said = _day(then.teams[team]), _day(deadline)
            yield f"The deadline of {team} is {said} in {FILE}; when {made} it was {was}."
    for team in (team for team in then.teams if team not in now.teams):
        yield f"{team} is not among the teams in {FILE}; when {made} it was."


def _day(day: date | None) -> str:
    return day.isoformat() if day else "not set"


def _period(terms: Terms) -> str:
    return f"{_day(terms.start)} to {_day(terms.end)}"


def _spec(terms: Terms) -> str:
    return f"{terms.spec} ({terms.spec_digest[:16]})" if terms.spec_digest else terms.spec
