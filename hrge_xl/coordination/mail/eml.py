"""A mail as a file that mail programs open as a draft, by `X-Unsent: 1`. The same draft gives the same bytes.

Beside them the deadlines as a calendar, and the list for a mail merge.
"""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date, timedelta
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, default
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from ...core.output_files import write_if_changed
from ...core.words import direction
from ...core.work import grouped
from ...dataset.table_files import harmless
from ...ledger.ledger import Drafted
from ...reader.limits import MEBIBYTE
from ...rounds.rounds import Round
from ...rounds.teams import Team
from . import DAYS_BEFORE
from .templates import Template

MOST_BYTES = 10 * MEBIBYTE  # of a mail, with what is attached: many servers refuse more
KINDS = {  # of what is attached, by the ending of its name
    ".xlsx": ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ".html": ("text", "html"),
}


class Mail(NamedTuple):
    """A mail that somebody may send: to whom, what it says in which language, and what is attached."""

    to: str  # addresses, by comma
    language: str
    content: Template
    attached: Sequence[Path] = ()


def as_eml(mail: Mail) -> bytes:
    """Give the bytes of a draft. Raises `OSError` where something that is to be attached cannot be read."""
    made = EmailMessage(policy=SMTP)
    made["X-Unsent"] = "1"
    if mail.to:
        made["To"] = [Address(addr_spec=address.strip()) for address in mail.to.split(",")]
    made["Subject"] = mail.content.subject
    made.set_content(mail.content.text, cte="base64")
    made.add_alternative(_page(mail), subtype="html", cte="base64")
    for path in mail.attached:
        kind, form = KINDS[path.suffix]
        made.add_attachment(path.read_bytes(), maintype=kind, subtype=form, filename=path.name)
    made["Content-Language"] = mail.language  # of the mail, once it is put together
    # parts are divided by what they hold: by itself a mail is another one each time it is written
    for part in made.walk():
        if part.is_multipart():
            parts = b"".join(inner.as_bytes() for inner in part.iter_parts() if not inner.is_multipart())
            part.set_boundary(f"=_{sha256(parts).hexdigest()[:32]}_{part.get_content_subtype()}")
    return made.as_bytes()


def _page(mail: Mail) -> str:
    """Give the text as a page, which says in which direction it runs."""
    paragraphs = (
        html.escape(paragraph).replace("\n", "<br>\n")
        for paragraph in mail.content.text.strip().split("\n\n")
    )
    body = "\n".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    way = direction(mail.language)
    return (
        f'<!DOCTYPE html>\n<html lang="{mail.language}" dir="{way}"><head><meta charset="utf-8"></head>\n'
        f'<body dir="{way}">\n{body}\n</body></html>\n'
    )


# the deadlines of a round as a calendar (.ics, RFC 5545)

MOST_OCTETS = 75  # of a line


def deadlines_calendar(round_: Round) -> bytes:
    """Give the calendar; the same round gives the same bytes. It is empty where no team has a deadline."""
    by_day = grouped((team.deadline, team) for team in round_.teams if team.deadline is not None)
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//hrge-xl//deadlines//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH",
        *(line for day, teams in sorted(by_day.items()) for line in _entry(round_, day, teams)),
        "END:VCALENDAR",
    ]  # fmt: skip
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
    pieces, piece = [], b""
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


def write_merge_list(folder: Path, drafts: Iterable[Drafted]) -> None:
    """Write the drafts that are still in a folder as a table; without any, take the folder away."""
    files = {Path(draft.file).name: draft for draft in drafts}
    there = [(folder / name, files[name]) for name in sorted(files) if (folder / name).is_file()]
    if not there:
        (folder / LIST).unlink(missing_ok=True)
        with suppress(OSError):  # somebody keeps something of their own in it
            folder.rmdir()
        return
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(HEADS)
    writer.writerows([harmless(cell) for cell in _row(path, draft)] for path, draft in there)
    write_if_changed(folder / LIST, target.getvalue().encode("utf-8-sig"))


def _row(path: Path, draft: Drafted) -> list[str]:
    """Give a draft as a row: whom and what it is for, and what it says now, for somebody may have changed it."""
    mail = message_from_bytes(path.read_bytes(), policy=default)
    assert isinstance(mail, EmailMessage)
    text = mail.get_body(("plain",))
    files = [str(file.get_filename()) for file in mail.iter_attachments()]
    return [
        draft.team, str(mail["To"] or ""), str(mail["Content-Language"] or ""), draft.occasion,
        str(mail["Subject"] or ""), str(text.get_content()).strip() if text else "", "; ".join(files), path.name,
    ]  # fmt: skip
