"""The overview of a dataset as a page, as it is or as it may be shared, with what its charts are drawn from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from datetime import date
from functools import cached_property
from itertools import accumulate, cycle
from string import ascii_uppercase
from typing import TypeVar

from .. import __version__
from ..core.errors import StoreError
from ..core.words import day, direction, number, percent
from ..core.work import grouped
from ..dataset.aggregates.indicators import DOUBLED
from ..dataset.reconciliation import PeriodFigures, of_same_teams, same_teams_words
from ..dataset.return_status import may_be_shared, status_words
from ..dataset.run_history import RunChange
from ..dataset.schema import counts_people, restricted_fields
from ..dataset.store import DERIVED, Store
from ..privacy.sharing import shared
from ..rounds.rounds import Round
from .charts import (
    Chart,
    CountryMap,
    Mark,
    country_map,
    draw_columns,
    draw_lines,
    draw_steps,
    on_map,
)
from .figures import period_blocks
from .overview_build import LEAST_FIRST, build_overview
from .overview_model import (
    MOST_ROWS,
    Aim,
    Drilldown,
    FigureBlock,
    FigureLine,
    FigureSource,
    HeatMap,
    Overview,
    QuestionProfile,
    percents_of,
    whole_percents,
)
from .page import asset, foot_rule, level_rules, rendered
from .page_summary import PageSummary


def of_dataset(
    store: Store,
    language: str | None,
    round_: Round | None = None,
    *,
    masked: bool = False,
    period: str | None = None,
    change: RunChange | None = None,
) -> str:
    """Return the page of a dataset. Raises as `figures_of` does."""
    return page_of(figures_of(store, language, round_, masked=masked, period=period, change=change))


def figures_of(
    store: Store,
    language: str | None,
    round_: Round | None = None,
    *,
    masked: bool = False,
    period: str | None = None,
    change: RunChange | None = None,
) -> Overview:
    """Return what is on the page of a dataset with figures: of the latest period, unless another one is named.

    `change` is what the last run changed; a page that may be shared does not tell it.

    Raises `StoreError` where the figures are not up to date, `UsageError` where there is no such period.
    """
    today = day_of(store)
    with shared(store, today) if masked else nullcontext(store) as shown:
        language = language or store.schema.language
        change = None if masked else change
        return build_overview(
            shown, today, language, round_, period=period, change=change, whole=store
        )


def day_of(store: Store) -> date:
    """Return the day that the figures of a dataset are as of. Raises `StoreError` where they are not up to date."""
    if not store.fact(DERIVED):
        raise StoreError(
            f"The last run over {store.name} was cut off.",
            remedy=(
                "Run `hrge-xl consolidate FOLDER -o FOLDER` (for a copy to share with --shareable), "
                "then this."
            ),
        )
    return date.fromisoformat(store.fact(DERIVED))


# the overview for the coordination office

MOST_PERIODS = 12  # side by side in a drawing; the table beside it has them all
SHADES = 5  # of completeness
Kind = TypeVar("Kind", int, str)


def page_of(overview: Overview) -> str:
    """Return an overview as a page."""
    view = OverviewView(overview)
    style = asset("report.css") + asset("overview.css") + view.style()
    return rendered("overview.html.j2", overview.language, style, o=overview, v=view)


class OverviewView(PageSummary):
    """What the template asks of an overview beyond its data: numbers and states in words, and shapes of drawings."""

    version = __version__
    doubled = DOUBLED
    most_rows = MOST_ROWS
    most_columns = 40  # sheets side by side in the table of completeness
    few = 10  # rows, up to which a table stands open
    first = 5  # of a long list; the others are folded
    share = staticmethod(whole_percents)

    def __init__(self, overview: Overview) -> None:
        super().__init__(overview)
        self.mirrored = direction(overview.language) == "rtl"
        self.parts = status_words(self.say)
        self.files = {team.code: team.files for team in overview.teams}
        self.levels: Mapping[str, str] = overview.risks.levels if overview.risks else {}
        matrix = overview.spec.matrix if overview.spec else None
        self.spec_levels = matrix.levels if matrix and self.levels else ()
        # the colours of levels go by these
        self.level_numbers = {code: at for at, code in enumerate(self.levels)}

    @property
    def shows_counts(self) -> bool:
        """Whether small counts of people may stand on the page."""
        return not self.overview.masked and counts_people(self.overview.spec)

    @property
    def sharing(self) -> str | None:
        """Whether the page may be shared, in words; None where it holds nothing that must not be."""
        say = self.say
        spec = self.overview.spec
        if self.overview.masked:
            return may_be_shared(say, people=counts_people(spec))
        if self.shows_counts:
            return say(
                "Not for sharing: small counts of people are shown. With --shareable, hrge-xl consolidate makes a "
                "version in which these are masked."
            )
        if restricted_fields(spec):
            return say(
                "Not for sharing: restricted questions are shown. With --shareable, hrge-xl consolidate makes a "
                "version without them."
            )
        return None

    def number(self, value: float | None) -> str:
        """Return a number as people write it; words for one that is masked."""
        return self.say("masked") if value is None else number(value, self.language)

    def change(self, value: float) -> str:
        """Return a number with its sign."""
        size = number(abs(value), self.language)
        if value > 0:
            return f"+{size}"
        return f"−{size}" if value < 0 else f"±{size}"

    def percent(self, share: float) -> str:
        """Return a share as a percentage."""
        return percent(share, self.language)

    def day(self, value: date | str) -> str:
        """Return a day in words."""
        return day(date.fromisoformat(value) if isinstance(value, str) else value, self.language)

    def period_name(self, name: str | None) -> str:
        """Return the name of a period, or words for none."""
        return name or self.say("none stated")

    def by_sheet(
        self, behind: Drilldown
    ) -> Iterator[tuple[str, dict[tuple[str | None, Aim | None], str]]]:
        """Yield the rows behind a figure by sheet, those that say the same together: each team with its cells.

        A team with one return is called by its name alone: its file stands where the page says who has answered.
        """
        for sheet, sources in grouped((source.sheet, source) for source in behind.sources).items():
            same = grouped(((source.text, source.aim), source) for source in sources)
            yield sheet, {statement: self._cells(alike) for statement, alike in same.items()}

    def _cells(self, sources: Sequence[FigureSource]) -> str:
        cells = grouped((self._whose(source), self.cell(source)) for source in sources)
        return "; ".join(f"{team} {', '.join(some)}" for team, some in cells.items())

    def cell(self, source: FigureSource) -> str:
        """Return the cell of a row, marked where the office corrected an answer in that row of the sheet."""
        is_corrected = (source.file, source.sheet, _line(source.cell)) in self.corrected
        return f"{source.cell}*" if is_corrected else source.cell

    @cached_property
    def corrected(self) -> set[tuple[str, str, str]]:
        """File, sheet and number of the row of each answer that the office corrected."""
        return {(file, sheet, _line(cell)) for file, sheet, cell in self.overview.corrected}

    def _whose(self, source: FigureSource) -> str:
        team = source.team
        file = source.file
        return team if self.files.get(team) == (file,) else f"{team} ({file})"

    # completeness and risks

    def shade(self, answered: int, required: int) -> int:
        """Return how dark a cell of completeness is."""
        return min(whole_percents(answered, required) * SHADES // 100, SHADES - 1) + (
            answered >= required
        )

    def at_level(self, heat: HeatMap, level: str) -> int:
        """Count the risks of a map at one level."""
        return sum(
            risks.total for place, risks in heat.cells.items() if heat.levels[place] == level
        )

    def bars(self, counts: Mapping[str, int], most: int) -> Sequence[tuple[int, float, float]]:
        """Level, start and width of the pieces of a bar, in percent of the longest."""
        return _pieces(
            [(at, counts[code]) for code, at in self.level_numbers.items() if counts.get(code)],
            most,
        )

    def longest(self, parts: Sequence[FigureLine]) -> int:
        """Return the most risks that a part of a breakdown has at a stage."""
        assert self.overview.risks is not None
        stages = [heat.stage for heat in self.overview.risks.maps]
        totals: list[int] = [
            sum(part.figures[stage].values()) for part in parts for stage in stages
        ]
        return max(totals)

    def parts_of(self, question: QuestionProfile) -> Sequence[tuple[str, float, float]]:
        """Class, start and width of the pieces of the bar of a question, in percent of all that were to answer."""
        shades = cycle(range(SHADES))
        parts = [
            ("no" if figures["is_no"] else f"a{next(shades)}", figures["frequency"] or 0)
            for _, _, figures, *_ in question.answers
        ]
        return _pieces(parts, question.given + question.missing)

    # periods beside each other, the earliest first

    def of_same_teams(self, teams: int) -> str:
        """Say how many teams a comparison of periods is of."""
        return same_teams_words(self.say, self.number(teams))

    @cached_property
    def compared(self) -> dict[str, PeriodFigures]:
        """The period of the page and the others by name, as far as the same teams answered in each; of these alone."""
        of_page = [
            period for period in self.overview.periods if period.name == self.overview.period
        ]
        of_others = [
            period for period in self.overview.periods if period.name != self.overview.period
        ]
        return {period.name: period for period in of_same_teams([*of_page, *of_others])}

    @property
    def period_charts(self) -> Iterator[tuple[str, Chart]]:
        """Draw the last periods, the earliest first: returns that count, and what the same teams come to."""
        last_periods = self.overview.periods[:MOST_PERIODS][::-1]
        title = self.say("Returns that count")
        returns = [(self.period_name(period.name), [period.returns]) for period in last_periods]
        drawn = [FigureBlock(title, [self.say("Period"), title], returns, "column")]
        names = [period.name for period in last_periods if period.name in self.compared]
        if names:
            alike = [self.compared[name] for name in names]
            drawn += period_blocks(alike, self.spec_levels, self.language)
        for block in drawn:
            yield block.title, self._columns(block)

    def _columns(self, block: FigureBlock) -> Chart:
        if not block.share:
            return draw_columns(block, self.number, mirrored=self.mirrored)
        rows = [(label, [percents_of(share or 0) / 100]) for label, (share,) in block.rows]
        return draw_columns(block._replace(rows=rows), self.percent, mirrored=self.mirrored)

    # indicators

    def trend(self, indicator: FigureLine) -> Chart:
        """Draw an indicator over its periods; where it is of all teams of the last one, with baseline and target."""
        trend = indicator.figures["trend"]
        rows = [(label, [total]) for label, total, _ in trend[-MOST_PERIODS:]]
        block = FigureBlock(indicator.label, [self.say("Period"), self.say("Total")], rows, "line")
        last = indicator.figures
        _, total, teams = trend[-1]
        of_all = last["progress"] is not None and (total, teams) == (last["total"], last["teams"])
        marks = []
        for name, word in (("baseline", self.say("Baseline")), ("target", self.say("Target"))):
            value = last[name]
            if of_all and value is not None:
                marks.append(Mark(f"{word} {self.number(value)}", value, name))
        return draw_lines(block, self.number, marks, mirrored=self.mirrored)

    # returns, and the countries of the teams

    def arrivals(self) -> Chart:
        """Draw how the returns that count came in, day by day, against the deadlines of their teams."""
        came = self.overview.arrivals
        deadlines = self.overview.deadlines
        days = [on_day for on_day, _ in (*came, *deadlines)]
        first = min(days)
        span = max((max(days) - min(days)).days, 1)
        places = [(on_day - first).days / span for on_day, _ in came]
        totals = accumulate(count for _, count in came)
        rows = [
            (self.day(on_day), [total]) for (on_day, _), total in zip(came, totals, strict=True)
        ]
        block = FigureBlock(
            self.say("Returns over time"), [self.say("Day"), self.say("Total")], rows
        )
        marks = [
            Mark(f"{self.say('Deadline')} {self.day(due)}", (due - first).days / span, "due")
            for due, _ in deadlines
        ]
        top = max(sum(count for _, count in came), sum(count for _, count in deadlines))
        return draw_steps(block, places, self.number, marks, top=top, mirrored=self.mirrored)

    def map(self) -> CountryMap | None:
        """Draw the countries of the teams, each by the one that is least far."""
        return country_map(
            {
                country.code: (
                    f"c-{least_far(country)}",
                    f"{country.label}: {self.by_state(country)}",
                )
                for country in self.overview.countries
            }
        )

    @property
    def states(self) -> Sequence[str]:
        """The states that a country on the map has, the least far first."""
        states_on_map = {
            least_far(country) for country in self.overview.countries if on_map(country.code)
        }
        return [state for state in LEAST_FIRST if state in states_on_map]

    @property
    def off_map(self) -> Sequence[FigureLine]:
        """Countries and regions that have no place on the map."""
        return [country for country in self.overview.countries if not on_map(country.code)]

    def state(self, state: str) -> str:
        """Say in words where a team stands."""
        return self.say(LEAST_FIRST[state])

    def by_state(self, country: FigureLine) -> str:
        """Return the states of the teams of a country, with their number where there are several teams."""
        states = country.figures["states"]
        several = sum(states.values()) > 1
        texts = (
            f"{self.state(state)}{f' {self.number(n)}' if several else ''}"
            for state, n in states.items()
        )
        return ", ".join(texts)

    def style(self) -> str:
        """Return the colours of the levels, and what stands at the foot of a printed page."""
        rules = [
            f"{level_rules(f'l{at}', level.colour)}.p{at}{{fill:{level.colour}}}"
            for at, level in enumerate(self.spec_levels)
        ]
        return (
            f"{''.join(rules)}{foot_rule(' · '.join([*self.foot, self.day(self.overview.today)]))}"
        )

    @property
    def foot(self) -> Sequence[str]:
        """What stands at the foot of a printed page, before the day."""
        return self.overview.title, self.say("Overview")


def least_far(country: FigureLine) -> str:
    """Return the state of the team of a country that is least far."""
    return str(next(iter(country.figures["states"])))


def _line(cell: str) -> str:
    """Return the number of the row that a cell stands in."""
    return cell.lstrip(ascii_uppercase)


def _pieces(parts: Sequence[tuple[Kind, int]], whole: int) -> list[tuple[Kind, float, float]]:
    """Return the pieces of a bar: of which kind they are, start and width, in percent of the whole."""
    pieces = []
    start = 0.0
    for kind, count in parts:
        wide = 100 * count / whole if whole else 0
        pieces.append((kind, round(start, 1), round(wide, 1)))
        start += wide
    return pieces
