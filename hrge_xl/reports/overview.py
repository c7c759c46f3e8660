"""The overview for the coordination office: one HTML page that needs no network and no scripts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from functools import cached_property

from markupsafe import Markup

from .. import __version__
from ..dataset.store import Store
from ..rounds.rounds import Round
from ..validation import ACCEPTED, RETURNED
from ..words import day, number, percent, right_to_left, translator
from .overview_build import overview
from .overview_model import MOST_ROWS, Behind, HeatMap, Indicator, Level, Overview, Period, RiskPart, Team
from .overview_teams import MISSING, UNEXPECTED, WAITING
from .overview_words import words
from .page import asset, colours, css_text, environment, pale, policy

MOST_COLUMNS = 40  # sheets side by side in the table of completeness
WIDTH, HEIGHT, EDGE = 300, 70, 8  # of the drawing of a trend


def render(
    store: Store, today: date, language: str, round_: Round | None = None, *, period: str | None = None
) -> str:  # fmt: skip
    """The page as text; the same dataset gives the same text. Parameters as for `overview_build.overview`."""
    return page_of(overview(store, today, language, round_, period=period))


def page_of(found: Overview) -> str:
    """An overview as a page."""
    view = View(found)
    style = asset("report.css") + asset("overview.css") + view.style()
    return (
        environment()
        .get_template("overview.html.j2")
        .render(o=found, v=view, t=view.words, style=Markup(style), policy=policy(style))
    )


class View:
    """What the template asks of an overview beyond its data: words, numbers, and the shapes of drawings."""

    version = __version__
    most_rows = MOST_ROWS

    def __init__(self, found: Overview) -> None:
        self.found, self.language = found, found.language
        self.words = words(translator(found.language))
        self.direction = "rtl" if right_to_left(found.language) else "ltr"

    def say(self, key: str, **values: object) -> str:
        """Fill a sentence."""
        return self.words[key].format(**values)

    def number(self, value: float | None) -> str:
        """A number as people write it; words for one that is masked."""
        return self.words["masked"] if value is None else number(value, self.language)

    def change(self, value: float) -> str:
        """A number with its sign."""
        return f"{'+' if value > 0 else '−' if value < 0 else '±'}{number(abs(value), self.language)}"

    def percent(self, share: float) -> str:
        """A share as a percentage."""
        return percent(share, self.language)

    def day(self, value: date) -> str:
        """A day in words."""
        return day(value, self.language)

    def why(self, period: Period) -> str:
        """Why there is no total."""
        return self.words.get(period.why or "", period.why or self.words["masked"])

    # periods

    def period(self, name: str | None) -> str:
        """A period by its name; words for one that the returns do not state."""
        return name or self.words["no_period"]

    @property
    def others(self) -> str:
        """The other periods, each with the number of returns that count in it."""
        told = [each for each in self.found.periods if each.name != self.found.period]
        return ", ".join(f"{self.period(each.name)} ({self.number(each.returns)})" for each in told)

    # teams

    def answered(self, *states: str) -> int:
        """How many teams are in one of some states."""
        return sum(team.state in states for team in self.found.teams)

    @property
    def expected(self) -> int:
        """How many teams were to answer."""
        return sum(team.state != UNEXPECTED for team in self.found.teams)

    @property
    def has_countries(self) -> bool:
        """Whether any team has a country."""
        return any(team.country for team in self.found.teams)

    @property
    def silent(self) -> Sequence[Team]:
        """The teams that have not answered."""
        return [team for team in self.found.teams if team.state == MISSING]

    @property
    def received(self) -> list[tuple[str, int]]:
        """What became of the files that came in: how many came, and each part that is not empty."""
        return [(part, number) for part, number in asdict(self.found.received).items() if number]

    @property
    def came(self) -> int:
        """How many teams have answered."""
        return self.answered(ACCEPTED, RETURNED, WAITING)

    def share(self, answered: int, required: int) -> int:
        """Whole percents, 100 only where nothing is missing."""
        return (
            0 if not required else 100 if answered >= required else min(99, round(100 * answered / required))
        )

    @property
    def columns(self) -> Sequence[tuple[str, str]]:
        """The sheets of the table of completeness: code and title."""
        return [(tool.code, tool.title) for tool in self.found.tools[:MOST_COLUMNS]]

    # risks

    @cached_property
    def level_numbers(self) -> dict[str, int]:
        """The place of each level, which its colour goes by."""
        return (
            {level.code: at for at, level in enumerate(self.found.risks.levels)} if self.found.risks else {}
        )

    @property
    def highest(self) -> int:
        """How many risks stand at the highest level at the last stage."""
        risks = self.found.risks
        return self.at_level(risks.maps[-1], risks.levels[-1]) if risks else 0

    def at_level(self, heat: HeatMap, level: Level) -> int:
        """How many risks of a map stand at one level."""
        return sum(each.total for place, each in heat.cells.items() if heat.levels[place] == level.code)

    def breakdown(self, by: str) -> str:
        """The heading of a breakdown."""
        return self.words.get(f"by_{by}", by)

    def bars(self, part: RiskPart, stage: str, most: int) -> Sequence[tuple[int, float, float]]:
        """Level, start and width of the pieces of a bar, in percent of the longest."""
        pieces, start = [], 0.0
        for code, at in self.level_numbers.items():
            wide = 100 * part.counts.get(stage, {}).get(code, 0) / most if most else 0
            if wide:
                pieces.append((at, round(start, 2), round(wide, 2)))
            start += wide
        return pieces

    def longest(self, parts: Sequence[RiskPart]) -> int:
        """The most risks that a part of a breakdown has."""
        return max((sum(levels.values()) for part in parts for levels in part.counts.values()), default=0)

    def counts(self, part: RiskPart, stage: str) -> str:
        """A bar in words."""
        levels = self.found.risks.levels if self.found.risks else ()
        told = part.counts.get(stage, {})
        return ", ".join(
            f"{level.label} {number(told[level.code], self.language)}"
            for level in levels
            if level.code in told
        )

    # indicators

    def way(self, share: float | None) -> float:
        """How far a bar of progress goes, in percent."""
        return round(100 * min(max(share or 0.0, 0.0), 1.0), 1)

    def points(self, indicator: Indicator) -> Sequence[tuple[float, float]]:
        """The points of a trend in a drawing; from nought, so that nothing looks larger than it is."""
        values = [total for _, total, _ in indicator.trend]
        low, high = min(0.0, *values), max(0.0, *values)
        step, scale = (WIDTH - 2 * EDGE) / max(len(values) - 1, 1), (HEIGHT - 2 * EDGE) / ((high - low) or 1)
        return [
            (round(EDGE + at * step, 1), round(HEIGHT - EDGE - (value - low) * scale, 1))
            for at, value in enumerate(values)
        ]

    def trend_words(self, indicator: Indicator) -> str:
        """A trend in words."""
        return ", ".join(f"{label}: {self.number(total)}" for label, total, _ in indicator.trend)

    def part_share(self, value: float | None, parts: Sequence[object]) -> float:
        """How long the bar of a part is, in percent of all parts that are told."""
        told = sum(getattr(part, "number", None) or 0 for part in parts)
        return round(100 * (value or 0) / told, 1) if told else 0

    def more(self, behind: Behind) -> bool:
        """Whether there are more rows than are listed."""
        return behind.total > len(behind.sources)

    # style

    def style(self) -> str:
        """The colours of the levels, and what stands at the foot of a printed page."""
        levels = self.found.risks.levels if self.found.risks else ()
        rules = "".join(
            f".l{at}{{{colours(level.colour)}}}.l{at}.zero{{{colours(pale(level.colour))}}}.p{at}{{fill:{level.colour}}}"
            for at, level in enumerate(levels)
        )
        foot = css_text(f"{self.found.title} · {self.words['page']} · {self.day(self.found.today)}")
        page = f'@bottom-left{{content:{foot}}}@bottom-right{{content:counter(page)" / "counter(pages)}}'
        return f"{rules}@page{{{page}}}\n"
