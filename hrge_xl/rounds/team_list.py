"""Team lists as people keep them: CSV or a workbook, with titles above, merged heads, and columns of their own."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ..errors import RoundError, UsageError
from ..intake import first_table
from ..intake.limits import LIMITS
from ..intake.office_files import MOST_TITLES
from ..paths import read_regular
from ..spec.model import Spec
from ..suggest import nearest
from ..words import loosely, tidy
from .teams import COLUMNS, Team, checked

MOST_TEAMS = 10_000
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
    "contact": "contact; questions to; contacto; جهة الاتصال; контакт; 联系人; تماس; رابطہ; پەیوەندی",
    "email": "email; e-mail; mail; email address; e-mail address; courriel; adresse électronique; adresse e-mail;"
    " correo; correo electrónico; البريد الإلكتروني; بريد إلكتروني; электронная почта;"
    " эл. почта; адрес электронной почты; 电子邮件; 电子邮箱; 邮箱; ایمیل; نشانی ایمیل; ای میل; ئیمەیڵ",
    "tools": "tools; tool; sheets; outils; herramientas; الأدوات; инструменты; 工具; ابزارها; ٹولز; ئامرازەکان",
    "profile": "profile; profil; perfil; الملف التعريفي; профиль; 方案; نمایه; پروفایل; پروفائل; پرۆفایل",
}
_COLUMN_OF = {loosely(head): column for column, heads in HEADS.items() for head in heads.split(";")}


class Heads(NamedTuple):
    """The heads of a list: the line that they end in, what each stands for, and how it is written."""

    line: int
    columns: Sequence[str]  # of ours; empty for all others
    written: Sequence[str]

    @property
    def unknown(self) -> list[str]:
        """The heads of columns that are not read."""
        return [text for text, column in zip(self.written, self.columns, strict=True) if text and not column]


class TeamList(NamedTuple):
    """What was read of a list: its teams, the lines of titles above the heads, and the columns that are not read."""

    teams: tuple[Team, ...]
    heads: Heads
    titles: tuple[str, ...] = ()


def read_list(file: Path, spec: Spec, password: str | None = None) -> TeamList:
    """Read the teams of a list, and how it was understood. Raises `RoundError` with every mistake, a line each."""
    rows = _workbook(file, password) if file.suffix.lower() in WORKBOOKS else _csv(file)
    filled = [(n, [tidy(cell) for cell in row]) for n, row in rows if any(cell.strip() for cell in row)]
    empty = RoundError(f"{file.name}: there is no team in it. Fill it in: {', '.join(COLUMNS)}.")
    if not filled:
        raise empty
    at, heads = _find_heads(filled)
    height = 1 if filled[at - 1][1] == heads.written else 2
    titles, rest = filled[: at - height], filled[at:]
    mistakes = list(_mistakes(heads))
    if len(rest) > MOST_TEAMS:
        mistakes = [
            f"there are {len(rest):,} lines; at most {MOST_TEAMS:,} teams are allowed. Is this the list of teams?"
        ]
    readable = "team" in heads.columns and len(rest) <= MOST_TEAMS
    # of two columns of one name the first counts
    lines = [(n, dict(reversed([*zip(heads.columns, cells, strict=False)]))) for n, cells in rest if readable]
    if not lines and not mistakes:
        raise empty
    teams = checked(file.name, lines, spec, mistakes)
    return TeamList(tuple(teams), heads, tuple(" ".join(filter(None, cells)) for _, cells in titles))


def _csv(file: Path) -> Iterable[Cells]:
    text = read_text(file, "team list", CSV)
    first, _, rest = text.partition("\n")
    named = SEPARATOR.match(first.strip())  # a line that Excel writes for itself
    beginning = text.splitlines()[:MOST_TITLES]  # titles may hold any of these
    delimiter = named[1] if named else max(",;\t", key=lambda sign: sum(sign in line for line in beginning))
    reader = csv.reader(io.StringIO(rest if named else text, newline=""), delimiter=delimiter)
    try:
        return [(reader.line_num + bool(named), row) for row in reader]
    except csv.Error as error:
        raise RoundError(
            f"{file.name}: line {reader.line_num}: this is not CSV ({error}). Save it as .xlsx."
        ) from error


def _workbook(file: Path, password: str | None) -> Iterable[Cells]:
    try:
        remedy = f"It was to be the team list: save it again as .xlsx, or as {CSV}."
        return first_table(file, remedy, password)
    except UsageError as error:
        raise RoundError(str(error)) from error


# heads


def _find_heads(rows: Sequence[tuple[int, list[str]]]) -> tuple[int, Heads]:
    """Find where the lines of teams begin, and the heads: of the first lines those that name most columns.

    Heads may stand in two lines, where “Contact” is merged over a name and an address.
    """
    found = [
        (at + 1, _heads(rows[at][0], rows[at][1], rows[at][1])) for at in range(min(len(rows), MOST_TITLES))
    ]
    found += [
        (at + 2, _heads(rows[at + 1][0], _joined(*both), rows[at + 1][1]))
        for at in range(min(len(rows) - 1, MOST_TITLES))
        if (both := (rows[at][1], rows[at + 1][1]))
    ]
    # with which most is understood of the list
    return max(found, key=lambda each: ("team" in each[1].columns, len({*each[1].columns} - {""}), -each[0]))


def _heads(line: int, texts: Sequence[str], lowest: Sequence[str]) -> Heads:
    written = [text or low for text, low in zip(texts, _padded(lowest, len(texts)), strict=True)]
    return Heads(line, [_COLUMN_OF.get(loosely(text), "") for text in written], written)


def _joined(above: Sequence[str], below: Sequence[str]) -> list[str]:
    """Join two lines of heads: the lower one says it, unless only the upper one is a column or is there at all."""
    width = max(len(above), len(below))
    pairs = zip(_padded(above, width), _padded(below, width), strict=True)
    return [low if loosely(low) in _COLUMN_OF or not high else high for high, low in pairs]


def _padded(cells: Sequence[str], width: int) -> list[str]:
    return [*cells, *[""] * (width - len(cells))]


def _mistakes(heads: Heads) -> Iterator[str]:
    if "team" not in heads.columns:
        yield f"line {heads.line}: there is no column 'team'. The columns are {', '.join(COLUMNS)}."
    for column in COLUMNS:
        written = [text for text, meant in zip(heads.written, heads.columns, strict=True) if meant == column]
        if len(written) > 1:
            names = " and ".join(f"'{text}'" for text in dict.fromkeys(written))
            yield f"line {heads.line}: the column '{column}' appears twice ({names}). Keep one."
    missing = [column for column in COLUMNS if column not in heads.columns]
    for text in dict.fromkeys(heads.unknown):
        close = nearest(text, missing, CLOSE)
        if close:
            yield f"line {heads.line}: there is no column '{text}'. Did you mean '{close}'?"


# text files that people write or save for us


def read_text(file: Path, what: str, save_as: str) -> str:
    """Read the text of a file. Raises `RoundError` that says what the file is, and how to save it."""
    try:
        data = read_regular(file, LIMITS.file_bytes)
    except OSError as error:
        raise RoundError(f"{file}: the {what} cannot be read ({error.strerror}). Check the path.") from error
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise RoundError(f"{file.name}: the {what} is not UTF-8 text. Save it as {save_as}.") from error
    if "\0" in text:
        raise RoundError(f"{file.name}: the {what} is not text. Save it as {save_as}.")
    return text
