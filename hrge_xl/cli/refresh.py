"""`hrge-xl refresh`: the week: receive, bring up to date, write feedback and drafts."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from ..errors import Exit
from .common import jobs_option, password_option, the_day, today_option, warn_of_ledgers
from .drafts import print_warnings
from .terminal import line


@click.command()
@click.argument("folder", metavar="ROUND", type=click.Path(exists=True, file_okay=False, path_type=Path))
@password_option
@today_option
@jobs_option
def command(folder: Path, password: str | None, today: date | None, jobs: int | None) -> int:
    """Do the weekly work of a round, and say in ten lines what is left to do.

    Put the e-mails of the week into ROUND/inbox: as files dragged out of the mail program, as a saved mailbox, or just
    the attachments. Workbooks are taken into `returned/`; dataset, data.xlsx and reports are updated; each team that
    needs it gets feedback on its latest return, in `feedback/`; and all e-mails that are due are written to `drafts/`,
    for you to open, check and send. Nothing is ever sent. Running it again does nothing twice.

    \b
    hrge-xl refresh 2026-H1

    Next: hrge-xl status 2026-H1
    """
    from ..refreshing import refresh

    week = refresh(folder, the_day(today), jobs=jobs or 0, password=password)
    print_warnings(week.drafts)
    for told in week.lines():
        line(told)
    warn_of_ledgers(folder)
    return int(Exit.REFUSED if week.to_ask_again else Exit.OK)
