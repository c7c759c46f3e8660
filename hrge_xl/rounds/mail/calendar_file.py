"""The deadlines of a round as a calendar (.ics, RFC 5545): an entry a day, with the teams that are due on it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from hashlib import sha256

from ..rounds import Round
from ..teams import Team
from .due import DAYS_BEFORE

MOST_OCTETS = 75  # of a line


def deadlines_calendar(round_: Round) -> bytes:
    """Give the calendar; the same round gives the same bytes. It is empty where no team has a deadline."""
    by_day: dict[date, list[Team]] = {}
    for team in round_.teams:
        if team.deadline is not None:
            by_day.setdefault(team.deadline, []).append(team)
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//hrge-xl//deadlines//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH",
        *(line for day, teams in sorted(by_day.items()) for line in _entry(round_, day, teams)),
        "END:VCALENDAR",
    ]  # fmt: skip
    return b"".join(_folded(line) for line in lines)


def _entry(round_: Round, day: date, teams: list[Team]) -> Iterator[str]:
    codes = ", ".join(team.code for team in teams)
    uid = sha256(f"{round_.name}\n{day}".encode()).hexdigest()[:32]
    yield "BEGIN:VEVENT"
    yield f"UID:{uid}@hrge-xl"
    yield f"DTSTAMP:{day:%Y%m%d}T000000Z"
    yield f"DTSTART;VALUE=DATE:{day:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{_text(f'{round_.name}: {len(teams)} workbooks are due')}"
    yield f"DESCRIPTION:{_text(codes)}"
    yield "TRANSP:TRANSPARENT"
    yield "BEGIN:VALARM"
    yield "ACTION:DISPLAY"
    yield f"DESCRIPTION:{_text(f'{round_.name}: workbooks are due on {day}')}"
    yield f"TRIGGER:-P{DAYS_BEFORE}D"
    yield "END:VALARM"
    yield "END:VEVENT"


def _text(text: str) -> str:
    """Write a text as it stands in a calendar."""
    for sign in "\\;,":
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", "\\n")


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
