"""`hrge-xl remind`: drafts of reminders to teams that owe something."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

import hrge_xl

from .common import again_option, password_option, round_argument, today_option
from .drafts import print_drafts


@click.command()
@round_argument
@again_option
@password_option
@today_option
def command(folder: Path, today: date, **how: Any) -> None:
    """Write a reminder for each team that still owes something, as a draft (.eml). Nothing is ever sent.

    A team is reminded in the week before its deadline, on the day, and once a week after it; about corrections, a week
    after its feedback was written. Teams that have answered, or whose answer waits for your decision, are not reminded.

    \b
    hrge-xl remind 2026-H1

    Next: hrge-xl drafts 2026-H1
    """
    print_drafts(folder, hrge_xl.remind(folder, today, **how))
