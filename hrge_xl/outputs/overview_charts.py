"""What the overview draws: figures over time, progress, and countries; each drawing with its words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from operator import itemgetter

from markupsafe import Markup

from ..core.words import day, direction, number, percent, translator
from ..dataset.reconciliation import PeriodFigures
from ..dataset.return_status import status_words
from .country_map import country_map, on_map
from .drawing import ChartColumn, Mark, Point, columns, lines, steps
from .overview_model import Country, Indicator, Overview
from .overview_teams import LEAST_FIRST

MOST_PERIODS = 12  # side by side in a drawing; the table beside it has them all


class Charts:
    """The drawings of an overview, in the words and the direction of its page, and what these are written with."""

    def __init__(self, found: Overview) -> None:
        self.found, self.language = found, found.language
        self.mirrored = direction(found.language) == "rtl"
        self.say = translator(found.language)
        self.parts = status_words(self.say)

    def number(self, value: float | None) -> str:
        """Give a number as people write it; words for one that is masked."""
        return self.say("masked") if value is None else number(value, self.language)

    def day(self, value: date | str) -> str:
        """Give a day in words."""
        return day(date.fromisoformat(value) if isinstance(value, str) else value, self.language)

    # periods

    def periods(self) -> Sequence[tuple[str, Markup]]:
        """Draw the periods beside each other, the earliest first: returns, completeness, and risks by level."""
        drawn = [
            (self.say("Returns that count"), self._returns()),
            (self.say("Completeness"), self._completeness()),
        ]
        return [*drawn, (self.say("Risks"), self._risks())] if self.found.risks else drawn

    @property
    def _periods(self) -> list[tuple[str, PeriodFigures]]:
        """The last periods, the earliest first."""
        return [
            (each.name or self.say("none stated"), each) for each in self.found.periods[:MOST_PERIODS][::-1]
        ]

    def _returns(self) -> Markup:
        found = [
            ChartColumn(label, [(each.returns, "one")], self.number(each.returns))
            for label, each in self._periods
        ]
        return columns(_told(self.say("Returns that count"), found), found, mirrored=self.mirrored)

    def _completeness(self) -> Markup:
        found = [
            ChartColumn(label, [(share, "one")], percent(share, self.language))
            for label, each in self._periods
            for share in [whole_percents(each.answered, each.required) / 100]
        ]
        return columns(_told(self.say("Completeness"), found), found, top=1.0, mirrored=self.mirrored)

    def _risks(self) -> Markup:
        levels = self.found.risks.levels if self.found.risks else ()
        found, parts = [], []
        for label, each in self._periods:
            counts = {level.code: each.levels.get(level.code, 0) for level in levels}
            pieces = [(counts[level.code], f"p{at}") for at, level in enumerate(levels)]
            found.append(ChartColumn(label, pieces, self.number(sum(counts.values()))))
            told = (f"{level.label} {self.number(counts[level.code])}" for level in levels)
            parts.append(f"{label}: {', '.join(told)}")
        return columns(f"{self.say('Risks')}: {'; '.join(parts)}", found, mirrored=self.mirrored)

    # indicators

    def trend(self, indicator: Indicator) -> Markup:
        """Draw an indicator over its periods, against the baseline and the target of the last one."""
        shown = indicator.trend[-MOST_PERIODS:]
        points = [Point(label, total, self.number(total)) for label, total, _ in shown]
        last = indicator.periods[0].figures
        marks = [
            Mark(f"{word} {self.number(value)}", value, name)
            for name, word in (("baseline", self.say("Baseline")), ("target", self.say("Target")))
            if (value := last[name]) is not None and last["progress"] is not None
        ]
        told = ", ".join([*(f"{label}: {said}" for label, _, said in points), *(mark.said for mark in marks)])
        return lines(f"{self.say('Trend')}: {told}", points, marks, mirrored=self.mirrored)

    @property
    def progress(self) -> Sequence[Indicator]:
        """The indicators of which it is known how far they are to their target, the furthest last."""

        lines = [(each.periods[0].figures, each) for each in self.found.indicators or ()]
        known = [(line["progress"], each) for line, each in lines if line["progress"] is not None]
        return [each for _, each in sorted(known, key=itemgetter(0))]

    # returns

    def arrivals(self) -> Markup:
        """Draw how the returns that count came in, day by day, against the deadlines of their teams."""
        came, deadlines = self.found.arrivals, self.found.deadlines
        days = [each for each, _ in came] + [each for each, _ in deadlines]
        first, span = min(days), max((max(days) - min(days)).days, 1)
        total, points = 0, []
        for each, count in came:
            total += count
            points.append(((each - first).days / span, Point(self.day(each), total, self.number(total))))
        marks = [
            ((each - first).days / span, Mark(f"{self.say('Deadline')} {self.day(each)}", 0, "due"))
            for each, _ in deadlines
        ]
        told = [f"{point.label}: {point.said}" for _, point in points] + [mark.said for _, mark in marks]
        label = f"{self.say('Returns over time')}: {', '.join(told)}"
        top = max(total, sum(count for _, count in deadlines))
        return steps(label, points, marks, top, mirrored=self.mirrored)

    # countries

    def map(self) -> Markup:
        """Draw the countries of the teams, each by the one that is least far."""
        shown = {each.code: (f"c-{each.state}", self._said(each)) for each in self.found.countries}
        told = "; ".join(self._said(each) for each in self.found.countries if on_map(each.code))
        return country_map(f"{self.say('Countries')}: {told}", shown)

    @property
    def states(self) -> Sequence[str]:
        """The states that a country on the map has, the least far first."""
        there = {each.state for each in self.found.countries if on_map(each.code)}
        return [each for each in LEAST_FIRST if each in there]

    @property
    def off_map(self) -> Sequence[Country]:
        """Countries and regions that have no place on the map."""
        return [each for each in self.found.countries if not on_map(each.code)]

    def _said(self, each: Country) -> str:
        return f"{each.label}: {self.by_state(each)}"

    def state(self, state: str) -> str:
        """Say in words where a team stands."""
        return self.say(LEAST_FIRST[state])

    def by_state(self, each: Country) -> str:
        """Give the states of the teams of a country, with their number where there are several teams."""
        several = sum(each.states.values()) > 1
        told = (
            f"{self.state(state)}{f' {self.number(n)}' if several else ''}"
            for state, n in each.states.items()
        )
        return ", ".join(told)


def whole_percents(answered: int, required: int) -> int:
    """Give whole percents, 100 only where nothing is missing."""
    if not required:
        return 0
    return 100 if answered >= required else min(99, round(100 * answered / required))


def _told(name: str, found: Sequence[ChartColumn]) -> str:
    """Give a drawing of columns in words."""
    return f"{name}: {', '.join(f'{column.label}: {column.said}' for column in found)}"
