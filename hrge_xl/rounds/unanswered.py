"""What teams sent that is no answer, until one comes: files that nobody could read, and mails without a workbook."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from ..core.work import grouped
from ..dataset.return_status import EXCLUDED, WITHDRAWN
from ..dataset.returns import Return
from ..exchange.validation import REFUSED
from ..ledger.ledger import Ledger, Letter, look_up
from ..reader.identity import teams_named
from ..reader.unpacking import UnreadableContainer
from .datasets import Dataset
from .receiving import NEVER, Senders, moment_of_mail


class Unanswered(NamedTuple):
    """What is no answer, by the team that it is of, or by '' where nothing says so; of its letters the last."""

    refused: dict[str, list[Return]]
    unopened: dict[str, list[UnreadableContainer]]
    letters: dict[str, Letter]


def unanswered(
    dataset: Dataset, waiting: Collection[str], unopened: Sequence[UnreadableContainer] = ()
) -> Unanswered:
    """Give what is no answer, but for that after which the same team has sent a good file.

    `waiting` are the teams whose answer is awaited; `unopened` is what could not be opened when it was received.
    """
    assert dataset.round is not None
    senders, returns = Senders(dataset.round), dataset.of_round()
    codes = [team.code for team in dataset.round.teams]
    good = grouped(
        (return_.team, senders.moment_of(return_))
        for return_ in returns
        if return_.verdict != REFUSED and return_.status not in (EXCLUDED, WITHDRAWN)
    )

    def is_open(team: str, moment: datetime) -> bool:
        return team not in good or max(good[team]) < moment

    def team_of(container: UnreadableContainer) -> str:
        email = container.place.email
        teams = senders.teams_at(email.sent_by, email.sender) or [*teams_named(container.name, codes)]
        return teams[0] if len(teams) == 1 else ""

    refused = grouped(
        (next(iter(senders.teams_of(return_.sha256)), ""), return_)
        for return_ in returns
        if return_.verdict == REFUSED
    )
    containers = grouped((team_of(container), container) for container in unopened)
    letters = {
        team: letter
        for letter in look_up(dataset.round.folder, Ledger.letters) or ()
        for team in senders.teams_at(letter.sent_by, letter.sender)
    }
    return Unanswered(
        {
            team: [each for each in some if is_open(team, senders.moment_of(each))]
            for team, some in refused.items()
        },
        {
            team: [each for each in some if is_open(team, moment_of_mail(each.place.email.received) or NEVER)]
            for team, some in containers.items()
        },
        {team: letters[team] for team in codes if team in letters and team in waiting},
    )
