"""The teams of a round, as a list or `round.yaml` names them; every mistake at once, with its line."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from ..dates import RANGE, is_possible
from ..errors import RoundError, UsageError
from ..numerals import Ambiguous, OtherCalendar, parse_date
from ..spec.choice import choose
from ..spec.lookup import Names, countries, languages
from ..spec.model import Spec
from ..suggest import listed
from ..words import western_digits

COLUMNS = ("team", "country", "language", "deadline", "contact", "email", "tools", "profile")
MOST_CHARACTERS = 60  # of a team's code: it names files
Line = tuple[int, dict[str, str]]  # its number in the file, its cells by column


@dataclass(frozen=True, slots=True)
class Team:
    """One team of a round."""

    code: str
    country: str = ""
    language: str = ""
    deadline: date | None = None
    contact: str = ""
    email: str = ""  # one address or several, by comma
    tools: tuple[str, ...] | None = None  # None: those of the profile
    profile: str = ""  # of the spec; empty: its default, else all sheets


def cells_of(team: Team) -> dict[str, str]:
    """Give a team as the cells of a list, by column."""
    deadline = team.deadline.isoformat() if team.deadline else ""
    tools = ",".join(team.tools or ())
    cells = team.code, team.country, team.language, deadline, team.contact, team.email, tools, team.profile
    return dict(zip(COLUMNS, cells, strict=True))


def checked(name: str, lines: Iterable[Line], spec: Spec, before: Iterable[str] = ()) -> list[Team]:
    """Read lines as teams. Raises `RoundError` with every mistake, after those that were found `before`."""
    mistakes = [f"{name}: {each}" for each in before]
    teams: dict[str, tuple[int, Team]] = {}
    rows = [(n, defaultdict(str, cells)) for n, cells in lines]
    days = Days.of([cells["deadline"] for _, cells in rows], spec.languages)
    allowed = AllowedNames(spec, countries(spec), languages(spec), days)
    for n, cells in rows:
        team, wrong = _team(cells, allowed)
        if team.code.casefold() in teams:
            wrong.append(f"team '{team.code}' is already in line {teams[team.code.casefold()][0]}. Keep one.")
        elif team.code:
            teams[team.code.casefold()] = (n, team)
        mistakes += [f"{name}: line {n}: {each}" for each in wrong]
    if mistakes:
        raise RoundError(*mistakes)
    return [team for _, team in teams.values()]


class AllowedNames(NamedTuple):
    """What the lines of a list may name."""

    spec: Spec
    countries: Names
    languages: Names
    days: Days


def _team(cells: Mapping[str, str], allowed: AllowedNames) -> tuple[Team, list[str]]:
    """Read a team of which each cell is there, and tell what is wrong with it."""
    spec, code = allowed.spec, cells["team"]
    wrong = [*_code_mistakes(code)]
    country = _code_of(cells["country"], allowed.countries, "country", wrong)
    language = _code_of(cells["language"], allowed.languages, "language", wrong)
    tools = cells["tools"].replace(";", ",").replace(" ", ",")
    chosen = [_tool(part, spec, wrong) for part in tools.split(",") if part]
    deadline = _deadline(cells["deadline"], allowed.days, wrong)
    team = Team(
        code, country, language or spec.languages[0], deadline, cells["contact"], addresses(cells["email"], wrong),
        tuple(dict.fromkeys(chosen)) or None, _profile(cells["profile"], spec, wrong),
    )  # fmt: skip
    if not wrong:
        try:
            choose(spec, team.profile, team.tools or ())
        except UsageError as error:
            wrong.append(str(error))
    return team, wrong


def _code_mistakes(code: str) -> Iterator[str]:
    if not code:
        yield "the code of the team is missing. Give it a short one."
    elif (
        len(code) > MOST_CHARACTERS
        or any(c in '<>:"/\\|?*' or not c.isprintable() for c in code)
        or code[0] == "."
    ):
        yield f"'{code[:MOST_CHARACTERS]}' cannot name a file. Use letters, digits and hyphens."


def _code_of(text: str, names: Names, what: str, wrong: list[str]) -> str:
    """Give the code of what is named; a mistake where it is not known."""
    if not text:
        return ""
    code = names.code(text)
    if code is None:
        wrong.append(f"there is no {what} '{text}'. {names.hint(text)}")
    return code or ""


def _tool(text: str, spec: Spec, wrong: list[str]) -> str:
    code = spec.tool_called(text)
    if code is None:
        wrong.append(f"there is no tool '{text}'. Known are: {', '.join(spec.tool)}.")
    return code or ""


def _profile(text: str, spec: Spec, wrong: list[str]) -> str:
    """Give the name of a profile as the spec writes it; a mistake where it has none of this name."""
    name = next((name for name in spec.profiles if name.casefold() == text.casefold()), "")
    if text and not name:
        wrong.append(f"there is no profile '{text}'. Known are: {listed(list(spec.profiles))}.")
    return name


ADDRESS = re.compile(r"(?<![^@\s<>,;\"()])[^@\s<>,;\"()]+@[^@\s<>,;\"()]+\.[^@\s<>,;\"().]+")


def addresses(text: str, wrong: list[str]) -> str:
    """Give addresses of mail, by comma; a mistake for each that is none."""
    parts = [part for part in re.split("[,;\\s]+", re.sub(r"<([^<>]*)>", r" \1 ", text)) if part]
    found = [part for part in parts if "@" in part]
    wrong += [
        f"'{part}' is not an e-mail address. Write it as name@example.org; separate several with commas."
        for part in (found or parts)
        if not ADDRESS.fullmatch(part)
    ]
    return ", ".join(dict.fromkeys(found))


class Days(NamedTuple):
    """How the days of one column are written: in which languages, and whether the day or the month comes first.

    `day_first` is None where the column says neither: 03/04/2026 is then a mistake, for nobody guesses.
    """

    languages: Sequence[str]
    day_first: bool | None = None

    @classmethod
    def of(cls, column: Iterable[str], languages: Sequence[str]) -> Days:
        """Look at all days of a column: one that can only be read in one order says how the others are meant."""
        figures = list(filter(None, map(_figures, column)))
        orders = [
            order for order in (True, False) if all(_of_figures(match, day_first=order) for match in figures)
        ]
        return cls(languages, orders[0] if len(orders) == 1 else None)

    def read(self, text: str) -> date | None:
        """Give the day that a text says; None where it may be none or several."""
        figures = _figures(text)
        if figures and self.day_first is not None:
            return _of_figures(figures, day_first=self.day_first)
        days = set[date | None]()
        for language in self.languages:
            with suppress(Ambiguous, OtherCalendar):
                days.add(parse_date(text, language))
        days.discard(None)
        return days.pop() if len(days) == 1 else None


FIGURES = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})")


def _figures(text: str) -> re.Match[str] | None:
    """Give a day that is written as three figures."""
    return FIGURES.fullmatch(western_digits(text).strip())


def _of_figures(figures: re.Match[str], *, day_first: bool) -> date | None:
    """Give the day of three figures in one order; None where there is no such day."""
    first, second, year = map(int, figures.groups())
    with suppress(ValueError):
        return date(year, second, first) if day_first else date(year, first, second)
    return None


def _deadline(text: str, days: Days, wrong: list[str]) -> date | None:
    if not text:
        return None
    day = days.read(text)
    if day is None:
        wrong.append(f"'{text}' is not an unambiguous date. Write the deadline as 2026-07-31.")
    elif not is_possible(day):
        wrong.append(f"the deadline {day} is not {RANGE}. Correct it.")
    return day
