"""`hrge-xl receive`: take returned workbooks out of mails, archives and folders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import hrge_xl

from ..errors import Exit
from ..grouping import grouped
from ..suggest import listed
from .common import data_options, print_result, round_argument, today_option
from .terminal import line

if TYPE_CHECKING:
    from .. import Found, Received


MOST_NAMES = 20  # of files left aside; --json has all


@click.command()
@round_argument
@click.argument("sources", nargs=-1, required=True)
@data_options("What became of everything, as JSON on stdout.")
@today_option
def command(
    folder: Path, sources: tuple[str, ...], as_json: bool, output: Path | None, today: date
) -> Exit:  # fmt: skip
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
    print_result(output, as_json, as_data(received), _lines(received))
    line(received.summary, err=True)
    return Exit.REFUSED if received.unopened else Exit.OK


def _lines(received: Received) -> Iterator[str]:
    for each in received.placed:
        letter = each.came.place.letter
        origin = ", ".join(filter(None, (letter.sender, str(each.day or ""), _within(each.came))))
        yield f"{each.path}" + (f"  ({origin})" if origin else "")
    for what, names in sorted(grouped((each.what, each.name) for each in received.left).items()):
        yield f"left aside, {what} ({len(names)}): {listed([*dict.fromkeys(names)], MOST_NAMES)}"
    for one in received.unopened:
        within = _within(one)
        yield f"not opened: {one.name}{f' ({within})' if within else ''}: {one.why}"


def _within(found: Found) -> str:
    return " > ".join(found.place.way)


def as_data(received: Received) -> dict[str, Any]:
    """Give what became of everything, as JSON data."""
    return {
        "placed": [
            {"path": str(each.path), "day": str(each.day or ""), **_place(each.came)}
            for each in received.placed
        ],
        "known": [_place(each) for each in received.known],
        "left_aside": [{"what": each.what, **_place(each)} for each in received.left],
        "not_opened": [{"why": each.why, "files": each.count, **_place(each)} for each in received.unopened],
    }


def _place(found: Found) -> dict[str, Any]:
    letter = found.place.letter
    how = {**asdict(letter), "sent_by": letter.sent_by or ""}
    return {"name": found.name, "within": list(found.place.way), **how}
