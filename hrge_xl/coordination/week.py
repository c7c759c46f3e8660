"""The week of a coordinator: what came is received, dataset and reports follow, mails that are due are drafted.

In the end a round is closed: its figures are sealed, and what comes later waits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ..core.dates import day_here
from ..core.work import grouped
from ..dataset.deciding import need_words
from ..dataset.reconciliation import Reconciliation
from ..dataset.returns import Return, verdicts_for_closing
from ..ledger.events import FILE, NEXT, Arrived, RoundJudged
from ..ledger.ledger import Ledger
from ..ledger.seals import Seal
from ..outputs import exports, pages_beside, report_pages, write_report
from ..outputs.build import Facts, document
from ..rounds.changes import PlannedChange, change_round, planned_end
from ..rounds.datasets import Dataset, DatasetRequest, datasets, list_returned, one_dataset
from ..rounds.receiving import Received
from ..rounds.round_status import (
    OPEN,
    RETURNED,
    TO_DECIDE,
    TeamStatus,
    Unanswered,
    status,
    to_decide,
    unanswered,
)
from ..rounds.rounds import REPORTS, Round, load_open_round, load_round
from ..rounds.sealing import sign
from .consolidation import consolidate
from .mail import MailType
from .mail.drafts import AS_THEY_COME, Drafts, receive, write_drafts
from .mail.messages import load_templates


@dataclass(frozen=True)
class RefreshResult:
    """What a refresh found and did."""

    round: Round
    today: date
    received: Received
    totals: Reconciliation
    teams: Sequence[TeamStatus]
    returns: Sequence[Return]
    unanswered: Unanswered
    drafts: Drafts
    waiting: Sequence[str] = ()  # what came since the round was closed

    @property
    def failures(self) -> list[str]:
        """The drafts that could not be written, moved or taken away, with the reason."""
        return [*self.received.failures, *self.drafts.failures]

    @property
    def to_ask_again(self) -> list[str]:
        """The files that nobody could read, with the team where it is known."""
        refused, unopened, _ = self.unanswered
        files = [
            *((team, return_.name) for team, some in refused.items() for return_ in some),
            *((team, container.name) for team, some in unopened.items() for container in some),
        ]
        return [f"{name} ({team})" if team else name for team, name in files]

    @property
    def expected(self) -> list[TeamStatus]:
        """Return the teams of the round, without what is of nobody."""
        codes = {team.code for team in self.round.teams}
        return [team_status for team_status in self.teams if team_status.team.code in codes]

    @property
    def late(self) -> list[TeamStatus]:
        """Return the teams that are late: who has not answered, then who has not corrected, each the latest first."""
        late = [team_status for team_status in self.expected if team_status.overdue]
        return sorted(
            late, key=lambda team_status: (team_status.state == RETURNED, -team_status.overdue)
        )

    @property
    def due_next(self) -> tuple[date, list[str]] | None:
        """Return the next deadline of a team that has not answered, and all teams that it is the deadline of."""
        open_ = (team_status.team for team_status in self.expected if team_status.state in OPEN)
        days = grouped(
            (team.deadline, team.code)
            for team in open_
            if team.deadline and team.deadline >= self.today
        )
        return min(days.items(), default=None)

    @property
    def to_decide(self) -> list[str]:
        """Return the teams and files that wait for a decision, each once."""
        return to_decide(self.teams)

    @property
    def without_address(self) -> list[str]:
        """Return the teams that a draft of the day is for and the list has no address of."""
        reached = {team.code for team in self.round.teams if team.email}
        drafted = (draft.team for draft in self.drafts.of(self.today))
        return [team for team in dict.fromkeys(drafted) if team not in reached]


def refresh(
    folder: str | Path,
    today: date | None = None,
    *,
    jobs: int = 0,
    password: str | None = None,
    write: bool = False,
) -> RefreshResult:
    """Do what a week asks of a round: receive what lies in its `inbox`, bring the dataset and the pages up to date,
    write feedback and the drafts that are due. Running it again on the same day changes nothing.

    With `write` data.xlsx is made too, and every file again that is there.

    Raises as `receive`, `consolidate` and `drafts` do.
    """
    today = today or day_here()
    folder = Path(folder)
    round_ = load_round(folder)
    load_templates(folder)  # what is wrong with them is said before anything is done
    round_.inbox.mkdir(exist_ok=True)
    received = receive(folder, [str(round_.inbox)], today)
    if round_.closed:
        with one_dataset(folder, today, jobs, password, figures=False) as dataset:
            return _result(dataset, today, received, Drafts())
    request = DatasetRequest(
        [str(folder)], today, jobs=jobs, password=password, arrived=Arrived(today)
    )
    consolidate(request, folder, pages=True, write=write)
    with datasets(request) as (dataset,):
        with Ledger.open(folder) as ledger:  # whoever has the dataset open holds the folder
            _write_report(dataset, ledger, today)
            by_drafts = any(draft.occasion == MailType.ISSUE for draft in ledger.drafted().values())
        # workbooks are sent by drafts where others were
        drafts = write_drafts(
            dataset, today, (*AS_THEY_COME, MailType.ISSUE) if by_drafts else AS_THEY_COME
        )
        return _result(dataset, today, received, drafts)


def _result(dataset: Dataset, today: date, received: Received, drafts: Drafts) -> RefreshResult:
    """Return what a refresh found; of a closed round nothing is asked of anybody any more."""
    assert dataset.round is not None
    round_ = dataset.round
    returns = dataset.of_round()
    teams = status(returns, today, round_)
    waiting = (
        []
        if round_.closed
        else [team_status.team.code for team_status in teams if team_status.state in OPEN]
    )
    no_answers = unanswered(dataset, waiting, received.unopened)
    since = list_returned(round_, since_closed=True)
    came = [*(workbook.name for workbook in received.waiting), *(path.name for path in since)]
    return RefreshResult(
        round_, today, received, dataset.totals(), teams, returns, no_answers, drafts, came
    )


def _write_report(dataset: Dataset, ledger: Ledger, today: date) -> None:
    """Write the validation report of a round, unless it would be the same again."""
    facts = Facts(f"{today}T00:00:00Z", today, "hrge-xl refresh")  # says no more than its day
    made_of = ledger.made_of(ledger.home / FILE, str(facts))
    reports = ledger.home / REPORTS
    if not ledger.is_made(report_pages(reports, "html"), made_of):
        write_report(document([dataset], facts), "html", reports)
        ledger.note_made(report_pages(reports, "html"), made_of)


# the end of a round


def close(
    folder: str | Path, today: date | None = None, password: str | None = None
) -> PlannedChange:
    """Plan the end of a round, and say what is left open. What is new in it is taken in first.

    Raises `UsageError` for one that is closed, and as `datasets` does.
    """
    today = today or day_here()
    folder = Path(folder)
    round_ = load_open_round(folder)
    with one_dataset(folder, today, password=password, figures=False) as dataset:
        return planned_end(
            round_, today, list(_describe_open(status(dataset.of_round(), today, round_)))
        )


def _describe_open(teams: list[TeamStatus]) -> Iterator[str]:
    states = {
        "Without an answer": [
            team_status.team.code for team_status in teams if team_status.state in OPEN
        ],
        "To decide": [
            team_status.team.code for team_status in teams if team_status.state == TO_DECIDE
        ],
        "With errors": [team_status.team.code for team_status in teams if team_status.errors],
    }
    yield from (f"{words}: {', '.join(codes)}." for words, codes in states.items() if codes)


def close_round(
    planned: PlannedChange,
    *,
    reason: str,
    by: str,
    day: date | None = None,
    password: str | None = None,
) -> list[Seal]:
    """Close a round as it was planned: its pages are brought up to date, and sealed under the name of who closes it.

    Raises as `change_round` and `consolidate` do.
    """
    day = day or day_here()
    need_words("A change", reason, by)
    folder = planned.folder
    request = DatasetRequest([str(folder)], day, password=password, arrived=Arrived(day))
    consolidate(request, folder, write=True)
    with one_dataset(folder, day, password=password) as dataset, Ledger.open(folder) as ledger:
        _write_report(dataset, ledger, day)
        verdicts = tuple(verdicts_for_closing(dataset.store))
        ledger.enter(RoundJudged(number=NEXT, day=day, returns=verdicts), by=by.strip())
    change_round(planned, reason=reason, by=by, day=day)
    reports = folder / REPORTS
    pages = [folder / exports.WORKBOOK, *pages_beside(reports), *report_pages(reports, "html")]
    return [sign(folder, page, by=by) for page in pages]
