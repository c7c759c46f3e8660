"""`hrge-xl report`: write the report of a consolidated folder or of returned files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import Exit, UsageError
from ..reports import FORMATS, write_report
from .common import (
    exit_code,
    facts,
    folder_option,
    jobs_option,
    known_language,
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

if TYPE_CHECKING:
    from ..rounds.datasets import Dataset

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
@click.option(
    "--lang",
    metavar="LANG",
    help="Language of the reader (default: English; of the overview: that of the spec).",
)
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
    from ..reports.build import document
    from ..reports.overview import write_overview
    from ..rounds.datasets import datasets

    language = known_language(lang)
    asked = question(paths, **how)
    with datasets(asked) as found:
        if OVERVIEW in formats:
            text = _overview(found, asked.today, language, masked=shareable, period=period)
            line(write_overview(text, output, masked=shareable))
        made = document(found, facts(asked, redacted=redact, language=language))
        wanted = [each for each in formats or ("html",) if each != OVERVIEW]
        print_lines(write_report(made, name, output) for name in wanted)
        print_totals(found)
        return exit_code(made["files"], "never")


def _overview(
    found: Sequence[Dataset], today: date, language: str | None, *, masked: bool, period: str | None
) -> str:
    """Give the overview of what was asked about. Raises `UsageError` where that is in several datasets."""
    from ..dataset.derive import derive_here
    from ..dataset.run_history import last_change
    from ..reports.overview import of_dataset

    if len(found) != 1:
        raise UsageError(
            "An overview is of one round, one consolidated folder, or files of one spec. Name one."
        )
    (only,) = found
    if only.folder is None:
        derive_here(only.store, today)
    change = last_change(only.folder)
    return of_dataset(only.store, language, only.round, masked=masked, period=period, change=change)
