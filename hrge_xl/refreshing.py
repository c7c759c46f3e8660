"""The week of a coordinator: what came is received, dataset and reports follow, mails that are due are drafted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from .consolidation import consolidate
from .correspondence import (
    AS_THEY_COME,
    CALENDAR,
    FOLDER,
    Drafts,
    has_issued,
    tally,
    unread_by_team,
    write_drafts,
)
from .dataset.ledger import Arrived
from .dataset.reconciliation import Reconciliation
from .dataset.return_status import EXCLUDED
from .dataset.returns import Return, settled
from .exports.exports import WORKBOOK
from .reports import write_report
from .reports.build import Facts, document
from .reports.overview_files import overview_of_folder
from .rounds.datasets import Dataset, Question, datasets, sources
from .rounds.mail.merge_list import LIST
from .rounds.mail.occasions import Occasion
from .rounds.mail.templates import load_templates
from .rounds.receiving import Received, receive
from .rounds.round_status import OPEN, STRANGE, TO_DECIDE, TeamStatus, status
from .rounds.rounds import INBOX, REPORTS, Round, load_round, terms_of
from .validation import REFUSED
from .words import and_more, counted

NAMED = 8  # teams that a line names; the others are counted


@dataclass(frozen=True)
class Week:
    """What a refresh found and did."""

    round: Round
    today: date
    received: Received
    totals: Reconciliation
    teams: Sequence[TeamStatus]
    returns: Sequence[Return]
    unread: dict[str, list[Return]]  # by the team whose address it came from
    drafts: Drafts

    @property
    def to_ask_again(self) -> list[str]:
        """What nobody could read, with the team where its address says so."""
        teams = {each.submission: team for team, some in self.unread.items() for each in some}
        refused = [each for each in self.returns if each.verdict == REFUSED]
        told = [
            each.name + (f" ({team})" if (team := teams.get(each.submission)) else "") for each in refused
        ]
        return [*told, *(each.name for each in self.received.unopened)]

    def lines(self) -> list[str]:
        """Say it in ten lines."""
        return [
            f"Arrived:    {self.received.summary}",
            f"Counts:     {' '.join(self.totals.lines())}",
            f"Teams:      {self._teams()}",
            f"Late:       {self._late()}",
            f"Due next:   {self._next()}",
            f"To decide:  {self._to_decide()}",
            f"Ask again:  {_named(self.to_ask_again)}",
            f"To send:    {self._to_send()}",
            f"Look first: {self._look_first()}",
            f"Files in:   {self.round.folder}: {WORKBOOK}, {REPORTS}/overview.html, {FOLDER}/, {FOLDER}/{CALENDAR}",
        ]

    @property
    def _expected(self) -> list[TeamStatus]:
        codes = {team.code for team in self.round.teams}
        return [each for each in self.teams if each.team.code in codes]

    def _teams(self) -> str:
        counts = Counter(each.state for each in self._expected)
        parts = ", ".join(f"{count} {state}" for state, count in counts.items())
        return f"{len(self._expected)} expected: {parts}."

    def _late(self) -> str:
        late = [each for each in self._expected if each.days_late and each.state in OPEN]
        late.sort(key=lambda each: -each.days_late)
        return _named([f"{each.team.code} ({counted(each.days_late, 'day')})" for each in late], "nobody")

    def _next(self) -> str:
        open_ = [each.team for each in self._expected if each.state in OPEN]
        days = sorted({team.deadline for team in open_ if team.deadline and team.deadline >= self.today})
        if not days:
            return "no deadline is ahead of a team that has not answered."
        teams = [team.code for team in open_ if team.deadline == days[0]]
        return f"{days[0]}, in {counted((days[0] - self.today).days, 'day')}: {_named(teams)}"

    def _to_decide(self) -> str:
        done = settled(self.returns)
        cases = [each.team.code for each in self.teams if each.state == TO_DECIDE]
        cases += [
            each.name for each in self.returns if each.status == EXCLUDED and each.submission not in done
        ]
        cases += [
            f"{each.team.code or 'a file'}, not in this round" for each in self.teams if each.state == STRANGE
        ]
        if not cases:
            return "nothing."
        return f'{_named(list(dict.fromkeys(cases)))} See: hrge-xl decide "{self.round.folder}"'

    def _to_send(self) -> str:
        today = self.drafts.of(self.today)
        earlier = len(self.drafts.standing) + len(self.drafts.new) - len(today)
        more = (
            f" {counted(earlier, 'draft')} of earlier days still there: delete what you have sent."
            if earlier
            else ""
        )
        if not today:
            return f"nothing new.{more}"
        return f"{tally(today)}, in {FOLDER}/{self.today}, with a list: {LIST}.{more}"

    def _look_first(self) -> str:
        parts = []
        if self.drafts.warnings:
            parts.append(f"{counted(len(self.drafts.warnings), 'warning')} above.")
        addresses = {team.code: team.email for team in self.round.teams}
        without = dict.fromkeys(
            each.team for each in self.drafts.of(self.today) if not addresses.get(each.team)
        )
        if without:
            parts.append(f"No address in the list of teams: {_named(without)}")
        if self.drafts.outdated:
            parts.append(f"{counted(len(self.drafts.outdated), 'draft')} removed: no longer due.")
        return " ".join(parts) or "nothing."


def _named(names: Iterable[str], nobody: str = "nothing") -> str:
    every = list(names)
    return f"{', '.join(every[:NAMED])}{and_more(len(every) - NAMED)}." if every else f"{nobody}."


def refresh(folder: Path, today: date, *, jobs: int = 0, password: str | None = None) -> Week:
    """Do what a week asks of a round: receive what lies in its `inbox`, bring dataset, files and reports up to date,
    write feedback and the drafts that are due. Running it again on the same day changes nothing.

    Raises as `receive`, `consolidate` and `drafts` do.
    """
    round_ = load_round(folder)
    load_templates(folder)  # what is wrong with them is said before anything is done
    (folder / INBOX).mkdir(exist_ok=True)
    received = receive(folder, [str(folder / INBOX)], today)
    asked = Question([str(folder)], today, jobs=jobs, password=password, arrived=Arrived(today))
    consolidate(sources(asked), folder, jobs=jobs, terms=terms_of([round_]), day=today)
    overview_of_folder(folder, folder / REPORTS, round_=round_)
    with datasets(asked) as (dataset,):
        _write_report(dataset, folder / REPORTS, today)
        drafts = write_drafts(dataset, today, _occasions(folder))
        returns, unread = dataset.of_round(), unread_by_team(dataset)
        teams = status(returns, today, round_)
        return Week(round_, today, received, dataset.totals(), teams, returns, unread, drafts)


def _occasions(folder: Path) -> tuple[Occasion, ...]:
    """Give all occasions; workbooks are sent by drafts where others were."""
    return (*AS_THEY_COME, Occasion.ISSUE) if has_issued(folder) else AS_THEY_COME


def _write_report(dataset: Dataset, folder: Path, today: date) -> None:
    """Write the validation report, which says of the run no more than its day."""
    made = document([dataset], Facts(f"{today}T00:00:00Z", today, "hrge-xl refresh"))
    write_report(made, "html", folder)
