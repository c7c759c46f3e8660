"""What a refresh found and did: in lines that fit any window, or as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ..words import counted
from .receive import as_data as as_data_of
from .terminal import beside, padded, print_lines, style, taken, width

if TYPE_CHECKING:
    from .. import Drafted, RefreshResult, TeamStatus

USUAL, WIDEST = 80, 120  # columns: where there is no terminal, and where it is wider
INDENT = 12  # columns, of the word before a text
ROOM = 3 * (USUAL - INDENT) - 20  # columns of names, in about three lines; the others are counted
COLOURS = {"Late": "red", "To decide": "magenta", "Ask again": "red"}


def print_week(week: RefreshResult) -> None:
    """Print what there is to know, in about ten lines."""
    columns = min(width() or USUAL, WIDEST)
    for word, text in week_lines(week):
        first = padded(f"{word}:", INDENT)
        colour = COLOURS.get(word) if text != "nobody." else None
        print_lines(beside(style(first, fg=colour), text, columns, indent=INDENT))


def week_lines(week: RefreshResult) -> Iterator[tuple[str, str]]:
    """Yield what there is to know, each behind a word; what is out of the ordinary only where it is so."""
    yield "Arrived", week.received.summary
    yield "Counts", " ".join(week.totals.lines())
    states = Counter(each.state for each in week.expected)
    parts = ", ".join(f"{count} {state}" for state, count in states.items())
    yield "Teams", f"{len(week.expected)} expected: {parts}."
    yield "Late", _named(map(_late, week.late), "nobody")
    if week.due_next:
        day, teams = week.due_next
        yield "Due next", f"{day}, in {counted((day - week.today).days, 'day')}: {_named(teams)}"
    yield "To decide", _named(week.to_decide)
    if week.to_ask_again:
        yield "Ask again", _named(week.to_ask_again)
    yield "To send", _to_send(week)
    first = [f"{counted(len(week.drafts.warnings), 'warning')} above."] if week.drafts.warnings else []
    if week.without_address:
        first.append(f"No address in the list of teams: {_named(week.without_address)}")
    if first:
        yield "Look first", " ".join(first)
    yield "Files in", f"{week.round.folder}: data.xlsx, reports/overview.html, feedback/, drafts/"


def _late(each: TeamStatus) -> str:
    corrects = ", to correct" if each.state == "returned" else ""
    return f"{each.team.code} ({counted(each.overdue, 'day')}{corrects})"


def _to_send(week: RefreshResult) -> str:
    drafts, today = week.drafts, week.drafts.of(week.today)
    told = [
        f"{drafts.tally(week.today)} in drafts/{week.today}, listed in mail-merge.csv."
        if today
        else "nothing new."
    ]
    earlier, removed = len(drafts.standing) + len(drafts.new) - len(today), len(drafts.outdated)
    if earlier:
        told.append(f"{counted(earlier, 'draft')} of earlier days still there: delete what you have sent.")
    if removed:
        told.append(f"{counted(removed, 'draft')} removed: no longer due.")
    return " ".join(told)


def _named(names: Iterable[str], nobody: str = "nothing") -> str:
    """Name as many as there is room for; the others are counted."""
    every, shown = list(names), list[str]()
    for name in every:
        if shown and taken(", ".join([*shown, name])) > ROOM:
            break
        shown.append(name)
    more = f" and {len(every) - len(shown)} more" if len(every) > len(shown) else ""
    return f"{', '.join(shown)}{more}." if every else f"{nobody}."


def as_data(week: RefreshResult) -> dict[str, Any]:
    """Give the same, and all that it was counted from, as JSON data."""
    drafts, due = week.drafts, week.due_next
    return {
        "round": week.round.name,
        "folder": str(week.round.folder),
        "day": str(week.today),
        "received": as_data_of(week.received),
        "counts": asdict(week.totals),
        "teams": [
            {
                "team": each.team.code,
                "state": each.state,
                "days_late": each.days_late,
                "correction_overdue": each.correction_overdue,
            }
            for each in week.expected
        ],
        "due_next": {"day": str(due[0]), "teams": due[1]} if due else None,
        "to_decide": week.to_decide,
        "ask_again": week.to_ask_again,
        "drafts": {
            "new": [*map(_draft, drafts.new)],
            "earlier": [*map(_draft, drafts.standing)],
            "removed": [*map(_draft, drafts.outdated)],
        },
        "warnings": drafts.warnings,
        "without_address": week.without_address,
    }


def _draft(each: Drafted) -> dict[str, str]:
    return {"team": each.team, "occasion": each.occasion, "day": each.day, "file": each.file}
