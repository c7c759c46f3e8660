"""`hrge-xl check`: a team looks at its own workbook before sending it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from .common import exit_code, given, password_option, print_results, today_option


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@password_option
@today_option
def command(file: Path, today: date | None, password: str | None) -> int:
    """Check one workbook before it is sent. The same as its own sheet of checks says.

    \b
    hrge-xl check "3. Pakistan.xlsx"
    """
    from ..validation import validate

    about = given([str(file)], None, today, 1, password=password)
    results = validate(about.files, about.asked)
    print_results(results, quiet=False)
    return exit_code(results, "error")
