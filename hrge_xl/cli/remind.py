"""`hrge-xl remind`: drafts of reminders to teams that owe something."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from .common import password_option, the_day, today_option
from .drafts import print_drafts


@click.command()
@click.argument("folder", metavar="ROUND", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--again", is_flag=True, help="Also write those that were written before.")
@password_option
@today_option
def command(folder: Path, again: bool, password: str | None, today: date | None) -> None:
    """Write a reminder for each team that still owes something, as a draft (.eml). Nothing is ever sent.

    A team is reminded in the week before its deadline, on the day, and once a week after it; about corrections, a week
    after its feedback was written. Teams that have answered, or whose answer waits for your decision, are not reminded.

    \b
    hrge-xl remind 2026-H1

    Next: hrge-xl drafts 2026-H1
    """
    from ..correspondence import remind

    print_drafts(folder, remind(folder, the_day(today), again=again, password=password))
