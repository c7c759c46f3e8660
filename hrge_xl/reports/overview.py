"""The overview for the coordination office: one HTML page that needs no network and no scripts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from functools import cached_property

from markupsafe import Markup

from .. import __version__
from ..dataset.run_history import INDICATOR, LEVEL, FigureChange, RunChange
from ..dataset.store import Store
from ..rounds.rounds import Round
from ..validation import ACCEPTED, RETURNED
from ..words import day, number, percent, right_to_left, translator
from .overview_build import overview
from .overview_charts import Charts, whole_percents
from .overview_model import (
    MOST_ROWS,
    Behind,
    HeatMap,
    Level,
    Overview,
    Period,
    Question,
    RiskPart,
    Split,
    Team,
)
from .overview_teams import MISSING, UNEXPECTED, WAITING
from .overview_words import words
from .page import asset, colours, css_text, environment, pale, policy

MOST_COLUMNS = 40  # sheets side by side in the table of completeness
OPEN_QUESTIONS = 15  # of the profile; the others are folded
SHADES = 5  # of completeness


def render(
    store: Store, today: date, language: str, round_: Round | None = None,
    *, period: str | None = None, change: RunChange | None = None, whole: Store | None = None,
) -> str:  # fmt: skip
    """Give the page as text; the same dataset gives the same text. Parameters as for `overview_build.overview`."""
    return page_of(overview(store, today, language, round_, period=period, change=change, whole=whole))


def page_of(found: Overview) -> str:
    """Give an overview as a page."""
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
        self.charts = Charts(found, self.words, mirrored=right_to_left(found.language))

    def say(self, key: str, **values: object) -> str:
        """Fill a sentence."""
        return self.words[key].format(**values)

    def number(self, value: float | None) -> str:
        """Give a number as people write it; words for one that is masked."""
        return self.words["masked"] if value is None else number(value, self.language)

    def change(self, value: float) -> str:
        """Give a number with its sign."""
        return f"{'+' if value > 0 else '−' if value < 0 else '±'}{number(abs(value), self.language)}"

    def percent(self, share: float) -> str:
        """Give a share as a percentage."""
        return percent(share, self.language)

    def day(self, value: date) -> str:
        """Give a day in words."""
        return day(value, self.language)

    def why(self, period: Period) -> str:
        """Say why there is no total."""
        return self.words.get(period.why or "", period.why or self.words["masked"])

    # periods

    def period(self, name: str | None) -> str:
        """Give a period by its name; words for one that the returns do not state."""
        return name or self.words["no_period"]

    @property
    def others(self) -> str:
        """The other periods, each with the number of returns that count in it."""
        told = [each for each in self.found.periods if each.name != self.found.period]
        return ", ".join(f"{self.period(each.name)} ({self.number(each.returns)})" for each in told)

    # teams

    @property
    def answers_by_state(self) -> dict[str, int]:
        """How many teams that have answered are in each state."""
        counts = Counter(team.state for team in self.found.teams)
        return {state: counts[state] for state in (ACCEPTED, RETURNED, WAITING) if counts[state]}

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
        return sum(self.answers_by_state.values())

    def share(self, answered: int, required: int) -> int:
        """Whole percents, 100 only where nothing is missing."""
        return whole_percents(answered, required)

    def shade(self, answered: int, required: int) -> int:
        """Give how dark a cell of completeness is."""
        return min(self.share(answered, required) * SHADES // 100, SHADES - 1) + (answered >= required)

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
        """Count the risks of a map at one level."""
        return sum(each.total for place, each in heat.cells.items() if heat.levels[place] == level.code)

    def breakdown(self, by: str) -> str:
        """Give the heading of a breakdown."""
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
        """Give the most risks that a part of a breakdown has."""
        return max((sum(levels.values()) for part in parts for levels in part.counts.values()), default=0)

    def counts(self, part: RiskPart, stage: str) -> str:
        """Give a bar in words."""
        levels = self.found.risks.levels if self.found.risks else ()
        told = part.counts.get(stage, {})
        return ", ".join(
            f"{level.label} {number(told[level.code], self.language)}"
            for level in levels
            if level.code in told
        )

    # indicators

    def way(self, share: float | None) -> float:
        """Give how far a bar of progress goes, in percent."""
        return round(100 * min(max(share or 0.0, 0.0), 1.0), 1)

    def part_share(self, value: float | None, split: Split) -> float:
        """Give how long the bar of a part is, in percent of all parts shown."""
        told = sum(part.number or 0 for part in split.parts)
        return round(100 * (value or 0) / told, 1) if told else 0

    # questions and runs

    def parts_of(self, question: Question) -> Sequence[tuple[str, float, float]]:
        """Class, start and width of the pieces of the bar of a question, in percent of all that were to answer."""
        whole = question.given + question.missing
        pieces, start, shades = [], 0.0, 0
        for answer in question.answers:
            css = "no" if answer.is_no else f"a{shades % SHADES}"
            shades += not answer.is_no
            wide = 100 * (answer.count or 0) / whole if whole else 0
            pieces.append((css, round(start, 2), round(wide, 2)))
            start += wide
        return pieces

    def answers_of(self, question: Question) -> str:
        """Give the answers to a question in words."""
        told = [f"{answer.label} {self.number(answer.count)}" for answer in question.answers]
        if question.least is not None and question.most is not None:
            told.append(
                self.words["range"].format(least=self.number(question.least), most=self.number(question.most))
            )
        if question.missing:
            told.append(self.words["missing_answers"].format(n=self.number(question.missing)))
        return " · ".join(told)

    @property
    def open_questions(self) -> int:
        """How many questions of the profile are not folded."""
        return OPEN_QUESTIONS

    def iso_day(self, value: str) -> str:
        """Give a day of a run in words."""
        return self.day(date.fromisoformat(value))

    def codes(self, counts: Mapping[str, int]) -> str:
        """Give findings by code, the most frequent first."""
        return ", ".join(f"{code} {self.number(count)}" for code, count in Counter(counts).most_common())

    def figure_name(self, moved: FigureChange) -> str:
        """Name a figure that moved, in words."""
        if moved.what == LEVEL:
            level = self.found.risks.level(moved.code) if self.found.risks else None
            name = f"{self.words['risks']}: {level.label if level else moved.code}"
        elif moved.what == INDICATOR:
            labels = {each.code: each.label for each in self.found.indicators or ()}
            name = f"{moved.code} {labels.get(moved.code, '')}".strip()
        else:
            name = self.words.get(f"part_{moved.what}") or self.words[f"{moved.what}_all"]
        return f"{name} · {moved.period}" if moved.period else name

    def moved_number(self, value: float | None) -> str:
        """Give a figure before or after a run; a dash where there was none."""
        return "–" if value is None else number(value, self.language)

    def part_of_status(self, status: str) -> str:
        """Say what became of a file, in words."""
        return self.words.get(f"part_{'counted' if status == 'counts' else status}", status)

    @property
    def dated(self) -> int:
        """How many of the returns that count have a day."""
        return sum(count for _, count in self.found.arrivals)

    def more(self, behind: Behind) -> bool:
        """Say whether there are more rows than are listed."""
        return behind.total > len(behind.sources)

    # style

    def style(self) -> str:
        """Give the colours of the levels, and what stands at the foot of a printed page."""
        levels = self.found.risks.levels if self.found.risks else ()
        rules = "".join(
            f".l{at}{{{colours(level.colour)}}}.l{at}.zero{{{colours(pale(level.colour))}}}.p{at}{{fill:{level.colour}}}"
            for at, level in enumerate(levels)
        )
        foot = css_text(f"{self.found.title} · {self.words['page']} · {self.day(self.found.today)}")
        page = f'@bottom-left{{content:{foot}}}@bottom-right{{content:counter(page)" / "counter(pages)}}'
        return f"{rules}@page{{{page}}}\n"
