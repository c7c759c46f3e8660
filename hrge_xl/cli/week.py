"""The weekly work of a round: `hrge-xl refresh`, `receive`, `drafts` and `remind`."""

from __future__ import annotations

import getpass
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from rich.cells import cell_len, set_cell_size

import hrge_xl

from ..core.errors import Exit, UsageError
from ..core.paths import quoted
from ..core.words import counted
from .common import next_step, print_result, verb, warn, warn_of_ledgers
from .terminal import beside, line, output_to, print_json, print_lines, style, width


@verb("refresh")
def refresh(folder: Path, as_json: bool, output: Path | None, **options: Any) -> Exit:
    """Do the weekly work of a round, and say in about ten lines what is left to do.

    Put the e-mails of the week into ROUND/inbox: as files dragged out of the mail program, as a saved mailbox, or just
    the attachments. Workbooks are taken into `returned/`; the dataset and the pages in `reports/` are updated; each
    team that needs it gets feedback on its latest return, in `feedback/`; and all e-mails that are due are written to
    `drafts/`, for you to open, check and send. Nothing is ever sent. Running it again does nothing twice.
    data.xlsx is made with --write.

    \b
    hrge-xl refresh 2026-H1

    Next: hrge-xl status 2026-H1
    """
    week = hrge_xl.refresh(folder, **options)
    warn(*week.drafts.warnings, *week.failures)
    with output_to(output):
        if as_json:
            print_json(_week_as_data(week))
        else:
            columns = min(width() or USUAL, WIDEST)
            for word, text in week_lines(week):
                colour = COLOURS.get(word) if text != "nobody." else None
                first = style(set_cell_size(f"{word}:", INDENT), fg=colour)
                print_lines(beside(first, text, columns, indent=INDENT))
    print_lines(hrge_xl.not_made_again(folder), err=True)
    warn_of_ledgers(folder)
    if week.to_decide and not as_json:
        next_step("decide", folder)
    if week.failures:
        return Exit.OUTPUT
    return Exit.REFUSED if week.to_ask_again else Exit.OK


# what a refresh found and did: in lines that fit any window, or as JSON


# columns: where there is no terminal, and where it is wider
USUAL = 80
WIDEST = 120
INDENT = 12  # columns, of the word before a text
ROOM = 3 * (USUAL - INDENT) - 20  # columns of names, in about three lines; the others are counted
COLOURS = {"Late now": "red", "To decide": "magenta", "Ask again": "red"}


def week_lines(week: hrge_xl.RefreshResult) -> Iterator[tuple[str, str]]:
    """Yield what there is to know, each behind a word; what is out of the ordinary only where it is so."""
    yield "Arrived", week.received.summary
    if week.round.closed:
        waiting = f" What came since waits: {_named(week.waiting)}" if week.waiting else ""
        yield "Closed", f"on {week.round.closed}: its figures stay.{waiting}"
    yield "Counts", " ".join(week.totals.lines())
    states = Counter(status.state for status in week.expected)
    parts = ", ".join(f"{count} {state}" for state, count in states.items())
    yield "Teams", f"{len(week.expected)} expected: {parts}."
    late = (
        f"{status.team.code} ({counted(status.overdue, 'day')}"
        f"{', to correct' if status.state == 'returned' else ''})"
        for status in week.late
    )
    yield "Late now", _named(late, "nobody")
    if week.due_next and not week.round.closed:
        day, teams = week.due_next
        yield "Due next", f"{day}, in {counted((day - week.today).days, 'day')}: {_named(teams)}"
    yield "To decide", _named(week.to_decide)
    if week.to_ask_again:
        yield "Ask again", _named(week.to_ask_again)
    if week.unanswered.letters:
        letters = (f"{team} ({letter.what})" for team, letter in week.unanswered.letters.items())
        yield "No answer", f"wrote without a workbook: {_named(letters)}"
    if not week.round.closed:
        yield "To send", _to_send(week)
    warnings = len(week.drafts.warnings) + len(week.failures)
    first = [f"{counted(warnings, 'warning')} above."] if warnings else []
    if week.without_address:
        first.append(f"No address in the list of teams: {_named(week.without_address)}")
    if first:
        yield "Look first", " ".join(first)
    yield (
        "Files in",
        f"{week.round.folder}: feedback/, reports/overview.html and brief.html",
    )


def _to_send(week: hrge_xl.RefreshResult) -> str:
    drafts = week.drafts
    today = week.drafts.of(week.today)
    parts = [
        f"{drafts.tally(week.today)} in drafts/{week.today}, listed in mail-merge.csv."
        if today
        else "nothing new."
    ]
    earlier = len(drafts.standing) + len(drafts.new) - len(today)
    removed = len(drafts.outdated)
    if removed:
        parts.append(f"{counted(removed, 'draft')} removed: no longer due.")
    if earlier:
        oldest = min(draft.day for draft in (*drafts.standing, *drafts.new))
        parts.append(
            f"{counted(earlier, 'draft')} of earlier days still there, the oldest of {oldest}. Once they are "
            f"sent: hrge-xl drafts {quoted(week.round.folder)} --done"
        )
    return " ".join(parts)


def _named(names: Iterable[str], nobody: str = "nothing") -> str:
    """Name as many as there is room for; the others are counted."""
    every = list(names)
    shown = list[str]()
    for name in every:
        if shown and cell_len(", ".join([*shown, name])) > ROOM:
            break
        shown.append(name)
    remainder = f" and {len(every) - len(shown)} more" if len(every) > len(shown) else ""
    return f"{', '.join(shown)}{remainder}." if every else f"{nobody}."


def _week_as_data(week: hrge_xl.RefreshResult) -> dict[str, Any]:
    """Return what a refresh found and did, and all that it was counted from, as JSON data."""
    drafts = week.drafts
    due = week.due_next
    return {
        "round": week.round.name,
        "folder": str(week.round.folder),
        "day": str(week.today),
        "closed": str(week.round.closed or ""),
        "waiting": [*week.waiting],
        "received": _received_as_data(week.received),
        "counts": asdict(week.totals),
        "teams": [
            {
                "team": status.team.code,
                "state": status.state,
                "days_late": status.days_late,
                "correction_overdue": status.correction_overdue,
            }
            for status in week.expected
        ],
        "due_next": {"day": str(due[0]), "teams": due[1]} if due else None,
        "to_decide": week.to_decide,
        "ask_again": week.to_ask_again,
        "wrote_without_workbook": {
            team: letter.what.split(", ") for team, letter in week.unanswered.letters.items()
        },
        "drafts": {
            "new": [*map(_draft, drafts.new)],
            "earlier": [*map(_draft, drafts.standing)],
            "removed": [*map(_draft, drafts.outdated)],
        },
        "warnings": [*drafts.warnings, *week.failures],
        "without_address": week.without_address,
    }


def _draft(draft: hrge_xl.Drafted) -> dict[str, str]:
    return {"team": draft.team, "occasion": draft.occasion, "day": draft.day, "file": draft.file}


# what arrived


@verb("receive")
def receive(
    folder: Path, sources: tuple[str, ...], as_json: bool, output: Path | None, today: date
) -> Exit:
    """Take the workbooks out of what arrived, into `returned/` of a round.

    SOURCES are folders, files, zip archives, e-mails (.eml, .msg) and mailboxes (.mbox, Maildir), nested to any
    sensible depth. The day of arrival is the one on which your mail server received the e-mail. Where each workbook
    came from is kept in the ledger of the round, and in no copy that is shared. What is not an answer (logos, PDF
    files, signatures) is left aside and named. Running it twice changes nothing. The sources themselves are left as
    they are.

    \b
    hrge-xl receive 2026-H1 Downloads/returns.zip mailbox.mbox

    Next: hrge-xl refresh 2026-H1
    """
    received = hrge_xl.receive(folder, sources, today)
    print_result(output, as_json, _received_as_data(received), received.lines())
    warn(*received.failures)
    line(received.summary, err=True)
    if received.failures:
        return Exit.OUTPUT
    return Exit.REFUSED if received.unopened else Exit.OK


def _received_as_data(received: hrge_xl.Received) -> dict[str, Any]:
    """Return what became of everything, as JSON data."""
    return {
        "placed": [
            {"path": str(path), "day": str(day or ""), **_place(came)}
            for path, came, day in received.placed
        ],
        "known": [_place(file) for file in received.known],
        "waiting": [_place(file) for file in received.waiting],
        "sent": [
            {"draft": sent.file, "by": sent.by, "day": str(sent.day)} for sent in received.sent
        ],
        "left_aside": [{"what": file.what, **_place(file)} for file in received.left],
        "not_opened": [
            {"why": file.why, "files": file.count, **_place(file)} for file in received.unopened
        ],
    }


def _place(file: hrge_xl.Found) -> dict[str, Any]:
    email = file.place.email
    email_fields = {**asdict(email), "sent_by": email.sent_by or "", "to": [*email.to]}
    return {"name": file.name, "within": list(file.place.way), **email_fields}


# e-mails


@verb("drafts", kinds=[*hrge_xl.MAIL_KINDS])
def drafts(
    folder: Path,
    kinds: tuple[str, ...],
    today: date,
    done: bool,
    undo: bool,
    teams: tuple[str, ...],
    **options: Any,
) -> Exit:
    """Write the e-mails that are due as drafts (.eml), which Outlook, Thunderbird and Apple Mail open for sending.

    KINDS are issue (the workbook of each team that has sent nothing yet), feedback, reminder, ask (for the workbook, of
    a team that wrote without one or sent that of another round) and thanks; by default all but issue. Each is written
    once, into ROUND/drafts/DAY, with a list for mail merge beside them. Addresses come from the column `email` of the
    team list, texts from ROUND/messages if there are any. Nothing is ever sent.

    A draft that no longer applies is removed when drafts of its kind are written, and named.

    With --done, nothing is written: what you have sent moves into ROUND/sent, and the ledger says so. What cannot be
    moved, since it is open elsewhere, is named; the others are moved all the same. --undo takes that back for some
    teams.

    \b
    hrge-xl drafts 2026-H1 issue
    hrge-xl drafts 2026-H1 --done --team Kabul

    Next: open them and send them; hrge-xl round messages 2026-H1 to change what they say
    """
    if done and undo:
        raise UsageError("--done and --undo are opposites. Leave out one of them.")
    if undo and not teams:
        raise UsageError("--undo is about some teams. Name each with --team.")
    if done or undo:
        if kinds:
            raise UsageError(
                "--done and --undo are about drafts of every kind. Leave the kinds out, or name teams: --team TEAM"
            )
        sent = hrge_xl.mark_sent(folder, teams, by=getpass.getuser(), day=today, undo=undo)
        print_lines(sent.moved)
        warn(*sent.failures)
        line(f"{counted(len(sent.moved), 'draft')} moved.", err=True)
        return Exit.OUTPUT if sent.failures else Exit.OK
    if teams:
        raise UsageError("--team goes with --done or --undo.")
    return _print_drafts(folder, hrge_xl.drafts(folder, today, kinds or None, **options))


def _print_drafts(folder: Path, batch: hrge_xl.Drafts) -> Exit:
    """Print the new drafts on stdout, a line each; what was removed, and what to look at, on stderr."""
    print_lines(folder / draft.file for draft in batch.new)
    written = {(draft.occasion, draft.team) for draft in batch.new}
    for draft in batch.outdated:
        why = "replaced" if (draft.occasion, draft.team) in written else "no longer due"
        line(f"removed, {why}: {folder / draft.file}", err=True)
    warn(*batch.warnings, *batch.failures)
    line(f"{batch.tally()}.", err=True)
    return Exit.OUTPUT if batch.failures else Exit.OK


@verb("remind")
def remind(folder: Path, today: date, **options: Any) -> Exit:
    """Write a reminder for each team that still owes something, as a draft (.eml). Nothing is ever sent.

    A team is reminded in the week before its deadline, on the day, and once a week after it; about corrections, a week
    after its feedback was written. Teams that have answered, or whose answer waits for your decision, are not reminded.

    \b
    hrge-xl remind 2026-H1

    Next: hrge-xl drafts 2026-H1
    """
    return _print_drafts(folder, hrge_xl.remind(folder, today, **options))
