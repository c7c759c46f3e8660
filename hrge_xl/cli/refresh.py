"""`hrge-xl refresh`: the week: receive, bring up to date, write feedback and drafts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

import hrge_xl

from ..errors import Exit
from .common import (
    data_options,
    jobs_option,
    next_step,
    password_option,
    round_argument,
    today_option,
    warn_of_ledgers,
)
from .drafts import print_warnings
from .terminal import output_to, print_json


@click.command()
@round_argument
@data_options("What was found and done, as JSON on stdout.")
@password_option
@today_option
@jobs_option
def command(folder: Path, as_json: bool, output: Path | None, **how: Any) -> Exit:
    """Do the weekly work of a round, and say in about ten lines what is left to do.

    Put the e-mails of the week into ROUND/inbox: as files dragged out of the mail program, as a saved mailbox, or just
    the attachments. Workbooks are taken into `returned/`; dataset, data.xlsx and reports are updated; each team that
    needs it gets feedback on its latest return, in `feedback/`; and all e-mails that are due are written to `drafts/`,
    for you to open, check and send. Nothing is ever sent. Running it again does nothing twice.

    \b
    hrge-xl refresh 2026-H1

    Next: hrge-xl status 2026-H1
    """
    from .week_view import as_data, print_week

    week = hrge_xl.refresh(folder, **how)
    print_warnings(week.drafts)
    with output_to(output):
        if as_json:
            print_json(as_data(week))
        else:
            print_week(week)
    warn_of_ledgers(folder)
    if week.to_decide and not as_json:
        next_step("decide", folder)
    return Exit.REFUSED if week.to_ask_again else Exit.OK
