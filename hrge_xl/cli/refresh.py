"""`hrge-xl refresh`: the week: receive, bring up to date, write feedback and drafts."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import click

from ..errors import Exit
from .common import OUTPUT, jobs_option, next_step, password_option, the_day, today_option, warn_of_ledgers
from .drafts import print_warnings
from .terminal import data, output_to


@click.command()
@click.argument("folder", metavar="ROUND", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="What was found and done, as JSON on stdout.")
@OUTPUT
@password_option
@today_option
@jobs_option
def command(
    folder: Path, as_json: bool, output: Path | None, password: str | None, today: date | None, jobs: int | None
) -> int:  # fmt: skip
    """Do the weekly work of a round, and say in about ten lines what is left to do.

    Put the e-mails of the week into ROUND/inbox: as files dragged out of the mail program, as a saved mailbox, or just
    the attachments. Workbooks are taken into `returned/`; dataset, data.xlsx and reports are updated; each team that
    needs it gets feedback on its latest return, in `feedback/`; and all e-mails that are due are written to `drafts/`,
    for you to open, check and send. Nothing is ever sent. Running it again does nothing twice.

    \b
    hrge-xl refresh 2026-H1

    Next: hrge-xl status 2026-H1
    """
    from ..refreshing import refresh
    from .week_view import as_data, print_week

    week = refresh(folder, the_day(today), jobs=jobs or 0, password=password)
    print_warnings(week.drafts)
    with output_to(output):
        if as_json:
            data(json.dumps(as_data(week), ensure_ascii=False, indent=2))
        else:
            print_week(week)
    warn_of_ledgers(folder)
    if week.to_decide and not as_json:
        next_step("decide", folder)
    return int(Exit.REFUSED if week.to_ask_again else Exit.OK)
