"""The one reconciliation of what came in, and the periods of a dataset with what each comes to."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, field, replace
from datetime import date

import sqlalchemy as sa

from ..core.errors import UsageError
from ..core.words import SOURCE_LANGUAGE, Translate, translator
from ..core.work import who_is_in_each
from ..exchange.validation import REFUSED
from .aggregates.risks import placed_risks, stages
from .aggregates.sql import Sources, distinct, grouped, whole
from .return_status import COUNTS, DOUBLED, STATUSES
from .returns import Return
from .store import Store


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Items received = accepted + returned + refused; accepted + returned = what became of them, added up.

    An item is a file at a place: the same content at two places is two items, one of which is doubled.
    """

    received: int = 0
    accepted: int = 0
    returned: int = 0
    refused: int = 0
    counted: int = 0
    superseded: int = 0
    waiting: int = 0
    doubled: int = 0
    conflict: int = 0
    excluded: int = 0
    withdrawn: int = 0
    blank: int = 0

    def __add__(self, other: Reconciliation) -> Reconciliation:
        """Return the sum over two datasets."""
        return Reconciliation(
            *(count + added for count, added in zip(astuple(self), astuple(other), strict=True))
        )

    def lines(self, language: str = SOURCE_LANGUAGE) -> Iterator[str]:
        """Say it in one or two sentences: the second one where not everything counts."""
        say = translator(language)
        yield say(
            "{received} file: {accepted} accepted, {returned} returned, {refused} refused."
            if self.received == 1
            else "{received} files: {accepted} accepted, {returned} returned, {refused} refused."
        ).format(**asdict(self))
        readable = self.accepted + self.returned
        if readable != self.counted:
            counts = asdict(self)
            parts = [
                say(words).format(count=counts[name])
                for name, words in WORDS.items()
                if counts[name]
            ]
            yield say("Of the {readable} that could be read: {parts}.").format(
                readable=readable, parts=", ".join(parts)
            )


WORDS = {status.part: status.phrase for status in STATUSES}


BECAME = {COUNTS: "counted", REFUSED: None}  # a status, as the sums call it


def added_up(items: Iterable[tuple[str | None, str | None]]) -> Reconciliation:
    """Reconcile items by the verdict and the status of each."""
    counts: Counter[str | None] = Counter()
    for verdict, status in items:
        counts.update(("received", verdict, BECAME.get(status or "", status)))
    return Reconciliation(**{name: counts[name] for name in Reconciliation.__dataclass_fields__})


def reconciled(compared: Iterable[Return]) -> Reconciliation:
    """Reconcile some returns, as `reconciliation` does all of a dataset."""
    items: list[tuple[str | None, str | None]] = []
    for return_ in compared:
        repeated_status = return_.status if return_.verdict == REFUSED else DOUBLED
        for n, _ in enumerate(return_.items):
            items.append((return_.verdict, repeated_status if n else return_.status))
    return added_up(items)


def reconciliation(store: Store, period: str | None = None) -> Reconciliation:
    """Reconcile what a dataset received, over all periods or in one. Files that could not be read are of none ('')."""
    view = store["reconciliation"].c
    sums = [
        sa.func.coalesce(sa.func.sum(view[name]), 0) for name in Reconciliation.__dataclass_fields__
    ]
    query = sa.select(*sums) if period is None else sa.select(*sums).where(view.period == period)
    return Reconciliation(*(int(count) for count in next(store.select(query))))


# the periods of a dataset, the latest one first: every figure belongs to one of them

Days = tuple[date, date]  # the last day of the period, else the day of issue; then the day of issue


def periods(store: Store) -> dict[str, int]:
    """Return how many returns count in every period that a file which could be read is of, the latest one first.

    The name of a period is empty where the returns state none. A return of another round makes none here.
    """
    own_periods = {"", *(row["period"] for row in store.records("periods"))}
    files = store["submissions"]
    query = sa.select(files.c.period, files.c.current, files.c.period_end, files.c.issued)
    days_of: dict[str, Counter[Days]] = defaultdict(Counter)
    counted: Counter[str] = Counter()
    for name, current, end, issued in store.select(query.where(files.c.verdict != REFUSED)):
        issue_day = issued or date.min
        days_of[name][end or issue_day, issue_day] += 1
        counted[name] += bool(current)
    usual_days = {name: _most_frequent(days_of[name]) for name in days_of.keys() & own_periods}
    latest_first = sorted(usual_days, key=lambda name: (usual_days[name], name), reverse=True)
    return {name: counted[name] for name in latest_first}


def _most_frequent(days: Counter[Days]) -> Days:
    """Return the days that most returns of a period state: one that mistypes the year does not make it a later one."""
    return max(days, key=lambda pair: (days[pair], pair))


def choose(counted: Mapping[str, int], name: str | None) -> str | None:
    """Return the period that is asked for, else the latest one of which something counts; None where there is none.

    Raises `UsageError` with the periods that there are.
    """
    if name is None:
        counting = (period for period, count in counted.items() if count)
        return next(counting, next(iter(counted), None))
    if name not in counted:
        quoted_names = ", ".join(f"'{period}'" for period in counted) or "none"
        raise UsageError(
            f"There is no period '{name}' in this dataset.",
            value=name,
            remedy=f"There are: {quoted_names}.",
        )
    return name


# how the periods compare


@dataclass(frozen=True, slots=True)
class PeriodFigures:
    """What one period comes to, beside the others.

    `by_team` has the same for each of its teams, where somebody asked for it: it is what a comparison is made of.
    """

    name: str
    returns: int
    teams: int
    answered: int
    required: int
    levels: Mapping[str, int]  # risks by level, at the last stage that the spec knows
    by_team: Mapping[str, PeriodFigures] = field(default_factory=dict)

    def of_teams(self, codes: Collection[str]) -> PeriodFigures:
        """Return what some of its teams come to."""
        chosen = {code: self.by_team[code] for code in codes}
        levels: Counter[str] = Counter()
        for figures in chosen.values():
            levels.update(figures.levels)
        return PeriodFigures(
            self.name,
            sum(figures.returns for figures in chosen.values()),
            len(chosen),
            sum(figures.answered for figures in chosen.values()),
            sum(figures.required for figures in chosen.values()),
            dict(levels),
            chosen,
        )

    def renamed(self, codes: Mapping[str, str]) -> PeriodFigures:
        """Return these figures with the codes that the teams have now; teams that became one are one."""
        teams: dict[str, list[str]] = defaultdict(list)
        for code in self.by_team:
            teams[codes.get(code, code)].append(code)
        by_team = {
            code: replace(self.of_teams(earlier), teams=1, by_team={})
            for code, earlier in teams.items()
        }
        return replace(self, by_team=by_team)


def over_periods(store: Store, *, by_team: bool = False) -> list[PeriodFigures]:
    """Return the periods of which something counts, the latest one first; if asked, team by team too."""
    files = store["submissions"]
    sheets = store["aggregate_completeness"]
    counted = sa.select(files).where(files.c.current).subquery()
    teams = dict(store.select(grouped(counted, "period", teams=distinct(counted.c.team))))
    sums = {name: whole(sa.func.sum(sheets.c[name])) for name in ("answered", "required")}
    completeness = {
        period: (answered, required)
        for period, answered, required in store.select(grouped(sheets, "period", **sums))
    }
    levels = _last_levels(store)
    of_teams = _by_team(store) if by_team else {}
    figures = []
    for name, counted_returns in periods(store).items():
        if not counted_returns:
            continue
        answered, required = completeness.get(name, (0, 0))
        figures.append(
            PeriodFigures(
                name,
                returns=counted_returns,
                teams=teams.get(name, 0),
                answered=answered,
                required=required,
                levels=levels[name],
                by_team=of_teams.get(name, {}),
            )
        )
    return figures


def _last_levels(store: Store) -> Mapping[str, dict[str, int]]:
    """Return how many risks have each level at the last stage, by period; none where the spec knows no risks."""
    levels: dict[str, dict[str, int]] = defaultdict(dict)
    risks = store.schema.spec.figures.risks if store.schema.spec else None
    if risks is not None:
        table = store["aggregate_risks"]
        last = list(stages(risks))[-1]
        by_level = grouped(table, "period level", frequency=whole(sa.func.sum(table.c.frequency)))
        for period, level, count in store.select(by_level.where(table.c.stage == last)):
            levels[period][level] = count
    return levels


def _by_team(store: Store) -> dict[str, dict[str, PeriodFigures]]:
    """Return what each team comes to in each period, by period and team."""
    files = store["submissions"]
    counted = sa.select(files).where(files.c.current, files.c.team != "").subquery()
    sums = {name: whole(sa.func.sum(counted.c[name])) for name in ("answered", "required")}
    levels: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    risks = store.schema.spec.figures.risks if store.schema.spec else None
    if risks is not None:
        last = list(stages(risks))[-1]
        placed = placed_risks(Sources(store, date.min)).subquery()  # no risk goes by the day
        by_level = grouped(placed, "period team level", frequency=sa.func.count())
        for period, team, level, count in store.select(by_level.where(placed.c.stage == last)):
            levels[period, team][level] = count
    figures_of_period: dict[str, dict[str, PeriodFigures]] = defaultdict(dict)
    query = grouped(counted, "period team", returns=sa.func.count(), **sums)
    for period, team, returns, answered, required in store.select(query):
        figures = PeriodFigures(period, returns, 1, answered, required, levels[period, team])
        figures_of_period[period][team] = figures
    return figures_of_period


def of_same_teams(compared: Sequence[PeriodFigures]) -> list[PeriodFigures]:
    """Return periods as they compare: what the teams come to that answered in each of them.

    The first period is the one that others are held against: one in which none of these teams answered is left out, and
    so are all where nothing is left to compare.
    """
    same = who_is_in_each([period.by_team.keys() for period in compared])
    alike = [period.of_teams(same) for period in compared if same and same <= period.by_team.keys()]
    return alike if len(alike) > 1 else []


def same_teams_words(say: Translate, teams: str) -> str:
    """Say of how many teams a comparison of periods is."""
    return say("Only of the teams that answered in each of these periods: {n}").format(n=teams)


BEFORE = "before "  # and the name of a round: the fact that says what the round before it came to


def round_before(store: Store, period: str | None) -> PeriodFigures | None:
    """Return what the round before a period came to, as it was when that was last at hand; None where nobody knows."""
    fact = store.fact(f"{BEFORE}{period}")
    if not fact:
        return None
    figures = json.loads(fact)
    teams = figures.pop("by_team", {})  # datasets of earlier releases have none
    by_team = {code: PeriodFigures(**of_team) for code, of_team in teams.items()}
    return PeriodFigures(**figures, by_team=by_team)
