"""The brief as a page: what an overview comes to on one sheet of paper, of all teams, of one country or of one team.

A page of one country or team is made of a dataset that holds only what these teams sent: its figures come about as
those of all teams do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, replace
from html import unescape
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from ..core.errors import UsageError, remedy_for
from ..core.paths import file_part
from ..core.words import fold, kept_in_order
from ..core.work import grouped
from ..dataset.aggregates import of_some
from ..dataset.opening import open_store
from ..dataset.reconciliation import periods
from ..dataset.run_history import last_change
from ..dataset.store import Store
from ..ledger.events import FILE
from ..privacy.sharing import shared
from ..rounds.rounds import Round, load_round
from ..spec.lookup import label_of
from ..spec.supplements import BriefPart
from . import brief_page, briefs_in, overview_page, page_language, write_page
from .overview import OverviewView, day_of, figures_of
from .overview import page_of as overview_page_of
from .overview_build import build_overview, of_period, teams
from .overview_model import Overview, whole_percents
from .page import asset, rendered
from .page_summary import MOST_INDICATORS


class TeamGroup(NamedTuple):
    """The teams that a page is of, where it is not of all: those of a country, or one."""

    kind: str  # country, team
    code: str
    label: str  # in the language of the page
    teams: tuple[str, ...]

    @property
    def name(self) -> str:
        """What the name of its file has: a team may be called like a country."""
        return f"{self.kind}_{file_part(self.code)}"


def of_dataset(
    store: Store,
    language: str | None,
    round_: Round | None = None,
    *,
    masked: bool = False,
    period: str | None = None,
    group: str = "",
) -> str:
    """Return the page of a dataset whose figures are up to date: of the latest period, unless another one is named.

    Where no language is named, the page of a team is in its own. A `group` is named as its page is; there is none where
    nobody is called so. Raises `StoreError` where figures are not up to date, `UsageError` where there is no such
    period.
    """
    today = day_of(store)
    chosen, expected = of_period(store, round_, period)
    groups = (
        {candidate.name: candidate for candidate in team_groups(store, language, round_, period)}
        if group
        else {}
    )
    team_group = groups.get(group)
    if group and team_group is None:
        return ""
    language = language or _language_of(store, team_group, expected)
    with ExitStack() as stack:
        whole = store
        named = chosen
        if team_group is not None:
            files = [row for row in store.records("submissions") if row["team"] in team_group.teams]
            # a page of teams that sent nothing in the period tells of no other one
            named = chosen if any(row["period"] == chosen for row in files) else None
            sent = [row["submission"] for row in files if named is not None]
            whole = stack.enter_context(of_some(store, sent, today))
            if expected is not None:
                of_group = (team for team in expected.teams if team.code in team_group.teams)
                expected = replace(expected, teams=tuple(of_group))
        shown = stack.enter_context(shared(whole, today)) if masked else whole
        figures = replace(
            build_overview(shown, today, language, expected, period=named, whole=whole),
            period=chosen,
        )
        if masked and group:  # beside the page of all teams they could give a count away
            figures = replace(figures, indicators=None, numbers=())
        return page_of(figures, team_group)


def _language_of(store: Store, group: TeamGroup | None, round_: Round | None) -> str:
    """Return the language of a page for which none is named: of a team its own, else the first of the spec."""
    if group is None or group.kind != "team":
        return store.schema.language
    of_round = (team.language for team in round_.teams if team.code == group.code) if round_ else ()
    of_returns = (
        row["language"] for row in store.records("submissions") if row["team"] == group.code
    )
    return next(filter(None, chain(of_round, of_returns)), store.schema.language)


def team_groups(
    store: Store, language: str | None, round_: Round | None, period: str | None
) -> list[TeamGroup]:
    """Return every country and every team that there may be a page of. Raises `UsageError` as `of_dataset` does."""
    language = language or store.schema.language
    spec = store.schema.spec
    chosen, expected = of_period(store, round_, period)
    team_progress, _ = teams(store, day_of(store), expected, chosen)
    countries = grouped((team.country, team.code) for team in team_progress)
    named = [
        TeamGroup("country", code, label_of(spec, spec.countries, code, language), tuple(some))
        for code, some in sorted(countries.items())
        if code and spec
    ]
    return [
        *named,
        *(TeamGroup("team", team.code, team.code, (team.code,)) for team in team_progress),
    ]


def group_named(groups: Iterable[TeamGroup], kind: str, text: str) -> TeamGroup:
    """Return the country or team that somebody names by its code or its label. Raises `UsageError` with those known."""
    of_kind = [group for group in groups if group.kind == kind]
    matches = [group for group in of_kind if fold(text) in (fold(group.code), fold(group.label))]
    if not matches:
        codes = [group.code for group in of_kind]
        raise UsageError(
            f"There is no {kind} '{text}' here.", value=text, remedy=remedy_for(text, codes)
        )
    return matches[0]


def pages_of_folder(
    folder: Path, output: Path, round_: Round | None = None, *, masked: bool = False
) -> Path:
    """Write the overview and the brief of a consolidated folder, both of the same figures; gives the overview.

    A round folder says itself who was expected.
    """
    if round_ is None and (folder / FILE).is_file():
        round_ = load_round(folder)
    with open_store(folder) as store:
        figures = figures_of(store, None, round_, masked=masked, change=last_change(folder))
    write_page(brief_page(output, masked=masked), page_of(figures))
    return write_page(overview_page(output, masked=masked), overview_page_of(figures))


def group_pages_again(folder: Path, output: Path, round_: Round | None = None) -> None:
    """Write the briefs of countries and teams that a folder holds again, each in its language and of its period.

    One of which nobody is called so any more stays as it is.
    """
    pages = [(page, masked, group) for page, masked, group in briefs_in(output) if group]
    if not pages:
        return
    if round_ is None and (folder / FILE).is_file():
        round_ = load_round(folder)
    with open_store(folder) as store:
        names = list(periods(store))
        for page, masked, group in pages:
            page_bytes = page.read_bytes()
            title = unescape(page_bytes.partition(b"</title>")[0].decode("utf-8", "replace"))
            period = next((name for name in names if title.endswith(f" · {name}")), None)
            text = of_dataset(
                store, page_language(page_bytes), round_, masked=masked, period=period, group=group
            )
            if text:
                write_page(page, text)


# the page


def page_of(figures: Overview, group: TeamGroup | None = None) -> str:
    """Return an overview as a page for whoever has a minute."""
    view = BriefView(figures, group)
    style = asset("brief.css") + view.style()
    return rendered("brief.html.j2", figures.language, style, o=figures, v=view)


class BriefView(OverviewView):
    """What the template asks of a brief beyond its figures."""

    most_names = 8  # of teams that have not answered
    most_indicators = MOST_INDICATORS  # of those furthest from their targets
    # characters at most of a name, so that a sheet of paper holds all of it
    of_risk = 110
    of_indicator = 60
    # parts of the reconciliation that somebody may miss in the figures
    left_aside = ("refused", "waiting", "conflict", "excluded", "withdrawn", "blank")

    def __init__(self, figures: Overview, group: TeamGroup | None = None) -> None:
        super().__init__(figures)
        self.group = group
        self.own = figures.spec.brief if figures.spec else None

    @property
    def title(self) -> str:
        """What the page is called."""
        return (self.own and self.own.title.say(self.language)) or self.say("Brief")

    def heading(self, part: BriefPart) -> str:
        """Return what a part is called: as the spec says, else as the program does."""
        named = self.own.headings.get(part) if self.own else None
        if named:
            return named.say(self.language)
        previous_period = self.period_name(self.before.name if self.before else None)
        return {
            "teams": self.say("Who has answered"),
            "numbers": self.say("In numbers"),
            "risks": self.say("Most serious risks"),
            "indicators": self.say("Progress to target"),
            "changes": self.say("Compared with {period}").format(
                period=kept_in_order(previous_period, self.language)
            ),
            "trust": self.say("How far the figures can be trusted"),
        }[part]

    def short(self, text: str | None, most: int) -> str:
        """Return a text with so many characters at most; words for one that is masked or blank."""
        if text is None:
            return self.say("masked" if self.overview.masked else "(blank)")
        line = " ".join(text.split())
        return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"

    @property
    def aside(self) -> Sequence[tuple[str, int]]:
        """What came in and is in no figure, in words, with how many files."""
        counts = asdict(self.overview.received)
        return [(self.parts[part], counts[part]) for part in self.left_aside if counts[part]]

    @property
    def changes(self) -> Sequence[tuple[str, Sequence[str]]]:
        """What the period before came to, and what this one does, by what is compared."""
        sides = self.with_before
        if not sides:
            return ()
        shares = [
            whole_percents(side.answered, side.required) / 100 for side in sides if side.required
        ]
        rows = [(self.say("Returns that count"), [self.number(side.returns) for side in sides])]
        if shares[1:]:
            rows.append((self.say("Required answers given"), [*map(self.percent, shares)]))
        level = self.level
        if level and any(side.levels for side in sides):
            counts = [side.levels.get(level, 0) for side in sides]
            rows.append(
                (self.say("Risks"), [self.number(sum(side.levels.values())) for side in sides])
            )
            label = f"{self.say('Risks')}: {self.levels[level]}"
            rows.append((label, [*map(self.number, counts)]))
        return rows

    @property
    def foot(self) -> Sequence[str]:
        """What stands at the foot of a printed page, before the day."""
        return [self.title, self.group.label] if self.group else [self.title]
