"""`hrge-xl check`: a team looks at its own workbook before sending it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click

import hrge_xl

from ..errors import Exit
from .common import RETURNED, exit_code, password_option, print_notes, question, spec_option, today_option


@click.command()
@click.argument("file", type=RETURNED)
@password_option
@spec_option
@today_option
def command(file: str, **how: Any) -> Exit:
    """Check one workbook before it is sent, as its own sheet of checks does.

    A file in issued/ or returned/ of a round is read with the spec and the key of that round.

    \b
    hrge-xl check "3. Pakistan.xlsx"
    hrge-xl check "3. Pakistan.xlsx" --spec output/2026-H1

    Next: hrge-xl explain V001
    """
    from ..reports.build import file_rows
    from .findings_view import print_every_line

    round_ = hrge_xl.round_named(how["spec"])
    asked = question([file], {"jobs": 1, **how})
    with hrge_xl.datasets(replace(asked, answers=False, wanted=round_.wanted if round_ else None)) as found:
        files = file_rows(found)
        print_every_line(files, quiet=False)
        print_notes(*found)
        return exit_code(files, "error")
