"""A dataset to the overview: who has answered and who has not, how complete it is, what is late; figures are added.

Where teams stand is what `hrge-xl status` says, with the sheets of each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

import sqlalchemy as sa

from ..core.paths import name_of
from ..core.work import grouped
from ..dataset.aggregates.sql import said
from ..dataset.reconciliation import choose, over_periods, periods, reconciliation, round_before
from ..dataset.return_status import BLANK
from ..dataset.returns import corrected_answers, heads
from ..dataset.run_history import RunChange
from ..dataset.schema import (
    MASKED,
    OVERDUE,
    Record,
)
from ..dataset.store import STATE, Store
from ..exchange.validation import ACCEPTED, REFUSED, RETURNED
from ..rounds.round_status import STRANGE, TO_DECIDE, TeamStatus, status
from ..rounds.rounds import Round
from ..spec.lookup import label_of
from ..spec.model import CollectBlock
from ..spec.supplements import Part
from .figures import FigureReader, QuestionProfiles, completeness, gaps, indicators, risks
from .overview_model import (
    MOST_ROWS,
    FigureLine,
    ListLine,
    Overview,
    TeamProgress,
    added_up,
    mean_of,
)

MISSING = "missing"
WAITING = "waiting"
UNEXPECTED = "unexpected"
# where a team stands, by its status; in all others it is missing
STATES = {
    ACCEPTED: ACCEPTED,
    RETURNED: RETURNED,
    BLANK: BLANK,
    TO_DECIDE: WAITING,
    STRANGE: UNEXPECTED,
}
LEAST_FIRST = {  # as the map shows a country, with what each is called
    MISSING: "Not answered",
    BLANK: "Blank",
    WAITING: "Waits for a decision",
    RETURNED: "Returned for correction",
    UNEXPECTED: "Not in this round",
    ACCEPTED: "Accepted",
}
# tables that may lack lines on a page to share
MAY_LACK = OVERDUE, "aggregate_gaps", "matrix_rows", "aggregate_answers"


def build_overview(  # noqa: PLR0913 (one parameter an option)
    store: Store,
    today: date,
    language: str,
    round_: Round | None = None,
    *,
    period: str | None = None,
    change: RunChange | None = None,
    whole: Store | None = None,
    lists_rows: bool = True,
) -> Overview:
    """Build the overview of one period of a dataset as of a day: the one asked for, else the round's, else the latest.

    `round_` says who was expected. The language is that of the page; texts of the spec follow it as far as the spec has
    them. `change` is what the last run changed, `whole` the dataset that `store` is a copy to share of. Rows behind
    questions are read where the page `lists_rows`. Raises `UsageError` where there is no such period.
    """
    chosen, expected = of_period(store, round_, period)
    spec, files = store.schema.spec, [*store.records("submissions")]
    counted = [row for row in files if row["current"] and row["period"] == chosen]
    rounds = {row["round"] for row in counted if row["round"]}

    def country(code: str) -> str:
        return label_of(spec, spec.countries, code, language) if spec else code

    all_teams, statuses = teams(store, today, expected, chosen)
    days = [
        (day, team.team.deadline)
        for team in statuses
        for day in map(team.sent, team.counting)
        if day
    ]
    overview = Overview(
        language=language,
        today=today,
        round=expected.name if expected else rounds.pop() if len(rounds) == 1 else None,
        period=chosen,
        periods=over_periods(store, by_team=True),
        round_before=round_before(store, chosen),
        spec=spec,
        masked=MASKED in store.fact(STATE),
        received=reconciliation(store),
        counted=len(counted),
        from_returned=sum(row["verdict"] == RETURNED for row in counted),
        expected=expected is not None,
        teams=[replace(team, country=country(team.country)) for team in all_teams],
        countries=countries(all_teams, country),
        arrivals=sorted(Counter(day for day, _ in days).items()),
        in_time=sum(deadline is not None and day <= deadline for day, deadline in days),
        deadlines=sorted(Counter(team.deadline for team in all_teams if team.deadline).items()),
        change=change,
    )
    if spec is None:
        return overview
    reader = FigureReader(store, language, chosen, lists_rows=lists_rows)
    in_figures = {row["submission"] for row in counted}
    corrected = [
        (name_of(reader.paths[row["submission"]]), row["sheet"], row["cell"])
        for row in corrected_answers(store)
        if row["submission"] in in_figures
    ]
    return with_figures(replace(overview, corrected=corrected), reader, whole or store)


def of_period(
    store: Store, round_: Round | None, period: str | None
) -> tuple[str | None, Round | None]:
    """Return the period that a page is about: the one asked for, else the round's, else the latest; and whom it
    expects.

    Raises `UsageError` where there is no such period.
    """
    all_periods = periods(store)
    of_round = round_.name if round_ and round_.name in all_periods else None
    chosen = choose(all_periods, of_round if period is None else period)
    if of_round is not None and chosen != of_round:
        return chosen, None  # nobody knows whom another period expects
    return chosen, round_


def teams(
    store: Store, today: date, round_: Round | None, period: str | None
) -> tuple[list[TeamProgress], list[TeamStatus]]:
    """Return the teams that were expected in a period, then those that were not, with where each stands.

    Without a round these are the teams that answered.
    """
    progress = grouped(
        (row["submission"], row) for row in store.records("completeness") if row["required"]
    )
    of_period = [head for head in heads(store) if head.period == period]
    statuses = status(of_period, today, round_)
    return [_team(team, progress) for team in statuses if team.state != REFUSED], statuses


def _team(status: TeamStatus, progress: Mapping[str, Sequence[Record]]) -> TeamProgress:
    """Return where a team stands, and how far each sheet is over its returns: answered and required."""
    sheets: dict[str, tuple[int, int]] = {}
    for line in (line for head in status.counting for line in progress.get(head.submission, ())):
        answered, required = sheets.get(line["tool"], (0, 0))
        sheets[line["tool"]] = (answered + line["answered"], required + line["required"])
    country = status.team.country or next(
        (head.country for head in status.returns if head.country), ""
    )
    return TeamProgress(
        status.team.code,
        country,
        STATES.get(status.state, MISSING),
        status.team.deadline,
        status.days_late,
        status.arrived_late,
        status.late_now,
        status.correction_overdue,
        status.required,
        status.answered,
        status.errors,
        tuple(head.name for head in status.counting),
        sheets,
    )


def countries(all_teams: Iterable[TeamProgress], label: Callable[[str], str]) -> list[FigureLine]:
    """Return what the teams of each country answered, by its name."""
    rows = []
    for code, some in grouped((team.country, team) for team in all_teams if team.country).items():
        counts = Counter(team.state for team in some)
        figures = {
            "states": {state: counts[state] for state in LEAST_FIRST if counts[state]},
            "answered": sum(team.answered for team in some),
            "required": sum(team.required for team in some),
        }
        rows.append(FigureLine(code, label(code), figures))
    return sorted(rows, key=lambda country: country.label)


# what the spec has figures about, as far as it does not leave them out


def with_figures(overview: Overview, reader: FigureReader, whole: Store) -> Overview:
    """Return an overview with its figures; `whole` is the dataset, where the reader has a copy of it to share."""
    store = reader.store
    spec = reader.spec

    def shows(part: Part, table: str = "submissions") -> bool:
        return part not in spec.figures.overview.leave_out and table in store.tables

    all_gaps = [*reader.lines("aggregate_gaps")]
    late = [*reader.lines(OVERDUE)]
    return replace(  # in this order: it numbers what the page leads to
        overview,
        tools=completeness(reader),
        risks=risks(reader, whole) if shows("risks") else None,
        indicators=indicators(reader) if shows("indicators") else None,
        gaps=gaps(reader, all_gaps) if shows("questions", "aggregate_gaps") else None,
        all_gaps=len(all_gaps),
        overdue=[_late(reader, row) for row in late[:MOST_ROWS]]
        if shows("overdue", OVERDUE)
        else None,
        all_overdue=len(late),
        questions=QuestionProfiles(reader).all() if shows("questions") else None,
        numbers=[
            _over_rows(some)
            for code, some in grouped(
                (line["field"], line) for line in reader.lines("aggregate_numbers")
            ).items()
            if code in spec.brief.numbers
        ],
        left_out={name: _left_out(reader, whole, name) for name in MAY_LACK},
    )


def _over_rows(lines: Sequence[Record]) -> Record:
    """Return the lines of a number, one for each fixed row that asks for it, as one, which knows what all of them know.

    Of the teams it has those of the row that most of them have answered.
    """
    if len(lines) == 1:
        return lines[0]
    columns = {name: [line[name] for line in lines] for name in lines[0]}
    least = columns["minimum"]
    most = columns["maximum"]
    return lines[0] | {
        "total": added_up(columns["total"]),
        "mean": mean_of(lines),
        "minimum": None if None in least else min(least),
        "maximum": None if None in most else max(most),
        "frequency": sum(columns["frequency"]),
        "teams": max(columns["teams"]),
    }


def _left_out(reader: FigureReader, whole: Store, name: str) -> list[str]:
    """Name the sheets of which a table of the period has fewer lines than the whole dataset."""
    if name not in reader.store.tables or whole is reader.store:
        return []

    def lines_by_tool(store: Store) -> Counter[str]:
        table = store[name].c
        query = sa.select(table.tool, sa.func.count()).where(table.period == reader.period)
        return Counter(dict(store.select(query.group_by(table.tool))))

    whole_counts = lines_by_tool(whole)
    shared_counts = lines_by_tool(reader.store)
    return [
        tool.sheet.say(reader.language)
        for tool in reader.spec.tools
        if whole_counts[tool.code] > shared_counts[tool.code]
    ]


def _late(reader: FigureReader, row: Record) -> ListLine:
    tool = reader.spec.tool[row["list"]]
    blocks = [block for block in tool.blocks if isinstance(block, CollectBlock)]
    due = {block.due for block in blocks}
    facts = [
        (heading.say(reader.language), _column(reader, blocks, row, column))
        for block in blocks
        for column, heading in block.columns.items()
        if column not in due
    ]
    return ListLine(row, facts, reader.source(row, None))


def _column(
    reader: FigureReader, blocks: Sequence[CollectBlock], row: Record, column: str
) -> str | None:
    """Return what stands in a column of a list of actions, in words; None where it is masked."""
    value = row[f"list_{column}"]
    codes = [
        source.columns[column]
        for block in blocks
        for source in block.sources
        if source.tool == row["tool"] and column in source.columns
    ]
    if value is None:
        return None if reader.masked and codes else ""
    field = reader.spec.tool[row["tool"]].fields[codes[0]] if codes else None
    return said(reader.spec, field, value, reader.language) if field else value
