"""What mails to teams say, and the files that are made of them: drafts, a calendar, a table for mail merge.

A round may have texts of its own, `messages/fr.txt`: a section an occasion, checked before it is used.

[reminder-before]
Subject: {round}: a reminder

Dear colleagues of {team},
…
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta
from email import message_from_bytes
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy, default
from functools import cache
from hashlib import sha256
from importlib import resources
from pathlib import Path
from string import Formatter
from typing import NamedTuple

from ...core.csv_files import csv_text
from ...core.errors import RoundError
from ...core.paths import not_written, write_if_changed, write_whole
from ...core.words import direction, is_language, translator, with_base
from ...core.work import grouped
from ...ledger.ledger import Drafted
from ...reader.limits import MEBIBYTE
from ...rounds.rounds import Round
from ...rounds.teams import Team, read_text
from . import DAYS_BEFORE, MailType

FOLDER = "messages"
ENDING = ".txt"
STANDARD = "standard.txt"  # what the program says itself, in the same format
SECTION = re.compile(r"\[([\w -]+)\]\s*")
SUBJECT = re.compile(r"subject\s*:\s*(.*)", re.IGNORECASE)
SAVE_AS = "text in UTF-8"
HEAD = """\
# What e-mails to teams say in this language. For a section that you remove, the standard text is used.
# In {braces}: %s. A line is left out where one of these is empty.

"""


# by language; what they lack the program says itself
Templates = Mapping[str, Mapping[MailType, "Template"]]


def load_templates(folder: Path) -> Templates:
    """Load the texts that a round has of its own. Raises `RoundError` with every mistake in them, and its line."""
    templates: dict[str, Mapping[MailType, Template]] = {}
    mistakes: list[str] = []
    for file in sorted((folder / FOLDER).glob(f"*{ENDING}")):
        text = read_text(file, "text of e-mails", SAVE_AS)
        sections = _sections(text.splitlines())
        wrong = list(_mistakes(sections))
        if not is_language(file.stem):
            wrong.append("the name is not a language. Name it after one, for example fr.txt.")
        mistakes += [f"{FOLDER}/{file.name}: {mistake}" for mistake in wrong]
        templates[file.stem] = {} if wrong else dict(map(_template, sections))
    if mistakes:
        raise RoundError(*mistakes)
    return templates


def template_of(templates: Templates, occasion: MailType, language: str) -> Template:
    """Return the text for an occasion in a language, in its base language, else as the program says it."""
    texts = (templates.get(tag, {}) for tag in with_base(language))
    return next(
        (template_by_type[occasion] for template_by_type in texts if occasion in template_by_type),
        standard(occasion, language),
    )


def write_templates(folder: Path, languages: Iterable[str]) -> list[Path]:
    """Write the program's own texts, to be changed, one file a language; those that are there stay as they are."""
    written = []
    for language in dict.fromkeys(languages):
        file = folder / FOLDER / f"{language}{ENDING}"
        if not file.exists():
            sections = (
                f"[{occasion}]\nSubject: {(template := standard(occasion, language)).subject}\n\n{template.text}\n"
                for occasion in MailType
            )
            write_whole(
                file, (HEAD % ", ".join(PLACEHOLDERS) + "\n".join(sections)).encode("utf-8-sig")
            )
            written.append(file)
    return written


class TextSection(NamedTuple):
    """A section: its line, what it is called, and its lines with their numbers."""

    line: int
    name: str
    lines: list[tuple[int, str]]

    @property
    def filled_lines(self) -> list[tuple[int, str]]:
        """Its lines that say something."""
        return [(number, line) for number, line in self.lines if line.strip()]


def _sections(lines: Iterable[str]) -> list[TextSection]:
    sections = [TextSection(1, "", [])]
    for number, line in enumerate(lines, start=1):
        head = SECTION.fullmatch(line)
        if head:
            sections.append(TextSection(number, head[1], []))
        elif not line.startswith("#"):
            sections[-1].lines.append((number, line))
    return [section for section in sections if section.name or section.filled_lines]


def _template(section: TextSection) -> tuple[MailType, Template]:
    (_, first), *_ = section.filled_lines
    match = SUBJECT.fullmatch(first.strip())
    lines = [line for _, line in section.lines]
    text = "\n".join(lines[lines.index(first) + 1 :]).strip("\n")
    return MailType(section.name), Template(match[1].strip() if match else "", text)


def _mistakes(sections: Iterable[TextSection]) -> Iterator[str]:
    known_names = [str(occasion) for occasion in MailType]
    seen = set[str]()
    for section in sections:
        if section.name not in known_names:
            problem = (
                f"there is no occasion '{section.name}'"
                if section.name
                else "this is in no section"
            )
            yield f"line {section.line}: {problem}. Known are: {', '.join(f'[{name}]' for name in known_names)}."
            continue
        if section.name in seen:
            yield f"line {section.line}: [{section.name}] appears twice. Keep one."
        seen.add(section.name)
        filled_lines = section.filled_lines
        if not filled_lines or not SUBJECT.fullmatch(filled_lines[0][1].strip()):
            yield f"line {section.line}: [{section.name}] does not begin with a subject. Write: Subject: …"
        elif len(filled_lines) == 1:
            yield f"line {section.line}: [{section.name}] has no text."
        for number, line in filled_lines:
            yield from (
                f"line {number}: {mistake}" for mistake in _wrong_placeholders(line, section.name)
            )


def _wrong_placeholders(line: str, occasion: str) -> Iterator[str]:
    usual = [name for name in PLACEHOLDERS if name != "feedback" or occasion == MailType.FEEDBACK]
    try:
        fields = list(fields_of(line))
    except ValueError:
        yield "a brace is alone. Write a placeholder as {team}, and a brace of the text twice: {{."
        return
    for name in fields:
        if name not in usual:
            usual_names = ", ".join(f"{{{usual_name}}}" for usual_name in usual)
            yield f"there is no placeholder {{{name}}} here. Known are: {usual_names}."


def fields_of(line: str) -> Iterator[str]:
    """Yield the names of the placeholders of a line. Raises `ValueError` for braces that mean nothing."""
    for _, name, form, conversion in Formatter().parse(line):
        if name is not None:
            yield name + (f":{form}" if form else "") + (f"!{conversion}" if conversion else "")


def filled(template: Template, facts: Mapping[str, str]) -> Template:
    """Fill a template in; a line with a placeholder that says nothing is left out."""
    lines = [
        line.format_map(facts)
        for line in template.text.split("\n")
        if all(map(facts.get, fields_of(line)))
    ]
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")
    return Template(" ".join(template.subject.format_map(facts).split()), text + "\n")


# what mails to teams say where a round has no texts of its own

PLACEHOLDERS: Mapping[str, str] = {  # what each is filled in with
    "round": "the name of the round",
    "team": "the code of the team",
    "country": "its country, in its language",
    "deadline": "its deadline, in words",
    "contact": "whom it can ask",
    "file": "the name of its file",
    "feedback": "what is to be corrected (of feedback alone)",
}


class Template(NamedTuple):
    """Subject and text of a mail, with placeholders. A line that would fill in nothing is left out."""

    subject: str
    text: str


@cache
def _english() -> dict[MailType, Template]:
    text = (resources.files(__package__) / STANDARD).read_text(encoding="utf-8")
    return dict(map(_template, _sections(text.splitlines())))


def standard(occasion: MailType, language: str) -> Template:
    """Return what the program says on an occasion, in a language."""
    say = translator(language)
    english = _english()[occasion]
    return Template(say(english.subject), "\n".join(map(say, english.text.split("\n"))))


# a mail as a file that mail programs open


MOST_BYTES = 10 * MEBIBYTE  # of a mail, with what is attached: many servers refuse more
LINE_LENGTH = 76  # of a header: RFC 2047
IDENTITY = "X-Hrge-Xl-Draft"  # says which draft of the ledger it is
IDENTITY_LINE = re.compile(rf"^{IDENTITY}: *([0-9a-f]+)".encode(), re.IGNORECASE | re.MULTILINE)
HEAD_BYTES = 16_384  # in which the header of a draft stands
KINDS = {  # of what is attached, by the ending of its name
    ".xlsx": ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ".html": ("text", "html"),
}


class _WholeSubjects(EmailPolicy):
    """Encode a subject as a whole: of one that is encoded in part, Python up to 3.12 and mail programs lose spaces."""

    def fold_binary(self, name: str, value: str) -> bytes:
        """Return a header as its lines are written."""
        needs_no_folding = value.isascii() and len(f"{name}: {value}") <= LINE_LENGTH
        if name.lower() != "subject" or needs_no_folding:
            return super().fold_binary(name, value)
        words = Header(str(value), "utf-8", LINE_LENGTH, name).encode(linesep=self.linesep)
        return f"{name}: {words}{self.linesep}".encode("ascii")


def identity_of(key: str) -> str:
    """Return what a draft says of itself, by its key in the ledger."""
    return sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def identity_written(file: Path) -> str | None:
    """Return what a draft says of itself; None of one that says nothing."""
    with file.open("rb") as stream:
        match = IDENTITY_LINE.search(stream.read(HEAD_BYTES))
    return match[1].decode("ascii") if match else None


def as_eml(
    to: str, language: str, content: Template, attached: Sequence[Path] = (), identity: str = ""
) -> bytes:
    """Return the bytes of a draft to some addresses, by comma, with what is attached.

    Raises `OSError` where something that is to be attached cannot be read.
    """
    mail = EmailMessage(policy=_WholeSubjects(linesep="\r\n"))
    mail["X-Unsent"] = "1"
    if identity:
        mail[IDENTITY] = identity
    if to:
        mail["To"] = [Address(addr_spec=address.strip()) for address in to.split(",")]
    mail["Subject"] = content.subject
    mail.set_content(content.text, cte="base64")
    mail.add_alternative(_page(content.text, language), subtype="html", cte="base64")
    for path in attached:
        kind, form = KINDS[path.suffix]
        mail.add_attachment(path.read_bytes(), maintype=kind, subtype=form, filename=path.name)
    mail["Content-Language"] = language  # of the mail, once it is put together
    # parts are divided by what they hold: by itself a mail is another one each time it is written
    for part in mail.walk():
        if part.is_multipart():
            parts = b"".join(
                inner.as_bytes() for inner in part.iter_parts() if not inner.is_multipart()
            )
            part.set_boundary(f"=_{sha256(parts).hexdigest()[:32]}_{part.get_content_subtype()}")
    return mail.as_bytes()


def _page(text: str, language: str) -> str:
    """Return a text as a page, which says in which direction it runs."""
    paragraphs = (
        html.escape(paragraph).replace("\n", "<br>\n") for paragraph in text.strip().split("\n\n")
    )
    body = "\n".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    text_direction = direction(language)
    return (
        f'<!DOCTYPE html>\n<html lang="{language}" dir="{text_direction}"><head><meta charset="utf-8"></head>\n'
        f'<body dir="{text_direction}">\n{body}\n</body></html>\n'
    )


# the deadlines of a round as a calendar (.ics, RFC 5545)

MOST_OCTETS = 75  # of a line


def deadlines_calendar(round_: Round) -> bytes:
    """Return the calendar; the same round gives the same bytes. It is empty where no team has a deadline."""
    by_day = grouped((team.deadline, team) for team in round_.teams if team.deadline is not None)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//hrge-xl//deadlines//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        *(line for day, teams in sorted(by_day.items()) for line in _entry(round_, day, teams)),
        "END:VCALENDAR",
    ]
    return b"".join(_folded(line) for line in lines)


def _entry(round_: Round, day: date, teams: Sequence[Team]) -> list[str]:
    codes = ", ".join(team.code for team in teams)
    uid = sha256(f"{round_.name}\n{day}".encode()).hexdigest()[:32]
    return f"""\
BEGIN:VEVENT
UID:{uid}@hrge-xl
DTSTAMP:{day:%Y%m%d}T000000Z
DTSTART;VALUE=DATE:{day:%Y%m%d}
DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}
SUMMARY:{_text(f"{round_.name}: {len(teams)} workbooks are due")}
DESCRIPTION:{_text(codes)}
TRANSP:TRANSPARENT
BEGIN:VALARM
ACTION:DISPLAY
DESCRIPTION:{_text(f"{round_.name}: workbooks are due on {day}")}
TRIGGER:-P{DAYS_BEFORE}D
END:VALARM
END:VEVENT""".split("\n")


def _text(text: str) -> str:
    """Write a text as it stands in a calendar."""
    return re.sub(r"([\\;,])", r"\\\1", text).replace("\n", "\\n")


def _folded(line: str) -> bytes:
    """Divide a line into pieces of at most 75 octets, none of which cuts a character in two."""
    pieces = []
    piece = b""
    for letter in line:
        octets = letter.encode()
        if len(piece) + len(octets) > MOST_OCTETS:
            pieces.append(piece)
            piece = b" "
        piece += octets
    return b"\r\n".join([*pieces, piece]) + b"\r\n"


# the drafts of a day as a table, for those who send by mail merge

LIST = "mail-merge.csv"
HEADS = ("team", "email", "language", "occasion", "subject", "text", "attached", "draft")


def write_merge_lists(
    folder: Path, drafts: Collection[Drafted], changed: Iterable[Drafted]
) -> None:
    """Write the lists of the days on which some drafts have `changed`, into the folder of each day.

    Raises `OutputError`.
    """
    for day in {draft.day for draft in changed}:
        _write_merge_list(folder / day, (draft for draft in drafts if draft.day == day))


def _write_merge_list(folder: Path, drafts: Iterable[Drafted]) -> None:
    """Write the drafts that are still in a folder as a table; without any, take the folder away."""
    files = {Path(draft.file).name: draft for draft in drafts}
    present = [(folder / name, files[name]) for name in sorted(files) if (folder / name).is_file()]
    if not present:
        try:
            (folder / LIST).unlink(missing_ok=True)
        except OSError as error:
            raise not_written(folder / LIST, error) from error
        with suppress(OSError):  # somebody keeps something of their own in it
            folder.rmdir()
        return
    table = csv_text([HEADS, *(_row(path, draft) for path, draft in present)])
    write_if_changed(folder / LIST, table.encode("utf-8-sig"))


def _row(path: Path, draft: Drafted) -> list[str]:
    """Return a draft as a row: whom and what it is for, and what it says now, for somebody may have changed it."""
    mail = message_from_bytes(path.read_bytes(), policy=default)
    assert isinstance(mail, EmailMessage)
    text = mail.get_body(("plain",))
    files = [str(file.get_filename()) for file in mail.iter_attachments()]
    return [
        draft.team,
        str(mail["To"] or ""),
        str(mail["Content-Language"] or ""),
        draft.occasion,
        str(mail["Subject"] or ""),
        str(text.get_content()).strip() if text else "",
        "; ".join(files),
        path.name,
    ]
