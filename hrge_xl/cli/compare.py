"""`hrge-xl compare`: what changed between two returns."""

from __future__ import annotations

from datetime import date

import click

from ..errors import UsageError
from .common import given, today_option


@click.command()
@click.argument("before")
@click.argument("after")
@today_option
def command(before: str, after: str, today: date | None) -> None:
    """Two versions of one return: answers changed, findings fixed, new and unchanged.

    \b
    hrge-xl compare first.xlsx corrected.xlsx
    """
    from ..reports.compare import compare, lines
    from ..validation import validate

    about = given([before, after], None, today, 1)
    if len(about.files) != 2:
        raise UsageError("Name two different files to compare.")
    one, two = validate(about.files, about.asked)
    for result in (one, two):
        if result.submission is None:
            raise UsageError(f"{result.path} could not be read. Try `hrge-xl validate` to see why.")
    for line in lines(compare(one, two)):
        click.echo(line)
