"""The teams of a round, as a list or `round.yaml` names them; every mistake at once, with its line."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from itertools import product, zip_longest
from pathlib import Path
from typing import NamedTuple

from ..core.dates import RANGE, is_possible
from ..core.errors import RoundError, UsageError, listed, nearest, remedy_for
from ..core.numerals import Ambiguous, OtherCalendar, parse_date
from ..core.paths import decoded, read_named
from ..core.words import SOURCE_LANGUAGE, loosely, tidy, western_digits
from ..reader import first_table
from ..reader.limits import LIMITS
from ..reader.office_files import MOST_TITLES
from ..spec.issuance import choose
from ..spec.lookup import NameIndex, countries, languages
from ..spec.model import Spec
from ..workbook.plain_sheets import PlainSheet, add_sheet, new_book

COLUMNS = (
    "team",
    "country",
    "language",
    "deadline",
    "contact",
    "email",
    "tools",
    "profile",
    "sensitive",
)
LEAVE_OUT = "leave out"  # what the column `sensitive` says, if anything
MOST_CHARACTERS = 60  # of a team's code: it names files
BETWEEN_CODES = " / "  # which no code has
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
    leave_out: bool = False  # what the spec marks as sensitive
    # codes that it had before, and those of teams that were merged into it
    formerly: tuple[str, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """Every code that means it: that of today first."""
        return (self.code, *self.formerly)

    @property
    def cells(self) -> dict[str, str]:
        """The cells that it has in a list, by column."""
        return {
            "team": self.code,
            "country": self.country,
            "language": self.language,
            "deadline": str(self.deadline or ""),
            "contact": self.contact,
            "email": self.email,
            "tools": ",".join(self.tools or ()),
            "profile": self.profile,
            "sensitive": LEAVE_OUT if self.leave_out else "",
            "formerly": BETWEEN_CODES.join(self.formerly),
        }

    @property
    def filled(self) -> dict[str, str]:
        """Those that hold something."""
        return {column: cell for column, cell in self.cells.items() if cell}


def check_teams(
    name: str, lines: Iterable[Line], spec: Spec, list_mistakes: Iterable[str] = ()
) -> list[Team]:
    """Read lines as teams. Raises `RoundError` with every mistake, after the `list_mistakes`."""
    mistakes = [f"{name}: {mistake}" for mistake in list_mistakes]
    teams: list[Team] = []
    teams_by_code: dict[str, tuple[int, Team]] = {}
    rows = [(n, defaultdict(str, cells)) for n, cells in lines]
    allowed = AllowedNames.of(spec, [cells["deadline"] for _, cells in rows])
    for n, cells in rows:
        team, wrong = _team(cells, allowed)
        codes = {code.casefold(): code for code in reversed(team.codes)}
        for folded, code in codes.items():
            if folded in teams_by_code:
                line, earlier_team = teams_by_code[folded]
                is_former = folded != earlier_team.code.casefold()
                former = ", which was called so before" if is_former else ""
                wrong.append(f"team '{code}' is already in line {line}{former}. Keep one.")
            elif folded:
                teams_by_code[folded] = (n, team)
        teams.append(team)
        mistakes += [f"{name}: line {n}: {mistake}" for mistake in wrong]
    if mistakes:
        raise RoundError(*mistakes)
    return teams


def team_of(cells: Mapping[str, str], spec: Spec) -> Team:
    """Read one team, of cells by column. Raises `UsageError` with every mistake."""
    team, wrong = _team(defaultdict(str, cells), AllowedNames.of(spec, [cells.get("deadline", "")]))
    if wrong:
        raise UsageError(*(mistake[0].upper() + mistake[1:] for mistake in wrong))
    return team


class AllowedNames(NamedTuple):
    """What the lines of a list may name."""

    spec: Spec
    countries: NameIndex
    languages: NameIndex
    days: Days

    @classmethod
    def of(cls, spec: Spec, deadlines: Iterable[str]) -> AllowedNames:
        """Return what a spec knows, and how some deadlines are written."""
        return cls(spec, countries(spec), languages(spec), Days.of(deadlines, spec.languages))


def _team(cells: Mapping[str, str], allowed: AllowedNames) -> tuple[Team, list[str]]:
    """Read a team of which each cell is there, and tell what is wrong with it."""
    spec = allowed.spec
    code = cells["team"]
    wrong = [*_code_mistakes(code)]
    country = _code_of(cells["country"], allowed.countries, "country", wrong)
    language = _code_of(cells["language"], allowed.languages, "language", wrong)
    tools = {part: spec.tool_called(part) for part in re.split("[,; ]+", cells["tools"]) if part}
    wrong += [
        f"there is no tool '{part}'. Known are: {', '.join(spec.tool)}."
        for part, tool in tools.items()
        if tool is None
    ]
    deadline = _deadline(cells["deadline"], allowed.days, wrong)
    named = cells["profile"]
    profile = next((name for name in spec.profiles if name.casefold() == named.casefold()), "")
    email = addresses(cells["email"], wrong)
    if named and not profile:
        wrong.append(f"there is no profile '{named}'. Known are: {listed(list(spec.profiles))}.")
    leave_out = loosely(cells["sensitive"]) == loosely(LEAVE_OUT)
    if cells["sensitive"] and not leave_out:
        wrong.append(
            f"'{cells['sensitive']}' says nothing here. Write '{LEAVE_OUT}', or leave the cell blank."
        )
    team = Team(
        code,
        country,
        language or spec.languages[0],
        deadline,
        cells["contact"],
        email,
        tuple(dict.fromkeys(filter(None, tools.values()))) or None,
        profile,
        leave_out,
        tuple(filter(None, map(str.strip, cells["formerly"].split(BETWEEN_CODES.strip())))),
    )
    if not wrong:
        try:
            choose(spec, team.profile, team.tools or (), leave_out=leave_out)
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


def _code_of(text: str, names: NameIndex, kind: str, wrong: list[str]) -> str:
    """Return the code of what is named; a mistake where it is not known."""
    if not text:
        return ""
    code = names.code(text)
    if code is None:
        wrong.append(f"there is no {kind} '{text}'. {names.hint(text)}")
    return code or ""


ADDRESS = re.compile(r"(?<![^@\s<>,;\"()])[^@\s<>,;\"()]+@[^@\s<>,;\"()]+\.[^@\s<>,;\"().]+")


def addresses(text: str, wrong: list[str]) -> str:
    """Return addresses of mail, by comma; a mistake for each that is none."""
    parts = [part for part in re.split("[,;\\s]+", re.sub(r"<([^<>]*)>", r" \1 ", text)) if part]
    with_at_sign = [part for part in parts if "@" in part]
    wrong += [
        f"'{part}' is not an e-mail address. Write it as name@example.org; separate several with commas."
        for part in (with_at_sign or parts)
        if not ADDRESS.fullmatch(part)
    ]
    return ", ".join(dict.fromkeys(with_at_sign))


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
            order
            for order in (True, False)
            if all(_of_figures(match, day_first=order) for match in figures)
        ]
        return cls(languages, orders[0] if len(orders) == 1 else None)

    def read(self, text: str) -> date | None:
        """Return the day that a text says; None where it may be none or several."""
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
    """Return a day that is written as three figures."""
    return FIGURES.fullmatch(western_digits(text).strip())


def _of_figures(figures: re.Match[str], *, day_first: bool) -> date | None:
    """Return the day of three figures in one order; None where there is no such day."""
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


# lists as people keep them: CSV or a workbook, with titles above, merged heads, and columns of their own

MOST_TEAMS = 10_000
TOTAL = re.compile(  # a last line that only counts
    r"(?:total|totaux|итого|всего|المجموع|الإجمالي|مجموع|جمع|کل|کۆی گشتی|合计|总计|共计)\W*\d*\W*",
    re.IGNORECASE,
)
CLOSE = 75  # how alike a misspelt column must be to be taken for one
SEPARATOR = re.compile(r"sep=(.)", re.IGNORECASE)
WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
CSV = "“CSV UTF-8” or as .xlsx"
Cells = tuple[int, Sequence[str]]  # a line: its number in the file, its cells
HEADS = {  # what columns are called, in the languages in which lists are kept
    "team": "team; team code; code of team; team name; équipe; code équipe; code de l'équipe; equipo;"
    " código del equipo; فريق; الفريق; رمز الفريق; команда; код команды; 团队; 团队代码; 小组; تیم; کد تیم;"
    " ٹیم; ٹیم کا کوڈ; کۆدی تیم",
    "country": "country; country name; pays; país; البلد; بلد; الدولة; страна; 国家; کشور; ملک; وڵات",
    "language": "language; lang; langue; idioma; lengua; اللغة; لغة; язык; 语言; زبان; زمان",
    "deadline": "deadline; due; due date; due by; reply by; date limite; échéance; fecha límite; plazo; الموعد النهائي;"
    " آخر موعد; срок; крайний срок; 截止日期; 期限; مهلت; آخری تاریخ; دوا وادە; دواوادە",
    "contact": "contact; contact person; focal point; questions to; personne de contact; personne à contacter;"
    " pour toute question; contacto; persona de contacto; punto focal; preguntas a; جهة الاتصال;"
    " مسؤول الاتصال; للاستفسار; контакт; контакты; контактное лицо; с вопросами обращаться; 联系人; 联系方式;"
    " 如有问题请联系; تماس; شخص تماس; پرسش‌ها از; رابطہ; رابطہ کار; سوالات کے لیے رابطہ; پەیوەندی; کەسی پەیوەندی;"
    " پرسیار بۆ",
    "email": "email; e-mail; mail; email address; e-mail address; courriel; adresse électronique; adresse e-mail;"
    " correo; correo electrónico; البريد الإلكتروني; بريد إلكتروني; электронная почта;"
    " эл. почта; адрес электронной почты; 电子邮件; 电子邮箱; 邮箱; ایمیل; نشانی ایمیل; ای میل; ئیمەیڵ",
    "tools": "tools; tool; sheets; outils; herramientas; الأدوات; инструменты; 工具; ابزارها; ٹولز; ئامرازەکان",
    "profile": "profile; profil; perfil; الملف التعريفي; профиль; 方案; نمایه; پروفایل; پروفائل; پرۆفایل",
    "sensitive": "sensitive; sensitive entries; sensible; sensibles; حساس; чувствительное; 敏感; هەستیار",
}
BESIDE = re.compile(r"[/|\n]")  # stands between the languages of a head
_COLUMN_OF = {loosely(head): column for column, heads in HEADS.items() for head in heads.split(";")}


class Heads(NamedTuple):
    """The heads of a list: the line that they end in, what each stands for, and how it is written."""

    line: int
    columns: Sequence[str]  # of ours; empty for all others
    written: Sequence[str]

    @property
    def unknown(self) -> list[str]:
        """The heads of columns that are not read."""
        return [
            text
            for text, column in zip(self.written, self.columns, strict=True)
            if text and not column
        ]


class TeamList(NamedTuple):
    """What was read of a list: its teams, the lines of titles above the heads, and the columns that are not read."""

    teams: tuple[Team, ...]
    heads: Heads
    titles: tuple[str, ...] = ()
    total: str = ""  # the last line, where it only counts them
    differences: tuple[str, ...] = ()  # from the teams of the earlier round, a sentence each


def read_list(file: str | Path, spec: Spec, password: str | None = None) -> TeamList:
    """Read the teams of a list, and how it was understood. Raises `RoundError` with every mistake, a line each."""
    file = Path(file)
    try:
        remedy = f"It was to be the team list: save it again as .xlsx, or as {CSV}."
        is_workbook = file.suffix.lower() in WORKBOOKS
        rows: Iterable[Cells] = first_table(file, remedy, password) if is_workbook else _csv(file)
    except UsageError as error:
        raise RoundError(str(error)) from error
    filled = [
        (n, [tidy(cell) for cell in row]) for n, row in rows if any(cell.strip() for cell in row)
    ]
    empty = RoundError(f"{file.name}: there is no team in it. Fill it in: {', '.join(COLUMNS)}.")
    if not filled:
        raise empty
    at, heads = _find_heads(filled)
    height = 1 if filled[at - 1][1] == heads.written else 2
    titles = filled[: at - height]
    team_rows = filled[at:]
    total = " ".join(filter(None, team_rows[-1][1])) if team_rows else ""
    if TOTAL.fullmatch(western_digits(total)):
        del team_rows[-1]
    else:
        total = ""
    mistakes = list(_mistakes(heads))
    if len(team_rows) > MOST_TEAMS:
        mistakes = [
            f"there are {len(team_rows):,} lines; at most {MOST_TEAMS:,} teams are allowed. Is this the list of teams?"
        ]
    lines: list[Line] = []
    if "team" in heads.columns and len(team_rows) <= MOST_TEAMS:
        for n, cells in team_rows:
            columns = [*zip(heads.columns, cells, strict=False)]
            lines.append((n, dict(reversed(columns))))  # of two of one name the first counts
    if not lines and not mistakes:
        raise empty
    teams = check_teams(file.name, lines, spec, mistakes)
    title_texts = (" ".join(filter(None, cells)) for _, cells in titles)
    return TeamList(tuple(teams), heads, tuple(title_texts), total)


def continue_teams(
    earlier: Sequence[Team], listed: TeamList | None, deadline: date | None, today: date
) -> TeamList:
    """Return the teams of a round that continues from an earlier one: those of a list, else the earlier ones.

    A team keeps the codes that it had before, so that its returns of the earlier round are found. `deadline` is that of
    every team. Raises `RoundError` for teams that would begin with a deadline that has passed.
    """
    differences: list[str] = []
    if listed is None:
        teams = list(earlier)
    else:
        differences = list(team_differences(earlier, listed.teams))
        listed_codes = {team.code for team in listed.teams}
        codes_before = {
            team.code: tuple(code for code in team.formerly if code not in listed_codes)
            for team in earlier
        }
        teams = [replace(team, formerly=codes_before.get(team.code, ())) for team in listed.teams]
    if deadline is not None:
        teams = [replace(team, deadline=deadline) for team in teams]
    overdue = [team.code for team in teams if team.deadline and team.deadline < today]
    if overdue:
        raise RoundError(
            f"The deadline has passed already: {_codes(overdue)}.",
            remedy="Name the one of the new round with --deadline DAY, or give a list of teams with --teams.",
        )
    heads = listed.heads if listed else Heads(0, (), ())
    return TeamList(tuple(teams), heads, differences=tuple(differences))


def team_differences(earlier: Sequence[Team], later: Sequence[Team]) -> Iterator[str]:
    """Yield what differs between the teams of an earlier round and those of a later one, but for their deadlines."""
    earlier_by_code = {team.code: team for team in earlier}
    later_codes = {team.code for team in later}
    missing = [team.code for team in earlier if team.code not in later_codes]
    if missing:
        yield f"In the earlier round alone: {_codes(missing)}."
    renamed = {code: team.code for team in earlier for code in team.formerly}
    added = [team.code for team in later if team.code not in earlier_by_code]
    new = [code for code in added if code not in renamed]
    if new:
        yield f"Not in the earlier round: {_codes(new)}."
    for code in added:
        if code in renamed:
            yield f"{code}: the earlier round calls it {renamed[code]} now."
    for team in later:
        before = earlier_by_code.get(team.code)
        if before is None:
            continue
        for column, cell in team.cells.items():
            if column not in UNCOMPARED and cell != before.cells[column]:
                yield f"{team.code}: {column} was '{before.cells[column]}' and is '{cell}' now."


UNCOMPARED = ("deadline", "formerly")  # which change from round to round
MOST_CODES = 20  # that are named


def _codes(codes: Sequence[str]) -> str:
    """Return codes as a text, the first ones of many."""
    return listed(codes, MOST_CODES)


def list_workbook(teams: Sequence[Team]) -> bytes:
    """Return a workbook with the list of some teams, as `read_list` reads it."""
    target = io.BytesIO()
    book = new_book(target)
    looks = {"head": book.add_format({"bold": True}), "text": None}
    looks["day"] = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = add_sheet(book, "Teams", SOURCE_LANGUAGE)
    table = PlainSheet(sheet, looks)
    for at, column in enumerate(COLUMNS):
        table.put(0, at, column, "head")
    for row, team in enumerate(teams, start=1):
        for at, column in enumerate(COLUMNS):
            if column == "deadline" and team.deadline:
                table.put(row, at, team.deadline, "day")
            else:
                table.put(row, at, team.cells[column], "text")
    sheet.autofit()
    book.close()
    return target.getvalue()


def passwords_of(file: Path, teams: Sequence[Team]) -> list[tuple[str, str]]:
    """Read what opens the workbooks of teams, each by its code or an address of it; nothing where there is no file.

    Raises `RoundError` with every mistake, a line each.
    """
    if not file.is_file():
        return []
    codes = {
        name.casefold(): team.code
        for team in teams
        for name in (*team.codes, *ADDRESS.findall(team.email))
    }
    passwords = list[tuple[str, str]]()
    mistakes = list[str]()
    for n, row in _csv(file, "list of passwords"):
        name = tidy(row[0]) if row else ""
        password = row[1] if len(row) > 1 else ""
        code = codes.get(name.casefold())
        if code and password:
            passwords.append((code, password))
        elif code:
            mistakes.append(
                f"{file.name}: line {n}: there is no password behind '{name}'. Write: {name},PASSWORD"
            )
        elif name and _column(name) not in ("team", "email"):  # the heads
            hint = remedy_for(name, [listed_team.code for listed_team in teams])
            mistakes.append(
                f"{file.name}: line {n}: there is no team '{name}', and none has that address. {hint}"
            )
    if mistakes:
        raise RoundError(*mistakes)
    return passwords


def _csv(file: Path, kind: str = "team list") -> Iterable[Cells]:
    text = read_text(file, kind, CSV)
    first, _, below_first = text.partition("\n")
    named = SEPARATOR.match(first.strip())  # a line that Excel writes for itself
    beginning = text.splitlines()[:MOST_TITLES]  # titles may hold any of these
    delimiter = (
        named[1] if named else max(",;\t", key=lambda sign: sum(sign in line for line in beginning))
    )
    reader = csv.reader(
        io.StringIO(below_first if named else text, newline=""), delimiter=delimiter
    )
    try:
        return [(reader.line_num + bool(named), row) for row in reader]
    except csv.Error as error:
        raise RoundError(
            f"line {reader.line_num}: this is not CSV ({error}).",
            place=file.name,
            remedy="Save it as .xlsx.",
        ) from error


# heads


def _find_heads(rows: Sequence[tuple[int, list[str]]]) -> tuple[int, Heads]:
    """Find where the lines of teams begin, and the heads: of the first lines those that name most columns.

    Heads may stand in two lines, where “Contact” is merged over a name and an address.
    """
    candidates: list[tuple[int, Heads]] = []
    for height, at in product((1, 2), range(min(len(rows), MOST_TITLES))):
        lines = rows[at : at + height]
        if len(lines) == height:
            candidates.append((at + height, _heads(lines[-1][0], [cells for _, cells in lines])))

    def how_much_is_understood(candidate: tuple[int, Heads]) -> tuple[bool, int, int]:
        end, heads = candidate
        return "team" in heads.columns, len({*heads.columns} - {""}), -end

    return max(candidates, key=how_much_is_understood)


def _heads(line: int, lines: Sequence[Sequence[str]]) -> Heads:
    """Read one line of heads, or two: the lower one says it, unless it is no column and the upper one is there."""
    pairs = zip_longest(lines[0], lines[-1], fillvalue="")
    written = [low if _column(low) or not high else high for high, low in pairs]
    return Heads(line, list(map(_column, written)), written)


def _column(head: str) -> str:
    """Return the column that a head names, in one language or in several: “Team / Équipe”."""
    names = map(loosely, (head, *BESIDE.split(head)))
    return next((_COLUMN_OF[name] for name in names if name in _COLUMN_OF), "")


def _mistakes(heads: Heads) -> Iterator[str]:
    if "team" not in heads.columns:
        yield f"line {heads.line}: there is no column 'team'. The columns are {', '.join(COLUMNS)}."
    for column in COLUMNS:
        written = [
            text
            for text, meant in zip(heads.written, heads.columns, strict=True)
            if meant == column
        ]
        if len(written) > 1:
            names = " and ".join(f"'{text}'" for text in dict.fromkeys(written))
            yield f"line {heads.line}: the column '{column}' appears twice ({names}). Keep one."
    missing = [column for column in COLUMNS if column not in heads.columns]
    for text in dict.fromkeys(heads.unknown):
        close = nearest(text, missing, CLOSE)
        if close:
            yield f"line {heads.line}: there is no column '{text}'. Did you mean '{close}'?"


# text files that people write or save for us


def read_text(file: Path, kind: str, save_as: str) -> str:
    """Read the text of a file. Raises `RoundError` that says what the file is, and how to save it."""
    content = read_named(file, LIMITS.file_bytes, kind, RoundError)
    try:
        text = decoded(content)
    except UnicodeDecodeError as error:
        raise RoundError(
            f"the {kind} is not UTF-8 text.", place=file.name, remedy=f"Save it as {save_as}."
        ) from error
    if "\0" in text:
        raise RoundError(
            f"the {kind} is not text.", place=file.name, remedy=f"Save it as {save_as}."
        )
    return text
