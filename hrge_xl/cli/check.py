"""`hrge-xl check`: a team looks at its own workbook before sending it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import click

from .common import Given, exit_code, given, password_option, print_results, spec_option, today_option


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@password_option
@spec_option
@today_option
def command(file: Path, password: str | None, spec: str | None, today: date | None) -> int:
    """Check one workbook before it is sent. The same as its own sheet of checks says.

    A file that lies in a round, in issued/ or returned/, is read with the spec and the key of that round.

    \b
    hrge-xl check "3. Pakistan.xlsx"
    hrge-xl check "3. Pakistan.xlsx" --spec output/2026-H1
    """
    from ..validation import validate

    about = _of_its_round(given([str(file)], spec, today, 1, password=password), file)
    results = validate(about.files, about.asked)
    print_results(results, quiet=False)
    return exit_code(results, "error")


def _of_its_round(about: Given, file: Path) -> Given:
    """What is asked of a file, with what is wanted in the round that was named or that it lies in."""
    from ..rounds.rounds import FILE, load_round, round_around

    named = Path(about.spec) if about.spec is not None and (Path(about.spec) / FILE).is_file() else None
    folder = named or round_around(file)
    if folder is None:
        return about
    wanted = load_round(folder).wanted
    wanted = replace(wanted, spec=about.asked.wanted.spec or wanted.spec)
    return replace(about, asked=replace(about.asked, wanted=wanted))
