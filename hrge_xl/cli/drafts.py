"""`hrge-xl drafts`: drafts of mails to teams."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import hrge_xl

from .common import again_option, password_option, round_argument, today_option, warn
from .terminal import line, print_lines

if TYPE_CHECKING:
    from .. import Drafts


@click.command()
@round_argument
@click.argument("kinds", nargs=-1, type=click.Choice(list(hrge_xl.MAIL_KINDS)))
@again_option
@password_option
@today_option
def command(folder: Path, kinds: tuple[str, ...], today: date, **how: Any) -> None:
    """Write the e-mails that are due as drafts (.eml), which Outlook, Thunderbird and Apple Mail open for sending.

    KINDS are issue (the workbook of each team that has sent nothing yet), feedback, reminder and thanks; by default all
    but issue. Each is written once, into ROUND/drafts/DAY, with a list for mail merge beside them. Addresses come from
    the column `email` of the team list, texts from ROUND/messages if there are any. Nothing is ever sent.

    \b
    hrge-xl drafts 2026-H1 issue

    Next: open them and send them; hrge-xl round messages 2026-H1 to change what they say
    """
    print_drafts(folder, hrge_xl.drafts(folder, today, kinds or None, **how))


def print_drafts(folder: Path, made: Drafts) -> None:
    """Print the new drafts on stdout, a line each; what to look at before they are sent on stderr."""
    print_lines(folder / each.file for each in made.new)
    print_warnings(made)
    line(f"{made.tally()}.", err=True)


def print_warnings(made: Drafts) -> None:
    """Print what to look at before anything is sent, on stderr."""
    for told in made.warnings:
        warn(told)
