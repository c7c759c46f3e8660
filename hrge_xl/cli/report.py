"""`hrge-xl report`: write the report of a consolidated folder or of returned files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

import hrge_xl

from ..errors import Exit
from ..reports import FORMATS, write_report
from .common import (
    exit_code,
    facts,
    folder_option,
    jobs_option,
    language_option,
    ledger_option,
    password_option,
    paths_argument,
    print_totals,
    question,
    received_option,
    redact_option,
    spec_option,
    today_option,
)
from .terminal import line, print_lines

OVERVIEW = "overview"


@click.command()
@paths_argument
@click.option(
    "--format", "formats", multiple=True, type=click.Choice((*FORMATS, OVERVIEW)), help="Default: html."
)
@folder_option("output/reports")
@redact_option
@click.option("--shareable", is_flag=True, help="In the overview: mask small counts of people.")
@click.option("--period", metavar="NAME", help="Period of the overview (default: the latest one).")
@language_option("Language of the reader (default: English; of the overview: that of the spec).")
@received_option
@password_option
@ledger_option
@spec_option
@today_option
@jobs_option
def command(
    paths: tuple[str, ...], formats: tuple[str, ...], output: Path, redact: bool, shareable: bool,
    period: str | None, lang: str | None, **how: Any,
) -> Exit:  # fmt: skip
    """Write the validation report of returned files, or the overview of a round or of a consolidated folder.

    \b
    hrge-xl report returned/ --format html --format xlsx -o reports
    hrge-xl report output/2026-H1 --format overview -o reports

    Next: hrge-xl sign reports/validation.json --by "A. Name"
    """
    from ..reports.overview import write_overview

    asked = question(paths, how)
    with hrge_xl.datasets(asked) as found:
        if OVERVIEW in formats:
            text = hrge_xl.overview(found, asked.today, lang, masked=shareable, period=period)
            line(write_overview(text, output, masked=shareable))
        made = hrge_xl.document(found, facts(asked, redacted=redact, language=lang))
        wanted = [each for each in formats or ("html",) if each != OVERVIEW]
        print_lines(write_report(made, name, output) for name in wanted)
        print_totals(found)
        return exit_code(made["files"], "never")
