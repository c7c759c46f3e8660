"""The teams of a round, from a list as people keep it (CSV or xlsx); every mistake in it at once, with its line."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rapidfuzz import process

from ..dates import RANGE, is_possible
from ..errors import RoundError, UsageError
from ..intake import first_table
from ..intake.limits import LIMITS
from ..numerals import Ambiguous, OtherCalendar, parse_date
from ..paths import read_regular
from ..spec.choice import choose
from ..spec.lookup import Names, countries, languages
from ..spec.model import Spec
from ..suggest import listed
from ..words import tidy

COLUMNS = ("team", "country", "language", "deadline", "contact", "tools", "profile")
MOST_CHARACTERS = 60  # of a team's code: it names files
MOST_TEAMS = 10_000
CLOSE = 75  # how alike a misspelt column must be to be taken for one
SEPARATOR = re.compile(r"sep=(.)", re.IGNORECASE)
WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
CSV = "CSV UTF-8"
Cells = tuple[int, Sequence[str]]  # a line: its number in the file, its cells
Line = tuple[int, dict[str, str]]  # the same by column


@dataclass(frozen=True, slots=True)
class Team:
    """One team of a round."""

    code: str
    country: str = ""
    language: str = ""
    deadline: date | None = None
    contact: str = ""
    tools: tuple[str, ...] | None = None  # None: those of the profile
    profile: str = ""  # of the spec; empty: its default, else all sheets


def read_teams(file: Path, spec: Spec) -> list[Team]:
    """The teams of a list. Raises `RoundError` with every mistake, a line each."""
    rows = _workbook(file) if file.suffix.lower() in WORKBOOKS else _csv(file)
    lines, mistakes = _by_column(rows)
    if not lines and not mistakes:
        raise RoundError(f"{file.name}: no team stands in it. Fill it in: {', '.join(COLUMNS)}.")
    return checked(file.name, lines, spec, mistakes)


def _csv(file: Path) -> Iterable[Cells]:
    text = _decoded(file)
    first, _, rest = text.partition("\n")
    named = SEPARATOR.match(first.strip())  # a line that Excel writes for itself
    delimiter = named[1] if named else max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(rest if named else text, newline=""), delimiter=delimiter)
    try:
        return [(reader.line_num + bool(named), row) for row in reader]
    except csv.Error as error:
        raise RoundError(
            f"{file.name}: line {reader.line_num}: this is not CSV ({error}). Save it as .xlsx."
        ) from error


def _decoded(file: Path) -> str:
    """The text of a list: UTF-8, or UTF-16 that says so, as “Unicode text” of Excel does."""
    try:
        data = read_regular(file, LIMITS.file_bytes)
    except OSError as error:
        raise RoundError(
            f"{file}: the team list cannot be read ({error.strerror}). Check the path."
        ) from error
    try:
        text = data.decode(
            "utf-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
        )
    except UnicodeDecodeError as error:
        raise RoundError(
            f"{file.name}: the team list is not UTF-8 text. Save it as “{CSV}” or as .xlsx."
        ) from error
    if "\0" in text:
        raise RoundError(f"{file.name}: the team list is not text. Save it as “{CSV}” or as .xlsx.")
    return text


def _workbook(file: Path) -> Iterable[Cells]:
    try:
        return first_table(file, f"It was to be the team list: save it again as .xlsx, or as “{CSV}”.")
    except UsageError as error:
        raise RoundError(str(error)) from error


def _by_column(rows: Iterable[Cells]) -> tuple[list[Line], list[str]]:
    """The lines that hold something, by the heads of the first one; and what is wrong with the heads."""
    filled = [(n, [tidy(cell) for cell in row]) for n, row in rows if any(cell.strip() for cell in row)]
    if not filled:
        return [], []
    (first, heads), *rest = filled
    if len(rest) > MOST_TEAMS:
        return [], [
            f"there are {len(rest):,} lines, where {MOST_TEAMS:,} teams are the most. Is this the team list?"
        ]
    heads = [head.casefold() for head in heads]
    mistakes = list(_heads(first, heads))
    if "team" not in heads:
        return [], mistakes
    lines = [
        (n, {head: cell for head, cell in zip(heads, cells, strict=False) if head in COLUMNS})
        for n, cells in rest
    ]
    return lines, mistakes


def _heads(line: int, heads: Sequence[str]) -> Iterator[str]:
    if "team" not in heads:
        yield f"line {line}: there is no column 'team'. The columns are {', '.join(COLUMNS)}."
    for head in dict.fromkeys(heads):
        if head in COLUMNS and heads.count(head) > 1:
            yield f"line {line}: the column '{head}' appears twice. Keep one."
        close = (
            process.extractOne(head, [c for c in COLUMNS if c not in heads], score_cutoff=CLOSE)
            if head
            else None
        )
        if head not in COLUMNS and close:
            yield f"line {line}: there is no column '{head}'. Did you mean '{close[0]}'?"


def checked(name: str, lines: Iterable[Line], spec: Spec, before: Iterable[str] = ()) -> list[Team]:
    """Lines as teams. Raises `RoundError` with every mistake, after those that were found `before`."""
    mistakes = [f"{name}: {each}" for each in before]
    teams: dict[str, tuple[int, Team]] = {}
    known = Known(spec, countries(spec), languages(spec))
    for n, cells in lines:
        team, wrong = _team(cells, known)
        if team.code.casefold() in teams:
            wrong.append(
                f"team '{team.code}' stands already in line {teams[team.code.casefold()][0]}. Keep one."
            )
        elif team.code:
            teams[team.code.casefold()] = (n, team)
        mistakes += [f"{name}: line {n}: {each}" for each in wrong]
    if mistakes:
        raise RoundError(*mistakes)
    return [team for _, team in teams.values()]


@dataclass(frozen=True, slots=True)
class Known:
    """What the lines of a list may name."""

    spec: Spec
    countries: Names
    languages: Names


def _team(cells: Mapping[str, str], known: Known) -> tuple[Team, list[str]]:
    """A team, and what is wrong with it."""
    wrong: list[str] = []
    code = cells.get("team", "")
    wrong += _code_mistakes(code)
    country = _code_of(cells.get("country", ""), known.countries, "country", wrong)
    language = _code_of(cells.get("language", ""), known.languages, "language", wrong)
    tools = cells.get("tools", "").replace(";", ",").replace(" ", ",")
    chosen = [_tool(part, known.spec, wrong) for part in tools.split(",") if part]
    deadline = _deadline(cells.get("deadline", ""), wrong)
    team = Team(
        code, country, language or known.spec.languages[0], deadline, cells.get("contact", ""),
        tuple(dict.fromkeys(chosen)) or None, _profile(cells.get("profile", ""), known.spec, wrong),
    )  # fmt: skip
    if not wrong:
        wrong += _choice_mistakes(team, known.spec)
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
    """The code of what is named; a mistake where it is not known."""
    if not text:
        return ""
    code = names.code(text)
    if code is None:
        wrong.append(f"there is no {what} '{text}'. {names.hint(text)}")
    return code or ""


def _tool(text: str, spec: Spec, wrong: list[str]) -> str:
    code = spec.tool_called(text)
    if code is not None:
        return code
    wrong.append(f"there is no tool '{text}'. Known are: {', '.join(spec.tool)}.")
    return ""


def _profile(text: str, spec: Spec, wrong: list[str]) -> str:
    """The name of a profile as the spec writes it; a mistake where it has none of this name."""
    names = {name.casefold(): name for name in spec.profiles}
    if text and text.casefold() not in names:
        wrong.append(f"there is no profile '{text}'. Known are: {listed(list(spec.profiles))}.")
    return names.get(text.casefold(), "")


def _choice_mistakes(team: Team, spec: Spec) -> Iterator[str]:
    """What is wrong with a profile and tools together."""
    try:
        choose(spec, team.profile, team.tools or ())
    except UsageError as error:
        yield str(error)


def _deadline(text: str, wrong: list[str]) -> date | None:
    if not text:
        return None
    try:
        day = parse_date(text)
    except (Ambiguous, OtherCalendar):
        day = None
    if day is None:
        wrong.append(f"'{text}' is not an unambiguous date. Write the deadline as 2026-07-31.")
    elif not is_possible(day):
        wrong.append(f"the deadline {day} is not {RANGE}. Correct it.")
    return day
