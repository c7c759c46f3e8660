"""`hrge-xl check`: a team looks at its own workbook before sending it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import click

from .common import exit_of, print_files, question, spec_option, today_option


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@spec_option
@today_option
def command(file: Path, spec: str | None, today: date | None) -> int:
    """Check one workbook before it is sent. The same as its own sheet of checks says.

    \b
    hrge-xl check "3. Pakistan.xlsx"
    """
    from ..reports.build import file_rows
    from ..rounds.datasets import datasets

    asked = question([str(file)], today, spec=spec, jobs=1)
    with datasets(replace(asked, answers=False)) as found:
        print_files(file_rows(found), quiet=False)
        return exit_of(found, "error")
