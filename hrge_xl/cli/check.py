"""`hrge-xl check`: a team looks at its own workbook before sending it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import click

from .common import ReturnedPath, exit_code, password_option, question, spec_option, today_option
from .terminal import line

if TYPE_CHECKING:
    from ..intake import Wanted


@click.command()
@click.argument("file", type=ReturnedPath())
@password_option
@spec_option
@today_option
def command(file: str, password: str | None, spec: str | None, today: date | None) -> int:
    """Check one workbook before it is sent, as its own sheet of checks does.

    A file in issued/ or returned/ of a round is read with the spec and the key of that round.

    \b
    hrge-xl check "3. Pakistan.xlsx"
    hrge-xl check "3. Pakistan.xlsx" --spec output/2026-H1

    Next: hrge-xl explain V001
    """
    from ..reports.build import file_rows
    from ..rounds.datasets import datasets
    from .findings_view import print_every_line

    asked = question([file], today, spec=spec, jobs=1, password=password)
    with datasets(replace(asked, answers=False, wanted=_of_round(spec))) as found:
        files = file_rows(found)
        print_every_line(files, quiet=False)
        for told in (note for dataset in found for note in dataset.notes):
            line(told, err=True)
        return exit_code(files, "error")


def _of_round(spec: str | None) -> Wanted | None:
    """Give what is wanted of a file of the round that was named as its spec; None where that is no round."""
    from ..rounds.rounds import round_named

    round_ = round_named(spec)
    return round_.wanted if round_ else None
